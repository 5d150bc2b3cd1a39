//! AlterConfigs (key 33), versions 0–2.
//!
//! The resource holds exactly the given configs afterwards: what is not named is taken away.
//! IncrementalAlterConfigs came after it (KIP-339), but kafka-ui and older tools still send this.

use std::rc::Rc;

use cluster::command::{AlterConfigs, AlterConfigsResult, AlterResource, ConfigChange};
use cluster::{Command, Reply, ResourceKind};
use wire::ErrorCode;
use wire::messages::alter_configs_request::AlterConfigsResource;
use wire::messages::alter_configs_response::AlterConfigsResourceResponse;
use wire::messages::{AlterConfigsRequest, AlterConfigsResponse};

use crate::dispatch::{HandlerError, RequestContext};
use crate::errors;
use crate::shard::Shard;

pub async fn handle(
    shard: &Rc<Shard>,
    ctx: &RequestContext,
    body: &[u8],
) -> Result<Vec<u8>, HandlerError> {
    let request: AlterConfigsRequest<'_> = ctx.decode(body)?;
    let changes: Vec<_> = request
        .resources
        .iter()
        .map(|resource| (resource.resource_type, resource.resource_name.as_ref(), change(resource)))
        .collect();
    let outcomes = alter(shard, changes, request.validate_only).await?;
    let answer = |(resource, outcome): (&AlterConfigsResource<'_>, Outcome)| {
        let (code, message) = outcome;
        AlterConfigsResourceResponse {
            error_code: code as i16,
            error_message: message.map(Into::into),
            resource_type: resource.resource_type,
            resource_name: resource.resource_name.to_string().into(),
        }
    };
    let responses = request.resources.iter().zip(outcomes).map(answer).collect();
    ctx.respond(&AlterConfigsResponse { responses, ..Default::default() })
}

fn change(resource: &AlterConfigsResource<'_>) -> Result<ConfigChange, Outcome> {
    let configs = resource.configs.iter();
    let pairs = configs.map(|c| (c.name.to_string(), c.value.as_deref().map(str::to_owned)));
    Ok(ConfigChange::Replace(pairs.collect()))
}

/// What came of one resource: a code, and a message for people unless all is well.
pub type Outcome = (ErrorCode, Option<String>);

/// Changes the configs of resources given as (type, name, change); the outcomes are in the same
/// order. A change that is refused already is passed through.
pub async fn alter(
    shard: &Rc<Shard>,
    changes: Vec<(i8, &str, Result<ConfigChange, Outcome>)>,
    validate_only: bool,
) -> Result<Vec<Outcome>, HandlerError> {
    let mut outcomes: Vec<Option<Outcome>> = Vec::with_capacity(changes.len());
    let mut resources = Vec::new();
    for (kind, name, change) in changes {
        match (ResourceKind::from_i8(kind), change) {
            (Some(kind), Ok(change)) => {
                outcomes.push(None);
                resources.push(AlterResource { kind, name: name.to_owned(), change });
            }
            (None, _) => {
                let message = format!("Unknown resource type {kind}");
                outcomes.push(Some((ErrorCode::InvalidRequest, Some(message))));
            }
            (_, Err(refused)) => outcomes.push(Some(refused)),
        }
    }
    let count = resources.len();
    let command = Command::AlterConfigs(AlterConfigs { resources, validate_only });
    let mut decided: Vec<Outcome> = match shard.command(command).await {
        Ok(Reply::AlterConfigs(results)) => results.into_iter().map(outcome).collect(),
        Ok(_) => return Err(HandlerError::Internal("AlterConfigs got another command's reply")),
        Err(error) => {
            let (code, message) = errors::controller(&error);
            vec![(code, Some(message)); count]
        }
    };
    if decided.len() != count {
        return Err(HandlerError::Internal("AlterConfigs got too few results"));
    }
    let mut decided = decided.drain(..);
    let filled = outcomes.into_iter().map(|outcome| outcome.or_else(|| decided.next()));
    Ok(filled.map(|outcome| outcome.expect("counted above")).collect())
}

fn outcome(result: AlterConfigsResult) -> Outcome {
    match result.outcome {
        Ok(()) => (ErrorCode::None, None),
        Err(error) => {
            let (code, message) = errors::command(&error);
            (code, Some(message))
        }
    }
}
