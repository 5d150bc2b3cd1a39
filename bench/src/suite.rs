//! The rows that are compared, and one peer's turn at all of them.

use std::thread::sleep;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::BenchError;
use crate::admin::{self, Leaders};
use crate::peer::Peer;
pub use crate::produce::Pace;
use crate::produce::{self, Measured, Workload};

/// When an acknowledgement is given; both peers know it by the same topic config.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Durability {
    /// Kafka: in the page cache. Tidemill: in the crash-safe arena.
    Memory,
    /// `flush.messages=1`: after the data sync.
    Synced,
}

impl Durability {
    fn flush_messages(self) -> &'static str {
        match self {
            Self::Memory => "9223372036854775807",
            Self::Synced => "1",
        }
    }
}

/// One row of the table.
#[derive(Clone, Debug)]
pub struct Row {
    pub name: &'static str,
    pub partitions: usize,
    pub connections: usize,
    pub records: usize,
    pub record_bytes: usize,
    pub pace: Pace,
    pub fetch: bool,
}

const fn row(name: &'static str, records: usize, record_bytes: usize, pace: Pace) -> Row {
    Row { name, partitions: 4, connections: 4, records, record_bytes, pace, fetch: false }
}

/// The rows, in the order of the report.
pub const ROWS: &[Row] = &[
    row("produce 100 x 100 B", 100, 100, Pace::InFlight(5)),
    row("produce 1000 x 100 B", 1000, 100, Pace::InFlight(5)),
    row("produce 1 x 100 B", 1, 100, Pace::InFlight(5)),
    row("produce 10 x 1 KiB", 10, 1024, Pace::InFlight(5)),
    Row { fetch: true, ..row("fetch cached, 1 MiB", 100, 100, Pace::InFlight(1)) },
    row("1,000 single-record requests/s", 1, 100, Pace::PerSecond(1000)),
    row("15,000 single-record requests/s", 1, 100, Pace::PerSecond(15_000)),
    Row { partitions: 64, connections: 16, ..row("64 partitions", 100, 100, Pace::InFlight(5)) },
    Row { partitions: 1000, ..row("1,000 partitions in turn", 100, 100, Pace::InFlight(5)) },
];

/// How long each row runs.
#[derive(Clone, Copy, Debug)]
pub struct Timing {
    pub warm_up: Duration,
    pub measure: Duration,
}

/// A row's figures from one turn.
pub struct Outcome {
    pub row: &'static str,
    pub durability: Durability,
    pub measured: Measured,
    /// CPU seconds of the broker for a million records.
    pub cpu_s_per_million: f64,
}

fn now_ms() -> i64 {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX)
}

/// Bytes that are written before a fetch row reads them: little enough to stay in every cache.
const FETCH_BYTES_PER_PARTITION: usize = 8 << 20;

fn fill(topic: &str, leaders: &Leaders, row: &Row) -> Result<Vec<i64>, BenchError> {
    let batch_bytes = row.records * row.record_bytes;
    let requests = (FETCH_BYTES_PER_PARTITION / batch_bytes).max(1);
    let workload = Workload {
        connections: leaders.len(),
        records_per_batch: row.records,
        record_bytes: row.record_bytes,
        pace: Pace::InFlight(5),
        warm_up: Duration::ZERO,
        measure: Duration::from_secs(60),
    };
    let filled = produce::run_count(topic, leaders, &workload, requests, now_ms())?;
    let per_partition = filled.records / leaders.len() as u64;
    Ok(vec![i64::try_from(per_partition).unwrap_or(i64::MAX); leaders.len()])
}

/// Runs one row against one peer.
pub fn run_row(
    peer: &Peer,
    row: &Row,
    durability: Durability,
    timing: Timing,
    tag: &str,
) -> Result<Outcome, BenchError> {
    let slug: String =
        row.name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    let topic = format!("bench-{slug}-{durability:?}-{tag}");
    let configs = [
        ("flush.messages", durability.flush_messages()),
        ("retention.bytes", "268435456"),
        ("segment.bytes", "268435456"),
    ];
    let leaders = admin::create_topic(&peer.address, &topic, row.partitions, &configs)?;
    let workload = Workload {
        connections: row.connections,
        records_per_batch: row.records,
        record_bytes: row.record_bytes,
        pace: row.pace,
        warm_up: timing.warm_up,
        measure: timing.measure,
    };
    let ends = if row.fetch { fill(&topic, &leaders, row)? } else { Vec::new() };
    let before = peer.usage()?;
    let measured = if row.fetch {
        crate::fetch::run(&topic, &leaders, &ends, &workload, 1 << 20)?
    } else {
        produce::run(&topic, &leaders, &workload, now_ms())?
    };
    let cpu = peer.usage()?.cpu - before.cpu;
    // The CPU was counted over warm-up and measurement; the records over the measurement alone.
    let share = timing.measure.as_secs_f64() / (timing.warm_up + timing.measure).as_secs_f64();
    let millions = measured.records as f64 / 1e6;
    let cpu_s_per_million = cpu.as_secs_f64() * share / millions;
    sleep(Duration::from_millis(200));
    Ok(Outcome { row: row.name, durability, measured, cpu_s_per_million })
}
