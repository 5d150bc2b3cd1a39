//! Reads from the disk: aligned, with read-ahead that grows while a reader goes on in sequence, in
//! memory of their own, so that a catch-up read cannot push the tail out of its cache.
//!
//! A read goes through the steps it needs (load the index, open the file, wait for its turn, read)
//! and is driven on by each completion. What was read stays a while as a
//! [`ReadBuffer`](crate::store::parse::ReadBuffer).

use std::io;
use std::rc::Rc;

use wire::records::HEADER_BYTES;

use crate::buffer::IoBuf;
use crate::disk::{Disk, Done, FileId, Op, round_down_to_block, round_up_to_block};
use crate::errors::Corruption;
use crate::limits::READ_AHEAD_MIN_BYTES;
use crate::log::segment::{FileState, IndexState};
use crate::log::side::IndexFile;
use crate::store::Store;
use crate::store::io::Purpose;
use crate::store::lookup::Wanted;
use crate::store::parse::Span;
use crate::types::{Event, LogId, Lookup, ReadOutcome, ReadRequest, Slices, Ticket, TicketResult};

/// What memory says to a read.
pub(crate) enum Attempt {
    Ready(Slices),
    /// The disk has to be asked, for this offset.
    Cold(i64),
    OutOfRange {
        log_start_offset: i64,
        log_end_offset: i64,
    },
    Corrupt(Corruption),
    NoSuchLog,
}

/// What a pending read is for.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Goal {
    Read,
    Lookup(Wanted),
    /// To have the next part ready for a reader that was here.
    Ahead {
        from: i64,
    },
    /// Cancelled.
    Nothing,
}

#[derive(Debug)]
pub(crate) struct PendingRead {
    pub ticket: Ticket,
    pub log: LogId,
    pub request: ReadRequest,
    pub goal: Goal,
    /// Where the read in flight starts looking and how much it asked for; empty if there is none.
    span: Span,
    /// Bytes that the batch is known to need.
    least_bytes: usize,
    /// A lookup has been brought near by the index.
    placed: bool,
}

#[cfg(test)]
impl PendingRead {
    pub fn span_len(&self) -> usize {
        self.span.len
    }
}

/// How a read can go on.
enum Plan {
    Read(FileId, Span),
    /// Something is on its way that has to be there first.
    Wait,
    Corrupt(Corruption),
}

impl<D: Disk> Store<D> {
    /// Starts a read that needs the disk. `None`: too many wait already.
    pub(crate) fn start_pending(
        &mut self,
        id: LogId,
        request: ReadRequest,
        goal: Goal,
    ) -> Option<(Ticket, Option<TicketResult>)> {
        if self.pending.len() >= self.io.limits.tickets {
            return None;
        }
        self.pending_serial = (self.pending_serial + 1) & u64::from(u32::MAX);
        let entry = self.pending.vacant_entry();
        let key = entry.key();
        let ticket = Ticket((self.pending_serial << 32) | key as u64);
        entry.insert(PendingRead {
            ticket,
            log: id,
            request,
            goal,
            span: Span::default(),
            least_bytes: 0,
            placed: false,
        });
        let done = match goal {
            Goal::Ahead { .. } => {
                self.enqueue(key);
                None
            }
            _ => self.drive(key),
        };
        if done.is_some() {
            self.pending.remove(key);
        }
        Some((ticket, done))
    }

    /// Takes the next step of a pending read; `Some` is its answer.
    pub(crate) fn drive(&mut self, key: usize) -> Option<TicketResult> {
        loop {
            let PendingRead { log: id, goal, placed, .. } = self.pending[key];
            if let Goal::Lookup(wanted) = goal
                && !placed
                && !self.place(key, id, wanted)
            {
                return None;
            }
            let request = self.pending[key].request;
            if matches!(goal, Goal::Ahead { .. }) && self.is_at_hand(id, request.offset) {
                return Some(TicketResult::Read(ReadOutcome::Ready(Slices::default())));
            }
            let outcome = match self.attempt(id, &request) {
                Attempt::Cold(offset) => {
                    self.pending[key].request.offset = offset;
                    match self.drive_cold(key, id) {
                        Ok(()) => return None,
                        Err(outcome) => outcome,
                    }
                }
                Attempt::Ready(slices) => ReadOutcome::Ready(slices),
                Attempt::OutOfRange { log_start_offset, log_end_offset } => {
                    ReadOutcome::OffsetOutOfRange { log_start_offset, log_end_offset }
                }
                Attempt::Corrupt(corruption) => ReadOutcome::Corrupt(corruption),
                Attempt::NoSuchLog => ReadOutcome::NoSuchLog,
            };
            match goal {
                Goal::Read | Goal::Ahead { .. } | Goal::Nothing => {
                    return Some(TicketResult::Read(outcome));
                }
                Goal::Lookup(wanted) => match self.search(id, wanted, outcome) {
                    Ok(found) => return Some(TicketResult::Lookup(found)),
                    Err(next_offset) => self.pending[key].request.offset = next_offset,
                },
            }
        }
    }

