//! A minute's run against ratios that were stored before. It judges nothing: noise is not failure.

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::compare::{brokers, seconds};
use crate::options::{Bench, Timing};
use crate::plan::{Pick, Plan};
use crate::report::{PeerReport, score_text};
use crate::rows::{Durability, ROWS, Row};
use crate::{BenchError, facts, pairs};

#[derive(clap::Args)]
pub struct Regress {
    #[command(flatten)]
    pub bench: Bench,
    /// The stored ratios.
    #[arg(long, default_value = "bench/regress.toml")]
    pub stored: PathBuf,
    /// Store what this run gives.
    #[arg(long)]
    pub write: bool,
    /// Compare --tidemill with this other `tidemill` program instead, row by row in turns.
    #[arg(long, value_name = "FILE", conflicts_with = "write")]
    pub base_binary: Option<PathBuf>,
    /// Turns of both programs; more of them tell smaller differences.
    #[arg(long, default_value_t = 3, requires = "base_binary")]
    pub turns: usize,
    /// Only rows whose name contains one of these words, set apart by semicolons.
    #[arg(long, value_delimiter = ';', requires = "base_binary")]
    pub rows: Vec<String>,
    /// Of each row of both programs.
    #[arg(long, default_value = "2", value_parser = seconds, requires = "base_binary")]
    pub measure_s: Duration,
}

/// Few enough for a minute with both brokers' starts.
const PICKS: [(&str, Durability); 5] = [
    ("produce 100 x 100 B", Durability::Memory),
    ("produce 100 x 100 B", Durability::Synced),
    ("produce 1 x 100 B", Durability::Memory),
    ("fetch cached, 1 MiB", Durability::Memory),
    ("end to end at 1,000/s", Durability::Memory),
];

const TIMING: Timing = Timing {
    start: Duration::from_secs(3),
    warm_up: Duration::from_millis(500),
    measure: Duration::from_secs(2),
};

/// A change below this is noise on any machine.
const NOISE: f64 = 0.15;

/// The stored file.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Stored {
    /// What it was measured on; ratios of another machine are not quite comparable.
    pub processor: String,
    #[serde(default, rename = "row")]
    pub rows: Vec<StoredRow>,
}

/// One row: Tidemill's figure, Kafka's from its page cache, and the first by the second.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StoredRow {
    pub name: String,
    /// Whether the acknowledgement waits for the data sync.
    pub synced: bool,
    pub tidemill: f64,
    pub kafka: f64,
    pub ratio: f64,
}

impl Stored {
    fn find(&self, row: &Row, durability: Durability) -> Option<&StoredRow> {
        let synced = durability == Durability::Synced;
        self.rows.iter().find(|stored| stored.name == row.name && stored.synced == synced)
    }
}

fn read(path: &Path) -> Result<Stored, BenchError> {
    match fs::read_to_string(path) {
        Ok(text) => toml::from_str(&text)
            .map_err(|error| BenchError::Usage(format!("{}: {error}", path.display()))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Stored::default()),
        Err(error) => Err(error.into()),
    }
}

const HEADING: &str = concat!(
    "# Kafka's figures are those of a half cold Java: for changes of ours only, ",
    "not to be quoted.\n",
    "# Written by `tidemill-bench regress --write`: ",
    "Tidemill against stock Kafka, which acks from its page cache.\n"
);

fn picks() -> Vec<Pick> {
    let find = |name| ROWS.iter().find(|row| row.name == name).expect("a row's name");
    PICKS.iter().map(|&(name, durability)| (find(name), durability)).collect()
}

/// What was measured, by pick: Tidemill's and Kafka's figure.
type Measured = Vec<(Pick, Option<f64>, Option<f64>)>;

fn measured(reports: &[PeerReport]) -> Measured {
    let find = |base: bool| reports.iter().find(|report| report.broker.is_base() == base);
    let figures = picks().into_iter().map(|(row, durability)| {
        let tidemill = find(false).and_then(|report| report.score(row, durability));
        let kafka = find(true).and_then(|report| report.score(row, Durability::Memory));
        ((row, durability), tidemill, kafka)
    });
    figures.collect()
}

/// How a ratio has changed, in words.
fn verdict(row: &Row, now: f64, before: f64) -> String {
    let change = now / before - 1.0;
    let percent = change * 100.0;
    let better = (change > 0.0) != row.score.less_is_better();
    match change.abs() {
        size if size < NOISE => format!("{percent:+.0} %, within noise"),
        _ if better => format!("{percent:+.0} %, better"),
        _ => format!("{percent:+.0} %, WORSE"),
    }
}

