//! What a log and a shard's store are told from outside: topic settings and places on disk.

use std::path::PathBuf;

use wire::records::Packing;

use crate::ballast::Ballast;
use crate::limits::StoreLimits;

/// Where a record's timestamp comes from (`message.timestamp.type`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TimestampType {
    /// The producer's own timestamp is kept, within the configured distance from the clock.
    #[default]
    CreateTime,
    /// The broker's clock at append replaces it, and the batch gets a new CRC.
    LogAppendTime,
}

/// How much of the space kept back for a full disk ([`Ballast`]) a log may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Reserve {
    #[default]
    Nothing,
    /// All but a quarter: what grows with its use does not shut the way out.
    Most,
    All,
}

/// The topic settings that a log acts on. Names and meanings are Kafka's; `-1` means no limit where
/// Kafka says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogConfig {
    /// `segment.bytes`: a batch that would grow the segment over this starts a new one.
    pub segment_bytes: u32,
    /// `segment.ms`: a segment whose first append is older than this is closed.
    pub segment_ms: i64,
    /// `retention.ms`, or -1.
    pub retention_ms: i64,
    /// `retention.bytes` of the partition, or -1.
    pub retention_bytes: i64,
    /// `flush.messages`: 1 acknowledges after the data sync; more acknowledges from the crash-safe
    /// arena and syncs after so many records.
    pub flush_messages: u64,
    /// `flush.ms`: the longest time that appended data may stay unsynced.
    pub flush_ms: i64,
    /// `max.message.bytes`: the largest batch accepted, header included.
    pub max_message_bytes: u32,
    /// `index.interval.bytes`: the finest spacing of index entries; it doubles as a segment grows,
    /// so that the index stays bounded.
    pub index_interval_bytes: u32,
    /// `compression.type` and its level; `None` keeps what the producer sent.
    pub packing: Option<Packing>,
    /// `message.timestamp.type`.
    pub timestamp_type: TimestampType,
    /// `message.timestamp.before.max.ms`.
    pub message_timestamp_before_max_ms: i64,
    /// `message.timestamp.after.max.ms`.
    pub message_timestamp_after_max_ms: i64,
    /// `cleanup.policy` contains `delete`: retention applies.
    pub cleanup_delete: bool,
    /// `cleanup.policy` contains `compact`: of each key the last record is kept.
    pub cleanup_compact: bool,
    /// `delete.retention.ms`: how long the marks of deleted keys stay (KIP-534).
    pub delete_retention_ms: i64,
    /// `min.cleanable.dirty.ratio` in millionths.
    pub min_cleanable_dirty_millionths: u32,
    /// `min.compaction.lag.ms`: how long a record is safe from compaction.
    pub min_compaction_lag_ms: i64,
    /// `max.compaction.lag.ms`: after how long it is open to compaction at the latest.
    pub max_compaction_lag_ms: i64,
    /// `preallocate`: reserve the whole segment at once instead of in growing steps.
    pub preallocate: bool,
    /// `file.delete.delay.ms`: how long a removed segment's files stay on disk.
    pub file_delete_delay_ms: i64,
    /// `producer.id.expiration.ms`: how long an idle producer's sequence numbers are remembered.
    pub producer_id_expiration_ms: i64,
    /// What of the space kept back it may use on a full disk.
    pub reserve: Reserve,
}

impl Default for LogConfig {
    fn default() -> Self {
        const HOUR_MS: i64 = 3_600_000;
        LogConfig {
            segment_bytes: 1 << 30,
            segment_ms: 7 * 24 * HOUR_MS,
            retention_ms: 7 * 24 * HOUR_MS,
            retention_bytes: -1,
            flush_messages: 1,
            flush_ms: i64::MAX,
            max_message_bytes: 1_048_588,
            index_interval_bytes: 4096,
            packing: None,
            timestamp_type: TimestampType::CreateTime,
            message_timestamp_before_max_ms: i64::MAX,
            message_timestamp_after_max_ms: HOUR_MS,
            cleanup_delete: true,
            cleanup_compact: false,
            delete_retention_ms: 24 * HOUR_MS,
            min_cleanable_dirty_millionths: 500_000,
            min_compaction_lag_ms: 0,
            max_compaction_lag_ms: i64::MAX,
            preallocate: false,
            file_delete_delay_ms: 60_000,
            producer_id_expiration_ms: 24 * HOUR_MS,
            reserve: Reserve::Nothing,
        }
    }
}

impl LogConfig {
    /// When an active segment is closed by its age: compaction cannot touch it before.
    pub(crate) fn roll_ms(&self) -> i64 {
        match self.cleanup_compact && self.max_compaction_lag_ms > 0 {
            true => self.segment_ms.min(self.max_compaction_lag_ms),
            false => self.segment_ms,
        }
    }
}

/// The settings of a shard's compaction (`log.cleaner.*`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CleanerConfig {
    /// `log.cleaner.enable`.
    pub enabled: bool,
    /// `log.cleaner.dedupe.buffer.size`: memory for the keys of one run.
    pub keys_bytes: usize,
    /// `log.cleaner.io.buffer.size`: read at a time.
    pub read_bytes: usize,
    /// `log.cleaner.io.max.bytes.per.second`, of reads and writes together.
    pub io_bytes_per_second: u64,
    /// `log.cleaner.backoff.ms`: the rest after a look that found nothing to do.
    pub backoff_ms: u64,
}

impl Default for CleanerConfig {
    fn default() -> Self {
        CleanerConfig {
            enabled: true,
            keys_bytes: 128 << 20,
            read_bytes: 512 << 10,
            io_bytes_per_second: u64::MAX,
            backoff_ms: 15_000,
        }
    }
}

/// The crash-safe arena's file: on tmpfs or hugetlbfs, kept across a crash of the process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArenaConfig {
    /// The file; one per shard.
    pub path: PathBuf,
    /// Its size: the memory for tail buffers and the tail cache.
    pub bytes: usize,
}

/// How to open one shard's store.
#[derive(Debug, Clone)]
pub struct StoreConfig {
    /// The shard's own folder, `<data>/shard-<n>`; created if it is not there.
    pub data_dir: PathBuf,
    /// Without an arena the tail buffers are plain memory and every ack waits for the disk.
    pub arena: Option<ArenaConfig>,
    /// Memory and table bounds.
    pub limits: StoreLimits,
    /// Space kept back for a full disk, shared by all stores of a data folder.
    pub ballast: Ballast,
}
