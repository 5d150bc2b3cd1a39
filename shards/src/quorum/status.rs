//! What the quorum shows of itself to the shards.

use std::sync::{Mutex, PoisonError};

/// A voter, as the leader knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Voter {
    pub node_id: i32,
    pub is_voter: bool,
    /// One past the last entry that it has durable; -1 if it is not known here.
    pub end: i64,
    /// When it was last heard, and last had everything; Unix time.
    pub heard_ms: i64,
    pub caught_up_ms: i64,
}

/// The quorum at a glance.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Glance {
    pub leader: Option<i32>,
    pub term: u64,
    /// One past the last entry that is committed.
    pub committed_end: i64,
    pub members: Vec<Voter>,
}

/// See the module. Written by the quorum's thread, read by any.
#[derive(Debug, Default)]
pub struct Status(Mutex<Glance>);

impl Status {
    pub fn set(&self, glance: Glance) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = glance;
    }

    pub fn get(&self) -> Glance {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
