//! librdkafka's own load tool, `rdkafka_performance`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use super::{Said, Task, Tools, of};
use crate::BenchError;

const NAME: &str = "rdkafka_performance";

/// Builds it where it is not there, and prints where it is.
const SCRIPT: &str = "bench/rdkafka-performance";

/// Its path; it takes a minute where it was never built. Otherwise what stands in the way.
pub fn build() -> Result<PathBuf, String> {
    let hint = format!("build one with {SCRIPT}, or name it with --rdkafka-performance FILE");
    if !Path::new(SCRIPT).is_file() {
        return Err(format!("no {NAME}, and no {SCRIPT} below this folder; {hint}"));
    }
    eprintln!("  {SCRIPT}: {NAME} is built, if it is not there yet");
    let run = Command::new(SCRIPT).output();
    let output = run.map_err(|error| format!("{SCRIPT}: {error}; {hint}"))?;
    if !output.status.success() {
        return Err(format!("{NAME} {}", String::from_utf8_lossy(&output.stderr).trim()));
    }
    Ok(PathBuf::from(String::from_utf8_lossy(&output.stdout).trim()))
}

impl Tools {
    /// `-P`: `acks=all` and librdkafka's defaults, the linger among them: the tool's own is a
    /// second. With a rate it does not linger, and every record is timed.
    pub(super) fn rdkafka_producer(
        &self,
        task: &Task,
        per_second: Option<u64>,
    ) -> Result<Said, BenchError> {
        let bytes = task.record_bytes.to_string();
        let linger = if per_second.is_some() { "linger.ms=0" } else { "linger.ms=5" };
        let mut arguments = vec!["-P", "-a", "all", "-s", &bytes, "-X", linger];
        let latencies = task.scratch.join("latencies");
        let (rate, file) = (per_second.map(|rate| rate.to_string()), latencies.to_string_lossy());
        if let Some(rate) = &rate {
            arguments.extend(["-r", rate, "-l", "-A", &file]);
        }
        let text = self.rdkafka_performance(&arguments, task)?;
        let failed = |why: &str| tool_failed(&text, why);
        let figure = |name| parse(&text, name).ok_or_else(|| failed(&format!("no column {name}")));
        let (sent, errors) = (figure("dr")?, figure("dr_err")?);
        if (sent as u64) < task.records || errors > 0.0 {
            return Err(failed("not all were delivered"));
        }
        let mut measured = of(sent as u64, figure("dr_m/s")?);
        measured.bytes = measured.records * task.record_bytes as u64;
        let mut figures = Vec::new();
        if per_second.is_none() {
            figures.push(("MB/s", figure("dr_MB/s")?));
        } else {
            for line in fs::read_to_string(&latencies)?.lines() {
                let us = line.trim().parse().map_err(|_| failed("no latency"))?;
                measured.record_latency(Duration::from_micros(us));
            }
        }
        Ok(Said { measured, figures })
    }

    /// `-C` over all partitions from their start; its time begins with the first record.
    pub(super) fn rdkafka_consumer(&self, task: &Task) -> Result<Said, BenchError> {
        let partitions: Vec<String> = (0..task.partitions).map(|p| p.to_string()).collect();
        let mut arguments = vec!["-C", "-o", "beginning"];
        arguments.extend(partitions.iter().flat_map(|partition| ["-p", partition]));
        let text = self.rdkafka_performance(&arguments, task)?;
        let failed = |why: &str| tool_failed(&text, why);
        let figure = |name| parse(&text, name).ok_or_else(|| failed(&format!("no column {name}")));
        let (read, errors) = (figure("msgs")?, figure("rx_err")?);
        if (read as u64) < task.records || errors > 0.0 {
            return Err(failed("not all were read"));
        }
        let mut measured = of(read as u64, figure("m/s")?);
        measured.bytes = figure("bytes")? as u64;
        Ok(Said { measured, figures: vec![("MB/s", figure("MB/s")?)] })
    }

    fn rdkafka_performance(&self, arguments: &[&str], task: &Task) -> Result<String, BenchError> {
        let program = self.rdkafka()?.to_string_lossy();
        let records = task.records.to_string();
        let common = [&*program, "-u", "-b", task.address, "-t", task.topic, "-c", &records];
        self.run(NAME, &[&common, arguments].concat(), task.scratch)
    }
}

fn tool_failed(output: &str, why: &str) -> BenchError {
    BenchError::Tool { tool: NAME, output: format!("{output}({why})") }
}

/// A column of the last line of its table, by the name at the table's head.
fn parse(text: &str, column: &str) -> Option<f64> {
    let cells = |line: &'_ str| -> Vec<String> {
        line.split('|').map(|cell| cell.trim().to_owned()).collect()
    };
    let mut lines = text.lines().filter(|line| line.starts_with('|'));
    let head = cells(lines.find(|line| line.contains("elapsed"))?);
    let last = cells(lines.next_back()?);
    last.get(head.iter().position(|name| name == column)?)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PRINTED: &str = "\
% Sending 50000 messages of size 100 bytes
|    elapsed |       msgs |      bytes |         dr |     dr_m/s |    dr_MB/s |     dr_err 
|        999 |      50000 |    5000000 |      20000 |      20020 |       2.00 |          0 
|       1003 |      50000 |    5000000 |      50000 |      49844 |       4.98 |          0 
% 12 backpressures for 50000 produce calls: 0.024% backpressure rate
";

    #[test]
    fn the_last_line_is_read_by_the_names_at_the_head() {
        let figures = ["dr", "dr_m/s", "dr_MB/s", "dr_err"].map(|name| parse(PRINTED, name));
        assert_eq!(figures, [50_000.0, 49_844.0, 4.98, 0.0].map(Some));
        assert_eq!(parse(PRINTED, "m/s"), None);
        assert_eq!(parse("% Failed to create Kafka producer\n", "dr"), None);
    }
}
