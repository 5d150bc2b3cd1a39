//! The few requests that set a run up: create a topic, find its leaders.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::thread::sleep;
use std::time::{Duration, Instant};

use wire::codec::{Decode, Encode, Reader, Request};
use wire::header::RequestHeader;
use wire::messages::create_topics_request::{CreatableTopic, CreatableTopicConfig};
use wire::messages::delete_topics_request::DeleteTopicState;
use wire::messages::list_offsets_request::{ListOffsetsPartition, ListOffsetsTopic};
use wire::messages::metadata_request::MetadataRequestTopic;
use wire::messages::{
    CreateTopicsRequest, CreateTopicsResponse, DeleteTopicsRequest, DeleteTopicsResponse,
    ListOffsetsRequest, ListOffsetsResponse, MetadataRequest, MetadataResponse,
};
use wire::{ApiKey, ErrorCode};

use crate::BenchError;
use crate::limits::{ADMIN_TIMEOUT_MS, SETTLE_MS};

/// Both peers have these versions.
const CREATE_TOPICS_VERSION: i16 = 7;
const DELETE_TOPICS_VERSION: i16 = 6;
const METADATA_VERSION: i16 = 12;
const LIST_OFFSETS_VERSION: i16 = 7;

const LATEST_TIMESTAMP: i64 = -1;

/// Where each partition of a topic is led, by partition index.
pub type Leaders = Vec<String>;

/// A connection that waits for each answer.
pub struct Client(TcpStream);

impl Client {
    pub fn connect(address: &str) -> Result<Self, BenchError> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(Duration::from_millis(ADMIN_TIMEOUT_MS)))?;
        Ok(Self(stream))
    }

    /// Sends a frame and returns the answer without its length.
    pub fn exchange(&mut self, frame: &[u8]) -> Result<Vec<u8>, BenchError> {
        self.0.write_all(frame)?;
        let mut length = [0; 4];
        self.0.read_exact(&mut length)?;
        let mut response = vec![0; u32::from_be_bytes(length) as usize];
        self.0.read_exact(&mut response)?;
        Ok(response)
    }
}

/// Sends one request on a connection of its own and returns the response's body.
fn call(
    address: &str,
    api: ApiKey,
    version: i16,
    body: &dyn Encode,
) -> Result<Vec<u8>, BenchError> {
    let mut frame = Vec::new();
    let header = RequestHeader {
        api_key: api as i16,
        api_version: version,
        correlation_id: 1,
        client_id: Some("tidemill-bench".into()),
    };
    wire::header::encode_request(&mut frame, &header, body)
        .map_err(|error| BenchError::Wire(error.to_string()))?;
    let mut response = Client::connect(address)?.exchange(&frame)?;
    // All APIs are flexible in the versions used here: correlation id, then an empty tag section.
    response.drain(..5);
    Ok(response)
}

/// As [`call`], for any request.
pub(crate) fn call_for<'a, R: Request<'a>>(
    address: &str,
    version: i16,
    request: &R,
) -> Result<Vec<u8>, BenchError> {
    call(address, R::API, version, request)
}

/// What [`call_for`] returned, decoded.
pub(crate) fn body<'a, 'b, R: Request<'a>>(
    version: i16,
    body: &'b [u8],
) -> Result<R::Response<'b>, BenchError> {
    Ok(R::Response::decode(&mut Reader::new(body), version)?)
}

fn create(address: &str, request: &CreateTopicsRequest<'_>) -> Result<(), BenchError> {
    let body = call(address, ApiKey::CreateTopics, CREATE_TOPICS_VERSION, request)?;
    let response = CreateTopicsResponse::decode(&mut Reader::new(&body), CREATE_TOPICS_VERSION)?;
    match response.topics.iter().find(|topic| topic.error_code != 0) {
        None => Ok(()),
        Some(topic) => Err(BenchError::Kafka {
            api: "CreateTopics",
            error: format!(
                "{:?} {}",
                ErrorCode::from_i16(topic.error_code),
                topic.error_message.as_deref().unwrap_or_default()
            ),
        }),
    }
}

