//! The entries on disk: a log like any other, in the quorum's own store, with one record batch per
//! entry. The entry's index is the batch's offset and its term the batch's leader epoch.
//!
//! ```text
//!   0 ............ snapshot │ entry │ entry │ entry
//!   └── one batch that fills ┘
//! ```
//!
//! A log that begins behind a snapshot has a batch in front that stands for the offsets before it:
//! it holds one record, which says nothing, and is no entry.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use cluster::names::CLUSTER_METADATA;
use cluster::quorum::Entry;
use storage::{AppendContext, AppendError, LogConfig, LogId, LogKey, Reserve};
use wire::Uuid;
use wire::records::{BatchBuilder, BatchHeader, Batches, records, set_last_offset_delta};

use super::QuorumError;
use crate::limits::{METADATA_BATCH_BYTES_MAX, METADATA_READ_BYTES, QUORUM_DISK_PAUSE_MS};
use crate::logs::{Logs, Unreadable};
use crate::runtime;
use crate::runtime::stop::Stop;

/// The id Kafka's own metadata topic has.
const TOPIC_ID: Uuid = Uuid([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);

/// See the module.
pub struct Journal {
    logs: Rc<Logs>,
    log: Cell<LogId>,
    stop: Rc<Stop>,
}

impl From<Unreadable> for QuorumError {
    fn from(error: Unreadable) -> Self {
        Self::Log(error.to_string())
    }
}

fn failed(what: impl std::fmt::Display) -> QuorumError {
    QuorumError::Log(what.to_string())
}

pub fn key() -> LogKey {
    LogKey { topic: Rc::from(CLUSTER_METADATA), partition: 0 }
}

/// What goes from it is said by the quorum, never by time or size.
fn config() -> LogConfig {
    LogConfig {
        retention_ms: -1,
        retention_bytes: -1,
        cleanup_delete: false,
        max_message_bytes: METADATA_BATCH_BYTES_MAX,
        // Deletions are decided on a full disk too.
        reserve: Reserve::All,
        ..LogConfig::default()
    }
}

impl Journal {
    /// Finds the log, or makes it.
    ///
    /// # Errors
    /// The folder cannot be used.
    pub fn open(logs: &Rc<Logs>, stop: &Rc<Stop>) -> Result<Self, QuorumError> {
        let mut store = logs.store_mut();
        let log = match store.find_log(&key()) {
            Some(log) => {
                store.configure(log, config());
                log
            }
            None => store.create_log(key(), TOPIC_ID, config(), -1).map_err(failed)?,
        };
        drop(store);
        Ok(Self { logs: Rc::clone(logs), log: Cell::new(log), stop: Rc::clone(stop) })
    }

    /// All entries there are, oldest first.
    ///
    /// # Errors
    /// The log is damaged: it is never read past that, nor begun anew.
    pub async fn entries(&self) -> Result<Vec<Entry>, QuorumError> {
        let status = self.logs.store().log(self.log.get()).ok_or_else(|| failed("it is gone"))?;
        if let Some(damage) = status.damage.first() {
            return Err(failed(format!("{damage}; restore the file from a copy")));
        }
        let (start, end) = (status.log_start_offset, status.log_end_offset);
        let mut entries = Vec::new();
        let each = |bytes: &[u8]| read_entries(bytes, &mut entries);
        let read =
            self.logs.read_through(self.log.get(), start..end, METADATA_READ_BYTES, each).await?;
        if read < end {
            return Err(failed(format!("nothing is there from offset {read} on, below {end}")));
        }
        entries.retain(|entry: &Entry| entry.index as i64 >= start);
        Ok(entries)
    }

    /// One past the last entry.
    pub fn end(&self) -> i64 {
        self.logs.store().offsets(self.log.get()).map_or(0, |(_, _, end)| end)
    }

    /// Everything below is on stable storage.
    pub fn stable_end(&self) -> i64 {
        self.logs.stable_end(self.log.get()).unwrap_or(0)
    }

    /// Why nothing more can be written, if that is so.
    pub fn refuses(&self) -> Option<Rc<str>> {
        self.logs.store().log(self.log.get())?.fenced
    }

    /// Whether the disk has no room for another entry.
    pub fn is_full(&self) -> bool {
        self.logs.store().log(self.log.get()).is_some_and(|status| status.disk_full)
    }

    /// Puts entries at the end; what the log has at the first one's index and beyond goes before.
    /// They are stable when [`Journal::stable_end`] has passed them.
    ///
    /// # Errors
    /// The log takes no more.
    pub async fn append(&self, entries: &[Entry]) -> Result<(), QuorumError> {
        let Some(first) = entries.first() else { return Ok(()) };
        if (first.index as i64) < self.end() {
            self.logs.store_mut().truncate(self.log.get(), first.index as i64).map_err(failed)?;
        }
        for entry in entries {
            self.append_one(entry).await?;
        }
        self.logs.wake();
        Ok(())
    }

    async fn append_one(&self, entry: &Entry) -> Result<(), QuorumError> {
        let end = self.end();
        let index = i64::try_from(entry.index).map_err(failed)?;
        assert!(end <= index, "entries go behind each other");
        let leader_epoch = epoch(entry.term)?;
        if end < index {
            let filler = filler(index - end)?;
            self.put(&filler, leader_epoch).await?;
        }
        self.put(&batch(&entry.value)?, leader_epoch).await
    }

    /// What is promised is not dropped: the disk must give memory, or space, back.
    async fn put(&self, batch: &[u8], leader_epoch: i32) -> Result<(), QuorumError> {
        let header = BatchHeader::parse(batch).map_err(failed)?;
        loop {
            self.logs.store_mut().begin_term(self.log.get(), leader_epoch);
            let context = AppendContext { leader_epoch, now: self.logs.clock.now() };
            match self.logs.append(self.log.get(), batch, &header, context) {
                Ok(_) => return Ok(()),
                Err(AppendError::Busy) => self.logs.next_turn().await,
                Err(AppendError::DiskFull) => {
                    runtime::sleep(Duration::from_millis(QUORUM_DISK_PAUSE_MS)).await;
                }
                Err(other) => return Err(failed(other)),
            }
            if self.stop.is_stopped() {
                return Err(QuorumError::Stopping);
            }
        }
    }

    /// Begins anew, empty: a snapshot stands for all that was there.
    ///
    /// # Errors
    /// The disk refuses.
    pub fn restart(&self) -> Result<(), QuorumError> {
        let mut store = self.logs.store_mut();
        store.delete_log(self.log.get()).map_err(failed)?;
        self.log.set(store.create_log(key(), TOPIC_ID, config(), -1).map_err(failed)?);
        Ok(())
    }

    /// Entries before `first_kept` may go.
    pub fn cut_start(&self, first_kept: i64) {
        let deleted = self.logs.store_mut().delete_records(self.log.get(), first_kept);
        if let Err(error) = deleted {
            tracing::warn!(%error, first_kept, "old metadata is kept on disk");
        }
    }

    /// Waits until all that was appended is stable.
    ///
    /// # Errors
    /// The disk failed.
    pub async fn settled(&self) -> Result<(), QuorumError> {
        while self.stable_end() < self.end() {
            if let Some(why) = self.refuses() {
                return Err(failed(why));
            }
            if self.stop.is_stopped() {
                return Err(QuorumError::Stopping);
            }
            self.logs.next_turn().await;
        }
        Ok(())
    }
}

/// Kafka's epochs are 31 bits wide.
fn epoch(term: u64) -> Result<i32, QuorumError> {
    i32::try_from(term).map_err(|_| failed(format!("term {term} is beyond any epoch")))
}

fn batch(value: &[u8]) -> Result<Vec<u8>, QuorumError> {
    let mut builder = BatchBuilder::new();
    builder.append(0, None, Some(value), &[]);
    builder.build().map_err(failed)
}

/// A batch that takes this many offsets.
fn filler(offsets: i64) -> Result<Vec<u8>, QuorumError> {
    let delta = i32::try_from(offsets - 1).map_err(failed)?;
    let mut batch = batch(&[])?;
    set_last_offset_delta(&mut batch, delta);
    Ok(batch)
}

fn read_entries(bytes: &[u8], entries: &mut Vec<Entry>) -> Result<(), QuorumError> {
    for batch in Batches::new(bytes) {
        let (header, batch) = batch.map_err(failed)?;
        if header.last_offset_delta > 0 {
            continue;
        }
        let mut found = records(batch).map_err(failed)?;
        let (Some(record), None) = (found.next(), found.next()) else {
            return Err(failed(format!("batch {} is no entry", header.base_offset)));
        };
        let value = record.map_err(failed)?.value;
        let value = value.ok_or_else(|| failed("an entry without a value"))?;
        let (index, term) = entry_place(&header)?;
        entries.push(Entry { index, term, value: value.to_vec().into() });
    }
    Ok(())
}

fn entry_place(header: &BatchHeader) -> Result<(u64, u64), QuorumError> {
    let index = u64::try_from(header.base_offset).map_err(failed)?;
    let term = u64::try_from(header.partition_leader_epoch).map_err(failed)?;
    Ok((index, term))
}
