//! What is measured with which brokers, and the short way to do it: each turn with a fresh broker.

use std::fs;
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::BenchError;
use crate::limits::ROW_OVERHEAD_MS;
use crate::options::Bench;
use crate::peer::{self, Broker, Peer, Place};
use crate::report::{self, PeerReport};
use crate::rows::{Durability, ROWS, Row, Score};
use crate::suite::{Outcome, Settings, Turn};
use crate::workload::Wait;
use crate::workload::connections::raise_open_files;

/// A row and how it is acknowledged.
pub type Pick = (&'static Row, Durability);

/// Prints what is done and how long the rest will take.
pub struct Progress {
    started: Instant,
    rows_done: usize,
    rows: usize,
    /// Of all steps, as they were planned.
    done: Duration,
    total: Duration,
}

impl Progress {
    pub fn new(rows: usize, total: Duration) -> Self {
        Self { started: Instant::now(), rows_done: 0, rows, done: Duration::ZERO, total }
    }

    /// What is no row.
    pub fn pass(&mut self, planned: Duration, text: &str) {
        self.done += planned;
        let share = (self.done.as_secs_f64() / self.total.as_secs_f64()).min(1.0);
        let left = self.started.elapsed().as_secs_f64() * (1.0 / share - 1.0);
        let (done, rows, left_s) = (self.rows_done, self.rows, left as u64);
        let filled = ((share * 20.0) as usize).min(20);
        let bar = format!("{}{}", "#".repeat(filled), ".".repeat(20 - filled));
        eprintln!("[{bar}] {done}/{rows}, {}:{:02} left: {text}", left_s / 60, left_s % 60);
    }

    fn step(&mut self, planned: Duration, text: &str) {
        self.rows_done += 1;
        self.pass(planned, text);
    }
}

/// All that turns have in common.
pub struct Plan<'a> {
    pub bench: &'a Bench,
    pub settings: Settings,
    pub start_warm_up: Duration,
    pub picks: Vec<Pick>,
    pub turns: usize,
}

