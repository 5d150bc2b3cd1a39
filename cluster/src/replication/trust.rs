//! Which logs may be trusted after a start: those that surely have all they promised to keep.
//!
//! Trust is per log, not per broker (Kafka's is per broker): after a power cut of every node, a
//! topic that was always synced needs no unclean election.

use crate::mutants::{Mutant, on};

/// What a start finds out about one log, from its own folder only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Evidence {
    /// Epoch of the registration that the folder was last served under; -1 for none.
    pub served_epoch: i64,
    /// The epoch that the marker of a clean stop names, if there is one.
    pub clean_stop_epoch: Option<i64>,
    /// One past the last record that recovery found.
    pub recovered_end: i64,
    /// One past the last record that a device had made durable, as recorded.
    pub durable_end: i64,
    /// A checksum failed, or offsets are missing.
    pub damaged: bool,
    /// Records were promised before they were synced (`flush.messages` above 1).
    pub acks_from_memory: bool,
    pub arena: Arena,
    /// The high watermark as last written down: a lower bound.
    pub high_watermark: i64,
}

/// The tail memory that outlives the process and not the power.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arena {
    Missing,
    /// Found, of the process that was served under this epoch, and all of it is in the log now.
    Adopted {
        broker_epoch: i64,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trust {
    /// Everything this replica promised is there.
    Trusted,
    Suspect(Suspicion),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Suspicion {
    /// A bad checksum is unknown, not absent; but what it stood for was promised.
    Damaged,
    /// What was committed is beyond the end: the proof of a loss.
    BelowHighWatermark,
    /// What was recorded as durable is beyond the end.
    BelowDurableEnd,
    /// Promised from memory that is gone.
    ArenaLost,
}

impl Trust {
    #[must_use]
    pub fn of(evidence: &Evidence) -> Self {
        let sees_damage = !on(Mutant::DamagedLogReportsFullEnd);
        let clean = evidence.clean_stop_epoch == Some(evidence.served_epoch);
        let suspicion = if evidence.damaged && sees_damage {
            Suspicion::Damaged
        } else if evidence.high_watermark > evidence.recovered_end {
            Suspicion::BelowHighWatermark
        } else if evidence.durable_end > evidence.recovered_end {
            Suspicion::BelowDurableEnd
        } else if clean || !evidence.acks_from_memory || is_adopted(evidence) {
            return Self::Trusted;
        } else {
            Suspicion::ArenaLost
        };
        if on(Mutant::SuspectLogsNotReported) {
            return Self::Trusted;
        }
        Self::Suspect(suspicion)
    }

    #[must_use]
    pub fn is_suspect(self) -> bool {
        self != Self::Trusted
    }
}

/// The arena of another incarnation holds another tail.
fn is_adopted(evidence: &Evidence) -> bool {
    match evidence.arena {
        Arena::Missing => on(Mutant::MissingArenaIsClean),
        Arena::Adopted { broker_epoch } => broker_epoch == evidence.served_epoch,
    }
}
