//! The records of the metadata log: the only thing that changes the state of a cluster.
//!
//! ```text
//!   byte   0      1         2 …
//!        ┌──────┬─────────┬──────────────────────────┐
//!        │ kind │ version │ rkyv archive of the kind │
//!        └──────┴─────────┴──────────────────────────┘
//! ```
//!
//! A kind's layout never changes: a new one gets the next version, and the old stays readable.
//! The log below (record batches with CRC32C) guards against damaged bytes; decoding is checked
//! anyway, so no bytes can do harm.
//!
//! Seam for Raft: a command's records form one entry. They are appended, committed and applied
//! together or not at all ([`crate::Image::apply_batch`]), and nothing else changes state. So a
//! Raft library can carry the same bytes as its entries without this file knowing of it.

use rkyv::rancor::{Error as ArchiveError, Fallible};
use rkyv::util::AlignedVec;
use rkyv::with::{ArchiveWith, DeserializeWith, SerializeWith};
use rkyv::{Archive, Deserialize, Place, Serialize};
use wire::Uuid;

use crate::error::RecordError;
use crate::limits::RECORD_LEN_MAX;

pub mod v1;

/// The layout of kinds that never had another.
const VERSION: u8 = 1;
/// Registrations since they tell which logs to trust, partitions since they can move.
const VERSION_2: u8 = 2;

/// One change of the cluster's state.
#[derive(Debug, Clone, PartialEq)]
pub enum Record {
    ClusterCreated(ClusterCreated),
    BrokerRegistered(BrokerRegistered),
    /// A node came back with fewer shards.
    BrokerUnregistered(BrokerUnregistered),
    TopicCreated(TopicCreated),
    /// A partition comes to be; always the topic's next number.
    PartitionCreated(PartitionRecord),
    /// The whole new state of a partition.
    PartitionChanged(PartitionRecord),
    TopicDeleted(TopicDeleted),
    ConfigChanged(ConfigChanged),
    ProducerIdsAllocated(ProducerIdsAllocated),
    FeatureLevel(FeatureLevel),
    /// Only in snapshots: the log itself tells a broker's epoch by the place of its registration.
    BrokerEpoch(BrokerEpoch),
    /// A broker is fenced, serves, or is about to stop.
    BrokerChanged(BrokerChanged),
    /// One record for all partitions that only this broker has: a restart of a node that is alone
    /// does not write one for each.
    LoneReplicasChanged(LoneReplicasChanged),
}

#[derive(Archive, Serialize, Deserialize, Debug, Clone, PartialEq, Eq)]
pub struct ClusterCreated {
    #[rkyv(with = UuidBytes)]
    pub cluster_id: Uuid,
}

/// A shard of a node, with the address clients reach it at.
#[derive(Archive, Serialize, Deserialize, Debug, Clone, PartialEq, Eq)]
pub struct BrokerRegistered {
    pub broker_id: i32,
    pub node_id: i32,
    pub shard: u16,
    pub host: String,
    pub port: u16,
    /// The configured rack, else the node's id as text: replicas spread over nodes at least.
    pub rack: Option<String>,
    /// A fresh id per process, so that two processes with one id are told apart.
    #[rkyv(with = UuidBytes)]
    pub incarnation: Uuid,
    /// Where other nodes reach it; 0 for a node that is alone.
    pub link_port: u16,
    /// The epoch of the registration this one takes the place of; -1 for the first.
    pub previous_epoch: i64,
    /// Logs of this broker that may have lost an acknowledged tail.
    pub suspect_logs: Vec<LogId>,
    pub state: BrokerState,
}

/// One partition of a topic, whoever holds a replica of it.
#[derive(
    Archive, Serialize, Deserialize, Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash,
)]
pub struct LogId {
    #[rkyv(with = UuidBytes)]
    pub topic_id: Uuid,
    pub partition: i32,
}

/// Whether a broker may lead and be in sync.
#[derive(Archive, Serialize, Deserialize, Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BrokerState {
    /// Registered, but not heard of (again) yet: it leads nothing and is in no ISR.
    Fenced,
    Serving,
    /// It asked to stop: it leads nothing and joins no ISR any more.
    ShuttingDown,
}

#[derive(Archive, Serialize, Deserialize, Debug, Clone, PartialEq, Eq)]
pub struct BrokerChanged {
    pub broker_id: i32,
    /// Of the registration that is meant; a change of an older one says nothing.
    pub epoch: i64,
    pub state: BrokerState,
}

/// See [`Partition::as_lone_replica`].
#[derive(Archive, Serialize, Deserialize, Debug, Clone, PartialEq, Eq)]
pub struct LoneReplicasChanged {
    pub broker_id: i32,
    /// It leads them from here on, or leads them no more.
    pub leads: bool,
}

