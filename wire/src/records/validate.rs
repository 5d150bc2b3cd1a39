//! The checks a batch passes before a broker takes it from a client.

use super::compress::LZ4_MAGIC;
use super::crc::crc32c;
use super::header::{ATTRIBUTES_AT, CLIENT_ATTRIBUTES};
use super::record::{Payload, parse_record};
use super::varint::Cursor;
use super::{BatchError, BatchHeader, Compression, HEADER_BYTES, TimestampType};

/// Checks what a producer sent for one partition: exactly one batch of format 2, whose length and
/// CRC32C are right, whose attributes a client may set, and whose counts agree. Records that are
/// not compressed are walked; compressed ones are taken as they are (see [`check_records`]), but
/// for LZ4 in blocks that only some clients can read.
///
/// The caller still checks what depends on the topic or request: size, timestamps, keys
/// ([`first_keyless`]), sequence numbers, zstd only from Produce v7 on.
///
/// # Errors
/// The first thing found wrong, the checksum before anything it covers.
#[inline]
pub fn validate_produced(bytes: &[u8]) -> Result<BatchHeader, BatchError> {
    let header = BatchHeader::parse(bytes)?;
    let total_bytes = header.total_size_bytes();
    if bytes.len() < total_bytes {
        return Err(BatchError::Truncated { needed_bytes: total_bytes, have_bytes: bytes.len() });
    }
    if bytes.len() > total_bytes {
        return Err(BatchError::TrailingBytes(bytes.len() - total_bytes));
    }
    let computed = crc32c(&bytes[ATTRIBUTES_AT..]);
    if computed != header.crc {
        return Err(BatchError::BadCrc { declared: header.crc, computed });
    }
    let codec = check_client_header(&header)?;
    match codec {
        Compression::None => walk_produced(&bytes[HEADER_BYTES..], header.records_count)?,
        Compression::Lz4 => refuse_linked_blocks(&bytes[HEADER_BYTES..])?,
        Compression::Gzip | Compression::Snappy | Compression::Zstd => {}
    }
    Ok(header)
}

/// A block that is linked needs the one before it to be read, and Java's reader refuses those: what
/// one producer wrote, no Java consumer could read. The frame's head tells.
fn refuse_linked_blocks(frame: &[u8]) -> Result<(), BatchError> {
    const INDEPENDENT: u8 = 0x20;
    match frame.strip_prefix(&LZ4_MAGIC) {
        Some([flags, ..]) if flags & INDEPENDENT == 0 => Err(BatchError::LinkedBlocks),
        _ => Ok(()),
    }
}

fn check_client_header(header: &BatchHeader) -> Result<Compression, BatchError> {
    if header.attributes & !CLIENT_ATTRIBUTES != 0 {
        return Err(BatchError::UnknownAttributes(header.attributes));
    }
    let codec = header.compression()?;
    if header.is_control() {
        return Err(BatchError::ControlFromClient);
    }
    if header.timestamp_type() == TimestampType::LogAppendTime {
        return Err(BatchError::LogAppendTimeFromClient);
    }
    if header.records_count < 1 || header.last_offset_delta != header.records_count - 1 {
        return Err(BatchError::CountMismatch {
            records_count: header.records_count,
            last_offset_delta: header.last_offset_delta,
        });
    }
    // Without a producer id, epoch and sequence mean nothing, and some clients leave zeros there.
    let bad_producer = if header.has_producer() {
        header.producer_epoch < 0 || header.base_sequence < 0
    } else {
        header.is_transactional()
    };
    if bad_producer {
        return Err(BatchError::BadProducer {
            producer_id: header.producer_id,
            producer_epoch: header.producer_epoch,
            base_sequence: header.base_sequence,
        });
    }
    Ok(codec)
}

/// Decompresses (to at most `limit_bytes`) and walks the records of a batch that
/// [`validate_produced`] accepted: their number, their offset deltas and their sizes.
///
/// # Errors
/// A record that is not as the header says, or bytes that do not decompress.
pub fn check_records(batch: &[u8], limit_bytes: usize) -> Result<(), BatchError> {
    let payload = Payload::open(batch, limit_bytes)?;
    walk_produced(payload.bytes(), payload.header().records_count)
}

