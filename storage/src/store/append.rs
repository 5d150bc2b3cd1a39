//! The way in: checks, one copy into tail memory, a few fields.

use std::cmp::Reverse;

use wire::records::{BatchHeader, HEADER_BYTES, rewrite_assigned, rewrite_log_append_time};

use crate::arena::CHUNK_BYTES;
use crate::config::{Reserve, TimestampType};
use crate::disk::Disk;
use crate::errors::AppendError;
use crate::limits::{
    LAZY_WRITE_MS, SEGMENT_BYTES_MAX, SEGMENT_BYTES_MIN, TAIL_KEPT_BYTES, TAIL_KEPT_PART,
};
use crate::log::segment::{BatchNote, Phase, Segment};
use crate::log::tail::Recent;
use crate::log::{Log, Snapshot};
use crate::store::io::Io;
use crate::store::{Logs, Store};
use crate::types::{AppendContext, Appended, LogId, Now};

impl<D: Disk> Store<D> {
    /// Appends one validated batch. `header` is that of `batch`. The batch gets its offsets and
    /// leader epoch; it is acknowledged once `stable_end` reaches the returned `end`, of which
    /// [`crate::Event::StableEnd`] tells.
    pub fn append(
        &mut self,
        id: LogId,
        batch: &[u8],
        header: &BatchHeader,
        context: AppendContext,
    ) -> Result<Appended, AppendError> {
        let Store { io, logs, scratch, .. } = self;
        io.now = context.now;
        let log = logs.get_mut(id).ok_or(AppendError::NoSuchLog)?;
        log.check_open(io)?;
        log.check_term(context.leader_epoch)?;
        log.check_size(batch.len())?;
        if header.has_producer()
            && let Some(duplicate) = log.producers.check(header)?
        {
            io.stats.duplicate_batches += 1;
            return Ok(log.appended_before(&duplicate));
        }
        log.roll_if_full(batch.len() as u64, context.now, io);
        // Making room may give away this log's own last chunk, so look again until it holds.
        loop {
            let log = logs.get_mut(id).ok_or(AppendError::NoSuchLog)?;
            let base = log.active().map_or(log.next_offset, |s| s.base_offset);
            let needed = log.tail.chunks_needed(batch.len(), base, CHUNK_BYTES);
            let kept_bytes = io.kept_tail_bytes(log.config.reserve);
            if io.take_spare(needed, kept_bytes) {
                break;
            }
            reserve(logs, io, id, needed, kept_bytes)?;
        }
        let log = logs.get_mut(id).ok_or(AppendError::NoSuchLog)?;
        Ok(log.append(batch, header, context, io, scratch))
    }
}

impl<D: Disk> Io<D> {
    /// Tail memory that must stay free for others.
    fn kept_tail_bytes(&self, reserve: Reserve) -> usize {
        match reserve {
            Reserve::Nothing => TAIL_KEPT_BYTES.min(self.arena.limit_bytes() / TAIL_KEPT_PART),
            Reserve::Most | Reserve::All => 0,
        }
    }

    /// Takes chunks for an append. `false`: there are not enough.
    pub(super) fn take_spare(&mut self, needed: usize, kept_bytes: usize) -> bool {
        while self.spare.len() < needed {
            if free_bytes(self, kept_bytes) < CHUNK_BYTES {
                return false;
            }
            let Some(chunk) = self.arena.allocate() else { return false };
            self.spare.push(chunk);
        }
        true
    }
}

/// Tail memory that is free for one who leaves `kept_bytes` to others.
fn free_bytes<D>(io: &Io<D>, kept_bytes: usize) -> usize {
    io.arena.limit_bytes().saturating_sub(io.arena.used_bytes() + kept_bytes)
}

/// Makes sure that the arena can give so many chunks, by taking the oldest written ones back.
pub(super) fn reserve<D: Disk>(
    logs: &mut Logs,
    io: &mut Io<D>,
    id: LogId,
    needed: usize,
    kept_bytes: usize,
) -> Result<(), AppendError> {
    let wanted = needed.saturating_sub(io.spare.len()) * CHUNK_BYTES;
    if free_bytes(io, kept_bytes) < wanted && !io.starved {
        let mut tries = io.fifo.len();
        while free_bytes(io, kept_bytes) < wanted && tries > 0 {
            tries -= 1;
            let Some((owner, sequence)) = io.fifo.pop_front() else { break };
            if !evict(logs, owner, sequence) {
                io.fifo.push_back((owner, sequence));
            }
        }
        io.starved = free_bytes(io, kept_bytes) < wanted;
    }
    if free_bytes(io, kept_bytes) >= wanted && io.take_spare(needed, kept_bytes) {
        return Ok(());
    }
    // Bytes that wait lazily hold memory: out with them.
    let owner = logs.get_mut(id).ok_or(AppendError::NoSuchLog)?;
    let most = io.arena.limit_bytes() - kept_bytes;
    if wanted > most {
        let max_bytes = most as u64;
        return Err(AppendError::MessageTooLarge { size_bytes: wanted as u64, max_bytes });
    }
    owner.writer.due = true;
    owner.mark_dirty(io);
    for (_, lazy) in std::mem::take(&mut io.lazy) {
        if let Some(log) = logs.get_mut(lazy) {
            log.writer.lazy_timer = false;
            log.writer.due = true;
            log.mark_dirty(io);
        }
    }
    io.stats.back_pressure_refusals += 1;
    Err(AppendError::Busy)
}

