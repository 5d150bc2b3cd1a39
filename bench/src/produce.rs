//! The produce workload, closed and open loop.

use std::time::{Duration, Instant};

use hdrhistogram::Histogram;
use mio::{Events, Poll};

use crate::BenchError;
use crate::admin::Leaders;
use crate::connection::{Connection, Pending};
use crate::frames::{self, Frame};
use crate::limits::{DRAIN_S, IN_FLIGHT_MAX, LATENCY_US_MAX};

/// How requests are paced.
#[derive(Clone, Copy, Debug)]
pub enum Pace {
    /// Closed loop: this many requests in flight on each connection.
    InFlight(usize),
    /// Open loop: this many requests a second over all connections.
    PerSecond(u64),
}

/// A produce workload: every request carries one batch for one partition.
#[derive(Clone, Debug)]
pub struct Workload {
    pub connections: usize,
    pub records_per_batch: usize,
    pub record_bytes: usize,
    pub pace: Pace,
    pub warm_up: Duration,
    pub measure: Duration,
}

/// What a run measured after its warm-up.
pub struct Measured {
    pub requests: u64,
    pub records: u64,
    pub bytes: u64,
    pub elapsed: Duration,
    pub latency_us: Histogram<u64>,
}

impl Measured {
    pub fn new() -> Self {
        let latency_us = Histogram::new_with_bounds(1, LATENCY_US_MAX, 3).expect("valid bounds");
        Self { requests: 0, records: 0, bytes: 0, elapsed: Duration::ZERO, latency_us }
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
}

impl Default for Measured {
    fn default() -> Self {
        Self::new()
    }
}

/// One connection and the partitions it writes, all led where it is connected to.
struct Lane {
    connection: Connection,
    frames: Vec<(usize, Frame)>,
    next_frame: usize,
}

struct Run<'a> {
    workload: &'a Workload,
    lanes: Vec<Lane>,
    /// The offset each partition has to acknowledge next; proves that nothing is lost or doubled
    /// while only one connection writes a partition.
    next_offset: Vec<i64>,
    check_offsets: bool,
    measured: Measured,
    batch_bytes: usize,
    measure_from: Instant,
}

impl<'a> Run<'a> {
    fn new(
        workload: &'a Workload,
        lanes: Vec<Lane>,
        partitions: usize,
        batch_bytes: usize,
        measure_from: Instant,
    ) -> Self {
        Self {
            workload,
            check_offsets: workload.connections <= partitions,
            lanes,
            next_offset: vec![0; partitions],
            measured: Measured::new(),
            batch_bytes,
            measure_from,
        }
    }

    fn push(&mut self, lane: usize, since: Instant) {
        let lane = &mut self.lanes[lane];
        let slot = lane.next_frame;
        lane.next_frame = (slot + 1) % lane.frames.len();
        let (partition, frame) = &mut lane.frames[slot];
        frame.set_correlation(lane.connection.next_correlation());
        lane.connection.push(&frame.0, Pending { since, tag: *partition });
    }

    fn receive(&mut self, lane: usize) -> Result<(), BenchError> {
        let Self { lanes, next_offset, check_offsets, measured, measure_from, .. } = self;
        let records = self.workload.records_per_batch as u64;
        let now = Instant::now();
        lanes[lane].connection.receive(|pending, response| {
            let offset = frames::produced_offset(response)?;
            let expected = &mut next_offset[pending.tag];
            if *check_offsets && offset != *expected {
                return Err(BenchError::Wire(format!("offset {offset} where {expected} was due")));
            }
            *expected = offset + records as i64;
            if pending.since >= *measure_from {
                measured.requests += 1;
                measured.records += records;
                measured.bytes += self.batch_bytes as u64;
                measured.record_latency(now.max(Instant::now()) - pending.since);
            }
            Ok(())
        })
    }
}

fn lanes(
    topic: &str,
    leaders: &Leaders,
    workload: &Workload,
    batch: &[u8],
    poll: &Poll,
) -> Result<Vec<Lane>, BenchError> {
    let mut lanes = Vec::new();
    for index in 0..workload.connections {
        // Connection i takes partitions i, i + connections, …; with fewer partitions they share.
        let first = index % leaders.len();
        let mine: Vec<usize> = (first..leaders.len())
            .step_by(workload.connections)
            .filter(|&partition| leaders[partition] == leaders[first])
            .collect();
        let frames = mine
            .into_iter()
            .map(|partition| {
                let index = i32::try_from(partition).expect("few partitions");
                Ok((partition, frames::produce(topic, index, batch)?))
            })
            .collect::<Result<Vec<_>, BenchError>>()?;
        let connection = Connection::connect(&leaders[first], poll.registry(), index)?;
        lanes.push(Lane { connection, frames, next_frame: 0 });
    }
    Ok(lanes)
}

