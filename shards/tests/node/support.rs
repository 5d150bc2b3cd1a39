//! Starting nodes and speaking to them.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::time::Duration;

use shards::{Node, NodeConfig, StartError};
use wire::codec::{Decode, Reader, Request};
use wire::header::{self, RequestHeader};
use wire::messages::create_topics_request::{CreatableTopic, CreatableTopicConfig};
use wire::messages::fetch_request::{FetchPartition, FetchTopic};
use wire::messages::fetch_response::PartitionData;
use wire::messages::metadata_request::MetadataRequestTopic;
use wire::messages::produce_request::{PartitionProduceData, TopicProduceData};
use wire::messages::produce_response::PartitionProduceResponse;
use wire::messages::{
    CreateTopicsRequest, CreateTopicsResponse, DeleteTopicsRequest, DeleteTopicsResponse,
    FetchRequest, FetchResponse, MetadataRequest, MetadataResponse, ProduceRequest,
    ProduceResponse,
};
use wire::records::{BatchBuilder, Batches};
use wire::{ApiKey, Uuid};

pub const CLUSTER: Uuid = Uuid([9; 16]);

/// A node over a folder that goes with it.
pub struct Server {
    node: Option<Node>,
    dir: tempfile::TempDir,
    configs: Vec<(&'static str, &'static str)>,
    shards: usize,
}

impl Server {
    pub fn start() -> Self {
        Self::with(1, &[])
    }

    pub fn with(shards: usize, configs: &[(&'static str, &'static str)]) -> Self {
        let dir = tempfile::tempdir().expect("a folder");
        let mut server = Self { node: None, dir, configs: configs.to_vec(), shards };
        server.node = Some(server.start_node());
        server
    }

    fn start_node(&self) -> Node {
        self.try_start(CLUSTER).expect("the node starts")
    }

    fn try_start(&self, cluster_id: Uuid) -> Result<Node, StartError> {
        let mut config = NodeConfig::new(1, cluster_id, self.dir.path());
        config.cores = vec![0; self.shards];
        config.store_limits.tail_bytes = 16 << 20;
        for (name, value) in &self.configs {
            config.configs.set(name, value).expect("a config");
        }
        Node::start(config)
    }

    /// A clean stop, something done to the folder, and a start that is to fail; what it says.
    pub fn refusal(&mut self, shards: usize, cluster_id: Uuid, change: impl Fn(&Path)) -> String {
        self.stop();
        change(self.dir.path());
        self.shards = shards;
        match self.try_start(cluster_id) {
            Ok(node) => {
                self.node = Some(node);
                panic!("it started");
            }
            Err(error) => error.to_string(),
        }
    }

    pub fn dir(&self) -> &Path {
        self.dir.path()
    }

    pub fn node(&self) -> &Node {
        self.node.as_ref().expect("a running node")
    }

    /// A clean stop and another start.
    pub fn restart(&mut self) {
        self.stop();
        self.node = Some(self.start_node());
    }

    pub fn stop(&mut self) {
        if let Some(node) = self.node.take() {
            node.shutdown();
            node.wait();
        }
    }

    pub fn connect(&self) -> Client {
        self.connect_to(0)
    }

    pub fn connect_to(&self, shard: usize) -> Client {
        let port = self.node().endpoints()[shard].port;
        Client::connect(port)
    }

    /// The value of a number of shard 0, whatever the others say.
    pub fn metric(&self, name: &str) -> u64 {
        let numbers = self.node().metrics().shards[0].numbers();
        let found = numbers.iter().find(|number| number.0 == name);
        found.unwrap_or_else(|| panic!("no metric {name}")).3
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}

/// One connection.
pub struct Client {
    stream: TcpStream,
    next_correlation_id: i32,
}

impl Client {
    pub fn connect(port: u16) -> Self {
        let stream = TcpStream::connect(("127.0.0.1", port)).expect("a connection");
        stream.set_nodelay(true).expect("no delay");
        let patience = Some(Duration::from_secs(20));
        stream.set_read_timeout(patience).expect("a time-out");
        Self { stream, next_correlation_id: 1 }
    }

    pub fn write(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).expect("written");
    }

    /// Sends a request; returns its correlation id.
    pub fn send<'a, R: Request<'a>>(&mut self, version: i16, request: &R) -> i32 {
        let correlation_id = self.next_correlation_id;
        self.next_correlation_id += 1;
        let header = RequestHeader {
            api_key: R::API as i16,
            api_version: version,
            correlation_id,
            client_id: Some("test".into()),
        };
        let mut frame = Vec::new();
        header::encode_request(&mut frame, &header, request).expect("encodes");
        self.write(&frame);
        correlation_id
    }

