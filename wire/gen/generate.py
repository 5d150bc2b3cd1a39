#!/usr/bin/env python3
"""Writes wire/src/messages/ and wire/src/api_key/table.rs from the message definitions of Kafka.

    wire/gen/generate.py path/to/kafka-clients-4.4.0.jar

The jar is the one that Maven resolves for tests/golden/pom.xml; for another version of Kafka, change
that pom, write tests/golden/frames.txt anew as it says, and then run `cargo test -p wire`. It needs
Python 3 and rustfmt. A developer runs it; its output is committed. Only names, types, versions and defaults are read from
the definitions, none of their prose.
"""

import json
import re
import subprocess
import sys
import zipfile
from pathlib import Path

WIRE = Path(__file__).resolve().parent.parent
OUT = WIRE / "src" / "messages"
KEYWORDS = {"type", "match", "ref", "self", "in", "move", "use", "impl", "fn", "mod"}
SCALARS = {
    "int8": ("i8", 1), "int16": ("i16", 2), "int32": ("i32", 4), "int64": ("i64", 8),
    "uint16": ("u16", 2), "uint32": ("u32", 4), "float64": ("f64", 8), "bool": ("bool", 1),
    "uuid": ("Uuid", 16),
}


def snake(name):
    name = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", name)
    name = re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1_\2", name).lower()
    return name + "_" if name in KEYWORDS else name


class Versions:
    def __init__(self, text, bounds=None):
        low_bound, high_bound = (bounds.low, bounds.high) if bounds else (0, 32767)
        if text == "none":
            self.low, self.high = 1, 0
            return
        low, _, rest = text.partition("-")
        if text.endswith("+"):
            self.low, self.high = int(text[:-1]), high_bound
        elif rest:
            self.low, self.high = int(low), int(rest)
        else:
            self.low = self.high = int(text)
        self.low, self.high = max(self.low, low_bound), min(self.high, high_bound)

    @property
    def empty(self):
        return self.low > self.high

    def test(self, bounds):
        """The condition on `version` that a version within `bounds` lies in these; None: always."""
        if self.empty:
            return "false"
        low, high = self.low > bounds.low, self.high < bounds.high
        if low and high:
            if self.low == self.high:
                return f"version == {self.low}"
            return f"({self.low}..={self.high}).contains(&version)"
        if low:
            return f"version >= {self.low}"
        if high:
            return f"version <= {self.high}"
        return None


class Field:
    def __init__(self, definition, message, bounds):
        self.name = snake(definition["name"])
        self.kafka_name = definition["name"]
        self.type = definition["type"]
        self.versions = Versions(definition["versions"], bounds)
        self.nullable = Versions(definition.get("nullableVersions", "none"), self.versions)
        self.tag = definition.get("tag")
        self.tagged = Versions(definition.get("taggedVersions", "none"), self.versions)
        self.ignorable = definition.get("ignorable", False)
        self.default = definition.get("default")
        self.is_array = self.type.startswith("[]")
        self.element = self.type[2:] if self.is_array else self.type
        self.message = message
        if definition.get("fields"):
            message.struct(self.element, definition["fields"], self.versions)

    @property
    def is_struct(self):
        return self.element in self.message.structs

    def element_type(self):
        if self.element in SCALARS:
            return SCALARS[self.element][0]
        if self.element == "string":
            return "Cow<'a, str>"
        if self.element in ("bytes", "records"):
            return "Cow<'a, [u8]>"
        return self.element + ("<'a>" if self.message.borrows(self.element) else "")

    def rust_type(self):
        inner = self.element_type()
        if self.is_array:
            inner = f"Vec<{inner}>"
        return inner if self.nullable.empty else f"Option<{inner}>"

    @property
    def borrows(self):
        if self.element in ("string", "bytes", "records"):
            return True
        return self.element not in SCALARS and self.message.borrows(self.element)

    def default_value(self):
        """The declared default as Rust, or None where it is the type's own."""
        given = self.default
        if given is None or given == "":
            return None if self.nullable.empty else self.some_empty()
        if given == "null":
            return None
        if self.element == "bool":
            value = str(given).lower()
            return None if value == "false" else value
        if self.element == "string":
            text = f'Cow::Borrowed("{given}")'
            return text if self.nullable.empty else f"Some({text})"
        if self.element == "float64":
            return None if float(given) == 0.0 else repr(float(given))
        number = int(str(given), 0)
        if number == 0:
            return None
        text = str(number)
        if number == -(2**31):
            text = "i32::MIN"
        elif number == 2**31 - 1:
            text = "i32::MAX"
        elif number == 2**63 - 1:
            text = "i64::MAX"
        return text

    def some_empty(self):
        # A nullable field without a declared default is empty, not null, as in Kafka's classes.
        if self.element in SCALARS or (self.is_struct and not self.is_array):
            return None
        return "Some(Default::default())"


