//! DeleteAcls (key 31), versions 1–3.
//!
//! There is no authorizer: each filter is refused with SECURITY_DISABLED, as by Kafka without one.

use std::rc::Rc;

use wire::ErrorCode;
use wire::messages::delete_acls_response::DeleteAclsFilterResult;
use wire::messages::{DeleteAclsRequest, DeleteAclsResponse};

use crate::dispatch::{HandlerError, RequestContext};
use crate::shard::Shard;

pub async fn handle(
    _: &Rc<Shard>,
    ctx: &RequestContext,
    body: &[u8],
) -> Result<Vec<u8>, HandlerError> {
    let request: DeleteAclsRequest<'_> = ctx.decode(body)?;
    let refused = request.filters.iter().map(|_| DeleteAclsFilterResult {
        error_code: ErrorCode::SecurityDisabled as i16,
        error_message: Some("No Authorizer is configured.".into()),
        ..Default::default()
    });
    ctx.respond(&DeleteAclsResponse { filter_results: refused.collect(), ..Default::default() })
}
