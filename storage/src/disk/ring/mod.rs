//! The disk for real: io_uring and O_DIRECT.
//!
//! Reads, writes and syncs go through a ring of this thread; everything else is done by a few
//! helper threads, for each folder in order. Nothing is registered with the kernel but an eventfd,
//! so no memory is locked.
#![allow(unsafe_code)]

pub(super) mod blocking;
pub mod enter;
mod flight;
mod jobs;
mod reclaim;
pub(super) mod setup;
mod submit;
mod wake;

use std::collections::VecDeque;
use std::fs::File;
use std::io;
use std::os::fd::BorrowedFd;
use std::path::Path;
use std::sync::Arc;

use io_uring::IoUring;

use super::memory::{check_read, check_write};
use super::{Completion, Disk, FileId, Op, OpenMode, Token};
use crate::buffer::{Chunk, IoBuf};
use crate::limits::RING_ENTRIES;
use flight::Flight;
use jobs::{Job, Jobs, Lane, lane_of};
pub use setup::{RingFlags, new_ring};
use wake::Wake;

/// How a [`RingDisk`] is made.
#[derive(Debug, Clone, Default)]
pub struct RingConfig {
    /// These flags and no others; by default the best the kernel takes.
    pub flags: Option<RingFlags>,
    /// Have an eventfd raised at every completion. Without it the disk must be reaped on a timer.
    pub wake_fd: bool,
    /// Go through the page cache: for file systems that refuse O_DIRECT. Synced writes are as safe;
    /// the rest costs memory and predictability.
    pub buffered: bool,
}

/// A shard's ring. See the module and [`Disk`].
pub struct RingDisk {
    // First, so that it is dropped first: the kernel lets go of all memory before that is freed.
    ring: IoUring,
    flags: RingFlags,
    direct: bool,
    wake: Option<Arc<Wake>>,
    jobs: Jobs,
    waiting_jobs: VecDeque<WaitingJob>,
    files: Vec<FileSlot>,
    free_files: Vec<u32>,
    /// Boxed: entries in the kernel point into them.
    flights: Vec<Option<Box<Flight>>>,
    free_flights: Vec<u32>,
    /// Flights that the kernel does not have yet.
    queued: VecDeque<u32>,
    in_kernel: u32,
    ended: Vec<Completion>,
    /// Locked folders.
    dirs: Vec<File>,
}

struct FileSlot {
    generation: u32,
    file: Option<Arc<File>>,
    /// That of its folder.
    lane: Lane,
    /// Flights of this file.
    in_flight: u32,
    /// No new operations; closed when the flights are over.
    closing: bool,
    /// `Disk::close` was called; there is no job that would report it.
    close_silently: bool,
}

struct WaitingJob {
    token: Token,
    job: Job,
    lane: Lane,
    /// Set for a close: it waits until the file's flights are over.
    file_slot: Option<u32>,
}

impl RingDisk {
    /// A ring of this thread. [`super::probe::probe`] says beforehand, and in words, whether the
    /// kernel will give one.
    pub fn new(config: &RingConfig) -> io::Result<RingDisk> {
        let (ring, flags) = setup::build_best(config.flags, RING_ENTRIES)?;
        let wake = match config.wake_fd {
            true => Some(Arc::new(Wake::new()?)),
            false => None,
        };
        if let Some(wake) = &wake {
            ring.submitter().register_eventfd(wake.fd())?;
        }
        Ok(RingDisk {
            ring,
            flags,
            direct: !config.buffered,
            jobs: Jobs::new(!config.buffered, wake.clone()),
            wake,
            waiting_jobs: VecDeque::new(),
            files: Vec::new(),
            free_files: Vec::new(),
            flights: Vec::new(),
            free_flights: Vec::new(),
            queued: VecDeque::new(),
            in_kernel: 0,
            ended: Vec::new(),
            dirs: Vec::new(),
        })
    }

    /// The flags that the ring has.
    pub fn flags(&self) -> RingFlags {
        self.flags
    }

    fn file(&self, id: FileId) -> &Arc<File> {
        let slot = &self.files[id.slot as usize];
        assert!(slot.generation == id.generation && !slot.closing, "a file that is open");
        slot.file.as_ref().expect("an open slot has its file")
    }

    fn add_file(&mut self, file: File, lane: Lane) -> FileId {
        let file = Some(Arc::new(file));
        match self.free_files.pop() {
            Some(slot) => {
                let place = &mut self.files[slot as usize];
                place.file = file;
                place.lane = lane;
                FileId { slot, generation: place.generation }
            }
            None => {
                self.files.push(FileSlot {
                    generation: 1,
                    file,
                    lane,
                    in_flight: 0,
                    closing: false,
                    close_silently: false,
                });
                FileId { slot: self.files.len() as u32 - 1, generation: 1 }
            }
        }
    }

