//! What happens while a fetch waits beside partitions that are not there. Every expected value is
//! stock Kafka's.

use crate::on_one_and_two_shards;
use crate::support::batch::{Builder, positions};
use crate::support::broker::{Broker, Options};
use crate::support::connection::{Connection, decode};
use crate::support::fetch::{self, Bounds};
use crate::support::topic::{self, Topic};
use std::time::{Duration, Instant};
use wire::Uuid;
use wire::messages::fetch_request::ForgottenTopic;
use wire::messages::{DeleteTopicsRequest, FetchRequest};

on_one_and_two_shards!(
    records_end_a_wait_beside_a_missing_topic,
    a_topic_that_goes_ends_the_wait,
    a_topic_that_comes_does_not,
    a_session_waits_beside_a_missing_topic,
);

const UNKNOWN_TOPIC_OR_PARTITION: i16 = 3;
const UNKNOWN_TOPIC_ID: i16 = 100;
const BY_NAME: i16 = 12;
const BY_ID: i16 = 17;

/// Longer than anything here takes, shorter than a test's patience.
const LONG_MS: i32 = 10_000;
const SOON: Duration = Duration::from_secs(5);
/// Until the fetch is sure to wait.
const PAUSE: Duration = Duration::from_millis(300);

/// Asks for the first partition of each topic, and waits.
fn send(connection: &mut Connection, version: i16, topics: &[&Topic], wait_ms: i32) -> Instant {
    let bounds = Bounds { max_wait_ms: wait_ms, ..Bounds::default() };
    let mut request = fetch::request(topics[0], 0, 0, bounds);
    let others = topics[1..].iter().flat_map(|topic| fetch::request(topic, 0, 0, bounds).topics);
    request.topics.extend(others.collect::<Vec<_>>());
    connection.send(version, &request).expect("a request");
    let sent = Instant::now();
    std::thread::sleep(PAUSE);
    sent
}

/// Code and number of batches of each topic.
fn receive(connection: &mut Connection, version: i16, topics: &[&Topic]) -> Vec<(i16, usize)> {
    let answer = connection.receive().expect("an answer");
    let response = decode::<FetchRequest<'_>>(version, &answer);
    let told = topics.iter().map(|topic| {
        let same = |name: &str, id| if version >= 13 { id == topic.id } else { name == topic.name };
        let told = response.responses.iter().find(|told| same(&told.topic, told.topic_id));
        let told = &told.expect("each topic is answered").partitions[0];
        let records = told.records.as_deref().unwrap_or_default();
        (told.error_code, positions(records).len())
    });
    told.collect()
}

/// A topic whose one partition is led by the same shard as the other's.
fn beside(broker: &Broker, other: &Topic, name: &str) -> Topic {
    let topics = (0..8).map(|place| Topic::create(broker, &format!("{name}-{place}"), 1, &[]));
    let mut beside = topics.filter(|topic| topic.shards == other.shards);
    beside.next().expect("placement is balanced")
}

fn nowhere(name: &str, other: &Topic) -> Topic {
    Topic { name: name.to_owned(), id: Uuid([7; 16]), ..other.clone() }
}

fn records_end_a_wait_beside_a_missing_topic(test: &str, shards: usize) {
    let broker = Broker::start(test, Options::shards(shards));
    for (version, code) in [(BY_NAME, UNKNOWN_TOPIC_OR_PARTITION), (BY_ID, UNKNOWN_TOPIC_ID)] {
        let here = Topic::create(&broker, &format!("here-{version}"), 1, &[]);
        let topics = [&nowhere("missing", &here), &here];
        let mut reader = here.connect(&broker, 0);
        let sent = send(&mut reader, version, &topics, LONG_MS);
        let mut writer = here.connect(&broker, 0);
        topic::produce_ok(&mut writer, &here, 0, &Builder::default().values(&["x"]));
        assert_eq!(receive(&mut reader, version, &topics), [(code, 0), (0, 1)], "v{version}");
        let took = sent.elapsed();
        assert!((PAUSE..SOON).contains(&took), "v{version}: {took:?}");
    }
}

