//! Reads partitions by raw requests.

use super::batch::{self, Batch};
use super::connection::{self, Connection};
use super::topic::Topic;
use std::time::{Duration, Instant};
use wire::messages::fetch_request::{FetchPartition, FetchRequest, FetchTopic};

/// A version that names topics.
pub const FETCH_BY_NAME: i16 = 12;

#[derive(Clone, Copy)]
pub struct Bounds {
    pub max_wait_ms: i32,
    pub min_bytes: i32,
    pub max_bytes: i32,
}

impl Default for Bounds {
    fn default() -> Bounds {
        Bounds { max_wait_ms: 500, min_bytes: 1, max_bytes: 4 << 20 }
    }
}

pub fn request<'a>(
    topic: &'a Topic,
    partition: i32,
    offset: i64,
    bounds: Bounds,
) -> FetchRequest<'a> {
    FetchRequest {
        replica_id: -1,
        max_wait_ms: bounds.max_wait_ms,
        min_bytes: bounds.min_bytes,
        max_bytes: bounds.max_bytes,
        session_epoch: -1,
        topics: vec![FetchTopic {
            topic: topic.name.as_str().into(),
            topic_id: topic.id,
            partitions: vec![FetchPartition {
                partition,
                current_leader_epoch: -1,
                fetch_offset: offset,
                last_fetched_epoch: -1,
                log_start_offset: -1,
                partition_max_bytes: bounds.max_bytes,
                ..FetchPartition::default()
            }],
            ..FetchTopic::default()
        }],
        ..FetchRequest::default()
    }
}

pub struct Fetched {
    pub error_code: i16,
    pub high_watermark: i64,
    pub records: Vec<u8>,
}

impl Fetched {
    pub fn batches(&self) -> Vec<Batch<'_>> {
        batch::batches(&self.records)
    }
}

/// One fetch of one partition.
#[track_caller]
pub fn fetch(
    connection: &mut Connection,
    topic: &Topic,
    partition: i32,
    offset: i64,
    bounds: Bounds,
) -> Fetched {
    connection
        .send(FETCH_BY_NAME, &request(topic, partition, offset, bounds))
        .expect("a fetch request");
    let answer = connection.receive().expect("the answer to a fetch");
    let response = connection::decode::<FetchRequest<'_>>(FETCH_BY_NAME, &answer);
    assert_eq!(response.error_code, 0, "fetch");
    let answer = &response.responses[0].partitions[0];
    Fetched {
        error_code: answer.error_code,
        high_watermark: answer.high_watermark,
        records: answer.records.as_deref().unwrap_or_default().to_vec(),
    }
}

/// Reads from `from` up to the high watermark and gives every batch to `each`; returns the high
/// watermark. Every batch must carry the CRC that fits its bytes, and continue the one before.
#[track_caller]
pub fn read_all(
    connection: &mut Connection,
    topic: &Topic,
    partition: i32,
    from: i64,
    mut each: impl FnMut(&Batch<'_>),
) -> i64 {
    let place = format!("{}-{partition}", topic.name);
    let mut next = from;
    let started = Instant::now();
    loop {
        let bounds = Bounds { max_wait_ms: 0, ..Bounds::default() };
        let fetched = fetch(connection, topic, partition, next, bounds);
        assert_eq!(fetched.error_code, 0, "fetch of {place} at {next}");
        if next >= fetched.high_watermark {
            return fetched.high_watermark;
        }
        let batches = fetched.batches();
        assert!(
            !batches.is_empty() || started.elapsed() < Duration::from_secs(60),
            "nothing at {next} of {place}, below the high watermark {}",
            fetched.high_watermark
        );
        for batch in &batches {
            assert!(batch.crc_fits(), "CRC of {place} at {}", batch.base_offset());
            if batch.last_offset() < next {
                continue;
            }
            assert!(
                batch.base_offset() <= next,
                "a hole in {place}: {next} is missing, {} follows",
                batch.base_offset()
            );
            each(batch);
            next = batch.last_offset() + 1;
        }
    }
}
