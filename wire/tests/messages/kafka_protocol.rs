//! Our bytes against those of the crate `kafka-protocol`, an independent codec.

use bytes::{Bytes, BytesMut};
use kafka_protocol::messages as theirs;
use kafka_protocol::protocol::{Decodable, Encodable, Message as TheirMessage};

use crate::table::{self, Message};

/// A message there: its versions, and what it makes of bytes and of its defaults.
struct Theirs {
    name: &'static str,
    versions: std::ops::RangeInclusive<i16>,
    again: fn(bytes: &[u8], version: i16) -> Vec<u8>,
    default: fn(version: i16) -> Option<Vec<u8>>,
}

macro_rules! theirs {
    ($($name:ident)*) => {
        vec![$(Theirs {
            name: stringify!($name),
            versions: theirs::$name::VERSIONS.min..=theirs::$name::VERSIONS.max,
            again: |bytes, version| {
                let mut bytes = Bytes::copy_from_slice(bytes);
                let at = concat!(stringify!($name), " v");
                let value = theirs::$name::decode(&mut bytes, version)
                    .unwrap_or_else(|error| panic!("{at}{version}: they refuse: {error}"));
                assert!(bytes.is_empty(), "{at}{version}: they leave {} bytes", bytes.len());
                let mut out = BytesMut::new();
                value.encode(&mut out, version)
                    .unwrap_or_else(|error| panic!("{at}{version}: they cannot write: {error}"));
                out.to_vec()
            },
            default: |version| {
                let mut out = BytesMut::new();
                theirs::$name::default().encode(&mut out, version).ok()?;
                Some(out.to_vec())
            },
        }),*]
    };
}

