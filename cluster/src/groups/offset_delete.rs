//! OffsetDelete: offsets of topics that the group does not read.

use std::borrow::Cow;

use wire::ErrorCode;
use wire::messages::offset_delete_request::{OffsetDeleteRequest, OffsetDeleteRequestTopic};
use wire::messages::offset_delete_response::{
    OffsetDeleteResponse, OffsetDeleteResponsePartition, OffsetDeleteResponseTopic,
};

use super::group::{Group, Kind};
use super::ops::Ops;
use super::records::{RECORD_OVERHEAD_BYTES, Record};
use crate::limits::GROUP_STEP_BYTES_MAX;

pub(super) fn delete(
    ops: &mut Ops<'_, '_>,
    group: &mut Group,
    request: &OffsetDeleteRequest<'_>,
) -> OffsetDeleteResponse<'static> {
    if let Kind::Classic(classic) = &group.kind
        && let Err(error) = classic.check_offset_delete()
    {
        return refused(error);
    }
    let size = |topic: &OffsetDeleteRequestTopic<'_>| {
        topic.partitions.len() * (RECORD_OVERHEAD_BYTES + ops.id.len() + topic.name.len())
    };
    // One batch has to take it all.
    if request.topics.iter().map(size).sum::<usize>() > GROUP_STEP_BYTES_MAX {
        return refused(ErrorCode::InvalidRequest);
    }
    let topics = request.topics.iter().map(|topic| delete_topic(ops, group, topic)).collect();
    OffsetDeleteResponse { error_code: ErrorCode::None as i16, throttle_time_ms: 0, topics }
}

pub(super) fn refused(error: ErrorCode) -> OffsetDeleteResponse<'static> {
    OffsetDeleteResponse { error_code: error as i16, throttle_time_ms: 0, topics: Vec::new() }
}

fn delete_topic(
    ops: &mut Ops<'_, '_>,
    group: &mut Group,
    topic: &OffsetDeleteRequestTopic<'_>,
) -> OffsetDeleteResponseTopic<'static> {
    let subscribed = group.is_subscribed_to(&topic.name);
    let partitions = topic.partitions.iter().map(|partition| {
        let index = partition.partition_index;
        let error = if subscribed {
            ErrorCode::GroupSubscribedToTopic
        } else {
            delete_partition(ops, group, &topic.name, index)
        };
        OffsetDeleteResponsePartition { partition_index: index, error_code: error as i16 }
    });
    let partitions = partitions.collect();
    OffsetDeleteResponseTopic { name: Cow::Owned(topic.name.clone().into_owned()), partitions }
}

fn delete_partition(
    ops: &mut Ops<'_, '_>,
    group: &mut Group,
    topic: &str,
    partition: i32,
) -> ErrorCode {
    if group.offsets.get(topic, partition).is_none() {
        return ErrorCode::None;
    }
    ops.write(&Record::Offset { group: ops.id, topic, partition, value: None });
    group.offsets.apply(topic, partition, None);
    ErrorCode::None
}
