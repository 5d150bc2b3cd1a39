//! Append to delivery: what one side writes, consumers at the tail wait for.
//!
//! All of it runs on the generator's one thread, so both ends read the same clock. A latency goes
//! from the moment a batch was due to the moment its consumer has parsed the response that carries
//! it. Beside that, further consumers may re-read a backlog from its start as fast as they get it.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use mio::Poll;

use super::lane::Lanes;
use super::{Measured, Pace, Target, Workload, Written};
use crate::BenchError;
use crate::admin::Leaders;
use crate::connection::{Connection, Pending};
use crate::frames;
use crate::limits::{CATCH_UP_READ_BYTES, DRAIN_S, FETCH_BYTES, IN_FLIGHT_MAX};

/// A consumer that waits at the end of one partition, with a long poll.
struct Tail {
    connection: Connection,
    partition: i32,
    offset: i64,
    /// What has been sent and not yet come: the offset behind the batch, and when it was due.
    awaited: VecDeque<(i64, Instant)>,
    sent_to: i64,
}

impl Tail {
    fn ask(&mut self, topic: &str) -> Result<(), BenchError> {
        let mut frame = frames::fetch(topic, self.partition, self.offset, FETCH_BYTES)?;
        frame.set_correlation(self.connection.next_correlation());
        self.connection.push(&frame.0, Pending { since: Instant::now(), tag: 0 });
        self.connection.flush()
    }

    /// Hands the due time of every batch that has come to `each`.
    fn receive(&mut self, mut each: impl FnMut(Instant)) -> Result<(), BenchError> {
        let Self { connection, offset, awaited, .. } = self;
        connection.receive(|_, response| {
            *offset = frames::fetched(response, *offset)?.next_offset;
            while awaited.front().is_some_and(|(end, _)| *end <= *offset) {
                each(awaited.pop_front().expect("just seen").1);
            }
            Ok(())
        })
    }
}

/// A topic that is re-read from its start.
pub struct Backlog<'a> {
    pub topic: &'a str,
    pub leaders: &'a Leaders,
    pub ends: &'a [i64],
    pub readers: usize,
}

/// A consumer of the whole backlog: its partitions in turn, one request in flight.
struct CatchUp {
    connection: Connection,
    offsets: Vec<i64>,
    partition: usize,
}

impl CatchUp {
    /// Asks for more; `false` at the end of the backlog.
    fn ask(&mut self, backlog: &Backlog<'_>) -> Result<bool, BenchError> {
        let count = self.offsets.len();
        let next = (1..=count)
            .map(|step| (self.partition + step) % count)
            .find(|&partition| self.offsets[partition] < backlog.ends[partition]);
        let Some(partition) = next else { return Ok(false) };
        self.partition = partition;
        let index = i32::try_from(partition).expect("few partitions");
        let offset = self.offsets[partition];
        let mut frame = frames::fetch(backlog.topic, index, offset, FETCH_BYTES)?;
        frame.set_correlation(self.connection.next_correlation());
        self.connection.push(&frame.0, Pending { since: Instant::now(), tag: partition });
        self.connection.flush()?;
        Ok(true)
    }

    /// Reads a little; the bytes of whole responses.
    fn receive(&mut self) -> Result<u64, BenchError> {
        let Self { connection, offsets, .. } = self;
        let mut bytes = 0;
        connection.receive_some(CATCH_UP_READ_BYTES, |pending, response| {
            let offset = &mut offsets[pending.tag];
            let fetched = frames::fetched(response, *offset)?;
            *offset = fetched.next_offset;
            bytes += fetched.bytes;
            Ok(())
        })?;
        Ok(bytes)
    }
}

/// What a run has found out.
pub struct Delivered {
    /// Latencies to delivery.
    pub measured: Measured,
    /// Latencies to the acknowledgement, of the same batches.
    pub acks: Measured,
    pub written: Written,
    /// Bytes that the readers of the backlog got while it was measured.
    pub catch_up_bytes: u64,
}

