//! SyncGroup, Heartbeat and LeaveGroup of a consumer group.

use std::borrow::Cow;
use std::collections::BTreeSet;

use wire::ErrorCode;
use wire::messages::leave_group_request::MemberIdentity;
use wire::messages::{HeartbeatRequest, SyncGroupRequest, SyncGroupResponse};

use crate::groups::classic::CONSUMER_PROTOCOL_TYPE;
use crate::groups::consumer::Refusal;
use crate::groups::consumer::group::ConsumerGroup;
use crate::groups::consumer::heartbeat::{check_instance, unknown_instance};
use crate::groups::consumer::member::{Member, MemberState};
use crate::groups::embedded::{Assignment, Subscription};
use crate::groups::{Caller, Context, GroupRecord};
use crate::image::Image;

/// From this version on, SyncGroup has to name the protocol (KIP-559).
const SYNC_PROTOCOL_VERSION: i16 = 5;

impl ConsumerGroup {
    /// SyncGroup: what the member holds after its join.
    pub(crate) fn sync(
        &mut self,
        ctx: &Context<'_>,
        caller: &Caller<'_>,
        request: &SyncGroupRequest<'_>,
    ) -> Result<SyncGroupResponse<'static>, Refusal> {
        let asked = (request.protocol_type.as_deref(), request.protocol_name.as_deref());
        if caller.api_version >= SYNC_PROTOCOL_VERSION && (asked.0.is_none() || asked.1.is_none()) {
            return Err(other_protocol());
        }
        let member_id = &*request.member_id;
        let instance = request.group_instance_id.as_deref();
        let (member, classic) = self.classic_member(member_id, instance)?;
        check_generation(member, request.generation_id)?;
        let name = classic.protocols.first().map(|(name, _)| name.as_str());
        if asked.0.is_some_and(|kind| kind != CONSUMER_PROTOCOL_TYPE)
            || (asked.1.is_some() && asked.1 != name)
        {
            return Err(other_protocol());
        }
        let now_ms = ctx.now.mono_ms;
        // One that gives up partitions has joined already, and goes on from there.
        let has_joined = member.current.state == MemberState::UnrevokedPartitions;
        if self.saved.target.epoch > member.current.epoch && !has_joined {
            let deadline_ms = now_ms.saturating_add(rebalance_ms(member));
            self.timers.arm_join(member_id, deadline_ms);
            let message = "The member has to join again.";
            return Err(Refusal::new(ErrorCode::RebalanceInProgress, message));
        }
        let session_ms = now_ms.saturating_add(classic.session_ms());
        let response = SyncGroupResponse {
            protocol_type: asked.0.map(|kind| Cow::Owned(kind.to_owned())),
            protocol_name: asked.1.map(|name| Cow::Owned(name.to_owned())),
            assignment: Cow::Owned(assignment(member, ctx.image)),
            ..SyncGroupResponse::default()
        };
        self.timers.cancel_sync(member_id);
        self.timers.arm_session(member_id, session_ms);
        Ok(response)
    }

    /// Heartbeat: whether the member has to join again. Classic members, too, see to it that
    /// changed topics are assigned: there may be no others.
    pub(crate) fn classic_heartbeat(
        &mut self,
        ctx: &Context<'_>,
        request: &HeartbeatRequest<'_>,
    ) -> Result<(Vec<GroupRecord>, ErrorCode), Refusal> {
        let member_id = &*request.member_id;
        let instance = request.group_instance_id.as_deref();
        let (member, classic) = self.classic_member(member_id, instance)?;
        check_generation(member, request.generation_id)?;
        let session_ms = ctx.now.mono_ms.saturating_add(classic.session_ms());
        let join_ms = ctx.now.mono_ms.saturating_add(rebalance_ms(member));
        self.timers.arm_session(member_id, session_ms);
        let records = self.refresh_and_assign(ctx)?;
        if self.member(member_id).is_none_or(|member| !self.has_to_join(member_id, member)) {
            return Ok((records, ErrorCode::None));
        }
        self.timers.arm_join(member_id, join_ms);
        Ok((records, ErrorCode::RebalanceInProgress))
    }

    /// It is behind, has partitions to give up, or those it waited for are free.
    fn has_to_join(&self, member_id: &str, member: &Member) -> bool {
        let current = &member.current;
        current.epoch < self.saved.target.epoch
            || match current.state {
                MemberState::UnrevokedPartitions => true,
                MemberState::UnreleasedPartitions => !self.waits_for_others(member_id, member),
                MemberState::Stable | MemberState::Unknown => false,
            }
    }

    /// Whether others hold what the member is to get.
    fn waits_for_others(&self, member_id: &str, member: &Member) -> bool {
        let target = self.saved.targets.get(member_id);
        target.into_iter().flatten().any(|(topic, partitions)| {
            let own = member.current.assigned.get(topic);
            partitions.iter().any(|partition| {
                own.is_none_or(|own| !own.contains_key(partition))
                    && self.saved.holders.contains_key(&(*topic, *partition))
            })
        })
    }

    /// LeaveGroup: who leaves, and what each is told.
    pub(crate) fn classic_leave(
        &self,
        members: &[MemberIdentity<'_>],
    ) -> (BTreeSet<String>, Vec<ErrorCode>) {
        let mut gone = BTreeSet::new();
        let mut errors = Vec::with_capacity(members.len());
        for member in members {
            let left = self.leaving(member);
            errors.push(left.as_ref().map_or_else(|refusal| refusal.code, |_| ErrorCode::None));
            gone.extend(left);
        }
        (gone, errors)
    }

    fn leaving(&self, member: &MemberIdentity<'_>) -> Result<String, Refusal> {
        let member_id = &*member.member_id;
        let Some(instance) = member.group_instance_id.as_deref() else {
            self.member(member_id).ok_or_else(|| self.unknown_member(member_id))?;
            return Ok(member_id.to_owned());
        };
        let holder = self.saved.static_members.get(instance);
        let holder = holder.ok_or_else(|| unknown_instance(instance))?;
        // An admin removes a static member, whose member id it does not know.
        if !member_id.is_empty() {
            check_instance(holder, member_id, instance)?;
        }
        Ok(holder.clone())
    }
}

fn other_protocol() -> Refusal {
    let message = "The protocol is not the one that the answer to the join has named.";
    Refusal::new(ErrorCode::InconsistentGroupProtocol, message)
}

fn check_generation(member: &Member, generation: i32) -> Result<(), Refusal> {
    if generation == member.current.epoch {
        return Ok(());
    }
    let message =
        format!("The generation {generation} is not the member's epoch {}.", member.current.epoch);
    Err(Refusal::new(ErrorCode::IllegalGeneration, message))
}

fn rebalance_ms(member: &Member) -> u64 {
    member.metadata.rebalance_timeout_ms.max(0) as u64
}

/// As a leader would have written it, in the version that the member knows.
fn assignment(member: &Member, image: &Image) -> Vec<u8> {
    let classic = member.metadata.classic.as_ref();
    let first = classic.and_then(|classic| classic.protocols.first());
    let subscription = first.and_then(|(_, bytes)| Subscription::decode(bytes).ok());
    let topics = member.current.assigned.iter().filter_map(|(id, partitions)| {
        Some((&*image.topic_by_id(*id)?.name, partitions.keys().copied().collect()))
    });
    let topics: Vec<(&str, Vec<i32>)> = topics.collect();
    Assignment::encode(subscription.map_or(0, |told| told.version), topics.into_iter())
}