/// Drops a chunk from the cache. `false`: it is still needed; `true`: it is gone.
fn evict(logs: &mut Logs, owner: LogId, sequence: u64) -> bool {
    let Some(log) = logs.get_mut(owner) else { return true };
    match log.tail.chunks.front() {
        None => true,
        Some(front) if front.sequence > sequence => true,
        Some(front) if front.sequence < sequence => false,
        Some(front) => {
            let held_by_readers = !front.chunk.is_unique();
            let (written, end) = (log.writer.written_lpos, log.end_lpos());
            !held_by_readers && log.tail.evict_front(written, end).is_some()
        }
    }
}

impl Log {
    pub(super) fn check_open<D: Disk>(&self, io: &mut Io<D>) -> Result<(), AppendError> {
        if let Some(reason) = &self.fenced {
            return Err(AppendError::Fenced(reason.clone()));
        }
        if self.disk_full {
            io.stats.disk_full_refusals += 1;
            return Err(AppendError::DiskFull);
        }
        Ok(())
    }

    fn check_term(&self, leader_epoch: i32) -> Result<(), AppendError> {
        if leader_epoch == self.term {
            return Ok(());
        }
        Err(AppendError::TermOver { term: self.term })
    }

    fn check_size(&self, len: usize) -> Result<(), AppendError> {
        let (size_bytes, max_bytes) = (len as u64, self.config.batch_bytes_max() as u64);
        if size_bytes > max_bytes {
            return Err(AppendError::MessageTooLarge { size_bytes, max_bytes });
        }
        assert!(len >= HEADER_BYTES, "an appended batch was validated");
        Ok(())
    }

    fn appended_before(&self, duplicate: &crate::producers::RememberedBatch) -> Appended {
        let stamped = self.config.timestamp_type == TimestampType::LogAppendTime;
        Appended {
            base_offset: duplicate.base_offset,
            last_offset: duplicate.last_offset,
            log_append_time_ms: if stamped { duplicate.max_timestamp_ms } else { -1 },
            log_start_offset: self.log_start_offset,
            duplicate: true,
            end: duplicate.last_offset + 1,
        }
    }

    /// Closes the active segment if the batch does not fit, or its time is over.
    pub(super) fn roll_if_full<D: Disk>(&mut self, len: u64, now: Now, io: &mut Io<D>) {
        let limit = self.config.segment_bytes.clamp(SEGMENT_BYTES_MIN, SEGMENT_BYTES_MAX);
        let segment_ms = self.config.roll_ms();
        let Some(active) = self.active() else { return };
        if active.is_empty() {
            return;
        }
        let aged = now.unix_ms.saturating_sub(active.first_append_ms) > segment_ms;
        let wide = self.next_offset - active.base_offset > i64::from(i32::MAX);
        if active.size_bytes + len > u64::from(limit) || aged || wide {
            self.roll(io);
        }
    }

    /// Closes the active segment; the next append opens another.
    pub fn roll<D: Disk>(&mut self, io: &mut Io<D>) {
        let Some(active) = self.active_mut().filter(|s| !s.is_empty()) else { return };
        active.phase = Phase::Draining;
        let (base_offset, end) = (active.base_offset, active.end_lpos());
        let producers = self.producers.snapshot();
        let epochs = self.epochs.entries().to_vec();
        self.keep_snapshot(base_offset, Snapshot { producers, epochs });
        self.writer.due = true;
        self.writer.sync_target_lpos = end;
        self.tail.start_segment();
        io.stats.rolled_segments += 1;
        self.mark_dirty(io);
    }

    /// Opens a segment in memory; its file is made by the first pump that has something to write.
    pub fn start_segment(&mut self) {
        let start_lpos = self.end_lpos();
        self.tail.start_segment();
        let interval = self.config.index_interval_bytes;
        self.segments.push_back(Segment::new(self.next_offset, start_lpos, interval));
    }

