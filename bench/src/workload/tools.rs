//! The standard client's own measuring tools: what a user with a normal client sees.

use std::fs::{self, File};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::Measured;
use crate::BenchError;
use crate::limits::TOOL_TIMEOUT_S;
use crate::peer::class_path;

/// Where the tools are, and where they run.
#[derive(Clone, Debug)]
pub struct Tools {
    /// Stock Kafka's jars.
    pub jars: PathBuf,
    pub core: usize,
}

/// What a tool said: records and time, and further figures by name.
pub struct Said {
    pub measured: Measured,
    pub figures: Vec<(&'static str, f64)>,
}

impl Tools {
    /// `kafka-producer-perf-test`: `acks=all` and the producer's defaults otherwise.
    pub fn producer_perf(
        &self,
        address: &str,
        topic: &str,
        (records, record_bytes): (u64, usize),
        scratch: &Path,
    ) -> Result<Said, BenchError> {
        let (records_text, bytes) = (records.to_string(), record_bytes.to_string());
        let arguments = ["--bootstrap-server", address, "--topic", topic, "--throughput", "-1"];
        let sizes = ["--num-records", &records_text, "--record-size", &bytes];
        let class = "org.apache.kafka.tools.ProducerPerformance";
        let text = self.run(class, &[&arguments[..], &sizes].concat(), scratch)?;
        let summary = parse_producer_perf(&text)
            .ok_or_else(|| BenchError::Tool { tool: class, output: text.clone() })?;
        let mut measured = of(summary.records, summary.records_per_second);
        measured.bytes = summary.records * record_bytes as u64;
        Ok(Said { measured, figures: summary.latencies_ms })
    }

    /// `kafka-consumer-perf-test` from the start of a topic; the time is without that of joining.
    pub fn consumer_perf(
        &self,
        address: &str,
        topic: &str,
        records: u64,
        scratch: &Path,
    ) -> Result<Said, BenchError> {
        let records_text = records.to_string();
        let arguments = ["--bootstrap-server", address, "--topic", topic];
        let sizes = ["--num-records", &records_text, "--timeout", "30000"];
        let class = "org.apache.kafka.tools.ConsumerPerformance";
        let text = self.run(class, &[&arguments[..], &sizes].concat(), scratch)?;
        let column = |name| parse_consumer_perf(&text, name);
        let missing = || BenchError::Tool { tool: class, output: text.clone() };
        let read = column("data.consumed.in.nMsg").ok_or_else(missing)?;
        let rate = column("fetch.nMsg.sec").ok_or_else(missing)?;
        if (read as u64) < records {
            return Err(missing());
        }
        let mut measured = of(read as u64, rate);
        let mib = column("data.consumed.in.MB").ok_or_else(missing)?;
        measured.bytes = (mib * f64::from(1 << 20)) as u64;
        let rebalance_ms = column("rebalance.time.ms").ok_or_else(missing)?;
        Ok(Said { measured, figures: vec![("join, ms", rebalance_ms)] })
    }

    /// Runs a tool to its end and returns what it printed.
    fn run(
        &self,
        class: &'static str,
        arguments: &[&str],
        scratch: &Path,
    ) -> Result<String, BenchError> {
        let path = scratch.join("tool.log");
        let log = File::create(&path)?;
        let mut command = Command::new("setpriv");
        command.args(["--pdeathsig", "TERM", "taskset", "-c", &self.core.to_string()]);
        command.args(["java", "-cp", &class_path(&self.jars), class]).args(arguments);
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
        let output = fs::read_to_string(&path)?;
        match status {
            Some(status) if status.success() => Ok(output),
            _ => Err(BenchError::Tool { tool: class, output }),
        }
    }
}

fn of(records: u64, records_per_second: f64) -> Measured {
    let elapsed = Duration::from_secs_f64(records as f64 / records_per_second.max(1.0));
    Measured { records, all_records: records, elapsed, ..Measured::new() }
}

struct ProducerPerf {
    records: u64,
    records_per_second: f64,
    latencies_ms: Vec<(&'static str, f64)>,
}

/// The last line, such as `1000 records sent, 500.0 records/sec (0.05 MB/sec), 3.1 ms avg latency,
/// 9.00 ms max latency, 3 ms 50th, 4 ms 95th, 5 ms 99th, 6 ms 99.9th.`
fn parse_producer_perf(text: &str) -> Option<ProducerPerf> {
    let line = text.lines().rev().find(|line| line.contains("99.9th"))?;
    let number = |text: &str| text.split_whitespace().next()?.parse::<f64>().ok();
    let mut found = ProducerPerf { records: 0, records_per_second: 0.0, latencies_ms: Vec::new() };
    let names = [("50th", "p50 ms"), ("99th", "p99 ms"), ("99.9th", "p99.9 ms")];
    for part in line.trim_end_matches('.').split(", ") {
        if part.ends_with("records sent") {
            found.records = number(part)? as u64;
        } else if part.contains("records/sec") {
            found.records_per_second = number(part)?;
        } else if let Some((_, name)) =
            names.iter().find(|(end, _)| part.split(' ').next_back() == Some(end))
        {
            found.latencies_ms.push((name, number(part)?));
        }
    }
    (found.records_per_second > 0.0 && found.latencies_ms.len() == 3).then_some(found)
}

/// A column of the one line of figures below the line of names.
fn parse_consumer_perf(text: &str, column: &str) -> Option<f64> {
    let mut lines = text.lines().skip_while(|line| !line.starts_with("start.time"));
    let position = lines.next()?.split(", ").position(|name| name.trim() == column)?;
    lines.next()?.split(", ").nth(position)?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_summary_of_the_producer_is_read() {
        let text = "5 records sent, 1.0 records/sec (0.00 MB/sec), 1.0 ms avg latency, 2.0 ms max \
                    latency.\n\
                    1000000 records sent, 274725.3 records/sec (26.20 MB/sec), 812.52 ms avg \
                    latency, 1212.00 ms max latency, 806 ms 50th, 1157 ms 95th, 1198 ms 99th, \
                    1211 ms 99.9th.\n";
        let found = parse_producer_perf(text).unwrap();
        assert_eq!((found.records, found.records_per_second), (1_000_000, 274_725.3));
        let latencies = [("p50 ms", 806.0), ("p99 ms", 1198.0), ("p99.9 ms", 1211.0)];
        assert_eq!(found.latencies_ms, latencies);
        assert!(parse_producer_perf("nothing\n").is_none());
    }

    #[test]
    fn a_column_of_the_consumer_is_read_by_its_name() {
        let text = "WARN something\nstart.time, end.time, data.consumed.in.MB, fetch.nMsg.sec\n\
                    2026-01-01 00:00:00:000, 2026-01-01 00:00:01:000, 95.3674, 1234567.9\n";
        assert_eq!(parse_consumer_perf(text, "fetch.nMsg.sec"), Some(1_234_567.9));
        assert_eq!(parse_consumer_perf(text, "data.consumed.in.MB"), Some(95.3674));
        assert_eq!(parse_consumer_perf(text, "MB.sec"), None);
    }
}
