//! The groups of one partition of `__consumer_offsets`.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use wire::ErrorCode;
use wire::messages::HeartbeatResponse;
use wire::messages::consumer_group_describe_response;
use wire::messages::describe_groups_response::DescribedGroup;
use wire::messages::list_groups_response::ListedGroup;
use wire::messages::offset_fetch_request::OffsetFetchRequestGroup;
use wire::messages::offset_fetch_response::OffsetFetchResponseGroup;

use super::admission::{self, refusal};
use super::cleanup::Cleanup;
use super::group::{Group, Kind};
use super::ops::Ops;
use super::records::{GroupRecord, Record, ReplayError};
use super::timers::{Timer, Timers};
use super::{Caller, Context, Reply, Request, Step, Ticket, commit, fetch, offset_delete, reads};
use crate::limits::GROUPS_PER_COORDINATOR_MAX;

/// Timers of one tick stop when they have written this much; one writes at most twice a string.
const TIMERS_BYTES_MAX: usize = 256 << 10;

/// Coordinates the groups whose ids fall on one partition.
#[derive(Debug, Default)]
pub struct Coordinator {
    pub(super) groups: BTreeMap<Arc<str>, Group>,
    pub(super) timers: Timers,
    pub(super) cleanup: Cleanup,
}

impl Coordinator {
    /// Without groups: what the partition says has to be replayed, then [`Self::loaded`] be called.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes over one record of the partition, at start; `value` `None` is a tombstone.
    ///
    /// # Errors
    /// The record is of another kind or version, or corrupt. It is skipped then; go on.
    pub fn replay(
        &mut self,
        key: &[u8],
        value: Option<&[u8]>,
        _timestamp_ms: i64,
    ) -> Result<(), ReplayError> {
        match Record::decode(key, value)? {
            Record::Offset { group, topic, partition, value } => {
                if value.is_some() || self.groups.contains_key(group) {
                    self.group_mut(group).offsets.apply(topic, partition, value);
                }
                self.drop_unrecorded(group);
            }
            Record::Group { group, value } => {
                if value.is_some() || self.groups.contains_key(group) {
                    self.group_mut(group).apply_classic(value);
                }
                self.drop_unrecorded(group);
            }
            Record::Consumer { group, record } => {
                if !record.is_tombstone() || self.groups.contains_key(&*group) {
                    self.group_mut(&group).apply_consumer(&group, &record);
                }
                self.drop_unrecorded(&group);
            }
        }
        Ok(())
    }

    /// After the last replay: members have a session's time from now to be heard of.
    pub fn loaded(&mut self, ctx: &Context<'_>) -> Step {
        let mut out = Step::default();
        for (id, group) in &mut self.groups {
            let mut ops = Ops { ctx, id, timers: &mut self.timers, out: &mut out };
            match &mut group.kind {
                Kind::Classic(classic) => classic.load(&mut ops),
                Kind::Consumer(consumer) => {
                    consumer.loaded(ctx);
                    ops.arm(consumer);
                }
            }
        }
        self.cleanup.start(ctx);
        // A topic may have been deleted when nobody coordinated its readers.
        let gone: BTreeSet<Arc<str>> = self
            .groups
            .values()
            .flat_map(|group| group.offsets.topics())
            .filter(|(name, _)| ctx.image.topic(name).is_none())
            .map(|(name, _)| name.clone())
            .collect();
        if !gone.is_empty() {
            let gone: Vec<&str> = gone.iter().map(|name| &**name).collect();
            self.cleanup.delete_topics(&gone);
            self.clean_up(ctx, &mut out);
        }
        out
    }

    /// Answers a request, now or in a later step.
    pub fn step(
        &mut self,
        ctx: &Context<'_>,
        caller: &Caller<'_>,
        ticket: Ticket,
        request: Request<'_>,
    ) -> Step {
        let mut out = Step::default();
        if let Request::DeleteGroup(group_id) = request {
            if self.cleanup.delete_group(group_id, ticket) {
                self.clean_up(ctx, &mut out);
            } else {
                out.replies.push((ticket, Reply::DeleteGroup(ErrorCode::CoordinatorNotAvailable)));
            }
            return out;
        }
        if let Request::ConsumerGroupHeartbeat(request) = request {
            let reply = self.consumer_heartbeat(ctx, caller, request, &mut out);
            out.replies.push((ticket, Reply::ConsumerGroupHeartbeat(reply)));
            return out;
        }
        match self.admit(ctx, caller, &request) {
            Ok(id) => self.on_group(ctx, &id, &mut out, |ops, group| {
                run(ops, group, caller, ticket, request);
            }),
            Err(error) => out.replies.push((ticket, refusal(caller, request, error))),
        }
        out
    }

