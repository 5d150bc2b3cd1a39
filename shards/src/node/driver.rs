//! Drives a shard's store: one turn of the store per turn of the executor, and what came of it to
//! those whom it concerns.
//!
//! ```text
//!  connections append ──► wake ──► (behind every task that is ready) ──► turn ──► events
//!                                              ▲                           │        │
//!                                              └── eventfd of the disk ◄───┘        ▼
//!                                                          partition ──► change ──► groups
//! ```
//!
//! A wake puts the driver behind all tasks that are ready now, so what they append shares one
//! submission. The disk raises an eventfd when something has ended; else the driver sleeps until
//! the store's next deadline. A lost wake-up would stall acks, so a slow tick looks after the
//! driver; what it had to rescue is counted.

use std::rc::Rc;
use std::time::Duration;

use storage::Event;

use super::tick::SlowClock;
use crate::limits::TICK_MS;
use crate::logs::DiskEnded;
use crate::runtime;
use crate::shard::Shard;

/// The driver task; ends when the shard stops.
pub async fn drive(shard: Rc<Shard>, ended: DiskEnded) {
    let mut events = Vec::new();
    while !shard.stop.is_stopped() {
        turn(&shard, &mut events);
        shard.logs.turn_due(&ended).await;
    }
}

/// One turn; returns whether anything came of it.
fn turn(shard: &Shard, events: &mut Vec<Event>) -> bool {
    shard.metrics.disk_turns.add(1);
    shard.logs.turn(events, |event| {
        if let Some((partition, change)) = shard.partitions.on_event(event) {
            shard.groups.on_change(&partition, change);
        }
    })
}

/// The safety net under the driver, and the shard's slow clock; ends when the shard stops.
pub async fn tick(shard: Rc<Shard>) {
    let mut events = Vec::new();
    let mut clock = SlowClock::default();
    while !shard.stop.is_stopped() {
        runtime::sleep(Duration::from_millis(TICK_MS)).await;
        shard.clock.refresh();
        if shard.logs.is_overdue() {
            // The shard may just have been busy (a folder made, a slow start): the driver, whose
            // timer is due, goes first. If it does not, it will not wake by itself.
            let last_turn_ms = shard.logs.last_turn_ms();
            runtime::sleep(Duration::from_millis(1)).await;
            let slept = shard.logs.last_turn_ms() == last_turn_ms;
            if slept && turn(&shard, &mut events) {
                shard.metrics.rescued_disk.add(1);
                shard.logs.wake();
            }
        }
        clock.on_tick(&shard);
    }
}
