//! A message between members: the library's, field by field, in a struct of our own.
//!
//! Only what members say to each other has a kind here. Proposals, reads and the library's own
//! notes to itself cannot be expressed, so no peer can send one.

use bytes::Bytes;
use raft::eraftpb;

use super::entry::Entry;
use super::members::{Members, RaftId};

/// What a message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum MessageKind {
    Append = 1,
    AppendResponse = 2,
    Vote = 3,
    VoteResponse = 4,
    PreVote = 5,
    PreVoteResponse = 6,
    Snapshot = 7,
    Heartbeat = 8,
    HeartbeatResponse = 9,
    /// The leader asks a voter to stand for election at once.
    TimeoutNow = 10,
}

const KINDS: [(MessageKind, eraftpb::MessageType); 10] = [
    (MessageKind::Append, eraftpb::MessageType::MsgAppend),
    (MessageKind::AppendResponse, eraftpb::MessageType::MsgAppendResponse),
    (MessageKind::Vote, eraftpb::MessageType::MsgRequestVote),
    (MessageKind::VoteResponse, eraftpb::MessageType::MsgRequestVoteResponse),
    (MessageKind::PreVote, eraftpb::MessageType::MsgRequestPreVote),
    (MessageKind::PreVoteResponse, eraftpb::MessageType::MsgRequestPreVoteResponse),
    (MessageKind::Snapshot, eraftpb::MessageType::MsgSnapshot),
    (MessageKind::Heartbeat, eraftpb::MessageType::MsgHeartbeat),
    (MessageKind::HeartbeatResponse, eraftpb::MessageType::MsgHeartbeatResponse),
    (MessageKind::TimeoutNow, eraftpb::MessageType::MsgTimeoutNow),
];

impl MessageKind {
    #[must_use]
    pub fn from_u8(number: u8) -> Option<Self> {
        KINDS.iter().map(|(kind, _)| *kind).find(|kind| *kind as u8 == number)
    }

    fn library(self) -> eraftpb::MessageType {
        KINDS[self as usize - 1].1
    }

    fn from_library(kind: eraftpb::MessageType) -> Option<Self> {
        KINDS.iter().find(|(_, library)| *library == kind).map(|(kind, _)| *kind)
    }
}

/// Index and term of a snapshot that a leader sends; the file itself goes its own way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct SnapshotId {
    pub index: u64,
    pub term: u64,
}

/// The state at one index of the log, as far as the quorum has to know of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SnapshotMeta {
    pub id: SnapshotId,
    /// As of that index.
    pub members: Members,
}

/// What each field means to each kind is the library's affair; see `raft-proto`'s `Message`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    pub kind: MessageKind,
    pub to: RaftId,
    pub from: RaftId,
    pub term: u64,
    pub log_term: u64,
    pub index: u64,
    pub commit: u64,
    pub commit_term: u64,
    pub reject: bool,
    pub reject_hint: u64,
    pub request_snapshot: u64,
    pub priority: i64,
    pub context: Bytes,
    pub entries: Vec<Entry>,
    pub snapshot: Option<SnapshotId>,
}

impl Message {
    /// An empty message; the fields its kind needs are to be set.
    #[must_use]
    pub fn new(kind: MessageKind, from: RaftId, to: RaftId, term: u64) -> Self {
        Self {
            kind,
            to,
            from,
            term,
            log_term: 0,
            index: 0,
            commit: 0,
            commit_term: 0,
            reject: false,
            reject_hint: 0,
            request_snapshot: 0,
            priority: 0,
            context: Bytes::new(),
            entries: Vec::new(),
            snapshot: None,
        }
    }

    /// `None` for what members do not say to each other.
    pub(super) fn from_library(mut message: eraftpb::Message) -> Option<Self> {
        let kind = MessageKind::from_library(message.get_msg_type())?;
        let entries = message.take_entries().into_iter().map(entry_from_library).collect();
        let snapshot = (kind == MessageKind::Snapshot).then(|| {
            let metadata = message.get_snapshot().get_metadata();
            SnapshotId { index: metadata.index, term: metadata.term }
        });
        Some(Self {
            kind,
            to: message.to,
            from: message.from,
            term: message.term,
            log_term: message.log_term,
            index: message.index,
            commit: message.commit,
            commit_term: message.commit_term,
            reject: message.reject,
            reject_hint: message.reject_hint,
            request_snapshot: message.request_snapshot,
            priority: message.priority,
            context: message.take_context(),
            entries,
            snapshot,
        })
    }

