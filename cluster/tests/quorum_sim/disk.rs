//! A disk: what is durable, and what is on its way. A crash keeps any first part of the latter.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use cluster::quorum::{Entry, Hard, Persist, SnapshotId};

use crate::dice::Dice;

pub type File = Arc<[u8]>;

/// The smallest thing that is there as a whole or not at all.
#[derive(Clone)]
pub enum Op {
    Hard(Hard),
    Snapshot(SnapshotId, File),
    RestartLog,
    CutEnd(u64),
    Append(Entry),
    CutStart(u64),
}

/// What is told once a job is durable.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Told {
    Nothing,
    Persist(u64),
    Installed(u64, SnapshotId),
    OwnSnapshot(u64),
}

pub struct Job {
    pub ops: Vec<Op>,
    pub told: Told,
}

#[derive(Default)]
pub struct Disk {
    pub hard: Hard,
    pub snapshots: BTreeMap<SnapshotId, File>,
    pub log: VecDeque<Entry>,
    /// Writes in order, one after the other.
    pub jobs: VecDeque<Job>,
    /// A snapshot of our own, written beside.
    pub own_snapshot: Option<Job>,
    pub stalled_until_us: u64,
}

impl Disk {
    /// A founder's: the snapshot that the cluster begins with.
    pub fn founded(id: SnapshotId, file: File) -> Self {
        let hard = Hard { term: id.term, vote: 0, commit: id.index };
        Self { hard, snapshots: BTreeMap::from([(id, file)]), ..Self::default() }
    }

    pub fn persist(persist: &Persist, received: Option<&File>) -> Job {
        let mut ops: Vec<Op> = persist.hard.into_iter().map(Op::Hard).collect();
        let mut told = Told::Persist(persist.number);
        if let Some(meta) = &persist.snapshot {
            let file = received.expect("a snapshot is installed that came here");
            ops.push(Op::Snapshot(meta.id, Arc::clone(file)));
            ops.push(Op::RestartLog);
            told = Told::Installed(persist.number, meta.id);
        }
        if let Some(first) = persist.entries.first() {
            ops.push(Op::CutEnd(first.index));
            ops.extend(persist.entries.iter().cloned().map(Op::Append));
        }
        Job { ops, told }
    }

    pub fn finish(&mut self, job: Job) -> Told {
        for op in job.ops {
            self.apply(op);
        }
        job.told
    }

    fn apply(&mut self, op: Op) {
        match op {
            Op::Hard(hard) => self.hard = hard,
            Op::Snapshot(id, file) => {
                self.snapshots.insert(id, file);
                // Older ones are kept a while: they may be on their way to a peer.
                while self.snapshots.len() > 3 {
                    self.snapshots.pop_first();
                }
            }
            Op::RestartLog => self.log.clear(),
            Op::CutEnd(from) => {
                while self.log.back().is_some_and(|last| last.index >= from) {
                    self.log.pop_back();
                }
            }
            Op::Append(entry) => {
                if let Some(last) = self.log.back() {
                    assert_eq!(last.index + 1, entry.index, "a log on disk has no gap");
                }
                self.log.push_back(entry);
            }
            Op::CutStart(first_kept) => {
                while self.log.front().is_some_and(|first| first.index < first_kept) {
                    self.log.pop_front();
                }
            }
        }
    }

    pub fn crash(&mut self, dice: &mut Dice) {
        let ops: Vec<Op> = self.jobs.drain(..).flat_map(|job| job.ops).collect();
        // All, nothing, or something in between: each of them is worth a third.
        let kept = match dice.below(3) {
            0 => 0,
            1 => ops.len() as u64,
            _ => dice.below(ops.len() as u64 + 1),
        };
        for op in ops.into_iter().take(kept as usize) {
            self.apply(op);
        }
        if let Some(job) = self.own_snapshot.take().filter(|_| dice.thousandth(500)) {
            self.finish(job);
        }
        self.stalled_until_us = 0;
    }

    pub fn newest_snapshot(&self) -> Option<(SnapshotId, &File)> {
        self.snapshots.last_key_value().map(|(id, file)| (*id, file))
    }

    /// The last index that is safe here.
    pub fn last(&self) -> u64 {
        let snapshot = self.newest_snapshot().map_or(0, |(id, _)| id.index);
        self.log.back().map_or(0, |last| last.index).max(snapshot)
    }

    /// Whether this entry is safe here, or covered by a snapshot.
    pub fn holds(&self, index: u64, term: u64) -> bool {
        if self.newest_snapshot().is_some_and(|(id, _)| id.index >= index) {
            return true;
        }
        let first = self.log.front().map_or(0, |first| first.index);
        let entry = index.checked_sub(first).and_then(|place| self.log.get(place as usize));
        entry.is_some_and(|entry| entry.term == term)
    }
}
