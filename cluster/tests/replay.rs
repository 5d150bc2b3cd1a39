//! The log is the state: replaying it gives what the live controller has, through the bytes.

mod common;

use cluster::command::{
    AlterConfigs, AlterResource, BumpLeaderEpochs, Command, ConfigChange, CreatePartitions,
    CreateTopics, DeleteTopics, MorePartitions, TopicRef,
};
use cluster::records::{PartitionRecord, TopicCreated, TopicDeleted};
use cluster::{
    Controller, Image, Partition, Record, RecordError, ReplayError, ResourceKind, configs,
};
use common::{Live, configured, id_of, operation, register, set, topic};
use proptest::prelude::*;
use wire::Uuid;

/// Few names, so that commands meet.
fn name() -> impl Strategy<Value = String> {
    prop::sample::select(vec!["a", "b", "c.d", "c_d", "e-f", "..", "__consumer_offsets"])
        .prop_map(str::to_owned)
}

fn change() -> impl Strategy<Value = ConfigChange> {
    use cluster::command::Operation::{Append, Delete, Set, Subtract};
    let name = prop::sample::select(vec![
        "retention.ms",
        "cleanup.policy",
        "leader.replication.throttled.replicas",
        "log.segment.bytes",
        "min.insync.replicas",
        "nonsense",
    ]);
    let value = prop::sample::select(vec!["1", "5000000", "delete", "compact", "0:1,1:1", ""]);
    let kind = prop::sample::select(vec![Set, Delete, Append, Subtract]);
    let op = (name.clone(), kind, value.clone())
        .prop_map(|(name, kind, value)| operation(name, kind, Some(value)));
    let pair = (name, value).prop_map(|(name, value)| (name.to_owned(), Some(value.to_owned())));
    prop_oneof![
        prop::collection::vec(op, 0..3).prop_map(ConfigChange::Incremental),
        prop::collection::vec(pair, 0..3).prop_map(ConfigChange::Replace),
    ]
}

fn alter() -> impl Strategy<Value = Command> {
    let resource = prop_oneof![
        name().prop_map(|name| (ResourceKind::Topic, name)),
        prop::sample::select(vec!["", "1", "1001", "9"])
            .prop_map(|name| (ResourceKind::Broker, name.to_owned())),
    ];
    (resource, change(), any::<bool>()).prop_map(|((kind, name), change, validate_only)| {
        let resources = vec![AlterResource { kind, name, change }];
        Command::AlterConfigs(AlterConfigs { resources, validate_only })
    })
}

fn command() -> impl Strategy<Value = Command> {
    let create = (name(), -1_i32..6, -1_i16..4, any::<u64>(), any::<[u8; 16]>()).prop_map(
        |(name, partitions, factor, seed, id)| {
            let mut new = topic(&name, partitions, factor);
            new.id = Uuid(id);
            new.configs.push(("retention.ms".into(), Some("5".into())));
            Command::CreateTopics(CreateTopics { topics: vec![new], validate_only: false, seed })
        },
    );
    let delete = name().prop_map(|name| {
        Command::DeleteTopics(DeleteTopics { topics: vec![TopicRef::Name(name)] })
    });
    let grow = (name(), 0_i32..9, any::<u64>()).prop_map(|(name, count, seed)| {
        let topics = vec![MorePartitions { name, count, assignments: None }];
        Command::CreatePartitions(CreatePartitions { topics, validate_only: false, seed })
    });
    prop_oneof![
        4 => create,
        1 => delete,
        2 => grow,
        3 => alter(),
        1 => (1_i32..4, 1_u16..4, 0_u8..3)
            .prop_map(|(node, shards, run)| register(node, shards, run)),
        1 => Just(Command::AllocateProducerIds { broker_id: 1 }),
        1 => Just(Command::BumpLeaderEpochs(BumpLeaderEpochs::LedBy(vec![1, 1001]))),
        1 => (0_i16..3).prop_map(|level| Command::SetFeatures(vec![("f".into(), level)])),
    ]
}

/// What must hold of any image.
fn check_invariants(image: &Image) {
    let partitions: usize = image.topics().map(|topic| topic.partitions.len()).sum();
    assert_eq!(partitions, image.partition_count());
    for topic in image.topics() {
        assert_eq!(image.topic_by_id(topic.id), Some(topic));
        assert_eq!(image.topic(&topic.name), Some(topic));
        assert!(!topic.partitions.is_empty());
        for partition in &topic.partitions {
            assert!(partition.replicas.contains(&partition.leader));
            let broker = |id: &i32| image.broker(*id).expect("replicas are on brokers");
            let nodes: std::collections::BTreeSet<i32> =
                partition.replicas.iter().map(|id| broker(id).node_id).collect();
            assert_eq!(nodes.len(), partition.replicas.len());
        }
    }
    for name in image.configured(ResourceKind::Topic) {
        assert!(image.topic(name).is_some(), "configs of {name} outlive it");
        for (config, value) in image.overrides(ResourceKind::Topic, name) {
            configs::topic::check(name, config, value).expect("only checked values are kept");
        }
    }
}

