//! The partitions this shard leads.
//!
//! ```text
//!  produce ─► append ─► waiter (end offset) ─┐
//!                                            ▼
//!  store ──► StableEnd ──► high watermark moves ──► answers leave, parked fetches wake
//! ```
//!
//! What happens to a partition is handed up as a [`Change`]: this room knows nobody who cares.
//!
//! With one replica the high watermark is the stable end: what is acknowledged can be read.

mod apply;
mod events;
mod table;
mod waiters;

use std::cell::{Cell, Ref, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;
use std::sync::Arc;

use storage::LogId;
use wire::hot::TopicRef;
use wire::{ErrorCode, Uuid};

use self::table::Table;
use crate::logs::Logs;
use crate::metadata::Metadata;
use crate::metrics::ShardMetrics;
use crate::runtime::wake::Signal;

pub use events::Change;
pub use table::Located;
pub use waiters::{AckWaiter, Acked};

/// The partitions of one shard.
pub struct Partitions {
    table: RefCell<Table>,
    /// Of topics by id: partitions whose log could not be opened.
    unopened: RefCell<Vec<(Uuid, i32)>>,
    logs: Rc<Logs>,
    metadata: Rc<Metadata>,
    metrics: Arc<ShardMetrics>,
}

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

impl Partitions {
    pub fn new(logs: Rc<Logs>, metadata: Rc<Metadata>, metrics: Arc<ShardMetrics>) -> Self {
        Self { table: RefCell::default(), unopened: RefCell::default(), logs, metadata, metrics }
    }

    /// The broker that leads them.
    pub fn broker_id(&self) -> i32 {
        self.metadata.broker_id
    }

    /// All that are led here; to be held for as long as one synchronous step takes.
    pub fn table(&self) -> Ref<'_, Table> {
        self.table.borrow()
    }

    /// Where a partition is: here, elsewhere, or nowhere.
    pub fn locate(&self, topic: TopicRef<'_>, index: i32) -> Located {
        self.table.borrow().locate(&self.metadata, topic, index)
    }

    /// The partition, if this shard leads it.
    ///
    /// # Errors
    /// What to tell the client otherwise.
    pub fn led_here(&self, topic: TopicRef<'_>, index: i32) -> Result<Rc<Partition>, ErrorCode> {
        match self.locate(topic, index) {
            Located::Here(partition) => Ok(partition),
            Located::Elsewhere(_) => Err(ErrorCode::NotLeaderOrFollower),
            Located::Unknown(code) => Err(code),
        }
    }

    /// Gives up on acks that are overdue.
    pub fn expire(&self, now_ms: u64) {
        self.table.borrow().expire(now_ms);
    }
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
