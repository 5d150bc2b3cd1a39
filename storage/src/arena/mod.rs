//! The crash-safe arena: a shard's tail buffers in a file of memory (tmpfs or hugetlbfs), so that
//! they outlive a killed process.
//!
//! The file is `{header, table of slots, chunks}`. A [`Chunk`] handed out by [`Arena::allocate`] is
//! filled like any other; [`Arena::publish`] then notes in its slot which bytes of which segment it
//! holds. A start after a crash gets those notes back as [`Survivor`]s, whose chunks are the memory
//! itself, ready to be written to the segment that lacks them.
//!
//! A note has a checksum of its own; the bytes it speaks of have none here, because a killed
//! process leaves its memory as it was, in the order it was stored, and every batch carries a
//! CRC32C that the recovery checks anyway.
#![allow(unsafe_code)]

mod header;
pub mod image;
mod map;
mod slot;

use std::cell::{Cell, RefCell};
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use thiserror::Error;

use crate::buffer::{Chunk, Home, IoBuf};
use crate::write_unit::WriteUnit;
use header::{Found, Geometry, Identity, io_error};
use map::Map;
use slot::{SLOT_BYTES, Slot, Words, choose};

pub use crate::limits::CHUNK_BYTES;

/// What a chunk holds: a run of bytes of a segment file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SliceKey {
    pub topic_id: [u8; 16],
    pub partition: i32,
    /// The first offset of the segment: its file name.
    pub segment_base_offset: i64,
    /// Where the chunk's first byte lies in the segment file; a multiple of the write unit.
    pub position: u64,
}

/// Bytes that were in the arena when the process died.
#[derive(Debug)]
pub struct Survivor {
    pub key: SliceKey,
    /// Grows with every publication of the arena; the newer of two that claim the same bytes has
    /// the higher one.
    pub sequence: u64,
    /// The published bytes. Dropping the last reference frees the chunk.
    pub bytes: IoBuf,
}

/// The arena cannot be used. The remedy is part of the text.
#[derive(Debug, Error)]
pub enum ArenaError {
    #[error("the arena {path}: {source}. {remedy}")]
    Io { path: String, source: io::Error, remedy: &'static str },
    #[error("the arena {path} is in use by another process")]
    InUse { path: String },
    #[error(
        "the arena {path} was left by a crash of another version (its format is {version}). \
         Start that version once and stop it, or remove the file and lose what is only in it"
    )]
    Version { path: String, version: u64 },
    #[error(
        "the arena {path} needs {needed_bytes} bytes and its file system has {free_bytes}. \
        Make it smaller, or give the file system more room (--shm-size for a container)"
    )]
    NoRoom { path: String, needed_bytes: u64, free_bytes: u64 },
}

/// A shard's tail memory. Without a file it is plain memory, bounded the same way.
///
/// Dropped without [`Arena::close`] it keeps its notes, also those of chunks dropped later: whoever
/// gives up without a clean stop must drop the arena before its chunks.
pub struct Arena {
    inner: Rc<Inner>,
}

struct Inner {
    map: Map,
    /// The file, locked; none for plain memory.
    file: Option<File>,
    path: PathBuf,
    geometry: Geometry,
    /// What the chunks are written in.
    unit: WriteUnit,
    sequence: Cell<u64>,
    chunks: RefCell<Vec<ChunkState>>,
    /// Free chunks; the last one freed is used first, so that few are ever touched.
    free: RefCell<Vec<u32>>,
    /// Set when the arena is given up: chunks that are dropped from then on keep their notes.
    abandoned: Cell<bool>,
}

#[derive(Clone, Copy, Default)]
struct ChunkState {
    /// Which slot of the pair is written next.
    next_slot: u8,
    /// The valid slot says that the chunk holds something.
    noted: bool,
    /// Its pages are real.
    reserved: bool,
}

