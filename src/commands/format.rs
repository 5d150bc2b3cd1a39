//! How `consume` prints a record.

use std::io::{self, Write};

use serde_json::{Map, Value, json};
use wire::records::Record;

use crate::args::FormatArg;

/// A record, and where it lies.
pub struct Found<'a> {
    /// Without a topic the place is not shown: it is that of the file.
    pub topic: &'a str,
    pub partition: i32,
    pub record: &'a Record<'a>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Format {
    Value,
    KeyValue,
    Json,
    Printf(Vec<Piece>),
}

/// A part of a kcat format.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    Text(Vec<u8>),
    Value,
    ValueLength,
    Key,
    KeyLength,
    Topic,
    Partition,
    Offset,
    Timestamp,
    Headers,
}

impl From<FormatArg> for Format {
    fn from(format: FormatArg) -> Format {
        match format {
            FormatArg::Value => Format::Value,
            FormatArg::KeyValue => Format::KeyValue,
            FormatArg::Json => Format::Json,
        }
    }
}

impl Format {
    /// Reads a format as kcat has it.
    pub fn printf(text: &str) -> Result<Format, String> {
        let mut pieces = Vec::new();
        let mut plain = Vec::new();
        let mut rest = text.chars();
        while let Some(letter) = rest.next() {
            match letter {
                '%' => match piece(rest.next())? {
                    Piece::Text(text) => plain.extend(text),
                    piece => {
                        if !plain.is_empty() {
                            pieces.push(Piece::Text(std::mem::take(&mut plain)));
                        }
                        pieces.push(piece);
                    }
                },
                '\\' => plain.push(escape(&mut rest)?),
                letter => plain.extend(letter.encode_utf8(&mut [0; 4]).bytes()),
            }
        }
        if !plain.is_empty() {
            pieces.push(Piece::Text(plain));
        }
        Ok(Format::Printf(pieces))
    }

    pub fn write(&self, out: &mut impl Write, found: &Found<'_>) -> io::Result<()> {
        let record = found.record;
        let key = record.key.as_deref().unwrap_or_default();
        let value = record.value.as_deref().unwrap_or_default();
        match self {
            Format::Value => {
                out.write_all(value)?;
                out.write_all(b"\n")
            }
            Format::KeyValue => {
                out.write_all(key)?;
                out.write_all(b"\t")?;
                out.write_all(value)?;
                out.write_all(b"\n")
            }
            Format::Json => writeln!(out, "{}", as_json(found)),
            Format::Printf(pieces) => {
                pieces.iter().try_for_each(|piece| write_piece(out, piece, found))
            }
        }
    }
}

fn piece(letter: Option<char>) -> Result<Piece, String> {
    Ok(match letter {
        Some('s') => Piece::Value,
        Some('S') => Piece::ValueLength,
        Some('k') => Piece::Key,
        Some('K') => Piece::KeyLength,
        Some('t') => Piece::Topic,
        Some('p') => Piece::Partition,
        Some('o') => Piece::Offset,
        Some('T') => Piece::Timestamp,
        Some('h') => Piece::Headers,
        Some('%') => Piece::Text(b"%".to_vec()),
        Some(other) => {
            return Err(format!(
                "there is no %{other}; there are %s %S %k %K %t %p %o \
                                           %T %h and %%"
            ));
        }
        None => return Err("the format ends with a single %".into()),
    })
}

fn escape(rest: &mut std::str::Chars<'_>) -> Result<u8, String> {
    match rest.next() {
        Some('n') => Ok(b'\n'),
        Some('r') => Ok(b'\r'),
        Some('t') => Ok(b'\t'),
        Some('0') => Ok(0),
        Some('\\') => Ok(b'\\'),
        Some('x') => {
            let digits: String = rest.by_ref().take(2).collect();
            let byte = u8::from_str_radix(&digits, 16).ok().filter(|_| digits.len() == 2);
            byte.ok_or_else(|| format!("\\x{digits} is not \\x and two hexadecimal digits"))
        }
        other => Err(format!("there is no \\{}", other.unwrap_or(' '))),
    }
}

