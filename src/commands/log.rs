//! `tidemill log`.

use std::io::Write;
use std::path::Path;

use serde_json::json;
use storage::frame;
use wire::records::{BatchHeader, Compression, TimestampType, records};

use super::format::{Found, as_json};
use super::progress;
use super::table::{Align, Table};
use crate::args::{LogCommand, LogDumpArgs, LogVerifyArgs};
use crate::logfile::{Item, Walker};
use crate::problem::{Problem, Result};

pub fn run(command: &LogCommand, out: &mut impl Write) -> Result<()> {
    match command {
        LogCommand::Dump(args) => dump(args, out),
        LogCommand::Verify(args) => verify(args, out),
    }
}

fn unreadable(path: &Path, error: &std::io::Error) -> Problem {
    Problem::failed(format!("cannot read {}: {error}", path.display()))
}

fn is_log(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "log")
}

/// Whether the frame around an index, a partition's state or a node's identity is whole.
fn verify_side_file(out: &mut impl Write, path: &Path) -> Result<bool> {
    let bytes = std::fs::read(path).map_err(|error| unreadable(path, &error))?;
    let magic = bytes.first_chunk().copied().unwrap_or_default();
    let (word, why) = match frame::open(magic, &bytes) {
        Ok(found) if magic.starts_with(b"TM") => {
            let kind = String::from_utf8_lossy(&magic).into_owned();
            ("sound", format!("{kind} version {}, {} bytes", found.version, bytes.len()))
        }
        Ok(_) => ("DAMAGED", "it is no side file of Tidemill".into()),
        Err(error) => ("DAMAGED", format!("bytes 0..{}: {error}", bytes.len())),
    };
    writeln!(out, "{}: {word}, {why}", path.display())?;
    Ok(word == "sound")
}

fn open(path: &Path) -> Result<Walker> {
    if !is_log(path) {
        return Err(Problem::usage(format!("{} is no log file", path.display()))
            .remedy("name files that end in .log; `log verify` takes side files too"));
    }
    Walker::open(path).map_err(|error| unreadable(path, &error))
}

/// What a file holds, added up.
#[derive(Debug, Default)]
struct Sum {
    batches: u64,
    records: u64,
    bytes: u64,
    first_offset: Option<i64>,
    next_offset: i64,
    damage: Vec<(u64, u64, String)>,
    /// Offsets between batches that no batch has: compaction leaves that, and so does damage.
    gaps: Vec<(i64, i64)>,
    reserved_bytes: u64,
}

impl Sum {
    fn add(&mut self, item: &Item) {
        match item {
            Item::Batch { header, bytes, .. } => {
                self.batches += 1;
                self.records += u64::try_from(header.records_count).unwrap_or(0);
                self.bytes += bytes.len() as u64;
                if self.first_offset.is_some() && header.base_offset > self.next_offset {
                    self.gaps.push((self.next_offset, header.base_offset));
                }
                self.first_offset.get_or_insert(header.base_offset);
                self.next_offset = header.last_offset() + 1;
            }
            Item::Damage { start, end, why } => self.damage.push((*start, *end, why.clone())),
            Item::Reserved { start, end } => self.reserved_bytes += end - start,
        }
    }

    fn write(&self, out: &mut impl Write, path: &Path) -> Result<()> {
        let word = if self.damage.is_empty() { "sound" } else { "DAMAGED" };
        write!(out, "{}: {word}, {} batches", path.display(), self.batches)?;
        if let Some(first) = self.first_offset {
            write!(out, ", {} records, offsets {first}..{}", self.records, self.next_offset)?;
        }
        write!(out, ", {} bytes", self.bytes)?;
        if self.reserved_bytes > 0 {
            write!(out, ", {} zero bytes behind them", self.reserved_bytes)?;
        }
        writeln!(out)?;
        for (start, end, why) in &self.damage {
            writeln!(out, "  bytes {start}..{end}: {why}")?;
        }
        for (start, end) in &self.gaps {
            writeln!(out, "  offsets {start}..{end} are not there")?;
        }
        Ok(())
    }
}

/// Fails if one of the files is damaged.
fn judge(damaged: usize, files: usize) -> Result<()> {
    if damaged == 0 {
        return Ok(());
    }
    Err(Problem::failed(format!("{damaged} of {files} files damaged")).remedy(
        "an incomplete batch at the very end is what a crash leaves, and the next start cuts it \
         off; other damage is best repaired from a replica or a backup",
    ))
}

fn verify(args: &LogVerifyArgs, out: &mut impl Write) -> Result<()> {
    let mut damaged = 0;
    for path in &args.files {
        if !is_log(path) {
            damaged += usize::from(!verify_side_file(out, path)?);
            continue;
        }
        let mut walker = open(path)?;
        let mut sum = Sum::default();
        let name = path.display().to_string();
        let progress = progress::of_bytes(&name, Some(walker.size_bytes()), true);
        while let Some(item) = walker.next().map_err(|error| unreadable(path, &error))? {
            progress.set_position(walker.position());
            if let (true, Item::Batch { position, header, bytes }) = (args.records, &item)
                && let Err(why) = check_records(header, bytes)
            {
                sum.damage.push((*position, position + bytes.len() as u64, why));
                continue;
            }
            sum.add(&item);
        }
        progress.finish_and_clear();
        debug_assert!(sum.bytes + sum.reserved_bytes <= walker.size_bytes());
        sum.write(out, path)?;
        damaged += usize::from(!sum.damage.is_empty());
    }
    judge(damaged, args.files.len())
}

