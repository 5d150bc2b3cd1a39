//! Moves a log's bytes to the disk: one call takes every step that can be taken now.

use std::io;
use std::rc::Rc;

use crate::buffer::IoBuf;
use crate::config::Reserve;
use crate::disk::{Disk, FileId, Op, is_full, temporary_path};
use crate::limits::{
    LAZY_WRITE_BYTES, LOG_IN_FLIGHT_BYTES, PREALLOCATE_STEP_MIN_BYTES, SPLIT_WRITE_BYTES,
};
use crate::log::Log;
use crate::log::segment::{FileState, LOG_SUFFIX, Phase, Segment};
use crate::log::writer::{Write, WriteState};
use crate::store::io::{Io, Purpose};
use crate::types::Event;

/// Whether another step may be possible.
enum Step {
    Again,
    Stop,
}

impl Log {
    /// Puts the log on the list of those to pump.
    #[inline]
    pub fn mark_dirty<D: Disk>(&mut self, io: &mut Io<D>) {
        if !self.dirty {
            self.dirty = true;
            io.dirty.push(self.id);
        }
    }

    /// Moves the stable end to where the settings allow, and notes it for the next drain of events.
    #[inline]
    pub fn update_stable<D: Disk>(&mut self, io: &mut Io<D>) {
        let reached = if self.acks_from_memory(io.crash_safe) {
            self.next_offset
        } else {
            self.writer.durable_offset
        };
        if reached > self.stable_end {
            self.stable_end = reached;
            if !self.stable_noted {
                self.stable_noted = true;
                io.moved.push(self.id);
            }
        }
    }

    /// Submits whatever can be submitted.
    pub fn pump<D: Disk>(&mut self, io: &mut Io<D>) {
        if self.fenced.is_some() {
            return;
        }
        self.resubmit_front(io);
        while let Some(at) = self.writing_segment() {
            if matches!(self.step(at, io), Step::Stop) {
                break;
            }
        }
        self.sync_if_due(io);
    }

    /// Whether nothing may be asked of the disk that needs new space.
    fn is_starved(&self) -> bool {
        self.disk_full && !self.retrying
    }

    /// The disk was full: asks again for what failed.
    pub fn retry_space<D: Disk>(&mut self, io: &mut Io<D>) {
        if self.side_dirty {
            self.write_side_file(io.now, io);
        }
        if !self.disk_full {
            return;
        }
        self.retrying = true;
        let before = io.disk.in_flight();
        if let Some(at) = self.writing_segment()
            && let Some(file) = self.segments[at].open_file()
        {
            self.reserve_space(at, file, io);
        }
        self.pump(io);
        if io.disk.in_flight() == before && self.jobs == 0 && self.writer.is_idle() {
            self.space_is_back(io);
        }
    }

    /// The oldest segment that is not at rest: the only one that is written.
    fn writing_segment(&self) -> Option<usize> {
        let resting = self.segments.iter().rev().take_while(|s| s.is_written()).count();
        (resting > 0).then(|| self.segments.len() - resting)
    }

    fn step<D: Disk>(&mut self, at: usize, io: &mut Io<D>) -> Step {
        let segment = &self.segments[at];
        let end = segment.end_lpos();
        if self.writer.submitted_lpos >= end {
            return self.finish_if_drained(at, io);
        }
        let file = match segment.file {
            FileState::Open(file) => file,
            FileState::Opening => return Step::Stop,
            FileState::None => {
                self.create_file(at, io);
                return Step::Stop;
            }
        };
        self.reserve_space(at, file, io);
        let lazy = self.acks_from_memory(io.crash_safe);
        if lazy && !self.writer.due && end - self.writer.submitted_lpos < LAZY_WRITE_BYTES {
            return Step::Stop;
        }
        let step = self.submit_range(at, file, io);
        if !lazy {
            self.zero_ahead(at, file, io);
        }
        step
    }

    /// Everything of this segment is submitted: is it full and at rest?
    fn finish_if_drained<D: Disk>(&mut self, at: usize, io: &mut Io<D>) -> Step {
        let segment = &self.segments[at];
        let end = segment.end_lpos();
        if segment.phase != Phase::Draining {
            self.writer.due = false;
            return Step::Stop;
        }
        if self.writer.synced_lpos < end {
            self.writer.sync_target_lpos = self.writer.sync_target_lpos.max(end);
            return Step::Stop;
        }
        self.seal(at, io);
        Step::Again
    }

