//! Writing the protocol's primitives onto a growing buffer.

use crate::Uuid;

/// Why a value cannot be written in a version.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EncodeError {
    #[error("field {field} has a value that version {version} cannot carry")]
    Unsupported { field: &'static str, version: i16 },
    #[error("field {field} is null, which version {version} cannot carry")]
    Null { field: &'static str, version: i16 },
    #[error("{length} is too long for its length field")]
    TooLong { length: usize },
    /// The caller broke the order in which a frame is written: a bug.
    #[error("a frame is written out of order: {0}")]
    Misuse(&'static str),
}

impl EncodeError {
    pub(crate) fn unsupported(field: &'static str, version: i16) -> Self {
        Self::Unsupported { field, version }
    }

    pub(crate) fn null(field: &'static str, version: i16) -> Self {
        Self::Null { field, version }
    }
}

macro_rules! put_number {
    ($($name:ident: $type:ty),*) => {
        $(
            pub fn $name(out: &mut Vec<u8>, value: $type) {
                out.extend_from_slice(&value.to_be_bytes());
            }
        )*
    };
}

put_number!(put_i8: i8, put_i16: i16, put_i32: i32, put_i64: i64, put_u16: u16, put_u32: u32,
    put_f64: f64);

pub fn put_bool(out: &mut Vec<u8>, value: bool) {
    out.push(u8::from(value));
}

pub fn put_uuid(out: &mut Vec<u8>, value: Uuid) {
    out.extend_from_slice(&value.0);
}

pub fn put_uvarint(out: &mut Vec<u8>, mut value: u32) {
    while value >= 0x80 {
        out.push((value as u8 & 0x7f) | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

fn put_compact_len(out: &mut Vec<u8>, length: usize) -> Result<(), EncodeError> {
    let plus_one = length.checked_add(1).and_then(|length| u32::try_from(length).ok());
    put_uvarint(out, plus_one.ok_or(EncodeError::TooLong { length })?);
    Ok(())
}

pub fn put_string(out: &mut Vec<u8>, flexible: bool, value: &str) -> Result<(), EncodeError> {
    let length = value.len();
    // Even a compact string is at most 32,767 bytes long in Kafka.
    let short = i16::try_from(length).map_err(|_| EncodeError::TooLong { length })?;
    if flexible {
        put_compact_len(out, length)?;
    } else {
        put_i16(out, short);
    }
    out.extend_from_slice(value.as_bytes());
    Ok(())
}

pub fn put_null_string(out: &mut Vec<u8>, flexible: bool) {
    if flexible {
        out.push(0);
    } else {
        put_i16(out, -1);
    }
}

fn put_long_len(out: &mut Vec<u8>, flexible: bool, length: usize) -> Result<(), EncodeError> {
    let long = i32::try_from(length).map_err(|_| EncodeError::TooLong { length })?;
    if flexible {
        return put_compact_len(out, length);
    }
    put_i32(out, long);
    Ok(())
}

pub fn put_bytes(out: &mut Vec<u8>, flexible: bool, value: &[u8]) -> Result<(), EncodeError> {
    put_long_len(out, flexible, value.len())?;
    out.extend_from_slice(value);
    Ok(())
}

pub fn put_null_bytes(out: &mut Vec<u8>, flexible: bool) {
    if flexible {
        out.push(0);
    } else {
        put_i32(out, -1);
    }
}

pub fn put_array_len(out: &mut Vec<u8>, flexible: bool, length: usize) -> Result<(), EncodeError> {
    put_long_len(out, flexible, length)
}

pub fn put_null_array(out: &mut Vec<u8>, flexible: bool) {
    put_null_bytes(out, flexible);
}

/// An empty section of tagged fields.
pub fn put_no_tags(out: &mut Vec<u8>) {
    out.push(0);
}

/// A section of tagged fields; they have to be pushed in the order of their tags.
#[derive(Default)]
pub(crate) struct Tags {
    count: u32,
    fields: Vec<u8>,
    last: Option<u32>,
}

impl Tags {
    pub(crate) fn push(
        &mut self,
        tag: u32,
        value: impl FnOnce(&mut Vec<u8>) -> Result<(), EncodeError>,
    ) -> Result<(), EncodeError> {
        assert!(self.last.is_none_or(|last| last < tag), "tagged fields are in order");
        self.last = Some(tag);
        self.count += 1;
        let mut field = Vec::new();
        value(&mut field)?;
        put_uvarint(&mut self.fields, tag);
        let length = field.len();
        let short = u32::try_from(length).map_err(|_| EncodeError::TooLong { length })?;
        put_uvarint(&mut self.fields, short);
        self.fields.extend_from_slice(&field);
        Ok(())
    }

    pub(crate) fn finish(self, out: &mut Vec<u8>) {
        put_uvarint(out, self.count);
        out.extend_from_slice(&self.fields);
    }
}
