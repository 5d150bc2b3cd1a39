//! Turns of the store: whoever drives them is told how long the store can be left alone, and what
//! came of each.

use std::future::poll_fn;
use std::io;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use futures_lite::future;
use storage::Event;

use super::Logs;
use crate::limits::{DISK_OVERDUE_MS, DISK_POLL_US};
use crate::runtime::reactor::{Kind, Source, Way};

/// What the disk raises when something has ended.
pub struct DiskEnded(Source);

impl DiskEnded {
    /// # Errors
    /// This process may open no more files.
    pub fn of(logs: &Logs) -> io::Result<Self> {
        let store = logs.store();
        let fd = store.wake_fd().ok_or(io::ErrorKind::Unsupported)?;
        Ok(Self(Source::new(fd.try_clone_to_owned()?, Kind::Readable)))
    }

    fn poll(&self, cx: &mut Context<'_>) -> Poll<()> {
        loop {
            ready!(self.0.poll_ready(Way::Read, cx));
            // It counts; read, it is 0 again, so the next event is a new one.
            let read = rustix::io::read(&self.0, &mut [0; 8]).map_err(io::Error::from);
            self.0.would_block(Way::Read);
            match read {
                Ok(_) => return Poll::Ready(()),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => tracing::error!(%error, "the disk's eventfd cannot be read"),
            }
        }
    }
}

impl Logs {
    /// Gives the store a turn and answers the tickets that it settled; `hand_up` gets all else that
    /// it tells, in order. Returns whether anything came of it. `events` is empty before and after.
    pub fn turn(&self, events: &mut Vec<Event>, mut hand_up: impl FnMut(Event)) -> bool {
        let now = self.clock.refresh();
        {
            let mut store = self.store.borrow_mut();
            store.turn(now);
            store.drain_events(events);
        }
        self.last_turn_ms.set(now.mono_ms);
        let came = !events.is_empty();
        for event in events.drain(..) {
            match event {
                Event::Ticket { ticket, result } => self.tickets.answer(ticket, result),
                event => hand_up(event),
            }
        }
        self.turned.notify_all();
        came
    }

    /// Waits until the store is to have its next turn.
    pub async fn turn_due(&self, ended: &DiskEnded) {
        let woken = async {
            self.wake.wait_for(self.left_alone()).await;
        };
        future::or(poll_fn(|cx| ended.poll(cx)), woken).await;
    }

    /// How long the store can be left alone.
    fn left_alone(&self) -> Duration {
        const LONG: Duration = Duration::from_secs(10);
        let store = self.store.borrow();
        // What is dirty and could not be submitted waits for a completion too.
        let polls = store.in_flight() > 0 || store.wants_turn();
        self.polls.set(polls);
        if polls {
            return Duration::from_micros(DISK_POLL_US);
        }
        let due = store.next_deadline_ms().map(|due| {
            let left_ms = due.saturating_sub(self.clock.mono_ms());
            Duration::from_millis(left_ms.max(1))
        });
        due.unwrap_or(LONG).min(LONG)
    }

    /// When the store had its last turn, on the shard's clock.
    pub fn last_turn_ms(&self) -> u64 {
        self.last_turn_ms.get()
    }

    /// The store has work, and got no turn for longer than its driver ever sleeps on work.
    pub fn is_overdue(&self) -> bool {
        let since_turn_ms = self.clock.mono_ms() - self.last_turn_ms.get();
        let store = self.store.borrow();
        since_turn_ms >= DISK_OVERDUE_MS && (store.wants_turn() || store.in_flight() > 0)
    }
}
