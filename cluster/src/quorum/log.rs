//! The log as the library reads it: entries in memory, a snapshot by reference.
//!
//! ```text
//!        cut ┐                ┌ snapshot                      ┌ last
//!   ─ ─ ─ ─ ─┼────────────────┼───────────────────────────────┤
//!    gone    │ entries kept for members that are behind, …    │
//! ```
//!
//! The cut never passes the snapshot, so whoever was given the snapshot finds what follows it.

use std::cell::Cell;
use std::collections::VecDeque;

use raft::eraftpb::{Entry, EntryType, HardState, Snapshot};
use raft::{GetEntriesContext, RaftState, Storage, StorageError};

use super::fault::Fault;
use super::io::{Hard, Stored};
use super::message::{
    SnapshotId, SnapshotMeta, entry_into_library, library_members, library_snapshot,
};
use super::mutant::{Mutant, Mutation};
use crate::limits::QUORUM_SNAPSHOTS_SENT_MAX;

/// What an entry is counted as beside its value.
const ENTRY_OVERHEAD_BYTES: usize = 32;

pub(super) fn entry_bytes(entry: &Entry) -> usize {
    entry.data.len() + entry.context.len() + ENTRY_OVERHEAD_BYTES
}

#[derive(Debug)]
pub(super) struct MemoryLog {
    /// The last entry that is gone; its term still tells whether what follows it fits.
    cut: SnapshotId,
    entries: VecDeque<Entry>,
    bytes: usize,
    /// Indexes of those that change the members.
    changes: VecDeque<u64>,
    /// `None` only before a new member was given its first.
    snapshot: Option<SnapshotMeta>,
    hard: HardState,
    /// Snapshots on their way to peers, counted where the library asks for one.
    pub(super) sending: Cell<usize>,
    /// A peer needs a snapshot that knows of it, and there is none yet.
    pub(super) newer_wanted: Cell<bool>,
}

impl MemoryLog {
    /// Checks what the disk holds, and takes of it what is to be kept. The flag says that the log
    /// is not: it ends before the snapshot or is another history, so the disk must begin it anew.
    pub(super) fn load(stored: Stored, mutation: Mutation) -> Result<(Self, bool), Fault> {
        let Stored { hard, snapshot, entries } = stored;
        let mut log = Self {
            cut: snapshot.as_ref().map_or(SnapshotId { index: 0, term: 0 }, |meta| meta.id),
            entries: VecDeque::new(),
            bytes: 0,
            changes: VecDeque::new(),
            snapshot,
            hard: HardState::default(),
            sending: Cell::new(0),
            newer_wanted: Cell::new(false),
        };
        let mut entries = VecDeque::from(entries);
        check_sequence(&entries)?;
        let restart = log.belongs_to_another_history(&entries)?;
        if restart {
            entries.clear();
        }
        // The term before the first entry is not known unless the snapshot is there.
        if let Some(first) = entries.front().filter(|first| first.index <= log.cut.index) {
            log.cut = SnapshotId { index: first.index, term: first.term };
            entries.pop_front();
        }
        log.append(entries.into_iter().map(entry_into_library).collect());
        let newest = log.term_at(log.last()).unwrap_or_default().max(log.snapshot_id().term);
        if hard.term < newest {
            return Err(Fault::TermBehind { state: hard.term, log: newest });
        }
        log.hard.term = hard.term;
        log.hard.vote = if mutation.is(Mutant::VoteNotKept) { 0 } else { hard.vote };
        // The note of what is committed can be older or newer than what the disk holds.
        log.hard.commit = if mutation.is(Mutant::CommitNotClamped) {
            hard.commit
        } else {
            hard.commit.max(log.snapshot_id().index).min(log.last())
        };
        Ok((log, restart))
    }

    fn belongs_to_another_history(&self, entries: &VecDeque<super::Entry>) -> Result<bool, Fault> {
        let (Some(first), Some(last)) = (entries.front(), entries.back()) else {
            return Ok(false);
        };
        if first.index > self.cut.index + 1 {
            return Err(match self.snapshot {
                Some(_) => Fault::LogGap { expected: self.cut.index + 1, found: first.index },
                None => Fault::NoSnapshot { first: first.index },
            });
        }
        if last.index < self.cut.index {
            return Ok(true);
        }
        let at_snapshot = self.cut.index.checked_sub(first.index);
        let at_snapshot = at_snapshot.and_then(|place| entries.get(place as usize));
        Ok(at_snapshot.is_some_and(|entry| entry.term != self.cut.term))
    }

    pub(super) fn snapshot_id(&self) -> SnapshotId {
        self.snapshot.as_ref().map_or(SnapshotId { index: 0, term: 0 }, |meta| meta.id)
    }

    pub(super) fn snapshot_meta(&self) -> Option<&SnapshotMeta> {
        self.snapshot.as_ref()
    }

    pub(super) fn cut(&self) -> SnapshotId {
        self.cut
    }

    pub(super) fn last(&self) -> u64 {
        self.cut.index + self.entries.len() as u64
    }

    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    pub(super) fn hard(&self) -> Hard {
        Hard { term: self.hard.term, vote: self.hard.vote, commit: self.hard.commit }
    }

    pub(super) fn set_hard(&mut self, hard: &HardState) {
        self.hard = hard.clone();
    }

