//! OffsetFetch (key 9), versions 1–10.
//!
//! v2 fetches all topics of a group, v7 only what is stable (KIP-447; without transactions all is),
//! v8 asks for many groups (KIP-709), v9 as a member of a consumer group (KIP-848), v10 names
//! topics by id (KIP-848). Before v8 the one group is asked as if it were one of many.

use std::rc::Rc;

use wire::ErrorCode;
use wire::messages::offset_fetch_request::{OffsetFetchRequestGroup, OffsetFetchRequestTopics};
use wire::messages::offset_fetch_response::{
    OffsetFetchResponseGroup, OffsetFetchResponsePartition, OffsetFetchResponseTopic,
};
use wire::messages::{OffsetFetchRequest, OffsetFetchResponse};

use crate::dispatch::{HandlerError, RequestContext};
use crate::groups;
use crate::limits::GROUPS_PER_REQUEST_MAX;
use crate::shard::Shard;

const FIRST_VERSION_WITH_GROUP_ERROR: i16 = 2;
const FIRST_VERSION_WITH_GROUPS: i16 = 8;
const NO_OFFSET: i64 = -1;

pub async fn handle(
    shard: &Rc<Shard>,
    ctx: &RequestContext,
    body: &[u8],
) -> Result<Vec<u8>, HandlerError> {
    let request: OffsetFetchRequest<'_> = ctx.decode(body)?;
    if ctx.api_version < FIRST_VERSION_WITH_GROUPS {
        let asked = as_group(request);
        let group = fetch(shard, ctx.api_version, &asked).await;
        return ctx.respond(&single(ctx.api_version, &asked, group));
    }
    let too_many = request.groups.len() > GROUPS_PER_REQUEST_MAX;
    let mut groups = Vec::with_capacity(request.groups.len());
    for asked in &request.groups {
        let group = match too_many {
            true => refused(asked, ErrorCode::InvalidRequest),
            false => fetch(shard, ctx.api_version, asked).await,
        };
        groups.push(group);
    }
    ctx.respond(&OffsetFetchResponse { groups, ..Default::default() })
}

async fn fetch<'a>(
    shard: &Rc<Shard>,
    version: i16,
    asked: &OffsetFetchRequestGroup<'a>,
) -> OffsetFetchResponseGroup<'a> {
    let found = groups::ask(&shard.groups, &asked.group_id, |coordinator, context| {
        coordinator.fetch_offsets(context, asked, version)
    });
    match found.await {
        Ok(group) => OffsetFetchResponseGroup { group_id: asked.group_id.clone(), ..group },
        Err(code) => refused(asked, code),
    }
}

fn refused<'a>(
    asked: &OffsetFetchRequestGroup<'a>,
    code: ErrorCode,
) -> OffsetFetchResponseGroup<'a> {
    OffsetFetchResponseGroup {
        group_id: asked.group_id.clone(),
        error_code: code as i16,
        ..Default::default()
    }
}

/// The group of a request that can only ask for one.
fn as_group(request: OffsetFetchRequest<'_>) -> OffsetFetchRequestGroup<'_> {
    let topics = request.topics.map(|topics| {
        let topics = topics.into_iter().map(|topic| OffsetFetchRequestTopics {
            name: topic.name,
            partition_indexes: topic.partition_indexes,
            ..Default::default()
        });
        topics.collect()
    });
    OffsetFetchRequestGroup {
        group_id: request.group_id,
        topics,
        member_epoch: -1,
        ..Default::default()
    }
}

/// The answer for one group. v1 has no place for the group's error but at each partition.
fn single<'a>(
    version: i16,
    asked: &OffsetFetchRequestGroup<'a>,
    group: OffsetFetchResponseGroup<'a>,
) -> OffsetFetchResponse<'a> {
    let code = group.error_code;
    if code != ErrorCode::None as i16 && version < FIRST_VERSION_WITH_GROUP_ERROR {
        let topics = asked.topics.iter().flatten().map(|topic| failed(topic, code));
        return OffsetFetchResponse { topics: topics.collect(), ..Default::default() };
    }
    let topics = group.topics.into_iter().map(|topic| {
        let partitions = topic.partitions.into_iter().map(|found| OffsetFetchResponsePartition {
            partition_index: found.partition_index,
            committed_offset: found.committed_offset,
            committed_leader_epoch: found.committed_leader_epoch,
            metadata: found.metadata,
            error_code: found.error_code,
        });
        let partitions = partitions.collect();
        OffsetFetchResponseTopic { name: topic.name, partitions }
    });
    OffsetFetchResponse { topics: topics.collect(), error_code: code, ..Default::default() }
}

fn failed<'a>(asked: &OffsetFetchRequestTopics<'a>, code: i16) -> OffsetFetchResponseTopic<'a> {
    let partitions = asked.partition_indexes.iter().map(|index| OffsetFetchResponsePartition {
        partition_index: *index,
        committed_offset: NO_OFFSET,
        committed_leader_epoch: -1,
        metadata: Some("".into()),
        error_code: code,
    });
    let partitions = partitions.collect();
    OffsetFetchResponseTopic { name: asked.name.clone(), partitions }
}
