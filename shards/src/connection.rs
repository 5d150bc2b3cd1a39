//! Serving one client: a reader task, a writer task, and between them the answers in the order of
//! their requests.
//!
//! ```text
//!  socket ──► reader ──► frame ──► start ──► slot (waiting) ──► slot (ready) ──► writer ──► socket
//!                 ▲                             in order of requests        several to one send
//!                 └── does not read while the queue is full ◄───────────────────┘
//! ```

mod accept;
mod reader;
mod writer;

use std::net::SocketAddr;
use std::rc::Rc;

use crate::net::stream::Stream;
use crate::runtime;
use crate::session::Connection;
use crate::shard::Shard;

pub use accept::accept;

/// Starts serving a client.
fn start(shard: &Rc<Shard>, stream: Stream, peer: SocketAddr) {
    let now_ms = shard.clock.refresh().mono_ms;
    let connection = shard.connections.open(stream, peer, now_ms);
    tracing::debug!(shard = shard.index, %peer, "connected");
    runtime::spawn(reader::run(Rc::clone(shard), Rc::clone(&connection)));
    runtime::spawn(writer::run(Rc::clone(shard), connection));
}

fn task_ended(shard: &Shard, connection: &Connection) {
    if connection.task_ended(&shard.connections) {
        tracing::debug!(shard = shard.index, peer = %connection.peer, "disconnected");
    }
}
