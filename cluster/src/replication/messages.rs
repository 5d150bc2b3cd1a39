//! What leader and follower tell each other. Batches travel beside these, byte for byte.
//!
//! Each message names its subscription: the epoch it was made in and a number that the follower
//! chose. What belongs to another subscription is dropped, whichever connection brings it.

/// An epoch, and the offset one past its last record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EpochEnd {
    pub epoch: i32,
    pub end: i64,
}

/// A follower asks to be sent what comes after `position`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Subscribe {
    pub broker: i32,
    /// Of the follower's registration: tells a new process from the one before (KIP-903).
    pub broker_epoch: i64,
    pub leader_epoch: i32,
    pub number: u32,
    /// The follower's log end.
    pub position: i64,
    /// Epoch of its last record, -1 if it has none.
    pub last_epoch: i32,
    pub stable: i64,
    pub start: i64,
}

/// A follower's stable end moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    pub broker: i32,
    pub broker_epoch: i64,
    pub leader_epoch: i32,
    pub number: u32,
    pub stable: i64,
    pub start: i64,
}

/// The head of a run of whole batches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Run {
    /// Where the leader's cursor stood: the follower's log must end there. The first batch may
    /// begin later, where compaction left a gap.
    pub from: i64,
    /// Offset of the first record and epochs of the first and the last batch.
    pub first: i64,
    pub first_epoch: i32,
    pub last_epoch: i32,
    /// One past the last record.
    pub end: i64,
}

/// To the follower. `start` and `high_watermark` are the leader's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Body {
    Subscribed {
        start: i64,
        high_watermark: i64,
    },
    /// The logs differ: this is the leader's end of the epoch that was asked for, or of the next
    /// lower one that it has.
    Diverging {
        found: EpochEnd,
        high_watermark: i64,
    },
    OutOfRange {
        start: i64,
        end: i64,
    },
    Refused(Refusal),
    Run {
        head: Run,
        start: i64,
        high_watermark: i64,
    },
    /// High watermark or log start moved and there is nothing to send.
    Marks {
        start: i64,
        high_watermark: i64,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ToFollower {
    pub leader_epoch: i32,
    pub number: u32,
    pub body: Body,
}

/// Why a leader does not take a follower's message. None of them changes what it knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// The follower's epoch is over (FENCED_LEADER_EPOCH).
    FencedEpoch,
    /// The leader has not heard of that epoch yet: ask again (UNKNOWN_LEADER_EPOCH).
    UnknownEpoch,
    /// Not among the replicas the leader knows of: ask again (UNKNOWN_LEADER_EPOCH).
    NotReplica,
    /// A process that another took the place of (KIP-903).
    StaleBroker,
}
