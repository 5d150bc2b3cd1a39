//! One peer's turn at the rows.

use std::thread::sleep;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::BenchError;
use crate::admin;
use crate::frames::Payload;
use crate::limits::CACHED_BYTES_PER_PARTITION;
use crate::peer::{Peer, Usage};
use crate::rows::{Durability, Row, Score, Work};
use crate::topics::{After, Topics};
use crate::verify::verify;
use crate::workload::backlog::{self, Backlog};
use crate::workload::fetch::Until;
use crate::workload::tools::{Task, Tool, Tools};
use crate::workload::{
    Measured, Pace, Target, Wait, Workload, Written, connections, end_to_end, fetch, produce,
};

/// What holds for every row.
#[derive(Clone, Debug)]
pub struct Settings {
    pub warm_up: Duration,
    pub measure: Duration,
    pub payload: Payload,
    /// Read back all that was written.
    pub verify: bool,
    pub backlog_bytes: u64,
    pub tools: Tools,
    pub tool_records: u64,
}

/// A row's figures from one turn.
pub struct Outcome {
    pub row: &'static str,
    pub durability: Durability,
    pub measured: Measured,
    /// CPU seconds of the broker for a million records, warm-up included.
    pub cpu_s_per_million: f64,
    pub resident_mib: f64,
    /// Further figures, by name and unit.
    pub figures: Vec<(&'static str, f64)>,
    pub verified_records: Option<u64>,
}

impl Outcome {
    pub fn score(&self, score: Score) -> f64 {
        match score {
            Score::RecordsPerSecond => self.measured.records_per_second(),
            Score::BytesPerSecond => self.measured.bytes_per_second(),
            Score::Latency(quantile) => self.measured.latency_ms(quantile).unwrap_or(f64::NAN),
            Score::ResidentMib => self.resident_mib,
        }
    }
}

/// A broker and what its turn has put there.
pub struct Turn<'a> {
    pub peer: &'a Peer,
    pub settings: &'a Settings,
    wait: Wait,
    topics: Topics,
    /// Filled, and verified, by the first row that reads it.
    backlog: Option<Backlog>,
    backlog_verified: Option<u64>,
}

/// What a workload gave, before the figures that all rows have.
struct Run {
    measured: Measured,
    figures: Vec<(&'static str, f64)>,
    written: Option<Written>,
    resident_mib: Option<f64>,
    /// What the broker had used before, where filling a topic is not to be counted.
    before: Option<Usage>,
    /// Whether the broker's time went into these records and nothing else.
    cpu_counts: bool,
}

impl Run {
    fn new(measured: Measured, written: Option<Written>) -> Self {
        let (figures, cpu_counts) = (Vec::new(), true);
        Self { measured, figures, written, resident_mib: None, before: None, cpu_counts }
    }
}

fn now_ms() -> i64 {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX)
}

/// How often each of many connections writes before the memory is read.
const ROUNDS: usize = 3;

/// A disk that is too slow for the backlog does not hold the run up for longer than so many rows.
const COLD_MEASURES_MAX: u32 = 5;

/// Slices of the backlog that the broker and direct reads take turns at.
const COLD_SLICES: usize = 16;

const MIB: f64 = (1 << 20) as f64;

impl<'a> Turn<'a> {
    /// `lives_on` tells that the broker outlives the turn, so that what it holds is bounded.
    pub fn new(peer: &'a Peer, settings: &'a Settings, wait: Wait, lives_on: bool) -> Self {
        let after = match (lives_on, settings.verify) {
            (false, _) => After::Stays,
            (true, true) => After::Deleted,
            (true, false) => After::UsedAgain,
        };
        let topics = Topics::new(after, settings.verify);
        Self { peer, settings, wait, topics, backlog: None, backlog_verified: None }
    }

    fn workload(&self, row: &Row) -> Workload {
        Workload {
            connections: row.connections,
            records_per_batch: row.records,
            record_bytes: row.record_bytes,
            payload: self.settings.payload,
            pace: row.pace,
            wait: self.wait,
            warm_up: self.settings.warm_up,
            measure: self.settings.measure,
            numbered: self.settings.verify,
        }
    }

    /// Brings a broker to its working speed before its first row.
    pub fn warm_up(&self, row: &Row, time: Duration) -> Result<(), BenchError> {
        let leaders = admin::create_topic(&self.peer.address, "warm-up", row.partitions, &[])?;
        let half = Workload { warm_up: Duration::ZERO, measure: time / 2, ..self.workload(row) };
        let half = Workload { numbered: false, ..half };
        let target = Target::new("warm-up", &leaders);
        let delivered = end_to_end::run(&target, &half, None, now_ms())?;
        let offsets = delivered.written.slice(0, 1);
        let until = Until::Time { warm_up: Duration::ZERO, measure: time / 2 };
        fetch::run("warm-up", &leaders, &offsets, leaders.len(), until, self.wait)?;
        Ok(())
    }

