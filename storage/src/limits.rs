//! Every bound of this crate, with the relations between them checked at compile time.

use crate::write_unit::WriteUnit;

/// The unit of direct I/O: positions, lengths and buffers are multiples of it.
pub const BLOCK_BYTES: usize = 4096;

/// The largest unit that segment files are written in; see [`WriteUnit`].
pub const WRITE_UNIT_BYTES_MAX: usize = 64 << 10;

/// A chunk of the arena: a piece of tail buffer, and the unit in which tail memory is handed out.
pub const CHUNK_BYTES: usize = 64 << 10;

/// Operations the kernel holds at a time for one disk ring; more wait in the ring's own queue.
pub const RING_ENTRIES: u32 = 512;

/// Threads that carry out the jobs of one disk ring. They wait for the file system's journal most
/// of the time, and what waits together is written together.
pub const JOB_THREADS: usize = 32;

/// The longest run of buffers in one write to the kernel (its own limit is 1024).
pub const WRITE_BUFFERS_MAX: usize = 256;

/// How long a start waits for the locks of a process that is still dying.
pub const LOCK_WAIT_MS: u64 = 20_000;

/// The largest position in a segment file: Kafka's file positions are 32-bit signed.
pub const SEGMENT_BYTES_MAX: u32 = i32::MAX as u32;

/// The smallest segment size that is acted on; Kafka's own lower bound is 1 MiB since 4.0.
pub const SEGMENT_BYTES_MIN: u32 = 1024;

/// Index entries of one segment; a fuller index doubles its spacing and keeps every second entry.
pub const INDEX_ENTRIES_MAX: usize = 16_384;

/// Bytes of one log that may be on their way to the disk: the window in which blocks can reach the
/// disk out of order. Recovery relies on it: a valid batch further than this behind a break proves
/// that the broken bytes had been durable.
pub const LOG_IN_FLIGHT_BYTES: u64 = 8 << 20;

/// Whole blocks behind a block in flight are written beside it from this many bytes on; fewer
/// gather.
pub const SPLIT_WRITE_BYTES: u64 = 256 << 10;

/// Below this size a segment without an index costs a start next to nothing.
pub const SMALL_SEGMENT_BYTES: u64 = 1 << 20;

/// How much of a file is searched for a valid batch far behind a break.
pub const SCAN_BEHIND_BREAK_BYTES: u64 = 64 << 20;

/// Batches behind a break that are looked at, whether reading can go on there.
pub const RESUME_TRIES: usize = 16;

/// Damaged ranges remembered per log.
pub const DAMAGE_NOTES_MAX: usize = 64;

/// How often every log is looked at for retention, rolls by time, expiry and side files.
pub const SWEEP_MS: u64 = 5_000;
/// A log that could not be opened is tried again after [`SWEEP_MS`], and then at growing intervals
/// up to this.
pub const OPEN_AGAIN_MS_MAX: u64 = 300_000;
/// Segments that a start cuts at a time, each with an open file.
pub const CUTS_IN_FLIGHT: usize = 256;
/// Space of a removed file that is given back at a time: what a device may be busy with discarding
/// while writes wait.
pub const RECLAIM_STEP_BYTES: u64 = 4 << 20;
/// How many times as long as a step took the device is left alone after it.
pub const RECLAIM_REST_FACTOR: u32 = 2;
/// Removed files whose space is given back in steps; that of more goes at once.
pub const RECLAIM_FILES_MAX: usize = 128;
/// Logs looked at in one turn of the sweep.
pub const SWEEP_LOGS: usize = 128;
/// How often a full disk is asked again.
pub const DISK_FULL_RETRY_MS: u64 = 1_000;
/// Tail memory that only those may use who may use the space kept back: on a full disk, others may
/// hold all the rest for long. At most this part of the tail memory.
pub const TAIL_KEPT_BYTES: usize = 512 << 10;
/// See [`TAIL_KEPT_BYTES`].
pub const TAIL_KEPT_PART: usize = 16;
/// Space kept back for a full disk: this part of the disk, within bounds. It has to hold the
/// records of a start, the side files of all logs once, and some commits of groups.
pub const BALLAST_DISK_PART: u64 = 64;
/// See [`BALLAST_DISK_PART`].
pub const BALLAST_BYTES_MIN: u64 = 4 << 20;
/// See [`BALLAST_DISK_PART`].
pub const BALLAST_BYTES_MAX: u64 = 64 << 20;
/// More than this part of a disk is not kept back: then rather nothing.
pub const BALLAST_DISK_PART_MAX: u64 = 8;
/// How often a log's `partition` file follows its positions, at most.
pub const SIDE_FILE_MS: u64 = 60_000;

/// Preallocation starts at this step and doubles up to [`PREALLOCATE_STEP_MAX_BYTES`].
pub const PREALLOCATE_STEP_MIN_BYTES: u64 = 16 << 10;
/// The largest preallocation step.
pub const PREALLOCATE_STEP_MAX_BYTES: u64 = 32 << 20;

