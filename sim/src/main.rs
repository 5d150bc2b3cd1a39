//! `sim --seed N` tells what happened in that cluster; `--seeds A..B` runs many quietly.

use std::ops::Range;
use std::process::ExitCode;

use clap::Parser;
use sim::campaign::{self, Outcome};
use sim::limits::SECOND;
use sim::{Fault, Options};

/// Runs simulated clusters from seeds, and checks what must hold in them.
#[derive(Parser)]
#[command(version)]
struct Cli {
    /// One seed, with its trace.
    #[arg(long)]
    seed: Option<u64>,
    /// A range of seeds, quietly: A..B, B not included.
    #[arg(long, value_parser = range)]
    seeds: Option<Range<u64>>,
    /// A known fault, put in by name; `list` names all.
    #[arg(long)]
    mutant: Option<String>,
    /// Only so many nodes.
    #[arg(long)]
    nodes: Option<i32>,
    /// Only the first so many faults.
    #[arg(long)]
    faults: Option<usize>,
    /// Only so many steps.
    #[arg(long)]
    steps: Option<u64>,
    /// Kinds of faults that do not happen.
    #[arg(long, value_delimiter = ',')]
    without: Vec<String>,
    /// A failing seed is not made smaller.
    #[arg(long)]
    no_shrink: bool,
    /// Says of each kind of event how often it happened.
    #[arg(long)]
    counts: bool,
}

fn range(text: &str) -> Result<Range<u64>, String> {
    let (from, to) = text.split_once("..").ok_or("a range is written A..B")?;
    let number = |text: &str| text.parse::<u64>().map_err(|error| format!("{text:?}: {error}"));
    Ok(number(from)?..number(to)?)
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    match go(&cli) {
        Ok(code) => code,
        Err(message) => {
            eprintln!("sim: {message}");
            ExitCode::from(2)
        }
    }
}

fn go(cli: &Cli) -> Result<ExitCode, String> {
    choose(cli.mutant.as_deref())?;
    match (cli.seed, &cli.seeds) {
        (Some(seed), None) => Ok(one(cli, seed, options(cli, seed)?)),
        (None, Some(seeds)) if cli.mutant.is_some() => hunt(cli, seeds.clone()),
        (None, Some(seeds)) => many(cli, seeds.clone()),
        _ => Err("one of --seed N and --seeds A..B is needed".into()),
    }
}

#[cfg(feature = "mutants")]
fn choose(name: Option<&str>) -> Result<(), String> {
    use cluster::mutants::Mutant;
    let Some(name) = name else {
        return Ok(());
    };
    let mutant = Mutant::from_name(name).ok_or_else(|| {
        let all: Vec<&str> = Mutant::ALL.iter().map(|mutant| mutant.name()).collect();
        format!("there is no mutant {name:?}; there are {}", all.join(", "))
    })?;
    cluster::mutants::choose(Some(mutant));
    Ok(())
}

#[cfg(not(feature = "mutants"))]
fn choose(name: Option<&str>) -> Result<(), String> {
    match name {
        None => Ok(()),
        Some(_) => Err("built without mutants: build with --features mutants".into()),
    }
}

fn options(cli: &Cli, seed: u64) -> Result<Options, String> {
    let mut options = Options::new(seed);
    options.nodes = cli.nodes;
    options.faults = cli.faults.unwrap_or(options.faults);
    options.steps = cli.steps.unwrap_or(options.steps);
    for name in &cli.without {
        let fault = Fault::from_name(name).ok_or_else(|| {
            let all: Vec<&str> = Fault::ALL.iter().map(|fault| fault.name()).collect();
            format!("there is no fault {name:?}; there are {}", all.join(", "))
        })?;
        options.without.push(fault);
    }
    Ok(options)
}

fn one(cli: &Cli, seed: u64, mut options: Options) -> ExitCode {
    options.trace = true;
    let outcome = campaign::run(&options);
    for line in &outcome.trace {
        println!("{line}");
    }
    if cli.counts {
        println!("{:#?}", outcome.counts);
    }
    println!("{}", outcome.line(seed));
    if outcome.violation.is_some() { ExitCode::from(1) } else { ExitCode::SUCCESS }
}

fn many(cli: &Cli, seeds: Range<u64>) -> Result<ExitCode, String> {
    let (mut count, mut failed, mut simulated, mut faults) = (0_u64, 0_u64, 0_u64, 0_u64);
    let mut total = campaign::Totals::default();
    for seed in seeds {
        let options = options(cli, seed)?;
        let outcome = campaign::run(&options);
        count += 1;
        simulated += outcome.simulated;
        faults += outcome.counts.faults_total();
        total.add(&outcome.counts);
        if outcome.violation.is_some() {
            failed += 1;
            tell(cli, seed, &options, &outcome);
        }
    }
    if cli.counts {
        println!("{}", total.report());
    }
    // Of few seeds none can show much.
    let vacuous = if count >= 200 { total.vacuous() } else { None };
    if let Some(why) = &vacuous {
        println!("vacuous: {why}");
    }
    let seconds = simulated / SECOND;
    println!("{count} seeds, {failed} failed, simulated {seconds} s, {faults} faults");
    Ok(if failed > 0 || vacuous.is_some() { ExitCode::from(1) } else { ExitCode::SUCCESS })
}

fn tell(cli: &Cli, seed: u64, options: &Options, outcome: &Outcome) {
    println!("{}", outcome.line(seed));
    if let Some(violation) = &outcome.violation {
        println!("  {}", violation.what);
    }
    let smaller = if cli.no_shrink { options.clone() } else { campaign::shrink(options) };
    println!("  again: {}", command(cli, &smaller));
}

/// The line that runs it again.
fn command(cli: &Cli, options: &Options) -> String {
    let mut line = format!("cargo run --release -p sim -- --seed {}", options.seed);
    if let Some(mutant) = &cli.mutant {
        line += &format!(" --mutant {mutant}");
    }
    if let Some(nodes) = options.nodes {
        line += &format!(" --nodes {nodes}");
    }
    if options.faults != usize::MAX {
        line += &format!(" --faults {}", options.faults);
    }
    if options.steps != sim::limits::STEPS_MAX {
        line += &format!(" --steps {}", options.steps);
    }
    if !options.without.is_empty() {
        let names: Vec<&str> = options.without.iter().map(|fault| fault.name()).collect();
        line += &format!(" --without {}", names.join(","));
    }
    line
}

/// Says which seed kills the mutant.
fn hunt(cli: &Cli, seeds: Range<u64>) -> Result<ExitCode, String> {
    let name = cli.mutant.as_deref().unwrap_or_default();
    let count = seeds.end - seeds.start;
    for seed in seeds {
        let options = options(cli, seed)?;
        let outcome = campaign::run(&options);
        if let Some(violation) = &outcome.violation {
            println!("mutant {name}: killed by seed {seed}: {}", violation.invariant);
            println!("  {}", violation.what);
            println!("  again: {}", command(cli, &options));
            return Ok(ExitCode::SUCCESS);
        }
    }
    println!("mutant {name}: lives after {count} seeds");
    Ok(ExitCode::from(1))
}
