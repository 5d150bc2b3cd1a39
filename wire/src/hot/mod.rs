//! Produce and Fetch without the generated messages: decoded in place, answered without copying
//! records.
//!
//! A request is checked to its end when it is decoded, so its iterators cannot fail half way
//! through, when some partitions were already written. Nothing here allocates but the output
//! buffer, and copies of text that is no UTF-8.

mod cursor;
pub mod fetch;
mod out;
pub mod produce;

#[cfg(test)]
mod tests;

use std::borrow::Cow;

use crate::Uuid;
use crate::codec::text::text;

/// How a request names a topic: by name, or by id from Produce v13 and Fetch v13 on (KIP-516).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TopicRef<'a> {
    Name(&'a str),
    Id(Uuid),
    /// A name that is no UTF-8, so that no topic has it. It is lent, and answered with U+FFFD for
    /// what is wrong with it ([`TopicRef::replaced`]).
    NotUtf8(&'a [u8]),
}

impl<'a> TopicRef<'a> {
    /// The name that Kafka reads in one that is no UTF-8.
    pub fn replaced(bytes: &'a [u8]) -> Cow<'a, str> {
        text(bytes)
    }
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
