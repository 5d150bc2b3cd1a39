//! SyncGroup: the leader hands in everybody's assignment; each gets its own.

use std::borrow::Cow;
use std::collections::BTreeMap;

use wire::ErrorCode;
use wire::messages::{SyncGroupRequest, SyncGroupResponse};

use super::answers::{owned, refuse_sync};
use super::{Classic, State};
use crate::groups::ops::Ops;
use crate::groups::timers::Timer;
use crate::groups::{Caller, Reply, Ticket};

/// From this version on, the protocol has to be named (KIP-559).
const PROTOCOL_VERSION: i16 = 5;

impl Classic {
    pub fn sync(
        &mut self,
        ops: &mut Ops<'_, '_>,
        caller: &Caller<'_>,
        ticket: Ticket,
        request: &SyncGroupRequest<'_>,
    ) {
        if let Err(error) = self.check_sync(caller, request) {
            return refuse_sync(ops, ticket, error);
        }
        let member_id = &*request.member_id;
        match self.state {
            State::Empty => refuse_sync(ops, ticket, ErrorCode::UnknownMemberId),
            State::PreparingRebalance => refuse_sync(ops, ticket, ErrorCode::RebalanceInProgress),
            State::CompletingRebalance => {
                self.synced(ops, member_id);
                let member = self.members.get_mut(member_id).expect("checked");
                if let Some(old) = member.sync.replace(ticket) {
                    refuse_sync(ops, old, ErrorCode::RebalanceInProgress);
                }
                if self.is_leader(member_id) {
                    self.assign(ops, request);
                }
            }
            State::Stable => {
                self.synced(ops, member_id);
                let response = self.assignment(member_id);
                ops.out.replies.push((ticket, Reply::SyncGroup(response)));
            }
        }
    }

    fn check_sync(
        &self,
        caller: &Caller<'_>,
        request: &SyncGroupRequest<'_>,
    ) -> Result<(), ErrorCode> {
        let asked = (request.protocol_type.as_deref(), request.protocol_name.as_deref());
        if caller.api_version >= PROTOCOL_VERSION && (asked.0.is_none() || asked.1.is_none()) {
            return Err(ErrorCode::InconsistentGroupProtocol);
        }
        self.check_member(&request.member_id, request.group_instance_id.as_deref())?;
        if request.generation_id != self.generation {
            return Err(ErrorCode::IllegalGeneration);
        }
        let differs = |asked: Option<&str>, known: Option<&str>| {
            asked.is_some() && known.is_some() && asked != known
        };
        if differs(asked.0, self.protocol_type()) || differs(asked.1, self.protocol()) {
            return Err(ErrorCode::InconsistentGroupProtocol);
        }
        Ok(())
    }

    /// The member has asked for its assignment.
    fn synced(&mut self, ops: &mut Ops<'_, '_>, member_id: &str) {
        self.pending_sync.remove(member_id);
        if self.pending_sync.is_empty() {
            ops.timers.cancel(ops.id, Timer::Sync);
        }
    }

    /// Takes over the leader's assignments, and answers all who wait.
    fn assign(&mut self, ops: &mut Ops<'_, '_>, request: &SyncGroupRequest<'_>) {
        let assignments: BTreeMap<&str, &[u8]> =
            request.assignments.iter().map(|one| (&*one.member_id, &*one.assignment)).collect();
        for (id, member) in &mut self.members {
            let assignment = assignments.get(&**id).copied().unwrap_or_default();
            member.assignment = assignment.into();
        }
        let since_ms = self.state_since_ms;
        self.become_state(ops, State::Stable);
        if !self.record(ops) {
            // Too big for the log: nobody may see it.
            self.state = State::CompletingRebalance;
            self.state_since_ms = since_ms;
            self.refuse_syncs(ops, ErrorCode::UnknownServerError);
            return self.prepare_rebalance(ops);
        }
        let waiting: Vec<_> = self
            .members
            .values_mut()
            .filter_map(|member| Some((member.sync.take()?, member.id.clone())))
            .collect();
        for (ticket, id) in waiting {
            let response = self.assignment(&id);
            ops.out.replies.push((ticket, Reply::SyncGroup(response)));
            self.heard_of(ops, &id);
        }
    }

    /// Forgets all assignments, and answers all who wait for one.
    pub(super) fn refuse_syncs(&mut self, ops: &mut Ops<'_, '_>, error: ErrorCode) {
        let mut waited = Vec::new();
        for member in self.members.values_mut() {
            member.assignment = [].into();
            if let Some(ticket) = member.sync.take() {
                refuse_sync(ops, ticket, error);
                waited.push(member.id.clone());
            }
        }
        for id in waited {
            self.heard_of(ops, &id);
        }
    }

    fn assignment(&self, member_id: &str) -> SyncGroupResponse<'static> {
        let assignment = self.members.get(member_id).map(|member| member.assignment.to_vec());
        SyncGroupResponse {
            throttle_time_ms: 0,
            error_code: ErrorCode::None as i16,
            protocol_type: self.protocol_type().map(owned),
            protocol_name: self.protocol().map(owned),
            assignment: Cow::Owned(assignment.unwrap_or_default()),
        }
    }
}