/// The index in the batch of its first record without a key, which a compacted topic refuses. It
/// decompresses (to at most `limit_bytes`) and checks the records as [`check_records`] does.
///
/// # Errors
/// As [`check_records`].
pub fn first_keyless(batch: &[u8], limit_bytes: usize) -> Result<Option<i32>, BatchError> {
    let payload = Payload::open(batch, limit_bytes)?;
    let mut first = None;
    walk(payload.bytes(), payload.header().records_count, |index, key| {
        if key.is_none() && first.is_none() {
            first = Some(index);
        }
    })?;
    Ok(first)
}

/// Checks that `bytes` are exactly `count` records with offset deltas 0, 1, 2 …; shows the index
/// and key of each to `visit`.
pub(super) fn walk(
    bytes: &[u8],
    count: i32,
    mut visit: impl FnMut(i32, Option<&[u8]>),
) -> Result<(), BatchError> {
    let mut from = Cursor::new(bytes);
    for index in 0..count {
        walk_record(&mut from, index, &mut visit)?;
    }
    walk_end(&from, count)
}

/// As [`walk`], without keys, and with a short cut for the records most producers send.
pub(super) fn walk_produced(bytes: &[u8], count: i32) -> Result<(), BatchError> {
    let mut from = Cursor::new(bytes);
    for index in 0..count {
        match common_record(from.rest, index as u32) {
            Some(rest) => from.rest = rest,
            None => walk_record(&mut from, index, &mut |_, _| ())?,
        }
    }
    walk_end(&from, count)
}

fn walk_record(
    from: &mut Cursor<'_>,
    index: i32,
    visit: &mut impl FnMut(i32, Option<&[u8]>),
) -> Result<(), BatchError> {
    let bad = |what| BatchError::BadRecord { index, what };
    let record = parse_record(from).map_err(bad)?;
    if record.offset_delta != index {
        return Err(bad("its offset delta is not its place in the batch"));
    }
    record.check_headers().map_err(bad)?;
    visit(index, record.key);
    Ok(())
}

fn walk_end(from: &Cursor<'_>, count: i32) -> Result<(), BatchError> {
    if from.rest.is_empty() {
        Ok(())
    } else {
        Err(BatchError::BadRecord { index: count, what: "bytes follow the last record" })
    }
}

/// What lies behind the record at the start of `bytes`, if it is well formed and of the common
/// kind: varints of few bytes, key null or below 64 bytes, value not null, no headers. `None`
/// decides nothing: the record is then parsed in full.
///
/// It halves the walk: 3 ns a record instead of 6 or more, beside 2 ns for the CRC of 100 bytes.
#[inline(always)]
fn common_record(bytes: &[u8], index: u32) -> Option<&[u8]> {
    const NULL: u8 = 1;
    // Length 2, attributes 1, timestamp 3, offset 2, key length 1, value length 2: 11 at most, so
    // one check of bounds does for all of them.
    let window = bytes.first_chunk::<16>()?;
    let byte = |at: usize| window[at & 15];
    let (len, mut at) = short_varint(byte(0), byte(1))?;
    let end = at + len_of(len)?;
    at += 1;
    while byte(at) >= 0x80 {
        at += 1;
        if at > 5 {
            return None;
        }
    }
    at += 1;
    let (offset, offset_len) = short_varint(byte(at), byte(at + 1))?;
    if offset != index << 1 {
        return None;
    }
    at += offset_len;
    let key_len = byte(at);
    at += 1;
    let (value_len, value_len_len) = if key_len == NULL {
        short_varint(byte(at), byte(at + 1))?
    } else {
        if key_len >= 0x80 {
            return None;
        }
        at += len_of(u32::from(key_len))?;
        let lengths = bytes.get(at..at + 2)?;
        short_varint(lengths[0], lengths[1])?
    };
    at += value_len_len + len_of(value_len)?;
    let (record, rest) = bytes.split_at_checked(end)?;
    // Only the header count is left, and it is 0.
    (at + 1 == end && record[at] == 0).then_some(rest)
}

/// An unsigned varint of one or two bytes, and how many it has.
#[inline(always)]
fn short_varint(first: u8, second: u8) -> Option<(u32, usize)> {
    if first < 0x80 {
        Some((u32::from(first), 1))
    } else if second < 0x80 {
        Some((u32::from(first & 0x7f) | u32::from(second) << 7, 2))
    } else {
        None
    }
}

/// The length a zigzag number stands for, unless it is negative.
#[inline(always)]
fn len_of(zigzag: u32) -> Option<usize> {
    (zigzag & 1 == 0).then_some((zigzag >> 1) as usize)
}
