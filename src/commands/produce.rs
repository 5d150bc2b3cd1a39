//! `tidemill produce`: one record a line.

use std::fs::File;
use std::io::{self, BufRead, BufReader, IsTerminal, Read};
use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread;
use std::time::{SystemTime, UNIX_EPOCH};

use indicatif::ProgressBar;
use wire::records::Compression;

use super::progress;
use crate::args::{AcksArg, CompressionArg, ProduceArgs};
use crate::client::producer::Header;
use crate::client::{Acks, Cluster, Producer};
use crate::limits::{PRODUCE_LINE_BYTES_MAX, PRODUCE_LINES_WAITING, PRODUCE_LINGER};
use crate::problem::{Problem, Result};

impl From<AcksArg> for Acks {
    fn from(acks: AcksArg) -> Acks {
        match acks {
            AcksArg::None => Acks::None,
            AcksArg::Leader => Acks::Leader,
            AcksArg::All => Acks::All,
        }
    }
}

impl From<CompressionArg> for Compression {
    fn from(compression: CompressionArg) -> Compression {
        match compression {
            CompressionArg::None => Compression::None,
            CompressionArg::Gzip => Compression::Gzip,
            CompressionArg::Snappy => Compression::Snappy,
            CompressionArg::Lz4 => Compression::Lz4,
            CompressionArg::Zstd => Compression::Zstd,
        }
    }
}

type Line = io::Result<Vec<u8>>;

pub fn run(args: &ProduceArgs) -> Result<()> {
    let headers = args.headers.iter().map(|text| header(text)).collect::<Result<Vec<Header>>>()?;
    if args.key_separator.as_deref() == Some("") {
        return Err(Problem::usage("--key-separator is empty")
            .remedy("give the text that parts key and value, such as --key-separator :"));
    }
    let (lines, progress) = open(args.file.as_deref(), !args.quiet)?;
    let mut cluster = Cluster::new(&args.bootstrap.bootstrap_server)?;
    let topic = cluster.topic(&args.topic, true)?;
    if let Some(partition) = args.partition
        && !topic.partitions.iter().any(|one| one.number == partition)
    {
        let count = topic.partitions.len();
        let what = format!("{} has no partition {partition}", args.topic);
        return Err(Problem::usage(what).remedy(format!("it has {count}, numbered from 0")));
    }
    let mut producer =
        Producer::new(&mut cluster, topic, args.acks.into(), args.compression.into());
    let sent = send(args, &headers, &lines, &mut producer);
    progress.finish_and_clear();
    if !args.quiet {
        let by_partition: Vec<String> = producer
            .sent_by_partition
            .iter()
            .map(|(partition, records)| format!("{records} to partition {partition}"))
            .collect();
        eprintln!("sent {} records{}", producer.sent_records, in_brackets(&by_partition));
    }
    sent
}

fn in_brackets(parts: &[String]) -> String {
    if parts.is_empty() { String::new() } else { format!(" ({})", parts.join(", ")) }
}

fn header(text: &str) -> Result<Header> {
    match text.split_once('=') {
        Some((name, value)) => Ok((name.to_owned(), value.as_bytes().to_vec())),
        None => Err(Problem::usage(format!("--header {text}: write --header NAME=VALUE"))),
    }
}

/// Lines are read by a thread of their own, so that what has come is sent while more is awaited.
fn open(file: Option<&Path>, shown: bool) -> Result<(Receiver<Line>, ProgressBar)> {
    let (input, progress): (Box<dyn Read + Send>, _) = match file {
        Some(path) => {
            let cannot = |error| Problem::usage(format!("cannot read {}: {error}", path.display()));
            let file = File::open(path).map_err(cannot)?;
            // Of a pipe the length is not known.
            let length = file.metadata().ok().map(|found| found.len()).filter(|len| *len > 0);
            let progress = progress::of_bytes("sending", length, shown);
            (Box::new(progress.wrap_read(file)), progress)
        }
        None => {
            // Whoever types sees what is sent.
            let shown = shown && !io::stdin().is_terminal();
            let progress = progress::of_bytes("sending", None, shown);
            (Box::new(progress.wrap_read(io::stdin())), progress)
        }
    };
    let (to, lines) = sync_channel(PRODUCE_LINES_WAITING);
    thread::Builder::new()
        .name("lines".into())
        .spawn(move || read_lines(BufReader::with_capacity(256 << 10, input), &to))
        .map_err(|error| Problem::failed(format!("cannot start a thread: {error}")))?;
    Ok((lines, progress))
}