    /// Work that is due by time. What does not fit one step is due at once.
    pub fn tick(&mut self, ctx: &Context<'_>) -> Step {
        let mut out = Step::default();
        let mut size_bytes = 0;
        // What timers write is small: groups that became empty.
        while size_bytes < TIMERS_BYTES_MAX {
            let Some((id, timer)) = self.timers.pop(ctx.now.mono_ms) else {
                break;
            };
            let written = out.records.len();
            self.on_group(ctx, &id, &mut out, |ops, group| expired(ops, group, &timer));
            size_bytes += out.records[written..].iter().map(GroupRecord::size_bytes).sum::<usize>();
        }
        if size_bytes == 0 {
            self.clean_up(ctx, &mut out);
        }
        out
    }

    /// When `tick` has work next, on the monotonic clock; 0: at once, `None`: never.
    #[must_use]
    pub fn next_deadline_ms(&self) -> Option<u64> {
        let cleanup_ms = self.cleanup.next_deadline_ms();
        [self.timers.next_deadline_ms(), cleanup_ms].into_iter().flatten().min()
    }

    /// Topics were deleted: their committed offsets go.
    pub fn topics_deleted(&mut self, ctx: &Context<'_>, topics: &[&str]) -> Step {
        let mut out = Step::default();
        self.cleanup.delete_topics(topics);
        self.clean_up(ctx, &mut out);
        out
    }

    /// OffsetFetch of one group, in the form of v8.
    #[must_use]
    pub fn fetch_offsets(
        &self,
        ctx: &Context<'_>,
        group: &OffsetFetchRequestGroup<'_>,
        api_version: i16,
    ) -> OffsetFetchResponseGroup<'static> {
        fetch::fetch(ctx, self.groups.get(&*group.group_id), group, api_version)
    }

    /// DescribeGroups of one group. Unknown: state Dead, GROUP_ID_NOT_FOUND (NONE below v6).
    #[must_use]
    pub fn describe(&self, group_id: &str) -> DescribedGroup<'static> {
        reads::describe(group_id, self.groups.get(group_id))
    }

    /// ConsumerGroupDescribe of one group.
    #[must_use]
    pub fn describe_consumer(
        &self,
        ctx: &Context<'_>,
        group_id: &str,
    ) -> consumer_group_describe_response::DescribedGroup<'static> {
        reads::describe_consumer(ctx, group_id, self.groups.get(group_id))
    }

    /// Groups whose state and type are among those asked for; none asked for means all.
    #[must_use]
    pub fn list(
        &self,
        states: &[Cow<'_, str>],
        types: &[Cow<'_, str>],
    ) -> Vec<ListedGroup<'static>> {
        let groups = self.groups.iter();
        groups.filter_map(|(id, group)| reads::list(id, group, states, types)).collect()
    }

    #[must_use]
    pub fn groups_count(&self) -> usize {
        self.groups.len()
    }

    #[must_use]
    pub fn offsets_count(&self) -> usize {
        self.groups.values().map(|group| group.offsets.len()).sum()
    }

    /// The group of a request, made if the request may make one.
    fn admit(
        &mut self,
        ctx: &Context<'_>,
        caller: &Caller<'_>,
        request: &Request<'_>,
    ) -> Result<Arc<str>, ErrorCode> {
        let group_id = admission::group_id(request);
        admission::check(ctx, request)?;
        if let Some((id, _)) = self.groups.get_key_value(group_id) {
            return Ok(id.clone());
        }
        admission::check_new(caller, request)?;
        if self.groups.len() >= GROUPS_PER_COORDINATOR_MAX {
            return Err(ErrorCode::PolicyViolation);
        }
        Ok(self.group_entry(group_id).0)
    }

    pub(super) fn on_group(
        &mut self,
        ctx: &Context<'_>,
        id: &Arc<str>,
        out: &mut Step,
        run: impl FnOnce(&mut Ops<'_, '_>, &mut Group),
    ) {
        if let Some(group) = self.groups.get_mut(id) {
            run(&mut Ops { ctx, id, timers: &mut self.timers, out }, group);
        }
        self.drop_unrecorded(id);
    }

    /// A group, made if there is none.
    pub(super) fn group_entry(&mut self, id: &str) -> (Arc<str>, &mut Group) {
        let id = match self.groups.get_key_value(id) {
            Some((id, _)) => id.clone(),
            None => Arc::from(id),
        };
        (id.clone(), self.groups.entry(id).or_default())
    }

    fn group_mut(&mut self, id: &str) -> &mut Group {
        self.group_entry(id).1
    }

    /// A group that the log has nothing of is no group.
    fn drop_unrecorded(&mut self, id: &str) {
        if self.groups.get(id).is_some_and(Group::is_unrecorded) {
            self.groups.remove(id);
        }
    }
}

