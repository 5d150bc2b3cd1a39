//! The controller's rules for brokers and partitions, C1 to C14.

mod common;

use cluster::command::Reply;
use cluster::command::{AlterPartition, Command, ElectLeaders, Election, Reassign, RegisterNode};
use cluster::records::{BrokerState, LogId};
use cluster::replication::leader::IsrChange;
use cluster::{ErrorKind, Partition};
use common::{CLUSTER_ID, Live, alter, configured, id_of, register, set};
use wire::Uuid;

/// Three nodes with a replica each of partition 0 of "a", which wants two in sync.
fn live() -> Live {
    let mut live = Live::with_nodes(&[2, 1, 1, 1]);
    let mut topic = configured("a", &[("min.insync.replicas", "2")]);
    topic.num_partitions = -1;
    topic.replication_factor = -1;
    let brokers = vec![1, 2, 3];
    topic.assignments = vec![cluster::command::Assignment { partition: 0, broker_ids: brokers }];
    live.create_one(topic).outcome.unwrap();
    live
}

fn log() -> LogId {
    LogId { topic_id: id_of("a"), partition: 0 }
}

fn state(live: &Live) -> Partition {
    live.controller.image().partition("a", 0).unwrap().clone()
}

fn epoch_of(live: &Live, broker: i32) -> i64 {
    live.controller.image().broker(broker).unwrap().epoch
}

fn change(live: &mut Live, broker_id: i32, state: BrokerState) {
    let broker_epoch = epoch_of(live, broker_id);
    live.run(Command::ChangeBroker { broker_id, broker_epoch, state }).unwrap();
}

fn fence(live: &mut Live, broker: i32) {
    change(live, broker, BrokerState::Fenced);
}

fn serve(live: &mut Live, broker: i32) {
    change(live, broker, BrokerState::Serving);
}

/// What leader, ISR and ELR are.
fn who(live: &Live) -> (i32, Vec<i32>, Vec<i32>) {
    let state = state(live);
    (state.leader, state.isr, state.elr)
}

/// A new process of a node, on the folder of the one before unless `stranger`.
fn restart(live: &mut Live, node: i32, incarnation: u8, stranger: bool, suspect: bool) {
    let held = live.controller.image().broker(node).unwrap().incarnation;
    live.run(new_process(node, incarnation, if stranger { None } else { Some(held) }, suspect))
        .unwrap();
}

fn new_process(node: i32, run: u8, predecessor: Option<Uuid>, suspect: bool) -> Command {
    let shards = if node == 1 { 2 } else { 1 };
    let Command::RegisterBrokers(old) = register(node, shards, run) else {
        unreachable!("register registers");
    };
    Command::RegisterNode(RegisterNode {
        cluster_id: CLUSTER_ID,
        brokers: old.brokers,
        predecessors: predecessor.into_iter().collect(),
        suspects: if suspect { vec![(node, log())] } else { Vec::new() },
        session_lives: false,
    })
}

fn request(live: &Live, isr: &[i32]) -> AlterPartition {
    let state = state(live);
    AlterPartition {
        broker_id: state.leader,
        broker_epoch: epoch_of(live, state.leader),
        log: log(),
        change: IsrChange {
            request: 1,
            leader_epoch: state.leader_epoch,
            partition_epoch: state.partition_epoch,
            isr: isr.iter().map(|id| (*id, epoch_of(live, *id))).collect(),
            recovering: false,
            min_isr: 2,
            image_offset: live.controller.image().offset(),
        },
    }
}

fn ask(live: &mut Live, isr: &[i32]) {
    let request = request(live, isr);
    live.run(Command::AlterPartition(request)).unwrap();
}

fn refusal(live: &Live, request: AlterPartition) -> ErrorKind {
    let step = live.controller.step(0, Command::AlterPartition(request));
    step.expect_err("refused").kind
}