fn read_lines(mut input: impl BufRead, to: &SyncSender<Line>) {
    loop {
        let mut line = Vec::new();
        let limit = PRODUCE_LINE_BYTES_MAX as u64 + 1;
        let read = (&mut input).take(limit).read_until(b'\n', &mut line);
        let line = match read {
            Ok(0) => return,
            Ok(_) => {
                if line.last() == Some(&b'\n') {
                    line.pop();
                }
                if line.len() > PRODUCE_LINE_BYTES_MAX {
                    let why = format!("a line is longer than {PRODUCE_LINE_BYTES_MAX} bytes");
                    Err(io::Error::new(io::ErrorKind::InvalidData, why))
                } else {
                    Ok(line)
                }
            }
            Err(error) => Err(error),
        };
        let failed = line.is_err();
        if to.send(line).is_err() || failed {
            return;
        }
    }
}

fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

fn send(
    args: &ProduceArgs,
    headers: &[Header],
    lines: &Receiver<Line>,
    producer: &mut Producer<'_>,
) -> Result<()> {
    let separator = args.key_separator.as_deref().map(str::as_bytes);
    let mut number: u64 = 0;
    loop {
        let line = match lines.recv_timeout(PRODUCE_LINGER) {
            Ok(line) => line,
            Err(RecvTimeoutError::Timeout) => {
                producer.flush()?;
                continue;
            }
            Err(RecvTimeoutError::Disconnected) => break,
        };
        number += 1;
        let line =
            line.map_err(|error| Problem::failed(format!("cannot read line {number}: {error}")))?;
        let (key, value) = match separator {
            None => (None, line.as_slice()),
            Some(separator) => match split(&line, separator) {
                Some((key, value)) => (Some(key), value),
                None => {
                    // What came before the line is sent; the line itself is told.
                    producer.flush()?;
                    return Err(Problem::failed(format!("line {number} has no key separator"))
                        .remedy(
                            "every line is KEY, separator, VALUE where --key-separator is set",
                        ));
                }
            },
        };
        producer.add(args.partition, now_ms(), key, Some(value), headers)?;
    }
    producer.flush()?;
    Ok(())
}

fn split<'a>(line: &'a [u8], separator: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
    let at = line.windows(separator.len()).position(|window| window == separator)?;
    Some((&line[..at], &line[at + separator.len()..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines_of(input: &[u8]) -> Vec<Vec<u8>> {
        let (to, lines) = sync_channel(100);
        read_lines(input, &to);
        drop(to);
        lines.into_iter().map(io::Result::unwrap).collect()
    }

    #[test]
    fn a_record_a_line() {
        assert_eq!(lines_of(b"a\nb\r\n\nlast"), [&b"a"[..], b"b\r", b"", b"last"]);
        assert!(lines_of(b"").is_empty());
        assert_eq!(lines_of(b"\xff\x00\n"), [b"\xff\x00"]);
    }

    #[test]
    fn keys_end_at_the_first_separator() {
        assert_eq!(split(b"k:v:w", b":"), Some((&b"k"[..], &b"v:w"[..])));
        assert_eq!(split(b"k==v", b"=="), Some((&b"k"[..], &b"v"[..])));
        assert_eq!(split(b":", b":"), Some((&b""[..], &b""[..])));
        assert_eq!(split(b"kv", b":"), None);
        assert_eq!(split(b"", b"::"), None);
    }
}
