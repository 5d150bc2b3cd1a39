//! Every limit of the program; those of a shard are in the shards' own crate.

use std::time::Duration;

/// The file that `tune disk` writes has a few lines.
pub const DISK_TUNING_FILE_BYTES_MAX: u64 = 64 << 10;
/// Zeros ahead of one log; more only cost space and time.
pub const ZERO_AHEAD_BYTES_MAX: u64 = 4 << 20;
/// Memory for one shard's crash-safe arena, unless configured or short, in MiB. A log that is
/// written takes at least one chunk of 64 KiB of it.
pub const ARENA_MIB_DEFAULT: u64 = 256;
/// Arenas that nobody asked for take at most this part of the free memory.
pub const ARENA_FREE_PART: u64 = 2;
/// The smallest arena that is of any use, in MiB.
pub const ARENA_MIB_MIN: u64 = 8;
/// The largest arena of one shard, in MiB.
pub const ARENA_MIB_MAX: u64 = 64 * 1024;

/// The largest settings file.
pub const CONFIG_FILE_BYTES_MAX: u64 = 1 << 20;

/// The executor of a shard does not start with a lower limit of lockable memory.
pub const LOCKABLE_MEMORY_MIN_BYTES: u64 = 512 << 10;
/// How long a start waits for the ports of a process that was killed.
pub const PORT_WAIT: Duration = Duration::from_secs(5);
/// Open files of each shard, and of the process around them, below which there is no start: rings,
/// ports, the logs every shard has, and a few connections.
pub const OPEN_FILES_PER_SHARD_MIN: u64 = 64;
/// Open files below which a start warns: connections and segments need one each.
pub const OPEN_FILES_WANTED: u64 = 4096;
/// Free space of the data directory below which a start warns.
pub const FREE_DISK_WANTED_BYTES: u64 = 1 << 30;
/// How long a start waits for the lock of a process that was killed and is not gone yet.
pub const LOCK_WAIT: Duration = Duration::from_secs(5);
/// How long a stop may take before it is said what it waits for.
pub const STOP_PATIENCE: Duration = Duration::from_secs(10);
/// A shard that has told nothing of itself for so long is stuck: it does so every second.
pub const SHARD_SILENCE_MAX: Duration = Duration::from_secs(10);

/// HTTP connections of the control thread at a time; more are closed at once.
pub const CONTROL_CONNECTIONS_MAX: usize = 64;
/// The largest head of an HTTP request.
pub const CONTROL_HEAD_BYTES_MAX: usize = 16 << 10;
/// How long one HTTP connection may last, idle or not.
pub const CONTROL_CONNECTION_TIME: Duration = Duration::from_secs(60);
/// How long the head of a request may take to arrive.
pub const CONTROL_HEAD_TIME: Duration = Duration::from_secs(10);

/// How long a client command waits for a connection.
pub const CLIENT_CONNECT_TIME: Duration = Duration::from_secs(5);
/// How long a client command waits for an answer.
pub const CLIENT_ANSWER_TIME: Duration = Duration::from_secs(30);
/// How long a client command goes on trying what may succeed later.
pub const CLIENT_RETRY_TIME: Duration = Duration::from_secs(30);
/// The largest answer a client command reads.
pub const CLIENT_FRAME_BYTES_MAX: usize = 256 << 20;
/// The size at which `produce` sends a batch, before compression; a larger record is a batch alone.
pub const PRODUCE_BATCH_BYTES: usize = 512 << 10;
/// Memory of all batches that `produce` gathers.
pub const PRODUCE_REQUEST_BYTES: usize = 8 << 20;
/// How long `produce` waits for a batch to fill.
pub const PRODUCE_LINGER: Duration = Duration::from_millis(5);
/// Lines that wait to be sent.
pub const PRODUCE_LINES_WAITING: usize = 1024;
/// The longest line `produce` reads.
pub const PRODUCE_LINE_BYTES_MAX: usize = 64 << 20;
/// Bytes `consume` asks of one broker, and of one partition.
pub const CONSUME_FETCH_BYTES: i32 = 8 << 20;
pub const CONSUME_PARTITION_BYTES: i32 = 1 << 20;
/// How long a broker may hold a fetch of `consume`.
pub const CONSUME_WAIT: Duration = Duration::from_millis(500);
/// Answers of brokers that wait to be printed; a broker that is ahead of the printing waits.
pub const CONSUME_ANSWERS_MAX: usize = 8;

/// The largest record batch `log` reads whole; a length beyond it is taken for damage.
pub const LOG_BATCH_BYTES_MAX: usize = 256 << 20;
/// Bytes `log` reads at a time.
pub const LOG_READ_BYTES: usize = 1 << 20;

const _: () = {
    assert!(ARENA_MIB_MIN <= ARENA_MIB_DEFAULT && ARENA_MIB_DEFAULT <= ARENA_MIB_MAX);
    assert!(PRODUCE_BATCH_BYTES <= PRODUCE_REQUEST_BYTES);
    // Kafka's default message.max.bytes.
    assert!(PRODUCE_BATCH_BYTES < 1_048_588);
    assert!((CONSUME_PARTITION_BYTES as usize) < CLIENT_FRAME_BYTES_MAX);
    assert!(CONSUME_PARTITION_BYTES <= CONSUME_FETCH_BYTES);
    assert!(CONSUME_WAIT.as_secs() < CLIENT_ANSWER_TIME.as_secs());
};