    /// Brings a lookup near its record by the index. `false`: the index is on its way.
    fn place(&mut self, key: usize, id: LogId, wanted: Wanted) -> bool {
        if let Wanted::AtLeast(timestamp_ms) = wanted
            && let Some(log) = self.logs.get_mut(id)
            && let Some(at) = log.segment_for_time(timestamp_ms)
        {
            if !log.load_index(at, &mut self.io) {
                log.waiting.push(key);
                return false;
            }
            if let Some(offset) = log.start_for_time(timestamp_ms) {
                self.pending[key].request.offset = offset;
            }
        }
        self.pending[key].placed = true;
        true
    }

    /// Submits what a read needs next. `Err` is its end.
    fn drive_cold(&mut self, key: usize, id: LogId) -> Result<(), ReadOutcome> {
        let (offset, max_bytes) = {
            let pending = &self.pending[key];
            (pending.request.offset, pending.request.max_bytes.max(pending.least_bytes))
        };
        let least = self.pending[key].least_bytes;
        match self.plan(id, offset, max_bytes, least)? {
            Plan::Wait => {
                if let Some(log) = self.logs.get_mut(id) {
                    log.waiting.push(key);
                }
                Ok(())
            }
            Plan::Corrupt(corruption) => Err(ReadOutcome::Corrupt(corruption)),
            Plan::Read(file, span) => {
                if !self.may_fly(span.len) {
                    self.enqueue(key);
                    return Ok(());
                }
                if !self.reserve_read(span.len, least > 0) {
                    return Err(ReadOutcome::Busy);
                }
                self.fly(key, id, file, span)
            }
        }
    }

    /// Gives a read to the disk.
    fn fly(&mut self, key: usize, id: LogId, file: FileId, span: Span) -> Result<(), ReadOutcome> {
        let log = self.logs.get_mut(id).ok_or(ReadOutcome::NoSuchLog)?;
        if let Some(at) = log.segment_by_base(span.segment_base) {
            log.segments[at].reads += 1;
        }
        let into = self.reading.pool.take(span.len);
        let carried = log.read_buffers.iter().find(|b| b.is_followed_by(&span));
        into.append(carried.map_or(&[][..], |b| b.carried_bytes(span.len)));
        let position = round_down_to_block(span.position) + into.filled() as u64;
        let len = span.len - into.filled();
        self.pending[key].span = span;
        self.reading.flying.push(key);
        self.reading.flying_bytes += span.len;
        let purpose = Purpose::Read { key, log: id, base_offset: span.segment_base };
        self.io.submit(purpose, Op::Read { file, position, len, into });
        Ok(())
    }

