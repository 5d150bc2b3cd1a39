//! The rules of fetch: whole batches, the first batch always, bounds of the log, sessions.

use crate::on_one_and_two_shards;
use crate::support::batch::{Builder, now_ms};
use crate::support::broker::{Broker, Options};
use crate::support::connection::Connection;
use crate::support::fetch::{self, Bounds, FETCH_BY_NAME, fetch, read_all};
use crate::support::topic::{self, LATEST, Topic};
use crate::support::{batch, eventually};
use std::time::Duration;
use wire::messages::fetch_request::{FetchPartition, FetchRequest, FetchTopic};
use wire::messages::fetch_response::FetchResponse;
use wire::messages::offset_for_leader_epoch_request::{
    OffsetForLeaderEpochRequest, OffsetForLeaderPartition, OffsetForLeaderTopic,
};

on_one_and_two_shards!(
    batches_come_whole,
    several_partitions_are_read_from_the_disk_at_once,
    offsets_outside_the_log_are_named,
    retention_by_size_moves_the_start,
    retention_by_time_moves_the_start,
    sessions_tell_only_what_is_new,
    epochs_are_told,
);

const OFFSET_OUT_OF_RANGE: i16 = 1;
const FETCH_SESSION_ID_NOT_FOUND: i16 = 70;
const INVALID_FETCH_SESSION_EPOCH: i16 = 71;
const FENCED_LEADER_EPOCH: i16 = 74;
const UNKNOWN_LEADER_EPOCH: i16 = 75;

fn now(max_bytes: i32) -> Bounds {
    Bounds { max_wait_ms: 0, max_bytes, ..Bounds::default() }
}

fn batches_come_whole(test: &str, shards: usize) {
    let broker = Broker::start(test, Options::shards(shards));
    let topic = Topic::create(&broker, "whole", 1, &[]);
    let mut connection = topic.connect(&broker, 0);
    for _ in 0..3 {
        let batch = Builder::default().values(&vec![vec![b'x'; 1000]; 10]);
        topic::produce_ok(&mut connection, &topic, 0, &batch);
    }
    // From the middle of a batch: all of it. A limit below its size: it comes nevertheless.
    for (offset, base) in [(0, 0), (3, 0), (9, 0), (10, 10), (25, 20)] {
        for max_bytes in [1, 100, 10_000] {
            let fetched = fetch(&mut connection, &topic, 0, offset, now(max_bytes));
            assert_eq!(fetched.error_code, 0);
            let batches = fetched.batches();
            assert_eq!(batches.len(), 1, "at {offset}, at most {max_bytes} bytes");
            assert_eq!(batches[0].base_offset(), base);
        }
    }
    let fetched = fetch(&mut connection, &topic, 0, 5, now(25_000));
    assert_eq!(fetched.batches().len(), 2, "as many as the limit allows");
    assert_eq!(fetch(&mut connection, &topic, 0, 5, now(1 << 20)).batches().len(), 3);
}

/// Their reads come back in any order, and none may be missed.
fn several_partitions_are_read_from_the_disk_at_once(test: &str, shards: usize) {
    let mut broker = Broker::start(test, Options::shards(shards));
    let topic = Topic::create(&broker, "cold", 4 * shards as i32, &[]);
    let mine: Vec<i32> = (0..)
        .zip(&topic.shards)
        .filter(|(_, shard)| **shard == 0)
        .map(|(index, _)| index)
        .collect();
    assert_eq!(mine.len(), 4, "placement is balanced");
    let mut writer = broker.connect(0);
    let batch = Builder::default().values(&vec![vec![b'x'; 10_000]; 10]);
    for partition in &mine {
        for _ in 0..40 {
            topic::produce_ok(&mut writer, &topic, *partition, &batch);
        }
    }
    // Nothing is in memory after a start.
    broker.stop();
    broker.start_again();
    let mut reader = broker.connect(0);
    let mut offsets = [0; 4];
    while offsets.iter().any(|offset| *offset < 400) {
        let bounds = Bounds { max_bytes: 4 << 20, ..Bounds::default() };
        let mut request = fetch::request(&topic, mine[0], 0, bounds);
        let partition = request.topics[0].partitions[0].clone();
        request.topics[0].partitions = (0..4)
            .map(|place| FetchPartition {
                partition: mine[place],
                fetch_offset: offsets[place],
                partition_max_bytes: 1 << 20,
                ..partition.clone()
            })
            .collect();
        reader.send(FETCH_BY_NAME, &request).expect("a fetch request");
        let answer = reader.receive().expect("the answer to a fetch of four partitions");
        let answer = crate::support::connection::decode::<FetchRequest<'_>>(FETCH_BY_NAME, &answer);
        for told in &answer.responses[0].partitions {
            assert_eq!(told.error_code, 0);
            let place = mine.iter().position(|index| *index == told.partition_index);
            let place = place.expect("a partition that was asked for");
            for batch in batch::batches(told.records.as_deref().unwrap_or_default()) {
                assert_eq!(batch.base_offset(), offsets[place]);
                offsets[place] += 10;
            }
        }
    }
}