#[test]
fn c1_checks_in_order() {
    let mut live = live();
    fence(&mut live, 3);
    let good = request(&live, &[1, 2]);
    let with = |edit: &dyn Fn(&mut AlterPartition)| {
        let mut request = good.clone();
        edit(&mut request);
        refusal(&live, request)
    };
    assert_eq!(with(&|r| r.broker_epoch -= 1), ErrorKind::StaleBrokerEpoch);
    assert_eq!(with(&|r| r.log.topic_id = Uuid([9; 16])), ErrorKind::UnknownTopicId);
    assert_eq!(with(&|r| r.log.partition = 7), ErrorKind::UnknownTopic);
    assert_eq!(with(&|r| r.change.leader_epoch += 1), ErrorKind::NotController);
    assert_eq!(with(&|r| r.change.partition_epoch += 1), ErrorKind::NotController);
    assert_eq!(with(&|r| r.change.leader_epoch -= 1), ErrorKind::FencedLeaderEpoch);
    assert_eq!(with(&|r| r.change.partition_epoch -= 1), ErrorKind::InvalidUpdateVersion);
    assert_eq!(with(&|r| r.change.min_isr = 1), ErrorKind::InvalidUpdateVersion);
    assert_eq!(with(&|r| r.change.isr = vec![(2, 2)]), ErrorKind::InvalidRequest);
    assert_eq!(with(&|r| r.change.isr.push((9, 9))), ErrorKind::InvalidRequest);
    assert_eq!(with(&|r| r.change.recovering = true), ErrorKind::InvalidRequest);
    assert_eq!(with(&|r| r.change.isr[1].1 += 1), ErrorKind::IneligibleReplica);
    let fenced = request(&live, &[1, 2, 3]);
    assert_eq!(refusal(&live, fenced), ErrorKind::IneligibleReplica);
    let not_leader = AlterPartition { broker_id: 2, broker_epoch: epoch_of(&live, 2), ..good };
    assert_eq!(refusal(&live, not_leader), ErrorKind::InvalidRequest);
}

#[test]
fn c1_a_request_from_before_a_member_was_fenced_lets_it_in_no_more() {
    let mut live = live();
    ask(&mut live, &[1, 2]);
    let under_way = request(&live, &[1, 2, 3]);
    fence(&mut live, 3);
    serve(&mut live, 3);
    assert_eq!(refusal(&live, under_way), ErrorKind::IneligibleReplica);
    ask(&mut live, &[1, 2, 3]);
    assert_eq!(state(&live).isr, [1, 2, 3]);
}

#[test]
fn c2_the_first_replica_in_sync_leads_next_then_the_elr_then_nobody() {
    let mut live = live();
    fence(&mut live, 1);
    assert_eq!(who(&live), (2, vec![2, 3], vec![]));
    fence(&mut live, 2);
    assert_eq!(who(&live), (3, vec![3], vec![2]), "below the minimum it stays eligible");
    fence(&mut live, 3);
    assert_eq!(who(&live), (-1, vec![], vec![2, 3]));
    assert_eq!(state(&live).last_known_elr, [3]);
    serve(&mut live, 2);
    assert_eq!(who(&live), (2, vec![2], vec![3]), "elected from the ELR");
    assert!(!state(&live).recovering);
}

#[test]
fn c2_the_last_known_leader_is_the_last_resort_and_says_so() {
    let mut live = live();
    for broker in [1, 2, 3] {
        fence(&mut live, broker);
    }
    restart(&mut live, 2, 7, false, true);
    restart(&mut live, 3, 7, false, true);
    assert_eq!(who(&live), (-1, vec![], vec![]));
    serve(&mut live, 2);
    assert_eq!(who(&live), (-1, vec![], vec![]), "2 is not the last known leader");
    serve(&mut live, 3);
    assert_eq!(who(&live), (3, vec![3], vec![]));
    assert!(state(&live).recovering);
    ask(&mut live, &[3]);
    assert!(!state(&live).recovering);
}

#[test]
fn c3_epochs_grow_with_what_they_stand_for() {
    let mut live = live();
    let before = state(&live);
    fence(&mut live, 3);
    let after = state(&live);
    assert_eq!(after.leader_epoch, before.leader_epoch, "an ISR that shrinks is no new leader");
    assert_eq!(after.partition_epoch, before.partition_epoch + 1);
    fence(&mut live, 1);
    assert_eq!(state(&live).leader_epoch, before.leader_epoch + 1);
}

#[test]
fn c4_the_elr_ends_where_the_minimum_is_reached() {
    let mut live = live();
    for broker in [2, 3] {
        fence(&mut live, broker);
    }
    assert_eq!(who(&live), (1, vec![1], vec![3]));
    serve(&mut live, 2);
    ask(&mut live, &[1, 2]);
    assert_eq!(who(&live), (1, vec![1, 2], vec![]));
}

