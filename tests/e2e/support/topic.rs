//! Topics by raw requests: create, find the leaders, produce.

use super::broker::{Broker, against_kafka};
use super::connection::{Connection, correlation_of, decode};
use super::eventually;
use super::fetch::{Bounds, fetch};
use std::io;
use std::time::Duration;
use wire::Uuid;
use wire::messages::create_topics_request::{
    CreatableTopic, CreatableTopicConfig, CreateTopicsRequest,
};
use wire::messages::init_producer_id_request::InitProducerIdRequest;
use wire::messages::list_offsets_request::{
    ListOffsetsPartition, ListOffsetsRequest, ListOffsetsTopic,
};
use wire::messages::metadata_request::{MetadataRequest, MetadataRequestTopic};
use wire::messages::metadata_response::MetadataResponse;
use wire::messages::produce_request::{PartitionProduceData, ProduceRequest, TopicProduceData};

/// A version that names topics, and one that has ids instead.
pub const PRODUCE_BY_NAME: i16 = 12;
pub const PRODUCE_BY_ID: i16 = 13;

pub const LATEST: i64 = -1;

const COORDINATOR_LOAD_IN_PROGRESS: i16 = 14;

/// A topic, and which shard leads each of its partitions.
#[derive(Clone, Debug)]
pub struct Topic {
    pub name: String,
    pub id: Uuid,
    pub shards: Vec<usize>,
}

impl Topic {
    /// Creates a topic, and waits until every shard tells who leads its partitions.
    pub fn create(broker: &Broker, name: &str, partitions: i32, configs: &[(&str, &str)]) -> Topic {
        let request = CreateTopicsRequest {
            topics: vec![CreatableTopic {
                name: name.into(),
                num_partitions: partitions,
                replication_factor: 1,
                configs: configs
                    .iter()
                    .map(|(key, value)| CreatableTopicConfig {
                        name: (*key).into(),
                        value: Some((*value).into()),
                        ..CreatableTopicConfig::default()
                    })
                    .collect(),
                ..CreatableTopic::default()
            }],
            timeout_ms: 20_000,
            ..CreateTopicsRequest::default()
        };
        let response = broker.connect(0).call(7, &request);
        let topic = &response.topics[0];
        assert_eq!(topic.error_code, 0, "create {name}: {:?}", topic.error_message);
        let mut found = None;
        for shard in 0..broker.options.shards {
            eventually("every shard knows the topic", Duration::from_secs(10), || {
                found = Topic::find(&mut broker.connect(shard), name);
                found.as_ref().is_some_and(|topic| topic.shards.len() == partitions as usize)
            });
        }
        let topic = found.expect("a topic that every shard knows");
        if against_kafka() {
            // There a broker may not know yet that it leads what the controller has told others.
            topic.wait_until_led(broker);
        }
        topic
    }

    /// Waits until every partition can be read.
    pub fn wait_until_led(&self, broker: &Broker) {
        for partition in 0..self.shards.len() as i32 {
            eventually("the partition is led", Duration::from_secs(20), || {
                let bounds = Bounds { max_wait_ms: 0, max_bytes: 1, ..Bounds::default() };
                let mut connection = self.connect(broker, partition);
                fetch(&mut connection, self, partition, 0, bounds).error_code == 0
            });
        }
    }

    pub fn find(connection: &mut Connection, name: &str) -> Option<Topic> {
        let response = metadata(connection, Some(&[name]));
        let topic = &response.topics[0];
        if topic.error_code != 0 {
            return None;
        }
        let mut shards = vec![0; topic.partitions.len()];
        for partition in &topic.partitions {
            if partition.error_code != 0 || partition.leader_id < 0 {
                return None;
            }
            shards[partition.partition_index as usize] = shard_of(partition.leader_id);
        }
        Some(Topic { name: name.to_owned(), id: topic.topic_id, shards })
    }

    /// A connection to the shard that leads `partition`.
    pub fn connect(&self, broker: &Broker, partition: i32) -> Connection {
        broker.connect(self.shards[partition as usize])
    }
}

/// Node 1: broker ids 1, 1001, 2001, …
pub fn shard_of(broker_id: i32) -> usize {
    ((broker_id - 1) / 1000) as usize
}

