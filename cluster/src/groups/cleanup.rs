//! Offsets and groups that go: deleted groups, deleted topics, offsets whose time is over.
//!
//! Each of these may be more than one batch takes, so the work is done in slices, one per step.

use std::collections::{BTreeSet, VecDeque};
use std::ops::Bound;
use std::sync::Arc;

use wire::ErrorCode;

use super::classic::{CONSUMER_PROTOCOL_TYPE, Classic, State};
use super::group::{Group, Kind};
use super::ops::Ops;
use super::records::{CommittedOffset, GroupRecord, RECORD_OVERHEAD_BYTES, Record};
use super::{Context, Coordinator, Reply, Step, Ticket};
use crate::limits::{GROUP_CLEANUPS_MAX, GROUP_STEP_BYTES_MAX, GROUPS_PER_CLEANUP_STEP_MAX};

/// What waits to be cleaned up.
#[derive(Debug, Default)]
pub(super) struct Cleanup {
    groups: VecDeque<(Arc<str>, Ticket)>,
    topics: Option<Sweep>,
    expiry: Option<Sweep>,
    next_expiry_ms: Option<u64>,
}

/// A walk through all groups.
#[derive(Debug, Default)]
struct Sweep {
    /// Topics whose offsets go; of no use for a walk by time.
    topics: BTreeSet<Box<str>>,
    /// Groups before this one are done.
    next: Option<Arc<str>>,
}

/// What a step may still write.
struct Room {
    bytes: usize,
    groups: usize,
}

impl Room {
    fn is_left(&self) -> bool {
        self.bytes > 0 && self.groups > 0
    }
}

impl Cleanup {
    pub fn start(&mut self, ctx: &Context<'_>) {
        let interval_ms = ctx.settings.offsets_retention_check_interval_ms;
        let interval_ms = u64::try_from(interval_ms).unwrap_or(0).max(1);
        self.next_expiry_ms = Some(ctx.now.mono_ms.saturating_add(interval_ms));
    }

    /// False if too much waits already.
    pub fn delete_group(&mut self, group_id: &str, ticket: Ticket) -> bool {
        let has_room = self.groups.len() < GROUP_CLEANUPS_MAX;
        if has_room {
            self.groups.push_back((group_id.into(), ticket));
        }
        has_room
    }

    pub fn delete_topics(&mut self, topics: &[&str]) {
        if topics.is_empty() {
            return;
        }
        let sweep = self.topics.get_or_insert_default();
        sweep.topics.extend(topics.iter().copied().map(Box::from));
        // Groups that are done have to be seen again for the new ones.
        sweep.next = None;
    }

    pub fn next_deadline_ms(&self) -> Option<u64> {
        if self.groups.is_empty() && self.topics.is_none() && self.expiry.is_none() {
            self.next_expiry_ms
        } else {
            Some(0)
        }
    }
}

impl Coordinator {
    /// One slice of what there is to do.
    pub(super) fn clean_up(&mut self, ctx: &Context<'_>, out: &mut Step) {
        if self.cleanup.next_expiry_ms.is_some_and(|due_ms| due_ms <= ctx.now.mono_ms) {
            self.cleanup.start(ctx);
            self.cleanup.expiry = Some(Sweep::default());
        }
        let mut room = Room { bytes: GROUP_STEP_BYTES_MAX, groups: GROUPS_PER_CLEANUP_STEP_MAX };
        while room.is_left()
            && let Some((id, ticket)) = self.cleanup.groups.pop_front()
        {
            match self.delete_slice(ctx, &id, &mut room, out) {
                Some(error) => out.replies.push((ticket, Reply::DeleteGroup(error))),
                None => self.cleanup.groups.push_front((id, ticket)),
            }
        }
        if let Some(mut sweep) = self.cleanup.topics.take() {
            let done = self.sweep(ctx, &mut sweep, &mut room, out, |ops, group, topics, room| {
                purge(ops, group, room, |topic, _| topics.contains(topic))
            });
            self.cleanup.topics = (!done).then_some(sweep);
        }
        if let Some(mut sweep) = self.cleanup.expiry.take() {
            let done = self.sweep(ctx, &mut sweep, &mut room, out, |ops, group, _, room| {
                expire(ops, group, room)
            });
            self.cleanup.expiry = (!done).then_some(sweep);
        }
    }

    /// `None`: there is more to delete than fits.
    fn delete_slice(
        &mut self,
        ctx: &Context<'_>,
        id: &Arc<str>,
        room: &mut Room,
        out: &mut Step,
    ) -> Option<ErrorCode> {
        let mut error = Some(ErrorCode::GroupIdNotFound);
        room.groups -= 1;
        self.on_group(ctx, id, out, |ops, group| {
            if !group.is_empty() {
                error = Some(ErrorCode::NonEmptyGroup);
                return;
            }
            let done = purge(ops, group, room, |_, _| true) && delete(ops, group, room);
            error = done.then_some(ErrorCode::None);
        });
        error
    }

