//! A full disk is no trap: the broker starts on it, and what gets out of there works.

use crate::disk_full::Full;
use crate::support::batch::Builder;
use crate::support::broker::Broker;
use crate::support::eventually;
use crate::support::group::{self, Commit};
use crate::support::topic::{self, LATEST, Topic};
use std::os::unix::fs::MetadataExt;
use std::time::Duration;
use wire::messages::create_topics_request::{CreatableTopic, CreateTopicsRequest};
use wire::messages::delete_records_request::{
    DeleteRecordsPartition, DeleteRecordsRequest, DeleteRecordsTopic,
};
use wire::messages::delete_topics_request::{DeleteTopicState, DeleteTopicsRequest};
use wire::messages::incremental_alter_configs_request::{
    AlterConfigsResource, AlterableConfig, IncrementalAlterConfigsRequest,
};

/// KAFKA_STORAGE_ERROR
const STORAGE_ERROR: i16 = 56;
const TOPIC_RESOURCE: i8 = 2;
const EARLIEST: i64 = -2;
const PATIENCE: Duration = Duration::from_secs(20);

/// Bytes that the file of the reserve holds.
fn reserve_bytes(broker: &Broker) -> u64 {
    broker.data_dir().join("ballast").metadata().map_or(0, |metadata| metadata.blocks() * 512)
}

fn set_config(broker: &Broker, topic: &Topic, name: &str, value: &str) {
    let request = IncrementalAlterConfigsRequest {
        resources: vec![AlterConfigsResource {
            resource_type: TOPIC_RESOURCE,
            resource_name: topic.name.as_str().into(),
            configs: vec![AlterableConfig {
                name: name.into(),
                config_operation: 0,
                value: Some(value.into()),
            }],
        }],
        ..IncrementalAlterConfigsRequest::default()
    };
    let response = broker.connect(0).call(1, &request);
    assert_eq!(response.responses[0].error_code, 0, "{name}={value}: {response:?}");
}

fn create(broker: &Broker, name: &str, partitions: i32) -> (i16, String) {
    let topic = CreatableTopic {
        name: name.into(),
        num_partitions: partitions,
        replication_factor: 1,
        ..CreatableTopic::default()
    };
    let request = CreateTopicsRequest { topics: vec![topic], ..CreateTopicsRequest::default() };
    let response = broker.connect(1).call(7, &request);
    let answer = &response.topics[0];
    (answer.error_code, answer.error_message.clone().unwrap_or_default().into_owned())
}

fn commit(full: &Full, offset: i64) {
    let mut connection = group::connect(&full.broker, "readers");
    eventually("a commit is taken", PATIENCE, || {
        group::commit_alone(&mut connection, "readers", &[Commit::new(&full.topic, 0, offset)])
            == [0]
    });
}

fn delete_records(full: &Full, partition: i32, offset: i64) {
    let request = DeleteRecordsRequest {
        topics: vec![DeleteRecordsTopic {
            name: full.topic.name.as_str().into(),
            partitions: vec![DeleteRecordsPartition { partition_index: partition, offset }],
        }],
        timeout_ms: 10_000,
    };
    let response = full.topic.connect(&full.broker, partition).call(2, &request);
    let answer = &response.topics[0].partitions[0];
    assert_eq!((answer.error_code, answer.low_watermark), (0, offset));
}

fn delete_topic(broker: &Broker, name: &str) {
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
}

fn restart(full: &mut Full) {
    full.broker.kill();
    full.broker.start_again();
    full.must_have_all();
}

#[test]
fn a_killed_broker_starts_on_a_full_disk_and_deleted_records_make_room() {
    let test = "a_killed_broker_starts_on_a_full_disk_and_deleted_records_make_room";
    let configs = [("file.delete.delay.ms", "0")];
    let Some(mut full) = Full::prepare(test, &configs) else { return };
    full.broker.must_log("kept back for a full disk");
    commit(&full, 1);
    for offset in 2..5 {
        restart(&mut full);
        commit(&full, offset);
        full.must_refuse();
    }
    set_config(&full.broker, &full.topic, "retention.ms", "-1");
    let (code, message) = create(&full.broker, "too-late", 100);
    assert_eq!(code, STORAGE_ERROR, "{message}");
    assert!(message.contains("space"), "{message}");
    restart(&mut full);
    for partition in [0, 1] {
        let mut connection = full.topic.connect(&full.broker, partition);
        let end = topic::offset_for(&mut connection, &full.topic, partition, LATEST);
        delete_records(&full, partition, end / 2);
        let start = topic::offset_for(&mut connection, &full.topic, partition, EARLIEST);
        assert_eq!(start, end / 2);
        full.forget_below(partition, start);
    }
    full.must_take_more();
    eventually("the reserve is there again", PATIENCE, || reserve_bytes(&full.broker) >= 4 << 20);
    assert_eq!(create(&full.broker, "in-time", 4).0, 0);
    restart(&mut full);
    full.broker.stop();
}

#[test]
fn on_a_full_disk_topics_are_deleted_and_retention_works() {
    let test = "on_a_full_disk_topics_are_deleted_and_retention_works";
    let configs = [("file.delete.delay.ms", "0")];
    let Some(mut full) = Full::prepare(test, &configs) else { return };
    restart(&mut full);
    // Retention alone.
    set_config(&full.broker, &full.topic, "retention.bytes", "8000000");
    // The first partition has taken nearly all of the disk.
    let mut connection = full.topic.connect(&full.broker, 0);
    eventually("retention makes room", PATIENCE, || {
        topic::offset_for(&mut connection, &full.topic, 0, EARLIEST) > 0
    });
    set_config(&full.broker, &full.topic, "retention.bytes", "-1");
    let small = Builder::default().values(&["there is room"]);
    eventually("produce is taken again", PATIENCE, || {
        topic::produce(&mut connection, &full.topic, 0, &small).0 == 0
    });
    full.fill_again();
    delete_topic(&full.broker, &full.topic.name);
    eventually("a topic can be made again", PATIENCE, || {
        create(&full.broker, "another", 100).0 == 0
    });
    full.broker.stop();
}
