//! One core's broker: connections, dispatch, one file per Kafka API, partitions, and the mesh
//! between the cores of a node.
//!
//! A [`Node`] is one process; it runs one shard per core. A shard is a thread with its own
//! executor, store, connections and partitions, and a Kafka broker of its own.
//!
//! The rooms stand on floors, and import only from below; ARCHITECTURE.md draws them.
//!
//! - Invariant: only the shard that holds a replica touches its partition.
//! - Invariant: glommio is named only in `runtime`, io-uring only in its reactor.
//! - Invariant: `errors` alone maps our errors to Kafka's codes.
//! - Invariant: no borrow of a shard's state lives across an `await`.

mod apis;
mod config;
mod connection;
mod controller;
mod dispatch;
mod errors;
mod fetch;
mod groups;
mod limits;
mod logs;
mod mesh;
mod metadata;
pub mod metrics;
mod net;
mod node;
mod partition;
mod quorum;
mod runtime;
mod session;
mod shard;

pub use config::{ArenaPlace, Endpoint, NodeConfig};
pub use metrics::Metrics;
pub use node::{Node, StartError, Stopper};
pub use quorum::QuorumError;
