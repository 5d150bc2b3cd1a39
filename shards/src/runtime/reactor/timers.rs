//! Times that tasks wait for.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use super::Reactor;

#[derive(Default)]
pub(super) struct Timers {
    /// The number tells timers of the same time apart.
    due: BTreeMap<(Instant, u64), Waker>,
    next_id: u64,
}

impl Timers {
    pub(super) fn next_due(&self) -> Option<Instant> {
        self.due.first_key_value().map(|((due, _), _)| *due)
    }

    /// Takes out the waker of a time that has come.
    pub(super) fn take_due(&mut self, now: Instant) -> Option<Waker> {
        let first = self.due.first_entry()?;
        (first.key().0 <= now).then(|| first.remove())
    }
}

/// Ends at its time.
pub struct Sleep {
    due: Instant,
    id: Option<u64>,
}

impl Sleep {
    pub fn new(time: Duration) -> Self {
        Self { due: Instant::now() + time, id: None }
    }

    fn leave(&mut self) {
        if let Some(id) = self.id.take()
            && let Some(reactor) = Reactor::find()
        {
            reactor.timers.borrow_mut().due.remove(&(self.due, id));
        }
    }
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        if self.id.is_some() && Instant::now() >= self.due {
            self.leave();
            return Poll::Ready(());
        }
        let reactor = Reactor::current();
        let timers = &mut *reactor.timers.borrow_mut();
        let id = self.id.unwrap_or_else(|| {
            timers.next_id += 1;
            timers.next_id
        });
        self.id = Some(id);
        let place = timers.due.entry((self.due, id)).or_insert_with(|| cx.waker().clone());
        if !place.will_wake(cx.waker()) {
            *place = cx.waker().clone();
        }
        Poll::Pending
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        self.leave();
    }
}