/// A shard that holds nothing is gone.
#[derive(Archive, Serialize, Deserialize, Debug, Clone, PartialEq, Eq)]
pub struct BrokerUnregistered {
    pub broker_id: i32,
}

#[derive(Archive, Serialize, Deserialize, Debug, Clone, PartialEq, Eq)]
pub struct TopicCreated {
    #[rkyv(with = UuidBytes)]
    pub topic_id: Uuid,
    pub name: String,
}

#[derive(Archive, Serialize, Deserialize, Debug, Clone, PartialEq, Eq)]
pub struct PartitionRecord {
    #[rkyv(with = UuidBytes)]
    pub topic_id: Uuid,
    pub partition: i32,
    pub state: Partition,
}

/// What the cluster knows of one partition. A replica's shard is its broker id.
#[derive(Archive, Serialize, Deserialize, Debug, Clone, PartialEq, Eq)]
pub struct Partition {
    /// Broker id of the leader; -1 if there is none.
    pub leader: i32,
    /// Grows with every new leader or restart of one.
    pub leader_epoch: i32,
    /// Grows with every change of this state.
    pub partition_epoch: i32,
    /// Broker ids, preferred leader first, all on different nodes.
    pub replicas: Vec<i32>,
    /// Replicas that have everything acknowledged.
    pub isr: Vec<i32>,
    /// Eligible leader replicas (KIP-966): left the ISR below `min.insync.replicas`.
    pub elr: Vec<i32>,
    /// The leader as last known, while there is none.
    pub last_known_elr: Vec<i32>,
    /// Replicas that a reassignment adds, and those it takes away once these are in sync.
    pub adding: Vec<i32>,
    pub removing: Vec<i32>,
    /// The leader was elected uncleanly and has not confirmed that it leads on.
    pub recovering: bool,
}

impl Partition {
    /// A new partition on `replicas`: all in sync, the first leads, in epoch 0.
    #[must_use]
    pub fn new(replicas: Vec<i32>) -> Self {
        Self {
            leader: replicas.first().copied().unwrap_or(-1),
            leader_epoch: 0,
            partition_epoch: 0,
            isr: replicas.clone(),
            replicas,
            elr: Vec::new(),
            last_known_elr: Vec::new(),
            adding: Vec::new(),
            removing: Vec::new(),
            recovering: false,
        }
    }

    /// What becomes of a partition that only `broker` has, when it comes to lead its like or leaves
    /// them; `None` for any other partition, and for one with something else under way.
    #[must_use]
    pub fn as_lone_replica(&self, broker: i32, leads: bool) -> Option<Self> {
        let only = [broker];
        let is_so = |leader: i32, isr: &[i32], out: &[i32]| {
            self.leader == leader
                && self.replicas == only
                && self.isr == isr
                && self.elr == out
                && self.last_known_elr == out
                && self.adding.is_empty()
                && self.removing.is_empty()
                && !self.recovering
        };
        let is_due = if leads { is_so(-1, &[], &only) } else { is_so(broker, &only, &[]) };
        is_due.then(|| {
            let mut after = self.clone();
            after.leader = if leads { broker } else { -1 };
            after.leader_epoch += 1;
            after.partition_epoch += 1;
            (after.isr, after.elr) = (after.elr, after.isr);
            after.last_known_elr.clone_from(&after.elr);
            after
        })
    }
}

/// The topic, its partitions and its configs go.
#[derive(Archive, Serialize, Deserialize, Debug, Clone, PartialEq, Eq)]
pub struct TopicDeleted {
    #[rkyv(with = UuidBytes)]
    pub topic_id: Uuid,
}

#[derive(Archive, Serialize, Deserialize, Debug, Clone, PartialEq, Eq)]
pub struct ConfigChanged {
    pub kind: ResourceKind,
    /// Topic name; broker id as text, or "" for all brokers; else any name.
    pub resource: String,
    pub name: String,
    /// `None` takes the override away.
    pub value: Option<String>,
}

/// What can carry dynamic configs, with Kafka's numbers.
#[derive(
    Archive, Serialize, Deserialize, Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash,
)]
pub enum ResourceKind {
    Topic,
    Broker,
    BrokerLogger,
    ClientMetrics,
    Group,
}

impl ResourceKind {
    /// `None` for a number Kafka does not know (or 0, unknown).
    #[must_use]
    pub const fn from_i8(number: i8) -> Option<Self> {
        match number {
            2 => Some(Self::Topic),
            4 => Some(Self::Broker),
            8 => Some(Self::BrokerLogger),
            16 => Some(Self::ClientMetrics),
            32 => Some(Self::Group),
            _ => None,
        }
    }

