//! Changes of the ISR: who may join, who is too late, and what is asked of the controller.

use super::followers::Follower;
use super::{Leader, Output};
use crate::mutants::{Mutant, on};

/// How long an answer of the controller is waited for before it is asked again.
const ANSWER_WAIT_MS: i64 = 1_000;
/// How long after an answer that settled nothing.
const RETRY_WAIT_MS: i64 = 200;

/// A change of the ISR, as the leader asks for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IsrChange {
    /// Counts in this term; the answer names it.
    pub request: u32,
    pub leader_epoch: i32,
    /// The state that it was made for.
    pub partition_epoch: i32,
    /// All members with the epoch of the process that is meant (KIP-903).
    pub isr: Vec<(i32, i64)>,
    pub recovering: bool,
    /// `min.insync.replicas` that the leader goes by.
    pub min_isr: usize,
    /// The image that the leader goes by: a member that was fenced since may have come back with
    /// less, and this request may have been under way all the time.
    pub image_offset: i64,
}

/// What the controller made of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IsrAnswer {
    /// It will come with the image.
    Accepted,
    /// A member cannot be in sync (INELIGIBLE_REPLICA): nothing changes.
    Refused,
    /// The leader's state is old: the image decides (FENCED_LEADER_EPOCH, INVALID_UPDATE_VERSION,
    /// UNKNOWN_TOPIC_ID, INVALID_REQUEST, NEW_LEADER_ELECTED).
    ImageDecides,
    /// Nobody knows: no controller, no answer.
    Unknown,
}

#[derive(Debug, Clone)]
pub(super) struct Pending {
    pub(super) isr: Vec<i32>,
    /// The processes that are meant. A request that is repeated means the same: another process of
    /// a member may have come since, with less.
    members: Vec<(i32, i64)>,
    pub(super) expands: bool,
    /// The number of the last request for it.
    request: u32,
    resend_ms: i64,
}

impl Leader {
    /// Asks for all who may join, if nothing else is asked for.
    pub(super) fn ask_for_change(&mut self, now_ms: i64, out: &mut Vec<Output>) {
        if self.pending.is_some() || now_ms < self.ask_from_ms {
            return;
        }
        // The new members come later: first the leader confirms that it leads on.
        if self.recovering {
            self.ask(now_ms, self.isr.clone(), true, out);
            return;
        }
        let mut isr = self.isr.clone();
        isr.extend(self.followers.iter().filter(|held| self.is_eligible(held)).map(|f| f.broker));
        if isr.len() > self.isr.len() {
            self.ask(now_ms, isr, true, out);
        }
    }

    /// Whether a follower has everything that is or may be committed, and may be relied on.
    fn is_eligible(&self, follower: &Follower) -> bool {
        let Some(cursor) = &follower.cursor else {
            return false;
        };
        !self.isr.contains(&follower.broker)
            && cursor.stable >= self.high_watermark
            // As a leader it would show what lies below the start as if it had been committed.
            && (cursor.start >= cursor.uncompared_to || on(Mutant::ExpandWithUncomparedRecords))
            // Before the high watermark is proven it may be below what was committed.
            && (cursor.stable >= self.epoch_start || on(Mutant::ExpandWithoutEpochStart))
            && (follower.active || on(Mutant::ExpandAdmitsFenced))
            && (cursor.broker_epoch == follower.broker_epoch
                || on(Mutant::ExpandIgnoresBrokerEpoch))
    }

    /// Asks for members to be taken out that did not have everything for too long.
    pub(super) fn shrink(&mut self, now_ms: i64, out: &mut Vec<Output>) {
        if self.pending.is_some() {
            return;
        }
        let is_late = |follower: &&Follower| {
            let has_all = follower.cursor.as_ref().is_some_and(|held| held.stable == self.end);
            !has_all && now_ms - follower.caught_up_ms > self.me.lag_max_ms
        };
        let late: Vec<i32> = self.followers.iter().filter(is_late).map(|f| f.broker).collect();
        let isr: Vec<i32> = self.isr.iter().copied().filter(|id| !late.contains(id)).collect();
        if isr.len() < self.isr.len() {
            self.ask(now_ms, isr, false, out);
        }
    }

    fn ask(&mut self, now_ms: i64, isr: Vec<i32>, expands: bool, out: &mut Vec<Output>) {
        let resend_ms = now_ms + ANSWER_WAIT_MS;
        let members = self.members(&isr);
        let change = self.change(members.clone());
        self.pending = Some(Pending { isr, members, expands, request: change.request, resend_ms });
        out.push(Output::ChangeIsr(change));
    }

    fn members(&self, isr: &[i32]) -> Vec<(i32, i64)> {
        let epoch_of = |id: &i32| {
            if *id == self.me.broker {
                return (*id, self.me.broker_epoch);
            }
            let held = self.followers.iter().find(|held| held.broker == *id);
            // A member that is to join is the process that promised, whoever the image names.
            let of_process = held.and_then(|held| {
                let of_cursor = held.cursor.as_ref().map(|cursor| cursor.broker_epoch);
                let joins = !self.isr.contains(id) && !on(Mutant::ExpandIgnoresBrokerEpoch);
                if joins { of_cursor } else { Some(held.broker_epoch) }
            });
            (*id, of_process.unwrap_or(-1))
        };
        isr.iter().map(epoch_of).collect()
    }

    fn change(&mut self, isr: Vec<(i32, i64)>) -> IsrChange {
        self.requests += 1;
        IsrChange {
            request: self.requests,
            leader_epoch: self.leader_epoch,
            partition_epoch: self.partition_epoch,
            isr,
            recovering: false,
            min_isr: self.min_isr,
            image_offset: self.image_offset,
        }
    }

    pub(super) fn isr_answer(
        &mut self,
        now_ms: i64,
        request: u32,
        answer: IsrAnswer,
        out: &mut Vec<Output>,
    ) {
        // An earlier request may be refused while a later one is under way and will be accepted.
        let Some(pending) = self.pending.as_mut().filter(|held| held.request == request) else {
            return;
        };
        match answer {
            IsrAnswer::Accepted if on(Mutant::IsrCommittedByRpcAnswer) => {
                self.isr.clone_from(&pending.isr);
                self.advance(now_ms, out);
            }
            // Config changes and ISR changes take effect in the order of the metadata log only.
            IsrAnswer::Accepted => pending.resend_ms = now_ms + ANSWER_WAIT_MS,
            IsrAnswer::Refused => {
                self.pending = None;
                self.ask_from_ms = now_ms + RETRY_WAIT_MS;
                self.advance(now_ms, out);
            }
            IsrAnswer::ImageDecides | IsrAnswer::Unknown => {
                pending.resend_ms = now_ms + RETRY_WAIT_MS;
            }
        }
    }

    /// Asks again for what nobody answered, with what is known by now; who was asked to be added
    /// counts until it is settled.
    pub(super) fn resend_change(&mut self, now_ms: i64, out: &mut Vec<Output>) {
        let Some(pending) = &mut self.pending else {
            return;
        };
        if now_ms < pending.resend_ms {
            return;
        }
        pending.resend_ms = now_ms + ANSWER_WAIT_MS;
        let members = pending.members.clone();
        let change = self.change(members);
        if let Some(pending) = &mut self.pending {
            pending.request = change.request;
        }
        out.push(Output::ChangeIsr(change));
    }
}
