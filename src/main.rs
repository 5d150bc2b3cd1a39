//! The `tidemill` program: the broker, and small clients for any Kafka cluster.

mod address;
mod args;
mod boot;
mod client;
mod commands;
mod config;
mod control;
mod disk_tuning;
mod limits;
mod logfile;
mod problem;
mod serve;
mod tune;
mod version;

use std::io::{BufWriter, Write};
use std::process::ExitCode;

use clap::{CommandFactory, Parser};

use args::{Command, CommandLine};
use problem::Kind;

fn main() -> ExitCode {
    let line = CommandLine::parse();
    match run(&line.command) {
        Ok(code) => code,
        Err(problem) => {
            if problem.kind != Kind::NobodyReads {
                // With nowhere to complain, the exit code still tells.
                let _ = writeln!(std::io::stderr(), "tidemill: {problem}");
            }
            problem.exit_code()
        }
    }
}

fn run(command: &Command) -> problem::Result<ExitCode> {
    let mut out = BufWriter::with_capacity(64 << 10, std::io::stdout().lock());
    let done = match command {
        Command::Serve(args) => {
            drop(out);
            return serve::run(args);
        }
        Command::Topic(command) => commands::topic::run(command, &mut out),
        Command::Group(command) => commands::group::run(command, &mut out),
        Command::Config(command) => commands::config::run(command, &mut out),
        Command::Cluster(command) => commands::cluster::run(command, &mut out),
        Command::Produce(args) => commands::produce::run(args),
        Command::Consume(args) => commands::consume::run(args, &mut out),
        Command::Log(command) => commands::log::run(command, &mut out),
        Command::Tune(command) => {
            let fine = tune::run(command, &mut out);
            out.flush()?;
            return Ok(ExitCode::from(u8::from(!fine?)));
        }
        Command::Completions { shell } => completions(*shell, &mut out),
    };
    // What was found before something failed is shown.
    out.flush()?;
    done.map(|()| ExitCode::SUCCESS)
}

fn completions(shell: clap_complete::Shell, out: &mut impl Write) -> problem::Result<()> {
    // The generator panics when it cannot write.
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut CommandLine::command(), "tidemill", &mut script);
    out.write_all(&script)?;
    Ok(())
}
