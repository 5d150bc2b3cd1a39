//! LeaveGroup.

use std::borrow::Cow;

use wire::ErrorCode;
use wire::messages::leave_group_request::{LeaveGroupRequest, MemberIdentity};
use wire::messages::leave_group_response::{LeaveGroupResponse, MemberResponse};

use super::Classic;
use crate::groups::Caller;
use crate::groups::ops::Ops;
use crate::groups::timers::Timer;

/// From this version on, a request names many members (KIP-345).
const BATCHED_VERSION: i16 = 3;

/// An answer that says no.
fn refused(error: ErrorCode) -> LeaveGroupResponse<'static> {
    LeaveGroupResponse { throttle_time_ms: 0, error_code: error as i16, members: Vec::new() }
}

/// An answer for a group that is not there: no member of it is.
pub(crate) fn refused_all(
    caller: &Caller<'_>,
    request: &LeaveGroupRequest<'_>,
    error: ErrorCode,
) -> LeaveGroupResponse<'static> {
    if caller.api_version < BATCHED_VERSION || error != ErrorCode::UnknownMemberId {
        return refused(error);
    }
    let members = request.members.iter().map(|member| member_response(member, error)).collect();
    LeaveGroupResponse { throttle_time_ms: 0, error_code: ErrorCode::None as i16, members }
}

/// Who leaves, as all versions would say it.
pub(crate) fn identities<'a>(
    caller: &Caller<'_>,
    request: &LeaveGroupRequest<'a>,
) -> Vec<MemberIdentity<'a>> {
    if caller.api_version >= BATCHED_VERSION {
        return request.members.clone();
    }
    let member_id = request.member_id.clone();
    vec![MemberIdentity { member_id, ..MemberIdentity::default() }]
}

/// The answer in which each has its own error.
pub(crate) fn answer(
    caller: &Caller<'_>,
    members: &[MemberIdentity<'_>],
    errors: &[ErrorCode],
) -> LeaveGroupResponse<'static> {
    if caller.api_version < BATCHED_VERSION {
        return refused(errors.first().copied().unwrap_or(ErrorCode::None));
    }
    let members = members.iter().zip(errors);
    let members = members.map(|(member, error)| member_response(member, *error)).collect();
    LeaveGroupResponse { throttle_time_ms: 0, error_code: ErrorCode::None as i16, members }
}

impl Classic {
    pub fn leave(
        &mut self,
        ops: &mut Ops<'_, '_>,
        caller: &Caller<'_>,
        request: &LeaveGroupRequest<'_>,
    ) -> LeaveGroupResponse<'static> {
        let members = identities(caller, request);
        let leave = |member: &MemberIdentity<'_>| {
            let left = self.leave_one(ops, &member.member_id, member.group_instance_id.as_deref());
            left.err().unwrap_or(ErrorCode::None)
        };
        let errors: Vec<ErrorCode> = members.iter().map(leave).collect();
        if errors.contains(&ErrorCode::None) {
            self.members_changed(ops);
        }
        answer(caller, &members, &errors)
    }

    fn leave_one(
        &mut self,
        ops: &mut Ops<'_, '_>,
        member_id: &str,
        instance_id: Option<&str>,
    ) -> Result<(), ErrorCode> {
        if member_id.is_empty() {
            // An admin removes a static member, whose member id it does not know.
            let known = instance_id.and_then(|id| self.static_members.get(id)).cloned();
            let known = known.ok_or(ErrorCode::UnknownMemberId)?;
            self.remove(ops, &known, ErrorCode::UnknownMemberId);
            return Ok(());
        }
        if let Some(pending) = self.pending.take(member_id) {
            ops.timers.cancel(ops.id, Timer::Session(pending));
            return Ok(());
        }
        self.check_member(member_id, instance_id)?;
        self.remove(ops, member_id, ErrorCode::UnknownMemberId);
        Ok(())
    }
}

fn member_response(member: &MemberIdentity<'_>, error: ErrorCode) -> MemberResponse<'static> {
    MemberResponse {
        member_id: Cow::Owned(member.member_id.clone().into_owned()),
        group_instance_id: member
            .group_instance_id
            .as_ref()
            .map(|id| Cow::Owned(id.clone().into_owned())),
        error_code: error as i16,
    }
}
