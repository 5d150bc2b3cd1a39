//! JoinGroup of a consumer group.

use std::borrow::Cow;

use wire::ErrorCode;
use wire::codec::DecodeError;
use wire::messages::consumer_group_heartbeat_request::TopicPartitions;
use wire::messages::{JoinGroupRequest, JoinGroupResponse};

use crate::groups::classic::CONSUMER_PROTOCOL_TYPE;
use crate::groups::consumer::Refusal;
use crate::groups::consumer::advance::Ask;
use crate::groups::consumer::group::ConsumerGroup;
use crate::groups::consumer::heartbeat::{check_instance, check_subscription, unknown_instance};
use crate::groups::consumer::member::{ClassicMetadata, Metadata};
use crate::groups::embedded::Subscription;
use crate::groups::{Caller, Context, GroupRecord};
use crate::image::Image;
use crate::limits::{GROUP_MEMBERS_BYTES_MAX, MEMBERS_PER_GROUP_MAX};

/// From this version on, a dynamic member gets its id first and then joins with it (KIP-394).
const MEMBER_ID_REQUIRED_VERSION: i16 = 4;

/// A join that may be.
pub(crate) struct Joining {
    pub member_id: String,
    /// The static member whose place it takes.
    pub replaced: Option<String>,
    pub metadata: Metadata,
    /// What it says it holds.
    owned: Vec<TopicPartitions>,
}

impl ConsumerGroup {
    /// What a join says, if the group can take it; else the member id and the error to answer.
    pub(crate) fn check_join(
        &self,
        ctx: &Context<'_>,
        caller: &Caller<'_>,
        request: &JoinGroupRequest<'_>,
    ) -> Result<Joining, (String, ErrorCode)> {
        let is_new = request.member_id.is_empty();
        let member_id = match is_new {
            true => ctx.fresh_id.to_string(),
            false => request.member_id.clone().into_owned(),
        };
        let refuse = |code| (request.member_id.clone().into_owned(), code);
        self.check_room(ctx, &member_id, request).map_err(refuse)?;
        if !self.knows_protocols(request) {
            return Err(refuse(ErrorCode::InconsistentGroupProtocol));
        }
        let needs_id = caller.api_version >= MEMBER_ID_REQUIRED_VERSION;
        if is_new && request.group_instance_id.is_none() && needs_id {
            return Err((member_id, ErrorCode::MemberIdRequired));
        }
        let replaced = self.replaced(request).map_err(|refusal| refuse(refusal.code))?;
        let known = replaced.as_deref().unwrap_or(&member_id);
        let known = self.member(known).map(|member| &member.metadata);
        // Kafka, too, has no better word for a subscription that cannot be read.
        let read = joining_metadata(caller, request, known);
        let (metadata, subscription) = read.map_err(|_| refuse(ErrorCode::UnknownServerError))?;
        check_subscription(&metadata, known.unwrap_or(&Metadata::default()), ctx)
            .map_err(|refusal| refuse(refusal.code))?;
        let owned = owned(&subscription, ctx.image);
        Ok(Joining { member_id, replaced, metadata, owned })
    }

    fn check_room(
        &self,
        ctx: &Context<'_>,
        member_id: &str,
        request: &JoinGroupRequest<'_>,
    ) -> Result<(), ErrorCode> {
        let most = ctx.settings.consumer_max_size.min(MEMBERS_PER_GROUP_MAX);
        let known = self.member(member_id);
        let new: usize = request.protocols.iter().map(|one| one.metadata.len()).sum();
        let old = known.and_then(|member| member.metadata.classic.as_ref());
        let others = self.saved.classic.bytes - old.map_or(0, ClassicMetadata::size_bytes);
        let is_full = known.is_none() && self.member_count() >= most;
        if is_full || others + new > GROUP_MEMBERS_BYTES_MAX {
            return Err(ErrorCode::GroupMaxSizeReached);
        }
        Ok(())
    }

    fn knows_protocols(&self, request: &JoinGroupRequest<'_>) -> bool {
        request.protocol_type == CONSUMER_PROTOCOL_TYPE
            && self.saved.classic.know_any(request.protocols.iter().map(|one| &*one.name))
    }

