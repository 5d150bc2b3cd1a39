//! Sends answers, as many at once as are ready.

use std::collections::VecDeque;
use std::io::IoSlice;
use std::ops::Range;
use std::rc::Rc;

use storage::Slice;

use crate::apis::produce;
use crate::limits::SEND_BATCH_BYTES;
use crate::session::{Answer, Connection, Kind, Opened, Settled};
use crate::shard::Shard;

/// Pieces of one send; more go with the next.
const PIECES_PER_SEND: usize = 64;
const _: () = assert!(PIECES_PER_SEND <= crate::limits::SEND_PIECES_MAX);

/// The writer task.
pub(super) async fn run(shard: Rc<Shard>, connection: Rc<Connection>) {
    let mut batch = Batch::default();
    loop {
        collect(&shard, &connection, &mut batch);
        if batch.segments.is_empty() {
            let is_over = connection.is_finishing.get() && connection.slots.borrow().is_empty();
            if is_over || connection.is_closed.get() {
                break;
            }
            connection.wake_writer.wait().await;
            continue;
        }
        connection.is_writing.set(true);
        let sent = send(&shard, &connection, &mut batch).await;
        connection.is_writing.set(false);
        connection.wake_reader.notify();
        if let Err(error) = sent {
            let peer = connection.peer;
            tracing::debug!(shard = shard.index, %peer, %error, "connection lost");
            break;
        }
    }
    connection.close();
    super::task_ended(&shard, &connection);
}

/// Answers being sent.
#[derive(Default)]
struct Batch {
    /// All bytes that are not records, back to back.
    bytes: Vec<u8>,
    segments: VecDeque<Segment>,
    total_bytes: usize,
}

enum Segment {
    /// A part of the batch's bytes.
    Own(Range<usize>),
    /// Records in a buffer of the log, from a position on.
    Records(Slice, usize),
}

impl Batch {
    fn push(&mut self, answer: &mut Answer) {
        let start = self.bytes.len();
        self.total_bytes += answer.total_bytes();
        self.bytes.extend_from_slice(&answer.bytes);
        let mut sent = start;
        for piece in answer.pieces.drain(..) {
            let insert_at = start + piece.insert_at;
            self.push_own(sent..insert_at);
            self.segments.push_back(Segment::Records(piece.slice, 0));
            sent = insert_at;
        }
        self.push_own(sent..self.bytes.len());
    }

    fn push_own(&mut self, range: Range<usize>) {
        if range.is_empty() {
            return;
        }
        match self.segments.back_mut() {
            Some(Segment::Own(last)) if last.end == range.start => last.end = range.end,
            _ => self.segments.push_back(Segment::Own(range)),
        }
    }

    /// The first pieces to send; returns how many there are.
    fn pieces<'a>(&'a self, into: &mut [IoSlice<'a>]) -> usize {
        for (place, segment) in into.iter_mut().zip(&self.segments) {
            *place = IoSlice::new(match segment {
                Segment::Own(range) => &self.bytes[range.clone()],
                Segment::Records(slice, from) => &slice[*from..],
            });
        }
        into.len().min(self.segments.len())
    }

    /// So many bytes are sent; gives buffers of the log back.
    fn advance(&mut self, mut sent_bytes: usize) {
        while sent_bytes > 0 {
            let Some(first) = self.segments.front_mut() else {
                return;
            };
            let left = match first {
                Segment::Own(range) => range.len(),
                Segment::Records(slice, from) => slice.len() - *from,
            };
            if left <= sent_bytes {
                sent_bytes -= left;
                self.segments.pop_front();
                continue;
            }
            match first {
                Segment::Own(range) => range.start += sent_bytes,
                Segment::Records(_, from) => *from += sent_bytes,
            }
            return;
        }
    }

    fn clear(&mut self) {
        self.bytes.clear();
        if self.bytes.capacity() > SEND_BATCH_BYTES {
            self.bytes = Vec::new();
        }
        self.segments.clear();
        self.total_bytes = 0;
    }
}

/// Takes the answers that are ready, up to the size of one batch.
fn collect(shard: &Shard, connection: &Connection, batch: &mut Batch) {
    batch.clear();
    let now_us = shard.clock.mono_us();
    let mut slots = connection.slots.borrow_mut();
    while batch.total_bytes < SEND_BATCH_BYTES
        && let Some((settled, mut answer)) = slots.take()
    {
        correct(&settled, &mut answer);
        measure(shard, settled.opened, now_us);
        batch.push(&mut answer);
        shard.buffers.put(answer.bytes);
    }
}

/// Acks that failed after the answer was written.
fn correct(settled: &Settled, answer: &mut Answer) {
    if !settled.failures.is_empty()
        && let Kind::Produce(version) = settled.opened.kind
    {
        produce::correct(&mut answer.bytes, version, &settled.failures);
    }
}

fn measure(shard: &Shard, opened: Opened, now_us: u64) {
    let took_us = now_us.saturating_sub(opened.received_us);
    match opened.kind {
        Kind::Produce(_) => shard.produce_latency.record(took_us),
        Kind::Fetch => shard.fetch_latency.record(took_us),
        Kind::Other => {}
    }
}

async fn send(shard: &Shard, connection: &Connection, batch: &mut Batch) -> std::io::Result<()> {
    while !batch.segments.is_empty() {
        let sent = {
            let mut pieces = [IoSlice::new(&[]); PIECES_PER_SEND];
            let count = batch.pieces(&mut pieces);
            connection.stream.write(&pieces[..count]).await?
        };
        shard.metrics.sends.add(1);
        shard.metrics.sent_bytes.add(sent as u64);
        connection.last_progress_ms.set(shard.clock.mono_ms());
        batch.advance(sent);
    }
    Ok(())
}
