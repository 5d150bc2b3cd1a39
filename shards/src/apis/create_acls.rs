//! CreateAcls (key 30), versions 1–3.
//!
//! There is no authorizer: each is refused with SECURITY_DISABLED, as by Kafka without one.

use std::rc::Rc;

use wire::ErrorCode;
use wire::messages::create_acls_response::AclCreationResult;
use wire::messages::{CreateAclsRequest, CreateAclsResponse};

use crate::dispatch::{HandlerError, RequestContext};
use crate::shard::Shard;

pub async fn handle(
    _: &Rc<Shard>,
    ctx: &RequestContext,
    body: &[u8],
) -> Result<Vec<u8>, HandlerError> {
    let request: CreateAclsRequest<'_> = ctx.decode(body)?;
    let refused = request.creations.iter().map(|_| AclCreationResult {
        error_code: ErrorCode::SecurityDisabled as i16,
        error_message: Some("No Authorizer is configured.".into()),
    });
    ctx.respond(&CreateAclsResponse { results: refused.collect(), ..Default::default() })
}