    /// The end of what may be submitted now, as a position in the segment.
    fn submit_limit<D: Disk>(&self, segment: &Segment, io: &Io<D>) -> u64 {
        let unit = io.limits.write_unit;
        let mut limit = segment.size_bytes;
        if unit.round_up(limit) > segment.allocated_bytes {
            // Only reserved space is written, so a full disk is found before a write needs it.
            limit = unit.round_down(segment.allocated_bytes);
        }
        if let Some(zeroing_from) = segment.zeroing_from {
            limit = limit.min(zeroing_from);
        }
        let (start, written) = (segment.start_lpos, self.writer.written_lpos);
        let near = written + io.limits.in_flight_bytes.min(LOG_IN_FLIGHT_BYTES);
        // The rest of the last unit goes along, and may have been appended to by then.
        if start + unit.round_up(limit) > near {
            limit = unit.round_down(near.saturating_sub(start));
        }
        // Recovery counts from the first batch that is not whole, and that may begin before what
        // is written: no other batch is in flight further behind.
        let (batch_start, batch_end) = self.tail.batch_around(written, self.end_lpos());
        let far = unit.round_down((batch_start + LOG_IN_FLIGHT_BYTES).saturating_sub(start));
        limit.min(far.max(batch_end.saturating_sub(start)))
    }

    fn submit_range<D: Disk>(&mut self, at: usize, file: FileId, io: &mut Io<D>) -> Step {
        let segment = &self.segments[at];
        let start = segment.start_lpos;
        let from = self.writer.submitted_lpos - start;
        let limit = self.submit_limit(segment, io);
        if limit <= from {
            return Step::Stop;
        }
        let unit = io.limits.write_unit;
        let unit_in_flight = !unit.is_start(from) && self.writer.last_is_busy();
        if !unit_in_flight {
            self.submit_write(file, start, from, limit, io);
            return if limit == self.segments[at].size_bytes { Step::Again } else { Step::Stop };
        }
        // The tail unit is in flight, so what follows gathers behind it. Many whole units need not
        // wait for that: they go beside it, and the rest of the unit follows when it is free.
        let (whole_from, whole_to) = (unit.round_up(from), unit.round_down(limit));
        if whole_to < whole_from + SPLIT_WRITE_BYTES {
            return Step::Stop;
        }
        let end_offset = self.offset_at(start + whole_from);
        self.writer.push(Write {
            start_lpos: start + from,
            end_lpos: start + whole_from,
            end_offset,
            sync: !self.acks_from_memory(io.crash_safe),
            state: WriteState::Waiting,
        });
        self.submit_write(file, start, whole_from, whole_to, io);
        Step::Stop
    }

    /// Gives the bytes between two positions of a segment to the disk, from the start of the unit.
    fn submit_write<D: Disk>(
        &mut self,
        file: FileId,
        segment_start: u64,
        from: u64,
        to: u64,
        io: &mut Io<D>,
    ) {
        let write = Write {
            start_lpos: segment_start + from,
            end_lpos: segment_start + to,
            end_offset: self.offset_at(segment_start + to),
            sync: !self.acks_from_memory(io.crash_safe),
            state: WriteState::InFlight,
        };
        if write.sync {
            self.write_sizes.note(to - from);
        }
        let number = self.writer.push(write);
        self.give_to_disk(file, segment_start, number, &write, io);
    }

    fn give_to_disk<D: Disk>(
        &self,
        file: FileId,
        segment_start: u64,
        number: u64,
        write: &Write,
        io: &mut Io<D>,
    ) {
        let unit = io.limits.write_unit;
        let position = unit.round_down(write.start_lpos - segment_start);
        let mut bufs: Vec<IoBuf> = Vec::with_capacity(4);
        self.tail.slices(segment_start + position, write.end_lpos, &mut bufs);
        let len = write.end_lpos - segment_start - position;
        io.stats.writes += 1;
        io.stats.written_bytes += unit.round_up(len);
        let purpose = Purpose::Write { log: self.id, number };
        io.submit(purpose, Op::Write { file, position, bufs, sync: write.sync });
    }

