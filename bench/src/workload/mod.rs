//! What is done to a broker while the clock runs. One file per workload.

pub mod backlog;
pub mod connections;
pub mod end_to_end;
pub mod fetch;
mod lane;
pub mod produce;
pub mod tools;

use std::ops::Range;
use std::time::Duration;

use hdrhistogram::Histogram;
use mio::{Events, Poll};

use crate::BenchError;
use crate::admin::Leaders;
use crate::frames::{Batch, Payload};
use crate::limits::LATENCY_US_MAX;

/// How requests are paced.
#[derive(Clone, Copy, Debug)]
pub enum Pace {
    /// Closed loop: this many requests in flight on each connection.
    InFlight(usize),
    /// Open loop: this many requests a second over all connections.
    PerSecond(u64),
}

/// How the generator waits for answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wait {
    /// On a core of its own it looks again and again: a broker need not wake a sleeping core, which
    /// costs it time on its own, on virtual machines most of all. Each round yields: the kernel may
    /// have work on this core that the broker waits for, such as the end of a disk write whose
    /// interrupt comes here.
    Spin,
    /// Beside a broker that has this core too.
    Sleep,
}

impl Wait {
    /// One look at what has happened.
    pub fn poll(self, poll: &mut Poll, events: &mut Events) -> Result<(), BenchError> {
        let time = match self {
            Self::Spin => {
                std::thread::yield_now();
                Duration::ZERO
            }
            Self::Sleep => Duration::from_millis(10),
        };
        poll.poll(events, Some(time))?;
        Ok(())
    }
}

/// A workload that writes: every request carries one batch for one partition.
#[derive(Clone, Debug)]
pub struct Workload {
    pub connections: usize,
    pub records_per_batch: usize,
    pub record_bytes: usize,
    pub payload: Payload,
    pub pace: Pace,
    /// In the closed loop; the open one always spins, so that a request leaves when it is due.
    pub wait: Wait,
    pub warm_up: Duration,
    pub measure: Duration,
    /// Each batch of a partition differs from the others, so that order can be verified; it costs
    /// the generator a checksum a batch.
    pub numbered: bool,
}

/// The topic of a run.
#[derive(Clone, Copy, Debug)]
pub struct Target<'a> {
    pub topic: &'a str,
    pub leaders: &'a Leaders,
    /// Batches that each partition holds, all of this workload; empty stands for none.
    pub batches: &'a [i64],
}

impl<'a> Target<'a> {
    /// An empty topic.
    pub fn new(topic: &'a str, leaders: &'a Leaders) -> Self {
        Self { topic, leaders, batches: &[] }
    }

    pub fn batches_of(&self, partition: usize) -> i64 {
        self.batches.get(partition).copied().unwrap_or(0)
    }
}

impl Workload {
    pub fn batch(&self, now_ms: i64) -> Batch {
        Batch::new(self.records_per_batch, self.record_bytes, now_ms, self.payload)
    }
}

/// What a run measured after its warm-up.
#[derive(Debug)]
pub struct Measured {
    pub requests: u64,
    pub records: u64,
    pub bytes: u64,
    pub elapsed: Duration,
    pub latency_us: Histogram<u64>,
    /// Records of the whole run, warm-up and all.
    pub all_records: u64,
}

impl Measured {
    pub fn new() -> Self {
        let latency_us = Histogram::new_with_bounds(1, LATENCY_US_MAX, 3).expect("valid bounds");
        let elapsed = Duration::ZERO;
        Self { requests: 0, records: 0, bytes: 0, elapsed, latency_us, all_records: 0 }
    }

    /// Adds what another part of the same run measured.
    pub fn add(&mut self, part: &Measured) {
        self.requests += part.requests;
        self.records += part.records;
        self.bytes += part.bytes;
        self.elapsed += part.elapsed;
        self.all_records += part.all_records;
        self.latency_us.add(&part.latency_us).expect("the same bounds");
    }

    pub fn record_latency(&mut self, latency: Duration) {
        let us = u64::try_from(latency.as_micros()).unwrap_or(u64::MAX);
        self.latency_us.saturating_record(us.max(1));
    }

    pub fn records_per_second(&self) -> f64 {
        self.records as f64 / self.elapsed.as_secs_f64()
    }

    pub fn requests_per_second(&self) -> f64 {
        self.requests as f64 / self.elapsed.as_secs_f64()
    }

    pub fn bytes_per_second(&self) -> f64 {
        self.bytes as f64 / self.elapsed.as_secs_f64()
    }

    /// `None` where nothing was timed by us.
    pub fn latency_ms(&self, quantile: f64) -> Option<f64> {
        let timed = !self.latency_us.is_empty();
        timed.then(|| self.latency_us.value_at_quantile(quantile) as f64 / 1000.0)
    }
}

impl Default for Measured {
    fn default() -> Self {
        Self::new()
    }
}

/// What a run has written and the broker has acknowledged, all of it.
#[derive(Clone, Debug)]
pub struct Written {
    pub batch: Batch,
    /// Whether batch n of a partition is numbered n.
    pub numbered: bool,
    /// Batches, by partition.
    pub batches: Vec<i64>,
}

impl Written {
    /// The end offset of each partition.
    pub fn ends(&self) -> Vec<i64> {
        self.slice(0, 1).into_iter().map(|offsets| offsets.end).collect()
    }

    /// The offsets of each partition in one of several slices of equal size.
    pub fn slice(&self, index: usize, count: usize) -> Vec<Range<i64>> {
        let records = i64::try_from(self.batch.records).unwrap_or(i64::MAX);
        let (index, count) = (index as i64, count as i64);
        let place = |batches: i64, index: i64| batches * index / count * records;
        let slice = |&batches: &i64| place(batches, index)..place(batches, index + 1);
        self.batches.iter().map(slice).collect()
    }

    pub fn bytes(&self) -> u64 {
        let batches: i64 = self.batches.iter().sum();
        batches.unsigned_abs() * self.batch.bytes.len() as u64
    }
}
