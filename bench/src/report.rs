//! What a comparison prints: one table of medians, ratios and spread, and the histograms as files.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use hdrhistogram::Histogram;

use crate::suite::{Durability, Outcome, ROWS};

/// The turns of one peer: each holds every row it ran.
pub struct PeerReport {
    pub name: &'static str,
    pub turns: Vec<Vec<Outcome>>,
    pub start_up_ms: Vec<f64>,
    pub idle_mib: Vec<f64>,
}

pub fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
}

impl PeerReport {
    pub fn each(
        &self,
        row: &str,
        durability: Durability,
        figure: impl Fn(&Outcome) -> f64,
    ) -> Vec<f64> {
        let outcomes = self.turns.iter().flatten();
        outcomes.filter(|o| o.row == row && o.durability == durability).map(figure).collect()
    }
}

impl PeerReport {
    /// Whether a row was run.
    pub fn has(&self, row: &str) -> bool {
        self.turns.iter().flatten().any(|outcome| outcome.row == row)
    }

    /// The latencies of all turns at a row, in microseconds.
    pub fn merged(&self, row: &str, durability: Durability) -> Option<Histogram<u64>> {
        let outcomes = self.turns.iter().flatten();
        let mut found = outcomes.filter(|o| o.row == row && o.durability == durability);
        let mut merged = found.next()?.measured.latency_us.clone();
        for outcome in found {
            merged.add(&outcome.measured.latency_us).expect("one range for all");
        }
        Some(merged)
    }
}

fn quantile_ms(outcome: &Outcome, quantile: f64) -> f64 {
    outcome.measured.latency_us.value_at_quantile(quantile) as f64 / 1000.0
}

pub fn rate(value: f64) -> String {
    match value {
        v if v >= 1e6 => format!("{:.2} M/s", v / 1e6),
        v if v >= 1e3 => format!("{:.1} k/s", v / 1e3),
        v => format!("{v:.0} /s"),
    }
}

/// The table, as Markdown. Ratios are against the first peer's page-cache row.
pub fn table(peers: &[PeerReport]) -> String {
    let mut out = String::from(
        "| row | broker, ack | records | against Kafka's page cache | p50 ms | p99 ms | p99.9 ms | \
         CPU s / M records |\n| --- | --- | --- | --- | --- | --- | --- | --- |\n",
    );
    for row in ROWS {
        let base = median(
            &peers[0].each(row.name, Durability::Memory, |o| o.measured.records_per_second()),
        );
        for peer in peers {
            for durability in [Durability::Memory, Durability::Synced] {
                let rates = peer.each(row.name, durability, |o| o.measured.records_per_second());
                if rates.is_empty() {
                    continue;
                }
                let low = rates.iter().copied().fold(f64::INFINITY, f64::min);
                let high = rates.iter().copied().fold(0.0, f64::max);
                let at = |q: f64| median(&peer.each(row.name, durability, |o| quantile_ms(o, q)));
                let cpu = median(&peer.each(row.name, durability, |o| o.cpu_s_per_million));
                let _ = writeln!(
                    out,
                    "| {} | {}, {} | {} ({}–{}) | {:.2}× | {:.2} | {:.2} | {:.2} | {:.2} |",
                    row.name,
                    peer.name,
                    ack_name(peer.name, durability),
                    rate(median(&rates)),
                    rate(low),
                    rate(high),
                    median(&rates) / base,
                    at(0.5),
                    at(0.99),
                    at(0.999),
                    cpu
                );
            }
        }
    }
    for peer in peers {
        let (start, idle) = (median(&peer.start_up_ms), median(&peer.idle_mib));
        let _ = writeln!(out, "\n{}: start {start:.0} ms, idle memory {idle:.0} MiB", peer.name);
    }
    out
}

/// What an acknowledgement promises.
pub fn ack_name(peer: &str, durability: Durability) -> &'static str {
    match (peer, durability) {
        (_, Durability::Synced) => "after data sync",
        ("tidemill", Durability::Memory) => "crash-safe arena",
        (_, Durability::Memory) => "page cache",
    }
}

/// A percentile distribution in HdrHistogram's text form: value (ms), percentile, count, 1/(1-p).
fn percentiles(histogram: &Histogram<u64>) -> String {
    let mut out = String::from("       Value     Percentile TotalCount 1/(1-Percentile)\n\n");
    for step in histogram.iter_quantiles(5) {
        let quantile = step.quantile_iterated_to();
        let tail = 1.0 / (1.0 - quantile);
        let _ = writeln!(
            out,
            "{:12.3} {:14.12} {:10} {:14.2}",
            step.value_iterated_to() as f64 / 1000.0,
            quantile,
            histogram.count_between(0, step.value_iterated_to()),
            tail
        );
    }
    let _ = writeln!(
        out,
        "#[Mean    = {:12.3}, StdDeviation   = {:12.3}]\n\
         #[Max     = {:12.3}, Total count    = {:12}]",
        histogram.mean() / 1000.0,
        histogram.stdev() / 1000.0,
        histogram.max() as f64 / 1000.0,
        histogram.len()
    );
    out
}

/// Writes `<peer>-<row>-<durability>.hgrm`, all turns merged, into `directory`.
pub fn write_histograms(directory: &Path, peers: &[PeerReport]) -> std::io::Result<()> {
    fs::create_dir_all(directory)?;
    for peer in peers {
        for row in ROWS {
            for durability in [Durability::Memory, Durability::Synced] {
                if let Some(histogram) = peer.merged(row.name, durability) {
                    let slug = row.name.replace([' ', ',', '/'], "-");
                    let name = format!("{}-{slug}-{durability:?}.hgrm", peer.name);
                    fs::write(directory.join(name), percentiles(&histogram))?;
                }
            }
        }
    }
    Ok(())
}
