//! What a comparison says: a table of medians, ratios and spread, histograms, and a page.

pub mod hgrm;
pub mod html;
pub mod plot;
pub mod warm;

use std::fmt::Write as _;
use std::time::Duration;

use hdrhistogram::Histogram;

use crate::peer::{self, Broker, Place};
use crate::rows::{Durability, ROWS, Row, Score};
use crate::suite::Outcome;
use warm::WarmUp;

/// The turns of one broker: each holds every row it ran.
pub struct PeerReport {
    pub broker: Box<dyn Broker>,
    /// How it was started.
    pub command: String,
    pub configuration: Option<String>,
    pub turns: Vec<Vec<Outcome>>,
    pub start_up_ms: Vec<f64>,
    pub idle_mib: Vec<f64>,
    /// How it was brought to its working speed, where it was.
    pub warm_ups: Vec<WarmUp>,
    /// While others were measured: CPU time, and how long that was.
    pub idle: (Duration, Duration),
    /// What failed, and why.
    pub failures: Vec<String>,
    /// Rows that could not be run here, and why.
    left_out: Vec<LeftOut>,
}

struct LeftOut {
    row: &'static str,
    durability: Durability,
    why: String,
}

pub fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
}

impl PeerReport {
    pub fn new(broker: Box<dyn Broker>, place: &Place) -> Self {
        Self {
            command: peer::command_line(&*broker, place).join(" "),
            configuration: broker.configuration(place),
            broker,
            turns: Vec::new(),
            start_up_ms: Vec::new(),
            idle_mib: Vec::new(),
            warm_ups: Vec::new(),
            idle: (Duration::ZERO, Duration::ZERO),
            failures: Vec::new(),
            left_out: Vec::new(),
        }
    }

    fn outcomes(&self, row: &str, durability: Durability) -> impl Iterator<Item = &Outcome> {
        let outcomes = self.turns.iter().flatten();
        outcomes.filter(move |o| o.row == row && o.durability == durability)
    }

    pub fn each(
        &self,
        row: &str,
        durability: Durability,
        figure: impl Fn(&Outcome) -> f64,
    ) -> Vec<f64> {
        self.outcomes(row, durability).map(figure).collect()
    }

    /// Whether a row was run, or is said to have been left out.
    pub fn has(&self, row: &str) -> bool {
        self.turns.iter().flatten().any(|outcome| outcome.row == row)
            || self.left_out.iter().any(|left| left.row == row)
    }

    pub fn leave_out(&mut self, row: &'static str, durability: Durability, why: String) {
        self.left_out.push(LeftOut { row, durability, why });
    }

    /// Why a row has no figures, where something was in its way.
    pub fn why_left_out(&self, row: &str, durability: Durability) -> Option<&str> {
        let found =
            self.left_out.iter().find(|left| (left.row, left.durability) == (row, durability));
        found.map(|left| left.why.as_str())
    }

    /// The latencies of all turns at a row, in microseconds; `None` where we timed none.
    pub fn merged(&self, row: &str, durability: Durability) -> Option<Histogram<u64>> {
        let mut found = self.outcomes(row, durability);
        let mut merged = found.next()?.measured.latency_us.clone();
        for outcome in found {
            merged.add(&outcome.measured.latency_us).expect("one range for all");
        }
        (!merged.is_empty()).then_some(merged)
    }

    /// The median score of a row.
    pub fn score(&self, row: &Row, durability: Durability) -> Option<f64> {
        let scores = self.each(row.name, durability, |o| o.score(row.score));
        (!scores.is_empty()).then(|| median(&scores))
    }

    /// Further figures of a row, as medians, and what it is against its own idle row.
    pub fn notes(&self, row: &Row, durability: Durability) -> String {
        let mut notes = Vec::new();
        let first = self.outcomes(row.name, durability).next();
        for (name, _) in first.map(|o| o.figures.as_slice()).unwrap_or_default() {
            let of = |o: &Outcome| o.figures.iter().find(|(n, _)| n == name).map(|(_, v)| *v);
            let values: Vec<f64> = self.outcomes(row.name, durability).filter_map(of).collect();
            notes.push(format!("{name}: {:.2}", median(&values)));
        }
        if let Some(idle) = row.idle.and_then(|name| ROWS.iter().find(|row| row.name == name))
            && let (Some(idle), Some(own)) =
                (self.score(idle, durability), self.score(row, durability))
        {
            notes.push(format!("{:.2}× its value without them", own / idle));
        }
        let verified = self.outcomes(row.name, durability).filter_map(|o| o.verified_records);
        let verified: u64 = verified.sum();
        if verified > 0 {
            notes.push(format!("{verified} records verified"));
        }
        notes.extend(warm::note(&self.warm_ups, row, durability));
        notes.join("; ")
    }
}

fn rate(value: f64) -> String {
    match value {
        v if v >= 1e6 => format!("{:.2} M/s", v / 1e6),
        v if v >= 1e3 => format!("{:.1} k/s", v / 1e3),
        v => format!("{v:.0} /s"),
    }
}

