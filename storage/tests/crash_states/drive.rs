//! Driving a store from the outside, as a shard does.

use storage::disk::memory::MemoryDisk;
use storage::store::Store;
use storage::types::{
    Event, LogId, Lookup, Now, ReadOutcome, ReadRequest, TicketResult, TimestampOffset,
};
use wire::records::BatchHeader;

pub type TestStore = Store<MemoryDisk>;

/// Turns that anything on a memory disk is done in.
const TURNS_MAX: usize = 2_000;

/// All batches of a log from an offset on: `(header, bytes)`.
pub fn read_all(
    store: &mut TestStore,
    id: LogId,
    from: i64,
    now: Now,
) -> Result<Vec<(BatchHeader, Vec<u8>)>, String> {
    let mut batches = Vec::new();
    let mut offset = from;
    loop {
        let request =
            ReadRequest { offset, max_bytes: 1 << 20, until_offset: i64::MAX, at_least_one: true };
        let outcome = store.read(id, request);
        let slices = match wait_read(store, outcome, now)? {
            ReadOutcome::Ready(slices) => slices,
            other => return Err(format!("reading at {offset}: {other:?}")),
        };
        if slices.total_bytes == 0 {
            return Ok(batches);
        }
        let bytes = slices.to_vec();
        let mut at = 0;
        while at < bytes.len() {
            let header = BatchHeader::parse(&bytes[at..])
                .map_err(|error| format!("reading at {offset} gave no batch: {error}"))?;
            let end = at + header.total_size_bytes();
            let batch = bytes.get(at..end).ok_or("a read gave a part of a batch")?;
            batches.push((header, batch.to_vec()));
            at = end;
        }
        if slices.next_offset <= offset {
            return Err(format!("reading at {offset} gets no further"));
        }
        offset = slices.next_offset;
    }
}

fn wait_read(store: &mut TestStore, outcome: ReadOutcome, now: Now) -> Result<ReadOutcome, String> {
    let ReadOutcome::Pending(wanted) = outcome else { return Ok(outcome) };
    match wait_ticket(store, wanted, now)? {
        TicketResult::Read(outcome) => Ok(outcome),
        TicketResult::Lookup(_) => Err("a read was answered as a lookup".into()),
    }
}

/// The first record from a time on.
pub fn lookup(
    store: &mut TestStore,
    id: LogId,
    timestamp_ms: i64,
    now: Now,
) -> Result<Option<TimestampOffset>, String> {
    let outcome = store.offset_for_time(id, timestamp_ms);
    let outcome = match outcome {
        Lookup::Pending(wanted) => match wait_ticket(store, wanted, now)? {
            TicketResult::Lookup(outcome) => outcome,
            TicketResult::Read(_) => return Err("a lookup was answered as a read".into()),
        },
        outcome => outcome,
    };
    match outcome {
        Lookup::Ready(found) => Ok(found),
        other => Err(format!("looking for {timestamp_ms}: {other:?}")),
    }
}

fn wait_ticket(
    store: &mut TestStore,
    wanted: storage::types::Ticket,
    now: Now,
) -> Result<TicketResult, String> {
    let mut events = Vec::new();
    for _ in 0..TURNS_MAX {
        store.turn(now);
        store.drain_events(&mut events);
        for event in events.drain(..) {
            if let Event::Ticket { ticket, result } = event
                && ticket == wanted
            {
                return Ok(result);
            }
        }
    }
    Err("a ticket is not answered".into())
}