#[test]
fn c4_another_minimum_ends_the_elr_only_where_the_watermark_moves_again() {
    let elr_after = |value: &str, fenced: &[i32]| {
        let mut live = live();
        for broker in fenced {
            fence(&mut live, *broker);
        }
        let op = vec![set("min.insync.replicas", value)];
        let change = cluster::command::ConfigChange::Incremental(op);
        alter(&mut live, cluster::ResourceKind::Topic, "a", change).unwrap();
        state(&live).elr
    };
    assert_eq!(elr_after("1", &[2, 3]), [] as [i32; 0], "the leader alone is enough now");
    assert_eq!(elr_after("3", &[2, 3]), [3], "it stands still under both");
    assert_eq!(elr_after("1", &[2, 3, 1]), [3, 1], "nobody leads");
}

#[test]
fn c6_a_new_process_leads_nothing_and_is_in_no_isr() {
    let mut live = live();
    let epoch = state(&live).leader_epoch;
    restart(&mut live, 1, 9, false, false);
    assert_eq!(who(&live), (2, vec![2, 3], vec![]));
    assert_eq!(state(&live).leader_epoch, epoch + 1);
    assert_eq!(live.controller.image().broker(1).unwrap().state, BrokerState::Fenced);
}

#[test]
fn c6_only_a_log_that_is_trusted_stays_eligible() {
    let elr = |stranger, suspect| {
        let mut live = live();
        fence(&mut live, 3);
        restart(&mut live, 2, 9, stranger, suspect);
        state(&live).elr
    };
    assert_eq!(elr(false, false), [2]);
    assert_eq!(elr(false, true), [] as [i32; 0]);
    assert_eq!(elr(true, false), [] as [i32; 0], "another folder has nothing of it");
}

#[test]
fn c6_an_empty_folder_does_not_lead_as_a_last_resort() {
    let mut live = live();
    for broker in [1, 2, 3] {
        fence(&mut live, broker);
    }
    restart(&mut live, 2, 9, false, true);
    restart(&mut live, 3, 9, true, false);
    serve(&mut live, 3);
    serve(&mut live, 2);
    assert_eq!(who(&live), (-1, vec![], vec![]), "an operator decides");
}

#[test]
fn c6_every_node_may_lose_power_at_once() {
    let mut live = live();
    for node in [1, 2, 3] {
        restart(&mut live, node, 9, false, false);
    }
    for broker in [1, 2, 3] {
        serve(&mut live, broker);
    }
    assert!(!state(&live).recovering && state(&live).leader >= 0, "{:?}", state(&live));
}

#[test]
fn c6_two_processes_of_one_node() {
    let mut live = live();
    let mut stranger = new_process(2, 9, None, false);
    if let Command::RegisterNode(request) = &mut stranger {
        request.session_lives = true;
    }
    let refused = live.run(stranger.clone()).expect_err("the other lives");
    assert_eq!(refused.kind, ErrorKind::DuplicateBroker);
    let held = live.controller.image().broker(2).unwrap().incarnation;
    if let Command::RegisterNode(request) = &mut stranger {
        request.predecessors = vec![held];
    }
    live.run(stranger.clone()).expect("it holds the folder, so the other is dead");
    let offset = live.controller.image().offset();
    live.run(stranger).expect("the answer was lost");
    assert_eq!(live.controller.image().offset(), offset, "said twice is said once");
}

#[test]
fn c8_a_stopping_broker_hands_over_and_comes_back_only_by_registering() {
    let mut live = live();
    change(&mut live, 1, BrokerState::ShuttingDown);
    assert_eq!(who(&live), (2, vec![2, 3], vec![]));
    let with_1 = request(&live, &[2, 3, 1]);
    assert_eq!(refusal(&live, with_1), ErrorKind::IneligibleReplica);
    let broker_epoch = epoch_of(&live, 1);
    let back = Command::ChangeBroker { broker_id: 1, broker_epoch, state: BrokerState::Serving };
    assert_eq!(live.run(back).unwrap_err().kind, ErrorKind::InvalidRequest);
}

fn reassign(live: &mut Live, target: Option<Vec<i32>>) -> Result<(), ErrorKind> {
    let request = Reassign { partitions: vec![(log(), target)] };
    match live.run(Command::Reassign(request)) {
        Ok(Reply::Reassigned(mut results)) => results.remove(0).1.map_err(|error| error.kind),
        other => panic!("Reassign answered {other:?}"),
    }
}

