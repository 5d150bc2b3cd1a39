//! Metadata (key 3), versions 0–13.
//!
//! - Which topics: v0 takes an empty list for all; from v1 null means all and empty means none;
//!   from v12 a topic may be named by its id. An id that is given decides, and if there is one,
//!   names count for nothing in the whole request: Java's clients send `""` beside an id.
//! - Auto-create: v0–3 always may, from v4 the request says; only topics asked for by name.
//! - The answer lists every shard as a broker. "Controller" is the broker that takes administrative
//!   requests without a hop; any shard takes them.

use std::collections::HashSet;
use std::hash::Hash;
use std::rc::Rc;

use cluster::command::{CreateTopics, NewTopic};
use cluster::{Command, Image, Partition, Reply, Topic};
use wire::messages::metadata_request::MetadataRequestTopic;
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
const FIRST_VERSION_WITH_IDS: i16 = 12;

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
    let may_create =
        request.allow_auto_topic_creation || ctx.api_version < FIRST_VERSION_WITH_CREATE_FLAG;
    let topics = request.topics.as_deref().unwrap_or_default();
    let topics = match wanted(topics, ctx.api_version) {
        _ if all => shard.image().topics().map(|topic| found(topic, asked)).collect(),
        Err(code) => return ctx.respond(&refused(topics, code)),
        Ok(Wanted::Ids(ids)) => by_id(&shard.image(), &ids, asked),
        Ok(Wanted::Names(names)) => {
            let refusals = match may_create && shard.broker_settings().auto_create_topics {
                true => auto_create(shard, &shard.image(), &names).await,
                false => Vec::new(),
            };
            by_name(&shard.image(), &names, &refusals, asked)
        }
    };
    let image = shard.image();
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

/// How the topics of a request are named: each once.
enum Wanted<'a> {
    Names(Vec<&'a str>),
    Ids(Vec<Uuid>),
}

/// # Errors
/// A topic without a name, or with an id before there were any: the request makes no sense.
fn wanted<'a>(
    topics: &'a [MetadataRequestTopic<'_>],
    version: i16,
) -> Result<Wanted<'a>, ErrorCode> {
    let has_id = |topic: &MetadataRequestTopic<'_>| topic.topic_id != Uuid::ZERO;
    if topics.iter().any(has_id) {
        if version < FIRST_VERSION_WITH_IDS {
            return Err(ErrorCode::InvalidRequest);
        }
        let ids = topics.iter().filter(|topic| has_id(topic)).map(|topic| topic.topic_id);
        return Ok(Wanted::Ids(once(ids)));
    }
    let names: Option<Vec<&str>> = topics.iter().map(|topic| topic.name.as_deref()).collect();
    names.map(|names| Wanted::Names(once(names))).ok_or(ErrorCode::InvalidRequest)
}

/// What is said twice, once; else in the same order.
fn once<T: Copy + Eq + Hash>(all: impl IntoIterator<Item = T>) -> Vec<T> {
    let mut seen = HashSet::new();
    all.into_iter().filter(|one| seen.insert(*one)).collect()
}

/// The whole request is refused. Kafka then tells of no broker either.
fn refused<'a>(topics: &'a [MetadataRequestTopic<'_>], code: ErrorCode) -> MetadataResponse<'a> {
    let topics = topics.iter().map(|topic| MetadataResponseTopic {
        error_code: code as i16,
        name: Some(topic.name.as_deref().unwrap_or_default().into()),
        topic_id: topic.topic_id,
        ..Default::default()
    });
    MetadataResponse { topics: topics.collect(), ..Default::default() }
}

/// Creates those of `names` that are missing; returns why some could not be.
async fn auto_create(shard: &Rc<Shard>, image: &Image, names: &[&str]) -> Vec<(String, ErrorCode)> {
    let mut names = names.to_vec();
    names.retain(|name| image.topic(name).is_none());
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

/// Those that are not known come first, as in Kafka.
fn by_id(image: &Image, ids: &[Uuid], asked: bool) -> Vec<MetadataResponseTopic<'static>> {
    let unknown = ids.iter().filter(|id| image.topic_by_id(**id).is_none());
    let unknown = unknown.map(|id| MetadataResponseTopic {
        error_code: ErrorCode::UnknownTopicId as i16,
        name: None,
        topic_id: *id,
        ..Default::default()
    });
    let known = ids.iter().filter_map(|id| image.topic_by_id(*id));
    unknown.chain(known.map(|topic| found(topic, asked))).collect()
}

/// Those that are not there come last, as in Kafka; `refusals` say why some could not be made.
fn by_name(
    image: &Image,
    names: &[&str],
    refusals: &[(String, ErrorCode)],
    asked: bool,
) -> Vec<MetadataResponseTopic<'static>> {
    let known = names.iter().filter_map(|name| image.topic(name));
    let absent = names.iter().filter(|name| image.topic(name).is_none());
    let absent = absent.map(|name| {
        let refusal = refusals.iter().find(|(refused, _)| refused == name);
        let code = refusal.map_or_else(|| missing(name), |(_, code)| *code);
        MetadataResponseTopic {
            error_code: code as i16,
            name: Some((*name).to_owned().into()),
            ..Default::default()
        }
    });
    known.map(|topic| found(topic, asked)).chain(absent).collect()
}

fn missing(name: &str) -> ErrorCode {
    match cluster::names::check_topic_name(name) {
        Ok(()) => ErrorCode::UnknownTopicOrPartition,
        Err(_) => ErrorCode::InvalidTopicException,
    }
}

fn found(topic: &Topic, asked: bool) -> MetadataResponseTopic<'static> {
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
