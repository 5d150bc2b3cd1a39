//! The leader's part of replication, for one partition and term.
//!
//! It is told how far its own log is and what followers promise, and says how far the high
//! watermark is and which change of the ISR to ask the controller for. It works the same for a
//! replica set of one: then there is nobody to wait for but its own disk.

mod followers;
mod isr;

use self::followers::Follower;
use self::isr::Pending;
use super::messages::{Body, EpochEnd, Progress, Subscribe, ToFollower};
use super::{LogEnds, View};
use crate::count_nodes;
use crate::mutants::{Mutant, on};
pub use isr::{IsrAnswer, IsrChange};

/// Who leads, and what it goes by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Identity {
    pub broker: i32,
    /// Epoch of this process's registration.
    pub broker_epoch: i64,
    /// `replica.lag.time.max.ms`
    pub lag_max_ms: i64,
}

#[derive(Debug, Clone, Copy)]
pub enum Input<'a> {
    /// The partition at a newer image, still in this term.
    View(&'a View),
    /// The log's end moved.
    Appended {
        end: i64,
    },
    /// The stable end moved.
    Stable {
        end: i64,
    },
    /// Records before `to` may go: retention, or DeleteRecords.
    Retain {
        to: i64,
    },
    /// `floor` is what the own log knows of `message.last_epoch`: the end of that epoch, or of the
    /// next lower one; `None` if there is none.
    Subscribe {
        message: Subscribe,
        floor: Option<EpochEnd>,
    },
    Progress(Progress),
    /// The follower's link is gone; what it promised stands.
    LinkDown {
        broker: i32,
    },
    /// The controller's answer to the change of this number.
    IsrAnswer {
        request: u32,
        answer: IsrAnswer,
    },
    Tick,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Output {
    HighWatermark(i64),
    LogStart(i64),
    ToFollower {
        broker: i32,
        message: ToFollower,
    },
    /// To ask the controller for (AlterPartition, KIP-497).
    ChangeIsr(IsrChange),
}

/// One term of one partition's leader.
#[derive(Debug, Clone)]
pub struct Leader {
    me: Identity,
    leader_epoch: i32,
    partition_epoch: i32,
    /// Offset of the image that said who is active.
    image_offset: i64,
    replicas: Vec<i32>,
    /// As the metadata log has it; changes nowhere else.
    isr: Vec<i32>,
    recovering: bool,
    /// `min.insync.replicas` as configured.
    min_isr: usize,
    pending: Option<Pending>,
    /// How often the controller was asked in this term.
    requests: u32,
    /// After a refusal not before then.
    ask_from_ms: i64,
    followers: Vec<Follower>,
    start: i64,
    end: i64,
    stable: i64,
    high_watermark: i64,
    epoch_start: i64,
    next_check_ms: i64,
    ticked_ms: i64,
}

impl Leader {
    /// Begins a term. The caller has noted (leader epoch, `ends.end`) in the log's epochs, so that
    /// this epoch is known even while it has no records.
    #[must_use]
    pub fn new(now_ms: i64, me: Identity, view: &View, ends: LogEnds) -> (Self, Vec<Output>) {
        let mut leader = Self {
            me,
            leader_epoch: view.state.leader_epoch,
            partition_epoch: -1,
            image_offset: -1,
            replicas: Vec::new(),
            isr: Vec::new(),
            recovering: false,
            min_isr: 1,
            pending: None,
            requests: 0,
            ask_from_ms: i64::MIN,
            followers: Vec::new(),
            start: ends.start,
            end: ends.end,
            stable: ends.stable,
            high_watermark: ends.high_watermark.clamp(ends.start, ends.end),
            epoch_start: ends.end,
            next_check_ms: now_ms,
            ticked_ms: now_ms,
        };
        let mut out = Vec::new();
        leader.view(now_ms, view, &mut out);
        (leader, out)
    }

    pub fn step(&mut self, now_ms: i64, input: Input<'_>, out: &mut Vec<Output>) {
        match input {
            Input::View(view) => self.view(now_ms, view, out),
            Input::Appended { end } => self.appended(now_ms, end),
            Input::Stable { end } => {
                self.stable = end;
                self.advance(now_ms, out);
            }
            Input::Retain { to } => self.retain(to, out),
            Input::Subscribe { message, floor } => self.subscribe(now_ms, &message, floor, out),
            Input::Progress(progress) => self.progress(now_ms, &progress, out),
            Input::LinkDown { broker } => self.link_down(broker),
            Input::IsrAnswer { request, answer } => self.isr_answer(now_ms, request, answer, out),
            Input::Tick => self.tick(now_ms, out),
        }
    }

    #[must_use]
    pub fn leader_epoch(&self) -> i32 {
        self.leader_epoch
    }

    #[must_use]
    pub fn partition_epoch(&self) -> i32 {
        self.partition_epoch
    }

    #[must_use]
    pub fn high_watermark(&self) -> i64 {
        self.high_watermark
    }

    #[must_use]
    pub fn start(&self) -> i64 {
        self.start
    }

    /// The ISR as the metadata log has it.
    #[must_use]
    pub fn isr(&self) -> &[i32] {
        &self.isr
    }

    /// The least of nodes that must have a record before it is committed.
    #[must_use]
    pub fn min_isr(&self) -> usize {
        self.min_isr.min(count_nodes(&self.replicas))
    }

    /// Whether all that was committed before this term is known to be: before that, the latest
    /// offset is not available and coordinators do not answer.
    #[must_use]
    pub fn is_proven(&self) -> bool {
        self.high_watermark >= self.epoch_start
    }

    /// Whether an append that waits for all may begin (else NOT_ENOUGH_REPLICAS), and whether one
    /// that is done kept its promise (else NOT_ENOUGH_REPLICAS_AFTER_APPEND).
    #[must_use]
    pub fn has_enough_in_sync(&self) -> bool {
        count_nodes(&self.isr) >= self.min_isr()
    }

    /// Everyone who may be in sync by what the controller decides next: the ISR, and who was asked
    /// to be added. Who was asked to be taken out stays until the metadata log says so.
    #[must_use]
    pub fn is_maximal(&self, broker: i32) -> bool {
        match &self.pending {
            Some(pending) if on(Mutant::ShrinkEffectiveBeforeCommit) && !pending.expands => {
                pending.isr.contains(&broker)
            }
            Some(pending) if !on(Mutant::ExpandNotInMaximalIsr) => {
                self.isr.contains(&broker) || pending.isr.contains(&broker)
            }
            _ => self.isr.contains(&broker),
        }
    }

    /// The lowest log start of all replicas that are in sync: what DeleteRecords answers.
    #[must_use]
    pub fn low_watermark(&self) -> i64 {
        let of_followers = self.followers.iter().filter(|held| self.is_maximal(held.broker));
        let starts = of_followers.map(|held| held.cursor.as_ref().map_or(0, |held| held.start));
        starts.fold(self.start, i64::min)
    }

    fn appended(&mut self, now_ms: i64, end: i64) {
        // Who had everything until now is late only from now on.
        for follower in &mut self.followers {
            if follower.cursor.as_ref().is_some_and(|held| held.stable >= self.end) {
                follower.caught_up_ms = now_ms;
            }
        }
        self.end = end;
    }

    /// What is not committed stays, whatever its age: another leader may not have it.
    fn retain(&mut self, to: i64, out: &mut Vec<Output>) {
        let bound = if on(Mutant::RetentionPastHw) { self.end } else { self.high_watermark };
        let to = to.min(bound);
        if to > self.start {
            self.start = to;
            out.push(Output::LogStart(to));
            self.leave_behind(out);
        }
    }

    fn view(&mut self, now_ms: i64, view: &View, out: &mut Vec<Output>) {
        let state = &view.state;
        if state.leader_epoch != self.leader_epoch || view.offset < self.image_offset {
            return;
        }
        self.image_offset = view.offset;
        self.min_isr = view.min_isr;
        self.set_followers(now_ms, view);
        if state.partition_epoch > self.partition_epoch {
            self.partition_epoch = state.partition_epoch;
            self.replicas.clone_from(&state.replicas);
            self.isr.clone_from(&state.isr);
            self.recovering = state.recovering;
            // Made for a state that is past, it can no longer be accepted.
            self.pending = None;
        }
        self.ask_for_change(now_ms, out);
        self.advance(now_ms, out);
    }

    /// Moves the high watermark to what everyone who may be elected promised to keep, this replica
    /// included.
    fn advance(&mut self, now_ms: i64, out: &mut Vec<Output>) {
        if !self.has_enough_in_sync() && !on(Mutant::HwAdvancesBelowMinIsr) {
            return;
        }
        let candidate = self.candidate(now_ms);
        if candidate > self.high_watermark {
            self.high_watermark = candidate;
            out.push(Output::HighWatermark(candidate));
        }
    }

    fn candidate(&self, now_ms: i64) -> i64 {
        if on(Mutant::HwIsLocalEnd) {
            return self.stable;
        }
        let own = if on(Mutant::HwIgnoresOwnStableEnd) { self.end } else { self.stable };
        let counts = |held: &&Follower| self.is_maximal(held.broker) || self.may_join(now_ms, held);
        self.followers.iter().filter(counts).fold(own, |least, held| least.min(held.promised()))
    }

    /// A replica that has nearly everything is waited for, else it could never join under load.
    fn may_join(&self, now_ms: i64, follower: &Follower) -> bool {
        follower.active
            && follower.cursor.is_some()
            && now_ms - follower.caught_up_ms <= self.me.lag_max_ms
    }

    fn tick(&mut self, now_ms: i64, out: &mut Vec<Output>) {
        // After a pause of this process it is not the followers that are late.
        let paused = now_ms - self.ticked_ms > self.me.lag_max_ms / 2;
        self.ticked_ms = now_ms;
        for follower in &mut self.followers {
            if paused && self.isr.contains(&follower.broker) {
                follower.caught_up_ms = now_ms;
            }
        }
        self.resend_change(now_ms, out);
        // Who could not join when it last spoke may have nothing more to say.
        self.ask_for_change(now_ms, out);
        if now_ms >= self.next_check_ms {
            self.next_check_ms = now_ms + (self.me.lag_max_ms / 2).min(1_000);
            self.shrink(now_ms, out);
        }
        // Who was waited for to join may have fallen behind.
        self.advance(now_ms, out);
    }

    fn to_follower(&self, broker: i32, number: u32, body: Body) -> Output {
        let message = ToFollower { leader_epoch: self.leader_epoch, number, body };
        Output::ToFollower { broker, message }
    }
}