    /// `snapshot` is what the file that came with a message of that kind holds.
    pub(super) fn into_library(self, snapshot: Option<&SnapshotMeta>) -> eraftpb::Message {
        let mut message = eraftpb::Message::default();
        message.set_msg_type(self.kind.library());
        message.to = self.to;
        message.from = self.from;
        message.term = self.term;
        message.log_term = self.log_term;
        message.index = self.index;
        message.commit = self.commit;
        message.commit_term = self.commit_term;
        message.reject = self.reject;
        message.reject_hint = self.reject_hint;
        message.request_snapshot = self.request_snapshot;
        message.priority = self.priority;
        message.context = self.context;
        let entries: Vec<_> = self.entries.into_iter().map(entry_into_library).collect();
        message.set_entries(entries.into());
        if let Some(meta) = snapshot {
            message.set_snapshot(library_snapshot(meta));
        }
        message
    }
}

/// The library is told of a snapshot's members and place; its bytes are never in memory.
pub(super) fn library_snapshot(meta: &SnapshotMeta) -> eraftpb::Snapshot {
    let mut snapshot = eraftpb::Snapshot::default();
    let metadata = snapshot.mut_metadata();
    metadata.index = meta.id.index;
    metadata.term = meta.id.term;
    metadata.set_conf_state(library_members(&meta.members));
    snapshot
}

pub(super) fn library_members(members: &Members) -> eraftpb::ConfState {
    eraftpb::ConfState {
        voters: members.voters().collect(),
        learners: members.learners().collect(),
        ..eraftpb::ConfState::default()
    }
}

/// A change of members is marked as one for the library, which looks no further: what is applied
/// is our own record of it.
pub(super) fn entry_into_library(entry: Entry) -> eraftpb::Entry {
    let (index, term) = (entry.index, entry.term);
    let mut out = eraftpb::Entry { index, term, ..eraftpb::Entry::default() };
    if entry.is_member_change() {
        out.set_entry_type(eraftpb::EntryType::EntryConfChange);
        out.context = entry.value;
    } else {
        out.data = entry.value;
    }
    out
}

pub(super) fn entry_from_library(entry: eraftpb::Entry) -> Entry {
    let value = if entry.get_entry_type() == eraftpb::EntryType::EntryNormal {
        entry.data
    } else {
        entry.context
    };
    Entry { index: entry.index, term: entry.term, value }
}

#[cfg(test)]
mod tests {
    use super::super::entry::{encode_command, encode_members};
    use super::super::members::{MemberChange, MemberStep};
    use super::*;
    use wire::Uuid;

    #[test]
    fn the_table_of_kinds_is_in_order() {
        for (place, (kind, library)) in KINDS.iter().enumerate() {
            assert_eq!(*kind as usize, place + 1);
            assert_eq!(MessageKind::from_u8(*kind as u8), Some(*kind));
            assert_eq!(
                (kind.library(), MessageKind::from_library(*library)),
                (*library, Some(*kind))
            );
        }
        assert_eq!(MessageKind::from_u8(0), None);
        assert_eq!(MessageKind::from_library(eraftpb::MessageType::MsgPropose), None);
    }

    #[test]
    fn messages_pass_the_library_unchanged() {
        let change =
            MemberChange { step: MemberStep::Add, raft_id: 1_004, directory_id: Uuid([5; 16]) };
        let values = [Bytes::new(), encode_command(&[]).unwrap(), encode_members(&change)];
        let entry = |(index, value)| Entry { index, term: 3, value };
        let message = Message {
            log_term: 2,
            index: 10,
            commit: 9,
            commit_term: 2,
            reject: true,
            reject_hint: 7,
            request_snapshot: 6,
            priority: -1,
            context: Bytes::from_static(b"context"),
            entries: (11..).zip(values).map(entry).collect(),
            ..Message::new(MessageKind::Append, 1, 2, 3)
        };
        let passed = Message::from_library(message.clone().into_library(None));
        assert_eq!(passed, Some(message));
        let snapshot = SnapshotId { index: 10, term: 3 };
        let message =
            Message { snapshot: Some(snapshot), ..Message::new(MessageKind::Snapshot, 1, 2, 3) };
        let members = Members::founding(&[(0, Uuid([1; 16]))]);
        let meta = SnapshotMeta { id: snapshot, members };
        let passed = Message::from_library(message.clone().into_library(Some(&meta)));
        assert_eq!(passed, Some(message));
    }
}
