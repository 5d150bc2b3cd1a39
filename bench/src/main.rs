//! `tidemill-bench`: load for any Kafka-compatible broker, and the comparison with stock Kafka.

use std::process::ExitCode;
use std::sync::Arc;

use bench::compare::{self, Compare};
use bench::groups;
use bench::options::Bench;
use bench::regress::{self, Regress};
use bench::rows::ROWS;
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
    /// A minute's run, compared with ratios that were stored; it fails only if nothing could be
    /// measured.
    Regress(Regress),
    /// Consumer groups: members join, rebalance and commit.
    Groups(groups::Options),
    /// Print the names of the rows.
    Rows,
}

/// The second Ctrl-C ends the program at once.
fn watch(bench: &Bench) {
    let stopped = || Arc::clone(&bench.stopped);
    let watched = signal_hook::flag::register_conditional_shutdown(SIGINT, 130, stopped())
        .and_then(|_| signal_hook::flag::register(SIGINT, stopped()));
    if let Err(error) = watched {
        eprintln!("tidemill-bench: Ctrl-C will lose what was measured: {error}");
    }
}

fn main() -> ExitCode {
    let done = match Arguments::parse().command {
        Command::Compare(options) => {
            watch(&options.bench);
            compare::run(options)
        }
        Command::Regress(options) => {
            watch(&options.bench);
            regress::run(&options)
        }
        Command::Groups(options) => groups::run(&options).map(|told| print!("{told}")),
        Command::Rows => {
            for row in ROWS {
                println!("{}", row.name);
            }
            Ok(())
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("tidemill-bench: {error}");
            ExitCode::FAILURE
        }
    }
}
