//! Requests encoded before the clock starts, and the few bytes of a response that matter.

use wire::ApiKey;
use wire::header::RequestHeader;
use wire::messages::fetch_request::{FetchPartition, FetchTopic};
use wire::messages::produce_request::{PartitionProduceData, TopicProduceData};
use wire::messages::{FetchRequest, ProduceRequest};
use wire::records::{BatchBuilder, BatchHeader, Compression, rewrite_timestamps};

use crate::BenchError;

/// Newest versions that name topics rather than give their ids; both peers have them.
const PRODUCE_VERSION: i16 = 11;
const FETCH_VERSION: i16 = 12;
/// Where the correlation id stands in a request: after length, API key and version.
const CORRELATION_POSITION: usize = 8;

/// A whole request; sending it again needs only another correlation id.
#[derive(Clone)]
pub struct Frame(pub Vec<u8>);

impl Frame {
    pub fn set_correlation(&mut self, id: i32) {
        self.0[CORRELATION_POSITION..CORRELATION_POSITION + 4].copy_from_slice(&id.to_be_bytes());
    }

    /// The batch inside a Produce request that [`produce`] made.
    pub fn batch_mut(&mut self, batch: &Batch) -> &mut [u8] {
        let end = self.0.len() - BEHIND_BATCH_BYTES;
        &mut self.0[end - batch.bytes.len()..end]
    }

    pub fn encode(
        api: ApiKey,
        version: i16,
        body: &dyn wire::codec::Encode,
    ) -> Result<Self, BenchError> {
        let header = RequestHeader {
            api_key: api as i16,
            api_version: version,
            correlation_id: 0,
            client_id: Some("tidemill-bench".into()),
        };
        let mut out = Vec::new();
        wire::header::encode_request(&mut out, &header, body)
            .map_err(|error| BenchError::Wire(error.to_string()))?;
        Ok(Self(out))
    }
}

/// What the records hold.
#[derive(Clone, Copy, Debug)]
pub struct Payload {
    /// So much of each record is zeros; the rest does not compress.
    pub zeros_percent: u8,
    /// How the batches are compressed, once, before the clock starts.
    pub codec: Compression,
}

impl Default for Payload {
    fn default() -> Self {
        Self { zeros_percent: 0, codec: Compression::None }
    }
}

/// One record's value, the same in every run.
fn value(record_bytes: usize, zeros_percent: u8, seed: u64) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let zeros = record_bytes * usize::from(zeros_percent.min(100)) / 100;
    let mut value: Vec<u8> = (zeros..record_bytes)
        .map(|_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 32) as u8
        })
        .collect();
    value.resize(record_bytes, 0);
    value
}

/// The batch that a run sends over and over.
#[derive(Clone, Debug)]
pub struct Batch {
    pub bytes: Vec<u8>,
    pub records: usize,
    /// Timestamp of the first batch of a partition.
    pub first_ms: i64,
}

impl Batch {
    /// `records` records of `record_bytes` bytes each.
    pub fn new(records: usize, record_bytes: usize, now_ms: i64, payload: Payload) -> Self {
        let mut builder = BatchBuilder::new().compression(payload.codec);
        for index in 0..records {
            let value = value(record_bytes, payload.zeros_percent, index as u64);
            builder.append(now_ms, None, Some(&value), &[]);
        }
        Self { bytes: builder.build().expect("the batch is small"), records, first_ms: now_ms }
    }

    /// Makes `bytes`, a copy of this batch, the one that is sent as number `number` of its
    /// partition: its time is so many milliseconds later, which tells it from the others.
    pub fn number(&self, bytes: &mut [u8], number: i64) {
        rewrite_timestamps(bytes, self.first_ms + number);
    }
}

/// The bytes of a frame behind its batch: the empty tag sections of partition, topic and request.
const BEHIND_BATCH_BYTES: usize = 3;

/// A Produce request of one batch for one partition, `acks=all`.
pub fn produce(topic: &str, partition: i32, batch: &Batch) -> Result<Frame, BenchError> {
    let request = ProduceRequest {
        acks: -1,
        timeout_ms: 30_000,
        topic_data: vec![TopicProduceData {
            name: topic.into(),
            partition_data: vec![PartitionProduceData {
                index: partition,
                records: Some(batch.bytes.as_slice().into()),
            }],
            ..Default::default()
        }],
        ..Default::default()
    };
    Frame::encode(ApiKey::Produce, PRODUCE_VERSION, &request)
}

/// A Fetch request outside any session for one partition.
pub fn fetch(
    topic: &str,
    partition: i32,
    offset: i64,
    max_bytes: i32,
) -> Result<Frame, BenchError> {
    let request = FetchRequest {
        max_wait_ms: 500,
        min_bytes: 1,
        max_bytes,
        session_epoch: -1,
        topics: vec![FetchTopic {
            topic: topic.into(),
            partitions: vec![FetchPartition {
                partition,
                fetch_offset: offset,
                partition_max_bytes: max_bytes,
                ..Default::default()
            }],
            ..Default::default()
        }],
        ..Default::default()
    };
    Frame::encode(ApiKey::Fetch, FETCH_VERSION, &request)
}

/// Walks a response; every accessor fails on a short buffer instead of guessing.
struct Cursor<'a>(&'a [u8]);

