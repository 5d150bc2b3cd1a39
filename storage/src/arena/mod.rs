//! The crash-safe arena: a shard's tail buffers in a file of memory (tmpfs or hugetlbfs), so that
//! they outlive a killed process.
//!
//! The file is `{header, table of slots, chunks}`. A [`Chunk`] handed out by [`Arena::allocate`] is
//! filled like any other; [`Arena::publish`] then notes in its slot which bytes of which segment it
//! holds. A start after a crash gets those notes back as [`Survivor`]s, whose chunks are the memory
//! itself, ready to be written to the segment that lacks them.

use std::path::Path;

use thiserror::Error;

use crate::buffer::{Chunk, IoBuf};
pub use crate::limits::CHUNK_BYTES;

/// What a chunk holds: a run of bytes of a segment file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SliceKey {
    pub topic_id: [u8; 16],
    pub partition: i32,
    /// The first offset of the segment: its file name.
    pub segment_base_offset: i64,
    /// Where the chunk's first byte lies in the segment file; a multiple of the block.
    pub position: u64,
}

/// Bytes that were in the arena when the process died.
#[derive(Debug)]
pub struct Survivor {
    pub key: SliceKey,
    /// Grows with every publication of the arena; the newer of two that claim the same bytes has the
    /// higher one.
    pub sequence: u64,
    /// The published bytes. Dropping the last reference frees the chunk.
    pub bytes: IoBuf,
}

/// The arena cannot be used. The remedy is part of the text.
#[derive(Debug, Error)]
pub enum ArenaError {
    #[error("the arena {path}: {source}. {remedy}")]
    Io {
        path: String,
        source: std::io::Error,
        remedy: &'static str,
    },
    #[error("the arena {path} is in use by another process")]
    InUse { path: String },
    #[error("the arena {path} needs {needed_bytes} bytes and its file system has {free_bytes}")]
    NoRoom {
        path: String,
        needed_bytes: u64,
        free_bytes: u64,
    },
}

/// A shard's tail memory. Without a file it is plain memory, bounded the same way.
pub struct Arena {}

impl Arena {
    /// Opens or creates the arena of the shard whose data lies in `data_dir`, `bytes` large. A file
    /// that belongs to another data folder, or is damaged, is never adopted: it is set aside empty.
    pub fn open(
        path: &Path,
        bytes: usize,
        data_dir: &Path,
    ) -> Result<(Arena, Vec<Survivor>), ArenaError> {
        let _ = (path, bytes, data_dir);
        unreachable!()
    }

    /// Plain memory: nothing survives, and [`Arena::is_crash_safe`] says so.
    pub fn heap(bytes: usize) -> Arena {
        let _ = bytes;
        unreachable!()
    }

    /// Where the arena of a data folder lies by default: `/dev/shm/tidemill-<hash of the folder>`.
    pub fn default_path(data_dir: &Path) -> std::path::PathBuf {
        let _ = data_dir;
        unreachable!()
    }

    /// Whether published bytes outlive the process.
    pub fn is_crash_safe(&self) -> bool {
        unreachable!()
    }

    /// An empty chunk of [`CHUNK_BYTES`], or `None` if all are in use: back-pressure.
    pub fn allocate(&self) -> Option<Chunk> {
        unreachable!()
    }

    /// Notes that all filled bytes of `chunk` are the bytes of `key`. After it they survive the
    /// process. Must come before the chunk is given to the disk. Costs some 10 ns, whatever the length.
    pub fn publish(&self, chunk: &Chunk, key: &SliceKey) {
        let _ = (chunk, key);
        unreachable!()
    }

    /// Takes the note back: the bytes are not wanted after a crash (truncated, or their log deleted).
    pub fn retract(&self, chunk: &Chunk) {
        let _ = chunk;
        unreachable!()
    }

    /// Bytes of chunks in use.
    pub fn used_bytes(&self) -> usize {
        unreachable!()
    }

    /// Bytes of all chunks.
    pub fn limit_bytes(&self) -> usize {
        unreachable!()
    }

    /// A clean stop: everything is in the segments, nothing is to be adopted. Removes the file.
    pub fn close(self) -> Result<(), ArenaError> {
        unreachable!()
    }
}
