//! Layouts of before, as they lie in logs that older versions wrote. They never change.

use rkyv::{Archive, Deserialize, Serialize};
use wire::Uuid;

use super::{BrokerState, UuidBytes};

#[derive(Archive, Serialize, Deserialize, Debug, Clone, PartialEq, Eq)]
pub struct BrokerRegistered {
    pub broker_id: i32,
    pub node_id: i32,
    pub shard: u16,
    pub host: String,
    pub port: u16,
    pub rack: Option<String>,
    #[rkyv(with = UuidBytes)]
    pub incarnation: Uuid,
}

impl From<BrokerRegistered> for super::BrokerRegistered {
    /// Nothing was fenced then: who registered, served.
    fn from(old: BrokerRegistered) -> Self {
        Self {
            broker_id: old.broker_id,
            node_id: old.node_id,
            shard: old.shard,
            host: old.host,
            port: old.port,
            rack: old.rack,
            incarnation: old.incarnation,
            link_port: 0,
            previous_epoch: -1,
            suspect_logs: Vec::new(),
            state: BrokerState::Serving,
        }
    }
}

#[derive(Archive, Serialize, Deserialize, Debug, Clone, PartialEq, Eq)]
pub struct PartitionRecord {
    #[rkyv(with = UuidBytes)]
    pub topic_id: Uuid,
    pub partition: i32,
    pub state: Partition,
}

#[derive(Archive, Serialize, Deserialize, Debug, Clone, PartialEq, Eq)]
pub struct Partition {
    pub leader: i32,
    pub leader_epoch: i32,
    pub partition_epoch: i32,
    pub replicas: Vec<i32>,
    pub isr: Vec<i32>,
    pub elr: Vec<i32>,
    pub last_known_elr: Vec<i32>,
}

impl From<PartitionRecord> for super::PartitionRecord {
    fn from(old: PartitionRecord) -> Self {
        let state = super::Partition {
            leader: old.state.leader,
            leader_epoch: old.state.leader_epoch,
            partition_epoch: old.state.partition_epoch,
            isr: old.state.isr,
            elr: old.state.elr,
            last_known_elr: old.state.last_known_elr,
            ..super::Partition::new(old.state.replicas)
        };
        Self { topic_id: old.topic_id, partition: old.partition, state }
    }
}
