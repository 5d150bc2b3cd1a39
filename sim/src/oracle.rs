//! What must hold, checked at every step that could break it.
//!
//! The oracle sees everything at once: every disk, every machine, the committed metadata. It keeps
//! what no node can know: which record is truly committed, and who ever had it stable.

mod metadata;
mod replicas;

use std::collections::BTreeMap;

use cluster::records::LogId;

use crate::log::Batch;
use crate::node::Role;
use crate::world::World;

/// An invariant that did not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    pub invariant: &'static str,
    pub what: String,
}

#[derive(Default)]
pub struct Oracle {
    pub violation: Option<Violation>,
    pub truths: BTreeMap<LogId, Truth>,
    topics: u8,
    /// How far each replica's stable end was seen.
    seen: BTreeMap<(i32, LogId), i64>,
}

/// What is true of one partition, whoever knows it.
#[derive(Debug, Clone, Default)]
pub struct Truth {
    /// Everything that was ever committed, from offset 0 on.
    pub committed: Vec<Batch>,
    appended: BTreeMap<(i32, i64), Batch>,
    appenders: BTreeMap<i32, (i32, u64)>,
    /// Nodes that ever had the batch of this epoch and offset on the promised medium, as bits.
    stable_on: BTreeMap<(i32, i64), u64>,
    sequences: BTreeMap<u64, i64>,
    /// Unclean elections: from the first on, what was committed before may be gone.
    pub unclean: u64,
    /// The epoch of the last of them: what earlier leaders still commit is nobody's truth.
    pub unclean_epoch: i32,
    /// A replica lost, or may have lost, what it had promised: only that excuses them.
    pub excused: bool,
    pub gave_up: bool,
}

impl Truth {
    /// One past the last record that was ever committed.
    #[must_use]
    pub fn end(&self) -> i64 {
        self.committed.last().map_or(0, Batch::end)
    }

    fn index_of(&self, offset: i64) -> usize {
        self.committed.partition_point(|batch| batch.end() <= offset)
    }
}

impl Oracle {
    pub fn fail(&mut self, invariant: &'static str, what: String) {
        if self.violation.is_none() {
            self.violation = Some(Violation { invariant, what });
        }
    }

    /// A replica lost what it had promised to keep.
    pub fn lost(&mut self, log: LogId) {
        self.truths.entry(log).or_default().excused = true;
    }

    pub fn gave_up(&mut self, log: LogId) {
        self.truths.entry(log).or_default().gave_up = true;
    }

    #[must_use]
    pub fn topics_made(&self) -> u8 {
        self.topics
    }
}

/// Where a log does not hold what was committed in `from..to`, if anywhere.
fn missing(log: &crate::log::ModelLog, truth: &Truth, from: i64, to: i64) -> Option<i64> {
    let from = from.max(log.start);
    let known = &truth.committed[truth.index_of(from)..];
    for (index, batch) in (log.index_of(from)..).zip(known) {
        if batch.base >= to {
            break;
        }
        if log.batches.get(index) != Some(batch) {
            return Some(batch.base);
        }
    }
    None
}

impl World {
    /// Every running or sleeping replica that may be elected holds all that is committed.
    fn check_candidates(&mut self, log: LogId, from: i64) {
        let Some(partition) = self.partition(log).cloned() else {
            return;
        };
        let Some(truth) = self.oracle.truths.get(&log) else {
            return;
        };
        let mut wrong = None;
        for &broker in partition.isr.iter().chain(&partition.elr) {
            let Some(node) = self.nodes.get(&cluster::node_of(broker)) else {
                continue;
            };
            // It lost something and could not say so yet.
            if node.lossy.contains(&(broker, log)) {
                continue;
            }
            let held = node.logs.get(&(broker, log));
            let gap = match held {
                None => (truth.end() > 0).then_some(0),
                Some(held) if held.stable() < truth.end() => Some(held.stable()),
                Some(held) => missing(held, truth, from, truth.end()),
            };
            if let Some(offset) = gap {
                wrong = Some((broker, offset, truth.end()));
                break;
            }
        }
        if let Some((broker, offset, end)) = wrong {
            let name = self.name_of(log);
            let (isr, elr) = (&partition.isr, &partition.elr);
            let what = format!(
                "{name}: broker {broker} may be elected (ISR {isr:?}, ELR {elr:?}) and lacks \
                 offset {offset} of {end} committed"
            );
            self.oracle.fail("I3 candidate completeness", what);
        }
    }

    /// The leader waits for everyone whom the controller may elect.
    fn check_superset(&mut self, log: LogId) {
        let Some(partition) = self.partition(log).cloned() else {
            return;
        };
        let leader = partition.leader;
        let node = self.nodes.get(&cluster::node_of(leader));
        let replica = node
            .and_then(|node| node.process.as_ref())
            .and_then(|process| process.replicas.get(&(leader, log)));
        let Some(Role::Lead(machine)) = replica.map(|held| &held.role) else {
            return;
        };
        if machine.leader_epoch() != partition.leader_epoch || !machine.has_enough_in_sync() {
            return;
        }
        let all = partition.isr.iter().chain(&partition.elr);
        if let Some(other) = all.copied().find(|id| !machine.is_maximal(*id)) {
            let name = self.name_of(log);
            let what = format!("{name}: the leader {leader} does not wait for {other}");
            self.oracle.fail("I4 quorum superset", what);
        }
    }
}
