//! The ring: what goes in is queued, what comes out is an event of a source.
#![allow(unsafe_code)]

use std::collections::VecDeque;
use std::io;
use std::os::fd::RawFd;
use std::time::Duration;

use io_uring::types::Fd;
use io_uring::{IoUring, cqueue, opcode, squeue};
use storage::disk::ring::{enter, new_ring};

use crate::limits::REACTOR_RING_ENTRIES;

/// Completions that nobody waits for.
const NOBODY: u64 = u64::MAX;

/// Something happened to a descriptor.
#[derive(Debug, Clone, Copy)]
pub(super) struct Event {
    /// Of its source.
    pub key: usize,
    /// Poll bits, or a negative error.
    pub result: i32,
    /// More will come without being asked for.
    pub more: bool,
}

pub(super) struct Ring {
    ring: IoUring,
    /// What did not fit into the submission queue.
    waiting: VecDeque<squeue::Entry>,
}

impl Ring {
    pub(super) fn new() -> io::Result<Self> {
        Ok(Self { ring: new_ring(REACTOR_RING_ENTRIES)?, waiting: VecDeque::new() })
    }

    /// Asks for an event each time one of the poll bits is raised.
    pub(super) fn poll(&mut self, key: usize, fd: RawFd, bits: u32) {
        let entry = opcode::PollAdd::new(Fd(fd), bits).multi(true).build();
        self.push(entry.user_data(key as u64));
    }

    /// Takes [`Ring::poll`] back; its last event then comes without `more`.
    pub(super) fn cancel(&mut self, key: usize) {
        self.push(opcode::PollRemove::new(key as u64).build().user_data(NOBODY));
    }

    fn push(&mut self, entry: squeue::Entry) {
        self.waiting.push_back(entry);
        self.fill();
    }

    /// Moves what waits into the submission queue, as far as it has room.
    fn fill(&mut self) {
        let mut queue = self.ring.submission();
        while let Some(entry) = self.waiting.pop_front() {
            // SAFETY: polls point to no memory; the descriptor stays open until the last event.
            if unsafe { queue.push(&entry) }.is_err() {
                self.waiting.push_front(entry);
                break;
            }
        }
    }

    /// Submits, waits for an event for at most `pause`, and lets the kernel post events.
    pub(super) fn enter(&mut self, pause: Duration) -> io::Result<()> {
        self.fill();
        if pause.is_zero() || !self.waiting.is_empty() {
            enter::post(&mut self.ring)
        } else {
            enter::wait(&mut self.ring, pause)
        }
    }

    /// The next event that was posted.
    pub(super) fn next_event(&mut self) -> Option<Event> {
        loop {
            let entry = self.ring.completion().next()?;
            if entry.user_data() != NOBODY {
                return Some(Event {
                    key: entry.user_data() as usize,
                    result: entry.result(),
                    more: cqueue::more(entry.flags()),
                });
            }
        }
    }
}
