//! Drives a shard's store: one turn of the store per turn of the executor.
//!
//! ```text
//!  connections append ──► wake ──► (behind every task that is ready) ──► store.turn ──► events
//!                                              ▲                              │
//!                                              └── 50 µs while in flight ◄────┘
//! ```
//!
//! A wake puts the driver behind all tasks that are ready now, so what they append shares one
//! submission. While anything is in flight the driver also wakes by a short timer to reap; with
//! nothing in flight it sleeps until woken or until the store's next deadline. A lost wake-up would
//! stall acks, so a slow tick looks after the driver; what it had to rescue is counted.

use std::rc::Rc;
use std::time::Duration;

use storage::Event;

use crate::limits::{DISK_OVERDUE_MS, DISK_POLL_US, TICK_MS};
use crate::partition;
use crate::shard::Shard;

/// The driver task; ends when the shard stops.
pub async fn drive(shard: Rc<Shard>) {
    let mut events = Vec::new();
    while !shard.is_stopped() {
        turn(&shard, &mut events);
        let pause = pause(&shard);
        shard.disk_wake.wait_for(pause).await;
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
