//! Partitions that one broker alone has: a restart of it is two records, not two for each of them.

mod common;

use cluster::command::{Command, RegisterNode};
use cluster::records::{BrokerState, LogId};
use cluster::{Partition, Record};
use common::{CLUSTER_ID, Live, assigned, id_of, register, topic};
use wire::Uuid;

const PARTITIONS: i32 = 500;

/// One node of two shards with all of "lone", and a second node that has a replica of "pair".
fn live() -> Live {
    let mut live = Live::with_nodes(&[2, 1]);
    let lone: Vec<(i32, &[i32])> =
        (0..PARTITIONS).map(|n| (n, if n % 2 == 0 { &[1_i32][..] } else { &[1001] })).collect();
    live.create_one(assigned("lone", &lone)).outcome.unwrap();
    live.create_one(assigned("pair", &[(0, &[1, 2])])).outcome.unwrap();
    live
}

fn lone(live: &Live) -> Vec<Partition> {
    let topic = live.controller.image().topic("lone").unwrap();
    topic.partitions.iter().map(|partition| Partition::clone(partition)).collect()
}

fn new_process(live: &mut Live, run: u8, suspects: Vec<(i32, LogId)>) -> Vec<Record> {
    let Command::RegisterBrokers(registered) = register(1, 2, run) else {
        unreachable!("register registers");
    };
    let predecessors = vec![live.controller.image().broker(1).unwrap().incarnation];
    let before = live.log.len();
    let brokers = registered.brokers;
    let request = RegisterNode {
        cluster_id: CLUSTER_ID,
        brokers,
        predecessors,
        suspects,
        session_lives: false,
    };
    live.run(Command::RegisterNode(request)).unwrap();
    live.log[before..].to_vec()
}

fn serve(live: &mut Live) -> Vec<Record> {
    let before = live.log.len();
    for broker_id in [1, 1001] {
        let broker_epoch = live.controller.image().broker(broker_id).unwrap().epoch;
        let state = BrokerState::Serving;
        live.run(Command::ChangeBroker { broker_id, broker_epoch, state }).unwrap();
    }
    live.log[before..].to_vec()
}

fn partition_records(records: &[Record]) -> usize {
    records.iter().filter(|record| matches!(record, Record::PartitionChanged(_))).count()
}

/// What a partition is like that `broker` alone has, after so many changes of its leader.
fn expected(broker: i32, leads: bool, epoch: i32) -> Partition {
    let mut partition = Partition::new(vec![broker]);
    partition.leader_epoch = epoch;
    partition.partition_epoch = epoch;
    if !leads {
        partition.leader = -1;
        partition.isr = Vec::new();
        partition.elr = vec![broker];
        partition.last_known_elr = vec![broker];
    }
    partition
}

#[test]
fn a_restart_changes_each_of_them_by_one_record_a_shard() {
    let mut live = live();
    for run in 0..3 {
        let records = new_process(&mut live, 5 + run, Vec::new());
        // The first time another takes over what both have.
        let others = usize::from(run == 0);
        assert_eq!((records.len(), partition_records(&records)), (4 + others, others));
        let epoch = i32::from(run) * 2 + 1;
        for (n, partition) in lone(&live).iter().enumerate() {
            assert_eq!(*partition, expected([1, 1001][n % 2], false, epoch), "{n}");
        }
        let records = serve(&mut live);
        assert_eq!(partition_records(&records), 0);
        for (n, partition) in lone(&live).iter().enumerate() {
            assert_eq!(*partition, expected([1, 1001][n % 2], true, epoch + 1), "{n}");
        }
    }
}

#[test]
fn one_that_is_not_trusted_has_them_all_told_apart() {
    let mut live = live();
    let suspect = LogId { topic_id: id_of("lone"), partition: 4 };
    let records = new_process(&mut live, 5, vec![(1, suspect)]);
    assert_eq!(partition_records(&records), PARTITIONS as usize / 2 + 1);
    for (n, partition) in lone(&live).iter().enumerate() {
        let mut wanted = expected([1, 1001][n % 2], false, 1);
        if n == 4 {
            wanted.elr = Vec::new();
        }
        assert_eq!(*partition, wanted, "{n}");
    }
    serve(&mut live);
    for (n, partition) in lone(&live).iter().enumerate() {
        let mut wanted = expected([1, 1001][n % 2], true, 2);
        wanted.recovering = n == 4;
        assert_eq!(*partition, wanted, "{n}");
    }
}

#[test]
fn the_record_comes_back_and_leaves_others_alone() {
    let mut live = live();
    live.create_one(topic("elsewhere", 3, 1)).outcome.unwrap();
    let held = live.controller.image().clone();
    let records = new_process(&mut live, 5, Vec::new());
    for record in &records {
        assert_eq!(Record::from_bytes(&record.to_bytes()).as_ref(), Ok(record));
    }
    for (before, after) in held
        .topic("elsewhere")
        .unwrap()
        .partitions
        .iter()
        .zip(&live.controller.image().topic("elsewhere").unwrap().partitions)
    {
        let is_ours = [1, 1001].contains(&before.replicas[0]);
        assert_eq!(before != after, is_ours);
    }
    assert_eq!(Uuid([5; 16]), live.controller.image().broker(1).unwrap().incarnation);
}
