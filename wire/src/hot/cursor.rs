//! A bounds-checked position in a frame.

use std::borrow::Cow;
use std::ops::Range;

use super::TopicRef;
use crate::Uuid;
use crate::codec::DecodeError;
use crate::codec::text::text;
use crate::limits::STRING_BYTES_MAX;

/// Reads a frame from `at` on. It is `Copy`: a place in the frame can be kept and returned to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cursor<'a> {
    frame: &'a [u8],
    at: usize,
    /// Compact lengths and tagged fields (KIP-482).
    flexible: bool,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(frame: &'a [u8], at: usize, flexible: bool) -> Self {
        Self { frame, at: at.min(frame.len()), flexible }
    }

    pub(super) fn remaining_bytes(&self) -> usize {
        self.frame.len() - self.at
    }

    #[inline]
    fn take(&mut self, len_bytes: usize) -> Result<&'a [u8], DecodeError> {
        let rest = &self.frame[self.at..];
        let taken = rest.get(..len_bytes).ok_or_else(|| truncated(len_bytes - rest.len()))?;
        self.at += len_bytes;
        Ok(taken)
    }

    #[inline]
    fn array<const N: usize>(&mut self) -> Result<[u8; N], DecodeError> {
        let rest = &self.frame[self.at..];
        let taken = rest.first_chunk::<N>().ok_or_else(|| truncated(N - rest.len()))?;
        self.at += N;
        Ok(*taken)
    }

    #[inline]
    pub(super) fn i8(&mut self) -> Result<i8, DecodeError> {
        self.array().map(i8::from_be_bytes)
    }

    #[inline]
    pub(super) fn i16(&mut self) -> Result<i16, DecodeError> {
        self.array().map(i16::from_be_bytes)
    }

    #[inline]
    pub(super) fn i32(&mut self) -> Result<i32, DecodeError> {
        self.array().map(i32::from_be_bytes)
    }

    #[inline]
    pub(super) fn i64(&mut self) -> Result<i64, DecodeError> {
        self.array().map(i64::from_be_bytes)
    }

    #[inline]
    pub(super) fn uuid(&mut self) -> Result<Uuid, DecodeError> {
        self.array().map(Uuid)
    }

    /// An unsigned varint of at most 5 bytes and 32 bits.
    #[inline]
    fn uvarint(&mut self) -> Result<u32, DecodeError> {
        match self.frame.get(self.at) {
            Some(byte) if *byte < 0x80 => {
                self.at += 1;
                Ok(u32::from(*byte))
            }
            _ => self.long_uvarint(),
        }
    }

    fn long_uvarint(&mut self) -> Result<u32, DecodeError> {
        let mut value = 0u64;
        for shift in [0, 7, 14, 21, 28] {
            let [byte] = self.array()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return u32::try_from(value).map_err(|_| DecodeError::Varint);
            }
        }
        Err(DecodeError::Varint)
    }

    /// A length: compact (one more than it is, 0 for null) or of `wide` bytes (−1 for null).
    #[inline]
    fn nullable_len(&mut self, wide: bool) -> Result<Option<usize>, DecodeError> {
        let len = if self.flexible {
            i64::from(self.uvarint()?) - 1
        } else if wide {
            i64::from(self.i32()?)
        } else {
            i64::from(self.i16()?)
        };
        match len {
            -1 => Ok(None),
            len => usize::try_from(len).map(Some).map_err(|_| DecodeError::NegativeLength(len)),
        }
    }

    #[inline]
    fn nullable_text(&mut self) -> Result<Option<&'a [u8]>, DecodeError> {
        let Some(len_bytes) = self.nullable_len(false)? else {
            return Ok(None);
        };
        if len_bytes > STRING_BYTES_MAX {
            return Err(DecodeError::StringTooLong(len_bytes));
        }
        self.take(len_bytes).map(Some)
    }

    #[inline]
    pub(super) fn nullable_str(&mut self) -> Result<Option<Cow<'a, str>>, DecodeError> {
        Ok(self.nullable_text()?.map(text))
    }

    #[inline]
    pub(super) fn str(&mut self) -> Result<Cow<'a, str>, DecodeError> {
        self.nullable_str()?.ok_or(DecodeError::Null)
    }

    /// The number of elements of an array that may not be null, each of at least `min_bytes`.
    #[inline]
    pub(super) fn array_len(&mut self, min_bytes: usize) -> Result<usize, DecodeError> {
        let len = self.nullable_len(true)?.ok_or(DecodeError::Null)?;
        self.check_count(len, min_bytes)?;
        Ok(len)
    }

    #[inline]
    fn check_count(&self, count: usize, min_bytes: usize) -> Result<(), DecodeError> {
        let remaining = self.remaining_bytes();
        if count > remaining / min_bytes {
            return Err(DecodeError::ArrayTooLong { count: count as u64, remaining });
        }
        Ok(())
    }

    /// Where in the frame a nullable byte field lies.
    #[inline]
    pub(super) fn nullable_range(&mut self) -> Result<Option<Range<usize>>, DecodeError> {
        let Some(len_bytes) = self.nullable_len(true)? else {
            return Ok(None);
        };
        let start = self.at;
        self.take(len_bytes)?;
        Ok(Some(start..self.at))
    }

    /// A topic by id or by name.
    #[inline]
    pub(super) fn topic(&mut self, by_id: bool) -> Result<TopicRef<'a>, DecodeError> {
        if by_id {
            return self.uuid().map(TopicRef::Id);
        }
        let bytes = self.nullable_text()?.ok_or(DecodeError::Null)?;
        Ok(match std::str::from_utf8(bytes) {
            Ok(name) => TopicRef::Name(name),
            Err(_) => TopicRef::NotUtf8(bytes),
        })
    }

    /// The tagged fields at the end of a structure, if the version has them; unknown ones are
    /// skipped.
    #[inline]
    pub(super) fn skip_tagged(&mut self) -> Result<(), DecodeError> {
        if self.flexible && self.frame.get(self.at) == Some(&0) {
            self.at += 1;
            return Ok(());
        }
        self.tagged(|_, _| Ok(false))
    }

    /// As [`Self::skip_tagged`], showing each field to `known`, which reads it and says whether it
    /// did. A field it reads must end where its size says.
    pub(super) fn tagged(
        &mut self,
        mut known: impl FnMut(u32, &mut Cursor<'a>) -> Result<bool, DecodeError>,
    ) -> Result<(), DecodeError> {
        if !self.flexible {
            return Ok(());
        }
        let count = self.uvarint()?;
        // A tagged field takes at least its tag and its size.
        self.check_count(count as usize, 2)?;
        let mut lowest = 0;
        for _ in 0..count {
            let tag = self.uvarint()?;
            if u64::from(tag) < lowest {
                return Err(DecodeError::TagOrder { tag });
            }
            lowest = u64::from(tag) + 1;
            let size_bytes = self.uvarint()? as usize;
            let start = self.at;
            self.take(size_bytes)?;
            let mut field = Self { frame: &self.frame[..self.at], at: start, flexible: true };
            if known(tag, &mut field)? && field.remaining_bytes() != 0 {
                return Err(DecodeError::TagLength { tag });
            }
        }
        Ok(())
    }

    pub(super) fn slice(&self, range: &Range<usize>) -> Option<&'a [u8]> {
        self.frame.get(range.clone())
    }
}

#[cold]
fn truncated(missing: usize) -> DecodeError {
    DecodeError::Truncated { missing }
}