impl<'a> Cursor<'a> {
    fn take(&mut self, length: usize) -> Result<&'a [u8], BenchError> {
        if self.0.len() < length {
            return Err(BenchError::Wire("a response is shorter than it says".into()));
        }
        let (taken, rest) = self.0.split_at(length);
        self.0 = rest;
        Ok(taken)
    }

    fn uvarint(&mut self) -> Result<usize, BenchError> {
        let mut value = 0usize;
        for shift in (0..35).step_by(7) {
            let byte = self.take(1)?[0];
            value |= usize::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(BenchError::Wire("a varint does not end".into()))
    }

    fn i16(&mut self) -> Result<i16, BenchError> {
        Ok(i16::from_be_bytes(self.take(2)?.try_into().expect("two bytes")))
    }

    fn i64(&mut self) -> Result<i64, BenchError> {
        Ok(i64::from_be_bytes(self.take(8)?.try_into().expect("eight bytes")))
    }

    fn compact_string(&mut self) -> Result<(), BenchError> {
        let length = self.uvarint()?;
        self.take(length.saturating_sub(1)).map(drop)
    }
}

fn expect_no_error(api: &'static str, code: i16) -> Result<(), BenchError> {
    if code == 0 {
        return Ok(());
    }
    Err(BenchError::Kafka { api, error: format!("{:?}", wire::ErrorCode::from_i16(code)) })
}

/// The base offset that a Produce response (one topic, one partition) acknowledges.
pub fn produced_offset(response: &[u8]) -> Result<i64, BenchError> {
    let mut cursor = Cursor(response);
    cursor.take(4 + 1)?; // correlation id, empty tags
    cursor.uvarint()?; // topics
    cursor.compact_string()?;
    cursor.uvarint()?; // partitions
    cursor.take(4)?; // index
    expect_no_error("Produce", cursor.i16()?)?;
    cursor.i64()
}

/// The record batches of a Fetch response (one topic, one partition), whole or cut at the end.
pub fn fetched_bytes(response: &[u8]) -> Result<&[u8], BenchError> {
    let mut cursor = Cursor(response);
    cursor.take(4 + 1 + 4)?; // correlation id, empty tags, throttle time
    expect_no_error("Fetch", cursor.i16()?)?;
    cursor.take(4)?; // session id
    if cursor.uvarint()? <= 1 {
        return Ok(&[]);
    }
    cursor.compact_string()?;
    cursor.uvarint()?; // partitions
    cursor.take(4)?; // index
    expect_no_error("Fetch", cursor.i16()?)?;
    cursor.take(3 * 8)?; // high watermark, last stable offset, log start
    if cursor.uvarint()? > 1 {
        return Err(BenchError::Wire("aborted transactions in a plain topic".into()));
    }
    cursor.take(4)?; // preferred replica
    let length = cursor.uvarint()?.saturating_sub(1);
    cursor.take(length)
}

/// What a Fetch response carried.
#[derive(Debug, PartialEq, Eq)]
pub struct Fetched {
    pub records: u64,
    pub bytes: u64,
    /// Offset to ask for next: where it was asked from, if nothing came.
    pub next_offset: i64,
}

/// Counts the records of a Fetch response by its batch headers, which have to follow each other
/// without a gap from offset `from` on.
pub fn fetched(response: &[u8], from: i64) -> Result<Fetched, BenchError> {
    let mut left = fetched_bytes(response)?;
    let mut fetched = Fetched { records: 0, bytes: left.len() as u64, next_offset: from };
    while let Some((header, _, rest)) = split_batch(left) {
        if header.base_offset != fetched.next_offset {
            let (found, due) = (header.base_offset, fetched.next_offset);
            return Err(BenchError::Wire(format!("a batch at offset {found} where {due} was due")));
        }
        fetched.records += u64::try_from(header.records_count).unwrap_or_default();
        fetched.next_offset = header.last_offset() + 1;
        left = rest;
    }
    Ok(fetched)
}

/// The first batch, if it is whole, and what follows it.
pub fn split_batch(bytes: &[u8]) -> Option<(BatchHeader, &[u8], &[u8])> {
    let header = BatchHeader::parse(bytes).ok()?;
    let (batch, rest) = bytes.split_at_checked(header.total_size_bytes())?;
    Some((header, batch, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_holds_its_batch_where_it_is_numbered() {
        let batch = Batch::new(3, 50, 1_000, Payload::default());
        let mut frame = produce("a-topic", 7, &batch).unwrap();
        assert_eq!(frame.batch_mut(&batch), batch.bytes);
        batch.number(frame.batch_mut(&batch), 5);
        let header = BatchHeader::parse(frame.batch_mut(&batch)).unwrap();
        assert_eq!(header.base_timestamp, 1_005);
        assert!(wire::records::check_crc(frame.batch_mut(&batch)));
    }

    #[test]
    fn zeros_compress_and_the_rest_does_not() {
        let packed = |zeros_percent| {
            let payload = Payload { zeros_percent, codec: Compression::Zstd };
            Batch::new(100, 1_000, 0, payload).bytes.len()
        };
        assert!(packed(0) > 100_000);
        assert!((45_000..60_000).contains(&packed(50)), "{}", packed(50));
        assert!(packed(100) < 2_000);
    }
}
