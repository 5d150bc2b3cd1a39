//! One file per Kafka API, named after it. Each begins with its versions and what is special in
//! them. The table says what is served, in which versions, how, and by whom.
//!
//! Invariant: an API is served if and only if it has a row here; ApiVersions is answered from it.

pub mod alter_configs;
pub mod alter_partition_reassignments;
pub mod alter_replica_log_dirs;
pub mod api_versions;
pub mod consumer_group_describe;
pub mod consumer_group_heartbeat;
pub mod create_acls;
pub mod create_partitions;
pub mod create_topics;
pub mod delete_acls;
pub mod delete_groups;
pub mod delete_records;
pub mod delete_topics;
pub mod describe_acls;
pub mod describe_client_quotas;
pub mod describe_cluster;
pub mod describe_configs;
pub mod describe_groups;
pub mod describe_log_dirs;
pub mod describe_producers;
pub mod describe_quorum;
pub mod describe_topic_partitions;
pub mod elect_leaders;
pub mod fetch;
pub mod find_coordinator;
pub mod heartbeat;
pub mod incremental_alter_configs;
pub mod init_producer_id;
pub mod join_group;
pub mod leave_group;
pub mod list_config_resources;
pub mod list_groups;
pub mod list_offsets;
pub mod list_partition_reassignments;
pub mod metadata;
pub mod offset_commit;
pub mod offset_delete;
pub mod offset_fetch;
pub mod offset_for_leader_epoch;
mod operations;
pub mod produce;
pub mod sync_group;

use wire::ApiKey;

use crate::dispatch::{Mode, Row};

macro_rules! serial {
    ($api:ident, $module:ident) => {
        Row {
            api: ApiKey::$api,
            mode: Mode::Serial(|shard, ctx, body| Box::pin($module::handle(shard, ctx, body))),
        }
    };
}

/// The table; those on a record's way first, because it is searched from the front.
pub static TABLE: &[Row] = &[
    Row { api: ApiKey::Produce, mode: Mode::Produce },
    Row { api: ApiKey::Fetch, mode: Mode::Fetch },
    serial!(ListOffsets, list_offsets),
    serial!(Metadata, metadata),
    serial!(OffsetCommit, offset_commit),
    serial!(OffsetFetch, offset_fetch),
    serial!(FindCoordinator, find_coordinator),
    serial!(JoinGroup, join_group),
    serial!(Heartbeat, heartbeat),
    serial!(ConsumerGroupHeartbeat, consumer_group_heartbeat),
    serial!(LeaveGroup, leave_group),
    serial!(SyncGroup, sync_group),
    serial!(DescribeGroups, describe_groups),
    serial!(ConsumerGroupDescribe, consumer_group_describe),
    serial!(ListGroups, list_groups),
    serial!(ApiVersions, api_versions),
    serial!(CreateTopics, create_topics),
    serial!(DeleteTopics, delete_topics),
    serial!(DeleteRecords, delete_records),
    serial!(InitProducerId, init_producer_id),
    serial!(OffsetForLeaderEpoch, offset_for_leader_epoch),
    serial!(DescribeAcls, describe_acls),
    serial!(CreateAcls, create_acls),
    serial!(DeleteAcls, delete_acls),
    serial!(DescribeConfigs, describe_configs),
    serial!(AlterConfigs, alter_configs),
    serial!(AlterReplicaLogDirs, alter_replica_log_dirs),
    serial!(DescribeLogDirs, describe_log_dirs),
    serial!(CreatePartitions, create_partitions),
    serial!(DeleteGroups, delete_groups),
    serial!(ElectLeaders, elect_leaders),
    serial!(AlterPartitionReassignments, alter_partition_reassignments),
    serial!(ListPartitionReassignments, list_partition_reassignments),
    serial!(OffsetDelete, offset_delete),
    serial!(DescribeClientQuotas, describe_client_quotas),
    serial!(DescribeQuorum, describe_quorum),
    serial!(IncrementalAlterConfigs, incremental_alter_configs),
    serial!(DescribeCluster, describe_cluster),
    serial!(DescribeProducers, describe_producers),
    serial!(ListConfigResources, list_config_resources),
    serial!(DescribeTopicPartitions, describe_topic_partitions),
];

/// The row that serves this version of this API.
pub fn find(api_key: i16, api_version: i16) -> Option<&'static Row> {
    let row = TABLE.iter().find(|row| row.api as i16 == api_key)?;
    row.versions().contains(&api_version).then_some(row)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_api_has_two_rows() {
        for (index, row) in TABLE.iter().enumerate() {
            let again = TABLE[index + 1..].iter().any(|other| other.api == row.api);
            assert!(!again, "{}", row.api.name());
            assert!(row.api.is_on_broker_listener(), "{}", row.api.name());
        }
    }

    #[test]
    fn a_version_that_is_advertised_but_not_served_is_not_found() {
        assert!(find(ApiKey::Produce as i16, 3).is_some());
        assert!(find(ApiKey::Produce as i16, 2).is_none());
        assert!(find(ApiKey::Fetch as i16, 19).is_none());
        assert!(find(-1, 0).is_none());
        let produce = &TABLE[0];
        assert_eq!(produce.advertised_versions(), 0..=13);
    }
}
