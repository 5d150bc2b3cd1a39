//! How members go: they leave, or they are given up (fenced).

use wire::messages::{ConsumerGroupHeartbeatRequest, ConsumerGroupHeartbeatResponse};

use super::group::ConsumerGroup;
use super::heartbeat::{check_instance, unknown_instance};
use super::member::{MemberState, STATIC_LEAVE_EPOCH};
use super::records::{GroupEpoch, Record};
use super::step::Draft;
use super::timers::Expired;
use super::{Outcome, Refusal};
use crate::groups::{Context, GroupRecord};
use crate::image::Image;
use crate::limits::GROUP_STEP_BYTES_MAX;

/// So much of a step is for members that are given up; the others follow at once.
const FENCED_BYTES_PER_STEP_MAX: usize = GROUP_STEP_BYTES_MAX / 4;
/// What they hold, their target and themselves; and their regular expression.
const TOMBSTONES_PER_MEMBER: usize = 4;

impl ConsumerGroup {
    /// Member epoch -1, or -2 of a static member that means to come back.
    pub(super) fn leave(
        &mut self,
        ctx: &Context<'_>,
        request: &ConsumerGroupHeartbeatRequest<'_>,
    ) -> Result<Outcome, Refusal> {
        let member_id = &*request.member_id;
        let mut draft = Draft::default();
        if let Some(instance) = request.instance_id.as_deref() {
            let holder = self.saved.static_members.get(instance);
            let holder = holder.ok_or_else(|| unknown_instance(instance))?;
            check_instance(holder, member_id, instance)?;
        }
        let member = self.member(member_id).ok_or_else(|| self.unknown_member(member_id))?;
        if request.instance_id.is_some() && request.member_epoch == STATIC_LEAVE_EPOCH {
            let away = member.current.away();
            self.emit(&mut draft, Record::Current(member_id.to_owned(), Some(away)));
            self.timers.cancel_rebalance(member_id);
        } else {
            self.fence(&mut draft, &[member_id.to_owned()], ctx.image);
        }
        let response = ConsumerGroupHeartbeatResponse {
            member_id: Some(member_id.to_owned().into()),
            member_epoch: request.member_epoch,
            ..ConsumerGroupHeartbeatResponse::default()
        };
        Ok(Outcome { records: self.finish(draft)?, response })
    }

    /// Gives up the members whose time is over. A group without members stays, with its offsets.
    pub fn tick(&mut self, ctx: &Context<'_>) -> Vec<GroupRecord> {
        let mut gone = Vec::new();
        let mut bytes = 0;
        while bytes < FENCED_BYTES_PER_STEP_MAX
            && let Some(expired) = self.timers.expire(ctx.now.mono_ms)
        {
            let (id, stuck_in) = match expired {
                Expired::Session(id) => (id, None),
                Expired::Rebalance(id, epoch) => (id, Some(epoch)),
            };
            let Some(member) = self.saved.members.get(&id) else {
                continue;
            };
            if stuck_in.is_none_or(|epoch| member.current.epoch == epoch) {
                let regex_len = member.metadata.regex().map_or(0, str::len);
                bytes += TOMBSTONES_PER_MEMBER * (self.id.len() + id.len()) + regex_len;
                gone.push(id);
            }
        }
        gone.sort();
        gone.dedup();
        let mut draft = Draft::default();
        if !gone.is_empty() {
            self.fence(&mut draft, &gone, ctx.image);
        }
        // Bounded by the members of a step, so it always fits.
        self.finish(draft).unwrap_or_default()
    }

    /// When [`tick`](Self::tick) has work next.
    #[must_use]
    pub fn next_deadline_ms(&self) -> Option<u64> {
        self.timers.first_ms()
    }

    /// After the last record of a start: members have the time of a session to be heard of.
    pub fn loaded(&mut self, ctx: &Context<'_>) {
        let now_ms = ctx.now.mono_ms;
        let session_ms = now_ms.saturating_add(self.session_timeout_ms(ctx));
        for (id, member) in &self.saved.members {
            self.timers.arm_session(id, session_ms);
            if member.current.state == MemberState::UnrevokedPartitions {
                let timeout_ms = member.metadata.rebalance_timeout_ms.max(0) as u64;
                let deadline_ms = now_ms.saturating_add(timeout_ms);
                self.timers.arm_rebalance(id, deadline_ms, member.current.epoch);
            }
        }
    }

    fn fence(&mut self, draft: &mut Draft, member_ids: &[String], image: &Image) {
        for id in member_ids {
            self.remove_member(draft, id);
        }
        let unused = self.saved.regexes.keys();
        let unused = unused.filter(|regex| !self.saved.regex_subscribers.contains_key(*regex));
        for regex in unused.cloned().collect::<Vec<_>>() {
            self.emit(draft, Record::Regex(regex, None));
        }
        let metadata_hash = self.saved.metadata_hash(image);
        let epoch = self.epoch() + 1;
        self.emit(draft, Record::Group(Some(GroupEpoch { epoch, metadata_hash })));
    }

    pub(super) fn remove_member(&mut self, draft: &mut Draft, member_id: &str) {
        self.emit(draft, Record::Current(member_id.to_owned(), None));
        self.emit(draft, Record::TargetMember(member_id.to_owned(), None));
        self.emit(draft, Record::Member(member_id.to_owned(), None));
    }
}
