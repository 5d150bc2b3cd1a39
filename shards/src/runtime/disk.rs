//! Drives a shard's store: one turn of the store per turn of the executor.
//!
//! ```text
//!  connections append ──► wake ──► (behind every task that is ready) ──► store.turn ──► events
//!                                              ▲                              │
//!                                              └── eventfd of the disk ◄──────┘
//! ```
//!
//! A wake puts the driver behind all tasks that are ready now, so what they append shares one
//! submission. The disk raises an eventfd when something has ended; else the driver sleeps until
//! the store's next deadline. A lost wake-up would stall acks, so a slow tick looks after the
//! driver; what it had to rescue is counted.

use std::future::poll_fn;
use std::io;
use std::rc::Rc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use futures_lite::future;
use storage::Event;

use crate::limits::{DISK_OVERDUE_MS, DISK_POLL_US, TICK_MS};
use crate::partition;
use crate::runtime::reactor::{Kind, Source, Way};
use crate::shard::{Shard, ShardStore};

/// The driver task; ends when the shard stops. `ended` is of [`ended`].
pub async fn drive(shard: Rc<Shard>, ended: Source) {
    let mut events = Vec::new();
    while !shard.is_stopped() {
        turn(&shard, &mut events);
        let woken = async {
            shard.disk_wake.wait_for(pause(&shard)).await;
        };
        future::or(poll_fn(|cx| poll_ended(&ended, cx)), woken).await;
    }
}

/// What the disk raises when something has ended.
///
/// # Errors
/// This process may open no more files.
pub fn ended(store: &ShardStore) -> io::Result<Source> {
    let fd = store.wake_fd().ok_or(io::ErrorKind::Unsupported)?;
    Ok(Source::new(fd.try_clone_to_owned()?, Kind::Readable))
}

fn poll_ended(ended: &Source, cx: &mut Context<'_>) -> Poll<()> {
    loop {
        ready!(ended.poll_ready(Way::Read, cx));
        // It counts; read, it is 0 again, so the next event is a new one.
        let read = rustix::io::read(ended, &mut [0; 8]).map_err(io::Error::from);
        ended.would_block(Way::Read);
        match read {
            Ok(_) => return Poll::Ready(()),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(error) => tracing::error!(%error, "the disk's eventfd cannot be read"),
        }
    }
}

/// How long the store can be left alone.
fn pause(shard: &Shard) -> Duration {
    const LONG: Duration = Duration::from_secs(10);
    let store = shard.store.borrow();
    // What is dirty and could not be submitted waits for a completion too.
    let polls = store.in_flight() > 0 || store.wants_turn();
    shard.disk_polls.set(polls);
    if polls {
        return Duration::from_micros(DISK_POLL_US);
    }
    let due = store.next_deadline_ms().map(|due| {
        let left_ms = due.saturating_sub(shard.clock.mono_ms());
        Duration::from_millis(left_ms.max(1))
    });
    due.unwrap_or(LONG).min(LONG)
}

/// One turn; returns whether anything came of it.
fn turn(shard: &Rc<Shard>, events: &mut Vec<Event>) -> bool {
    let now = shard.clock.refresh();
    {
        let mut store = shard.store.borrow_mut();
        store.turn(now);
        store.drain_events(events);
    }
    shard.last_turn_ms.set(now.mono_ms);
    shard.metrics.disk_turns.add(1);
    let came = !events.is_empty();
    for event in events.drain(..) {
        partition::events::handle(shard, event);
    }
    shard.turned.notify_all();
    came
}

/// The safety net under the driver, and the shard's slow clock; ends when the shard stops.
pub async fn tick(shard: Rc<Shard>) {
    let mut events = Vec::new();
    while !shard.is_stopped() {
        super::sleep(Duration::from_millis(TICK_MS)).await;
        shard.clock.refresh();
        if is_overdue(&shard) {
            // The shard may just have been busy (a folder made, a slow start): the driver, whose
            // timer is due, goes first. If it does not, it will not wake by itself.
            let last_turn_ms = shard.last_turn_ms.get();
            super::sleep(Duration::from_millis(1)).await;
            let slept = shard.last_turn_ms.get() == last_turn_ms;
            if slept && turn(&shard, &mut events) {
                shard.metrics.rescued_disk.add(1);
                shard.disk_wake.notify();
            }
        }
        shard.on_tick();
    }
}

/// The store has work, and got no turn for longer than the driver ever sleeps on work.
fn is_overdue(shard: &Shard) -> bool {
    let since_turn_ms = shard.clock.mono_ms() - shard.last_turn_ms.get();
    let store = shard.store.borrow();
    since_turn_ms >= DISK_OVERDUE_MS && (store.wants_turn() || store.in_flight() > 0)
}
