//! JoinGroup.

use std::sync::Arc;

use wire::messages::{JoinGroupRequest, JoinGroupResponse};
use wire::{ErrorCode, Uuid};

use super::answers::refuse_join;
use super::heartbeat::millis;
use super::member::protocols;
use super::rebalance::wait_for_join;
use super::{Classic, Member, State};
use crate::groups::ops::Ops;
use crate::groups::timers::Timer;
use crate::groups::{Caller, GroupSettings, Reply, Ticket};
use crate::limits::{
    GROUP_MEMBERS_BYTES_MAX, MEMBER_ID_PREFIX_LEN_MAX, MEMBERS_PER_COORDINATOR_MAX,
    MEMBERS_PER_GROUP_MAX, NEW_MEMBER_JOIN_TIMEOUT_MS, PROTOCOLS_PER_MEMBER_MAX,
};

/// From this version on, a dynamic member gets its id first and then joins with it (KIP-394).
const MEMBER_ID_REQUIRED_VERSION: i16 = 4;

/// A join on its way.
pub(super) struct Join<'a> {
    pub caller: &'a Caller<'a>,
    pub ticket: Ticket,
    pub request: &'a JoinGroupRequest<'a>,
    pub rebalance_timeout_ms: i32,
}

impl<'a> Join<'a> {
    pub(super) fn new(
        caller: &'a Caller<'a>,
        ticket: Ticket,
        request: &'a JoinGroupRequest<'a>,
    ) -> Self {
        // Version 0 does not say how long a rebalance may take.
        let rebalance_timeout_ms = match caller.api_version {
            0 => request.session_timeout_ms,
            _ => request.rebalance_timeout_ms,
        };
        Self { caller, ticket, request, rebalance_timeout_ms }
    }

    fn refuse(&self, ops: &mut Ops<'_, '_>, member_id: &str, error: ErrorCode) {
        refuse_join(ops, self.ticket, member_id, error);
    }

    pub(super) fn answer(&self, ops: &mut Ops<'_, '_>, response: JoinGroupResponse<'static>) {
        ops.out.replies.push((self.ticket, Reply::JoinGroup(response)));
    }
}

/// What is wrong with a join, whatever the group.
pub(crate) fn check(
    settings: &GroupSettings,
    request: &JoinGroupRequest<'_>,
) -> Result<(), ErrorCode> {
    let allowed = settings.min_session_timeout_ms..=settings.max_session_timeout_ms;
    if !allowed.contains(&i64::from(request.session_timeout_ms)) {
        return Err(ErrorCode::InvalidSessionTimeout);
    }
    if request.protocols.len() > PROTOCOLS_PER_MEMBER_MAX {
        return Err(ErrorCode::InvalidRequest);
    }
    Ok(())
}

impl Classic {
    /// Joins, or lets the join wait for the rebalance to be complete.
    pub fn join(
        &mut self,
        ops: &mut Ops<'_, '_>,
        caller: &Caller<'_>,
        ticket: Ticket,
        request: &JoinGroupRequest<'_>,
    ) {
        let join = Join::new(caller, ticket, request);
        if !self.accepts(ops, request) {
            // Counted out even if it was in: the size allowed may have been made smaller.
            self.drop_member(ops, &request.member_id);
            join.refuse(ops, "", ErrorCode::GroupMaxSizeReached);
        } else if !self.supports(request) {
            join.refuse(ops, &request.member_id, ErrorCode::InconsistentGroupProtocol);
        } else if request.member_id.is_empty() {
            self.record_new(ops);
            self.join_new(ops, &join);
        } else {
            self.join_known(ops, &join);
        }
    }

    /// The log has to know a group before it has members.
    fn record_new(&mut self, ops: &mut Ops<'_, '_>) {
        if self.recorded().is_none() {
            self.state_since_ms = ops.ctx.now.unix_ms;
            self.record(ops);
        }
    }

    /// Whether the group has room.
    fn accepts(&self, ops: &Ops<'_, '_>, request: &JoinGroupRequest<'_>) -> bool {
        let member = self.members.get(&*request.member_id);
        let size: usize = request.protocols.iter().map(|one| one.metadata.len()).sum();
        let others_bytes = self.members_bytes - member.map_or(0, Member::size_bytes);
        let is_new = member.is_none() && !self.pending.contains(&*request.member_id);
        if others_bytes + size > GROUP_MEMBERS_BYTES_MAX
            || (is_new && ops.timers.len() >= MEMBERS_PER_COORDINATOR_MAX)
        {
            return false;
        }
        let size_max = ops.ctx.settings.max_size.min(MEMBERS_PER_GROUP_MAX);
        match self.state {
            State::Empty => self.pending.len() < MEMBERS_PER_GROUP_MAX,
            // Whoever comes first stays.
            State::PreparingRebalance => {
                member.is_some_and(|member| member.join.is_some()) || self.joining < size_max
            }
            State::CompletingRebalance | State::Stable => {
                member.is_some() || self.members.len() < size_max
            }
        }
    }

