//! Heartbeat, and what happens to those who are not heard of.

use std::sync::Arc;

use wire::ErrorCode;
use wire::messages::HeartbeatRequest;

use super::{Classic, State};
use crate::groups::ops::Ops;
use crate::groups::timers::Timer;

impl Classic {
    pub fn heartbeat(
        &mut self,
        ops: &mut Ops<'_, '_>,
        request: &HeartbeatRequest<'_>,
    ) -> ErrorCode {
        let member_id = &request.member_id;
        if let Err(error) = self.check_member(member_id, request.group_instance_id.as_deref()) {
            return error;
        }
        if request.generation_id != self.generation {
            return ErrorCode::IllegalGeneration;
        }
        match self.state {
            State::Empty => ErrorCode::UnknownMemberId,
            State::PreparingRebalance => {
                self.heard_of(ops, member_id);
                ErrorCode::RebalanceInProgress
            }
            // Members may start with heartbeats before they have their assignment.
            State::CompletingRebalance | State::Stable => {
                self.heard_of(ops, member_id);
                ErrorCode::None
            }
        }
    }

    /// Starts a member's session anew.
    pub(super) fn heard_of(&mut self, ops: &mut Ops<'_, '_>, member_id: &str) {
        if let Some(member) = self.members.get(member_id) {
            let timeout_ms = millis(member.session_timeout_ms);
            ops.timers.schedule(
                ops.id,
                Timer::Session(member.id.clone()),
                ops.now_ms().saturating_add(timeout_ms),
            );
        }
    }

    /// A session has ended.
    pub fn session_expired(&mut self, ops: &mut Ops<'_, '_>, member_id: &Arc<str>) {
        if self.pending.remove(member_id) {
            // The rebalance may have waited for this one alone.
            self.complete_if_joined(ops);
            return;
        }
        let Some(member) = self.members.get(member_id) else {
            return;
        };
        // Its session starts anew when it is answered.
        if member.waits() {
            return;
        }
        self.remove(ops, member_id, ErrorCode::UnknownMemberId);
        self.members_changed(ops);
    }
}

/// A time of the wire; less than none is none.
pub(super) fn millis(ms: i32) -> u64 {
    u64::try_from(ms).unwrap_or(0)
}
