//! CreateTopics (key 19), versions 2–7.
//!
//! Names, counts, manual assignments and configs are judged by the controller; each topic succeeds
//! or fails on its own. v5 answers with the configs in force, v7 with the topic id. A topic named
//! twice in one request is refused, as in Kafka.

use std::collections::HashMap;
use std::rc::Rc;

use cluster::command::{Assignment, CreateTopicResult, CreateTopics, NewTopic};
use cluster::{Command, Reply};
use wire::ErrorCode;
use wire::messages::create_topics_request::CreatableTopic;
use wire::messages::create_topics_response::{CreatableTopicConfigs, CreatableTopicResult};
use wire::messages::{CreateTopicsRequest, CreateTopicsResponse};

use crate::dispatch::{HandlerError, RequestContext};
use crate::errors;
use crate::runtime::random;
use crate::shard::Shard;

pub async fn handle(
    shard: &Rc<Shard>,
    ctx: &RequestContext,
    body: &[u8],
) -> Result<Vec<u8>, HandlerError> {
    let request: CreateTopicsRequest<'_> = ctx.decode(body)?;
    let mut seen: HashMap<&str, usize> = HashMap::new();
    for topic in &request.topics {
        *seen.entry(&topic.name).or_default() += 1;
    }
    let once = |topic: &&CreatableTopic<'_>| seen[&*topic.name] == 1;
    let command = Command::CreateTopics(CreateTopics {
        topics: request.topics.iter().filter(once).map(new_topic).collect(),
        validate_only: request.validate_only,
        seed: random::u64(),
    });
    let mut topics: Vec<_> = match shard.command(command).await {
        Ok(Reply::CreateTopics(results)) => results.into_iter().map(answer).collect(),
        Ok(_) => return Err(HandlerError::Internal("CreateTopics got another command's reply")),
        Err(error) => {
            let failed = request.topics.iter().filter(once);
            failed.map(|topic| refused(&topic.name, errors::controller(&error))).collect()
        }
    };
    for (name, _) in seen.iter().filter(|(_, count)| **count > 1) {
        let message = "Duplicate topic name.".to_owned();
        topics.push(refused(name, (ErrorCode::InvalidRequest, message)));
    }
    ctx.respond(&CreateTopicsResponse { topics, ..Default::default() })
}

fn new_topic(topic: &CreatableTopic<'_>) -> NewTopic {
    NewTopic {
        name: topic.name.to_string(),
        id: random::uuid(),
        num_partitions: topic.num_partitions,
        replication_factor: topic.replication_factor,
        assignments: topic
            .assignments
            .iter()
            .map(|assignment| Assignment {
                partition: assignment.partition_index,
                broker_ids: assignment.broker_ids.clone(),
            })
            .collect(),
        configs: topic
            .configs
            .iter()
            .map(|config| (config.name.to_string(), config.value.as_deref().map(str::to_owned)))
            .collect(),
    }
}

fn refused(name: &str, (code, message): (ErrorCode, String)) -> CreatableTopicResult<'static> {
    CreatableTopicResult {
        name: name.to_owned().into(),
        error_code: code as i16,
        error_message: Some(message.into()),
        ..Default::default()
    }
}

fn answer(result: CreateTopicResult) -> CreatableTopicResult<'static> {
    let created = match result.outcome {
        Ok(created) => created,
        Err(error) => return refused(&result.name, errors::command(&error)),
    };
    let configs = created.configs.into_iter().map(|config| CreatableTopicConfigs {
        name: config.name,
        value: config.value.map(Into::into),
        read_only: config.read_only,
        config_source: config.source.as_i8(),
        is_sensitive: config.sensitive,
    });
    CreatableTopicResult {
        name: result.name.into(),
        error_message: None,
        topic_id: created.id,
        num_partitions: created.num_partitions,
        replication_factor: created.replication_factor,
        configs: Some(configs.collect()),
        ..Default::default()
    }
}