    fn fill_backlog(&mut self) -> Result<(), BenchError> {
        if self.backlog.is_none() {
            let Settings { backlog_bytes, payload, verify, .. } = *self.settings;
            let topic = "bench-backlog".to_owned();
            eprintln!("  writing a backlog of {:.0} MiB", backlog_bytes as f64 / MIB);
            let backlog =
                Backlog::fill(self.peer, topic, backlog_bytes, payload, verify, now_ms())?;
            if verify {
                let Backlog { topic, leaders, written } = &backlog;
                self.backlog_verified = Some(self::verify(topic, leaders, written)?);
            }
            self.backlog = Some(backlog);
        }
        Ok(())
    }

    /// Runs one row.
    pub fn run(&mut self, row: &Row, durability: Durability) -> Result<Outcome, BenchError> {
        if let Work::Tool(tool) = row.work {
            self.settings.tools.need(tool)?;
        }
        if matches!(row.work, Work::FetchCold | Work::EndToEnd { catch_up_readers: 1.. }) {
            self.fill_backlog()?;
        }
        let topic = match row.work {
            Work::FetchCold => None,
            _ => Some(self.topics.take(self.peer, row, durability)?),
        };
        let before = self.peer.usage()?;
        let run = match &topic {
            Some(topic) => self.work(row, &topic.target(), &self.workload(row))?,
            None => self.fetch_cold()?,
        };
        let after = self.peer.usage()?;
        let before = run.before.unwrap_or(before);
        let cpu_s = after.cpu.saturating_sub(before.cpu).as_secs_f64();
        let cpu_s_per_million = cpu_s / (run.measured.all_records as f64 / 1e6);
        let verified_records = match &run.written {
            Some(written) if self.settings.verify => {
                let topic = topic.as_ref().expect("it was written to");
                Some(verify(&topic.name, &topic.leaders, written)?)
            }
            Some(_) => None,
            // What the row has read.
            None => self.backlog_verified.filter(|_| matches!(row.work, Work::FetchCold)),
        };
        if let Some(topic) = topic {
            self.topics.give_back(self.peer, topic, run.written.as_ref())?;
        }
        sleep(Duration::from_millis(200));
        Ok(Outcome {
            row: row.name,
            durability,
            cpu_s_per_million: if run.cpu_counts { cpu_s_per_million } else { f64::NAN },
            measured: run.measured,
            resident_mib: run.resident_mib.unwrap_or_else(|| after.resident_mib()),
            figures: run.figures,
            verified_records,
        })
    }

    /// Drives the broker at saturation for a time; records a second.
    pub fn drive(
        &mut self,
        row: &Row,
        durability: Durability,
        time: Duration,
    ) -> Result<f64, BenchError> {
        let topic = self.topics.take(self.peer, row, durability)?;
        let workload = Workload { warm_up: Duration::ZERO, measure: time, ..self.workload(row) };
        let run = self.work(row, &topic.target(), &workload)?;
        self.topics.give_back(self.peer, topic, run.written.as_ref())?;
        Ok(run.measured.records_per_second())
    }

    /// Deletes the topics that rows of one shape have shared.
    pub fn clear(&mut self) -> Result<(), BenchError> {
        self.topics.clear(self.peer)
    }

    fn work(&self, row: &Row, target: &Target<'_>, workload: &Workload) -> Result<Run, BenchError> {
        let Target { topic, leaders, .. } = *target;
        match row.work {
            Work::Produce => {
                let (measured, written) = produce::run(target, workload, now_ms())?;
                Ok(Run::new(measured, Some(written)))
            }
            Work::FetchCached => {
                let written = self.fill(target, workload, CACHED_BYTES_PER_PARTITION)?;
                let Workload { warm_up, measure, .. } = *workload;
                let (offsets, until) = (written.slice(0, 1), Until::Time { warm_up, measure });
                let before = Some(self.peer.usage()?);
                let measured =
                    fetch::run(topic, leaders, &offsets, row.connections, until, self.wait)?;
                Ok(Run { before, ..Run::new(measured, Some(written)) })
            }
            Work::FetchCold => self.fetch_cold(),
            Work::EndToEnd { catch_up_readers } => {
                self.end_to_end(target, workload, catch_up_readers)
            }
            Work::Connections => {
                let workload = Workload { numbered: false, ..workload.clone() };
                let empty_mib = self.peer.usage()?.resident_mib();
                // A broker that frees memory late is given the time to.
                let at_rest = || {
                    sleep(Duration::from_secs(1));
                    Ok(self.peer.usage()?.resident_mib())
                };
                let (measured, written, resident_mib) =
                    connections::run(topic, leaders, &workload, ROUNDS, now_ms(), at_rest)?;
                let mut run = Run::new(measured, Some(written));
                (run.resident_mib, run.cpu_counts) = (Some(resident_mib), false);
                run.figures.push(("MiB before the connections", empty_mib));
                Ok(run)
            }
            Work::Tool(tool) => self.tool(tool, target, workload),
        }
    }

