//! The arena file: whose it is, how it is cut, and how it is opened.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use super::map::{Map, reserve};
use super::slot::SLOT_BYTES;
use super::{ArenaError, CHUNK_BYTES};
use crate::disk::lock::{LockError, lock_exclusive};
use crate::limits::BLOCK_BYTES;

const MAGIC: u64 = u64::from_le_bytes(*b"TMARENA\0");
const VERSION: u64 = 1;
/// Sizes are multiples of a huge page, so that the file may lie on hugetlbfs.
const HUGE_PAGE_BYTES: usize = 2 << 20;
const HEADER_WORDS: usize = 7;

/// How an arena is cut: header block, slots, chunks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Geometry {
    pub(super) chunks: u32,
}

impl Geometry {
    /// As many chunks as `bytes` hold, at least one.
    pub(super) fn of(bytes: usize) -> Geometry {
        Geometry { chunks: (bytes / CHUNK_BYTES).clamp(1, u32::MAX as usize / 2) as u32 }
    }

    pub(super) fn pair(chunk: u32) -> usize {
        BLOCK_BYTES + chunk as usize * 2 * SLOT_BYTES
    }

    pub(super) fn chunk(self, chunk: u32) -> usize {
        Geometry::pair(self.chunks).next_multiple_of(CHUNK_BYTES) + chunk as usize * CHUNK_BYTES
    }

    pub(super) fn len(self) -> usize {
        self.chunk(self.chunks).next_multiple_of(HUGE_PAGE_BYTES)
    }
}

/// Whose arena it is: the data folder's path, device and inode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Identity(u128);

impl Identity {
    pub(super) fn of(data_dir: &Path) -> io::Result<Identity> {
        let path = match data_dir.canonicalize() {
            Ok(path) => path,
            // A store on a memory disk has no folder here; a real one was made before its arena.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Ok(Identity(fnv(FNV_START, data_dir.as_os_str().as_bytes())));
            }
            Err(error) => return Err(error),
        };
        let metadata = path.metadata()?;
        let mut hash = fnv(FNV_START, path.as_os_str().as_bytes());
        hash = fnv(hash, &metadata.dev().to_le_bytes());
        Ok(Identity(fnv(hash, &metadata.ino().to_le_bytes())))
    }
}

pub(super) fn default_path(data_dir: &Path) -> PathBuf {
    let path = data_dir.canonicalize().unwrap_or_else(|_| data_dir.to_path_buf());
    let hash = fnv(FNV_START, path.as_os_str().as_bytes());
    PathBuf::from(format!("/dev/shm/tidemill-{hash:032x}"))
}

const FNV_START: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;

/// FNV-1a: tells names apart, guards against nobody.
fn fnv(start: u128, bytes: &[u8]) -> u128 {
    let mix = |hash: u128, byte: &u8| {
        (hash ^ u128::from(*byte)).wrapping_mul(0x0000_0000_0100_0000_0000_0000_0000_013b)
    };
    bytes.iter().fold(start, mix)
}

pub(super) enum Found {
    /// Nothing, or a file whose making was interrupted.
    Fresh,
    Ours(Geometry),
    Foreign,
    UnknownVersion(u64),
}

/// Opens the file for this process alone.
pub(super) fn open_locked(path: &Path) -> Result<File, ArenaError> {
    let with_path = |error| io_error(path, error);
    loop {
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(path)
            .map_err(with_path)?;
        match lock_exclusive(&file) {
            Ok(()) => {}
            Err(LockError::Held) => {
                return Err(ArenaError::InUse { path: path.display().to_string() });
            }
            Err(LockError::Io(error)) => return Err(io_error(path, error)),
        }
        // The holder that was waited for may have removed the file in a clean stop.
        let locked = file.metadata().map_err(with_path)?;
        match path.metadata() {
            Ok(named) if named.ino() == locked.ino() && named.dev() == locked.dev() => {
                return Ok(file);
            }
            _ => {}
        }
    }
}

/// Looks at what is in the file.
pub(super) fn inspect(file: &File, identity: Identity) -> io::Result<Found> {
    let len = file.metadata()?.len() as usize;
    if len < BLOCK_BYTES {
        return Ok(Found::Fresh);
    }
    let map = Map::file(file, len)?;
    let mut words = [0; HEADER_WORDS];
    map.load(0, &mut words);
    if words[0] == 0 {
        return Ok(Found::Fresh);
    }
    if words[0] != MAGIC {
        return Ok(Found::Foreign);
    }
    if words[1] != VERSION {
        return Ok(Found::UnknownVersion(words[1]));
    }
    let geometry = Geometry { chunks: words[3] as u32 };
    let fits = words[2] == CHUNK_BYTES as u64 && geometry.chunks > 0 && geometry.len() == len;
    if words != header(geometry, identity) || !fits {
        return Ok(Found::Foreign);
    }
    Ok(Found::Ours(geometry))
}

/// Makes an empty arena in the file, whatever was in it.
pub(super) fn initialize(
    file: &File,
    path: &Path,
    geometry: Geometry,
    identity: Identity,
) -> Result<Map, ArenaError> {
    let with_path = |error| io_error(path, error);
    file.set_len(0).map_err(with_path)?;
    let needed_bytes = geometry.len() as u64;
    let free_bytes = crate::disk::free_bytes(path).map_err(with_path)?;
    if free_bytes < needed_bytes {
        return Err(ArenaError::NoRoom {
            path: path.display().to_string(),
            needed_bytes,
            free_bytes,
        });
    }
    file.set_len(needed_bytes).map_err(with_path)?;
    reserve(file, 0, geometry.chunk(0) as u64).map_err(with_path)?;
    let map = Map::file(file, geometry.len()).map_err(with_path)?;
    let words = header(geometry, identity);
    // The magic last: without it the file counts as never made.
    map.store(8, &words[1..]);
    map.store(0, &words[..1]);
    Ok(map)
}

fn header(geometry: Geometry, identity: Identity) -> [u64; HEADER_WORDS] {
    let mut words = [
        MAGIC,
        VERSION,
        CHUNK_BYTES as u64,
        u64::from(geometry.chunks),
        identity.0 as u64,
        (identity.0 >> 64) as u64,
        0,
    ];
    let mut bytes = Vec::with_capacity(HEADER_WORDS * 8);
    for word in &words[..HEADER_WORDS - 1] {
        bytes.extend_from_slice(&word.to_le_bytes());
    }
    words[HEADER_WORDS - 1] = u64::from(crc32fast::hash(&bytes));
    words
}

pub(super) fn io_error(path: &Path, source: io::Error) -> ArenaError {
    let remedy = match source.raw_os_error() {
        Some(libc::ENOSPC) => "Give its tmpfs more room (--shm-size for a container)",
        Some(libc::EACCES | libc::EPERM) => "Let this user write there, or name another place",
        Some(libc::ENOENT) => "Mount a tmpfs there, or name another place",
        Some(libc::ENOMEM) => "Make the arena smaller, or give the machine more memory",
        _ => "Name another place on a tmpfs, or run without an arena",
    };
    ArenaError::Io { path: path.display().to_string(), source, remedy }
}