/// Zeros are written ahead of a tail after so many synced writes of a log.
pub const ZERO_AFTER_WRITES: u32 = 8;
/// Above this average size of synced writes, zeros cost more than they save.
pub const ZERO_WRITE_BYTES_MAX: u64 = 64 << 10;
/// The first zeros of a file; as many again as it holds, up to [`StoreLimits::zero_ahead_bytes`].
pub const ZERO_STEP_MIN_BYTES: u64 = 64 << 10;
/// Zeros of all logs on their way to the disk, beside which no more are begun.
pub const ZEROS_IN_FLIGHT_BYTES: u64 = 1 << 20;

/// The first read of a cold reader; doubles while it reads on in sequence.
pub const READ_AHEAD_MIN_BYTES: usize = 64 << 10;
/// The largest single cold read, unless a batch is larger.
pub const READ_AHEAD_MAX_BYTES: usize = 1 << 20;
/// How far a reader in sequence is read ahead of, at most.
pub const READ_AHEAD_WINDOW_BYTES: usize = 2 << 20;
/// Readers that are read ahead of at a time.
pub const READ_AHEADS_MAX: usize = 64;
/// Bytes that cold reads have on their way at a time; more reads wait.
pub const READS_IN_FLIGHT_BYTES: usize = 4 << 20;

/// For so long after a synced write or a sync the next one is expected, and reads keep out of its
/// way: a device serves what it was given first, first.
pub const BESIDE_SYNCS_MS: u64 = 1_000;
/// [`READ_AHEAD_MAX_BYTES`] beside synced writes.
pub const READ_BESIDE_SYNCS_MAX_BYTES: usize = 512 << 10;
/// [`READS_IN_FLIGHT_BYTES`] beside synced writes.
pub const READS_BESIDE_SYNCS_BYTES: usize = 512 << 10;

/// The smallest block of memory for reads.
pub const POOL_BLOCK_BYTES_MIN: usize = READ_AHEAD_MIN_BYTES;
/// The largest block of memory for reads that is kept when it is free.
pub const POOL_BLOCK_BYTES_MAX: usize = 2 << 20;

/// Batches without records that a reader is led past at a time.
pub const EMPTY_BATCHES_BYTES_MAX: usize = 4096;

/// Batches remembered per idempotent producer, as in Kafka.
pub const PRODUCER_BATCHES: usize = 5;

/// Records of a refused batch that are named; a producer fails the others with them.
pub const RECORD_FAULTS_MAX: usize = 1000;

/// The largest record batch a log takes, whatever its configuration says.
pub const BATCH_BYTES_MAX: u32 = 256 << 20;
/// Offsets beyond a gap that the note of it covers too, so that not each gap waits for the disk.
pub const GAPS_AHEAD: i64 = 1 << 20;

/// Writes of one segment's tail block gather at most this long behind lazily written data before it
/// is pushed out although nobody waits for it.
pub const LAZY_WRITE_MS: u64 = 200;
/// Unwritten bytes of one log that start a lazy write at once.
pub const LAZY_WRITE_BYTES: u64 = 512 << 10;

/// Bytes of records that compaction looks at in one slice of work, and the least time between two
/// slices: a slice takes well below a millisecond, so that no append waits for longer.
pub const CLEAN_SLICE_BYTES: u64 = 128 << 10;
/// See [`CLEAN_SLICE_BYTES`].
pub const CLEAN_SLICE_MS: u64 = 1;
/// Looks for something to compact go over all logs, so they are this far apart at least.
pub const CLEAN_BACKOFF_MS_MIN: u64 = 10;
/// How many times as dear a compressed byte is to write back as a plain one is to look at.
pub const CLEAN_COMPRESS_COST: u64 = 8;
/// The smallest read of compaction, and the largest unless a batch is larger.
pub const CLEAN_READ_BYTES_MIN: usize = 64 << 10;
/// See [`CLEAN_READ_BYTES_MIN`].
pub const CLEAN_READ_BYTES_MAX: usize = 4 << 20;
/// What compaction writes at a time.
pub const CLEAN_WRITE_BYTES: usize = 512 << 10;
/// Space that compaction reserves at a time for what it writes.
pub const CLEAN_ALLOCATE_BYTES: u64 = 8 << 20;
/// The smallest table of keys, in bytes: without one there is no compaction.
pub const CLEAN_KEYS_BYTES_MIN: usize = 64 << 10;
/// Segments that one run takes on; the next goes on behind them.
pub const CLEAN_SEGMENTS_MAX: usize = 100_000;
/// Records of transactions not yet decided that a run holds; it stops in front of more.
pub const CLEAN_UNDECIDED_MAX: usize = 1 << 20;
/// The decompressed size of a batch that compaction opens; a larger one is kept as it is.
pub const CLEAN_BATCH_BYTES_MAX: usize = 256 << 20;

