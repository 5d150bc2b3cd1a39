"""Rust that reads, writes or tests one field."""

from definitions import BLOBS, SCALARS, Versions


def flexible_test(message):
    """`flexible` as an expression: a constant where no version decides."""
    if message.flexible.empty:
        return "false"
    return message.flexible.test(message.valid) or "true"


def covers(outer, inner):
    return outer.low <= inner.low and outer.high >= inner.high


def untagged(field):
    """The versions in which a field stands in its place rather than among the tags."""
    rest = Versions("0+")
    rest.low, rest.high = field.versions.low, field.versions.high
    if not field.tagged.empty:
        rest.high = min(rest.high, field.tagged.low - 1)
    return rest


def element_min(field):
    if field.element in SCALARS:
        return str(SCALARS[field.element][1])
    if field.element == "string":
        return "codec::min_string(flexible)"
    if field.element in BLOBS:
        return "codec::min_bytes(flexible)"
    return f"{field.element}::min_size_bytes(version)"


def read_element(field):
    if field.element in SCALARS:
        return f"r.{SCALARS[field.element][0].lower()}()"
    if field.element == "string":
        return "r.string(flexible)"
    if field.element in BLOBS:
        return "r.bytes(flexible)"
    return f"{field.element}::decode(r, version)"


def read_field(field):
    """An expression of the field's Rust type, with `?`."""
    null_test = None if field.nullable.empty else (field.nullable.test(field.versions) or "true")
    if field.is_array:
        call = f"r.array(flexible, {element_min(field)}, |r| {read_element(field)})?"
        nullable = call.replace("r.array(", "r.nullable_array(", 1)
    elif field.element == "string":
        call, nullable = "r.string(flexible)?", "r.nullable_string(flexible)?"
    elif field.element in BLOBS:
        call, nullable = "r.bytes(flexible)?", "r.nullable_bytes(flexible)?"
    else:
        call = read_element(field) + "?"
        nullable = f"r.nullable_struct(|r| {read_element(field)})?"
    if null_test is None:
        return call
    if null_test == "true":
        return nullable
    return f"if {null_test} {{ {nullable} }} else {{ Some({call}) }}"


def write_value(field, access):
    """A statement that writes the (non-null) value behind the reference `access`."""
    if field.is_array:
        scalar = field.element in SCALARS
        inner = write_scalar(field, "*item") if scalar else write_single(field, "item")
        place = access.lstrip("&")
        return (
            f"codec::put_array_len(out, flexible, {place}.len())?; "
            f"for item in {access} {{ {inner} }}"
        )
    return write_single(field, access)


def write_scalar(field, value):
    return f"codec::put_{SCALARS[field.element][0].lower()}(out, {value});"


def write_single(field, access):
    if field.element in SCALARS:
        return write_scalar(field, f"*{access}" if not access.startswith("self.") else access)
    if field.element == "string":
        return f"codec::put_string(out, flexible, {access})?;"
    if field.element in BLOBS:
        return f"codec::put_bytes(out, flexible, {access})?;"
    return f"{access.lstrip('&')}.encode(out, version)?;"


def write_null(field):
    if field.is_array:
        return "codec::put_null_array(out, flexible);"
    if field.element == "string":
        return "codec::put_null_string(out, flexible);"
    if field.element in BLOBS:
        return "codec::put_null_bytes(out, flexible);"
    return "codec::put_i8(out, -1);"


def write_field(field):
    by_value = field.element in SCALARS and not field.is_array
    if field.nullable.empty:
        return write_value(field, f"self.{field.name}" if by_value else f"&self.{field.name}")
    is_struct = field.is_struct and not field.is_array
    present = write_value(field, "value")
    if is_struct:
        present = "codec::put_i8(out, 1); " + present
    null_test = field.nullable.test(field.versions)
    absent = write_null(field)
    if null_test:
        absent = (
            f"if {null_test} {{ {absent} }} else {{ "
            f'return Err(EncodeError::null("{field.kafka_name}", version)); }}'
        )
    return f"match &self.{field.name} {{ Some(value) => {{ {present} }} None => {{ {absent} }} }}"


def is_default(field):
    name = f"self.{field.name}"
    value = field.default_value()
    if field.nullable.empty and value is None:
        if field.is_array or field.element in ("string", *BLOBS):
            return f"{name}.is_empty()"
        if field.element == "bool":
            return f"!{name}"
        if field.element == "uuid":
            return f"{name} == Uuid::ZERO"
        if field.is_struct:
            return f"{name} == {field.element}::default()"
        return f"{name} == 0.0" if field.element == "float64" else f"{name} == 0"
    if value is None:
        return f"{name}.is_none()"
    if value == "true":
        return name
    if value == "Some(Default::default())":
        return f"{name}.as_ref().is_some_and(|value| value.is_empty())"
    return f"{name} == {value}"


def values_single(field):
    if field.element in SCALARS:
        return f"g.{SCALARS[field.element][0].lower()}()"
    if field.element == "string":
        return "g.string()"
    if field.element in BLOBS:
        return "g.bytes()"
    return "codec::TestValue::test_value(g, version)"


def generics(message, name, lifetime="'a"):
    """What follows a structure's name: a lifetime, if it borrows."""
    return f"<{lifetime}>" if message.borrows(name) else ""
