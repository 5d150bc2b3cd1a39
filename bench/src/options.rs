//! What every command has to know: the brokers, where they run, and what they are sent.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use wire::records::Compression;

use crate::frames::Payload;
use crate::rows::{Row, Work};
use crate::suite::Settings;
use crate::workload::tools::{self, Tools};

/// The brokers and the payload.
#[derive(clap::Args)]
pub struct Bench {
    /// The `tidemill` program.
    #[arg(long, default_value = "target/release/tidemill")]
    pub tidemill: PathBuf,
    /// Folder with stock Kafka's jars; without it, `compare` fetches them with Maven, and `regress`
    /// runs without Kafka.
    #[arg(long)]
    pub kafka_jars: Option<PathBuf>,
    /// Only the brokers of these names, set apart by commas: kafka, kafka-tuned, tidemill,
    /// tidemill-2-shards.
    #[arg(long, value_delimiter = ',')]
    pub brokers: Vec<String>,
    /// Where the brokers put their data; use the disk that is to be measured.
    #[arg(long, default_value = "bench/out")]
    pub data: PathBuf,
    /// First port of the brokers; they take some of the 1,000 above it.
    #[arg(long, default_value_t = 19_292)]
    pub port: u16,
    /// Core of the broker; the generator takes the other one.
    #[arg(long, default_value_t = 0)]
    pub broker_core: usize,
    #[arg(long, default_value_t = 1)]
    pub generator_core: usize,
    /// Percent of each record that is zeros; the rest is random.
    #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(u8).range(0..=100))]
    pub zeros_percent: u8,
    /// Compression of the batches, done before the clock starts: none, gzip, snappy, lz4 or zstd.
    #[arg(long, default_value = "none", value_parser = codec)]
    pub compression: Compression,
    /// Read back all that was written: count, order, checksum, every byte. It costs the generator
    /// a checksum a batch, and the disk the space of all that is written.
    #[arg(long)]
    pub verify: bool,
    /// librdkafka's `rdkafka_performance`; without it, bench/rdkafka-performance builds one.
    #[arg(long, value_name = "FILE")]
    pub rdkafka_performance: Option<PathBuf>,
    /// Records that the clients' own perf tools send or read.
    #[arg(long, default_value_t = 1_000_000)]
    pub tool_records: u64,
    /// Set by Ctrl-C.
    #[arg(skip)]
    pub stopped: Arc<AtomicBool>,
}

fn codec(name: &str) -> Result<Compression, String> {
    Compression::from_name(name).ok_or_else(|| format!("{name} is no compression of Kafka's"))
}

/// How long things take.
#[derive(Clone, Copy, Debug)]
pub struct Timing {
    /// Of each broker, after its start.
    pub start: Duration,
    /// Of each row.
    pub warm_up: Duration,
    pub measure: Duration,
}

impl Bench {
    /// After Ctrl-C the row that runs is the last, and what was measured is reported.
    pub fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::Relaxed)
    }

    /// Whether a broker takes part.
    pub fn wants(&self, broker: &str) -> bool {
        self.brokers.is_empty() || self.brokers.iter().any(|name| name == broker)
    }

    /// Where the tools are that the rows want; librdkafka's is built now, before the clock runs.
    pub fn tools(&self, rows: &[&Row]) -> Tools {
        let wanted = rows.iter().any(|r| matches!(r.work, Work::Tool(tool) if tool.is_rdkafka()));
        let rdkafka = match &self.rdkafka_performance {
            Some(program) => Ok(program.clone()),
            None if wanted => tools::build(),
            None => Err("no row wants it".into()),
        };
        Tools { jars: self.kafka_jars.clone(), rdkafka, core: self.generator_core }
    }

    pub fn settings(&self, timing: Timing, backlog_bytes: u64, tools: Tools) -> Settings {
        Settings {
            warm_up: timing.warm_up,
            measure: timing.measure,
            payload: Payload { zeros_percent: self.zeros_percent, codec: self.compression },
            verify: self.verify,
            backlog_bytes,
            tools,
            tool_records: self.tool_records,
        }
    }
}
