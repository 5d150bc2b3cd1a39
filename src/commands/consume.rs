//! `tidemill consume`.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::{Duration, Instant};

use wire::records::{BatchHeader, Batches, records};

use super::format::{Format, Found};
use crate::args::ConsumeArgs;
use crate::client::error::Patience;
use crate::client::fetcher::{self, Assignment, Fetched, Records};
use crate::client::{ClientError, Cluster, Topic, offsets};
use crate::limits::CONSUME_ANSWERS_MAX;
use crate::problem::{Problem, Result};

/// Where to begin in each partition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Start {
    Earliest,
    Latest,
    Offset(i64),
    /// So many records before the end.
    BeforeEnd(i64),
}

fn start(args: &ConsumeArgs) -> Result<Start> {
    let Some(text) = &args.offset else {
        return Ok(if args.from_beginning { Start::Earliest } else { Start::Latest });
    };
    match (text.as_str(), text.parse::<i64>()) {
        ("earliest" | "beginning", _) => Ok(Start::Earliest),
        ("latest" | "end", _) => Ok(Start::Latest),
        (_, Ok(offset)) if offset >= 0 => Ok(Start::Offset(offset)),
        (_, Ok(before)) => Ok(Start::BeforeEnd(before.saturating_neg())),
        (_, Err(_)) => Err(Problem::usage(format!("--offset {text}: there is no such offset"))
            .remedy("give earliest, latest, a number, or -N for the last N records")),
    }
}

/// What is being read, and how far it is.
struct Reading {
    topic: Topic,
    /// The next offset of each partition.
    next: BTreeMap<i32, i64>,
    /// Where to stop, if at all.
    ends: Option<BTreeMap<i32, i64>>,
    read_committed: bool,
}

pub fn run(args: &ConsumeArgs, out: &mut impl Write) -> Result<()> {
    let format = match &args.printf {
        Some(text) => Format::printf(text)
            .map_err(|why| Problem::usage(format!("--printf {text:?}: {why}")))?,
        None => Format::from(args.format),
    };
    let start = start(args)?;
    let mut cluster = Cluster::new(&args.bootstrap.bootstrap_server)?;
    let topic = cluster.topic(&args.topic, false)?;
    let mut reading = begin(&mut cluster, topic, args, start)?;
    let (to, fetched) = sync_channel(CONSUME_ANSWERS_MAX);
    let mut printer = Printer { format, out, left: args.max_messages, last: Instant::now() };
    let mut patience = Patience::new();
    if reading.is_done() || printer.left == Some(0) {
        return Ok(());
    }
    fetch_from(&cluster, &reading, None, &to)?;
    loop {
        match receive(&fetched, &mut printer, args.timeout_ms)? {
            None => return Ok(()),
            Some(Fetched::Records(records)) => {
                patience = Patience::new();
                print(&mut reading, &mut printer, &records)?;
                if reading.is_done() || printer.left == Some(0) {
                    printer.out.flush()?;
                    return Ok(());
                }
            }
            Some(Fetched::Ended { leader, error }) => {
                let orphans = reading.led_by(leader);
                patience.wait_after(error)?;
                cluster.forget_connections();
                reading.topic = refreshed(&mut cluster, &reading.topic.name, &mut patience)?;
                fetch_from(&cluster, &reading, Some(&orphans), &to)?;
            }
        }
    }
}

fn refreshed(cluster: &mut Cluster, name: &str, patience: &mut Patience) -> Result<Topic> {
    loop {
        match cluster.topic(name, false) {
            Ok(topic) => return Ok(topic),
            Err(error) => patience.wait_after(error)?,
        }
        cluster.forget_connections();
    }
}

