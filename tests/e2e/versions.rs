//! Every API that is advertised is served, at every version that is advertised.

use crate::on_one_and_two_shards;
use crate::support::broker::{Broker, Options, against_kafka};
use crate::support::connection::{Connection, correlation_of, decode};
use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use wire::codec::Request;
use wire::messages::alter_configs_request::AlterConfigsRequest;
use wire::messages::api_versions_request::ApiVersionsRequest;
use wire::messages::create_partitions_request::CreatePartitionsRequest;
use wire::messages::create_topics_request::CreateTopicsRequest;
use wire::messages::delete_records_request::DeleteRecordsRequest;
use wire::messages::delete_topics_request::DeleteTopicsRequest;
use wire::messages::describe_cluster_request::DescribeClusterRequest;
use wire::messages::describe_configs_request::DescribeConfigsRequest;
use wire::messages::describe_log_dirs_request::DescribeLogDirsRequest;
use wire::messages::describe_producers_request::DescribeProducersRequest;
use wire::messages::describe_topic_partitions_request::DescribeTopicPartitionsRequest;
use wire::messages::fetch_request::FetchRequest;
use wire::messages::incremental_alter_configs_request::IncrementalAlterConfigsRequest;
use wire::messages::init_producer_id_request::InitProducerIdRequest;
use wire::messages::list_config_resources_request::ListConfigResourcesRequest;
use wire::messages::list_offsets_request::ListOffsetsRequest;
use wire::messages::metadata_request::MetadataRequest;
use wire::messages::offset_for_leader_epoch_request::OffsetForLeaderEpochRequest;
use wire::messages::produce_request::ProduceRequest;
use wire::messages::{
    AlterPartitionReassignmentsRequest, AlterReplicaLogDirsRequest, ConsumerGroupDescribeRequest,
    ConsumerGroupHeartbeatRequest, CreateAclsRequest, DeleteAclsRequest, DeleteGroupsRequest,
    DescribeAclsRequest, DescribeClientQuotasRequest, DescribeGroupsRequest, DescribeQuorumRequest,
    ElectLeadersRequest, FindCoordinatorRequest, HeartbeatRequest, JoinGroupRequest,
    LeaveGroupRequest, ListGroupsRequest, ListPartitionReassignmentsRequest, OffsetCommitRequest,
    OffsetDeleteRequest, OffsetFetchRequest, SyncGroupRequest,
};

on_one_and_two_shards!(every_advertised_version_is_served, only_brokers_are_described);

fn advertised(connection: &mut Connection) -> BTreeMap<i16, RangeInclusive<i16>> {
    let response = connection.call(0, &ApiVersionsRequest::default());
    assert_eq!(response.error_code, 0);
    response.api_keys.iter().map(|api| (api.api_key, api.min_version..=api.max_version)).collect()
}

struct Caller<'a> {
    connection: &'a mut Connection,
    advertised: BTreeMap<i16, RangeInclusive<i16>>,
    called: Vec<i16>,
}

impl Caller<'_> {
    /// Sends `request` at every version that is advertised. The answer must be of that version,
    /// to its last byte, which `decode` checks.
    fn every_version<'r, R: Request<'r>>(&mut self, request: &R) {
        let api = R::API;
        let key = api as i16;
        let range = self.advertised.get(&key).unwrap_or_else(|| panic!("{api:?} is not served"));
        // Neither more nor less than Kafka 4.4 has.
        assert_eq!(*range, api.advertised_versions(), "{api:?}");
        for version in api.served_versions() {
            let sent = self.connection.send(version, request).expect("a request");
            let answer = self
                .connection
                .receive()
                .unwrap_or_else(|error| panic!("{api:?} version {version}: {error}"));
            assert_eq!(correlation_of(&answer), sent);
            decode::<R>(version, &answer);
        }
        self.called.push(key);
    }
}

/// Requests that each name no group or one that nobody knows: all are answered at once.
fn call_groups(caller: &mut Caller<'_>) {
    caller.every_version(&FindCoordinatorRequest::default());
    caller.every_version(&JoinGroupRequest::default());
    caller.every_version(&SyncGroupRequest::default());
    caller.every_version(&HeartbeatRequest::default());
    caller.every_version(&LeaveGroupRequest::default());
    caller.every_version(&OffsetCommitRequest::default());
    let topics = Some(Vec::new());
    caller.every_version(&OffsetFetchRequest { topics, ..Default::default() });
    caller.every_version(&OffsetDeleteRequest::default());
    caller.every_version(&ListGroupsRequest::default());
    caller.every_version(&DescribeGroupsRequest::default());
    caller.every_version(&DeleteGroupsRequest::default());
    caller.every_version(&ConsumerGroupHeartbeatRequest::default());
    caller.every_version(&ConsumerGroupDescribeRequest::default());
}