/// Metadata of some topics, of all (`None`) or of none; creates no topic.
pub fn metadata(connection: &mut Connection, names: Option<&[&str]>) -> MetadataResponse<'static> {
    let topics = names.map(|names| {
        names
            .iter()
            .map(|name| MetadataRequestTopic {
                name: Some((*name).into()),
                ..MetadataRequestTopic::default()
            })
            .collect()
    });
    let request =
        MetadataRequest { topics, allow_auto_topic_creation: false, ..MetadataRequest::default() };
    connection.call(12, &request)
}

/// Broker id and port of all brokers.
pub fn brokers(connection: &mut Connection) -> Vec<(i32, i32)> {
    let response = metadata(connection, Some(&[]));
    let mut brokers: Vec<(i32, i32)> =
        response.brokers.iter().map(|broker| (broker.node_id, broker.port)).collect();
    brokers.sort_unstable();
    brokers
}

pub fn produce_request<'a>(
    topic: &'a Topic,
    partition: i32,
    acks: i16,
    batch: &'a [u8],
) -> ProduceRequest<'a> {
    ProduceRequest {
        acks,
        timeout_ms: 15_000,
        topic_data: vec![TopicProduceData {
            name: topic.name.as_str().into(),
            topic_id: topic.id,
            partition_data: vec![PartitionProduceData {
                index: partition,
                records: Some(batch.into()),
                ..PartitionProduceData::default()
            }],
            ..TopicProduceData::default()
        }],
        ..ProduceRequest::default()
    }
}

/// Produces one batch with acks=all: error code and base offset.
#[track_caller]
pub fn produce(
    connection: &mut Connection,
    topic: &Topic,
    partition: i32,
    batch: &[u8],
) -> (i16, i64) {
    try_produce(connection, topic, partition, batch).expect("an answer")
}

/// The same, of a broker that may go away.
pub fn try_produce(
    connection: &mut Connection,
    topic: &Topic,
    partition: i32,
    batch: &[u8],
) -> io::Result<(i16, i64)> {
    let request = produce_request(topic, partition, -1, batch);
    let sent = connection.send(PRODUCE_BY_NAME, &request)?;
    let answer = connection.receive()?;
    assert_eq!(correlation_of(&answer), sent, "the answer to another request");
    let response = decode::<ProduceRequest>(PRODUCE_BY_NAME, &answer);
    let answer = &response.responses[0].partition_responses[0];
    assert_eq!(answer.index, partition);
    Ok((answer.error_code, answer.base_offset))
}

/// Produces one batch that must be taken, and returns its base offset.
#[track_caller]
pub fn produce_ok(connection: &mut Connection, topic: &Topic, partition: i32, batch: &[u8]) -> i64 {
    let (error, offset) = produce(connection, topic, partition, batch);
    assert_eq!(error, 0, "produce to {}-{partition}", topic.name);
    offset
}

/// A fresh producer id and its epoch.
#[track_caller]
pub fn new_producer(connection: &mut Connection) -> (i64, i16) {
    let request = InitProducerIdRequest {
        transactional_id: None,
        transaction_timeout_ms: 60_000,
        ..InitProducerIdRequest::default()
    };
    // Right after its start stock Kafka is still loading.
    let mut response = connection.call(4, &request);
    eventually("a producer id is given", Duration::from_secs(10), || {
        response = connection.call(4, &request);
        response.error_code != COORDINATOR_LOAD_IN_PROGRESS
    });
    assert_eq!(response.error_code, 0, "InitProducerId");
    (response.producer_id, response.producer_epoch)
}

/// The offset that ListOffsets gives for a timestamp, or for LATEST or EARLIEST.
#[track_caller]
pub fn offset_for(
    connection: &mut Connection,
    topic: &Topic,
    partition: i32,
    timestamp: i64,
) -> i64 {
    let request = ListOffsetsRequest {
        replica_id: -1,
        topics: vec![ListOffsetsTopic {
            name: topic.name.as_str().into(),
            partitions: vec![ListOffsetsPartition {
                partition_index: partition,
                current_leader_epoch: -1,
                timestamp,
                ..ListOffsetsPartition::default()
            }],
            ..ListOffsetsTopic::default()
        }],
        ..ListOffsetsRequest::default()
    };
    let response = connection.call(7, &request);
    let answer = &response.topics[0].partitions[0];
    assert_eq!(answer.error_code, 0, "ListOffsets of {}-{partition}", topic.name);
    answer.offset
}
