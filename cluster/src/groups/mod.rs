//! Consumer groups without I/O: one [`Coordinator`] per partition of `__consumer_offsets`.
//!
//! ```text
//!   request, tick ──► Coordinator::step ──► records ──► the partition ──► Coordinator::replay
//!                         └──► replies, each with its ticket, once the records are durable
//! ```
//!
//! Records are the only thing that changes durable state. Joins that wait, sessions and a rebalance
//! that is under way are soft: after a start, members have a session's time to be heard of again.
//!
//! For the runtime:
//! - `Context::fresh_id` is a random id, fresh for every step (member ids are made of it).
//! - `ErrorCode` is named here, since answers are the wire's own messages.
//! - Topic names and ids are resolved here, from `Context::image`: OffsetCommit and OffsetFetch
//!   take requests of all versions as they are (fetches below v8 in the form of one group).
//! - A step's records fit one batch: what does not is refused, and cleaning up goes on in `tick`,
//!   for which `next_deadline_ms` is in the past then.
//! - [`Coordinator::describe`] answers GROUP_ID_NOT_FOUND for an unknown group; DescribeGroups
//!   below v6 has to send NONE instead (the state is Dead in both).

mod admission;
mod classic;
mod cleanup;
mod commit;
pub mod consumer;
mod coordinator;
mod coordinator_consumer;
mod embedded;
mod fetch;
mod group;
mod migration;
mod offset_delete;
mod offsets;
mod ops;
mod partition;
mod reads;
mod records;
#[cfg(test)]
mod tests;
mod timers;

use wire::messages::{
    ConsumerGroupHeartbeatRequest, ConsumerGroupHeartbeatResponse, HeartbeatRequest,
    HeartbeatResponse, JoinGroupRequest, JoinGroupResponse, LeaveGroupRequest, LeaveGroupResponse,
    OffsetCommitRequest, OffsetCommitResponse, OffsetDeleteRequest, OffsetDeleteResponse,
    SyncGroupRequest, SyncGroupResponse,
};
use wire::{ErrorCode, Uuid};

pub use crate::configs::GroupSettings;
use crate::image::Image;
pub use coordinator::Coordinator;
pub use partition::partition_for;
pub use records::{GroupRecord, ReplayError};

/// Names a request that waits; given by the shard, unique per [`Coordinator`].
pub type Ticket = u64;

/// What time it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Now {
    /// Never goes back; deadlines are on it.
    pub mono_ms: u64,
    /// What records carry.
    pub unix_ms: i64,
}

/// What a step may look at beside its own state.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    pub now: Now,
    pub image: &'a Image,
    pub settings: &'a GroupSettings,
    /// Random, and another one for every step.
    pub fresh_id: Uuid,
}

/// Who asks.
#[derive(Debug, Clone, Copy)]
pub struct Caller<'a> {
    pub client_id: &'a str,
    /// As Kafka shows it: `/127.0.0.1`.
    pub client_host: &'a str,
    pub api_version: i16,
}

/// What is asked: the wire's own messages, borrowed from the frame.
#[derive(Debug, Clone, Copy)]
pub enum Request<'a> {
    JoinGroup(&'a JoinGroupRequest<'a>),
    SyncGroup(&'a SyncGroupRequest<'a>),
    Heartbeat(&'a HeartbeatRequest<'a>),
    LeaveGroup(&'a LeaveGroupRequest<'a>),
    OffsetCommit(&'a OffsetCommitRequest<'a>),
    OffsetDelete(&'a OffsetDeleteRequest<'a>),
    DeleteGroup(&'a str),
    ConsumerGroupHeartbeat(&'a ConsumerGroupHeartbeatRequest<'a>),
}

/// An answer.
#[derive(Debug, Clone, PartialEq)]
pub enum Reply {
    JoinGroup(JoinGroupResponse<'static>),
    SyncGroup(SyncGroupResponse<'static>),
    Heartbeat(HeartbeatResponse),
    LeaveGroup(LeaveGroupResponse<'static>),
    OffsetCommit(OffsetCommitResponse<'static>),
    OffsetDelete(OffsetDeleteResponse<'static>),
    DeleteGroup(ErrorCode),
    ConsumerGroupHeartbeat(ConsumerGroupHeartbeatResponse<'static>),
}

/// What comes of a request or of time.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Step {
    /// To be appended to the partition as one batch; the state in memory has them already.
    pub records: Vec<GroupRecord>,
    /// Replies that may leave once everything appended so far is durable, in any order.
    pub replies: Vec<(Ticket, Reply)>,
}
