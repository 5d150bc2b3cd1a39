//! ListOffsets (key 2), versions 1–11.
//!
//! A timestamp, or one of Kafka's special ones. Only what may be read counts: an offset at or above
//! the high watermark is not found. There is no tiered storage, so nothing is ever found in a tier.

use std::rc::Rc;

use storage::{Lookup, TimestampOffset};
use wire::ErrorCode;
use wire::hot::TopicRef;
use wire::messages::list_offsets_request::ListOffsetsPartition;
use wire::messages::list_offsets_response::{
    ListOffsetsPartitionResponse, ListOffsetsTopicResponse,
};
use wire::messages::{ListOffsetsRequest, ListOffsetsResponse};

use crate::dispatch::{HandlerError, RequestContext};
use crate::errors;
use crate::partition::Partition;
use crate::shard::Shard;

const LATEST: i64 = -1;
const EARLIEST: i64 = -2;
/// KIP-734, from v7.
const MAX_TIMESTAMP: i64 = -3;
/// KIP-405, from v8.
const EARLIEST_LOCAL: i64 = -4;
/// KIP-1005, from v9.
const LATEST_TIERED: i64 = -5;
/// KIP-1023, from v11.
const EARLIEST_PENDING_UPLOAD: i64 = -6;

pub async fn handle(
    shard: &Rc<Shard>,
    ctx: &RequestContext,
    body: &[u8],
) -> Result<Vec<u8>, HandlerError> {
    let request: ListOffsetsRequest<'_> = ctx.decode(body)?;
    let mut topics = Vec::with_capacity(request.topics.len());
    for topic in &request.topics {
        let mut partitions = Vec::with_capacity(topic.partitions.len());
        for asked in &topic.partitions {
            let twice =
                |other: &&ListOffsetsPartition| other.partition_index == asked.partition_index;
            let found = match topic.partitions.iter().filter(twice).count() {
                1 => find(shard, ctx.api_version, &topic.name, asked).await,
                _ => Err(ErrorCode::InvalidRequest),
            };
            partitions.push(answer(ctx.api_version, asked.partition_index, found));
        }
        topics.push(ListOffsetsTopicResponse { name: topic.name.clone(), partitions });
    }
    ctx.respond(&ListOffsetsResponse { topics, ..Default::default() })
}

type Found = Option<TimestampOffset>;

/// The first version that can carry a leader epoch.
const FIRST_VERSION_WITH_EPOCH: i16 = 4;

fn answer(
    version: i16,
    partition_index: i32,
    found: Result<Found, ErrorCode>,
) -> ListOffsetsPartitionResponse {
    let mut response = ListOffsetsPartitionResponse { partition_index, ..Default::default() };
    match found {
        Ok(Some(found)) => {
            response.timestamp = found.timestamp_ms;
            response.offset = found.offset;
            if version >= FIRST_VERSION_WITH_EPOCH {
                response.leader_epoch = found.leader_epoch;
            }
        }
        Ok(None) => {}
        Err(code) => response.error_code = code as i16,
    }
    response
}

/// The first version that knows a special timestamp.
fn first_version(timestamp: i64) -> i16 {
    match timestamp {
        MAX_TIMESTAMP => 7,
        EARLIEST_LOCAL => 8,
        LATEST_TIERED => 9,
        EARLIEST_PENDING_UPLOAD => 11,
        _ => 1,
    }
}

async fn find(
    shard: &Rc<Shard>,
    version: i16,
    topic: &str,
    asked: &ListOffsetsPartition,
) -> Result<Found, ErrorCode> {
    let partition = shard.partitions.led_here(TopicRef::Name(topic), asked.partition_index)?;
    partition.check_epoch(asked.current_leader_epoch)?;
    if asked.timestamp < EARLIEST_PENDING_UPLOAD || version < first_version(asked.timestamp) {
        return Err(ErrorCode::UnsupportedVersion);
    }
    let (log_start, _, _) = offsets(shard, &partition)?;
    let log = partition.log;
    match asked.timestamp {
        LATEST => Ok(Some(TimestampOffset {
            offset: partition.high_watermark.get(),
            timestamp_ms: -1,
            leader_epoch: partition.leader_epoch.get(),
        })),
        EARLIEST | EARLIEST_LOCAL => Ok(Some(TimestampOffset {
            offset: log_start,
            timestamp_ms: -1,
            leader_epoch: shard.logs.store().epoch_at(partition.log, log_start),
        })),
        LATEST_TIERED | EARLIEST_PENDING_UPLOAD => Ok(None),
        MAX_TIMESTAMP => {
            let found = shard.logs.look_up(|store| store.offset_of_max_timestamp(log)).await;
            readable(&partition, found)
        }
        timestamp => {
            let found = shard.logs.look_up(|store| store.offset_for_time(log, timestamp)).await;
            readable(&partition, found)
        }
    }
}

fn offsets(shard: &Shard, partition: &Partition) -> Result<(i64, i64, i64), ErrorCode> {
    shard.logs.store().offsets(partition.log).ok_or(ErrorCode::NotLeaderOrFollower)
}

fn readable(partition: &Partition, found: Lookup) -> Result<Found, ErrorCode> {
    match found {
        Lookup::Ready(found) => {
            Ok(found.filter(|found| found.offset < partition.high_watermark.get()))
        }
        failed => Err(errors::lookup(&failed)),
    }
}