fn run(
    ops: &mut Ops<'_, '_>,
    group: &mut Group,
    caller: &Caller<'_>,
    ticket: Ticket,
    request: Request<'_>,
) {
    if let Request::JoinGroup(_) = request {
        group.become_classic(ops);
    }
    let Kind::Classic(classic) = &mut group.kind else {
        return run_on_consumer(ops, group, caller, ticket, request);
    };
    let reply = match request {
        // These two may be answered later, and answer others.
        Request::JoinGroup(request) => return classic.join(ops, caller, ticket, request),
        Request::SyncGroup(request) => return classic.sync(ops, caller, ticket, request),
        Request::Heartbeat(request) => {
            let error_code = classic.heartbeat(ops, request) as i16;
            Reply::Heartbeat(HeartbeatResponse { throttle_time_ms: 0, error_code })
        }
        Request::LeaveGroup(request) => Reply::LeaveGroup(classic.leave(ops, caller, request)),
        Request::OffsetCommit(request) => {
            Reply::OffsetCommit(commit::commit(ops, group, caller, request))
        }
        Request::OffsetDelete(request) => {
            Reply::OffsetDelete(offset_delete::delete(ops, group, request))
        }
        Request::DeleteGroup(_) | Request::ConsumerGroupHeartbeat(_) => {
            refusal(caller, request, ErrorCode::UnsupportedVersion)
        }
    };
    ops.out.replies.push((ticket, reply));
}

/// Requests of the classic protocol, and those that know no protocol.
fn run_on_consumer(
    ops: &mut Ops<'_, '_>,
    group: &mut Group,
    caller: &Caller<'_>,
    ticket: Ticket,
    request: Request<'_>,
) {
    let reply = match request {
        Request::JoinGroup(request) => return group.join_mixed(ops, caller, ticket, request),
        Request::SyncGroup(request) => Reply::SyncGroup(group.sync_mixed(ops, caller, request)),
        Request::Heartbeat(request) => {
            let error_code = group.heartbeat_mixed(ops, request) as i16;
            Reply::Heartbeat(HeartbeatResponse { throttle_time_ms: 0, error_code })
        }
        Request::LeaveGroup(request) => Reply::LeaveGroup(group.leave_mixed(ops, caller, request)),
        Request::OffsetCommit(request) => {
            Reply::OffsetCommit(commit::commit(ops, group, caller, request))
        }
        Request::OffsetDelete(request) => {
            Reply::OffsetDelete(offset_delete::delete(ops, group, request))
        }
        Request::DeleteGroup(_) | Request::ConsumerGroupHeartbeat(_) => {
            refusal(caller, request, ErrorCode::UnsupportedVersion)
        }
    };
    ops.out.replies.push((ticket, reply));
}

fn expired(ops: &mut Ops<'_, '_>, group: &mut Group, timer: &Timer) {
    match (&mut group.kind, timer) {
        (Kind::Classic(classic), Timer::Session(id)) => classic.session_expired(ops, id),
        (Kind::Classic(classic), Timer::Join) => classic.join_expired(ops),
        (Kind::Classic(classic), Timer::Sync) => classic.sync_expired(ops),
        (Kind::Consumer(consumer), Timer::Consumer) => {
            let gone = consumer.expired(ops.ctx);
            // So many at one time that they always fit.
            let _ = group.give_up(ops, &gone);
        }
        // Of the protocol that the group had before.
        (Kind::Classic(_), Timer::Consumer) | (Kind::Consumer(_), _) => {}
    }
}
