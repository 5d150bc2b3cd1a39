//! ConsumerGroupHeartbeat: joining, being told of a new assignment, staying alive (KIP-848).

use std::borrow::Cow;
use std::collections::BTreeSet;

use wire::ErrorCode;
use wire::messages::consumer_group_heartbeat_request::TopicPartitions as OwnedTopic;
use wire::messages::consumer_group_heartbeat_response::{Assignment, TopicPartitions};
use wire::messages::{ConsumerGroupHeartbeatRequest, ConsumerGroupHeartbeatResponse};

use super::assignor::{Assignor, GroupSpec, MemberSpec};
use super::group::ConsumerGroup;
use super::member::{
    Current, JOIN_EPOCH, LEAVE_EPOCH, Member, MemberState, Metadata, OwnedPartitions,
    STATIC_LEAVE_EPOCH,
};
use super::reconcile::Reconciliation;
use super::records::{GroupEpoch, Record, TargetEpoch};
use super::step::Draft;
use super::subscription::{partition_counts, resolve};
use super::{Outcome, Refusal};
use crate::groups::{Caller, Context, GroupSettings};
use crate::limits::GROUP_TOPIC_NAMES_BYTES_MAX;

/// Refuses a request that no group could answer, before the group is looked up.
pub fn check_request(
    request: &ConsumerGroupHeartbeatRequest<'_>,
    api_version: i16,
    settings: &GroupSettings,
) -> Result<(), Refusal> {
    let epoch = request.member_epoch;
    let invalid = |message: &str| Err(Refusal::new(ErrorCode::InvalidRequest, message));
    let is_blank = |text: Option<&str>| text.is_some_and(blank);
    if (api_version >= 1 || epoch > 0 || epoch == LEAVE_EPOCH) && blank(&request.member_id) {
        return invalid("MemberId can't be empty.");
    }
    if blank(&request.group_id) {
        return invalid("GroupId can't be empty.");
    }
    if is_blank(request.instance_id.as_deref()) {
        return invalid("InstanceId can't be empty.");
    }
    if is_blank(request.rack_id.as_deref()) {
        return invalid("RackId can't be empty.");
    }
    match epoch {
        JOIN_EPOCH if request.rebalance_timeout_ms == -1 => {
            return invalid("RebalanceTimeoutMs must be provided in first request.");
        }
        JOIN_EPOCH if request.topic_partitions.as_ref().is_none_or(|held| !held.is_empty()) => {
            return invalid("TopicPartitions must be empty when (re-)joining.");
        }
        JOIN_EPOCH
            if request.subscribed_topic_names.is_none()
                && request.subscribed_topic_regex.is_none() =>
        {
            return invalid(
                "Either SubscribedTopicNames or SubscribedTopicRegex must be non-null when \
                 (re-)joining.",
            );
        }
        STATIC_LEAVE_EPOCH if request.instance_id.is_none() => {
            return invalid("InstanceId can't be null.");
        }
        i32::MIN..STATIC_LEAVE_EPOCH => return invalid("MemberEpoch is invalid."),
        _ => {}
    }
    check_assignor(request, settings)
}

fn blank(text: &str) -> bool {
    text.trim().is_empty()
}

fn check_assignor(
    request: &ConsumerGroupHeartbeatRequest<'_>,
    settings: &GroupSettings,
) -> Result<(), Refusal> {
    let names = &settings.consumer_assignors;
    match request.server_assignor.as_deref() {
        Some(asked) if !names.iter().any(|name| name == asked) => {
            let message = format!(
                "ServerAssignor {asked} is not supported. Supported assignors: {}.",
                names.join(", ")
            );
            Err(Refusal::new(ErrorCode::UnsupportedAssignor, message))
        }
        _ => Ok(()),
    }
}

