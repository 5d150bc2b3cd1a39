//! What a request of a member changes: its metadata, the group's epoch, the target assignment, and
//! the member's own next step towards it.

use std::collections::{BTreeMap, BTreeSet};

use wire::ErrorCode;
use wire::messages::consumer_group_heartbeat_request::TopicPartitions as OwnedTopic;

use super::Refusal;
use super::assignor::{Assignor, GroupSpec, MemberSpec};
use super::group::ConsumerGroup;
use super::member::{Current, JOIN_EPOCH, Member, Metadata};
use super::reconcile::Reconciliation;
use super::records::{GroupEpoch, Record, TargetEpoch};
use super::step::Draft;
use super::subscription::partition_counts;
use crate::groups::{Context, GroupRecord, GroupSettings};

/// What a member says, by whichever protocol.
pub(super) struct Ask<'a> {
    pub member_id: &'a str,
    /// The static member whose place it takes.
    pub replaced: Option<&'a str>,
    pub metadata: Metadata,
    /// `None`: as it said before.
    pub owned: Option<&'a [OwnedTopic]>,
}

/// What came of it.
pub(super) struct Advanced {
    pub records: Vec<GroupRecord>,
    pub before: Current,
    pub after: Current,
}

impl ConsumerGroup {
    /// Takes over what a member says and takes it a step on. A refusal changes nothing.
    pub(super) fn advance(&mut self, ctx: &Context<'_>, ask: Ask<'_>) -> Result<Advanced, Refusal> {
        let known = ask.replaced.unwrap_or(ask.member_id);
        let known = self.saved.members.get(known).cloned().unwrap_or_default();
        let mut draft = Draft::default();
        let before = match ask.replaced {
            Some(old_id) => self.replace(&mut draft, old_id, ask.member_id, known),
            None => known,
        };
        let changed =
            self.subscribe(ctx, &mut draft, ask.member_id, &before.metadata, ask.metadata);
        self.assign(ctx, &mut draft);
        match self.reconcile(ctx, &mut draft, ask.member_id, ask.owned, changed) {
            Ok(after) => {
                let records = self.finish(draft)?;
                Ok(Advanced { records, before: before.current, after })
            }
            Err(refusal) => {
                self.undo(draft);
                Err(refusal)
            }
        }
    }

    /// Looks for topics that have changed, and assigns anew if that is due.
    pub(super) fn refresh_and_assign(
        &mut self,
        ctx: &Context<'_>,
    ) -> Result<Vec<GroupRecord>, Refusal> {
        let mut draft = Draft::default();
        self.refresh(ctx, &mut draft, false);
        self.assign(ctx, &mut draft);
        self.finish(draft)
    }

    /// A static member comes back with a new id, and finds what it had.
    fn replace(&mut self, draft: &mut Draft, old_id: &str, id: &str, known: Member) -> Member {
        let target = self.saved.targets.get(old_id).cloned().unwrap_or_default();
        self.remove_member(draft, old_id);
        let current = Current { epoch: JOIN_EPOCH, previous_epoch: 0, ..known.current };
        self.emit(draft, Record::Member(id.to_owned(), Some(known.metadata.clone())));
        self.emit(draft, Record::TargetMember(id.to_owned(), Some(target)));
        self.emit(draft, Record::Current(id.to_owned(), Some(current.clone())));
        Member { metadata: known.metadata, current }
    }

    /// Writes what is new of the member, and the group's epoch if partitions have to be assigned
    /// anew. Whether the member's topics may be others.
    fn subscribe(
        &mut self,
        ctx: &Context<'_>,
        draft: &mut Draft,
        member_id: &str,
        before: &Metadata,
        after: Metadata,
    ) -> bool {
        let joined = self.member(member_id).is_none();
        let regex_changed = before.topic_regex != after.topic_regex;
        let changed = before.topic_names != after.topic_names || regex_changed;
        if joined || *before != after {
            self.emit(draft, Record::Member(member_id.to_owned(), Some(after)));
        }
        if let Some(old) = before.regex()
            && !self.saved.regex_subscribers.contains_key(old)
            && self.saved.regexes.contains_key(old)
        {
            self.emit(draft, Record::Regex(old.to_owned(), None));
        }
        let resolved = self.resolve_regexes(ctx, draft);
        self.refresh(ctx, draft, joined || changed || resolved);
        changed || resolved
    }