fn offsets_outside_the_log_are_named(test: &str, shards: usize) {
    let broker = Broker::start(test, Options::shards(shards));
    let topic = Topic::create(&broker, "bounded", 1, &[]);
    let mut connection = topic.connect(&broker, 0);
    for offset in [1, 100, i64::MAX, -1] {
        let fetched = fetch(&mut connection, &topic, 0, offset, now(1000));
        assert_eq!(fetched.error_code, OFFSET_OUT_OF_RANGE, "at {offset} of an empty log");
        assert!(fetched.records.is_empty());
    }
    topic::produce_ok(&mut connection, &topic, 0, &Builder::default().values(&["a", "b"]));
    let end = fetch(&mut connection, &topic, 0, 2, now(1000));
    assert_eq!((end.error_code, end.records.len()), (0, 0), "at the end");
    assert_eq!(fetch(&mut connection, &topic, 0, 3, now(1000)).error_code, OFFSET_OUT_OF_RANGE);
}

fn retention_by_size_moves_the_start(test: &str, shards: usize) {
    let check = "log.retention.check.interval.ms";
    let mut broker = Broker::start(test, Options::shards(shards).set(check, "200"));
    let configs = [("segment.bytes", "1048576"), ("retention.bytes", "2097152")];
    let topic = Topic::create(&broker, "short", 1, &configs);
    let mut connection = topic.connect(&broker, 0);
    let batch = Builder::default().values(&vec![vec![b'x'; 1000]; 100]);
    for _ in 0..80 {
        topic::produce_ok(&mut connection, &topic, 0, &batch);
    }
    let earliest = |connection: &mut Connection| topic::offset_for(connection, &topic, 0, -2);
    // 8 MB in segments of 1 MiB, of which 2 MiB and the open one may stay.
    eventually("old segments are gone", Duration::from_secs(60), || {
        earliest(&mut connection) >= 4000
    });
    let start = earliest(&mut connection);
    assert!(start <= 6500, "more than was asked for is gone: {start}");
    assert_eq!(fetch(&mut connection, &topic, 0, 0, now(1000)).error_code, OFFSET_OUT_OF_RANGE);
    assert_eq!(read_all(&mut connection, &topic, 0, start, |_| {}), 8000);
    broker.stop();
    broker.start_again();
    let mut connection = topic.connect(&broker, 0);
    assert!(earliest(&mut connection) >= start, "what was deleted stays deleted");
    assert_eq!(topic::offset_for(&mut connection, &topic, 0, LATEST), 8000);
}

fn retention_by_time_moves_the_start(test: &str, shards: usize) {
    let check = "log.retention.check.interval.ms";
    let mut broker = Broker::start(test, Options::shards(shards).set(check, "200"));
    let configs = [("segment.bytes", "1048576"), ("retention.ms", "3600000")];
    let topic = Topic::create(&broker, "aged", 1, &configs);
    let mut connection = topic.connect(&broker, 0);
    let values = vec![vec![b'x'; 1000]; 100];
    let two_hours_ms = 2 * 3_600_000;
    let old = Builder { timestamp_ms: now_ms() - two_hours_ms, ..Builder::default() };
    let (old, fresh) = (old.values(&values), Builder::default().values(&values));
    for batch in std::iter::repeat_n(&old, 40).chain(std::iter::repeat_n(&fresh, 40)) {
        topic::produce_ok(&mut connection, &topic, 0, batch);
    }
    let earliest = |connection: &mut Connection| topic::offset_for(connection, &topic, 0, -2);
    // A segment goes when its newest record is too old; one has records of both kinds.
    eventually("old segments are gone", Duration::from_secs(60), || {
        earliest(&mut connection) >= 2500
    });
    let start = earliest(&mut connection);
    assert!(start <= 4000, "a fresh record is gone: {start}");
    assert_eq!(fetch(&mut connection, &topic, 0, 0, now(1000)).error_code, OFFSET_OUT_OF_RANGE);
    assert_eq!(read_all(&mut connection, &topic, 0, start, |_| {}), 8000);
    broker.kill();
    broker.start_again();
    let mut connection = topic.connect(&broker, 0);
    // The kill may have come before the disk had the new start: then it is found again.
    eventually("what was deleted is gone again", Duration::from_secs(60), || {
        earliest(&mut connection) >= start
    });
}

/// One fetch in a session.
struct Session<'a> {
    connection: Connection,
    topic: &'a Topic,
    id: i32,
    epoch: i32,
}

impl Session<'_> {
    fn fetch(&mut self, partitions: &[(i32, i64)]) -> FetchResponse<'static> {
        let partitions: Vec<FetchPartition> = partitions
            .iter()
            .map(|(partition, offset)| FetchPartition {
                partition: *partition,
                current_leader_epoch: -1,
                fetch_offset: *offset,
                last_fetched_epoch: -1,
                log_start_offset: -1,
                partition_max_bytes: 1 << 20,
                ..FetchPartition::default()
            })
            .collect();
        let topics = if partitions.is_empty() {
            Vec::new()
        } else {
            let topic = self.topic.name.as_str().into();
            vec![FetchTopic { topic, partitions, ..FetchTopic::default() }]
        };
        let request = FetchRequest {
            replica_id: -1,
            max_wait_ms: 0,
            min_bytes: 0,
            max_bytes: 1 << 20,
            session_id: self.id,
            session_epoch: self.epoch,
            topics,
            ..FetchRequest::default()
        };
        self.connection.call(FETCH_BY_NAME, &request)
    }
}