    /// Goes on through the groups as far as there is room. True if it came to the end.
    fn sweep(
        &mut self,
        ctx: &Context<'_>,
        sweep: &mut Sweep,
        room: &mut Room,
        out: &mut Step,
        each: impl Fn(&mut Ops<'_, '_>, &mut Group, &BTreeSet<Box<str>>, &mut Room) -> bool,
    ) -> bool {
        loop {
            let from = sweep.next.take().map_or(Bound::Unbounded, Bound::Included);
            let mut ids = self.groups.range((from, Bound::Unbounded)).map(|(id, _)| id.clone());
            let (Some(id), after) = (ids.next(), ids.next()) else {
                return true;
            };
            if !room.is_left() {
                sweep.next = Some(id);
                return false;
            }
            room.groups -= 1;
            let mut done = true;
            self.on_group(ctx, &id, out, |ops, group| {
                done = each(ops, group, &sweep.topics, room);
            });
            if !done {
                sweep.next = Some(id);
                return false;
            }
            if after.is_none() {
                return true;
            }
            sweep.next = after;
        }
    }
}

/// Takes away offsets that `goes` names. False if there are more than there is room for.
fn purge(
    ops: &mut Ops<'_, '_>,
    group: &mut Group,
    room: &mut Room,
    goes: impl Fn(&str, &CommittedOffset) -> bool,
) -> bool {
    let mut gone = Vec::new();
    let mut done = true;
    for (topic, partition, value) in group.offsets.iter() {
        if !goes(topic, value) {
            continue;
        }
        let size = RECORD_OVERHEAD_BYTES + ops.id.len() + topic.len();
        let Some(left) = room.bytes.checked_sub(size) else {
            done = false;
            break;
        };
        room.bytes = left;
        gone.push((topic.clone(), partition));
    }
    for (topic, partition) in gone {
        ops.write(&Record::Offset { group: ops.id, topic: &topic, partition, value: None });
        group.offsets.apply(&topic, partition, None);
    }
    done
}

/// Takes away a group that has no offsets. False if there is no room for that.
fn delete(ops: &mut Ops<'_, '_>, group: &mut Group, room: &mut Room) -> bool {
    let tombstones = group.kind.tombstones(ops.id);
    let size = tombstones.iter().map(GroupRecord::size_bytes).sum();
    let Some(left) = room.bytes.checked_sub(size) else {
        return false;
    };
    room.bytes = left;
    if !tombstones.is_empty() {
        ops.out.records.extend(tombstones);
        group.kind = Kind::Classic(Classic::default());
    }
    true
}

/// Takes away what is too old, and the group itself once nothing is left of it.
fn expire(ops: &mut Ops<'_, '_>, group: &mut Group, room: &mut Room) -> bool {
    let Some(expiry) = Expiry::of(ops.ctx, &group.kind) else {
        return true;
    };
    // The offsets are looked at while they change, so what decides is taken along.
    let subscribed = group
        .offsets
        .topics()
        .map(|(topic, _)| topic.clone())
        .filter(|topic| group.is_subscribed_to(topic) && !group.is_empty())
        .collect::<BTreeSet<Arc<str>>>();
    let is_old =
        |topic: &str, value: &CommittedOffset| !subscribed.contains(topic) && expiry.is_over(value);
    if !purge(ops, group, room, is_old) {
        return false;
    }
    if !group.offsets.is_empty() || group.is_in_use() {
        return true;
    }
    delete(ops, group, room)
}

/// From when on offsets are kept, and how long.
struct Expiry {
    now_ms: i64,
    retention_ms: i64,
    /// `None`: every offset from its own commit on.
    since_ms: Option<i64>,
}

impl Expiry {
    /// `None`: the offsets of this group are not to expire now.
    fn of(ctx: &Context<'_>, kind: &Kind) -> Option<Self> {
        let since_ms = match kind {
            Kind::Classic(classic) => Self::since_ms(classic)?,
            Kind::Consumer(_) => None,
        };
        let retention_ms = ctx.settings.offsets_retention_ms;
        Some(Self { now_ms: ctx.now.unix_ms, retention_ms, since_ms })
    }

    fn since_ms(classic: &Classic) -> Option<Option<i64>> {
        Some(match (classic.protocol_type(), classic.state()) {
            // Only commits offsets.
            (None, _) => None,
            (Some(_), State::Empty) => classic.state_since_ms(),
            // Members are there; topics they do not read may still go.
            (Some(CONSUMER_PROTOCOL_TYPE), State::Stable) => None,
            _ => return None,
        })
    }

    fn is_over(&self, value: &CommittedOffset) -> bool {
        match value.expire_timestamp_ms {
            Some(expire_ms) => self.now_ms >= expire_ms,
            None => {
                let since_ms = self.since_ms.unwrap_or(value.commit_timestamp_ms);
                self.now_ms.saturating_sub(since_ms) >= self.retention_ms
            }
        }
    }
}
