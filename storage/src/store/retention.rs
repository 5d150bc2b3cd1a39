//! What is done now and then for every log: retention, rolls by time, expiry, side files, and the
//! limits on open files and indexes. A sweep takes a bounded number of logs per turn.

use std::path::PathBuf;

use crate::disk::{Disk, Op, is_full};
use crate::limits::{SIDE_FILE_MS, SWEEP_LOGS, SWEEP_MS};
use crate::log::Log;
use crate::log::segment::{
    DELETED_SUFFIX, FileState, INDEX_SUFFIX, IndexState, LOG_SUFFIX, Phase, Segment,
};
use crate::log::side::PARTITION_FILE;
use crate::store::Store;
use crate::store::io::{Grave, Io, Purpose, SidePositions};
use crate::types::{LogId, Now};

impl<D: Disk> Store<D> {
    /// Looks at the next logs; a full round takes [`SWEEP_MS`] or more.
    pub(crate) fn sweep(&mut self, now: Now) {
        self.bury(now);
        if self.sweep_slot == 0 {
            self.bury_doomed();
            self.open_again(now);
            self.sweep_reading();
        }
        if std::mem::take(&mut self.io.crowded) {
            let logs = &self.logs;
            self.io.fifo.retain(|&(id, sequence)| {
                logs.get(id).is_some_and(|log| log.tail.has_chunk(sequence))
            });
        }
        let mut looked = 0;
        while looked < SWEEP_LOGS && self.sweep_slot < self.logs.slots() {
            if let Some(log) = self.logs.at(self.sweep_slot) {
                let id = log.id;
                looked += 1;
                self.sweep_log(id, now);
            }
            self.sweep_slot += 1;
        }
        self.next_sweep_ms = if self.sweep_slot < self.logs.slots() {
            now.mono_ms + 1
        } else {
            self.sweep_slot = 0;
            now.mono_ms + SWEEP_MS
        };
    }

    fn sweep_log(&mut self, id: LogId, now: Now) {
        let Some(log) = self.logs.get_mut(id) else { return };
        let io = &mut self.io;
        log.producers.expire(now.unix_ms, log.config.producer_id_expiration_ms);
        log.roll_if_aged(now, io);
        log.seal_leftover(io);
        if log.config.cleanup_delete && log.fenced.is_none() {
            log.apply_retention(now, io);
        }
        if log.segments.front().is_some_and(|s| s.next_offset <= log.log_start_offset) {
            self.remove_below_start(id, now);
        }
        let Some(log) = self.logs.get_mut(id) else { return };
        let moved = log.writer.durable_offset != log.side_durable_offset;
        let aged = now.mono_ms >= log.side_written_ms.saturating_add(SIDE_FILE_MS);
        if log.side_dirty || (moved && aged) {
            log.write_side_file(now, &mut self.io);
        }
    }

    /// Removes whole segments below the log start; their files go after `file.delete.delay.ms`.
    pub(crate) fn remove_below_start(&mut self, id: LogId, now: Now) {
        let Some(log) = self.logs.get_mut(id) else { return };
        // The moved log start is on disk before anything is gone; its writing calls this again.
        let waits = |s: &Segment| s.next_offset > log.durable_log_start;
        let mut noted_start = log.durable_log_start;
        if log.segments.front().is_some_and(waits) {
            if log.segments[0].next_offset > log.log_start_offset {
                return;
            }
            // Not even that has room. One at a time, durably, the files themselves say where the
            // log begins.
            if !log.side_starved || log.side_writing || log.jobs > 0 {
                return log.write_side_file(now, &mut self.io);
            }
            noted_start = log.segments[0].next_offset;
            self.io.retry_later(id);
        }
        let mut removed = Vec::new();
        while log.segments.len() > 1
            && log.segments[0].next_offset <= log.log_start_offset.min(noted_start)
            && log.segments[0].phase == Phase::Closed
            && log.segments[0].reads == 0
            && !log.segments[0].leaving
            && log.keeps_place_without_first()
        {
            removed.extend(log.segments.pop_front());
        }
        if removed.is_empty() {
            return;
        }
        log.epochs.start_at(log.log_start_offset);
        let log_start_offset = log.log_start_offset;
        let stale: Vec<_> = {
            let (stale, kept) = std::mem::take(&mut log.read_buffers)
                .into_iter()
                .partition(|b| b.is_below(log_start_offset));
            log.read_buffers = kept;
            stale
        };
        let delay_ms = u64::try_from(log.config.file_delete_delay_ms).unwrap_or(0);
        for segment in removed {
            self.io.stats.deleted_segments += 1;
            self.remove_segment(id, &segment, now, delay_ms);
        }
        for buffer in stale {
            self.put_away(buffer);
        }
    }

