//! Answers leave in the order of the requests, also behind a fetch that waits.

use crate::on_one_and_two_shards;
use crate::support::batch::Builder;
use crate::support::broker::{Broker, Options};
use crate::support::connection::{Connection, correlation_of, decode};
use crate::support::fetch::{self, Bounds, FETCH_BY_NAME};
use crate::support::random::Random;
use crate::support::topic::{self, PRODUCE_BY_NAME, Topic, produce_request};
use std::time::{Duration, Instant};
use wire::messages::api_versions_request::ApiVersionsRequest;
use wire::messages::create_topics_request::CreateTopicsRequest;
use wire::messages::describe_cluster_request::DescribeClusterRequest;
use wire::messages::fetch_request::FetchRequest;
use wire::messages::metadata_request::MetadataRequest;

on_one_and_two_shards!(
    answers_keep_order_behind_a_long_poll,
    a_long_poll_ends_when_a_record_comes,
    a_long_poll_ends_in_time,
    random_mixes_keep_order,
);

fn must_come_in_order(connection: &mut Connection, sent: &[i32]) {
    let came: Vec<i32> =
        sent.iter().map(|_| correlation_of(&connection.receive().expect("an answer"))).collect();
    assert_eq!(came, sent);
}

/// Sends one of many kinds of request; those that change anything change only `topic`.
fn send_any(connection: &mut Connection, topic: &Topic, kind: u64, wait_ms: i32) -> i32 {
    let batch = Builder::default().values(&["x"]);
    let bounds = Bounds { max_wait_ms: wait_ms, min_bytes: 1 << 20, max_bytes: 1 << 20 };
    match kind % 8 {
        0 => connection.send(FETCH_BY_NAME, &fetch::request(topic, 0, 0, bounds)),
        1 => connection.send(PRODUCE_BY_NAME, &produce_request(topic, 0, -1, &batch)),
        2 => connection.send(12, &MetadataRequest::default()),
        3 => connection.send(0, &ApiVersionsRequest::default()),
        4 => connection.send(1, &DescribeClusterRequest::default()),
        5 => connection.send(
            3,
            &ApiVersionsRequest {
                client_software_name: "tests".into(),
                client_software_version: "1".into(),
                ..Default::default()
            },
        ),
        6 => connection.send(7, &CreateTopicsRequest::default()),
        _ => connection.send(PRODUCE_BY_NAME, &produce_request(topic, 77, -1, &batch)),
    }
    .expect("a request")
}

fn answers_keep_order_behind_a_long_poll(test: &str, shards: usize) {
    let broker = Broker::start(test, Options::shards(shards));
    let empty = Topic::create(&broker, "empty", 1, &[]);
    let other = Topic::create(&broker, "other", 1, &[]);
    let mut connection = empty.connect(&broker, 0);
    let from = Instant::now();
    let bounds = Bounds { max_wait_ms: 1000, ..Bounds::default() };
    let fetch = fetch::request(&empty, 0, 0, bounds);
    let mut sent = vec![connection.send(FETCH_BY_NAME, &fetch).expect("a fetch")];
    for kind in 1..8 {
        sent.push(send_any(&mut connection, &other, kind, 0));
    }
    must_come_in_order(&mut connection, &sent);
    assert!(from.elapsed() >= Duration::from_millis(900), "the fetch has waited");
    assert!(from.elapsed() < Duration::from_secs(4), "{:?}", from.elapsed());
}

fn a_long_poll_ends_when_a_record_comes(test: &str, shards: usize) {
    let broker = Broker::start(test, Options::shards(shards));
    let topic = Topic::create(&broker, "woken", 1, &[]);
    let mut reader = topic.connect(&broker, 0);
    let mut writer = topic.connect(&broker, 0);
    for offset in 0..5 {
        let bounds = Bounds { max_wait_ms: 15_000, ..Bounds::default() };
        reader.send(FETCH_BY_NAME, &fetch::request(&topic, 0, offset, bounds)).expect("a fetch");
        let behind = reader.send(0, &ApiVersionsRequest::default()).expect("a request behind it");
        std::thread::sleep(Duration::from_millis(100));
        let from = Instant::now();
        topic::produce_ok(&mut writer, &topic, 0, &Builder::default().values(&["wake up"]));
        let answer = reader.receive().expect("the fetch's answer");
        assert!(from.elapsed() < Duration::from_secs(2), "woken after {:?}", from.elapsed());
        let fetched = decode::<FetchRequest<'_>>(FETCH_BY_NAME, &answer);
        let partition = &fetched.responses[0].partitions[0];
        assert_eq!(partition.high_watermark, offset + 1);
        assert!(!partition.records.as_deref().unwrap_or_default().is_empty());
        assert_eq!(correlation_of(&reader.receive().expect("an answer")), behind);
    }
}

fn a_long_poll_ends_in_time(test: &str, shards: usize) {
    let broker = Broker::start(test, Options::shards(shards));
    let topic = Topic::create(&broker, "patient", 1, &[]);
    let mut connection = topic.connect(&broker, 0);
    topic::produce_ok(&mut connection, &topic, 0, &Builder::default().values(&["small"]));
    for wait_ms in [0, 100, 700] {
        // There is something, but less than the minimum.
        let bounds = Bounds { max_wait_ms: wait_ms, min_bytes: 100_000, max_bytes: 1 << 20 };
        let from = Instant::now();
        let fetched = fetch::fetch(&mut connection, &topic, 0, 0, bounds);
        let waited = from.elapsed();
        assert!(waited >= Duration::from_millis(wait_ms as u64), "{wait_ms} ms: {waited:?}");
        assert!(waited < Duration::from_millis(wait_ms as u64 + 700), "{wait_ms} ms: {waited:?}");
        assert_eq!(fetched.batches().len(), 1, "what there is comes at the end of the wait");
    }
}

fn random_mixes_keep_order(test: &str, shards: usize) {
    let mut random = Random::from_environment(test);
    let broker = Broker::start(test, Options::shards(shards));
    let topic = Topic::create(&broker, "mixed", 1, &[]);
    for _ in 0..20 {
        let mut connection = topic.connect(&broker, 0);
        let count = 1 + random.below(12);
        let sent: Vec<i32> = (0..count)
            .map(|_| {
                let wait_ms = random.below(60) as i32;
                send_any(&mut connection, &topic, random.next(), wait_ms)
            })
            .collect();
        must_come_in_order(&mut connection, &sent);
    }
}
