//! The seam between a store and its disk.
//!
//! A [`Disk`] belongs to one thread. Its name space (folders, opening, renaming) is synchronous and
//! meant for start, stop and rare moments; everything a running shard needs goes through
//! [`Disk::submit`], [`Disk::flush`] and [`Disk::reap`], by token, and never blocks.
//!
//! Three backends:
//! - [`ring::RingDisk`]: io_uring and O_DIRECT, for real;
//! - [`memory::MemoryDisk`]: files in memory that know which of their bytes would survive a power
//!   cut;
//! - [`recording::RecordingDisk`]: a memory disk that keeps the list of its operations, from which
//!   every state a crash could leave can be built.
//!
//! What holds for all of them:
//! - Reads move whole blocks: positions and lengths are multiples of [`BLOCK_BYTES`].
//! - Writes move whole units, those of their chunks ([`crate::WriteUnit`], one block or more):
//!   positions are multiples of the unit, buffers start on a unit of their chunk, and a write's
//!   length is rounded up to a unit, the bytes after its end in the chunk (zeros, see [`Chunk`])
//!   included.
//! - Writes and reads may complete in any order. Two writes of the same unit must not be in flight
//!   together: the later could land first.
//! - A write with `sync` is on stable storage when it completes; a write without is after a later
//!   `Sync` of the file that was submitted after the write's completion.
//! - Jobs ([`Op`]s that are neither write, read nor sync) of one folder and its files are carried
//!   out one by one in the order of submission; those of different folders may go side by side.
//!   Each is durable when it completes, the folder's entry included.
//! - A failed write or sync says nothing about what reached the disk. It must not be retried as if
//!   it had not happened: fence the file.
//! - Memory of an operation is held by the disk until its completion, so it cannot be used again
//!   while the kernel may touch it.

pub(crate) mod lock;
pub mod measure;
pub mod memory;
pub mod probe;
pub mod recording;
pub mod ring;

use std::io;
use std::os::fd::BorrowedFd;
use std::path::{Path, PathBuf};

use crate::buffer::{Chunk, IoBuf};
pub use crate::limits::BLOCK_BYTES;

/// An open file of one disk. Not used again for another file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FileId {
    pub(crate) slot: u32,
    pub(crate) generation: u32,
}

/// Chosen by the caller, given back in the completion. The disk does not look at it.
pub type Token = u64;

/// How to open a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OpenMode {
    /// It must exist; only read.
    Read,
    /// It must exist. The file is locked against other holders: opening waits until every write
    /// that an earlier, killed process had in flight to it has landed.
    Write,
    /// It must not exist; otherwise as `Write`. The entry is durable after `sync_dir` of its
    /// folder.
    Create,
}

/// An asynchronous operation.
#[derive(Debug)]
pub enum Op {
    /// Writes the buffers one after another from `position` on. All but the last are whole units.
    /// Completes as [`Done::Written`].
    Write { file: FileId, position: u64, bufs: Vec<IoBuf>, sync: bool },
    /// Reads up to `len` bytes (whole blocks) into a chunk that nobody else holds, behind what is
    /// in it, which is whole blocks too. Completes as [`Done::Read`], short only at the end of the
    /// file.
    Read { file: FileId, position: u64, len: usize, into: Chunk },
    /// Makes the completed writes of the file durable (fdatasync). Completes as [`Done::Unit`].
    Sync { file: FileId },

    // From here on: jobs.
    /// Creates a file with `allocate_bytes` reserved, and makes both durable. Refused as a full
    /// disk if less than `leave_bytes` would be left free. Completes as [`Done::Opened`], in
    /// `OpenMode::Create`.
    Create { path: PathBuf, allocate_bytes: u64, leave_bytes: u64 },
    /// Makes a folder with two files in it: `beside` with its bytes, and the file at `path` as
    /// `Create` does, and makes all of it durable. What an attempt that failed left there is
    /// replaced. Completes as [`Done::Opened`], in `OpenMode::Create`.
    CreateFolder {
        path: PathBuf,
        allocate_bytes: u64,
        leave_bytes: u64,
        beside: (PathBuf, Vec<u8>),
    },
    /// Opens a file. Completes as [`Done::Opened`].
    Open { path: PathBuf, mode: OpenMode },
    /// Grows the file to `len` bytes, space reserved and reading as zeros; `leave_bytes` as for
    /// `Create`. Completes as [`Done::Unit`].
    Allocate { file: FileId, len: u64, leave_bytes: u64 },
    /// Cuts or grows the file to `len` bytes, makes it durable. Completes as [`Done::Unit`].
    Truncate { file: FileId, len: u64 },
    /// `Truncate` if a length is given, then closes the file, after its operations in flight. The
    /// id is invalid from the submission on. Completes as [`Done::Unit`].
    Close { file: FileId, truncate_to: Option<u64> },
    /// Replaces a side file whole: write new, sync, rename, sync the folder. Completes as
    /// [`Done::Unit`].
    WriteFile { path: PathBuf, bytes: Vec<u8> },
    /// Reads a side file whole. Completes as [`Done::Bytes`].
    ReadFile { path: PathBuf },
    /// Renames within one file system, replacing what is there. Completes as [`Done::Unit`].
    Rename { from: PathBuf, to: PathBuf },
    /// Removes files; one that is not there is no error. Completes as [`Done::Unit`]: the names are
    /// gone then, the space of large files follows.
    RemoveFiles { paths: Vec<PathBuf> },
    /// Removes a folder with all that is in it; no error if it is not there. Completes as
    /// `RemoveFiles`.
    RemoveDirAll { path: PathBuf },
}

