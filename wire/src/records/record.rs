//! The records inside a batch.

use std::borrow::Cow;

use super::decompress::decompress;
use super::varint::Cursor;
use super::{BatchError, BatchHeader, Compression, HEADER_BYTES, TimestampType};
use crate::limits::MAX_DECOMPRESSED_BATCH_BYTES;

/// One record. Bytes are borrowed from the batch where it is not compressed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record<'a> {
    /// Its number in the partition: the batch's base offset and its own delta.
    pub offset: i64,
    /// Milliseconds since 1970, or −1; the broker's append time where the batch says LogAppendTime.
    pub timestamp: i64,
    pub key: Option<Cow<'a, [u8]>>,
    /// `None` is a tombstone.
    pub value: Option<Cow<'a, [u8]>>,
    /// In the producer's order; keys may repeat (KIP-82).
    pub headers: Vec<Header<'a>>,
}

/// One header of a record (KIP-82).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header<'a> {
    /// Bytes that are not UTF-8 are replaced, as the Java client does.
    pub key: Cow<'a, str>,
    pub value: Option<Cow<'a, [u8]>>,
}

impl Record<'_> {
    /// A copy that borrows nothing.
    pub fn into_owned(self) -> Record<'static> {
        let own = |bytes: Cow<'_, [u8]>| Cow::Owned(bytes.into_owned());
        Record {
            offset: self.offset,
            timestamp: self.timestamp,
            key: self.key.map(own),
            value: self.value.map(own),
            headers: self
                .headers
                .into_iter()
                .map(|header| Header {
                    key: Cow::Owned(header.key.into_owned()),
                    value: header.value.map(own),
                })
                .collect(),
        }
    }
}

/// The parts of a record as they lie in the batch.
#[derive(Debug, Clone, Copy)]
pub(super) struct RawRecord<'a> {
    pub(super) timestamp_delta: i64,
    pub(super) offset_delta: i32,
    pub(super) key: Option<&'a [u8]>,
    pub(super) value: Option<&'a [u8]>,
    headers_count: i32,
    headers: Cursor<'a>,
}

/// Reads one record, up to and including its value, and takes the cursor past its headers.
#[inline]
pub(super) fn parse_record<'a>(from: &mut Cursor<'a>) -> Result<RawRecord<'a>, &'static str> {
    let len_bytes = from.varint().ok_or("its length is cut off")?;
    let len_bytes = usize::try_from(len_bytes).map_err(|_| "its length is negative")?;
    let body = from.take(len_bytes).ok_or("it is longer than the batch")?;
    let mut body = Cursor::new(body);
    // No attribute of a record has a meaning yet; Kafka ignores them, and so do we.
    body.byte().ok_or("it is empty")?;
    let timestamp_delta = body.varlong().ok_or("bad timestamp delta")?;
    let offset_delta = body.varint().ok_or("bad offset delta")?;
    let key = body.nullable_bytes().ok_or("bad key length")?;
    let value = body.nullable_bytes().ok_or("bad value length")?;
    let headers_count = body.varint().ok_or("bad header count")?;
    if headers_count < 0 {
        return Err("negative header count");
    }
    Ok(RawRecord { timestamp_delta, offset_delta, key, value, headers_count, headers: body })
}

impl<'a> RawRecord<'a> {
    /// Whether the headers are well formed and fill the rest of the record.
    #[inline]
    pub(super) fn check_headers(&self) -> Result<(), &'static str> {
        if self.headers_count == 0 {
            return if self.headers.rest.is_empty() { Ok(()) } else { Err(AFTER_HEADERS) };
        }
        self.each_header(|_, _| ())
    }

    fn each_header(
        &self,
        mut visit: impl FnMut(&'a [u8], Option<&'a [u8]>),
    ) -> Result<(), &'static str> {
        let mut from = self.headers;
        // Each header takes bytes, so a count beyond them ends in an error, not in a long loop.
        for _ in 0..self.headers_count {
            let key = from.nullable_bytes().flatten().ok_or("bad header key")?;
            let value = from.nullable_bytes().ok_or("bad header value")?;
            visit(key, value);
        }
        if from.rest.is_empty() { Ok(()) } else { Err(AFTER_HEADERS) }
    }

    fn to_record(self, batch: &BatchHeader) -> Result<Record<'a>, &'static str> {
        let mut headers = Vec::new();
        self.each_header(|key, value| {
            headers.push(Header {
                key: String::from_utf8_lossy(key),
                value: value.map(Cow::Borrowed),
            });
        })?;
        let timestamp = match batch.timestamp_type() {
            TimestampType::CreateTime => batch.base_timestamp.wrapping_add(self.timestamp_delta),
            TimestampType::LogAppendTime => batch.max_timestamp,
        };
        Ok(Record {
            offset: batch.base_offset.wrapping_add(i64::from(self.offset_delta)),
            timestamp,
            key: self.key.map(Cow::Borrowed),
            value: self.value.map(Cow::Borrowed),
            headers,
        })
    }
}

