#!/usr/bin/env python3
"""Writes wire/src/messages/ and wire/src/api_key/table.rs from the message definitions of Kafka.

    wire/gen/generate.py path/to/kafka-clients-4.4.0.jar

The jar is the one that Maven resolves for tests/golden/pom.xml; for another version of Kafka,
change that pom, write tests/golden/frames.txt anew as it says, and then run `cargo test -p wire`.
It needs Python 3 and rustfmt. A developer runs it; its output is committed. Only names, types,
versions and defaults are read from the definitions, none of their prose.
"""

import subprocess
import sys
from pathlib import Path

from definitions import Message, Versions, definitions, snake
from fields import generics
from structs import struct_code

WIRE = Path(__file__).resolve().parent.parent
MESSAGES = WIRE / "src" / "messages"
API_TABLE = WIRE / "src" / "api_key" / "table.rs"
NOTICE = "// Written by wire/gen/generate.py; do not edit."


def message_file(message):
    """A message and the structures within it."""
    names = [message.name] + [name for name in message.structs if name != message.name]
    text = "\n".join(line for name in names for line in struct_code(message, name))
    uses = []
    if "Cow<" in text or "Cow::" in text:
        uses.append("use std::borrow::Cow;")
    if "Uuid" in text:
        uses.append("use crate::Uuid;")
    if "codec::" in text:
        uses.append("use crate::codec;")
    uses.append("use crate::codec::{Decode, DecodeError, Encode, EncodeError, Reader};")
    versions = f"{message.valid.low}-{message.valid.high}"
    head = f"//! {message.name} (key {message.api_key}), versions {versions}."
    return "\n".join([head, NOTICE, *uses, text]) + "\n"


def api_table(requests):
    """The enum of API keys, and what a broker needs to know of each."""
    keys = sorted(requests)
    assert keys == list(range(len(keys))), "the table is indexed by key"
    names = [requests[key]["name"].removesuffix("Request") for key in keys]
    lines = [
        "//! The API keys of Kafka 4.4.0 with their version ranges.",
        NOTICE,
        "use super::{Api, Versions};",
        "/// An API of the Kafka protocol.",
        "#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]",
        "#[repr(i16)]",
        "pub enum ApiKey {",
        *(f"{name} = {key}," for key, name in zip(keys, names)),
        "}",
        "/// By key.",
        f"pub(super) const APIS: [Api; {len(keys)}] = [",
    ]
    for key, name in zip(keys, names):
        request = requests[key]
        valid = Versions(request["validVersions"])
        flexible = Versions(request.get("flexibleVersions") or "none", valid)
        first_flexible = "None" if flexible.empty else f"Some({flexible.low})"
        unstable = str(bool(request.get("latestVersionUnstable"))).lower()
        lines.append(
            f'Api {{ key: ApiKey::{name}, name: "{name}", '
            f"valid: Versions {{ min: {valid.low}, max: {valid.high} }}, "
            f"first_flexible: {first_flexible}, latest_unstable: {unstable}, "
            f"broker_listener: {str(is_for_brokers(request)).lower()} }},"
        )
    lines.append("];")
    return "\n".join(lines) + "\n"


def is_for_brokers(request):
    return "broker" in request.get("listeners", [])


def messages_mod(pairs):
    """The root of the messages: modules, names, and which response answers which request."""
    messages = [message for pair in pairs for message in pair]
    lines = [
        "//! Every request and response on a broker's listener, one file each.",
        NOTICE,
        "use crate::ApiKey;",
        "use crate::codec::Request;",
        *sorted(f"pub mod {snake(m.name)};" for m in messages),
        *(f"pub use {snake(n)}::{n};" for n in sorted(m.name for m in messages)),
    ]
    for request, response in pairs:
        answer = response.name + generics(response, response.name, "'b")
        lines += [
            f"impl<'a> Request<'a> for {request.name}{generics(request, request.name)} {{",
            f"const API: ApiKey = ApiKey::{request.name.removesuffix('Request')};",
            f"type Response<'b> = {answer};",
            "}",
        ]
    lines += [
        "/// Calls `$with!` with every API: its key, its request and its response.",
        "#[macro_export]",
        "macro_rules! for_each_api {",
        "    ($with:ident) => {",
        "$with! {",
        *(f"{q.name.removesuffix('Request')}: {q.name}, {p.name};" for q, p in pairs),
        "}", "};", "}",
    ]
    return "\n".join(lines) + "\n"


def main():
    requests, responses = {}, {}
    for definition in definitions(sys.argv[1]):
        side = requests if definition["type"] == "request" else responses
        side[definition["apiKey"]] = definition
    pairs = [
        (Message(request), Message(responses[key]))
        for key, request in requests.items()
        if request["validVersions"] != "none" and is_for_brokers(request)
    ]
    MESSAGES.mkdir(parents=True, exist_ok=True)
    for old in MESSAGES.glob("*.rs"):
        old.unlink()
    for pair in pairs:
        for message in pair:
            (MESSAGES / f"{snake(message.name)}.rs").write_text(message_file(message))
    root = MESSAGES / "mod.rs"
    root.write_text(messages_mod(pairs))
    API_TABLE.write_text(api_table(requests))
    # With the root, rustfmt formats every module that it names.
    style = ["--edition", "2024", "--config-path", str(WIRE.parent)]
    subprocess.run(["rustfmt", *style, str(root), str(API_TABLE)], check=True)


if __name__ == "__main__":
    main()
