"""Kafka's message definitions: names, types, versions, defaults. None of their prose."""

import json
import re
import zipfile

KEYWORDS = {"type", "match", "ref", "self", "in", "move", "use", "impl", "fn", "mod"}
SCALARS = {
    "int8": ("i8", 1), "int16": ("i16", 2), "int32": ("i32", 4), "int64": ("i64", 8),
    "uint16": ("u16", 2), "uint32": ("u32", 4), "float64": ("f64", 8), "bool": ("bool", 1),
    "uuid": ("Uuid", 16),
}
BLOBS = ("bytes", "records")


def snake(name):
    name = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", name)
    name = re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1_\2", name).lower()
    return name + "_" if name in KEYWORDS else name


class Versions:
    """A range of versions, cut to `bounds`: those of what it is a part of."""

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
    """A field of a structure, or an array of structures."""

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
        if self.element in BLOBS:
            return "Cow<'a, [u8]>"
        return self.element + ("<'a>" if self.message.borrows(self.element) else "")

    def rust_type(self):
        inner = self.element_type()
        if self.is_array:
            inner = f"Vec<{inner}>"
        return inner if self.nullable.empty else f"Option<{inner}>"

    @property
    def borrows(self):
        if self.element in ("string", *BLOBS):
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
    """A request or a response, with its structures by name: (versions, fields)."""

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
            f.element in ("string", *BLOBS)
            or (f.element in self.structs and self.borrows(f.element, seen + (name,)))
            for f in self.structs[name][1]
        )


def definitions(jar):
    """The requests and responses in a jar; comments are stripped."""
    with zipfile.ZipFile(jar) as archive:
        for name in sorted(archive.namelist()):
            if name.startswith("common/message/") and name.endswith(".json"):
                text = archive.read(name).decode()
                text = re.sub(r"^\s*//.*$", "", text, flags=re.M)
                text = re.sub(r'\s//[^"\n]*$', "", text, flags=re.M)
                definition = json.loads(text)
                if "apiKey" in definition:
                    yield definition
