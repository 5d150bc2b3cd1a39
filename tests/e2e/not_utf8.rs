//! Strings that are not UTF-8, as applications with Latin-1 send them: read with U+FFFD for what is
//! wrong with them. None costs a connection. Every expected value is stock Kafka's.

use crate::on_one_and_two_shards;
use crate::support::batch::Builder;
use crate::support::broker::against_kafka;
use crate::support::connection::{Connection, correlation_of, decode, frame};
use crate::support::fetch::{self, Bounds, FETCH_BY_NAME};
use crate::support::group::{self, Commit, Member};
use crate::support::topic::{PRODUCE_BY_NAME, Topic, produce_request};
use std::io::Write;
use wire::codec::Request;
use wire::messages::create_topics_request::CreatableTopic;
use wire::messages::metadata_request::MetadataRequestTopic;
use wire::messages::*;

on_one_and_two_shards!(
    a_client_id_costs_no_connection,
    a_topic_so_named_is_no_topic,
    metadata_of_a_commit_is_kept_as_it_was_read,
    metadata_is_measured_in_characters,
);

const UNKNOWN_TOPIC_OR_PARTITION: i16 = 3;
const OFFSET_METADATA_TOO_LARGE: i16 = 12;
const INVALID_TOPIC_EXCEPTION: i16 = 17;

/// As long as what is put in its place.
const MARK: &str = "tidemill-tests";
const LATIN: &[u8] = b"caf\xE9s-na\xEFve-\xFC\xE4";
const READ: &str = "caf\u{FFFD}s-na\u{FFFD}ve-\u{FFFD}\u{FFFD}";

/// A frame with Latin-1 wherever the mark is: it is the client id of all tests, too.
fn latin<'a, R: Request<'a>>(version: i16, correlation: i32, request: &R) -> Vec<u8> {
    let mut bytes = frame(version, correlation, request);
    let places: Vec<usize> = (0..bytes.len().saturating_sub(MARK.len() - 1))
        .filter(|at| bytes[*at..].starts_with(MARK.as_bytes()))
        .collect();
    assert!(!places.is_empty());
    for at in places {
        bytes[at..at + LATIN.len()].copy_from_slice(LATIN);
    }
    bytes
}

#[track_caller]
fn call<'a, R: Request<'a>>(
    connection: &mut Connection,
    version: i16,
    request: &R,
) -> R::Response<'static> {
    connection.stream.write_all(&latin(version, 77, request)).expect("a request");
    let answer = connection.receive().unwrap_or_else(|e| panic!("{:?} v{version}: {e}", R::API));
    assert_eq!(correlation_of(&answer), 77);
    decode::<R>(version, answer.leak())
}

/// `R` in every version that stock Kafka 4.3 has, too.
fn every_version<'a, R: Request<'a>>(connection: &mut Connection, request: &R) {
    let newest = if against_kafka() { 1 } else { 0 };
    let versions = R::API.served_versions();
    for version in *versions.start()..=(*versions.end() - newest).max(*versions.start()) {
        call(connection, version, request);
    }
}

fn a_client_id_costs_no_connection(test: &str, shards: usize) {
    let broker = group::start(test, shards);
    let mut connection = group::connect(&broker, "g");
    let connection = &mut connection;
    every_version(
        connection,
        &ApiVersionsRequest {
            client_software_name: "x".into(),
            client_software_version: "1".into(),
            ..Default::default()
        },
    );
    every_version(connection, &MetadataRequest::default());
    every_version(connection, &ProduceRequest { acks: -1, ..Default::default() });
    every_version(
        connection,
        &FetchRequest { replica_id: -1, session_epoch: -1, ..Default::default() },
    );
    every_version(connection, &ListOffsetsRequest { replica_id: -1, ..Default::default() });
    every_version(connection, &OffsetForLeaderEpochRequest::default());
    every_version(connection, &FindCoordinatorRequest::default());
    every_version(connection, &JoinGroupRequest::default());
    every_version(connection, &SyncGroupRequest::default());
    every_version(connection, &HeartbeatRequest::default());
    every_version(connection, &LeaveGroupRequest::default());
    every_version(connection, &OffsetCommitRequest::default());
    let topics = Some(Vec::new());
    every_version(connection, &OffsetFetchRequest { topics, ..Default::default() });
    every_version(connection, &OffsetDeleteRequest::default());
    every_version(connection, &ListGroupsRequest::default());
    every_version(connection, &DescribeGroupsRequest::default());
    every_version(connection, &DeleteGroupsRequest::default());
    every_version(connection, &CreateTopicsRequest::default());
    every_version(connection, &DeleteTopicsRequest::default());
    every_version(connection, &DescribeConfigsRequest::default());
    every_version(connection, &InitProducerIdRequest::default());
    // Who looks at the members of a group reads it, too.
    let member = Member::new("g");
    let joined = call(connection, 3, &member.request());
    assert_eq!(joined.error_code, 0);
    assert!(joined.member_id.starts_with(READ), "{:?}", joined.member_id);
    let described = group::describe(connection, "g");
    assert_eq!(described.members[0].client_id, READ);
}

