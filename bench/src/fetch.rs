//! The fetch workload: consumers that read a filled topic from its start, over and over.

use std::time::Instant;

use mio::{Events, Poll};

use crate::BenchError;
use crate::admin::Leaders;
use crate::connection::{Connection, Pending};
use crate::frames;
use crate::produce::{Measured, Workload};

/// What one connection reads: one partition, from the offset it has reached.
struct Reader {
    connection: Connection,
    partition: i32,
    offset: i64,
    ends_at: i64,
}

impl Reader {
    fn ask(&mut self, topic: &str, max_bytes: i32) -> Result<(), BenchError> {
        let mut frame = frames::fetch(topic, self.partition, self.offset, max_bytes)?;
        frame.set_correlation(self.connection.next_correlation());
        self.connection.push(&frame.0, Pending { since: Instant::now(), tag: 0 });
        self.connection.flush()
    }
}

/// Reads with one request in flight per connection; `ends` are the partitions' end offsets, after
/// which a reader starts over.
pub fn run(
    topic: &str,
    leaders: &Leaders,
    ends: &[i64],
    workload: &Workload,
    max_bytes: i32,
) -> Result<Measured, BenchError> {
    let mut poll = Poll::new()?;
    let mut readers = Vec::new();
    for index in 0..workload.connections {
        let partition = index % leaders.len();
        let connection = Connection::connect(&leaders[partition], poll.registry(), index)?;
        let ends_at = ends[partition];
        let partition = i32::try_from(partition).expect("few partitions");
        readers.push(Reader { connection, partition, offset: 0, ends_at });
    }
    let measure_from = Instant::now() + workload.warm_up;
    let end = measure_from + workload.measure;
    let mut measured = Measured::new();
    let mut events = Events::with_capacity(256);
    for reader in &mut readers {
        reader.ask(topic, max_bytes)?;
    }
    while Instant::now() < end {
        poll.poll(&mut events, Some(std::time::Duration::from_millis(10)))?;
        for event in &events {
            let reader = &mut readers[event.token().0];
            if event.is_writable() {
                reader.connection.flush()?;
            }
            if event.is_readable() {
                receive(reader, &mut measured, measure_from)?;
                if reader.connection.in_flight() == 0 {
                    reader.ask(topic, max_bytes)?;
                }
            }
        }
    }
    measured.elapsed = Instant::now() - measure_from;
    Ok(measured)
}

fn receive(
    reader: &mut Reader,
    measured: &mut Measured,
    measure_from: Instant,
) -> Result<(), BenchError> {
    let Reader { connection, offset, ends_at, .. } = reader;
    connection.receive(|pending, response| {
        let fetched = frames::fetched(response)?;
        *offset = match fetched.next_offset {
            Some(next) if next < *ends_at => next,
            Some(_) => 0,
            None => return Err(BenchError::Wire(format!("no record at offset {offset}"))),
        };
        if pending.since >= measure_from {
            measured.requests += 1;
            measured.records += fetched.records;
            measured.bytes += fetched.bytes;
            measured.record_latency(pending.since.elapsed());
        }
        Ok(())
    })
}
