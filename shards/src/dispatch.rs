//! The table of APIs: what is served, in which versions, how, and by whom.
//!
//! Invariant: an API is served if and only if it has a row here; ApiVersions is answered from it.

use std::future::Future;
use std::net::SocketAddr;
use std::ops::RangeInclusive;
use std::pin::Pin;
use std::rc::Rc;

use wire::ApiKey;
use wire::codec::{Decode, DecodeError, Encode, EncodeError, Reader};
use wire::header;

use crate::apis;
use crate::shard::Shard;

/// How requests of one connection follow each other.
#[derive(Clone, Copy)]
pub enum Mode {
    /// Decoded and started in the order of arrival, without waiting for what came before; the
    /// answer waits for its turn. Their code knows the connection (`apis::produce`, `apis::fetch`).
    Produce,
    Fetch,
    /// Starts when everything that came before is answered, and nothing starts until it is answered
    /// itself: Kafka's one request at a time.
    Serial(Handler),
}

/// Answers one request: the whole response frame, from [`RequestContext::respond`].
pub type Handler = for<'a> fn(&'a Rc<Shard>, &'a RequestContext, &'a [u8]) -> Answer<'a>;
type Answer<'a> = Pin<Box<dyn Future<Output = Result<Vec<u8>, HandlerError>> + 'a>>;

/// One API.
pub struct Row {
    pub api: ApiKey,
    pub mode: Mode,
}

macro_rules! serial {
    ($api:ident, $module:ident) => {
        Row {
            api: ApiKey::$api,
            mode: Mode::Serial(|shard, ctx, body| {
                Box::pin(apis::$module::handle(shard, ctx, body))
            }),
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

impl Row {
    /// The versions that are served.
    pub fn versions(&self) -> RangeInclusive<i16> {
        self.api.served_versions()
    }

    /// The versions clients are told of: Produce from 0, see [`ApiKey::advertised_versions`].
    pub fn advertised_versions(&self) -> RangeInclusive<i16> {
        self.api.advertised_versions()
    }
}

/// The row that serves this version of this API.
pub fn find(api_key: i16, api_version: i16) -> Option<&'static Row> {
    let row = TABLE.iter().find(|row| row.api as i16 == api_key)?;
    row.versions().contains(&api_version).then_some(row)
}

/// What a handler knows of its request beside the body.
#[derive(Debug, Clone)]
pub struct RequestContext {
    pub api: ApiKey,
    pub api_version: i16,
    pub correlation_id: i32,
    pub client_id: Option<Rc<str>>,
    pub peer: SocketAddr,
    /// When the request had come, on the shard's clock.
    pub received_us: u64,
}

impl RequestContext {
    /// The request's body.
    ///
    /// # Errors
    /// It is not what its version says: the connection is closed.
    pub fn decode<'a, T: Decode<'a>>(&self, body: &'a [u8]) -> Result<T, HandlerError> {
        Ok(T::decode(&mut Reader::new(body), self.api_version)?)
    }

    /// The whole response frame.
    ///
    /// # Errors
    /// The response cannot be written in the request's version: a mistake of ours.
    pub fn respond(&self, response: &dyn Encode) -> Result<Vec<u8>, HandlerError> {
        self.respond_in(self.api_version, response)
    }

    /// As [`RequestContext::respond`], in another version than the request's.
    pub fn respond_in(&self, version: i16, response: &dyn Encode) -> Result<Vec<u8>, HandlerError> {
        let mut frame = Vec::new();
        header::encode_response(&mut frame, self.api, version, self.correlation_id, response)?;
        Ok(frame)
    }
}

/// Why a request has no answer. The connection is closed, with a line in the log.
#[derive(Debug, thiserror::Error)]
pub enum HandlerError {
    #[error("the request does not decode: {0}")]
    Decode(#[from] DecodeError),
    #[error("the response does not encode: {0}")]
    Encode(#[from] EncodeError),
    #[error("{0}")]
    Internal(&'static str),
    /// With acks=0 there is no answer; as Kafka does, the end of the connection tells the producer.
    #[error("a batch sent with acks=0 was refused: {0}")]
    Silent(&'static str),
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
