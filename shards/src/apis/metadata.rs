//! Metadata (key 3), versions 0–13.
//!
//! - Which topics: v0 takes an empty list for all; from v1 null means all and empty means none;
//!   from v12 a topic may be named by its id.
//! - Auto-create: v0–3 always may, from v4 the request says; only topics asked for by name.
//! - The answer lists every shard as a broker. "Controller" is the broker that takes administrative
//!   requests without a hop; any shard takes them.

use std::borrow::Cow;
use std::rc::Rc;

use cluster::command::{CreateTopics, NewTopic};
use cluster::{Command, Image, Partition, Reply, Topic};
use wire::messages::metadata_response::{
    MetadataResponseBroker, MetadataResponsePartition, MetadataResponseTopic,
};
use wire::messages::{MetadataRequest, MetadataResponse};
use wire::{ErrorCode, Uuid};

use crate::apis::operations;
use crate::dispatch::{HandlerError, RequestContext};
use crate::errors;
use crate::runtime::random;
use crate::shard::Shard;

const FIRST_VERSION_WITH_NULL_TOPICS: i16 = 1;
const FIRST_VERSION_WITH_CREATE_FLAG: i16 = 4;

pub async fn handle(
    shard: &Rc<Shard>,
    ctx: &RequestContext,
    body: &[u8],
) -> Result<Vec<u8>, HandlerError> {
    let request: MetadataRequest<'_> = ctx.decode(body)?;
    let all = match &request.topics {
        None => true,
        Some(topics) => topics.is_empty() && ctx.api_version < FIRST_VERSION_WITH_NULL_TOPICS,
    };
    let asked = request.include_topic_authorized_operations;
    let mut image = shard.image();
    let mut topics = Vec::new();
    if all {
        topics.extend(image.topics().map(|topic| found(topic, asked)));
    } else {
        let wanted = request.topics.as_deref().unwrap_or_default();
        let may_create =
            request.allow_auto_topic_creation || ctx.api_version < FIRST_VERSION_WITH_CREATE_FLAG;
        let names = wanted.iter().filter_map(|topic| topic.name.as_deref());
        let refusals = match may_create && shard.broker_settings().auto_create_topics {
            true => auto_create(shard, &image, names.collect()).await,
            false => Vec::new(),
        };
        image = shard.image();
        for topic in wanted {
            topics.push(answer(&image, topic.name.as_ref(), topic.topic_id, &refusals, asked));
        }
    }
    let response = MetadataResponse {
        brokers: brokers(&image),
        cluster_id: Some(shard.cluster_id().into()),
        controller_id: shard.controller_id(),
        topics,
        cluster_authorized_operations: operations::cluster(
            request.include_cluster_authorized_operations,
        ),
        ..Default::default()
    };
    ctx.respond(&response)
}

/// Creates those of `names` that are missing; returns why some could not be.
async fn auto_create(
    shard: &Rc<Shard>,
    image: &Image,
    mut names: Vec<&str>,
) -> Vec<(String, ErrorCode)> {
    names.retain(|name| image.topic(name).is_none());
    names.sort_unstable();
    names.dedup();
    if names.is_empty() {
        return Vec::new();
    }
    let new_topic = |name: &&str| NewTopic {
        name: (*name).to_owned(),
        id: random::uuid(),
        num_partitions: -1,
        replication_factor: -1,
        ..Default::default()
    };
    let command = Command::CreateTopics(CreateTopics {
        topics: names.iter().map(new_topic).collect(),
        validate_only: false,
        seed: random::u64(),
    });
    match shard.command(command).await {
        Ok(Reply::CreateTopics(results)) => results
            .into_iter()
            .filter_map(|result| {
                let (code, _) = errors::command(&result.outcome.err()?);
                Some((result.name, code))
            })
            // Somebody else was faster: that is what was wanted.
            .filter(|(_, code)| *code != ErrorCode::TopicAlreadyExists)
            .collect(),
        // The client asks again: the controller is busy or on its way out.
        _ => {
            let failed = |name: &str| (name.to_owned(), ErrorCode::LeaderNotAvailable);
            names.into_iter().map(failed).collect()
        }
    }
}

fn brokers(image: &Image) -> Vec<MetadataResponseBroker<'_>> {
    let brokers = image.brokers().map(|broker| MetadataResponseBroker {
        node_id: broker.id,
        host: broker.host.as_str().into(),
        port: i32::from(broker.port),
        rack: broker.rack.as_deref().map(Into::into),
    });
    brokers.collect()
}

fn answer<'a>(
    image: &Image,
    name: Option<&Cow<'a, str>>,
    id: Uuid,
    refusals: &[(String, ErrorCode)],
    asked: bool,
) -> MetadataResponseTopic<'a> {
    let topic = match name {
        Some(name) => image.topic(name),
        None => image.topic_by_id(id),
    };
    if let Some(topic) = topic {
        return found(topic, asked);
    }
    let code = match name {
        None => ErrorCode::UnknownTopicId,
        Some(name) => refusals
            .iter()
            .find(|(refused, _)| *refused == **name)
            .map_or_else(|| missing(name), |(_, code)| *code),
    };
    MetadataResponseTopic {
        error_code: code as i16,
        name: name.cloned(),
        topic_id: if name.is_none() { id } else { Uuid::ZERO },
        ..Default::default()
    }
}

fn missing(name: &str) -> ErrorCode {
    match cluster::names::check_topic_name(name) {
        Ok(()) => ErrorCode::UnknownTopicOrPartition,
        Err(_) => ErrorCode::InvalidTopicException,
    }
}

fn found<'a>(topic: &Topic, asked: bool) -> MetadataResponseTopic<'a> {
    let partitions = topic.partitions.iter().enumerate();
    MetadataResponseTopic {
        error_code: ErrorCode::None as i16,
        name: Some(topic.name.to_string().into()),
        topic_id: topic.id,
        is_internal: topic.is_internal(),
        partitions: partitions.map(|(index, partition)| described(index, partition)).collect(),
        topic_authorized_operations: operations::topic(asked),
    }
}

fn described(index: usize, partition: &Partition) -> MetadataResponsePartition {
    let code = match partition.leader {
        -1 => ErrorCode::LeaderNotAvailable,
        _ => ErrorCode::None,
    };
    MetadataResponsePartition {
        error_code: code as i16,
        partition_index: i32::try_from(index).unwrap_or(i32::MAX),
        leader_id: partition.leader,
        leader_epoch: partition.leader_epoch,
        replica_nodes: partition.replicas.clone(),
        isr_nodes: partition.isr.clone(),
        offline_replicas: Vec::new(),
    }
}
