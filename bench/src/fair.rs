//! The fair way: every broker is warm when it is measured, however long that takes.
//!
//! All brokers live at once, from the first row to the last: what a just-in-time compiler has done
//! must not be thrown away. Rows of one shape of requests come together. Each broker is driven with
//! that shape until its speed stands still, and then the brokers take turns at the rows.

use std::collections::BTreeSet;
use std::fs::File;
use std::time::{Duration, Instant};

use rustix::fs::syncfs;

use crate::BenchError;
use crate::family::{Family, Group, groups};
use crate::limits::{START_OVERHEAD_MS, STEADY_WINDOWS, SYNCED_WARM_UP_MAX_S};
use crate::peer::{Broker, Peer, Usage};
use crate::plan::{Pick, Plan, Progress, start};
use crate::report::PeerReport;
use crate::report::warm::WarmUp;
use crate::rows::Durability;
use crate::steady::{Limits, Verdict, judge};
use crate::suite::Turn;

/// A broker that lives until the end of the run.
struct Live<'a> {
    turn: Turn<'a>,
    warmed: BTreeSet<(Family, Durability)>,
    /// Since when others are measured.
    paused: Option<(Usage, Instant)>,
    /// Whether it has been warmed for the rows of the group.
    is_ready: bool,
}

/// The limits of each acknowledgement of a family. What the compiler works on is nearly the same in
/// both, so the second one is driven only until it is even, in the time of the first.
fn limits_of(count: usize, limits: &Limits) -> Vec<Limits> {
    if count < 2 {
        return vec![*limits; count];
    }
    let shortest = limits.window * STEADY_WINDOWS as u32;
    let second = Duration::from_secs(SYNCED_WARM_UP_MAX_S).min(limits.at_most / 2).max(shortest);
    let first = limits.at_most.saturating_sub(second).max(limits.at_least);
    let second = Limits { at_least: shortest, at_most: second, ..*limits };
    vec![Limits { at_most: first, ..*limits }, second]
}

/// What a broker has to be driven with before the rows of a group.
fn warm_ups(
    broker: &dyn Broker,
    group: &Group,
    limits: &Limits,
) -> Vec<(Family, Durability, Limits)> {
    let picks = picks_of(broker, group);
    let acks: Vec<Durability> = picks.iter().map(|(_, durability)| *durability).collect();
    let mut warm_ups = Vec::new();
    for family in group.families.iter().filter(|_| !picks.is_empty()) {
        let durabilities = family.durabilities(&acks);
        let limits = limits_of(durabilities.len(), limits);
        let each = durabilities.into_iter().zip(limits);
        warm_ups.extend(each.map(|(durability, limits)| (*family, durability, limits)));
    }
    warm_ups
}

fn picks_of(broker: &dyn Broker, group: &Group) -> Vec<Pick> {
    group.picks.iter().copied().filter(|(row, _)| broker.runs(row)).collect()
}

