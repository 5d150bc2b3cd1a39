//! A static member (KIP-345) that comes back: it gets a new member id, and the old one is fenced.

use std::sync::Arc;

use wire::ErrorCode;
use wire::messages::JoinGroupRequest;

use super::answers::{owned, refused_join};
use super::join::{Join, new_member_id};
use super::rebalance::refuse_waiting;
use super::{Classic, State};
use crate::groups::ops::Ops;
use crate::groups::timers::Timer;
use crate::groups::{Caller, Reply, Ticket};

/// From this version on, the answer can tell the leader not to assign (KIP-814).
const SKIP_ASSIGNMENT_VERSION: i16 = 9;

impl Classic {
    /// JoinGroup of a static member in whose place a group that was of the consumer protocol until
    /// now has `old`.
    pub fn take_over(
        &mut self,
        ops: &mut Ops<'_, '_>,
        caller: &Caller<'_>,
        ticket: Ticket,
        request: &JoinGroupRequest<'_>,
        old: &str,
    ) {
        let instance_id = request.group_instance_id.as_deref().unwrap_or_default();
        let new = new_member_id(instance_id, ops.ctx.fresh_id);
        self.replace_static(ops, &Join::new(caller, ticket, request), &Arc::from(old), &new);
    }

    /// Puts `new` in the place of `old`. A stable group stays as it is, assignments too.
    pub(super) fn replace_static(
        &mut self,
        ops: &mut Ops<'_, '_>,
        join: &Join<'_>,
        old: &Arc<str>,
        new: &Arc<str>,
    ) {
        let old_leader = self.leader.clone();
        self.rename(ops, old, new);
        if let Some(member) = self.members.get_mut(new) {
            self.members_bytes -= member.size_bytes();
            member.client_id = join.caller.client_id.into();
            member.client_host = join.caller.client_host.into();
            self.members_bytes += member.size_bytes();
        }
        self.update_member(ops, join, new);
        self.heard_of(ops, new);
        match self.state {
            State::Stable if self.select_protocol() == self.protocol => {
                self.answer_replaced(ops, join, new, old_leader.as_deref());
            }
            State::Stable | State::CompletingRebalance => self.prepare_rebalance(ops),
            State::PreparingRebalance => self.complete_if_joined(ops),
            // An empty group has no members, so none that could be replaced.
            State::Empty => {}
        }
    }

    fn rename(&mut self, ops: &mut Ops<'_, '_>, old: &Arc<str>, new: &Arc<str>) {
        let Some(mut member) = self.members.remove(old) else {
            return;
        };
        self.members_bytes -= member.size_bytes();
        self.joining -= usize::from(member.join.is_some());
        refuse_waiting(ops, &mut member, ErrorCode::FencedInstanceId);
        ops.timers.cancel(ops.id, Timer::Session(old.clone()));
        if self.is_leader(old) {
            self.leader = Some(new.clone());
        }
        if self.pending_sync.remove(old) {
            self.pending_sync.insert(new.clone());
        }
        member.id = new.clone();
        // It has its session's time now, as any member that is known.
        member.is_new = false;
        self.insert(member);
    }

    /// The group goes on with the new id, once that is in the log.
    fn answer_replaced(
        &mut self,
        ops: &mut Ops<'_, '_>,
        join: &Join<'_>,
        new: &Arc<str>,
        old_leader: Option<&str>,
    ) {
        if let Some(member) = self.members.get_mut(new)
            && member.join.take().is_some()
        {
            self.joining -= 1;
        }
        if !self.record(ops) {
            let response = refused_join(new, ErrorCode::UnknownServerError);
            return ops.out.replies.push((join.ticket, Reply::JoinGroup(response)));
        }
        self.subscribed = self.subscribed_topics();
        let mut response = self.joined(new);
        if join.caller.api_version >= SKIP_ASSIGNMENT_VERSION {
            response.skip_assignment = self.is_leader(new);
        } else {
            // An assignment would not be passed on; so the member must not take itself for the
            // leader, and it does not if the leader is its old id.
            response.leader = owned(old_leader.unwrap_or_default());
            response.members = Vec::new();
        }
        join.answer(ops, response);
    }
}
