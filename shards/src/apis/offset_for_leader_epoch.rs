//! OffsetForLeaderEpoch (key 23), versions 2–4 (KIP-320).
//!
//! Where an epoch ends, so that a client can tell whether the log was cut under it. For the newest
//! epoch that is the high watermark side of the log's end; for one the log does not know, -1 and
//! -1.

use std::rc::Rc;

use wire::ErrorCode;
use wire::hot::TopicRef;
use wire::messages::offset_for_leader_epoch_request::OffsetForLeaderPartition;
use wire::messages::offset_for_leader_epoch_response::{
    EpochEndOffset, OffsetForLeaderTopicResult,
};
use wire::messages::{OffsetForLeaderEpochRequest, OffsetForLeaderEpochResponse};

use crate::dispatch::{HandlerError, RequestContext};
use crate::shard::Shard;

pub async fn handle(
    shard: &Rc<Shard>,
    ctx: &RequestContext,
    body: &[u8],
) -> Result<Vec<u8>, HandlerError> {
    let request: OffsetForLeaderEpochRequest<'_> = ctx.decode(body)?;
    let topics = request.topics.iter().map(|topic| OffsetForLeaderTopicResult {
        topic: topic.topic.clone(),
        partitions: topic
            .partitions
            .iter()
            .map(|asked| answer(shard, &topic.topic, asked))
            .collect(),
    });
    let topics = topics.collect();
    ctx.respond(&OffsetForLeaderEpochResponse { topics, ..Default::default() })
}

fn answer(shard: &Shard, topic: &str, asked: &OffsetForLeaderPartition) -> EpochEndOffset {
    let mut response = EpochEndOffset { partition: asked.partition, ..Default::default() };
    match find(shard, topic, asked) {
        Ok(Some(end)) => {
            response.leader_epoch = end.leader_epoch;
            response.end_offset = end.end_offset;
        }
        Ok(None) => {}
        Err(code) => response.error_code = code as i16,
    }
    response
}

fn find(
    shard: &Shard,
    topic: &str,
    asked: &OffsetForLeaderPartition,
) -> Result<Option<storage::EpochEnd>, ErrorCode> {
    let partition = shard.partitions.led_here(TopicRef::Name(topic), asked.partition)?;
    partition.check_epoch(asked.current_leader_epoch)?;
    if asked.leader_epoch > partition.leader_epoch.get() {
        return Ok(None);
    }
    let end = shard.logs.store().epoch_end_offset(partition.log, asked.leader_epoch);
    // A consumer is not told of what it may not read yet.
    let high_watermark = partition.high_watermark.get();
    Ok(end.map(|end| storage::EpochEnd { end_offset: end.end_offset.min(high_watermark), ..end }))
}