    /// The static member that a new one takes the place of, whichever protocol that speaks.
    fn replaced(&self, request: &JoinGroupRequest<'_>) -> Result<Option<String>, Refusal> {
        let Some(instance) = request.group_instance_id.as_deref() else {
            return Ok(None);
        };
        let holder = self.saved.static_members.get(instance);
        if request.member_id.is_empty() {
            return Ok(holder.cloned());
        }
        let holder = holder.ok_or_else(|| unknown_instance(instance))?;
        check_instance(holder, &request.member_id, instance)?;
        Ok(None)
    }

    /// Takes the member a step on towards its target, of which SyncGroup tells it.
    pub(crate) fn join(
        &mut self,
        ctx: &Context<'_>,
        joining: Joining,
    ) -> Result<(Vec<GroupRecord>, JoinGroupResponse<'static>), Refusal> {
        let Joining { member_id, replaced, metadata, owned } = joining;
        let classic = metadata.classic.clone().unwrap_or_default();
        let rebalance_ms = metadata.rebalance_timeout_ms.max(0) as u64;
        let replaced = replaced.as_deref();
        let ask = Ask { member_id: &member_id, replaced, metadata, owned: Some(&owned) };
        let advanced = self.advance(ctx, ask)?;
        let now_ms = ctx.now.mono_ms;
        self.timers.cancel_rebalance(&member_id);
        self.timers.arm_session(&member_id, now_ms.saturating_add(classic.session_ms()));
        self.timers.arm_sync(&member_id, now_ms.saturating_add(rebalance_ms));
        let response = JoinGroupResponse {
            member_id: Cow::Owned(member_id),
            generation_id: advanced.after.epoch,
            protocol_type: Some(CONSUMER_PROTOCOL_TYPE.into()),
            protocol_name: classic.protocols.into_iter().next().map(|(name, _)| name.into()),
            // Nobody leads: the broker assigns.
            ..JoinGroupResponse::default()
        };
        Ok((advanced.records, response))
    }
}

/// What a member of the classic protocol says of itself; all its protocols say the same topics.
fn joining_metadata(
    caller: &Caller<'_>,
    request: &JoinGroupRequest<'_>,
    known: Option<&Metadata>,
) -> Result<(Metadata, Subscription), DecodeError> {
    let first = request.protocols.first().map(|one| &*one.metadata).unwrap_or_default();
    let mut subscription = Subscription::decode(first)?;
    let protocols = request.protocols.iter();
    let protocols = protocols.map(|one| (one.name.to_string(), one.metadata.to_vec()));
    let classic = ClassicMetadata {
        session_timeout_ms: request.session_timeout_ms,
        protocols: protocols.collect(),
    };
    let default = Metadata::default();
    let old = known.unwrap_or(&default);
    let instance_id = request.group_instance_id.as_deref().map(str::to_owned);
    let metadata = Metadata {
        instance_id: instance_id.or_else(|| old.instance_id.clone()),
        rack_id: subscription.rack_id.take().or_else(|| old.rack_id.clone()),
        client_id: caller.client_id.to_owned(),
        client_host: caller.client_host.to_owned(),
        topic_names: std::mem::take(&mut subscription.topics),
        // A classic member resolves its expression itself.
        topic_regex: match known {
            Some(known) if known.regex().is_none() => known.topic_regex.clone(),
            _ => Some(String::new()),
        },
        // Version 0 does not say how long a rebalance may take.
        rebalance_timeout_ms: match caller.api_version {
            0 => request.session_timeout_ms,
            _ => request.rebalance_timeout_ms,
        },
        server_assignor: old.server_assignor.clone(),
        classic: Some(classic),
    };
    Ok((metadata, subscription))
}

fn owned(subscription: &Subscription, image: &Image) -> Vec<TopicPartitions> {
    let owned = subscription.owned.iter().filter_map(|(name, partitions)| {
        let topic_id = image.topic(name)?.id;
        Some(TopicPartitions { topic_id, partitions: partitions.clone() })
    });
    owned.collect()
}