proptest! {
    #[test]
    fn replay_from_scratch_is_the_live_state(commands in prop::collection::vec(command(), 1..40)) {
        let mut live = Live::with_nodes(&[2, 1]);
        for command in commands {
            // What a command refuses changes nothing; what it accepts must fit the image.
            let _ = live.run(command);
            check_invariants(live.controller.image());
        }
        let mut image = Image::default();
        for record in &live.log {
            let read = Record::from_bytes(&record.to_bytes()).unwrap();
            prop_assert_eq!(&read, record);
            image.apply(&read).unwrap();
        }
        prop_assert_eq!(&image, live.controller.image());
        prop_assert_eq!(image.offset(), live.log.len() as i64 - 1);
    }

    #[test]
    fn a_snapshot_makes_the_same_image(commands in prop::collection::vec(command(), 1..40)) {
        let mut live = Live::with_nodes(&[2, 1]);
        for command in commands {
            let _ = live.run(command);
        }
        let image = live.controller.image();
        let records: Vec<Record> = image.to_records().collect();
        let read = records.iter().map(|record| Record::from_bytes(&record.to_bytes()).unwrap());
        let again = Image::from_records(read, image.offset()).unwrap();
        prop_assert_eq!(&again, image);
        prop_assert_eq!(again.to_records().collect::<Vec<_>>(), records);
        // What a live cluster does next means the same to both.
        let mut both = [again, image.clone()];
        for (index, record) in (image.offset() + 1..).zip(&sample()) {
            let outcomes = both.each_mut().map(|image| {
                image.apply_entry(std::slice::from_ref(record), index)
            });
            prop_assert_eq!(&outcomes[0], &outcomes[1]);
        }
        prop_assert_eq!(&both[0], &both[1]);
    }

    #[test]
    fn the_same_commands_give_the_same_records(
        commands in prop::collection::vec(command(), 1..20),
    ) {
        let mut one = Live::with_nodes(&[2, 1]);
        let mut other = Live::with_nodes(&[2, 1]);
        for command in commands {
            prop_assert_eq!(one.run(command.clone()), other.run(command));
        }
        prop_assert_eq!(one.log, other.log);
    }

    #[test]
    fn no_bytes_do_harm(kind in 0_u8..70, body in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = Record::from_bytes(&body);
        let bytes: Vec<u8> = [kind, 1].into_iter().chain(body).collect();
        let _ = Record::from_bytes(&bytes);
    }

    #[test]
    fn damaged_records_do_no_harm(at in 0_usize..200, flip in 1_u8..=255, cut in 0_usize..200) {
        for record in &sample() {
            let mut bytes = record.to_bytes();
            let at = at % bytes.len();
            bytes[at] ^= flip;
            let _ = Record::from_bytes(&bytes);
            let bytes = record.to_bytes();
            let cut = &bytes[..cut % bytes.len()];
            // An archive is rooted at its end: what is cut off cannot go unnoticed and whole.
            let read = Record::from_bytes(cut);
            prop_assert_ne!(read.as_ref(), Ok(record));
        }
    }
}

/// One record of every kind a live cluster writes.
fn sample() -> Vec<Record> {
    let mut live = Live::with_nodes(&[2]);
    live.create_one(configured("a", &[("retention.ms", "5")]));
    live.run(Command::BumpLeaderEpochs(BumpLeaderEpochs::LedBy(vec![1, 1001]))).unwrap();
    live.run(Command::AllocateProducerIds { broker_id: 1 }).unwrap();
    live.run(Command::SetFeatures(vec![("f".into(), 2)])).unwrap();
    let delete = DeleteTopics { topics: vec![TopicRef::Name("a".into())] };
    live.run(Command::DeleteTopics(delete)).unwrap();
    live.run(register(1, 1, 2)).unwrap();
    let kinds: std::collections::BTreeSet<_> = live.log.iter().map(Record::name).collect();
    assert_eq!(kinds.len(), 10, "{kinds:?}");
    live.log
}

#[test]
fn unknown_kinds_and_versions_are_named() {
    assert_eq!(Record::from_bytes(&[200, 1, 0]), Err(RecordError::UnknownKind { kind: 200 }));
    let mut bytes = Record::TopicDeleted(TopicDeleted { topic_id: id_of("a") }).to_bytes();
    bytes[1] = 9;
    let expected = RecordError::UnknownVersion { name: "TopicDeleted", version: 9, supported: 1 };
    assert_eq!(Record::from_bytes(&bytes), Err(expected));
    assert!(matches!(Record::from_bytes(&[1]), Err(RecordError::Length { len: 1, .. })));
    let short = Record::from_bytes(&[1, 1, 0, 0]);
    assert!(matches!(short, Err(RecordError::Corrupt { name: "ClusterCreated", .. })));
}

