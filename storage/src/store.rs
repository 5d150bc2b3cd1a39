//! One shard's logs: the way in for everything above.
//!
//! Nothing here waits. [`Store::append`] copies a batch into tail memory and returns; the next
//! [`Store::turn`] gives what gathered to the disk, one submission for all logs, takes what the
//! disk has finished, and [`Store::drain_events`] says what that means. Only [`Store::open`],
//! [`Store::close`] and the rare changes of a log's folder (create, delete, truncate) block.

pub(crate) mod admin;
pub(crate) mod admit;
pub(crate) mod adopt;
pub(crate) mod ahead;
pub(crate) mod append;
pub(crate) mod cold;
pub(crate) mod cut;
pub(crate) mod found;
pub(crate) mod io;
pub(crate) mod lookup;
pub(crate) mod open;
pub(crate) mod parse;
pub(crate) mod read;
pub(crate) mod reading;
pub(crate) mod recover;
pub(crate) mod remove;
pub(crate) mod replica;
pub(crate) mod reread;
pub(crate) mod retention;
pub(crate) mod turn;

#[cfg(test)]
mod tests;

use std::collections::{HashMap, VecDeque};
use std::os::fd::BorrowedFd;

use slab::Slab;
use wire::Uuid;
use wire::records::Decompressor;

use crate::compact::Cleaner;
use crate::config::{CleanerConfig, LogConfig, Reserve, StoreConfig};
use crate::disk::{Completion, Disk};
use crate::errors::StorageError;
use crate::log::Log;
use crate::store::cold::PendingRead;
use crate::store::io::Io;
use crate::store::open::{Survivors, Unopened};
use crate::store::reading::Reading;
use crate::store::remove::Doomed;
use crate::types::{
    EpochEnd, Event, LogId, LogKey, LogStatus, ProducerInfo, RecoveryReport, StoreStats,
};

/// The place of a log in the table.
#[derive(Default)]
pub(crate) struct Slot {
    pub generation: u32,
    pub log: Option<Box<Log>>,
}

/// The logs of a store by id.
#[derive(Default)]
pub(crate) struct Logs {
    slots: Vec<Slot>,
    free: Vec<u32>,
    by_key: HashMap<LogKey, LogId>,
}

impl Logs {
    #[inline]
    pub fn get(&self, id: LogId) -> Option<&Log> {
        let slot = self.slots.get(id.slot as usize)?;
        if slot.generation == id.generation { slot.log.as_deref() } else { None }
    }

    #[inline]
    pub fn get_mut(&mut self, id: LogId) -> Option<&mut Log> {
        let slot = self.slots.get_mut(id.slot as usize)?;
        if slot.generation == id.generation { slot.log.as_deref_mut() } else { None }
    }

    pub fn find(&self, key: &LogKey) -> Option<LogId> {
        self.by_key.get(key).copied()
    }

    pub fn len(&self) -> usize {
        self.by_key.len()
    }

    pub fn slots(&self) -> usize {
        self.slots.len()
    }

    /// The log in a slot, if there is one.
    pub fn at(&mut self, slot: usize) -> Option<&mut Log> {
        self.slots.get_mut(slot)?.log.as_deref_mut()
    }

    pub fn iter(&self) -> impl Iterator<Item = &Log> {
        self.slots.iter().filter_map(|slot| slot.log.as_deref())
    }

    /// Puts a log in, built for the id it gets.
    pub fn insert(&mut self, build: impl FnOnce(LogId) -> Log) -> LogId {
        let slot = self.free.pop().unwrap_or_else(|| {
            self.slots.push(Slot::default());
            (self.slots.len() - 1) as u32
        });
        let place = &mut self.slots[slot as usize];
        let id = LogId { slot, generation: place.generation };
        let log = build(id);
        self.by_key.insert(log.key.clone(), id);
        place.log = Some(Box::new(log));
        id
    }

    pub fn remove(&mut self, id: LogId) -> Option<Box<Log>> {
        self.get(id)?;
        let slot = &mut self.slots[id.slot as usize];
        let log = slot.log.take()?;
        slot.generation = slot.generation.wrapping_add(1);
        self.free.push(id.slot);
        self.by_key.remove(&log.key);
        Some(log)
    }
}

