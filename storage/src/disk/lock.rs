//! Locks on files and folders that outlive a killed process for as long as it still writes.
//!
//! The lock is `flock`, which belongs to the open file and not to the process: it is freed when the
//! last user of the open file is gone, and a write in flight is such a user. So who gets the lock
//! of a file knows that every write of an earlier holder has landed, even if that holder was
//! killed.
#![allow(unsafe_code)]

use std::fs::File;
use std::io;
use std::os::fd::AsRawFd;
use std::time::{Duration, Instant};

use crate::limits::LOCK_WAIT_MS;

/// Why there is no lock.
#[derive(Debug)]
pub(crate) enum LockError {
    /// Somebody kept it for [`LOCK_WAIT_MS`].
    Held,
    Io(io::Error),
}

impl From<LockError> for io::Error {
    fn from(error: LockError) -> io::Error {
        match error {
            LockError::Held => {
                io::Error::new(io::ErrorKind::WouldBlock, "another process holds its lock")
            }
            LockError::Io(error) => error,
        }
    }
}

/// Takes the lock, waiting for a holder that is dying.
pub(crate) fn lock_exclusive(file: &File) -> Result<(), LockError> {
    let start = Instant::now();
    let mut pause = Duration::from_millis(1);
    loop {
        // SAFETY: a system call on an open file.
        if unsafe { libc::flock(file.as_raw_fd(), libc::LOCK_EX | libc::LOCK_NB) } == 0 {
            return Ok(());
        }
        let error = io::Error::last_os_error();
        match error.raw_os_error() {
            Some(libc::EWOULDBLOCK) if start.elapsed().as_millis() as u64 > LOCK_WAIT_MS => {
                return Err(LockError::Held);
            }
            Some(libc::EWOULDBLOCK) => {
                std::thread::sleep(pause);
                pause = (pause * 2).min(Duration::from_millis(50));
            }
            Some(libc::EINTR) => {}
            _ => return Err(LockError::Io(error)),
        }
    }
}
