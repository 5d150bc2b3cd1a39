//! Known faults, put in one at a time: each must be found within so many seeds, and by what.
#![cfg(feature = "mutants")]

use cluster::mutants::{Mutant, choose};
use sim::{Options, run};

/// A mutant that lives longer shows that the simulator does not look where it should.
const SEEDS_MAX: u64 = 500;

/// Tried after them, for what few seeds show: the two that found a fault that is a mutant now.
const RARE: &[u64] = &[3959, 12_056];

/// Known to live: a read from disk has to outlive its term, and its log to be cut meanwhile, while
/// the follower has not heard of the new term. Only the tests of the follower kill it.
const ALIVE: &[Mutant] = &[Mutant::AppendBeyondSubscriptionEpoch];

/// Which seed kills it, and the invariant that sees it.
fn killer(mutant: Mutant) -> Option<(u64, &'static str)> {
    let violation = |seed, chosen| {
        choose(chosen);
        let violation = run(&Options::new(seed)).violation;
        choose(None);
        violation.map(|violation| violation.invariant)
    };
    // A seed that fails without the mutant says nothing of it.
    (0..SEEDS_MAX).chain(RARE.iter().copied()).find_map(|seed| {
        let invariant = violation(seed, Some(mutant))?;
        violation(seed, None).is_none().then_some((seed, invariant))
    })
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
fn every_mutant_but_the_known_is_killed() {
    let mut living = Vec::new();
    for mutant in Mutant::ALL.iter().filter(|mutant| !ALIVE.contains(mutant)) {
        match killer(*mutant) {
            Some((seed, invariant)) => {
                println!("{}: seed {seed}, {invariant}", mutant.name());
            }
            None => living.push(mutant.name()),
        }
    }
    assert!(living.is_empty(), "alive after {SEEDS_MAX} seeds: {living:?}");
}