    /// The write at the front waited for its unit, or for space on the disk.
    fn resubmit_front<D: Disk>(&mut self, io: &mut Io<D>) {
        if self.is_starved() {
            return;
        }
        let Some((number, write)) = self.writer.front_waiting() else { return };
        let Some(at) = self.writing_segment() else { return };
        let segment = &self.segments[at];
        let (Some(file), start) = (segment.open_file(), segment.start_lpos) else { return };
        self.writer.set_state(number, WriteState::InFlight);
        self.give_to_disk(file, start, number, &write, io);
    }

    /// The offset up to which whole batches lie below a log-wide position that is not yet written.
    fn offset_at(&self, lpos: u64) -> i64 {
        if lpos == self.end_lpos() {
            return self.next_offset;
        }
        self.tail.offset_at(lpos).unwrap_or(self.writer.written_offset)
    }

    pub fn create_file<D: Disk>(&mut self, at: usize, io: &mut Io<D>) {
        if self.is_starved() {
            return;
        }
        if !self.made {
            return self.make_folder(at, io);
        }
        if !self.side_on_disk {
            let now = io.now;
            if !self.side_writing {
                self.write_side_file(now, io);
            }
            return;
        }
        let allocate_bytes = self.first_step(&self.segments[at], io);
        let segment = &mut self.segments[at];
        let is_empty = segment.is_empty();
        segment.file = FileState::Opening;
        let base_offset = segment.base_offset;
        let mut path = self.segment_path(base_offset, LOG_SUFFIX);
        if self.marker == Some(base_offset) {
            path = temporary_path(&path);
        }
        self.jobs += 1;
        let purpose = Purpose::Create { log: self.id, base_offset, allocate_bytes };
        let reserve = if is_empty { Reserve::All } else { self.config.reserve };
        let op = io.create_op(path, allocate_bytes, reserve);
        io.submit(purpose, op);
    }

    /// How much is reserved at a time: little where it is of what is kept back.
    pub fn allocate_step<D: Disk>(&self, io: &Io<D>) -> u64 {
        if io.ballast.is_missing() { PREALLOCATE_STEP_MIN_BYTES } else { self.allocate_step_bytes }
    }

    /// Reserves the next step of the file before the tail comes near the end of the last one.
    fn reserve_space<D: Disk>(&mut self, at: usize, file: FileId, io: &mut Io<D>) {
        let starved = self.is_starved();
        let step = self.allocate_step(io);
        let unit = io.limits.write_unit;
        let whole = unit.round_up(u64::from(self.config.segment_bytes));
        let segment = &mut self.segments[at];
        let needed = unit.round_up(segment.size_bytes);
        let low = segment.allocated_bytes < needed + step / 2;
        // A full segment only needs what it holds.
        let most = if segment.phase == Phase::Active { whole.max(needed) } else { needed };
        if starved || segment.allocating || !low || segment.allocated_bytes >= most {
            return;
        }
        let len = unit.round_up((segment.allocated_bytes.max(needed) + step).min(most));
        segment.allocating = true;
        let base_offset = segment.base_offset;
        self.jobs += 1;
        let purpose = Purpose::Allocate { log: self.id, base_offset, len };
        io.submit(purpose, io.allocate_op(file, len, self.config.reserve));
    }

    /// The file of a new segment is there, or could not be made.
    pub fn on_created<D: Disk>(
        &mut self,
        base_offset: i64,
        allocate_bytes: u64,
        result: io::Result<FileId>,
        io: &mut Io<D>,
    ) {
        let Some(at) = self.segment_by_base(base_offset) else { return };
        match result {
            Ok(file) if self.marker == Some(base_offset) => {
                self.marker = None;
                let to = self.segment_path(base_offset, LOG_SUFFIX);
                let from = temporary_path(&to);
                self.jobs += 1;
                let log = self.id;
                let purpose = Purpose::Replace { log, base_offset, allocate_bytes, file };
                io.submit(purpose, Op::Rename { from, to });
            }
            Ok(file) => {
                self.segments[at].file = FileState::Open(file);
                self.segments[at].allocated_bytes = allocate_bytes;
                self.space_is_back(io);
                self.mark_dirty(io);
            }
            Err(error) => {
                self.segments[at].file = FileState::None;
                // The file may be there without its space. Jobs are done in order, so it is gone
                // before the next try.
                let mut path = self.segment_path(base_offset, LOG_SUFFIX);
                if self.marker == Some(base_offset) {
                    path = temporary_path(&path);
                }
                self.jobs += 1;
                let purpose = Purpose::Remove { log: Some(self.id) };
                io.submit(purpose, Op::RemoveFiles { paths: vec![path] });
                self.failed("creating a segment", &error, io);
            }
        }
    }

