//! A consumer group: what its records say, and what is derived from them.

use std::collections::BTreeMap;

use wire::Uuid;

use super::member::{Current, Member, Metadata, OwnedPartitions, Partitions};
use super::mixed::ClassicMembers;
use super::records::{GroupEpoch, Record, ResolvedRegex, TargetEpoch};
use super::timers::Timers;

/// Where a group stands, as clients are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GroupState {
    /// It has no members.
    Empty,
    /// Its target assignment is older than the group's epoch.
    Assigning,
    /// Some member is not at its target yet.
    Reconciling,
    Stable,
    /// There is no such group.
    Dead,
}

impl GroupState {
    /// The name in answers.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Empty => "Empty",
            Self::Assigning => "Assigning",
            Self::Reconciling => "Reconciling",
            Self::Stable => "Stable",
            Self::Dead => "Dead",
        }
    }
}

/// A group of the consumer protocol (KIP-848). Only [`apply`](Self::apply) changes what is
/// durable; timers and the like are armed anew by [`loaded`](Self::loaded).
#[derive(Debug, Clone)]
pub struct ConsumerGroup {
    pub(super) id: String,
    pub(super) saved: Saved,
    pub(super) timers: Timers,
    /// The image with which the metadata was last found unchanged.
    pub(super) checked_offset: Option<i64>,
}

/// What the records say, with the indexes over it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Saved {
    pub group: GroupEpoch,
    /// A record of before Kafka 4.1 has to be deleted.
    pub partition_metadata: bool,
    pub target: TargetEpoch,
    pub members: BTreeMap<String, Member>,
    pub targets: BTreeMap<String, Partitions>,
    pub regexes: BTreeMap<String, ResolvedRegex>,
    /// Member ids by instance id.
    pub static_members: BTreeMap<String, String>,
    /// How many members are subscribed to a topic by its name.
    pub topic_subscribers: BTreeMap<String, usize>,
    /// How many members are subscribed to a regular expression.
    pub regex_subscribers: BTreeMap<String, usize>,
    /// What the members of the classic protocol have in common.
    pub classic: ClassicMembers,
    /// How many members hold a partition or still have to give it up; one, or none.
    pub holders: BTreeMap<(Uuid, i32), usize>,
}

impl Default for Saved {
    fn default() -> Self {
        Self {
            group: GroupEpoch { epoch: 0, metadata_hash: 0 },
            partition_metadata: false,
            target: TargetEpoch { epoch: 0, assigned_at_ms: 0 },
            members: BTreeMap::new(),
            targets: BTreeMap::new(),
            regexes: BTreeMap::new(),
            static_members: BTreeMap::new(),
            topic_subscribers: BTreeMap::new(),
            regex_subscribers: BTreeMap::new(),
            classic: ClassicMembers::default(),
            holders: BTreeMap::new(),
        }
    }
}

impl ConsumerGroup {
    #[must_use]
    pub fn new(id: &str) -> Self {
        Self {
            id: id.to_owned(),
            saved: Saved::default(),
            timers: Timers::default(),
            checked_offset: None,
        }
    }

    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    #[must_use]
    pub fn epoch(&self) -> i32 {
        self.saved.group.epoch
    }

    #[must_use]
    pub fn member_count(&self) -> usize {
        self.saved.members.len()
    }

    #[must_use]
    pub fn member(&self, member_id: &str) -> Option<&Member> {
        self.saved.members.get(member_id)
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.saved.members.is_empty()
    }

    /// Whether the log has nothing of it.
    #[must_use]
    pub fn is_unrecorded(&self) -> bool {
        self.saved == Saved::default()
    }

    #[must_use]
    pub fn state(&self) -> GroupState {
        let target = self.saved.target.epoch;
        let mut members = self.saved.members.values();
        if self.is_empty() {
            GroupState::Empty
        } else if self.epoch() > target {
            GroupState::Assigning
        } else if members.all(|member| member.current.is_reconciled_to(target)) {
            GroupState::Stable
        } else {
            GroupState::Reconciling
        }
    }

    /// Whether any member is subscribed to a topic, by its name or by a regular expression.
    #[must_use]
    pub fn is_subscribed_to(&self, topic: &str) -> bool {
        self.saved.topic_subscribers.contains_key(topic)
            || self.saved.regexes.values().any(|regex| regex.topics.contains(topic))
    }

    /// What deletes the group from the log.
    #[must_use]
    pub fn tombstones(&self) -> Vec<Record> {
        let members = || self.saved.members.keys().cloned();
        let mut records: Vec<Record> = members().map(|id| Record::Current(id, None)).collect();
        records.extend(members().map(|id| Record::TargetMember(id, None)));
        records.push(Record::Target(None));
        records.extend(members().map(|id| Record::Member(id, None)));
        records.extend(self.saved.regexes.keys().cloned().map(|regex| Record::Regex(regex, None)));
        if self.saved.partition_metadata {
            records.push(Record::PartitionMetadata(None));
        }
        records.push(Record::Group(None));
        records
    }

