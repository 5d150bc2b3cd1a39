//! Rare changes: logs come and go, records are deleted, a log is cut, the store is closed. These
//! may block for as long as the device likes.

use std::path::Path;
use std::rc::Rc;

use wire::Uuid;

use crate::config::LogConfig;
use crate::disk::{Disk, Op};
use crate::errors::StorageError;
use crate::log::index::SparseIndex;
use crate::log::scan::{Expect, FileReader, Scanned, scan};
use crate::log::segment::{BatchNote, FileState, INDEX_SUFFIX, LOG_SUFFIX, Phase, Segment};
use crate::log::side::IndexFile;
use crate::log::{Log, Snapshot};
use crate::producers::Producers;
use crate::store::Store;
use crate::store::io::{Io, Purpose};
use crate::types::{LogId, LogKey, Now};

impl<D: Disk> Store<D> {
    /// Makes a new, empty log. It comes to be on disk with its first append.
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
            log.epochs.assign(leader_epoch, 0);
            log
        });
        if self.logs.len() == 1 {
            self.next_sweep_ms = now.mono_ms + crate::limits::SWEEP_MS;
        }
        Ok(id)
    }

    /// Moves the log start up to `before_offset` (`-1`: to the stable end), and removes whole
    /// segments below it. Returns the new log start, which is to be promised to nobody before
    /// [`Store::durable_log_start`] has reached it.
    pub fn delete_records(&mut self, id: LogId, before_offset: i64) -> Result<i64, StorageError> {
        let now = self.io.now;
        let log = self.logs.get_mut(id).ok_or(StorageError::NoSuchLog)?;
        if let Some(reason) = &log.fenced {
            return Err(StorageError::Fenced(reason.clone()));
        }
        let high_watermark = log.stable_end;
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

    /// Cuts the log: records from `offset` on go, and with them the rest of the batch they are in.
    /// Returns the new log end. Blocks until the log is at rest.
    pub fn truncate(&mut self, id: LogId, offset: i64) -> Result<i64, StorageError> {
        self.stop_cleaning(Some(id));
        let log = self.logs.get_mut(id).ok_or(StorageError::NoSuchLog)?;
        if offset >= log.next_offset {
            return Ok(log.next_offset);
        }
        log.roll(&mut self.io);
        self.drain_log(id);
        let log = self.logs.get_mut(id).ok_or(StorageError::NoSuchLog)?;
        if let Some(reason) = &log.fenced {
            return Err(StorageError::Fenced(reason.clone()));
        }
        if !log.segments.iter().all(|s| s.phase == Phase::Closed || s.is_empty()) {
            let why: Rc<str> = "the log does not come to rest".into();
            return Err(StorageError::Io { what: "truncating", path: log.dir.clone(), why });
        }
        log.forget_tail(&mut self.io);
        for buffer in std::mem::take(&mut log.read_buffers) {
            self.put_away(buffer);
        }
        let result = self.cut(id, offset);
        if let Err(error) = &result
            && let Some(log) = self.logs.get_mut(id)
        {
            log.fence(&format!("truncating failed: {error}"), &mut self.io);
        }
        result
    }

    /// Removes the segments above the offset, then the end of the one that holds it.
    fn cut(&mut self, id: LogId, offset: i64) -> Result<i64, StorageError> {
        let io = &mut self.io;
        let log = self.logs.get_mut(id).ok_or(StorageError::NoSuchLog)?;
        // First, so that a start after a crash in the middle does not take the cut for damage.
        let holder = log.segments.iter().rev().find(|s| s.base_offset < offset);
        let kept_for_sure = holder.map_or(0, |s| s.base_offset);
        log.write_side_file_for_cut(kept_for_sure, offset, io)?;
        // An empty file that kept the place of the old end would look like a later segment.
        if !log.segments.is_empty()
            && let Some(base_offset) = log.marker.take()
        {
            remove_if_there(io, &log.segment_path(base_offset, LOG_SUFFIX))?;
        }
        while let Some(last) = log.segments.back()
            && (last.base_offset >= offset || last.is_empty())
            && log.segments.len() > 1
        {
            log.close_segment_file(log.segments.len() - 1, io);
            let base_offset = log.segments.back().map_or(0, |s| s.base_offset);
            for suffix in [INDEX_SUFFIX, LOG_SUFFIX] {
                remove_if_there(io, &log.segment_path(base_offset, suffix))?;
            }
            log.segments.pop_back();
        }
        let mut end = log.segments.back().map_or(log.log_start_offset, |s| s.next_offset);
        if log.segments.back().is_some_and(|s| s.next_offset > offset) {
            let at = log.segments.len() - 1;
            log.close_segment_file(at, io);
            let scanned = log.cut_segment(at, offset, io)?;
            end = scanned.next_offset;
            if scanned.valid_bytes == 0 {
                // The empty file stays and keeps the place of the next offset.
                log.marker = log.segments.pop_back().map(|s| s.base_offset);
            }
        }
        // Where records below the log start were lost, the segments end before it. Offsets that
        // were given are not given again.
        end = end.max(offset.min(log.log_start_offset));
        log.rebuild_producers(io)?;
        log.epochs.truncate_to(end);
        log.clean_offset = log.clean_offset.min(end);
        log.compacted_until = log.compacted_until.min(end);
        log.next_offset = end;
        log.log_start_offset = log.log_start_offset.min(end);
        log.stable_end = log.stable_end.min(end);
        log.high_watermark = log.high_watermark.min(end);
        let lpos = log.segments.back().map_or(log.writer.submitted_lpos, Segment::end_lpos);
        log.writer.reset(lpos, end);
        log.side_durable_offset = end;
        log.durable_log_start = log.log_start_offset;
        let side = log.partition_file();
        if let Ok(bytes) = side.encode() {
            let path = log.dir.join(crate::log::side::PARTITION_FILE);
            io.disk.write_file(&path, &bytes).map_err(io_error("writing", &path))?;
            log.durable_compacted_until = log.compacted_until;
        }
        Ok(end)
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

impl Log {
    /// Takes the tail out of memory and the arena.
    pub(super) fn forget_tail<D: Disk>(&mut self, io: &mut Io<D>) {
        for held in self.tail.clear() {
            if io.crash_safe && held.chunk.home_index().is_some() {
                io.arena.retract(&held.chunk);
            }
        }
    }

    fn close_segment_file<D: Disk>(&mut self, at: usize, io: &mut Io<D>) {
        let segment = &mut self.segments[at];
        if let FileState::Open(file) = std::mem::replace(&mut segment.file, FileState::None) {
            if segment.phase == Phase::Closed {
                io.open_for_read = io.open_for_read.saturating_sub(1);
            }
            io.disk.close(file);
        }
    }

    /// Notes that from here on less of the log may be found.
    fn write_side_file_for_cut<D: Disk>(
        &self,
        kept_for_sure: i64,
        offset: i64,
        io: &mut Io<D>,
    ) -> Result<(), StorageError> {
        let mut side = self.partition_file();
        side.durable_end_offset = side.durable_end_offset.min(kept_for_sure);
        side.high_watermark = side.high_watermark.min(offset);
        let path = self.dir.join(crate::log::side::PARTITION_FILE);
        let refused =
            |why: String| StorageError::Io { what: "writing", path: path.clone(), why: why.into() };
        let bytes = side.encode().map_err(|error| refused(error.to_string()))?;
        io.disk.write_file(&path, &bytes).map_err(|error| refused(error.to_string()))
    }

    /// Cuts a closed segment's file in front of the batch that holds an offset. Its index goes
    /// first: without one, a start reads the file.
    fn cut_segment<D: Disk>(
        &mut self,
        at: usize,
        offset: i64,
        io: &mut Io<D>,
    ) -> Result<Scanned, StorageError> {
        let old = &self.segments[at];
        let (base_offset, size) = (old.base_offset, old.size_bytes);
        let (start_lpos, append_ms) = (old.start_lpos, old.last_append_ms);
        remove_if_there(io, &self.segment_path(base_offset, INDEX_SUFFIX))?;
        let path = self.segment_path(base_offset, LOG_SUFFIX);
        let error = io_error("cutting", &path);
        let file = io.disk.open(&path, crate::disk::OpenMode::Write).map_err(&error)?;
        let mut segment = Segment::new(base_offset, start_lpos, self.config.index_interval_bytes);
        let expect =
            Expect { base_offset, until_offset: offset, gaps: true, leader_epoch: i32::MIN };
        let mut reader = FileReader::new(&mut io.disk, file, size);
        let scanned = scan(&mut reader, expect, |header, _| {
            segment.note_batch(&BatchNote::of(header, append_ms));
        });
        let cut = scanned.and_then(|scanned| {
            io.disk.truncate(file, scanned.valid_bytes)?;
            io.disk.sync(file)?;
            Ok(scanned)
        });
        io.disk.close(file);
        segment.phase = Phase::Closed;
        self.segments[at] = segment;
        cut.map_err(error)
    }

    /// Producers as they stood at the log's end: from the newest stored snapshot, and what follows.
    fn rebuild_producers<D: Disk>(&mut self, io: &mut Io<D>) -> Result<(), StorageError> {
        let mut producers = Producers::default();
        let mut from = 0;
        for at in (0..self.segments.len()).rev() {
            let path = self.segment_path(self.segments[at].base_offset, INDEX_SUFFIX);
            let stored = io.disk.read_file(&path).ok();
            if let Some(stored) = stored.and_then(|bytes| IndexFile::decode(&bytes).ok()) {
                producers = Producers::new(stored.producers);
                from = at + 1;
                break;
            }
        }
        let limit = io.limits.producers_per_log;
        for at in from..self.segments.len() {
            let segment = &self.segments[at];
            let (base_offset, now_ms) = (segment.base_offset, segment.last_append_ms);
            let path = self.segment_path(base_offset, LOG_SUFFIX);
            let error = io_error("reading", &path);
            let file = io.disk.open(&path, crate::disk::OpenMode::Read).map_err(&error)?;
            let until_offset = segment.next_offset;
            let expect = Expect { base_offset, until_offset, gaps: true, leader_epoch: i32::MIN };
            let mut reader = FileReader::new(&mut io.disk, file, segment.size_bytes);
            let scanned = scan(&mut reader, expect, |header, _| {
                if header.has_producer() {
                    producers.note(header, header.base_offset, now_ms, limit);
                }
            });
            io.disk.close(file);
            scanned.map_err(error)?;
        }
        if let Some(last) = self.segments.back()
            && !last.stored
        {
            let mut epochs = self.epochs.clone();
            epochs.truncate_to(last.next_offset);
            let snapshot =
                Snapshot { producers: producers.snapshot(), epochs: epochs.entries().to_vec() };
            let base_offset = last.base_offset;
            self.snapshots.retain(|(base, _)| *base < base_offset);
            self.keep_snapshot(base_offset, snapshot);
        }
        self.producers = producers;
        Ok(())
    }
}

fn remove_if_there<D: Disk>(io: &mut Io<D>, path: &Path) -> Result<(), StorageError> {
    match io.disk.remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(io_error("removing", path)(error))
        }
        _ => path
            .parent()
            .map_or(Ok(()), |dir| io.disk.sync_dir(dir).map_err(io_error("syncing", dir))),
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
