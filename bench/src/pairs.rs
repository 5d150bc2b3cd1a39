//! Two programs of ours side by side: is the new one faster or slower, and by how much?

use std::fmt::Write as _;
use std::path::Path;

use crate::BenchError;
use crate::options::{Bench, Timing};
use crate::peer::{Broker, Tidemill};
use crate::plan::{Pick, Plan, Progress, start};
use crate::report::{PeerReport, median, score_name, score_text, spread};
use crate::rows::{Durability, ROWS, Row};
use crate::suite::Turn;

/// The main rows that write and read.
const PICKS: [(&str, Durability); 11] = [
    ("produce 100 x 100 B", Durability::Memory),
    ("produce 100 x 100 B", Durability::Synced),
    ("produce 1000 x 100 B", Durability::Memory),
    ("produce 1 x 100 B", Durability::Memory),
    ("produce 1 x 100 B", Durability::Synced),
    ("produce 10 x 1 KiB", Durability::Memory),
    ("produce 10 x 1 KiB", Durability::Synced),
    ("64 partitions", Durability::Memory),
    ("1,000 partitions in turn", Durability::Memory),
    ("fetch tail, 100 x 100 B", Durability::Memory),
    ("fetch cached, 1 MiB", Durability::Memory),
];

fn picks(words: &[String]) -> Vec<Pick> {
    let find = |name| ROWS.iter().find(|row| row.name == name).expect("a row's name");
    let picks = PICKS.iter().map(|&(name, durability)| (find(name), durability));
    picks.filter(|(row, _)| row.is_among(words)).collect()
}

/// The ratios of each turn, the program by the base.
fn ratios(base: &PeerReport, new: &PeerReport, (row, durability): Pick) -> Vec<f64> {
    let of = |turn: &[crate::suite::Outcome]| {
        let found = turn.iter().find(|o| o.row == row.name && o.durability == durability);
        found.map(|outcome| outcome.score(row.score))
    };
    let turns = base.turns.iter().zip(&new.turns);
    turns.filter_map(|(base, new)| Some(of(new)? / of(base)?)).collect()
}

fn row_name(row: &Row, durability: Durability) -> String {
    match durability {
        Durability::Memory => row.name.to_owned(),
        Durability::Synced => format!("{}, data-synced", row.name),
    }
}

/// The table: medians of both, and the ratios of the turns.
fn table(base: &PeerReport, new: &PeerReport, picks: &[Pick]) -> String {
    let mut out = String::from(
        "| row | base | new | new / base, median of the turns | lowest–highest turn | CPU, new / \
         base |\n| --- | --- | --- | --- | --- | --- |\n",
    );
    for &(row, durability) in picks {
        let ratios = ratios(base, new, (row, durability));
        let name = row_name(row, durability);
        let (Some(before), Some(now)) = (base.score(row, durability), new.score(row, durability))
        else {
            let _ = writeln!(out, "| {name} | not measured | | | | |");
            continue;
        };
        let (low, high) = spread(&ratios);
        let cpu = |report: &PeerReport| {
            median(&report.each(row.name, durability, |o| o.cpu_s_per_million))
        };
        let _ = writeln!(
            out,
            "| {name} | {} {} | {} | {:.3}× | {low:.3}–{high:.3} | {:.3}× |",
            score_name(row.score),
            score_text(row.score, before),
            score_text(row.score, now),
            median(&ratios),
            cpu(new) / cpu(base),
        );
    }
    out
}

/// Measures both in turns, row by row: each turn starts both anew, and who goes first changes.
pub fn run(
    bench: &Bench,
    base: &Path,
    words: &[String],
    turns: usize,
    timing: Timing,
) -> Result<(), BenchError> {
    let picks = picks(words);
    if picks.is_empty() || turns == 0 {
        return Err(BenchError::Usage("no such row, or no turn".into()));
    }
    let plan = Plan {
        bench,
        settings: bench.settings(timing, 0, bench.tools(&[])),
        start_warm_up: timing.start,
        picks,
        turns,
    };
    let tidemill = |program: &Path, is_base| -> Box<dyn Broker> {
        Box::new(Tidemill { program: program.to_owned(), shards: 1, is_base })
    };
    let brokers = vec![tidemill(base, true), tidemill(&bench.tidemill, false)];
    let mut reports = plan.reports(brokers)?;
    let rows = plan.rows_in_all(&reports);
    let total = plan.row_time() * rows as u32 + timing.start * 2 * turns as u32;
    eprintln!("{rows} rows, about {:.0} minutes", total.as_secs_f64() / 60.0);
    let mut progress = Progress::new(rows, total);
    for number in 0..turns {
        if bench.is_stopped() {
            break;
        }
        if let Err(error) = turn(&plan, &mut reports, number, &mut progress) {
            reports[0].failures.push(format!("turn {}: {error}", number + 1));
        }
    }
    println!("{}", table(&reports[0], &reports[1], &plan.picks));
    let failures: Vec<&String> = reports.iter().flat_map(|report| &report.failures).collect();
    for failure in &failures {
        println!("FAILED: {failure}");
    }
    match failures.len() {
        0 => Ok(()),
        failed => Err(BenchError::Failed { failed }),
    }
}

fn turn(
    plan: &Plan<'_>,
    reports: &mut [PeerReport],
    number: usize,
    progress: &mut Progress,
) -> Result<(), BenchError> {
    let mut peers = Vec::new();
    for (index, report) in reports.iter_mut().enumerate() {
        let place = plan.place(&*report.broker, index);
        peers.push((start(report, &place)?, plan.wait(&place)));
    }
    let mut turns = Vec::new();
    for (peer, wait) in &peers {
        let turn = Turn::new(peer, &plan.settings, *wait, true);
        if !plan.start_warm_up.is_zero() {
            turn.warm_up(&ROWS[0], plan.start_warm_up)?;
        }
        turns.push(turn);
    }
    for (index, pick) in plan.picks.iter().enumerate() {
        // Whoever goes first has the disk's rested burst, or its tired one.
        let order = if (number + index).is_multiple_of(2) { [0, 1] } else { [1, 0] };
        for at in order {
            plan.rows(&mut reports[at], &mut turns[at], &[*pick], number, progress);
            turns[at].clear()?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rows_are_there_and_can_be_chosen() {
        assert_eq!(picks(&[]).len(), PICKS.len());
        assert_eq!(picks(&["1 x 100".into()]).len(), 2);
        assert!(picks(&["nothing".into()]).is_empty());
    }
}
