//! The values that go in and out of a [`Store`](crate::Store).

use std::rc::Rc;

pub use wire::Uuid;

/// A piece of a read: reference-counted bytes of a tail or read buffer. Not `Send`.
pub use crate::buffer::IoBuf as Slice;
use crate::errors::Corruption;

/// The two clocks, read once per turn by the caller; storage has no clock of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Now {
    /// Milliseconds since 1970, for record timestamps and retention.
    pub unix_ms: i64,
    /// Milliseconds of a clock that never goes back, for delays.
    pub mono_ms: u64,
}

/// A log of this store while it is open. Never reused for another log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LogId {
    pub(crate) slot: u32,
    pub(crate) generation: u32,
}

/// A log's name: its folder is `<topic>-<partition>`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LogKey {
    pub topic: Rc<str>,
    pub partition: i32,
}

impl std::fmt::Display for LogKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}-{}", self.topic, self.partition)
    }
}

/// What the caller knows at an append.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AppendContext {
    /// Written into the batch header.
    pub leader_epoch: i32,
    pub now: Now,
}

/// An accepted batch. It is acknowledged once the log's `stable_end` reaches `end`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Appended {
    pub base_offset: i64,
    pub last_offset: i64,
    /// The timestamp given to the records, or -1 if they keep their own.
    pub log_append_time_ms: i64,
    pub log_start_offset: i64,
    /// The batch was there already; offsets are those of the first time.
    pub duplicate: bool,
    /// The `stable_end` that acknowledges this batch.
    pub end: i64,
}

/// A run of a leader's batches is in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Replicated {
    /// The log's end; the run is stable once `stable_end` has reached it.
    pub end: i64,
    /// Epoch of the last record.
    pub last_epoch: i32,
}

/// What to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReadRequest {
    /// The first offset wanted; the batch that contains it is returned whole.
    pub offset: i64,
    pub max_bytes: usize,
    /// Batches that reach this offset are not returned: the high watermark or last stable offset.
    pub until_offset: i64,
    /// Return the first batch even if it is larger than `max_bytes`.
    pub at_least_one: bool,
}

/// The outcome of a read, now or by a later [`Event::Ticket`].
#[derive(Debug)]
pub enum ReadOutcome {
    /// Whole batches in order; empty if nothing lies in `offset..until_offset`.
    Ready(Slices),
    /// The disk is read; the answer comes as [`Event::Ticket`].
    Pending(Ticket),
    /// Below the log start or beyond the log end.
    OffsetOutOfRange { log_start_offset: i64, log_end_offset: i64 },
    /// The bytes at rest are damaged; none of them is served.
    Corrupt(Corruption),
    /// The log cannot be read: the disk refuses.
    Fenced(Rc<str>),
    /// All read memory or tickets are in use; try again after a turn.
    Busy,
    /// The log does not exist (any more).
    NoSuchLog,
}

/// Record batches as they lie in the log, as pieces of reference-counted buffers. Together the
/// pieces are whole batches; one piece may be a part of a batch.
#[derive(Debug, Clone, Default)]
pub struct Slices {
    pub slices: Vec<Slice>,
    pub total_bytes: usize,
    /// One past the last offset in the slices, or the offset asked for if they are empty.
    pub next_offset: i64,
}

impl Slices {
    /// The bytes in one piece. For tools and tests; copies.
    pub fn to_vec(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.total_bytes);
        for slice in &self.slices {
            out.extend_from_slice(slice);
        }
        out
    }
}

/// A read or lookup that waits for the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Ticket(pub(crate) u64);

/// A record found by its timestamp.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimestampOffset {
    pub offset: i64,
    pub timestamp_ms: i64,
    pub leader_epoch: i32,
}

/// Where an epoch ends (KIP-320).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EpochEnd {
    /// The largest epoch of the log that is not above the one asked for.
    pub leader_epoch: i32,
    pub end_offset: i64,
}

/// The outcome of a lookup by timestamp, now or by a later [`Event::Ticket`].
#[derive(Debug)]
pub enum Lookup {
    /// `None`: no record is as young as that.
    Ready(Option<TimestampOffset>),
    Pending(Ticket),
    Corrupt(Corruption),
    Fenced(Rc<str>),
    Busy,
    NoSuchLog,
}

