//! `tidemill tune disk`: measures the disk below a data directory, and writes what segment writers
//! should use into it.

use std::fs::{self, File};
use std::io::{IsTerminal, Write};
use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};
use storage::disk::measure::{
    Access, FILE_BYTES, Pattern, Prepared, Sample, measure, reserve_time,
};
use storage::disk::probe::{Direct, probe};
use storage::disk::ring::{RingConfig, RingDisk};
use storage::limits::{
    BLOCK_BYTES, LOG_IN_FLIGHT_BYTES, SPLIT_WRITE_BYTES, StoreLimits, WRITE_UNIT_BYTES_MAX,
};

use crate::args::TuneDiskArgs;
use crate::commands::table::{Align, Table};
use crate::disk_tuning::DiskTuning;
use crate::problem::{Problem, Result};
use crate::serve::host::human_bytes;

const LARGE: usize = 1 << 20;
/// The accesses whose depth is chosen.
const SPLIT: usize = SPLIT_WRITE_BYTES as usize;
/// Logs that are written side by side in the measurements of synced writes.
const LOGS: usize = 16;
/// Zeros are worth their bytes if they give so many times the synced writes.
const ZEROS_PAY: f64 = 1.15;
/// Synced writes of one log side by side in the measurements.
const SYNCED_DEPTHS: [usize; 5] = [1, 2, 4, 8, 16];
/// A larger block is worth its bytes if it gives so many times the synced writes, in each round.
const BLOCK_PAYS: f64 = 1.15;
/// Noise does not favour the same block again and again.
const BLOCK_ROUNDS: usize = 3;
/// A depth or a block is enough if it gives this share of the best.
const ENOUGH: f64 = 0.95;
/// A reservation holds the jobs of a shard up: one step takes at most this.
const RESERVE_TIME: Duration = Duration::from_millis(5);

/// One row of the report.
struct Row {
    what: String,
    bytes: usize,
    sample: Sample,
}

/// Measures, reports, and writes the file unless it is told not to.
pub fn run(args: &TuneDiskArgs, out: &mut impl Write) -> Result<()> {
    let dir = &args.dir;
    let report = probe(dir).map_err(|error| {
        Problem::failed(error.to_string()).remedy("name a folder that is there: tune disk DIR")
    })?;
    let wanted = 2 * LOGS as u64 * FILE_BYTES;
    if report.free_bytes < wanted {
        let free = human_bytes(report.free_bytes);
        return Err(Problem::failed(format!("only {free} are free in {}", dir.display()))
            .remedy(format!("measuring needs {}", human_bytes(wanted))));
    }
    let buffered = report.direct == Direct::Refused;
    let mut meter = Meter::new(dir, buffered, args.seconds)?;
    let tuning = meter.tuning()?;
    let written = DiskTuning::path(dir);
    if !args.dry_run {
        let comment = "Written by `tidemill tune disk`; a start reads it. Remove it for the safe \
                       values.";
        replace(&written, &tuning.to_text(comment))?;
    }
    if args.json {
        writeln!(out, "{}", meter.json(&tuning, buffered))?;
        return Ok(());
    }
    meter.table(out)?;
    if buffered {
        writeln!(out, "\nThe file system refuses direct I/O: measured through the page cache.")?;
    }
    writeln!(out, "\n{}", tuning.to_text("").trim_end())?;
    match args.dry_run {
        true => writeln!(out, "\nNothing is written. Without --dry-run: {}", written.display())?,
        false => writeln!(out, "\nWritten to {}. A start reads it.", written.display())?,
    }
    Ok(())
}

/// Whoever reads the file while it is replaced sees the old one or the new one.
fn replace(path: &Path, text: &str) -> Result<()> {
    let cannot = |error: std::io::Error| {
        Problem::failed(format!("cannot write {}: {error}", path.display()))
            .remedy("run it as the user the broker runs as, or print only, with --dry-run")
    };
    let new = path.with_extension("toml.new");
    let mut file = File::create(&new).map_err(cannot)?;
    file.write_all(text.as_bytes()).map_err(cannot)?;
    file.sync_all().map_err(cannot)?;
    fs::rename(&new, path).map_err(cannot)
}

struct Meter<'a> {
    disk: RingDisk,
    dir: &'a Path,
    time: Duration,
    rows: Vec<Row>,
    tells: bool,
}

