//! The `tidemill` program: the broker, and small clients for any Kafka cluster.

mod address;
mod args;
mod config;
mod limits;
mod problem;
mod serve;
mod version;

use std::process::ExitCode;

use clap::{CommandFactory, Parser};

use args::{Command, CommandLine};
use problem::Kind;

fn main() -> ExitCode {
    let line = CommandLine::parse();
    match run(line.command) {
        Ok(code) => code,
        Err(problem) => {
            if problem.kind != Kind::NobodyReads {
                eprintln!("tidemill: {problem}");
            }
            problem.exit_code()
        }
    }
}

fn run(command: Command) -> problem::Result<ExitCode> {
    match command {
        Command::Completions { shell } => {
            let mut out = Vec::new();
            clap_complete::generate(shell, &mut CommandLine::command(), "tidemill", &mut out);
            std::io::Write::write_all(&mut std::io::stdout(), &out)?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Serve(args) => {
            let told = args.gather(std::env::vars())?;
            let config = config::ServeConfig::resolve(&told.layer, &[0])?;
            println!("{config:?}");
            Ok(ExitCode::SUCCESS)
        }
        _ => Ok(ExitCode::SUCCESS),
    }
}
