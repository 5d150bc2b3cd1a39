//! What a controller can be asked, and what it answers.
//!
//! Everything that is not a function of the image (time, fresh ids, seeds) comes in here.

use wire::Uuid;

use crate::configs::Described;
pub use crate::configs::{ConfigOp, Operation};
use crate::error::CommandError;
use crate::records::{BrokerState, LogId, ResourceKind};
use crate::replication::leader::IsrChange;

/// One request to the controller. Items of a request succeed or fail each on its own.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// Names the cluster, once. Repeating the same id does nothing.
    CreateCluster {
        cluster_id: Uuid,
    },
    /// A node reports for duty with all its shards.
    RegisterBrokers(RegisterBrokers),
    CreateTopics(CreateTopics),
    DeleteTopics(DeleteTopics),
    CreatePartitions(CreatePartitions),
    AlterConfigs(AlterConfigs),
    /// Hands the next block of producer ids to a broker (KIP-730).
    AllocateProducerIds {
        broker_id: i32,
    },
    /// Leads partitions on in a new epoch (KIP-320), so readers see that the past may be cut.
    BumpLeaderEpochs(BumpLeaderEpochs),
    /// Finalizes features at these levels (KIP-584); 0 takes one away.
    SetFeatures(Vec<(String, i16)>),
    /// A process begins, fenced; see [`RegisterNode`].
    RegisterNode(RegisterNode),
    /// The registration of `broker_epoch` is fenced, serves, or is about to stop. For a broker
    /// that was unregistered in between, or registered again, it is refused.
    ChangeBroker {
        broker_id: i32,
        broker_epoch: i64,
        state: BrokerState,
    },
    /// A broker that is stopped is gone for good (64).
    UnregisterBroker {
        broker_id: i32,
    },
    AlterPartition(AlterPartition),
    ElectLeaders(ElectLeaders),
    /// Gives leaderships back to the first replicas, a bounded number at a time.
    BalanceLeaders,
    Reassign(Reassign),
}

#[derive(Debug, Clone, PartialEq)]
pub enum Reply {
    ClusterCreated,
    BrokersRegistered,
    CreateTopics(Vec<CreateTopicResult>),
    DeleteTopics(Vec<DeleteTopicResult>),
    CreatePartitions(Vec<CreatePartitionsResult>),
    AlterConfigs(Vec<AlterConfigsResult>),
    ProducerIds(ProducerIdBlock),
    LeaderEpochsBumped { partitions: usize },
    FeaturesSet,
    BrokerChanged,
    PartitionAltered,
    LeadersElected(Vec<(LogId, Result<(), CommandError>)>),
    Reassigned(Vec<(LogId, Result<(), CommandError>)>),
}

