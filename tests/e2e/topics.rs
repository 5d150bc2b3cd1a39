//! Topics by raw requests: ids, deletion and creation under clients, creation by asking.

use crate::on_one_and_two_shards;
use crate::support::batch::Builder;
use crate::support::broker::{Broker, Options};
use crate::support::eventually;
use crate::support::fetch::read_all;
use crate::support::topic::{self, PRODUCE_BY_ID, Topic, produce_request};
use std::time::Duration;
use wire::messages::create_topics_request::{CreatableTopic, CreateTopicsRequest};
use wire::messages::delete_topics_request::{DeleteTopicState, DeleteTopicsRequest};
use wire::messages::metadata_request::{MetadataRequest, MetadataRequestTopic};

on_one_and_two_shards!(
    a_topic_made_again_is_another,
    asking_for_a_topic_makes_it_only_if_allowed,
    validate_only_makes_nothing,
    many_topics_come_and_go,
);

const UNKNOWN_TOPIC_OR_PARTITION: i16 = 3;
const UNKNOWN_TOPIC_ID: i16 = 100;

fn delete(broker: &Broker, name: &str) {
    let request = DeleteTopicsRequest {
        topics: vec![DeleteTopicState {
            name: Some(name.to_owned().into()),
            ..DeleteTopicState::default()
        }],
        timeout_ms: 10_000,
        ..DeleteTopicsRequest::default()
    };
    let response = broker.connect(0).call(6, &request);
    assert_eq!(response.responses[0].error_code, 0, "delete {name}");
    for shard in 0..broker.options.shards {
        eventually("the topic is gone", Duration::from_secs(10), || {
            Topic::find(&mut broker.connect(shard), name).is_none()
        });
    }
}

fn a_topic_made_again_is_another(test: &str, shards: usize) {
    let mut broker = Broker::start(test, Options::shards(shards));
    let first = Topic::create(&broker, "phoenix", 1, &[]);
    let batch = Builder::default().values(&["of the first"]);
    let mut connection = first.connect(&broker, 0);
    topic::produce_ok(&mut connection, &first, 0, &batch);
    delete(&broker, "phoenix");
    let gone = connection.call(PRODUCE_BY_ID, &produce_request(&first, 0, -1, &batch));
    assert_eq!(gone.responses[0].partition_responses[0].error_code, UNKNOWN_TOPIC_ID);

    let second = Topic::create(&broker, "phoenix", 1, &[]);
    assert_ne!(second.id, first.id);
    for restarted in [false, true] {
        let mut connection = second.connect(&broker, 0);
        let old = connection.call(PRODUCE_BY_ID, &produce_request(&first, 0, -1, &batch));
        let error = old.responses[0].partition_responses[0].error_code;
        assert_eq!(error, UNKNOWN_TOPIC_ID, "restarted: {restarted}");
        let expected = i64::from(restarted);
        assert_eq!(topic::produce_ok(&mut connection, &second, 0, &batch), expected);
        assert_eq!(read_all(&mut connection, &second, 0, 0, |_| {}), expected + 1);
        broker.kill();
        broker.start_again();
        second.wait_until_led(&broker);
    }
}

fn asking_for_a_topic_makes_it_only_if_allowed(test: &str, shards: usize) {
    let mut broker = Broker::start(test, Options::shards(shards));
    let ask = |broker: &Broker, name: &str, allow: bool| {
        let request = MetadataRequest {
            topics: Some(vec![MetadataRequestTopic {
                name: Some(name.to_owned().into()),
                ..MetadataRequestTopic::default()
            }]),
            allow_auto_topic_creation: allow,
            ..MetadataRequest::default()
        };
        broker.connect(broker.options.shards - 1).call(12, &request).topics[0].error_code
    };
    assert_eq!(ask(&broker, "wished", false), UNKNOWN_TOPIC_OR_PARTITION);
    assert_eq!(ask(&broker, "wished", false), UNKNOWN_TOPIC_OR_PARTITION, "not made by asking");
    ask(&broker, "wished", true);
    eventually("the topic is made", Duration::from_secs(10), || {
        Topic::find(&mut broker.connect(0), "wished").is_some()
    });
    broker.stop();
    broker.options = broker.options.clone().set("auto.create.topics.enable", "false");
    broker.start_again();
    assert_eq!(ask(&broker, "refused", true), UNKNOWN_TOPIC_OR_PARTITION);
    std::thread::sleep(Duration::from_millis(200));
    assert!(Topic::find(&mut broker.connect(0), "refused").is_none());
    assert!(Topic::find(&mut broker.connect(0), "wished").is_some());
}

fn validate_only_makes_nothing(test: &str, shards: usize) {
    let broker = Broker::start(test, Options::shards(shards));
    let request = CreateTopicsRequest {
        topics: vec![CreatableTopic {
            name: "imagined".into(),
            num_partitions: 3,
            replication_factor: -1,
            ..CreatableTopic::default()
        }],
        timeout_ms: 10_000,
        validate_only: true,
        ..CreateTopicsRequest::default()
    };
    let response = broker.connect(0).call(7, &request);
    assert_eq!(response.topics[0].error_code, 0);
    assert_eq!(response.topics[0].num_partitions, 3);
    assert_eq!(response.topics[0].replication_factor, 1);
    std::thread::sleep(Duration::from_millis(200));
    for shard in 0..shards {
        assert!(Topic::find(&mut broker.connect(shard), "imagined").is_none());
    }
}

/// Files, memory and metadata of deleted topics do not stay.
fn many_topics_come_and_go(test: &str, shards: usize) {
    let mut broker = Broker::start(test, Options::shards(shards));
    let batch = Builder::default().values(&["x"]);
    for round in 0..15 {
        let name = format!("fleeting-{round}");
        let topic = Topic::create(&broker, &name, 4, &[]);
        for partition in 0..4 {
            let mut connection = topic.connect(&broker, partition);
            topic::produce_ok(&mut connection, &topic, partition, &batch);
        }
        delete(&broker, &name);
    }
    broker.stop();
    broker.start_again();
    let metadata = topic::metadata(&mut broker.connect(0), None);
    let back = metadata.topics.iter().filter(|topic| !topic.is_internal).count();
    assert_eq!(back, 0, "topics came back");
}