    /// Finds where to read, loading the index and opening the file as needed.
    fn plan(
        &mut self,
        id: LogId,
        offset: i64,
        max_bytes: usize,
        least: usize,
    ) -> Result<Plan, ReadOutcome> {
        let most = self.read_bytes_max();
        let io = &mut self.io;
        let log = self.logs.get_mut(id).ok_or(ReadOutcome::NoSuchLog)?;
        let at = log.segment_of(offset).ok_or(ReadOutcome::NoSuchLog)?;
        if log.segments[at].next_offset <= offset {
            return Ok(Plan::Corrupt(log.missing(at, offset)));
        }
        if log.segments[at].leaving {
            return Ok(Plan::Wait);
        }
        let tick = io.tick();
        log.segments[at].last_used = tick;
        let segment_base = log.segments[at].base_offset;
        let before = log.read_buffers.iter().find(|b| b.next_offset == offset);
        let (ahead, batch) = before.map_or((0, 0), |b| (b.len * 2, b.largest_batch));
        let sequential = before.is_some() || offset == segment_base;
        let position = match before {
            _ if offset == segment_base => 0,
            Some(before) if before.segment_base == segment_base => before.end_position,
            _ => {
                if !log.load_index(at, io) {
                    return Ok(Plan::Wait);
                }
                log.position_for(at, offset)
            }
        };
        let on_its_way = |p: &PendingRead| p.log == id && p.span.covers(segment_base, position);
        if self.reading.flying.iter().any(|&other| on_its_way(&self.pending[other])) {
            return Ok(Plan::Wait);
        }
        let Some(file) = log.open_for_read(at, io) else { return Ok(Plan::Wait) };
        let start = round_down_to_block(position);
        let skew = (position - start) as usize;
        let wanted = ahead.max(max_bytes).clamp(READ_AHEAD_MIN_BYTES, most);
        // A batch as large as the last ones comes whole, its header's successor included.
        let batch = if batch > 0 { skew + batch + HEADER_BYTES } else { 0 };
        let readable = log.readable_bytes(at).saturating_sub(start);
        // Up to the block behind the last byte, no further: what is there is of no use.
        let len = wanted.max(batch).max(skew + least).min(readable as usize) as u64;
        let len = round_up_to_block(len) as usize;
        let readable = len.min(readable as usize);
        Ok(Plan::Read(file, Span { segment_base, position, len, readable, sequential }))
    }

    /// A read has come back.
    pub(crate) fn on_read(
        &mut self,
        key: usize,
        id: LogId,
        base_offset: i64,
        result: io::Result<Done>,
    ) {
        let span = std::mem::take(&mut self.pending[key].span);
        self.reading.flying.retain(|&other| other != key);
        self.reading.flying_bytes -= span.len;
        if let Some(log) = self.logs.get_mut(id)
            && let Some(at) = log.segment_by_base(base_offset)
        {
            log.segments[at].reads -= 1;
        }
        let outcome = match result {
            Ok(Done::Read(bytes)) => self.take_read(key, id, &span, bytes),
            Ok(other) => Some(ReadOutcome::Fenced(format!("a read gave {other:?}").into())),
            Err(error) => Some(ReadOutcome::Fenced(format!("reading failed: {error}").into())),
        };
        let goal = self.pending[key].goal;
        match outcome {
            Some(outcome) => self.finish(key, outcome),
            None => {
                self.drive_or_finish(key);
                if let Goal::Ahead { from } = goal {
                    self.read_ahead(id, from);
                }
            }
        }
        self.wake_waiting(id);
    }

    /// Makes a checked buffer of what was read. `Some` ends the read.
    fn take_read(
        &mut self,
        key: usize,
        id: LogId,
        span: &Span,
        bytes: IoBuf,
    ) -> Option<ReadOutcome> {
        let offset = self.pending[key].request.offset;
        let Some(log) = self.logs.get_mut(id) else { return Some(ReadOutcome::NoSuchLog) };
        // Retention took the segment meanwhile: look again where the offset is now.
        let at = log.segment_by_base(span.segment_base)?;
        let parsed = log.parse_read(at, &bytes, span, offset);
        if let Some(corruption) = &parsed.corrupt {
            self.io.stats.corrupt_batches += 1;
            tracing::error!(log = %log.key, %corruption, "damage found by a read");
            log.note_damage(corruption);
        }
        let Some(mut buffer) = parsed.buffer else {
            if let Some(corruption) = parsed.corrupt {
                return Some(ReadOutcome::Corrupt(corruption));
            }
            // The batch is larger than what was read, or further on than the index knows.
            let progress = parsed.needed_bytes > self.pending[key].least_bytes;
            self.pending[key].least_bytes = parsed.needed_bytes;
            let stuck = || ReadOutcome::Fenced("a batch cannot be found where it must be".into());
            return (!progress).then(stuck);
        };
        buffer.bytes = bytes;
        self.pending[key].least_bytes = 0;
        let is_ahead = matches!(self.pending[key].goal, Goal::Ahead { .. });
        self.keep_buffer(id, buffer, is_ahead);
        None
    }

