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
pub mod mutants;
pub mod names;
pub mod placement;
pub mod quorum;
pub mod records;
pub mod replication;
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

/// The node that a broker is a shard of.
#[must_use]
pub const fn node_of(broker_id: BrokerId) -> i32 {
    broker_id % limits::BROKER_ID_STRIDE
}

/// How many nodes these brokers are: the unit that fails, so what `min.insync.replicas` counts.
#[must_use]
pub fn count_nodes(brokers: &[BrokerId]) -> usize {
    if mutants::on(mutants::Mutant::MinIsrCountsBrokers) {
        return brokers.len();
    }
    let first = |(index, broker): &(usize, &BrokerId)| {
        brokers[..*index].iter().all(|other| node_of(*other) != node_of(**broker))
    };
    brokers.iter().enumerate().filter(first).count()
}
