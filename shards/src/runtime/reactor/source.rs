//! A descriptor that tasks wait for: one for bytes to read, another for room to write.
//!
//! Readiness is edge-triggered. An event says that something changed; from then on the descriptor
//! counts as ready until an operation on it would block. A read that gave less than was asked for
//! has emptied a socket, so what comes after it is a new event; only the end of a stream may have
//! come together with the last bytes, so it is remembered.

use std::cell::{Cell, RefCell};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::rc::{Rc, Weak};
use std::task::{Context, Poll, Waker};

use super::ring::Event;
use super::{Reactor, set_waker};

const READ_BITS: i16 = libc::POLLIN | ENDS;
const WRITE_BITS: i16 = libc::POLLOUT | libc::POLLHUP | libc::POLLERR;
const ENDS: i16 = libc::POLLRDHUP | libc::POLLHUP | libc::POLLERR;

/// What a descriptor is, and so what it is polled for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Read and written.
    Socket,
    /// Only becomes readable: a listener.
    Readable,
    /// An eventfd that nobody reads: each write to it is an event of its own.
    Event,
}

impl Kind {
    fn bits(self) -> u32 {
        let bits = match self {
            Self::Socket => libc::POLLIN | libc::POLLOUT | libc::POLLRDHUP,
            Self::Readable | Self::Event => libc::POLLIN,
        };
        bits as u32
    }
}

/// What an event leaves to do.
pub(super) enum Next {
    Nothing,
    Arm,
    Forget,
}

/// What is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    Read,
    Write,
}

/// A watched descriptor; see the module. Dropped, it is watched no longer and closes soon.
pub struct Source {
    state: Rc<State>,
    reactor: Weak<Reactor>,
}

/// What the reactor knows of a descriptor, until its last event.
pub(super) struct State {
    fd: OwnedFd,
    kind: Kind,
    key: usize,
    is_armed: Cell<bool>,
    is_dropped: Cell<bool>,
    has_ended: Cell<bool>,
    read: Side,
    write: Side,
}

#[derive(Default)]
struct Side {
    is_ready: Cell<bool>,
    waiter: RefCell<Option<Waker>>,
}

impl Side {
    fn is_waited(&self) -> bool {
        self.waiter.borrow().is_some()
    }

    fn raise(&self) {
        self.is_ready.set(true);
        let waiter = self.waiter.borrow_mut().take();
        if let Some(waiter) = waiter {
            waiter.wake();
        }
    }
}

impl Source {
    /// Watches a descriptor with the reactor of this thread. It is taken to be ready both ways,
    /// until an operation on it has shown otherwise.
    pub fn new(fd: OwnedFd, kind: Kind) -> Self {
        let reactor = Reactor::current();
        let state = reactor.watch(fd, kind);
        state.read.is_ready.set(true);
        state.write.is_ready.set(true);
        Self { state, reactor: Rc::downgrade(&reactor) }
    }

    /// Whether an operation may go through; if not, the task is woken when it may. One task may
    /// wait for each way.
    pub fn poll_ready(&self, way: Way, cx: &mut Context<'_>) -> Poll<()> {
        let side = self.side(way);
        if side.is_ready.get() {
            return Poll::Ready(());
        }
        set_waker(&mut side.waiter.borrow_mut(), cx);
        if let Some(reactor) = self.reactor.upgrade() {
            self.state.arm(&reactor);
        }
        Poll::Pending
    }

    /// An operation would have blocked.
    pub fn would_block(&self, way: Way) {
        self.side(way).is_ready.set(false);
    }

    /// A read gave less than it was asked for: a socket is empty then, if it has not ended.
    pub fn read_short(&self) {
        self.state.read.is_ready.set(self.state.has_ended.get());
    }

    fn side(&self, way: Way) -> &Side {
        match way {
            Way::Read => &self.state.read,
            Way::Write => &self.state.write,
        }
    }
}

impl AsFd for Source {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.state.fd.as_fd()
    }
}

impl Drop for Source {
    fn drop(&mut self) {
        self.state.is_dropped.set(true);
        let Some(reactor) = self.reactor.upgrade() else { return };
        if self.state.is_armed.get() {
            reactor.ring.borrow_mut().cancel(self.state.key);
        } else {
            reactor.forget(self.state.key);
        }
    }
}

impl State {
    pub(super) fn new(fd: OwnedFd, kind: Kind, key: usize) -> Self {
        Self {
            fd,
            kind,
            key,
            is_armed: Cell::new(false),
            is_dropped: Cell::new(false),
            has_ended: Cell::new(false),
            read: Side::default(),
            write: Side::default(),
        }
    }

    /// Asks for events, if they have not been asked for.
    pub(super) fn arm(&self, reactor: &Reactor) {
        if !self.is_armed.replace(true) {
            reactor.ring.borrow_mut().poll(self.key, self.fd.as_raw_fd(), self.kind.bits());
        }
    }

    /// Takes an event.
    pub(super) fn on_event(&self, event: Event) -> Next {
        if !event.more {
            self.is_armed.set(false);
        }
        if self.is_dropped.get() {
            return if event.more { Next::Nothing } else { Next::Forget };
        }
        // An error of the poll itself is left to the operation to find.
        let bits = if event.result < 0 { READ_BITS | WRITE_BITS } else { event.result as i16 };
        if bits & ENDS != 0 {
            self.has_ended.set(true);
        }
        if bits & READ_BITS != 0 {
            self.read.raise();
        }
        if bits & WRITE_BITS != 0 {
            self.write.raise();
        }
        // The kernel ends a poll by itself when it has no room for an event.
        let is_wanted = self.kind == Kind::Event || self.read.is_waited() || self.write.is_waited();
        if !event.more && is_wanted { Next::Arm } else { Next::Nothing }
    }
}
