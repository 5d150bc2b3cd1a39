//! Mistakes to be made on purpose: the simulator must find each of them, or it proves nothing.
//!
//! Behind the feature `mutants`, which only this crate's tests turn on. Without it every question
//! is answered "no" at compile time.

/// A mistake in how the library is driven.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mutant {
    /// Answers leave before what they tell of is durable.
    AnswerBeforeSync,
    /// A start forgets for whom it voted.
    VoteNotKept,
    /// A node whose disk was emptied comes back under its old raft id, and is listened to.
    EmptiedDiskAdmitted,
    /// The library never hears what became of a snapshot it sent.
    SnapshotFateNotTold,
    /// The noted commit index is believed, even beyond the end of the log.
    CommitNotClamped,
    /// The library is not told that a snapshot was installed.
    AppliedNotTold,
    /// Time goes on while a snapshot is being installed.
    TicksDuringInstall,
    /// The library is kept after this node's own removal.
    KeptAfterRemoval,
    /// A leader that needs nobody's vote speaks before its own term is durable.
    SoleVoterSpeaksEarly,
}

/// Which mistake to make, if any.
#[derive(Debug, Clone, Copy, Default)]
pub struct Mutation {
    #[cfg(feature = "mutants")]
    pub mutant: Option<Mutant>,
}

impl Mutation {
    #[cfg(feature = "mutants")]
    #[must_use]
    pub fn of(mutant: Option<Mutant>) -> Self {
        Self { mutant }
    }

    #[cfg(feature = "mutants")]
    pub(super) fn is(self, mutant: Mutant) -> bool {
        self.mutant == Some(mutant)
    }

    #[cfg(not(feature = "mutants"))]
    #[expect(clippy::unused_self, reason = "the same call with and without the feature")]
    pub(super) const fn is(self, _: Mutant) -> bool {
        false
    }
}
