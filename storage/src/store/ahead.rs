//! Reading ahead of readers in sequence.
//!
//! What was read stays a while as a [`ReadBuffer`]; buffers that follow each other are a run, which
//! readers share. When a reader is served from a run, and whenever a part read ahead has come, the
//! next part is asked for, until the run reaches far enough beyond the reader. So the disk goes on
//! while answers are sent.

use crate::disk::Disk;
use crate::limits::{READ_AHEAD_WINDOW_BYTES, READ_AHEADS_MAX};
use crate::log::Log;
use crate::store::Store;
use crate::store::cold::Goal;
use crate::store::parse::ReadBuffer;
use crate::types::{LogId, ReadRequest, Slices};

/// Where a run of buffers ends.
struct Run {
    end_offset: i64,
    /// Bytes of it behind the reader.
    beyond_bytes: usize,
    /// As much again may be read ahead.
    window_bytes: usize,
    sequential: bool,
}

impl<D: Disk> Store<D> {
    /// Serves a read from buffers read before, and looks ahead for a sequential reader.
    pub(crate) fn read_buffered(
        &mut self,
        id: LogId,
        request: &ReadRequest,
        until: i64,
    ) -> Option<Slices> {
        let log = self.logs.get_mut(id)?;
        if !log.read_buffers.iter().any(|b| b.holds(request.offset)) {
            return None;
        }
        let mut slices = Slices { next_offset: request.offset, ..Slices::default() };
        let mut rest = *request;
        while let Some(buffer) = log.read_buffers.iter_mut().find(|b| b.holds(rest.offset)) {
            self.reading.note_asked(buffer);
            let more = buffer.serve(&rest, until);
            slices.total_bytes += more.total_bytes;
            slices.next_offset = more.next_offset;
            slices.slices.extend(more.slices);
            rest.max_bytes = rest.max_bytes.saturating_sub(more.total_bytes);
            rest.offset = more.next_offset;
            rest.at_least_one = false;
            if more.next_offset < buffer.next_offset || rest.max_bytes == 0 || rest.offset >= until
            {
                break;
            }
        }
        self.io.stats.cold_reads += 1;
        self.io.stats.cold_read_bytes += slices.total_bytes as u64;
        self.read_ahead(id, slices.next_offset);
        Some(slices)
    }

    /// Whether a read at this offset needs no disk.
    pub(crate) fn is_at_hand(&self, id: LogId, offset: i64) -> bool {
        self.logs.get(id).is_some_and(|log| {
            log.read_buffers.iter().any(|b| b.holds(offset)) || log.tail.find(offset).is_some()
        })
    }

    /// Has the next part read for a reader that goes on at `from`, if there is too little.
    pub(crate) fn read_ahead(&mut self, id: LogId, from: i64) {
        let Some(log) = self.logs.get(id) else { return };
        let Some(run) = log.run_at(from) else { return };
        let offset = run.end_offset;
        let reading = &self.reading;
        // The rest is for those who do not read in sequence.
        let room = self.io.limits.read_bytes / 2;
        let coming_bytes = (reading.ahead.len() + 1) * self.read_bytes_max();
        if !run.sequential
            || run.beyond_bytes >= run.window_bytes
            || offset >= log.next_offset
            || log.tail.find(offset).is_some()
            || reading.ahead.len() >= READ_AHEADS_MAX
            || reading.unread_bytes + coming_bytes > room
            || reading.ahead.iter().any(|&(_, log, at)| log == id && at == offset)
        {
            return;
        }
        let request =
            ReadRequest { offset, max_bytes: 1, until_offset: i64::MAX, at_least_one: true };
        if let Some((ticket, _)) = self.start_pending(id, request, Goal::Ahead { from }) {
            self.reading.ahead.push((ticket, id, offset));
        }
    }
}

impl Log {
    /// The run of buffers that a reader at this offset is in, or has just left at its end.
    fn run_at(&self, from: i64) -> Option<Run> {
        let reach = |b: &&ReadBuffer| (b.from_offset..=b.next_offset).contains(&from);
        let mut last = self.read_buffers.iter().filter(reach).max_by_key(|b| b.next_offset)?;
        let (mut beyond_bytes, mut sequential) = (last.bytes_behind(from), last.sequential);
        // Every buffer ends behind its start, so no offset is met twice.
        let end_offset = loop {
            let end = self.offset_behind_gap(last.next_offset).unwrap_or(last.next_offset);
            let Some(next) = self.read_buffers.iter().find(|b| b.holds(end)) else { break end };
            beyond_bytes += next.bytes_behind(end);
            last = next;
            // Whoever goes from one into the next reads in sequence.
            sequential = true;
        };
        Some(Run {
            end_offset,
            beyond_bytes,
            window_bytes: (2 * last.len).min(READ_AHEAD_WINDOW_BYTES),
            sequential,
        })
    }
}
