//! A batch with fewer records: what compaction writes back. Offsets, producer, sequence, leader
//! epoch and codec stay; only records, times and the checksum change.

use super::compress::compress;
use super::crc::crc32c;
use super::header::{ATTRIBUTES_AT, CRC_AT, DELETE_HORIZON_BIT};
use super::record::{Payload, parse_record};
use super::varint::{Cursor, put_varint, put_varlong};
use super::{
    BatchError, BatchHeader, Compression, HEADER_BYTES, LENGTH_OVERHEAD_BYTES, TimestampType,
};

/// What compaction looks at of a record.
#[derive(Debug, Clone, Copy)]
pub struct Candidate<'a> {
    pub offset: i64,
    pub key: Option<&'a [u8]>,
    /// Its value is null.
    pub is_tombstone: bool,
}

/// Shows each record of a batch to `visit`. As little is made of a record as that needs.
///
/// # Errors
/// A record that does not parse, or bytes behind the last one.
pub fn candidates(
    payload: &Payload<'_>,
    mut visit: impl FnMut(Candidate<'_>),
) -> Result<(), BatchError> {
    each(payload, |_, candidate, _, _| visit(candidate))
}

/// Appends to `out` the batch with the records that `retain` says yes to, as `payload` was opened
/// from it. With a new `delete_horizon_ms` the batch's base timestamp becomes that (KIP-534).
/// Returns the number of records kept; for none, nothing is written.
///
/// # Errors
/// As [`candidates`], and a codec that fails; `out` is then as it was.
pub fn retain(
    payload: &Payload<'_>,
    delete_horizon_ms: Option<i64>,
    mut retain: impl FnMut(Candidate<'_>) -> bool,
    out: &mut Vec<u8>,
) -> Result<i32, BatchError> {
    let mut header = *payload.header();
    let base_before = header.base_timestamp;
    if let Some(horizon_ms) = delete_horizon_ms {
        header.base_timestamp = horizon_ms;
        header.attributes |= DELETE_HORIZON_BIT;
    }
    let mut records: Vec<u8> = Vec::with_capacity(payload.bytes().len());
    let (mut count, mut max_timestamp) = (0, i64::MIN);
    each(payload, |raw, candidate, timestamp_delta, body| {
        if !retain(candidate) {
            return;
        }
        count += 1;
        let timestamp = base_before.wrapping_add(timestamp_delta);
        max_timestamp = max_timestamp.max(timestamp);
        if delete_horizon_ms.is_none() {
            records.extend_from_slice(raw);
        } else {
            put_moved(&mut records, body, timestamp.wrapping_sub(header.base_timestamp));
        }
    })?;
    if count == 0 {
        return Ok(0);
    }
    header.records_count = count;
    if header.timestamp_type() == TimestampType::CreateTime {
        header.max_timestamp = max_timestamp;
    }
    let start = out.len();
    out.resize(start + HEADER_BYTES, 0);
    let codec = header.compression()?;
    let done = compress(codec, &records, out).and_then(|()| finish(header, &mut out[start..]));
    if done.is_err() {
        out.truncate(start);
    }
    done.map(|()| count)
}

/// Appends to `out` the batch without any record: it keeps the place of its offsets and the last
/// sequence of its producer, as Kafka's cleaner leaves it.
///
/// # Errors
/// None with a header that was parsed.
pub fn without_records(header: &BatchHeader, out: &mut Vec<u8>) -> Result<(), BatchError> {
    let kept = BatchHeader {
        attributes: BatchHeader::attribute_bits(
            Compression::None,
            header.timestamp_type(),
            header.is_transactional(),
            header.is_control(),
        ),
        base_timestamp: header.max_timestamp,
        records_count: 0,
        ..*header
    };
    let start = out.len();
    out.resize(start + HEADER_BYTES, 0);
    finish(kept, &mut out[start..])
}

pub(super) fn finish(mut header: BatchHeader, batch: &mut [u8]) -> Result<(), BatchError> {
    header.batch_length = i32::try_from(batch.len() - LENGTH_OVERHEAD_BYTES)
        .map_err(|_| BatchError::Build("it is larger than 2 GiB"))?;
    let head = batch.first_chunk_mut().ok_or(BatchError::Build("no room for its header"))?;
    header.write(head);
    let crc = crc32c(&batch[ATTRIBUTES_AT..]);
    batch[CRC_AT..ATTRIBUTES_AT].copy_from_slice(&crc.to_be_bytes());
    Ok(())
}

/// What lies behind a record's timestamp delta, and its attributes.
#[derive(Clone, Copy)]
struct Body<'a> {
    attributes: u8,
    behind_timestamp: &'a [u8],
}

fn each(
    payload: &Payload<'_>,
    mut visit: impl FnMut(&[u8], Candidate<'_>, i64, Body<'_>),
) -> Result<(), BatchError> {
    let header = payload.header();
    let bytes = payload.bytes();
    let mut from = Cursor::new(bytes);
    for index in 0..header.records_count {
        let bad = |what| BatchError::BadRecord { index, what };
        let start = bytes.len() - from.rest.len();
        let record = parse_record(&mut from).map_err(bad)?;
        let raw = &bytes[start..bytes.len() - from.rest.len()];
        let candidate = Candidate {
            offset: header.base_offset.wrapping_add(i64::from(record.offset_delta)),
            key: record.key,
            is_tombstone: record.value.is_none(),
        };
        let body = body_of(raw).ok_or_else(|| bad("it does not read twice"))?;
        visit(raw, candidate, record.timestamp_delta, body);
    }
    if from.rest.is_empty() {
        return Ok(());
    }
    let index = header.records_count;
    Err(BatchError::BadRecord { index, what: "bytes follow the last record" })
}

fn body_of(raw: &[u8]) -> Option<Body<'_>> {
    let mut from = Cursor::new(raw);
    from.varint()?;
    let attributes = from.byte()?;
    from.varlong()?;
    Some(Body { attributes, behind_timestamp: from.rest })
}

/// The same record with another timestamp delta.
fn put_moved(out: &mut Vec<u8>, body: Body<'_>, timestamp_delta: i64) {
    let mut delta = Vec::with_capacity(10);
    put_varlong(&mut delta, timestamp_delta);
    put_varint(out, (1 + delta.len() + body.behind_timestamp.len()) as i32);
    out.push(body.attributes);
    out.extend_from_slice(&delta);
    out.extend_from_slice(body.behind_timestamp);
}
