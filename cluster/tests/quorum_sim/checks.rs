//! What must hold at every step, and what is known of the history of the cluster.

use std::collections::{BTreeMap, BTreeSet};

use cluster::quorum::{Members, Message, MessageKind, RaftId, SnapshotId};

use crate::dice::hash;
use crate::disk::{Disk, File};

/// Counts of what happened, so that a run in which nothing did is seen.
#[derive(Default, Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counts {
    pub messages: u64,
    pub crashes: u64,
    pub cuts: u64,
    pub elections: u64,
    pub acked: u64,
    pub snapshots_written: u64,
    pub installed: u64,
    pub member_changes: u64,
    pub wiped: u64,
    pub left: u64,
}

impl Counts {
    pub fn add(&mut self, other: &Self) {
        self.messages += other.messages;
        self.crashes += other.crashes;
        self.cuts += other.cuts;
        self.elections += other.elections;
        self.acked += other.acked;
        self.snapshots_written += other.snapshots_written;
        self.installed += other.installed;
        self.member_changes += other.member_changes;
        self.wiped += other.wiped;
        self.left += other.left;
    }
}

#[derive(Default)]
pub struct Checks {
    /// By term, who led it.
    leaders: BTreeMap<u64, RaftId>,
    /// By index: term and hash of the records.
    history: BTreeMap<u64, (u64, u64)>,
    members: BTreeMap<u64, Members>,
    snapshots: BTreeMap<SnapshotId, File>,
    votes: BTreeMap<(RaftId, u64), RaftId>,
    /// Commands by their number: where they are in the history.
    applied: BTreeMap<u64, u64>,
    acked: BTreeMap<u64, u64>,
    refused: BTreeSet<u64>,
    pub counts: Counts,
    pub broken: Vec<String>,
}

impl Checks {
    pub fn break_if(&mut self, broken: bool, what: impl FnOnce() -> String) {
        if broken {
            self.broken.push(what());
        }
    }

    pub fn leads(&mut self, id: RaftId, term: u64) {
        let first = *self.leaders.entry(term).or_insert_with(|| {
            self.counts.elections += 1;
            id
        });
        self.break_if(first != id, || format!("{first} and {id} both lead term {term}"));
    }

    pub fn committed(&mut self, id: RaftId, index: u64, term: u64, bytes: &[u8]) {
        let now = (term, hash(bytes));
        let held = *self.history.entry(index).or_insert(now);
        self.break_if(held != now, || {
            format!("{id} has another history: index {index} is {now:?}, and was {held:?}")
        });
    }

    /// Whether this is the first time that anybody hands out this index.
    pub fn is_new(&self, index: u64) -> bool {
        !self.history.contains_key(&index)
    }

    pub fn command_applied(&mut self, number: u64, index: u64) {
        let first = *self.applied.entry(number).or_insert(index);
        self.break_if(first != index, || {
            format!("command {number} is in the log twice: at {first} and {index}")
        });
        let refused = self.refused.contains(&number);
        self.break_if(refused, || format!("command {number} was refused and is at {index}"));
    }

    pub fn command_acked(&mut self, number: u64, index: u64) {
        self.counts.acked += 1;
        self.acked.insert(number, index);
        let at = self.applied.get(&number).copied();
        self.break_if(at != Some(index), || {
            format!("command {number} was acknowledged at {index} and applied at {at:?}")
        });
    }

    pub fn command_refused(&mut self, number: u64) {
        self.refused.insert(number);
        let at = self.applied.get(&number).copied();
        self.break_if(at.is_some(), || format!("command {number} was refused and is at {at:?}"));
    }

    pub fn members(&mut self, id: RaftId, index: u64, members: &Members) {
        let held = self.members.entry(index).or_insert_with(|| members.clone());
        let differs = held != members;
        self.break_if(differs, || format!("{id} has other members at index {index}"));
    }

    /// Equal places have equal files: image and members are the same everywhere.
    pub fn snapshot(&mut self, by: RaftId, id: SnapshotId, file: &File) {
        self.counts.snapshots_written += 1;
        let held = self.snapshots.entry(id).or_insert_with(|| File::clone(file));
        let differs = held != file;
        self.break_if(differs, || format!("{by} has another image at index {}", id.index));
    }

    /// What a message promises must be durable before it leaves.
    pub fn sent(&mut self, message: &Message, disk: &Disk) {
        let (from, term) = (message.from, message.term);
        // A pre-vote asks about a term that nobody is in yet.
        let asks = matches!(message.kind, MessageKind::PreVote | MessageKind::PreVoteResponse);
        self.break_if(!asks && disk.hard.term < term, || {
            format!("{from} speaks in term {term} and has {:?} durable", disk.hard)
        });
        match message.kind {
            MessageKind::AppendResponse if !message.reject => {
                let last = disk.last();
                // What a later leader took back within the same turn was as good as durable: the
                // answer could as well be late.
                let later = disk.hard.term > term;
                self.break_if(last < message.index && !later, || {
                    format!("{from} answers for index {} and has {last} durable", message.index)
                });
            }
            MessageKind::Vote => self.voted(from, term, from, disk),
            MessageKind::VoteResponse if !message.reject => {
                self.voted(from, term, message.to, disk);
            }
            _ => {}
        }
    }

    fn voted(&mut self, voter: RaftId, term: u64, candidate: RaftId, disk: &Disk) {
        let first = *self.votes.entry((voter, term)).or_insert(candidate);
        self.break_if(first != candidate, || {
            format!("{voter} voted for {first} and for {candidate} in term {term}")
        });
        let hard = disk.hard;
        let kept = hard.term > term || (hard.term == term && hard.vote == candidate);
        self.break_if(!kept, || {
            format!("{voter} votes for {candidate} in term {term} and has {hard:?} durable")
        });
    }

    /// At the end: nothing acknowledged is gone.
    pub fn end(&mut self, applied: u64) {
        let lost: Vec<_> =
            self.acked.iter().filter(|(_, index)| **index > applied).map(|(one, _)| *one).collect();
        self.break_if(!lost.is_empty(), || format!("acknowledged commands are gone: {lost:?}"));
    }
}