    /// Applies a record. Any order of records is taken, since compaction leaves gaps.
    pub fn apply(&mut self, record: &Record) {
        let saved = &mut self.saved;
        match record {
            Record::Group(value) => {
                saved.group = value.unwrap_or(GroupEpoch { epoch: 0, metadata_hash: 0 });
            }
            Record::PartitionMetadata(value) => saved.partition_metadata = value.is_some(),
            Record::Member(id, Some(metadata)) => saved.put_metadata(id, metadata),
            Record::Member(id, None) => {
                saved.remove_member(id);
                self.timers.remove(id);
            }
            Record::Target(value) => {
                saved.target = value.unwrap_or(TargetEpoch { epoch: 0, assigned_at_ms: 0 });
            }
            Record::TargetMember(id, Some(partitions)) => {
                saved.targets.insert(id.clone(), partitions.clone());
            }
            Record::TargetMember(id, None) => {
                saved.targets.remove(id);
            }
            Record::Current(id, Some(current)) => saved.put_current(id, current),
            Record::Current(id, None) if saved.members.contains_key(id) => {
                let gone = Current { epoch: -1, previous_epoch: -1, ..Current::default() };
                saved.put_current(id, &gone);
            }
            Record::Current(_, None) => {}
            Record::Regex(regex, Some(resolved)) => {
                saved.regexes.insert(regex.clone(), resolved.clone());
            }
            Record::Regex(regex, None) => {
                saved.regexes.remove(regex);
            }
        }
    }
}

#[cfg(test)]
impl ConsumerGroup {
    /// All that the log says, after a look at what has to hold at all times.
    pub(crate) fn check_state(&self) -> String {
        let saved = &self.saved;
        assert!(saved.holders.values().all(|count| *count == 1), "one owner: {saved:?}");
        let classic = saved.members.values().filter_map(|one| one.metadata.classic.as_ref());
        let mut counted = ClassicMembers::default();
        classic.for_each(|member| counted.add(member));
        assert_eq!(counted, saved.classic);
        format!("{saved:?}")
    }
}

impl Saved {
    fn put_metadata(&mut self, id: &str, metadata: &Metadata) {
        let old = self.members.get(id).map(|member| member.metadata.clone());
        if let Some(old) = old {
            self.forget_subscription(id, &old);
        }
        for topic in &metadata.topic_names {
            *self.topic_subscribers.entry(topic.clone()).or_default() += 1;
        }
        if let Some(regex) = metadata.regex() {
            *self.regex_subscribers.entry(regex.to_owned()).or_default() += 1;
        }
        if let Some(instance) = &metadata.instance_id {
            self.static_members.insert(instance.clone(), id.to_owned());
        }
        if let Some(classic) = &metadata.classic {
            self.classic.add(classic);
        }
        self.members.entry(id.to_owned()).or_default().metadata = metadata.clone();
    }

    fn forget_subscription(&mut self, id: &str, metadata: &Metadata) {
        for topic in &metadata.topic_names {
            decrement(&mut self.topic_subscribers, topic);
        }
        if let Some(regex) = metadata.regex() {
            decrement(&mut self.regex_subscribers, regex);
        }
        if let Some(classic) = &metadata.classic {
            self.classic.remove(classic);
        }
        // Another member may have taken over the instance in the meantime.
        if let Some(instance) = &metadata.instance_id
            && self.static_members.get(instance).is_some_and(|holder| holder == id)
        {
            self.static_members.remove(instance);
        }
    }

    fn put_current(&mut self, id: &str, current: &Current) {
        let member = self.members.entry(id.to_owned()).or_default();
        let old = std::mem::replace(&mut member.current, current.clone());
        self.release(&old);
        for partition in partitions(&current.assigned) {
            *self.holders.entry(partition).or_default() += 1;
        }
        for partition in partitions(&current.pending_revocation) {
            *self.holders.entry(partition).or_default() += 1;
        }
    }

    fn release(&mut self, current: &Current) {
        for partition in partitions(&current.assigned) {
            decrement(&mut self.holders, &partition);
        }
        for partition in partitions(&current.pending_revocation) {
            decrement(&mut self.holders, &partition);
        }
    }

    fn remove_member(&mut self, id: &str) {
        if let Some(member) = self.members.remove(id) {
            self.forget_subscription(id, &member.metadata);
            self.release(&member.current);
        }
    }
}

fn partitions(owned: &OwnedPartitions) -> impl Iterator<Item = (Uuid, i32)> + '_ {
    owned
        .iter()
        .flat_map(|(topic, partitions)| partitions.keys().map(|partition| (*topic, *partition)))
}

/// Takes one from a count, which goes when it is 0.
pub(super) fn decrement<K, Q>(counts: &mut BTreeMap<K, usize>, key: &Q)
where
    K: std::borrow::Borrow<Q> + Ord,
    Q: Ord + ?Sized,
{
    if let Some(count) = counts.get_mut(key) {
        *count -= 1;
        if *count == 0 {
            counts.remove(key);
        }
    }
}
