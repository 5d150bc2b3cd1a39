//! Groups of the consumer protocol among the groups of a partition.

use std::sync::Arc;

use wire::ErrorCode;
use wire::messages::{ConsumerGroupHeartbeatRequest, ConsumerGroupHeartbeatResponse};

use super::classic::Classic;
use super::consumer::{self, ConsumerGroup, Leave, Record, Refusal};
use super::coordinator::Coordinator;
use super::group::{Group, Kind};
use super::ops::Ops;
use super::records::GroupMetadata;
use super::timers::Timer;
use super::{Caller, Context, Step};
use crate::limits::GROUPS_PER_COORDINATOR_MAX;

impl Coordinator {
    /// ConsumerGroupHeartbeat: a first one makes the group, or makes a classic one its own.
    pub(super) fn consumer_heartbeat(
        &mut self,
        ctx: &Context<'_>,
        caller: &Caller<'_>,
        request: &ConsumerGroupHeartbeatRequest<'_>,
        out: &mut Step,
    ) -> ConsumerGroupHeartbeatResponse<'static> {
        let answer = consumer::check_request(request, caller.api_version, ctx.settings)
            .and_then(|()| self.heartbeat(ctx, caller, request, out));
        answer.unwrap_or_else(ConsumerGroupHeartbeatResponse::from)
    }

    fn heartbeat(
        &mut self,
        ctx: &Context<'_>,
        caller: &Caller<'_>,
        request: &ConsumerGroupHeartbeatRequest<'_>,
        out: &mut Step,
    ) -> Result<ConsumerGroupHeartbeatResponse<'static>, Refusal> {
        let group_id = &*request.group_id;
        let joins = request.member_epoch == consumer::JOIN_EPOCH;
        match self.groups.get(group_id).map(|group| &group.kind) {
            Some(Kind::Consumer(_)) => {}
            Some(Kind::Classic(_)) if joins => {}
            Some(Kind::Classic(_)) => {
                return Err(no_group(format!("Group {group_id} is not a consumer group.")));
            }
            None if !joins => {
                return Err(no_group(format!("Consumer group {group_id} not found.")));
            }
            None if self.groups.len() >= GROUPS_PER_COORDINATOR_MAX => {
                let message = "There are too many groups.";
                return Err(Refusal::new(ErrorCode::PolicyViolation, message));
            }
            // Only a group that has its first member is one: else it goes again.
            None => {}
        }
        let (id, _) = self.group_entry(group_id);
        let mut answer = Err(no_group(String::new()));
        self.on_group(ctx, &id, out, |ops, group| {
            answer = match &group.kind {
                Kind::Consumer(_) => run(ops, group, caller, request),
                Kind::Classic(_) => group.become_consumer(ops, caller, request),
            };
        });
        answer
    }
}

fn no_group(message: String) -> Refusal {
    Refusal::new(ErrorCode::GroupIdNotFound, message)
}

fn run(
    ops: &mut Ops<'_, '_>,
    group: &mut Group,
    caller: &Caller<'_>,
    request: &ConsumerGroupHeartbeatRequest<'_>,
) -> Result<ConsumerGroupHeartbeatResponse<'static>, Refusal> {
    let Kind::Consumer(consumer) = &mut group.kind else {
        return Err(no_group(format!("Group {} is not a consumer group.", ops.id)));
    };
    if !consumer::leaves(request) {
        let outcome = consumer.heartbeat(ops.ctx, caller, request)?;
        ops.out.records.extend(outcome.records);
        ops.arm(consumer);
        return Ok(outcome.response);
    }
    let (leave, response) = consumer.leave(request)?;
    match leave {
        Leave::Away(records) => {
            ops.out.records.extend(records);
            ops.arm(consumer);
        }
        Leave::Gone => group.give_up(ops, &[request.member_id.to_string()].into())?,
    }
    Ok(response)
}

impl Ops<'_, '_> {
    /// Sets the timer of a group to the first deadline of its members.
    pub fn arm(&mut self, group: &ConsumerGroup) {
        match group.next_deadline_ms() {
            Some(deadline_ms) => self.timers.schedule(self.id, Timer::Consumer, deadline_ms),
            None => self.timers.cancel(self.id, Timer::Consumer),
        }
    }
}

impl Group {
    /// Takes over a record of the classic protocol; it comes after what ended the other one.
    pub fn apply_classic(&mut self, value: Option<Arc<GroupMetadata>>) {
        match &mut self.kind {
            Kind::Classic(classic) => classic.apply(value),
            Kind::Consumer(_) if value.is_none() => {}
            Kind::Consumer(_) => {
                let mut classic = Classic::default();
                classic.apply(value);
                self.kind = Kind::Classic(classic);
            }
        }
    }

    /// Takes over a record of the consumer protocol.
    pub fn apply_consumer(&mut self, id: &str, record: &Record) {
        if let Kind::Classic(_) = self.kind {
            if record.is_tombstone() {
                return;
            }
            self.kind = Kind::Consumer(ConsumerGroup::new(id));
        }
        if let Kind::Consumer(consumer) = &mut self.kind {
            consumer.apply(record);
            if consumer.is_unrecorded() {
                self.kind = Kind::Classic(Classic::default());
            }
        }
    }
}

#[cfg(test)]
impl Coordinator {
    pub(super) fn consumer(&self, group_id: &str) -> Option<&ConsumerGroup> {
        match &self.groups.get(group_id)?.kind {
            Kind::Consumer(group) => Some(group),
            Kind::Classic(_) => None,
        }
    }
}
