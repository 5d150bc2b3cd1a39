//! DeleteTopics (key 20), versions 1–6.
//!
//! By name, from v6 also by topic id. Each topic succeeds or fails on its own; one that is named
//! twice, or by a name and an id, stays. The answer comes when every shard has taken its partitions
//! down; their files go after `file.delete.delay.ms`.

use std::rc::Rc;

use cluster::command::{DeleteTopicResult, DeleteTopics, TopicRef};
use cluster::{Command, Reply};
use wire::messages::delete_topics_response::DeletableTopicResult;
use wire::messages::{DeleteTopicsRequest, DeleteTopicsResponse};
use wire::{ErrorCode, Uuid};

use crate::dispatch::{HandlerError, RequestContext};
use crate::errors;
use crate::shard::Shard;

pub async fn handle(
    shard: &Rc<Shard>,
    ctx: &RequestContext,
    body: &[u8],
) -> Result<Vec<u8>, HandlerError> {
    let request: DeleteTopicsRequest<'_> = ctx.decode(body)?;
    let by_name = request.topic_names.iter().map(|name| TopicRef::Name(name.to_string()));
    let by_state = request.topics.iter().map(|topic| match &topic.name {
        Some(name) if topic.topic_id.is_zero() => TopicRef::Name(name.to_string()),
        Some(name) => TopicRef::Both(name.to_string(), topic.topic_id),
        None => TopicRef::Id(topic.topic_id),
    });
    let topics: Vec<TopicRef> = by_name.chain(by_state).collect();
    let command = Command::DeleteTopics(DeleteTopics { topics: topics.clone() });
    let responses = match shard.command(command).await {
        Ok(Reply::DeleteTopics(results)) => results.into_iter().map(answer).collect(),
        Ok(_) => return Err(HandlerError::Internal("DeleteTopics got another command's reply")),
        Err(error) => {
            let (code, message) = errors::controller(&error);
            topics.into_iter().map(|topic| refused(topic, code, &message)).collect()
        }
    };
    ctx.respond(&DeleteTopicsResponse { responses, ..Default::default() })
}

fn refused(topic: TopicRef, code: ErrorCode, message: &str) -> DeletableTopicResult<'static> {
    let (name, topic_id) = match topic {
        TopicRef::Name(name) => (Some(name.into()), Uuid::ZERO),
        TopicRef::Id(id) => (None, id),
        TopicRef::Both(name, id) => (Some(name.into()), id),
    };
    DeletableTopicResult {
        name,
        topic_id,
        error_code: code as i16,
        error_message: Some(message.to_owned().into()),
    }
}

fn answer(result: DeleteTopicResult) -> DeletableTopicResult<'static> {
    let (code, message) = match result.outcome {
        Ok(()) => (ErrorCode::None, None),
        Err(error) => {
            let (code, message) = errors::command(&error);
            (code, Some(message))
        }
    };
    DeletableTopicResult {
        name: result.name.map(Into::into),
        topic_id: result.id,
        error_code: code as i16,
        error_message: message.map(Into::into),
    }
}
