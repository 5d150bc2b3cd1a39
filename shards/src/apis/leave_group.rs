//! LeaveGroup (key 13), versions 0–5.
//!
//! v3 takes many members at once and static ones (KIP-345), v5 a reason (KIP-800).

use std::rc::Rc;

use cluster::groups::{Reply, Request};
use wire::messages::{LeaveGroupRequest, LeaveGroupResponse};

use crate::dispatch::{HandlerError, RequestContext};
use crate::groups;
use crate::shard::Shard;

pub async fn handle(
    shard: &Rc<Shard>,
    ctx: &RequestContext,
    body: &[u8],
) -> Result<Vec<u8>, HandlerError> {
    let request: LeaveGroupRequest<'_> = ctx.decode(body)?;
    let asked = Request::LeaveGroup(&request);
    match groups::submit(&shard.groups, &request.group_id, ctx.client(), asked).await {
        Ok(Reply::LeaveGroup(response)) => ctx.respond(&response),
        Ok(_) => Err(HandlerError::Internal("LeaveGroup got another request's reply")),
        Err(code) => {
            ctx.respond(&LeaveGroupResponse { error_code: code as i16, ..Default::default() })
        }
    }
}
