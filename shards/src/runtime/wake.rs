//! Waking one task from another of the same thread.

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::task::{Poll, Waker};
use std::time::Duration;

/// Wakes one waiting task. A signal that comes while nobody waits is kept; several are one.
#[derive(Default)]
pub struct Signal {
    set: Cell<bool>,
    waiter: Cell<Option<Waker>>,
}

impl Signal {
    pub fn notify(&self) {
        if !self.set.replace(true)
            && let Some(waiter) = self.waiter.take()
        {
            waiter.wake();
        }
    }

    /// Waits for a signal and takes it. Only the task that waited last is woken.
    pub async fn wait(&self) {
        poll_fn(|cx| {
            if self.set.replace(false) {
                return Poll::Ready(());
            }
            self.waiter.set(Some(cx.waker().clone()));
            Poll::Pending
        })
        .await;
    }

    /// As [`Signal::wait`], for at most `time`; whether there was a signal.
    pub async fn wait_for(&self, time: Duration) -> bool {
        if self.set.replace(false) {
            return true;
        }
        super::timeout(time, self.wait()).await.is_some()
    }
}

/// Wakes all tasks that wait, once.
#[derive(Debug, Default)]
pub struct Broadcast {
    round: Cell<u64>,
    waiters: RefCell<Vec<Waker>>,
}

impl Broadcast {
    pub fn notify_all(&self) {
        self.round.set(self.round.get() + 1);
        for waiter in self.waiters.take() {
            waiter.wake();
        }
    }

    /// Whether somebody waits.
    pub fn has_waiters(&self) -> bool {
        !self.waiters.borrow().is_empty()
    }

    /// Waits for the next [`Broadcast::notify_all`].
    pub async fn wait(&self) {
        let joined = self.round.get();
        poll_fn(|cx| {
            if self.round.get() != joined {
                return Poll::Ready(());
            }
            // A task that is polled for another reason waits once: its waker counts its clones in 16
            // bits, and a start that waits for the disk is polled more often than that.
            let mut waiters = self.waiters.borrow_mut();
            if !waiters.iter().any(|waiter| waiter.will_wake(cx.waker())) {
                waiters.push(cx.waker().clone());
            }
            Poll::Pending
        })
        .await;
    }
}