/// The logs of one shard on one disk. Single-threaded; see the module.
pub struct Store<D: Disk> {
    pub(crate) io: Io<D>,
    pub(crate) logs: Logs,
    pub(crate) config: StoreConfig,
    pub(crate) report: RecoveryReport,
    /// What the arena kept of logs that could not be opened, or have not written it yet: not to be
    /// lost before.
    pub(crate) kept: Survivors,
    /// Reads and lookups that wait for the disk; the key is the ticket.
    pub(crate) pending: Slab<PendingRead>,
    pub(crate) pending_serial: u64,
    pub(crate) reading: Reading,
    /// Closed segments with an open file, and with their index in memory, in the order of loading.
    pub(crate) open_order: VecDeque<(LogId, i64)>,
    pub(crate) index_order: VecDeque<(LogId, i64)>,
    pub(crate) completions: Vec<Completion>,
    /// For batches that are stamped with the append time.
    pub(crate) scratch: Vec<u8>,
    pub(crate) decompressor: Decompressor,
    pub(crate) sweep_slot: usize,
    pub(crate) next_sweep_ms: u64,
    pub(crate) next_full_retry_ms: u64,
    pub(crate) cleaner: Cleaner,
    /// Folders of deleted logs that could not be renamed.
    pub(crate) doomed: Vec<Doomed>,
    /// Folders of logs that could not be opened.
    pub(crate) unopened: Vec<Unopened>,
}

impl<D: Disk> Store<D> {
    /// The logs found at the start and made since, in no particular order.
    pub fn logs(&self) -> impl Iterator<Item = (LogId, &LogKey, Uuid)> {
        self.logs.iter().map(|log| (log.id, &log.key, log.topic_id))
    }

    pub fn find_log(&self, key: &LogKey) -> Option<LogId> {
        self.logs.find(key)
    }

    /// The id of a log's topic.
    pub fn topic_id(&self, id: LogId) -> Option<Uuid> {
        self.logs.get(id).map(|log| log.topic_id)
    }

    /// What the start found and did.
    pub fn recovery_report(&self) -> &RecoveryReport {
        &self.report
    }

    /// Whether acknowledged bytes in memory outlive the process, so that `flush.messages` above 1
    /// acknowledges from memory. Without it every ack waits for the disk.
    pub fn is_crash_safe(&self) -> bool {
        self.io.crash_safe
    }

    /// Gives a log its settings. They apply from now on; what is written stays as it is.
    pub fn configure(&mut self, id: LogId, config: LogConfig) {
        let crash_safe = self.io.crash_safe;
        if let Some(log) = self.logs.get_mut(id) {
            log.set_config(config, crash_safe);
            if log.side_dirty && !log.lazy_on_disk {
                log.write_side_file(self.io.now, &mut self.io);
            }
            log.update_stable(&mut self.io);
            // What was gathered lazily may be wanted at once now.
            if !log.acks_from_memory(crash_safe) {
                log.writer.sync_target_lpos = log.end_lpos();
            }
            log.mark_dirty(&mut self.io);
            if log.disk_full && log.config.reserve != Reserve::Nothing {
                log.retry_space(&mut self.io);
            }
        }
    }

    /// Gives compaction its settings; those of memory and reads hold from its next run on.
    pub fn configure_cleaner(&mut self, config: CleanerConfig) {
        self.cleaner.configure(config, self.io.now);
    }

    /// Where the log stands; `None` if it does not exist.
    pub fn log(&self, id: LogId) -> Option<LogStatus> {
        self.logs.get(id).map(Log::status)
    }

    /// Everything below is acknowledged. As [`Store::log`], without making up the whole status.
    #[inline]
    pub fn stable_end(&self, id: LogId) -> Option<i64> {
        self.logs.get(id).map(|log| log.stable_end)
    }

    /// The log start that a start after a crash would find: records below it do not come back.
    ///
    /// # Errors
    /// The log is gone, or fenced, so that it may never move again.
    pub fn durable_log_start(&self, id: LogId) -> Result<i64, StorageError> {
        let log = self.logs.get(id).ok_or(StorageError::NoSuchLog)?;
        match &log.fenced {
            Some(reason) => Err(StorageError::Fenced(reason.clone())),
            None => Ok(log.durable_log_start),
        }
    }

    /// `(log start, stable end, log end)`, the offsets every fetch looks at.
    #[inline]
    pub fn offsets(&self, id: LogId) -> Option<(i64, i64, i64)> {
        self.logs.get(id).map(|log| (log.log_start_offset, log.stable_end, log.next_offset))
    }