fn a_topic_so_named_is_no_topic(test: &str, shards: usize) {
    let broker = group::start(test, shards);
    let real = Topic::create(&broker, "real", 1, &[]);
    let topic = Topic { name: MARK.to_owned(), ..real.clone() };
    let mut connection = real.connect(&broker, 0);
    let connection = &mut connection;
    let request = MetadataRequest {
        topics: Some(vec![MetadataRequestTopic { name: Some(MARK.into()), ..Default::default() }]),
        ..Default::default()
    };
    for version in 0..=12 {
        let told = call(connection, version, &request);
        let told = (told.topics[0].error_code, told.topics[0].name.as_deref());
        assert_eq!(told, (INVALID_TOPIC_EXCEPTION, Some(READ)), "Metadata v{version}");
    }
    let request = CreateTopicsRequest {
        topics: vec![CreatableTopic {
            name: MARK.into(),
            num_partitions: 1,
            replication_factor: 1,
            ..Default::default()
        }],
        timeout_ms: 5_000,
        ..Default::default()
    };
    for version in 2..=7 {
        let told = call(connection, version, &request);
        let told = (told.topics[0].error_code, &*told.topics[0].name);
        assert_eq!(told, (INVALID_TOPIC_EXCEPTION, READ), "CreateTopics v{version}");
    }
    let batch = Builder::default().values(&["x"]);
    for version in 3..=PRODUCE_BY_NAME {
        let told = call(connection, version, &produce_request(&topic, 0, -1, &batch));
        let told = &told.responses[0];
        let told = (told.partition_responses[0].error_code, &*told.name);
        assert_eq!(told, (UNKNOWN_TOPIC_OR_PARTITION, READ), "Produce v{version}");
    }
    for version in 4..=FETCH_BY_NAME {
        let bounds = Bounds { max_wait_ms: 0, ..Bounds::default() };
        let told = call(connection, version, &fetch::request(&topic, 0, 0, bounds));
        let told = &told.responses[0];
        let told = (told.partitions[0].error_code, &*told.topic);
        assert_eq!(told, (UNKNOWN_TOPIC_OR_PARTITION, READ), "Fetch v{version}");
    }
    in_a_session(connection, &topic);
    let request = DeleteTopicsRequest {
        topic_names: vec![MARK.into()],
        timeout_ms: 5_000,
        ..Default::default()
    };
    let told = call(connection, 5, &request);
    let told = (told.responses[0].error_code, told.responses[0].name.as_deref());
    assert_eq!(told, (UNKNOWN_TOPIC_OR_PARTITION, Some(READ)), "DeleteTopics");
}

/// It is remembered in a session by its name, and forgotten.
fn in_a_session(connection: &mut Connection, topic: &Topic) {
    let bounds = Bounds { max_wait_ms: 0, ..Bounds::default() };
    let mut request = fetch::request(topic, 0, 0, bounds);
    request.session_epoch = 0;
    let opened = call(connection, FETCH_BY_NAME, &request);
    assert_ne!(opened.session_id, 0);
    request.session_id = opened.session_id;
    request.session_epoch = 1;
    request.forgotten_topics_data = vec![fetch_request::ForgottenTopic {
        topic: MARK.into(),
        partitions: vec![0],
        ..Default::default()
    }];
    request.topics.clear();
    let told = call(connection, FETCH_BY_NAME, &request);
    assert_eq!((told.error_code, told.responses.len()), (0, 0), "it is forgotten");
}

fn metadata_of_a_commit_is_kept_as_it_was_read(test: &str, shards: usize) {
    let broker = group::start(test, shards);
    let topic = Topic::create(&broker, "kept", 1, &[]);
    let group = "committing";
    let mut connection = group::connect(&broker, group);
    let member = Member::new(group);
    for version in 2..=9 {
        let commit = Commit { metadata: MARK, ..Commit::new(&topic, 0, version.into()) };
        let request = member.commit_request(version, -1, &[commit]);
        let told = call(&mut connection, version, &request);
        assert_eq!(told.topics[0].partitions[0].error_code, 0, "OffsetCommit v{version}");
        let kept = group::committed(&mut connection, 8, group, &topic, 0);
        assert_eq!((kept.offset, &*kept.metadata), (version.into(), READ), "v{version}");
    }
}

/// Of offset.metadata.max.bytes, whose name says otherwise.
fn metadata_is_measured_in_characters(test: &str, shards: usize) {
    let broker = group::start(test, shards);
    let topic = Topic::create(&broker, "kept", 1, &[]);
    let mut connection = group::connect(&broker, "long");
    // What is beyond U+FFFF counts twice in Java.
    for (text, most) in [("e", 4096), ("é", 4096), ("日", 4096), ("𝒳", 2048)] {
        for (count, code) in [(most, 0), (most + 1, OFFSET_METADATA_TOO_LARGE)] {
            let metadata = text.repeat(count);
            let commit = Commit { metadata: &metadata, ..Commit::new(&topic, 0, 1) };
            let told = group::commit_alone(&mut connection, "long", &[commit]);
            assert_eq!(told, [code], "{count} of {text}");
            if code == 0 {
                let kept = group::committed(&mut connection, 8, "long", &topic, 0);
                assert_eq!(kept.metadata, metadata);
            }
        }
    }
}
