//! Known faults, put in one at a time: each must be found within so many seeds, and by what.
#![cfg(feature = "mutants")]

use cluster::mutants::{Mutant, choose};
use sim::{Options, run};

/// A mutant that lives longer shows that the simulator does not look where it should.
const SEEDS_MAX: u64 = 500;
/// A read from disk has to outlive its term, and its log to be cut meanwhile, while the follower
/// has not heard of the new term.
const RARE: &[(Mutant, u64)] = &[(Mutant::AppendBeyondSubscriptionEpoch, 4_000)];

/// Which seed kills it, and the invariant that sees it.
fn killer(mutant: Mutant) -> Option<(u64, &'static str)> {
    choose(Some(mutant));
    let rare = RARE.iter().find(|(rare, _)| *rare == mutant);
    let found = (0..rare.map_or(SEEDS_MAX, |(_, most)| *most)).find_map(|seed| {
        let violation = run(&Options::new(seed)).violation?;
        Some((seed, violation.invariant))
    });
    choose(None);
    found
}

/// Every name is one mutant's, so that the command line can mean it.
#[test]
fn names_are_unique() {
    for mutant in Mutant::ALL {
        assert_eq!(Mutant::from_name(mutant.name()), Some(*mutant));
        assert!(!mutant.what().is_empty());
    }
}

#[test]
fn every_mutant_is_killed() {
    let mut living = Vec::new();
    for mutant in Mutant::ALL {
        match killer(*mutant) {
            Some((seed, invariant)) => {
                println!("{}: seed {seed}, {invariant}", mutant.name());
            }
            None => living.push(mutant.name()),
        }
    }
    assert!(living.is_empty(), "alive: {living:?}");
}
