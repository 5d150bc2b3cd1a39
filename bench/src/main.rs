//! `tidemill-bench`: load for any Kafka-compatible broker, and the comparison with stock Kafka.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bench::peer::{Kind, Peer};
use bench::report::{self, PeerReport};
use bench::suite::{self, Durability, ROWS, Timing};
use bench::{BenchError, facts, groups, html};
use clap::{Parser, Subcommand};
use signal_hook::consts::SIGINT;

#[derive(Parser)]
#[command(version, about = "Load generator and side-by-side run against stock Kafka")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run Tidemill and stock Kafka in turns on the same core and disk, and print their ratios.
    Compare(Compare),
    Groups(groups::Options),
}

#[derive(clap::Args)]
struct Compare {
    /// The `tidemill` program.
    #[arg(long, default_value = "target/release/tidemill")]
    tidemill: PathBuf,
    /// Folder with stock Kafka's jars; leave it out to run Tidemill alone.
    #[arg(long)]
    kafka_jars: Option<PathBuf>,
    /// Where the brokers put their data; use the disk that is to be measured.
    #[arg(long, default_value = "bench/out")]
    data: PathBuf,
    /// Core of the broker; the generator takes the other one.
    #[arg(long, default_value_t = 0)]
    broker_core: usize,
    #[arg(long, default_value_t = 1)]
    generator_core: usize,
    /// Turns of each broker, interleaved.
    #[arg(long, default_value_t = 3)]
    turns: usize,
    #[arg(long, default_value_t = 3)]
    warm_up_s: u64,
    #[arg(long, default_value_t = 5)]
    measure_s: u64,
    /// Only rows whose name contains this.
    #[arg(long, default_value = "")]
    row: String,
    #[arg(skip)]
    stopped: Arc<AtomicBool>,
}

impl Compare {
    /// After Ctrl-C the row that runs is the last, and what was measured is reported.
    fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::Relaxed)
    }
}

fn turn(
    options: &Compare,
    kind: &Kind,
    number: usize,
    report: &mut PeerReport,
) -> Result<(), BenchError> {
    std::fs::create_dir_all(&options.data)?;
    let peer = Peer::start(kind, &options.data, 19_292, options.broker_core)?;
    report.start_up_ms.push(peer.start_up.as_secs_f64() * 1000.0);
    std::thread::sleep(Duration::from_secs(1));
    report.idle_mib.push(peer.usage()?.resident_bytes as f64 / f64::from(1 << 20));
    let timing = Timing {
        warm_up: Duration::from_secs(options.warm_up_s),
        measure: Duration::from_secs(options.measure_s),
    };
    let mut outcomes = Vec::new();
    for row in ROWS.iter().filter(|row| row.name.contains(&options.row)) {
        for durability in [Durability::Memory, Durability::Synced] {
            if row.fetch && durability == Durability::Synced {
                continue;
            }
            if options.is_stopped() {
                break;
            }
            let outcome = match suite::run_row(&peer, row, durability, timing, &number.to_string())
            {
                Err(error @ BenchError::Overrun { .. }) => {
                    let (name, row) = (report.name, row.name);
                    eprintln!("turn {number}, {name}, {row}, {durability:?}: left out: {error}");
                    continue;
                }
                outcome => outcome?,
            };
            eprintln!(
                "turn {number}, {}, {}, {durability:?}: {:.0} records/s, p99 {:.2} ms",
                report.name,
                row.name,
                outcome.measured.records_per_second(),
                outcome.measured.latency_us.value_at_quantile(0.99) as f64 / 1000.0
            );
            outcomes.push(outcome);
        }
    }
    report.turns.push(outcomes);
    Ok(())
}

fn compare(options: &Compare) -> Result<(), BenchError> {
    core_affinity::set_for_current(core_affinity::CoreId { id: options.generator_core });
    let mut peers = Vec::new();
    if let Some(jars) = &options.kafka_jars {
        peers.push((Kind::Kafka { jars: jars.clone() }, "kafka"));
    }
    peers.push((Kind::Tidemill { program: options.tidemill.clone() }, "tidemill"));
    let mut reports: Vec<PeerReport> = peers
        .iter()
        .map(|&(_, name)| PeerReport {
            name,
            turns: Vec::new(),
            start_up_ms: Vec::new(),
            idle_mib: Vec::new(),
        })
        .collect();
    for number in 0..options.turns {
        for ((kind, _), report) in peers.iter().zip(&mut reports) {
            if options.is_stopped() {
                break;
            }
            turn(options, kind, number, report)?;
        }
    }
    println!("{}", report::table(&reports));
    report::write_histograms(&options.data.join("hgrm"), &reports)?;
    println!("Histograms: {}", options.data.join("hgrm").display());
    let facts = facts::gather(&options.tidemill, options.kafka_jars.as_deref(), &options.data);
    let page = options.data.join("report.html");
    std::fs::write(&page, html::page(&reports, &facts))?;
    println!("Report: {}", page.display());
    Ok(())
}

fn main() -> ExitCode {
    let options = match Arguments::parse().command {
        Command::Compare(options) => options,
        Command::Groups(options) => return end(groups::run(&options).map(|told| print!("{told}"))),
    };
    // The second Ctrl-C ends the program at once.
    let stopped = || Arc::clone(&options.stopped);
    let watched = signal_hook::flag::register_conditional_shutdown(SIGINT, 130, stopped())
        .and_then(|_| signal_hook::flag::register(SIGINT, stopped()));
    if let Err(error) = watched {
        eprintln!("tidemill-bench: Ctrl-C will lose what was measured: {error}");
    }
    end(compare(&options))
}

fn end(outcome: Result<(), BenchError>) -> ExitCode {
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("tidemill-bench: {error}");
            ExitCode::FAILURE
        }
    }
}
