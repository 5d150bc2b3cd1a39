//! How long nobody decides: from the moment that a leader is lost to the next command committed.

use crate::plan::Plan;
use crate::world::World;

/// Three or five voters, no trouble but a lossy network, and clients that never tire.
fn world(seed: u64, voters: u64) -> World {
    let plan = Plan {
        voters,
        loss: 10,
        trouble_ms: 1_000_000,
        operator_ms: 0,
        client_ms: 4,
        ..Plan::quiet(seed)
    };
    World::new(plan, None)
}

/// Milliseconds until the next acknowledgement.
fn until_acked(world: &mut World, at_most_ms: u64) -> u64 {
    let before = world.checks.counts.acked;
    for waited_ms in 1..=at_most_ms {
        world.run_for(1);
        if world.checks.counts.acked > before {
            return waited_ms;
        }
    }
    at_most_ms
}

fn distribution(mut waited_ms: Vec<u64>) -> (u64, u64, u64) {
    waited_ms.sort_unstable();
    let at = |hundredth: usize| waited_ms[(waited_ms.len() - 1) * hundredth / 100];
    (at(50), at(99), at(100))
}

/// What happens to the leader of a running cluster, some times a seed.
fn measure(name: &str, seeds: u64, voters: u64, lose: fn(&mut World, usize)) -> (u64, u64, u64) {
    let mut waited_ms = Vec::new();
    for seed in super::seeds(0..seeds) {
        let mut world = world(seed, voters);
        world.run_for(1_500);
        for _ in 0..3 {
            let pause_ms = world.dice.between(1, 400);
            world.run_for(pause_ms);
            let leader = world.leader().expect("a leader, once all is well");
            lose(&mut world, leader);
            waited_ms.push(until_acked(&mut world, 6_000));
            world.run_for(5_000);
            assert_eq!(world.checks.broken, Vec::<String>::new(), "seed {seed}");
        }
    }
    let measured = distribution(waited_ms);
    println!("{name}, {voters} voters: p50, p99, max {measured:?} ms");
    measured
}

#[test]
fn a_lost_leader_is_replaced_within_a_second() {
    for voters in [3, 5] {
        let crash = |world: &mut World, leader| world.crash_for(leader, 3_000);
        let (p50, _, max) = measure("leader killed", 8, voters, crash);
        assert!(p50 >= 200, "a follower waits out the lease: {p50} ms");
        assert!(max <= 1_000, "{max} ms");
    }
}

#[test]
fn a_leader_whose_disk_hangs_hands_over_within_a_second() {
    let hang = |world: &mut World, leader: usize| {
        world.slots[leader].disk.stalled_until_us = world.now_us + 4_000_000;
    };
    let (_, _, max) = measure("leader's disk hangs", 8, 3, hang);
    assert!(max <= 1_000, "{max} ms");
}

/// A clean stop hands over first.
#[test]
fn a_leader_that_hands_over_is_hardly_missed() {
    let hand_over = |world: &mut World, leader: usize| {
        world.turn(leader, vec![cluster::quorum::Input::Transfer(None)]);
        world.run_for(20);
        world.crash_for(leader, 3_000);
    };
    let (p50, p99, max) = measure("leader hands over", 6, 3, hand_over);
    assert!(p50 <= 60 && max <= 1_000, "{p50} {p99} {max}");
}

/// The leader sees one node only, and that one is needed by the others' majority: it must not be
/// kept quiet by a leader that can do nothing (openraft#2080).
#[test]
fn a_bridge_to_a_leader_without_majority_holds_up_nobody_for_long() {
    let bridge = |world: &mut World, leader: usize| {
        let others: Vec<usize> = (0..5).filter(|slot| *slot != leader).collect();
        for cut_off in &others[1..] {
            world.block(leader, *cut_off, 4_000);
            world.block(*cut_off, leader, 4_000);
        }
        world.crash_for(others[3], 4_000);
    };
    let (_, _, max) = measure("leader behind a bridge", 5, 5, bridge);
    assert!(max <= 2_500, "{max} ms");
}

/// One voter needs nobody: it leads in its first turns.
#[test]
fn a_sole_voter_leads_at_once() {
    for seed in 0..10 {
        let mut world = world(seed, 1);
        world.run_for(110);
        assert!(until_acked(&mut world, 1_000) < 40, "the first command of a single node");
        for _ in 0..5 {
            world.crash_for(0, 5);
            assert!(until_acked(&mut world, 1_000) < 100, "after a start");
        }
        assert_eq!(world.checks.broken, Vec::<String>::new(), "seed {seed}");
    }
}

/// A process that was paused finds all its messages first, and then a few ticks at most.
#[test]
fn a_paused_follower_disturbs_nobody() {
    for seed in 0..6 {
        let mut world = world(seed, 3);
        world.run_for(2_000);
        let elections = world.checks.counts.elections;
        let leader = world.leader().expect("a leader");
        let follower = (leader + 1) % 3;
        for pause_ms in [300, 900, 3_000] {
            world.freeze_for(follower, pause_ms);
            world.run_for(pause_ms + 1_000);
        }
        assert_eq!(world.checks.counts.elections, elections, "seed {seed}");
        assert_eq!(world.checks.broken, Vec::<String>::new(), "seed {seed}");
    }
}