    /// Raises the group's epoch if asked to, or if subscribed topics are not what they were.
    fn refresh(&mut self, ctx: &Context<'_>, draft: &mut Draft, bump: bool) {
        let offset = Some(ctx.image.offset());
        if !bump && self.checked_offset == offset {
            return;
        }
        self.checked_offset = offset;
        let metadata_hash = self.saved.metadata_hash(ctx.image);
        if self.saved.partition_metadata {
            self.emit(draft, Record::PartitionMetadata(None));
        }
        if bump || metadata_hash != self.saved.group.metadata_hash {
            let epoch = self.epoch() + 1;
            self.emit(draft, Record::Group(Some(GroupEpoch { epoch, metadata_hash })));
        }
    }

    /// Makes a new target if the group's epoch is ahead, though not more often than configured.
    fn assign(&mut self, ctx: &Context<'_>, draft: &mut Draft) {
        let last = self.saved.target;
        let due_ms = last.assigned_at_ms.saturating_add(self.assignment_interval_ms(ctx));
        let too_soon = last.assigned_at_ms != 0 && ctx.now.unix_ms < due_ms;
        if last.epoch >= self.epoch() || too_soon {
            return;
        }
        let spec = self.spec(ctx);
        let targets = self.assignor(ctx.settings).assign(&spec);
        for (member, target) in spec.members.into_iter().zip(targets) {
            if self.saved.targets.get(&member.member_id) != Some(&target) {
                self.emit(draft, Record::TargetMember(member.member_id, Some(target)));
            }
        }
        let target = TargetEpoch { epoch: self.epoch(), assigned_at_ms: ctx.now.unix_ms };
        self.emit(draft, Record::Target(Some(target)));
    }

    fn spec(&self, ctx: &Context<'_>) -> GroupSpec {
        let members = self.saved.members.iter().map(|(id, member)| MemberSpec {
            member_id: id.clone(),
            instance_id: member.metadata.instance_id.clone(),
            topics: self.saved.topics_of(&member.metadata, ctx.image),
            assigned: self.saved.targets.get(id).cloned().unwrap_or_default(),
        });
        let members: Vec<MemberSpec> = members.collect();
        let topics: BTreeSet<_> = members.iter().flat_map(|m| m.topics.iter().copied()).collect();
        GroupSpec { partition_counts: partition_counts(&topics, ctx.image), members }
    }

    /// What most members ask for, else the broker's first.
    fn assignor(&self, settings: &GroupSettings) -> Assignor {
        let name = self.assignor_name(settings);
        name.and_then(Assignor::from_name).unwrap_or(Assignor::Uniform)
    }

    pub(super) fn assignor_name<'a>(&'a self, settings: &'a GroupSettings) -> Option<&'a str> {
        let mut counts = BTreeMap::<&str, usize>::new();
        let members = self.saved.members.values();
        for name in members.filter_map(|member| member.metadata.server_assignor.as_deref()) {
            *counts.entry(name).or_default() += 1;
        }
        let most = counts.into_iter().max_by_key(|(_, count)| *count).map(|(name, _)| name);
        most.or_else(|| settings.consumer_assignors.first().map(String::as_str))
    }

    /// Takes the member a step on towards its target.
    fn reconcile(
        &mut self,
        ctx: &Context<'_>,
        draft: &mut Draft,
        member_id: &str,
        owned: Option<&[OwnedTopic]>,
        subscription_changed: bool,
    ) -> Result<Current, Refusal> {
        let member = self.saved.members.get(member_id).cloned().unwrap_or_default();
        let target_epoch = self.saved.target.epoch;
        if !subscription_changed && member.current.is_reconciled_to(target_epoch) {
            return Ok(member.current);
        }
        let target = self.saved.targets.get(member_id).cloned().unwrap_or_default();
        let next = Reconciliation {
            target_epoch,
            target: &target,
            topics: &self.saved.topics_of(&member.metadata, ctx.image),
            subscription_changed,
            owned,
            is_held: &|topic, partition| self.saved.holders.contains_key(&(topic, partition)),
        }
        .next(&member.current);
        let Some(next) = next else {
            let message = "The consumer group member is in a unknown state. The member must \
                           abandon all its partitions and rejoin.";
            return Err(Refusal::new(ErrorCode::FencedMemberEpoch, message));
        };
        if next != member.current {
            self.emit(draft, Record::Current(member_id.to_owned(), Some(next.clone())));
        }
        Ok(next)
    }
}
