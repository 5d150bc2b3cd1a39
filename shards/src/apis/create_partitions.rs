//! CreatePartitions (key 37), versions 0–3.
//!
//! `count` is the new total; partitions are only ever added, because taking one away would move
//! keys.

use std::collections::HashMap;
use std::rc::Rc;

use cluster::command::{CreatePartitions, MorePartitions};
use cluster::{Command, Reply};
use wire::ErrorCode;
use wire::messages::create_partitions_request::CreatePartitionsTopic;
use wire::messages::create_partitions_response::CreatePartitionsTopicResult;
use wire::messages::{CreatePartitionsRequest, CreatePartitionsResponse};

use crate::dispatch::{HandlerError, RequestContext};
use crate::errors;
use crate::runtime::random;
use crate::shard::Shard;

pub async fn handle(
    shard: &Rc<Shard>,
    ctx: &RequestContext,
    body: &[u8],
) -> Result<Vec<u8>, HandlerError> {
    let request: CreatePartitionsRequest<'_> = ctx.decode(body)?;
    let mut seen: HashMap<&str, usize> = HashMap::new();
    for topic in &request.topics {
        *seen.entry(&topic.name).or_default() += 1;
    }
    let once = |topic: &&CreatePartitionsTopic<'_>| seen[&*topic.name] == 1;
    let command = Command::CreatePartitions(CreatePartitions {
        topics: request.topics.iter().filter(once).map(more_partitions).collect(),
        validate_only: request.validate_only,
        seed: random::u64(),
    });
    let mut results: Vec<_> = match shard.command(command).await {
        Ok(Reply::CreatePartitions(results)) => results
            .into_iter()
            .map(|result| answer(&result.name, result.outcome.map_err(|e| errors::command(&e))))
            .collect(),
        Ok(_) => return Err(HandlerError::Internal("CreatePartitions got another reply")),
        Err(error) => {
            let failed = request.topics.iter().filter(once);
            failed.map(|topic| answer(&topic.name, Err(errors::controller(&error)))).collect()
        }
    };
    for (name, _) in seen.iter().filter(|(_, count)| **count > 1) {
        let message = "Duplicate topic name.".to_owned();
        results.push(answer(name, Err((ErrorCode::InvalidRequest, message))));
    }
    ctx.respond(&CreatePartitionsResponse { results, ..Default::default() })
}

fn more_partitions(topic: &CreatePartitionsTopic<'_>) -> MorePartitions {
    MorePartitions {
        name: topic.name.to_string(),
        count: topic.count,
        assignments: topic.assignments.as_ref().map(|assignments| {
            assignments.iter().map(|assignment| assignment.broker_ids.clone()).collect()
        }),
    }
}

fn answer(
    name: &str,
    outcome: Result<(), (ErrorCode, String)>,
) -> CreatePartitionsTopicResult<'static> {
    let (code, message) = match outcome {
        Ok(()) => (ErrorCode::None, None),
        Err((code, message)) => (code, Some(message)),
    };
    CreatePartitionsTopicResult {
        name: name.to_owned().into(),
        error_code: code as i16,
        error_message: message.map(Into::into),
    }
}
