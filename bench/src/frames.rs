//! Requests encoded before the clock starts, and the few bytes of a response that matter.

use wire::ApiKey;
use wire::header::RequestHeader;
use wire::messages::fetch_request::{FetchPartition, FetchTopic};
use wire::messages::produce_request::{PartitionProduceData, TopicProduceData};
use wire::messages::{FetchRequest, ProduceRequest};
use wire::records::{BatchBuilder, BatchHeader};

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

    pub fn encode(
        api: ApiKey,
        version: i16,
        body: &dyn wire::codec::Encode,
    ) -> Result<Self, BenchError> {
        let header = RequestHeader {
            api_key: api as i16,
            api_version: version,
            correlation_id: 0,
            client_id: Some("tidemill-bench"),
        };
        let mut out = Vec::new();
        wire::header::encode_request(&mut out, &header, body)
            .map_err(|error| BenchError::Wire(error.to_string()))?;
        Ok(Self(out))
    }
}

/// Bytes that do not compress, the same in every run.
fn payload(record_bytes: usize, seed: u64) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    (0..record_bytes)
        .map(|_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 32) as u8
        })
        .collect()
}

/// One batch of `records` records of `record_bytes` bytes each.
pub fn batch(records: usize, record_bytes: usize, now_ms: i64) -> Vec<u8> {
    let mut builder = BatchBuilder::new();
    for index in 0..records {
        builder.append(now_ms, None, Some(&payload(record_bytes, index as u64)), &[]);
    }
    builder.build().expect("the batch is small")
}

/// A Produce request of one batch for one partition, `acks=all`.
pub fn produce(topic: &str, partition: i32, batch: &[u8]) -> Result<Frame, BenchError> {
    let request = ProduceRequest {
        acks: -1,
        timeout_ms: 30_000,
        topic_data: vec![TopicProduceData {
            name: topic.into(),
            partition_data: vec![PartitionProduceData {
                index: partition,
                records: Some(batch.into()),
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

/// What a Fetch response carried.
pub struct Fetched {
    pub records: u64,
    pub bytes: u64,
    /// Offset to ask for next; `None` where nothing came.
    pub next_offset: Option<i64>,
}

/// Counts the records of a Fetch response (one topic, one partition) by its batch headers.
pub fn fetched(response: &[u8]) -> Result<Fetched, BenchError> {
    let mut cursor = Cursor(response);
    cursor.take(4 + 1 + 4)?; // correlation id, empty tags, throttle time
    expect_no_error("Fetch", cursor.i16()?)?;
    cursor.take(4)?; // session id
    if cursor.uvarint()? <= 1 {
        return Ok(Fetched { records: 0, bytes: 0, next_offset: None });
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
    count_batches(cursor.take(length)?)
}

fn count_batches(mut records: &[u8]) -> Result<Fetched, BenchError> {
    let mut fetched = Fetched { records: 0, bytes: records.len() as u64, next_offset: None };
    while let Ok(header) = BatchHeader::parse(records) {
        let size_bytes = header.total_size_bytes();
        if size_bytes > records.len() {
            break;
        }
        fetched.records += u64::try_from(header.records_count).unwrap_or_default();
        fetched.next_offset = Some(header.last_offset() + 1);
        records = &records[size_bytes..];
    }
    Ok(fetched)
}