    fn remove_segment(&mut self, id: LogId, segment: &Segment, now: Now, delay_ms: u64) {
        let Some(log) = self.logs.get_mut(id) else { return };
        log.snapshots.retain(|(base, _)| *base != segment.base_offset);
        if let FileState::Open(file) = segment.file {
            self.io.open_for_read = self.io.open_for_read.saturating_sub(1);
            self.io.submit(Purpose::Close, Op::Close { file, truncate_to: None });
        }
        if let IndexState::Here(index) = &segment.index {
            self.io.index_bytes = self.io.index_bytes.saturating_sub(index.memory_bytes());
        }
        let mut doomed: Vec<PathBuf> = Vec::new();
        for suffix in [LOG_SUFFIX, INDEX_SUFFIX] {
            let from = log.segment_path(segment.base_offset, suffix);
            if delay_ms == 0 {
                doomed.push(from);
                continue;
            }
            let mut name = from.clone().into_os_string();
            name.push(DELETED_SUFFIX);
            let to = PathBuf::from(name);
            doomed.push(to.clone());
            log.jobs += 1;
            self.io.submit(Purpose::Remove { log: Some(id) }, Op::Rename { from, to });
        }
        if delay_ms == 0 {
            log.jobs += 1;
            self.io.submit(Purpose::Remove { log: Some(id) }, Op::RemoveFiles { paths: doomed });
        } else {
            self.io.graves.push_back((now.mono_ms + delay_ms, Grave::Files(doomed)));
        }
    }

    /// Removes what has been dead for long enough.
    fn bury(&mut self, now: Now) {
        let io = &mut self.io;
        for _ in 0..io.graves.len() {
            let Some((due, grave)) = io.graves.pop_front() else { break };
            if due > now.mono_ms {
                io.graves.push_back((due, grave));
                continue;
            }
            let op = match grave {
                Grave::Files(paths) => Op::RemoveFiles { paths },
                Grave::Folder(path) => Op::RemoveDirAll { path },
            };
            io.submit(Purpose::Remove { log: None }, op);
        }
    }

    /// Closes the files of closed segments that were read longest ago.
    pub(crate) fn limit_open_files(&mut self) {
        let mut tries = self.open_order.len();
        while self.io.open_for_read > self.io.limits.open_files && tries > 0 {
            tries -= 1;
            let Some((id, base_offset)) = self.open_order.pop_front() else { break };
            let Some(log) = self.logs.get_mut(id) else { continue };
            let Some(at) = log.segment_by_base(base_offset) else { continue };
            let segment = &mut log.segments[at];
            let FileState::Open(file) = segment.file else { continue };
            if segment.reads > 0 || segment.phase != Phase::Closed {
                self.open_order.push_back((id, base_offset));
                continue;
            }
            segment.file = FileState::None;
            self.io.open_for_read -= 1;
            self.io.submit(Purpose::Close, Op::Close { file, truncate_to: None });
        }
    }

    /// Drops the indexes of closed segments that were loaded longest ago.
    pub(crate) fn limit_indexes(&mut self) {
        while self.io.index_bytes > self.io.limits.index_bytes && self.index_order.len() > 1 {
            let Some((id, base_offset)) = self.index_order.pop_front() else { break };
            let Some(log) = self.logs.get_mut(id) else { continue };
            let Some(at) = log.segment_by_base(base_offset) else { continue };
            let segment = &mut log.segments[at];
            if let IndexState::Here(index) = &segment.index
                && segment.phase == Phase::Closed
                && segment.stored
            {
                self.io.index_bytes = self.io.index_bytes.saturating_sub(index.memory_bytes());
                segment.index = IndexState::Stored;
            }
        }
    }
}

impl Log {
    /// Whether the offset of the next record stays known on disk if the oldest segment goes: some
    /// later segment has a file that says it.
    fn keeps_place_without_first(&self) -> bool {
        self.segments.iter().skip(1).any(|s| !s.is_written() || s.open_file().is_some())
    }

    fn roll_if_aged<D: Disk>(&mut self, now: Now, io: &mut Io<D>) {
        let segment_ms = self.config.roll_ms();
        let aged = |s: &Segment| {
            !s.is_empty() && now.unix_ms.saturating_sub(s.first_append_ms) > segment_ms
        };
        if self.fenced.is_none() && self.active().is_some_and(aged) {
            self.roll(io);
        }
    }

