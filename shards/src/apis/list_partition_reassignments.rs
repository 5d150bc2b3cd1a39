//! ListPartitionReassignments (key 46), version 0 (KIP-455): partitions do not move yet, so none is
//! under way.

use std::rc::Rc;

use wire::messages::{ListPartitionReassignmentsRequest, ListPartitionReassignmentsResponse};

use crate::dispatch::{HandlerError, RequestContext};
use crate::shard::Shard;

pub async fn handle(
    _: &Rc<Shard>,
    ctx: &RequestContext,
    body: &[u8],
) -> Result<Vec<u8>, HandlerError> {
    let _: ListPartitionReassignmentsRequest<'_> = ctx.decode(body)?;
    ctx.respond(&ListPartitionReassignmentsResponse { error_message: None, ..Default::default() })
}
