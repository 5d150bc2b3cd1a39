//! ListGroups (key 16), versions 0–5.
//!
//! The groups that this shard coordinates: tools ask every broker. v4 filters by state (KIP-518),
//! v5 by type (KIP-848).

use std::rc::Rc;

use wire::ErrorCode;
use wire::messages::{ListGroupsRequest, ListGroupsResponse};

use crate::dispatch::{HandlerError, RequestContext};
use crate::groups;
use crate::shard::Shard;

pub async fn handle(
    shard: &Rc<Shard>,
    ctx: &RequestContext,
    body: &[u8],
) -> Result<Vec<u8>, HandlerError> {
    let request: ListGroupsRequest<'_> = ctx.decode(body)?;
    let listed = groups::ask_all(&shard.groups, |coordinator, _| {
        coordinator.list(&request.states_filter, &request.types_filter)
    });
    let (groups, failed) = listed.await;
    ctx.respond(&ListGroupsResponse {
        error_code: failed.unwrap_or(ErrorCode::None) as i16,
        groups: groups.into_iter().flatten().collect(),
        ..Default::default()
    })
}