    #[must_use]
    pub const fn as_i8(self) -> i8 {
        match self {
            Self::Topic => 2,
            Self::Broker => 4,
            Self::BrokerLogger => 8,
            Self::ClientMetrics => 16,
            Self::Group => 32,
        }
    }
}

/// `broker_id` may use all producer ids below `next_producer_id` that nobody got before.
#[derive(Archive, Serialize, Deserialize, Debug, Clone, PartialEq, Eq)]
pub struct ProducerIdsAllocated {
    pub broker_id: i32,
    pub next_producer_id: i64,
}

/// The finalized level of a feature (KIP-584); 0 takes it away.
#[derive(Archive, Serialize, Deserialize, Debug, Clone, PartialEq, Eq)]
pub struct FeatureLevel {
    pub name: String,
    pub level: i16,
}

/// What the log tells by the places of a broker's records.
#[derive(Archive, Serialize, Deserialize, Debug, Clone, PartialEq, Eq)]
pub struct BrokerEpoch {
    pub broker_id: i32,
    /// Offset of its registration.
    pub epoch: i64,
    /// Offset of the record that last changed its state.
    pub changed: i64,
}

/// Kind numbers are forever; a number is never given twice.
mod kind {
    pub const CLUSTER_CREATED: u8 = 1;
    pub const BROKER_REGISTERED: u8 = 2;
    pub const TOPIC_CREATED: u8 = 3;
    pub const PARTITION_CREATED: u8 = 4;
    pub const PARTITION_CHANGED: u8 = 5;
    pub const TOPIC_DELETED: u8 = 6;
    pub const CONFIG_CHANGED: u8 = 7;
    pub const PRODUCER_IDS_ALLOCATED: u8 = 8;
    pub const FEATURE_LEVEL: u8 = 9;
    pub const BROKER_UNREGISTERED: u8 = 10;
    pub const BROKER_CHANGED: u8 = 11;
    pub const LONE_REPLICAS_CHANGED: u8 = 12;
    // From 64 on: only in snapshots.
    pub const BROKER_EPOCH: u8 = 64;
}

