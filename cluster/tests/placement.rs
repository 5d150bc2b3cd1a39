//! Replicas are spread evenly, over different nodes, and the same way for the same seed.

mod common;

use std::collections::{BTreeMap, BTreeSet};

use cluster::ErrorKind;
use cluster::placement::Placement;
use common::{Live, assigned, topic};
use proptest::prelude::*;

/// The most and the least that brokers carry.
fn spread(counts: &BTreeMap<i32, usize>) -> usize {
    counts.values().max().unwrap() - counts.values().min().unwrap()
}

fn count(live: &Live, placed: &[Vec<i32>]) -> (BTreeMap<i32, usize>, BTreeMap<i32, usize>) {
    let ids = || live.controller.image().brokers().map(|broker| (broker.id, 0));
    let (mut replicas, mut leaders): (BTreeMap<_, _>, BTreeMap<_, _>) =
        (ids().collect(), ids().collect());
    for partition in placed {
        *leaders.get_mut(&partition[0]).unwrap() += 1;
        for id in partition {
            *replicas.get_mut(id).unwrap() += 1;
        }
    }
    (replicas, leaders)
}

proptest! {
    #[test]
    fn replicas_are_on_different_nodes_whatever_the_shape(
        shards in prop::collection::vec(1_u16..6, 1..7),
        factor in 1_i16..7,
        partitions in 1_usize..60,
        seed: u64,
    ) {
        let live = Live::with_nodes(&shards);
        let image = live.controller.image();
        let placed = Placement::new(image, seed).place(partitions, factor);
        if factor as usize > shards.len() {
            prop_assert_eq!(placed.unwrap_err().kind, ErrorKind::InvalidReplicationFactor);
            return Ok(());
        }
        let placed = placed.unwrap();
        prop_assert_eq!(placed.len(), partitions);
        for replicas in &placed {
            let node = |id: &i32| image.broker(*id).unwrap().node_id;
            let nodes: BTreeSet<i32> = replicas.iter().map(node).collect();
            prop_assert_eq!(nodes.len(), factor as usize);
            prop_assert_eq!(replicas.len(), factor as usize);
        }
        // The same image and seed: the same answer.
        prop_assert_eq!(Placement::new(image, seed).place(partitions, factor).unwrap(), placed);
    }

    #[test]
    fn equal_nodes_carry_equal_shares(
        nodes in 1_usize..6,
        shards in 1_u16..6,
        factor in 1_i16..6,
        partitions in 1_usize..80,
        seed: u64,
    ) {
        prop_assume!(factor as usize <= nodes);
        let live = Live::with_nodes(&vec![shards; nodes]);
        let mut placement = Placement::new(live.controller.image(), seed);
        let placed = placement.place(partitions, factor).unwrap();
        let (replicas, leaders) = count(&live, &placed);
        prop_assert!(spread(&leaders) <= 1, "leaders {leaders:?}");
        prop_assert!(spread(&replicas) <= 2, "replicas {replicas:?}");
    }

    #[test]
    fn one_replica_each_fills_shards_evenly_whatever_their_number(
        shards in prop::collection::vec(1_u16..6, 1..5),
        topics in prop::collection::vec(1_i32..20, 1..8),
    ) {
        let mut live = Live::with_nodes(&shards);
        for (index, partitions) in topics.into_iter().enumerate() {
            live.create_one(topic(&format!("t{index}"), partitions, 1)).outcome.unwrap();
        }
        let held = live.controller.image().topics().flat_map(|topic| topic.partitions.clone());
        let placed: Vec<Vec<i32>> = held.map(|partition| partition.replicas.clone()).collect();
        let (replicas, _) = count(&live, &placed);
        prop_assert!(spread(&replicas) <= 1, "{replicas:?}");
    }
}

#[test]
fn what_is_there_already_counts() {
    let mut live = Live::with_nodes(&[2]);
    live.create_one(assigned("a", &[(0, &[1]), (1, &[1]), (2, &[1])])).outcome.unwrap();
    live.create_one(topic("b", 3, 1)).outcome.unwrap();
    let held = live.controller.image().topic("b").unwrap();
    assert!(held.partitions.iter().all(|partition| partition.leader == 1001));
}

#[test]
fn seeds_turn_the_start() {
    let live = Live::with_nodes(&[4, 4, 4]);
    let first = |seed| Placement::new(live.controller.image(), seed).place(1, 1).unwrap()[0][0];
    let starts: BTreeSet<i32> = (0..64).map(first).collect();
    assert!(starts.len() > 6, "64 seeds start at {starts:?} only");
}