struct Run<'a> {
    topic: &'a str,
    lanes: Lanes,
    tails: Vec<Tail>,
    backlog: Option<&'a Backlog<'a>>,
    readers: Vec<CatchUp>,
    records: u64,
    batch_bytes: u64,
    measure_from: Instant,
    end: Instant,
    measured: Measured,
    acks: Measured,
    catch_up_bytes: u64,
}

/// Runs the workload; one connection at most may write a partition.
pub fn run(
    target: &Target<'_>,
    workload: &Workload,
    backlog: Option<&Backlog<'_>>,
    now_ms: i64,
) -> Result<Delivered, BenchError> {
    let Target { topic, leaders, .. } = *target;
    if workload.connections > leaders.len() {
        return Err(BenchError::Usage("a partition has one writer here".into()));
    }
    // The few connections are asked one by one, which takes less time than to poll for them.
    let poll = Poll::new()?;
    let batch = workload.batch(now_ms);
    let batch_bytes = batch.bytes.len() as u64;
    let records = batch.records;
    let lanes = Lanes::connect(target, workload, batch, &poll)?;
    let tails = tails(target, records, workload.connections, &poll)?;
    let readers = match backlog {
        Some(backlog) => catch_up(backlog, workload.connections + tails.len(), &poll)?,
        None => Vec::new(),
    };
    let start = Instant::now();
    let measure_from = start + workload.warm_up;
    let mut run = Run {
        topic,
        lanes,
        tails,
        backlog,
        readers,
        records: workload.records_per_batch as u64,
        batch_bytes,
        measure_from,
        end: measure_from + workload.measure,
        measured: Measured::new(),
        acks: Measured::new(),
        catch_up_bytes: 0,
    };
    run.write(workload.pace, start)?;
    // In a closed loop what is in flight at the end has no full time to be counted in.
    let open_loop = matches!(workload.pace, Pace::PerSecond(_));
    if !open_loop {
        run.end = run.end.max(Instant::now());
    }
    run.drain(open_loop)?;
    run.measured.elapsed = run.end - run.measure_from;
    let written = run.lanes.written();
    let Run { measured, acks, catch_up_bytes, .. } = run;
    Ok(Delivered { measured, acks, written, catch_up_bytes })
}

fn tails(
    target: &Target<'_>,
    records: usize,
    first_token: usize,
    poll: &Poll,
) -> Result<Vec<Tail>, BenchError> {
    let mut tails = Vec::new();
    for (partition, leader) in target.leaders.iter().enumerate() {
        let connection = Connection::connect(leader, poll.registry(), first_token + partition)?;
        let offset = target.batches_of(partition) * records as i64;
        let partition = i32::try_from(partition).expect("few partitions");
        let awaited = VecDeque::new();
        let mut tail = Tail { connection, partition, offset, awaited, sent_to: offset };
        tail.ask(target.topic)?;
        tails.push(tail);
    }
    Ok(tails)
}

fn catch_up(
    backlog: &Backlog<'_>,
    first_token: usize,
    poll: &Poll,
) -> Result<Vec<CatchUp>, BenchError> {
    if backlog.leaders.iter().any(|leader| *leader != backlog.leaders[0]) {
        return Err(BenchError::Usage("the backlog has one leader here".into()));
    }
    (0..backlog.readers)
        .map(|index| {
            let token = first_token + index;
            let connection = Connection::connect(&backlog.leaders[0], poll.registry(), token)?;
            let count = backlog.leaders.len();
            Ok(CatchUp { connection, offsets: vec![0; count], partition: count - 1 })
        })
        .collect()
}

