//! A group that changes its protocol, with its members in it (KIP-848).
//!
//! ```text
//!             ConsumerGroupHeartbeat of a new member
//!   classic ──────────────────────────────────────────► consumer, classic members among others
//!      ▲                                                   │
//!      └─────── the last member of the consumer protocol ──┘
//!               leaves, is given up or replaced
//! ```
//!
//! Members of the classic protocol speak to a consumer group as to any other; see
//! [`consumer::mixed`](super::consumer).

mod downgrade;
mod upgrade;

use std::collections::BTreeSet;

use wire::ErrorCode;
use wire::messages::{
    ConsumerGroupHeartbeatRequest, ConsumerGroupHeartbeatResponse, HeartbeatRequest,
    JoinGroupRequest, LeaveGroupRequest, LeaveGroupResponse, SyncGroupRequest, SyncGroupResponse,
};

use super::classic::{self, Classic, State};
use super::consumer::{ConsumerGroup, Refusal};
use super::group::{Group, Kind};
use super::ops::Ops;
use super::timers::Timer;
use super::{Caller, GroupRecord, Reply, Ticket};
use crate::configs::MigrationPolicy;
use crate::limits::GROUP_STEP_BYTES_MAX;

impl Group {
    /// The first member of the consumer protocol joins a classic group.
    pub fn become_consumer(
        &mut self,
        ops: &mut Ops<'_, '_>,
        caller: &Caller<'_>,
        request: &ConsumerGroupHeartbeatRequest<'_>,
    ) -> Result<ConsumerGroupHeartbeatResponse<'static>, Refusal> {
        let Kind::Classic(classic) = &mut self.kind else {
            return Err(Refusal::new(ErrorCode::UnknownServerError, "It is a consumer group."));
        };
        let (mut group, converted) = match classic.state() {
            State::Empty => (ConsumerGroup::new(ops.id), Vec::new()),
            _ => upgrade::upgraded(ops.ctx, ops.id, classic)?,
        };
        let outcome = group.heartbeat(ops.ctx, caller, request)?;
        if size_bytes(&converted) + size_bytes(&outcome.records) > GROUP_STEP_BYTES_MAX {
            let message = "The group is too large to be changed in one batch of records.";
            return Err(Refusal::new(ErrorCode::UnknownServerError, message));
        }
        classic.abandon(ops);
        ops.out.records.extend(self.kind.tombstones(ops.id));
        ops.out.records.extend(converted);
        ops.out.records.extend(outcome.records);
        ops.arm(&group);
        self.kind = Kind::Consumer(group);
        Ok(outcome.response)
    }

    /// An empty consumer group makes room for members of the classic protocol.
    pub fn become_classic(&mut self, ops: &mut Ops<'_, '_>) {
        if matches!(&self.kind, Kind::Consumer(consumer) if consumer.is_empty()) {
            self.change_to(ops, Classic::default());
        }
    }

    /// Takes members out. Where only classic ones are left, the group is classic again.
    pub fn give_up(
        &mut self,
        ops: &mut Ops<'_, '_>,
        gone: &BTreeSet<String>,
    ) -> Result<(), Refusal> {
        let Kind::Consumer(consumer) = &mut self.kind else {
            return Ok(());
        };
        if gone.is_empty() {
            ops.arm(consumer);
            return Ok(());
        }
        if let Some(classic) = downgrade::without(ops, consumer, gone) {
            let classic = self.change_to(ops, classic);
            classic.settle(ops);
            classic.prepare_rebalance(ops);
            return Ok(());
        }
        let records = consumer.fence(gone, ops.ctx.image)?;
        ops.out.records.extend(records);
        ops.arm(consumer);
        Ok(())
    }

    fn change_to(&mut self, ops: &mut Ops<'_, '_>, classic: Classic) -> &mut Classic {
        ops.out.records.extend(self.kind.tombstones(ops.id));
        ops.timers.cancel(ops.id, Timer::Consumer);
        self.kind = Kind::Classic(classic);
        match &mut self.kind {
            Kind::Classic(classic) => classic,
            Kind::Consumer(_) => unreachable!("it was made classic"),
        }
    }

    /// JoinGroup of a consumer group.
    pub fn join_mixed(
        &mut self,
        ops: &mut Ops<'_, '_>,
        caller: &Caller<'_>,
        ticket: Ticket,
        request: &JoinGroupRequest<'_>,
    ) {
        let Kind::Consumer(consumer) = &mut self.kind else {
            return;
        };
        let joined = if ops.ctx.settings.consumer_migration == MigrationPolicy::Disabled {
            Err((request.member_id.to_string(), ErrorCode::InconsistentGroupProtocol))
        } else {
            consumer.check_join(ops.ctx, caller, request)
        };
        let response = match joined {
            Err((member_id, error)) => classic::refused_join(&member_id, error),
            Ok(joining) => {
                if let Some((classic, old, is_settled)) =
                    downgrade::replacing(ops, consumer, &joining)
                {
                    let classic = self.change_to(ops, classic);
                    classic.settle(ops);
                    if !is_settled {
                        classic.prepare_rebalance(ops);
                    }
                    return classic.take_over(ops, caller, ticket, request, &old);
                }
                let joined = consumer.join(ops.ctx, joining);
                ops.arm(consumer);
                match joined {
                    Err(refusal) => classic::refused_join(&request.member_id, refusal.code),
                    Ok((records, response)) => {
                        ops.out.records.extend(records);
                        response
                    }
                }
            }
        };
        ops.out.replies.push((ticket, Reply::JoinGroup(response)));
    }

    /// SyncGroup of a consumer group.
    pub fn sync_mixed(
        &mut self,
        ops: &mut Ops<'_, '_>,
        caller: &Caller<'_>,
        request: &SyncGroupRequest<'_>,
    ) -> SyncGroupResponse<'static> {
        let Kind::Consumer(consumer) = &mut self.kind else {
            return classic::refused_sync(ErrorCode::UnknownMemberId);
        };
        let synced = consumer.sync(ops.ctx, caller, request);
        ops.arm(consumer);
        synced.unwrap_or_else(|refusal| classic::refused_sync(refusal.code))
    }

    /// Heartbeat of a consumer group.
    pub fn heartbeat_mixed(
        &mut self,
        ops: &mut Ops<'_, '_>,
        request: &HeartbeatRequest<'_>,
    ) -> ErrorCode {
        let Kind::Consumer(consumer) = &mut self.kind else {
            return ErrorCode::UnknownMemberId;
        };
        let told = consumer.classic_heartbeat(ops.ctx, request);
        ops.arm(consumer);
        match told {
            Ok((records, error)) => {
                ops.out.records.extend(records);
                error
            }
            Err(refusal) => refusal.code,
        }
    }

    /// LeaveGroup of a consumer group.
    pub fn leave_mixed(
        &mut self,
        ops: &mut Ops<'_, '_>,
        caller: &Caller<'_>,
        request: &LeaveGroupRequest<'_>,
    ) -> LeaveGroupResponse<'static> {
        let Kind::Consumer(consumer) = &self.kind else {
            return classic::refused_leave(caller, request, ErrorCode::UnknownMemberId);
        };
        let members = classic::leaving_members(caller, request);
        let (gone, errors) = consumer.classic_leave(&members);
        match self.give_up(ops, &gone) {
            Ok(()) => classic::answer_leave(caller, &members, &errors),
            Err(refusal) => classic::refused_leave(caller, request, refusal.code),
        }
    }
}

fn size_bytes(records: &[GroupRecord]) -> usize {
    records.iter().map(GroupRecord::size_bytes).sum()
}
