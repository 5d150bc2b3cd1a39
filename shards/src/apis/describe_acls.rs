//! DescribeAcls (key 29), versions 1–3.
//!
//! There is no authorizer: SECURITY_DISABLED, which tools that look for lists know from Kafka
//! without one.

use std::rc::Rc;

use wire::ErrorCode;
use wire::messages::{DescribeAclsRequest, DescribeAclsResponse};

use crate::dispatch::{HandlerError, RequestContext};
use crate::shard::Shard;

pub async fn handle(
    _: &Rc<Shard>,
    ctx: &RequestContext,
    body: &[u8],
) -> Result<Vec<u8>, HandlerError> {
    let _: DescribeAclsRequest<'_> = ctx.decode(body)?;
    ctx.respond(&DescribeAclsResponse {
        error_code: ErrorCode::SecurityDisabled as i16,
        error_message: Some("No Authorizer is configured on the broker".into()),
        ..Default::default()
    })
}
