//! Offsets and records: what is refused of ListOffsets and DeleteRecords, and what is deleted.

use super::pair::Pair;
use crate::support::batch::Builder;
use crate::support::topic::{self, Topic};
use wire::messages::delete_records_request::{DeleteRecordsPartition, DeleteRecordsTopic};
use wire::messages::*;

pub fn compare(pair: &mut Pair) {
    fill(pair, "configured-5");
    fill(pair, "several-a-7");
    delete(pair);
    list(pair);
}

fn fill(pair: &Pair, name: &str) {
    for broker in [&pair.ours, &pair.stock] {
        let mut connection = broker.connect(0);
        let topic = Topic::find(&mut connection, name).expect("a topic");
        topic.wait_until_led(broker);
        let records = Builder { timestamp_ms: 1_700_000_000_000, ..Builder::default() };
        topic::produce(&mut connection, &topic, 0, &records.values(&["a", "b", "c"]));
    }
}

fn deletion(topics: &[(&str, &[(i32, i64)])]) -> DeleteRecordsRequest<'static> {
    let partition = |(partition_index, offset): &(i32, i64)| DeleteRecordsPartition {
        partition_index: *partition_index,
        offset: *offset,
    };
    let topic = |(name, partitions): &(&str, &[(i32, i64)])| DeleteRecordsTopic {
        name: (*name).to_owned().into(),
        partitions: partitions.iter().map(partition).collect(),
    };
    DeleteRecordsRequest { topics: topics.iter().map(topic).collect(), timeout_ms: 10_000 }
}

fn delete(pair: &mut Pair) {
    let name = "several-a-7";
    let lists = ["topics", "partitions"];
    let mut deleted = |case: &str, topics: &[(&str, &[(i32, i64)])]| {
        pair.once(case, &lists, |_| deletion(topics));
    };
    deleted("some", &[(name, &[(0, 1)])]);
    deleted("before the start", &[(name, &[(0, 0)])]);
    deleted("past the end", &[(name, &[(0, 99)])]);
    deleted("negative", &[(name, &[(0, -2)])]);
    deleted("unknown partition", &[(name, &[(7, 0)])]);
    deleted("negative partition", &[(name, &[(-1, 0)])]);
    deleted("unknown topic", &[("nowhere", &[(0, 0)])]);
    deleted("bad name", &[("a b", &[(0, 0)])]);
    deleted("partition twice", &[(name, &[(0, 1), (0, 2)])]);
    deleted("topic twice", &[(name, &[(0, 1)]), (name, &[(0, 2)])]);
    deleted("internal", &[("__consumer_offsets", &[(0, 0)])]);
    deleted("compacted", &[("configured-7", &[(0, 0)])]);
    deleted("nothing", &[]);
    deleted("all", &[(name, &[(0, -1)])]);
}

fn list(pair: &mut Pair) {
    let asked = |name: &str, partitions: &[(i32, i32, i64)]| {
        use list_offsets_request::{ListOffsetsPartition, ListOffsetsTopic};
        let partition = |(partition_index, current_leader_epoch, timestamp): &(i32, i32, i64)| {
            ListOffsetsPartition {
                partition_index: *partition_index,
                current_leader_epoch: *current_leader_epoch,
                timestamp: *timestamp,
                ..Default::default()
            }
        };
        ListOffsetsRequest {
            replica_id: -1,
            topics: vec![ListOffsetsTopic {
                name: name.to_owned().into(),
                partitions: partitions.iter().map(partition).collect(),
                ..Default::default()
            }],
            ..Default::default()
        }
    };
    let mut listed = |case: &str, name: &str, partitions: &[(i32, i32, i64)]| {
        pair.read(case, &[], |_| asked(name, partitions));
    };
    listed("unknown topic", "nowhere", &[(0, -1, -1)]);
    listed("unknown partition", "several-a-7", &[(9, -1, -1)]);
    listed("bad name", "a b", &[(0, -1, -1)]);
    listed("later epoch", "several-a-7", &[(0, 99, -1)]);
    listed("no such time", "several-a-7", &[(0, -1, -9)]);
    for time in [-1, -2, -3, -4, -5, -6] {
        listed(&format!("time {time}"), "several-b-7", &[(0, -1, time)]);
    }
}
