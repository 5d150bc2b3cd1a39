//! Replication of a partition's records: the leader's part, the follower's part, without I/O.
//!
//! ```text
//!            image ──► View ─────────────┐                ┌───────────── View ◄── image
//!                                        ▼                ▼
//!   own log: end, stable ──► Leader ── runs, marks ──► Follower ◄── own log: end, stable
//!                              │  ▲                       │
//!      high watermark ◄────────┘  └── subscribe, progress ┘ ──► truncate, append, watermark
//!      ISR change ──► controller ──► metadata log ──► image ──► View
//! ```
//!
//! One machine per partition and **term** (leader epoch): a new epoch makes a new machine, so what
//! a term knew cannot outlive it. Offsets come in, offsets and messages go out; bytes stay with
//! the caller, who owns the log. *Stable end* is what this replica promises to still have after
//! the faults its topic guards against; it counts for the high watermark, the log's end does not.

pub mod follower;
pub mod held;
pub mod leader;
pub mod messages;
pub mod trust;
mod view;

pub use follower::Follower;
pub use leader::Leader;
pub use messages::{EpochEnd, Progress, Run, Subscribe, ToFollower};
pub use view::{Peer, Term, View, min_insync_replicas};

/// A replica's own numbers when a term begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogEnds {
    /// The first offset held.
    pub start: i64,
    /// One past the last record, stable or not.
    pub end: i64,
    /// One past the last record that outlives what the topic guards against.
    pub stable: i64,
    /// The high watermark as last known: a lower bound.
    pub high_watermark: i64,
    /// Epoch of the last *record*; -1 for an empty log. An epoch that was led without writing is
    /// none: who names it as its last would be out of range for ever (KAFKA-20961).
    pub last_epoch: i32,
}
