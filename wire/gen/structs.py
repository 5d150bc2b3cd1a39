"""Rust for one structure: its type, its decoder, its encoder, its values for tests."""

import re

from fields import (
    covers, element_min, flexible_test, generics, is_default, read_field, untagged, values_single,
    write_field,
)


def struct_code(message, name):
    bounds, fields = message.structs[name]
    fields = [f for f in fields if not f.versions.empty]
    custom = any(f.default_value() for f in fields)
    derives = "Debug, Clone, PartialEq" + ("" if custom else ", Default")
    lines = [f"#[derive({derives})]", f"pub struct {name}{generics(message, name)} {{"]
    lines += [f"pub {f.name}: {f.rust_type()}," for f in fields]
    lines.append("}")
    elided = name + generics(message, name, "'_")
    if custom:
        lines.append(f"impl Default for {elided} {{ fn default() -> Self {{ Self {{")
        lines += [f"{f.name}: {f.default_value() or 'Default::default()'}," for f in fields]
        lines.append("} } }")
    lines += [f"impl {elided} {{", *min_size(message, fields, bounds), "}"]
    lines += decode_impl(message, name, bounds, fields)
    lines += encode_impl(message, elided, bounds, fields)
    lines += values_impl(elided, bounds, fields)
    return lines


def guarded(test, line):
    """A statement behind a test of the version, which may be None for always."""
    return line if test is None else f"if {test} {{ {line} }}"


def min_size(message, fields, bounds):
    """The fewest bytes on the wire, by which the length of an array is judged."""
    terms, lines = [], []
    if not message.flexible.empty:
        terms.append("usize::from(flexible)")
    for field in fields:
        test = untagged(field).test(bounds)
        if test == "false":
            continue
        if field.is_array:
            size = "codec::min_array(flexible)"
        elif field.nullable.empty or not field.is_struct:
            size = element_min(field)
        else:
            size = "1"
        if test is None:
            terms.append(size)
        else:
            lines.append(guarded(test, f"size += {size};"))
    total = " + ".join(terms) or "0"
    body = [f"let mut size = {total};", *lines, "size"] if lines else [total]
    if any("flexible" in line for line in body):
        body.insert(0, f"let flexible = {flexible_test(message)};")
    version = "version" if any("version" in line for line in body) else "_version"
    return [f"pub(crate) fn min_size_bytes({version}: i16) -> usize {{", *body, "}"]


def decode_impl(message, name, bounds, fields):
    body = [f"let {'mut ' if fields else ''}this = Self::default();"]
    for field in fields:
        test = untagged(field).test(bounds)
        if test != "false":
            body.append(guarded(test, f"this.{field.name} = {read_field(field)};"))
    if not message.flexible.empty:
        body.append(f"if flexible {{ {decode_tags(bounds, fields)} }}")
    if any("flexible" in line for line in body):
        body.insert(0, f"let flexible = {flexible_test(message)};")
    body.append("Ok(this)")
    reader = "r" if any("r." in line or "(r," in line for line in body) else "_r"
    version = "version" if any("version" in line for line in body) else "_version"
    return [
        f"impl<'a> Decode<'a> for {name}{generics(message, name)} {{",
        f"fn decode({reader}: &mut Reader<'a>, {version}: i16) -> Result<Self, DecodeError> {{",
        *body,
        "}", "}",
    ]


def decode_tags(bounds, fields):
    arms = []
    for field in fields:
        if not field.tagged.empty:
            test = field.tagged.test(bounds)
            guard = f" if {test}" if test else ""
            arms.append(f"{field.tag}{guard} => this.{field.name} = {read_field(field)},")
    if not arms:
        return "r.skip_tags()?;"
    arms = " ".join(arms)
    return f"r.tags(|tag, r| {{ match tag {{ {arms} _ => return Ok(false), }} Ok(true) }})?;"


def encode_impl(message, elided, bounds, fields):
    body = [line for field in fields for line in encode_field(field, bounds)]
    if not message.flexible.empty:
        body.append(f"if flexible {{ {encode_tags(bounds, fields)} }}")
    if any("flexible" in line for line in body):
        body.insert(0, f"let flexible = {flexible_test(message)};")
    body.append("Ok(())")
    out = "out" if any("out" in line for line in body) else "_out"
    version = "version" if any("version" in line for line in body) else "_version"
    return [
        f"impl Encode for {elided} {{",
        f"fn encode(&self, {out}: &mut Vec<u8>, {version}: i16) -> Result<(), EncodeError> {{",
        *body,
        "}", "}",
    ]


def encode_field(field, bounds):
    """Writes a field in its place; refuses a value that the version has no place for."""
    refuse = None
    if not field.ignorable and not covers(field.versions, bounds):
        error = f'return Err(EncodeError::unsupported("{field.kafka_name}", version));'
        refuse = f"if !({is_default(field)}) {{ {error} }}"
    test = untagged(field).test(bounds)
    line = "" if test == "false" else guarded(test, write_field(field))
    if not refuse:
        return [line] if line else []
    if not field.tagged.empty:
        there = field.versions.test(bounds)
        absent = f"if !({there}) && !({is_default(field)}) {{ {error} }}"
        return [line, absent] if line else [absent]
    return [f"{line} else {refuse}" if line else refuse]


def encode_tags(bounds, fields):
    tagged = sorted((f for f in fields if not f.tagged.empty), key=lambda f: f.tag)
    if not tagged:
        return "codec::put_no_tags(out);"
    lines = []
    for field in tagged:
        condition = f"!({is_default(field)})"
        if test := field.tagged.test(bounds):
            condition = f"{test} && {condition}"
        push = f"tags.push({field.tag}, |out| {{ {write_field(field)} Ok(()) }})?;"
        lines.append(guarded(condition, push))
    return f"let mut tags = codec::Tags::default(); {' '.join(lines)} tags.finish(out);"


def values_impl(elided, bounds, fields):
    """Pseudo-random values for tests: only fields that the version has differ from the default."""
    body = []
    for field in fields:
        inner = values_single(field)
        if field.is_array:
            inner = f"g.vec(|g| {inner})"
        if not field.nullable.empty:
            null_test = field.nullable.test(field.versions) or "true"
            inner = f"if {null_test} && g.null() {{ None }} else {{ Some({inner}) }}"
        body.append(guarded(field.versions.test(bounds), f"this.{field.name} = {inner};"))
    uses = re.compile(r"\bversion [<>=]|&version|\(g, version")
    version = "version" if any(uses.search(line) for line in body) else "_version"
    return [
        '#[cfg(feature = "test-values")]',
        f"impl codec::TestValue for {elided} {{",
        f"fn test_value({'g' if body else '_g'}: &mut codec::Values, {version}: i16) -> Self {{",
        f"let {'mut ' if body else ''}this = Self::default();",
        *body,
        "this", "}", "}",
    ]
