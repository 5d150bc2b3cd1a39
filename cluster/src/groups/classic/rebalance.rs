//! A rebalance: who is in the next generation, and who leads it.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;

use wire::ErrorCode;
use wire::messages::JoinGroupResponse;
use wire::messages::join_group_response::JoinGroupResponseMember;

use super::answers::{owned, refuse_join, refuse_sync};
use super::heartbeat::millis;
use super::{Classic, InitialDelay, Member, State};
use crate::groups::ops::Ops;
use crate::groups::timers::Timer;
use crate::groups::{Reply, Ticket};

impl Classic {
    pub(super) fn insert(&mut self, member: Member) {
        self.members_bytes += member.size_bytes();
        if let Some(instance_id) = &member.instance_id {
            self.static_members.insert(instance_id.clone(), member.id.clone());
        }
        self.joining += usize::from(member.join.is_some());
        self.members.insert(member.id.clone(), member);
    }

    /// Takes a member out; what it waits for is answered with `error`.
    pub(super) fn remove(&mut self, ops: &mut Ops<'_, '_>, member_id: &str, error: ErrorCode) {
        let Some(mut member) = self.members.remove(member_id) else {
            return;
        };
        ops.timers.cancel(ops.id, Timer::Session(member.id.clone()));
        self.members_bytes -= member.size_bytes();
        self.joining -= usize::from(member.join.is_some());
        self.pending_sync.remove(member_id);
        if let Some(instance_id) = &member.instance_id {
            self.static_members.remove(instance_id);
        }
        if self.is_leader(member_id) {
            self.leader = self.members.keys().next().cloned();
        }
        refuse_waiting(ops, &mut member, error);
    }

    /// What follows when members have left or died.
    pub(super) fn members_changed(&mut self, ops: &mut Ops<'_, '_>) {
        match self.state {
            State::Stable | State::CompletingRebalance => self.prepare_rebalance(ops),
            State::PreparingRebalance => self.complete_if_joined(ops),
            State::Empty => {}
        }
    }

    /// Begins a rebalance if none is under way; ends it if everybody is there.
    pub(super) fn rebalance(&mut self, ops: &mut Ops<'_, '_>) {
        match self.state {
            State::PreparingRebalance => self.complete_if_joined(ops),
            _ => self.prepare_rebalance(ops),
        }
    }

    pub fn prepare_rebalance(&mut self, ops: &mut Ops<'_, '_>) {
        if self.state == State::CompletingRebalance {
            self.refuse_syncs(ops, ErrorCode::RebalanceInProgress);
        }
        ops.timers.cancel(ops.id, Timer::Sync);
        let was_empty = self.state == State::Empty;
        self.become_state(ops, State::PreparingRebalance);
        if was_empty {
            let delay_ms = initial_delay_ms(ops);
            let remaining_ms = self.rebalance_timeout_ms().saturating_sub(delay_ms);
            self.initial_delay = Some(InitialDelay { delay_ms, remaining_ms, new_member: false });
            ops.timers.schedule(ops.id, Timer::Join, ops.now_ms().saturating_add(delay_ms));
        } else if self.all_joined() {
            self.complete_join(ops);
        } else {
            self.schedule_join(ops);
        }
    }

    fn schedule_join(&self, ops: &mut Ops<'_, '_>) {
        let deadline_ms = ops.now_ms().saturating_add(self.rebalance_timeout_ms());
        ops.timers.schedule(ops.id, Timer::Join, deadline_ms);
    }

    /// The longest that any member asks for.
    fn rebalance_timeout_ms(&self) -> u64 {
        let timeouts = self.members.values().map(|member| millis(member.rebalance_timeout_ms));
        timeouts.max().unwrap_or(0)
    }

    fn all_joined(&self) -> bool {
        self.joining == self.members.len() && self.pending.is_empty()
    }

    /// A group that was empty waits its time even if all that are known have joined.
    pub(super) fn complete_if_joined(&mut self, ops: &mut Ops<'_, '_>) {
        let preparing = self.state == State::PreparingRebalance;
        if preparing && self.initial_delay.is_none() && self.all_joined() {
            self.complete_join(ops);
        }
    }

    /// The time to join is over.
    pub fn join_expired(&mut self, ops: &mut Ops<'_, '_>) {
        if self.state != State::PreparingRebalance {
            return;
        }
        if let Some(delay) = self.initial_delay
            && delay.new_member
            && delay.remaining_ms > 0
        {
            let delay_ms = initial_delay_ms(ops).min(delay.remaining_ms);
            let remaining_ms = delay.remaining_ms.saturating_sub(delay.delay_ms);
            self.initial_delay = Some(InitialDelay { delay_ms, remaining_ms, new_member: false });
            ops.timers.schedule(ops.id, Timer::Join, ops.now_ms().saturating_add(delay_ms));
            return;
        }
        self.complete_join(ops);
    }

    /// Somebody came while the group waits for the first members.
    pub(super) fn note_new_member(&mut self) {
        if let Some(delay) = &mut self.initial_delay {
            delay.new_member = true;
        }
    }

