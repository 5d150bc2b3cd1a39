//! Operations between submission and completion: they own the memory that the kernel touches.
#![allow(unsafe_code)]

use std::io;
use std::os::fd::{AsRawFd, RawFd};
use std::sync::Arc;

use io_uring::{opcode, squeue, types};

use crate::buffer::{Chunk, IoBuf};
use crate::disk::{Done, Token};
use crate::limits::{BLOCK_BYTES, WRITE_BUFFERS_MAX};

/// Refusals of the kind "not now" that one operation may meet before they count as an error.
const RETRIES_MAX: u32 = 10_000;

pub(super) struct Flight {
    pub(super) token: Token,
    pub(super) file_slot: u32,
    file: Arc<std::fs::File>,
    work: Work,
    position: u64,
    len: usize,
    /// Bytes that earlier, short completions have covered; whole blocks.
    done: usize,
    retries: u32,
}

enum Work {
    Write {
        bufs: Vec<IoBuf>,
        /// What the kernel reads while it takes the operation; only used by writes of several.
        vectors: Vec<libc::iovec>,
        sync: bool,
    },
    Read(Chunk),
    Sync,
}

/// What a completion of the kernel means for its operation.
pub(super) enum Step {
    Over(io::Result<Done>),
    /// Submit again: the rest of it, or all of it.
    Again,
}

impl Flight {
    pub(super) fn write(
        token: Token,
        file_slot: u32,
        file: Arc<std::fs::File>,
        position: u64,
        bufs: Vec<IoBuf>,
        sync: bool,
    ) -> Flight {
        let len = bufs.iter().map(IoBuf::padded_len).sum();
        let work = Work::Write { bufs, vectors: Vec::new(), sync };
        Flight { token, file_slot, file, work, position, len, done: 0, retries: 0 }
    }

    pub(super) fn read(
        token: Token,
        file_slot: u32,
        file: Arc<std::fs::File>,
        position: u64,
        len: usize,
        into: Chunk,
    ) -> Flight {
        let work = Work::Read(into);
        Flight { token, file_slot, file, work, position, len, done: 0, retries: 0 }
    }

    pub(super) fn sync(token: Token, file_slot: u32, file: Arc<std::fs::File>) -> Flight {
        let work = Work::Sync;
        Flight { token, file_slot, file, work, position: 0, len: 0, done: 0, retries: 0 }
    }

    fn fd(&self) -> RawFd {
        self.file.as_raw_fd()
    }

    /// The entry for the rest of the operation. It points into memory that `self` owns, so `self`
    /// must neither move its vectors nor be dropped before the completion.
    pub(super) fn entry(&mut self) -> squeue::Entry {
        let fd = types::Fd(self.fd());
        let (at, done) = (self.position + self.done as u64, self.done);
        let rest = self.len - done;
        match &mut self.work {
            Work::Sync => opcode::Fsync::new(fd).flags(types::FsyncFlags::DATASYNC).build(),
            Work::Read(chunk) => {
                // SAFETY: `done` is within the chunk's room, as `len` is.
                let target = unsafe { chunk.room_ptr().add(done) };
                opcode::Read::new(fd, target, rest as u32).offset(at).build()
            }
            Work::Write { bufs, vectors, sync } => {
                let flags = if *sync { libc::RWF_DSYNC } else { 0 };
                fill_vectors(vectors, bufs, done);
                if let [only] = vectors[..] {
                    let entry = opcode::Write::new(fd, only.iov_base.cast(), only.iov_len as u32);
                    return entry.offset(at).rw_flags(flags).build();
                }
                opcode::Writev::new(fd, vectors.as_ptr(), vectors.len() as u32)
                    .offset(at)
                    .rw_flags(flags)
                    .build()
            }
        }
    }

    /// Takes the kernel's result.
    pub(super) fn step(&mut self, result: i32) -> Step {
        if result < 0 {
            let error = io::Error::from_raw_os_error(-result);
            let passing = matches!(-result, libc::EINTR | libc::EAGAIN);
            self.retries += 1;
            return match passing && self.retries < RETRIES_MAX {
                true => Step::Again,
                false => Step::Over(Err(error)),
            };
        }
        let count = result as usize;
        match &self.work {
            Work::Sync => Step::Over(Ok(Done::Unit)),
            Work::Read(chunk) => {
                let whole = (self.done + count).is_multiple_of(BLOCK_BYTES);
                self.done += count;
                // A read that stops within a block, or gives nothing, has met the end.
                if self.done < self.len && count > 0 && whole {
                    return Step::Again;
                }
                chunk.fill_on(self.done);
                Step::Over(Ok(Done::Read(chunk.slice(0..chunk.filled()))))
            }
            Work::Write { .. } if self.done + count >= self.len => Step::Over(Ok(Done::Written)),
            Work::Write { .. } => {
                let done = self.done + count;
                let whole_blocks = done - done % BLOCK_BYTES;
                self.retries += 1;
                if whole_blocks == self.done && self.retries >= RETRIES_MAX {
                    return Step::Over(Err(io::ErrorKind::WriteZero.into()));
                }
                self.done = whole_blocks;
                Step::Again
            }
        }
    }
}

/// The memory of a write from byte `done` on, as far as one entry takes it.
pub(super) fn fill_vectors(vectors: &mut Vec<libc::iovec>, bufs: &[IoBuf], done: usize) {
    vectors.clear();
    let mut skip = done;
    for buf in bufs {
        let len = buf.padded_len();
        if skip >= len {
            skip -= len;
            continue;
        }
        assert!(buf.start() + len <= buf.chunk().capacity(), "a buffer within its chunk");
        // SAFETY: `skip` is within the padded buffer, which is within its chunk.
        let start = unsafe { buf.as_padded_ptr().add(skip) };
        vectors.push(libc::iovec { iov_base: start.cast_mut().cast(), iov_len: len - skip });
        skip = 0;
        if vectors.len() == WRITE_BUFFERS_MAX {
            break;
        }
    }
}
