//! Groups of the consumer protocol among the groups of a partition, and empty groups that change
//! from one protocol to the other.

use std::sync::Arc;

use wire::ErrorCode;
use wire::messages::{ConsumerGroupHeartbeatRequest, ConsumerGroupHeartbeatResponse};

use super::classic::Classic;
use super::consumer::{self, ConsumerGroup, Record, Refusal};
use super::coordinator::Coordinator;
use super::group::{Group, Kind, Ops};
use super::records::GroupMetadata;
use super::timers::Timer;
use super::{Caller, Context, Step};
use crate::limits::GROUPS_PER_COORDINATOR_MAX;

impl Coordinator {
    /// ConsumerGroupHeartbeat: a first one makes the group, or takes over an empty classic one.
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
        let is_consumer = match self.groups.get(group_id) {
            Some(Group { kind: Kind::Consumer(_), .. }) => true,
            Some(group) if joins && !group.is_in_use() => false,
            Some(_) => return Err(no_group(format!("Group {group_id} is not a consumer group."))),
            None if joins => {
                if self.groups.len() >= GROUPS_PER_COORDINATOR_MAX {
                    let message = "There are too many groups.";
                    return Err(Refusal::new(ErrorCode::PolicyViolation, message));
                }
                false
            }
            None => return Err(no_group(format!("Consumer group {group_id} not found."))),
        };
        if is_consumer {
            let id: Arc<str> = group_id.into();
            let mut answer = Err(no_group(String::new()));
            self.on_group(ctx, &id, out, |ops, group| {
                if let Kind::Consumer(group) = &mut group.kind {
                    answer = run(ops, group, caller, request);
                }
            });
            return answer;
        }
        // Only a group that has its first member is one.
        let mut group = ConsumerGroup::new(group_id);
        let outcome = group.heartbeat(ctx, caller, request)?;
        let id: Arc<str> = group_id.into();
        let held = self.group_mut(group_id);
        out.records.extend(held.kind.tombstones(group_id));
        out.records.extend(outcome.records);
        Ops { ctx, id: &id, timers: &mut self.timers, out }.arm(&group);
        self.group_mut(group_id).kind = Kind::Consumer(group);
        Ok(outcome.response)
    }
}

fn no_group(message: String) -> Refusal {
    Refusal::new(ErrorCode::GroupIdNotFound, message)
}

fn run(
    ops: &mut Ops<'_, '_>,
    group: &mut ConsumerGroup,
    caller: &Caller<'_>,
    request: &ConsumerGroupHeartbeatRequest<'_>,
) -> Result<ConsumerGroupHeartbeatResponse<'static>, Refusal> {
    let outcome = group.heartbeat(ops.ctx, caller, request)?;
    ops.out.records.extend(outcome.records);
    ops.arm(group);
    Ok(outcome.response)
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

    /// An empty consumer group makes room for members of the classic protocol.
    pub fn become_classic(&mut self, ops: &mut Ops<'_, '_>) {
        if matches!(&self.kind, Kind::Consumer(consumer) if consumer.is_empty()) {
            ops.out.records.extend(self.kind.tombstones(ops.id));
            ops.timers.cancel(ops.id, Timer::Consumer);
            self.kind = Kind::Classic(Classic::default());
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
