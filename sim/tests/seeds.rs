//! Runs that must be clean, that must be the same twice, and that must show something.

use sim::campaign::Totals;
use sim::{Options, run};

/// Seeds that found a fault once, of the machines or of the simulator, and what it was. They stay,
/// with the sizes and rates they have by now.
const FOUND: &[(u64, &str)] = &[
    (5, "topics were placed on fenced brokers, with all of them in sync"),
    (7, "a follower that began anew took the watermark before the log start"),
    (865, "a changed minimum cleared the ELR while nobody was in sync: an unclean election"),
    (1883, "a reassignment aimed elsewhere and taken back left two replicas on one node"),
    (223, "a reassignment taken back dropped the last that could be elected"),
    (2776, "an ISR request asked again let in a new, empty process of the member it named"),
    (3174, "an empty folder led as a last resort, and all that others still had was cut"),
    (3453, "a log start inside a batch: the follower asked again for ever"),
    (2769, "after a refused ISR request nobody asked again: too few in sync for ever"),
    (1715, "a batch that begins below the start of an empty log"),
    (908, "simulator: retention removed a batch that its producer sent again"),
    (1150, "simulator: a slow disk answered a read half a minute late"),
    (1940, "a deposed leader's read passed a moved log start: a hole in the follower's log"),
    (1454, "cut below the watermark, not understood; clean since followers say where they begin"),
    (3959, "let into the ISR with an old term's records below the leader's start, never compared"),
    (12_056, "the same, under a new controller"),
    (26_647, "a log start that passed a follower's cursor left a hole in the follower's log"),
];

#[test]
fn the_same_seed_is_the_same_run() {
    for seed in 0..20 {
        let (first, second) = (run(&Options::new(seed)), run(&Options::new(seed)));
        assert_eq!(first.line(seed), second.line(seed));
        assert_eq!(first.counts.steps, second.counts.steps);
    }
}

#[test]
fn seeds_that_found_something_are_clean() {
    for (seed, what) in FOUND {
        let outcome = run(&Options::new(*seed));
        assert_eq!(outcome.violation, None, "seed {seed}: {what}, again?");
    }
}

#[test]
fn seeds_are_clean_and_show_something() {
    let mut totals = Totals::default();
    for seed in 0..60 {
        let outcome = run(&Options::new(seed));
        assert_eq!(outcome.violation, None, "{}", outcome.line(seed));
        totals.add(&outcome.counts);
    }
    assert_eq!(totals.vacuous(), None, "{}", totals.report());
}
