//! JoinGroup (key 11), versions 0–9.
//!
//! Waits until the group has its members: the others of the connection wait with it, as in Kafka,
//! and nobody else. v4 first gives a new member its id (KIP-394), v5 has static members (KIP-345).

use std::rc::Rc;

use cluster::groups::{Reply, Request};
use wire::messages::{JoinGroupRequest, JoinGroupResponse};

use crate::dispatch::{HandlerError, RequestContext};
use crate::groups;
use crate::shard::Shard;

const FIRST_VERSION_WITH_NULL_PROTOCOL: i16 = 7;

pub async fn handle(
    shard: &Rc<Shard>,
    ctx: &RequestContext,
    body: &[u8],
) -> Result<Vec<u8>, HandlerError> {
    let request: JoinGroupRequest<'_> = ctx.decode(body)?;
    let asked = Request::JoinGroup(&request);
    match groups::submit(&shard.groups, &request.group_id, ctx.client(), asked).await {
        Ok(Reply::JoinGroup(mut response)) => {
            if ctx.api_version < FIRST_VERSION_WITH_NULL_PROTOCOL {
                response.protocol_name.get_or_insert_default();
            }
            ctx.respond(&response)
        }
        Ok(_) => Err(HandlerError::Internal("JoinGroup got another request's reply")),
        Err(code) => ctx.respond(&JoinGroupResponse {
            error_code: code as i16,
            generation_id: -1,
            member_id: request.member_id.clone(),
            ..Default::default()
        }),
    }
}
