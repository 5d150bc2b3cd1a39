//! ConsumerGroupHeartbeat (key 68), versions 0–1.
//!
//! The one request of a member of the consumer protocol (KIP-848): it joins, stays, tells what it
//! holds and leaves with it, and is told what to hold. v1 has regular expressions, and member ids
//! that the clients make.

use std::rc::Rc;

use cluster::groups::{Reply, Request};
use wire::messages::{ConsumerGroupHeartbeatRequest, ConsumerGroupHeartbeatResponse};

use crate::dispatch::{HandlerError, RequestContext};
use crate::groups;
use crate::shard::Shard;

pub async fn handle(
    shard: &Rc<Shard>,
    ctx: &RequestContext,
    body: &[u8],
) -> Result<Vec<u8>, HandlerError> {
    let request: ConsumerGroupHeartbeatRequest<'_> = ctx.decode(body)?;
    let asked = Request::ConsumerGroupHeartbeat(&request);
    match groups::submit(&shard.groups, &request.group_id, ctx.client(), asked).await {
        Ok(Reply::ConsumerGroupHeartbeat(response)) => ctx.respond(&response),
        Ok(_) => Err(HandlerError::Internal("ConsumerGroupHeartbeat got another request's reply")),
        Err(code) => ctx.respond(&ConsumerGroupHeartbeatResponse {
            error_code: code as i16,
            ..Default::default()
        }),
    }
}
