//! Creating, growing and deleting topics.

mod common;

use cluster::ErrorKind::{
    self, InconsistentCluster, InvalidConfig, InvalidPartitions, InvalidReplicaAssignment,
    InvalidReplicationFactor, InvalidRequest, InvalidTopic, PolicyViolation, TopicDeletionDisabled,
    TopicExists, UnknownBroker, UnknownTopic, UnknownTopicId,
};
use cluster::command::{
    BumpLeaderEpochs, Command, CreatePartitions, CreateTopics, DeleteTopics, MorePartitions,
    ProducerIdBlock, RegisterBrokers, Reply, TopicRef,
};
use cluster::configs::StaticConfigs;
use cluster::{Controller, limits};
use common::{CLUSTER_ID, Live, assigned, configured, id_of, register, topic};
use wire::Uuid;

/// The one new topic is refused with this kind, and a message that holds these words.
fn refused(live: &mut Live, new: cluster::command::NewTopic, kind: ErrorKind, words: &[&str]) {
    let log_len = live.log.len();
    let name = new.name.clone();
    let error = live.create_one(new).outcome.expect_err(&name);
    assert_eq!(error.kind, kind, "{name}: {error}");
    for word in words {
        assert!(error.message.contains(word), "{name}: {error} lacks {word:?}");
    }
    assert_eq!(live.log.len(), log_len, "{name}: a refused topic left records");
}

#[test]
fn a_topic_gets_what_was_asked_or_the_defaults() {
    let mut live = Live::with_nodes(&[2]);
    let created = live.create_one(topic("asked", 4, 1)).outcome.unwrap();
    assert_eq!((created.num_partitions, created.replication_factor), (4, 1));
    assert_eq!(created.id, id_of("asked"));
    assert!(created.configs.iter().any(|config| config.name == "retention.ms"));

    let created = live.create_one(topic("defaults", -1, -1)).outcome.unwrap();
    assert_eq!((created.num_partitions, created.replication_factor), (1, 1));

    let image = live.controller.image();
    let held = image.topic("asked").unwrap();
    assert_eq!(held.partitions.len(), 4);
    assert_eq!(image.topic_by_id(held.id), Some(held));
    assert_eq!(image.partition_count(), 5);
    for partition in &held.partitions {
        assert_eq!((partition.leader_epoch, partition.partition_epoch), (0, 0));
        assert_eq!(partition.isr, partition.replicas);
        assert_eq!(partition.leader, partition.replicas[0]);
    }
}

#[test]
fn defaults_come_from_the_configs_of_the_node() {
    let mut fixed = StaticConfigs::default();
    fixed.set("num.partitions", "6").unwrap();
    let live = Live::with_nodes(&[1]);
    let controller = Controller::with_image(live.controller.image().clone(), fixed);
    let mut live = Live { controller, log: live.log };
    assert_eq!(live.create_one(topic("a", -1, -1)).outcome.unwrap().num_partitions, 6);
}

#[test]
fn names_are_checked_against_the_rules_and_against_each_other() {
    let mut live = Live::with_nodes(&[1]);
    live.create_one(topic("a.b", 1, 1)).outcome.unwrap();
    refused(&mut live, topic("a.b", 1, 1), TopicExists, &["a.b"]);
    refused(&mut live, topic("a_b", 1, 1), InvalidTopic, &["a_b", "a.b"]);
    refused(&mut live, topic("no spaces", 1, 1), InvalidTopic, &["'no spaces'"]);
    refused(&mut live, topic("..", 1, 1), InvalidTopic, &[".."]);

    // A message that repeats what was asked for still fits into a response.
    let error = live.create_one(topic(&"ü".repeat(16_000), 1, 1)).outcome.unwrap_err();
    assert!(error.message.len() <= limits::MESSAGE_LEN_MAX + 3);

    // Within one request, too.
    let results = live.create(vec![topic("x.y", 1, 1), topic("x_y", 1, 1)]);
    assert!(results[0].outcome.is_ok());
    assert_eq!(results[1].outcome.as_ref().unwrap_err().kind, InvalidTopic);
    let results = live.create(vec![topic("twice", 1, 1), topic("twice", 2, 1), topic("z", 1, 1)]);
    assert_eq!(results[0].outcome.as_ref().unwrap_err().kind, InvalidRequest);
    assert_eq!(results[1].outcome.as_ref().unwrap_err().kind, InvalidRequest);
    assert!(results[2].outcome.is_ok());

    // The name is free again once its holder is gone.
    let delete = DeleteTopics { topics: vec![TopicRef::Name("a.b".into())] };
    live.run(Command::DeleteTopics(delete)).unwrap();
    live.create_one(topic("a_b", 1, 1)).outcome.unwrap();
}

