//! The numbers as Prometheus reads them (text format 0.0.4).

use std::fmt::Write;

use storage::StoreStats;

use super::latency::BOUNDS_US;
use super::{Kind, Metrics, Summary};

type Row = (&'static str, Kind, &'static str, u64);

impl Metrics {
    /// All numbers of the node as text; for the control thread.
    pub fn render_prometheus(&self) -> String {
        let mut out = String::new();
        let of_shards: Vec<_> = self.shards.iter().map(|shard| shard.numbers()).collect();
        render_rows(&mut out, "", &of_shards);
        let published: Vec<_> = self.shards.iter().map(|shard| shard.published()).collect();
        let of_stores: Vec<_> =
            published.iter().map(|published| store_rows(&published.store)).collect();
        render_rows(&mut out, "store_", &of_stores);
        let produce: Vec<_> = published.iter().map(|of| of.produce).collect();
        render_latency(&mut out, "produce", &produce);
        let fetch: Vec<_> = published.iter().map(|of| of.fetch).collect();
        render_latency(&mut out, "fetch", &fetch);
        let commit: Vec<_> = published.iter().map(|of| of.commit).collect();
        render_latency(&mut out, "offset_commit", &commit);
        out
    }
}

fn render_rows(out: &mut String, group: &str, of_shards: &[Vec<Row>]) {
    let Some(first) = of_shards.first() else {
        return;
    };
    for (index, (name, kind, help, _)) in first.iter().enumerate() {
        let (suffix, type_name) = match kind {
            Kind::Counter => ("_total", "counter"),
            Kind::Gauge => ("", "gauge"),
        };
        // Writing to a string cannot fail.
        let _ = writeln!(out, "# HELP tidemill_{group}{name}{suffix} {help}");
        let _ = writeln!(out, "# TYPE tidemill_{group}{name}{suffix} {type_name}");
        for (shard, rows) in of_shards.iter().enumerate() {
            let value = rows[index].3;
            let _ = writeln!(out, "tidemill_{group}{name}{suffix}{{shard=\"{shard}\"}} {value}");
        }
    }
}

fn render_latency(out: &mut String, api: &str, of_shards: &[Summary]) {
    let name = format!("tidemill_{api}_latency_seconds");
    let _ = writeln!(
        out,
        "# HELP {name} From a request's last byte to its answer being ready, since the start."
    );
    let _ = writeln!(out, "# TYPE {name} histogram");
    let seconds = |us: u64| us as f64 / 1e6;
    for (shard, summary) in of_shards.iter().enumerate() {
        for (bound_us, count) in BOUNDS_US.iter().zip(summary.within) {
            let le = seconds(*bound_us);
            let _ = writeln!(out, "{name}_bucket{{shard=\"{shard}\",le=\"{le}\"}} {count}");
        }
        let (sum, count) = (seconds(summary.sum_us), summary.count);
        let _ = writeln!(out, "{name}_bucket{{shard=\"{shard}\",le=\"+Inf\"}} {count}");
        let _ = writeln!(out, "{name}_sum{{shard=\"{shard}\"}} {sum}");
        let _ = writeln!(out, "{name}_count{{shard=\"{shard}\"}} {count}");
    }
    let max = format!("tidemill_{api}_latency_max_seconds");
    let _ = writeln!(out, "# HELP {max} The longest of them.");
    let _ = writeln!(out, "# TYPE {max} gauge");
    for (shard, summary) in of_shards.iter().enumerate() {
        let _ = writeln!(out, "{max}{{shard=\"{shard}\"}} {}", seconds(summary.max_us));
    }
}

fn store_rows(stats: &StoreStats) -> Vec<Row> {
    use Kind::{Counter, Gauge};
    vec![
        ("logs", Gauge, "Partitions on disk.", stats.logs),
        ("writes", Counter, "Writes given to the disk.", stats.writes),
        ("written_bytes", Counter, "Bytes written.", stats.written_bytes),
        ("zeroed_bytes", Counter, "Zeros written ahead of tails.", stats.zeroed_bytes),
        ("syncs", Counter, "Separate data syncs.", stats.syncs),
        ("tail_reads", Counter, "Reads served from memory.", stats.tail_reads),
        ("tail_read_bytes", Counter, "Bytes served from memory.", stats.tail_read_bytes),
        ("cold_reads", Counter, "Reads that went to the disk.", stats.cold_reads),
        ("cold_read_bytes", Counter, "Bytes read from the disk.", stats.cold_read_bytes),
        ("duplicate_batches", Counter, "Batches sent twice, kept once.", stats.duplicate_batches),
        (
            "recompressed_batches",
            Counter,
            "Batches compressed again, as compression.type of their topic asks.",
            stats.recompressed_batches,
        ),
        ("corrupt_batches", Counter, "Batches at rest found damaged.", stats.corrupt_batches),
        ("rolled_segments", Counter, "Segments closed for a new one.", stats.rolled_segments),
        ("deleted_segments", Counter, "Segments removed.", stats.deleted_segments),
        ("cleaner_runs", Counter, "Runs of compaction.", stats.cleaner_runs),
        ("cleaner_failures", Counter, "Runs of compaction given up.", stats.cleaner_failures),
        ("cleaner_read_bytes", Counter, "Bytes compaction read.", stats.cleaner_read_bytes),
        ("cleaner_written_bytes", Counter, "Bytes compaction wrote.", stats.cleaner_written_bytes),
        ("cleaned_bytes", Counter, "Bytes compaction freed.", stats.cleaned_bytes),
        ("tail_used_bytes", Gauge, "Tail memory in use.", stats.tail_used_bytes),
        ("tail_limit_bytes", Gauge, "Tail memory there is.", stats.tail_limit_bytes),
        ("read_used_bytes", Gauge, "Read memory in use.", stats.read_used_bytes),
        ("open_files", Gauge, "Segment files open for reading.", stats.open_files),
        ("fenced_logs", Gauge, "Logs given up after a disk error.", stats.fenced_logs),
        ("disk_full_refusals", Counter, "Appends refused: disk full.", stats.disk_full_refusals),
        (
            "back_pressure_refusals",
            Counter,
            "Appends put off: no write buffer.",
            stats.back_pressure_refusals,
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::Published;

    #[test]
    fn every_line_is_a_comment_or_a_number_of_a_shard() {
        let metrics = Metrics::new(2);
        metrics.shards[1].produce_records.add(7);
        metrics.shards[1].publish(Published {
            produce: Summary { count: 1, sum_us: 1500, max_us: 1500, ..Summary::default() },
            ..Published::default()
        });
        let text = metrics.render_prometheus();
        assert!(text.contains("\ntidemill_produce_records_total{shard=\"1\"} 7\n"));
        assert!(text.contains("_bucket{shard=\"1\",le=\"+Inf\"} 1\n"));
        assert!(text.contains("tidemill_produce_latency_seconds_sum{shard=\"1\"} 0.0015\n"));
        for line in text.lines().filter(|line| !line.starts_with("# ")) {
            let (name, value) = line.rsplit_once(' ').expect("a name and a value");
            assert!(name.starts_with("tidemill_") && name.contains("shard="), "{line}");
            value.parse::<f64>().expect("a number");
        }
    }
}
