//! Topics by name and by id: what is empty, null or zero, what decides where both are given. Every
//! expected value is stock Kafka's.

use crate::on_one_and_two_shards;
use crate::support::batch::Builder;
use crate::support::broker::{Broker, against_kafka};
use crate::support::command;
use crate::support::connection::Connection;
use crate::support::fetch::{self, Bounds};
use crate::support::files::repository;
use crate::support::group;
use crate::support::tools::java;
use crate::support::topic::{self, PRODUCE_BY_ID, Topic, produce_request};
use std::time::Duration;
use wire::Uuid;
use wire::messages::describe_topic_partitions_request::TopicRequest;
use wire::messages::metadata_request::MetadataRequestTopic;
use wire::messages::offset_commit_request::{
    OffsetCommitRequestPartition, OffsetCommitRequestTopic,
};
use wire::messages::offset_fetch_request::{OffsetFetchRequestGroup, OffsetFetchRequestTopics};
use wire::messages::*;

on_one_and_two_shards!(
    metadata_goes_by_the_id_that_is_given,
    metadata_of_old_versions_takes_no_ids,
    metadata_creates_no_topic_beside_an_id,
    records_and_offsets_go_by_the_id_alone,
    names_that_are_empty_are_no_topics,
    heartbeats_tell_empty_from_null,
    java_finds_topics_by_their_ids,
);

const UNKNOWN_TOPIC_OR_PARTITION: i16 = 3;
const INVALID_TOPIC_EXCEPTION: i16 = 17;
const INVALID_REQUEST: i16 = 42;
const UNKNOWN_TOPIC_ID: i16 = 100;
const UNSUPPORTED_ASSIGNOR: i16 = 112;

const NO_ID: Uuid = Uuid::ZERO;
const STRANGE_ID: Uuid = Uuid([7; 16]);

/// Code, name, id and number of partitions of each topic of an answer, sorted.
type Told = Vec<(i16, Option<String>, Uuid, usize)>;

