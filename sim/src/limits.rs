//! Every limit of this crate.

/// Microseconds of a millisecond: the simulated clock counts microseconds.
pub const MS: u64 = 1_000;
/// And of a second.
pub const SECOND: u64 = 1_000 * MS;

/// How long faults happen.
pub const SAFETY_PHASE: u64 = 45 * SECOND;
/// How long a healed cluster may take until it is whole again.
pub const LIVENESS_PHASE: u64 = 30 * SECOND;
/// Steps after which a run ends whatever it did.
pub const STEPS_MAX: u64 = 400_000;

/// Heartbeats and sessions, as the broker's defaults.
pub const HEARTBEAT: u64 = 250 * MS;
pub const SESSION_MS: i64 = 2_000;
/// How often a node looks at its clock.
pub const TICK: u64 = 50 * MS;
/// Batches a producer may have in flight, as in Kafka.
pub const IN_FLIGHT_MAX: usize = 5;
/// Batches a producer makes in a run.
pub const BATCHES_PER_PRODUCER_MAX: u64 = 220;
/// How long a client waits for an answer.
pub const CLIENT_TIMEOUT: u64 = 800 * MS;
/// What a slow disk takes at most for one thing: one that never answers is another fault.
pub const DISK_MAX: u64 = 3 * SECOND;
/// Batches of one frame of a link.
pub const BATCHES_PER_RUN_MAX: usize = 16;
/// Lines of the trace that are kept for a report.
pub const TRACE_LINES_MAX: usize = 200_000;
/// Runs that shrinking one seed may take.
pub const SHRINK_RUNS_MAX: usize = 60;
/// A campaign whose median run has fewer elections or truncations shows nothing.
pub const ELECTIONS_MIN: u64 = 20;
pub const TRUNCATIONS_MIN: u64 = 5;

const _: () = assert!(TICK < HEARTBEAT);
const _: () = assert!(CLIENT_TIMEOUT < LIVENESS_PHASE);
