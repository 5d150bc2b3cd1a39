//! DescribeTopicPartitions (key 75), version 0 (KIP-966).
//!
//! Pages over the partitions of topics in name order: at most `response_partition_limit` of them,
//! then a cursor. An empty list of topics means all.

use std::rc::Rc;

use cluster::{Image, Partition, Topic};
use wire::ErrorCode;
use wire::messages::describe_topic_partitions_response::{
    Cursor, DescribeTopicPartitionsResponsePartition, DescribeTopicPartitionsResponseTopic,
};
use wire::messages::{DescribeTopicPartitionsRequest, DescribeTopicPartitionsResponse};

use crate::apis::operations;
use crate::dispatch::{HandlerError, RequestContext};
use crate::limits::DESCRIBE_PARTITIONS_MAX;
use crate::shard::Shard;

pub async fn handle(
    shard: &Rc<Shard>,
    ctx: &RequestContext,
    body: &[u8],
) -> Result<Vec<u8>, HandlerError> {
    let request: DescribeTopicPartitionsRequest<'_> = ctx.decode(body)?;
    let image = shard.image();
    let mut names: Vec<String> = match request.topics.is_empty() {
        true => image.topics().map(|topic| topic.name.to_string()).collect(),
        false => request.topics.iter().map(|topic| topic.name.to_string()).collect(),
    };
    names.sort_unstable();
    names.dedup();
    let mut first_partition = 0;
    if let Some(cursor) = &request.cursor {
        names.retain(|name| **name >= *cursor.topic_name);
        if names.first().is_some_and(|name| **name == *cursor.topic_name) {
            first_partition = usize::try_from(cursor.partition_index).unwrap_or(0);
        }
    }
    let wanted = usize::try_from(request.response_partition_limit).unwrap_or(0);
    let limit = wanted.clamp(1, DESCRIBE_PARTITIONS_MAX);
    ctx.respond(&page(&image, names, first_partition, limit))
}

fn page(
    image: &Image,
    names: Vec<String>,
    mut first_partition: usize,
    limit: usize,
) -> DescribeTopicPartitionsResponse<'static> {
    let mut response = DescribeTopicPartitionsResponse::default();
    let mut left = limit;
    for name in names {
        let Some(topic) = image.topic(&name) else {
            response.topics.push(missing(name));
            continue;
        };
        if left == 0 {
            response.next_cursor = Some(cursor(name, 0));
            break;
        }
        let end = topic.partitions.len().min(first_partition + left);
        response.topics.push(described(topic, first_partition.min(end)..end));
        left -= end - first_partition.min(end);
        first_partition = 0;
        if end < topic.partitions.len() {
            response.next_cursor = Some(cursor(name, end));
            break;
        }
    }
    response
}

fn cursor(topic_name: String, partition: usize) -> Cursor<'static> {
    let partition_index = i32::try_from(partition).unwrap_or(i32::MAX);
    Cursor { topic_name: topic_name.into(), partition_index }
}

fn missing(name: String) -> DescribeTopicPartitionsResponseTopic<'static> {
    let code = match cluster::names::check_topic_name(&name) {
        Ok(()) => ErrorCode::UnknownTopicOrPartition,
        Err(_) => ErrorCode::InvalidTopicException,
    };
    DescribeTopicPartitionsResponseTopic {
        error_code: code as i16,
        name: Some(name.into()),
        topic_authorized_operations: operations::topic(true),
        ..Default::default()
    }
}

fn described(
    topic: &Topic,
    range: std::ops::Range<usize>,
) -> DescribeTopicPartitionsResponseTopic<'static> {
    DescribeTopicPartitionsResponseTopic {
        name: Some(topic.name.to_string().into()),
        topic_id: topic.id,
        is_internal: topic.is_internal(),
        partitions: range.map(|index| partition(index, &topic.partitions[index])).collect(),
        topic_authorized_operations: operations::topic(true),
        ..Default::default()
    }
}

fn partition(index: usize, partition: &Partition) -> DescribeTopicPartitionsResponsePartition {
    let code = match partition.leader {
        -1 => ErrorCode::LeaderNotAvailable,
        _ => ErrorCode::None,
    };
    DescribeTopicPartitionsResponsePartition {
        error_code: code as i16,
        partition_index: i32::try_from(index).unwrap_or(i32::MAX),
        leader_id: partition.leader,
        leader_epoch: partition.leader_epoch,
        replica_nodes: partition.replicas.clone(),
        isr_nodes: partition.isr.clone(),
        eligible_leader_replicas: Some(partition.elr.clone()),
        last_known_elr: Some(partition.last_known_elr.clone()),
        offline_replicas: Vec::new(),
    }
}