    /// The next frame, without its length.
    pub fn read_frame(&mut self) -> Vec<u8> {
        let mut length = [0; 4];
        self.stream.read_exact(&mut length).expect("a length");
        let mut frame = vec![0; i32::from_be_bytes(length) as usize];
        self.stream.read_exact(&mut frame).expect("a frame");
        frame
    }

    /// The body of the next response, which must be the one to `correlation_id`.
    pub fn body(&mut self, api: ApiKey, version: i16, correlation_id: i32) -> Vec<u8> {
        let frame = self.read_frame();
        let mut reader = Reader::new(&frame);
        let got = header::decode_response_header(&mut reader, api, version);
        assert_eq!(got, Ok(correlation_id), "responses in the order of requests");
        reader.rest().to_vec()
    }

    /// Whether the other side closes the connection.
    pub fn is_closed(&mut self) -> bool {
        match self.stream.read(&mut [0; 16]) {
            Ok(0) => true,
            Ok(_) => false,
            Err(error) => error.kind() == ErrorKind::ConnectionReset,
        }
    }

    /// Whether nothing comes for a while.
    pub fn is_silent_for(&mut self, time: Duration) -> bool {
        self.stream.set_read_timeout(Some(time)).expect("a time-out");
        let silent = matches!(
            self.stream.peek(&mut [0; 1]),
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut)
        );
        let patience = Some(Duration::from_secs(20));
        self.stream.set_read_timeout(patience).expect("a time-out");
        silent
    }

    /// Creates a topic on the node; every shard has it when this returns.
    pub fn create_topic(&mut self, name: &str, partitions: i32, configs: &[(&str, &str)]) {
        let request = CreateTopicsRequest {
            topics: vec![CreatableTopic {
                name: name.into(),
                num_partitions: partitions,
                replication_factor: 1,
                configs: configs
                    .iter()
                    .map(|(name, value)| CreatableTopicConfig {
                        name: (*name).into(),
                        value: Some((*value).into()),
                    })
                    .collect(),
                ..Default::default()
            }],
            timeout_ms: 10_000,
            ..Default::default()
        };
        let id = self.send(7, &request);
        let body = self.body(ApiKey::CreateTopics, 7, id);
        let response = CreateTopicsResponse::decode(&mut Reader::new(&body), 7);
        let response = response.expect("a response");
        assert_eq!(response.topics[0].error_code, 0, "{response:?}");
    }

    pub fn delete_topic(&mut self, name: &str) {
        let request = DeleteTopicsRequest {
            topic_names: vec![name.into()],
            timeout_ms: 10_000,
            ..Default::default()
        };
        let id = self.send(5, &request);
        let body = self.body(ApiKey::DeleteTopics, 5, id);
        let response = DeleteTopicsResponse::decode(&mut Reader::new(&body), 5);
        assert_eq!(response.expect("a response").responses[0].error_code, 0);
    }

    /// The topic's id, and the broker that leads each of its partitions.
    pub fn describe(&mut self, topic: &str) -> (Uuid, Vec<i32>) {
        let request = MetadataRequest {
            topics: Some(vec![MetadataRequestTopic {
                name: Some(topic.into()),
                ..Default::default()
            }]),
            ..Default::default()
        };
        let id = self.send(12, &request);
        let body = self.body(ApiKey::Metadata, 12, id);
        let response = MetadataResponse::decode(&mut Reader::new(&body), 12);
        let response = response.expect("a response");
        let topic = &response.topics[0];
        assert_eq!(topic.error_code, 0);
        let mut partitions: Vec<_> = topic.partitions.iter().collect();
        partitions.sort_by_key(|partition| partition.partition_index);
        (topic.topic_id, partitions.iter().map(|partition| partition.leader_id).collect())
    }

    /// Sends one batch to one partition by topic name.
    pub fn send_batch(
        &mut self,
        version: i16,
        acks: i16,
        topic: &str,
        partition: i32,
        batch: &[u8],
    ) -> i32 {
        self.send(version, &produce(acks, topic, partition, batch))
    }

    /// The answer for the one partition of a produce request.
    pub fn produced(
        &mut self,
        version: i16,
        correlation_id: i32,
    ) -> PartitionProduceResponse<'static> {
        let body = self.body(ApiKey::Produce, version, correlation_id);
        let response = ProduceResponse::decode(&mut Reader::new(&body), version);
        let response = response.expect("a response");
        let partition = &response.responses[0].partition_responses[0];
        PartitionProduceResponse {
            index: partition.index,
            error_code: partition.error_code,
            base_offset: partition.base_offset,
            log_append_time_ms: partition.log_append_time_ms,
            log_start_offset: partition.log_start_offset,
            ..Default::default()
        }
    }

    /// Produces one batch and waits for the answer.
    pub fn produce(
        &mut self,
        version: i16,
        topic: &str,
        batch: &[u8],
    ) -> PartitionProduceResponse<'static> {
        let id = self.send_batch(version, -1, topic, 0, batch);
        self.produced(version, id)
    }

    /// What a fetch answers: top-level error, session id, and each partition with its records
    /// copied.
    pub fn fetched(&mut self, version: i16, correlation_id: i32) -> Fetched {
        let body = self.body(ApiKey::Fetch, version, correlation_id);
        let mut reader = Reader::new(&body);
        let response = FetchResponse::decode(&mut reader, version).expect("a response");
        reader.finish().expect("nothing behind the response");
        let partitions = response.responses.iter().flat_map(|topic| &topic.partitions);
        Fetched {
            error_code: response.error_code,
            session_id: response.session_id,
            partitions: partitions.map(FetchedPartition::new).collect(),
        }
    }

    pub fn fetch(&mut self, version: i16, request: &FetchRequest<'_>) -> Fetched {
        let id = self.send(version, request);
        self.fetched(version, id)
    }
}

