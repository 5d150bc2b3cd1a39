//! SyncGroup (key 14), versions 0–5.
//!
//! Waits until the group's leader has sent the assignment. v3 has static members (KIP-345), v5
//! names the protocol (KIP-559).

use std::rc::Rc;

use cluster::groups::{Reply, Request};
use wire::messages::{SyncGroupRequest, SyncGroupResponse};

use crate::dispatch::{HandlerError, RequestContext};
use crate::groups;
use crate::shard::Shard;

pub async fn handle(
    shard: &Rc<Shard>,
    ctx: &RequestContext,
    body: &[u8],
) -> Result<Vec<u8>, HandlerError> {
    let request: SyncGroupRequest<'_> = ctx.decode(body)?;
    let asked = Request::SyncGroup(&request);
    match groups::submit(&shard.groups, &request.group_id, ctx.client(), asked).await {
        Ok(Reply::SyncGroup(response)) => ctx.respond(&response),
        Ok(_) => Err(HandlerError::Internal("SyncGroup got another request's reply")),
        Err(code) => {
            ctx.respond(&SyncGroupResponse { error_code: code as i16, ..Default::default() })
        }
    }
}