/// Runs the workload against a topic whose partitions are led at `leaders`.
pub fn run(
    topic: &str,
    leaders: &Leaders,
    workload: &Workload,
    now_ms: i64,
) -> Result<Measured, BenchError> {
    let batch = frames::batch(workload.records_per_batch, workload.record_bytes, now_ms);
    let mut poll = Poll::new()?;
    let lanes = lanes(topic, leaders, workload, &batch, &poll)?;
    let start = Instant::now();
    let measure_from = start + workload.warm_up;
    let mut run = Run::new(workload, lanes, leaders.len(), batch.len(), measure_from);
    let end = run.measure_from + workload.measure;
    match workload.pace {
        Pace::InFlight(count) => closed_loop(&mut run, &mut poll, count, end)?,
        Pace::PerSecond(rate) => open_loop(&mut run, &mut poll, rate, start, end)?,
    }
    run.measured.elapsed = match workload.pace {
        Pace::InFlight(_) => Instant::now() - run.measure_from,
        Pace::PerSecond(_) => workload.measure,
    };
    Ok(run.measured)
}

/// Writes `requests` requests per connection and waits for all of them.
pub fn run_count(
    topic: &str,
    leaders: &Leaders,
    workload: &Workload,
    requests: usize,
    now_ms: i64,
) -> Result<Measured, BenchError> {
    let batch = frames::batch(workload.records_per_batch, workload.record_bytes, now_ms);
    let mut poll = Poll::new()?;
    let lanes = lanes(topic, leaders, workload, &batch, &poll)?;
    let wanted = (requests * lanes.len()) as u64;
    let mut run = Run::new(workload, lanes, leaders.len(), batch.len(), Instant::now());
    let mut left: Vec<usize> = vec![requests; run.lanes.len()];
    let mut events = Events::with_capacity(256);
    while run.measured.requests < wanted {
        for (lane, left) in left.iter_mut().enumerate() {
            while *left > 0 && run.lanes[lane].connection.in_flight() < 5 {
                run.push(lane, Instant::now());
                *left -= 1;
            }
            run.lanes[lane].connection.flush()?;
        }
        poll.poll(&mut events, Some(Duration::from_millis(10)))?;
        for event in &events {
            if event.is_readable() {
                run.receive(event.token().0)?;
            }
        }
    }
    Ok(run.measured)
}

fn closed_loop(
    run: &mut Run<'_>,
    poll: &mut Poll,
    in_flight: usize,
    end: Instant,
) -> Result<(), BenchError> {
    let mut events = Events::with_capacity(256);
    loop {
        let now = Instant::now();
        if now >= end {
            return Ok(());
        }
        for lane in 0..run.lanes.len() {
            while run.lanes[lane].connection.in_flight() < in_flight {
                run.push(lane, Instant::now());
            }
            run.lanes[lane].connection.flush()?;
        }
        poll.poll(&mut events, Some(Duration::from_millis(10)))?;
        for event in &events {
            if event.is_readable() {
                run.receive(event.token().0)?;
            }
        }
    }
}

/// Spins instead of sleeping, so that a request leaves when it is due. Each round yields: the
/// kernel may have work on this core that the broker waits for, such as the end of a disk write
/// whose interrupt comes here.
fn open_loop(
    run: &mut Run<'_>,
    poll: &mut Poll,
    rate: u64,
    start: Instant,
    end: Instant,
) -> Result<(), BenchError> {
    let mut events = Events::with_capacity(256);
    let interval = Duration::from_nanos(1_000_000_000 / rate.max(1));
    let mut due = start;
    let mut lane = 0;
    let given_up = end + Duration::from_secs(DRAIN_S);
    // A request that was due is waited for: one that was slow must not be left out.
    while due < end || run.lanes.iter().any(|lane| lane.connection.in_flight() > 0) {
        let now = Instant::now();
        while due <= now && due < end {
            if run.lanes[lane].connection.in_flight() >= IN_FLIGHT_MAX {
                return Err(BenchError::Overrun { rate });
            }
            run.push(lane, due);
            run.lanes[lane].connection.flush()?;
            lane = (lane + 1) % run.lanes.len();
            due += interval;
        }
        if now > given_up {
            return Err(BenchError::Overrun { rate });
        }
        std::thread::yield_now();
        poll.poll(&mut events, Some(Duration::ZERO))?;
        for event in &events {
            if event.is_readable() {
                run.receive(event.token().0)?;
            }
            if event.is_writable() {
                run.lanes[event.token().0].connection.flush()?;
            }
        }
    }
    Ok(())
}
