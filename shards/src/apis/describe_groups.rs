//! DescribeGroups (key 15), versions 0–6.
//!
//! v3 tells what the client may do with a group (KIP-430), v4 static members (KIP-345). v6 says
//! GROUP_ID_NOT_FOUND (KIP-1043) where older ones describe a dead group.

use std::rc::Rc;

use wire::ErrorCode;
use wire::messages::describe_groups_response::DescribedGroup;
use wire::messages::{DescribeGroupsRequest, DescribeGroupsResponse};

use super::operations;
use crate::dispatch::{HandlerError, RequestContext};
use crate::groups;
use crate::limits::GROUPS_PER_REQUEST_MAX;
use crate::shard::Shard;

const FIRST_VERSION_WITH_NOT_FOUND: i16 = 6;

pub async fn handle(
    shard: &Rc<Shard>,
    ctx: &RequestContext,
    body: &[u8],
) -> Result<Vec<u8>, HandlerError> {
    let request: DescribeGroupsRequest<'_> = ctx.decode(body)?;
    let too_many = request.groups.len() > GROUPS_PER_REQUEST_MAX;
    let mut groups = Vec::with_capacity(request.groups.len());
    for group_id in &request.groups {
        let described = match too_many {
            true => Err(ErrorCode::InvalidRequest),
            false => {
                groups::ask(&shard.groups, group_id, |coordinator, _| {
                    coordinator.describe(group_id)
                })
                .await
            }
        };
        let mut group = described.unwrap_or_else(|code| DescribedGroup {
            error_code: code as i16,
            ..Default::default()
        });
        group.group_id = group_id.clone();
        let not_found = group.error_code == ErrorCode::GroupIdNotFound as i16;
        if not_found && ctx.api_version < FIRST_VERSION_WITH_NOT_FOUND {
            group.error_code = ErrorCode::None as i16;
            group.error_message = None;
            group.group_state = "Dead".into();
        }
        let asked = request.include_authorized_operations;
        let known = group.error_code == ErrorCode::None as i16;
        group.authorized_operations = operations::group(asked && known);
        groups.push(group);
    }
    ctx.respond(&DescribeGroupsResponse { groups, ..Default::default() })
}
