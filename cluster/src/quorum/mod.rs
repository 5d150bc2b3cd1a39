//! The metadata quorum: which entries of the metadata log are committed, and who leads.
//!
//! Consensus is the `raft` crate's, which has no I/O, clock or threads of its own and is named in
//! this folder alone. Here is how it is driven: when it may speak, what must be durable before, and
//! everything that it leaves to its user or answers with a panic. This room is as pure as the
//! library: a turn takes what happened and the time, and says what is to be done.
//!
//! ```text
//!               peers        disk         clock       callers
//!                 │ Peer       │ Durable    │ now_ms     │ Ask
//!            ┌────▼────────────▼────────────▼────────────▼────┐
//!            │ guard      ───────────────►│ timer  │ ask      │
//!            │ does it contradict us?     │ slots  │ tickets  │
//!            │    ┌───────────────────────▼────────▼─────┐    │
//!            │    │ raft: RawNode over MemoryLog         │    │
//!            │    └───────────────────┬──────────────────┘    │
//!            │ settle: every Ready, in order                  │
//!            │ care: hung disk, stalled snapshots, long log   │
//!            └────┬───────────┬─────────────┬────────────┬────┘
//!                 ▼ Send      ▼ Persist(n)  ▼ Committed  ▼ Reply, Role
//!               peers        disk          image        callers
//! ```
//!
//! What must be durable before what:
//!
//! | before | durable |
//! | --- | --- |
//! | a vote or a candidacy leaves | term and vote |
//! | an append is answered | the entries, and in front of them the note of committed members |
//! | a leader counts itself | its own entries; its messages need not wait |
//! | a sole voter speaks as a leader | its term and vote |
//! | an entry is handed out for applying | the entry, here and on a majority |
//! | an installed snapshot is answered | its file, and the log begun anew behind it |
//! | the log's start moves | the own snapshot |
//! | another change of members | the note that the last one is committed |
//!
//! Raft's index is the metadata log's offset and its term the leader epoch: one entry is one
//! command is one record batch with one record.
//!
//! The wiring is to be one thread with its own ring and its own store: it applies
//! [`Output::Committed`] to an image and publishes it, carries out [`Output::Persist`] in order,
//! and encodes messages ([`encode_message`]). A leader decides on a second image, to which it
//! applies what was [`Output::Proposed`], so commands follow each other without waiting for the
//! disk; it drops that image when [`Output::Role`] says that it does not lead any more.

mod ask;
mod care;
mod codec;
mod entry;
mod fault;
mod guard;
mod io;
mod log;
mod machine;
mod members;
mod message;
mod mutant;
mod settle;
mod snapshot;
mod timer;

pub use codec::length as message_length;
pub use codec::{MessageError, decode as decode_message, encode as encode_message};
pub use entry::{Entry, Value, ValueError, encode_command};
pub use fault::{Fault, Ignored, Refused};
pub use io::{
    Done, Hard, Input, MemberRequest, Output, PeerProgress, Persist, Request, Role, Settings,
    Stored,
};
pub use machine::Quorum;
pub use members::{
    Member, MemberChange, MemberStep, Members, MisfitChange, RaftId, generation, node_id, raft_id,
};
pub use message::{Message, MessageKind, SnapshotId, SnapshotMeta};
pub use mutant::{Mutant, Mutation};
pub use snapshot::{
    SnapshotError, SnapshotFlaw, SnapshotHead, SnapshotPiece, SnapshotReader, SnapshotWriter,
};
