//! IncrementalAlterConfigs (key 44), versions 0–1 (KIP-339).
//!
//! SET, DELETE, and on lists APPEND and SUBTRACT; what is not named stays as it is.

use std::rc::Rc;

use cluster::command::{ConfigChange, ConfigOp, Operation};
use wire::ErrorCode;
use wire::messages::incremental_alter_configs_request::AlterConfigsResource;
use wire::messages::incremental_alter_configs_response::AlterConfigsResourceResponse;
use wire::messages::{IncrementalAlterConfigsRequest, IncrementalAlterConfigsResponse};

use crate::apis::alter_configs::{Outcome, alter};
use crate::dispatch::{HandlerError, RequestContext};
use crate::shard::Shard;

pub async fn handle(
    shard: &Rc<Shard>,
    ctx: &RequestContext,
    body: &[u8],
) -> Result<Vec<u8>, HandlerError> {
    let request: IncrementalAlterConfigsRequest<'_> = ctx.decode(body)?;
    let changes: Vec<_> = request
        .resources
        .iter()
        .map(|resource| (resource.resource_type, resource.resource_name.as_ref(), change(resource)))
        .collect();
    let outcomes = alter(shard, changes, request.validate_only).await?;
    let answer = |(resource, (code, message)): (&AlterConfigsResource<'_>, Outcome)| {
        AlterConfigsResourceResponse {
            error_code: code as i16,
            error_message: message.map(Into::into),
            resource_type: resource.resource_type,
            resource_name: resource.resource_name.to_string().into(),
        }
    };
    let responses = request.resources.iter().zip(outcomes).map(answer).collect();
    ctx.respond(&IncrementalAlterConfigsResponse { responses, ..Default::default() })
}

fn change(resource: &AlterConfigsResource<'_>) -> Result<ConfigChange, Outcome> {
    let mut ops = Vec::with_capacity(resource.configs.len());
    for config in &resource.configs {
        let Some(operation) = Operation::from_i8(config.config_operation) else {
            let number = config.config_operation;
            let message = format!("{number} is no operation on a config; 0 to 3 are");
            return Err((ErrorCode::InvalidRequest, Some(message)));
        };
        let value = config.value.as_deref().map(str::to_owned);
        ops.push(ConfigOp { name: config.name.to_string(), operation, value });
    }
    Ok(ConfigChange::Incremental(ops))
}
