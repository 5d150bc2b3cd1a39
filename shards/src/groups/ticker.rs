//! What groups do by time: sessions end, rebalances are given up, offsets expire.

use std::rc::Rc;
use std::time::Duration;

use super::{Groups, State, load, with_slot};
use crate::limits::{GROUP_DISK_PAUSE_MS, GROUP_TICK_MS_MAX};
use crate::runtime;

/// Starts what looks after the coordinators of a shard; it ends when the shard stops.
pub fn start(groups: &Rc<Groups>) {
    runtime::spawn(tick(Rc::clone(groups)));
    runtime::spawn(load::run(Rc::clone(groups)));
}

async fn tick(groups: Rc<Groups>) {
    while !groups.stop.is_stopping() {
        let now_ms = groups.logs.clock.refresh().mono_ms;
        // What is looked at now needs to wake nobody.
        groups.next_tick_ms.set(0);
        let indexes: Vec<i32> = groups.slots.borrow().keys().copied().collect();
        let next_ms =
            indexes.into_iter().filter_map(|index| tick_one(&groups, index, now_ms)).min();
        let latest_ms = now_ms + GROUP_TICK_MS_MAX;
        let next_ms = next_ms.map_or(latest_ms, |next_ms| next_ms.clamp(now_ms + 1, latest_ms));
        groups.next_tick_ms.set(next_ms);
        let pause = Duration::from_millis(next_ms - now_ms);
        groups.stop.unless_stopping(groups.wake.wait_for(pause)).await;
    }
}

/// Does what is due; when there is more to do.
fn tick_one(groups: &Groups, index: i32, now_ms: u64) -> Option<u64> {
    let next_ms = with_slot(groups, index, |slot, context| {
        let State::Loaded(loaded) = &mut slot.state else {
            return Ok(None);
        };
        loaded.expire(now_ms);
        loaded.flush(groups, &slot.partition)?;
        let is_due = |deadline_ms: Option<u64>| deadline_ms.is_some_and(|due| due <= now_ms);
        // While nothing can be written nobody is put out; heartbeats count on.
        if loaded.check_writable().is_ok() && is_due(loaded.coordinator.next_deadline_ms()) {
            let step = loaded.coordinator.tick(context);
            loaded.take(groups, &slot.partition, step)?;
        }
        let by_time = match loaded.check_writable() {
            Ok(()) => loaded.coordinator.next_deadline_ms(),
            Err(_) => None,
        };
        let by_disk = loaded.waits_for_disk().then_some(now_ms + GROUP_DISK_PAUSE_MS);
        Ok(by_time.into_iter().chain(by_disk).min())
    });
    next_ms.flatten()
}
