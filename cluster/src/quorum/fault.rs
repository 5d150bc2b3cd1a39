//! What stops this node's part in the quorum, and why a request is refused.

use wire::Uuid;

use super::entry::ValueError;
use super::members::{MisfitChange, RaftId};

/// This node must stop being a member: its own state is not what it promised, or cannot be used.
/// Going on would lose what was acknowledged; the message names the remedy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    #[error(
        "the data folder is {found}, but member {raft_id} of the quorum is {expected}; put the old \
         folder back, or start with an empty one and join as a new member"
    )]
    Identity { raft_id: RaftId, expected: Uuid, found: Uuid },
    #[error(
        "the newest metadata snapshot does not know of member {raft_id}: it is of another node, or \
         from before this one joined; put the right folder back, or join as a new member"
    )]
    Stranger { raft_id: RaftId },
    #[error(
        "this disk lost metadata it had acknowledged: the leader of term {term} holds index \
         {acknowledged} as durable here, and the log ends at {last}; empty the data folder's \
         quorum and join as a new member"
    )]
    LostEntries { term: u64, acknowledged: u64, last: u64 },
    #[error(
        "the committed metadata of index {index} is of term {ours} here and of term {theirs} on \
         the leader; one of the two disks is damaged or of another cluster"
    )]
    Conflict { index: u64, ours: u64, theirs: u64 },
    #[error(
        "the metadata log has index {found} where {expected} is due; put the file back from a \
         copy, or empty the data folder's quorum and join as a new member"
    )]
    LogGap { expected: u64, found: u64 },
    #[error(
        "the state file knows of term {state} and the log of term {log}; put the newer state file \
         back, or empty the data folder's quorum and join as a new member"
    )]
    TermBehind { state: u64, log: u64 },
    #[error("the metadata log begins at index {first} and there is no snapshot before it")]
    NoSnapshot { first: u64 },
    #[error("the committed metadata of index {index} cannot be read: {source}")]
    Entry { index: u64, source: ValueError },
    #[error("the committed metadata of index {index} cannot be applied: {source}")]
    Members { index: u64, source: MisfitChange },
    #[error("the consensus library refused: {0}")]
    Library(String),
}

/// Why a command, a change of members or a transfer is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Retry at the leader, or soon: nothing was done (NOT_CONTROLLER).
    #[error("this node does not lead the metadata quorum")]
    NotLeader { leader: Option<RaftId> },
    /// Nothing was done; retry.
    #[error("the quorum is busy: {0}")]
    Busy(&'static str),
    #[error(transparent)]
    Value(#[from] ValueError),
    /// Another leader's entry took the place of this one: it will never be applied.
    #[error("the leader changed before this was committed")]
    Superseded,
    /// It may still be applied, or may have been; nobody here knows.
    #[error("not known to be committed after {waited_ms} ms")]
    Unknown { waited_ms: u64 },
    #[error("node {node_id} is member {raft_id} already")]
    AlreadyMember { node_id: i32, raft_id: RaftId },
    #[error("{0} is not a member")]
    NoMember(RaftId),
    #[error("member {0} votes already")]
    AlreadyVoter(RaftId),
    #[error("member {0} does not vote")]
    NotVoter(RaftId),
    #[error("member {0} still votes; take its vote first")]
    StillVotes(RaftId),
    #[error("the last voter cannot be taken away")]
    LastVoter,
    #[error("the leader cannot change its own part; hand over the lead first")]
    LeaderItself,
    #[error("member {raft_id} has not caught up: {behind} entries behind")]
    NotCaughtUp { raft_id: RaftId, behind: u64 },
}

/// Why a peer's message was not listened to. The link it came over is worth closing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Ignored {
    #[error("it is for member {0}")]
    NotForUs(RaftId),
    #[error("its sender {0} was removed")]
    Removed(RaftId),
    #[error("a number in it is out of range")]
    OutOfRange,
    #[error("its entries are not contiguous")]
    Gap,
    #[error("its answer tells of entries that were never sent")]
    NeverSent,
    #[error("this node has no state to vote with yet")]
    NothingToVoteWith,
    #[error("a snapshot comes over its own link")]
    SnapshotWithoutFile,
    #[error("a snapshot is being installed")]
    Installing,
    #[error("the candidate's call must wait for the disk")]
    Writing,
    #[error("this node is no member any more")]
    Stopped,
}