class Message:
    def __init__(self, definition):
        self.name = definition["name"]
        self.kind = definition["type"]
        self.api_key = definition["apiKey"]
        self.valid = Versions(definition["validVersions"])
        self.flexible = Versions(definition.get("flexibleVersions", "none"), self.valid)
        self.structs = {}
        self.common = {c["name"]: c for c in definition.get("commonStructs", [])}
        for name in self.common:
            self.structs[name] = None
        for name, common in self.common.items():
            self.struct(name, common["fields"], Versions(common["versions"], self.valid))
        self.struct(self.name, definition["fields"], self.valid)

    def struct(self, name, fields, bounds):
        self.structs[name] = None
        self.structs[name] = (bounds, [Field(f, self, bounds) for f in fields])

    def borrows(self, name, seen=()):
        if name in seen:
            return False
        return any(
            f.element in ("string", "bytes", "records")
            or (f.element in self.structs and self.borrows(f.element, seen + (name,)))
            for f in self.structs[name][1]
        )


def flexible_test(message):
    """`flexible` as an expression: a constant where no version decides."""
    if message.flexible.empty:
        return "false"
    return message.flexible.test(message.valid) or "true"


def element_min(field):
    if field.element in SCALARS:
        return str(SCALARS[field.element][1])
    if field.element == "string":
        return "codec::min_string(flexible)"
    if field.element in ("bytes", "records"):
        return "codec::min_bytes(flexible)"
    return f"{field.element}::min_size_bytes(version)"


def read_element(field):
    if field.element in SCALARS:
        return "r." + {"uuid": "uuid"}.get(field.element, SCALARS[field.element][0]) + "()"
    if field.element == "string":
        return "r.string(flexible)"
    if field.element in ("bytes", "records"):
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
    elif field.element in ("bytes", "records"):
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
    kind = "uuid" if field.element == "uuid" else SCALARS[field.element][0]
    return f"codec::put_{kind}(out, {value});"


def write_single(field, access):
    if field.element in SCALARS:
        return write_scalar(field, f"*{access}" if not access.startswith("self.") else access)
    if field.element == "string":
        return f"codec::put_string(out, flexible, {access})?;"
    if field.element in ("bytes", "records"):
        return f"codec::put_bytes(out, flexible, {access})?;"
    return f"{access.lstrip('&')}.encode(out, version)?;"


def write_null(field):
    if field.is_array:
        return "codec::put_null_array(out, flexible);"
    if field.element == "string":
        return "codec::put_null_string(out, flexible);"
    if field.element in ("bytes", "records"):
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
        if field.is_array or field.element in ("string", "bytes", "records"):
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


def min_size(message, name, bounds, fields):
    plain = [f for f in fields if f.tagged.empty or not covers(f.tagged, f.versions)]
    terms, lines = [], []
    for field in plain:
        if field.is_array:
            size = "codec::min_array(flexible)"
        elif field.nullable.empty or field.element not in message.structs:
            size = element_min(field)
        else:
            size = "1"
        test = untagged(field).test(bounds)
        if test == "false":
            continue
        if test is None:
            terms.append(size)
        else:
            lines.append(f"if {test} {{ size += {size}; }}")
    uses_flexible = any("flexible" in t for t in terms + lines) or not message.flexible.empty
    out = [f"    pub(crate) fn min_size_bytes({'' if uses_version(message, terms + lines) else '_'}version: i16) -> usize {{"]
    if uses_flexible:
        out.append(f"let flexible = {flexible_test(message)};")
    tags = "" if message.flexible.empty else "usize::from(flexible)"
    total = " + ".join(([tags] if tags else []) + terms) or "0"
    if lines:
        out.append(f"let mut size = {total};")
        out += lines
        out.append("size")
    else:
        out.append(total)
    out.append("}")
    return out


