//! Runs of many seeds, and making a failing one smaller.

use crate::limits::{ELECTIONS_MIN, SECOND, SHRINK_RUNS_MAX, TRUNCATIONS_MIN};
use crate::oracle::Violation;
use crate::swarm::{Fault, Options};
use crate::world::{Counts, World};

/// What came of one seed.
#[derive(Debug, Clone)]
pub struct Outcome {
    pub violation: Option<Violation>,
    pub hash: u64,
    /// Simulated microseconds.
    pub simulated: u64,
    pub counts: Counts,
    pub trace: Vec<String>,
}

impl Outcome {
    /// The one line that ends a run.
    #[must_use]
    pub fn line(&self, seed: u64) -> String {
        let verdict = match &self.violation {
            None => "ok".to_owned(),
            Some(violation) => format!("FAILED: {}", violation.invariant),
        };
        let seconds = self.simulated as f64 / SECOND as f64;
        format!(
            "seed {seed}: {verdict}, hash {:016x}, simulated {seconds:.1} s, {} faults",
            self.hash,
            self.counts.faults_total()
        )
    }
}

/// Runs one seed.
#[must_use]
pub fn run(options: &Options) -> Outcome {
    let mut world = World::new(options);
    world.run();
    let violation = world.oracle.violation.take();
    if let Some(violation) = &violation {
        world.note(|| format!("{}: {}", violation.invariant, violation.what));
    }
    world.trace.mix(world.counts.steps);
    Outcome {
        violation,
        hash: world.trace.hash(),
        simulated: world.now,
        counts: world.counts,
        trace: world.trace.lines,
    }
}

/// The smallest run that still breaks the same invariant: fewer nodes, faults, kinds, steps.
#[must_use]
pub fn shrink(options: &Options) -> Options {
    let mut best = options.clone();
    let Some(wanted) = run(&best).violation.map(|violation| violation.invariant) else {
        return best;
    };
    let mut left = SHRINK_RUNS_MAX;
    let still_fails = |candidate: &Options, left: &mut usize| {
        *left = left.saturating_sub(1);
        let outcome = run(candidate);
        let fails = outcome.violation.is_some_and(|violation| violation.invariant == wanted);
        fails.then_some(outcome.counts)
    };
    let attempt = |candidate: Options, best: &mut Options, left: &mut usize| {
        if *left > 0 && still_fails(&candidate, left).is_some() {
            *best = candidate;
        }
    };
    attempt(Options { nodes: Some(3), ..best.clone() }, &mut best, &mut left);
    for fault in Fault::ALL {
        let mut candidate = best.clone();
        candidate.without.push(*fault);
        attempt(candidate, &mut best, &mut left);
    }
    let mut faults = run(&best).counts.faults_total() as usize;
    while faults > 0 && left > 0 {
        attempt(Options { faults, ..best.clone() }, &mut best, &mut left);
        if best.faults != faults {
            break;
        }
        faults /= 2;
    }
    // The steps after the fault was seen show nothing.
    best.steps = run(&best).counts.steps + 1;
    best
}

fn median(numbers: &[u64]) -> u64 {
    let mut sorted = numbers.to_vec();
    sorted.sort_unstable();
    sorted.get(sorted.len() / 2).copied().unwrap_or(0)
}

/// What many runs did together: the floors below which they show nothing.
#[derive(Debug, Clone, Default)]
pub struct Totals {
    runs: u64,
    elections: Vec<u64>,
    truncations: Vec<u64>,
    sum: Counts,
}

impl Totals {
    pub fn add(&mut self, counts: &Counts) {
        self.runs += 1;
        self.elections.push(counts.elections);
        self.truncations.push(counts.truncations);
        for (fault, count) in &counts.faults {
            *self.sum.faults.entry(fault).or_default() += count;
        }
        self.sum.elections += counts.elections;
        self.sum.elections_from_elr += counts.elections_from_elr;
        self.sum.unclean_elections += counts.unclean_elections;
        self.sum.truncations += counts.truncations;
        self.sum.restarts_at += counts.restarts_at;
        self.sum.isr_changes += counts.isr_changes;
        self.sum.fenced += counts.fenced;
        self.sum.acked += counts.acked;
        self.sum.read += counts.read;
        self.sum.reassigned += counts.reassigned;
        self.sum.suspects += counts.suspects;
        self.sum.controllers += counts.controllers;
        self.sum.losses += counts.losses;
        self.sum.steps += counts.steps;
    }

    /// Why these runs show nothing, if they do not: too little happened in them.
    #[must_use]
    pub fn vacuous(&self) -> Option<String> {
        let medians = [
            ("elections", median(&self.elections), ELECTIONS_MIN),
            ("truncations", median(&self.truncations), TRUNCATIONS_MIN),
            ("elections from the ELR", self.sum.elections_from_elr, self.runs),
            ("losses", self.sum.losses, self.runs),
            ("reassignments", self.sum.reassigned, self.runs),
            ("acknowledged batches", self.sum.acked, 100 * self.runs),
        ];
        let few = medians.into_iter().find(|(_, count, floor)| count < floor);
        if let Some((what, count, floor)) = few {
            return Some(format!("{what}: {count} of at least {floor}"));
        }
        let kinds = Fault::ALL.iter().map(|fault| fault.name());
        let missing = kinds
            .into_iter()
            .find(|name| self.sum.faults.get(name).copied().unwrap_or(0) < self.runs / 4);
        missing.map(|name| format!("fault {name} happened too rarely"))
    }

    #[must_use]
    pub fn report(&self) -> String {
        let (elections, truncations) = (median(&self.elections), median(&self.truncations));
        format!(
            "median of {} runs: {elections} elections, {truncations} truncations; in all: {:#?}",
            self.runs, self.sum
        )
    }
}
