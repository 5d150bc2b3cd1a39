//! The follower's part of replication, for one partition and term.
//!
//! It subscribes with what its log holds, cuts what the leader does not have, and takes what comes
//! after its own end, nothing else: on any doubt it subscribes again.

use super::LogEnds;
use super::messages::{Body, EpochEnd, Progress, Refusal, Run, Subscribe, ToFollower};
use crate::mutants::{Mutant, on};

/// How long a subscription may stay without an answer.
const ANSWER_WAIT_MS: i64 = 1_000;
/// How long after a refusal; the image that explains it is on its way.
const RETRY_WAIT_MS: i64 = 50;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Input {
    /// The link to the leader stands.
    LinkUp,
    LinkDown,
    /// `own` is what the own log knows of a diverging answer's epoch: its end, or that of the next
    /// lower one; `None` if there is none, and for all other messages.
    Leader {
        message: ToFollower,
        own: Option<EpochEnd>,
    },
    /// The run that was asked for is in the log.
    Appended {
        end: i64,
        last_epoch: i32,
    },
    /// The stable end moved.
    Stable {
        end: i64,
    },
    /// A truncation or new beginning that was asked for is durable.
    Cut {
        start: i64,
        end: i64,
        stable: i64,
        last_epoch: i32,
    },
    Tick,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Output {
    Subscribe(Subscribe),
    Progress(Progress),
    /// Append the run in hand.
    Append,
    /// Take away what is at `to` and above; then give [`Input::Cut`].
    Truncate {
        to: i64,
    },
    /// Take everything away and begin at this offset; then give [`Input::Cut`].
    RestartAt {
        start: i64,
    },
    /// Committed records go: only an unclean election explains it, so it is to be counted.
    CutBelowHighWatermark {
        to: i64,
        high_watermark: i64,
    },
    HighWatermark(i64),
    LogStart(i64),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    NoLink,
    Pausing {
        until_ms: i64,
    },
    Asked {
        at_ms: i64,
    },
    Streaming,
    /// The log is being cut.
    Cutting {
        linked: bool,
    },
}

/// One term of one partition's follower.
#[derive(Debug, Clone)]
pub struct Follower {
    broker: i32,
    broker_epoch: i64,
    leader_epoch: i32,
    ends: LogEnds,
    state: State,
    /// Of the last subscription.
    number: u32,
    /// The stable end and the start as the leader was told.
    told: (i64, i64),
    /// The leader's marks, to be taken once the run they came with is in the log.
    leader_marks: Option<(i64, i64)>,
    /// Only of a mutant: the next subscription lets the leader compare nothing.
    unchecked: bool,
}

impl Follower {
    /// Begins a term, before there is a link to its leader.
    #[must_use]
    pub fn new(broker: i32, broker_epoch: i64, leader_epoch: i32, ends: LogEnds) -> Self {
        Self {
            broker,
            broker_epoch,
            leader_epoch,
            ends,
            state: State::NoLink,
            number: 0,
            told: (-1, -1),
            leader_marks: None,
            unchecked: on(Mutant::TruncateToHw),
        }
    }

    pub fn step(&mut self, now_ms: i64, input: Input, out: &mut Vec<Output>) {
        match input {
            Input::LinkUp => self.link_up(now_ms, out),
            Input::LinkDown => self.link_down(),
            Input::Leader { message, own } => self.leader(now_ms, &message, own, out),
            Input::Appended { end, last_epoch } => self.appended(end, last_epoch, out),
            Input::Stable { end } => {
                self.ends.stable = end;
                self.tell(out);
            }
            Input::Cut { start, end, stable, last_epoch } => {
                let high_watermark = self.ends.high_watermark.clamp(start, end.max(start));
                self.ends = LogEnds { start, end, stable, high_watermark, last_epoch };
                if let State::Cutting { linked } = self.state {
                    self.state = State::NoLink;
                    if linked {
                        self.subscribe(now_ms, out);
                    }
                }
            }
            Input::Tick => self.tick(now_ms, out),
        }
    }

    #[must_use]
    pub fn leader_epoch(&self) -> i32 {
        self.leader_epoch
    }

    #[must_use]
    pub fn high_watermark(&self) -> i64 {
        self.ends.high_watermark
    }

    #[must_use]
    pub fn start(&self) -> i64 {
        self.ends.start
    }

    fn link_up(&mut self, now_ms: i64, out: &mut Vec<Output>) {
        match &mut self.state {
            State::Cutting { linked } => *linked = true,
            _ if self.unchecked && on(Mutant::TruncateToHw) && self.number == 0 => {
                self.state = State::Cutting { linked: true };
                out.push(Output::Truncate { to: self.ends.high_watermark });
            }
            _ => self.subscribe(now_ms, out),
        }
    }

    fn link_down(&mut self) {
        match &mut self.state {
            State::Cutting { linked } => *linked = false,
            state => *state = State::NoLink,
        }
    }

    fn tick(&mut self, now_ms: i64, out: &mut Vec<Output>) {
        match self.state {
            State::Pausing { until_ms } if now_ms >= until_ms => self.subscribe(now_ms, out),
            State::Asked { at_ms } if now_ms - at_ms >= ANSWER_WAIT_MS => {
                self.subscribe(now_ms, out);
            }
            _ => {}
        }
    }

    /// Asks with the epoch of the last *record*: an epoch that was led without writing is none.
    fn subscribe(&mut self, now_ms: i64, out: &mut Vec<Output>) {
        self.number += 1;
        self.state = State::Asked { at_ms: now_ms };
        self.leader_marks = None;
        self.told = (self.ends.stable, self.ends.start);
        out.push(Output::Subscribe(Subscribe {
            broker: self.broker,
            broker_epoch: self.broker_epoch,
            leader_epoch: self.leader_epoch,
            number: self.number,
            position: self.ends.end,
            last_epoch: if self.unchecked { -1 } else { self.ends.last_epoch },
            stable: self.ends.stable,
            start: self.ends.start,
        }));
    }

    fn leader(
        &mut self,
        now_ms: i64,
        message: &ToFollower,
        own: Option<EpochEnd>,
        out: &mut Vec<Output>,
    ) {
        let is_mine = message.leader_epoch == self.leader_epoch && message.number == self.number;
        if !is_mine && !on(Mutant::NoEpochFenceOnRuns) {
            return;
        }
        match (&message.body, self.state) {
            (Body::Subscribed { start, high_watermark }, State::Asked { .. }) => {
                self.state = State::Streaming;
                self.take_marks(*start, *high_watermark, out);
                self.tell(out);
            }
            (Body::Diverging { found, high_watermark }, State::Asked { .. }) => {
                if on(Mutant::HwBeforeDivergenceCheck) {
                    self.take_marks(self.ends.start, *high_watermark, out);
                }
                self.diverging(*found, own, out);
            }
            (Body::OutOfRange { start, end }, State::Asked { .. } | State::Streaming) => {
                self.out_of_range(*start, *end, out);
            }
            (Body::Refused(Refusal::StaleBroker), State::Asked { .. }) => {
                // Another process took the place of this one; it has nothing more to ask.
                self.state = State::Pausing { until_ms: now_ms + ANSWER_WAIT_MS };
            }
            (Body::Refused(_), State::Asked { .. }) => {
                self.state = State::Pausing { until_ms: now_ms + RETRY_WAIT_MS };
            }
            (Body::Run { head, start, high_watermark }, State::Streaming) => {
                // What was removed while it was read would be a hole here.
                if self.follows(head) && *start <= head.from {
                    self.leader_marks = Some((*start, *high_watermark));
                    out.push(Output::Append);
                } else {
                    self.subscribe(now_ms, out);
                }
            }
            (Body::Marks { start, high_watermark }, State::Streaming) => {
                self.take_marks(*start, *high_watermark, out);
                self.tell(out);
            }
            _ => {}
        }
    }

    /// Whether a run goes on where the log ends. Epochs never fall, and none is above that of the
    /// subscription: what was read for it may hold what a later leader wrote (KAFKA-18723).
    fn follows(&self, head: &Run) -> bool {
        // Into an empty log a batch may begin below the start: the start lies inside it.
        let is_empty = self.ends.start == self.ends.end;
        head.from == self.ends.end
            && (head.first >= head.from || is_empty)
            && head.end > head.from.max(head.first)
            && head.first_epoch >= self.ends.last_epoch
            && head.last_epoch >= head.first_epoch
            && (head.last_epoch <= self.leader_epoch || on(Mutant::AppendBeyondSubscriptionEpoch))
    }

    fn appended(&mut self, end: i64, last_epoch: i32, out: &mut Vec<Output>) {
        self.ends.end = end;
        self.ends.last_epoch = last_epoch;
        if let Some((start, high_watermark)) = self.leader_marks.take() {
            self.take_marks(start, high_watermark, out);
        }
        if on(Mutant::ProgressBeforeSync) {
            self.ends.stable = end;
        }
        self.tell(out);
    }

    fn take_marks(&mut self, start: i64, high_watermark: i64, out: &mut Vec<Output>) {
        let known = high_watermark.min(self.ends.end).max(self.ends.high_watermark);
        // The start goes first: what the leader removed before it sent it was never here.
        let start = start.min(known);
        if start > self.ends.start {
            self.ends.start = start;
            out.push(Output::LogStart(start));
        }
        if known > self.ends.high_watermark {
            self.ends.high_watermark = known;
            out.push(Output::HighWatermark(known));
        }
    }

    /// Promises what is stable, and says where the log begins now: never while the log is being
    /// cut, nor before the leader compared.
    fn tell(&mut self, out: &mut Vec<Output>) {
        let (stable, start) = self.told;
        let is_news = self.ends.stable > stable || self.ends.start > start;
        if self.state != State::Streaming || !is_news {
            return;
        }
        self.told = (self.ends.stable, self.ends.start);
        out.push(Output::Progress(Progress {
            broker: self.broker,
            broker_epoch: self.broker_epoch,
            leader_epoch: self.leader_epoch,
            number: self.number,
            stable: self.ends.stable,
            start: self.ends.start,
        }));
    }

    /// Cuts back to where both logs may still be equal, and asks again: the next epoch back may
    /// differ as well (KIP-279).
    fn diverging(&mut self, found: EpochEnd, own: Option<EpochEnd>, out: &mut Vec<Output>) {
        let end = self.ends.end;
        let to = match own {
            _ if on(Mutant::TruncateAsksOnce) => {
                self.unchecked = true;
                found.end.min(end)
            }
            Some(own) if own.epoch != found.epoch => own.end.min(end),
            Some(own) => found.end.min(own.end).min(end),
            // Every epoch here is above what the leader has: nothing of this log is in its.
            None => self.ends.start,
        };
        self.cut(Output::Truncate { to }, to, out);
    }

    fn out_of_range(&mut self, start: i64, end: i64, out: &mut Vec<Output>) {
        if self.ends.end > end && self.ends.start <= end {
            self.cut(Output::Truncate { to: end }, end, out);
        } else {
            self.cut(Output::RestartAt { start }, start, out);
            // What it had is before the leader's first record: the watermark begins with the log.
            self.ends.high_watermark = start;
        }
    }

    fn cut(&mut self, cut: Output, to: i64, out: &mut Vec<Output>) {
        let high_watermark = self.ends.high_watermark;
        if to < high_watermark {
            out.push(Output::CutBelowHighWatermark { to, high_watermark });
        }
        self.state = State::Cutting { linked: true };
        out.push(cut);
    }
}
