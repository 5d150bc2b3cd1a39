//! What goes into the quorum and what comes out of it.

use bytes::Bytes;
use wire::Uuid;

use super::entry::Entry;
use super::fault::{Fault, Ignored, Refused};
use super::members::{Members, RaftId};
use super::message::{Message, SnapshotId, SnapshotMeta};
use super::mutant::Mutation;
use crate::limits::{QUORUM_ENTRIES_KEPT, QUORUM_SNAPSHOT_INTERVAL_MS, QUORUM_SNAPSHOT_LOG_BYTES};
use crate::records::Record;

/// Who this node is, and how it is tuned.
#[derive(Debug, Clone)]
pub struct Settings {
    pub raft_id: RaftId,
    /// Of the data folder that holds the state below.
    pub directory_id: Uuid,
    /// Of the election timer: fresh per process.
    pub seed: u64,
    /// Entries kept behind a snapshot.
    pub entries_kept: u64,
    /// Growth of the log after which a snapshot is written, in bytes.
    pub snapshot_log_bytes: usize,
    /// Time after which a snapshot is written if anything is new, in milliseconds.
    pub snapshot_interval_ms: u64,
    pub mutation: Mutation,
}

impl Settings {
    #[must_use]
    pub fn new(raft_id: RaftId, directory_id: Uuid, seed: u64) -> Self {
        Self {
            raft_id,
            directory_id,
            seed,
            entries_kept: QUORUM_ENTRIES_KEPT,
            snapshot_log_bytes: QUORUM_SNAPSHOT_LOG_BYTES,
            snapshot_interval_ms: QUORUM_SNAPSHOT_INTERVAL_MS,
            mutation: Mutation::default(),
        }
    }
}

/// The state file's part for Raft.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Hard {
    pub term: u64,
    /// Who has this member's vote in that term; 0 nobody.
    pub vote: RaftId,
    /// What was known as committed. It may lag far behind; it is exact enough that a start knows
    /// of every change of members that a later one was built on.
    pub commit: u64,
}

/// What the disk holds at a start. A founder's is a snapshot at index 1 and term 1 (and
/// `hard.term` 1); a new member's is nothing at all, until the leader sends it a snapshot.
#[derive(Debug, Clone, Default)]
pub struct Stored {
    pub hard: Hard,
    /// The newest snapshot whose file is complete.
    pub snapshot: Option<SnapshotMeta>,
    /// The log, oldest first. It may begin before the snapshot's index.
    pub entries: Vec<Entry>,
}

/// One thing to make durable, in this order: the state file, the snapshot (rename, sync, then
/// begin the log anew behind it), the cut of the log's end, the entries. A crash may keep any
/// first part of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Persist {
    /// Counts up by one. [`Input::Durable`] of it says that this and all before are done.
    pub number: u64,
    pub hard: Option<Hard>,
    /// The snapshot whose file was handed in by [`Input::SnapshotReceived`]. The image is now that
    /// file's, once this is durable.
    pub snapshot: Option<SnapshotMeta>,
    /// To be appended; whatever the log has at the first one's index and beyond goes before.
    pub entries: Vec<Entry>,
}

/// What a caller asks of the leader. The answer comes as [`Output::Reply`] with its ticket.
#[derive(Debug, Clone, PartialEq)]
pub enum Request {
    /// Puts a command's value ([`super::encode_command`]) into the log.
    Command(Bytes),
    Members(MemberRequest),
}

/// A change of the members, as a caller asks for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MemberRequest {
    /// A node with this data folder becomes a learner.
    Add {
        node_id: i32,
        directory_id: Uuid,
    },
    Promote(RaftId),
    Demote(RaftId),
    Remove(RaftId),
}

#[derive(Debug, Clone, PartialEq)]
pub enum Input {
    /// A peer's message, over a link whose other end was admitted ([`super::Quorum::admits`]).
    Peer(Message),
    /// Everything up to this [`Persist::number`] is durable.
    Durable(u64),
    Ask {
        ticket: u64,
        request: Request,
    },
    /// Hand over the lead, to this voter or to the best one there is: a clean stop is near.
    Transfer(Option<RaftId>),
    /// The snapshot asked for by [`Output::WriteSnapshot`] is durable, or could not be written.
    SnapshotWritten {
        index: u64,
        ok: bool,
    },
    /// A snapshot that came from a leader is here, complete and checked.
    SnapshotReceived {
        message: Message,
        meta: SnapshotMeta,
    },
    /// More of a snapshot went out to a peer.
    SnapshotProgress {
        to: RaftId,
    },
    /// The peer has all of a snapshot, or the way there broke.
    SnapshotSent {
        to: RaftId,
        index: u64,
        ok: bool,
    },
    /// There is no connection to this peer any more.
    LinkDown(RaftId),
}

#[derive(Debug, Clone, PartialEq)]
pub enum Output {
    /// Before any other write: the log on disk is of no use; begin it anew at this index.
    RestartLog {
        next_index: u64,
    },
    Persist(Persist),
    Send(Message),
    /// Send this message with the snapshot's file on a link of its own.
    StreamSnapshot {
        message: Message,
        snapshot: SnapshotId,
    },
    /// That transfer is over, whatever became of it.
    StopSnapshot {
        to: RaftId,
    },
    /// A received snapshot was not needed; its file may go.
    DropSnapshot {
        snapshot: SnapshotId,
    },
    /// Write a snapshot of the image as it is after everything handed out before this.
    WriteSnapshot(SnapshotMeta),
    /// Entries before this index may go from the log on disk.
    CutLog {
        first_kept: u64,
    },
    /// Apply: committed by the quorum and durable here. In order and without a gap.
    Committed {
        index: u64,
        term: u64,
        records: Vec<Record>,
    },
    /// The members after the entry that was handed out just before.
    Members(Members),
    /// This request is in the log at this place. A leader applies it to its speculative image and
    /// decides the next one on that; it drops that image when it no longer leads.
    Proposed {
        ticket: u64,
        index: u64,
        term: u64,
    },
    Reply {
        ticket: u64,
        outcome: Result<Done, Refused>,
    },
    Role {
        role: Role,
        leader: Option<RaftId>,
        term: u64,
    },
    /// A peer's message was not listened to.
    Ignored {
        from: RaftId,
        why: Ignored,
    },
    /// This node is no member any more; nothing else comes.
    Left,
    /// This node's state cannot be trusted; nothing else comes.
    Fault(Fault),
}

/// A request is committed, and applied here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Done {
    pub index: u64,
    /// Of the member that a change was about; 0 for a command.
    pub raft_id: RaftId,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    Follower,
    Candidate,
    /// It leads, and has not yet applied all that leaders before it did.
    Elected,
    /// It leads and may decide.
    Leader,
}

/// How far a member is, as the leader knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PeerProgress {
    pub raft_id: RaftId,
    pub voter: bool,
    /// The last index it has durable.
    pub matched: u64,
    /// It was heard within the lease.
    pub in_contact: bool,
}