    pub(crate) fn drive_or_finish(&mut self, key: usize) {
        if let Some(result) = self.drive(key) {
            self.finish_with(key, result);
        }
    }

    fn finish(&mut self, key: usize, outcome: ReadOutcome) {
        let result = match self.pending[key].goal {
            Goal::Lookup(_) => TicketResult::Lookup(match outcome {
                ReadOutcome::Corrupt(corruption) => Lookup::Corrupt(corruption),
                ReadOutcome::Fenced(reason) => Lookup::Fenced(reason),
                ReadOutcome::Busy => Lookup::Busy,
                _ => Lookup::NoSuchLog,
            }),
            _ => TicketResult::Read(outcome),
        };
        self.finish_with(key, result);
    }

    fn finish_with(&mut self, key: usize, result: TicketResult) {
        let pending = self.pending.remove(key);
        if matches!(pending.goal, Goal::Ahead { .. }) {
            self.reading.ahead.retain(|(ticket, ..)| *ticket != pending.ticket);
        }
        if matches!(pending.goal, Goal::Read | Goal::Lookup(_)) {
            self.io.events.push(Event::Ticket { ticket: pending.ticket, result });
        }
    }

    /// Something that reads of this log wait for has come.
    pub(crate) fn wake_waiting(&mut self, id: LogId) {
        let Some(log) = self.logs.get_mut(id) else { return };
        for key in std::mem::take(&mut log.waiting) {
            if self.pending.get(key).is_some_and(|p| p.log == id) {
                self.drive_or_finish(key);
            }
        }
    }

    pub(crate) fn on_opened(&mut self, id: LogId, base_offset: i64, result: io::Result<FileId>) {
        let Some(log) = self.logs.get_mut(id) else {
            if let Ok(file) = result {
                self.io.disk.close(file);
            }
            return;
        };
        let Some(at) = log.segment_by_base(base_offset) else {
            if let Ok(file) = result {
                self.io.disk.close(file);
            }
            return self.wake_waiting(id);
        };
        match result {
            Ok(file) => {
                log.segments[at].file = FileState::Open(file);
                self.io.open_for_read += 1;
                self.open_order.push_back((id, base_offset));
                self.limit_open_files();
                self.wake_waiting(id);
            }
            Err(error) => {
                log.segments[at].file = FileState::None;
                let reason: Rc<str> = format!("opening a segment failed: {error}").into();
                self.fail_waiting(id, &reason);
            }
        }
    }

    fn fail_waiting(&mut self, id: LogId, reason: &Rc<str>) {
        let Some(log) = self.logs.get_mut(id) else { return };
        for key in std::mem::take(&mut log.waiting) {
            if self.pending.get(key).is_some_and(|p| p.log == id) {
                self.finish(key, ReadOutcome::Fenced(reason.clone()));
            }
        }
    }

    pub(crate) fn on_index(&mut self, id: LogId, base_offset: i64, result: io::Result<Vec<u8>>) {
        let Some(log) = self.logs.get_mut(id) else { return };
        let Some(at) = log.segment_by_base(base_offset) else { return self.wake_waiting(id) };
        let stored = result
            .map_err(|error| error.to_string())
            .and_then(|bytes| IndexFile::decode(&bytes).map_err(|error| error.to_string()));
        let index = match stored {
            Ok(stored) if stored.size_bytes == log.segments[at].size_bytes => stored.index,
            other => {
                let why = other.err().unwrap_or_else(|| "it is of another segment".into());
                tracing::warn!(log = %log.key, base_offset, why, "index unusable: rebuilding it");
                match self.rebuild_index(id, base_offset) {
                    Ok(index) => index,
                    Err(error) => {
                        let reason: Rc<str> = format!("rebuilding an index failed: {error}").into();
                        if let Some(log) = self.logs.get_mut(id) {
                            log.segments[at].index = IndexState::Stored;
                        }
                        return self.fail_waiting(id, &reason);
                    }
                }
            }
        };
        self.io.index_bytes += index.memory_bytes();
        if let Some(log) = self.logs.get_mut(id) {
            log.segments[at].index = IndexState::Here(Rc::new(index));
        }
        self.index_order.push_back((id, base_offset));
        self.limit_indexes();
        self.wake_waiting(id);
    }
}