    /// `None` beyond either end.
    pub(super) fn term_at(&self, index: u64) -> Option<u64> {
        if index == self.cut.index {
            return Some(self.cut.term);
        }
        self.get(index).map(|entry| entry.term)
    }

    fn get(&self, index: u64) -> Option<&Entry> {
        let place = index.checked_sub(self.cut.index + 1)?;
        self.entries.get(usize::try_from(place).ok()?)
    }

    /// Whether an entry in `(after, upto]` changes the members.
    pub(super) fn changes_members(&self, after: u64, upto: u64) -> bool {
        self.changes.iter().any(|change| (after + 1..=upto).contains(change))
    }

    /// Takes in new entries; those they contradict go.
    pub(super) fn append(&mut self, entries: Vec<Entry>) {
        let Some(first) = entries.first().map(|entry| entry.index) else {
            return;
        };
        assert!(self.cut.index < first && first <= self.last() + 1, "entries without a gap");
        while self.last() >= first {
            let gone = self.entries.pop_back().expect("an entry at the last index");
            self.bytes -= entry_bytes(&gone);
        }
        while self.changes.back().is_some_and(|change| *change >= first) {
            self.changes.pop_back();
        }
        let changes = |entry: &&Entry| entry.get_entry_type() != EntryType::EntryNormal;
        self.changes.extend(entries.iter().filter(changes).map(|entry| entry.index));
        self.bytes += entries.iter().map(entry_bytes).sum::<usize>();
        self.entries.extend(entries);
    }

    /// Begins anew behind a snapshot that a leader sent.
    pub(super) fn install(&mut self, meta: SnapshotMeta) {
        self.cut = meta.id;
        self.entries.clear();
        self.changes.clear();
        self.bytes = 0;
        self.snapshot = Some(meta);
    }

    /// A snapshot of our own is durable.
    pub(super) fn set_snapshot(&mut self, meta: SnapshotMeta) {
        assert!(self.snapshot_id().index < meta.id.index && meta.id.index <= self.last());
        self.snapshot = Some(meta);
        self.newer_wanted.set(false);
    }

    /// Lets go of entries up to `upto`, as far as the snapshot allows.
    pub(super) fn cut_to(&mut self, upto: u64) {
        while self.cut.index < upto.min(self.snapshot_id().index) {
            let gone = self.entries.pop_front().expect("entries up to the snapshot");
            self.bytes -= entry_bytes(&gone);
            self.cut = SnapshotId { index: gone.index, term: gone.term };
        }
        while self.changes.front().is_some_and(|change| *change <= self.cut.index) {
            self.changes.pop_front();
        }
    }
}

fn check_sequence(entries: &VecDeque<super::Entry>) -> Result<(), Fault> {
    let mut pairs = entries.iter().zip(entries.iter().skip(1));
    match pairs.find(|(one, next)| next.index != one.index + 1) {
        Some((one, next)) => Err(Fault::LogGap { expected: one.index + 1, found: next.index }),
        None => Ok(()),
    }
}

impl Storage for MemoryLog {
    fn initial_state(&self) -> raft::Result<RaftState> {
        let members = self.snapshot.as_ref().map(|meta| library_members(&meta.members));
        Ok(RaftState::new(self.hard.clone(), members.unwrap_or_default()))
    }

    fn entries(
        &self,
        low: u64,
        high: u64,
        max_size: impl Into<Option<u64>>,
        _: GetEntriesContext,
    ) -> raft::Result<Vec<Entry>> {
        if low <= self.cut.index {
            return Err(StorageError::Compacted.into());
        }
        assert!(high <= self.last() + 1, "{high} is beyond the log's end");
        let max_bytes = max_size.into().unwrap_or(u64::MAX);
        let mut found = Vec::new();
        let mut bytes = 0;
        let skip = (low - self.cut.index - 1) as usize;
        for entry in self.entries.iter().skip(skip).take((high - low) as usize) {
            bytes += entry_bytes(entry) as u64;
            if bytes > max_bytes && !found.is_empty() {
                break;
            }
            found.push(entry.clone());
        }
        Ok(found)
    }

    fn term(&self, index: u64) -> raft::Result<u64> {
        let beyond = if index < self.cut.index {
            StorageError::Compacted
        } else {
            StorageError::Unavailable
        };
        self.term_at(index).ok_or_else(|| beyond.into())
    }

    fn first_index(&self) -> raft::Result<u64> {
        Ok(self.cut.index + 1)
    }

    fn last_index(&self) -> raft::Result<u64> {
        Ok(self.last())
    }

    /// A member never takes a snapshot from before it was one; it would be sent for ever.
    fn snapshot(&self, request_index: u64, to: u64) -> raft::Result<Snapshot> {
        let fits =
            |meta: &&SnapshotMeta| meta.id.index >= request_index && meta.members.get(to).is_some();
        let meta = self.snapshot.as_ref().filter(fits);
        self.newer_wanted.set(self.newer_wanted.get() || meta.is_none());
        match meta {
            Some(meta) if self.sending.get() < QUORUM_SNAPSHOTS_SENT_MAX => {
                self.sending.set(self.sending.get() + 1);
                Ok(library_snapshot(meta))
            }
            _ => Err(StorageError::SnapshotTemporarilyUnavailable.into()),
        }
    }
}
