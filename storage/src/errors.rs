//! What can go wrong, per operation. The mapping to Kafka's error codes is the broker's.

use std::path::PathBuf;
use std::rc::Rc;

use thiserror::Error;
use wire::records::{BatchError, Fault};

/// A range of bytes at rest that is not what was written there.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("corrupt bytes {start_position}..{end_position} in {}: {what}", file.display())]
pub struct Corruption {
    /// The segment file.
    pub file: PathBuf,
    /// First byte of the damaged range.
    pub start_position: u64,
    /// First byte after it.
    pub end_position: u64,
    /// First offset that cannot be served.
    pub start_offset: i64,
    /// First offset behind the range that can be served again.
    pub end_offset: i64,
    /// What was found.
    pub what: Rc<str>,
}

/// Why a producer's batch is out of line (KIP-98).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ProducerError {
    /// The sequence does not follow the last one, and the batch is not one that is remembered: it
    /// may be in the log or not.
    #[error("producer {producer_id}: sequence {got} where {expected} was due")]
    OutOfOrder { producer_id: i64, expected: i32, got: i32 },
    /// A newer incarnation of the producer has written (KIP-360).
    #[error("producer {producer_id}: epoch {got} is older than {current}")]
    Fenced { producer_id: i64, current: i16, got: i16 },
}

/// Why an append was refused. Nothing of the batch was kept.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum AppendError {
    #[error(transparent)]
    Producer(#[from] ProducerError),
    /// Over `max.message.bytes`, or larger than any segment can hold.
    #[error("a batch of {size_bytes} bytes, at most {max_bytes} are allowed")]
    MessageTooLarge { size_bytes: u64, max_bytes: u64 },
    /// The disk has no space left. Reads go on, and appends again once there is space.
    #[error("no space left on the disk")]
    DiskFull,
    /// A write failed or the log is damaged: it takes no more appends in this life of the process.
    #[error("the log is fenced: {0}")]
    Fenced(Rc<str>),
    /// All tail memory waits for the disk. Try again after a turn: this is back-pressure.
    #[error("all write buffers are waiting for the disk")]
    Busy,
    /// It was decided in an epoch that is over, or by one who does not lead.
    #[error("the log is not in the epoch of the append, but in {term}")]
    TermOver { term: i32 },
    /// The log does not exist (any more).
    #[error("no such log")]
    NoSuchLog,
}

/// Why a run of a leader's batches was refused. Nothing of it was kept.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ReplicaError {
    #[error(transparent)]
    Append(#[from] AppendError),
    /// It does not go on where the log ends, or is not as its leader must have sent it: the
    /// follower subscribes again.
    #[error("a batch where offset {due} is due: {why}")]
    OutOfLine { due: i64, why: Rc<str> },
}

/// Why a client's batch was not admitted.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum AdmitError {
    #[error(transparent)]
    Append(#[from] AppendError),
    /// It is no batch that can be kept.
    #[error(transparent)]
    Batch(#[from] BatchError),
    #[error("{} records are not as the topic asks", .0.total)]
    Records(RecordFaults),
}

/// The records that are not as the topic asks (KIP-467).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordFaults {
    /// Index in the batch, and why; the first [`crate::limits::RECORD_FAULTS_MAX`].
    pub listed: Vec<(i32, Fault)>,
    pub total: usize,
    /// Not all of them are about keys.
    pub of_time: bool,
    /// `message.timestamp.{before,after}.max.ms` from now.
    pub earliest_ms: i64,
    pub latest_ms: i64,
}

/// An administrative operation failed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum StorageError {
    #[error("no such log")]
    NoSuchLog,
    #[error("the log {0} exists")]
    Exists(Rc<str>),
    #[error("{0} is not a name for a log's folder")]
    BadName(Rc<str>),
    #[error("offset {offset} is outside {log_start_offset}..={high_watermark}")]
    OffsetOutOfRange { offset: i64, log_start_offset: i64, high_watermark: i64 },
    #[error("the log is fenced: {0}")]
    Fenced(Rc<str>),
    #[error("at most {0} logs on a shard")]
    TooManyLogs(usize),
    #[error("{what} {}: {why}", path.display())]
    Io { what: &'static str, path: PathBuf, why: Rc<str> },
}

/// The store cannot be opened at all; one damaged log is no reason for it.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum OpenError {
    #[error("{what} {}: {why}", path.display())]
    Io { what: &'static str, path: PathBuf, why: Rc<str> },
    /// `why` names the remedy.
    #[error("the arena {}: {why}", path.display())]
    Arena { path: PathBuf, why: Rc<str> },
}
