//! One client's connection: a reader task, a writer task, and between them the answers in the order
//! of their requests.
//!
//! ```text
//!  socket ──► reader ──► frame ──► start ──► slot (waiting) ──► slot (ready) ──► writer ──► socket
//!                 ▲                             in order of requests        several to one send
//!                 └── does not read while the queue is full ◄───────────────────┘
//! ```

mod reader;
mod registry;
mod slots;
mod writer;

use std::cell::{Cell, RefCell};
use std::net::{Shutdown, SocketAddr};
use std::rc::Rc;

use wire::ErrorCode;

use crate::net::stream::Stream;
use crate::runtime;
use crate::runtime::wake::Signal;
use crate::shard::Shard;

pub use registry::Connections;
use slots::Slots;
pub use slots::{Answer, Kind, Opened, Piece};

/// See the module. Belongs to one shard.
pub struct Connection {
    id: u64,
    pub peer: SocketAddr,
    stream: Stream,
    slots: RefCell<Slots>,
    /// The writer has something to do.
    wake_writer: Signal,
    /// A slot came free or became ready.
    wake_reader: Signal,
    /// The reader has ended; what is in the slots still goes out.
    is_finishing: Cell<bool>,
    /// Nothing goes in or out any more.
    is_closed: Cell<bool>,
    is_writing: Cell<bool>,
    last_progress_ms: Cell<u64>,
    /// When the frame being read must be whole; `u64::MAX` while none is.
    frame_deadline_ms: Cell<u64>,
    buffer_bytes: Cell<usize>,
    /// Asks the reader to give memory back.
    shrink: Signal,
    parked: RefCell<Vec<Rc<Signal>>>,
    tasks: Cell<u8>,
}

/// Starts serving a client.
pub fn start(shard: &Rc<Shard>, stream: Stream, peer: SocketAddr) {
    let now_ms = shard.clock.refresh().mono_ms;
    let connection = shard.connections.insert(|id| Connection {
        id,
        peer,
        stream,
        slots: RefCell::default(),
        wake_writer: Signal::default(),
        wake_reader: Signal::default(),
        is_finishing: Cell::new(false),
        is_closed: Cell::new(false),
        is_writing: Cell::new(false),
        last_progress_ms: Cell::new(now_ms),
        frame_deadline_ms: Cell::new(u64::MAX),
        buffer_bytes: Cell::new(0),
        shrink: Signal::default(),
        parked: RefCell::default(),
        tasks: Cell::new(2),
    });
    tracing::debug!(shard = shard.index, %peer, "connected");
    runtime::spawn(reader::run(Rc::clone(shard), Rc::clone(&connection)));
    runtime::spawn(writer::run(Rc::clone(shard), connection));
}

impl Connection {
    /// Takes the next place in the order of answers.
    pub fn open_slot(&self, opened: Opened) -> u64 {
        self.slots.borrow_mut().open(opened)
    }

    /// Puts the answer into a slot; it is ready once `acks` partitions are acknowledged, at once if
    /// that is 0.
    pub fn fill(&self, slot: u64, answer: Answer, acks: u32) {
        if self.is_closed.get() {
            return;
        }
        let ready = self.slots.borrow_mut().fill(slot, answer, acks);
        self.on_ready(ready);
    }

    /// One partition of the produce request in `slot` is acknowledged, or will not be.
    pub fn acked(&self, slot: u64, index: u32, outcome: Result<(), ErrorCode>) {
        let ready = self.slots.borrow_mut().acked(slot, index, outcome);
        self.on_ready(ready);
    }

    fn on_ready(&self, ready: slots::Ready) {
        match ready {
            slots::Ready::No => {}
            slots::Ready::Behind => self.wake_reader.notify(),
            slots::Ready::First => {
                self.wake_writer.notify();
                self.wake_reader.notify();
            }
        }
    }

    /// Whether answers are of no use any more, or parked requests are to be answered at once.
    pub fn is_ending(&self) -> bool {
        self.is_closed.get() || self.is_finishing.get()
    }

    /// `parked` is notified when the connection ends.
    pub fn park(&self, parked: &Rc<Signal>) {
        self.parked.borrow_mut().push(Rc::clone(parked));
    }

    /// Takes back [`Connection::park`].
    pub fn unpark(&self, parked: &Rc<Signal>) {
        let mut all = self.parked.borrow_mut();
        all.retain(|other| !Rc::ptr_eq(other, parked));
    }

    /// No more requests are read; what is in the slots still goes out, parked requests at once.
    fn finish(&self) {
        if !self.is_finishing.replace(true) {
            self.stream.shutdown(Shutdown::Read);
            self.wake_all();
        }
    }

    /// The end, at once. What is in the slots is lost.
    pub fn close(&self) {
        if !self.is_closed.replace(true) {
            self.slots.borrow_mut().clear();
            self.stream.shutdown(Shutdown::Both);
            self.wake_all();
        }
    }

    fn wake_all(&self) {
        self.wake_reader.notify();
        self.wake_writer.notify();
        for parked in &*self.parked.borrow() {
            parked.notify();
        }
    }

    /// One of the two tasks has ended; the second to do so takes the connection off the shard.
    fn task_ended(&self, shard: &Shard) {
        self.tasks.set(self.tasks.get() - 1);
        if self.tasks.get() == 0 {
            self.close();
            shard.connections.remove(self);
            tracing::debug!(shard = shard.index, peer = %self.peer, "disconnected");
        }
    }
}