#[derive(Debug)]
pub struct Fetched {
    pub error_code: i16,
    pub session_id: i32,
    pub partitions: Vec<FetchedPartition>,
}

#[derive(Debug)]
pub struct FetchedPartition {
    pub index: i32,
    pub error_code: i16,
    pub high_watermark: i64,
    pub diverging_end: Option<i64>,
    pub records: Vec<u8>,
}

impl FetchedPartition {
    fn new(data: &PartitionData<'_>) -> Self {
        let diverging = &data.diverging_epoch;
        Self {
            index: data.partition_index,
            error_code: data.error_code,
            high_watermark: data.high_watermark,
            diverging_end: (diverging.epoch >= 0).then_some(diverging.end_offset),
            records: data.records.as_ref().expect("records are never null").to_vec(),
        }
    }

    /// First and last offsets of the batches.
    pub fn offsets(&self) -> Vec<(i64, i64)> {
        let batches = Batches::new(&self.records).map(|batch| batch.expect("a batch"));
        batches.map(|(header, _)| (header.base_offset, header.last_offset())).collect()
    }
}

/// A batch of `records` records of `value_bytes` bytes.
pub fn batch(records: usize, value_bytes: usize) -> Vec<u8> {
    let mut builder = BatchBuilder::new();
    for index in 0..records {
        let value = vec![index as u8; value_bytes];
        builder.append(1_700_000_000_000, Some(b"key"), Some(&value), &[]);
    }
    builder.build().expect("a batch")
}

pub fn produce<'a>(
    acks: i16,
    topic: &'a str,
    partition: i32,
    batch: &'a [u8],
) -> ProduceRequest<'a> {
    ProduceRequest {
        acks,
        timeout_ms: 10_000,
        topic_data: vec![TopicProduceData {
            name: topic.into(),
            partition_data: vec![PartitionProduceData {
                index: partition,
                records: Some(batch.into()),
            }],
            ..Default::default()
        }],
        ..Default::default()
    }
}

/// A fetch of partitions of one topic by name, from these offsets, that does not wait.
pub fn fetch<'a>(topic: &'a str, offsets: &[(i32, i64)]) -> FetchRequest<'a> {
    let partition = |(index, offset): &(i32, i64)| FetchPartition {
        partition: *index,
        fetch_offset: *offset,
        partition_max_bytes: 1 << 20,
        ..Default::default()
    };
    FetchRequest {
        max_wait_ms: 0,
        min_bytes: 1,
        max_bytes: 50 << 20,
        session_epoch: -1,
        topics: vec![FetchTopic {
            topic: topic.into(),
            partitions: offsets.iter().map(partition).collect(),
            ..Default::default()
        }],
        ..Default::default()
    }
}
