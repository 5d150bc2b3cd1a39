//! Space kept back for a full disk.
//!
//! A file in the data folder holds it, so that nobody else can take it either. Once something that
//! must go on finds the disk full (the metadata log, commits of groups, side files, a start), the
//! file is emptied: all that is needed to get out of there then has room. From that moment on other
//! logs must leave as much free as the file held. When there is space again, so is the file.
//!
//! ```text
//!   in place   [ data ............................ | ballast ]   others: what is free
//!   given back [ data ............................ | free    ]   others: nothing of it
//! ```
#![allow(unsafe_code)]

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::fd::AsRawFd;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use crate::disk;
use crate::limits::{
    BALLAST_BYTES_MAX, BALLAST_BYTES_MIN, BALLAST_DISK_PART, BALLAST_DISK_PART_MAX,
};

/// The ballast of a data folder; clones stand for the same. Any thread may use it.
#[derive(Debug, Clone, Default)]
pub struct Ballast(Option<Arc<Inner>>);

#[derive(Debug)]
struct Inner {
    path: PathBuf,
    bytes: u64,
    in_place: AtomicBool,
    /// Held while the file changes.
    changing: Mutex<()>,
}

/// The name of the file.
pub const BALLAST_FILE: &str = "ballast";

impl Ballast {
    /// Finds the ballast of a data folder, which exists, or makes it if there is room for twice as
    /// much. On a very small file system there is none.
    ///
    /// # Errors
    /// The file system cannot be asked. That there is no room is none.
    pub fn open(data_dir: &Path) -> io::Result<Ballast> {
        Ok(Ballast::of_bytes(data_dir, usual_bytes(disk::total_bytes(data_dir)?)))
    }

    /// As [`Ballast::open`], of a given size.
    pub fn of_bytes(data_dir: &Path, bytes: u64) -> Ballast {
        if bytes == 0 {
            return Ballast::default();
        }
        let path = data_dir.join(BALLAST_FILE);
        // What `stat` counts in 512 bytes is really reserved.
        let held_bytes = path.metadata().map_or(0, |metadata| metadata.blocks() * 512);
        let in_place = AtomicBool::new(held_bytes >= bytes);
        let ballast =
            Ballast(Some(Arc::new(Inner { path, bytes, in_place, changing: Mutex::new(()) })));
        ballast.take_again();
        ballast
    }

    /// How much is kept back; 0 for nothing.
    pub fn bytes(&self) -> u64 {
        self.0.as_ref().map_or(0, |inner| inner.bytes)
    }

    /// Where the file lies.
    pub fn path(&self) -> Option<&Path> {
        self.0.as_ref().map(|inner| inner.path.as_path())
    }

    /// Whether it is given back, or could not be made.
    pub fn is_missing(&self) -> bool {
        self.0.as_ref().is_some_and(|inner| !inner.in_place.load(Ordering::Acquire))
    }

    /// What those who may not use the reserve must leave free on the disk.
    pub fn leave_bytes(&self) -> u64 {
        if self.is_missing() { self.bytes() } else { 0 }
    }

    /// Gives the space back. Returns whether it did: then there is more than a moment ago.
    pub fn give_back(&self) -> bool {
        let Some(inner) = &self.0 else { return false };
        let _changing = inner.changing.lock();
        if !inner.in_place.swap(false, Ordering::AcqRel) {
            return false;
        }
        let (path, bytes) = (inner.path.display(), inner.bytes);
        match inner.empty() {
            Ok(()) => {
                tracing::warn!(%path, bytes, "the disk is full: the space kept back is used now");
                true
            }
            Err(error) => {
                tracing::error!(%path, %error, "the space kept back cannot be given back");
                false
            }
        }
    }

    /// Makes the file again if there is room for half as much again. Returns whether it is there.
    pub fn take_again(&self) -> bool {
        let Some(inner) = &self.0 else { return true };
        let _changing = inner.changing.lock();
        if inner.in_place.load(Ordering::Acquire) {
            return true;
        }
        let folder = inner.path.parent().unwrap_or(Path::new("."));
        let enough = |free_bytes: u64| free_bytes >= inner.bytes + inner.bytes / 2;
        if !disk::free_bytes(folder).is_ok_and(enough) {
            return false;
        }
        let (path, bytes) = (inner.path.display(), inner.bytes);
        match inner.fill() {
            Ok(()) => {
                tracing::info!(%path, bytes, "space is kept back for a full disk");
                inner.in_place.store(true, Ordering::Release);
                true
            }
            Err(error) => {
                tracing::debug!(%path, %error, "no space can be kept back");
                let _ = inner.empty();
                false
            }
        }
    }

