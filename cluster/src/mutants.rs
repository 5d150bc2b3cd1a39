//! Known faults of replication, to prove that the simulator finds them.
//!
//! Each is a rule left out, at the one place where the rule is kept. They are compiled in with the
//! feature `mutants` only, and one at a time is chosen by name. Without the feature [`on`] is a
//! constant, so nothing is left of them.

macro_rules! mutants {
    ($($variant:ident = $name:literal: $what:literal,)*) => {
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Mutant {
            $(#[doc = $what] $variant,)*
        }

        impl Mutant {
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }

            /// What is wrong with it, in a sentence.
            #[must_use]
            pub const fn what(self) -> &'static str {
                match self {
                    $(Self::$variant => $what,)*
                }
            }
        }
    };
}

mutants! {
    HwIsLocalEnd = "hw_is_local_end": "The high watermark is the leader's own stable end.",
    HwIgnoresOwnStableEnd = "hw_ignores_own_stable_end":
        "Only followers hold the high watermark back.",
    HwFromNextNotStable = "hw_from_next_not_stable":
        "What was sent counts, not what the follower promised.",
    HwCountsPositionsOfOldEpoch = "hw_counts_positions_of_old_epoch":
        "Progress of an earlier term counts.",
    HwAdvancesBelowMinIsr = "hw_advances_below_min_isr":
        "The high watermark moves with too few in sync.",
    ShrinkEffectiveBeforeCommit = "shrink_effective_before_commit":
        "Who is to leave no longer counts.",
    ExpandNotInMaximalIsr = "expand_not_in_maximal_isr": "Who is to join does not count yet.",
    ExpandWithoutEpochStart = "expand_without_epoch_start":
        "Joining needs no more than the watermark.",
    ExpandWithUncomparedRecords = "expand_with_uncompared_records":
        "Joining needs no common log start.",
    ExpandIgnoresBrokerEpoch = "expand_ignores_broker_epoch":
        "A dead process's position lets a new one in.",
    ExpandAdmitsFenced = "expand_admits_fenced": "A fenced broker may be in sync.",
    TruncateToHw = "truncate_to_hw": "A follower cuts to its high watermark and asks nothing.",
    TruncateAsksOnce = "truncate_asks_once":
        "A follower asks the leader about one epoch only (before KIP-279).",
    NoEpochFenceOnRuns = "no_epoch_fence_on_runs": "Runs of an earlier subscription are appended.",
    HwBeforeDivergenceCheck = "hw_before_divergence_check":
        "The leader's watermark is taken from a refusal.",
    AppendBeyondSubscriptionEpoch = "append_beyond_subscription_epoch":
        "Later epochs than asked for come in.",
    ProgressBeforeSync = "progress_before_sync": "A follower promises what it has not synced.",
    SuspectLogsNotReported = "suspect_logs_not_reported":
        "A start tells nobody which logs may be short.",
    MissingArenaIsClean = "missing_arena_is_clean": "A lost arena counts as an empty one.",
    ElrKeepsUncleanMember = "elr_keeps_unclean_member": "A suspect replica stays eligible.",
    ElrNotClearedAtMinIsr = "elr_not_cleared_at_min_isr":
        "Eligible replicas stay so with enough in sync.",
    ElrKeptWhenMinIsrChanges = "elr_kept_when_min_isr_changes":
        "The ELR outlives the value it rests on.",
    IsrCommittedByRpcAnswer = "isr_committed_by_rpc_answer":
        "An answer changes the ISR, not the metadata log.",
    MinIsrCountsBrokers = "min_isr_counts_brokers": "Two shards of one node count as two.",
    ElectWithoutEpochBump = "elect_without_epoch_bump": "A new leader leads on in the old epoch.",
    RestartResumesEpoch = "restart_resumes_epoch":
        "A new process leads on where its predecessor died.",
    AppendAfterTermEnd = "append_after_term_end":
        "Work that slept appends in a term that is not its own.",
    RetentionPastHw = "retention_past_hw": "Retention removes what is not committed.",
    ProducersNotNotedOnFollower = "producers_not_noted_on_follower":
        "A new leader knows no sequences.",
    DamagedLogReportsFullEnd = "damaged_log_reports_full_end":
        "A log with a hole says it is whole.",
    RemovedReplicaDeletesOnOldImage = "removed_replica_deletes_on_old_image":
        "An old image removes logs.",
}

impl Mutant {
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|mutant| mutant.name() == name)
    }
}

#[cfg(feature = "mutants")]
mod chosen {
    use std::cell::Cell;

    thread_local! {
        static CHOSEN: Cell<Option<super::Mutant>> = const { Cell::new(None) };
    }

    /// From now on, on this thread, this mutant and no other.
    pub fn choose(mutant: Option<super::Mutant>) {
        CHOSEN.set(mutant);
    }

    /// Whether the rule that `mutant` names is left out.
    #[must_use]
    pub fn on(mutant: super::Mutant) -> bool {
        CHOSEN.get() == Some(mutant)
    }
}

#[cfg(feature = "mutants")]
pub use chosen::{choose, on};

/// Whether the rule that `mutant` names is left out: never, in a build without them.
#[cfg(not(feature = "mutants"))]
#[must_use]
pub const fn on(mutant: Mutant) -> bool {
    let _ = mutant;
    false
}
