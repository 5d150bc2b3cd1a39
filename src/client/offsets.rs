//! Where partitions begin and end.

use std::collections::BTreeMap;

use wire::messages::ListOffsetsRequest;
use wire::messages::list_offsets_request::{ListOffsetsPartition, ListOffsetsTopic};

use super::cluster::{Cluster, Topic};
use super::error::{ClientError, Patience, Result, check};

/// ListOffsets' names for the ends of a log.
pub const EARLIEST: i64 = -2;
pub const LATEST: i64 = -1;

/// The offset `at` in each of `partitions`, asked of their leaders.
pub fn list(
    cluster: &mut Cluster,
    topic: &Topic,
    partitions: &[i32],
    at: i64,
    read_committed: bool,
) -> Result<BTreeMap<i32, i64>> {
    let mut patience = Patience::new();
    let mut topic = topic.clone();
    loop {
        match list_once(cluster, &topic, partitions, at, read_committed) {
            Ok(offsets) => return Ok(offsets),
            Err(error) => {
                if !matches!(error, ClientError::Refused(_)) {
                    cluster.forget_connections();
                }
                patience.wait_after(error)?;
            }
        }
        topic = cluster.topic(&topic.name, false)?;
    }
}

fn list_once(
    cluster: &mut Cluster,
    topic: &Topic,
    partitions: &[i32],
    at: i64,
    read_committed: bool,
) -> Result<BTreeMap<i32, i64>> {
    let mut by_leader: BTreeMap<i32, Vec<ListOffsetsPartition>> = BTreeMap::new();
    for partition in topic.partitions.iter().filter(|one| partitions.contains(&one.number)) {
        by_leader.entry(partition.leader).or_default().push(ListOffsetsPartition {
            partition_index: partition.number,
            timestamp: at,
            ..ListOffsetsPartition::default()
        });
    }
    let mut offsets = BTreeMap::new();
    for (leader, partitions) in by_leader {
        let request = ListOffsetsRequest {
            replica_id: -1,
            isolation_level: i8::from(read_committed),
            topics: vec![ListOffsetsTopic { name: topic.name.as_str().into(), partitions }],
            ..ListOffsetsRequest::default()
        };
        let connection = cluster.broker(leader)?;
        // The answer's wait is the broker's; ours is that of the connection.
        let response = connection.call(&request)?;
        for partition in response.topics.iter().flat_map(|topic| &topic.partitions) {
            let number = partition.partition_index;
            check(format!("offsets of {}-{number}", topic.name), partition.error_code, None)?;
            offsets.insert(number, partition.offset);
        }
    }
    Ok(offsets)
}