    /// Does something that must be possible on a full disk: once more with the reserve, if the disk
    /// is what stands in the way.
    ///
    /// # Errors
    /// Those of `work`.
    pub fn with_reserve<T>(&self, mut work: impl FnMut() -> io::Result<T>) -> io::Result<T> {
        match work() {
            Err(error) if disk::is_full(&error) && self.give_back() => work(),
            other => other,
        }
    }
}

impl Inner {
    fn empty(&self) -> io::Result<()> {
        let file = OpenOptions::new().write(true).open(&self.path)?;
        file.set_len(0)?;
        file.sync_all()
    }

    fn fill(&self) -> io::Result<()> {
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true).mode(0o640);
        let file = options.open(&self.path)?;
        // SAFETY: a system call on an open file.
        let result = unsafe { libc::fallocate(file.as_raw_fd(), 0, 0, self.bytes as libc::off_t) };
        if result != 0 {
            let error = io::Error::last_os_error();
            match error.raw_os_error() {
                Some(libc::EOPNOTSUPP) => write_zeros(&file, self.bytes)?,
                _ => return Err(error),
            }
        }
        file.sync_all()
    }
}

/// Where space cannot be reserved, it is written.
fn write_zeros(mut file: &File, bytes: u64) -> io::Result<()> {
    let zeros = vec![0; 1 << 20];
    let mut left = bytes;
    while left > 0 {
        let step = left.min(zeros.len() as u64);
        file.write_all(&zeros[..step as usize])?;
        left -= step;
    }
    Ok(())
}

/// A small part of the disk, within bounds: it is the same after every start.
fn usual_bytes(total_bytes: u64) -> u64 {
    let wanted = (total_bytes / BALLAST_DISK_PART).clamp(BALLAST_BYTES_MIN, BALLAST_BYTES_MAX);
    if wanted > total_bytes / BALLAST_DISK_PART_MAX { 0 } else { wanted }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BYTES: u64 = 1 << 20;

    fn held(dir: &Path) -> u64 {
        dir.join(BALLAST_FILE).metadata().unwrap().blocks() * 512
    }

    #[test]
    fn it_is_given_back_once_and_made_again() {
        let dir = tempfile::tempdir().unwrap();
        let ballast = Ballast::of_bytes(dir.path(), BYTES);
        assert!(held(dir.path()) >= BYTES && !ballast.is_missing());
        assert_eq!(ballast.leave_bytes(), 0);
        assert!(ballast.give_back() && !ballast.clone().give_back());
        assert_eq!((held(dir.path()), ballast.leave_bytes()), (0, BYTES));
        assert!(ballast.take_again() && held(dir.path()) >= BYTES);
        drop(ballast);
        // A start finds it, and fills up one that is too small.
        assert!(!Ballast::of_bytes(dir.path(), BYTES).is_missing());
        assert!(!Ballast::of_bytes(dir.path(), 2 * BYTES).is_missing());
        assert!(held(dir.path()) >= 2 * BYTES);
    }

    #[test]
    fn without_room_it_is_missing_and_its_space_is_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        let ballast = Ballast::of_bytes(dir.path(), 1 << 60);
        assert!(ballast.is_missing() && !ballast.give_back() && !ballast.take_again());
        assert_eq!(ballast.leave_bytes(), 1 << 60);
        let none = Ballast::of_bytes(dir.path(), 0);
        assert!(!none.is_missing() && !none.give_back() && none.take_again());
    }

    #[test]
    fn what_must_go_on_goes_on() {
        let dir = tempfile::tempdir().unwrap();
        let ballast = Ballast::of_bytes(dir.path(), BYTES);
        let mut tries = 0;
        let full = || io::Error::from_raw_os_error(libc::ENOSPC);
        let done = ballast.with_reserve(|| {
            tries += 1;
            if tries == 1 { Err(full()) } else { Ok(()) }
        });
        assert!(done.is_ok() && ballast.is_missing());
        assert!(ballast.with_reserve(|| Err::<(), _>(full())).is_err());
    }

    #[test]
    fn its_size_is_a_small_part_of_the_disk() {
        assert_eq!(usual_bytes(1 << 40), BALLAST_BYTES_MAX);
        assert_eq!(usual_bytes(1 << 30), 16 << 20);
        assert_eq!(usual_bytes(64 << 20), BALLAST_BYTES_MIN);
        assert_eq!(usual_bytes(8 << 20), 0);
        assert_eq!(usual_bytes(0), 0);
    }
}
