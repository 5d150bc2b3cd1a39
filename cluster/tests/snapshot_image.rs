//! A snapshot holds every field of brokers and partitions, whatever states they are in.

mod common;

use cluster::records::{
    BrokerChanged, BrokerRegistered, BrokerState, PartitionRecord, TopicCreated,
};
use cluster::{Image, Partition, Record};
use common::id_of;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use wire::Uuid;

fn state() -> impl Strategy<Value = BrokerState> {
    use BrokerState::{Fenced, Serving, ShuttingDown};
    prop::sample::select(vec![Fenced, Serving, ShuttingDown])
}

fn registered() -> impl Strategy<Value = Record> {
    let rack = prop::option::of("[a-c]{0,2}");
    (1_i32..4, any::<[u8; 16]>(), any::<(u16, u16)>(), rack, state()).prop_map(
        |(id, incarnation, (port, link_port), rack, state)| {
            Record::BrokerRegistered(BrokerRegistered {
                broker_id: id,
                node_id: id,
                shard: 0,
                host: format!("node-{id}"),
                port,
                rack,
                incarnation: Uuid(incarnation),
                link_port,
                previous_epoch: -1,
                suspect_logs: Vec::new(),
                state,
            })
        },
    )
}

fn partition() -> impl Strategy<Value = Partition> {
    let ids = || prop::collection::vec(1_i32..4, 0..4);
    let numbers = (-1_i32..4, any::<i32>(), any::<i32>(), any::<bool>());
    (numbers, [ids(), ids(), ids(), ids(), ids(), ids()]).prop_map(
        |((leader, leader_epoch, partition_epoch, recovering), lists)| {
            let [replicas, isr, elr, last_known_elr, adding, removing] = lists;
            Partition {
                leader,
                leader_epoch,
                partition_epoch,
                replicas,
                isr,
                elr,
                last_known_elr,
                adding,
                removing,
                recovering,
            }
        },
    )
}

/// Two topics with two partitions each, three brokers, and what becomes of them.
fn records() -> impl Strategy<Value = Vec<Record>> {
    let changed = (1_i32..4, state()).prop_map(|(broker_id, state)| {
        // The epoch is that of the image at hand.
        Record::BrokerChanged(BrokerChanged { broker_id, epoch: -1, state })
    });
    let moved = ("[ab]", 0_i32..2, partition()).prop_map(|(name, partition, state)| {
        let topic_id = id_of(&name);
        Record::PartitionChanged(PartitionRecord { topic_id, partition, state })
    });
    prop::collection::vec(prop_oneof![2 => registered(), 2 => changed, 3 => moved], 1..40)
}

fn begin() -> Image {
    let mut image = Image::default();
    for name in ["a", "b"] {
        let topic_id = id_of(name);
        image.apply(&Record::TopicCreated(TopicCreated { topic_id, name: name.into() })).unwrap();
        for partition in 0..2 {
            let state = Partition::new(vec![1]);
            let created = PartitionRecord { topic_id, partition, state };
            image.apply(&Record::PartitionCreated(created)).unwrap();
        }
    }
    image
}

/// Applies the record as a controller would have written it; false if it does not fit.
fn apply(image: &mut Image, mut record: Record) -> bool {
    if let Record::BrokerChanged(changed) = &mut record {
        changed.epoch = image.broker(changed.broker_id).map_or(-1, |broker| broker.epoch);
    }
    let next = image.offset() + 1;
    image.apply_batch(&[record], next).is_ok()
}

proptest! {
    #[test]
    fn every_field_comes_back(records in records()) {
        let mut image = begin();
        for record in records {
            apply(&mut image, record);
        }
        let bytes: Vec<Vec<u8>> = image.to_records().map(|record| record.to_bytes()).collect();
        let read = bytes.iter().map(|bytes| Record::from_bytes(bytes).unwrap());
        let again = Image::from_records(read, image.offset()).unwrap();
        prop_assert_eq!(&again, &image);
        for broker in image.brokers() {
            prop_assert_eq!(again.broker(broker.id), Some(broker));
        }
    }
}

fn drawn(runner: &mut TestRunner) -> Vec<Record> {
    records().new_tree(runner).expect("a strategy without filters").current()
}

/// What the property is about does happen in it.
#[test]
fn states_that_follow_a_registration_are_kept() {
    let mut runner = TestRunner::deterministic();
    let (mut changed_later, mut moving) = (0, 0);
    for _ in 0..50 {
        let mut image = begin();
        for record in drawn(&mut runner) {
            apply(&mut image, record);
        }
        changed_later += image.brokers().filter(|broker| broker.changed > broker.epoch).count();
        let partitions = image.topics().flat_map(|topic| &topic.partitions);
        moving += partitions.filter(|held| !held.adding.is_empty() && held.recovering).count();
    }
    assert!(changed_later > 10 && moving > 10, "{changed_later} {moving}");
}