impl ConsumerGroup {
    /// One heartbeat of a request that [`check_request`] let pass. A refusal changes nothing.
    pub fn heartbeat(
        &mut self,
        ctx: &Context<'_>,
        caller: &Caller<'_>,
        request: &ConsumerGroupHeartbeatRequest<'_>,
    ) -> Result<Outcome, Refusal> {
        if matches!(request.member_epoch, LEAVE_EPOCH | STATIC_LEAVE_EPOCH) {
            return self.leave(ctx, request);
        }
        let member_id = match &*request.member_id {
            "" => ctx.fresh_id.to_string(),
            id => id.to_owned(),
        };
        let replaced = self.admit(ctx, &member_id, request)?;
        let known = replaced.as_ref().unwrap_or(&member_id);
        let known = self.saved.members.get(known).cloned().unwrap_or_default();
        let metadata = updated(&known.metadata, caller, request);
        check_subscription(&metadata, &known.metadata, ctx)?;

        let mut draft = Draft::default();
        let before = match &replaced {
            Some(old_id) => self.replace(&mut draft, old_id, &member_id, known),
            None => known,
        };
        let changed = self.subscribe(ctx, &mut draft, &member_id, &before.metadata, metadata);
        self.assign(ctx, &mut draft);
        let owned = request.topic_partitions.as_deref();
        let current = self.reconcile(ctx, &mut draft, &member_id, owned, changed)?;
        let records = self.finish(draft)?;
        self.arm(ctx, &member_id, &current, current != before.current);

        let is_full = request.rebalance_timeout_ms != -1
            && (request.subscribed_topic_names.is_some()
                || request.subscribed_topic_regex.is_some())
            && owned.is_some();
        let tell = request.member_epoch == JOIN_EPOCH
            || is_full
            || current.assigned != before.current.assigned;
        let response = ConsumerGroupHeartbeatResponse {
            member_id: Some(member_id.into()),
            member_epoch: current.epoch,
            heartbeat_interval_ms: self.heartbeat_interval_ms(ctx),
            assignment: tell.then(|| wire_assignment(&current.assigned)),
            ..ConsumerGroupHeartbeatResponse::default()
        };
        Ok(Outcome { records, response })
    }

    /// Whether the member may go on; the member whose instance it takes over, if any.
    fn admit(
        &self,
        ctx: &Context<'_>,
        member_id: &str,
        request: &ConsumerGroupHeartbeatRequest<'_>,
    ) -> Result<Option<String>, Refusal> {
        let most = ctx.settings.consumer_max_size.min(crate::limits::MEMBERS_PER_GROUP_MAX);
        if self.member_count() >= most && self.member(member_id).is_none() {
            let message =
                format!("The consumer group has reached its maximum capacity of {most} members.");
            return Err(Refusal::new(ErrorCode::GroupMaxSizeReached, message));
        }
        let joins = request.member_epoch == JOIN_EPOCH;
        let Some(instance) = request.instance_id.as_deref() else {
            match self.member(member_id) {
                Some(member) => check_epoch(&member.current, request)?,
                None if joins => {}
                None => return Err(self.unknown_member(member_id)),
            }
            return Ok(None);
        };
        let Some(holder) = self.saved.static_members.get(instance) else {
            return if joins { Ok(None) } else { Err(unknown_instance(instance)) };
        };
        let held = self.member(holder).map(|member| member.current.clone()).unwrap_or_default();
        if !joins {
            check_instance(holder, member_id, instance)?;
            check_epoch(&held, request)?;
            return Ok(None);
        }
        if held.epoch != STATIC_LEAVE_EPOCH {
            let message = format!(
                "Static member {member_id} with instance id {instance} cannot join the group \
                 because the instance id is owned by {holder} member."
            );
            return Err(Refusal::new(ErrorCode::UnreleasedInstanceId, message));
        }
        Ok(Some(holder.clone()))
    }

