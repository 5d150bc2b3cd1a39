//! The file of a compacted segment while it is written. Says which operation it needs next.

use std::collections::VecDeque;

use wire::records::BatchHeader;

use crate::buffer::{Chunk, IoBuf};
use crate::disk::FileId;
use crate::limits::{CLEAN_ALLOCATE_BYTES, CLEAN_WRITE_BYTES, SEGMENT_BYTES_MAX};
use crate::log::segment::{BatchNote, Segment};
use crate::write_unit::WriteUnit;

/// What has to be done before more can be taken.
pub(crate) enum Need {
    Nothing,
    Allocate { file: FileId, len: u64 },
    Write { file: FileId, position: u64, buffer: IoBuf },
    TooLarge,
}

#[derive(Debug)]
pub(crate) struct Output {
    pub file: FileId,
    /// What the new segment will be: its index, offsets, size and times.
    pub segment: Segment,
    chunks: VecDeque<Chunk>,
    unit: WriteUnit,
    /// Position in the file of the first chunk.
    position: u64,
    allocated_bytes: u64,
    /// Nothing is added any more: the last chunk is written too.
    finished: bool,
}

impl Output {
    pub fn new(file: FileId, segment: Segment, unit: WriteUnit) -> Output {
        Output {
            file,
            segment,
            chunks: VecDeque::new(),
            unit,
            position: 0,
            allocated_bytes: CLEAN_ALLOCATE_BYTES,
            finished: false,
        }
    }

    /// Takes one batch as it will lie in the file.
    pub fn append(&mut self, batch: &[u8], append_ms: i64) {
        let Ok(header) = BatchHeader::parse(batch) else { return };
        self.segment.note_batch(&BatchNote::of(&header, append_ms));
        let mut rest = batch;
        while !rest.is_empty() {
            if self.chunks.back().is_none_or(|chunk| chunk.room() == 0) {
                self.chunks.push_back(Chunk::heap_of_units(CLEAN_WRITE_BYTES, self.unit));
            }
            let Some(last) = self.chunks.back() else { return };
            let count = last.append(rest);
            rest = &rest[count..];
        }
    }

    pub fn finish(&mut self) {
        self.finished = true;
    }

    pub fn is_finished(&self) -> bool {
        self.finished
    }

    /// What is to be done now; after it, ask again.
    pub fn need(&self) -> Need {
        if self.segment.size_bytes > u64::from(SEGMENT_BYTES_MAX) {
            return Need::TooLarge;
        }
        let Some(first) = self.chunks.front() else { return Need::Nothing };
        if first.room() > 0 && !self.finished {
            return Need::Nothing;
        }
        let file = self.file;
        let end = self.position + self.unit.round_up(first.filled() as u64);
        if end > self.allocated_bytes {
            let len = self.allocated_bytes + CLEAN_ALLOCATE_BYTES;
            return Need::Allocate { file, len: len.max(end) };
        }
        Need::Write { file, position: self.position, buffer: first.slice(0..first.filled()) }
    }

    pub fn allocated(&mut self, len: u64) {
        self.allocated_bytes = len;
    }

    pub fn written(&mut self) {
        if let Some(first) = self.chunks.pop_front() {
            self.position += first.filled() as u64;
        }
    }
}