/// Partition, error and number of batches of each answer.
fn told(response: &FetchResponse<'_>) -> Vec<(i32, i16, usize)> {
    let mut told: Vec<_> = response
        .responses
        .iter()
        .flat_map(|topic| &topic.partitions)
        .map(|partition| {
            let records = partition.records.as_deref().unwrap_or_default();
            (partition.partition_index, partition.error_code, batch::positions(records).len())
        })
        .collect();
    told.sort_unstable();
    told
}

fn sessions_tell_only_what_is_new(test: &str, shards: usize) {
    let broker = Broker::start(test, Options::shards(shards));
    let topic = Topic::create(&broker, "session", 3 * shards as i32, &[]);
    // Three partitions of one shard.
    let mine: Vec<i32> = (0..topic.shards.len() as i32)
        .filter(|partition| topic.shards[*partition as usize] == 0)
        .take(3)
        .collect();
    assert_eq!(mine.len(), 3, "placement is balanced");
    let mut writer = broker.connect(0);
    let value = Builder::default().values(&["x"]);
    topic::produce_ok(&mut writer, &topic, mine[0], &value);

    let mut session = Session { connection: broker.connect(0), topic: &topic, id: 0, epoch: 0 };
    let first = session.fetch(&mine.iter().map(|partition| (*partition, 0)).collect::<Vec<_>>());
    assert_eq!(first.error_code, 0);
    assert_eq!(told(&first), [(mine[0], 0, 1), (mine[1], 0, 0), (mine[2], 0, 0)]);
    assert_ne!(first.session_id, 0, "a session is made");
    session.id = first.session_id;
    session.epoch = 1;
    // The reader has gone on in the first partition; nothing is new.
    let second = session.fetch(&[(mine[0], 1)]);
    assert_eq!((second.error_code, told(&second)), (0, vec![]));
    topic::produce_ok(&mut writer, &topic, mine[2], &value);
    session.epoch = 2;
    let third = session.fetch(&[]);
    assert_eq!((third.error_code, told(&third)), (0, vec![(mine[2], 0, 1)]));
    // The same epoch again, and a session that there is not.
    let again = session.fetch(&[]);
    assert_eq!(again.error_code, INVALID_FETCH_SESSION_EPOCH);
    session.id += 1;
    session.epoch = 3;
    assert_eq!(session.fetch(&[]).error_code, FETCH_SESSION_ID_NOT_FOUND);
    // Without a session all partitions are told, always.
    (session.id, session.epoch) = (0, -1);
    let without = session.fetch(&[(mine[1], 0)]);
    assert_eq!((without.session_id, told(&without)), (0, vec![(mine[1], 0, 0)]));
}

fn epochs_are_told(test: &str, shards: usize) {
    let broker = Broker::start(test, Options::shards(shards));
    let topic = Topic::create(&broker, "epochs", 1, &[]);
    let mut connection = topic.connect(&broker, 0);
    topic::produce_ok(&mut connection, &topic, 0, &Builder::default().values(&["a", "b"]));
    let metadata = topic::metadata(&mut connection, Some(&["epochs"]));
    let epoch = metadata.topics[0].partitions[0].leader_epoch;
    assert!(epoch >= 0);
    let mut end_of = |asked: i32, current: i32| {
        let request = OffsetForLeaderEpochRequest {
            replica_id: -1,
            topics: vec![OffsetForLeaderTopic {
                topic: "epochs".into(),
                partitions: vec![OffsetForLeaderPartition {
                    partition: 0,
                    current_leader_epoch: current,
                    leader_epoch: asked,
                    ..Default::default()
                }],
                ..Default::default()
            }],
            ..Default::default()
        };
        let response = connection.call(4, &request);
        let answer = &response.topics[0].partitions[0];
        (answer.error_code, answer.leader_epoch, answer.end_offset)
    };
    assert_eq!(end_of(epoch, epoch), (0, epoch, 2));
    assert_eq!(end_of(epoch + 5, -1), (0, -1, -1), "a future epoch");
    assert_eq!(end_of(epoch, epoch + 1).0, UNKNOWN_LEADER_EPOCH);
    if epoch > 0 {
        assert_eq!(end_of(epoch, epoch - 1).0, FENCED_LEADER_EPOCH);
    }
    let mut request = fetch::request(&topic, 0, 0, now(1000));
    request.topics[0].partitions[0].current_leader_epoch = epoch + 1;
    let response = connection.call(FETCH_BY_NAME, &request);
    assert_eq!(response.responses[0].partitions[0].error_code, UNKNOWN_LEADER_EPOCH);
}
