//! How far a log's bytes have come on their way to the disk.
//!
//! ```text
//!   start ──── synced ──── written ──── submitted ──── end          (log-wide positions)
//!              │           │            │
//!              │           │            └ given to the disk, or waiting for a unit in flight
//!              │           └ contiguous prefix of completed writes
//!              └ contiguous prefix that a data sync covers: what `durable` means
//! ```
//! Writes complete in any order; `writes` holds them in the order of the log, and only a done
//! prefix counts. Two writes of one unit are never in flight together.

use std::collections::VecDeque;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WriteState {
    /// Not given to the disk yet: its unit is in flight in the write before it.
    Waiting,
    InFlight,
    Done,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Write {
    pub start_lpos: u64,
    pub end_lpos: u64,
    /// Whole batches end here once this write and all before it are done.
    pub end_offset: i64,
    /// Written with data sync.
    pub sync: bool,
    pub state: WriteState,
}

#[derive(Debug, Default)]
pub(crate) struct Writer {
    pub submitted_lpos: u64,
    pub written_lpos: u64,
    pub written_offset: i64,
    pub synced_lpos: u64,
    pub durable_offset: i64,
    writes: VecDeque<Write>,
    /// The number of the first of `writes`.
    first_number: u64,
    /// Sync up to here as soon as it is written.
    pub sync_target_lpos: u64,
    /// The offset at which the last sync was asked for, to count `flush.messages` from.
    pub sync_target_offset: i64,
    /// What the sync in flight will have covered.
    pub sync_in_flight: Option<(u64, i64)>,
    /// Lazily gathered bytes shall be written now.
    pub due: bool,
    /// A lazy write or `flush.ms` deadline is on its list already.
    pub lazy_timer: bool,
    pub flush_timer: bool,
}

impl Writer {
    pub fn new(durable_offset: i64) -> Writer {
        Writer {
            written_offset: durable_offset,
            durable_offset,
            sync_target_offset: durable_offset,
            ..Writer::default()
        }
    }

    /// Adds a write behind the others and returns its number.
    pub fn push(&mut self, write: Write) -> u64 {
        assert_eq!(write.start_lpos, self.submitted_lpos, "writes follow one another");
        self.submitted_lpos = write.end_lpos;
        self.writes.push_back(write);
        self.first_number + self.writes.len() as u64 - 1
    }

    /// The first write if it waits for its turn, with its number: nothing before it is in flight.
    pub fn front_waiting(&self) -> Option<(u64, Write)> {
        let front = self.writes.front()?;
        (front.state == WriteState::Waiting).then_some((self.first_number, *front))
    }

    pub fn set_state(&mut self, number: u64, state: WriteState) {
        if let Some(at) = number.checked_sub(self.first_number)
            && let Some(write) = self.writes.get_mut(at as usize)
        {
            write.state = state;
        }
    }

    /// Whether the last unit given to the disk may still be in flight.
    pub fn last_is_busy(&self) -> bool {
        self.writes.back().is_some_and(|w| w.state != WriteState::Done)
    }

    pub fn is_idle(&self) -> bool {
        self.writes.is_empty() && self.sync_in_flight.is_none()
    }

    /// Takes the completion of a write and advances the prefixes.
    pub fn complete(&mut self, number: u64) {
        self.set_state(number, WriteState::Done);
        while let Some(front) = self.writes.front()
            && front.state == WriteState::Done
        {
            if front.sync && self.synced_lpos == self.written_lpos {
                self.synced_lpos = front.end_lpos;
                self.durable_offset = front.end_offset;
            }
            self.written_lpos = front.end_lpos;
            self.written_offset = front.end_offset;
            self.writes.pop_front();
            self.first_number += 1;
        }
    }

    /// Takes the completion of a sync.
    pub fn complete_sync(&mut self) {
        if let Some((lpos, offset)) = self.sync_in_flight.take()
            && lpos > self.synced_lpos
        {
            self.synced_lpos = lpos;
            self.durable_offset = offset;
        }
    }

    /// The log was cut and nothing is in flight: all that is left is on stable storage.
    pub fn reset(&mut self, lpos: u64, offset: i64) {
        assert!(self.is_idle(), "a log is cut at rest");
        self.submitted_lpos = lpos;
        self.written_lpos = lpos;
        self.synced_lpos = lpos;
        self.sync_target_lpos = lpos;
        self.written_offset = offset;
        self.durable_offset = offset;
        self.sync_target_offset = offset;
        self.due = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(start_lpos: u64, end_lpos: u64, sync: bool) -> Write {
        let end_offset = end_lpos as i64;
        Write { start_lpos, end_lpos, end_offset, sync, state: WriteState::InFlight }
    }

    #[test]
    fn only_a_contiguous_prefix_counts() {
        let mut writer = Writer::new(0);
        let first = writer.push(write(0, 10, true));
        let second = writer.push(write(10, 20, true));
        let third = writer.push(write(20, 30, true));
        writer.complete(third);
        assert_eq!((writer.written_lpos, writer.durable_offset), (0, 0));
        writer.complete(first);
        assert_eq!((writer.written_lpos, writer.durable_offset), (10, 10));
        writer.complete(second);
        assert_eq!((writer.written_lpos, writer.durable_offset), (30, 30));
        assert!(writer.is_idle());
    }

    #[test]
    fn a_synced_write_behind_an_unsynced_one_is_not_durable() {
        let mut writer = Writer::new(0);
        let lazy = writer.push(write(0, 10, false));
        let synced = writer.push(write(10, 20, true));
        writer.complete(lazy);
        writer.complete(synced);
        assert_eq!((writer.written_lpos, writer.synced_lpos), (20, 0));
        writer.sync_in_flight = Some((writer.written_lpos, writer.written_offset));
        let later = writer.push(write(20, 30, true));
        writer.complete(later);
        assert_eq!(writer.durable_offset, 0);
        writer.complete_sync();
        assert_eq!(writer.durable_offset, 20);
    }
}