impl<'a> Meter<'a> {
    fn new(dir: &'a Path, buffered: bool, seconds: f64) -> Result<Self> {
        let config = RingConfig { buffered, ..RingConfig::default() };
        let disk = RingDisk::new(&config)
            .map_err(|error| Problem::failed(format!("no disk ring: {error}")))?;
        let time = Duration::from_secs_f64(seconds);
        let tells = std::io::stderr().is_terminal();
        Ok(Self { disk, dir, time, rows: Vec::new(), tells })
    }

    /// Measures everything and chooses.
    fn tuning(&mut self) -> Result<DiskTuning> {
        self.sample("read, in sequence", Access::ReadOn, (1, 4, LARGE))?;
        self.sample("read, anywhere", Access::ReadAnywhere, (1, 32, BLOCK_BYTES))?;
        let zero_ahead_bytes = self.zero_ahead_bytes()?;
        Ok(DiskTuning {
            block_bytes: self.block_bytes()?,
            zero_ahead_bytes,
            in_flight_bytes: self.in_flight_bytes()?,
            preallocate_step_bytes: self.preallocate_step_bytes()?,
        })
    }

    fn sample(
        &mut self,
        what: &str,
        access: Access,
        (files, depth, bytes): (usize, usize, usize),
    ) -> Result<Sample> {
        let noun = if files == 1 { "file" } else { "files" };
        let what = format!("{what}, {files} {noun}, depth {depth}");
        if self.tells {
            eprintln!("measuring: {what}");
        }
        let pattern = Pattern { access, files, depth, bytes };
        let sample = measure(&mut self.disk, self.dir, &pattern, self.time).map_err(|error| {
            Problem::failed(format!("measuring in {}: {error}", self.dir.display()))
        })?;
        self.rows.push(Row { what, bytes, sample });
        Ok(sample)
    }

    /// Whether small synced writes of several logs are faster over zeros. What one log's do side by
    /// side is measured to be looked at: its writer gathers behind the write in flight.
    fn zero_ahead_bytes(&mut self) -> Result<u64> {
        let mut gain = 0.0;
        let one_log = SYNCED_DEPTHS.map(|depth| (1, depth));
        for (files, depth) in one_log.into_iter().chain([(LOGS, 1)]) {
            let mut per_second = |prepared, what| {
                let access = Access::Append { prepared, sync: true };
                let sample = self.sample(what, access, (files, depth, BLOCK_BYTES))?;
                Ok::<_, Problem>(sample.per_second)
            };
            let reserved = per_second(Prepared::Reserved, "synced write, reserved")?;
            let zeroed = per_second(Prepared::Zeroed, "synced write, zeroed")?;
            gain = zeroed / reserved;
        }
        let usual = StoreLimits::default().zero_ahead_bytes;
        Ok(if gain >= ZEROS_PAY { usual } else { 0 })
    }

    /// The block whose synced writes are fastest, if it is not the least. Over zeros: there only
    /// the device itself makes a difference.
    fn block_bytes(&mut self) -> Result<u64> {
        let access = Access::Append { prepared: Prepared::Zeroed, sync: true };
        let mut rounds = Vec::new();
        for _ in 0..BLOCK_ROUNDS {
            let mut round = Vec::new();
            let sizes = std::iter::successors(Some(BLOCK_BYTES), |bytes| Some(bytes * 2));
            for bytes in sizes.take_while(|bytes| *bytes <= WRITE_UNIT_BYTES_MAX) {
                let sample = self.sample("synced block, zeroed", access, (1, 1, bytes))?;
                round.push((bytes as u64, sample.per_second));
            }
            rounds.push(round);
        }
        Ok(choose_block(&rounds))
    }

    /// The least depth of one log's writes that gives nearly all the disk has.
    fn in_flight_bytes(&mut self) -> Result<u64> {
        let access = Access::Append { prepared: Prepared::Reserved, sync: false };
        let mut tried = Vec::new();
        for depth in [1, 2, 4, 8, 16, 32] {
            let sample = self.sample("write, reserved", access, (1, depth, SPLIT))?;
            tried.push((depth, sample.per_second));
        }
        let best = tried.iter().map(|(_, rate)| *rate).fold(0.0, f64::max);
        let enough = tried.iter().find(|(_, rate)| *rate >= best * ENOUGH);
        let depth = enough.map_or(32, |(depth, _)| *depth);
        // Twice as much, so that the disk has work while the next is gathered.
        Ok((2 * depth * SPLIT).min(LOG_IN_FLIGHT_BYTES as usize) as u64)
    }

