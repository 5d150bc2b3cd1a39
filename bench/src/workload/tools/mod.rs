//! The standard clients' own measuring tools: what a user with a normal client sees.

mod kafka;
mod rdkafka;

pub use rdkafka::build;

use std::fs::{self, File};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::Measured;
use crate::BenchError;
use crate::limits::TOOL_TIMEOUT_S;

/// A program that comes with a client, and how it is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tool {
    /// Kafka's own `kafka-producer-perf-test`.
    KafkaProducer,
    /// Kafka's own `kafka-consumer-perf-test`.
    KafkaConsumer,
    /// librdkafka's `rdkafka_performance -P`, as fast as it can.
    RdkafkaProducer,
    /// The same, so many records a second, each timed.
    RdkafkaLatency { per_second: u64 },
    /// librdkafka's `rdkafka_performance -C`.
    RdkafkaConsumer,
}

impl Tool {
    /// Whether it reads what was there before.
    pub const fn reads(self) -> bool {
        matches!(self, Self::KafkaConsumer | Self::RdkafkaConsumer)
    }

    pub fn is_rdkafka(self) -> bool {
        !matches!(self, Self::KafkaProducer | Self::KafkaConsumer)
    }
}

/// Where the tools are, and where they run.
#[derive(Clone, Debug)]
pub struct Tools {
    /// Stock Kafka's jars.
    pub jars: Option<PathBuf>,
    /// librdkafka's `rdkafka_performance`, or why there is none.
    pub rdkafka: Result<PathBuf, String>,
    pub core: usize,
}

/// What a tool works on.
#[derive(Clone, Copy, Debug)]
pub struct Task<'a> {
    pub address: &'a str,
    pub topic: &'a str,
    pub partitions: usize,
    pub records: u64,
    pub record_bytes: usize,
    /// A folder for what it prints.
    pub scratch: &'a Path,
}

/// What a tool said: records and time, and further figures by name.
#[derive(Debug)]
pub struct Said {
    pub measured: Measured,
    pub figures: Vec<(&'static str, f64)>,
}

impl Tools {
    /// An error, with what to do about it, where a tool is not there.
    pub fn need(&self, tool: Tool) -> Result<(), BenchError> {
        if tool.is_rdkafka() { self.rdkafka().map(|_| ()) } else { self.jars().map(|_| ()) }
    }

    fn jars(&self) -> Result<&Path, BenchError> {
        let why = "no stock Kafka: tests/setup fetches it, --kafka-jars DIR names it";
        self.jars.as_deref().ok_or_else(|| BenchError::Missing(why.into()))
    }

    fn rdkafka(&self) -> Result<&Path, BenchError> {
        self.rdkafka.as_deref().map_err(|why| BenchError::Missing(why.clone()))
    }

    /// Runs a tool to its end.
    pub fn measure(&self, tool: Tool, task: &Task) -> Result<Said, BenchError> {
        match tool {
            Tool::KafkaProducer => self.kafka_producer(task),
            Tool::KafkaConsumer => self.kafka_consumer(task),
            Tool::RdkafkaProducer => self.rdkafka_producer(task, None),
            Tool::RdkafkaLatency { per_second } => self.rdkafka_producer(task, Some(per_second)),
            Tool::RdkafkaConsumer => self.rdkafka_consumer(task),
        }
    }

    /// Runs a program to its end and returns what it printed.
    fn run(&self, tool: &'static str, line: &[&str], scratch: &Path) -> Result<String, BenchError> {
        let path = scratch.join("tool.log");
        let log = File::create(&path)?;
        let mut command = Command::new("setpriv");
        command.args(["--pdeathsig", "TERM", "taskset", "-c", &self.core.to_string()]);
        command.args(line);
        command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
        command.process_group(0);
        let mut child = command.spawn()?;
        let deadline = Instant::now() + Duration::from_secs(TOOL_TIMEOUT_S);
        let status = loop {
            if let Some(status) = child.try_wait()? {
                break Some(status);
            }
            if Instant::now() > deadline {
                let _ = child.kill();
                let _ = child.wait();
                break None;
            }
            sleep(Duration::from_millis(20));
        };
        let mut output = fs::read_to_string(&path)?;
        match status {
            Some(status) if status.success() => return Ok(output),
            Some(status) => output += &format!("({status})"),
            None => output += &format!("(stopped after {TOOL_TIMEOUT_S} s)"),
        }
        Err(BenchError::Tool { tool, output })
    }
}

fn of(records: u64, records_per_second: f64) -> Measured {
    let elapsed = Duration::from_secs_f64(records as f64 / records_per_second.max(1.0));
    Measured { records, all_records: records, elapsed, ..Measured::new() }
}
