//! The partitions this shard leads.
//!
//! ```text
//!  produce ─► append ─► waiter (end offset) ─┐
//!                                            ▼
//!  store ──► AckEnd(offset) ──► high watermark moves ──► answers leave, parked fetches wake
//! ```
//!
//! With one replica the high watermark is the ack end: what is acknowledged can be read.

mod apply;
pub mod events;
mod table;
pub mod tickets;
mod waiters;

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;

use storage::LogId;
use wire::{ErrorCode, Uuid};

use crate::runtime::wake::Signal;

pub use apply::apply;
pub use table::{Located, Partitions};
pub use waiters::AckWaiter;

/// How old records go (`cleanup.policy`).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Cleanup {
    pub delete: bool,
    pub compact: bool,
}

/// A partition led here. Belongs to one shard.
pub struct Partition {
    pub log: LogId,
    pub topic: Rc<str>,
    pub topic_id: Uuid,
    /// The partition's number in its topic.
    pub index: i32,
    /// Clients may read it but not write to it.
    pub internal: bool,
    pub leader_epoch: Cell<i32>,
    pub cleanup: Cell<Cleanup>,
    /// Everything below may be read.
    pub high_watermark: Cell<i64>,
    ack_waiters: RefCell<VecDeque<AckWaiter>>,
    fetch_waiters: RefCell<Vec<Rc<Signal>>>,
}

impl Partition {
    /// Compares the epoch a client believes in (−1: none) with the real one (KIP-320).
    pub fn check_epoch(&self, client_epoch: i32) -> Result<(), ErrorCode> {
        let epoch = self.leader_epoch.get();
        match client_epoch {
            -1 => Ok(()),
            older if older < epoch => Err(ErrorCode::FencedLeaderEpoch),
            newer if newer > epoch => Err(ErrorCode::UnknownLeaderEpoch),
            _ => Ok(()),
        }
    }

    /// Wakes `parked` when there is more to read, or nothing any more.
    pub fn park(&self, parked: &Rc<Signal>) {
        self.fetch_waiters.borrow_mut().push(Rc::clone(parked));
    }

    /// Takes back [`Partition::park`].
    pub fn unpark(&self, parked: &Rc<Signal>) {
        let mut waiters = self.fetch_waiters.borrow_mut();
        waiters.retain(|waiter| !Rc::ptr_eq(waiter, parked));
    }

    fn wake_fetches(&self) {
        for waiter in self.fetch_waiters.borrow_mut().drain(..) {
            waiter.notify();
        }
    }
}
