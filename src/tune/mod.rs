//! `tidemill tune`: what of this machine stands in the way of a fast broker, and setting it right.
//!
//! ```text
//!   /proc, /sys ──► checks ──► findings ──► table or JSON
//!                                 │
//!                                 └─ changes ──► script, or written, with an undo script first
//! ```
//!
//! Every change is a value written to one file of the kernel, so what was there before undoes it.
//! What a file cannot set (mount options, limits of a service) is told, not touched.

mod apply;
mod checks;
mod disk;
mod finding;
mod host;
mod machine;
mod mask;
mod report;

use std::io::Write;
use std::path::PathBuf;

use crate::args::{TuneArgs, TuneCommand};
use crate::config::cores;
use crate::problem::{Problem, Result};
use crate::serve::host::allowed_cores;
use finding::Finding;
use host::Host;
use machine::Machine;
use storage::disk::probe::{DiskReport, ProbeError, probe};

/// What is looked at, and for whom.
pub struct Subject {
    pub host: Host,
    /// Cores that shards will run on.
    pub cores: Vec<usize>,
    /// The data directory, or its parent that is there.
    pub data: PathBuf,
    pub machine: Machine,
    /// What a start would find: a ring, direct I/O.
    pub disk: std::result::Result<DiskReport, ProbeError>,
}

/// Whether everything is as wanted.
pub fn run(command: &TuneCommand, out: &mut impl Write) -> Result<bool> {
    match command {
        TuneCommand::Check(args) => {
            let subject = subject(&args.subject)?;
            let (findings, host) = (checks::run(&subject), subject.host);
            if args.json {
                report::write_json(out, &host, &findings)?;
            } else {
                report::write(out, &host, &findings, args.verbose)?;
            }
            Ok(findings.iter().all(Finding::is_fine))
        }
        TuneCommand::Disk(args) => disk::run(args, out).map(|()| true),
        TuneCommand::Apply(args) => {
            let subject = subject(&args.subject)?;
            let findings = checks::run(&subject);
            apply::run(args, &subject.host, &findings, out)?;
            Ok(true)
        }
    }
}

fn subject(args: &TuneArgs) -> Result<Subject> {
    let cores = match &args.cores {
        Some(text) => {
            cores::parse(text).map_err(|why| Problem::usage(format!("--cores {text}: {why}")))?
        }
        None => allowed_cores(),
    };
    let absolute = std::path::absolute(&args.data)?;
    let there = absolute.ancestors().find(|path| path.is_dir());
    let data = there.unwrap_or(&absolute).to_path_buf();
    let host = Host::this();
    let (machine, disk) = (Machine::of(&host), probe(&data));
    Ok(Subject { host, cores, data, machine, disk })
}
