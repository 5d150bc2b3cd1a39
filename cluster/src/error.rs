//! Typed errors. Only `shards` maps kinds to Kafka's error codes.

use crate::limits::MESSAGE_LEN_MAX;

/// Why a command, or one item of it, is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// A topic of that name exists (TOPIC_ALREADY_EXISTS).
    TopicExists,
    /// The name breaks Kafka's rules or collides with another (INVALID_TOPIC_EXCEPTION).
    InvalidTopic,
    /// INVALID_PARTITIONS
    InvalidPartitions,
    /// INVALID_REPLICATION_FACTOR
    InvalidReplicationFactor,
    /// INVALID_REPLICA_ASSIGNMENT
    InvalidReplicaAssignment,
    /// A value, name or operation on a config is refused (INVALID_CONFIG).
    InvalidConfig,
    /// The request contradicts itself (INVALID_REQUEST).
    InvalidRequest,
    /// UNKNOWN_TOPIC_OR_PARTITION
    UnknownTopic,
    /// UNKNOWN_TOPIC_ID
    UnknownTopicId,
    /// A limit of this cluster is exceeded (POLICY_VIOLATION).
    PolicyViolation,
    /// `delete.topic.enable=false` (TOPIC_DELETION_DISABLED).
    TopicDeletionDisabled,
    /// No such broker (BROKER_NOT_AVAILABLE / BROKER_ID_NOT_REGISTERED).
    UnknownBroker,
    /// Another live process holds that broker id (DUPLICATE_BROKER_REGISTRATION).
    DuplicateBroker,
    /// The node belongs to another cluster (INCONSISTENT_CLUSTER_ID).
    InconsistentCluster,
    /// Another process took the place of that broker (STALE_BROKER_EPOCH).
    StaleBrokerEpoch,
    /// The request knows more than this controller (NOT_CONTROLLER).
    NotController,
    /// FENCED_LEADER_EPOCH
    FencedLeaderEpoch,
    /// INVALID_UPDATE_VERSION
    InvalidUpdateVersion,
    /// A replica cannot be in sync now (INELIGIBLE_REPLICA).
    IneligibleReplica,
    /// NO_REASSIGNMENT_IN_PROGRESS
    NoReassignmentInProgress,
    /// ELECTION_NOT_NEEDED
    ElectionNotNeeded,
    /// PREFERRED_LEADER_NOT_AVAILABLE
    PreferredLeaderNotAvailable,
    /// ELIGIBLE_LEADERS_NOT_AVAILABLE
    EligibleLeadersNotAvailable,
    /// The state of the cluster itself is at fault; a bug or a damaged log (UNKNOWN_SERVER_ERROR).
    Internal,
}

/// A refused command or item: the kind decides the wire code, the message is for people.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct CommandError {
    pub kind: ErrorKind,
    pub message: String,
}

impl CommandError {
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        let mut message = message.into();
        // Names come from requests: a message that repeats one must still fit into a response.
        if message.len() > MESSAGE_LEN_MAX {
            let end = (0..=MESSAGE_LEN_MAX).rev().find(|end| message.is_char_boundary(*end));
            message.truncate(end.unwrap_or(0));
            message.push('…');
        }
        Self { kind, message }
    }
}

/// Why bytes are not a record of ours.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RecordError {
    #[error("metadata record of {len} bytes is outside 2..={max}")]
    Length { len: usize, max: usize },
    #[error("metadata record of unknown kind {kind}: written by a newer version?")]
    UnknownKind { kind: u8 },
    #[error("metadata record {name} has version {version}, this build reads {supported}")]
    UnknownVersion { name: &'static str, version: u8, supported: u8 },
    #[error("metadata record {name} is corrupt: {reason}")]
    Corrupt { name: &'static str, reason: String },
}

/// Why a record does not fit the image it is applied to. Only a damaged log or a bug leads here.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReplayError {
    #[error("record {record} names topic id {topic_id}, which does not exist")]
    UnknownTopic { record: &'static str, topic_id: wire::Uuid },
    #[error("topic {name:?} ({topic_id}) exists already under that name or id")]
    TopicExists { name: String, topic_id: wire::Uuid },
    #[error("topic {topic_id} has {expected} partitions; the record names partition {partition}")]
    PartitionOutOfOrder { topic_id: wire::Uuid, partition: i32, expected: i32 },
    #[error("the record tells the epoch of broker {broker_id}, which is not registered")]
    UnknownBroker { broker_id: i32 },
    #[error("cluster id {new} does not match {old}")]
    ClusterId { old: wire::Uuid, new: wire::Uuid },
}