/// The answer to a ticket; never `Pending`.
#[derive(Debug)]
pub enum TicketResult {
    Read(ReadOutcome),
    Lookup(Lookup),
}

/// What happened since the last [`Store::drain_events`](crate::Store::drain_events).
#[derive(Debug)]
pub enum Event {
    /// This log promises to still have everything below `offset` after the faults that it guards
    /// against. One per log and drain.
    StableEnd {
        log: LogId,
        offset: i64,
    },
    Ticket {
        ticket: Ticket,
        result: TicketResult,
    },
    /// The log takes no more appends in this life of the process; leadership must be given up.
    Fenced {
        log: LogId,
        reason: Rc<str>,
    },
    /// Appends to the log are refused until there is space again.
    DiskFull {
        log: LogId,
    },
    /// There is space again.
    DiskSpaceBack {
        log: LogId,
    },
}

/// A log at a glance.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LogStatus {
    pub log_start_offset: i64,
    /// The offset that the next record gets.
    pub log_end_offset: i64,
    /// Everything below is on stable storage.
    pub durable_end_offset: i64,
    /// Everything below may be acknowledged: durable, or in the crash-safe arena where
    /// `flush.messages` allows that.
    pub stable_end: i64,
    /// The high watermark last noted by [`Store::set_committed`](crate::Store), or recovered.
    pub high_watermark: i64,
    pub size_bytes: u64,
    pub segments: usize,
    /// The newest leader epoch, or -1.
    pub leader_epoch: i32,
    /// The largest record timestamp, or -1.
    pub max_timestamp_ms: i64,
    /// Why the log takes no appends, if it takes none.
    pub fenced: Option<Rc<str>>,
    pub disk_full: bool,
    /// Damaged ranges found so far.
    pub damage: Vec<Corruption>,
}

/// One producer as DescribeProducers shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProducerInfo {
    pub producer_id: i64,
    pub producer_epoch: i16,
    pub last_sequence: i32,
    pub last_timestamp_ms: i64,
    /// -1: no transaction coordinator has written.
    pub coordinator_epoch: i32,
    /// -1: no open transaction.
    pub current_transaction_start_offset: i64,
}

/// What a start found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RecoveryReport {
    pub logs: usize,
    pub segments: usize,
    /// Bytes of segment files that had to be read.
    pub scanned_bytes: u64,
    /// Bytes that the segments lacked and the arena had.
    pub adopted_bytes: u64,
    /// Bytes after the last whole batch, cut off.
    pub cut_bytes: u64,
    /// Ranges that are not served.
    pub damage: Vec<(LogKey, Corruption)>,
    /// Folders that look like logs but could not be opened, and why.
    pub skipped: Vec<(Rc<str>, Rc<str>)>,
}

/// Counters and gauges of one store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct StoreStats {
    pub logs: u64,
    pub appended_batches: u64,
    pub appended_bytes: u64,
    pub duplicate_batches: u64,
    /// Batches that came in another codec than their topic asks for.
    pub recompressed_batches: u64,
    pub writes: u64,
    pub written_bytes: u64,
    /// Zeros written ahead of tails.
    pub zeroed_bytes: u64,
    pub syncs: u64,
    pub tail_reads: u64,
    pub tail_read_bytes: u64,
    pub cold_reads: u64,
    pub cold_read_bytes: u64,
    pub corrupt_batches: u64,
    pub rolled_segments: u64,
    pub deleted_segments: u64,
    /// Finished runs of compaction, and runs that were given up.
    pub cleaner_runs: u64,
    pub cleaner_failures: u64,
    /// Bytes that compaction read and wrote, and by how much it made segments smaller.
    pub cleaner_read_bytes: u64,
    pub cleaner_written_bytes: u64,
    pub cleaned_bytes: u64,
    /// Tail memory in use and its bound.
    pub tail_used_bytes: u64,
    pub tail_limit_bytes: u64,
    pub read_used_bytes: u64,
    pub open_files: u64,
    pub fenced_logs: u64,
    pub disk_full_refusals: u64,
    pub back_pressure_refusals: u64,
}
