//! One segment of a log: a file of record batches, its index, and how far its life has come.

use std::path::{Path, PathBuf};
use std::rc::Rc;

use wire::records::BatchHeader;

use crate::disk::FileId;
use crate::log::index::SparseIndex;

/// Where a segment stands between its first append and rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Phase {
    /// Takes appends. Only the last segment can.
    Active,
    /// Full; its bytes are on their way to stable storage. Nothing of a later segment is written
    /// before they are there, so a break in it that has a successor with data is damage.
    Draining,
    /// Its file and index are being finished.
    Sealing,
    /// At rest: the file has its exact length.
    Closed,
}

/// The segment's file in this process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FileState {
    None,
    /// A create or open is on its way.
    Opening,
    Open(FileId),
}

/// The index of a segment.
#[derive(Debug, Clone)]
pub(crate) enum IndexState {
    /// In its `.index` file only.
    Stored,
    /// Being read from its file.
    Loading,
    Here(Rc<SparseIndex>),
}

#[derive(Debug)]
pub(crate) struct Segment {
    pub base_offset: i64,
    /// One past the last offset.
    pub next_offset: i64,
    pub size_bytes: u64,
    /// The log-wide position of the segment's first byte; see [`crate::log::Log`].
    pub start_lpos: u64,
    pub max_timestamp_ms: i64,
    /// The base offset of the first batch with that timestamp.
    pub max_timestamp_offset: i64,
    /// The clock at the first and last append, for `segment.ms` and retention.
    pub first_append_ms: i64,
    pub last_append_ms: i64,
    pub phase: Phase,
    pub file: FileState,
    /// Length of the file with reserved space, in whole units. Only meaningful while it is written.
    pub allocated_bytes: u64,
    pub allocating: bool,
    /// Units below this were written before, with data or zeros. See [`crate::log::zero`].
    pub zeroed_bytes: u64,
    /// Where zeros begin that are on their way.
    pub zeroing_from: Option<u64>,
    pub index: IndexState,
    /// The `.index` file is there.
    pub stored: bool,
    /// When the index or file was last used by a reader, for eviction.
    pub last_used: u64,
    /// Reads in flight on the file.
    pub reads: u32,
    /// A compacted segment is about to take its place: no new reads of the file begin.
    pub leaving: bool,
}

impl Segment {
    pub fn new(base_offset: i64, start_lpos: u64, index_interval_bytes: u32) -> Segment {
        Segment {
            base_offset,
            next_offset: base_offset,
            size_bytes: 0,
            start_lpos,
            max_timestamp_ms: -1,
            max_timestamp_offset: -1,
            first_append_ms: -1,
            last_append_ms: -1,
            phase: Phase::Active,
            file: FileState::None,
            allocated_bytes: 0,
            allocating: false,
            zeroed_bytes: 0,
            zeroing_from: None,
            index: IndexState::Here(Rc::new(SparseIndex::new(index_interval_bytes))),
            stored: false,
            last_used: 0,
            reads: 0,
            leaving: false,
        }
    }

    pub fn end_lpos(&self) -> u64 {
        self.start_lpos + self.size_bytes
    }

    pub fn is_empty(&self) -> bool {
        self.size_bytes == 0
    }

    /// Whether its bytes may still change.
    pub fn is_written(&self) -> bool {
        matches!(self.phase, Phase::Active | Phase::Draining)
    }

    pub fn open_file(&self) -> Option<FileId> {
        match self.file {
            FileState::Open(file) => Some(file),
            FileState::None | FileState::Opening => None,
        }
    }

    /// Notes a batch appended at the end.
    pub fn note_batch(&mut self, batch: &BatchNote) {
        let position = self.size_bytes;
        if let IndexState::Here(index) = &mut self.index {
            // Nobody shares the index of a segment that is appended to for longer than a call.
            Rc::make_mut(index).note(
                batch.base_offset - self.base_offset,
                position,
                batch.size_bytes,
                self.max_timestamp_ms,
            );
        }
        if batch.max_timestamp_ms > self.max_timestamp_ms {
            self.max_timestamp_ms = batch.max_timestamp_ms;
            self.max_timestamp_offset = batch.base_offset;
        }
        if self.first_append_ms < 0 {
            self.first_append_ms = batch.append_ms;
        }
        self.last_append_ms = batch.append_ms;
        self.next_offset = batch.next_offset;
        self.size_bytes += batch.size_bytes;
    }
}

impl Segment {
    /// The bytes up to a position are damaged; the batch there gets an index entry, so that readers
    /// find it without walking over them.
    pub fn skip_to(&mut self, position: u64) {
        if let IndexState::Here(index) = &mut self.index {
            Rc::make_mut(index).mark_next();
        }
        self.size_bytes = position;
    }
}

/// What a segment learns from a batch.
#[derive(Debug, Clone, Copy)]
pub(crate) struct BatchNote {
    pub base_offset: i64,
    pub next_offset: i64,
    pub size_bytes: u64,
    pub max_timestamp_ms: i64,
    pub append_ms: i64,
}

impl BatchNote {
    /// Of a batch as it lies in the log.
    pub fn of(header: &BatchHeader, append_ms: i64) -> BatchNote {
        BatchNote {
            base_offset: header.base_offset,
            next_offset: header.last_offset() + 1,
            size_bytes: header.total_size_bytes() as u64,
            // A batch that compaction has emptied has no record with that time.
            max_timestamp_ms: if header.records_count > 0 { header.max_timestamp } else { -1 },
            append_ms,
        }
    }
}

pub(crate) const LOG_SUFFIX: &str = ".log";
pub(crate) const INDEX_SUFFIX: &str = ".index";
/// Renamed so first, then removed after `file.delete.delay.ms`; a start removes them at once.
pub(crate) const DELETED_SUFFIX: &str = ".deleted";

/// A compacted segment while it is written; a start removes it.
pub(crate) const CLEANED_SUFFIX: &str = ".cleaned";
/// A compacted segment that counts, and does not have its own name yet.
pub(crate) const COMPACTED_SUFFIX: &str = ".compacted";

/// `<dir>/<base offset>-<next offset>.compacted`: it stands for all segments that begin there.
pub(crate) fn compacted_path(dir: &Path, base_offset: i64, next_offset: i64) -> PathBuf {
    dir.join(format!("{base_offset:020}-{next_offset:020}{COMPACTED_SUFFIX}"))
}

/// The offsets of a name that [`compacted_path`] made.
pub(crate) fn parse_compacted_name(name: &str) -> Option<(i64, i64)> {
    let (base, next) = name.strip_suffix(COMPACTED_SUFFIX)?.split_once('-')?;
    let offset = |digits: &str| parse_segment_name(digits, "");
    Some((offset(base)?, offset(next)?))
}

/// `<dir>/<20-digit base offset><suffix>`.
pub(crate) fn segment_path(dir: &Path, base_offset: i64, suffix: &str) -> PathBuf {
    dir.join(format!("{base_offset:020}{suffix}"))
}

/// The base offset of a file name such as `00000000000000000042.log`.
pub(crate) fn parse_segment_name(name: &str, suffix: &str) -> Option<i64> {
    let digits = name.strip_suffix(suffix)?;
    (digits.len() == 20 && digits.bytes().all(|b| b.is_ascii_digit()))
        .then(|| digits.parse().ok())
        .flatten()
}
