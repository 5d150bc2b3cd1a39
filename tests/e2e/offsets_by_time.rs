//! ListOffsets: each special timestamp in each version, of an empty log, a whole one and trimmed
//! ones. Every expected value is stock Kafka's.

use crate::on_one_and_two_shards;
use crate::support::batch::Builder;
use crate::support::broker::{Broker, Options, against_kafka};
use crate::support::connection::Connection;
use crate::support::eventually;
use crate::support::topic::{self, Topic};
use std::collections::BTreeMap;
use std::time::Duration;
use wire::messages::delete_records_request::{DeleteRecordsPartition, DeleteRecordsTopic};
use wire::messages::list_offsets_request::{ListOffsetsPartition, ListOffsetsTopic};
use wire::messages::{DeleteRecordsRequest, ListOffsetsRequest};

on_one_and_two_shards!(special_timestamps_by_version, the_largest_timestamp_outlives_its_record);

/// Which log, the timestamp (+: after the base): code, offset, timestamp, epoch, in which versions.
const ROWS: [&str; 37] = [
    "empty +0: 0 -1 -1 -1 v1-10",
    "empty +2001: 0 -1 -1 -1 v1-10",
    "empty +9001: 0 -1 -1 -1 v1-10",
    "empty -1: 0 0 -1 -1 v1-3",
    "empty -1: 0 0 -1 0 v4-10",
    "empty -2: 0 0 -1 -1 v1-3",
    "empty -2: 0 0 -1 0 v4-10",
    "empty -3: 0 -1 -1 -1 v7-10",
    "empty -3: 35 -1 -1 -1 v1-6",
    "empty -4: 0 0 -1 0 v8-10",
    "empty -4: 35 -1 -1 -1 v1-7",
    "empty -5: 0 -1 -1 -1 v9-10",
    "empty -5: 35 -1 -1 -1 v1-8",
    "empty -6: 35 -1 -1 -1 v1-10",
    "empty -7: 35 -1 -1 -1 v1-10",
    "empty -8: 35 -1 -1 -1 v1-10",
    "empty 0: 0 -1 -1 -1 v1-10",
    "whole +0: 0 0 1000 -1 v1-3",
    "whole +0: 0 0 1000 0 v4-10",
    "whole +2001: 0 6 9000 -1 v1-3",
    "whole +2001: 0 6 9000 0 v4-10",
    "whole +9001: 0 -1 -1 -1 v1-10",
    "whole -1: 0 12 -1 -1 v1-3",
    "whole -1: 0 12 -1 0 v4-10",
    "whole -2: 0 0 -1 -1 v1-3",
    "whole -2: 0 0 -1 0 v4-10",
    "whole -3: 0 6 9000 0 v7-10",
    "whole -3: 35 -1 -1 -1 v1-6",
    "whole -4: 0 0 -1 0 v8-10",
    "whole -4: 35 -1 -1 -1 v1-7",
    "whole -5: 0 -1 -1 -1 v9-10",
    "whole -5: 35 -1 -1 -1 v1-8",
    "whole -6: 35 -1 -1 -1 v1-10",
    "whole -7: 35 -1 -1 -1 v1-10",
    "whole -8: 35 -1 -1 -1 v1-10",
    "whole 0: 0 0 1000 -1 v1-3",
    "whole 0: 0 0 1000 0 v4-10",
];

const BASE_MS: i64 = 1_700_000_000_000;

/// Code, offset, timestamp and epoch, as text.
fn told(connection: &mut Connection, version: i16, topic: &Topic, timestamp: i64) -> String {
    let request = ListOffsetsRequest {
        replica_id: -1,
        topics: vec![ListOffsetsTopic {
            name: topic.name.as_str().into(),
            partitions: vec![ListOffsetsPartition {
                partition_index: 0,
                current_leader_epoch: -1,
                timestamp,
            }],
        }],
        ..Default::default()
    };
    let response = connection.call(version, &request);
    let told = &response.topics[0].partitions[0];
    let (code, offset, epoch) = (told.error_code, told.offset, told.leader_epoch);
    let after_ms = if told.timestamp < 0 { told.timestamp } else { told.timestamp - BASE_MS };
    format!("{code} {offset} {after_ms} {epoch}")
}