    /// Stores the index of a segment that an earlier life left without one.
    fn seal_leftover<D: Disk>(&mut self, io: &mut Io<D>) {
        let open = |s: &Segment| s.phase == Phase::Closed && !s.stored && !s.is_empty();
        let Some(at) = self.segments.iter().position(open) else { return };
        if self.damage.is_empty() && self.jobs == 0 && !self.cleaning {
            self.segments[at].phase = Phase::Sealing;
            self.store_index(at, io);
        }
    }

    /// Moves the log start over segments that are too old or too much. A follower's log begins
    /// where its leader's does.
    fn apply_retention<D: Disk>(&mut self, now: Now, io: &mut Io<D>) {
        if self.term < 0 {
            return;
        }
        let committed_end = self.committed_end();
        let (by_ms, by_bytes) = (self.config.retention_ms, self.config.retention_bytes);
        let mut excess =
            if by_bytes >= 0 { self.size_bytes().saturating_sub(by_bytes as u64) } else { 0 };
        let mut start = self.log_start_offset;
        for segment in &self.segments {
            // Timestamps may be missing or far off; then the clock at the append counts.
            let youngest = if segment.max_timestamp_ms >= 0 {
                segment.max_timestamp_ms
            } else {
                segment.last_append_ms
            };
            let old = by_ms >= 0 && now.unix_ms.saturating_sub(youngest) > by_ms;
            let surplus = excess > 0 && segment.size_bytes <= excess;
            if segment.is_empty() || !(old || surplus) {
                break;
            }
            // Nothing that is not committed goes.
            if segment.next_offset > committed_end {
                break;
            }
            excess = excess.saturating_sub(segment.size_bytes);
            if segment.phase != Phase::Closed {
                // The active segment goes too, once it is closed.
                self.roll(io);
                break;
            }
            start = segment.next_offset;
        }
        if start > self.log_start_offset {
            self.move_start(start, io);
        }
    }

    /// Moves the log start. Something must keep the place of the next offset on disk.
    pub fn move_start<D: Disk>(&mut self, offset: i64, io: &mut Io<D>) {
        self.log_start_offset = offset;
        self.side_dirty = true;
        let last_goes = self
            .segments
            .back()
            .is_some_and(|s| s.phase == Phase::Closed && s.next_offset <= offset && !s.is_empty());
        if last_goes {
            self.start_segment();
            self.create_file(self.segments.len() - 1, io);
        }
    }

    /// Replaces the `partition` file. A log without a folder has none.
    pub fn write_side_file<D: Disk>(&mut self, now: Now, io: &mut Io<D>) {
        if !self.made {
            self.side_dirty = false;
            return;
        }
        if self.side_writing {
            self.side_dirty = true;
            return;
        }
        let file = self.partition_file();
        let positions = SidePositions::of(&file);
        match file.encode() {
            Ok(bytes) => {
                self.note_side_writing(now);
                self.jobs += 1;
                let path = self.dir.join(PARTITION_FILE);
                let purpose = Purpose::Side { log: self.id, positions };
                io.submit(purpose, Op::WriteFile { path, bytes });
            }
            Err(error) => tracing::error!(log = %self.key, %error, "partition file not written"),
        }
    }

    pub fn note_side_writing(&mut self, now: Now) {
        self.lazy_in_writing = !self.always_synced;
        self.side_dirty = false;
        self.side_writing = true;
        self.side_written_ms = now.mono_ms;
    }

    /// The file says `positions`, or could not be written.
    pub fn on_side_written<D: Disk>(
        &mut self,
        positions: SidePositions,
        result: std::io::Result<()>,
        io: &mut Io<D>,
    ) {
        self.side_writing = false;
        match result {
            Ok(()) => {
                self.side_starved = false;
                self.side_durable_offset = positions.durable_offset;
                self.durable_log_start = positions.log_start_offset;
                self.durable_compacted_until = positions.compacted_until;
                self.lazy_on_disk = self.lazy_in_writing;
                if !self.side_on_disk {
                    self.side_on_disk = true;
                    self.space_is_back(io);
                }
                if self.durable_log_start < self.log_start_offset {
                    // It moved on meanwhile, and somebody waits for that.
                    self.write_side_file(io.now, io);
                }
                self.update_stable(io);
                self.mark_dirty(io);
            }
            Err(error) => {
                self.side_dirty = true;
                tracing::warn!(log = %self.key, %error, "partition file not written");
                if is_full(&error) {
                    if io.ballast.give_back() {
                        return self.write_side_file(io.now, io);
                    }
                    self.side_starved = true;
                    io.retry_later(self.id);
                }
                if !self.side_on_disk {
                    self.failed("writing the partition file", &error, io);
                }
            }
        }
    }
}
