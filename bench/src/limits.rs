//! Every limit of the load generator.

/// Bytes a connection reads at once.
pub const READ_BUFFER_BYTES: usize = 4 << 20;
/// Requests that may wait for an answer on one connection.
pub const IN_FLIGHT_MAX: usize = 4096;
/// Longest latency a histogram can hold; longer ones count as this.
pub const LATENCY_US_MAX: u64 = 120_000_000;
/// How long an open loop waits for answers after its last request.
pub const DRAIN_S: u64 = 10;
/// How long an administrative request, or the start of a broker, may take.
pub const ADMIN_TIMEOUT_MS: u64 = 30_000;
/// Rest between the creation of a topic and its first request.
pub const SETTLE_MS: u64 = 1_000;

const _: () = assert!(READ_BUFFER_BYTES >= 2 << 20, "a fetch of 1 MiB and its header fit at once");
