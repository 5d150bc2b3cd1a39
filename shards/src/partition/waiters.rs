//! Who waits for a partition's stable end.

use std::collections::VecDeque;
use std::rc::Rc;

use wire::ErrorCode;

use super::Partition;

/// Who put an answer off until acks come. A client's connection, as this room sees it.
pub trait Acked {
    /// One partition (`place`) of the request in `slot` is acknowledged, or will not be.
    fn acked(&self, slot: u64, place: u32, outcome: Result<(), ErrorCode>);
}

/// One partition of a produce request, whose answer is written and goes when everything below `end`
/// is acknowledged.
pub struct AckWaiter {
    pub end: i64,
    /// On the shard's own clock.
    pub deadline_ms: u64,
    pub connection: Rc<dyn Acked>,
    /// The answer's place in the connection's queue.
    pub slot: u64,
    /// The partition's place in the request.
    pub place: u32,
}

impl AckWaiter {
    fn end(&self, outcome: Result<(), ErrorCode>) {
        self.connection.acked(self.slot, self.place, outcome);
    }
}

impl Partition {
    /// Queues a waiter. Ends grow, so the first in the queue is the first to go; a batch sent twice
    /// may have a lower one and then goes with the one before it.
    pub fn wait_for_ack(&self, waiter: AckWaiter) {
        self.ack_waiters.borrow_mut().push_back(waiter);
    }

    /// Everything below `offset` is acknowledged.
    pub fn on_stable_end(&self, offset: i64) {
        if offset <= self.high_watermark.get() {
            return;
        }
        self.high_watermark.set(offset);
        let mut waiters = self.ack_waiters.borrow_mut();
        while waiters.front().is_some_and(|first| first.end <= offset) {
            if let Some(waiter) = waiters.pop_front() {
                waiter.end(Ok(()));
            }
        }
        drop(waiters);
        self.wake_fetches();
    }

    /// Whatever waits, waits in vain.
    pub fn fail_waiters(&self, code: ErrorCode) {
        for waiter in self.ack_waiters.take() {
            waiter.end(Err(code));
        }
        self.wake_fetches();
    }

    /// Gives up on waiters whose time has come.
    pub fn expire(&self, now_ms: u64) {
        let overdue = |waiter: &AckWaiter| waiter.deadline_ms <= now_ms;
        let mut waiters = self.ack_waiters.borrow_mut();
        if !waiters.iter().any(overdue) {
            return;
        }
        let (late, rest): (VecDeque<_>, _) = waiters.drain(..).partition(overdue);
        *waiters = rest;
        drop(waiters);
        for waiter in late {
            waiter.end(Err(ErrorCode::RequestTimedOut));
        }
    }
}
