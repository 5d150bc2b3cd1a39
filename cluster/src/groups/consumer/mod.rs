//! Groups of the consumer protocol (KIP-848).
//!
//! ```text
//!   heartbeat ──► subscription ──► group epoch ──► target assignment ──► member's next step
//!                 names, regex     raised when     uniform, range        revoke, wait, own
//!                                  topics change
//! ```
//!
//! Members of the classic protocol may be among them (`mixed`): a group is rolled from one
//! protocol to the other member by member.
//!
//! Members tell what they want and hold; the broker decides who owns what and brings each member
//! there one step at a time. [`ConsumerGroup`] knows of one group; records are the only thing
//! that changes it.

mod advance;
pub mod assignor;
mod describe;
mod group;
mod heartbeat;
mod leave;
mod member;
mod mixed;
mod offsets;
mod re2;
mod reconcile;
mod records;
mod step;
mod subscription;
mod timers;

use wire::ErrorCode;
use wire::messages::ConsumerGroupHeartbeatResponse;

use super::GroupRecord;
pub use group::{ConsumerGroup, GroupState};
pub use heartbeat::check_request;
pub use leave::{Leave, leaves};
pub use member::{
    ClassicMetadata, Current, JOIN_EPOCH, Member, MemberState, Metadata, OwnedPartitions,
    Partitions,
};
pub(crate) use mixed::Joining;
pub use offsets::CommitScope;
pub use records::Record;

/// What a heartbeat comes to.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    pub records: Vec<GroupRecord>,
    pub response: ConsumerGroupHeartbeatResponse<'static>,
}

/// Why a request is refused: the code and the message of the answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: {message}", code.name())]
pub struct Refusal {
    pub code: ErrorCode,
    pub message: String,
}

impl Refusal {
    pub(crate) fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }
}

impl From<Refusal> for ConsumerGroupHeartbeatResponse<'static> {
    fn from(refusal: Refusal) -> Self {
        Self {
            error_code: refusal.code as i16,
            error_message: Some(refusal.message.into()),
            ..Self::default()
        }
    }
}

#[cfg(test)]
mod tests;