/// What is asked for, and what is told.
type Row<'a> = (&'a [(Uuid, Option<&'a str>)], Told);

fn metadata(connection: &mut Connection, version: i16, asked: &[(Uuid, Option<&str>)]) -> Told {
    let asked = asked
        .iter()
        .map(|(id, name)| MetadataRequestTopic { topic_id: *id, name: name.map(Into::into) });
    let request = MetadataRequest {
        topics: Some(asked.collect()),
        allow_auto_topic_creation: true,
        ..Default::default()
    };
    let response = connection.call(version, &request);
    let mut told: Told = Vec::new();
    for topic in &response.topics {
        let name = topic.name.as_deref().map(str::to_owned);
        told.push((topic.error_code, name, topic.topic_id, topic.partitions.len()));
    }
    told.sort_by_key(|(code, name, id, _)| (*code, name.clone(), id.0));
    let refused = told.iter().any(|(code, ..)| *code == INVALID_REQUEST);
    assert_eq!(response.brokers.is_empty(), refused, "a refusal tells of no broker");
    told
}

fn start(test: &str, shards: usize) -> (Broker, Topic, Topic) {
    let broker = Broker::start(test, group::options(shards));
    let alpha = Topic::create(&broker, "alpha", 2, &[]);
    let beta = Topic::create(&broker, "beta", 3, &[]);
    (broker, alpha, beta)
}

fn found(topic: &Topic) -> (i16, Option<String>, Uuid, usize) {
    (0, Some(topic.name.clone()), topic.id, topic.shards.len())
}

fn refused(code: i16, name: &str, id: Uuid) -> (i16, Option<String>, Uuid, usize) {
    (code, Some(name.to_owned()), id, 0)
}

fn metadata_goes_by_the_id_that_is_given(test: &str, shards: usize) {
    let (broker, alpha, beta) = start(test, shards);
    let (a, b) = (alpha.id, beta.id);
    let strange = (UNKNOWN_TOPIC_ID, None, STRANGE_ID, 0);
    let rows: [Row<'_>; 17] = [
        (&[(a, None)], vec![found(&alpha)]),
        // What every Java client sends.
        (&[(a, Some(""))], vec![found(&alpha)]),
        (&[(a, Some("alpha"))], vec![found(&alpha)]),
        (&[(a, Some("beta"))], vec![found(&alpha)]),
        (&[(a, Some("missing"))], vec![found(&alpha)]),
        (&[(STRANGE_ID, None)], vec![strange.clone()]),
        (&[(STRANGE_ID, Some(""))], vec![strange.clone()]),
        (&[(STRANGE_ID, Some("alpha"))], vec![strange.clone()]),
        (&[(STRANGE_ID, Some("")), (a, Some(""))], vec![found(&alpha), strange.clone()]),
        (&[(STRANGE_ID, None), (STRANGE_ID, Some(""))], vec![strange]),
        (&[(a, Some("")), (b, None)], vec![found(&alpha), found(&beta)]),
        (&[(a, Some("")), (a, None)], vec![found(&alpha)]),
        // One id is given: names count for nothing.
        (&[(a, Some("")), (NO_ID, Some("beta"))], vec![found(&alpha)]),
        (&[(a, None), (NO_ID, None)], vec![found(&alpha)]),
        (&[(NO_ID, Some("alpha")), (NO_ID, Some("alpha"))], vec![found(&alpha)]),
        (&[(NO_ID, Some(""))], vec![refused(INVALID_TOPIC_EXCEPTION, "", NO_ID)]),
        (
            &[(NO_ID, Some("")), (NO_ID, Some("alpha"))],
            vec![found(&alpha), refused(INVALID_TOPIC_EXCEPTION, "", NO_ID)],
        ),
    ];
    for shard in 0..shards {
        let mut connection = broker.connect(shard);
        for version in [12, 13] {
            for (asked, told) in &rows {
                assert_eq!(
                    metadata(&mut connection, version, asked),
                    *told,
                    "v{version} {asked:?}"
                );
            }
        }
    }
    if against_kafka() {
        // There it is an error of the server's.
        return;
    }
    let nothing = [(NO_ID, None), (NO_ID, Some("alpha"))];
    let told = metadata(&mut broker.connect(0), 12, &nothing);
    let (one, two) =
        (refused(INVALID_REQUEST, "", NO_ID), refused(INVALID_REQUEST, "alpha", NO_ID));
    assert_eq!(told, [one, two]);
}

fn metadata_of_old_versions_takes_no_ids(test: &str, shards: usize) {
    let (broker, alpha, _) = start(test, shards);
    let a = alpha.id;
    let rows: [Row<'_>; 6] = [
        (&[(a, None)], vec![refused(INVALID_REQUEST, "", a)]),
        (&[(a, Some(""))], vec![refused(INVALID_REQUEST, "", a)]),
        (&[(a, Some("alpha"))], vec![refused(INVALID_REQUEST, "alpha", a)]),
        (&[(NO_ID, None)], vec![refused(INVALID_REQUEST, "", NO_ID)]),
        (
            &[(NO_ID, None), (NO_ID, Some("alpha"))],
            vec![refused(INVALID_REQUEST, "", NO_ID), refused(INVALID_REQUEST, "alpha", NO_ID)],
        ),
        (&[(NO_ID, Some("alpha"))], vec![found(&alpha)]),
    ];
    let mut connection = broker.connect(0);
    for version in [10, 11] {
        for (asked, told) in &rows {
            assert_eq!(metadata(&mut connection, version, asked), *told, "v{version} {asked:?}");
        }
    }
}

fn metadata_creates_no_topic_beside_an_id(test: &str, shards: usize) {
    let (broker, alpha, _) = start(test, shards);
    let mut connection = broker.connect(0);
    for (place, id) in [alpha.id, STRANGE_ID].into_iter().enumerate() {
        let (one, two) = (format!("beside-{place}"), format!("named-{place}"));
        metadata(&mut connection, 12, &[(id, Some(&one)), (NO_ID, Some(&two))]);
        for name in [one, two] {
            assert!(Topic::find(&mut connection, &name).is_none(), "{name}");
        }
    }
}

/// Produce v13, Fetch v13, OffsetCommit v10 and OffsetFetch v10 have an id and no name.
fn records_and_offsets_go_by_the_id_alone(test: &str, shards: usize) {
    let (broker, alpha, _) = start(test, shards);
    let batch = Builder::default().values(&["x"]);
    let topic_of = |id| Topic { id, ..alpha.clone() };
    let cases = [(alpha.id, 0), (NO_ID, UNKNOWN_TOPIC_ID), (STRANGE_ID, UNKNOWN_TOPIC_ID)];
    for (id, code) in cases {
        let topic = topic_of(id);
        let mut connection = alpha.connect(&broker, 0);
        let produced = connection.call(PRODUCE_BY_ID, &produce_request(&topic, 0, -1, &batch));
        let answer = &produced.responses[0];
        let told = (answer.topic_id, answer.partition_responses[0].error_code);
        assert_eq!(told, (id, code), "Produce");
        for version in 13..=17 {
            let bounds = Bounds { max_wait_ms: 0, ..Bounds::default() };
            let fetched = connection.call(version, &fetch::request(&topic, 0, 0, bounds));
            assert_eq!(fetched.error_code, 0, "Fetch v{version}");
            let answer = &fetched.responses[0];
            let told = (answer.topic_id, answer.partitions[0].error_code);
            assert_eq!(told, (id, code), "Fetch v{version}");
        }
        let mut connection = group::connect(&broker, "by-id");
        let commit = commit_of("", id);
        let answer = connection.call(10, &commit);
        let told = (answer.topics[0].topic_id, answer.topics[0].partitions[0].error_code);
        assert_eq!(told, (id, code), "OffsetCommit");
        let answer = connection.call(10, &fetch_of("", id));
        let told = &answer.groups[0].topics[0];
        assert_eq!((told.topic_id, told.partitions[0].error_code), (id, code), "OffsetFetch");
    }
}

fn commit_of(name: &'static str, id: Uuid) -> OffsetCommitRequest<'static> {
    OffsetCommitRequest {
        group_id: "by-id".into(),
        topics: vec![OffsetCommitRequestTopic {
            name: name.into(),
            topic_id: id,
            partitions: vec![OffsetCommitRequestPartition {
                committed_offset: 1,
                committed_metadata: Some("".into()),
                ..Default::default()
            }],
        }],
        ..Default::default()
    }
}

fn fetch_of(name: &'static str, id: Uuid) -> OffsetFetchRequest<'static> {
    OffsetFetchRequest {
        groups: vec![OffsetFetchRequestGroup {
            group_id: "by-id".into(),
            member_epoch: -1,
            topics: Some(vec![OffsetFetchRequestTopics {
                name: name.into(),
                topic_id: id,
                partition_indexes: vec![0],
            }]),
            ..Default::default()
        }],
        ..Default::default()
    }
}

/// Where topics have names alone, an empty one is none.
fn names_that_are_empty_are_no_topics(test: &str, shards: usize) {
    let (broker, alpha, _) = start(test, shards);
    let nameless = Topic { name: String::new(), ..alpha.clone() };
    let mut connection = alpha.connect(&broker, 0);
    let batch = Builder::default().values(&["x"]);
    let answer = connection.call(12, &produce_request(&nameless, 0, -1, &batch));
    let told = answer.responses[0].partition_responses[0].error_code;
    assert_eq!(told, UNKNOWN_TOPIC_OR_PARTITION, "Produce");
    let bounds = Bounds { max_wait_ms: 0, ..Bounds::default() };
    let answer = connection.call(12, &fetch::request(&nameless, 0, 0, bounds));
    let told = answer.responses[0].partitions[0].error_code;
    assert_eq!(told, UNKNOWN_TOPIC_OR_PARTITION, "Fetch");
    let request = DescribeTopicPartitionsRequest {
        topics: vec![TopicRequest { name: "".into() }],
        response_partition_limit: 10,
        ..Default::default()
    };
    let answer = connection.call(0, &request);
    let told = &answer.topics[0];
    // There it is an error of the server's.
    let code = if against_kafka() { -1 } else { INVALID_TOPIC_EXCEPTION };
    assert_eq!((told.error_code, told.name.as_deref()), (code, Some("")));
    let mut connection = group::connect(&broker, "by-id");
    let answer = connection.call(9, &commit_of("", alpha.id));
    assert_eq!(answer.topics[0].partitions[0].error_code, UNKNOWN_TOPIC_OR_PARTITION);
    let answer = connection.call(9, &fetch_of("", alpha.id));
    let told = &answer.groups[0].topics[0].partitions[0];
    assert_eq!((told.error_code, told.committed_offset), (0, -1), "OffsetFetch");
}

/// ConsumerGroupHeartbeat: null leaves a thing as it was, empty is a value, and often a bad one.
fn heartbeats_tell_empty_from_null(test: &str, shards: usize) {
    let (broker, ..) = start(test, shards);
    let names = |names: &[&'static str]| Some(names.iter().map(|name| (*name).into()).collect());
    let first = || ConsumerGroupHeartbeatRequest {
        group_id: "beats".into(),
        member_id: "member".into(),
        member_epoch: 0,
        rebalance_timeout_ms: 10_000,
        subscribed_topic_names: names(&["alpha"]),
        topic_partitions: Some(Vec::new()),
        ..Default::default()
    };
    let rows: [(&str, ConsumerGroupHeartbeatRequest<'_>, i16); 12] = [
        (
            "group",
            ConsumerGroupHeartbeatRequest { group_id: "".into(), ..first() },
            INVALID_REQUEST,
        ),
        (
            "member",
            ConsumerGroupHeartbeatRequest { member_id: "".into(), ..first() },
            INVALID_REQUEST,
        ),
        (
            "instance",
            ConsumerGroupHeartbeatRequest { instance_id: Some("".into()), ..first() },
            INVALID_REQUEST,
        ),
        (
            "rack",
            ConsumerGroupHeartbeatRequest { rack_id: Some("".into()), ..first() },
            INVALID_REQUEST,
        ),
        (
            "assignor",
            ConsumerGroupHeartbeatRequest { server_assignor: Some("".into()), ..first() },
            UNSUPPORTED_ASSIGNOR,
        ),
        (
            "partitions null",
            ConsumerGroupHeartbeatRequest { topic_partitions: None, ..first() },
            INVALID_REQUEST,
        ),
        (
            "names null",
            ConsumerGroupHeartbeatRequest { subscribed_topic_names: None, ..first() },
            INVALID_REQUEST,
        ),
        (
            "regex empty",
            ConsumerGroupHeartbeatRequest {
                subscribed_topic_names: None,
                subscribed_topic_regex: Some("".into()),
                ..first()
            },
            0,
        ),
        (
            "names empty",
            ConsumerGroupHeartbeatRequest {
                member_id: "m2".into(),
                subscribed_topic_names: names(&[]),
                ..first()
            },
            0,
        ),
        (
            "a name empty",
            ConsumerGroupHeartbeatRequest {
                member_id: "m3".into(),
                subscribed_topic_names: names(&[""]),
                ..first()
            },
            0,
        ),
        (
            "both",
            ConsumerGroupHeartbeatRequest {
                member_id: "m4".into(),
                subscribed_topic_regex: Some("be.*".into()),
                ..first()
            },
            0,
        ),
        ("names", ConsumerGroupHeartbeatRequest { member_id: "m5".into(), ..first() }, 0),
    ];
    for (what, request, code) in &rows {
        // A group without a name has a coordinator, too, which is asked first here.
        let mut coordinator = group::connect(&broker, &request.group_id);
        let answer = coordinator.call(1, request);
        assert_eq!(answer.error_code, *code, "{what}: {:?}", answer.error_message);
    }
}

/// `Admin.describeTopics(TopicCollection.ofTopicIds(…))`, and a consumer of KIP-848, which knows
/// its partitions by ids until it has asked for their names.
fn java_finds_topics_by_their_ids(test: &str, shards: usize) {
    let (broker, alpha, _) = start(test, shards);
    let mut connection = alpha.connect(&broker, 1);
    let batch = Builder::default().values(&["by its id"]);
    topic::produce_ok(&mut connection, &alpha, 1, &batch);
    let source = repository().join("tests/kafka/TopicIds.java");
    let mut program = java("-Xmx256M", source.to_str().expect("a UTF-8 path"));
    program.args([broker.bootstrap().as_str(), "alpha", r"(?i)A\pL+"]);
    let told = command::run(program, b"", Duration::from_secs(60)).ok();
    told.must_have("described alpha 2").must_have("read alpha by its id");
}
