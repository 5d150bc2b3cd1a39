//! A small blocking Kafka client for the commands: one request at a time on a connection.
//!
//! [`connection::Connection`] speaks to one broker in the newest version both sides know;
//! [`Cluster`] knows which broker leads what; [`Producer`] and [`fetcher`] write and read records.

pub mod cluster;
pub mod configs;
pub mod connection;
pub mod description;
pub mod error;
pub mod fetcher;
pub mod groups;
pub mod murmur2;
pub mod offsets;
pub mod producer;
pub mod topics;

pub use cluster::{Cluster, Topic};
pub use error::ClientError;
pub use producer::{Acks, Producer};