    /// Fills an empty topic; one that is used again has been filled.
    fn fill(
        &self,
        target: &Target<'_>,
        workload: &Workload,
        bytes_per_partition: usize,
    ) -> Result<Written, BenchError> {
        let numbered = workload.numbered;
        if target.batches.iter().any(|&batches| batches > 0) {
            let batches = target.batches.to_vec();
            return Ok(Written { batch: workload.batch(now_ms()), numbered, batches });
        }
        let batch_bytes = workload.records_per_batch * workload.record_bytes;
        let requests = (bytes_per_partition / batch_bytes).max(1);
        let workload = Workload {
            connections: target.leaders.len(),
            pace: Pace::InFlight(1),
            ..workload.clone()
        };
        produce::run_count(target, &workload, requests, now_ms())
    }

    /// The broker and direct reads take turns at slices of the same files: what a shared disk gives
    /// changes from second to second, and a burst that it grants goes to whoever reads first.
    fn fetch_cold(&self) -> Result<Run, BenchError> {
        let backlog = self.backlog.as_ref().expect("filled before");
        let Backlog { topic, leaders, written } = backlog;
        let files = backlog.files(&self.peer.directory)?;
        backlog::drop_cache(files.iter().flatten())?;
        let bytes_each = written.bytes() / leaders.len() as u64;
        let at_most = self.settings.measure * COLD_MEASURES_MAX / COLD_SLICES as u32;
        let mut measured = Measured::new();
        let mut direct = Some((0, Duration::ZERO));
        for index in 0..COLD_SLICES {
            let from = |index: usize| bytes_each * index as u64 / COLD_SLICES as u64;
            let range = from(index)..from(index + 1);
            let mut read_directly = || {
                let read = backlog::direct_reads(&files, &range)?;
                direct = direct.zip(read).map(|(sum, part)| (sum.0 + part.0, sum.1 + part.1));
                Ok::<_, BenchError>(())
            };
            if index % 2 == 0 {
                read_directly()?;
            }
            let (offsets, until) = (written.slice(index, COLD_SLICES), Until::Read { at_most });
            let connections = leaders.len();
            let part = fetch::run(topic, leaders, &offsets, connections, until, self.wait)?;
            measured.add(&part);
            if index % 2 == 1 {
                read_directly()?;
            }
        }
        let speed = measured.bytes_per_second();
        let mut run = Run::new(measured, None);
        if let Some((bytes, time)) = direct {
            let disk = bytes as f64 / time.as_secs_f64();
            run.figures.push(("disk's direct reads, MB/s", disk / 1e6));
            run.figures.push(("of the disk's speed", speed / disk));
        }
        Ok(run)
    }

    fn end_to_end(
        &self,
        target: &Target<'_>,
        workload: &Workload,
        readers: usize,
    ) -> Result<Run, BenchError> {
        let backlog = if readers > 0 { self.backlog.as_ref() } else { None };
        let mut ends = Vec::new();
        if let Some(backlog) = backlog {
            backlog::drop_cache(backlog.files(&self.peer.directory)?.iter().flatten())?;
            ends = backlog.written.ends();
        }
        let catch_up = backlog.map(|Backlog { topic, leaders, .. }| end_to_end::Backlog {
            topic,
            leaders,
            ends: &ends,
            readers,
        });
        let delivered = end_to_end::run(target, workload, catch_up.as_ref(), now_ms())?;
        let elapsed_s = delivered.measured.elapsed.as_secs_f64();
        let mut run = Run::new(delivered.measured, Some(delivered.written));
        let ack = delivered.acks.latency_ms(0.999).unwrap_or(f64::NAN);
        run.figures.push(("p99.9 of the ack, ms", ack));
        if readers > 0 {
            run.cpu_counts = false;
            let backlog_mib = self.settings.backlog_bytes as f64 / MIB;
            run.figures.push(("readers, MB/s", delivered.catch_up_bytes as f64 / 1e6 / elapsed_s));
            run.figures.push(("backlog, MiB", backlog_mib));
            run.figures.push(("measured, s", elapsed_s));
        }
        Ok(run)
    }

    fn tool(
        &self,
        tool: Tool,
        target: &Target<'_>,
        workload: &Workload,
    ) -> Result<Run, BenchError> {
        let Target { topic, leaders, .. } = *target;
        let Settings { tools, tool_records, measure, .. } = self.settings;
        let records = match tool {
            Tool::RdkafkaLatency { per_second } => {
                (measure.as_secs_f64() * per_second as f64) as u64
            }
            _ => *tool_records,
        };
        let mut before = None;
        if tool.reads() {
            let batches = records.div_ceil((workload.records_per_batch * leaders.len()) as u64);
            let batch_bytes = workload.records_per_batch * workload.record_bytes;
            let bytes = usize::try_from(batches).unwrap_or(0) * batch_bytes;
            self.fill(target, workload, bytes)?;
            before = Some(self.peer.usage()?);
        }
        let task = Task {
            address: &self.peer.address,
            topic,
            partitions: leaders.len(),
            records: records.max(1),
            record_bytes: workload.record_bytes,
            scratch: &self.peer.directory,
        };
        let said = tools.measure(tool, &task)?;
        Ok(Run { before, figures: said.figures, ..Run::new(said.measured, None) })
    }
}