impl Plan<'_> {
    /// Where a broker runs; several have ports of their own.
    pub fn place(&self, broker: &dyn Broker, index: usize) -> Place {
        let Bench { broker_core, generator_core, .. } = *self.bench;
        let mut cores = vec![broker_core, generator_core];
        cores.truncate(broker.cores());
        peer::place(&self.bench.data, peer::port(self.bench.port, index), cores)
    }

    pub fn wait(&self, place: &Place) -> Wait {
        let shares_core = place.cores.contains(&self.bench.generator_core);
        if shares_core { Wait::Sleep } else { Wait::Spin }
    }

    pub fn picks_of(&self, broker: &dyn Broker, fresh: bool) -> Vec<Pick> {
        let picks = self.picks.iter().copied();
        picks.filter(|(row, _)| row.is_fresh() == fresh && broker.runs(row)).collect()
    }

    /// Rows of all brokers and turns.
    pub fn rows_in_all(&self, reports: &[PeerReport]) -> usize {
        let each = |report: &PeerReport| {
            [true, false].map(|fresh| self.picks_of(&*report.broker, fresh).len())
        };
        self.turns * reports.iter().flat_map(each).sum::<usize>()
    }

    /// How long a row takes.
    pub fn row_time(&self) -> Duration {
        let Settings { warm_up, measure, .. } = self.settings;
        warm_up + measure + Duration::from_millis(ROW_OVERHEAD_MS)
    }

    /// Takes the generator's core, and makes empty reports of the brokers.
    pub fn reports(&self, brokers: Vec<Box<dyn Broker>>) -> Result<Vec<PeerReport>, BenchError> {
        let generator = core_affinity::CoreId { id: self.bench.generator_core };
        core_affinity::set_for_current(generator);
        raise_open_files()?;
        fs::create_dir_all(&self.bench.data)?;
        let report = |(index, broker): (usize, Box<dyn Broker>)| {
            let place = self.place(&*broker, index);
            let mut report = PeerReport::new(broker, &place);
            report.turns.resize_with(self.turns, Vec::new);
            report
        };
        Ok(brokers.into_iter().enumerate().map(report).collect())
    }

    /// Runs all turns. What fails is told in the reports, and the rest goes on.
    pub fn run(&self, brokers: Vec<Box<dyn Broker>>) -> Result<Vec<PeerReport>, BenchError> {
        let mut reports = self.reports(brokers)?;
        let rows = self.rows_in_all(&reports);
        let mut progress = Progress::new(rows, self.row_time() * rows as u32);
        for number in 0..self.turns {
            for (index, report) in reports.iter_mut().enumerate() {
                for fresh in [true, false] {
                    let picks = self.picks_of(&*report.broker, fresh);
                    if picks.is_empty() || self.bench.is_stopped() {
                        continue;
                    }
                    let place = self.place(&*report.broker, index);
                    self.turn(report, &place, &picks, number, &mut progress);
                }
            }
        }
        Ok(reports)
    }

    /// A turn of a broker that is started for it, without rows too.
    pub fn turn(
        &self,
        report: &mut PeerReport,
        place: &Place,
        picks: &[Pick],
        number: usize,
        progress: &mut Progress,
    ) {
        if let Err(error) = self.try_turn(report, place, picks, number, progress) {
            report.failures.push(format!("turn {}: {error}", number + 1));
        }
    }

    fn try_turn(
        &self,
        report: &mut PeerReport,
        place: &Place,
        picks: &[Pick],
        number: usize,
        progress: &mut Progress,
    ) -> Result<(), BenchError> {
        let peer = start(report, place)?;
        let mut turn = Turn::new(&peer, &self.settings, self.wait(place), false);
        let fresh = picks.iter().all(|(row, _)| row.is_fresh());
        if !fresh && !self.start_warm_up.is_zero() {
            turn.warm_up(&ROWS[0], self.start_warm_up)?;
        }
        self.rows(report, &mut turn, picks, number, progress);
        Ok(())
    }

    /// Runs rows one behind the other.
    pub fn rows(
        &self,
        report: &mut PeerReport,
        turn: &mut Turn<'_>,
        picks: &[Pick],
        number: usize,
        progress: &mut Progress,
    ) {
        let planned = self.row_time();
        for &(row, durability) in picks {
            if self.bench.is_stopped() {
                break;
            }
            let ack = report.broker.ack(durability);
            let what =
                format!("turn {}, {}, {ack}, {}", number + 1, report.broker.name(), row.name);
            match turn.run(row, durability) {
                Ok(outcome) => {
                    progress.step(planned, &format!("{what}: {}", figures(row, &outcome)));
                    report.turns[number].push(outcome);
                }
                Err(error @ (BenchError::Overrun { .. } | BenchError::Missing(_))) => {
                    progress.step(planned, &format!("{what}: left out: {error}"));
                    report.leave_out(row.name, durability, error.to_string());
                }
                Err(error) => {
                    progress.step(planned, &format!("{what}: FAILED: {error}"));
                    report.failures.push(format!("{what}: {error}"));
                }
            }
        }
    }
}

/// Starts a broker, and notes how long that took and its idle memory.
pub fn start(report: &mut PeerReport, place: &Place) -> Result<Peer, BenchError> {
    let peer = Peer::start(&*report.broker, place)?;
    report.start_up_ms.push(peer.start_up.as_secs_f64() * 1000.0);
    sleep(Duration::from_secs(1));
    report.idle_mib.push(peer.usage()?.resident_mib());
    Ok(peer)
}

fn figures(row: &Row, outcome: &Outcome) -> String {
    let score = report::score_text(row.score, outcome.score(row.score));
    let mut text = format!("{} {score}", report::score_name(row.score));
    let scored = matches!(row.score, Score::Latency(0.99));
    if let Some(p99) = outcome.measured.latency_ms(0.99).filter(|_| !scored) {
        text += &format!(", p99 {p99:.2} ms");
    }
    for (name, value) in &outcome.figures {
        text += &format!(", {name} {value:.2}");
    }
    if let Some(records) = outcome.verified_records {
        text += &format!(", {records} records verified");
    }
    text
}
