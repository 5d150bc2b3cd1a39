//! Waking one task from another of the same thread.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};
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
    next_id: Cell<u64>,
    /// By id: with thousands that wait, the one that goes is found at once.
    waiters: RefCell<BTreeMap<u64, Waker>>,
}

impl Broadcast {
    pub fn notify_all(&self) {
        self.round.set(self.round.get() + 1);
        for waiter in self.waiters.take().into_values() {
            waiter.wake();
        }
    }

    /// Whether somebody waits.
    pub fn has_waiters(&self) -> bool {
        !self.waiters.borrow().is_empty()
    }

    /// Waits for the next [`Broadcast::notify_all`].
    pub fn wait(&self) -> Waiting<'_> {
        Waiting { broadcast: self, joined: self.round.get(), registered: None }
    }
}

/// See [`Broadcast::wait`]. It has one waker in the list at most, and none once it is dropped: a
/// task's waker counts its clones in 16 bits, and a task may be polled, or begin to wait, far more
/// often.
pub struct Waiting<'a> {
    broadcast: &'a Broadcast,
    joined: u64,
    registered: Option<u64>,
}

impl Future for Waiting<'_> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let broadcast = self.broadcast;
        if broadcast.round.get() != self.joined {
            self.registered = None;
            return Poll::Ready(());
        }
        let mut waiters = broadcast.waiters.borrow_mut();
        match self.registered {
            None => {
                let id = broadcast.next_id.get();
                broadcast.next_id.set(id + 1);
                waiters.insert(id, cx.waker().clone());
                self.registered = Some(id);
            }
            // Polled again, perhaps by another task.
            Some(id) => {
                if let Some(waiter) = waiters.get_mut(&id)
                    && !waiter.will_wake(cx.waker())
                {
                    *waiter = cx.waker().clone();
                }
            }
        }
        Poll::Pending
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        if let Some(id) = self.registered
            && self.broadcast.round.get() == self.joined
        {
            self.broadcast.waiters.borrow_mut().remove(&id);
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_lite::future::{block_on, poll_once};

    use super::*;

    #[test]
    fn a_signal_is_kept_until_it_is_waited_for() {
        let signal = Signal::default();
        signal.notify();
        signal.notify();
        assert_eq!(block_on(poll_once(signal.wait())), Some(()));
        assert_eq!(block_on(poll_once(signal.wait())), None, "several are one");
    }

    #[test]
    fn whoever_waits_is_listed_once_and_not_after_it_left() {
        let broadcast = Broadcast::default();
        let mut first = broadcast.wait();
        for _ in 0..3 {
            assert_eq!(block_on(poll_once(&mut first)), None);
        }
        let mut second = broadcast.wait();
        assert_eq!(block_on(poll_once(&mut second)), None);
        assert_eq!(broadcast.waiters.borrow().len(), 2);
        drop(second);
        assert_eq!(broadcast.waiters.borrow().len(), 1);
        broadcast.notify_all();
        assert!(!broadcast.has_waiters());
        let late = broadcast.wait();
        assert_eq!(block_on(poll_once(first)), Some(()));
        assert_eq!(block_on(poll_once(late)), None, "the round it missed is not its own");
    }
}
