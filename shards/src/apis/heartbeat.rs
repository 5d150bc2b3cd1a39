//! Heartbeat (key 12), versions 0–4.
//!
//! v3 has static members (KIP-345).

use std::rc::Rc;

use cluster::groups::{Reply, Request};
use wire::messages::{HeartbeatRequest, HeartbeatResponse};

use crate::dispatch::{HandlerError, RequestContext};
use crate::groups;
use crate::shard::Shard;

pub async fn handle(
    shard: &Rc<Shard>,
    ctx: &RequestContext,
    body: &[u8],
) -> Result<Vec<u8>, HandlerError> {
    let request: HeartbeatRequest<'_> = ctx.decode(body)?;
    let asked = Request::Heartbeat(&request);
    match groups::submit(&shard.groups, &request.group_id, ctx.client(), asked).await {
        Ok(Reply::Heartbeat(response)) => ctx.respond(&response),
        Ok(_) => Err(HandlerError::Internal("Heartbeat got another request's reply")),
        Err(code) => {
            ctx.respond(&HeartbeatResponse { error_code: code as i16, ..Default::default() })
        }
    }
}
