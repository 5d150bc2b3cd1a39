//! Every request and response on a broker's listener, one file each.
// Written by wire/gen/generate.py; do not edit.
use crate::ApiKey;
use crate::codec::Request;
pub mod add_offsets_to_txn_request;
pub mod add_offsets_to_txn_response;
pub mod add_partitions_to_txn_request;
pub mod add_partitions_to_txn_response;
pub mod add_raft_voter_request;
pub mod add_raft_voter_response;
pub mod alter_client_quotas_request;
pub mod alter_client_quotas_response;
pub mod alter_configs_request;
pub mod alter_configs_response;
pub mod alter_partition_reassignments_request;
pub mod alter_partition_reassignments_response;
pub mod alter_replica_log_dirs_request;
pub mod alter_replica_log_dirs_response;
pub mod alter_share_group_offsets_request;
pub mod alter_share_group_offsets_response;
pub mod alter_user_scram_credentials_request;
pub mod alter_user_scram_credentials_response;
pub mod api_versions_request;
pub mod api_versions_response;
pub mod consumer_group_describe_request;
pub mod consumer_group_describe_response;
pub mod consumer_group_heartbeat_request;
pub mod consumer_group_heartbeat_response;
pub mod create_acls_request;
pub mod create_acls_response;
pub mod create_delegation_token_request;
pub mod create_delegation_token_response;
pub mod create_partitions_request;
pub mod create_partitions_response;
pub mod create_topics_request;
pub mod create_topics_response;
pub mod delete_acls_request;
pub mod delete_acls_response;
pub mod delete_groups_request;
pub mod delete_groups_response;
pub mod delete_records_request;
pub mod delete_records_response;
pub mod delete_share_group_offsets_request;
pub mod delete_share_group_offsets_response;
pub mod delete_share_group_state_request;
pub mod delete_share_group_state_response;
pub mod delete_topics_request;
pub mod delete_topics_response;
pub mod describe_acls_request;
pub mod describe_acls_response;
pub mod describe_client_quotas_request;
pub mod describe_client_quotas_response;
pub mod describe_cluster_request;
pub mod describe_cluster_response;
pub mod describe_configs_request;
pub mod describe_configs_response;
pub mod describe_delegation_token_request;
pub mod describe_delegation_token_response;
pub mod describe_groups_request;
pub mod describe_groups_response;
pub mod describe_log_dirs_request;
pub mod describe_log_dirs_response;
pub mod describe_producers_request;
pub mod describe_producers_response;
pub mod describe_quorum_request;
pub mod describe_quorum_response;
pub mod describe_share_group_offsets_request;
pub mod describe_share_group_offsets_response;
pub mod describe_topic_partitions_request;
pub mod describe_topic_partitions_response;
pub mod describe_transactions_request;
pub mod describe_transactions_response;
pub mod describe_user_scram_credentials_request;
pub mod describe_user_scram_credentials_response;
pub mod elect_leaders_request;
pub mod elect_leaders_response;
pub mod end_txn_request;
pub mod end_txn_response;
pub mod expire_delegation_token_request;
pub mod expire_delegation_token_response;
pub mod fetch_request;
pub mod fetch_response;
pub mod find_coordinator_request;
pub mod find_coordinator_response;
pub mod get_telemetry_subscriptions_request;
pub mod get_telemetry_subscriptions_response;
pub mod heartbeat_request;
pub mod heartbeat_response;
pub mod incremental_alter_configs_request;
pub mod incremental_alter_configs_response;
pub mod init_producer_id_request;
pub mod init_producer_id_response;
pub mod initialize_share_group_state_request;
pub mod initialize_share_group_state_response;
pub mod join_group_request;
pub mod join_group_response;
pub mod leave_group_request;
pub mod leave_group_response;
pub mod list_config_resources_request;
pub mod list_config_resources_response;
pub mod list_groups_request;
pub mod list_groups_response;
pub mod list_offsets_request;
pub mod list_offsets_response;
pub mod list_partition_reassignments_request;
pub mod list_partition_reassignments_response;
pub mod list_transactions_request;
pub mod list_transactions_response;
pub mod metadata_request;
pub mod metadata_response;
pub mod offset_commit_request;
pub mod offset_commit_response;
pub mod offset_delete_request;
pub mod offset_delete_response;
pub mod offset_fetch_request;
pub mod offset_fetch_response;
pub mod offset_for_leader_epoch_request;
pub mod offset_for_leader_epoch_response;
pub mod produce_request;
pub mod produce_response;
pub mod push_telemetry_request;
pub mod push_telemetry_response;
pub mod read_share_group_state_request;
pub mod read_share_group_state_response;
pub mod read_share_group_state_summary_request;
pub mod read_share_group_state_summary_response;
pub mod remove_raft_voter_request;
pub mod remove_raft_voter_response;
pub mod renew_delegation_token_request;
pub mod renew_delegation_token_response;
pub mod sasl_authenticate_request;
pub mod sasl_authenticate_response;
pub mod sasl_handshake_request;
pub mod sasl_handshake_response;
pub mod share_acknowledge_request;
pub mod share_acknowledge_response;
pub mod share_fetch_request;
pub mod share_fetch_response;
pub mod share_group_describe_request;
pub mod share_group_describe_response;
pub mod share_group_heartbeat_request;
pub mod share_group_heartbeat_response;
pub mod streams_group_describe_request;
pub mod streams_group_describe_response;
pub mod streams_group_heartbeat_request;
pub mod streams_group_heartbeat_response;
pub mod streams_group_topology_description_update_request;
pub mod streams_group_topology_description_update_response;
pub mod sync_group_request;
pub mod sync_group_response;
pub mod txn_offset_commit_request;
pub mod txn_offset_commit_response;
pub mod unregister_broker_request;
pub mod unregister_broker_response;
pub mod unregister_controller_request;
pub mod unregister_controller_response;
pub mod update_features_request;
pub mod update_features_response;
pub mod write_share_group_state_request;
pub mod write_share_group_state_response;
pub mod write_txn_markers_request;
pub mod write_txn_markers_response;
pub use add_offsets_to_txn_request::AddOffsetsToTxnRequest;
pub use add_offsets_to_txn_response::AddOffsetsToTxnResponse;
pub use add_partitions_to_txn_request::AddPartitionsToTxnRequest;
pub use add_partitions_to_txn_response::AddPartitionsToTxnResponse;
pub use add_raft_voter_request::AddRaftVoterRequest;
pub use add_raft_voter_response::AddRaftVoterResponse;
pub use alter_client_quotas_request::AlterClientQuotasRequest;
pub use alter_client_quotas_response::AlterClientQuotasResponse;
pub use alter_configs_request::AlterConfigsRequest;
pub use alter_configs_response::AlterConfigsResponse;
pub use alter_partition_reassignments_request::AlterPartitionReassignmentsRequest;
pub use alter_partition_reassignments_response::AlterPartitionReassignmentsResponse;
pub use alter_replica_log_dirs_request::AlterReplicaLogDirsRequest;
pub use alter_replica_log_dirs_response::AlterReplicaLogDirsResponse;
pub use alter_share_group_offsets_request::AlterShareGroupOffsetsRequest;
pub use alter_share_group_offsets_response::AlterShareGroupOffsetsResponse;
pub use alter_user_scram_credentials_request::AlterUserScramCredentialsRequest;
pub use alter_user_scram_credentials_response::AlterUserScramCredentialsResponse;
pub use api_versions_request::ApiVersionsRequest;
pub use api_versions_response::ApiVersionsResponse;
pub use consumer_group_describe_request::ConsumerGroupDescribeRequest;
pub use consumer_group_describe_response::ConsumerGroupDescribeResponse;
pub use consumer_group_heartbeat_request::ConsumerGroupHeartbeatRequest;
pub use consumer_group_heartbeat_response::ConsumerGroupHeartbeatResponse;
pub use create_acls_request::CreateAclsRequest;
pub use create_acls_response::CreateAclsResponse;
pub use create_delegation_token_request::CreateDelegationTokenRequest;
pub use create_delegation_token_response::CreateDelegationTokenResponse;
pub use create_partitions_request::CreatePartitionsRequest;
pub use create_partitions_response::CreatePartitionsResponse;
pub use create_topics_request::CreateTopicsRequest;
pub use create_topics_response::CreateTopicsResponse;
pub use delete_acls_request::DeleteAclsRequest;
pub use delete_acls_response::DeleteAclsResponse;
pub use delete_groups_request::DeleteGroupsRequest;
pub use delete_groups_response::DeleteGroupsResponse;
pub use delete_records_request::DeleteRecordsRequest;
pub use delete_records_response::DeleteRecordsResponse;
pub use delete_share_group_offsets_request::DeleteShareGroupOffsetsRequest;
pub use delete_share_group_offsets_response::DeleteShareGroupOffsetsResponse;
pub use delete_share_group_state_request::DeleteShareGroupStateRequest;
pub use delete_share_group_state_response::DeleteShareGroupStateResponse;
pub use delete_topics_request::DeleteTopicsRequest;
pub use delete_topics_response::DeleteTopicsResponse;
pub use describe_acls_request::DescribeAclsRequest;
pub use describe_acls_response::DescribeAclsResponse;
pub use describe_client_quotas_request::DescribeClientQuotasRequest;
pub use describe_client_quotas_response::DescribeClientQuotasResponse;
pub use describe_cluster_request::DescribeClusterRequest;
pub use describe_cluster_response::DescribeClusterResponse;
pub use describe_configs_request::DescribeConfigsRequest;
pub use describe_configs_response::DescribeConfigsResponse;
pub use describe_delegation_token_request::DescribeDelegationTokenRequest;
pub use describe_delegation_token_response::DescribeDelegationTokenResponse;
pub use describe_groups_request::DescribeGroupsRequest;
pub use describe_groups_response::DescribeGroupsResponse;
pub use describe_log_dirs_request::DescribeLogDirsRequest;
pub use describe_log_dirs_response::DescribeLogDirsResponse;
pub use describe_producers_request::DescribeProducersRequest;
pub use describe_producers_response::DescribeProducersResponse;
pub use describe_quorum_request::DescribeQuorumRequest;
pub use describe_quorum_response::DescribeQuorumResponse;
pub use describe_share_group_offsets_request::DescribeShareGroupOffsetsRequest;
pub use describe_share_group_offsets_response::DescribeShareGroupOffsetsResponse;
pub use describe_topic_partitions_request::DescribeTopicPartitionsRequest;
pub use describe_topic_partitions_response::DescribeTopicPartitionsResponse;
pub use describe_transactions_request::DescribeTransactionsRequest;
pub use describe_transactions_response::DescribeTransactionsResponse;
pub use describe_user_scram_credentials_request::DescribeUserScramCredentialsRequest;
pub use describe_user_scram_credentials_response::DescribeUserScramCredentialsResponse;
pub use elect_leaders_request::ElectLeadersRequest;
pub use elect_leaders_response::ElectLeadersResponse;
pub use end_txn_request::EndTxnRequest;
pub use end_txn_response::EndTxnResponse;
pub use expire_delegation_token_request::ExpireDelegationTokenRequest;
pub use expire_delegation_token_response::ExpireDelegationTokenResponse;
pub use fetch_request::FetchRequest;
pub use fetch_response::FetchResponse;
pub use find_coordinator_request::FindCoordinatorRequest;
pub use find_coordinator_response::FindCoordinatorResponse;
pub use get_telemetry_subscriptions_request::GetTelemetrySubscriptionsRequest;
pub use get_telemetry_subscriptions_response::GetTelemetrySubscriptionsResponse;
pub use heartbeat_request::HeartbeatRequest;
pub use heartbeat_response::HeartbeatResponse;
pub use incremental_alter_configs_request::IncrementalAlterConfigsRequest;
pub use incremental_alter_configs_response::IncrementalAlterConfigsResponse;
pub use init_producer_id_request::InitProducerIdRequest;
pub use init_producer_id_response::InitProducerIdResponse;
pub use initialize_share_group_state_request::InitializeShareGroupStateRequest;
pub use initialize_share_group_state_response::InitializeShareGroupStateResponse;
pub use join_group_request::JoinGroupRequest;
pub use join_group_response::JoinGroupResponse;
pub use leave_group_request::LeaveGroupRequest;
pub use leave_group_response::LeaveGroupResponse;
pub use list_config_resources_request::ListConfigResourcesRequest;
pub use list_config_resources_response::ListConfigResourcesResponse;
pub use list_groups_request::ListGroupsRequest;
pub use list_groups_response::ListGroupsResponse;
pub use list_offsets_request::ListOffsetsRequest;
pub use list_offsets_response::ListOffsetsResponse;
pub use list_partition_reassignments_request::ListPartitionReassignmentsRequest;
pub use list_partition_reassignments_response::ListPartitionReassignmentsResponse;
pub use list_transactions_request::ListTransactionsRequest;
pub use list_transactions_response::ListTransactionsResponse;
pub use metadata_request::MetadataRequest;
pub use metadata_response::MetadataResponse;
pub use offset_commit_request::OffsetCommitRequest;
pub use offset_commit_response::OffsetCommitResponse;
pub use offset_delete_request::OffsetDeleteRequest;
pub use offset_delete_response::OffsetDeleteResponse;
pub use offset_fetch_request::OffsetFetchRequest;
pub use offset_fetch_response::OffsetFetchResponse;
pub use offset_for_leader_epoch_request::OffsetForLeaderEpochRequest;
pub use offset_for_leader_epoch_response::OffsetForLeaderEpochResponse;
pub use produce_request::ProduceRequest;
pub use produce_response::ProduceResponse;
pub use push_telemetry_request::PushTelemetryRequest;
pub use push_telemetry_response::PushTelemetryResponse;
pub use read_share_group_state_request::ReadShareGroupStateRequest;
pub use read_share_group_state_response::ReadShareGroupStateResponse;
pub use read_share_group_state_summary_request::ReadShareGroupStateSummaryRequest;
pub use read_share_group_state_summary_response::ReadShareGroupStateSummaryResponse;
pub use remove_raft_voter_request::RemoveRaftVoterRequest;
pub use remove_raft_voter_response::RemoveRaftVoterResponse;
pub use renew_delegation_token_request::RenewDelegationTokenRequest;
pub use renew_delegation_token_response::RenewDelegationTokenResponse;
pub use sasl_authenticate_request::SaslAuthenticateRequest;
pub use sasl_authenticate_response::SaslAuthenticateResponse;
pub use sasl_handshake_request::SaslHandshakeRequest;
pub use sasl_handshake_response::SaslHandshakeResponse;
pub use share_acknowledge_request::ShareAcknowledgeRequest;
pub use share_acknowledge_response::ShareAcknowledgeResponse;
pub use share_fetch_request::ShareFetchRequest;
pub use share_fetch_response::ShareFetchResponse;
pub use share_group_describe_request::ShareGroupDescribeRequest;
pub use share_group_describe_response::ShareGroupDescribeResponse;
pub use share_group_heartbeat_request::ShareGroupHeartbeatRequest;
pub use share_group_heartbeat_response::ShareGroupHeartbeatResponse;
pub use streams_group_describe_request::StreamsGroupDescribeRequest;
pub use streams_group_describe_response::StreamsGroupDescribeResponse;
pub use streams_group_heartbeat_request::StreamsGroupHeartbeatRequest;
pub use streams_group_heartbeat_response::StreamsGroupHeartbeatResponse;
pub use streams_group_topology_description_update_request::StreamsGroupTopologyDescriptionUpdateRequest;
pub use streams_group_topology_description_update_response::StreamsGroupTopologyDescriptionUpdateResponse;
pub use sync_group_request::SyncGroupRequest;
pub use sync_group_response::SyncGroupResponse;
pub use txn_offset_commit_request::TxnOffsetCommitRequest;
pub use txn_offset_commit_response::TxnOffsetCommitResponse;
pub use unregister_broker_request::UnregisterBrokerRequest;
pub use unregister_broker_response::UnregisterBrokerResponse;
pub use unregister_controller_request::UnregisterControllerRequest;
pub use unregister_controller_response::UnregisterControllerResponse;
pub use update_features_request::UpdateFeaturesRequest;
pub use update_features_response::UpdateFeaturesResponse;
pub use write_share_group_state_request::WriteShareGroupStateRequest;
pub use write_share_group_state_response::WriteShareGroupStateResponse;
pub use write_txn_markers_request::WriteTxnMarkersRequest;
pub use write_txn_markers_response::WriteTxnMarkersResponse;
impl<'a> Request<'a> for AddOffsetsToTxnRequest<'a> {
    const API: ApiKey = ApiKey::AddOffsetsToTxn;
    type Response<'b> = AddOffsetsToTxnResponse;
}
impl<'a> Request<'a> for AddPartitionsToTxnRequest<'a> {
    const API: ApiKey = ApiKey::AddPartitionsToTxn;
    type Response<'b> = AddPartitionsToTxnResponse<'b>;
}
impl<'a> Request<'a> for AddRaftVoterRequest<'a> {
    const API: ApiKey = ApiKey::AddRaftVoter;
    type Response<'b> = AddRaftVoterResponse<'b>;
}
impl<'a> Request<'a> for AlterClientQuotasRequest<'a> {
    const API: ApiKey = ApiKey::AlterClientQuotas;
    type Response<'b> = AlterClientQuotasResponse<'b>;
}
impl<'a> Request<'a> for AlterConfigsRequest<'a> {
    const API: ApiKey = ApiKey::AlterConfigs;
    type Response<'b> = AlterConfigsResponse<'b>;
}
impl<'a> Request<'a> for AlterPartitionReassignmentsRequest<'a> {
    const API: ApiKey = ApiKey::AlterPartitionReassignments;
    type Response<'b> = AlterPartitionReassignmentsResponse<'b>;
}
impl<'a> Request<'a> for AlterReplicaLogDirsRequest<'a> {
    const API: ApiKey = ApiKey::AlterReplicaLogDirs;
    type Response<'b> = AlterReplicaLogDirsResponse<'b>;
}
impl<'a> Request<'a> for AlterShareGroupOffsetsRequest<'a> {
    const API: ApiKey = ApiKey::AlterShareGroupOffsets;
    type Response<'b> = AlterShareGroupOffsetsResponse<'b>;
}
impl<'a> Request<'a> for AlterUserScramCredentialsRequest<'a> {
    const API: ApiKey = ApiKey::AlterUserScramCredentials;
    type Response<'b> = AlterUserScramCredentialsResponse<'b>;
}
impl<'a> Request<'a> for ApiVersionsRequest<'a> {
    const API: ApiKey = ApiKey::ApiVersions;
    type Response<'b> = ApiVersionsResponse<'b>;
}
impl<'a> Request<'a> for ConsumerGroupDescribeRequest<'a> {
    const API: ApiKey = ApiKey::ConsumerGroupDescribe;
    type Response<'b> = ConsumerGroupDescribeResponse<'b>;
}
impl<'a> Request<'a> for ConsumerGroupHeartbeatRequest<'a> {
    const API: ApiKey = ApiKey::ConsumerGroupHeartbeat;
    type Response<'b> = ConsumerGroupHeartbeatResponse<'b>;
}
impl<'a> Request<'a> for CreateAclsRequest<'a> {
    const API: ApiKey = ApiKey::CreateAcls;
    type Response<'b> = CreateAclsResponse<'b>;
}
impl<'a> Request<'a> for CreateDelegationTokenRequest<'a> {
    const API: ApiKey = ApiKey::CreateDelegationToken;
    type Response<'b> = CreateDelegationTokenResponse<'b>;
}
impl<'a> Request<'a> for CreatePartitionsRequest<'a> {
    const API: ApiKey = ApiKey::CreatePartitions;
    type Response<'b> = CreatePartitionsResponse<'b>;
}
impl<'a> Request<'a> for CreateTopicsRequest<'a> {
    const API: ApiKey = ApiKey::CreateTopics;
    type Response<'b> = CreateTopicsResponse<'b>;
}
impl<'a> Request<'a> for DeleteAclsRequest<'a> {
    const API: ApiKey = ApiKey::DeleteAcls;
    type Response<'b> = DeleteAclsResponse<'b>;
}
impl<'a> Request<'a> for DeleteGroupsRequest<'a> {
    const API: ApiKey = ApiKey::DeleteGroups;
    type Response<'b> = DeleteGroupsResponse<'b>;
}
impl<'a> Request<'a> for DeleteRecordsRequest<'a> {
    const API: ApiKey = ApiKey::DeleteRecords;
    type Response<'b> = DeleteRecordsResponse<'b>;
}
impl<'a> Request<'a> for DeleteShareGroupOffsetsRequest<'a> {
    const API: ApiKey = ApiKey::DeleteShareGroupOffsets;
    type Response<'b> = DeleteShareGroupOffsetsResponse<'b>;
}
impl<'a> Request<'a> for DeleteShareGroupStateRequest<'a> {
    const API: ApiKey = ApiKey::DeleteShareGroupState;
    type Response<'b> = DeleteShareGroupStateResponse<'b>;
}
impl<'a> Request<'a> for DeleteTopicsRequest<'a> {
    const API: ApiKey = ApiKey::DeleteTopics;
    type Response<'b> = DeleteTopicsResponse<'b>;
}
impl<'a> Request<'a> for DescribeAclsRequest<'a> {
    const API: ApiKey = ApiKey::DescribeAcls;
    type Response<'b> = DescribeAclsResponse<'b>;
}
impl<'a> Request<'a> for DescribeClientQuotasRequest<'a> {
    const API: ApiKey = ApiKey::DescribeClientQuotas;
    type Response<'b> = DescribeClientQuotasResponse<'b>;
}
impl<'a> Request<'a> for DescribeClusterRequest {
    const API: ApiKey = ApiKey::DescribeCluster;
    type Response<'b> = DescribeClusterResponse<'b>;
}
impl<'a> Request<'a> for DescribeConfigsRequest<'a> {
    const API: ApiKey = ApiKey::DescribeConfigs;
    type Response<'b> = DescribeConfigsResponse<'b>;
}
impl<'a> Request<'a> for DescribeDelegationTokenRequest<'a> {
    const API: ApiKey = ApiKey::DescribeDelegationToken;
    type Response<'b> = DescribeDelegationTokenResponse<'b>;
}
impl<'a> Request<'a> for DescribeGroupsRequest<'a> {
    const API: ApiKey = ApiKey::DescribeGroups;
    type Response<'b> = DescribeGroupsResponse<'b>;
}
impl<'a> Request<'a> for DescribeLogDirsRequest<'a> {
    const API: ApiKey = ApiKey::DescribeLogDirs;
    type Response<'b> = DescribeLogDirsResponse<'b>;
}
impl<'a> Request<'a> for DescribeProducersRequest<'a> {
    const API: ApiKey = ApiKey::DescribeProducers;
    type Response<'b> = DescribeProducersResponse<'b>;
}
impl<'a> Request<'a> for DescribeQuorumRequest<'a> {
    const API: ApiKey = ApiKey::DescribeQuorum;
    type Response<'b> = DescribeQuorumResponse<'b>;
}
impl<'a> Request<'a> for DescribeShareGroupOffsetsRequest<'a> {
    const API: ApiKey = ApiKey::DescribeShareGroupOffsets;
    type Response<'b> = DescribeShareGroupOffsetsResponse<'b>;
}
impl<'a> Request<'a> for DescribeTopicPartitionsRequest<'a> {
    const API: ApiKey = ApiKey::DescribeTopicPartitions;
    type Response<'b> = DescribeTopicPartitionsResponse<'b>;
}
impl<'a> Request<'a> for DescribeTransactionsRequest<'a> {
    const API: ApiKey = ApiKey::DescribeTransactions;
    type Response<'b> = DescribeTransactionsResponse<'b>;
}
impl<'a> Request<'a> for DescribeUserScramCredentialsRequest<'a> {
    const API: ApiKey = ApiKey::DescribeUserScramCredentials;
    type Response<'b> = DescribeUserScramCredentialsResponse<'b>;
}
impl<'a> Request<'a> for ElectLeadersRequest<'a> {
    const API: ApiKey = ApiKey::ElectLeaders;
    type Response<'b> = ElectLeadersResponse<'b>;
}
impl<'a> Request<'a> for EndTxnRequest<'a> {
    const API: ApiKey = ApiKey::EndTxn;
    type Response<'b> = EndTxnResponse;
}
impl<'a> Request<'a> for ExpireDelegationTokenRequest<'a> {
    const API: ApiKey = ApiKey::ExpireDelegationToken;
    type Response<'b> = ExpireDelegationTokenResponse;
}
impl<'a> Request<'a> for FetchRequest<'a> {
    const API: ApiKey = ApiKey::Fetch;
    type Response<'b> = FetchResponse<'b>;
}
impl<'a> Request<'a> for FindCoordinatorRequest<'a> {
    const API: ApiKey = ApiKey::FindCoordinator;
    type Response<'b> = FindCoordinatorResponse<'b>;
}
impl<'a> Request<'a> for GetTelemetrySubscriptionsRequest {
    const API: ApiKey = ApiKey::GetTelemetrySubscriptions;
    type Response<'b> = GetTelemetrySubscriptionsResponse<'b>;
}
impl<'a> Request<'a> for HeartbeatRequest<'a> {
    const API: ApiKey = ApiKey::Heartbeat;
    type Response<'b> = HeartbeatResponse;
}
impl<'a> Request<'a> for IncrementalAlterConfigsRequest<'a> {
    const API: ApiKey = ApiKey::IncrementalAlterConfigs;
    type Response<'b> = IncrementalAlterConfigsResponse<'b>;
}
impl<'a> Request<'a> for InitProducerIdRequest<'a> {
    const API: ApiKey = ApiKey::InitProducerId;
    type Response<'b> = InitProducerIdResponse;
}
impl<'a> Request<'a> for InitializeShareGroupStateRequest<'a> {
    const API: ApiKey = ApiKey::InitializeShareGroupState;
    type Response<'b> = InitializeShareGroupStateResponse<'b>;
}
impl<'a> Request<'a> for JoinGroupRequest<'a> {
    const API: ApiKey = ApiKey::JoinGroup;
    type Response<'b> = JoinGroupResponse<'b>;
}
impl<'a> Request<'a> for LeaveGroupRequest<'a> {
    const API: ApiKey = ApiKey::LeaveGroup;
    type Response<'b> = LeaveGroupResponse<'b>;
}
impl<'a> Request<'a> for ListConfigResourcesRequest {
    const API: ApiKey = ApiKey::ListConfigResources;
    type Response<'b> = ListConfigResourcesResponse<'b>;
}
impl<'a> Request<'a> for ListGroupsRequest<'a> {
    const API: ApiKey = ApiKey::ListGroups;
    type Response<'b> = ListGroupsResponse<'b>;
}
impl<'a> Request<'a> for ListOffsetsRequest<'a> {
    const API: ApiKey = ApiKey::ListOffsets;
    type Response<'b> = ListOffsetsResponse<'b>;
}
impl<'a> Request<'a> for ListPartitionReassignmentsRequest<'a> {
    const API: ApiKey = ApiKey::ListPartitionReassignments;
    type Response<'b> = ListPartitionReassignmentsResponse<'b>;
}
impl<'a> Request<'a> for ListTransactionsRequest<'a> {
    const API: ApiKey = ApiKey::ListTransactions;
    type Response<'b> = ListTransactionsResponse<'b>;
}
impl<'a> Request<'a> for MetadataRequest<'a> {
    const API: ApiKey = ApiKey::Metadata;
    type Response<'b> = MetadataResponse<'b>;
}
impl<'a> Request<'a> for OffsetCommitRequest<'a> {
    const API: ApiKey = ApiKey::OffsetCommit;
    type Response<'b> = OffsetCommitResponse<'b>;
}
impl<'a> Request<'a> for OffsetDeleteRequest<'a> {
    const API: ApiKey = ApiKey::OffsetDelete;
    type Response<'b> = OffsetDeleteResponse<'b>;
}
impl<'a> Request<'a> for OffsetFetchRequest<'a> {
    const API: ApiKey = ApiKey::OffsetFetch;
    type Response<'b> = OffsetFetchResponse<'b>;
}
impl<'a> Request<'a> for OffsetForLeaderEpochRequest<'a> {
    const API: ApiKey = ApiKey::OffsetForLeaderEpoch;
    type Response<'b> = OffsetForLeaderEpochResponse<'b>;
}
impl<'a> Request<'a> for ProduceRequest<'a> {
    const API: ApiKey = ApiKey::Produce;
    type Response<'b> = ProduceResponse<'b>;
}
impl<'a> Request<'a> for PushTelemetryRequest<'a> {
    const API: ApiKey = ApiKey::PushTelemetry;
    type Response<'b> = PushTelemetryResponse;
}
impl<'a> Request<'a> for ReadShareGroupStateRequest<'a> {
    const API: ApiKey = ApiKey::ReadShareGroupState;
    type Response<'b> = ReadShareGroupStateResponse<'b>;
}
impl<'a> Request<'a> for ReadShareGroupStateSummaryRequest<'a> {
    const API: ApiKey = ApiKey::ReadShareGroupStateSummary;
    type Response<'b> = ReadShareGroupStateSummaryResponse<'b>;
}
impl<'a> Request<'a> for RemoveRaftVoterRequest<'a> {
    const API: ApiKey = ApiKey::RemoveRaftVoter;
    type Response<'b> = RemoveRaftVoterResponse<'b>;
}
impl<'a> Request<'a> for RenewDelegationTokenRequest<'a> {
    const API: ApiKey = ApiKey::RenewDelegationToken;
    type Response<'b> = RenewDelegationTokenResponse;
}
impl<'a> Request<'a> for SaslAuthenticateRequest<'a> {
    const API: ApiKey = ApiKey::SaslAuthenticate;
    type Response<'b> = SaslAuthenticateResponse<'b>;
}
impl<'a> Request<'a> for SaslHandshakeRequest<'a> {
    const API: ApiKey = ApiKey::SaslHandshake;
    type Response<'b> = SaslHandshakeResponse<'b>;
}
impl<'a> Request<'a> for ShareAcknowledgeRequest<'a> {
    const API: ApiKey = ApiKey::ShareAcknowledge;
    type Response<'b> = ShareAcknowledgeResponse<'b>;
}
impl<'a> Request<'a> for ShareFetchRequest<'a> {
    const API: ApiKey = ApiKey::ShareFetch;
    type Response<'b> = ShareFetchResponse<'b>;
}
impl<'a> Request<'a> for ShareGroupDescribeRequest<'a> {
    const API: ApiKey = ApiKey::ShareGroupDescribe;
    type Response<'b> = ShareGroupDescribeResponse<'b>;
}
impl<'a> Request<'a> for ShareGroupHeartbeatRequest<'a> {
    const API: ApiKey = ApiKey::ShareGroupHeartbeat;
    type Response<'b> = ShareGroupHeartbeatResponse<'b>;
}
impl<'a> Request<'a> for StreamsGroupDescribeRequest<'a> {
    const API: ApiKey = ApiKey::StreamsGroupDescribe;
    type Response<'b> = StreamsGroupDescribeResponse<'b>;
}
impl<'a> Request<'a> for StreamsGroupHeartbeatRequest<'a> {
    const API: ApiKey = ApiKey::StreamsGroupHeartbeat;
    type Response<'b> = StreamsGroupHeartbeatResponse<'b>;
}
impl<'a> Request<'a> for StreamsGroupTopologyDescriptionUpdateRequest<'a> {
    const API: ApiKey = ApiKey::StreamsGroupTopologyDescriptionUpdate;
    type Response<'b> = StreamsGroupTopologyDescriptionUpdateResponse<'b>;
}
impl<'a> Request<'a> for SyncGroupRequest<'a> {
    const API: ApiKey = ApiKey::SyncGroup;
    type Response<'b> = SyncGroupResponse<'b>;
}
impl<'a> Request<'a> for TxnOffsetCommitRequest<'a> {
    const API: ApiKey = ApiKey::TxnOffsetCommit;
    type Response<'b> = TxnOffsetCommitResponse<'b>;
}
impl<'a> Request<'a> for UnregisterBrokerRequest {
    const API: ApiKey = ApiKey::UnregisterBroker;
    type Response<'b> = UnregisterBrokerResponse<'b>;
}
impl<'a> Request<'a> for UnregisterControllerRequest {
    const API: ApiKey = ApiKey::UnregisterController;
    type Response<'b> = UnregisterControllerResponse<'b>;
}
impl<'a> Request<'a> for UpdateFeaturesRequest<'a> {
    const API: ApiKey = ApiKey::UpdateFeatures;
    type Response<'b> = UpdateFeaturesResponse<'b>;
}
impl<'a> Request<'a> for WriteShareGroupStateRequest<'a> {
    const API: ApiKey = ApiKey::WriteShareGroupState;
    type Response<'b> = WriteShareGroupStateResponse<'b>;
}
impl<'a> Request<'a> for WriteTxnMarkersRequest<'a> {
    const API: ApiKey = ApiKey::WriteTxnMarkers;
    type Response<'b> = WriteTxnMarkersResponse<'b>;
}
/// Calls `$with!` with every API: its key, its request and its response.
#[macro_export]
macro_rules! for_each_api {
    ($with:ident) => {
$with! {
AddOffsetsToTxn: AddOffsetsToTxnRequest, AddOffsetsToTxnResponse;
AddPartitionsToTxn: AddPartitionsToTxnRequest, AddPartitionsToTxnResponse;
AddRaftVoter: AddRaftVoterRequest, AddRaftVoterResponse;
AlterClientQuotas: AlterClientQuotasRequest, AlterClientQuotasResponse;
AlterConfigs: AlterConfigsRequest, AlterConfigsResponse;
AlterPartitionReassignments: AlterPartitionReassignmentsRequest, AlterPartitionReassignmentsResponse;
AlterReplicaLogDirs: AlterReplicaLogDirsRequest, AlterReplicaLogDirsResponse;
AlterShareGroupOffsets: AlterShareGroupOffsetsRequest, AlterShareGroupOffsetsResponse;
AlterUserScramCredentials: AlterUserScramCredentialsRequest, AlterUserScramCredentialsResponse;
ApiVersions: ApiVersionsRequest, ApiVersionsResponse;
ConsumerGroupDescribe: ConsumerGroupDescribeRequest, ConsumerGroupDescribeResponse;
ConsumerGroupHeartbeat: ConsumerGroupHeartbeatRequest, ConsumerGroupHeartbeatResponse;
CreateAcls: CreateAclsRequest, CreateAclsResponse;
CreateDelegationToken: CreateDelegationTokenRequest, CreateDelegationTokenResponse;
CreatePartitions: CreatePartitionsRequest, CreatePartitionsResponse;
CreateTopics: CreateTopicsRequest, CreateTopicsResponse;
DeleteAcls: DeleteAclsRequest, DeleteAclsResponse;
DeleteGroups: DeleteGroupsRequest, DeleteGroupsResponse;
DeleteRecords: DeleteRecordsRequest, DeleteRecordsResponse;
DeleteShareGroupOffsets: DeleteShareGroupOffsetsRequest, DeleteShareGroupOffsetsResponse;
DeleteShareGroupState: DeleteShareGroupStateRequest, DeleteShareGroupStateResponse;
DeleteTopics: DeleteTopicsRequest, DeleteTopicsResponse;
DescribeAcls: DescribeAclsRequest, DescribeAclsResponse;
DescribeClientQuotas: DescribeClientQuotasRequest, DescribeClientQuotasResponse;
DescribeCluster: DescribeClusterRequest, DescribeClusterResponse;
DescribeConfigs: DescribeConfigsRequest, DescribeConfigsResponse;
DescribeDelegationToken: DescribeDelegationTokenRequest, DescribeDelegationTokenResponse;
DescribeGroups: DescribeGroupsRequest, DescribeGroupsResponse;
DescribeLogDirs: DescribeLogDirsRequest, DescribeLogDirsResponse;
DescribeProducers: DescribeProducersRequest, DescribeProducersResponse;
DescribeQuorum: DescribeQuorumRequest, DescribeQuorumResponse;
DescribeShareGroupOffsets: DescribeShareGroupOffsetsRequest, DescribeShareGroupOffsetsResponse;
DescribeTopicPartitions: DescribeTopicPartitionsRequest, DescribeTopicPartitionsResponse;
DescribeTransactions: DescribeTransactionsRequest, DescribeTransactionsResponse;
DescribeUserScramCredentials: DescribeUserScramCredentialsRequest, DescribeUserScramCredentialsResponse;
ElectLeaders: ElectLeadersRequest, ElectLeadersResponse;
EndTxn: EndTxnRequest, EndTxnResponse;
ExpireDelegationToken: ExpireDelegationTokenRequest, ExpireDelegationTokenResponse;
Fetch: FetchRequest, FetchResponse;
FindCoordinator: FindCoordinatorRequest, FindCoordinatorResponse;
GetTelemetrySubscriptions: GetTelemetrySubscriptionsRequest, GetTelemetrySubscriptionsResponse;
Heartbeat: HeartbeatRequest, HeartbeatResponse;
IncrementalAlterConfigs: IncrementalAlterConfigsRequest, IncrementalAlterConfigsResponse;
InitProducerId: InitProducerIdRequest, InitProducerIdResponse;
InitializeShareGroupState: InitializeShareGroupStateRequest, InitializeShareGroupStateResponse;
JoinGroup: JoinGroupRequest, JoinGroupResponse;
LeaveGroup: LeaveGroupRequest, LeaveGroupResponse;
ListConfigResources: ListConfigResourcesRequest, ListConfigResourcesResponse;
ListGroups: ListGroupsRequest, ListGroupsResponse;
ListOffsets: ListOffsetsRequest, ListOffsetsResponse;
ListPartitionReassignments: ListPartitionReassignmentsRequest, ListPartitionReassignmentsResponse;
ListTransactions: ListTransactionsRequest, ListTransactionsResponse;
Metadata: MetadataRequest, MetadataResponse;
OffsetCommit: OffsetCommitRequest, OffsetCommitResponse;
OffsetDelete: OffsetDeleteRequest, OffsetDeleteResponse;
OffsetFetch: OffsetFetchRequest, OffsetFetchResponse;
OffsetForLeaderEpoch: OffsetForLeaderEpochRequest, OffsetForLeaderEpochResponse;
Produce: ProduceRequest, ProduceResponse;
PushTelemetry: PushTelemetryRequest, PushTelemetryResponse;
ReadShareGroupState: ReadShareGroupStateRequest, ReadShareGroupStateResponse;
ReadShareGroupStateSummary: ReadShareGroupStateSummaryRequest, ReadShareGroupStateSummaryResponse;
RemoveRaftVoter: RemoveRaftVoterRequest, RemoveRaftVoterResponse;
RenewDelegationToken: RenewDelegationTokenRequest, RenewDelegationTokenResponse;
SaslAuthenticate: SaslAuthenticateRequest, SaslAuthenticateResponse;
SaslHandshake: SaslHandshakeRequest, SaslHandshakeResponse;
ShareAcknowledge: ShareAcknowledgeRequest, ShareAcknowledgeResponse;
ShareFetch: ShareFetchRequest, ShareFetchResponse;
ShareGroupDescribe: ShareGroupDescribeRequest, ShareGroupDescribeResponse;
ShareGroupHeartbeat: ShareGroupHeartbeatRequest, ShareGroupHeartbeatResponse;
StreamsGroupDescribe: StreamsGroupDescribeRequest, StreamsGroupDescribeResponse;
StreamsGroupHeartbeat: StreamsGroupHeartbeatRequest, StreamsGroupHeartbeatResponse;
StreamsGroupTopologyDescriptionUpdate: StreamsGroupTopologyDescriptionUpdateRequest, StreamsGroupTopologyDescriptionUpdateResponse;
SyncGroup: SyncGroupRequest, SyncGroupResponse;
TxnOffsetCommit: TxnOffsetCommitRequest, TxnOffsetCommitResponse;
UnregisterBroker: UnregisterBrokerRequest, UnregisterBrokerResponse;
UnregisterController: UnregisterControllerRequest, UnregisterControllerResponse;
UpdateFeatures: UpdateFeaturesRequest, UpdateFeaturesResponse;
WriteShareGroupState: WriteShareGroupStateRequest, WriteShareGroupStateResponse;
WriteTxnMarkers: WriteTxnMarkersRequest, WriteTxnMarkersResponse;
}
};
}