/// What an operation gave.
#[derive(Debug)]
pub enum Done {
    /// All bytes written.
    Written,
    /// What was in the chunk given, and behind it the bytes read.
    Read(IoBuf),
    Opened(FileId),
    Bytes(Vec<u8>),
    Unit,
}

/// The end of an operation.
#[derive(Debug)]
pub struct Completion {
    pub token: Token,
    pub result: io::Result<Done>,
}

/// One shard's disk. See the module for what all backends keep.
///
/// The synchronous functions are durable only where they say so, may block for as long as the
/// device likes, and must not be used on a file with operations in flight.
pub trait Disk {
    /// Creates a folder and its missing parents, durably.
    fn create_dir(&mut self, path: &Path) -> io::Result<()>;
    /// Takes the folder for this process, waiting a while for a dying holder; freed with the disk.
    fn lock_dir(&mut self, path: &Path) -> io::Result<()>;
    /// The names in a folder, sorted, with `true` for folders.
    fn list(&mut self, path: &Path) -> io::Result<Vec<(String, bool)>>;
    fn open(&mut self, path: &Path, mode: OpenMode) -> io::Result<FileId>;
    /// Closes the file after its operations in flight.
    fn close(&mut self, file: FileId);
    /// The file's length in bytes.
    fn size(&mut self, file: FileId) -> io::Result<u64>;
    /// Cuts or grows the file to `len` bytes; durable after `sync`.
    fn truncate(&mut self, file: FileId, len: u64) -> io::Result<()>;
    /// Grows the file to `len` bytes, space reserved and reading as zeros; durable after `sync`.
    fn allocate(&mut self, file: FileId, len: u64) -> io::Result<()>;
    /// Reads as [`Op::Read`] does.
    fn read_at(
        &mut self,
        file: FileId,
        position: u64,
        len: usize,
        into: Chunk,
    ) -> io::Result<IoBuf>;
    /// Writes as [`Op::Write`] does.
    fn write_at(
        &mut self,
        file: FileId,
        position: u64,
        bufs: &[IoBuf],
        sync: bool,
    ) -> io::Result<()>;
    /// Makes the file's content and length durable.
    fn sync(&mut self, file: FileId) -> io::Result<()>;
    /// Makes the folder's entries durable: what was created, renamed or removed in it.
    fn sync_dir(&mut self, path: &Path) -> io::Result<()>;
    /// Renames within one file system; durable after `sync_dir` of the folders.
    fn rename(&mut self, from: &Path, to: &Path) -> io::Result<()>;
    /// Removes a file; durable after `sync_dir` of its folder.
    fn remove_file(&mut self, path: &Path) -> io::Result<()>;
    /// Removes a folder with all that is in it; durable after `sync_dir` of its parent.
    fn remove_dir_all(&mut self, path: &Path) -> io::Result<()>;
    /// Reads a side file whole.
    fn read_file(&mut self, path: &Path) -> io::Result<Vec<u8>>;
    /// Replaces a side file whole and durably: write new, sync, rename, sync the folder.
    fn write_file(&mut self, path: &Path, bytes: &[u8]) -> io::Result<()>;
    /// Bytes that may still be written on the file system of this path.
    fn free_bytes(&mut self, path: &Path) -> io::Result<u64>;

