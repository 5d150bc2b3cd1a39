//! The fetch workload: consumers that read a filled topic from its start.

use std::ops::Range;
use std::time::{Duration, Instant};

use mio::{Events, Poll};

use super::{Measured, Wait};
use crate::BenchError;
use crate::admin::Leaders;
use crate::connection::{Connection, Pending};
use crate::frames;
use crate::limits::{DRAIN_S, FETCH_BYTES};

/// When a run is over.
#[derive(Clone, Copy, Debug)]
pub enum Until {
    /// Over and over: first the warm-up, then the measurement.
    Time { warm_up: Duration, measure: Duration },
    /// Every partition read once, by a connection each, or so much of it as this time allows.
    Read { at_most: Duration },
}

/// What one connection reads: one partition, from the offset it has reached.
struct Reader {
    connection: Connection,
    partition: i32,
    offset: i64,
    start: i64,
    end: i64,
}

impl Reader {
    fn ask(&mut self, topic: &str) -> Result<(), BenchError> {
        let mut frame = frames::fetch(topic, self.partition, self.offset, FETCH_BYTES)?;
        frame.set_correlation(self.connection.next_correlation());
        self.connection.push(&frame.0, Pending { since: Instant::now(), tag: 0 });
        self.connection.flush()
    }

    fn receive(&mut self, measured: &mut Measured, from: Instant) -> Result<(), BenchError> {
        let Self { connection, offset, .. } = self;
        connection.receive(|pending, response| {
            let fetched = frames::fetched(response, *offset)?;
            if fetched.next_offset == *offset {
                return Err(BenchError::Wire(format!("no record at offset {offset}")));
            }
            *offset = fetched.next_offset;
            measured.all_records += fetched.records;
            if pending.since >= from {
                measured.requests += 1;
                measured.records += fetched.records;
                measured.bytes += fetched.bytes;
                measured.record_latency(pending.since.elapsed());
            }
            Ok(())
        })
    }
}

/// Reads with one request in flight per connection, each partition from the first of its offsets
/// to the second; there a reader starts over, or is done.
pub fn run(
    topic: &str,
    leaders: &Leaders,
    offsets: &[Range<i64>],
    connections: usize,
    until: Until,
    wait: Wait,
) -> Result<Measured, BenchError> {
    let mut poll = Poll::new()?;
    let mut readers = Vec::new();
    for index in 0..connections {
        let partition = index % leaders.len();
        let connection = Connection::connect(&leaders[partition], poll.registry(), index)?;
        let Range { start, end } = offsets[partition];
        let partition = i32::try_from(partition).expect("few partitions");
        readers.push(Reader { connection, partition, offset: start, start, end });
    }
    let start = Instant::now();
    let (measure_from, end, once) = match until {
        Until::Time { warm_up, measure } => (start + warm_up, start + warm_up + measure, false),
        Until::Read { at_most } => (start, start + at_most, true),
    };
    let mut measured = Measured::new();
    let mut events = Events::with_capacity(256);
    for reader in &mut readers {
        reader.ask(topic)?;
    }
    let mut left = readers.len();
    // A run shorter than one answer takes still has a figure.
    let longest = end + Duration::from_secs(DRAIN_S);
    let more = |measured: &Measured| {
        Instant::now() < end || (measured.requests == 0 && Instant::now() < longest)
    };
    while left > 0 && more(&measured) {
        wait.poll(&mut poll, &mut events)?;
        for event in &events {
            let reader = &mut readers[event.token().0];
            if event.is_writable() {
                reader.connection.flush()?;
            }
            if !event.is_readable() || reader.connection.in_flight() == 0 {
                continue;
            }
            reader.receive(&mut measured, measure_from)?;
            if reader.connection.in_flight() > 0 {
                continue;
            }
            if reader.offset >= reader.end {
                if once {
                    left -= 1;
                    continue;
                }
                reader.offset = reader.start;
            }
            reader.ask(topic)?;
        }
    }
    measured.elapsed = Instant::now() - measure_from;
    Ok(measured)
}