    /// The largest step that can be reserved in no time.
    fn preallocate_step_bytes(&mut self) -> Result<u64> {
        let safe = DiskTuning::default().preallocate_step_bytes;
        let mut step = safe;
        while step > LARGE as u64 {
            let took = reserve_time(&mut self.disk, self.dir, step).map_err(|error| {
                Problem::failed(format!("reserving {}: {error}", human_bytes(step)))
            })?;
            if took <= RESERVE_TIME {
                break;
            }
            step /= 2;
        }
        Ok(step)
    }

    fn table(&self, out: &mut impl Write) -> Result<()> {
        let left = [("ACCESS", Align::Left)];
        let right = ["SIZE", "A SECOND", "MB/S", "P50 US", "P99 US", "CPU US"]
            .map(|title| (title, Align::Right));
        let columns: Vec<_> = left.into_iter().chain(right).collect();
        let mut table = Table::new(&columns);
        for Row { what, bytes, sample } in &self.rows {
            table.row(vec![
                what.clone(),
                human_bytes(*bytes as u64),
                format!("{:.0}", sample.per_second),
                format!("{:.0}", sample.per_second * *bytes as f64 / 1e6),
                sample.p50_us.to_string(),
                sample.p99_us.to_string(),
                format!("{:.1}", sample.cpu_us),
            ]);
        }
        table.write(out)?;
        Ok(())
    }

    fn json(&self, tuning: &DiskTuning, buffered: bool) -> Value {
        let rows = self.rows.iter().map(|Row { what, bytes, sample }| {
            json!({
                "access": what,
                "bytes": bytes,
                "per_second": sample.per_second,
                "p50_us": sample.p50_us,
                "p99_us": sample.p99_us,
                "cpu_us": sample.cpu_us,
            })
        });
        json!({
            "measured": rows.collect::<Vec<_>>(),
            "direct_io": !buffered,
            "settings": {
                "block_bytes": tuning.block_bytes,
                "zero_ahead_bytes": tuning.zero_ahead_bytes,
                "in_flight_bytes": tuning.in_flight_bytes,
                "preallocate_step_bytes": tuning.preallocate_step_bytes,
            },
        })
    }
}

/// The smallest block with nearly the most writes a second, if that is clearly more than the least
/// block has. Each round holds writes a second by block, the least first; what counts of a block is
/// its worst round.
fn choose_block(rounds: &[Vec<(u64, f64)>]) -> u64 {
    let blocks = rounds.first().map(Vec::as_slice).unwrap_or_default();
    let gain = |at: usize| {
        let gains = rounds.iter().map(|round| round[at].1 / round[0].1);
        gains.fold(f64::INFINITY, f64::min)
    };
    let gains: Vec<f64> = (0..blocks.len()).map(gain).collect();
    let best = gains.iter().copied().fold(0.0, f64::max);
    let chosen = match best >= BLOCK_PAYS {
        true => gains.iter().position(|gain| *gain >= best * ENOUGH),
        false => None,
    };
    blocks.get(chosen.unwrap_or(0)).map_or(BLOCK_BYTES as u64, |(bytes, _)| *bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Writes a second of 4, 8, 16, 32 and 64 KiB.
    fn chosen(rounds: &[[f64; 5]]) -> u64 {
        let round = |rates: &[f64; 5]| {
            let kib = [4, 8, 16, 32, 64];
            kib.into_iter().zip(rates).map(|(kib, rate)| (kib << 10, *rate)).collect()
        };
        choose_block(&rounds.iter().map(round).collect::<Vec<Vec<(u64, f64)>>>())
    }

    #[test]
    fn a_larger_block_is_chosen_where_it_is_clearly_faster() {
        // It simply costs more.
        assert_eq!(chosen(&[[900.0, 880.0, 850.0, 700.0, 500.0]; 2]), 4096);
        // A device with a unit of 16 KiB.
        assert_eq!(chosen(&[[500.0, 520.0, 900.0, 800.0, 600.0]; 2]), 16384);
        // Of several that are as good, the smallest.
        assert_eq!(chosen(&[[500.0, 870.0, 900.0, 905.0, 890.0]; 2]), 8192);
    }

    #[test]
    fn a_block_that_is_faster_now_and_then_is_not_chosen() {
        assert_eq!(chosen(&[[500.0, 570.0, 560.0, 550.0, 500.0]; 2]), 4096);
        let (lucky, usual) = ([500.0, 900.0, 480.0, 470.0, 460.0], [500.0; 5]);
        assert_eq!(chosen(&[lucky, usual]), 4096);
        assert_eq!(chosen(&[usual, lucky]), 4096);
        assert_eq!(chosen(&[lucky, lucky]), 8192);
    }
}
