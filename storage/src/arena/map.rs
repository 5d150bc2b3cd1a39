//! Memory by mmap: of a file, shared, or of nobody.
#![allow(unsafe_code)]

use std::fs::File;
use std::io;
use std::os::fd::AsRawFd;
use std::ptr::NonNull;

/// A mapping, unmapped when dropped. Untouched pages take no memory.
pub(super) struct Map {
    base: NonNull<u8>,
    len: usize,
}

impl Map {
    /// Maps the first `len` bytes of the file, shared with it.
    pub(super) fn file(file: &File, len: usize) -> io::Result<Map> {
        Map::new(len, libc::MAP_SHARED, file.as_raw_fd())
    }

    /// Maps memory of its own.
    pub(super) fn anonymous(len: usize) -> io::Result<Map> {
        Map::new(len, libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE, -1)
    }

    fn new(len: usize, flags: i32, fd: i32) -> io::Result<Map> {
        let access = libc::PROT_READ | libc::PROT_WRITE;
        // SAFETY: a new mapping at an address of the kernel's choice touches no other memory.
        let base = unsafe { libc::mmap(std::ptr::null_mut(), len, access, flags, fd, 0) };
        if base == libc::MAP_FAILED {
            return Err(io::Error::last_os_error());
        }
        let base = NonNull::new(base.cast()).expect("a mapping is not at zero");
        Ok(Map { base, len })
    }

    /// Its bytes.
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// The address of a place in it.
    pub(super) fn at(&self, place: usize) -> NonNull<u8> {
        assert!(place < self.len, "a place in the mapping");
        // SAFETY: within the mapping.
        unsafe { self.base.add(place) }
    }

    /// Stores words one by one, in this order, all of them and none twice.
    pub(super) fn store(&self, place: usize, words: &[u64]) {
        assert!(place.is_multiple_of(8) && place + words.len() * 8 <= self.len);
        // What was stored to the mapping before comes before the words, for a later process too: a
        // killed thread's stores are seen in program order, so only the compiler must be held back.
        std::sync::atomic::compiler_fence(std::sync::atomic::Ordering::SeqCst);
        let target: *mut u64 = self.at(place).as_ptr().cast();
        for (index, word) in words.iter().enumerate() {
            // SAFETY: aligned and within the mapping, as checked; no reference to it exists.
            unsafe { target.add(index).write_volatile(word.to_le()) };
        }
        std::sync::atomic::compiler_fence(std::sync::atomic::Ordering::SeqCst);
    }

    /// Loads words.
    pub(super) fn load(&self, place: usize, words: &mut [u64]) {
        assert!(place.is_multiple_of(8) && place + words.len() * 8 <= self.len);
        let source: *const u64 = self.at(place).as_ptr().cast();
        for (index, word) in words.iter_mut().enumerate() {
            // SAFETY: aligned and within the mapping, as checked.
            *word = u64::from_le(unsafe { source.add(index).read_volatile() });
        }
    }

    /// Gives the pages of a range back; they read as zeros and must be reserved again.
    pub(super) fn discard(&self, place: usize, len: usize, shared: bool) {
        assert!(place + len <= self.len);
        let advice = if shared { libc::MADV_REMOVE } else { libc::MADV_DONTNEED };
        // SAFETY: within the mapping, and the caller holds no reference into the range. A refusal
        // only keeps the memory.
        unsafe { libc::madvise(self.at(place).as_ptr().cast(), len, advice) };
    }
}

impl Drop for Map {
    fn drop(&mut self) {
        // SAFETY: mapped by `new`, and nothing refers to it any more.
        unsafe { libc::munmap(self.base.as_ptr().cast(), self.len) };
    }
}

/// Makes pages of a file real, so that touching them cannot fail.
pub(super) fn reserve(file: &File, place: u64, len: u64) -> io::Result<()> {
    // SAFETY: a system call on an open file.
    match unsafe { libc::fallocate(file.as_raw_fd(), 0, place as i64, len as i64) } {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}
