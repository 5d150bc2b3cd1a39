//! Building the rooms of a shard.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use crate::config::NodeConfig;
use crate::controller::Controller;
use crate::groups::Groups;
use crate::logs::{Logs, ShardStore};
use crate::mesh::Mesh;
use crate::metadata::Metadata;
use crate::metrics::{Latency, ShardMetrics};
use crate::net::pool::{Budget, Buffers};
use crate::partition::Partitions;
use crate::quorum::Status;
use crate::runtime::clock::Clock;
use crate::runtime::stop::Stop;
use crate::runtime::wake::Signal;
use crate::session::Connections;
use crate::shard::Shard;

/// The rooms on a store, each with the handles it needs.
pub fn build(
    index: u16,
    node: Arc<NodeConfig>,
    mesh: Mesh,
    metrics: Arc<ShardMetrics>,
    clock: Rc<Clock>,
    store: ShardStore,
    quorum: Arc<Status>,
) -> Shard {
    let stop = Rc::new(Stop::default());
    let logs = Rc::new(Logs::new(store, Rc::clone(&clock)));
    let metadata = Rc::new(Metadata::new(index, Arc::clone(&node)));
    let partitions =
        Rc::new(Partitions::new(Rc::clone(&logs), Rc::clone(&metadata), Arc::clone(&metrics)));
    let groups = Rc::new(Groups::new(
        Rc::clone(&logs),
        Rc::clone(&metadata),
        Rc::clone(&partitions),
        Rc::clone(&stop),
    ));
    Shard {
        index,
        broker_id: metadata.broker_id,
        node,
        metrics,
        mesh,
        clock,
        stop,
        up: Signal::default(),
        quorum,
        logs,
        metadata,
        partitions,
        sessions: RefCell::default(),
        groups,
        controller: Controller::default(),
        connections: Connections::default(),
        budget: Budget::default(),
        buffers: Buffers::default(),
        produce_latency: Latency::default(),
        fetch_latency: Latency::default(),
        commit_latency: Latency::default(),
    }
}
