//! DeleteGroups (key 42), versions 0–3.
//!
//! Only groups without members can be deleted; each succeeds or fails on its own. v3 has messages.

use std::collections::HashSet;
use std::rc::Rc;

use cluster::groups::{Reply, Request};
use wire::ErrorCode;
use wire::messages::delete_groups_response::DeletableGroupResult;
use wire::messages::{DeleteGroupsRequest, DeleteGroupsResponse};

use crate::dispatch::{HandlerError, RequestContext};
use crate::groups;
use crate::limits::GROUPS_PER_REQUEST_MAX;
use crate::shard::Shard;

pub async fn handle(
    shard: &Rc<Shard>,
    ctx: &RequestContext,
    body: &[u8],
) -> Result<Vec<u8>, HandlerError> {
    let request: DeleteGroupsRequest<'_> = ctx.decode(body)?;
    let too_many = request.groups_names.len() > GROUPS_PER_REQUEST_MAX;
    let mut results = Vec::with_capacity(request.groups_names.len());
    // As in Kafka a group that is named twice has one answer.
    let mut seen = HashSet::new();
    for group_id in request.groups_names.iter().filter(|name| seen.insert(&***name)) {
        let code = match too_many {
            true => ErrorCode::InvalidRequest,
            false => delete(shard, ctx, group_id).await?,
        };
        results.push(DeletableGroupResult {
            group_id: group_id.clone(),
            error_code: code as i16,
            ..Default::default()
        });
    }
    ctx.respond(&DeleteGroupsResponse { results, ..Default::default() })
}

async fn delete(
    shard: &Rc<Shard>,
    ctx: &RequestContext,
    group_id: &str,
) -> Result<ErrorCode, HandlerError> {
    match groups::submit(&shard.groups, group_id, ctx.client(), Request::DeleteGroup(group_id))
        .await
    {
        Ok(Reply::DeleteGroup(code)) => Ok(code),
        Ok(_) => Err(HandlerError::Internal("DeleteGroups got another request's reply")),
        Err(code) => Ok(code),
    }
}
