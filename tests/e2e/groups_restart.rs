//! Many commits compact to what they left, and a start reads that, whole and fast.
//!
//! TIDEMILL_TEST_COMMITS=10000000 makes it the full scale; the times are printed.

use crate::on_one_and_two_shards;
use crate::support::broker::Broker;
use crate::support::connection::{Connection, decode, frame};
use crate::support::eventually;
use crate::support::files::files_below;
use crate::support::group;
use crate::support::topic::Topic;
use std::io::Write;
use std::time::{Duration, Instant};
use wire::messages::offset_commit_request::{
    OffsetCommitRequestPartition, OffsetCommitRequestTopic,
};
use wire::messages::offset_fetch_request::{OffsetFetchRequestGroup, OffsetFetchRequestTopics};
use wire::messages::*;

on_one_and_two_shards!(commits_compact_to_the_live_set_and_a_start_reads_it);

const GROUPS: i64 = 20;
const PARTITIONS: i32 = 50;
/// Each commits an offset for every partition.
const REQUESTS_IN_FLIGHT: i64 = 20;
const SEGMENT_BYTES: u64 = 1 << 20;

fn commits() -> i64 {
    let count = std::env::var("TIDEMILL_TEST_COMMITS");
    count.map_or(300_000, |count| count.parse().expect("TIDEMILL_TEST_COMMITS is a number"))
}

fn commit(group: &str, topic: &Topic, offset: i64) -> OffsetCommitRequest<'static> {
    let partitions = (0..PARTITIONS).map(|partition_index| OffsetCommitRequestPartition {
        partition_index,
        committed_offset: offset + i64::from(partition_index),
        committed_leader_epoch: -1,
        committed_metadata: Some("as far as it got".into()),
    });
    OffsetCommitRequest {
        group_id: group.to_owned().into(),
        generation_id_or_member_epoch: -1,
        retention_time_ms: -1,
        topics: vec![OffsetCommitRequestTopic {
            name: topic.name.clone().into(),
            partitions: partitions.collect(),
            ..Default::default()
        }],
        ..Default::default()
    }
}

/// Commits offsets 0 to `rounds` one after the other, several in flight.
fn commit_all(broker: &Broker, group: &str, topic: &Topic, rounds: i64) {
    let mut connection = group::connect(broker, group);
    let mut answered = 0;
    for round in 0..rounds + REQUESTS_IN_FLIGHT {
        if round < rounds {
            let bytes = frame(8, 0, &commit(group, topic, round));
            connection.stream.write_all(&bytes).expect("a request");
        }
        if round >= REQUESTS_IN_FLIGHT || round >= rounds {
            if answered == rounds {
                break;
            }
            take_answer(&mut connection);
            answered += 1;
        }
    }
    assert_eq!(answered, rounds);
}

fn take_answer(connection: &mut Connection) {
    let answer = connection.receive().expect("an answer");
    let answer = decode::<OffsetCommitRequest<'_>>(8, &answer);
    let told = &answer.topics[0].partitions;
    assert_eq!(told.len(), PARTITIONS as usize);
    assert!(told.iter().all(|partition| partition.error_code == 0), "{answer:?}");
}

fn must_have(broker: &Broker, group: &str, topic: &Topic, offset: i64) {
    let mut connection = group::connect(broker, group);
    let request = OffsetFetchRequest {
        groups: vec![OffsetFetchRequestGroup {
            group_id: group.to_owned().into(),
            member_epoch: -1,
            topics: Some(vec![OffsetFetchRequestTopics {
                name: topic.name.clone().into(),
                partition_indexes: (0..PARTITIONS).collect(),
                ..Default::default()
            }]),
            ..Default::default()
        }],
        ..Default::default()
    };
    let told = connection.call(8, &request);
    assert_eq!(told.groups[0].error_code, 0);
    for told in &told.groups[0].topics[0].partitions {
        let expected = offset + i64::from(told.partition_index);
        assert_eq!(told.committed_offset, expected, "{group}, {}", told.partition_index);
        assert_eq!(told.metadata.as_deref(), Some("as far as it got"));
    }
}

/// What the log files of `__consumer_offsets` hold.
fn log_bytes(broker: &Broker) -> u64 {
    let logs = (0..broker.options.shards).flat_map(|shard| files_below(&broker.shard_dir(shard)));
    let logs = logs.filter(|path| {
        let is_log = path.extension().is_some_and(|extension| extension == "log");
        is_log && path.to_string_lossy().contains("/__consumer_offsets-")
    });
    logs.filter_map(|path| path.metadata().ok()).map(|meta| meta.len()).sum()
}

fn commits_compact_to_the_live_set_and_a_start_reads_it(test: &str, shards: usize) {
    let options = group::options(shards)
        .set("offsets.topic.num.partitions", &shards.to_string())
        .set("offsets.topic.segment.bytes", &SEGMENT_BYTES.to_string())
        .set("log.cleaner.backoff.ms", "100")
        .set("log.cleaner.min.cleanable.ratio", "0.01")
        .set("log.segment.delete.delay.ms", "100");
    let mut broker = Broker::start(test, options);
    let topic = Topic::create(&broker, "live", PARTITIONS, &[]);
    let rounds = commits() / GROUPS / i64::from(PARTITIONS);
    let names: Vec<String> = (0..GROUPS).map(|number| format!("reader-{number}")).collect();
    let from = Instant::now();
    std::thread::scope(|scope| {
        for name in &names {
            scope.spawn(|| commit_all(&broker, name, &topic, rounds));
        }
    });
    println!("{} commits in {:?}, {} bytes", commits(), from.elapsed(), log_bytes(&broker));
    // Of each partition the active segment stays, and before it the live set: 1000 small records.
    let most_bytes = (SEGMENT_BYTES + SEGMENT_BYTES / 4) * shards as u64;
    let from = Instant::now();
    eventually("the commits are compacted", Duration::from_secs(300), || {
        log_bytes(&broker) < most_bytes
    });
    println!("compacted {:?} later: {} bytes", from.elapsed(), log_bytes(&broker));
    for name in &names {
        must_have(&broker, name, &topic, rounds - 1);
    }
    broker.kill();
    let from = Instant::now();
    broker.start_again();
    let started = from.elapsed();
    for name in &names {
        drop(group::connect(&broker, name));
    }
    println!("answers {started:?} after its start, has all groups {:?} after", from.elapsed());
    for name in &names {
        must_have(&broker, name, &topic, rounds - 1);
    }
    // And they go on from there.
    let mut connection = group::connect(&broker, &names[0]);
    let request = commit(&names[0], &topic, 7);
    connection.send(8, &request).expect("a request");
    take_answer(&mut connection);
    must_have(&broker, &names[0], &topic, 7);
}