/// The table: each ratio, now and stored. Without Kafka in this run, its stored figure stands in.
fn table(measured: &Measured, stored: &Stored) -> String {
    let mut out = String::from(
        "| row | tidemill | kafka, page cache | ratio | stored | change |\n\
         | --- | --- | --- | --- | --- | --- |\n",
    );
    for &((row, durability), tidemill, kafka) in measured {
        let before = stored.find(row, durability);
        let name = match durability {
            Durability::Memory => row.name.to_owned(),
            Durability::Synced => format!("{}, data-synced", row.name),
        };
        let Some(tidemill) = tidemill else {
            let _ = writeln!(out, "| {name} | not measured | | | | |");
            continue;
        };
        let base = kafka.or(before.map(|before| before.kafka));
        let kafka_text = match (kafka, base) {
            (Some(kafka), _) => score_text(row.score, kafka),
            (None, Some(base)) => format!("{}, stored", score_text(row.score, base)),
            (None, None) => "–".into(),
        };
        let ratio = base.map(|base| tidemill / base);
        let change = match (ratio, before) {
            (Some(ratio), Some(before)) => verdict(row, ratio, before.ratio),
            _ => "nothing stored".into(),
        };
        let number = |value: Option<f64>| value.map_or_else(|| "–".into(), |v| format!("{v:.2}×"));
        let _ = writeln!(
            out,
            "| {name} | {} | {kafka_text} | {} | {} | {change} |",
            score_text(row.score, tidemill),
            number(ratio),
            number(before.map(|before| before.ratio)),
        );
    }
    out
}

fn to_store(measured: &Measured) -> Vec<StoredRow> {
    let rows = measured.iter().filter_map(|&((row, durability), tidemill, kafka)| {
        let (tidemill, kafka) = (tidemill?, kafka?);
        let (name, synced) = (row.name.to_owned(), durability == Durability::Synced);
        Some(StoredRow { name, synced, tidemill, kafka, ratio: tidemill / kafka })
    });
    rows.collect()
}

/// Measures, prints, and stores if asked; an error only where nothing could be measured.
pub fn run(options: &Regress) -> Result<(), BenchError> {
    if let Some(base) = &options.base_binary {
        let timing = Timing { measure: options.measure_s, ..TIMING };
        return pairs::run(&options.bench, base, &options.rows, options.turns, timing);
    }
    let stored = read(&options.stored)?;
    let plan = Plan {
        bench: &options.bench,
        settings: options.bench.settings(TIMING, 0, options.bench.tools(&[])),
        start_warm_up: TIMING.start,
        picks: picks(),
        turns: 1,
    };
    let reports = plan.run(brokers(&options.bench, false, false))?;
    let measured = measured(&reports);
    let processor = facts::processor();
    println!("{}", table(&measured, &stored));
    if !stored.rows.is_empty() && stored.processor != processor {
        println!("Stored on another machine: {}; this is {processor}.", stored.processor);
    }
    for failure in reports.iter().flat_map(|report| &report.failures) {
        println!("FAILED: {failure}");
    }
    if measured.iter().all(|(_, tidemill, _)| tidemill.is_none()) {
        return Err(BenchError::Usage("nothing could be measured".into()));
    }
    if options.write {
        let rows = to_store(&measured);
        if rows.is_empty() {
            return Err(BenchError::Usage("without stock Kafka there is no ratio to store".into()));
        }
        let text = toml::to_string(&Stored { processor, rows })
            .map_err(|error| BenchError::Usage(error.to_string()))?;
        fs::write(&options.stored, format!("{HEADING}{text}"))?;
        println!("Stored in {}.", options.stored.display());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(name: &str) -> &'static Row {
        ROWS.iter().find(|row| row.name == name).unwrap()
    }

    #[test]
    fn more_is_better_but_for_latencies() {
        let (produce, latency) = (row("produce 100 x 100 B"), row("end to end at 1,000/s"));
        assert_eq!(verdict(produce, 12.0, 10.0), "+20 %, better");
        assert_eq!(verdict(produce, 8.0, 10.0), "-20 %, WORSE");
        assert_eq!(verdict(latency, 0.6, 0.5), "+20 %, WORSE");
        assert_eq!(verdict(latency, 0.4, 0.5), "-20 %, better");
        assert_eq!(verdict(produce, 9.0, 10.0), "-10 %, within noise");
    }

    #[test]
    fn what_is_stored_is_read_again_and_stands_in_for_kafka() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("regress.toml");
        assert_eq!(read(&path).unwrap(), Stored::default());
        let picks = picks();
        let both: Measured = picks.iter().map(|&pick| (pick, Some(20.0), Some(10.0))).collect();
        let stored = Stored { processor: "one".into(), rows: to_store(&both) };
        assert_eq!(stored.rows.len(), PICKS.len());
        fs::write(&path, format!("{HEADING}{}", toml::to_string(&stored).unwrap())).unwrap();
        assert_eq!(read(&path).unwrap(), stored);
        let alone: Measured = picks.iter().map(|&pick| (pick, Some(40.0), None)).collect();
        let table = table(&alone, &stored);
        assert_eq!(table.matches("+100 %").count(), PICKS.len(), "{table}");
        assert_eq!(table.matches(", stored |").count(), PICKS.len(), "{table}");
        assert!(to_store(&alone).is_empty());
    }

    #[test]
    fn a_damaged_file_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("regress.toml");
        fs::write(&path, "row = 1").unwrap();
        assert!(read(&path).unwrap_err().to_string().contains("regress.toml"));
    }
}