impl Record {
    /// The kind's name, for logs and errors.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::ClusterCreated(_) => "ClusterCreated",
            Self::BrokerRegistered(_) => "BrokerRegistered",
            Self::BrokerUnregistered(_) => "BrokerUnregistered",
            Self::TopicCreated(_) => "TopicCreated",
            Self::PartitionCreated(_) => "PartitionCreated",
            Self::PartitionChanged(_) => "PartitionChanged",
            Self::TopicDeleted(_) => "TopicDeleted",
            Self::ConfigChanged(_) => "ConfigChanged",
            Self::ProducerIdsAllocated(_) => "ProducerIdsAllocated",
            Self::FeatureLevel(_) => "FeatureLevel",
            Self::BrokerEpoch(_) => "BrokerEpoch",
            Self::BrokerChanged(_) => "BrokerChanged",
            Self::LoneReplicasChanged(_) => "LoneReplicasChanged",
        }
    }

    /// The bytes of this record for the metadata log.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        macro_rules! frame {
            ($kind:expr, $body:expr) => {
                frame!($kind, VERSION, $body)
            };
            ($kind:expr, $version:expr, $body:expr) => {
                join($kind, $version, rkyv::to_bytes::<ArchiveError>($body))
            };
        }
        match self {
            Self::ClusterCreated(body) => frame!(kind::CLUSTER_CREATED, body),
            Self::BrokerRegistered(body) => frame!(kind::BROKER_REGISTERED, VERSION_2, body),
            Self::BrokerUnregistered(body) => frame!(kind::BROKER_UNREGISTERED, body),
            Self::TopicCreated(body) => frame!(kind::TOPIC_CREATED, body),
            Self::PartitionCreated(body) => frame!(kind::PARTITION_CREATED, VERSION_2, body),
            Self::PartitionChanged(body) => frame!(kind::PARTITION_CHANGED, VERSION_2, body),
            Self::TopicDeleted(body) => frame!(kind::TOPIC_DELETED, body),
            Self::ConfigChanged(body) => frame!(kind::CONFIG_CHANGED, body),
            Self::ProducerIdsAllocated(body) => frame!(kind::PRODUCER_IDS_ALLOCATED, body),
            Self::FeatureLevel(body) => frame!(kind::FEATURE_LEVEL, body),
            Self::BrokerEpoch(body) => frame!(kind::BROKER_EPOCH, body),
            Self::BrokerChanged(body) => frame!(kind::BROKER_CHANGED, body),
            Self::LoneReplicasChanged(body) => frame!(kind::LONE_REPLICAS_CHANGED, body),
        }
    }

    /// Reads what [`Record::to_bytes`] wrote. Any other bytes are a typed error, never a panic.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, RecordError> {
        if bytes.len() < 2 || bytes.len() > RECORD_LEN_MAX {
            return Err(RecordError::Length { len: bytes.len(), max: RECORD_LEN_MAX });
        }
        let (version, body) = (bytes[1], &bytes[2..]);
        macro_rules! read {
            ($variant:ident, $body:ty) => {
                rkyv::from_bytes::<$body, ArchiveError>(&align(body)).map_err(|error| {
                    let name = stringify!($variant);
                    RecordError::Corrupt { name, reason: error.to_string() }
                })
            };
        }
        macro_rules! open {
            ($variant:ident, $body:ty) => {{
                check_version(stringify!($variant), version, VERSION)?;
                read!($variant, $body).map(Self::$variant)
            }};
            // Written in another layout before.
            ($variant:ident, $old:ty, $body:ty) => {
                if version == VERSION {
                    read!($variant, $old).map(|old| Self::$variant(old.into()))
                } else {
                    check_version(stringify!($variant), version, VERSION_2)?;
                    read!($variant, $body).map(Self::$variant)
                }
            };
        }
        match bytes[0] {
            kind::CLUSTER_CREATED => open!(ClusterCreated, ClusterCreated),
            kind::BROKER_REGISTERED => {
                open!(BrokerRegistered, v1::BrokerRegistered, BrokerRegistered)
            }
            kind::BROKER_UNREGISTERED => open!(BrokerUnregistered, BrokerUnregistered),
            kind::TOPIC_CREATED => open!(TopicCreated, TopicCreated),
            kind::PARTITION_CREATED => {
                open!(PartitionCreated, v1::PartitionRecord, PartitionRecord)
            }
            kind::PARTITION_CHANGED => {
                open!(PartitionChanged, v1::PartitionRecord, PartitionRecord)
            }
            kind::TOPIC_DELETED => open!(TopicDeleted, TopicDeleted),
            kind::CONFIG_CHANGED => open!(ConfigChanged, ConfigChanged),
            kind::PRODUCER_IDS_ALLOCATED => open!(ProducerIdsAllocated, ProducerIdsAllocated),
            kind::FEATURE_LEVEL => open!(FeatureLevel, FeatureLevel),
            kind::BROKER_EPOCH => open!(BrokerEpoch, BrokerEpoch),
            kind::BROKER_CHANGED => open!(BrokerChanged, BrokerChanged),
            kind::LONE_REPLICAS_CHANGED => open!(LoneReplicasChanged, LoneReplicasChanged),
            kind => Err(RecordError::UnknownKind { kind }),
        }
    }
}

fn join(kind: u8, version: u8, archive: Result<AlignedVec, ArchiveError>) -> Vec<u8> {
    // Archiving plain strings and numbers into memory fails only when memory is out.
    let archive = archive.expect("a metadata record archives into memory");
    let mut bytes = Vec::with_capacity(2 + archive.len());
    bytes.extend_from_slice(&[kind, version]);
    bytes.extend_from_slice(&archive);
    bytes
}

/// Archives are read in place, so they need the alignment that a slice of a log does not have.
fn align(body: &[u8]) -> AlignedVec {
    let mut aligned = AlignedVec::with_capacity(body.len());
    aligned.extend_from_slice(body);
    aligned
}

fn check_version(name: &'static str, version: u8, supported: u8) -> Result<(), RecordError> {
    if version == supported {
        return Ok(());
    }
    Err(RecordError::UnknownVersion { name, version, supported })
}

/// Archives a [`Uuid`] as its 16 bytes, so that `wire` need not know of rkyv.
pub struct UuidBytes;

impl ArchiveWith<Uuid> for UuidBytes {
    type Archived = [u8; 16];
    type Resolver = ();

    fn resolve_with(field: &Uuid, (): (), out: Place<Self::Archived>) {
        out.write(field.0);
    }
}

impl<S: Fallible + ?Sized> SerializeWith<Uuid, S> for UuidBytes {
    fn serialize_with(_: &Uuid, _: &mut S) -> Result<(), S::Error> {
        Ok(())
    }
}

impl<D: Fallible + ?Sized> DeserializeWith<[u8; 16], Uuid, D> for UuidBytes {
    fn deserialize_with(field: &[u8; 16], _: &mut D) -> Result<Uuid, D::Error> {
        Ok(Uuid(*field))
    }
}