def uses_version(message, texts):
    constant = message.flexible.empty or message.flexible.test(message.valid) is None
    return not constant or any("version" in t for t in texts)


def covers(outer, inner):
    return outer.low <= inner.low and outer.high >= inner.high


def untagged(field):
    """The versions in which a field stands in its place rather than among the tags."""
    rest = Versions("0+")
    rest.low, rest.high = field.versions.low, field.versions.high
    if not field.tagged.empty:
        rest.high = min(rest.high, field.tagged.low - 1)
    return rest


def decode_impl(message, name, bounds, fields):
    generics = "<'a>" if message.borrows(name) else ""
    body = []
    mutable = bool(fields)
    if not message.flexible.empty or any(
        "flexible" in read_field(f) for f in fields
    ):
        body.append(f"let flexible = {flexible_test(message)};")
    body.append(f"let {'mut ' if mutable else ''}this = Self::default();")
    tagged = []
    for field in fields:
        if not field.tagged.empty:
            tagged.append(field)
        versions = untagged(field)
        test = versions.test(bounds)
        if test == "false":
            continue
        line = f"this.{field.name} = {read_field(field)};"
        body.append(line if test is None else f"if {test} {{ {line} }}")
    if not message.flexible.empty:
        arms = []
        for field in tagged:
            test = field.tagged.test(bounds)
            guard = f" if {test}" if test else ""
            arms.append(f"{field.tag}{guard} => this.{field.name} = {read_field(field)},")
        if arms:
            body.append(
                "if flexible { r.tags(|tag, r| { match tag { "
                + " ".join(arms)
                + " _ => return Ok(false), } Ok(true) })?; }"
            )
        else:
            body.append("if flexible { r.skip_tags()?; }")
    body.append("Ok(this)")
    reader = "r" if any("r." in line or "(r," in line for line in body) else "_r"
    version = "version" if any("version" in line for line in body) else "_version"
    return [
        f"impl<'a> Decode<'a> for {name}{generics} {{",
        f"    fn decode({reader}: &mut Reader<'a>, {version}: i16) -> Result<Self, DecodeError> {{",
        *body,
        "}", "}",
    ]


def encode_impl(message, name, bounds, fields):
    generics = "<'_>" if message.borrows(name) else ""
    body, tags = [], []
    for field in fields:
        present = untagged(field)
        test = present.test(bounds)
        refuse = None
        if not field.ignorable and not covers(field.versions, bounds):
            refuse = (
                f"if !({is_default(field)}) {{ "
                f'return Err(EncodeError::unsupported("{field.kafka_name}", version)); }}'
            )
        if test != "false":
            line = write_field(field)
            if test is None:
                body.append(line)
            elif refuse and field.tagged.empty:
                body.append(f"if {test} {{ {line} }} else {refuse}")
            else:
                body.append(f"if {test} {{ {line} }}")
        elif refuse and field.tagged.empty:
            body.append(refuse)
        if not field.tagged.empty:
            tag_test = field.tagged.test(bounds)
            if tag_test and refuse:
                body.append(f"if !({field.versions.test(bounds) or 'true'}) && !({is_default(field)}) {{ "
                            f'return Err(EncodeError::unsupported("{field.kafka_name}", version)); }}')
            condition = f"!({is_default(field)})"
            if tag_test:
                condition = f"{tag_test} && {condition}"
            value = write_field(field)
            tags.append((
                field.tag,
                f"if {condition} {{ tags.push({field.tag}, |out| {{ {value} Ok(()) }})?; }}",
            ))
    if not message.flexible.empty:
        if tags:
            body.append(
                "if flexible { let mut tags = codec::Tags::default(); "
                + " ".join(line for _, line in sorted(tags))
                + " tags.finish(out); }"
            )
        else:
            body.append("if flexible { codec::put_no_tags(out); }")
    if any("flexible" in line for line in body):
        body.insert(0, f"let flexible = {flexible_test(message)};")
    body.append("Ok(())")
    out = "out" if any("out" in line for line in body) else "_out"
    version = "version" if any("version" in line for line in body) else "_version"
    return [
        f"impl Encode for {name}{generics} {{",
        f"    fn encode(&self, {out}: &mut Vec<u8>, {version}: i16) -> Result<(), EncodeError> {{",
        *body,
        "}", "}",
    ]