/// Deletes a topic; its files go later.
pub fn delete_topic(address: &str, topic: &str) -> Result<(), BenchError> {
    let state = DeleteTopicState { name: Some(topic.into()), ..Default::default() };
    let request =
        DeleteTopicsRequest { topics: vec![state], timeout_ms: 30_000, ..Default::default() };
    let body = call(address, ApiKey::DeleteTopics, DELETE_TOPICS_VERSION, &request)?;
    let response = DeleteTopicsResponse::decode(&mut Reader::new(&body), DELETE_TOPICS_VERSION)?;
    match response.responses.iter().find(|topic| topic.error_code != 0) {
        None => Ok(()),
        Some(topic) => Err(BenchError::Kafka {
            api: "DeleteTopics",
            error: format!("{:?}", ErrorCode::from_i16(topic.error_code)),
        }),
    }
}

fn leaders(address: &str, topic: &str, partitions: usize) -> Result<Option<Leaders>, BenchError> {
    let request = MetadataRequest {
        topics: Some(vec![MetadataRequestTopic { name: Some(topic.into()), ..Default::default() }]),
        ..Default::default()
    };
    let body = call(address, ApiKey::Metadata, METADATA_VERSION, &request)?;
    let response = MetadataResponse::decode(&mut Reader::new(&body), METADATA_VERSION)?;
    let mut found = vec![None; partitions];
    for partition in response.topics.iter().flat_map(|topic| &topic.partitions) {
        let leader = response.brokers.iter().find(|broker| broker.node_id == partition.leader_id);
        if let (Some(leader), Some(slot)) = (
            leader,
            found.get_mut(usize::try_from(partition.partition_index).unwrap_or(usize::MAX)),
        ) {
            *slot = Some(format!("{}:{}", leader.host, leader.port));
        }
    }
    Ok(found.into_iter().collect())
}

/// Whether every partition can be read where it is led.
fn is_open(topic: &str, leaders: &Leaders) -> Result<bool, BenchError> {
    let mut addresses = leaders.clone();
    addresses.sort();
    addresses.dedup();
    for address in addresses {
        let led = (0..).zip(leaders).filter(|(_, leader)| **leader == address);
        let partitions = led.map(|(partition_index, _)| ListOffsetsPartition {
            partition_index,
            timestamp: LATEST_TIMESTAMP,
            ..Default::default()
        });
        let topics =
            vec![ListOffsetsTopic { name: topic.into(), partitions: partitions.collect() }];
        let request = ListOffsetsRequest { replica_id: -1, topics, ..Default::default() };
        let body = call(&address, ApiKey::ListOffsets, LIST_OFFSETS_VERSION, &request)?;
        let response = ListOffsetsResponse::decode(&mut Reader::new(&body), LIST_OFFSETS_VERSION)?;
        let mut partitions = response.topics.iter().flat_map(|topic| &topic.partitions);
        if partitions.any(|partition| partition.error_code != 0) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Creates a topic with the given configs and waits until every partition is led and open.
pub fn create_topic(
    address: &str,
    topic: &str,
    partitions: usize,
    configs: &[(&str, &str)],
) -> Result<Leaders, BenchError> {
    let configs = configs
        .iter()
        .map(|(name, value)| CreatableTopicConfig {
            name: (*name).into(),
            value: Some((*value).into()),
        })
        .collect();
    let request = CreateTopicsRequest {
        topics: vec![CreatableTopic {
            name: topic.into(),
            num_partitions: i32::try_from(partitions).expect("few partitions"),
            replication_factor: 1,
            configs,
            ..Default::default()
        }],
        timeout_ms: 30_000,
        ..Default::default()
    };
    create(address, &request)?;
    let deadline = Instant::now() + Duration::from_millis(ADMIN_TIMEOUT_MS);
    while Instant::now() < deadline {
        // Stock Kafka names a leader before that broker has opened the partition.
        if let Some(leaders) = leaders(address, topic, partitions)?
            && is_open(topic, &leaders)?
        {
            sleep(Duration::from_millis(SETTLE_MS));
            return Ok(leaders);
        }
        sleep(Duration::from_millis(50));
    }
    Err(BenchError::NotReady(topic.into(), "a partition has no leader".into()))
}
