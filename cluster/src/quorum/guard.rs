//! What is looked at before a peer's message reaches the library.
//!
//! The library ends the process when its log and a message contradict each other. They do when a
//! disk lost what it acknowledged, or when a message is not what its checksum says it was meant to
//! be: both are told apart here, the first as a [`Fault`] of this node, the second as a message
//! that is not listened to.

use raft::StateRole;

use super::fault::{Fault, Ignored};
use super::machine::Quorum;
use super::members::{generation, node_id};
use super::message::{Message, MessageKind, SnapshotMeta};
use super::mutant::Mutant;
use crate::limits::QUORUM_ENTRY_BYTES_MAX;

/// Indexes are offsets of a log, so far below this.
const INDEX_MAX: u64 = i64::MAX as u64 / 2;
/// Terms are leader epochs of a log.
const TERM_MAX: u64 = i32::MAX as u64;

pub(super) enum Verdict {
    Step,
    Ignore(Ignored),
    Fault(Fault),
}

impl Quorum {
    pub(super) fn judge(&self, message: &Message, meta: Option<&SnapshotMeta>) -> Verdict {
        if let Some(why) = self.foreign(message).or_else(|| out_of_range(message)) {
            return Verdict::Ignore(why);
        }
        if self.installing() {
            return Verdict::Ignore(Ignored::Installing);
        }
        let Some(node) = &self.node else {
            return Verdict::Ignore(Ignored::Stopped);
        };
        let (raft, log) = (&node.raft, &node.raft.raft_log);
        let current = message.term >= raft.term;
        let fits = match message.kind {
            MessageKind::Append if current => return self.judge_append(message),
            MessageKind::Heartbeat if current && message.commit > log.last_index() => {
                let (term, acknowledged) = (message.term, message.commit);
                let last = log.last_index();
                return Verdict::Fault(Fault::LostEntries { term, acknowledged, last });
            }
            MessageKind::AppendResponse => {
                let answered = message.index.max(message.reject_hint).max(message.request_snapshot);
                let ours = raft.state == StateRole::Leader && message.term == raft.term;
                (!ours || answered <= log.last_index()).then_some(()).ok_or(Ignored::NeverSent)
            }
            MessageKind::Snapshot => match (meta, message.snapshot) {
                (Some(meta), Some(named)) if meta.id == named => Ok(()),
                _ => Err(Ignored::SnapshotWithoutFile),
            },
            // A member that was given no snapshot yet is no voter, whatever others think.
            MessageKind::Vote | MessageKind::PreVote if self.members.is_empty() => {
                Err(Ignored::NothingToVoteWith)
            }
            // A sole voter would lead in the same step, and the library insists that it has all
            // of its log durable then.
            MessageKind::TimeoutNow if log.persisted != log.last_index() => Err(Ignored::Writing),
            _ => Ok(()),
        };
        match fits {
            Ok(()) => Verdict::Step,
            Err(why) => Verdict::Ignore(why),
        }
    }

    /// Whether it is from and for whom it should be.
    fn foreign(&self, message: &Message) -> Option<Ignored> {
        if message.to != self.settings.raft_id {
            return Some(Ignored::NotForUs(message.to));
        }
        let from = message.from;
        if from == 0 || from == self.settings.raft_id {
            return Some(Ignored::OutOfRange);
        }
        let last = self.members.generations().find(|(node, _)| *node == node_id(from));
        let removed =
            self.members.get(from).is_none() && last.is_some_and(|last| generation(from) <= last.1);
        (removed && !self.mutated(Mutant::EmptiedDiskAdmitted)).then_some(Ignored::Removed(from))
    }

    fn judge_append(&self, message: &Message) -> Verdict {
        if let Some(why) = not_a_run(message) {
            return Verdict::Ignore(why);
        }
        let Some(node) = &self.node else {
            return Verdict::Ignore(Ignored::Stopped);
        };
        let log = &node.raft.raft_log;
        // What is committed is the same on every member: another term there is another history.
        let told = std::iter::once((message.index, message.log_term))
            .chain(message.entries.iter().map(|entry| (entry.index, entry.term)));
        for (index, theirs) in told.take_while(|(index, _)| *index <= log.committed) {
            let known = index >= node.store().cut().index;
            let ours = log.term(index).unwrap_or_default();
            if known && ours != theirs {
                return Verdict::Fault(Fault::Conflict { index, ours, theirs });
            }
        }
        Verdict::Step
    }
}

fn out_of_range(message: &Message) -> Option<Ignored> {
    let indexes = [
        message.index,
        message.commit,
        message.reject_hint,
        message.request_snapshot,
        message.snapshot.map_or(1, |snapshot| snapshot.index),
    ];
    let terms = [
        message.log_term,
        message.commit_term,
        message.snapshot.map_or(1, |snapshot| snapshot.term),
    ];
    let far = indexes.iter().any(|index| *index > INDEX_MAX)
        || terms.iter().any(|term| *term > TERM_MAX)
        // A message without a term is a note of the library to itself.
        || !(1..=TERM_MAX).contains(&message.term)
        || message.snapshot.is_some_and(|snapshot| snapshot.index == 0 || snapshot.term == 0)
        || (message.kind != MessageKind::Append && !message.entries.is_empty());
    far.then_some(Ignored::OutOfRange)
}

/// Entries follow each other and the one before them, and none is of a later term than its sender.
fn not_a_run(message: &Message) -> Option<Ignored> {
    // Beyond the end of a log the library takes every term for zero, and so would find it to fit.
    if (message.index == 0) != (message.log_term == 0) {
        return Some(Ignored::OutOfRange);
    }
    let mut before = (message.index, message.log_term);
    for entry in &message.entries {
        if entry.index != before.0 + 1 || entry.term < before.1 || entry.term > message.term {
            return Some(Ignored::Gap);
        }
        if entry.value.len() > QUORUM_ENTRY_BYTES_MAX {
            return Some(Ignored::OutOfRange);
        }
        before = (entry.index, entry.term);
    }
    None
}
