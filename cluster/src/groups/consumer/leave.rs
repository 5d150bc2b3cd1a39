//! How members go: they leave, or they are given up (fenced).

use std::collections::BTreeSet;

use wire::messages::{ConsumerGroupHeartbeatRequest, ConsumerGroupHeartbeatResponse};

use super::Refusal;
use super::group::ConsumerGroup;
use super::heartbeat::{check_instance, unknown_instance};
use super::member::{ClassicMetadata, LEAVE_EPOCH, MemberState, STATIC_LEAVE_EPOCH};
use super::records::{GroupEpoch, Record};
use super::step::Draft;
use super::timers::Expired;
use crate::groups::{Context, GroupRecord};
use crate::image::Image;
use crate::limits::GROUP_STEP_BYTES_MAX;

/// So much of a step is for members that are given up; the others follow at once.
const FENCED_BYTES_PER_STEP_MAX: usize = GROUP_STEP_BYTES_MAX / 4;
/// What they hold, their target and themselves; and their regular expression.
const TOMBSTONES_PER_MEMBER: usize = 4;

/// How a member leaves.
pub enum Leave {
    /// A static member means to come back.
    Away(Vec<GroupRecord>),
    /// It is to be given up.
    Gone,
}

/// Whether a heartbeat says that its member leaves.
#[must_use]
pub fn leaves(request: &ConsumerGroupHeartbeatRequest<'_>) -> bool {
    matches!(request.member_epoch, LEAVE_EPOCH | STATIC_LEAVE_EPOCH)
}

impl ConsumerGroup {
    /// Member epoch -1, or -2 of a static member that means to come back.
    pub fn leave(
        &mut self,
        request: &ConsumerGroupHeartbeatRequest<'_>,
    ) -> Result<(Leave, ConsumerGroupHeartbeatResponse<'static>), Refusal> {
        let member_id = &*request.member_id;
        if let Some(instance) = request.instance_id.as_deref() {
            let holder = self.saved.static_members.get(instance);
            let holder = holder.ok_or_else(|| unknown_instance(instance))?;
            check_instance(holder, member_id, instance)?;
        }
        let member = self.member(member_id).ok_or_else(|| self.unknown_member(member_id))?;
        let response = ConsumerGroupHeartbeatResponse {
            member_id: Some(member_id.to_owned().into()),
            member_epoch: request.member_epoch,
            ..ConsumerGroupHeartbeatResponse::default()
        };
        if request.instance_id.is_none() || request.member_epoch != STATIC_LEAVE_EPOCH {
            return Ok((Leave::Gone, response));
        }
        let away = member.current.away();
        let mut draft = Draft::default();
        self.emit(&mut draft, Record::Current(member_id.to_owned(), Some(away)));
        self.timers.cancel_rebalance(member_id);
        Ok((Leave::Away(self.finish(draft)?), response))
    }

    /// The members whose time is over.
    pub fn expired(&mut self, ctx: &Context<'_>) -> BTreeSet<String> {
        let mut gone = BTreeSet::new();
        let mut bytes = 0;
        while bytes < FENCED_BYTES_PER_STEP_MAX
            && let Some(expired) = self.timers.expire(ctx.now.mono_ms)
        {
            let (id, stuck_in) = match expired {
                Expired::Member(id) => (id, None),
                Expired::Rebalance(id, epoch) => (id, Some(epoch)),
            };
            let Some(member) = self.saved.members.get(&id) else {
                continue;
            };
            if stuck_in.is_none_or(|epoch| member.current.epoch == epoch) {
                let regex_len = member.metadata.regex().map_or(0, str::len);
                bytes += TOMBSTONES_PER_MEMBER * (self.id.len() + id.len()) + regex_len;
                gone.insert(id);
            }
        }
        gone
    }

    /// When members [`expire`](Self::expired) next.
    #[must_use]
    pub fn next_deadline_ms(&self) -> Option<u64> {
        self.timers.first_ms()
    }

    /// After the last record of a start: members have the time of a session to be heard of.
    pub fn loaded(&mut self, ctx: &Context<'_>) {
        let now_ms = ctx.now.mono_ms;
        let session_ms = self.session_timeout_ms(ctx);
        for (id, member) in &self.saved.members {
            let classic = member.metadata.classic.as_ref();
            let own_ms = classic.map_or(session_ms, ClassicMetadata::session_ms);
            self.timers.arm_session(id, now_ms.saturating_add(own_ms));
            // A classic member is told to join, and has its time from then on.
            if classic.is_none() && member.current.state == MemberState::UnrevokedPartitions {
                let timeout_ms = member.metadata.rebalance_timeout_ms.max(0) as u64;
                let deadline_ms = now_ms.saturating_add(timeout_ms);
                self.timers.arm_rebalance(id, deadline_ms, member.current.epoch);
            }
        }
    }

    /// Gives up members; the others get what was theirs. A group without members stays, with its
    /// offsets.
    pub fn fence(
        &mut self,
        member_ids: &BTreeSet<String>,
        image: &Image,
    ) -> Result<Vec<GroupRecord>, Refusal> {
        let mut draft = Draft::default();
        for id in member_ids {
            self.remove_member(&mut draft, id);
        }
        let unused = self.saved.regexes.keys();
        let unused = unused.filter(|regex| !self.saved.regex_subscribers.contains_key(*regex));
        for regex in unused.cloned().collect::<Vec<_>>() {
            self.emit(&mut draft, Record::Regex(regex, None));
        }
        let metadata_hash = self.saved.metadata_hash(image);
        let epoch = self.epoch() + 1;
        self.emit(&mut draft, Record::Group(Some(GroupEpoch { epoch, metadata_hash })));
        self.finish(draft)
    }

    pub(super) fn remove_member(&mut self, draft: &mut Draft, member_id: &str) {
        self.emit(draft, Record::Current(member_id.to_owned(), None));
        self.emit(draft, Record::TargetMember(member_id.to_owned(), None));
        self.emit(draft, Record::Member(member_id.to_owned(), None));
    }
}
