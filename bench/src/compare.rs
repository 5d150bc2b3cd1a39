//! The comparison: every broker's turns, interleaved, and the report of them.

use std::fs;
use std::path::PathBuf;
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::options::{Bench, Timing};
use crate::peer::{self, Broker, Kafka, Peer, Place, Tidemill};
use crate::report::{self, PeerReport, hgrm, html};
use crate::rows::{Durability, ROWS, Row, Score};
use crate::suite::{Outcome, Settings, Turn};
use crate::workload::Wait;
use crate::workload::connections::raise_open_files;
use crate::{BenchError, facts};

#[derive(clap::Args)]
pub struct Compare {
    #[command(flatten)]
    pub bench: Bench,
    /// Turns of each broker, interleaved.
    #[arg(long, default_value_t = 3)]
    pub turns: usize,
    /// How long a broker is kept busy after its start, before its first row. Java compiles its code
    /// in this time, on the core that it serves with.
    #[arg(long, default_value = "20", value_parser = seconds)]
    pub start_warm_up_s: Duration,
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

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse().map_err(|_| format!("{text} is no number of seconds"))?;
    Duration::try_from_secs_f64(seconds).map_err(|error| error.to_string())
}

/// A row and how it is acknowledged.
pub type Pick = (&'static Row, Durability);

/// Prints what is done and how long the rest will take.
struct Progress {
    started: Instant,
    done: usize,
    total: usize,
}

impl Progress {
    fn step(&mut self, text: &str) {
        self.done += 1;
        let left = self.started.elapsed() / self.done as u32 * (self.total - self.done) as u32;
        let (done, total, left_s) = (self.done, self.total, left.as_secs());
        let filled = (done * 20).checked_div(total).unwrap_or(0).min(20);
        let bar = format!("{}{}", "#".repeat(filled), ".".repeat(20 - filled));
        eprintln!("[{bar}] {done}/{total}, {}:{:02} left: {text}", left_s / 60, left_s % 60);
    }
}

/// The brokers of a run, the one that is compared with first. Another broker is added here.
pub fn brokers(bench: &Bench, two_shards: bool) -> Vec<Box<dyn Broker>> {
    let mut brokers: Vec<Box<dyn Broker>> = Vec::new();
    if let Some(jars) = &bench.kafka_jars {
        brokers.push(Box::new(Kafka { jars: jars.clone() }));
    }
    for shards in if two_shards { 1..=2 } else { 1..=1 } {
        brokers.push(Box::new(Tidemill { program: bench.tidemill.clone(), shards }));
    }
    brokers.retain(|broker| bench.wants(broker.name()));
    brokers
}

/// All that turns have in common.
pub struct Plan<'a> {
    pub bench: &'a Bench,
    pub settings: Settings,
    pub start_warm_up: Duration,
    pub picks: Vec<Pick>,
    pub turns: usize,
}

