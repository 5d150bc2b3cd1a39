//! Deadlines of groups and members, the next one first.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What is due.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Timer {
    /// A member, or one that was given its id but did not join yet, was not heard of in time.
    Session(Arc<str>),
    /// The rebalance takes those who have joined.
    Join,
    /// Members that got their generation but never asked for their assignment.
    Sync,
    /// A member of the consumer protocol is given up.
    Consumer,
}

type Key = (Arc<str>, Timer);

/// One deadline per group and timer, on the monotonic clock.
#[derive(Debug, Default)]
pub(crate) struct Timers {
    due: BTreeSet<(u64, Key)>,
    deadlines_ms: BTreeMap<Key, u64>,
}

impl Timers {
    /// Sets a timer anew.
    pub fn schedule(&mut self, group: &Arc<str>, timer: Timer, deadline_ms: u64) {
        let key = (group.clone(), timer);
        match self.deadlines_ms.get_mut(&key) {
            Some(old_ms) if *old_ms == deadline_ms => {}
            Some(old_ms) => {
                let mut entry = (*old_ms, key);
                self.due.remove(&entry);
                *old_ms = deadline_ms;
                entry.0 = deadline_ms;
                self.due.insert(entry);
            }
            None => {
                self.deadlines_ms.insert(key.clone(), deadline_ms);
                self.due.insert((deadline_ms, key));
            }
        }
    }

    pub fn cancel(&mut self, group: &Arc<str>, timer: Timer) {
        let key = (group.clone(), timer);
        if let Some(deadline_ms) = self.deadlines_ms.remove(&key) {
            self.due.remove(&(deadline_ms, key));
        }
    }

    pub fn len(&self) -> usize {
        self.due.len()
    }

    pub fn next_deadline_ms(&self) -> Option<u64> {
        self.due.first().map(|(deadline_ms, _)| *deadline_ms)
    }

    /// Takes the earliest timer that is due.
    pub fn pop(&mut self, now_ms: u64) -> Option<Key> {
        if self.next_deadline_ms()? > now_ms {
            return None;
        }
        let (_, key) = self.due.pop_first()?;
        self.deadlines_ms.remove(&key);
        Some(key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timer_has_one_deadline() {
        let mut timers = Timers::default();
        let group: Arc<str> = "g".into();
        timers.schedule(&group, Timer::Join, 50);
        timers.schedule(&group, Timer::Sync, 40);
        timers.schedule(&group, Timer::Join, 30);
        assert_eq!(timers.next_deadline_ms(), Some(30));
        timers.schedule(&group, Timer::Join, 60);
        assert_eq!(timers.pop(39), None);
        assert_eq!(timers.pop(40), Some((group.clone(), Timer::Sync)));
        timers.cancel(&group, Timer::Join);
        assert_eq!(timers.next_deadline_ms(), None);
        assert_eq!(timers.pop(u64::MAX), None);
    }
}