/// A score with its unit.
pub fn score_text(score: Score, value: f64) -> String {
    match score {
        Score::RecordsPerSecond => rate(value),
        Score::BytesPerSecond => format!("{:.0} MB/s", value / 1e6),
        Score::Latency(_) => format!("{value:.2} ms"),
        Score::ResidentMib => format!("{value:.0} MiB"),
    }
}

/// What a score is, where its unit does not tell.
pub fn score_name(score: Score) -> String {
    match score {
        Score::RecordsPerSecond => "records".into(),
        Score::BytesPerSecond => "bytes".into(),
        Score::Latency(quantile) => format!("p{}", quantile * 100.0),
        Score::ResidentMib => "memory".into(),
    }
}

/// The best score, acknowledged from memory, of the brokers that the others are compared with.
pub fn base(peers: &[PeerReport], row: &Row) -> Option<f64> {
    let bases = peers.iter().filter(|peer| peer.broker.is_base());
    let scores = bases.filter_map(|peer| peer.score(row, Durability::Memory));
    scores.filter(|score| score.is_finite()).reduce(|best, score| {
        if row.score.less_is_better() { best.min(score) } else { best.max(score) }
    })
}

/// A number with two digits, or a dash where there is none.
fn number(value: Option<f64>) -> String {
    value.filter(|value| value.is_finite()).map_or_else(|| "–".into(), |v| format!("{v:.2}"))
}

pub fn ratio_text(row: &Row, value: f64, base: Option<f64>) -> String {
    let sign = if row.score.less_is_better() { "× (less is better)" } else { "×" };
    base.map_or_else(|| "–".into(), |base| format!("{:.2}{sign}", value / base))
}

/// The table, as Markdown. Ratios are against the base's page-cache row.
pub fn table(peers: &[PeerReport]) -> String {
    let mut out = String::from(
        "| row | broker, ack | measured (lowest–highest turn, spread) | against Kafka's page cache \
         | p50 ms | p99 ms | p99.9 ms | CPU s / M records | also |\n\
         | --- | --- | --- | --- | --- | --- | --- | --- | --- |\n",
    );
    for row in ROWS {
        let base = base(peers, row);
        for peer in peers {
            for durability in Durability::ALL {
                line(&mut out, row, peer, durability, base);
            }
        }
    }
    for peer in peers {
        let (start, idle) = (median(&peer.start_up_ms), median(&peer.idle_mib));
        let name = peer.broker.name();
        if !peer.start_up_ms.is_empty() {
            let _ = writeln!(out, "\n{name}: start {start:.0} ms, idle memory {idle:.0} MiB");
        }
        for line in warm::lines(peer) {
            let _ = writeln!(out, "{line}");
        }
        for failure in &peer.failures {
            let _ = writeln!(out, "\nFAILED: {failure}");
        }
    }
    out
}

fn line(out: &mut String, row: &Row, peer: &PeerReport, durability: Durability, base: Option<f64>) {
    let scores = peer.each(row.name, durability, |o| o.score(row.score));
    let Some(score) = peer.score(row, durability) else {
        if let Some(why) = peer.why_left_out(row.name, durability) {
            let (name, ack) = (peer.broker.name(), peer.broker.ack(durability));
            // A line of the table is one line.
            let why = why.split_whitespace().collect::<Vec<_>>().join(" ");
            let _ = writeln!(out, "| {} | {name}, {ack} | left out: {why} | | | | | | |", row.name);
        }
        return;
    };
    let (low, high) = spread(&scores);
    let at = |quantile: f64| {
        let values = peer.outcomes(row.name, durability);
        let values: Vec<f64> = values.filter_map(|o| o.measured.latency_ms(quantile)).collect();
        number(Some(median(&values)))
    };
    let cpu = median(&peer.each(row.name, durability, |o| o.cpu_s_per_million));
    let _ = writeln!(
        out,
        "| {} | {}, {} | {} {} ({}–{}, {}) | {} | {} | {} | {} | {} | {} |",
        row.name,
        peer.broker.name(),
        peer.broker.ack(durability),
        score_name(row.score),
        score_text(row.score, score),
        score_text(row.score, low),
        score_text(row.score, high),
        spread_text(&scores),
        ratio_text(row, score, base),
        at(0.5),
        at(0.99),
        at(0.999),
        number(Some(cpu)),
        peer.notes(row, durability),
    );
}

/// How far the turns are apart, as a share of their median.
pub fn spread_text(values: &[f64]) -> String {
    let (low, high) = spread(values);
    let share = (high - low) / median(values) * 100.0;
    if share.is_finite() { format!("{share:.0} %") } else { "–".into() }
}

/// The lowest and the highest.
pub fn spread(values: &[f64]) -> (f64, f64) {
    values.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), &value| {
        (low.min(value), high.max(value))
    })
}
