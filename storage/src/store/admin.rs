//! Rare changes: logs come and go, records are deleted, a log is cut, the store is closed. These
//! may block for as long as the device likes.

use std::path::Path;

use wire::Uuid;

use crate::config::LogConfig;
use crate::disk::{Disk, Op};
use crate::errors::StorageError;
use crate::log::Log;
use crate::log::index::SparseIndex;
use crate::log::scan::{Expect, FileReader, scan};
use crate::log::segment::{BatchNote, FileState, LOG_SUFFIX, Phase};
use crate::store::Store;
use crate::store::io::Purpose;
use crate::types::{LogId, LogKey, Now};

impl<D: Disk> Store<D> {
    /// Makes a new, empty log, which this replica leads in `leader_epoch`, or follows if that is
    /// -1. It comes to be on disk with its first append.
    pub fn create_log(
        &mut self,
        key: LogKey,
        topic_id: Uuid,
        config: LogConfig,
        leader_epoch: i32,
    ) -> Result<LogId, StorageError> {
        if self.logs.find(&key).is_some() {
            return Err(StorageError::Exists(key.to_string().into()));
        }
        if self.logs.len() >= self.io.limits.logs {
            return Err(StorageError::TooManyLogs(self.io.limits.logs));
        }
        let name = key.to_string();
        if !is_folder_name(&key) {
            return Err(StorageError::BadName(name.into()));
        }
        if let Some((_, why)) = self.report.skipped.iter().find(|(skipped, _)| **skipped == name) {
            let path = self.config.data_dir.join(name);
            return Err(StorageError::Io { what: "opening", path, why: why.clone() });
        }
        let dir = self.config.data_dir.join(name);
        self.clear_the_way(&dir)?;
        let (now, crash_safe) = (self.io.now, self.io.crash_safe);
        let id = self.logs.insert(|id| {
            let mut log = Log::new(id, key, topic_id, dir, 0);
            log.set_config(config, crash_safe);
            log.term = leader_epoch;
            log.epochs.assign(leader_epoch, 0);
            log
        });
        if self.logs.len() == 1 {
            self.next_sweep_ms = now.mono_ms + crate::limits::SWEEP_MS;
        }
        Ok(id)
    }

    /// Moves the log start up to `before_offset` (`-1`: to what is committed), and removes whole
    /// segments below it. Returns the new log start, which is to be promised to nobody before
    /// [`Store::durable_log_start`] has reached it.
    pub fn delete_records(&mut self, id: LogId, before_offset: i64) -> Result<i64, StorageError> {
        let now = self.io.now;
        let log = self.logs.get_mut(id).ok_or(StorageError::NoSuchLog)?;
        if let Some(reason) = &log.fenced {
            return Err(StorageError::Fenced(reason.clone()));
        }
        let high_watermark = log.committed_end();
        let offset = if before_offset == -1 { high_watermark } else { before_offset };
        if offset < 0 || offset > high_watermark {
            let log_start_offset = log.log_start_offset;
            return Err(StorageError::OffsetOutOfRange {
                offset,
                log_start_offset,
                high_watermark,
            });
        }
        if offset > log.log_start_offset {
            log.move_start(offset, &mut self.io);
            log.write_side_file(now, &mut self.io);
            self.remove_below_start(id, now);
        } else if log.durable_log_start < log.log_start_offset {
            log.write_side_file(now, &mut self.io);
        }
        Ok(self.logs.get(id).map_or(offset, |log| log.log_start_offset))
    }

    /// Pumps one log until all its bytes are on stable storage. Blocks.
    pub(crate) fn drain_log(&mut self, id: LogId) {
        loop {
            let Some(log) = self.logs.get_mut(id) else { return };
            log.writer.due = true;
            log.writer.sync_target_lpos = log.end_lpos();
            log.pump(&mut self.io);
            let resting = log.is_at_rest() && log.segments.iter().all(|s| s.reads == 0);
            if (resting && log.writer.submitted_lpos == log.end_lpos())
                || self.io.disk.in_flight() == 0
            {
                return;
            }
            if self.io.disk.wait().is_err() {
                return;
            }
            self.reap();
        }
    }

