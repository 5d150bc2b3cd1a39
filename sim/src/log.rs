//! A replica's log, as replication sees it: batches, ends, epochs, producers, and what a crash
//! leaves of them.
//!
//! [`ReplicaLog`] is what the simulated broker needs of a log. [`ModelLog`] is a model of what
//! storage promises: synced bytes survive anything, the arena survives the process and not the
//! power, a batch is there whole or not at all.

use std::collections::BTreeMap;

use cluster::mutants::{Mutant, on};
use cluster::replication::trust::{Arena, Evidence};
use cluster::replication::{EpochEnd, LogEnds};

use crate::rng::Rng;

/// A batch of records; its offsets and epoch are the log's, the rest the producer's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Batch {
    pub base: i64,
    pub records: i64,
    pub epoch: i32,
    pub producer: u64,
    pub sequence: i64,
    /// Stands for the bytes: no two batches that anybody ever produced have the same.
    pub value: u64,
}

impl Batch {
    /// One past the last record.
    #[must_use]
    pub fn end(&self) -> i64 {
        self.base + self.records
    }
}

/// What came of an append of a producer's batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Appended {
    /// Its base offset and end.
    At(i64, i64),
    /// It is there already; the same.
    Before(i64, i64),
    OutOfOrder,
    /// The log's term is another.
    TermOver,
}

/// What the simulated broker needs of a log.
pub trait ReplicaLog {
    fn ends(&self) -> LogEnds;
    /// The end of `epoch`, or of the next lower one that has records or is the current term's;
    /// for one below all of them the offset where the first begins, as in Kafka.
    fn end_of(&self, epoch: i32) -> Option<EpochEnd>;
    /// A term begins: appends of another are refused from now on. A leader notes where it starts.
    fn begin_term(&mut self, epoch: i32, leads: bool);
    fn append(&mut self, epoch: i32, batch: Batch) -> Appended;
    /// Whole batches, offsets and epochs kept.
    fn append_replica(&mut self, batches: &[Batch]);
    /// Whole batches from `from` on, at most `most`.
    fn read(&self, from: i64, most: usize) -> &[Batch];
    /// Everything before `to` is on the device now.
    fn synced(&mut self, to: i64);
    fn truncate(&mut self, to: i64);
    fn restart_at(&mut self, start: i64);
    fn move_start(&mut self, start: i64);
    fn set_high_watermark(&mut self, high_watermark: i64);
}

#[derive(Debug, Clone, Default)]
pub struct ModelLog {
    pub batches: Vec<Batch>,
    pub start: i64,
    /// One past what the device has.
    pub durable_end: i64,
    /// Promised once it is in the arena (`flush.messages` above 1).
    pub acks_from_memory: bool,
    /// Grows when the log is cut, so that a sync that was under way then says nothing.
    pub cuts: u64,
    high_watermark: i64,
    stored_high_watermark: i64,
    term: i32,
    led_from: Option<EpochEnd>,
    producers: BTreeMap<u64, Vec<Batch>>,
    damaged: bool,
}

/// As many batches of a producer are remembered as it may have in flight.
const REMEMBERED: usize = 5;

impl ModelLog {
    #[must_use]
    pub fn new(acks_from_memory: bool) -> Self {
        Self { acks_from_memory, term: -1, ..Self::default() }
    }

    #[must_use]
    pub fn end(&self) -> i64 {
        self.batches.last().map_or(self.start, Batch::end)
    }

    #[must_use]
    pub fn stable(&self) -> i64 {
        if self.acks_from_memory { self.end() } else { self.durable_end.min(self.end()) }
    }

    /// The batch that holds `offset`, or the first after it.
    #[must_use]
    pub fn index_of(&self, offset: i64) -> usize {
        self.batches.partition_point(|batch| batch.end() <= offset)
    }

    fn note_producer(&mut self, batch: Batch) {
        let held = self.producers.entry(batch.producer).or_default();
        held.push(batch);
        if held.len() > REMEMBERED {
            held.remove(0);
        }
    }

    fn cut_at(&mut self, end: i64) {
        let keep = self.batches.partition_point(|batch| batch.end() <= end);
        self.batches.truncate(keep);
        self.durable_end = self.durable_end.min(self.end());
        self.high_watermark = self.high_watermark.clamp(self.start, self.end().max(self.start));
        self.cuts += 1;
        self.rebuild_producers();
    }

    fn rebuild_producers(&mut self) {
        // What retention removed is still known; the rest is what the log holds.
        let start = self.start;
        for held in self.producers.values_mut() {
            held.retain(|batch| batch.end() <= start);
        }
        self.producers.retain(|_, held| !held.is_empty());
        if !on(Mutant::ProducersNotNotedOnFollower) {
            for batch in self.batches.clone() {
                self.note_producer(batch);
            }
        }
    }

    /// The checkpoint of high watermarks, every few seconds.
    pub fn store_high_watermark(&mut self) {
        self.stored_high_watermark = self.high_watermark;
    }

    /// What is left when the process dies (`power` says whether memory dies with it), as recovery
    /// finds it. True if something that was promised is gone.
    pub fn crash(&mut self, power: bool, rng: &mut Rng) -> bool {
        let promised = self.stable();
        let survives = if power || !self.acks_from_memory { self.durable_end } else { self.end() };
        // Of what was under way any whole part may have arrived.
        let end = self.end();
        let last =
            if survives < end { rng.between(survives as u64, end as u64) as i64 } else { end };
        if last < end {
            self.cut_at(last);
        }
        self.recover();
        self.end() < promised
    }

