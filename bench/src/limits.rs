//! Every limit of the load generator.

/// Bytes a connection reads at once.
pub const READ_BUFFER_BYTES: usize = 4 << 20;
/// The same where there are thousands of connections.
pub const SMALL_READ_BUFFER_BYTES: usize = 16 << 10;
/// Bytes that a reader of the backlog takes at once: the tail waits no longer than for these.
pub const CATCH_UP_READ_BYTES: usize = 256 << 10;
/// What a fetch asks for, of one partition: the default of Kafka's consumer.
pub const FETCH_BYTES: i32 = 1 << 20;
/// Requests that may wait for an answer on one connection.
pub const IN_FLIGHT_MAX: usize = 4096;
/// Requests in flight on each connection while a topic is filled before it is read.
pub const FILL_IN_FLIGHT: usize = 5;
/// Bytes that are written before a fetch row reads them: little enough to stay in every cache.
pub const CACHED_BYTES_PER_PARTITION: usize = 8 << 20;
/// Longest latency a histogram can hold; longer ones count as this.
pub const LATENCY_US_MAX: u64 = 120_000_000;
/// How long a run waits for answers after its last request.
pub const DRAIN_S: u64 = 10;
/// How long an administrative request, or the start of a broker, may take.
pub const ADMIN_TIMEOUT_MS: u64 = 30_000;
/// Rest between the creation of a topic and its first request.
pub const SETTLE_MS: u64 = 500;
/// How long one of the standard clients' own tools may run.
pub const TOOL_TIMEOUT_S: u64 = 90;
/// Windows of a warm-up that must be as good as equal.
pub const STEADY_WINDOWS: usize = 3;
/// How far the highest of them may be above the lowest.
pub const STEADY_SPREAD: f64 = 0.05;
/// A broker that is no faster in so many windows than in as many before is not warming up.
pub const STEADY_LEVEL_WINDOWS: usize = 6;
/// Faster by less than this is no faster.
pub const STEADY_RISE: f64 = 0.02;
/// How long the synced rows of a family are driven at most, beside those from memory.
pub const SYNCED_WARM_UP_MAX_S: u64 = 45;
/// A topic that is used again is replaced when so much has been written to it.
pub const TOPIC_BYTES_MAX: u64 = 6 << 30;
/// How long the files of a deleted topic are waited for.
pub const GONE_TIMEOUT_S: u64 = 60;
/// How long brokers keep the files of a deleted topic.
pub const FILE_DELETE_DELAY_MS: u64 = 500;
/// How long one access of the disk is measured.
pub const DISK_MEASURE_MS: u64 = 500;
/// What a row takes beside its clock: its topic, the rest after it.
pub const ROW_OVERHEAD_MS: u64 = 1500;
/// What a start for its own sake takes, with the formatting and the stop.
pub const START_OVERHEAD_MS: u64 = 6000;
/// Bytes of one read when the disk's own speed is measured.
pub const DIRECT_READ_BYTES: usize = 1 << 20;

const _: () = assert!(READ_BUFFER_BYTES >= 2 << 20, "a fetch of 1 MiB and its header fit at once");