    fn free_file(&mut self, slot: u32) -> Arc<File> {
        let place = &mut self.files[slot as usize];
        place.generation += 1;
        place.closing = false;
        place.close_silently = false;
        self.free_files.push(slot);
        place.file.take().expect("freed once")
    }
}

impl Drop for RingDisk {
    fn drop(&mut self) {
        // Memory in flight is the kernel's until its completion, whatever happens to the ring.
        let mut ended = Vec::new();
        while self.in_flight() > 0 {
            if self.wait().and_then(|()| self.reap(&mut ended)).is_err() {
                // The kernel cannot be asked any more, so what it may still touch is never freed.
                std::mem::forget(std::mem::take(&mut self.flights));
                return;
            }
            ended.clear();
        }
    }
}

impl Disk for RingDisk {
    fn create_dir(&mut self, path: &Path) -> io::Result<()> {
        blocking::create_dir(path)
    }

    fn lock_dir(&mut self, path: &Path) -> io::Result<()> {
        let dir = File::open(path)?;
        super::lock::lock_exclusive(&dir)?;
        self.dirs.push(dir);
        Ok(())
    }

    fn list(&mut self, path: &Path) -> io::Result<Vec<(String, bool)>> {
        blocking::list(path)
    }

    fn open(&mut self, path: &Path, mode: OpenMode) -> io::Result<FileId> {
        let file = blocking::open(path, mode, self.direct)?;
        Ok(self.add_file(file, path.parent().map_or(0, lane_of)))
    }

    fn close(&mut self, file: FileId) {
        self.file(file);
        let slot = &mut self.files[file.slot as usize];
        if slot.in_flight > 0 {
            slot.closing = true;
            slot.close_silently = true;
        } else {
            self.free_file(file.slot);
        }
    }

    fn size(&mut self, file: FileId) -> io::Result<u64> {
        Ok(self.file(file).metadata()?.len())
    }

    fn truncate(&mut self, file: FileId, len: u64) -> io::Result<()> {
        self.file(file).set_len(len)
    }

    fn allocate(&mut self, file: FileId, len: u64) -> io::Result<()> {
        blocking::allocate(self.file(file), len)
    }

    fn read_at(
        &mut self,
        file: FileId,
        position: u64,
        len: usize,
        into: Chunk,
    ) -> io::Result<IoBuf> {
        check_read(position, len, &into);
        // SAFETY: the chunk has that much room and is ours alone, as just checked.
        let count = unsafe { blocking::read_at(self.file(file), position, into.room_ptr(), len)? };
        into.fill_on(count);
        Ok(into.slice(0..into.filled()))
    }

    fn write_at(
        &mut self,
        file: FileId,
        position: u64,
        bufs: &[IoBuf],
        sync: bool,
    ) -> io::Result<()> {
        check_write(position, bufs);
        let mut at = position;
        let mut vectors = Vec::new();
        for buf in bufs {
            flight::fill_vectors(&mut vectors, std::slice::from_ref(buf), 0);
            // SAFETY: the vectors point into the buffers.
            unsafe { blocking::write_at(self.file(file), at, &vectors, sync)? };
            at += buf.padded_len() as u64;
        }
        Ok(())
    }

    fn sync(&mut self, file: FileId) -> io::Result<()> {
        self.file(file).sync_all()
    }

    fn sync_dir(&mut self, path: &Path) -> io::Result<()> {
        blocking::sync_dir(path)
    }

    fn rename(&mut self, from: &Path, to: &Path) -> io::Result<()> {
        std::fs::rename(from, to)
    }

    fn remove_file(&mut self, path: &Path) -> io::Result<()> {
        std::fs::remove_file(path)
    }

    fn remove_dir_all(&mut self, path: &Path) -> io::Result<()> {
        std::fs::remove_dir_all(path)
    }

    fn read_file(&mut self, path: &Path) -> io::Result<Vec<u8>> {
        std::fs::read(path)
    }

    fn write_file(&mut self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        blocking::write_file(path, bytes)
    }

    fn free_bytes(&mut self, path: &Path) -> io::Result<u64> {
        super::free_bytes(path)
    }

    fn submit(&mut self, token: Token, op: Op) {
        self.submit_op(token, op);
    }

    fn flush(&mut self) -> io::Result<()> {
        self.push_to_kernel()
    }

    fn reap(&mut self, out: &mut Vec<Completion>) -> io::Result<()> {
        self.collect()?;
        out.append(&mut self.ended);
        Ok(())
    }

    fn wait(&mut self) -> io::Result<()> {
        self.wait_for_any()
    }

    fn in_flight(&self) -> usize {
        let in_ring = self.flights.len() - self.free_flights.len();
        in_ring + self.jobs.in_flight() + self.waiting_jobs.len() + self.ended.len()
    }

    fn wake_fd(&self) -> Option<BorrowedFd<'_>> {
        self.wake.as_ref().map(|wake| wake.borrowed())
    }
}

#[cfg(test)]
mod tests;