    fn drop_member(&mut self, ops: &mut Ops<'_, '_>, member_id: &str) {
        self.pending.remove(member_id);
        if self.members.contains_key(member_id) {
            self.remove(ops, member_id, ErrorCode::GroupMaxSizeReached);
            self.members_changed(ops);
        }
    }

    fn join_new(&mut self, ops: &mut Ops<'_, '_>, join: &Join<'_>) {
        let instance_id = join.request.group_instance_id.as_deref();
        let id = new_member_id(instance_id.unwrap_or(join.caller.client_id), ops.ctx.fresh_id);
        if let Some(known) = instance_id.and_then(|id| self.static_members.get(id)) {
            let known = known.clone();
            return self.replace_static(ops, join, &known, &id);
        }
        if instance_id.is_some() || join.caller.api_version < MEMBER_ID_REQUIRED_VERSION {
            return self.add_member(ops, join, id);
        }
        if self.pending.len() >= MEMBERS_PER_GROUP_MAX {
            return join.refuse(ops, "", ErrorCode::GroupMaxSizeReached);
        }
        let deadline_ms = ops.now_ms().saturating_add(millis(join.request.session_timeout_ms));
        ops.timers.schedule(ops.id, Timer::Session(id.clone()), deadline_ms);
        join.refuse(ops, &id, ErrorCode::MemberIdRequired);
        self.pending.insert(id);
    }

    fn join_known(&mut self, ops: &mut Ops<'_, '_>, join: &Join<'_>) {
        let request = join.request;
        let member_id = &*request.member_id;
        if self.pending.contains(member_id) {
            // Static members never get their id first.
            if request.group_instance_id.is_some() {
                return join.refuse(ops, member_id, ErrorCode::UnknownServerError);
            }
            self.pending.remove(member_id);
            return self.add_member(ops, join, member_id.into());
        }
        if let Err(error) = self.check_member(member_id, request.group_instance_id.as_deref()) {
            return join.refuse(ops, member_id, error);
        }
        let unchanged = self.members[member_id].matches(request);
        match self.state {
            State::PreparingRebalance => self.rejoin(ops, join),
            // It may not have got the answer to its join.
            State::CompletingRebalance if unchanged => join.answer(ops, self.joined(member_id)),
            // A leader that joins wants a rebalance.
            State::Stable if unchanged && !self.is_leader(member_id) => {
                join.answer(ops, self.joined(member_id));
            }
            State::CompletingRebalance | State::Stable => self.rejoin(ops, join),
            State::Empty => join.refuse(ops, member_id, ErrorCode::UnknownMemberId),
        }
    }

    fn add_member(&mut self, ops: &mut Ops<'_, '_>, join: &Join<'_>, id: Arc<str>) {
        let request = join.request;
        if self.members.is_empty() {
            self.protocol_type = Some((*request.protocol_type).into());
        }
        self.leader.get_or_insert_with(|| id.clone());
        // Not heard of before it is answered, so its session cannot end before that; but a join
        // that nobody waits for any more has to end some time.
        let deadline_ms = ops.now_ms().saturating_add(NEW_MEMBER_JOIN_TIMEOUT_MS);
        ops.timers.schedule(ops.id, Timer::Session(id.clone()), deadline_ms);
        self.note_new_member();
        self.insert(Member {
            id,
            instance_id: request.group_instance_id.as_deref().map(Arc::from),
            client_id: join.caller.client_id.into(),
            client_host: join.caller.client_host.into(),
            rebalance_timeout_ms: join.rebalance_timeout_ms,
            session_timeout_ms: request.session_timeout_ms,
            protocols: protocols(request),
            assignment: Arc::default(),
            is_new: true,
            join: Some(join.ticket),
            sync: None,
        });
        self.rebalance(ops);
    }

    fn rejoin(&mut self, ops: &mut Ops<'_, '_>, join: &Join<'_>) {
        self.update_member(ops, join, &join.request.member_id);
        self.rebalance(ops);
    }

    /// Takes over what the member says now, and lets its join wait.
    pub(super) fn update_member(
        &mut self,
        ops: &mut Ops<'_, '_>,
        join: &Join<'_>,
        member_id: &str,
    ) {
        let Some(member) = self.members.get_mut(member_id) else {
            return;
        };
        self.members_bytes -= member.size_bytes();
        member.rebalance_timeout_ms = join.rebalance_timeout_ms;
        member.session_timeout_ms = join.request.session_timeout_ms;
        member.protocols = protocols(join.request);
        self.members_bytes += member.size_bytes();
        wait_for_join(ops, member, &mut self.joining, join.ticket);
    }
}

/// `<client id>-<uuid>`, as Kafka makes them.
pub(crate) fn new_member_id(prefix: &str, id: Uuid) -> Arc<str> {
    let end = (0..=prefix.len().min(MEMBER_ID_PREFIX_LEN_MAX))
        .rev()
        .find(|end| prefix.is_char_boundary(*end))
        .unwrap_or(0);
    let hex = format!("{:032x}", u128::from_be_bytes(id.0));
    let (a, b, c, d, e) = (&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]);
    format!("{}-{a}-{b}-{c}-{d}-{e}", &prefix[..end]).into()
}