/// Finds out where to begin and where to end.
fn begin(cluster: &mut Cluster, topic: Topic, args: &ConsumeArgs, start: Start) -> Result<Reading> {
    let all: Vec<i32> = topic.partitions.iter().map(|one| one.number).collect();
    if let Some(missing) = args.partitions.iter().find(|number| !all.contains(number)) {
        let what = format!("{} has no partition {missing}", topic.name);
        return Err(Problem::usage(what).remedy(format!("it has {}, numbered from 0", all.len())));
    }
    let chosen = if args.partitions.is_empty() { &all } else { &args.partitions };
    let mut list = |at| offsets::list(cluster, &topic, chosen, at, args.read_committed);
    let next = match start {
        Start::Earliest => list(offsets::EARLIEST)?,
        Start::Latest => list(offsets::LATEST)?,
        Start::Offset(offset) => {
            let (starts, ends) = (list(offsets::EARLIEST)?, list(offsets::LATEST)?);
            refuse_outside(&topic.name, offset, &starts, &ends)?;
            chosen.iter().map(|number| (*number, offset)).collect()
        }
        Start::BeforeEnd(count) => {
            let (starts, mut ends) = (list(offsets::EARLIEST)?, list(offsets::LATEST)?);
            for (number, end) in &mut ends {
                *end = (*end - count).max(starts.get(number).copied().unwrap_or(0));
            }
            ends
        }
    };
    let ends = if args.exit_at_end { Some(list(offsets::LATEST)?) } else { None };
    let read_committed = args.read_committed;
    Ok(Reading { topic, next, ends, read_committed })
}

/// A partition that does not hold the offset would otherwise look empty.
fn refuse_outside(
    topic: &str,
    offset: i64,
    starts: &BTreeMap<i32, i64>,
    ends: &BTreeMap<i32, i64>,
) -> Result<()> {
    for ((partition, start), end) in starts.iter().zip(ends.values()) {
        if !(*start..=*end).contains(&offset) {
            return Err(Problem::failed(format!(
                "offset {offset} is not in {topic}-{partition}: its records begin at {start} and \
                 end before {end}"
            ))
            .remedy("choose another --offset, or one --partition"));
        }
    }
    Ok(())
}

impl Reading {
    fn is_done(&self) -> bool {
        let reached = |ends: &BTreeMap<i32, i64>| {
            self.next.iter().all(|(number, next)| ends.get(number).is_none_or(|end| next >= end))
        };
        self.ends.as_ref().is_some_and(reached)
    }

    fn led_by(&self, leader: i32) -> Vec<i32> {
        let led = self.topic.partitions.iter().filter(|one| one.leader == leader);
        led.map(|one| one.number).filter(|number| self.next.contains_key(number)).collect()
    }
}

/// Starts a fetcher for each leader of `only`, or of all partitions that are read.
fn fetch_from(
    cluster: &Cluster,
    reading: &Reading,
    only: Option<&[i32]>,
    to: &SyncSender<Fetched>,
) -> Result<()> {
    let mut by_leader: BTreeMap<i32, BTreeMap<i32, i64>> = BTreeMap::new();
    for partition in &reading.topic.partitions {
        let wanted = only.is_none_or(|only| only.contains(&partition.number));
        if let (true, Some(next)) = (wanted, reading.next.get(&partition.number)) {
            by_leader.entry(partition.leader).or_default().insert(partition.number, *next);
        }
    }
    for (leader, offsets) in by_leader {
        let assignment = Assignment {
            leader,
            address: cluster.address(leader)?,
            topic: reading.topic.name.clone(),
            topic_id: reading.topic.id,
            offsets,
            read_committed: reading.read_committed,
        };
        fetcher::spawn(assignment, to.clone())
            .map_err(|error| Problem::failed(format!("cannot start a thread: {error}")))?;
    }
    Ok(())
}

struct Printer<'a, W: Write> {
    format: Format,
    out: &'a mut W,
    /// Records that may still be printed.
    left: Option<u64>,
    /// When the last record came.
    last: Instant,
}

/// The next answer. What is printed so far is shown before waiting; `None` after too long a wait.
fn receive<W: Write>(
    fetched: &Receiver<Fetched>,
    printer: &mut Printer<'_, W>,
    timeout_ms: Option<u64>,
) -> Result<Option<Fetched>> {
    if let Ok(answer) = fetched.try_recv() {
        return Ok(Some(answer));
    }
    printer.out.flush()?;
    let wait = match timeout_ms {
        Some(timeout_ms) => {
            Duration::from_millis(timeout_ms).saturating_sub(printer.last.elapsed())
        }
        None => Duration::MAX,
    };
    match fetched.recv_timeout(wait) {
        Ok(answer) => Ok(Some(answer)),
        // The sender is kept for fetchers to come, so this is never the end of all of them.
        Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => Ok(None),
    }
}

