//! An eventfd that is readable when something has ended.
#![allow(unsafe_code)]

use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, OwnedFd, RawFd};

/// See the module.
#[derive(Debug)]
pub(super) struct Wake(OwnedFd);

impl Wake {
    pub(super) fn new() -> io::Result<Wake> {
        // SAFETY: a system call.
        let fd = unsafe { libc::eventfd(0, libc::EFD_CLOEXEC | libc::EFD_NONBLOCK) };
        if fd < 0 {
            return Err(io::Error::last_os_error());
        }
        // SAFETY: just opened, and nobody else has it.
        Ok(Wake(unsafe { OwnedFd::from_raw_fd(fd) }))
    }

    pub(super) fn fd(&self) -> RawFd {
        self.0.as_raw_fd()
    }

    pub(super) fn borrowed(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }

    /// Makes it readable.
    pub(super) fn raise(&self) {
        let one = 1_u64;
        // SAFETY: eight readable bytes. It fails only when the counter is full, and is readable
        // then.
        unsafe { libc::write(self.fd(), (&raw const one).cast(), 8) };
    }

    /// Waits at most so long until it is readable, and reads it empty.
    pub(super) fn wait(&self, timeout_ms: i32) {
        let mut poll = libc::pollfd { fd: self.fd(), events: libc::POLLIN, revents: 0 };
        let mut count = 0_u64;
        // SAFETY: one pollfd, then eight writable bytes; the fd does not block.
        unsafe {
            libc::poll(&raw mut poll, 1, timeout_ms);
            libc::read(self.fd(), (&raw mut count).cast(), 8);
        }
    }
}
