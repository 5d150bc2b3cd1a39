//! ConsumerGroupDescribe (key 69), versions 0–1.
//!
//! Groups of the consumer protocol (KIP-848), with what members hold and what they are to hold. v1
//! tells which protocol a member speaks (KIP-1099).

use std::rc::Rc;

use wire::ErrorCode;
use wire::messages::consumer_group_describe_response::DescribedGroup;
use wire::messages::{ConsumerGroupDescribeRequest, ConsumerGroupDescribeResponse};

use super::operations;
use crate::dispatch::{HandlerError, RequestContext};
use crate::groups;
use crate::limits::GROUPS_PER_REQUEST_MAX;
use crate::shard::Shard;

pub async fn handle(
    shard: &Rc<Shard>,
    ctx: &RequestContext,
    body: &[u8],
) -> Result<Vec<u8>, HandlerError> {
    let request: ConsumerGroupDescribeRequest<'_> = ctx.decode(body)?;
    let too_many = request.group_ids.len() > GROUPS_PER_REQUEST_MAX;
    let mut groups = Vec::with_capacity(request.group_ids.len());
    for group_id in &request.group_ids {
        let described = if too_many || group_id.is_empty() {
            Err(if too_many { ErrorCode::InvalidRequest } else { ErrorCode::InvalidGroupId })
        } else {
            groups::ask(&shard.groups, group_id, |coordinator, context| {
                coordinator.describe_consumer(context, group_id)
            })
            .await
        };
        let mut group = described.unwrap_or_else(|code| DescribedGroup {
            error_code: code as i16,
            ..Default::default()
        });
        group.group_id = group_id.clone();
        let known = group.error_code == ErrorCode::None as i16;
        group.authorized_operations =
            operations::group(request.include_authorized_operations && known);
        groups.push(group);
    }
    ctx.respond(&ConsumerGroupDescribeResponse { groups, ..Default::default() })
}