#[test]
fn counts_out_of_bounds_are_refused() {
    let mut live = Live::with_nodes(&[4, 4]);
    for count in [0, -2, i32::MIN, i32::MAX] {
        refused(&mut live, topic("a", count, 1), InvalidPartitions, &["partitions"]);
    }
    for factor in [0, -2, i16::MAX] {
        refused(&mut live, topic("a", 1, factor), InvalidReplicationFactor, &[]);
    }
    // Eight brokers, and yet two replicas are the most.
    refused(
        &mut live,
        topic("a", 1, 3),
        InvalidReplicationFactor,
        &["3 time(s)", "only 2 broker(s)"],
    );
    let most = limits::PARTITIONS_PER_REQUEST_MAX as i32;
    refused(&mut live, topic("a", most + 1, 1), PolicyViolation, &["10000", "10001"]);
    let results = live.create(vec![topic("a", most, 1), topic("b", 1, 1)]);
    assert!(results[0].outcome.is_ok());
    assert_eq!(results[1].outcome.as_ref().unwrap_err().kind, PolicyViolation);
}

#[test]
fn replicas_can_be_assigned_by_hand() {
    let mut live = Live::with_nodes(&[2, 2]);
    let new = assigned("a", &[(1, &[1002, 1]), (0, &[1001, 2])]);
    let created = live.create_one(new).outcome.unwrap();
    assert_eq!((created.num_partitions, created.replication_factor), (2, 2));
    let image = live.controller.image();
    assert_eq!(image.partition("a", 0).unwrap().replicas, [1001, 2]);
    assert_eq!(image.partition("a", 1).unwrap().leader, 1002);

    type Replicas<'a> = &'a [(i32, &'a [i32])];
    let bad: [(Replicas<'_>, &[&str]); 7] = [
        (&[(0, &[1]), (2, &[1])], &["consecutive 0-based"]),
        (&[(0, &[1]), (0, &[2])], &["multiple manual", "partition 0"]),
        (&[(1, &[1])], &["consecutive 0-based"]),
        (&[(0, &[9])], &["broker 9", "no such broker is registered"]),
        (&[(0, &[1, 1])], &["broker 1", "more than once"]),
        (&[(0, &[1, 1001])], &["1 and 1001", "node 1"]),
        (&[(0, &[1]), (1, &[1, 2])], &["2 replica(s)", "have 1"]),
    ];
    for (assignments, words) in bad {
        refused(&mut live, assigned("b", assignments), InvalidReplicaAssignment, words);
    }
    refused(
        &mut live,
        assigned("b", &[(0, &[])]),
        InvalidReplicaAssignment,
        &["empty replica list"],
    );
    let mut both = assigned("b", &[(0, &[1])]);
    both.num_partitions = 1;
    refused(&mut live, both, InvalidRequest, &["-1"]);
}

#[test]
fn configs_of_new_topics_are_checked() {
    let mut live = Live::with_nodes(&[1]);
    let new = configured("a", &[("retention.ms", " 1000 "), ("segment.bytes", "1048576")]);
    let created = live.create_one(new).outcome.unwrap();
    let shown = |name: &str| {
        let found = created.configs.iter().find(|config| config.name == name).unwrap();
        (found.value.clone().unwrap(), found.source.as_i8())
    };
    assert_eq!(shown("retention.ms"), ("1000".into(), 1));
    assert_eq!(shown("segment.bytes"), ("1048576".into(), 1));
    assert_eq!(shown("flush.messages"), ("1".into(), 5));

    for (name, value, words) in [
        ("retentoin.ms", "1", ["retentoin.ms", "did you mean \"retention.ms\"?"]),
        ("retention.ms", "x", ["retention.ms", "Not a number of type LONG"]),
        ("cleanup.policy", "shrink", ["cleanup.policy", "compact"]),
        ("compression.type", "brotli", ["compression.type", "producer"]),
    ] {
        refused(&mut live, configured("b", &[(name, value)]), InvalidConfig, &words);
    }
    let mut null = topic("b", 1, 1);
    null.configs.push(("retention.ms".into(), None));
    refused(&mut live, null, InvalidConfig, &["Null value", "retention.ms"]);
    let compacted = configured("c", &[("cleanup.policy", "compact,delete")]);
    live.create_one(compacted).outcome.unwrap();
}

#[test]
fn validate_only_changes_nothing_and_answers_all_the_same() {
    let mut live = Live::with_nodes(&[1]);
    let before = live.controller.image().clone();
    let request = CreateTopics { topics: vec![topic("a", 3, 1)], validate_only: true, seed: 1 };
    let Reply::CreateTopics(results) = live.run(Command::CreateTopics(request)).unwrap() else {
        panic!("another reply");
    };
    assert_eq!(results[0].outcome.as_ref().unwrap().num_partitions, 3);
    assert_eq!(*live.controller.image(), before);
}

#[test]
fn topics_are_deleted_by_name_or_id_with_all_that_is_theirs() {
    let mut live = Live::with_nodes(&[1]);
    live.create(vec![
        configured("a", &[("retention.ms", "5")]),
        topic("b", 2, 1),
        topic("c", 1, 1),
    ]);
    let deleted = delete(
        &mut live,
        vec![
            TopicRef::Name("a".into()),
            TopicRef::Id(id_of("b")),
            TopicRef::Name("nope".into()),
            TopicRef::Id(Uuid([9; 16])),
        ],
    );
    let named = |name: &str| Some(name.to_owned());
    assert_eq!(
        deleted,
        [
            (None, Uuid([9; 16]), Some(UnknownTopicId)),
            (named("a"), id_of("a"), None),
            (named("b"), id_of("b"), None),
            (named("nope"), Uuid::ZERO, Some(UnknownTopic)),
        ]
    );
    let image = live.controller.image();
    assert_eq!((image.topic_count(), image.partition_count()), (1, 1));

    // A new topic of that name starts afresh.
    let mut again = topic("a", 1, 1);
    again.id = Uuid([8; 16]);
    live.create_one(again).outcome.unwrap();
    let image = live.controller.image();
    assert_eq!(image.topic("a").unwrap().id, Uuid([8; 16]));
    assert!(image.overrides(cluster::ResourceKind::Topic, "a").is_empty());
}

/// Name, id and refusal of each answer, in an order of their own.
fn delete(
    live: &mut Live,
    topics: Vec<TopicRef>,
) -> Vec<(Option<String>, Uuid, Option<ErrorKind>)> {
    let reply = live.run(Command::DeleteTopics(DeleteTopics { topics })).unwrap();
    let Reply::DeleteTopics(results) = reply else { panic!("another reply") };
    let answers = results.into_iter().map(|r| (r.name, r.id, r.outcome.err().map(|e| e.kind)));
    let mut answers: Vec<_> = answers.collect();
    answers.sort_by_key(|(name, id, _)| (name.clone(), *id));
    answers
}

#[test]
fn what_is_named_in_two_ways_is_not_deleted() {
    use TopicRef::{Both, Id, Name};
    let mut live = Live::with_nodes(&[1]);
    live.create(vec![topic("a", 1, 1), topic("b", 1, 1)]);
    let (a, b) = (id_of("a"), id_of("b"));
    let named = || Some("a".to_owned());
    let refused = Some(InvalidRequest);
    for (topics, answers) in [
        (vec![Both("a".into(), a)], vec![(named(), a, refused)]),
        (vec![Both("a".into(), b)], vec![(named(), b, refused)]),
        (vec![Name("a".into()), Name("a".into())], vec![(named(), Uuid::ZERO, refused)]),
        (vec![Name("a".into()); 3], vec![(named(), Uuid::ZERO, refused)]),
        (vec![Id(a), Id(a)], vec![(None, a, refused)]),
        (vec![Name("a".into()), Id(a)], vec![(named(), a, refused)]),
        (vec![Id(a), Id(a), Name("a".into())], vec![(None, a, refused), (named(), a, refused)]),
        (vec![Id(Uuid::ZERO)], vec![(None, Uuid::ZERO, refused)]),
    ] {
        assert_eq!(delete(&mut live, topics.clone()), answers, "{topics:?}");
    }
    assert_eq!(live.controller.image().topic_count(), 2);
}

#[test]
fn deletion_can_be_switched_off() {
    let mut live = Live::with_nodes(&[1]);
    live.create_one(topic("a", 1, 1));
    let mut fixed = StaticConfigs::default();
    fixed.set("delete.topic.enable", "false").unwrap();
    let controller = Controller::with_image(live.controller.image().clone(), fixed);
    let request = DeleteTopics { topics: vec![TopicRef::Name("a".into())] };
    let (records, reply) = controller.step(0, Command::DeleteTopics(request)).unwrap();
    let Reply::DeleteTopics(results) = reply else { panic!("another reply") };
    assert_eq!(results[0].outcome.as_ref().unwrap_err().kind, TopicDeletionDisabled);
    assert!(records.is_empty());
}

#[test]
fn partitions_are_only_added() {
    let mut live = Live::with_nodes(&[2, 2]);
    live.create_one(topic("a", 2, 2)).outcome.unwrap();
    let grow = |live: &mut Live, count, assignments: Option<Vec<Vec<i32>>>| {
        let topics = vec![MorePartitions { name: "a".into(), count, assignments }];
        let request = CreatePartitions { topics, validate_only: false, seed: 3 };
        let Ok(Reply::CreatePartitions(mut results)) = live.run(Command::CreatePartitions(request))
        else {
            panic!("another reply");
        };
        results.remove(0).outcome.map_err(|error| error.kind)
    };
    for count in [2, 1, 0, -1, i32::MIN] {
        assert_eq!(grow(&mut live, count, None), Err(InvalidPartitions), "{count}");
    }
    let hand = |replicas: &[&[i32]]| Some(replicas.iter().map(|one| one.to_vec()).collect());
    let bad: [&[&[i32]]; 5] = [&[], &[&[1]], &[&[1, 9]], &[&[1, 1001]], &[&[1, 2], &[1, 2]]];
    for bad in bad {
        assert_eq!(grow(&mut live, 3, hand(bad)), Err(InvalidReplicaAssignment), "{bad:?}");
    }
    assert_eq!(grow(&mut live, 3, hand(&[&[1002, 1]])), Ok(()));
    assert_eq!(grow(&mut live, 8, None), Ok(()));
    assert_eq!(grow(&mut live, i32::MAX, None), Err(InvalidPartitions));
    let held = live.controller.image().topic("a").unwrap();
    assert_eq!(held.partitions.len(), 8);
    assert_eq!(held.partitions[2].replicas, [1002, 1]);
    assert!(held.partitions.iter().all(|partition| partition.replicas.len() == 2));
}

#[test]
fn producer_ids_come_in_blocks_nobody_else_gets() {
    let mut live = Live::with_nodes(&[2]);
    let mut allocate = |broker_id| live.run(Command::AllocateProducerIds { broker_id });
    for (broker_id, first) in [(1, 0), (1001, 1000), (1, 2000)] {
        let block = ProducerIdBlock { first, len: 1000 };
        assert_eq!(allocate(broker_id), Ok(Reply::ProducerIds(block)));
    }
    assert_eq!(allocate(77).unwrap_err().kind, UnknownBroker);
}

#[test]
fn leader_epochs_grow_for_what_a_broker_leads() {
    let mut live = Live::with_nodes(&[2]);
    live.create_one(topic("a", 4, 1)).outcome.unwrap();
    let bump = BumpLeaderEpochs::LedBy(vec![1001]);
    let reply = live.run(Command::BumpLeaderEpochs(bump)).unwrap();
    assert_eq!(reply, Reply::LeaderEpochsBumped { partitions: 2 });
    for partition in &live.controller.image().topic("a").unwrap().partitions {
        let epoch = i32::from(partition.leader == 1001);
        assert_eq!((partition.leader_epoch, partition.partition_epoch), (epoch, epoch));
    }
    let id = id_of("a");
    let bump = BumpLeaderEpochs::Partitions(vec![(id, 0), (id, 0)]);
    let reply = live.run(Command::BumpLeaderEpochs(bump)).unwrap();
    assert_eq!(reply, Reply::LeaderEpochsBumped { partitions: 1 });
    let bump = BumpLeaderEpochs::Partitions(vec![(id, 4)]);
    let error = live.run(Command::BumpLeaderEpochs(bump)).unwrap_err();
    assert_eq!(error.kind, UnknownTopicId);
}

#[test]
fn a_node_registers_all_its_shards() {
    let mut live = Live::with_nodes(&[3]);
    let image = live.controller.image();
    let ids: Vec<i32> = image.brokers().map(|broker| broker.id).collect();
    assert_eq!(ids, [1, 1001, 2001]);
    let epoch = image.broker(1001).unwrap().epoch;

    // The same process again changes nothing; a new one gets a new epoch.
    let log_len = live.log.len();
    live.run(register(1, 3, 1)).unwrap();
    assert_eq!(live.log.len(), log_len);
    live.run(register(1, 3, 2)).unwrap();
    assert!(live.controller.image().broker(1001).unwrap().epoch > epoch);

    // Fewer shards: those that hold nothing go, those that hold replicas may not.
    live.create_one(assigned("a", &[(0, &[1001])])).outcome.unwrap();
    live.run(register(1, 2, 3)).unwrap();
    assert!(live.controller.image().broker(2001).is_none());
    let error = live.run(register(1, 1, 4)).unwrap_err();
    assert_eq!(error.kind, InvalidRequest);
    assert!(error.message.contains("2 cores"), "{error}");
}

#[test]
fn nodes_of_other_clusters_and_impossible_ids_are_refused() {
    let mut live = Live::with_nodes(&[1]);
    let Command::RegisterBrokers(good) = register(2, 2, 1) else { unreachable!() };
    let mut kind = |change: fn(&mut RegisterBrokers)| {
        let mut bad = good.clone();
        change(&mut bad);
        live.run(Command::RegisterBrokers(bad)).unwrap_err().kind
    };
    assert_eq!(kind(|r| r.cluster_id = Uuid([1; 16])), InconsistentCluster);
    assert_eq!(kind(|r| r.brokers.clear()), InvalidRequest);
    assert_eq!(kind(|r| r.brokers[0].node_id = 1000), InvalidRequest);
    assert_eq!(kind(|r| r.brokers[1].node_id = 3), InvalidRequest);
    assert_eq!(kind(|r| r.brokers[1].broker_id = 3), InvalidRequest);
    assert_eq!(kind(|r| r.brokers[1] = r.brokers[0].clone()), InvalidRequest);
    assert_eq!(kind(|r| r.brokers[0].host.clear()), InvalidRequest);
    let other = Command::CreateCluster { cluster_id: Uuid([1; 16]) };
    assert_eq!(live.run(other).unwrap_err().kind, InconsistentCluster);
    assert!(live.run(Command::CreateCluster { cluster_id: CLUSTER_ID }).is_ok());
}