    pub(super) fn unknown_member(&self, member_id: &str) -> Refusal {
        let message = format!("Member {member_id} is not a member of group {}.", self.id);
        Refusal::new(ErrorCode::UnknownMemberId, message)
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
        let mut counts = std::collections::BTreeMap::<&str, usize>::new();
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

    fn arm(&mut self, ctx: &Context<'_>, member_id: &str, current: &Current, changed: bool) {
        let now_ms = ctx.now.mono_ms;
        let deadline_ms = now_ms.saturating_add(self.session_timeout_ms(ctx));
        self.timers.arm_session(member_id, deadline_ms);
        if !changed {
            return;
        }
        if current.state == MemberState::UnrevokedPartitions {
            let member = self.saved.members.get(member_id);
            let timeout_ms = member.map_or(0, |member| member.metadata.rebalance_timeout_ms);
            let deadline_ms = now_ms.saturating_add(timeout_ms.max(0) as u64);
            self.timers.arm_rebalance(member_id, deadline_ms, current.epoch);
        } else {
            self.timers.cancel_rebalance(member_id);
        }
    }
}

/// What a member says of itself now; what a request leaves out stays.
fn updated(
    known: &Metadata,
    caller: &Caller<'_>,
    request: &ConsumerGroupHeartbeatRequest<'_>,
) -> Metadata {
    let keep = |new: &Option<Cow<'_, str>>, old: &Option<String>| {
        new.as_deref().map(str::to_owned).or_else(|| old.clone())
    };
    let names = request.subscribed_topic_names.as_ref();
    let names = names.map(|names| names.iter().cloned().map(Cow::into_owned).collect());
    let rebalance_timeout_ms = match request.rebalance_timeout_ms {
        -1 => known.rebalance_timeout_ms,
        timeout_ms => timeout_ms,
    };
    Metadata {
        instance_id: keep(&request.instance_id, &known.instance_id),
        rack_id: keep(&request.rack_id, &known.rack_id),
        client_id: caller.client_id.to_owned(),
        client_host: caller.client_host.to_owned(),
        topic_names: names.unwrap_or_else(|| known.topic_names.clone()),
        topic_regex: keep(&request.subscribed_topic_regex, &known.topic_regex),
        rebalance_timeout_ms,
        server_assignor: keep(&request.server_assignor, &known.server_assignor),
        classic: None,
    }
}

fn check_subscription(new: &Metadata, old: &Metadata, ctx: &Context<'_>) -> Result<(), Refusal> {
    if new.topic_names.iter().map(String::len).sum::<usize>() > GROUP_TOPIC_NAMES_BYTES_MAX {
        let message = "The names of the subscribed topics are too long together.";
        return Err(Refusal::new(ErrorCode::InvalidRequest, message));
    }
    match new.regex() {
        Some(regex) if old.regex() != Some(regex) => resolve(regex, ctx.image).map(|_| ()),
        _ => Ok(()),
    }
}

fn check_epoch(
    current: &Current,
    request: &ConsumerGroupHeartbeatRequest<'_>,
) -> Result<(), Refusal> {
    let (received, known) = (request.member_epoch, current.epoch);
    // The answer that told it of its epoch was lost; it may not know what it was given then.
    let is_behind = received == current.previous_epoch
        && holds_only(request.topic_partitions.as_deref(), &current.assigned);
    let word = match received {
        JOIN_EPOCH => return Ok(()),
        epoch if epoch > known => "greater",
        epoch if epoch < known && !is_behind => "smaller",
        _ => return Ok(()),
    };
    let message = format!(
        "The consumer group member has a {word} member epoch ({received}) than the one known by \
         the group coordinator ({known}). The member must abandon all its partitions and rejoin."
    );
    Err(Refusal::new(ErrorCode::FencedMemberEpoch, message))
}

fn holds_only(held: Option<&[OwnedTopic]>, assigned: &OwnedPartitions) -> bool {
    held.is_some_and(|held| {
        held.iter().all(|topic| {
            let known = assigned.get(&topic.topic_id);
            known.is_some_and(|known| topic.partitions.iter().all(|p| known.contains_key(p)))
        })
    })
}

pub(super) fn unknown_instance(instance: &str) -> Refusal {
    Refusal::new(ErrorCode::UnknownMemberId, format!("Instance id {instance} is unknown."))
}

pub(super) fn check_instance(holder: &str, id: &str, instance: &str) -> Result<(), Refusal> {
    if holder == id {
        return Ok(());
    }
    let message =
        format!("Static member {id} with instance id {instance} was fenced by member {holder}.");
    Err(Refusal::new(ErrorCode::FencedInstanceId, message))
}

fn wire_assignment(assigned: &OwnedPartitions) -> Assignment {
    let topics = assigned.iter().map(|(topic, partitions)| TopicPartitions {
        topic_id: *topic,
        partitions: partitions.keys().copied().collect(),
    });
    Assignment { topic_partitions: topics.collect() }
}