    /// A clean stop: everything to stable storage, files cut to their exact length, the arena
    /// emptied if nothing is left that only it holds. Blocks.
    pub fn close(mut self, now: Now) {
        self.io.now = now;
        self.io.closing = true;
        self.stop_cleaning(None);
        let ids: Vec<LogId> = self.logs.iter().map(|log| log.id).collect();
        for id in &ids {
            let Some(log) = self.logs.get_mut(*id) else { continue };
            log.roll(&mut self.io);
            log.writer.due = true;
            log.mark_dirty(&mut self.io);
        }
        loop {
            self.pump_dirty();
            if self.io.disk.in_flight() == 0 && self.io.dirty.is_empty() {
                break;
            }
            if self.io.disk.wait().is_err() {
                break;
            }
            self.reap();
        }
        let mut clean = self.kept.is_empty();
        for id in ids {
            let Some(log) = self.logs.get_mut(id) else { continue };
            clean &= log.writer.synced_lpos == log.end_lpos() && log.fenced.is_none();
            if let Some(at) = log.segments.iter().position(|s| s.phase == Phase::Active)
                && let FileState::Open(file) = log.segments[at].file
            {
                let op = Op::Close { file, truncate_to: Some(log.segments[at].size_bytes) };
                self.io.submit(Purpose::Close, op);
            }
            if log.side_dirty || log.writer.durable_offset != log.side_durable_offset {
                log.write_side_file(now, &mut self.io);
            }
        }
        while self.io.disk.in_flight() > 0 && self.io.disk.wait().is_ok() {
            self.reap();
        }
        let Store { io, logs, .. } = self;
        if clean {
            drop(logs);
            if let Err(error) = io.arena.close() {
                tracing::warn!(%error, "the arena could not be removed");
            }
        } else {
            // Given up before its chunks are dropped, the arena keeps what only it holds.
            drop(io);
            drop(logs);
        }
    }

    /// Reads a closed segment through, to have its index again. Blocks: it is for a damaged file
    /// only.
    pub(crate) fn rebuild_index(
        &mut self,
        id: LogId,
        base_offset: i64,
    ) -> Result<SparseIndex, StorageError> {
        let log = self.logs.get_mut(id).ok_or(StorageError::NoSuchLog)?;
        let at = log.segment_by_base(base_offset).ok_or(StorageError::NoSuchLog)?;
        let size = log.segments[at].size_bytes;
        let path = log.segment_path(base_offset, LOG_SUFFIX);
        let mut index = SparseIndex::new(log.config.index_interval_bytes);
        let disk = &mut self.io.disk;
        let error = io_error("reading", &path);
        let file = disk.open(&path, crate::disk::OpenMode::Read).map_err(&error)?;
        let expect =
            Expect { base_offset, until_offset: i64::MAX, gaps: true, leader_epoch: i32::MIN };
        let mut largest = -1;
        let scanned = scan(&mut FileReader::new(disk, file, size), expect, |header, position| {
            let relative = header.base_offset - base_offset;
            index.note(relative, position, header.total_size_bytes() as u64, largest);
            let note = BatchNote::of(header, 0);
            largest = largest.max(note.max_timestamp_ms);
        });
        disk.close(file);
        scanned.map_err(error)?;
        Ok(index)
    }
}

/// Describes a failed operation on a path.
pub(crate) fn io_error(
    what: &'static str,
    path: &Path,
) -> impl Fn(std::io::Error) -> StorageError + use<> {
    let path = path.to_path_buf();
    move |error| StorageError::Io { what, path: path.clone(), why: error.to_string().into() }
}

/// Kafka's topic names are folder names; nothing else may become one.
fn is_folder_name(key: &LogKey) -> bool {
    let legal = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-');
    let topic = &key.topic;
    (1..=249).contains(&topic.len())
        && topic.bytes().all(legal)
        && !matches!(&**topic, "." | "..")
        && key.partition >= 0
}