fn a_topic_that_goes_ends_the_wait(test: &str, shards: usize) {
    let broker = Broker::start(test, Options::shards(shards));
    let stays = Topic::create(&broker, "stays", 1, &[]);
    for version in [BY_NAME, BY_ID] {
        let goes = beside(&broker, &stays, &format!("goes-{version}"));
        let topics = [&stays, &goes];
        let mut reader = stays.connect(&broker, 0);
        let sent = send(&mut reader, version, &topics, LONG_MS);
        let request = DeleteTopicsRequest {
            topic_names: vec![goes.name.as_str().into()],
            timeout_ms: 10_000,
            ..Default::default()
        };
        assert_eq!(broker.connect(0).call(5, &request).responses[0].error_code, 0);
        let told = receive(&mut reader, version, &topics);
        assert_eq!(told[0], (0, 0));
        // By its id too, stock Kafka says 3: there a waiting fetch has looked its name up.
        assert!([UNKNOWN_TOPIC_OR_PARTITION, UNKNOWN_TOPIC_ID].contains(&told[1].0), "{told:?}");
        let took = sent.elapsed();
        assert!((PAUSE..SOON).contains(&took), "v{version}: {took:?}");
    }
}

/// It is told of as it was when the fetch came, when that is over.
fn a_topic_that_comes_does_not(test: &str, shards: usize) {
    const WAIT_MS: i32 = 2_000;
    let broker = Broker::start(test, Options::shards(shards));
    let here = Topic::create(&broker, "here", 1, &[]);
    let topics = [&here, &nowhere("comes", &here)];
    let mut reader = here.connect(&broker, 0);
    let sent = send(&mut reader, BY_NAME, &topics, WAIT_MS);
    let comes = Topic::create(&broker, "comes", 1, &[]);
    let mut writer = comes.connect(&broker, 0);
    topic::produce_ok(&mut writer, &comes, 0, &Builder::default().values(&["x"]));
    let told = receive(&mut reader, BY_NAME, &topics);
    assert_eq!(told, [(0, 0), (UNKNOWN_TOPIC_OR_PARTITION, 0)]);
    assert!(sent.elapsed() >= Duration::from_millis(WAIT_MS as u64 - 50), "{:?}", sent.elapsed());
}

/// It is told of each time, and does not end the wait until it is forgotten either.
fn a_session_waits_beside_a_missing_topic(test: &str, shards: usize) {
    const WAIT_MS: i32 = 400;
    let broker = Broker::start(test, Options::shards(shards));
    let here = Topic::create(&broker, "here", 1, &[]);
    let missing = nowhere("missing", &here);
    for (version, code) in [(BY_NAME, UNKNOWN_TOPIC_OR_PARTITION), (BY_ID, UNKNOWN_TOPIC_ID)] {
        let mut connection = here.connect(&broker, 0);
        let bounds = Bounds { max_wait_ms: WAIT_MS, ..Bounds::default() };
        let mut request = fetch::request(&here, 0, 0, bounds);
        request.topics.extend(fetch::request(&missing, 0, 0, bounds).topics);
        let mut told = Vec::new();
        for (epoch, forget) in [(0, false), (1, false), (2, false), (3, true), (4, false)] {
            request.session_epoch = epoch;
            request.forgotten_topics_data.clear();
            if forget {
                request.forgotten_topics_data = vec![ForgottenTopic {
                    topic: missing.name.as_str().into(),
                    topic_id: missing.id,
                    partitions: vec![0],
                }];
            }
            let sent = Instant::now();
            let response = connection.call(version, &request);
            assert!(sent.elapsed() >= Duration::from_millis(WAIT_MS as u64 - 50));
            assert_eq!(response.error_code, 0);
            let partitions = response.responses.iter().flat_map(|topic| &topic.partitions);
            told.push(partitions.map(|one| one.error_code).collect::<Vec<_>>());
            request.session_id = response.session_id;
            request.topics.clear();
        }
        told[0].sort_unstable();
        assert_eq!(told, [vec![0, code], vec![code], vec![code], vec![], vec![]], "v{version}");
    }
}
