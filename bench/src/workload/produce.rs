//! The produce workload, closed and open loop.

use std::time::{Duration, Instant};

use mio::{Events, Poll};

use super::lane::Lanes;
use super::{Measured, Pace, Target, Wait, Workload, Written};
use crate::BenchError;
use crate::limits::{DRAIN_S, FILL_IN_FLIGHT, IN_FLIGHT_MAX};

struct Run<'a> {
    workload: &'a Workload,
    lanes: Lanes,
    measured: Measured,
    batch_bytes: u64,
    measure_from: Instant,
    /// Answers to requests that were sent after this are not counted.
    closed: bool,
}

impl<'a> Run<'a> {
    fn new(workload: &'a Workload, lanes: Lanes, batch_bytes: usize) -> Self {
        Self {
            workload,
            lanes,
            measured: Measured::new(),
            batch_bytes: batch_bytes as u64,
            measure_from: Instant::now(),
            closed: false,
        }
    }

    fn count(&self) -> usize {
        self.lanes.lanes.len()
    }

    fn flush(&mut self, lane: usize) -> Result<(), BenchError> {
        self.lanes.lanes[lane].connection.flush()
    }

    fn in_flight(&self, lane: usize) -> usize {
        self.lanes.lanes[lane].connection.in_flight()
    }

    fn receive(&mut self, lane: usize) -> Result<(), BenchError> {
        let Self { lanes, measured, measure_from, .. } = self;
        let records = self.workload.records_per_batch as u64;
        lanes.receive(lane, |since| {
            measured.all_records += records;
            if since >= *measure_from && !self.closed {
                measured.requests += 1;
                measured.records += records;
                measured.bytes += self.batch_bytes;
                measured.record_latency(since.elapsed());
            }
        })
    }

    fn poll(&mut self, poll: &mut Poll, events: &mut Events, wait: Wait) -> Result<(), BenchError> {
        wait.poll(poll, events)?;
        for event in &*events {
            if event.is_readable() {
                self.receive(event.token().0)?;
            }
            if event.is_writable() {
                self.flush(event.token().0)?;
            }
        }
        Ok(())
    }

    /// Writes every partition twice, before the clock starts: brokers make a partition's files when
    /// it is first written, and Kafka touches its indexes with the write after that. With many
    /// partitions that would be all that is measured.
    fn write_all_twice(&mut self, poll: &mut Poll, events: &mut Events) -> Result<(), BenchError> {
        let counts = self.lanes.lanes.iter().map(|lane| 2 * lane.partitions()).collect();
        self.closed = true;
        self.write_counts(counts, poll, events)?;
        self.closed = false;
        Ok(())
    }

    /// Sends so many requests on each connection, and waits for all of them.
    fn write_counts(
        &mut self,
        mut left: Vec<usize>,
        poll: &mut Poll,
        events: &mut Events,
    ) -> Result<(), BenchError> {
        while left.iter().any(|&left| left > 0) || !self.lanes.is_idle() {
            for (lane, left) in left.iter_mut().enumerate() {
                while *left > 0 && self.in_flight(lane) < FILL_IN_FLIGHT {
                    self.lanes.push(lane, Instant::now());
                    *left -= 1;
                }
                self.flush(lane)?;
            }
            self.poll(poll, events, Wait::Sleep)?;
        }
        Ok(())
    }

    /// Waits for the answers to what is in flight, and counts them no more.
    fn drain(&mut self, poll: &mut Poll, events: &mut Events) -> Result<(), BenchError> {
        self.closed = true;
        let given_up = Instant::now() + Duration::from_secs(DRAIN_S);
        while !self.lanes.is_idle() {
            if Instant::now() > given_up {
                return Err(BenchError::Silent { seconds: DRAIN_S });
            }
            self.poll(poll, events, Wait::Sleep)?;
        }
        Ok(())
    }
}

/// Runs the workload against a topic.
pub fn run(
    target: &Target<'_>,
    workload: &Workload,
    now_ms: i64,
) -> Result<(Measured, Written), BenchError> {
    let batch = workload.batch(now_ms);
    let batch_bytes = batch.bytes.len();
    let mut poll = Poll::new()?;
    let mut events = Events::with_capacity(256);
    let lanes = Lanes::connect(target, workload, batch, &poll)?;
    let mut run = Run::new(workload, lanes, batch_bytes);
    if target.batches.iter().all(|&batches| batches < 2) {
        run.write_all_twice(&mut poll, &mut events)?;
    }
    let start = Instant::now();
    run.measure_from = start + workload.warm_up;
    let end = run.measure_from + workload.measure;
    match workload.pace {
        Pace::InFlight(count) => {
            closed_loop(&mut run, &mut poll, &mut events, count, end)?;
            run.measured.elapsed = Instant::now() - run.measure_from;
            run.drain(&mut poll, &mut events)?;
        }
        Pace::PerSecond(rate) => {
            open_loop(&mut run, &mut poll, &mut events, rate, start, end)?;
            run.measured.elapsed = workload.measure;
        }
    }
    Ok((run.measured, run.lanes.written()))
}

/// Writes `requests` requests per connection and waits for all of them.
pub fn run_count(
    target: &Target<'_>,
    workload: &Workload,
    requests: usize,
    now_ms: i64,
) -> Result<Written, BenchError> {
    let batch = workload.batch(now_ms);
    let batch_bytes = batch.bytes.len();
    let mut poll = Poll::new()?;
    let mut events = Events::with_capacity(256);
    let lanes = Lanes::connect(target, workload, batch, &poll)?;
    let mut run = Run::new(workload, lanes, batch_bytes);
    let counts = vec![requests; run.count()];
    run.write_counts(counts, &mut poll, &mut events)?;
    Ok(run.lanes.written())
}

fn closed_loop(
    run: &mut Run<'_>,
    poll: &mut Poll,
    events: &mut Events,
    in_flight: usize,
    end: Instant,
) -> Result<(), BenchError> {
    // A run shorter than one answer takes still has a figure.
    let longest = end + Duration::from_secs(DRAIN_S);
    while Instant::now() < end || (run.measured.requests == 0 && Instant::now() < longest) {
        for lane in 0..run.count() {
            while run.in_flight(lane) < in_flight {
                run.lanes.push(lane, Instant::now());
            }
            run.flush(lane)?;
        }
        run.poll(poll, events, run.workload.wait)?;
    }
    Ok(())
}

/// Spins instead of sleeping, so that a request leaves when it is due.
fn open_loop(
    run: &mut Run<'_>,
    poll: &mut Poll,
    events: &mut Events,
    rate: u64,
    start: Instant,
    end: Instant,
) -> Result<(), BenchError> {
    let interval = Duration::from_nanos(1_000_000_000 / rate.max(1));
    let mut due = start;
    let mut lane = 0;
    let given_up = end + Duration::from_secs(DRAIN_S);
    // A request that was due is waited for: one that was slow must not be left out.
    while due < end || !run.lanes.is_idle() {
        let now = Instant::now();
        while due <= now && due < end {
            if run.in_flight(lane) >= IN_FLIGHT_MAX {
                return Err(BenchError::Overrun { rate });
            }
            run.lanes.push(lane, due);
            run.flush(lane)?;
            lane = (lane + 1) % run.count();
            due += interval;
        }
        if now > given_up {
            return Err(BenchError::Overrun { rate });
        }
        run.poll(poll, events, Wait::Spin)?;
    }
    Ok(())
}