pub(super) const AFTER_HEADERS: &str = "bytes follow its headers";

/// A batch's records as plain bytes: borrowed where they are not compressed, else decompressed
/// once.
#[derive(Debug, Clone)]
pub struct Payload<'a> {
    header: BatchHeader,
    bytes: Cow<'a, [u8]>,
}

impl<'a> Payload<'a> {
    /// Takes one whole batch and decompresses it to at most `limit_bytes`. Does not check the CRC.
    ///
    /// # Errors
    /// What [`BatchHeader::parse`] finds, a `batch` that is not exactly one, and failures to
    /// decompress.
    pub fn open(batch: &'a [u8], limit_bytes: usize) -> Result<Self, BatchError> {
        let header = BatchHeader::parse(batch)?;
        let total_bytes = header.total_size_bytes();
        if batch.len() < total_bytes {
            return Err(BatchError::Truncated {
                needed_bytes: total_bytes,
                have_bytes: batch.len(),
            });
        }
        if batch.len() > total_bytes {
            return Err(BatchError::TrailingBytes(batch.len() - total_bytes));
        }
        let stored = &batch[HEADER_BYTES..];
        let bytes = match header.compression()? {
            Compression::None => Cow::Borrowed(stored),
            codec => Cow::Owned(decompress(codec, stored, limit_bytes)?),
        };
        Ok(Self { header, bytes })
    }

    pub fn header(&self) -> &BatchHeader {
        &self.header
    }

    /// The records' bytes, decompressed.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The records, borrowed from this payload: no allocation but for headers.
    pub fn iter(&self) -> Records<'_> {
        Records::new(self.header, Cow::Borrowed(&self.bytes))
    }
}

impl<'a> IntoIterator for &'a Payload<'_> {
    type Item = Result<Record<'a>, BatchError>;
    type IntoIter = Records<'a>;

    fn into_iter(self) -> Records<'a> {
        self.iter()
    }
}

/// The records of one whole batch, decompressed to at most [`MAX_DECOMPRESSED_BATCH_BYTES`]. Does
/// not check the CRC.
///
/// # Errors
/// As [`Payload::open`]; a record that does not parse ends the iteration with an error.
pub fn records(batch: &[u8]) -> Result<Records<'_>, BatchError> {
    records_with_limit(batch, MAX_DECOMPRESSED_BATCH_BYTES)
}

/// As [`records`], with the caller's limit on decompressed bytes.
///
/// # Errors
/// As [`records`].
pub fn records_with_limit(batch: &[u8], limit_bytes: usize) -> Result<Records<'_>, BatchError> {
    let payload = Payload::open(batch, limit_bytes)?;
    Ok(Records::new(payload.header, payload.bytes))
}

/// Iterator over a batch's records. Those of a compressed batch own their bytes; where that
/// matters, iterate over a [`Payload`].
#[derive(Debug, Clone)]
pub struct Records<'a> {
    header: BatchHeader,
    bytes: Cow<'a, [u8]>,
    consumed_bytes: usize,
    index: i32,
    failed: bool,
}

impl<'a> Records<'a> {
    fn new(header: BatchHeader, bytes: Cow<'a, [u8]>) -> Self {
        Self { header, bytes, consumed_bytes: 0, index: 0, failed: false }
    }

    fn step(&mut self) -> Result<Option<Record<'a>>, &'static str> {
        if self.index >= self.header.records_count {
            let all_read = self.consumed_bytes == self.bytes.len();
            return if all_read { Ok(None) } else { Err("bytes follow the last record") };
        }
        let (record, left_bytes) = match &self.bytes {
            Cow::Borrowed(bytes) => {
                let bytes: &'a [u8] = bytes;
                let mut from = Cursor::new(&bytes[self.consumed_bytes..]);
                let record = parse_record(&mut from)?.to_record(&self.header)?;
                (record, from.rest.len())
            }
            Cow::Owned(bytes) => {
                let mut from = Cursor::new(&bytes[self.consumed_bytes..]);
                let record = parse_record(&mut from)?.to_record(&self.header)?;
                (record.into_owned(), from.rest.len())
            }
        };
        self.consumed_bytes = self.bytes.len() - left_bytes;
        self.index += 1;
        Ok(Some(record))
    }
}

impl<'a> Iterator for Records<'a> {
    type Item = Result<Record<'a>, BatchError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.failed {
            return None;
        }
        self.step().transpose().map(|result| {
            result.map_err(|what| {
                self.failed = true;
                BatchError::BadRecord { index: self.index, what }
            })
        })
    }
}

impl std::iter::FusedIterator for Records<'_> {}
