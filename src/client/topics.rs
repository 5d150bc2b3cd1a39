//! Creating and deleting topics.

use wire::ErrorCode;
use wire::messages::create_topics_request::{CreatableTopic, CreatableTopicConfig};
use wire::messages::delete_topics_request::DeleteTopicState;
use wire::messages::{CreateTopicsRequest, DeleteTopicsRequest};

use super::cluster::Cluster;
use super::error::{ClientError, Patience, Refusal, Result};
use crate::limits::CLIENT_ANSWER_TIME;

/// What a topic is to be.
#[derive(Debug, Clone)]
pub struct NewTopic {
    pub name: String,
    /// -1: as the broker has it by default.
    pub partitions: i32,
    pub replication_factor: i16,
    pub configs: Vec<(String, String)>,
}

/// The outcome for one topic.
pub type Outcome = std::result::Result<(), Refusal>;

fn outcome(about: String, code: i16, message: Option<&str>) -> Outcome {
    if code == ErrorCode::None as i16 { Ok(()) } else { Err(Refusal::new(about, code, message)) }
}

fn timeout_ms() -> i32 {
    i32::try_from(CLIENT_ANSWER_TIME.as_millis()).unwrap_or(i32::MAX) / 2
}

/// Asks the controller, and again if it has moved. `attempt` gives an outcome per topic.
fn of_controller(
    cluster: &mut Cluster,
    mut attempt: impl FnMut(&mut Cluster) -> Result<Vec<Outcome>>,
) -> Result<Vec<Outcome>> {
    let mut patience = Patience::new();
    loop {
        let error = match attempt(cluster) {
            Ok(outcomes) => {
                let moved = outcomes.iter().find_map(|outcome| match outcome {
                    Err(refusal) if refusal.is(ErrorCode::NotController) => Some(refusal.clone()),
                    _ => None,
                });
                match moved {
                    Some(refusal) => ClientError::Refused(refusal),
                    None => return Ok(outcomes),
                }
            }
            // What was lost on its way may have been done: only a connection that never was is
            // tried again.
            Err(error @ ClientError::Connect { .. }) if !cluster.brokers().is_empty() => error,
            Err(error) => return Err(error),
        };
        cluster.forget_connections();
        patience.wait_after(error)?;
        cluster.metadata(&[], false)?;
    }
}

/// Creates topics; outcomes are in their order.
pub fn create(cluster: &mut Cluster, topics: &[NewTopic]) -> Result<Vec<Outcome>> {
    let config = |(name, value): &(String, String)| CreatableTopicConfig {
        name: name.clone().into(),
        value: Some(value.clone().into()),
    };
    let topic = |topic: &NewTopic| CreatableTopic {
        name: topic.name.clone().into(),
        num_partitions: topic.partitions,
        replication_factor: topic.replication_factor,
        configs: topic.configs.iter().map(config).collect(),
        ..CreatableTopic::default()
    };
    let request = CreateTopicsRequest {
        topics: topics.iter().map(topic).collect(),
        timeout_ms: timeout_ms(),
        validate_only: false,
    };
    of_controller(cluster, |cluster| {
        let response = cluster.controller()?.call(&request)?;
        let outcomes = topics.iter().map(|topic| {
            let about = format!("topic {:?}", topic.name);
            match response.topics.iter().find(|result| result.name == topic.name) {
                Some(result) => outcome(about, result.error_code, result.error_message.as_deref()),
                None => Err(no_answer(about)),
            }
        });
        Ok(outcomes.collect())
    })
}

/// Deletes topics by name; outcomes are in their order.
pub fn delete(cluster: &mut Cluster, names: &[String]) -> Result<Vec<Outcome>> {
    let by_name = |name: &String| DeleteTopicState {
        name: Some(name.clone().into()),
        ..DeleteTopicState::default()
    };
    of_controller(cluster, |cluster| {
        let controller = cluster.controller()?;
        // Since version 6 a topic is named in a structure of its own, which can carry its id.
        let is_new = controller.version(wire::ApiKey::DeleteTopics)? >= 6;
        let mut request =
            DeleteTopicsRequest { timeout_ms: timeout_ms(), ..DeleteTopicsRequest::default() };
        if is_new {
            request.topics = names.iter().map(by_name).collect();
        } else {
            request.topic_names = names.iter().map(|name| name.clone().into()).collect();
        }
        let response = controller.call(&request)?;
        let outcomes = names.iter().map(|name| {
            let about = format!("topic {name:?}");
            let found = response.responses.iter();
            match found.clone().find(|result| result.name.as_deref() == Some(name)) {
                Some(result) => outcome(about, result.error_code, result.error_message.as_deref()),
                None => Err(no_answer(about)),
            }
        });
        Ok(outcomes.collect())
    })
}

pub(super) fn no_answer(about: String) -> Refusal {
    let code = ErrorCode::UnknownServerError as i16;
    Refusal::new(about, code, Some("the broker's answer leaves it out"))
}
