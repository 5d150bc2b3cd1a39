//! One core's broker, as its connections and its APIs see it: the handles of all rooms below. It
//! belongs to one thread.
//!
//! The rooms below do not know it; they have the handles they need. `node` builds them, and carries
//! to them what happens.
//!
//! Invariant: no borrow of a shard's state lives across an `await`. Helpers here borrow, decide and
//! give back owned values.

mod admin;
mod commands;
mod room;

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use cluster::Image;
use cluster::configs::BrokerSettings;
use wire::hot::TopicRef;

use crate::config::NodeConfig;
use crate::controller::Controller;
use crate::fetch::sessions::Sessions;
use crate::groups::Groups;
use crate::logs::Logs;
use crate::mesh::Mesh;
use crate::metadata::Metadata;
use crate::metrics::{Latency, ShardMetrics};
use crate::net::pool::{Budget, Buffers};
use crate::partition::{Located, Partitions};
use crate::quorum::Status;
use crate::runtime::clock::Clock;
use crate::runtime::stop::Stop;
use crate::runtime::wake::Signal;
use crate::session::Connections;

/// See the module.
pub struct Shard {
    /// The shard's number in its node.
    pub index: u16,
    pub broker_id: i32,
    pub node: Arc<NodeConfig>,
    pub metrics: Arc<ShardMetrics>,
    pub mesh: Mesh,
    pub clock: Rc<Clock>,
    pub stop: Rc<Stop>,
    /// Raised once: the node serves.
    pub up: Signal,
    pub quorum: Arc<Status>,
    pub logs: Rc<Logs>,
    pub metadata: Rc<Metadata>,
    pub partitions: Rc<Partitions>,
    pub sessions: RefCell<Sessions>,
    pub groups: Rc<Groups>,
    pub controller: Controller,
    pub connections: Connections,
    /// Memory for frames that are being read.
    pub budget: Budget,
    pub buffers: Buffers,
    pub produce_latency: Latency,
    pub fetch_latency: Latency,
    /// Of OffsetCommit.
    pub commit_latency: Latency,
}

impl Shard {
    /// The metadata as this shard knows it; a cheap copy that does not change.
    pub fn image(&self) -> Image {
        self.metadata.image()
    }

    /// Where a partition is: here, elsewhere, or nowhere.
    pub fn locate(&self, topic: TopicRef<'_>, index: i32) -> Located {
        self.partitions.locate(topic, index)
    }

    /// The configs of this broker that act.
    pub fn broker_settings(&self) -> Rc<BrokerSettings> {
        self.metadata.broker_settings()
    }

    /// Empty before the cluster is named.
    pub fn cluster_id(&self) -> String {
        self.metadata.cluster_id()
    }

    /// The broker that takes administrative requests without a hop: the node's first shard.
    pub fn controller_id(&self) -> i32 {
        cluster::broker_id(self.node.node_id, 0)
    }
}
