//! Every state that a crash can leave is recovered: nothing promised is lost, nothing is invented.
//!
//! A seeded life of a store (appends, rolls, retention, cuts, deleted records, restarts) runs on a
//! disk that keeps its history. Then, for the points of that history, states are built that a power
//! cut or a kill could have left there: any part of what was not yet stable, torn at sectors and
//! blocks, with stale sectors behind a torn end; with the crash-safe arena and without; with writes
//! of the dead process that land while the next one starts. Each is opened and compared with what
//! the store had promised and what it had been given. Some live on, crash again, also in the middle
//! of the recovery, for three generations.
//!
//! `CRASH_STATES_COUNT` and `CRASH_STATES_SEED` make it longer and other; a failure names its seed.

mod check;
mod compacted;
mod copies;
mod drive;
mod states;
mod steps;
mod truth;
mod workload;

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use states::{Counts, Defect, explore};

const STATES_DEFAULT: u64 = 100_000;

fn from_env(name: &str, default: u64) -> u64 {
    match std::env::var(name) {
        Ok(text) => text.parse().unwrap_or_else(|_| panic!("{name} is not a number: {text}")),
        Err(_) => default,
    }
}

#[test]
fn no_crash_loses_what_was_promised_or_invents_anything() {
    let wanted = from_env("CRASH_STATES_COUNT", STATES_DEFAULT);
    let first_seed = from_env("CRASH_STATES_SEED", 1);
    let threads = std::thread::available_parallelism().map_or(2, usize::from);
    let (next_seed, done) = (AtomicU64::new(first_seed), AtomicU64::new(0));
    let start = Instant::now();
    let work = || -> Result<Counts, String> {
        let mut counts = Counts::default();
        while done.load(Ordering::Relaxed) < wanted {
            let seed = next_seed.fetch_add(1, Ordering::Relaxed);
            let before = counts.states;
            if let Err(why) = explore(seed, Defect::None, &mut counts) {
                // The others need not go on.
                done.store(wanted, Ordering::Relaxed);
                return Err(format!("CRASH_STATES_SEED={seed} CRASH_STATES_COUNT=1: {why}"));
            }
            done.fetch_add(counts.states - before, Ordering::Relaxed);
        }
        Ok(counts)
    };
    let results: Vec<_> = std::thread::scope(|scope| {
        let running: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        running.into_iter().map(|thread| thread.join().expect("failures are values")).collect()
    });
    let mut total = Counts::default();
    for result in results {
        match result {
            Ok(counts) => total = total.plus(&counts),
            Err(why) => panic!("{why}"),
        }
    }
    let seconds = start.elapsed().as_secs_f64();
    println!("{total:#?}\n{} crash states in {seconds:.1} s", total.states);
    assert!(total.states >= wanted);
    if wanted >= STATES_DEFAULT {
        total.assert_floors();
    }
}

/// Defects are found soon, so the silence of the test above means something.
#[test]
fn the_judge_notices_a_device_that_lies_and_a_lost_arena() {
    for defect in [Defect::IgnoredSyncs, Defect::LostArena] {
        let notices = |seed| explore(seed, defect, &mut Counts::default()).is_err();
        let noticed = (1..=6).filter(|seed| notices(*seed)).count();
        assert!(noticed >= 3, "{defect:?}: noticed in {noticed} of 6 lives");
    }
}
