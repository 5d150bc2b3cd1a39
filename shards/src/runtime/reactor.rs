//! What a shard waits for: sockets, its disk, times, other threads. All of it is waited for on one
//! ring, in one place.
//!
//! ```text
//!   glommio runs every task that is ready ──► none is left ──► one system call: new polls go in,
//!        ▲                                                     the thread sleeps
//!        └── whoever waited for that descriptor, time ◄────────────────┘
//!            or thread is woken
//! ```
//!
//! glommio's own reactor is not used: it looks at three rings, sets and cancels a timer for each
//! sleep, and cannot wait for a descriptor that is no socket (bench/NOTES.md has the figures). Its
//! executor never sleeps here, because [`drive`] is always ready; the thread sleeps inside of it.

mod far;
mod ring;
mod source;
mod timers;

use std::cell::{Cell, RefCell};
use std::future::{Future, poll_fn};
use std::io;
use std::os::fd::OwnedFd;
use std::pin::pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Waker};
use std::time::{Duration, Instant};

use slab::Slab;

use crate::limits::{REACTOR_BUSY_ROUNDS, REACTOR_RETRY_MS, REACTOR_SLEEP_MS_MAX};
use far::Far;
pub use far::FarWaker;
use ring::{Event, Ring};
pub use source::{Kind, Source, Way};
pub use timers::Sleep;
use timers::Timers;

thread_local! {
    static CURRENT: RefCell<Option<Rc<Reactor>>> = const { RefCell::new(None) };
}

/// See the module. Belongs to the thread it was made on.
pub struct Reactor {
    // First, so that it is dropped first: the kernel lets go of all descriptors before they close.
    ring: RefCell<Ring>,
    sources: RefCell<Slab<Rc<source::State>>>,
    timers: RefCell<Timers>,
    far: Arc<Far>,
    /// Counts every poll of every task: while it stands still, no task is ready.
    polls: Cell<u64>,
    is_ended: Cell<bool>,
}

impl Reactor {
    /// Makes the reactor of this thread.
    ///
    /// # Errors
    /// The kernel gives no ring or no eventfd.
    pub fn start() -> io::Result<Rc<Self>> {
        let (far, raised) = Far::new()?;
        let reactor = Rc::new(Self {
            ring: RefCell::new(Ring::new()?),
            sources: RefCell::default(),
            timers: RefCell::default(),
            far: Arc::new(far),
            polls: Cell::new(0),
            is_ended: Cell::new(false),
        });
        CURRENT.set(Some(Rc::clone(&reactor)));
        // The eventfd is never read: each write is an event of its own.
        reactor.watch(raised, Kind::Event).arm(&reactor);
        Ok(reactor)
    }

    /// The reactor of this thread.
    ///
    /// # Panics
    /// If there is none: the caller is not on a shard's thread.
    pub fn current() -> Rc<Self> {
        Self::find().expect("a thread with a reactor")
    }

    fn find() -> Option<Rc<Self>> {
        CURRENT.try_with(|current| current.borrow().clone()).ok().flatten()
    }

    /// Takes a descriptor to wait for; it is closed when the kernel has let go of it.
    fn watch(&self, fd: OwnedFd, kind: Kind) -> Rc<source::State> {
        let mut sources = self.sources.borrow_mut();
        let entry = sources.vacant_entry();
        let state = Rc::new(source::State::new(fd, kind, entry.key()));
        entry.insert(Rc::clone(&state));
        state
    }

    fn forget(&self, key: usize) {
        self.sources.borrow_mut().remove(key);
    }

    /// Counts a poll of a task.
    fn count(&self) {
        self.polls.set(self.polls.get() + 1);
    }

    /// One system call: submits what is queued, waits if told to, and wakes who waited.
    fn turn(&self, may_sleep: bool) {
        let pause = if may_sleep { self.pause() } else { Duration::ZERO };
        if let Err(error) = self.ring.borrow_mut().enter(pause) {
            // It may pass; until then neither the core nor the log is to be flooded.
            tracing::error!(%error, "the ring of the shard cannot be entered");
            std::thread::sleep(Duration::from_millis(REACTOR_RETRY_MS));
        }
        loop {
            // The ring is not borrowed while tasks are woken or descriptors closed.
            let Some(event) = self.ring.borrow_mut().next_event() else { break };
            self.on_event(event);
        }
        self.fire_timers();
        self.far.wake_all();
    }

    fn fire_timers(&self) {
        let now = Instant::now();
        while let Some(waker) = self.take_due(now) {
            waker.wake();
        }
    }

    fn take_due(&self, now: Instant) -> Option<Waker> {
        self.timers.borrow_mut().take_due(now)
    }

    fn pause(&self) -> Duration {
        let most = Duration::from_millis(REACTOR_SLEEP_MS_MAX);
        let due = self.timers.borrow().next_due();
        due.map_or(most, |due| due.saturating_duration_since(Instant::now()).min(most))
    }

    fn on_event(&self, event: Event) {
        let state = self.sources.borrow().get(event.key).cloned();
        let Some(state) = state else { return };
        match state.on_event(event) {
            source::Next::Nothing => {}
            source::Next::Arm => state.arm(self),
            source::Next::Forget => self.forget(event.key),
        }
    }

    /// No task will be polled any more, but for those that the executor drops.
    fn end(&self) {
        self.is_ended.set(true);
    }
}

/// Drives the reactor of this thread until its end. It must be a task of its own.
pub async fn drive(reactor: Rc<Reactor>) {
    let mut busy_rounds = 0;
    while !reactor.is_ended.get() {
        let polls = reactor.polls.get();
        // Behind every task that is ready now: the executor has one queue, first in, first out.
        futures_lite::future::yield_now().await;
        let is_idle = reactor.polls.get() == polls;
        busy_rounds += 1;
        // Tasks that wake each other, a reader the disk's driver and that a writer, come to rest
        // first; then their system calls are one. Tasks that never rest must not keep others out.
        if is_idle || busy_rounds >= REACTOR_BUSY_ROUNDS {
            busy_rounds = 0;
            reactor.turn(is_idle);
        }
    }
}

/// Runs the first task of a thread; the reactor ends with it.
pub async fn run<T>(reactor: Rc<Reactor>, main: impl Future<Output = T>) -> T {
    let output = counted(&reactor, main).await;
    reactor.end();
    output
}

/// A task whose polls are counted; see [`drive`].
pub async fn counted<T>(reactor: &Reactor, task: impl Future<Output = T>) -> T {
    let mut task = pin!(task);
    poll_fn(|cx| {
        reactor.count();
        task.as_mut().poll(cx)
    })
    .await
}

/// Keeps a task's waker up to date, cloning it as seldom as possible.
fn set_waker(place: &mut Option<Waker>, cx: &Context<'_>) {
    match place {
        Some(waker) if waker.will_wake(cx.waker()) => {}
        place => *place = Some(cx.waker().clone()),
    }
}

#[cfg(test)]
mod tests;
