//! Every limit of a shard, and how they hang together. Limits that Kafka has a name for are configs
//! (`cluster::configs`); these bound what Kafka's do not.

/// Shards of one node: broker ids of one node are 1000 apart.
pub const SHARDS_MAX: usize = 1024;

// Connections.
/// A connection's read buffer when nothing is known of its client.
pub const READ_BUFFER_MIN_BYTES: usize = 16 << 10;
/// What a read buffer grows to for a client that fills it; a larger frame grows it further and pays
/// from the budget.
pub const READ_BUFFER_BUSY_BYTES: usize = 512 << 10;
/// Memory of all frames of one shard that are larger than [`READ_BUFFER_MIN_BYTES`].
pub const REQUEST_BUDGET_BYTES: usize = 256 << 20;
/// Requests of one connection that are read and not answered; more are not read.
pub const SLOTS_PER_CONNECTION_MAX: usize = 1024;
/// Bytes of answers that wait for one connection; while there are more, no request is read.
pub const QUEUED_ANSWER_BYTES_MAX: usize = 64 << 20;
/// Answers are gathered up to this size before they are sent together.
pub const SEND_BATCH_BYTES: usize = 1 << 20;
/// Pieces of one vectored send (`IOV_MAX` of Linux).
pub const SEND_PIECES_MAX: usize = 1024;
/// A frame whose first byte has come must be whole after this and the time its size takes at
/// [`FRAME_BYTES_PER_SECOND_MIN`].
pub const FRAME_GRACE_MS: u64 = 30_000;
/// The slowest client that is waited for.
pub const FRAME_BYTES_PER_SECOND_MIN: u64 = 64 << 10;
/// Connections of a shard, if the configs say no less.
pub const CONNECTIONS_MAX: usize = 16_384;
/// Between two lines of the log that say the same, where clients can bring them about.
pub const LOG_REPEAT_MS: u64 = 10_000;
/// A pause after a failed accept (no file descriptors, say).
pub const ACCEPT_PAUSE_MS: u64 = 100;

// Buffers that are used again.
/// Response buffers kept by a shard.
pub const POOLED_BUFFERS_MAX: usize = 1024;
/// A buffer that grew larger is given back to the system.
pub const POOLED_BUFFER_BYTES_MAX: usize = 64 << 10;

// Fetch.
/// Partitions of all fetch sessions of one shard.
pub const SESSION_PARTITIONS_MAX: usize = 200_000;
/// A session unused for so long may be evicted (Kafka: min.incremental.fetch.session.eviction.ms).
pub const SESSION_EVICTION_MS: u64 = 120_000;
/// Partitions named by one fetch or produce request.
pub const PARTITIONS_PER_REQUEST_MAX: usize = 100_000;
/// Records of refused batches that one answer to a produce request names: a batch of a few bytes
/// may have very many.
pub const RECORD_ERRORS_MAX: usize = 10_000;
/// The longest a fetch is parked, whatever it asks for.
pub const FETCH_WAIT_MAX_MS: u64 = 300_000;

// Topics and partitions described by one answer (DescribeTopicPartitions).
pub const DESCRIBE_PARTITIONS_MAX: usize = 2000;

// Groups.
/// A step's records go into one batch of up to this size.
pub const GROUP_BATCH_BYTES: usize = 1 << 20;
/// The largest batch of a partition of `__consumer_offsets`, if its config says no more: what a
/// group has decided must not be refused.
pub const GROUP_BATCH_BYTES_MAX: u32 = 2 << 20;
/// Bytes of batches that wait for write memory, of one coordinator; with more, requests are
/// refused.
pub const GROUP_OUTBOX_BYTES_MAX: usize = 16 << 20;
/// Answers of one coordinator that wait for the disk; with more, requests are refused.
pub const GROUP_PARKED_MAX: usize = 65_536;
/// Bytes read at once when groups are loaded.
pub const GROUP_READ_BYTES: usize = 1 << 20;
/// Before groups are loaded again whose log refused a record or could not be read.
pub const GROUP_RELOAD_PAUSE_MS: u64 = 500;
/// How often batches that wait for write memory are offered again.
pub const GROUP_DISK_PAUSE_MS: u64 = 10;
/// The longest that nobody looks whether groups have something due.
pub const GROUP_TICK_MS_MAX: u64 = 1_000;
/// What a stopping shard waits for commits in flight; joins that wait for others wait in vain.
pub const GROUP_STOP_GRACE_MS: u64 = 200;
/// Groups named by one request.
pub const GROUPS_PER_REQUEST_MAX: usize = 10_000;