    pub fn on_allocated<D: Disk>(
        &mut self,
        base_offset: i64,
        len: u64,
        result: io::Result<()>,
        io: &mut Io<D>,
    ) {
        let Some(at) = self.segment_by_base(base_offset) else { return };
        let segment = &mut self.segments[at];
        segment.allocating = false;
        match result {
            Ok(()) => {
                segment.allocated_bytes = segment.allocated_bytes.max(len);
                let most = io.limits.preallocate_step_bytes.max(PREALLOCATE_STEP_MIN_BYTES);
                self.allocate_step_bytes = (self.allocate_step_bytes * 2).min(most);
                self.space_is_back(io);
                self.mark_dirty(io);
            }
            Err(error) => {
                self.allocate_step_bytes = PREALLOCATE_STEP_MIN_BYTES;
                self.failed("reserving space", &error, io);
            }
        }
    }

    pub fn on_written<D: Disk>(&mut self, number: u64, result: io::Result<()>, io: &mut Io<D>) {
        match result {
            Ok(()) => {
                self.writer.complete(number);
                if self.retrying {
                    self.space_is_back(io);
                }
                let behind = self.writer.synced_lpos < self.writer.written_lpos;
                if behind && !self.acks_from_memory(io.crash_safe) {
                    self.writer.sync_target_lpos = self.writer.written_lpos;
                }
                self.update_stable(io);
                self.mark_dirty(io);
            }
            Err(error) => {
                // Without space nothing was promised; the same bytes go again once there is some.
                self.writer.set_state(number, WriteState::Waiting);
                self.failed("writing", &error, io);
            }
        }
    }

    fn sync_if_due<D: Disk>(&mut self, io: &mut Io<D>) {
        // All that is not synced lies in one file: the next segment is not written before. So a
        // target beyond this segment means: this segment first.
        let Some(at) = self.writing_segment() else { return };
        let segment = &self.segments[at];
        let writer = &mut self.writer;
        let target = writer.sync_target_lpos.min(segment.end_lpos());
        if target <= writer.synced_lpos
            || writer.written_lpos < target
            || writer.sync_in_flight.is_some()
        {
            return;
        }
        let Some(file) = segment.open_file() else { return };
        writer.sync_in_flight = Some((writer.written_lpos, writer.written_offset));
        io.stats.syncs += 1;
        io.submit(Purpose::Sync { log: self.id }, Op::Sync { file });
    }

    pub fn on_synced<D: Disk>(&mut self, result: io::Result<()>, io: &mut Io<D>) {
        match result {
            Ok(()) => {
                self.writer.complete_sync();
                self.update_stable(io);
                self.mark_dirty(io);
            }
            Err(error) => {
                self.writer.sync_in_flight = None;
                // A failed sync may have dropped what it was to save: never tried again.
                self.fence(&format!("data sync failed: {error}"), io);
            }
        }
    }

    pub fn failed<D: Disk>(&mut self, what: &str, error: &io::Error, io: &mut Io<D>) {
        self.retrying = false;
        if is_full(error) {
            if self.config.reserve != Reserve::Nothing && io.ballast.give_back() {
                self.space_is_back(io);
                return self.mark_dirty(io);
            }
            if !self.disk_full {
                self.disk_full = true;
                tracing::warn!(log = %self.key, %error, "no space while {what}; appends refused");
                io.events.push(Event::DiskFull { log: self.id });
            }
            io.retry_later(self.id);
            return;
        }
        self.fence(&format!("{what} failed: {error}"), io);
    }

    pub fn space_is_back<D: Disk>(&mut self, io: &mut Io<D>) {
        if self.disk_full {
            self.disk_full = false;
            self.retrying = false;
            tracing::info!(log = %self.key, "space on the disk again; appends are taken");
            io.events.push(Event::DiskSpaceBack { log: self.id });
        }
    }

    /// The log takes no more appends in this life of the process.
    pub fn fence<D: Disk>(&mut self, reason: &str, io: &mut Io<D>) {
        if self.fenced.is_none() {
            let reason: Rc<str> = reason.into();
            tracing::error!(log = %self.key, %reason, "the log is fenced");
            io.fence_event(self.id, &reason);
            self.fenced = Some(reason);
        }
    }
}
