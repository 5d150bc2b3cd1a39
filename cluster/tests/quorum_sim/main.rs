//! The metadata quorum under a simulator: whole clusters of the real machine in one thread, from
//! one seed, through crashes, power cuts, cut links, hung and emptied disks, pauses and changes of
//! their members.
//!
//! `QUORUM_SEEDS=A..B` runs these seeds instead of the usual ones, `QUORUM_PLAN=NAME` only those of
//! one kind; `QUORUM_TRACE=1` tells what happens in them.

mod checks;
mod dice;
mod disk;
mod failover;
mod net;
mod operator;
mod plan;
mod process;
mod trouble;
mod world;

use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};

use checks::Counts;
use cluster::quorum::Mutant;
use plan::Plan;
use world::World;

/// What a seed means in one kind of plan.
type Planned = fn(u64) -> Plan;

#[derive(Debug)]
struct Outcome {
    broken: Vec<String>,
    trace: u64,
    counts: Counts,
}

fn run(plan: Plan, mutant: Option<Mutant>) -> Outcome {
    let run = || {
        let (safety_ms, liveness_ms) = (plan.safety_ms, plan.liveness_ms);
        let mut world = World::new(plan, mutant);
        world.run_for(safety_ms);
        world.heal();
        world.run_for(liveness_ms);
        if world.checks.broken.is_empty() {
            world.check_end();
        }
        let trace = world.trace.0;
        Outcome { broken: world.checks.broken, trace, counts: world.checks.counts }
    };
    catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
        let broken = vec![format!("panic: {}", text.unwrap_or_default())];
        Outcome { broken, trace: 0, counts: Counts::default() }
    })
}

/// The seeds to run: those of the environment, or these.
fn seeds(usual: Range<u64>) -> Range<u64> {
    let Ok(asked) = std::env::var("QUORUM_SEEDS") else {
        return usual;
    };
    let (from, to) = asked.split_once("..").expect("QUORUM_SEEDS is A..B");
    from.parse().expect("a first seed")..to.parse().expect("a last seed")
}

#[test]
fn every_seed_holds() {
    let mut failed = Vec::new();
    let asked = std::env::var("QUORUM_PLAN").ok();
    for (name, plan, count) in PLANS {
        if asked.as_ref().is_some_and(|asked| asked != name) {
            continue;
        }
        let mut total = Counts::default();
        let seeds = seeds(0..count);
        for seed in seeds.clone() {
            let outcome = run(plan(seed), None);
            total.add(&outcome.counts);
            if let Some(first) = outcome.broken.first() {
                failed.push(format!("{name} seed {seed}: {first}"));
            }
        }
        println!("{name}, {} seeds: {total:?}", seeds.end - seeds.start);
    }
    assert!(failed.is_empty(), "{} failed:\n{}", failed.len(), failed.join("\n"));
}

/// Every mistake, and within how many seeds it must be found.
const MUTANTS: [(Mutant, Planned, u64); 9] = [
    (Mutant::AnswerBeforeSync, Plan::of, 10),
    (Mutant::VoteNotKept, Plan::storm, 500),
    (Mutant::EmptiedDiskAdmitted, Plan::emptied, 30),
    (Mutant::SnapshotFateNotTold, Plan::joining, 300),
    (Mutant::CommitNotClamped, Plan::of, 300),
    (Mutant::AppliedNotTold, Plan::behind, 100),
    (Mutant::TicksDuringInstall, Plan::behind, 300),
    (Mutant::KeptAfterRemoval, Plan::of, 300),
    (Mutant::SoleVoterSpeaksEarly, Plan::alone, 500),
];

/// Every kind of plan, and how many seeds of it are run each time.
const PLANS: [(&str, Planned, u64); 6] = [
    ("of", Plan::of, 100),
    ("storm", Plan::storm, 20),
    ("emptied", Plan::emptied, 20),
    ("behind", Plan::behind, 20),
    ("joining", Plan::joining, 20),
    ("alone", Plan::alone, 20),
];

#[test]
fn every_mistake_is_found() {
    let mut survivors = Vec::new();
    for (mutant, plan, within) in MUTANTS {
        let mut kills = 0;
        let range = seeds(0..within);
        let measure = std::env::var_os("QUORUM_SEEDS").is_some();
        for seed in range.clone() {
            if let Some(first) = run(plan(seed), Some(mutant)).broken.first() {
                if kills == 0 {
                    println!("{mutant:?}: seed {seed}: {first}");
                }
                kills += 1;
                if !measure {
                    break;
                }
            }
        }
        if measure {
            println!("{mutant:?}: {kills} of {}", range.end - range.start);
        }
        if kills == 0 {
            survivors.push(mutant);
        }
    }
    assert!(survivors.is_empty(), "not found: {survivors:?}");
}

#[test]
fn the_same_seed_is_the_same_run() {
    for (name, plan, _) in PLANS {
        for seed in seeds(1000..1004) {
            let (one, other) = (run(plan(seed), None), run(plan(seed), None));
            let equal = (one.trace, one.counts) == (other.trace, other.counts);
            assert!(equal, "{name} seed {seed}: {one:?} and {other:?}");
            assert_ne!(one.trace, run(plan(seed + 1), None).trace);
        }
    }
}
