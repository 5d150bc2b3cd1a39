//! What is known of one client's connection: above all its answers, in the order of their requests.
//!
//! ```text
//!  start ──► slot (waiting) ──► slot (ready) ──► writer
//!               in order of requests
//! ```

mod registry;
mod slots;

use std::cell::{Cell, RefCell};
use std::net::{Shutdown, SocketAddr};
use std::rc::Rc;

use wire::ErrorCode;

use crate::net::stream::Stream;
use crate::partition::Acked;
use crate::runtime::wake::Signal;

pub use registry::Connections;
pub use slots::{Answer, Kind, Opened, Piece, Settled};
use slots::{Ready, Slots};

/// See the module. Belongs to one shard.
pub struct Connection {
    id: u64,
    pub peer: SocketAddr,
    pub stream: Stream,
    pub slots: RefCell<Slots>,
    /// The writer has something to do.
    pub wake_writer: Signal,
    /// A slot came free or became ready.
    pub wake_reader: Signal,
    /// The reader has ended; what is in the slots still goes out.
    pub is_finishing: Cell<bool>,
    /// Nothing goes in or out any more.
    pub is_closed: Cell<bool>,
    pub is_writing: Cell<bool>,
    pub last_progress_ms: Cell<u64>,
    /// When the frame being read must be whole; `u64::MAX` while none is.
    pub frame_deadline_ms: Cell<u64>,
    pub buffer_bytes: Cell<usize>,
    /// Asks the reader to give memory back.
    pub shrink: Signal,
    parked: RefCell<Vec<Rc<Signal>>>,
    tasks: Cell<u8>,
}

impl Connection {
    /// With a reader and a writer task to come.
    fn new(id: u64, stream: Stream, peer: SocketAddr, now_ms: u64) -> Self {
        Self {
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
        }
    }

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

    fn on_ready(&self, ready: Ready) {
        match ready {
            Ready::No => {}
            Ready::Behind => self.wake_reader.notify(),
            Ready::First => {
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
    pub fn finish(&self) {
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

    /// One of the two tasks has ended; the second to do so takes the connection off its shard.
    /// Whether it was that.
    pub fn task_ended(&self, connections: &Connections) -> bool {
        self.tasks.set(self.tasks.get() - 1);
        let is_last = self.tasks.get() == 0;
        if is_last {
            self.close();
            connections.remove(self);
        }
        is_last
    }
}

impl Acked for Connection {
    fn acked(&self, slot: u64, place: u32, outcome: Result<(), ErrorCode>) {
        let ready = self.slots.borrow_mut().acked(slot, place, outcome);
        self.on_ready(ready);
    }
}