/// Run-time bounds of one shard's store; the defaults suit a shard with a few GiB of memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoreLimits {
    /// Memory for tail buffers and the tail cache where there is no arena.
    pub tail_bytes: usize,
    /// Memory for cold reads, in flight or held by readers.
    pub read_bytes: usize,
    /// Reads that may wait for the disk at a time.
    pub tickets: usize,
    /// Files open for reading at a time, beside one per log for writing.
    pub open_files: usize,
    /// Idempotent producers remembered per log.
    pub producers_per_log: usize,
    /// Memory for indexes of closed segments.
    pub index_bytes: usize,
    /// Logs of this shard.
    pub logs: usize,
    /// What segment files are written in. A log whose tail buffers are given away keeps what it
    /// has written of its last unit in memory.
    pub write_unit: WriteUnit,
    /// Zeros kept ahead of the tail of a log with small synced writes; 0 for none.
    pub zero_ahead_bytes: u64,
    /// Bytes of one log on their way to the disk; at most [`LOG_IN_FLIGHT_BYTES`].
    pub in_flight_bytes: u64,
    /// The largest preallocation step; at least [`PREALLOCATE_STEP_MIN_BYTES`].
    pub preallocate_step_bytes: u64,
}

impl Default for StoreLimits {
    fn default() -> Self {
        StoreLimits {
            tail_bytes: 256 << 20,
            read_bytes: 64 << 20,
            tickets: 4096,
            open_files: 512,
            producers_per_log: 10_000,
            index_bytes: 32 << 20,
            logs: 100_000,
            write_unit: WriteUnit::LEAST,
            zero_ahead_bytes: 256 << 10,
            in_flight_bytes: LOG_IN_FLIGHT_BYTES,
            preallocate_step_bytes: PREALLOCATE_STEP_MAX_BYTES,
        }
    }
}

const _: () = {
    assert!(BLOCK_BYTES.is_power_of_two());
    assert!(WRITE_UNIT_BYTES_MAX.is_power_of_two() && WRITE_UNIT_BYTES_MAX >= BLOCK_BYTES);
    // So every chunk is a multiple of every unit, and a chunk's first byte can begin one.
    assert!(CHUNK_BYTES.is_multiple_of(WRITE_UNIT_BYTES_MAX));
    // A write of whole units fits the least window of what is in flight.
    assert!(SPLIT_WRITE_BYTES >= 2 * WRITE_UNIT_BYTES_MAX as u64);
    assert!(RING_ENTRIES.is_power_of_two());
    assert!(BALLAST_BYTES_MIN <= BALLAST_BYTES_MAX && BALLAST_DISK_PART_MAX <= BALLAST_DISK_PART);
    assert!(WRITE_BUFFERS_MAX <= 1024);
    assert!(PREALLOCATE_STEP_MIN_BYTES.is_multiple_of(BLOCK_BYTES as u64));
    assert!(PREALLOCATE_STEP_MIN_BYTES <= PREALLOCATE_STEP_MAX_BYTES);
    assert!(READ_AHEAD_MIN_BYTES.is_multiple_of(BLOCK_BYTES));
    assert!(READ_AHEAD_MIN_BYTES <= READ_BESIDE_SYNCS_MAX_BYTES);
    assert!(READ_BESIDE_SYNCS_MAX_BYTES <= READ_AHEAD_MAX_BYTES);
    assert!(READ_BESIDE_SYNCS_MAX_BYTES <= READS_BESIDE_SYNCS_BYTES);
    assert!(READ_AHEAD_MAX_BYTES <= READS_IN_FLIGHT_BYTES);
    assert!(POOL_BLOCK_BYTES_MIN.is_power_of_two() && POOL_BLOCK_BYTES_MAX.is_power_of_two());
    assert!(POOL_BLOCK_BYTES_MIN <= POOL_BLOCK_BYTES_MAX);
    assert!((LAZY_WRITE_BYTES as usize) < LOG_IN_FLIGHT_BYTES as usize);
    assert!(SPLIT_WRITE_BYTES < LOG_IN_FLIGHT_BYTES);
    assert!(LOG_IN_FLIGHT_BYTES as usize / CHUNK_BYTES < WRITE_BUFFERS_MAX);
    assert!(BATCH_BYTES_MAX < SEGMENT_BYTES_MAX);
    assert!(CLEAN_WRITE_BYTES.is_multiple_of(WRITE_UNIT_BYTES_MAX));
    assert!(CLEAN_READ_BYTES_MIN <= CLEAN_READ_BYTES_MAX);
    assert!(CLEAN_ALLOCATE_BYTES.is_multiple_of(WRITE_UNIT_BYTES_MAX as u64));
    assert!(CLEAN_ALLOCATE_BYTES > CLEAN_WRITE_BYTES as u64);
    assert!(INDEX_ENTRIES_MAX.is_multiple_of(2));
};
