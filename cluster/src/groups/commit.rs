//! OffsetCommit: offsets of a group's members, and of whoever asks for a group without members.

use std::borrow::Cow;

use wire::ErrorCode;
use wire::messages::offset_commit_request::{
    OffsetCommitRequest, OffsetCommitRequestPartition, OffsetCommitRequestTopic,
};
use wire::messages::offset_commit_response::{
    OffsetCommitResponse, OffsetCommitResponsePartition, OffsetCommitResponseTopic,
};

use super::group::{Group, Kind};
use super::ops::Ops;
use super::records::{CommittedOffset, RECORD_OVERHEAD_BYTES, Record};
use super::{Caller, Context};
use crate::image::Topic;
use crate::limits::{GROUP_STEP_BYTES_MAX, OFFSETS_PER_GROUP_MAX};

/// From this version on, topics are named by their ids.
const TOPIC_IDS_VERSION: i16 = 10;

/// Commits what may be committed; each partition has its own answer.
pub(super) fn commit(
    ops: &mut Ops<'_, '_>,
    group: &mut Group,
    caller: &Caller<'_>,
    request: &OffsetCommitRequest<'_>,
) -> OffsetCommitResponse<'static> {
    if let Err(error) = check(ops, group, request, caller.api_version) {
        return refused(request, error);
    }
    let topics = request.topics.iter();
    let topics = topics.map(|topic| commit_topic(ops, group, caller, request, topic)).collect();
    OffsetCommitResponse { throttle_time_ms: 0, topics }
}

/// The same error for every partition.
pub(super) fn refused(
    request: &OffsetCommitRequest<'_>,
    error: ErrorCode,
) -> OffsetCommitResponse<'static> {
    let partition = |partition: &OffsetCommitRequestPartition<'_>| OffsetCommitResponsePartition {
        partition_index: partition.partition_index,
        error_code: error as i16,
    };
    let topics = request.topics.iter().map(|topic| OffsetCommitResponseTopic {
        name: Cow::Owned(topic.name.clone().into_owned()),
        topic_id: topic.topic_id,
        partitions: topic.partitions.iter().map(partition).collect(),
    });
    OffsetCommitResponse { throttle_time_ms: 0, topics: topics.collect() }
}

fn check(
    ops: &mut Ops<'_, '_>,
    group: &mut Group,
    request: &OffsetCommitRequest<'_>,
    api_version: i16,
) -> Result<(), ErrorCode> {
    // A batch is written whole or not at all, so it is refused before anything is changed.
    let size = |topic: &OffsetCommitRequestTopic<'_>| -> usize {
        let fixed = RECORD_OVERHEAD_BYTES + ops.id.len() + topic_name_len(ops.ctx, topic);
        let metadata = |partition: &OffsetCommitRequestPartition<'_>| {
            partition.committed_metadata.as_ref().map_or(0, |text| text.len())
        };
        topic.partitions.iter().map(|partition| fixed + metadata(partition)).sum()
    };
    if request.topics.iter().map(size).sum::<usize>() > GROUP_STEP_BYTES_MAX {
        return Err(ErrorCode::InvalidCommitOffsetSize);
    }
    let new: usize = request.topics.iter().map(|topic| topic.partitions.len()).sum();
    if group.offsets.len() + new > OFFSETS_PER_GROUP_MAX {
        return Err(ErrorCode::InvalidCommitOffsetSize);
    }
    let epoch = request.generation_id_or_member_epoch;
    let instance = request.group_instance_id.as_deref();
    match &mut group.kind {
        Kind::Classic(classic) => classic.check_commit(ops, epoch, &request.member_id, instance),
        Kind::Consumer(consumer) => {
            let scope = consumer.check_commit(&request.member_id, epoch, api_version);
            scope.map(|_| ()).map_err(|refusal| refusal.code)
        }
    }
}

fn topic_name_len(ctx: &Context<'_>, topic: &OffsetCommitRequestTopic<'_>) -> usize {
    let by_id = ctx.image.topic_by_id(topic.topic_id).map_or(0, |topic| topic.name.len());
    topic.name.len().max(by_id)
}

fn commit_topic(
    ops: &mut Ops<'_, '_>,
    group: &mut Group,
    caller: &Caller<'_>,
    request: &OffsetCommitRequest<'_>,
    topic: &OffsetCommitRequestTopic<'_>,
) -> OffsetCommitResponseTopic<'static> {
    let image = ops.ctx.image;
    let (known, missing) = if caller.api_version >= TOPIC_IDS_VERSION {
        (image.topic_by_id(topic.topic_id), ErrorCode::UnknownTopicId)
    } else {
        (image.topic(&topic.name), ErrorCode::UnknownTopicOrPartition)
    };
    let mut partitions = Vec::with_capacity(topic.partitions.len());
    for partition in &topic.partitions {
        let index = partition.partition_index;
        let committed = match known {
            None => Err(missing),
            Some(known) if known.partition(index).is_none() => {
                Err(ErrorCode::UnknownTopicOrPartition)
            }
            Some(known) => check_partition(group, caller, request, known, index)
                .and_then(|()| commit_partition(ops, group, request, &known.name, partition)),
        };
        let error_code = committed.err().unwrap_or(ErrorCode::None) as i16;
        partitions.push(OffsetCommitResponsePartition { partition_index: index, error_code });
    }
    OffsetCommitResponseTopic {
        name: Cow::Owned(topic.name.clone().into_owned()),
        topic_id: topic.topic_id,
        partitions,
    }
}

/// A member that is behind may commit what was its own in its epoch already.
fn check_partition(
    group: &Group,
    caller: &Caller<'_>,
    request: &OffsetCommitRequest<'_>,
    topic: &Topic,
    partition: i32,
) -> Result<(), ErrorCode> {
    let Kind::Consumer(consumer) = &group.kind else {
        return Ok(());
    };
    let epoch = request.generation_id_or_member_epoch;
    let scope = consumer.check_commit(&request.member_id, epoch, caller.api_version);
    let checked = scope.and_then(|scope| scope.check(&topic.name, topic.id, partition));
    checked.map_err(|refusal| refusal.code)
}

fn commit_partition(
    ops: &mut Ops<'_, '_>,
    group: &mut Group,
    request: &OffsetCommitRequest<'_>,
    topic: &str,
    partition: &OffsetCommitRequestPartition<'_>,
) -> Result<(), ErrorCode> {
    let metadata = partition.committed_metadata.as_deref().unwrap_or_default();
    // As Kafka counts, whatever the setting's name: in UTF-16, of which there is never more.
    let most = ops.ctx.settings.offset_metadata_max_bytes;
    if metadata.len() > most && metadata.encode_utf16().count() > most {
        return Err(ErrorCode::OffsetMetadataTooLarge);
    }
    let now_ms = ops.ctx.now.unix_ms;
    let retention_ms = request.retention_time_ms;
    let value = CommittedOffset {
        offset: partition.committed_offset,
        leader_epoch: partition.committed_leader_epoch,
        metadata: metadata.into(),
        commit_timestamp_ms: now_ms,
        expire_timestamp_ms: (retention_ms != -1).then(|| now_ms.saturating_add(retention_ms)),
    };
    let index = partition.partition_index;
    let record =
        Record::Offset { group: ops.id, topic, partition: index, value: Some(value.clone()) };
    ops.write(&record);
    group.offsets.apply(topic, index, Some(value));
    Ok(())
}