impl Arena {
    /// Opens or creates the arena of the shard whose data lies in `data_dir`, `bytes` large. A file
    /// that belongs to another data folder, or is damaged, is never adopted: it is renamed away. A
    /// file of another size keeps its size for as long as it holds survivors. Its chunks are
    /// written in `unit`; those of survivors may have been written in another.
    pub fn open(
        path: &Path,
        bytes: usize,
        data_dir: &Path,
        unit: WriteUnit,
    ) -> Result<(Arena, Vec<Survivor>), ArenaError> {
        let identity = Identity::of(data_dir).map_err(|error| io_error(data_dir, error))?;
        let mut file = header::open_locked(path)?;
        let wanted = Geometry::of(bytes);
        match header::inspect(&file, identity).map_err(|error| io_error(path, error))? {
            Found::Ours(geometry) => {
                let map =
                    Map::file(&file, geometry.len()).map_err(|error| io_error(path, error))?;
                let (arena, survivors) = Arena::adopt(map, file, path, geometry, unit);
                if !survivors.is_empty() || geometry == wanted {
                    return Ok((arena, survivors));
                }
                arena.close()?;
                file = header::open_locked(path)?;
            }
            Found::Foreign => {
                let aside = path.with_extension("set-aside");
                tracing::warn!(path = %path.display(), aside = %aside.display(),
                    "the arena is not of this data folder; it is set aside");
                std::fs::rename(path, aside).map_err(|error| io_error(path, error))?;
                file = header::open_locked(path)?;
            }
            Found::UnknownVersion(version) => {
                return Err(ArenaError::Version { path: path.display().to_string(), version });
            }
            Found::Fresh => {}
        }
        let map = match header::initialize(&file, path, wanted, identity) {
            Ok(map) => map,
            Err(error) => {
                // An unusable file must not keep the room it has taken.
                let _ = std::fs::remove_file(path);
                return Err(error);
            }
        };
        Ok((Arena::new(map, Some(file), path, wanted, unit), Vec::new()))
    }

    /// Plain memory: nothing survives, and [`Arena::is_crash_safe`] says so.
    pub fn heap(bytes: usize, unit: WriteUnit) -> Result<Arena, ArenaError> {
        let geometry = Geometry::of(bytes);
        let map = Map::anonymous(geometry.len())
            .map_err(|error| io_error(Path::new("(memory)"), error))?;
        Ok(Arena::new(map, None, Path::new(""), geometry, unit))
    }

    /// Where the arena of a data folder lies by default: `/dev/shm/tidemill-<hash of the folder>`.
    pub fn default_path(data_dir: &Path) -> PathBuf {
        header::default_path(data_dir)
    }

    fn new(
        map: Map,
        file: Option<File>,
        path: &Path,
        geometry: Geometry,
        unit: WriteUnit,
    ) -> Arena {
        assert!(map.len() == geometry.len());
        let chunks = vec![ChunkState::default(); geometry.chunks as usize];
        Arena {
            inner: Rc::new(Inner {
                map,
                file,
                path: path.to_path_buf(),
                geometry,
                unit,
                sequence: Cell::new(0),
                chunks: RefCell::new(chunks),
                free: RefCell::new((0..geometry.chunks).rev().collect()),
                abandoned: Cell::new(false),
            }),
        }
    }

    fn adopt(
        map: Map,
        file: File,
        path: &Path,
        geometry: Geometry,
        unit: WriteUnit,
    ) -> (Arena, Vec<Survivor>) {
        let arena = Arena::new(map, Some(file), path, geometry, unit);
        let mut survivors = Vec::new();
        let mut free = Vec::new();
        for index in (0..geometry.chunks).rev() {
            let Some((place, slot)) = arena.inner.load(index) else {
                free.push(index);
                continue;
            };
            let sequence = arena.inner.sequence.get().max(slot.sequence);
            arena.inner.sequence.set(sequence);
            let noted = slot.len > 0 && slot.len as usize <= CHUNK_BYTES;
            let next_slot = 1 - place as u8;
            // Its pages are reserved anew: a file may have been copied with holes.
            arena.inner.chunks.borrow_mut()[index as usize] =
                ChunkState { next_slot, noted, reserved: false };
            if noted && arena.inner.reserve(index) {
                let chunk = arena.chunk(index, slot.len as usize);
                let bytes = chunk.slice(0..slot.len as usize);
                survivors.push(Survivor { key: slot.key, sequence: slot.sequence, bytes });
            } else {
                free.push(index);
            }
        }
        *arena.inner.free.borrow_mut() = free;
        survivors.sort_by_key(|survivor| (survivor.key, survivor.sequence));
        (arena, survivors)
    }

    /// Whether published bytes outlive the process.
    pub fn is_crash_safe(&self) -> bool {
        self.inner.file.is_some()
    }

    /// An empty chunk of [`CHUNK_BYTES`], or `None` if all are in use, or the tmpfs is full: that
    /// is back-pressure.
    pub fn allocate(&self) -> Option<Chunk> {
        let index = self.inner.free.borrow_mut().pop()?;
        if !self.inner.reserve(index) {
            self.inner.free.borrow_mut().push(index);
            return None;
        }
        Some(self.chunk(index, 0))
    }