#[test]
fn c10_replicas_move_once_the_new_ones_are_in_sync() {
    let mut live = live();
    reassign(&mut live, Some(vec![4, 2])).unwrap();
    let moving = state(&live);
    assert_eq!(moving.replicas, [4, 2, 1, 3]);
    assert_eq!((moving.adding, moving.removing), (vec![4], vec![1, 3]));
    assert_eq!(moving.isr, [1, 2, 3]);
    ask(&mut live, &[1, 2, 3, 4]);
    let moved = state(&live);
    assert_eq!((moved.replicas, moved.isr), (vec![4, 2], vec![2, 4]));
    assert_eq!(moved.leader, 4);
    assert_eq!(moved.leader_epoch, moving.leader_epoch + 1);
}

#[test]
fn c10_taken_back_and_aimed_elsewhere() {
    let mut live = live();
    assert_eq!(reassign(&mut live, None), Err(ErrorKind::NoReassignmentInProgress));
    reassign(&mut live, Some(vec![4, 2, 3])).unwrap();
    reassign(&mut live, None).unwrap();
    assert_eq!(state(&live).replicas, [2, 3, 1]);
    // What the first one was adding and the second does not want is no replica afterwards.
    reassign(&mut live, Some(vec![1001, 2, 3])).unwrap();
    assert_eq!(state(&live).replicas, [1001, 2, 3, 1]);
    reassign(&mut live, Some(vec![4, 2, 3])).unwrap();
    assert_eq!(state(&live).replicas, [4, 2, 3, 1]);
    reassign(&mut live, None).unwrap();
    assert_eq!(state(&live).replicas, [2, 3, 1]);
}

#[test]
fn c10_somebody_who_has_everything_stays() {
    let mut live = live();
    reassign(&mut live, Some(vec![4])).unwrap();
    ask(&mut live, &[1, 4]);
    assert_eq!(state(&live).replicas, [4], "all that is wanted is in sync");
    reassign(&mut live, Some(vec![1])).unwrap();
    assert_eq!(reassign(&mut live, Some(vec![9])), Err(ErrorKind::InvalidReplicaAssignment));
    assert_eq!(
        reassign(&mut live, Some(vec![1, 1001])),
        Err(ErrorKind::InvalidReplicaAssignment),
        "two cores of one node"
    );
}

#[test]
fn c12_leaders_go_back_to_the_first_replica() {
    let mut live = live();
    let elect = |live: &mut Live, election| {
        let request = ElectLeaders { partitions: vec![log()], election };
        match live.run(Command::ElectLeaders(request)) {
            Ok(Reply::LeadersElected(mut results)) => results.remove(0).1.map_err(|e| e.kind),
            other => panic!("ElectLeaders answered {other:?}"),
        }
    };
    assert_eq!(elect(&mut live, Election::Preferred), Err(ErrorKind::ElectionNotNeeded));
    fence(&mut live, 1);
    let absent = Err(ErrorKind::PreferredLeaderNotAvailable);
    assert_eq!(elect(&mut live, Election::Preferred), absent);
    serve(&mut live, 1);
    ask(&mut live, &[2, 3, 1]);
    live.run(Command::BalanceLeaders).unwrap();
    assert_eq!(state(&live).leader, 1);
    for broker in [1, 2, 3] {
        fence(&mut live, broker);
    }
    let nobody = Err(ErrorKind::EligibleLeadersNotAvailable);
    assert_eq!(elect(&mut live, Election::Unclean), nobody);
}

#[test]
fn c13_a_broker_that_is_gone_for_good_is_eligible_nowhere() {
    let mut live = live();
    let unregister = Command::UnregisterBroker { broker_id: 2 };
    assert_eq!(live.run(unregister.clone()).unwrap_err().kind, ErrorKind::InvalidRequest);
    fence(&mut live, 3);
    fence(&mut live, 2);
    assert_eq!(state(&live).elr, [2]);
    live.run(unregister).unwrap();
    assert_eq!(state(&live).elr, [] as [i32; 0]);
    assert!(live.controller.image().broker(2).is_none());
}

#[test]
fn new_partitions_are_in_sync_where_somebody_runs() {
    let mut live = live();
    fence(&mut live, 2);
    let topic = common::assigned("b", &[(0, &[2, 3])]);
    live.create_one(topic).outcome.unwrap();
    let state = live.controller.image().partition("b", 0).unwrap();
    assert_eq!((state.leader, &state.isr[..]), (3, &[3][..]));
    let nobody = live.create_one(common::assigned("c", &[(0, &[2])])).outcome.unwrap_err();
    assert_eq!(nobody.kind, ErrorKind::InvalidReplicaAssignment);
}
