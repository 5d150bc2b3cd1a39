//! Produce and Fetch without the generated messages: decoded in place, answered without copying
//! records.
//!
//! A request is checked to its end when it is decoded, so its iterators cannot fail half way
//! through, when some partitions were already written. Nothing here allocates but the output
//! buffer.

mod cursor;
pub mod fetch;
mod out;
pub mod produce;

#[cfg(test)]
mod tests;

use crate::Uuid;

/// How a request names a topic: by name, or by id from Produce v13 and Fetch v13 on (KIP-516).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TopicRef<'a> {
    Name(&'a str),
    Id(Uuid),
}

/// The leader a client should go to (KIP-951), beside NOT_LEADER_OR_FOLLOWER or
/// FENCED_LEADER_EPOCH.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LeaderAndEpoch {
    /// −1 where it is not known.
    pub leader_id: i32,
    pub leader_epoch: i32,
}

/// Where a leader named in the response listens (KIP-951).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NodeEndpoint<'a> {
    pub node_id: i32,
    pub host: &'a str,
    pub port: i32,
    pub rack: Option<&'a str>,
}