def struct_code(message, name):
    bounds, fields = message.structs[name]
    fields = [f for f in fields if not f.versions.empty]
    generics = "<'a>" if message.borrows(name) else ""
    custom = any(f.default_value() for f in fields)
    derives = "Debug, Clone, PartialEq" + ("" if custom else ", Default")
    lines = [f"#[derive({derives})]", f"pub struct {name}{generics} {{"]
    lines += [f"pub {f.name}: {f.rust_type()}," for f in fields]
    lines.append("}")
    if custom:
        lines += [f"impl{'' if not generics else ''} Default for {name}{generics.replace(chr(39)+'a', chr(39)+'_')} {{ fn default() -> Self {{ Self {{"]
        lines += [f"{f.name}: {f.default_value() or 'Default::default()'}," for f in fields]
        lines.append("} } }")
    lines += [f"impl {name}{generics.replace(chr(39)+'a', chr(39)+'_')} {{", *min_size(message, name, bounds, fields), "}"]
    lines += decode_impl(message, name, bounds, fields)
    lines += encode_impl(message, name, bounds, fields)
    lines += values_impl(message, name, bounds, fields, generics)
    return lines


def values_impl(message, name, bounds, fields, generics):
    """Pseudo-random values for tests: only fields that the version has differ from the default."""
    body = []
    for field in fields:
        inner = values_single(field)
        if field.is_array:
            inner = f"g.vec(|g| {inner})"
        if not field.nullable.empty:
            null_test = field.nullable.test(field.versions) or "true"
            inner = f"if {null_test} && g.null() {{ None }} else {{ Some({inner}) }}"
        test = field.versions.test(bounds)
        line = f"this.{field.name} = {inner};"
        body.append(line if test is None else f"if {test} {{ {line} }}")
    version = "version" if any(re.search(r"\bversion [<>=]|&version|\(g, version", l) for l in body) else "_version"
    return [
        '#[cfg(feature = "test-values")]',
        f"impl codec::TestValue for {name}{generics.replace(chr(39)+'a', chr(39)+'_')} {{",
        f"    fn test_value({'g' if body else '_g'}: &mut codec::Values, {version}: i16) -> Self {{",
        f"let {'mut ' if body else ''}this = Self::default();",
        *body,
        "this", "}", "}",
    ]


def values_single(field):
    if field.element in SCALARS:
        return f"g.{SCALARS[field.element][0].lower()}()"
    if field.element == "string":
        return "g.string()"
    if field.element in ("bytes", "records"):
        return "g.bytes()"
    return f"codec::TestValue::test_value(g, version)"


def message_file(message):
    order = [message.name] + [n for n in message.structs if n != message.name]
    body = []
    for name in order:
        body += struct_code(message, name)
    text = "\n".join(body)
    uses = []
    if "Cow<" in text or "Cow::" in text:
        uses.append("use std::borrow::Cow;")
    if "Uuid" in text:
        uses.append("use crate::Uuid;")
    if "codec::" in text:
        uses.append("use crate::codec;")
    uses.append("use crate::codec::{Decode, DecodeError, Encode, EncodeError, Reader};")
    versions = "none" if message.valid.empty else f"{message.valid.low}-{message.valid.high}"
    head = [
        f"//! {message.name} (key {message.api_key}), versions {versions}.",
        "// Written by wire/gen/generate.py; do not edit.",
    ]
    return "\n".join(head + uses + [text]) + "\n"


