//! Answers to JoinGroup and SyncGroup that say no.

use std::borrow::Cow;

use wire::ErrorCode;
use wire::messages::{JoinGroupResponse, SyncGroupResponse};

use crate::groups::ops::Ops;
use crate::groups::{Reply, Ticket};

pub(super) fn owned(text: &str) -> Cow<'static, str> {
    Cow::Owned(text.to_owned())
}

pub(super) fn refuse_join(
    ops: &mut Ops<'_, '_>,
    ticket: Ticket,
    member_id: &str,
    error: ErrorCode,
) {
    ops.out.replies.push((ticket, Reply::JoinGroup(refused_join(member_id, error))));
}

pub(crate) fn refused_join(member_id: &str, error: ErrorCode) -> JoinGroupResponse<'static> {
    JoinGroupResponse {
        throttle_time_ms: 0,
        error_code: error as i16,
        generation_id: -1,
        protocol_type: None,
        protocol_name: None,
        leader: owned(""),
        skip_assignment: false,
        member_id: owned(member_id),
        members: Vec::new(),
    }
}

pub(crate) fn refused_sync(error: ErrorCode) -> SyncGroupResponse<'static> {
    SyncGroupResponse { error_code: error as i16, ..SyncGroupResponse::default() }
}

pub(super) fn refuse_sync(ops: &mut Ops<'_, '_>, ticket: Ticket, error: ErrorCode) {
    ops.out.replies.push((ticket, Reply::SyncGroup(refused_sync(error))));
}