/// All messages but those of four APIs that it does not have yet: StreamsGroupHeartbeat,
/// StreamsGroupDescribe, StreamsGroupTopologyDescriptionUpdate and UnregisterController.
fn all() -> Vec<Theirs> {
    theirs! {
        AddOffsetsToTxnRequest AddOffsetsToTxnResponse AddPartitionsToTxnRequest
        AddPartitionsToTxnResponse AddRaftVoterRequest AddRaftVoterResponse AlterClientQuotasRequest
        AlterClientQuotasResponse AlterConfigsRequest AlterConfigsResponse
        AlterPartitionReassignmentsRequest AlterPartitionReassignmentsResponse
        AlterReplicaLogDirsRequest AlterReplicaLogDirsResponse AlterShareGroupOffsetsRequest
        AlterShareGroupOffsetsResponse AlterUserScramCredentialsRequest
        AlterUserScramCredentialsResponse ApiVersionsRequest ApiVersionsResponse
        ConsumerGroupDescribeRequest ConsumerGroupDescribeResponse ConsumerGroupHeartbeatRequest
        ConsumerGroupHeartbeatResponse CreateAclsRequest CreateAclsResponse
        CreateDelegationTokenRequest CreateDelegationTokenResponse CreatePartitionsRequest
        CreatePartitionsResponse CreateTopicsRequest CreateTopicsResponse DeleteAclsRequest
        DeleteAclsResponse DeleteGroupsRequest DeleteGroupsResponse DeleteRecordsRequest
        DeleteRecordsResponse DeleteShareGroupOffsetsRequest DeleteShareGroupOffsetsResponse
        DeleteShareGroupStateRequest DeleteShareGroupStateResponse DeleteTopicsRequest
        DeleteTopicsResponse DescribeAclsRequest DescribeAclsResponse DescribeClientQuotasRequest
        DescribeClientQuotasResponse DescribeClusterRequest DescribeClusterResponse
        DescribeConfigsRequest DescribeConfigsResponse DescribeDelegationTokenRequest
        DescribeDelegationTokenResponse DescribeGroupsRequest DescribeGroupsResponse
        DescribeLogDirsRequest DescribeLogDirsResponse DescribeProducersRequest
        DescribeProducersResponse DescribeQuorumRequest DescribeQuorumResponse
        DescribeShareGroupOffsetsRequest DescribeShareGroupOffsetsResponse
        DescribeTopicPartitionsRequest DescribeTopicPartitionsResponse DescribeTransactionsRequest
        DescribeTransactionsResponse DescribeUserScramCredentialsRequest
        DescribeUserScramCredentialsResponse ElectLeadersRequest ElectLeadersResponse EndTxnRequest
        EndTxnResponse ExpireDelegationTokenRequest ExpireDelegationTokenResponse FetchRequest
        FetchResponse FindCoordinatorRequest FindCoordinatorResponse
        GetTelemetrySubscriptionsRequest GetTelemetrySubscriptionsResponse HeartbeatRequest
        HeartbeatResponse IncrementalAlterConfigsRequest IncrementalAlterConfigsResponse
        InitProducerIdRequest InitProducerIdResponse InitializeShareGroupStateRequest
        InitializeShareGroupStateResponse JoinGroupRequest JoinGroupResponse LeaveGroupRequest
        LeaveGroupResponse ListConfigResourcesRequest ListConfigResourcesResponse ListGroupsRequest
        ListGroupsResponse ListOffsetsRequest ListOffsetsResponse ListPartitionReassignmentsRequest
        ListPartitionReassignmentsResponse ListTransactionsRequest ListTransactionsResponse
        MetadataRequest MetadataResponse OffsetCommitRequest OffsetCommitResponse
        OffsetDeleteRequest OffsetDeleteResponse OffsetFetchRequest OffsetFetchResponse
        OffsetForLeaderEpochRequest OffsetForLeaderEpochResponse ProduceRequest ProduceResponse
        PushTelemetryRequest PushTelemetryResponse ReadShareGroupStateRequest
        ReadShareGroupStateResponse ReadShareGroupStateSummaryRequest
        ReadShareGroupStateSummaryResponse RemoveRaftVoterRequest RemoveRaftVoterResponse
        RenewDelegationTokenRequest RenewDelegationTokenResponse SaslAuthenticateRequest
        SaslAuthenticateResponse SaslHandshakeRequest SaslHandshakeResponse ShareAcknowledgeRequest
        ShareAcknowledgeResponse ShareFetchRequest ShareFetchResponse ShareGroupDescribeRequest
        ShareGroupDescribeResponse ShareGroupHeartbeatRequest ShareGroupHeartbeatResponse
        SyncGroupRequest SyncGroupResponse TxnOffsetCommitRequest TxnOffsetCommitResponse
        UnregisterBrokerRequest UnregisterBrokerResponse UpdateFeaturesRequest
        UpdateFeaturesResponse WriteShareGroupStateRequest WriteShareGroupStateResponse
        WriteTxnMarkersRequest WriteTxnMarkersResponse
    }
}

/// Calls `visit` with every message and version that both codecs have.
fn each_common(mut visit: impl FnMut(&Message, &Theirs, i16)) -> usize {
    let theirs = all();
    let mut count = 0;
    for message in table::all() {
        let Some(their) = theirs.iter().find(|their| their.name == message.name) else { continue };
        for version in message.versions().filter(|version| their.versions.contains(version)) {
            visit(&message, their, version);
            count += 1;
        }
    }
    count
}

#[test]
fn they_read_our_bytes_and_write_the_same() {
    let count = each_common(|message, their, version| {
        for seed in 0..25 {
            let ours = (message.random)(seed, version);
            let back = (their.again)(&ours, version);
            assert_eq!(back, ours, "{} v{version} seed {seed}", message.name);
        }
    });
    assert_eq!(all().len(), 2 * (79 - 4));
    assert!(count > 480, "only {count} versions are compared");
}

#[test]
fn we_read_their_bytes_and_write_the_same() {
    each_common(|message, their, version| {
        let Some(bytes) = (their.default)(version) else { return };
        let back = (message.again)(&bytes, version);
        assert_eq!(back.as_ref(), Ok(&bytes), "{} v{version}", message.name);
    });
}

#[test]
fn defaults_are_the_same() {
    each_common(|message, their, version| {
        if let (Some(ours), Some(bytes)) = ((message.default)(version), (their.default)(version)) {
            assert_eq!(ours, bytes, "{} v{version}", message.name);
        }
    });
}