    fn chunk(&self, index: u32, filled: usize) -> Chunk {
        let base = self.inner.map.at(self.inner.geometry.chunk(index));
        let (unit, home) = (self.inner.unit, self.inner.clone());
        // SAFETY: the place is in the mapping, which the home keeps, `CHUNK_BYTES` long and
        // aligned; its pages are real; and the index was free or just adopted, so nothing refers to
        // it.
        unsafe { Chunk::at_home(base, CHUNK_BYTES, filled, unit, home, index) }
    }

    /// Notes that all filled bytes of `chunk` are the bytes of `key`. After it they survive the
    /// process. Must come before the chunk is given to the disk. Costs the same whatever the
    /// length.
    ///
    /// # Panics
    /// If the chunk is not of this arena: an error of the program.
    pub fn publish(&self, chunk: &Chunk, key: &SliceKey) {
        let index = self.index(chunk);
        self.inner.note(index, |sequence| Slot { sequence, key: *key, len: chunk.filled() as u32 });
    }

    /// Takes the note back: the bytes are not wanted after a crash (durable, truncated, or their
    /// log deleted).
    ///
    /// # Panics
    /// If the chunk is not of this arena: an error of the program.
    pub fn retract(&self, chunk: &Chunk) {
        self.inner.retract(self.index(chunk));
    }

    fn index(&self, chunk: &Chunk) -> u32 {
        let index = chunk.home_index().expect("a chunk of this arena");
        let base = self.inner.map.at(self.inner.geometry.chunk(index));
        assert!(std::ptr::eq(chunk.as_mut_ptr(), base.as_ptr()), "a chunk of this arena");
        index
    }

    /// Bytes of chunks in use.
    pub fn used_bytes(&self) -> usize {
        self.limit_bytes() - self.inner.free.borrow().len() * CHUNK_BYTES
    }

    /// Bytes of all chunks.
    pub fn limit_bytes(&self) -> usize {
        self.inner.geometry.chunks as usize * CHUNK_BYTES
    }

    /// Gives the memory of free chunks back to the machine. For idle moments: the next use of each
    /// costs a system call and fresh pages.
    pub fn trim(&self) {
        let mut chunks = self.inner.chunks.borrow_mut();
        for index in self.inner.free.borrow().iter() {
            let state = &mut chunks[*index as usize];
            if state.reserved {
                state.reserved = false;
                let place = self.inner.geometry.chunk(*index);
                self.inner.map.discard(place, CHUNK_BYTES, self.is_crash_safe());
            }
        }
    }

    /// A clean stop: everything is in the segments, nothing is to be adopted. Removes the file.
    pub fn close(self) -> Result<(), ArenaError> {
        if self.inner.file.is_none() {
            return Ok(());
        }
        std::fs::remove_file(&self.inner.path).map_err(|error| io_error(&self.inner.path, error))
    }
}

impl Drop for Arena {
    fn drop(&mut self) {
        self.inner.abandoned.set(true);
    }
}

impl Inner {
    fn load(&self, index: u32) -> Option<(usize, Slot)> {
        let mut pair: [Words; 2] = Default::default();
        for (place, words) in pair.iter_mut().enumerate() {
            self.map.load(Geometry::pair(index) + place * SLOT_BYTES, words);
        }
        choose([&pair[0], &pair[1]])
    }

    fn note(&self, index: u32, slot: impl FnOnce(u64) -> Slot) {
        let sequence = self.sequence.get() + 1;
        self.sequence.set(sequence);
        let slot = slot(sequence);
        let state = &mut self.chunks.borrow_mut()[index as usize];
        let place = Geometry::pair(index) + usize::from(state.next_slot) * SLOT_BYTES;
        self.map.store(place, &slot.to_words());
        state.next_slot = 1 - state.next_slot;
        state.noted = slot.len > 0;
    }

    fn retract(&self, index: u32) {
        if self.chunks.borrow()[index as usize].noted {
            self.note(index, Slot::free);
        }
    }

    /// Makes the chunk's pages real, so that storing to them cannot be answered with SIGBUS.
    fn reserve(&self, index: u32) -> bool {
        let state = &mut self.chunks.borrow_mut()[index as usize];
        if !state.reserved {
            let place = self.geometry.chunk(index) as u64;
            state.reserved = match &self.file {
                Some(file) => map::reserve(file, place, CHUNK_BYTES as u64).is_ok(),
                None => true,
            };
        }
        state.reserved
    }
}

impl Home for Inner {
    fn release(&self, index: u32) {
        if self.abandoned.get() {
            return;
        }
        // The note goes before the memory is handed out again.
        self.retract(index);
        self.free.borrow_mut().push(index);
    }
}

#[cfg(test)]
mod tests;