    /// Everything is checked and there is memory: this cannot fail.
    fn append<D: Disk>(
        &mut self,
        batch: &[u8],
        header: &BatchHeader,
        context: AppendContext,
        io: &mut Io<D>,
        scratch: &mut Vec<u8>,
    ) -> Appended {
        if self.active().is_none() {
            self.start_segment();
        }
        let (base_offset, now) = (self.next_offset, context.now);
        let last_offset = base_offset + i64::from(header.last_offset_delta);
        let stamped = self.config.timestamp_type == TimestampType::LogAppendTime;
        let mut header = *header;
        if stamped {
            scratch.clear();
            scratch.extend_from_slice(batch);
            rewrite_log_append_time(scratch, now.unix_ms);
            header.max_timestamp = now.unix_ms;
            rewrite_assigned(scratch, base_offset, context.leader_epoch);
            self.copy_in(&[scratch], io);
        } else {
            let mut head = [0_u8; HEADER_BYTES];
            head.copy_from_slice(&batch[..HEADER_BYTES]);
            rewrite_assigned(&mut head, base_offset, context.leader_epoch);
            self.copy_in(&[&head, &batch[HEADER_BYTES..]], io);
        }
        let epoch = context.leader_epoch;
        self.note_appended(&header, base_offset, batch.len() as u64, epoch, now, io);
        Appended {
            base_offset,
            last_offset,
            log_append_time_ms: if stamped { now.unix_ms } else { -1 },
            log_start_offset: self.log_start_offset,
            duplicate: false,
            end: last_offset + 1,
        }
    }

    /// The one copy: into the tail chunks, and the arena is told.
    pub(super) fn copy_in<D: Disk>(&mut self, parts: &[&[u8]], io: &mut Io<D>) {
        let segment = self.segments.back().expect("an active segment");
        let (base, mut lpos) = (segment.base_offset, segment.end_lpos());
        let start = segment.start_lpos;
        self.tail.recent.push_back(Recent { due_offset: self.next_offset, lpos });
        for part in parts {
            let mut rest = *part;
            while !rest.is_empty() {
                let room = match self.tail.chunks.back() {
                    Some(last) if last.segment_base_offset == base => last.chunk.room(),
                    _ => 0,
                };
                if room == 0 {
                    self.publish_last(io);
                    let chunk = io.spare.pop().expect("tail memory was taken before");
                    let sequence = self.tail.push_chunk(chunk, base, lpos - start, lpos);
                    io.push_cached(self.id, sequence);
                }
                let last = self.tail.chunks.back().expect("a chunk with room");
                let count = last.chunk.append(rest);
                rest = &rest[count..];
                lpos += count as u64;
            }
        }
        self.publish_last(io);
    }

    /// Notes in the arena what the last chunk holds.
    fn publish_last<D: Disk>(&self, io: &Io<D>) {
        // What a start adopted lies in plain memory, and is in the arena elsewhere.
        if io.crash_safe
            && let Some(last) = self.tail.chunks.back()
            && last.chunk.home_index().is_some()
        {
            io.arena.publish(&last.chunk, &self.slice_key(last.segment_base_offset, last.position));
        }
    }

    pub(super) fn note_appended<D: Disk>(
        &mut self,
        header: &BatchHeader,
        base_offset: i64,
        size_bytes: u64,
        leader_epoch: i32,
        now: Now,
        io: &mut Io<D>,
    ) {
        let next_offset = base_offset + i64::from(header.last_offset_delta) + 1;
        let note = BatchNote {
            base_offset,
            next_offset,
            size_bytes,
            max_timestamp_ms: header.max_timestamp,
            append_ms: now.unix_ms,
        };
        self.segments.back_mut().expect("an active segment").note_batch(&note);
        self.next_offset = next_offset;
        self.epochs.assign(leader_epoch, base_offset);
        if header.has_producer() {
            let limit = io.limits.producers_per_log;
            self.producers.note(header, base_offset, now.unix_ms, limit);
        }
        io.stats.appended_batches += 1;
        io.stats.appended_bytes += size_bytes;
        if self.acks_from_memory(io.crash_safe) {
            self.note_lazy(now, io);
            self.update_stable(io);
        } else {
            self.mark_dirty(io);
        }
    }

    /// Acknowledged from memory: the disk follows in its own time.
    pub(crate) fn note_lazy<D: Disk>(&mut self, now: Now, io: &mut Io<D>) {
        let end_lpos = self.end_lpos();
        let config = &self.config;
        let since_sync = self.next_offset - self.writer.sync_target_offset;
        if since_sync >= i64::try_from(config.flush_messages).unwrap_or(i64::MAX) {
            self.writer.due = true;
            self.writer.sync_target_lpos = end_lpos;
            self.writer.sync_target_offset = self.next_offset;
            self.mark_dirty(io);
            return;
        }
        if !self.writer.flush_timer
            && let Ok(delay) = u64::try_from(config.flush_ms)
            && delay < i64::MAX as u64
        {
            self.writer.flush_timer = true;
            io.flushes.push(Reverse((now.mono_ms.saturating_add(delay), self.id)));
        }
        if end_lpos - self.writer.submitted_lpos >= crate::limits::LAZY_WRITE_BYTES {
            self.mark_dirty(io);
        } else if !self.writer.lazy_timer {
            self.writer.lazy_timer = true;
            io.lazy.push_back((now.mono_ms + LAZY_WRITE_MS, self.id));
        }
    }
}
