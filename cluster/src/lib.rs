//! The brains of a cluster, without I/O, clock, randomness or async.
//!
//! ```text
//!   command ──► Controller::step ──► records ──► metadata log ──► Controller::replay
//!                (decides, changes nothing)                   └─► Image::apply on every shard
//! ```
//!
//! Records are the only thing that changes state: what a start replays from the log and what a
//! running node does are the same code. Time, fresh ids and seeds come in with the command, so the
//! same log and the same commands give the same cluster.

pub mod command;
pub mod configs;
pub mod controller;
pub mod error;
pub mod groups;
pub mod image;
pub mod limits;
pub mod names;
pub mod placement;
pub mod quorum;
pub mod records;
mod shared_map;
mod snapshot;

pub use command::{Command, Reply};
pub use controller::Controller;
pub use error::{CommandError, ErrorKind, RecordError, ReplayError};
pub use image::{Broker, Image, Partition, Topic};
pub use records::{Record, ResourceKind};

/// A broker's id: `node id + 1000 × shard` (one shard of a node is one Kafka broker).
pub type BrokerId = i32;

/// The id of the broker that is `shard` of `node_id`.
#[must_use]
pub const fn broker_id(node_id: i32, shard: u16) -> BrokerId {
    node_id + limits::BROKER_ID_STRIDE * shard as i32
}
