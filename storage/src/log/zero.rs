//! Zeros ahead of the tail, so that small synced writes meet blocks that have been written before.
//!
//! ```text
//!  data, synced ─────────────┐ zeroed ──────────┐ zeros on their way ──┐ reserved only ────┐
//!                  submitted ┘     zeroed_bytes ┘                      ┘   allocated_bytes ┘
//! ```
//! The first write of a reserved block changes the file's extents, and its data sync has to wait
//! for the file system's journal; a write over zeros only has to reach the device. The zeros cost
//! the device a second write of the same bytes, so they are only written for logs whose synced
//! writes are small. No data is given to the disk for units whose zeros are on their way.

use std::io;

use crate::buffer::{Chunk, IoBuf};
use crate::disk::{Disk, FileId, Op};
use crate::limits::{
    CHUNK_BYTES, ZERO_AFTER_WRITES, ZERO_STEP_MIN_BYTES, ZERO_WRITE_BYTES_MAX,
    ZEROS_IN_FLIGHT_BYTES,
};
use crate::log::Log;
use crate::log::segment::Phase;
use crate::store::io::{Io, Purpose};
use crate::write_unit::WriteUnit;

/// How large the synced writes of a log are.
#[derive(Debug, Default)]
pub(crate) struct WriteSizes {
    count: u32,
    average_bytes: u64,
}

impl WriteSizes {
    pub fn note(&mut self, len_bytes: u64) {
        self.count = self.count.saturating_add(1);
        // A moving average over some eight writes.
        self.average_bytes = (self.average_bytes * 7 + len_bytes) / 8;
    }

    /// Whether there are enough of them, and small enough, for zeros to pay.
    fn are_small(&self) -> bool {
        self.count >= ZERO_AFTER_WRITES && self.average_bytes <= ZERO_WRITE_BYTES_MAX
    }
}

impl Log {
    /// Writes the next zeros, if the tail has come near the end of the last ones.
    pub fn zero_ahead<D: Disk>(&mut self, at: usize, file: FileId, io: &mut Io<D>) {
        let (most, unit) = (io.limits.zero_ahead_bytes, io.limits.write_unit);
        let segment = &mut self.segments[at];
        let idle = segment.zeroing_from.is_none() && segment.phase == Phase::Active;
        if most == 0 || !idle || self.disk_full || !self.write_sizes.are_small() {
            return;
        }
        // Many logs that grow alike would ask for their zeros all at once, and writes would wait
        // behind them; a log that gets none now asks again with its next write.
        if io.zeroing_bytes >= ZEROS_IN_FLIGHT_BYTES {
            return;
        }
        let submitted = unit.round_up(self.writer.submitted_lpos - segment.start_lpos);
        let from = segment.zeroed_bytes.max(submitted);
        // As far again as the file has come, within bounds.
        let step = unit.round_down(from.clamp(ZERO_STEP_MIN_BYTES.min(most), most));
        let to = (from + step).min(segment.allocated_bytes);
        if from - submitted >= step / 2 || to <= from {
            return;
        }
        segment.zeroing_from = Some(from);
        let bufs = zeros(&io.zeros.slice(0..io.zeros.filled()), to - from);
        io.stats.zeroed_bytes += to - from;
        io.zeroing_bytes += to - from;
        self.jobs += 1;
        let purpose = Purpose::Zero { log: self.id, base_offset: segment.base_offset, from, to };
        io.submit(purpose, Op::Write { file, position: from, bufs, sync: false });
    }

    /// Zeros were written, or could not be: nothing depends on them, and the next write of data
    /// meets the same fault.
    pub fn on_zeroed<D: Disk>(
        &mut self,
        base_offset: i64,
        to: u64,
        result: io::Result<()>,
        io: &mut Io<D>,
    ) {
        if let Err(error) = result {
            tracing::debug!(log = %self.key, %error, "zeros ahead of the tail");
        }
        if let Some(at) = self.segment_by_base(base_offset) {
            let segment = &mut self.segments[at];
            segment.zeroing_from = None;
            segment.zeroed_bytes = to;
            self.mark_dirty(io);
        }
    }
}

/// The zeros that all logs of a store write.
pub(crate) fn chunk(unit: WriteUnit) -> Chunk {
    let chunk = Chunk::heap_of_units(CHUNK_BYTES, unit);
    chunk.append(&[0; CHUNK_BYTES]);
    chunk
}

/// As many references to one zeroed buffer as `len` bytes take.
fn zeros(zeroed: &IoBuf, len: u64) -> Vec<IoBuf> {
    let (each, len) = (zeroed.len(), len as usize);
    let mut bufs = vec![zeroed.clone(); len / each];
    if !len.is_multiple_of(each) {
        bufs.push(zeroed.chunk().slice(0..len % each));
    }
    bufs
}
