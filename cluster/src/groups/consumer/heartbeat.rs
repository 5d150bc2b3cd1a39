//! ConsumerGroupHeartbeat: joining, being told of a new assignment, staying alive (KIP-848).

use std::borrow::Cow;

use wire::ErrorCode;
use wire::messages::consumer_group_heartbeat_request::TopicPartitions as OwnedTopic;
use wire::messages::consumer_group_heartbeat_response::{Assignment, TopicPartitions};
use wire::messages::{ConsumerGroupHeartbeatRequest, ConsumerGroupHeartbeatResponse};

use super::advance::{Advanced, Ask};
use super::group::ConsumerGroup;
use super::member::{
    Current, JOIN_EPOCH, LEAVE_EPOCH, MemberState, Metadata, OwnedPartitions, STATIC_LEAVE_EPOCH,
};
use super::subscription::resolve;
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
    /// One heartbeat of a request that [`check_request`] let pass, unless it leaves. A refusal
    /// changes nothing.
    pub fn heartbeat(
        &mut self,
        ctx: &Context<'_>,
        caller: &Caller<'_>,
        request: &ConsumerGroupHeartbeatRequest<'_>,
    ) -> Result<Outcome, Refusal> {
        let member_id = match &*request.member_id {
            "" => ctx.fresh_id.to_string(),
            id => id.to_owned(),
        };
        let replaced = self.admit(ctx, &member_id, request)?;
        let known = replaced.as_ref().unwrap_or(&member_id);
        let known = self.saved.members.get(known).map(|member| member.metadata.clone());
        let known = known.unwrap_or_default();
        let metadata = updated(&known, caller, request);
        check_subscription(&metadata, &known, ctx)?;
        let owned = request.topic_partitions.as_deref();
        let ask = Ask { member_id: &member_id, replaced: replaced.as_deref(), metadata, owned };
        let Advanced { records, before, after: current } = self.advance(ctx, ask)?;
        self.arm(ctx, &member_id, &current, current != before);

        let is_full = request.rebalance_timeout_ms != -1
            && (request.subscribed_topic_names.is_some()
                || request.subscribed_topic_regex.is_some())
            && owned.is_some();
        let tell =
            request.member_epoch == JOIN_EPOCH || is_full || current.assigned != before.assigned;
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
        let held = self.member(holder).cloned().unwrap_or_default();
        if !joins {
            check_instance(holder, member_id, instance)?;
            check_epoch(&held.current, request)?;
            return Ok(None);
        }
        // A member of the classic protocol does not say when it goes away.
        if held.metadata.classic.is_none() && held.current.epoch != STATIC_LEAVE_EPOCH {
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

    fn arm(&mut self, ctx: &Context<'_>, member_id: &str, current: &Current, changed: bool) {
        let now_ms = ctx.now.mono_ms;
        let deadline_ms = now_ms.saturating_add(self.session_timeout_ms(ctx));
        self.timers.arm_session(member_id, deadline_ms);
        self.timers.cancel_classic(member_id);
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

pub(super) fn check_subscription(
    new: &Metadata,
    old: &Metadata,
    ctx: &Context<'_>,
) -> Result<(), Refusal> {
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