/// The layout of version 1 must stay readable: these bytes were written by it.
#[test]
fn records_of_version_1_stay_as_they_are() {
    let record = Record::TopicCreated(TopicCreated { topic_id: Uuid([5; 16]), name: "abc".into() });
    let mut bytes = vec![3, 1];
    bytes.extend([5; 16]);
    bytes.extend(*b"abc\xff\xff\xff\xff\xff");
    assert_eq!(record.to_bytes(), bytes);
    assert_eq!(Record::from_bytes(&bytes), Ok(record));
}

#[test]
fn a_batch_that_does_not_fit_changes_nothing() {
    let live = Live::with_nodes(&[1]);
    let mut image = live.controller.image().clone();
    let before = image.clone();
    let topic_id = id_of("a");
    let created = Record::TopicCreated(TopicCreated { topic_id, name: "a".into() });
    let partition = |partition| {
        let state = Partition::new(vec![1]);
        Record::PartitionCreated(PartitionRecord { topic_id, partition, state })
    };
    let error = image.apply_batch(&[created.clone(), partition(1)], 9).unwrap_err();
    assert_eq!(error, ReplayError::PartitionOutOfOrder { topic_id, partition: 1, expected: 0 });
    assert_eq!(image, before);
    let records = [created.clone(), partition(0)];
    image.apply_batch(&records, 9).unwrap();
    assert_eq!((image.offset(), image.partition_count()), (9, 1));
    // The clone from before is as it was.
    assert!(before.topic("a").is_none());
    assert!(matches!(image.apply(&created), Err(ReplayError::TopicExists { .. })));
    let unknown = Record::TopicDeleted(TopicDeleted { topic_id: id_of("b") });
    assert!(matches!(image.apply(&unknown), Err(ReplayError::UnknownTopic { .. })));
}

#[test]
fn records_of_an_entry_have_its_index() {
    let live = Live::with_nodes(&[2]);
    let broker = |record: &&Record| matches!(record, Record::BrokerRegistered(_));
    let records: Vec<Record> = live.log.iter().filter(broker).cloned().collect();
    let mut image = Image::default();
    image.apply_entry(&records, 40).unwrap();
    assert_eq!(image.offset(), 40);
    assert!(image.brokers().all(|broker| broker.epoch == 40));
    image.apply_entry(&[], 41).unwrap();
    assert_eq!(image.offset(), 41);
    let before = image.clone();
    let unknown = Record::TopicDeleted(TopicDeleted { topic_id: id_of("b") });
    let created = TopicCreated { topic_id: id_of("a"), name: "a".into() };
    assert!(image.apply_entry(&[Record::TopicCreated(created), unknown], 42).is_err());
    assert_eq!(image, before);
}

#[test]
fn a_controller_goes_on_from_an_image() {
    let mut live = Live::with_nodes(&[1]);
    let set = ConfigChange::Incremental(vec![set("log.retention.ms", "77")]);
    let resources =
        vec![AlterResource { kind: ResourceKind::Broker, name: String::new(), change: set }];
    live.run(Command::AlterConfigs(AlterConfigs { resources, validate_only: false })).unwrap();
    let image = live.controller.image().clone();
    let controller = Controller::with_image(image.clone(), configs::StaticConfigs::default());
    assert_eq!(*controller.image(), image);
}

/// Logs of before hold brokers and partitions in the first layout.
#[test]
fn the_first_layouts_are_still_read() {
    use cluster::records::{BrokerState, v1};
    let framed = |kind: u8, body: &[u8]| [&[kind, 1][..], body].concat();
    let state = v1::Partition {
        leader: 1,
        leader_epoch: 2,
        partition_epoch: 3,
        replicas: vec![1, 2],
        isr: vec![1],
        elr: vec![2],
        last_known_elr: vec![],
    };
    let old = v1::PartitionRecord { topic_id: id_of("a"), partition: 0, state };
    let body = rkyv::to_bytes::<rkyv::rancor::Error>(&old).unwrap();
    // As that version wrote it: the layout of a version never changes.
    assert_eq!(hex(&body), V1_PARTITION);
    let Ok(Record::PartitionChanged(read)) = Record::from_bytes(&framed(5, &body)) else {
        panic!("a partition of the first layout is read");
    };
    let new = Partition {
        leader: 1,
        leader_epoch: 2,
        partition_epoch: 3,
        isr: vec![1],
        elr: vec![2],
        ..Partition::new(vec![1, 2])
    };
    assert_eq!(read.state, new);
    let old = v1::BrokerRegistered {
        broker_id: 1,
        node_id: 1,
        shard: 0,
        host: "h".into(),
        port: 9092,
        rack: None,
        incarnation: id_of("b"),
    };
    let body = rkyv::to_bytes::<rkyv::rancor::Error>(&old).unwrap();
    let Ok(Record::BrokerRegistered(read)) = Record::from_bytes(&framed(2, &body)) else {
        panic!("a registration of the first layout is read");
    };
    assert_eq!((read.host.as_str(), read.state), ("h", BrokerState::Serving));
}

const V1_PARTITION: &str = concat!(
    "01000000020000000100000002000000800101010101010101010101010101010000000001000000",
    "0200000003000000d0ffffff02000000d0ffffff01000000ccffffff01000000c8ffffff00000000",
);

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
