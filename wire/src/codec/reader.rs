//! A bounded reader over one frame.

use std::borrow::Cow;

use super::text::{GROWTH_MAX, text};
use crate::Uuid;
use crate::limits::{BUDGET_BASE_BYTES, BUDGET_PER_BYTE, STRING_BYTES_MAX, VARINT_BYTES_MAX};

/// Why bytes are not the message they should be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    #[error("the frame ends {missing} bytes before its value does")]
    Truncated { missing: usize },
    #[error("a length of {0} where none below 0 is allowed")]
    NegativeLength(i64),
    #[error("null where a value must be")]
    Null,
    #[error("an array of {count} elements does not fit into {remaining} bytes")]
    ArrayTooLong { count: u64, remaining: usize },
    #[error("a string of {0} bytes, which is more than {STRING_BYTES_MAX}")]
    StringTooLong(usize),
    #[error("a string is not UTF-8")]
    NotUtf8,
    #[error("a varint is longer than {VARINT_BYTES_MAX} bytes or does not fit into 32 bits")]
    Varint,
    #[error("tagged field {tag} comes twice or out of order")]
    TagOrder { tag: u32 },
    #[error("tagged field {tag} is not as long as it says")]
    TagLength { tag: u32 },
    #[error("decoding needs more memory than a frame of this size may take")]
    Budget,
    #[error("{0} is no marker of a nullable structure")]
    StructMarker(i8),
    #[error("version {version} of {api} does not exist")]
    Version { api: &'static str, version: i16 },
    #[error("{0} bytes are left over after the message")]
    TrailingBytes(usize),
}

/// Reads primitives from a frame; every length is checked before it is used.
#[derive(Debug, Clone)]
pub struct Reader<'a> {
    buf: &'a [u8],
    budget_bytes: usize,
}

impl<'a> Reader<'a> {
    /// A reader with the budget that a frame of this size gets.
    #[must_use]
    pub fn new(buf: &'a [u8]) -> Self {
        let budget = buf.len().saturating_mul(BUDGET_PER_BYTE).saturating_add(BUDGET_BASE_BYTES);
        Self::with_budget(buf, budget)
    }

    /// A reader that lets decoding allocate at most `budget_bytes`.
    #[must_use]
    pub fn with_budget(buf: &'a [u8], budget_bytes: usize) -> Self {
        Self { buf, budget_bytes }
    }

    #[must_use]
    pub fn remaining(&self) -> usize {
        self.buf.len()
    }