impl Plan<'_> {
    fn place(&self, broker: &dyn Broker) -> Place {
        let Bench { broker_core, generator_core, .. } = *self.bench;
        let mut cores = vec![broker_core, generator_core];
        cores.truncate(broker.cores());
        peer::place(&self.bench.data, self.bench.port, cores)
    }

    fn picks_of(&self, broker: &dyn Broker, fresh: bool) -> Vec<Pick> {
        let picks = self.picks.iter().copied();
        picks.filter(|(row, _)| row.is_fresh() == fresh && broker.runs(row)).collect()
    }

    /// Runs all turns. What fails is told in the reports, and the rest goes on.
    pub fn run(&self, brokers: Vec<Box<dyn Broker>>) -> Result<Vec<PeerReport>, BenchError> {
        let generator = core_affinity::CoreId { id: self.bench.generator_core };
        core_affinity::set_for_current(generator);
        raise_open_files()?;
        fs::create_dir_all(&self.bench.data)?;
        let each = |broker: &dyn Broker| {
            self.picks_of(broker, true).len() + self.picks_of(broker, false).len()
        };
        let total = self.turns * brokers.iter().map(|broker| each(&**broker)).sum::<usize>();
        let mut progress = Progress { started: Instant::now(), done: 0, total };
        let mut reports: Vec<PeerReport> = brokers
            .into_iter()
            .map(|broker| {
                let place = self.place(&*broker);
                PeerReport::new(broker, &place)
            })
            .collect();
        for number in 0..self.turns {
            for report in &mut reports {
                report.turns.push(Vec::new());
                for fresh in [true, false] {
                    let picks = self.picks_of(&*report.broker, fresh);
                    if picks.is_empty() || self.bench.is_stopped() {
                        continue;
                    }
                    if let Err(error) = self.turn(report, &picks, fresh, number, &mut progress) {
                        report.failures.push(format!("turn {}: {error}", number + 1));
                    }
                }
            }
        }
        Ok(reports)
    }

    fn turn(
        &self,
        report: &mut PeerReport,
        picks: &[Pick],
        fresh: bool,
        number: usize,
        progress: &mut Progress,
    ) -> Result<(), BenchError> {
        let place = self.place(&*report.broker);
        let shares_core = place.cores.contains(&self.bench.generator_core);
        let wait = if shares_core { Wait::Sleep } else { Wait::Spin };
        let peer = Peer::start(&*report.broker, &place)?;
        report.start_up_ms.push(peer.start_up.as_secs_f64() * 1000.0);
        sleep(Duration::from_secs(1));
        report.idle_mib.push(peer.usage()?.resident_mib());
        let mut turn = Turn::new(&peer, &self.settings, wait);
        if !fresh && !self.start_warm_up.is_zero() {
            turn.warm_up(&ROWS[0], self.start_warm_up)?;
        }
        for &(row, durability) in picks {
            if self.bench.is_stopped() {
                break;
            }
            let ack = report.broker.ack(durability);
            let what =
                format!("turn {}, {}, {ack}, {}", number + 1, report.broker.name(), row.name);
            match turn.run(row, durability) {
                Ok(outcome) => {
                    progress.step(&format!("{what}: {}", figures(row, &outcome)));
                    report.turns[number].push(outcome);
                }
                Err(error @ (BenchError::Overrun { .. } | BenchError::Missing(_))) => {
                    progress.step(&format!("{what}: left out: {error}"));
                    report.leave_out(row.name, durability, error.to_string());
                }
                Err(error) => {
                    progress.step(&format!("{what}: FAILED: {error}"));
                    report.failures.push(format!("{what}: {error}"));
                }
            }
        }
        Ok(())
    }
}

fn figures(row: &Row, outcome: &Outcome) -> String {
    let score = report::score_text(row.score, outcome.score(row.score));
    let mut text = format!("{} {score}", report::score_name(row.score));
    let scored = matches!(row.score, Score::Latency(0.99));
    if let Some(p99) = outcome.measured.latency_ms(0.99).filter(|_| !scored) {
        text += &format!(", p99 {p99:.2} ms");
    }
    for (name, value) in &outcome.figures {
        text += &format!(", {name} {value:.2}");
    }
    if let Some(records) = outcome.verified_records {
        text += &format!(", {records} records verified");
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
    let wants_kafka = options.bench.wants("kafka");
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
    let reports = plan.run(brokers(&options.bench, options.two_shards))?;
    println!("{}", report::table(&reports));
    let data: &PathBuf = &options.bench.data;
    hgrm::write(&data.join("hgrm"), &reports)?;
    println!("Histograms: {}", data.join("hgrm").display());
    let page = data.join("report.html");
    fs::write(&page, html::page(&reports, &facts::gather(data)))?;
    println!("Report: {}", page.display());
    match reports.iter().map(|report| report.failures.len()).sum() {
        0 => Ok(()),
        failed => Err(BenchError::Failed { failed }),
    }
}
