//! DeleteRecords (key 21), versions 0–2 (KIP-107).
//!
//! Moves a partition's log start; -1 means the high watermark. Segments that lie below it whole are
//! removed. A topic that is only compacted keeps its records (POLICY_VIOLATION), and so do the
//! topics of the brokers themselves (INVALID_TOPIC_EXCEPTION). The answer waits until the new log
//! start is on stable storage: what it says is deleted does not come back after a crash.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

use cluster::names;
use storage::LogId;
use wire::ErrorCode;
use wire::hot::TopicRef;
use wire::messages::delete_records_request::DeleteRecordsTopic;
use wire::messages::delete_records_response::{
    DeleteRecordsPartitionResult, DeleteRecordsTopicResult,
};
use wire::messages::{DeleteRecordsRequest, DeleteRecordsResponse};

use crate::dispatch::{HandlerError, RequestContext};
use crate::errors;
use crate::limits::LOG_START_PAUSE_MS;
use crate::runtime;
use crate::shard::Shard;

/// "All that may be read."
const HIGH_WATERMARK: i64 = -1;
const INVALID_LOW_WATERMARK: i64 = -1;

pub async fn handle(
    shard: &Rc<Shard>,
    ctx: &RequestContext,
    body: &[u8],
) -> Result<Vec<u8>, HandlerError> {
    let request: DeleteRecordsRequest<'_> = ctx.decode(body)?;
    let timeout_ms = u64::try_from(request.timeout_ms).unwrap_or(0);
    let deadline_ms = shard.clock.mono_ms() + timeout_ms;
    // All partitions are under way before the first is waited for.
    let asked = once(&request.topics);
    let moved = asked.iter().flat_map(|(topic, partitions)| {
        partitions.iter().map(move |(index, offset)| delete(shard, topic, *index, *offset))
    });
    let moved: Vec<_> = moved.collect();
    shard.logs.wake();
    let mut outcomes = Vec::with_capacity(moved.len());
    for moved in moved {
        outcomes.push(match moved {
            Ok(moved) => durable(shard, &moved, deadline_ms).await,
            Err(code) => Err(code),
        });
    }
    let mut outcomes = outcomes.into_iter();
    let topics = asked.into_iter().map(|(name, partitions)| {
        let each = partitions.into_keys().zip(outcomes.by_ref());
        let partitions = each.map(|(partition_index, outcome)| DeleteRecordsPartitionResult {
            partition_index,
            low_watermark: outcome.unwrap_or(INVALID_LOW_WATERMARK),
            error_code: outcome.err().unwrap_or(ErrorCode::None) as i16,
        });
        DeleteRecordsTopicResult { name: name.into(), partitions: partitions.collect() }
    });
    let topics = topics.collect();
    ctx.respond(&DeleteRecordsResponse { topics, ..Default::default() })
}

/// As in Kafka a partition that is named twice is asked for once, by the last of its offsets.
fn once<'a>(topics: &'a [DeleteRecordsTopic<'_>]) -> BTreeMap<&'a str, BTreeMap<i32, i64>> {
    let mut once: BTreeMap<&str, BTreeMap<i32, i64>> = BTreeMap::new();
    for topic in topics {
        let partitions = topic.partitions.iter().map(|asked| (asked.partition_index, asked.offset));
        once.entry(&topic.name).or_default().extend(partitions);
    }
    once
}

/// A log start that is not yet known to be on stable storage.
struct Moved {
    log: LogId,
    log_start: i64,
}

/// Waits until a crash would not bring the deleted records back; the log start.
async fn durable(shard: &Rc<Shard>, moved: &Moved, deadline_ms: u64) -> Result<i64, ErrorCode> {
    loop {
        let (durable, busy) = {
            let store = shard.logs.store();
            (store.durable_log_start(moved.log), store.in_flight() > 0)
        };
        match durable {
            Ok(durable) if durable >= moved.log_start => return Ok(moved.log_start),
            Ok(_) => {}
            Err(error) => return Err(errors::storage(&error)),
        }
        if shard.clock.mono_ms() >= deadline_ms || shard.stop.is_stopped() {
            return Err(ErrorCode::RequestTimedOut);
        }
        if busy {
            shard.logs.next_turn().await;
        } else {
            // The disk refused it, and will be asked again.
            runtime::sleep(Duration::from_millis(LOG_START_PAUSE_MS)).await;
            shard.clock.refresh();
        }
    }
}

/// Moves the log start.
fn delete(shard: &Shard, topic: &str, index: i32, offset: i64) -> Result<Moved, ErrorCode> {
    let partition = shard.partitions.led_here(TopicRef::Name(topic), index)?;
    // What the brokers keep there is not a client's to delete.
    if names::is_internal(topic) {
        return Err(ErrorCode::InvalidTopicException);
    }
    let cleanup = partition.cleanup.get();
    if cleanup.compact && !cleanup.delete {
        return Err(ErrorCode::PolicyViolation);
    }
    let high_watermark = partition.high_watermark.get();
    let before = match offset {
        HIGH_WATERMARK => high_watermark,
        offset if (0..=high_watermark).contains(&offset) => offset,
        _ => return Err(ErrorCode::OffsetOutOfRange),
    };
    let log = partition.log;
    let moved = shard.logs.store_mut().delete_records(log, before);
    moved.map(|log_start| Moved { log, log_start }).map_err(|error| errors::storage(&error))
}
