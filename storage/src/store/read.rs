//! The way out: from the tail in memory, from a buffer read before, or from the disk.

use wire::records::{Batches, HEADER_BYTES};

use crate::disk::Disk;
use crate::limits::EMPTY_BATCHES_BYTES_MAX;
use crate::log::Log;
use crate::store::Store;
use crate::store::cold::{Attempt, Goal, PendingRead};
use crate::types::{LogId, ReadOutcome, ReadRequest, Slices, Ticket};

impl<D: Disk> Store<D> {
    /// Reads whole batches. The tail and buffers read ahead are served at once; otherwise the
    /// answer comes as [`crate::Event::Ticket`] after some turns.
    pub fn read(&mut self, id: LogId, request: ReadRequest) -> ReadOutcome {
        match self.attempt(id, &request) {
            Attempt::Ready(slices) => ReadOutcome::Ready(slices),
            Attempt::OutOfRange { log_start_offset, log_end_offset } => {
                ReadOutcome::OffsetOutOfRange { log_start_offset, log_end_offset }
            }
            Attempt::Corrupt(corruption) => ReadOutcome::Corrupt(corruption),
            Attempt::NoSuchLog => ReadOutcome::NoSuchLog,
            Attempt::Cold(offset) => {
                let request = ReadRequest { offset, ..request };
                match self.start_pending(id, request, Goal::Read) {
                    None => ReadOutcome::Busy,
                    Some((_, Some(crate::TicketResult::Read(outcome)))) => outcome,
                    Some((ticket, _)) => ReadOutcome::Pending(ticket),
                }
            }
        }
    }

    /// Nobody waits for this ticket any more.
    pub fn cancel(&mut self, ticket: Ticket) {
        if let Some(key) = self.key_of(ticket) {
            self.pending[key].goal = Goal::Nothing;
        }
    }

    pub(crate) fn key_of(&self, ticket: Ticket) -> Option<usize> {
        let key = (ticket.0 & u64::from(u32::MAX)) as usize;
        let pending: &PendingRead = self.pending.get(key)?;
        (pending.ticket == ticket).then_some(key)
    }

    /// What can be answered from memory.
    pub(crate) fn attempt(&mut self, id: LogId, request: &ReadRequest) -> Attempt {
        let Some(log) = self.logs.get(id) else { return Attempt::NoSuchLog };
        let (log_start_offset, log_end_offset) = (log.log_start_offset, log.next_offset);
        let offset = request.offset;
        if offset < log_start_offset || offset > log_end_offset {
            return Attempt::OutOfRange { log_start_offset, log_end_offset };
        }
        let until = request.until_offset.min(log_end_offset);
        if offset >= until {
            return Attempt::Ready(Slices { next_offset: offset, ..Slices::default() });
        }
        if let Some(slices) = log.read_tail(request, until) {
            self.io.stats.tail_reads += 1;
            self.io.stats.tail_read_bytes += slices.total_bytes as u64;
            return Attempt::Ready(slices);
        }
        if let Some(corruption) = log.damage_at(offset) {
            return Attempt::Corrupt(corruption.clone());
        }
        if let Some(next) = log.offset_behind_gap(offset) {
            return self.attempt(id, &ReadRequest { offset: next, ..*request });
        }
        match self.read_buffered(id, request, until) {
            Some(slices) if is_hollow(&slices) && slices.next_offset < until => {
                self.attempt(id, &ReadRequest { offset: slices.next_offset, ..*request })
            }
            Some(slices) => Attempt::Ready(slices),
            None => Attempt::Cold(offset),
        }
    }
}

/// Whether there is no record in it: only batches that keep a place in a compacted log. A reader
/// that gets no record may take it for the end of the log, so reading goes on behind them.
fn is_hollow(slices: &Slices) -> bool {
    let bytes = slices.total_bytes;
    (1..=EMPTY_BATCHES_BYTES_MAX).contains(&bytes)
        && bytes.is_multiple_of(HEADER_BYTES)
        && Batches::new(&slices.to_vec())
            .all(|batch| batch.is_ok_and(|(header, _)| header.records_count <= 0))
}

/// Chooses whole batches: of `count` batches, from the one at `first` on, how many to return.
/// `end_of` gives a batch's end as (offset behind it, bytes from the start of the first one).
pub(crate) fn choose(
    first: usize,
    count: usize,
    request: &ReadRequest,
    until: i64,
    end_of: impl Fn(usize) -> (i64, u64),
) -> usize {
    let fits = |at: usize| {
        let (offset, bytes) = end_of(at);
        offset <= until && bytes <= request.max_bytes as u64
    };
    // Both bounds only grow, so the last batch that fits is found by halving.
    let (mut low, mut high) = (first, count);
    while low < high {
        let middle = low.midpoint(high);
        if fits(middle) { low = middle + 1 } else { high = middle }
    }
    if low == first && first < count && request.at_least_one && end_of(first).0 <= until {
        return 1;
    }
    low - first
}

impl Log {
    /// Compaction may have left nothing between two segments: then reading goes on at the second.
    pub(crate) fn offset_behind_gap(&self, offset: i64) -> Option<i64> {
        let at = self.segment_of(offset)?;
        let next = self.segments.get(at + 1)?.base_offset;
        (self.segments[at].next_offset <= offset).then_some(next)
    }

    /// Reads from the tail, if the batch that holds the offset is there.
    fn read_tail(&self, request: &ReadRequest, until: i64) -> Option<Slices> {
        let recent = &self.tail.recent;
        let first = self.tail.find(request.offset)?;
        let (start, end_lpos) = (recent[first].lpos, self.end_lpos());
        let end_of = |at: usize| match recent.get(at + 1) {
            Some(next) => (next.due_offset, next.lpos - start),
            None => (self.next_offset, end_lpos - start),
        };
        let chosen = choose(first, recent.len(), request, until, end_of);
        if chosen == 0 {
            return Some(Slices { next_offset: request.offset, ..Slices::default() });
        }
        let (next_offset, bytes) = end_of(first + chosen - 1);
        let mut slices = Vec::with_capacity(bytes as usize / crate::arena::CHUNK_BYTES + 2);
        self.tail.slices(start, start + bytes, &mut slices);
        Some(Slices { slices, total_bytes: bytes as usize, next_offset })
    }
}