    /// The producers that the log remembers.
    pub fn producers(&self, id: LogId) -> Vec<ProducerInfo> {
        self.logs.get(id).map(|log| log.producers.infos()).unwrap_or_default()
    }

    /// Everything below is committed: nothing beyond is compacted, retained away or deleted. A log
    /// that was never told so has no other replica, and is bounded by its stable end.
    pub fn set_committed(&mut self, id: LogId, high_watermark: i64) {
        if let Some(log) = self.logs.get_mut(id) {
            let committed = high_watermark.min(log.next_offset);
            log.committed = Some(committed);
            log.high_watermark = log.high_watermark.max(committed);
        }
    }

    /// This replica leads from here on: in `epoch`, which begins at the log's end. Appends of other
    /// epochs are refused, so that work which slept through a change of leaders writes nothing.
    pub fn begin_term(&mut self, id: LogId, epoch: i32) {
        if let Some(log) = self.logs.get_mut(id) {
            log.term = epoch;
            // Not on disk before there is a record of it: until then, who leads knows it.
            log.epochs.assign(epoch, log.next_offset);
        }
    }

    /// This replica leads no more: it takes a leader's batches, and nothing else.
    pub fn end_term(&mut self, id: LogId) {
        if let Some(log) = self.logs.get_mut(id) {
            log.term = -1;
        }
    }

    /// Where a leader epoch ends (KIP-320); `None` for one that the log cannot know.
    pub fn epoch_end_offset(&self, id: LogId, epoch: i32) -> Option<EpochEnd> {
        let log = self.logs.get(id)?;
        log.epochs.end_of(epoch, log.next_offset)
    }

    /// The leader epoch of the record at an offset, or -1.
    pub fn epoch_at(&self, id: LogId, offset: i64) -> i32 {
        self.logs.get(id).map_or(-1, |log| log.epochs.epoch_at(offset))
    }

    /// Moves what happened to `out`.
    pub fn drain_events(&mut self, out: &mut Vec<Event>) {
        out.append(&mut self.io.events);
        for id in self.io.moved.drain(..) {
            if let Some(log) = self.logs.get_mut(id) {
                log.stable_noted = false;
                out.push(Event::StableEnd { log: id, offset: log.stable_end });
            }
        }
    }

    /// Operations given to the disk and not finished.
    pub fn in_flight(&self) -> usize {
        self.io.disk.in_flight()
    }

    /// Becomes readable when something in flight has ended; `None` if the disk has no such thing.
    /// Whoever waits on it reads it empty.
    pub fn wake_fd(&self) -> Option<BorrowedFd<'_>> {
        self.io.disk.wake_fd()
    }

    /// Whether a turn would find something to submit, or events wait to be drained.
    pub fn wants_turn(&self) -> bool {
        !self.io.dirty.is_empty()
            || !self.io.events.is_empty()
            || !self.io.moved.is_empty()
            || self.reading.has_queued()
    }

    /// When the store next wants a turn although nothing happens, on the clock of `Now::mono_ms`.
    pub fn next_deadline_ms(&self) -> Option<u64> {
        let has_leftovers = !self.unopened.is_empty() || !self.doomed.is_empty();
        if self.logs.len() == 0 && !has_leftovers && self.io.graves.is_empty() {
            return None;
        }
        let mut next = self.next_sweep_ms;
        if let Some((due, _)) = self.io.lazy.front() {
            next = next.min(*due);
        }
        if let Some(std::cmp::Reverse((due, _))) = self.io.flushes.peek() {
            next = next.min(*due);
        }
        if self.io.waits_for_space() {
            next = next.min(self.next_full_retry_ms);
        }
        Some(self.cleaner.deadline_ms().map_or(next, |due| next.min(due)))
    }

    pub fn stats(&self) -> StoreStats {
        let mut stats = self.io.stats;
        stats.logs = self.logs.len() as u64;
        stats.tail_used_bytes = self.io.arena.used_bytes() as u64;
        stats.tail_limit_bytes = self.io.arena.limit_bytes() as u64;
        stats.read_used_bytes = self.reading.pool.used_bytes() as u64;
        stats.open_files = self.io.open_for_read as u64;
        stats
    }

    /// The disk, for its wake-up descriptor and its own counters.
    pub fn disk(&self) -> &D {
        &self.io.disk
    }
}