def definitions(jar):
    with zipfile.ZipFile(jar) as archive:
        for name in sorted(archive.namelist()):
            if name.startswith("common/message/") and name.endswith(".json"):
                text = archive.read(name).decode()
                text = re.sub(r"^\s*//.*$", "", text, flags=re.M)
                text = re.sub(r'\s//[^"\n]*$', "", text, flags=re.M)
                definition = json.loads(text)
                if "apiKey" in definition:
                    yield definition


def api_key_file(requests, responses):
    lines = [
        "//! The API keys of Kafka 4.4.0 with their version ranges.",
        "// Written by wire/gen/generate.py; do not edit.",
        "use super::{Api, Versions};",
        "/// An API of the Kafka protocol.",
        "#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]",
        "#[repr(i16)]",
        "pub enum ApiKey {",
    ]
    keys = sorted(requests)
    name_of = {k: requests[k]["name"].removesuffix("Request") for k in keys}
    lines += [f"{name_of[k]} = {k}," for k in keys]
    lines += ["}", "/// By key.", f"pub(super) const APIS: [Api; {len(keys)}] = ["]
    for key in keys:
        assert key == keys.index(key)
        request = requests[key]
        valid = Versions(request["validVersions"])
        flexible = Versions(request.get("flexibleVersions") or "none", valid)
        first_flexible = "None" if flexible.empty else f"Some({flexible.low})"
        unstable = str(bool(request.get("latestVersionUnstable"))).lower()
        on_broker = str("broker" in (request.get("listeners") or [])).lower()
        lines.append(
            f'Api {{ key: ApiKey::{name_of[key]}, name: "{name_of[key]}", '
            f"valid: Versions {{ min: {valid.low}, max: {valid.high} }}, "
            f"first_flexible: {first_flexible}, latest_unstable: {unstable}, "
            f"broker_listener: {on_broker} }},"
        )
    lines.append("];")
    return "\n".join(lines) + "\n"


def main():
    requests, responses, messages = {}, {}, []
    for definition in definitions(sys.argv[1]):
        {"request": requests, "response": responses}[definition["type"]][definition["apiKey"]] = definition
    for key, request in requests.items():
        if request["validVersions"] == "none" or "broker" not in (request.get("listeners") or []):
            continue
        messages += [Message(request), Message(responses[key])]
    OUT.mkdir(parents=True, exist_ok=True)
    for old in OUT.glob("*.rs"):
        old.unlink()
    paths = []
    for message in messages:
        path = OUT / f"{snake(message.name)}.rs"
        path.write_text(message_file(message))
        paths.append(path)
    modules = sorted(snake(m.name) for m in messages)
    lines = ["//! Every request and response on a broker's listener, one file each.",
             "// Written by wire/gen/generate.py; do not edit.", "use crate::ApiKey;", "use crate::codec::Request;"]
    lines += [f"pub mod {m};" for m in modules]
    lines += [f"pub use {snake(m.name)}::{m.name};" for m in sorted(messages, key=lambda m: m.name)]
    for message in messages:
        if message.kind == "request":
            short = message.name.removesuffix("Request")
            request = message.name + ("<'a>" if message.borrows(message.name) else "")
            response_message = next(m for m in messages if m.name == short + "Response")
            response = short + "Response" + ("<'b>" if response_message.borrows(short + "Response") else "")
            lines.append(f"impl<'a> Request<'a> for {request} {{ const API: ApiKey = ApiKey::{short}; type Response<'b> = {response}; }}")
    lines += ["/// Calls `$with!` with every message: API key, request and response, each with its lifetime if any.",
              "#[macro_export]", "macro_rules! for_each_api {", "    ($with:ident) => {", "$with! {"]
    for message in messages:
        if message.kind == "request":
            short = message.name.removesuffix("Request")
            lines.append(f"{short}: {short}Request, {short}Response;")
    lines += ["}", "};", "}"]
    (OUT / "mod.rs").write_text("\n".join(lines) + "\n")
    table = WIRE / "src" / "api_key" / "table.rs"
    table.parent.mkdir(exist_ok=True)
    table.write_text(api_key_file(requests, responses))
    paths += [OUT / "mod.rs", table]
    subprocess.run(["rustfmt", "--edition", "2024", "--config-path", str(WIRE.parent), *map(str, [OUT / 'mod.rs', table])], check=True)


main()
