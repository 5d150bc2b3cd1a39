//! The comparison that a user asks for, and the report of it.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use crate::limits::STEADY_SPREAD;
use crate::options::{Bench, Timing};
use crate::peer::{self, Broker, Kafka, Tidemill};
use crate::plan::{Pick, Plan};
use crate::report::{self, hgrm, html};
use crate::rows::{ROWS, Row};
use crate::{BenchError, disk, facts, steady};

#[derive(clap::Args)]
pub struct Compare {
    #[command(flatten)]
    pub bench: Bench,
    /// Turns of each broker, interleaved.
    #[arg(long, default_value_t = 3)]
    pub turns: usize,
    /// The short way: each turn starts each broker anew and keeps it busy for --start-warm-up-s,
    /// which leaves Java half cold. Ratios to Kafka are too good then, and the report says so.
    #[arg(long)]
    pub quick: bool,
    /// How long a broker is kept busy after its start, before its first row.
    #[arg(long, default_value = "20", value_parser = seconds, requires = "quick")]
    pub start_warm_up_s: Duration,
    /// A broker is warm when its last three windows of this length are within 5 % of each other.
    #[arg(long, default_value = "5", value_parser = seconds, conflicts_with = "quick")]
    pub steady_window_s: Duration,
    /// How long each broker is driven at least with each shape of requests.
    #[arg(long, default_value = "30", value_parser = seconds, conflicts_with = "quick")]
    pub steady_at_least_s: Duration,
    /// And at most.
    #[arg(long, default_value = "240", value_parser = seconds, conflicts_with = "quick")]
    pub steady_at_most_s: Duration,
    /// Also run Kafka as its documentation has it for throughput; ratios are to the better of both.
    #[arg(long)]
    pub kafka_tuned: bool,
    /// Of each row.
    #[arg(long, default_value = "1", value_parser = seconds)]
    pub warm_up_s: Duration,
    /// Of each row.
    #[arg(long, default_value = "4", value_parser = seconds)]
    pub measure_s: Duration,
    /// Only rows whose name contains one of these words, set apart by semicolons; the command
    /// `rows` prints all names.
    #[arg(long, alias = "row", value_delimiter = ';')]
    pub rows: Vec<String>,
    /// What is written for the rows that read from the disk, in MiB. More than the machine's
    /// memory shows most.
    #[arg(long, default_value_t = 4096)]
    pub backlog_mib: u64,
    /// Also run Tidemill with a second shard on the generator's core, for the CPU time of a
    /// message.
    #[arg(long)]
    pub two_shards: bool,
}

pub fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse().map_err(|_| format!("{text} is no number of seconds"))?;
    Duration::try_from_secs_f64(seconds).map_err(|error| error.to_string())
}

/// The brokers of a run, the one that is compared with first. Another broker is added here.
pub fn brokers(bench: &Bench, kafka_tuned: bool, two_shards: bool) -> Vec<Box<dyn Broker>> {
    let mut brokers: Vec<Box<dyn Broker>> = Vec::new();
    let kafkas: &[bool] = if kafka_tuned { &[false, true] } else { &[false] };
    if let Some(jars) = &bench.kafka_jars {
        for &tuned in kafkas {
            brokers.push(Box::new(Kafka { jars: jars.clone(), tuned }));
        }
    }
    for shards in if two_shards { 1..=2 } else { 1..=1 } {
        let program = bench.tidemill.clone();
        brokers.push(Box::new(Tidemill { program, shards, is_base: false }));
    }
    brokers.retain(|broker| bench.wants(broker.name()));
    brokers
}

/// What a report says of the short way.
fn quick_method(start: Duration) -> String {
    format!(
        "QUICK, NOT FAIR TO JAVA: each turn starts each broker anew and keeps it busy for {} s, \
         which leaves Java's code half compiled. Do not quote its ratios.",
        start.as_secs_f64()
    )
}

/// What a report says of the fair way.
fn fair_method(limits: &steady::Limits) -> String {
    let steady::Limits { window, at_least, at_most } = limits;
    let seconds = |time: &Duration| time.as_secs_f64();
    let mut text = format!(
        "Each broker was driven at saturation with each shape of requests until three windows of \
         {} s were within {:.0} % of each other, for {} to {} s, and lived until the end of the \
         run.",
        seconds(window),
        STEADY_SPREAD * 100.0,
        seconds(at_least),
        seconds(at_most),
    );
    if *limits != steady::Limits::FAIR {
        text += " NOT FAIR TO JAVA: these are not the limits of a fair run.";
    }
    text
}

/// The comparison that the user asked for, and its report.
pub fn run(mut options: Compare) -> Result<(), BenchError> {
    let chosen: Vec<&'static Row> = ROWS.iter().filter(|row| row.is_among(&options.rows)).collect();
    let each = |&row: &&'static Row| row.durabilities.iter().map(move |&ack| (row, ack));
    let picks: Vec<Pick> = chosen.iter().flat_map(each).collect();
    if picks.is_empty() {
        return Err(BenchError::Usage("no row has such a name".into()));
    }
    let wants_kafka =
        options.bench.wants("kafka") || (options.kafka_tuned && options.bench.wants("kafka-tuned"));
    if wants_kafka && options.bench.kafka_jars.is_none() {
        options.bench.kafka_jars = Some(peer::fetch()?);
    }
    let timing = Timing {
        start: options.start_warm_up_s,
        warm_up: options.warm_up_s,
        measure: options.measure_s,
    };
    let plan = Plan {
        bench: &options.bench,
        settings: options.bench.settings(
            timing,
            options.backlog_mib << 20,
            options.bench.tools(&chosen),
        ),
        start_warm_up: timing.start,
        picks,
        turns: options.turns,
    };
    let limits = steady::Limits {
        window: options.steady_window_s,
        at_least: options.steady_at_least_s,
        at_most: options.steady_at_most_s,
    };
    if limits.window.is_zero() {
        return Err(BenchError::Usage("--steady-window-s is above zero".into()));
    }
    let data: &PathBuf = &options.bench.data;
    fs::create_dir_all(data)?;
    let disk_before = disk::rates(data);
    let brokers = brokers(&options.bench, options.kafka_tuned, options.two_shards);
    let (reports, method) = match options.quick {
        true => (plan.run(brokers)?, quick_method(timing.start)),
        false => (plan.run_fair(brokers, &limits)?, fair_method(&limits)),
    };
    let mut facts = facts::gather(data);
    facts.extend(disk::facts(&disk_before, &disk::rates(data)));
    println!("{method}\n\n{}", report::table(&reports));
    for (what, value) in &facts {
        println!("{what}: {value}");
    }
    hgrm::write(&data.join("hgrm"), &reports)?;
    println!("Histograms: {}", data.join("hgrm").display());
    let page = data.join("report.html");
    fs::write(&page, html::page(&reports, &method, &facts))?;
    println!("Report: {}", page.display());
    match reports.iter().map(|report| report.failures.len()).sum() {
        0 => Ok(()),
        failed => Err(BenchError::Failed { failed }),
    }
}
