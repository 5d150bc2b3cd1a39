//! Many connections, each with a partition of its own that it has written to and waits on.

use std::time::{Duration, Instant};

use mio::{Events, Poll};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use super::{Measured, Workload, Written};
use crate::BenchError;
use crate::admin::Leaders;
use crate::connection::{Connection, Pending};
use crate::frames;
use crate::limits::{DRAIN_S, FETCH_BYTES, SMALL_READ_BUFFER_BYTES};

/// Lets this process, and the brokers it starts, open as many files as the machine allows.
pub fn raise_open_files() -> Result<u64, BenchError> {
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit { current: limit.maximum, maximum: limit.maximum };
    setrlimit(Resource::Nofile, raised).map_err(std::io::Error::from)?;
    Ok(limit.maximum.unwrap_or(u64::MAX))
}

/// Opens the connections; each writes a batch to its partition `rounds` times, waiting for each
/// answer, and then waits on the partition's end with a long poll. `at_rest` is called while all
/// of them wait.
pub fn run<T>(
    topic: &str,
    leaders: &Leaders,
    workload: &Workload,
    rounds: usize,
    now_ms: i64,
    at_rest: impl FnOnce() -> Result<T, BenchError>,
) -> Result<(Measured, Written, T), BenchError> {
    let batch = workload.batch(now_ms);
    let mut poll = Poll::new()?;
    let mut lanes = Vec::new();
    let mut batches = vec![0i64; leaders.len()];
    for index in 0..workload.connections {
        let partition = index % leaders.len();
        let connection = Connection::with_buffer(
            &leaders[partition],
            poll.registry(),
            index,
            SMALL_READ_BUFFER_BYTES,
        )?;
        lanes.push((connection, partition, rounds));
    }
    let mut measured = Measured::new();
    let started = Instant::now();
    let given_up = started + Duration::from_secs(DRAIN_S * rounds as u64);
    let mut events = Events::with_capacity(1024);
    let mut open = lanes.len() * rounds;
    while open > 0 {
        for (connection, partition, left) in &mut lanes {
            if *left > 0 && connection.in_flight() == 0 {
                *left -= 1;
                let index = i32::try_from(*partition).expect("few partitions");
                let mut frame = frames::produce(topic, index, &batch)?;
                frame.set_correlation(connection.next_correlation());
                connection.push(&frame.0, Pending { since: Instant::now(), tag: *partition });
                connection.flush()?;
            }
        }
        if Instant::now() > given_up {
            return Err(BenchError::Silent { seconds: DRAIN_S });
        }
        poll.poll(&mut events, Some(Duration::from_millis(10)))?;
        for event in &events {
            let (connection, ..) = &mut lanes[event.token().0];
            connection.receive(|pending, response| {
                frames::produced_offset(response)?;
                batches[pending.tag] += 1;
                measured.requests += 1;
                measured.records += batch.records as u64;
                measured.bytes += batch.bytes.len() as u64;
                measured.record_latency(pending.since.elapsed());
                open -= 1;
                Ok(())
            })?;
        }
    }
    measured.elapsed = started.elapsed();
    measured.all_records = measured.records;
    let ends: Vec<i64> = batches.iter().map(|count| count * batch.records as i64).collect();
    for (connection, partition, _) in &mut lanes {
        let index = i32::try_from(*partition).expect("few partitions");
        let mut frame = frames::fetch(topic, index, ends[*partition], FETCH_BYTES)?;
        frame.set_correlation(connection.next_correlation());
        connection.push(&frame.0, Pending { since: Instant::now(), tag: *partition });
        connection.flush()?;
    }
    let found = at_rest()?;
    Ok((measured, Written { batch, numbered: false, batches }, found))
}
