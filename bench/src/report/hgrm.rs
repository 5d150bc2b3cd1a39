//! Latencies as files that HdrHistogram's plotters read.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use hdrhistogram::Histogram;

use super::PeerReport;
use crate::rows::{Durability, ROWS};

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
pub fn write(directory: &Path, peers: &[PeerReport]) -> std::io::Result<()> {
    fs::create_dir_all(directory)?;
    for peer in peers {
        for row in ROWS {
            for durability in Durability::ALL {
                if let Some(histogram) = peer.merged(row.name, durability) {
                    let slug = row.name.replace([' ', ',', '/'], "-");
                    let name = format!("{}-{slug}-{durability:?}.hgrm", peer.broker.name());
                    fs::write(directory.join(name), percentiles(&histogram))?;
                }
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workload::Measured;
    use std::time::Duration;

    #[test]
    fn every_latency_is_counted_and_the_last_line_is_the_highest() {
        let mut measured = Measured::new();
        for ms in 1..=1000 {
            measured.record_latency(Duration::from_millis(ms));
        }
        assert_eq!(measured.latency_ms(0.5).unwrap().round(), 500.0);
        assert!((989.0..992.0).contains(&measured.latency_ms(0.99).unwrap()));
        let text = percentiles(&measured.latency_us);
        let rows: Vec<Vec<f64>> = text
            .lines()
            .skip(2)
            .filter(|line| !line.starts_with('#'))
            .map(|line| line.split_whitespace().map(|field| field.parse().unwrap()).collect())
            .collect();
        let last = rows.last().unwrap();
        assert_eq!((last[1], last[2]), (1.0, 1000.0), "{text}");
        assert!((999.0..1002.0).contains(&last[0]), "{text}");
        assert!(rows.windows(2).all(|pair| pair[0][0] <= pair[1][0] && pair[0][2] <= pair[1][2]));
    }
}
