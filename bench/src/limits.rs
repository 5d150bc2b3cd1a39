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
/// Bytes of one read when the disk's own speed is measured.
pub const DIRECT_READ_BYTES: usize = 1 << 20;

const _: () = assert!(READ_BUFFER_BYTES >= 2 << 20, "a fetch of 1 MiB and its header fit at once");
