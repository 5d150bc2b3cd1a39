//! The connections of a shard.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::rc::Rc;

use super::Connection;
use crate::limits::{CONNECTIONS_MAX, READ_BUFFER_MIN_BYTES};
use crate::metrics::ShardMetrics;
use crate::net::stream::Stream;

/// A connection that did nothing for so long gives its large read buffer back.
const SHRINK_AFTER_MS: u64 = 1000;

/// See the module.
#[derive(Default)]
pub struct Connections {
    open: RefCell<HashMap<u64, Rc<Connection>>>,
    per_ip: RefCell<HashMap<IpAddr, usize>>,
    next_id: Cell<u64>,
}

impl Connections {
    pub fn len(&self) -> usize {
        self.open.borrow().len()
    }

    /// Whether one more connection from `ip` may be had; else the name of the limit.
    pub fn check(&self, ip: IpAddr, total: usize, per_ip: usize) -> Result<(), &'static str> {
        if self.len() >= total.min(CONNECTIONS_MAX) {
            return Err("max.connections");
        }
        let from_ip = self.per_ip.borrow().get(&ip).copied().unwrap_or(0);
        if from_ip >= per_ip {
            return Err("max.connections.per.ip");
        }
        Ok(())
    }

    /// A new connection.
    pub fn open(&self, stream: Stream, peer: SocketAddr, now_ms: u64) -> Rc<Connection> {
        let id = self.next_id.get();
        self.next_id.set(id + 1);
        let connection = Rc::new(Connection::new(id, stream, peer, now_ms));
        *self.per_ip.borrow_mut().entry(peer.ip()).or_default() += 1;
        self.open.borrow_mut().insert(id, Rc::clone(&connection));
        connection
    }

    pub(super) fn remove(&self, connection: &Connection) {
        if self.open.borrow_mut().remove(&connection.id).is_none() {
            return;
        }
        let ip = connection.peer.ip();
        let mut per_ip = self.per_ip.borrow_mut();
        if let Some(count) = per_ip.get_mut(&ip) {
            *count -= 1;
            if *count == 0 {
                per_ip.remove(&ip);
            }
        }
    }

    /// Closes connections whose frame takes too long or that were idle for `idle_ms` (negative:
    /// ever).
    pub fn close_overdue(&self, metrics: &ShardMetrics, now_ms: u64, idle_ms: i64) {
        let idle_ms = u64::try_from(idle_ms).unwrap_or(u64::MAX);
        for connection in self.open.borrow().values() {
            let quiet_ms = now_ms.saturating_sub(connection.last_progress_ms.get());
            if connection.frame_deadline_ms.get() <= now_ms {
                metrics.connections_failed.add(1);
                let peer = connection.peer;
                tracing::warn!(%peer, "closed: the rest of a request did not come in time");
                connection.close();
            } else if quiet_ms >= idle_ms && connection.may_be_idle() {
                metrics.connections_idle_closed.add(1);
                let peer = connection.peer;
                tracing::debug!(%peer, quiet_ms, "closed: idle for connections.max.idle.ms");
                connection.close();
            } else if quiet_ms >= SHRINK_AFTER_MS
                && connection.buffer_bytes.get() > READ_BUFFER_MIN_BYTES
            {
                connection.shrink.notify();
            }
        }
    }

    /// No more requests; answers still go out.
    pub fn finish(&self) {
        for connection in self.open.borrow().values() {
            connection.finish();
        }
    }

    pub fn close_all(&self) {
        for connection in self.open.borrow().values() {
            connection.close();
        }
    }
}

impl Connection {
    /// Nothing is owed to the client, or it does not take what is.
    fn may_be_idle(&self) -> bool {
        self.slots.borrow().is_empty() || self.is_writing.get()
    }
}
