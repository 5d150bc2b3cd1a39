//! The newest bytes of a log in memory: the buffers that are written to disk, kept afterwards as
//! the cache of the tail, and where the batches in them begin.
//!
//! ```text
//!        recent:     b0      b1   b2         b3     b4
//!                     │       │    │          │      │
//!        chunks:   [ ....64 KiB.... ][ ....64 KiB.... ][ ..filled..|free ]
//!                                         ▲ written              ▲ end of the log
//! ```
//! Positions here are *log-wide*: bytes since the log was opened, running on over segments
//! (`lpos`).

use std::collections::VecDeque;

use crate::buffer::{Chunk, IoBuf};

/// A chunk and the run of a segment's bytes that it holds.
#[derive(Debug)]
pub(crate) struct TailChunk {
    pub chunk: Chunk,
    /// Numbers a log's chunks, so that the cache's order can name one.
    pub sequence: u64,
    pub segment_base_offset: i64,
    /// Position of its first byte in the segment's file; a multiple of the write unit.
    pub position: u64,
    /// Log-wide position of its first byte.
    pub start_lpos: u64,
}

impl TailChunk {
    pub fn end_lpos(&self) -> u64 {
        self.start_lpos + self.chunk.filled() as u64
    }
}

/// Where a batch in the tail begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Recent {
    /// The log's end before it: its base offset, or less where compaction on the leader left a gap
    /// in front of it. So offsets of a gap are looked for in the batch behind it.
    pub due_offset: i64,
    pub lpos: u64,
}

/// Capacity of the batch list that an idle log may keep.
const RECENT_KEPT: usize = 64;

#[derive(Debug, Default)]
pub(crate) struct Tail {
    pub chunks: VecDeque<TailChunk>,
    next_sequence: u64,
    pub recent: VecDeque<Recent>,
    /// The written part of the last unit, if its chunk was given away.
    spill: Vec<u8>,
}

impl Tail {
    /// Chunks that have to be had before `len` bytes can be appended to the segment.
    pub fn chunks_needed(&self, len: usize, segment_base_offset: i64, chunk_bytes: usize) -> usize {
        let room = match self.chunks.back() {
            Some(last) if last.segment_base_offset == segment_base_offset => last.chunk.room(),
            _ => 0,
        };
        // A fresh chunk may have to begin with the spilled unit.
        let spilled = if room == 0 { self.spill.len() } else { 0 };
        (len + spilled).saturating_sub(room).div_ceil(chunk_bytes)
    }

    /// Puts a fresh chunk behind the last, for the bytes of the segment from `position` on. Returns
    /// its sequence.
    pub fn push_chunk(
        &mut self,
        chunk: Chunk,
        segment_base_offset: i64,
        position: u64,
        lpos: u64,
    ) -> u64 {
        let start = chunk.write_unit().round_down(position);
        let held = (position - start) as usize;
        assert_eq!(held, self.spill.len(), "a chunk begins on a unit or with the spilled unit");
        chunk.append(&self.spill);
        self.spill.clear();
        let sequence = self.next_sequence;
        self.next_sequence += 1;
        let start_lpos = lpos - held as u64;
        self.chunks.push_back(TailChunk {
            chunk,
            sequence,
            segment_base_offset,
            position: start,
            start_lpos,
        });
        sequence
    }

    pub fn has_chunk(&self, sequence: u64) -> bool {
        self.chunks.front().is_some_and(|first| first.sequence <= sequence)
    }

    /// A new segment begins on a unit of its own.
    pub fn start_segment(&mut self) {
        self.spill.clear();
    }

    /// The bytes from one log-wide position to another, which are all here.
    pub fn slices(&self, start_lpos: u64, end_lpos: u64, out: &mut Vec<IoBuf>) {
        let mut at = self.chunks.partition_point(|c| c.end_lpos() <= start_lpos);
        let mut from = start_lpos;
        while from < end_lpos {
            let held = &self.chunks[at];
            let to = end_lpos.min(held.end_lpos());
            let (start, end) = (from - held.start_lpos, to - held.start_lpos);
            out.push(held.chunk.slice(start as usize..end as usize));
            from = to;
            at += 1;
        }
    }

    /// The index in `recent` of the batch that holds an offset, if that batch is here.
    pub fn find(&self, offset: i64) -> Option<usize> {
        self.recent.partition_point(|r| r.due_offset <= offset).checked_sub(1)
    }

    /// The offset up to which whole batches lie below a log-wide position; `None` if that is
    /// further back than what is remembered.
    pub fn offset_at(&self, lpos: u64) -> Option<i64> {
        let after = self.recent.partition_point(|r| r.lpos <= lpos);
        after.checked_sub(1).map(|at| self.recent[at].due_offset)
    }

    /// The log-wide start and end of the first batch that is not wholly below `lpos`, in a log that
    /// ends at `end_lpos`. What is not written yet is all remembered.
    pub fn batch_around(&self, lpos: u64, end_lpos: u64) -> (u64, u64) {
        let after = self.recent.partition_point(|r| r.lpos <= lpos);
        let start = after.checked_sub(1).map_or(lpos, |at| self.recent[at].lpos);
        (start, self.recent.get(after).map_or(end_lpos, |r| r.lpos))
    }

    /// Gives the oldest chunk away if everything in it, and of the batches that begin in it, is
    /// written up to `written_lpos`. `None`: it is still needed.
    pub fn evict_front(&mut self, written_lpos: u64, end_lpos: u64) -> Option<TailChunk> {
        let front = self.chunks.front()?;
        let chunk_end = front.end_lpos();
        let kept_from = self.recent.partition_point(|r| r.lpos < chunk_end);
        let needed_to = self.recent.get(kept_from).map_or(end_lpos, |r| r.lpos);
        if written_lpos < needed_to.max(chunk_end) {
            return None;
        }
        self.recent.drain(..kept_from);
        if self.recent.is_empty() && self.recent.capacity() > RECENT_KEPT {
            self.recent.shrink_to(RECENT_KEPT);
        }
        let evicted = self.chunks.pop_front()?;
        if self.chunks.is_empty() {
            let filled = evicted.chunk.filled();
            let start = evicted.chunk.write_unit().round_down(filled as u64) as usize;
            self.spill.extend_from_slice(&evicted.chunk.slice(start..filled));
        }
        Some(evicted)
    }

    /// Forgets everything: the log was cut.
    pub fn clear(&mut self) -> impl Iterator<Item = TailChunk> + use<> {
        self.recent.clear();
        self.spill.clear();
        std::mem::take(&mut self.chunks).into_iter()
    }
}
