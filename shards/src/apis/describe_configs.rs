//! DescribeConfigs (key 32), versions 1–4.
//!
//! Every config there is, with its source, synonyms, type and (v3+) documentation. A null list of
//! keys, and before Kafka 4 also an empty one, means all. A broker describes only itself or, under
//! the empty name, what is set for all brokers. A group need not be there to have configs.

use std::borrow::Cow;
use std::rc::Rc;

use cluster::configs::{Described, View};
use cluster::{Image, ResourceKind};
use wire::ErrorCode;
use wire::messages::describe_configs_request::DescribeConfigsResource;
use wire::messages::describe_configs_response::{
    DescribeConfigsResourceResult, DescribeConfigsResult, DescribeConfigsSynonym,
};
use wire::messages::{DescribeConfigsRequest, DescribeConfigsResponse};

use crate::dispatch::{HandlerError, RequestContext};
use crate::shard::Shard;

type Refusal = (ErrorCode, String);

pub async fn handle(
    shard: &Rc<Shard>,
    ctx: &RequestContext,
    body: &[u8],
) -> Result<Vec<u8>, HandlerError> {
    let request: DescribeConfigsRequest<'_> = ctx.decode(body)?;
    let image = shard.image();
    let (synonyms, docs) = (request.include_synonyms, request.include_documentation);
    let results = request.resources.iter().map(|resource| {
        let found = configs_of(shard, &image, resource);
        answer(resource, found, synonyms, docs)
    });
    let results = results.collect();
    ctx.respond(&DescribeConfigsResponse { results, ..Default::default() })
}

fn configs_of(
    shard: &Shard,
    image: &Image,
    resource: &DescribeConfigsResource<'_>,
) -> Result<Vec<Described>, Refusal> {
    let name = &*resource.resource_name;
    let view = View::new(image, &shard.node.configs, shard.broker_id);
    match ResourceKind::from_i8(resource.resource_type) {
        Some(ResourceKind::Topic) => topic_configs(&view, image, name),
        Some(ResourceKind::Broker) if name.is_empty() => Ok(view.describe_all_brokers()),
        Some(ResourceKind::Broker) => broker_configs(shard, image, name, " or empty string,"),
        Some(ResourceKind::Group) if name.is_empty() => {
            Err((ErrorCode::InvalidRequest, "Group name must not be empty".to_owned()))
        }
        Some(ResourceKind::Group) => Ok(view.describe_group(name)),
        Some(ResourceKind::ClientMetrics) if name.is_empty() => {
            let message = "Client metrics subscription name must not be empty".to_owned();
            Err((ErrorCode::InvalidRequest, message))
        }
        // Nothing of these kinds is kept yet, and so none is set.
        Some(ResourceKind::ClientMetrics) => Ok(Vec::new()),
        Some(ResourceKind::BrokerLogger) => {
            broker_configs(shard, image, name, "").map(|_| Vec::new())
        }
        None => {
            let kind = resource.resource_type;
            let message = format!("{kind} is no type of resource that has configs");
            Err((ErrorCode::InvalidRequest, message))
        }
    }
}

fn topic_configs(view: &View<'_>, image: &Image, name: &str) -> Result<Vec<Described>, Refusal> {
    if let Err(error) = cluster::names::check_topic_name(name) {
        return Err(crate::errors::command(&error));
    }
    match image.topic(name) {
        Some(_) => Ok(view.describe_topic(name)),
        None => {
            // Kafka says nothing more either.
            Err((ErrorCode::UnknownTopicOrPartition, String::new()))
        }
    }
}

/// Configs are the node's: any shard answers for any broker of its own node. `or` is what else
/// could have been asked for, for the refusal.
fn broker_configs(
    shard: &Shard,
    image: &Image,
    name: &str,
    or: &str,
) -> Result<Vec<Described>, Refusal> {
    let refuse = |message| Err((ErrorCode::InvalidRequest, message));
    let Ok(id) = name.parse::<i32>() else {
        return refuse(format!("Broker id must be an integer, but it is: {name}"));
    };
    match image.broker(id) {
        Some(broker) if broker.node_id == shard.node.node_id => {
            Ok(View::new(image, &shard.static_configs(broker), id).describe_broker())
        }
        _ => {
            let here = shard.broker_id;
            refuse(format!("Unexpected broker id, expected {here}{or} but received {id}"))
        }
    }
}

fn answer<'a>(
    resource: &DescribeConfigsResource<'a>,
    found: Result<Vec<Described>, Refusal>,
    with_synonyms: bool,
    with_docs: bool,
) -> DescribeConfigsResult<'a> {
    let (error_code, error_message, mut configs) = match found {
        // Not null: Kafka's success has this.
        Ok(configs) => (ErrorCode::None, Some("".into()), configs),
        Err((code, message)) => (code, Some(message.into()), Vec::new()),
    };
    if let Some(keys) = resource.configuration_keys.as_ref().filter(|keys| !keys.is_empty()) {
        configs.retain(|config| keys.contains(&config.name));
    }
    let shown = configs.into_iter().map(|config| shown(config, with_synonyms, with_docs));
    DescribeConfigsResult {
        error_code: error_code as i16,
        error_message,
        resource_type: resource.resource_type,
        resource_name: resource.resource_name.clone(),
        configs: shown.collect(),
    }
}

fn shown(
    config: Described,
    with_synonyms: bool,
    with_docs: bool,
) -> DescribeConfigsResourceResult<'static> {
    let synonym = |synonym: cluster::configs::DescribedSynonym| DescribeConfigsSynonym {
        name: synonym.name,
        value: synonym.value.map(Into::into),
        source: synonym.source.as_i8(),
    };
    let synonyms = if with_synonyms { config.synonyms } else { Vec::new() };
    DescribeConfigsResourceResult {
        name: config.name,
        value: config.value.map(Into::into),
        read_only: config.read_only,
        config_source: config.source.as_i8(),
        is_sensitive: config.sensitive,
        synonyms: synonyms.into_iter().map(synonym).collect(),
        config_type: config.value_type.as_i8(),
        documentation: with_docs.then_some(Cow::Borrowed(config.doc)),
    }
}