/// What one node without security answers at once: nothing to do, or a refusal.
fn call_what_one_node_refuses(caller: &mut Caller<'_>) {
    caller.every_version(&DescribeAclsRequest::default());
    caller.every_version(&CreateAclsRequest::default());
    caller.every_version(&DeleteAclsRequest::default());
    caller.every_version(&DescribeClientQuotasRequest::default());
    caller.every_version(&DescribeQuorumRequest::default());
    caller.every_version(&ElectLeadersRequest::default());
    caller.every_version(&AlterPartitionReassignmentsRequest::default());
    caller.every_version(&ListPartitionReassignmentsRequest::default());
    caller.every_version(&AlterReplicaLogDirsRequest::default());
}

fn every_advertised_version_is_served(test: &str, shards: usize) {
    if against_kafka() {
        // Stock Kafka 4.3 is one step older than the newest versions of 4.4.
        return crate::support::skip(test, "it compares with Kafka 4.4");
    }
    let mut broker = Broker::start(test, Options::shards(shards));
    for shard in 0..shards {
        let mut connection = broker.connect(shard);
        let advertised = advertised(&mut connection);
        let mut caller = Caller { connection: &mut connection, advertised, called: Vec::new() };
        caller.every_version(&ApiVersionsRequest {
            client_software_name: "tests".into(),
            client_software_version: "1".into(),
            ..Default::default()
        });
        caller.every_version(&MetadataRequest::default());
        caller.every_version(&ProduceRequest { acks: -1, ..Default::default() });
        caller.every_version(&FetchRequest { replica_id: -1, ..Default::default() });
        caller.every_version(&ListOffsetsRequest { replica_id: -1, ..Default::default() });
        caller.every_version(&OffsetForLeaderEpochRequest::default());
        caller.every_version(&CreateTopicsRequest::default());
        caller.every_version(&DeleteTopicsRequest::default());
        caller.every_version(&CreatePartitionsRequest::default());
        caller.every_version(&DeleteRecordsRequest::default());
        caller.every_version(&DescribeConfigsRequest::default());
        caller.every_version(&AlterConfigsRequest::default());
        caller.every_version(&IncrementalAlterConfigsRequest::default());
        caller.every_version(&DescribeClusterRequest { endpoint_type: 1, ..Default::default() });
        caller.every_version(&DescribeTopicPartitionsRequest::default());
        caller.every_version(&DescribeLogDirsRequest::default());
        caller.every_version(&DescribeProducersRequest::default());
        caller.every_version(&InitProducerIdRequest::default());
        call_groups(&mut caller);
        call_what_one_node_refuses(&mut caller);
        if caller.advertised.contains_key(&74) {
            caller.every_version(&ListConfigResourcesRequest::default());
        }
        let untested: Vec<i16> =
            caller.advertised.keys().filter(|key| !caller.called.contains(key)).copied().collect();
        assert!(untested.is_empty(), "advertised, but not called by this test: {untested:?}");
    }
    broker.must_run();
}

/// KIP-919: the listener of controllers is another one.
fn only_brokers_are_described(test: &str, shards: usize) {
    const MISMATCHED_ENDPOINT_TYPE: i16 = 114;
    const UNSUPPORTED_ENDPOINT_TYPE: i16 = 115;
    let broker = Broker::start(test, Options::shards(shards));
    let mut connection = broker.connect(0);
    for (endpoint_type, code) in [
        (1, 0),
        (2, MISMATCHED_ENDPOINT_TYPE),
        (3, UNSUPPORTED_ENDPOINT_TYPE),
        (0, UNSUPPORTED_ENDPOINT_TYPE),
    ] {
        for version in [1, 2] {
            let request = DescribeClusterRequest { endpoint_type, ..Default::default() };
            let answer = connection.call(version, &request);
            let told = answer.error_message.as_deref();
            assert_eq!(answer.error_code, code, "type {endpoint_type} v{version}: {told:?}");
            assert_eq!(answer.brokers.is_empty(), code != 0, "type {endpoint_type} v{version}");
        }
    }
}