    /// A bad checksum somewhere in the log at rest: what is at it and after it cannot be relied on.
    pub fn damage(&mut self, rng: &mut Rng) -> bool {
        if self.batches.is_empty() {
            return false;
        }
        self.damaged = true;
        let at = rng.below(self.batches.len() as u64) as usize;
        if on(Mutant::DamagedLogReportsFullEnd) {
            // A hole, and the end as if there were none.
            let kept = self.end();
            self.batches.remove(at);
            self.durable_end = kept;
        } else {
            let to = self.batches[at].base;
            self.cut_at(to);
        }
        true
    }

    fn recover(&mut self) {
        // What is found at a start is on the device before anything is promised on it.
        self.durable_end = self.end();
        self.high_watermark = self.stored_high_watermark.clamp(self.start, self.end());
        self.term = -1;
        self.led_from = None;
        self.cuts += 1;
    }

    /// What a start finds out, for the question of trust.
    #[must_use]
    pub fn evidence(&self, found: &Found) -> Evidence {
        Evidence {
            served_epoch: found.served_epoch,
            clean_stop_epoch: found.clean_stop_epoch,
            recovered_end: self.end(),
            durable_end: found.durable_end.min(if self.damaged { 0 } else { i64::MAX }),
            damaged: self.damaged,
            acks_from_memory: self.acks_from_memory,
            arena: match found.arena_epoch {
                -1 => Arena::Missing,
                broker_epoch => Arena::Adopted { broker_epoch },
            },
            high_watermark: if self.damaged { 0 } else { self.stored_high_watermark },
        }
    }

    /// The log is mended (or known to be short): from here on it is what it is.
    pub fn settle(&mut self) {
        self.damaged = false;
        self.stored_high_watermark = self.stored_high_watermark.min(self.end());
    }
}

/// What lies beside a log in its folder.
#[derive(Debug, Clone, Copy)]
pub struct Found {
    pub served_epoch: i64,
    pub clean_stop_epoch: Option<i64>,
    pub durable_end: i64,
    pub arena_epoch: i64,
}

impl ReplicaLog for ModelLog {
    fn ends(&self) -> LogEnds {
        LogEnds {
            start: self.start,
            end: self.end(),
            stable: self.stable(),
            high_watermark: self.high_watermark,
            last_epoch: self.batches.last().map_or(-1, |batch| batch.epoch),
        }
    }

    fn end_of(&self, epoch: i32) -> Option<EpochEnd> {
        if let Some(led) = self.led_from
            && led.epoch <= epoch
        {
            return Some(EpochEnd { epoch: led.epoch, end: self.end() });
        }
        let after = self.batches.partition_point(|batch| batch.epoch <= epoch);
        let Some(last) = self.batches[..after].last() else {
            // Below all that is known: retention removed what there was of it, so the follower
            // goes on from the start.
            let led = self.led_from.map(|led| led.end);
            let end = self.batches.first().map(|first| first.base).or(led)?;
            return Some(EpochEnd { epoch, end });
        };
        // An epoch ends where the next one began, which the leader of the term noted.
        let end = match self.batches.get(after) {
            Some(next) => next.base,
            None => self.led_from.map_or(self.end(), |led| led.end),
        };
        Some(EpochEnd { epoch: last.epoch, end })
    }

    fn begin_term(&mut self, epoch: i32, leads: bool) {
        self.term = epoch;
        self.led_from = leads.then(|| EpochEnd { epoch, end: self.end() });
    }

    fn append(&mut self, epoch: i32, batch: Batch) -> Appended {
        let late = epoch != self.term || self.led_from.is_none();
        if late && !on(Mutant::AppendAfterTermEnd) {
            return Appended::TermOver;
        }
        if let Some(held) = self.producers.get(&batch.producer) {
            if let Some(same) = held.iter().find(|held| held.sequence == batch.sequence) {
                return Appended::Before(same.base, same.end());
            }
            let next = held.last().map(|last| last.sequence + last.records);
            if next.is_some_and(|next| next != batch.sequence) {
                return Appended::OutOfOrder;
            }
        }
        let (base, epoch) = (self.end(), if late { self.term } else { epoch });
        let batch = Batch { base, epoch, ..batch };
        self.batches.push(batch);
        self.note_producer(batch);
        Appended::At(base, batch.end())
    }

    fn append_replica(&mut self, batches: &[Batch]) {
        for batch in batches {
            self.batches.push(*batch);
            if !on(Mutant::ProducersNotNotedOnFollower) {
                self.note_producer(*batch);
            }
        }
    }

    fn read(&self, from: i64, most: usize) -> &[Batch] {
        let first = self.index_of(from);
        let last = (first + most).min(self.batches.len());
        &self.batches[first..last]
    }

    fn synced(&mut self, to: i64) {
        self.durable_end = self.durable_end.max(to.min(self.end()));
    }

    fn truncate(&mut self, to: i64) {
        self.cut_at(to.max(self.start));
    }

    fn restart_at(&mut self, start: i64) {
        self.batches.clear();
        self.producers.clear();
        self.start = start;
        self.durable_end = start;
        self.high_watermark = start;
        self.stored_high_watermark = self.stored_high_watermark.max(start);
        self.cuts += 1;
    }

    fn move_start(&mut self, start: i64) {
        let gone = self.batches.partition_point(|batch| batch.end() <= start);
        let end = self.end();
        self.batches.drain(..gone);
        self.start = self.start.max(start.min(end));
        self.durable_end = self.durable_end.max(self.start);
        self.high_watermark = self.high_watermark.max(self.start);
    }

    fn set_high_watermark(&mut self, high_watermark: i64) {
        self.high_watermark = self.high_watermark.max(high_watermark);
    }
}