/// Reads every record of a batch, decompressed.
fn check_records(header: &BatchHeader, bytes: &[u8]) -> std::result::Result<(), String> {
    let mut count = 0;
    for record in records(bytes).map_err(|error| error.to_string())? {
        record.map_err(|error| error.to_string())?;
        count += 1;
    }
    if count == header.records_count {
        return Ok(());
    }
    Err(format!("{count} records in a batch of {}", header.records_count))
}

fn dump(args: &LogDumpArgs, out: &mut impl Write) -> Result<()> {
    let mut damaged = 0;
    for path in &args.files {
        let mut walker = open(path)?;
        let mut sum = Sum::default();
        let mut table = Table::new(COLUMNS);
        while let Some(item) = walker.next().map_err(|error| unreadable(path, &error))? {
            sum.add(&item);
            match &item {
                _ if args.json => write_json(out, path, &item, args.records)?,
                Item::Batch { position, header, bytes } if args.records => {
                    writeln!(out, "{}", batch_line(*position, header))?;
                    write_records(out, bytes)?;
                }
                Item::Batch { position, header, .. } => table.row(row(*position, header)),
                // A table of a large file is written in parts, so that memory stays small.
                Item::Damage { start, end, why } if args.records => {
                    writeln!(out, "DAMAGE bytes {start}..{end}: {why}")?;
                }
                Item::Damage { .. } | Item::Reserved { .. } => {}
            }
            if table.len() >= ROWS_MAX {
                table.write(out)?;
                table = Table::new(COLUMNS);
            }
        }
        if !args.json {
            if table.len() > 0 {
                table.write(out)?;
            }
            sum.write(out, path)?;
        }
        damaged += usize::from(!sum.damage.is_empty());
    }
    judge(damaged, args.files.len())
}

/// Rows whose columns are made to fit each other.
const ROWS_MAX: usize = 10_000;

const COLUMNS: &[(&str, Align)] = &[
    ("POSITION", Align::Right),
    ("SIZE", Align::Right),
    ("FIRST", Align::Right),
    ("LAST", Align::Right),
    ("RECORDS", Align::Right),
    ("EPOCH", Align::Right),
    ("MAX TIMESTAMP", Align::Right),
    ("CODEC", Align::Left),
    ("PRODUCER", Align::Left),
    ("FLAGS", Align::Left),
];

fn codec(header: &BatchHeader) -> &'static str {
    header.compression().map_or("unknown", Compression::name)
}

/// `id/epoch@sequence`.
fn producer(header: &BatchHeader) -> String {
    if !header.has_producer() {
        return "-".into();
    }
    format!("{}/{}@{}", header.producer_id, header.producer_epoch, header.base_sequence)
}

fn flags(header: &BatchHeader) -> Vec<&'static str> {
    let all = [
        (header.is_transactional(), "transactional"),
        (header.is_control(), "control"),
        (header.timestamp_type() == TimestampType::LogAppendTime, "log-append-time"),
    ];
    all.into_iter().filter_map(|(is_set, name)| is_set.then_some(name)).collect()
}

fn row(position: u64, header: &BatchHeader) -> Vec<String> {
    vec![
        position.to_string(),
        header.total_size_bytes().to_string(),
        header.base_offset.to_string(),
        header.last_offset().to_string(),
        header.records_count.to_string(),
        header.partition_leader_epoch.to_string(),
        header.max_timestamp.to_string(),
        codec(header).to_owned(),
        producer(header),
        flags(header).join(","),
    ]
}

fn batch_line(position: u64, header: &BatchHeader) -> String {
    format!(
        "batch at {position}: offsets {}..={}, {} records, {} bytes, {}, epoch {}, max timestamp \
         {}, producer {}, crc {:#010x} {}",
        header.base_offset,
        header.last_offset(),
        header.records_count,
        header.total_size_bytes(),
        codec(header),
        header.partition_leader_epoch,
        header.max_timestamp,
        producer(header),
        header.crc,
        flags(header).join(","),
    )
}

fn write_records(out: &mut impl Write, bytes: &[u8]) -> Result<()> {
    let records = match records(bytes) {
        Ok(records) => records,
        Err(error) => {
            writeln!(out, "  cannot be read: {error}")?;
            return Ok(());
        }
    };
    for record in records {
        match record {
            Ok(record) => {
                let shown = as_json(&Found { topic: "", partition: -1, record: &record });
                writeln!(out, "  {shown}")?;
            }
            Err(error) => writeln!(out, "  cannot be read: {error}")?,
        }
    }
    Ok(())
}

fn write_json(out: &mut impl Write, path: &Path, item: &Item, with_records: bool) -> Result<()> {
    let file = path.display().to_string();
    let mut value = match item {
        Item::Batch { position, header, .. } => json!({
            "file": file,
            "position": position,
            "size_bytes": header.total_size_bytes(),
            "base_offset": header.base_offset,
            "last_offset": header.last_offset(),
            "records_count": header.records_count,
            "leader_epoch": header.partition_leader_epoch,
            "base_timestamp": header.base_timestamp,
            "max_timestamp": header.max_timestamp,
            "compression": codec(header),
            "producer_id": header.producer_id,
            "producer_epoch": header.producer_epoch,
            "base_sequence": header.base_sequence,
            "crc": header.crc,
            "flags": flags(header),
        }),
        Item::Damage { start, end, why } => {
            json!({ "file": file, "damage": { "start": start, "end": end, "why": why } })
        }
        Item::Reserved { start, end } => {
            json!({ "file": file, "reserved": { "start": start, "end": end } })
        }
    };
    if let (true, Item::Batch { bytes, .. }) = (with_records, item)
        && let Ok(found) = records(bytes)
    {
        let shown = found
            .filter_map(std::result::Result::ok)
            .map(|record| as_json(&Found { topic: "", partition: -1, record: &record }));
        value["records"] = shown.collect();
    }
    writeln!(out, "{value}")?;
    Ok(())
}
