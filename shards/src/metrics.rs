//! What a node tells of itself. Each number has one writer, its shard, so counting is a plain load
//! and store; histograms stay on the shard and are published once a second.

mod latency;
mod prometheus;

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};

use storage::StoreStats;

pub use latency::{Latency, Summary};

/// A number that only its shard changes and anyone may read.
#[derive(Debug, Default)]
pub struct Number(AtomicU64);

impl Number {
    #[inline]
    pub fn add(&self, more: u64) {
        self.0.store(self.0.load(Relaxed) + more, Relaxed);
    }

    #[inline]
    pub fn subtract(&self, less: u64) {
        self.0.store(self.0.load(Relaxed).saturating_sub(less), Relaxed);
    }

    #[inline]
    pub fn set(&self, value: u64) {
        self.0.store(value, Relaxed);
    }

    pub fn get(&self) -> u64 {
        self.0.load(Relaxed)
    }
}

/// How a number is to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Only grows.
    Counter,
    Gauge,
}

macro_rules! numbers {
    ($($field:ident: $kind:ident, $help:literal;)*) => {
        /// The numbers of one shard.
        #[derive(Debug, Default)]
        pub struct ShardMetrics {
            $(#[doc = $help] pub $field: Number,)*
            published: Mutex<Published>,
            publications: Number,
        }

        impl ShardMetrics {
            /// Name (without prefix), kind, help and value of each number.
            pub fn numbers(&self) -> Vec<(&'static str, Kind, &'static str, u64)> {
                vec![$((stringify!($field), Kind::$kind, $help, self.$field.get()),)*]
            }
        }
    };
}

numbers! {
    connections: Gauge, "Open client connections.";
    connections_accepted: Counter, "Connections accepted.";
    connections_refused: Counter, "Connections refused for a limit.";
    connections_failed: Counter, "Connections closed for what the client sent or did not send.";
    connections_idle_closed: Counter, "Connections closed for being idle.";
    requests: Counter, "Requests answered, of all APIs.";
    received_bytes: Counter, "Bytes read from clients.";
    sent_bytes: Counter, "Bytes sent to clients.";
    sends: Counter, "Send calls; one may carry many answers.";
    produce_requests: Counter, "Produce requests taken.";
    produce_batches: Counter, "Record batches appended for clients.";
    produce_records: Counter, "Records appended for clients.";
    produce_bytes: Counter, "Bytes of record batches appended for clients.";
    produce_errors: Counter, "Partitions of produce requests answered with an error.";
    produce_waits: Counter, "Appends that waited because all write buffers were in use.";
    fetch_requests: Counter, "Fetch requests taken.";
    fetch_parked: Counter, "Fetch requests that had to wait for data.";
    fetch_bytes: Counter, "Bytes of record batches sent to clients.";
    fetch_errors: Counter, "Partitions of fetch requests answered with an error.";
    fetch_sessions: Gauge, "Fetch sessions (KIP-227) held.";
    fetch_sessions_evicted: Counter, "Fetch sessions evicted for newer ones.";
    request_memory_used_bytes: Gauge, "Memory reserved for frames being read.";
    request_memory_waits: Counter, "Frames that waited for memory before they were read.";
    disk_turns: Counter, "Turns of the disk driver.";
    rescued_disk: Counter, "Turns the safety tick had to take because the disk driver slept.";
    rescued_mail: Counter, "Mailboxes the safety tick had to empty because their reader slept.";
    mesh_image_messages: Counter, "Metadata images sent to other shards.";
    mesh_command_messages: Counter, "Administrative commands sent to the controller's shard.";
    mesh_stop_messages: Counter, "Requests to stop received.";
    partitions: Gauge, "Partitions led by this shard.";
    groups: Gauge, "Groups coordinated by this shard.";
    committed_offsets: Gauge, "Offsets that those groups have committed.";
    partitions_fenced: Gauge, "Partitions given up after a disk error.";
}

/// What cannot be one number, as of the last second.
#[derive(Debug, Clone, Default)]
pub struct Published {
    pub produce: Summary,
    pub fetch: Summary,
    pub commit: Summary,
    pub store: StoreStats,
}

impl ShardMetrics {
    pub fn publish(&self, published: Published) {
        *self.published.lock().unwrap_or_else(PoisonError::into_inner) = published;
        self.publications.add(1);
    }

    /// How often the shard has published: once a second, as long as its loop turns.
    pub fn publications(&self) -> u64 {
        self.publications.get()
    }

    pub fn published(&self) -> Published {
        let published = self.published.lock().unwrap_or_else(PoisonError::into_inner);
        published.clone()
    }
}

/// The numbers of all shards of a node.
#[derive(Debug, Clone, Default)]
pub struct Metrics {
    pub shards: Vec<Arc<ShardMetrics>>,
}

impl Metrics {
    pub fn new(shards: usize) -> Self {
        Self { shards: (0..shards).map(|_| Arc::default()).collect() }
    }
}