#[derive(Debug, Clone, PartialEq)]
pub struct RegisterBrokers {
    /// The cluster the node believes in; ZERO if it has not joined one yet.
    pub cluster_id: Uuid,
    /// All shards of the node; those it had before and are not named are unregistered.
    pub brokers: Vec<crate::records::BrokerRegistered>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct CreateTopics {
    pub topics: Vec<NewTopic>,
    pub validate_only: bool,
    /// Turns the start of the placement, so that it does not always favour the same shards.
    pub seed: u64,
}

#[derive(Debug, Clone, PartialEq, Default)]
pub struct NewTopic {
    pub name: String,
    /// A fresh random id from the caller; never [`Uuid::ZERO`].
    pub id: Uuid,
    /// -1: the cluster's `num.partitions`, or as many as `assignments` holds.
    pub num_partitions: i32,
    /// -1: the cluster's `default.replication.factor`, or as `assignments` says.
    pub replication_factor: i16,
    /// Manual placement; empty to let the controller place.
    pub assignments: Vec<Assignment>,
    pub configs: Vec<(String, Option<String>)>,
}

/// The replicas of one partition by hand; the first is the preferred leader.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assignment {
    pub partition: i32,
    pub broker_ids: Vec<i32>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct CreateTopicResult {
    pub name: String,
    pub outcome: Result<CreatedTopic, CommandError>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct CreatedTopic {
    pub id: Uuid,
    pub num_partitions: i32,
    pub replication_factor: i16,
    /// The topic's configs as DescribeConfigs would show them (CreateTopics v5+).
    pub configs: Vec<Described>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct DeleteTopics {
    pub topics: Vec<TopicRef>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TopicRef {
    Name(String),
    /// [`Uuid::ZERO`] names none.
    Id(Uuid),
    /// A name and an id, which is one too many.
    Both(String, Uuid),
}

#[derive(Debug, Clone, PartialEq)]
pub struct DeleteTopicResult {
    /// Name if it was asked for by name, or found by id.
    pub name: Option<String>,
    /// Id if it was asked for by id, or found by name; else ZERO. A topic that was named in a way
    /// that contradicts itself is answered by what the request says, and once.
    pub id: Uuid,
    pub outcome: Result<(), CommandError>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct CreatePartitions {
    pub topics: Vec<MorePartitions>,
    pub validate_only: bool,
    pub seed: u64,
}

#[derive(Debug, Clone, PartialEq)]
pub struct MorePartitions {
    pub name: String,
    /// The new total, not the number to add.
    pub count: i32,
    /// Replicas of each *added* partition, or `None` to let the controller place.
    pub assignments: Option<Vec<Vec<i32>>>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct CreatePartitionsResult {
    pub name: String,
    pub outcome: Result<(), CommandError>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct AlterConfigs {
    pub resources: Vec<AlterResource>,
    pub validate_only: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub struct AlterResource {
    pub kind: ResourceKind,
    /// Topic name; broker id as text, or "" for the default of all brokers; else any name.
    pub name: String,
    pub change: ConfigChange,
}

#[derive(Debug, Clone, PartialEq)]
pub enum ConfigChange {
    /// AlterConfigs (33): the resource holds exactly these afterwards.
    Replace(Vec<(String, Option<String>)>),
    /// IncrementalAlterConfigs (44, KIP-339).
    Incremental(Vec<ConfigOp>),
}

#[derive(Debug, Clone, PartialEq)]
pub struct AlterConfigsResult {
    pub kind: ResourceKind,
    pub name: String,
    pub outcome: Result<(), CommandError>,
}

/// Producer ids `first .. first + len`, for one broker alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProducerIdBlock {
    pub first: i64,
    pub len: i32,
}

#[derive(Debug, Clone, PartialEq)]
pub enum BumpLeaderEpochs {
    /// All partitions led by these brokers: their process died with data in memory only.
    LedBy(Vec<i32>),
    /// These partitions (topic id, partition).
    Partitions(Vec<(Uuid, i32)>),
}

/// A process of a node, before it serves anything.
#[derive(Debug, Clone, PartialEq)]
pub struct RegisterNode {
    /// The cluster the node believes in; ZERO if it has not joined one yet.
    pub cluster_id: Uuid,
    /// All shards of the node; those it had before and are not named are unregistered.
    pub brokers: Vec<crate::records::BrokerRegistered>,
    /// Incarnations that ran on this data folder, from the last one that served on. The folder
    /// notes an incarnation before it registers, so naming the registered one proves that this is
    /// the same folder, and its lock that the other process is dead.
    pub predecessors: Vec<Uuid>,
    /// Logs, by broker, that may have lost what they promised.
    pub suspects: Vec<(i32, LogId)>,
    /// Whether the registered process was heard of within its session: the controller's own.
    pub session_lives: bool,
}

/// A leader asks for a change of its ISR.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlterPartition {
    pub broker_id: i32,
    pub broker_epoch: i64,
    pub log: LogId,
    pub change: IsrChange,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ElectLeaders {
    pub partitions: Vec<LogId>,
    pub election: Election,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Election {
    /// The first replica, if it is in sync.
    Preferred,
    /// Any that runs, where there is no leader: what is committed may be lost.
    Unclean,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reassign {
    /// New replicas, the preferred leader first; `None` takes a reassignment back.
    pub partitions: Vec<(LogId, Option<Vec<i32>>)>,
}
