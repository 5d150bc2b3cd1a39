//! When members are given up: they were not heard of, they keep what they should give up, or they
//! speak the classic protocol and do not join or sync when it is their turn.

use std::collections::{BTreeMap, BTreeSet};

/// The deadlines of a group's members; never durable.
#[derive(Debug, Clone, Default)]
pub(super) struct Timers {
    members: BTreeMap<String, Deadlines>,
    /// The first deadline of each member.
    order: BTreeSet<(u64, String)>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Deadlines {
    session_ms: Option<u64>,
    /// With the epoch that the member has to leave until then.
    rebalance: Option<(u64, i32)>,
    /// Of a classic member: it was told to join anew.
    join_ms: Option<u64>,
    /// Of a classic member: it has joined.
    sync_ms: Option<u64>,
}

impl Deadlines {
    fn first_ms(&self) -> Option<u64> {
        let rebalance_ms = self.rebalance.map(|(deadline_ms, _)| deadline_ms);
        [self.session_ms, rebalance_ms, self.join_ms, self.sync_ms].into_iter().flatten().min()
    }
}

/// A deadline that has passed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Expired {
    /// Whatever the member was in.
    Member(String),
    /// The member had to leave this epoch.
    Rebalance(String, i32),
}

impl Timers {
    pub fn arm_session(&mut self, member_id: &str, deadline_ms: u64) {
        self.change(member_id, |deadlines| deadlines.session_ms = Some(deadline_ms));
    }

    pub fn arm_rebalance(&mut self, member_id: &str, deadline_ms: u64, epoch: i32) {
        self.change(member_id, |deadlines| deadlines.rebalance = Some((deadline_ms, epoch)));
    }

    pub fn cancel_rebalance(&mut self, member_id: &str) {
        self.change(member_id, |deadlines| deadlines.rebalance = None);
    }

    /// A classic member is told to join; if it was before, its time runs already.
    pub fn arm_join(&mut self, member_id: &str, deadline_ms: u64) {
        self.change(member_id, |deadlines| {
            deadlines.join_ms.get_or_insert(deadline_ms);
        });
    }

    /// A classic member has joined.
    pub fn arm_sync(&mut self, member_id: &str, deadline_ms: u64) {
        self.change(member_id, |deadlines| {
            (deadlines.join_ms, deadlines.sync_ms) = (None, Some(deadline_ms));
        });
    }

    /// A classic member has its assignment.
    pub fn cancel_sync(&mut self, member_id: &str) {
        self.change(member_id, |deadlines| deadlines.sync_ms = None);
    }

    /// A member speaks the consumer protocol.
    pub fn cancel_classic(&mut self, member_id: &str) {
        self.change(member_id, |deadlines| {
            (deadlines.join_ms, deadlines.sync_ms) = (None, None);
        });
    }

    pub fn remove(&mut self, member_id: &str) {
        self.change(member_id, |deadlines| *deadlines = Deadlines::default());
    }

    pub fn first_ms(&self) -> Option<u64> {
        self.order.first().map(|(deadline_ms, _)| *deadline_ms)
    }

    /// Takes a deadline that has passed.
    pub fn expire(&mut self, now_ms: u64) -> Option<Expired> {
        let (deadline_ms, member_id) = self.order.first()?.clone();
        if deadline_ms > now_ms {
            return None;
        }
        let deadlines = self.members.get(&member_id).copied().unwrap_or_default();
        if let Some((rebalance_ms, epoch)) = deadlines.rebalance
            && rebalance_ms == deadline_ms
        {
            self.cancel_rebalance(&member_id);
            return Some(Expired::Rebalance(member_id, epoch));
        }
        self.change(&member_id, |deadlines| {
            let Deadlines { session_ms, join_ms, sync_ms, .. } = deadlines;
            for due_ms in [session_ms, join_ms, sync_ms] {
                *due_ms = due_ms.filter(|due_ms| *due_ms > deadline_ms);
            }
        });
        Some(Expired::Member(member_id))
    }

    fn change(&mut self, member_id: &str, change: impl FnOnce(&mut Deadlines)) {
        let mut deadlines = self.members.get(member_id).copied().unwrap_or_default();
        if let Some(first_ms) = deadlines.first_ms() {
            self.order.remove(&(first_ms, member_id.to_owned()));
        }
        change(&mut deadlines);
        match deadlines.first_ms() {
            Some(first_ms) => {
                self.order.insert((first_ms, member_id.to_owned()));
                self.members.insert(member_id.to_owned(), deadlines);
            }
            None => {
                self.members.remove(member_id);
            }
        }
    }
}