    /// The bytes not read yet.
    #[must_use]
    pub fn rest(&self) -> &'a [u8] {
        self.buf
    }

    /// Refuses bytes after the message.
    pub fn finish(&self) -> Result<(), DecodeError> {
        if self.buf.is_empty() { Ok(()) } else { Err(DecodeError::TrailingBytes(self.buf.len())) }
    }

    /// Takes the next `length` bytes.
    pub fn take(&mut self, length: usize) -> Result<&'a [u8], DecodeError> {
        match self.buf.split_at_checked(length) {
            Some((taken, rest)) => {
                self.buf = rest;
                Ok(taken)
            }
            None => Err(DecodeError::Truncated { missing: length - self.buf.len() }),
        }
    }

    fn fixed<const N: usize>(&mut self) -> Result<[u8; N], DecodeError> {
        match self.buf.split_first_chunk::<N>() {
            Some((taken, rest)) => {
                self.buf = rest;
                Ok(*taken)
            }
            None => Err(DecodeError::Truncated { missing: N - self.buf.len() }),
        }
    }

    pub fn i8(&mut self) -> Result<i8, DecodeError> {
        self.fixed().map(i8::from_be_bytes)
    }

    pub fn i16(&mut self) -> Result<i16, DecodeError> {
        self.fixed().map(i16::from_be_bytes)
    }

    pub fn i32(&mut self) -> Result<i32, DecodeError> {
        self.fixed().map(i32::from_be_bytes)
    }

    pub fn i64(&mut self) -> Result<i64, DecodeError> {
        self.fixed().map(i64::from_be_bytes)
    }

    pub fn u16(&mut self) -> Result<u16, DecodeError> {
        self.fixed().map(u16::from_be_bytes)
    }

    pub fn u32(&mut self) -> Result<u32, DecodeError> {
        self.fixed().map(u32::from_be_bytes)
    }

    pub fn f64(&mut self) -> Result<f64, DecodeError> {
        self.fixed().map(f64::from_be_bytes)
    }

    pub fn bool(&mut self) -> Result<bool, DecodeError> {
        self.fixed::<1>().map(|[byte]| byte != 0)
    }

    pub fn uuid(&mut self) -> Result<Uuid, DecodeError> {
        self.fixed().map(Uuid)
    }

    /// An unsigned varint of at most 32 bits.
    pub fn uvarint(&mut self) -> Result<u32, DecodeError> {
        let mut value = 0u64;
        for index in 0..VARINT_BYTES_MAX {
            let [byte] = self.fixed()?;
            value |= u64::from(byte & 0x7f) << (7 * index);
            if byte & 0x80 == 0 {
                return u32::try_from(value).map_err(|_| DecodeError::Varint);
            }
        }
        Err(DecodeError::Varint)
    }

    /// The length of a string; `None` is null.
    fn string_len(&mut self, flexible: bool) -> Result<Option<usize>, DecodeError> {
        if !flexible {
            return nullable_len(i64::from(self.i16()?));
        }
        match self.compact_len()? {
            // As in Kafka, so that what was read can be written in an older version too.
            Some(length) if length > STRING_BYTES_MAX => Err(DecodeError::StringTooLong(length)),
            length => Ok(length),
        }
    }

    /// The length of bytes or of an array; `None` is null.
    fn long_len(&mut self, flexible: bool) -> Result<Option<usize>, DecodeError> {
        if flexible {
            return self.compact_len();
        }
        let length = self.i32()?;
        nullable_len(i64::from(length))
    }

    fn compact_len(&mut self) -> Result<Option<usize>, DecodeError> {
        Ok(match self.uvarint()? {
            0 => None,
            length => Some(length as usize - 1),
        })
    }

    pub fn nullable_string(&mut self, flexible: bool) -> Result<Option<Cow<'a, str>>, DecodeError> {
        let Some(length) = self.string_len(flexible)? else {
            return Ok(None);
        };
        self.text(length).map(Some)
    }

    /// Text of so many bytes: lent, or a copy where it is not UTF-8.
    pub(crate) fn text(&mut self, length: usize) -> Result<Cow<'a, str>, DecodeError> {
        let bytes = self.take(length)?;
        if let Ok(text) = std::str::from_utf8(bytes) {
            return Ok(Cow::Borrowed(text));
        }
        self.charge(length.saturating_mul(GROWTH_MAX))?;
        Ok(text(bytes))
    }

    pub fn string(&mut self, flexible: bool) -> Result<Cow<'a, str>, DecodeError> {
        self.nullable_string(flexible)?.ok_or(DecodeError::Null)
    }

    pub fn nullable_bytes(&mut self, flexible: bool) -> Result<Option<Cow<'a, [u8]>>, DecodeError> {
        let Some(length) = self.long_len(flexible)? else {
            return Ok(None);
        };
        self.take(length).map(|bytes| Some(Cow::Borrowed(bytes)))
    }

    pub fn bytes(&mut self, flexible: bool) -> Result<Cow<'a, [u8]>, DecodeError> {
        self.nullable_bytes(flexible)?.ok_or(DecodeError::Null)
    }

    /// An array whose elements take at least `min_size_bytes` each on the wire.
    pub fn nullable_array<T>(
        &mut self,
        flexible: bool,
        min_size_bytes: usize,
        mut element: impl FnMut(&mut Self) -> Result<T, DecodeError>,
    ) -> Result<Option<Vec<T>>, DecodeError> {
        let Some(count) = self.long_len(flexible)? else {
            return Ok(None);
        };
        if count > self.buf.len() / min_size_bytes.max(1) {
            let remaining = self.buf.len();
            return Err(DecodeError::ArrayTooLong { count: count as u64, remaining });
        }
        // Charged in full first: then the budget bounds what is allocated, to the byte.
        self.charge(count.saturating_mul(size_of::<T>()))?;
        let mut elements = Vec::with_capacity(count);
        for _ in 0..count {
            elements.push(element(self)?);
        }
        Ok(Some(elements))
    }

    pub fn array<T>(
        &mut self,
        flexible: bool,
        min_size_bytes: usize,
        element: impl FnMut(&mut Self) -> Result<T, DecodeError>,
    ) -> Result<Vec<T>, DecodeError> {
        self.nullable_array(flexible, min_size_bytes, element)?.ok_or(DecodeError::Null)
    }

    /// A structure behind a marker: -1 for null, 1 for present.
    pub fn nullable_struct<T>(
        &mut self,
        value: impl FnOnce(&mut Self) -> Result<T, DecodeError>,
    ) -> Result<Option<T>, DecodeError> {
        match self.i8()? {
            -1 => Ok(None),
            1 => value(self).map(Some),
            marker => Err(DecodeError::StructMarker(marker)),
        }
    }

    fn charge(&mut self, bytes: usize) -> Result<(), DecodeError> {
        self.budget_bytes = self.budget_bytes.checked_sub(bytes).ok_or(DecodeError::Budget)?;
        Ok(())
    }

    /// Reads a section of tagged fields; `known` reads a field, or says false to have it skipped.
    pub fn tags(
        &mut self,
        mut known: impl FnMut(u32, &mut Self) -> Result<bool, DecodeError>,
    ) -> Result<(), DecodeError> {
        let count = self.uvarint()?;
        // A tagged field takes at least its tag and its length.
        if count as usize > self.buf.len() / 2 {
            let remaining = self.buf.len();
            return Err(DecodeError::ArrayTooLong { count: u64::from(count), remaining });
        }
        let mut previous = None;
        for _ in 0..count {
            let tag = self.uvarint()?;
            if previous.is_some_and(|previous| tag <= previous) {
                return Err(DecodeError::TagOrder { tag });
            }
            previous = Some(tag);
            let length = self.uvarint()? as usize;
            let field = self.take(length)?;
            let mut inner = Reader { buf: field, budget_bytes: self.budget_bytes };
            if known(tag, &mut inner)? {
                if !inner.buf.is_empty() {
                    return Err(DecodeError::TagLength { tag });
                }
                self.budget_bytes = inner.budget_bytes;
            }
        }
        Ok(())
    }

    /// Skips a section of tagged fields, all of them unknown.
    pub fn skip_tags(&mut self) -> Result<(), DecodeError> {
        self.tags(|_, _| Ok(false))
    }
}

fn nullable_len(length: i64) -> Result<Option<usize>, DecodeError> {
    match length {
        -1 => Ok(None),
        _ => usize::try_from(length).map(Some).map_err(|_| DecodeError::NegativeLength(length)),
    }
}
