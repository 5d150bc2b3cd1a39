//! OffsetFetch of one group.

use std::borrow::Cow;
use std::collections::BTreeMap;

use wire::messages::offset_fetch_request::{OffsetFetchRequestGroup, OffsetFetchRequestTopics};
use wire::messages::offset_fetch_response::{
    OffsetFetchResponseGroup, OffsetFetchResponsePartitions, OffsetFetchResponseTopics,
};
use wire::{ErrorCode, Uuid};

use super::Context;
use super::group::{Group, Kind};
use super::records::CommittedOffset;

/// From this version on, topics are named by their ids.
const TOPIC_IDS_VERSION: i16 = 10;

/// Offsets as asked for; all there are if no topics are named.
pub(super) fn fetch(
    ctx: &Context<'_>,
    group: Option<&Group>,
    request: &OffsetFetchRequestGroup<'_>,
    api_version: i16,
) -> OffsetFetchResponseGroup<'static> {
    let by_id = api_version >= TOPIC_IDS_VERSION;
    if let Some(Group { kind: Kind::Consumer(consumer), .. }) = group
        && let Err(refusal) =
            consumer.check_fetch(request.member_id.as_deref(), request.member_epoch)
    {
        return OffsetFetchResponseGroup {
            group_id: Cow::Owned(request.group_id.clone().into_owned()),
            topics: Vec::new(),
            error_code: refusal.code as i16,
        };
    }
    let topics = match &request.topics {
        Some(topics) => topics.iter().map(|topic| named(ctx, group, topic, by_id)).collect(),
        None => group.map_or(Vec::new(), |group| all(ctx, group, by_id)),
    };
    OffsetFetchResponseGroup {
        group_id: Cow::Owned(request.group_id.clone().into_owned()),
        topics,
        error_code: ErrorCode::None as i16,
    }
}

fn named(
    ctx: &Context<'_>,
    group: Option<&Group>,
    topic: &OffsetFetchRequestTopics<'_>,
    by_id: bool,
) -> OffsetFetchResponseTopics<'static> {
    let (name, error) = match ctx.image.topic_by_id(topic.topic_id).filter(|_| by_id) {
        Some(known) => (&*known.name, ErrorCode::None),
        None if by_id => ("", ErrorCode::UnknownTopicId),
        None => (&*topic.name, ErrorCode::None),
    };
    let committed = group.and_then(|group| group.offsets.topic(name));
    let partitions = topic.partition_indexes.iter().map(|index| {
        let value = committed.and_then(|partitions| partitions.get(index));
        partition(*index, value.filter(|_| error == ErrorCode::None), error)
    });
    OffsetFetchResponseTopics {
        name: Cow::Owned(topic.name.clone().into_owned()),
        topic_id: topic.topic_id,
        partitions: partitions.collect(),
    }
}

fn all(ctx: &Context<'_>, group: &Group, by_id: bool) -> Vec<OffsetFetchResponseTopics<'static>> {
    let topics = group.offsets.topics().filter_map(|(name, partitions)| {
        let topic_id = ctx.image.topic(name).map(|topic| topic.id);
        // A topic without an id is gone, and cannot be named in such an answer.
        if by_id && topic_id.is_none() {
            return None;
        }
        Some(whole_topic(name, topic_id.unwrap_or(Uuid::ZERO), partitions))
    });
    topics.collect()
}

fn whole_topic(
    name: &str,
    topic_id: Uuid,
    partitions: &BTreeMap<i32, CommittedOffset>,
) -> OffsetFetchResponseTopics<'static> {
    let partitions = partitions
        .iter()
        .map(|(index, value)| partition(*index, Some(value), ErrorCode::None))
        .collect();
    OffsetFetchResponseTopics { name: Cow::Owned(name.to_owned()), topic_id, partitions }
}

fn partition(
    index: i32,
    value: Option<&CommittedOffset>,
    error: ErrorCode,
) -> OffsetFetchResponsePartitions<'static> {
    OffsetFetchResponsePartitions {
        partition_index: index,
        committed_offset: value.map_or(-1, |value| value.offset),
        committed_leader_epoch: value.map_or(-1, |value| value.leader_epoch),
        metadata: Some(Cow::Owned(value.map_or("", |value| &value.metadata).to_owned())),
        error_code: error as i16,
    }
}
