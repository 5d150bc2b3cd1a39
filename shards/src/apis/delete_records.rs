//! DeleteRecords (key 21), versions 0–2 (KIP-107).
//!
//! Moves a partition's log start; -1 means the high watermark. Segments that lie below it whole are
//! removed.

use std::rc::Rc;

use wire::ErrorCode;
use wire::hot::TopicRef;
use wire::messages::delete_records_response::{
    DeleteRecordsPartitionResult, DeleteRecordsTopicResult,
};
use wire::messages::{DeleteRecordsRequest, DeleteRecordsResponse};

use crate::dispatch::{HandlerError, RequestContext};
use crate::errors;
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
    let topics = request.topics.iter().map(|topic| {
        let partitions = topic.partitions.iter().map(|asked| {
            let outcome = delete(shard, &topic.name, asked.partition_index, asked.offset);
            DeleteRecordsPartitionResult {
                partition_index: asked.partition_index,
                low_watermark: outcome.unwrap_or(INVALID_LOW_WATERMARK),
                error_code: outcome.err().unwrap_or(ErrorCode::None) as i16,
            }
        });
        DeleteRecordsTopicResult { name: topic.name.clone(), partitions: partitions.collect() }
    });
    let topics = topics.collect();
    shard.disk_wake.notify();
    ctx.respond(&DeleteRecordsResponse { topics, ..Default::default() })
}

/// The new log start.
fn delete(shard: &Shard, topic: &str, index: i32, offset: i64) -> Result<i64, ErrorCode> {
    let partition = shard.led_here(TopicRef::Name(topic), index)?;
    let high_watermark = partition.high_watermark.get();
    let before = match offset {
        HIGH_WATERMARK => high_watermark,
        offset if (0..=high_watermark).contains(&offset) => offset,
        _ => return Err(ErrorCode::OffsetOutOfRange),
    };
    let log_start = shard.store.borrow_mut().delete_records(partition.log, before);
    log_start.map_err(|error| errors::storage(&error))
}
