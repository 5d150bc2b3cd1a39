//! Offsets by timestamp: the index finds the neighbourhood, the batches there are read and looked
//! into, so the answer is exact to the record.

use wire::records::{BatchHeader, Batches, records};

use crate::disk::Disk;
use crate::log::Log;
use crate::log::segment::{IndexState, Segment};
use crate::store::Store;
use crate::store::cold::Goal;
use crate::types::{
    LogId, Lookup, ReadOutcome, ReadRequest, Slices, TicketResult, TimestampOffset,
};

/// Which record is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// The first with at least this timestamp.
    AtLeast(i64),
    /// The first with exactly this timestamp, the largest of the log; it is in the batch at this
    /// offset.
    Largest(i64, i64),
}

/// How much a lookup reads at a time.
const LOOKUP_BYTES: usize = 256 << 10;

impl<D: Disk> Store<D> {
    /// The first record whose timestamp is at least `timestamp_ms`.
    pub fn offset_for_time(&mut self, id: LogId, timestamp_ms: i64) -> Lookup {
        let Some(log) = self.logs.get(id) else { return Lookup::NoSuchLog };
        match log.start_for_time(timestamp_ms) {
            None => Lookup::Ready(None),
            Some(offset) => self.look(id, offset, Wanted::AtLeast(timestamp_ms)),
        }
    }

    /// The first record with the largest timestamp of the log (KIP-734). As in Kafka it keeps its
    /// name while its segment is there, even if it was deleted.
    pub fn offset_of_max_timestamp(&mut self, id: LogId) -> Lookup {
        let Some(log) = self.logs.get(id) else { return Lookup::NoSuchLog };
        let largest = log.segments.iter().rev().max_by_key(|s| s.max_timestamp_ms);
        match largest.filter(|s| s.max_timestamp_ms >= 0) {
            None => Lookup::Ready(None),
            Some(segment) => {
                let batch = segment.max_timestamp_offset;
                let wanted = Wanted::Largest(segment.max_timestamp_ms, batch);
                self.look(id, batch.max(log.log_start_offset), wanted)
            }
        }
    }

    fn look(&mut self, id: LogId, offset: i64, wanted: Wanted) -> Lookup {
        let request = ReadRequest {
            offset,
            max_bytes: LOOKUP_BYTES,
            until_offset: i64::MAX,
            at_least_one: true,
        };
        match self.start_pending(id, request, Goal::Lookup(wanted)) {
            None => Lookup::Busy,
            Some((_, Some(TicketResult::Lookup(found)))) => found,
            Some((ticket, _)) => Lookup::Pending(ticket),
        }
    }

    /// Looks for the record in what was read. `Err`: read on from this offset.
    pub(crate) fn search(
        &self,
        id: LogId,
        wanted: Wanted,
        outcome: ReadOutcome,
    ) -> Result<Lookup, i64> {
        let slices = match outcome {
            ReadOutcome::Ready(slices) => slices,
            ReadOutcome::Corrupt(corruption) => return Ok(Lookup::Corrupt(corruption)),
            ReadOutcome::Fenced(reason) => return Ok(Lookup::Fenced(reason)),
            ReadOutcome::Busy => return Ok(Lookup::Busy),
            // Retention has moved the log start past this place: begin there.
            ReadOutcome::OffsetOutOfRange { log_start_offset, log_end_offset } => {
                let gone = log_start_offset >= log_end_offset;
                return if gone { Ok(self.unread(id, wanted)) } else { Err(log_start_offset) };
            }
            ReadOutcome::Pending(_) | ReadOutcome::NoSuchLog => return Ok(Lookup::NoSuchLog),
        };
        if slices.slices.is_empty() {
            return Ok(self.unread(id, wanted));
        }
        let Some(log) = self.logs.get(id) else { return Ok(Lookup::NoSuchLog) };
        match (log.find_record(&slices, wanted), wanted) {
            (Some(found), _) => Ok(Lookup::Ready(Some(found))),
            (None, Wanted::Largest(_, batch)) if batch < log.log_start_offset => {
                Ok(self.unread(id, wanted))
            }
            (None, _) => Err(slices.next_offset),
        }
    }

    /// What is told of a record that is not in what can be read: if it was deleted, its batch.
    fn unread(&self, id: LogId, wanted: Wanted) -> Lookup {
        let Some(log) = self.logs.get(id) else { return Lookup::NoSuchLog };
        Lookup::Ready(match wanted {
            Wanted::Largest(timestamp_ms, offset) if offset < log.log_start_offset => {
                let leader_epoch = log.epochs.epoch_at(log.log_start_offset);
                Some(TimestampOffset { offset, timestamp_ms, leader_epoch })
            }
            _ => None,
        })
    }
}

impl Log {
    /// The first segment with a record as young as this.
    pub(crate) fn segment_for_time(&self, timestamp_ms: i64) -> Option<usize> {
        let live = |s: &Segment| {
            s.next_offset > self.log_start_offset && s.max_timestamp_ms >= timestamp_ms
        };
        self.segments.iter().position(live)
    }

    /// An offset at or before the first record that is as young as this.
    pub(crate) fn start_for_time(&self, timestamp_ms: i64) -> Option<i64> {
        let segment = &self.segments[self.segment_for_time(timestamp_ms)?];
        let relative = match &segment.index {
            IndexState::Here(index) => index.offset_for_time(timestamp_ms),
            IndexState::Stored | IndexState::Loading => 0,
        };
        Some((segment.base_offset + relative).max(self.log_start_offset))
    }

    fn find_record(&self, slices: &Slices, wanted: Wanted) -> Option<TimestampOffset> {
        let joined;
        let bytes: &[u8] = match slices.slices.as_slice() {
            [one] => one,
            _ => {
                joined = slices.to_vec();
                &joined
            }
        };
        let (target, from) = match wanted {
            Wanted::AtLeast(timestamp) => (timestamp, self.log_start_offset),
            Wanted::Largest(timestamp, batch) => (timestamp, batch),
        };
        Batches::new(bytes)
            .map_while(Result::ok)
            .filter(|(header, _)| header.max_timestamp >= target)
            .find_map(|(header, batch)| find_in_batch(&header, batch, target, from))
    }
}

/// The first record of a batch that is at least as young as `target`, from the offset `from` on.
fn find_in_batch(
    header: &BatchHeader,
    batch: &[u8],
    target: i64,
    from: i64,
) -> Option<TimestampOffset> {
    let leader_epoch = header.partition_leader_epoch;
    let found = |offset, timestamp_ms| TimestampOffset { offset, timestamp_ms, leader_epoch };
    let Ok(records) = records(batch) else {
        // It does not open (too large, or a codec's fault): the batch is the best answer.
        return Some(found(header.base_offset.max(from), header.max_timestamp));
    };
    records
        .map_while(Result::ok)
        .find(|r| r.timestamp >= target && r.offset >= from)
        .map(|r| found(r.offset, r.timestamp))
}