fn print<W: Write>(
    reading: &mut Reading,
    printer: &mut Printer<'_, W>,
    fetched: &Records,
) -> Result<()> {
    let partition = fetched.partition;
    let end = reading.ends.as_ref().and_then(|ends| ends.get(&partition).copied());
    let mut filter = Aborted::new(&fetched.aborted);
    for batch in Batches::new(&fetched.bytes) {
        let corrupt = |why: String| ClientError::Corrupt {
            topic: reading.topic.name.clone(),
            partition,
            offset: fetched.from_offset,
            why,
        };
        let (header, batch) = batch.map_err(|error| corrupt(error.to_string()))?;
        if !filter.shows(&header, batch) {
            continue;
        }
        for record in records(batch).map_err(|error| corrupt(error.to_string()))? {
            let record = record.map_err(|error| corrupt(error.to_string()))?;
            let is_over = end.is_some_and(|end| record.offset >= end);
            if record.offset < fetched.from_offset || is_over || printer.left == Some(0) {
                continue;
            }
            let found = Found { topic: &reading.topic.name, partition, record: &record };
            printer.format.write(printer.out, &found)?;
            printer.left = printer.left.map(|left| left - 1);
            printer.last = Instant::now();
        }
    }
    reading.next.insert(partition, fetched.next_offset);
    Ok(())
}

/// Which batches belong to transactions that were aborted.
struct Aborted {
    /// By first offset, the last first.
    waiting: Vec<(i64, i64)>,
    producers: BTreeSet<i64>,
}

impl Aborted {
    fn new(aborted: &[(i64, i64)]) -> Aborted {
        let mut waiting: Vec<(i64, i64)> =
            aborted.iter().map(|(producer, first)| (*first, *producer)).collect();
        waiting.sort_unstable_by(|left, right| right.cmp(left));
        Aborted { waiting, producers: BTreeSet::new() }
    }

    /// Whether a batch's records are for people; markers of transactions never are.
    fn shows(&mut self, header: &BatchHeader, batch: &[u8]) -> bool {
        while let Some((_, producer)) =
            self.waiting.pop_if(|(first, _)| *first <= header.last_offset())
        {
            self.producers.insert(producer);
        }
        if header.is_control() {
            if is_abort_marker(batch) {
                self.producers.remove(&header.producer_id);
            }
            return false;
        }
        !(header.is_transactional() && self.producers.contains(&header.producer_id))
    }
}

/// A control record's key is its version and its type; type 0 is an abort.
fn is_abort_marker(batch: &[u8]) -> bool {
    let Ok(mut marker) = records(batch) else {
        return false;
    };
    let first = marker.next().and_then(std::result::Result::ok);
    first.and_then(|record| record.key).is_some_and(|key| key.get(2..4) == Some(&[0, 0]))
}

#[cfg(test)]
mod tests {
    use wire::records::BatchBuilder;

    use super::*;

    fn batch(producer: i64, offset: i64, control: Option<u8>) -> Vec<u8> {
        let mut builder = BatchBuilder::new()
            .base_offset(offset)
            .producer(producer, 0, 0)
            .transactional(true)
            .control(control.is_some());
        let key = control.map(|kind| vec![0, 0, 0, kind]);
        builder.append(0, key.as_deref(), Some(b"v"), &[]);
        builder.build().unwrap()
    }

    #[test]
    fn aborted_transactions_are_left_out() {
        let batches = [
            (batch(1, 0, None), false),
            (batch(2, 1, None), true),
            (batch(1, 2, None), false),
            (batch(1, 3, Some(0)), false),
            (batch(1, 4, None), true),
            (batch(2, 5, Some(1)), false),
            (batch(2, 6, None), false),
        ];
        let mut filter = Aborted::new(&[(2, 6), (1, 0)]);
        for (bytes, shown) in &batches {
            let header = BatchHeader::parse(bytes).unwrap();
            assert_eq!(filter.shows(&header, bytes), *shown, "offset {}", header.base_offset);
        }
    }
}