// Time.
/// The disk wakes its driver; should it not, the driver looks after it so often while writes or
/// reads are in flight.
pub const DISK_POLL_US: u64 = 5_000;
/// The safety net: after so long without a turn, one is taken.
pub const TICK_MS: u64 = 100;
/// A disk that owes completions is looked at by the tick after this.
pub const DISK_OVERDUE_MS: u64 = 50;
/// What a new partition takes of the disk with its first record: its folder, side file and the
/// least that its segment reserves.
pub const PARTITION_ROOM_BYTES: u64 = 24 << 10;
/// How often metrics are published and idle connections looked for.
pub const PUBLISH_MS: u64 = 1000;
/// Between two looks whether there is memory to read into: slow clients hold it, not the disk.
pub const READ_MEMORY_PAUSE_MS: u64 = 1;
/// Between two looks at a log start that the disk did not take yet.
pub const LOG_START_PAUSE_MS: u64 = 5;
/// A produce request whose append waits for memory is given up after this at the latest.
pub const BACK_PRESSURE_MS_MAX: u64 = 30_000;
/// An ack is waited for at least so long, whatever the producer asks: it is the local disk that is
/// waited for, and a time-out would only make the producer send the batch again.
pub const ACK_WAIT_MS_MIN: u64 = 1_000;
/// How long a stopping shard waits for answers in flight.
pub const DRAIN_MS: u64 = 5_000;

// Between shards.
/// Messages that wait for one shard.
pub const MAILBOX_MAX: usize = 4096;
// The metadata quorum.
/// Snapshots kept in the quorum's folder: an older one may be on its way to a node.
pub const QUORUM_SNAPSHOTS_KEPT: usize = 2;
/// Bytes of a snapshot read at once.
pub const QUORUM_READ_BYTES: usize = 1 << 20;
/// Tail memory of the quorum's own store.
pub const QUORUM_TAIL_BYTES: usize = 128 << 20;
/// How often entries that the full disk did not take are offered again.
pub const QUORUM_DISK_PAUSE_MS: u64 = 100;
/// Processes noted that ran on a data folder and did not come to serve.
pub const INCARNATIONS_MAX: usize = 1_000;
/// Commands that wait to be decided; more are refused.
pub const COMMANDS_WAITING_MAX: usize = 4096;
/// A quorum of one looks after itself so often, if nothing else happens.
pub const QUORUM_ALONE_MS: u64 = 1_000;
/// How long a command waits for the controller.
pub const COMMAND_TIMEOUT_MS: u64 = 30_000;
/// The records of one command in the metadata log.
pub const METADATA_BATCH_BYTES_MAX: u32 = 64 << 20;
/// Bytes of the metadata log read at once when it is replayed.
pub const METADATA_READ_BYTES: usize = 1 << 20;

// What a shard waits with.
/// Reads of one socket before other tasks have their turn.
pub const READS_PER_TURN: u32 = 4;
/// Entries of the ring; it has twice as many for completions.
pub const REACTOR_RING_ENTRIES: u32 = 1024;
/// Rounds of ready tasks before sockets and timers get their turn though tasks are ready still.
pub const REACTOR_BUSY_ROUNDS: u32 = 8;
/// Before the kernel is asked again that refused to be.
pub const REACTOR_RETRY_MS: u64 = 100;
/// The longest sleep of a thread, in case a wake-up was lost.
pub const REACTOR_SLEEP_MS_MAX: u64 = 1_000;

// glommio.
/// Memory glommio registers with each of its rings; the disk ring has its own, so the least it
/// takes.
pub const GLOMMIO_IO_MEMORY_BYTES: usize = 64 << 10;
/// Entries of glommio's rings.
pub const GLOMMIO_RING_DEPTH: usize = 256;

/// Random bytes that a thread fetches from the system at a time.
pub const RANDOM_POOL_BYTES: usize = 1024;

const _: () = assert!(READ_BUFFER_MIN_BYTES <= READ_BUFFER_BUSY_BYTES);
const _: () = assert!(READ_BUFFER_BUSY_BYTES < REQUEST_BUDGET_BYTES);
const _: () = assert!(SEND_BATCH_BYTES <= QUEUED_ANSWER_BYTES_MAX);
const _: () = assert!(DISK_POLL_US < DISK_OVERDUE_MS * 1000);
const _: () = assert!(DISK_OVERDUE_MS <= TICK_MS);
const _: () = assert!(cluster::limits::GROUP_STEP_BYTES_MAX < GROUP_BATCH_BYTES);
const _: () = assert!(GROUP_BATCH_BYTES < GROUP_BATCH_BYTES_MAX as usize);
const _: () = assert!(GROUP_BATCH_BYTES_MAX as usize <= GROUP_OUTBOX_BYTES_MAX);
const _: () = assert!(GROUP_STOP_GRACE_MS < DRAIN_MS);
const _: () = assert!(SHARDS_MAX == cluster::limits::SHARD_MAX as usize + 1);
// The rings of a shard stay far below the 8 MiB that may be locked on many machines.
const _: () = assert!(3 * GLOMMIO_IO_MEMORY_BYTES < 1 << 20);