fn produce(connection: &mut Connection, topic: &Topic, after_ms: i64) {
    let builder = Builder { timestamp_ms: BASE_MS + after_ms, ..Builder::default() };
    topic::produce_ok(connection, topic, 0, &builder.values(&["a", "b", "c"]));
}

fn delete_before(connection: &mut Connection, topic: &Topic, offset: i64) {
    let request = DeleteRecordsRequest {
        topics: vec![DeleteRecordsTopic {
            name: topic.name.as_str().into(),
            partitions: vec![DeleteRecordsPartition { partition_index: 0, offset }],
        }],
        timeout_ms: 10_000,
    };
    let response = connection.call(2, &request);
    assert_eq!(response.topics[0].partitions[0].error_code, 0);
}

fn special_timestamps_by_version(test: &str, shards: usize) {
    let broker = Broker::start(test, Options::shards(shards));
    let empty = Topic::create(&broker, "empty", 1, &[]);
    let whole = Topic::create(&broker, "whole", 1, &[]);
    let mut connection = whole.connect(&broker, 0);
    for after_ms in [1000, 2000, 9000, 4000] {
        produce(&mut connection, &whole, after_ms);
    }
    let mut seen = BTreeMap::new();
    for (name, topic) in [("empty", &empty), ("whole", &whole)] {
        let mut connection = topic.connect(&broker, 0);
        for timestamp in (-8..=0).chain([BASE_MS, BASE_MS + 2001, BASE_MS + 9001]) {
            for version in 1..=10 {
                let told = told(&mut connection, version, topic, timestamp);
                let timestamp = if timestamp > 0 {
                    format!("+{}", timestamp - BASE_MS)
                } else {
                    timestamp.to_string()
                };
                seen.entry(format!("{name} {timestamp}: {told}"))
                    .or_insert_with(Vec::new)
                    .push(version);
            }
        }
    }
    let found = seen
        .into_iter()
        .map(|(row, versions)| format!("{row} v{}-{}", versions[0], versions[versions.len() - 1]));
    assert_eq!(found.collect::<Vec<_>>(), ROWS);
    if !against_kafka() {
        // Kafka 4.4: what is still to be uploaded.
        assert_eq!(told(&mut connection, 11, &whole, -6), "0 -1 -1 -1");
    }
}

fn the_largest_timestamp_outlives_its_record(test: &str, shards: usize) {
    let mut broker = Broker::start(test, Options::shards(shards));
    let topic = Topic::create(&broker, "trimmed", 1, &[]);
    let mut connection = topic.connect(&broker, 0);
    for after_ms in [1000, 2000, 9000, 4000] {
        produce(&mut connection, &topic, after_ms);
    }
    const NAMED: &str = "0 6 9000 0";
    for before in [0, 3, 7, 8, 9, 10, 12] {
        if before > 0 {
            delete_before(&mut connection, &topic, before);
        }
        assert_eq!(told(&mut connection, 7, &topic, -3), NAMED, "before {before}");
    }
    produce(&mut connection, &topic, 500);
    assert_eq!(told(&mut connection, 7, &topic, -3), NAMED);
    broker.stop();
    broker.start_again();
    let mut connection = topic.connect(&broker, 0);
    eventually("the log is led again", Duration::from_secs(20), || {
        told(&mut connection, 7, &topic, -2) == "0 12 -1 0"
    });
    assert_eq!(told(&mut connection, 7, &topic, -3), NAMED);
    // Time moves on.
    produce(&mut connection, &topic, 10_000);
    let told = told(&mut connection, 7, &topic, -3);
    assert!(told.starts_with("0 15 10000 "), "{told}");
}