    fn complete_join(&mut self, ops: &mut Ops<'_, '_>) {
        ops.timers.cancel(ops.id, Timer::Join);
        self.initial_delay = None;
        self.remove_absent(ops);
        if !self.elect_leader() {
            // Only static members are left, and none of them is here: sessions decide.
            self.schedule_join(ops);
            return;
        }
        self.begin_generation(ops);
        if self.state == State::Empty {
            // Small: it has no members.
            self.record(ops);
        } else {
            self.answer_joins(ops);
            self.schedule_sync(ops);
        }
    }

    /// Dynamic members that did not join again are out; static ones have their session's time.
    fn remove_absent(&mut self, ops: &mut Ops<'_, '_>) {
        let absent = |member: &&Member| member.join.is_none() && member.instance_id.is_none();
        let absent: Vec<Arc<str>> =
            self.members.values().filter(absent).map(|member| member.id.clone()).collect();
        for id in absent {
            self.remove(ops, &id, ErrorCode::UnknownMemberId);
        }
    }

    /// A leader has to be here. False if members are left, but none has joined.
    fn elect_leader(&mut self) -> bool {
        let here = |id: &Arc<str>| self.members.get(id).is_some_and(|one| one.join.is_some());
        if self.members.is_empty() || self.leader.as_ref().is_some_and(here) {
            return true;
        }
        let elected = self.members.values().find(|member| member.join.is_some());
        match elected.map(|member| member.id.clone()) {
            Some(id) => {
                self.leader = Some(id);
                true
            }
            None => false,
        }
    }

    fn begin_generation(&mut self, ops: &Ops<'_, '_>) {
        // Generations only have to differ, and below 0 means none.
        self.generation = self.generation.checked_add(1).unwrap_or(1);
        self.pending_sync.clear();
        if self.members.is_empty() {
            self.leader = None;
            self.protocol = None;
            self.become_state(ops, State::Empty);
        } else {
            self.protocol = self.select_protocol();
            self.become_state(ops, State::CompletingRebalance);
        }
        self.subscribed = self.subscribed_topics();
    }

    fn answer_joins(&mut self, ops: &mut Ops<'_, '_>) {
        let ids: BTreeSet<Arc<str>> = self.members.keys().cloned().collect();
        for id in &ids {
            let member = self.members.get_mut(id).expect("an id of the members");
            member.is_new = false;
            if let Some(ticket) = member.join.take() {
                self.joining -= 1;
                let response = self.joined(id);
                ops.out.replies.push((ticket, Reply::JoinGroup(response)));
            }
            self.heard_of(ops, id);
        }
        self.pending_sync = ids;
    }

    fn schedule_sync(&self, ops: &mut Ops<'_, '_>) {
        let deadline_ms = ops.now_ms().saturating_add(self.rebalance_timeout_ms());
        ops.timers.schedule(ops.id, Timer::Sync, deadline_ms);
    }

    /// The time to ask for assignments is over.
    pub fn sync_expired(&mut self, ops: &mut Ops<'_, '_>) {
        let running = matches!(self.state, State::CompletingRebalance | State::Stable);
        if !running || self.pending_sync.is_empty() {
            return;
        }
        for id in std::mem::take(&mut self.pending_sync) {
            self.remove(ops, &id, ErrorCode::UnknownMemberId);
        }
        self.prepare_rebalance(ops);
    }

    /// What a member of this generation is told; the leader also learns who the others are.
    pub(super) fn joined(&self, member_id: &str) -> JoinGroupResponse<'static> {
        let members =
            if self.is_leader(member_id) { self.members_for_leader() } else { Vec::new() };
        JoinGroupResponse {
            throttle_time_ms: 0,
            error_code: ErrorCode::None as i16,
            generation_id: self.generation,
            protocol_type: self.protocol_type.as_deref().map(owned),
            protocol_name: self.protocol.as_deref().map(owned),
            leader: owned(self.leader.as_deref().unwrap_or_default()),
            skip_assignment: false,
            member_id: owned(member_id),
            members,
        }
    }

    pub(super) fn members_for_leader(&self) -> Vec<JoinGroupResponseMember<'static>> {
        let protocol = self.protocol.as_deref().unwrap_or_default();
        let member = |member: &Member| JoinGroupResponseMember {
            member_id: owned(&member.id),
            group_instance_id: member.instance_id.as_deref().map(owned),
            metadata: Cow::Owned(
                member.metadata(protocol).map_or(Vec::new(), |metadata| metadata.to_vec()),
            ),
        };
        self.members.values().map(member).collect()
    }
}

fn initial_delay_ms(ops: &Ops<'_, '_>) -> u64 {
    u64::try_from(ops.ctx.settings.initial_rebalance_delay_ms).unwrap_or(0)
}

/// Answers what a member waits for.
pub(super) fn refuse_waiting(ops: &mut Ops<'_, '_>, member: &mut Member, error: ErrorCode) {
    if let Some(ticket) = member.join.take() {
        refuse_join(ops, ticket, &member.id, error);
    }
    if let Some(ticket) = member.sync.take() {
        refuse_sync(ops, ticket, error);
    }
}

/// Lets a member wait with its join; one that waited already has come to nothing.
pub(super) fn wait_for_join(
    ops: &mut Ops<'_, '_>,
    member: &mut Member,
    joining: &mut usize,
    ticket: Ticket,
) {
    match member.join.replace(ticket) {
        Some(old) => {
            refuse_join(ops, old, &member.id, ErrorCode::RebalanceInProgress);
        }
        None => *joining += 1,
    }
}
