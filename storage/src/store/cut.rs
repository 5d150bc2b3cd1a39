//! A log is cut, or begins anew: a follower gives up what its leader does not have. Rare; these may
//! block for as long as the device likes.

use std::path::Path;
use std::rc::Rc;

use crate::disk::Disk;
use crate::errors::StorageError;
use crate::log::epochs::Epochs;
use crate::log::scan::{Expect, FileReader, Scanned, scan};
use crate::log::segment::{BatchNote, FileState, INDEX_SUFFIX, LOG_SUFFIX, Phase, Segment};
use crate::log::side::IndexFile;
use crate::log::{Log, Snapshot};
use crate::producers::Producers;
use crate::store::Store;
use crate::store::admin::io_error;
use crate::store::io::Io;
use crate::types::LogId;

impl<D: Disk> Store<D> {
    /// Cuts the log: records from `offset` on go, and with them the rest of the batch they are in.
    /// Returns the new log end. Blocks until the log is at rest.
    pub fn truncate(&mut self, id: LogId, offset: i64) -> Result<i64, StorageError> {
        let log = self.logs.get(id).ok_or(StorageError::NoSuchLog)?;
        if offset >= log.next_offset {
            return Ok(log.next_offset);
        }
        self.come_to_rest(id)?;
        let result = self.cut(id, offset);
        self.fence_unless_done(id, &result);
        result
    }

    /// Takes everything away: the log is empty and goes on at `start`, where its leader's begins.
    /// Blocks until the log is at rest.
    pub fn restart_at(&mut self, id: LogId, start: i64) -> Result<(), StorageError> {
        self.come_to_rest(id)?;
        let result = self.begin_anew(id, start);
        self.fence_unless_done(id, &result);
        result
    }

    /// Nothing of the log is on its way, in memory or being read.
    fn come_to_rest(&mut self, id: LogId) -> Result<(), StorageError> {
        self.stop_cleaning(Some(id));
        let log = self.logs.get_mut(id).ok_or(StorageError::NoSuchLog)?;
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
        Ok(())
    }

    fn fence_unless_done<T>(&mut self, id: LogId, result: &Result<T, StorageError>) {
        if let Err(error) = result
            && let Some(log) = self.logs.get_mut(id)
        {
            log.fence(&format!("truncating failed: {error}"), &mut self.io);
        }
    }

    /// Newest segments first: a crash in the middle leaves a shorter log, and that is what a
    /// follower may hold.
    fn begin_anew(&mut self, id: LogId, start: i64) -> Result<(), StorageError> {
        let io = &mut self.io;
        let log = self.logs.get_mut(id).ok_or(StorageError::NoSuchLog)?;
        if log.made {
            log.write_side_file_for_cut(0, log.log_start_offset, io)?;
        }
        if let Some(base_offset) = log.marker.take() {
            remove_if_there(io, &log.segment_path(base_offset, LOG_SUFFIX))?;
        }
        while !log.segments.is_empty() {
            log.remove_last_segment(io)?;
        }
        log.snapshots.clear();
        log.damage.clear();
        log.adopted = false;
        log.producers = Producers::default();
        log.epochs = Epochs::default();
        log.clean_offset = start;
        log.compacted_until = 0;
        log.durable_compacted_until = 0;
        log.log_start_offset = start;
        log.next_offset = start;
        log.stable_end = start;
        log.high_watermark = start;
        log.committed = log.committed.map(|_| start);
        log.writer.reset(log.writer.submitted_lpos, start);
        log.settle_side(io)
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
            log.remove_last_segment(io)?;
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
        log.committed = log.committed.map(|committed| committed.min(end));
        let lpos = log.segments.back().map_or(log.writer.submitted_lpos, Segment::end_lpos);
        log.writer.reset(lpos, end);
        log.settle_side(io)?;
        Ok(end)
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

    fn remove_last_segment<D: Disk>(&mut self, io: &mut Io<D>) -> Result<(), StorageError> {
        let Some(at) = self.segments.len().checked_sub(1) else { return Ok(()) };
        self.close_segment_file(at, io);
        let base_offset = self.segments[at].base_offset;
        for suffix in [INDEX_SUFFIX, LOG_SUFFIX] {
            remove_if_there(io, &self.segment_path(base_offset, suffix))?;
        }
        self.segments.pop_back();
        Ok(())
    }

    /// The side file says where the log ends now. A log without a folder has none.
    fn settle_side<D: Disk>(&mut self, io: &mut Io<D>) -> Result<(), StorageError> {
        self.side_durable_offset = self.next_offset;
        self.durable_log_start = self.log_start_offset;
        if self.made
            && let Ok(bytes) = self.partition_file().encode()
        {
            let path = self.dir.join(crate::log::side::PARTITION_FILE);
            io.disk.write_file(&path, &bytes).map_err(io_error("writing", &path))?;
            self.durable_compacted_until = self.compacted_until;
        }
        Ok(())
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
