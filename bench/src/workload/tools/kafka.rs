//! Kafka's own perf tools, with its Java client.

use super::{Said, Task, Tools, of};
use crate::BenchError;
use crate::peer::class_path;

impl Tools {
    /// `kafka-producer-perf-test`: `acks=all` and the producer's defaults otherwise.
    pub(super) fn kafka_producer(&self, task: &Task) -> Result<Said, BenchError> {
        let (records, bytes) = (task.records.to_string(), task.record_bytes.to_string());
        let address = ["--bootstrap-server", task.address, "--topic", task.topic];
        let sizes = ["--throughput", "-1", "--num-records", &records, "--record-size", &bytes];
        let class = "org.apache.kafka.tools.ProducerPerformance";
        let text = self.java(class, &[&address[..], &sizes].concat(), task)?;
        let summary = parse_producer_perf(&text)
            .ok_or_else(|| BenchError::Tool { tool: class, output: text.clone() })?;
        let mut measured = of(summary.records, summary.records_per_second);
        measured.bytes = summary.records * task.record_bytes as u64;
        Ok(Said { measured, figures: summary.latencies_ms })
    }

    /// `kafka-consumer-perf-test` from the start of a topic; the time is without that of joining.
    pub(super) fn kafka_consumer(&self, task: &Task) -> Result<Said, BenchError> {
        let records = task.records.to_string();
        let address = ["--bootstrap-server", task.address, "--topic", task.topic];
        let sizes = ["--num-records", &records, "--timeout", "30000"];
        let class = "org.apache.kafka.tools.ConsumerPerformance";
        let text = self.java(class, &[&address[..], &sizes].concat(), task)?;
        let column = |name| parse_consumer_perf(&text, name);
        let missing = || BenchError::Tool { tool: class, output: text.clone() };
        let read = column("data.consumed.in.nMsg").ok_or_else(missing)?;
        let rate = column("fetch.nMsg.sec").ok_or_else(missing)?;
        if (read as u64) < task.records {
            return Err(missing());
        }
        let mut measured = of(read as u64, rate);
        let mib = column("data.consumed.in.MB").ok_or_else(missing)?;
        measured.bytes = (mib * f64::from(1 << 20)) as u64;
        let rebalance_ms = column("rebalance.time.ms").ok_or_else(missing)?;
        Ok(Said { measured, figures: vec![("join, ms", rebalance_ms)] })
    }

    fn java(
        &self,
        class: &'static str,
        arguments: &[&str],
        task: &Task,
    ) -> Result<String, BenchError> {
        let jars = class_path(self.jars()?);
        self.run(class, &[&["java", "-cp", &jars, class], arguments].concat(), task.scratch)
    }
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