fn write_piece(out: &mut impl Write, piece: &Piece, found: &Found<'_>) -> io::Result<()> {
    let record = found.record;
    let length = |bytes: Option<&[u8]>| bytes.map_or(-1, |bytes| bytes.len() as i64);
    match piece {
        Piece::Text(text) => out.write_all(text),
        Piece::Value => out.write_all(record.value.as_deref().unwrap_or_default()),
        Piece::ValueLength => write!(out, "{}", length(record.value.as_deref())),
        Piece::Key => out.write_all(record.key.as_deref().unwrap_or_default()),
        Piece::KeyLength => write!(out, "{}", length(record.key.as_deref())),
        Piece::Topic => out.write_all(found.topic.as_bytes()),
        Piece::Partition => write!(out, "{}", found.partition),
        Piece::Offset => write!(out, "{}", record.offset),
        Piece::Timestamp => write!(out, "{}", record.timestamp),
        Piece::Headers => {
            for (index, header) in record.headers.iter().enumerate() {
                let comma = if index > 0 { "," } else { "" };
                write!(out, "{comma}{}=", header.key)?;
                out.write_all(header.value.as_deref().unwrap_or(b"NULL"))?;
            }
            Ok(())
        }
    }
}

/// Puts bytes below `name` as text, or below `name_base64` if they are none.
fn put_bytes(object: &mut Map<String, Value>, name: &str, bytes: Option<&[u8]>) {
    match bytes.map(std::str::from_utf8) {
        None => object.insert(name.to_owned(), Value::Null),
        Some(Ok(text)) => object.insert(name.to_owned(), text.into()),
        Some(Err(_)) => {
            object.insert(format!("{name}_base64"), base64(bytes.unwrap_or_default()).into())
        }
    };
}

pub fn as_json(found: &Found<'_>) -> Value {
    let record = found.record;
    let mut object = Map::new();
    if !found.topic.is_empty() {
        object.insert("topic".into(), found.topic.into());
        object.insert("partition".into(), found.partition.into());
    }
    object.insert("offset".into(), record.offset.into());
    object.insert("timestamp".into(), record.timestamp.into());
    put_bytes(&mut object, "key", record.key.as_deref());
    put_bytes(&mut object, "value", record.value.as_deref());
    let headers = record.headers.iter().map(|header| {
        let mut one = Map::new();
        one.insert("key".into(), header.key.as_ref().into());
        put_bytes(&mut one, "value", header.value.as_deref());
        Value::Object(one)
    });
    object.insert("headers".into(), json!(headers.collect::<Vec<_>>()));
    Value::Object(object)
}

fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let byte = |index| u32::from(chunk.get(index).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for index in 0..4 {
            let letter = LETTERS[(bits >> (18 - 6 * index) & 63) as usize];
            text.push(if index <= chunk.len() { char::from(letter) } else { '=' });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use wire::records::Header;

    use super::*;

    fn shown(format: &Format, record: &Record<'_>) -> String {
        let mut out = Vec::new();
        format.write(&mut out, &Found { topic: "t", partition: 3, record }).unwrap();
        String::from_utf8(out).unwrap()
    }

    fn record(key: Option<&'static [u8]>, value: Option<&'static [u8]>) -> Record<'static> {
        Record {
            offset: 7,
            timestamp: 1000,
            key: key.map(Cow::Borrowed),
            value: value.map(Cow::Borrowed),
            headers: vec![
                Header { key: "a".into(), value: Some(Cow::Borrowed(b"1")) },
                Header { key: "b".into(), value: None },
            ],
        }
    }

    #[test]
    fn formats() {
        let full = record(Some(b"k"), Some(b"v"));
        assert_eq!(shown(&Format::Value, &full), "v\n");
        assert_eq!(shown(&Format::KeyValue, &full), "k\tv\n");
        let all = Format::printf(r"%t[%p]@%o %T %k(%K)=%s(%S) %h 100%%\x21\t\\\n").unwrap();
        assert_eq!(shown(&all, &full), "t[3]@7 1000 k(1)=v(1) a=1,b=NULL 100%!\t\\\n");
        assert_eq!(shown(&Format::printf("%K%S").unwrap(), &record(None, None)), "-1-1");
    }

    #[test]
    fn json_keeps_what_is_no_text() {
        let value: Value =
            serde_json::from_str(&shown(&Format::Json, &record(None, Some(b"\xff\x00")))).unwrap();
        assert_eq!(value["value_base64"], "/wA=");
        assert_eq!(value["key"], Value::Null);
        assert_eq!(value["headers"][1], json!({ "key": "b", "value": null }));
        assert_eq!(value["offset"], 7);
        for (bytes, text) in [(&b""[..], ""), (b"a", "YQ=="), (b"ab", "YWI="), (b"abc", "YWJj")] {
            assert_eq!(base64(bytes), text);
        }
    }

    #[test]
    fn wrong_formats_are_refused() {
        for text in ["%", "%x", r"\q", r"\", r"\xg0", r"\x4"] {
            assert!(Format::printf(text).is_err(), "{text}");
        }
    }
}
