//! What clients saw, and Jepsen's rules for it: nothing acknowledged is lost, nothing is there
//! twice, nobody reads two records at one offset, and readers see them in order.

use std::collections::{BTreeMap, BTreeSet};

use cluster::records::LogId;

#[derive(Debug, Clone, Default)]
pub struct History {
    logs: BTreeMap<LogId, OfLog>,
}

#[derive(Debug, Clone, Default)]
struct OfLog {
    sent: BTreeSet<u64>,
    acked: BTreeMap<u64, i64>,
    /// Everything read, by reader, in order. The last reads are those after everything healed.
    polls: BTreeMap<(usize, u32), Vec<(i64, u64)>>,
    /// How often a reader had to jump, because a replica's log began beyond its position.
    jumps: BTreeMap<usize, u32>,
    finals: Vec<(i64, u64)>,
    /// Values of one producer in the order they were first sent.
    order: BTreeMap<usize, Vec<u64>>,
}

/// What is wrong with a history, by Jepsen's names.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Anomaly {
    pub name: &'static str,
    pub what: String,
}

impl History {
    pub fn sent(&mut self, log: LogId, producer: usize, value: u64) {
        let held = self.logs.entry(log).or_default();
        held.sent.insert(value);
        held.order.entry(producer).or_default().push(value);
    }

    pub fn acked(&mut self, log: LogId, value: u64, offset: i64) {
        self.logs.entry(log).or_default().acked.insert(value, offset);
    }

    pub fn polled(&mut self, log: LogId, reader: usize, offset: i64, value: u64) {
        let held = self.logs.entry(log).or_default();
        let jumps = held.jumps.get(&reader).copied().unwrap_or(0);
        held.polls.entry((reader, jumps)).or_default().push((offset, value));
    }

    /// The reader goes on where the log begins by now: it did not skip what retention took, even if
    /// another replica has not heard of that yet and still serves it.
    pub fn jumped(&mut self, log: LogId, reader: usize) {
        *self.logs.entry(log).or_default().jumps.entry(reader).or_default() += 1;
    }

    /// Read once everything healed, from the start to the end.
    pub fn read_finally(&mut self, log: LogId, offset: i64, value: u64) {
        self.logs.entry(log).or_default().finals.push((offset, value));
    }

    /// All anomalies of a log. `start` is where it begins by now: what retention took is not lost.
    #[must_use]
    pub fn check(&self, log: LogId, start: i64) -> Vec<Anomaly> {
        let Some(held) = self.logs.get(&log) else {
            return Vec::new();
        };
        let mut found = Vec::new();
        held.offsets(&mut found);
        held.lost(start, &mut found);
        held.orders(&mut found);
        found
    }
}

impl OfLog {
    fn reads(&self) -> impl Iterator<Item = &(i64, u64)> {
        self.polls.values().flatten().chain(&self.finals)
    }

    /// One value per offset, one offset per value, and none that nobody sent.
    fn offsets(&self, found: &mut Vec<Anomaly>) {
        let mut by_offset: BTreeMap<i64, BTreeSet<u64>> = BTreeMap::new();
        let mut by_value: BTreeMap<u64, BTreeSet<i64>> = BTreeMap::new();
        let acked = self.acked.iter().map(|(value, offset)| (*offset, *value));
        for (offset, value) in self.reads().copied().chain(acked) {
            by_offset.entry(offset).or_default().insert(value);
            by_value.entry(value).or_default().insert(offset);
        }
        for (offset, values) in by_offset.iter().filter(|(_, values)| values.len() > 1) {
            let what = format!("offset {offset} holds {values:x?}");
            found.push(Anomaly { name: "inconsistent-offsets", what });
        }
        for (value, offsets) in by_value.iter().filter(|(_, offsets)| offsets.len() > 1) {
            let what = format!("{value:x} is at {offsets:?}");
            found.push(Anomaly { name: "duplicate", what });
        }
        for value in by_value.keys().filter(|value| !self.sent.contains(value)) {
            let what = format!("{value:x} was never sent");
            found.push(Anomaly { name: "invented", what });
        }
    }

    /// What was acknowledged is read: lost if others beyond it were read, else unseen.
    fn lost(&self, start: i64, found: &mut Vec<Anomaly>) {
        let read: BTreeSet<u64> = self.reads().map(|(_, value)| *value).collect();
        let furthest = self.reads().map(|(offset, _)| *offset).max().unwrap_or(-1);
        for (value, offset) in &self.acked {
            if read.contains(value) || *offset < start {
                continue;
            }
            let name = if *offset <= furthest { "lost-write" } else { "unseen" };
            let what = format!("{value:x} was acknowledged at {offset} and is not there");
            found.push(Anomaly { name, what });
        }
    }

    /// Readers never go back nor skip, and a producer's values keep their order.
    fn orders(&self, found: &mut Vec<Anomaly>) {
        let all: BTreeMap<i64, u64> = self.reads().copied().collect();
        for ((reader, _), reads) in &self.polls {
            for pair in reads.windows(2) {
                let ((before, _), (after, _)) = (pair[0], pair[1]);
                if after <= before {
                    let what = format!("reader {reader} reads {after} after {before}");
                    found.push(Anomaly { name: "nonmonotonic-poll", what });
                } else if let Some((skipped, _)) = all.range(before + 1..after).next() {
                    let what = format!("reader {reader} reads {after} and never {skipped}");
                    found.push(Anomaly { name: "poll-skip", what });
                }
            }
        }
        let offset_of: BTreeMap<u64, i64> =
            all.iter().map(|(offset, value)| (*value, *offset)).collect();
        for (producer, values) in &self.order {
            let offsets: Vec<i64> =
                values.iter().filter_map(|value| offset_of.get(value)).copied().collect();
            if let Some(pair) = offsets.windows(2).find(|pair| pair[1] < pair[0]) {
                let what = format!("producer {producer}: {} before {}", pair[1], pair[0]);
                found.push(Anomaly { name: "nonmonotonic-send", what });
            }
        }
    }
}
