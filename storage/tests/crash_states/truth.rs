//! What a store was told and what it promised, by the moment: the judge of every recovery.

use std::collections::BTreeSet;

use storage::Uuid;

/// A batch as the log holds it.
#[derive(Debug, Clone)]
pub struct Batch {
    pub base_offset: i64,
    pub last_offset: i64,
    pub bytes: Vec<u8>,
}

/// Something that became true.
#[derive(Debug, Clone)]
pub enum Fact {
    /// The batch of this index may be there.
    Appended(usize),
    /// Acknowledged: survives the process.
    Acked(i64),
    /// On stable storage: survives the machine.
    Durable(i64),
    /// The log may begin here.
    Start(i64),
    /// A cut at this offset has begun.
    CutBegin(i64),
    /// The log ends here; what was behind it is gone for good.
    CutEnd(i64),
    /// Compaction has taken these records; they do not come back.
    Gone(Vec<i64>),
    /// The log may be gone.
    DeleteBegin,
    /// The log is gone for good.
    DeleteEnd,
}

/// One life of a log's name.
#[derive(Debug, Clone)]
pub struct LogTruth {
    pub topic: String,
    pub topic_id: Uuid,
    pub batches: Vec<Batch>,
    /// With the number of disk events before it.
    pub facts: Vec<(usize, Fact)>,
}

/// What may and must be in one log after a crash.
#[derive(Debug, Clone)]
pub struct Bounds {
    pub topic: String,
    pub topic_id: Uuid,
    /// All up to here must be there.
    pub must_end: i64,
    /// All up to here must be there even if the power is cut before the next recovery is done.
    pub durable_end: i64,
    /// The log must not begin behind this.
    pub start: i64,
    /// Batches that may be there, by offset.
    pub allowed: Vec<Batch>,
    pub gone: bool,
    /// Offsets of records that compaction took.
    pub taken: BTreeSet<i64>,
}

/// Whether compaction works on logs of this topic.
pub fn is_compacted(topic: &str) -> bool {
    topic.ends_with('0')
}

impl LogTruth {
    pub fn new(topic: &str, topic_id: Uuid) -> LogTruth {
        LogTruth { topic: topic.into(), topic_id, batches: Vec::new(), facts: Vec::new() }
    }

    /// A log as a recovery may find it, before it has: the facts of moment zero.
    pub fn from_bounds(bounds: Bounds) -> LogTruth {
        let mut truth = LogTruth::new(&bounds.topic, bounds.topic_id);
        for batch in bounds.allowed {
            truth.facts.push((0, Fact::Appended(truth.batches.len())));
            truth.batches.push(batch);
        }
        truth.facts.push((0, Fact::Gone(bounds.taken.into_iter().collect())));
        truth.facts.push((0, Fact::Start(bounds.start)));
        truth.facts.push((0, Fact::Acked(bounds.must_end)));
        truth.facts.push((0, Fact::Durable(bounds.durable_end)));
        if bounds.gone {
            truth.facts.push((0, Fact::DeleteBegin));
            truth.facts.push((0, Fact::DeleteEnd));
        }
        truth
    }

    /// The last facts before a crash, for whoever looks into a failure.
    pub fn tail(&self, position: usize) -> String {
        let happened: Vec<_> = self.facts.iter().filter(|(at, _)| *at <= position).collect();
        format!("{} {:?}", self.topic, &happened[happened.len().saturating_sub(12)..])
    }

    pub fn note(&mut self, position: usize, fact: Fact) {
        self.facts.push((position, fact));
    }

    /// What holds when the first `position` events have happened, and of the facts the first
    /// `facts` (those known at the moment). A power cut keeps what was durable, a kill what was
    /// acknowledged.
    pub fn bounds(&self, position: usize, facts: usize, power_cut: bool) -> Bounds {
        let (mut acked, mut durable, mut start, mut gone) = (0, 0, 0, false);
        let mut allowed: Vec<usize> = Vec::new();
        let mut taken = BTreeSet::new();
        let happened = self.facts.iter().enumerate().filter(|(_, (at, _))| *at <= position);
        for (index, (_, fact)) in happened {
            match fact {
                // Where a log may begin is found out late.
                Fact::Start(offset) => start = start.max(*offset),
                _ if index >= facts => {}
                Fact::Appended(index) => allowed.push(*index),
                Fact::Acked(end) => acked = acked.max(*end),
                Fact::Durable(end) => durable = durable.max(*end),
                Fact::CutBegin(offset) => {
                    let known = || allowed.iter().map(|index| &self.batches[*index]);
                    let cut = known().filter(|batch| batch.last_offset >= *offset);
                    let first = cut.map(|batch| batch.base_offset).min().unwrap_or(*offset);
                    // A copy may have a gap there: the log ends in front of it.
                    let kept = known().filter(|batch| batch.last_offset < *offset);
                    let end = kept.map(|batch| batch.last_offset + 1).max();
                    let end = end.unwrap_or(0).min(first);
                    (acked, durable) = (acked.min(end), durable.min(end));
                }
                Fact::Gone(offsets) => taken.extend(offsets),
                Fact::CutEnd(end) => {
                    taken.retain(|offset| offset < end);
                    allowed.retain(|index| self.batches[*index].last_offset < *end);
                    (acked, durable) = (acked.min(*end), durable.min(*end));
                    start = start.min(*end);
                }
                Fact::DeleteBegin => (acked, durable) = (0, 0),
                Fact::DeleteEnd => gone = true,
            }
        }
        let allowed = allowed.into_iter().map(|index| self.batches[index].clone()).collect();
        let (topic, topic_id) = (self.topic.clone(), self.topic_id);
        let must_end = if power_cut { durable } else { acked.max(durable) };
        Bounds { topic, topic_id, must_end, durable_end: durable, start, allowed, gone, taken }
    }
}