impl Run<'_> {
    fn push(&mut self, lane: usize, since: Instant) -> Result<(), BenchError> {
        let partition = self.lanes.push(lane, since);
        let tail = &mut self.tails[partition];
        tail.sent_to += self.records as i64;
        tail.awaited.push_back((tail.sent_to, since));
        self.lanes.lanes[lane].connection.flush()
    }

    /// Sends until the end, and takes what comes meanwhile.
    fn write(&mut self, pace: Pace, start: Instant) -> Result<(), BenchError> {
        let (mut due, mut lane) = (start, 0);
        let lanes = self.lanes.lanes.len();
        let mut reading = false;
        // A closed loop shorter than one delivery takes still has a figure.
        let longest = self.end + Duration::from_secs(DRAIN_S);
        let awaits_first =
            |run: &Self| matches!(pace, Pace::InFlight(_)) && run.measured.requests == 0;
        while Instant::now() < self.end || (awaits_first(self) && Instant::now() < longest) {
            if !reading && Instant::now() >= self.measure_from {
                self.start_readers()?;
                reading = true;
            }
            match pace {
                Pace::InFlight(count) => {
                    for lane in 0..lanes {
                        while self.lanes.lanes[lane].connection.in_flight() < count {
                            self.push(lane, Instant::now())?;
                        }
                    }
                }
                Pace::PerSecond(rate) => {
                    let now = Instant::now();
                    while due <= now && due < self.end {
                        if self.lanes.lanes[lane].connection.in_flight() >= IN_FLIGHT_MAX {
                            return Err(BenchError::Overrun { rate });
                        }
                        self.push(lane, due)?;
                        lane = (lane + 1) % lanes;
                        due += Duration::from_nanos(1_000_000_000 / rate.max(1));
                    }
                }
            }
            // The kernel may have work on this core that the broker waits for.
            std::thread::yield_now();
            self.receive(true)?;
            self.read_on()?;
        }
        Ok(())
    }

    fn receive(&mut self, counting: bool) -> Result<(), BenchError> {
        let Self { lanes, tails, measured, acks, measure_from, records, batch_bytes, .. } = self;
        for lane in 0..lanes.lanes.len() {
            lanes.lanes[lane].connection.flush()?;
            lanes.receive(lane, |since| {
                if since >= *measure_from && counting {
                    acks.requests += 1;
                    acks.records += *records;
                    acks.record_latency(since.elapsed());
                }
            })?;
        }
        for tail in tails {
            tail.receive(|since| {
                measured.all_records += *records;
                if since >= *measure_from && counting {
                    measured.requests += 1;
                    measured.records += *records;
                    measured.bytes += *batch_bytes;
                    measured.record_latency(since.elapsed());
                }
            })?;
            if tail.connection.in_flight() == 0 {
                tail.ask(self.topic)?;
            }
        }
        Ok(())
    }

    fn start_readers(&mut self) -> Result<(), BenchError> {
        if let Some(backlog) = self.backlog {
            for reader in &mut self.readers {
                reader.ask(backlog)?;
            }
        }
        Ok(())
    }

    /// The first reader that has read all ends the measurement: from then on there is less load.
    fn read_on(&mut self) -> Result<(), BenchError> {
        let Some(backlog) = self.backlog else { return Ok(()) };
        for reader in &mut self.readers {
            if reader.connection.in_flight() == 0 {
                continue;
            }
            self.catch_up_bytes += reader.receive()?;
            if reader.connection.in_flight() == 0 && !reader.ask(backlog)? {
                self.end = self.end.min(Instant::now());
            }
        }
        Ok(())
    }

    /// Waits for what was due and has not come: what was slow must not be left out.
    fn drain(&mut self, counting: bool) -> Result<(), BenchError> {
        self.readers.clear();
        let given_up = Instant::now() + Duration::from_secs(DRAIN_S);
        let open = |run: &Self| {
            !run.lanes.is_idle() || run.tails.iter().any(|tail| !tail.awaited.is_empty())
        };
        while open(self) {
            if Instant::now() > given_up {
                return Err(BenchError::Silent { seconds: DRAIN_S });
            }
            std::thread::yield_now();
            self.receive(counting)?;
        }
        Ok(())
    }
}
