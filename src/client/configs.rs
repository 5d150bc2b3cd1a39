//! Configs of topics, brokers and groups: what they are, who has set them, and changing them.

use ::cluster::command::ConfigOp;
use wire::messages::describe_configs_request::DescribeConfigsResource;
use wire::messages::describe_configs_response::DescribeConfigsResourceResult;
use wire::messages::incremental_alter_configs_request::{AlterConfigsResource, AlterableConfig};
use wire::messages::{DescribeConfigsRequest, IncrementalAlterConfigsRequest};

use super::cluster::Cluster;
use super::connection::Connection;
use super::error::{ClientError, Result, check};
use super::topics::no_answer;

/// Kafka's number of a value that was not set anywhere.
const DEFAULT_SOURCE: i8 = 5;

/// What has configs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entity {
    Topic(String),
    Broker(i32),
    /// What is set for all brokers; one broker's own goes before it.
    AllBrokers,
    Group(String),
}

impl Entity {
    pub fn kind(&self) -> &'static str {
        match self {
            Entity::Topic(_) => "topic",
            Entity::Broker(_) | Entity::AllBrokers => "broker",
            Entity::Group(_) => "group",
        }
    }

    /// As Kafka's protocol has it: all brokers are the broker without a name.
    pub fn name(&self) -> String {
        match self {
            Entity::Topic(name) | Entity::Group(name) => name.clone(),
            Entity::Broker(id) => id.to_string(),
            Entity::AllBrokers => String::new(),
        }
    }

    /// Kafka's number of this kind of resource.
    fn resource_type(&self) -> i8 {
        match self {
            Entity::Topic(_) => 2,
            Entity::Broker(_) | Entity::AllBrokers => 4,
            Entity::Group(_) => 32,
        }
    }
}

impl std::fmt::Display for Entity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Entity::Topic(name) => write!(f, "topic {name:?}"),
            Entity::Broker(id) => write!(f, "broker {id}"),
            Entity::AllBrokers => write!(f, "all brokers"),
            Entity::Group(name) => write!(f, "group {name:?}"),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    pub name: String,
    /// `None` is hidden or not set.
    pub value: Option<String>,
    /// A password or the like, which brokers do not tell.
    pub is_sensitive: bool,
    pub is_read_only: bool,
    source: i8,
}

impl Config {
    fn read(config: &DescribeConfigsResourceResult<'_>) -> Config {
        // A broker that tells a secret anyway is not repeated.
        let value = config.value.as_deref().filter(|_| !config.is_sensitive);
        Config {
            name: config.name.to_string(),
            value: value.map(str::to_owned),
            is_sensitive: config.is_sensitive,
            is_read_only: config.read_only,
            source: config.config_source,
        }
    }

    pub fn is_default(&self) -> bool {
        self.source == DEFAULT_SOURCE
    }

    /// The value for people.
    pub fn shown(&self) -> String {
        match &self.value {
            _ if self.is_sensitive => "(hidden)".to_owned(),
            value => value.clone().unwrap_or_default(),
        }
    }

    /// Who has set it.
    pub fn source_name(&self) -> &'static str {
        match self.source {
            1 => "topic",
            2 => "broker",
            3 => "all brokers",
            4 => "broker's start",
            DEFAULT_SOURCE => "default",
            8 => "group",
            _ => "unknown",
        }
    }
}

/// The broker that knows: one broker's configs are known to itself alone.
fn asked<'c>(cluster: &'c mut Cluster, entity: &Entity) -> Result<&'c mut Connection> {
    let Entity::Broker(id) = entity else { return cluster.any() };
    cluster.metadata(&[], false)?;
    cluster.broker(*id)
}

/// All configs of an entity, sorted by name; of all brokers, those that are set.
pub fn describe(cluster: &mut Cluster, entity: &Entity) -> Result<Vec<Config>> {
    let request = DescribeConfigsRequest {
        resources: vec![DescribeConfigsResource {
            resource_type: entity.resource_type(),
            resource_name: entity.name().into(),
            configuration_keys: None,
        }],
        ..DescribeConfigsRequest::default()
    };
    let response = asked(cluster, entity)?.call(&request)?;
    let about = format!("configs of {entity}");
    let Some(result) = response.results.first() else {
        return Err(ClientError::Refused(no_answer(about)));
    };
    check(about, result.error_code, result.error_message.as_deref())?;
    let mut configs: Vec<Config> = result.configs.iter().map(Config::read).collect();
    configs.sort_by(|left, right| left.name.cmp(&right.name));
    Ok(configs)
}

/// Makes all changes or none; with `validate_only` none, but says whether they could be made.
pub fn alter(
    cluster: &mut Cluster,
    entity: &Entity,
    changes: &[ConfigOp],
    validate_only: bool,
) -> Result<()> {
    let config = |change: &ConfigOp| AlterableConfig {
        name: change.name.clone().into(),
        config_operation: change.operation as i8,
        value: change.value.clone().map(Into::into),
    };
    let request = IncrementalAlterConfigsRequest {
        resources: vec![AlterConfigsResource {
            resource_type: entity.resource_type(),
            resource_name: entity.name().into(),
            configs: changes.iter().map(config).collect(),
        }],
        validate_only,
    };
    let response = asked(cluster, entity)?.call(&request)?;
    let about = format!("configs of {entity}");
    match response.responses.first() {
        Some(result) => check(about, result.error_code, result.error_message.as_deref()),
        None => Err(ClientError::Refused(no_answer(about))),
    }
}