impl Plan<'_> {
    /// Warms every broker and runs all turns. What fails is told in the reports, and the rest goes
    /// on.
    pub fn run_fair(
        &self,
        brokers: Vec<Box<dyn Broker>>,
        limits: &Limits,
    ) -> Result<Vec<PeerReport>, BenchError> {
        let mut reports = self.reports(brokers)?;
        let groups = groups(&self.picks);
        let mut progress = self.estimate(&reports, &groups, limits);
        for number in 0..self.turns {
            for (index, report) in reports.iter_mut().enumerate() {
                if self.bench.is_stopped() {
                    return Ok(reports);
                }
                let place = self.place(&*report.broker, index);
                let picks = self.picks_of(&*report.broker, true);
                self.turn(report, &place, &picks, number, &mut progress);
                progress.pass(Duration::from_millis(START_OVERHEAD_MS), "a start");
            }
        }
        if groups.is_empty() {
            return Ok(reports);
        }
        let peers: Vec<Option<Peer>> =
            (0..).zip(&mut reports).map(|(i, r)| self.live(r, i)).collect();
        let mut lives: Vec<Option<Live<'_>>> = Vec::new();
        for (index, (peer, report)) in peers.iter().zip(&reports).enumerate() {
            let wait = self.wait(&self.place(&*report.broker, index));
            lives.push(peer.as_ref().map(|peer| Live {
                turn: Turn::new(peer, &self.settings, wait, true),
                warmed: BTreeSet::new(),
                paused: None,
                is_ready: false,
            }));
        }
        for group in &groups {
            self.group(group, &mut reports, &mut lives, limits, &mut progress);
        }
        Ok(reports)
    }

    fn live(&self, report: &mut PeerReport, index: usize) -> Option<Peer> {
        let place = self.place(&*report.broker, index);
        let started = start(report, &place);
        started.map_err(|error| report.failures.push(error.to_string())).ok()
    }

    /// Warms each broker, and has them take turns at the rows.
    fn group(
        &self,
        group: &Group,
        reports: &mut [PeerReport],
        lives: &mut [Option<Live<'_>>],
        limits: &Limits,
        progress: &mut Progress,
    ) {
        for number in 0..=self.turns {
            for (report, live) in reports.iter_mut().zip(&mut *lives) {
                let Some(live) = live else { continue };
                let picks = picks_of(&*report.broker, group);
                if picks.is_empty() || self.bench.is_stopped() {
                    continue;
                }
                live.resume(report);
                match usize::checked_sub(number, 1) {
                    None => {
                        let warmed = self.warm(live, report, group, limits, progress);
                        live.is_ready = warmed.is_ok();
                        if let Err(error) = warmed {
                            let rows: Vec<&str> = picks.iter().map(|(row, _)| row.name).collect();
                            let rows = rows.join(", ");
                            let name = report.broker.name();
                            report.failures.push(format!("{name}, warm-up for {rows}: {error}"));
                        }
                    }
                    Some(number) if live.is_ready => {
                        self.rows(report, &mut live.turn, &picks, number, progress);
                    }
                    Some(_) => {}
                }
                if let Err(error) = live.pause(self) {
                    report.failures.push(format!("{}: {error}", report.broker.name()));
                }
            }
        }
        for (report, live) in reports.iter_mut().zip(lives) {
            if let Some(Err(error)) = live.as_mut().map(|live| live.turn.clear()) {
                report.failures.push(format!("{}: {error}", report.broker.name()));
            }
        }
    }

    fn warm(
        &self,
        live: &mut Live<'_>,
        report: &mut PeerReport,
        group: &Group,
        limits: &Limits,
        progress: &mut Progress,
    ) -> Result<(), BenchError> {
        for (family, durability, limits) in warm_ups(&*report.broker, group, limits) {
            if !live.warmed.insert((family, durability)) || self.bench.is_stopped() {
                continue;
            }
            let warm_up = self.drive(&mut live.turn, family, durability, &limits)?;
            let (name, ack) = (report.broker.name(), report.broker.ack(durability));
            let text = format!("warm-up, {name}, {ack}, {family}: {}", warm_up.text());
            progress.pass(limits.at_least, &text);
            report.warm_ups.push(warm_up);
        }
        Ok(())
    }

    /// Drives a broker until it is steady.
    fn drive(
        &self,
        turn: &mut Turn<'_>,
        family: Family,
        durability: Durability,
        limits: &Limits,
    ) -> Result<WarmUp, BenchError> {
        let driver = family.driver();
        let mut windows = Vec::new();
        let mut verdict = Verdict::GoOn;
        while verdict == Verdict::GoOn {
            windows.push(turn.drive(&driver, durability, limits.window)?);
            verdict = judge(&windows, limits);
            if self.bench.is_stopped() && verdict == Verdict::GoOn {
                verdict = Verdict::Stopped;
            }
        }
        let took = limits.window * windows.len() as u32;
        Ok(WarmUp { family, durability, windows, took, verdict })
    }

    /// Tells how long the run will take, before it begins.
    fn estimate(&self, reports: &[PeerReport], groups: &[Group], limits: &Limits) -> Progress {
        let rows = self.rows_in_all(reports);
        let starts = Duration::from_millis(START_OVERHEAD_MS) * (self.turns * reports.len()) as u32;
        let fixed = self.row_time() * rows as u32 + starts;
        let (mut least, mut most) = (fixed, fixed);
        for report in reports {
            let mut seen = BTreeSet::new();
            for group in groups {
                for (family, durability, limits) in warm_ups(&*report.broker, group, limits) {
                    if seen.insert((family, durability)) {
                        least += limits.at_least;
                        most += limits.at_most;
                    }
                }
            }
        }
        let minutes = |time: Duration| time.as_secs_f64() / 60.0;
        eprintln!(
            "{rows} rows; about {:.0} minutes if every broker is steady as soon as it can be, at \
             most {:.0}. Ctrl-C ends it with what there is.",
            minutes(least),
            minutes(most)
        );
        Progress::new(rows, least)
    }
}

impl Live<'_> {
    /// Its time begins: what it has used beside the others is noted.
    fn resume(&mut self, report: &mut PeerReport) {
        let Some((before, since)) = self.paused.take() else { return };
        if let Ok(now) = self.turn.peer.usage() {
            report.idle.0 += now.cpu.saturating_sub(before.cpu);
            report.idle.1 += since.elapsed();
        }
    }

    /// Its time is over: what it left in the page cache is written before another's begins.
    fn pause(&mut self, plan: &Plan<'_>) -> Result<(), BenchError> {
        let data = File::open(&plan.bench.data)?;
        syncfs(&data).map_err(std::io::Error::from)?;
        self.paused = Some((self.turn.peer.usage()?, Instant::now()));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_acknowledgements_of_a_family_share_its_time() {
        let fair = Limits::FAIR;
        assert_eq!(limits_of(1, &fair), [fair]);
        let both = limits_of(2, &fair);
        assert_eq!(both[0].at_most + both[1].at_most, fair.at_most);
        assert_eq!(both[0].at_least, fair.at_least);
        assert_eq!(both[1].at_least, fair.window * 3);
    }
}
