//! Which requests get to a group, and the answers of those that do not.

use wire::ErrorCode;
use wire::messages::{ConsumerGroupHeartbeatResponse, HeartbeatResponse};

use super::{Caller, Context, Reply, Request, classic, commit, offset_delete};

/// From this version on, OffsetCommit tells that there is no such group.
const COMMIT_GROUP_NOT_FOUND_VERSION: i16 = 9;

pub(super) fn group_id<'a>(request: &'a Request<'_>) -> &'a str {
    match request {
        Request::JoinGroup(request) => &request.group_id,
        Request::SyncGroup(request) => &request.group_id,
        Request::Heartbeat(request) => &request.group_id,
        Request::LeaveGroup(request) => &request.group_id,
        Request::OffsetCommit(request) => &request.group_id,
        Request::OffsetDelete(request) => &request.group_id,
        Request::ConsumerGroupHeartbeat(request) => &request.group_id,
        Request::DeleteGroup(group_id) => group_id,
    }
}

/// What is wrong with a request, whatever the group.
pub(super) fn check(ctx: &Context<'_>, request: &Request<'_>) -> Result<(), ErrorCode> {
    match request {
        // The empty id has always been good for offsets alone.
        Request::OffsetCommit(_) | Request::DeleteGroup(_) => Ok(()),
        _ if group_id(request).is_empty() => Err(ErrorCode::InvalidGroupId),
        Request::JoinGroup(request) => classic::check_join(ctx.settings, request),
        _ => Ok(()),
    }
}

/// Whether a request may make its group.
pub(super) fn check_new(caller: &Caller<'_>, request: &Request<'_>) -> Result<(), ErrorCode> {
    match request {
        Request::JoinGroup(request) if request.member_id.is_empty() => Ok(()),
        // An admin, or a consumer without group management.
        Request::OffsetCommit(request) if request.generation_id_or_member_epoch < 0 => Ok(()),
        Request::OffsetCommit(_) if caller.api_version < COMMIT_GROUP_NOT_FOUND_VERSION => {
            Err(ErrorCode::IllegalGeneration)
        }
        Request::OffsetCommit(_) | Request::OffsetDelete(_) | Request::DeleteGroup(_) => {
            Err(ErrorCode::GroupIdNotFound)
        }
        _ => Err(ErrorCode::UnknownMemberId),
    }
}

/// The answer that says no.
pub(super) fn refusal(caller: &Caller<'_>, request: Request<'_>, error: ErrorCode) -> Reply {
    let error_code = error as i16;
    match request {
        Request::JoinGroup(request) => {
            Reply::JoinGroup(classic::refused_join(&request.member_id, error))
        }
        Request::SyncGroup(_) => Reply::SyncGroup(classic::refused_sync(error)),
        Request::Heartbeat(_) => {
            Reply::Heartbeat(HeartbeatResponse { throttle_time_ms: 0, error_code })
        }
        Request::LeaveGroup(request) => {
            Reply::LeaveGroup(classic::refused_leave(caller, request, error))
        }
        Request::OffsetCommit(request) => Reply::OffsetCommit(commit::refused(request, error)),
        Request::OffsetDelete(_) => Reply::OffsetDelete(offset_delete::refused(error)),
        Request::DeleteGroup(_) => Reply::DeleteGroup(error),
        Request::ConsumerGroupHeartbeat(_) => {
            let none = ConsumerGroupHeartbeatResponse::default();
            Reply::ConsumerGroupHeartbeat(ConsumerGroupHeartbeatResponse { error_code, ..none })
        }
    }
}
