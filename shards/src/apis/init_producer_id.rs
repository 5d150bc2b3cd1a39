//! InitProducerId (key 22), versions 0–5.
//!
//! Without a transactional id every call gives a fresh producer id in epoch 0; ids come from blocks
//! that the controller hands out durably, so none is ever given twice. A transactional id is
//! refused as by FindCoordinator: there are no transactions yet.

use std::rc::Rc;

use wire::ErrorCode;
use wire::messages::{InitProducerIdRequest, InitProducerIdResponse};

use crate::dispatch::{HandlerError, RequestContext};
use crate::shard::Shard;

pub async fn handle(
    shard: &Rc<Shard>,
    ctx: &RequestContext,
    body: &[u8],
) -> Result<Vec<u8>, HandlerError> {
    let request: InitProducerIdRequest<'_> = ctx.decode(body)?;
    let outcome = match request.transactional_id.as_deref() {
        None => shard.next_producer_id().await,
        Some("") => Err(ErrorCode::InvalidRequest),
        Some(_) => Err(ErrorCode::TransactionalIdAuthorizationFailed),
    };
    ctx.respond(&match outcome {
        Ok(producer_id) => InitProducerIdResponse { producer_id, ..Default::default() },
        Err(code) => InitProducerIdResponse {
            error_code: code as i16,
            producer_epoch: -1,
            ..Default::default()
        },
    })
}