    /// Queues an operation. Nothing of it need have begun before the next [`Disk::flush`]. The
    /// queue itself is bounded by the caller's own bounds: every write and read holds a chunk.
    ///
    /// # Panics
    /// On a broken rule of the module: an unknown file, a position within a unit or block, a chunk
    /// to read into that others hold. Those are errors of the program.
    fn submit(&mut self, token: Token, op: Op);
    /// Hands everything queued to the kernel, in one call if it takes them all.
    fn flush(&mut self) -> io::Result<()>;
    /// Appends the operations that have ended to `out`. Does not block.
    fn reap(&mut self, out: &mut Vec<Completion>) -> io::Result<()>;
    /// As `flush`, then waits until something can be reaped or nothing is in flight.
    fn wait(&mut self) -> io::Result<()>;
    /// Operations submitted and not yet reaped.
    fn in_flight(&self) -> usize;
    /// Becomes readable when something can be reaped; `None` if the backend has no such thing.
    /// Whoever waits on it reads it empty.
    fn wake_fd(&self) -> Option<BorrowedFd<'_>>;
}

impl Op {
    /// The folder that a job is of, if it names one: jobs of one folder keep their order.
    pub(crate) fn folder(&self) -> Option<&Path> {
        match self {
            Op::Create { path, .. }
            | Op::CreateFolder { path, .. }
            | Op::Open { path, .. }
            | Op::WriteFile { path, .. }
            | Op::ReadFile { path }
            | Op::Rename { from: path, .. } => path.parent(),
            Op::RemoveFiles { paths } => paths.first()?.parent(),
            Op::RemoveDirAll { path } => Some(path),
            Op::Write { .. }
            | Op::Read { .. }
            | Op::Sync { .. }
            | Op::Allocate { .. }
            | Op::Truncate { .. }
            | Op::Close { .. } => None,
        }
    }

    /// The file that an operation names by its number.
    pub(crate) fn file(&self) -> Option<FileId> {
        match self {
            Op::Write { file, .. }
            | Op::Read { file, .. }
            | Op::Sync { file }
            | Op::Allocate { file, .. }
            | Op::Truncate { file, .. }
            | Op::Close { file, .. } => Some(*file),
            _ => None,
        }
    }
}

/// The length of the whole blocks that hold `len` bytes.
pub const fn round_up_to_block(len: u64) -> u64 {
    len.next_multiple_of(BLOCK_BYTES as u64)
}

/// The start of the block that holds `position`.
pub const fn round_down_to_block(position: u64) -> u64 {
    position - position % BLOCK_BYTES as u64
}

/// Where [`Disk::write_file`] writes before it renames.
pub(crate) fn temporary_path(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_os_string();
    name.push(TEMPORARY_SUFFIX);
    path.with_file_name(name)
}

/// Files that end so are leftovers of an interrupted [`Disk::write_file`] and may be removed.
pub const TEMPORARY_SUFFIX: &str = ".new";

/// Whether the disk, or what this user may have of it, is full.
pub(crate) fn is_full(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
}

/// The error of a full disk, if `free_bytes` do not hold `needed_bytes` and leave `leave_bytes`.
pub(crate) fn check_left(free_bytes: u64, needed_bytes: u64, leave_bytes: u64) -> io::Result<()> {
    if leave_bytes > 0 && free_bytes < needed_bytes.saturating_add(leave_bytes) {
        return Err(io::Error::from_raw_os_error(libc::ENOSPC));
    }
    Ok(())
}

/// Bytes that an ordinary user may still write on the file system of this path. One without a size,
/// such as ramfs, has no bound of its own.
pub(crate) fn free_bytes(path: &Path) -> io::Result<u64> {
    let stat = statvfs(path)?;
    Ok(if stat.f_blocks == 0 { u64::MAX } else { stat.f_bavail * stat.f_frsize })
}

/// Bytes of the whole file system of this path.
pub(crate) fn total_bytes(path: &Path) -> io::Result<u64> {
    let stat = statvfs(path)?;
    Ok(stat.f_blocks * stat.f_frsize)
}

#[allow(unsafe_code)]
fn statvfs(path: &Path) -> io::Result<libc::statvfs> {
    use std::os::unix::ffi::OsStrExt;
    let path = std::ffi::CString::new(path.as_os_str().as_bytes())?;
    // SAFETY: all zeros is a value of this plain struct.
    let mut stat: libc::statvfs = unsafe { std::mem::zeroed() };
    // SAFETY: a terminated path and a struct to fill.
    match unsafe { libc::statvfs(path.as_ptr(), &raw mut stat) } {
        0 => Ok(stat),
        _ => Err(io::Error::last_os_error()),
    }
}
