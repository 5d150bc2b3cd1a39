//! The one way to the store of a shard: read, look up, append, and wait for the disk.
//!
//! ```text
//!  append ─► wake ─► (behind every task that is ready) ─► turn ─► events, handed up
//!                                                          └────► tickets, answered here
//! ```
//!
//! Invariant: no borrow of the store lives across an `await`. Helpers here borrow, decide and give
//! back owned values.

mod read;
mod read_through;
mod tickets;
mod turn;

use std::cell::{Cell, Ref, RefCell, RefMut};
use std::rc::Rc;

use storage::disk::ring::RingDisk;
use storage::{AppendContext, AppendError, Appended, LogId, Store};
use wire::records::BatchHeader;

use self::tickets::Tickets;
use crate::runtime::clock::Clock;
use crate::runtime::wake::{Broadcast, Signal};

pub use read_through::Unreadable;
pub use turn::DiskEnded;

/// The store of a shard on its own disk ring.
pub type ShardStore = Store<RingDisk>;

/// See the module. Belongs to one shard.
pub struct Logs {
    pub clock: Rc<Clock>,
    store: RefCell<ShardStore>,
    tickets: Tickets,
    /// Something was appended or asked of the store.
    wake: Signal,
    /// A turn of the store has ended.
    turned: Broadcast,
    last_turn_ms: Cell<u64>,
    /// The driver knows of something in flight and looks after it on a short timer.
    polls: Cell<bool>,
}

impl Logs {
    pub fn new(store: ShardStore, clock: Rc<Clock>) -> Self {
        Self {
            clock,
            store: RefCell::new(store),
            tickets: Tickets::default(),
            wake: Signal::default(),
            turned: Broadcast::default(),
            last_turn_ms: Cell::new(0),
            polls: Cell::new(false),
        }
    }

    /// To be held for as long as one synchronous step takes.
    pub fn store(&self) -> Ref<'_, ShardStore> {
        self.store.borrow()
    }

    /// As [`Logs::store`]. Who asks the disk for something calls [`Logs::wake`] after it.
    pub fn store_mut(&self) -> RefMut<'_, ShardStore> {
        self.store.borrow_mut()
    }

    /// Puts a batch at the end of a log. The disk has it when the log's stable end has passed it,
    /// for which the store must get a turn: [`Logs::wake`].
    ///
    /// # Errors
    /// Why the log does not take it; `Busy` until the disk has freed a buffer.
    pub fn append(
        &self,
        log: LogId,
        batch: &[u8],
        header: &BatchHeader,
        context: AppendContext,
    ) -> Result<Appended, AppendError> {
        self.store.borrow_mut().append(log, batch, header, context)
    }

    /// Everything of the log below this offset is acknowledged.
    pub fn stable_end(&self, log: LogId) -> Option<i64> {
        self.store.borrow().stable_end(log)
    }

    /// Has the store take a turn, once all tasks that are ready now have run.
    pub fn wake(&self) {
        self.wake.notify();
    }

    /// Waits for the next turn of the store to end.
    pub async fn next_turn(&self) {
        // A driver that polls takes its turns by itself; waking it would make this a busy wait.
        if !self.polls.get() {
            self.wake.notify();
        }
        self.turned.wait().await;
    }

    /// The store, when nobody waits for it any more.
    pub fn into_store(self) -> ShardStore {
        self.store.into_inner()
    }
}
