//! Bringing the controller up.

use cluster::Command;
use cluster::command::{BumpLeaderEpochs, RegisterBrokers};
use cluster::records::{BrokerRegistered, BrokerState};

use crate::errors::ControllerError;
use crate::runtime::random;
use crate::shard::Shard;

/// Replays the metadata log, registers the node's brokers, begins a new leader epoch and publishes
/// the first image. On shard 0, after its store is open and before any listener.
///
/// # Errors
/// The log is damaged, or says that this node belongs to another cluster.
pub async fn start(shard: &Shard) -> Result<(), ControllerError> {
    shard.controller.open().await?;
    refuse_orphans(shard)?;
    let cluster_id = shard.node.cluster_id;
    shard.carry_out(Command::CreateCluster { cluster_id }).await?;
    let brokers: Vec<_> = shard.node.brokers().collect();
    let ids = brokers.iter().map(|endpoint| endpoint.broker_id).collect();
    let brokers = brokers.into_iter().map(|endpoint| BrokerRegistered {
        broker_id: endpoint.broker_id,
        node_id: shard.node.node_id,
        shard: endpoint.shard,
        host: endpoint.host,
        port: endpoint.port,
        rack: shard.node.rack.clone(),
        incarnation: random::uuid(),
        link_port: 0,
        previous_epoch: -1,
        suspect_logs: Vec::new(),
        state: BrokerState::Serving,
    });
    let brokers = brokers.collect();
    shard.carry_out(Command::RegisterBrokers(RegisterBrokers { cluster_id, brokers })).await?;
    // What was acknowledged from memory is lost if the machine lost power: readers who saw it learn
    // by the epoch that the past may be cut (KIP-320).
    shard.carry_out(Command::BumpLeaderEpochs(BumpLeaderEpochs::LedBy(ids))).await?;
    shard.create_internal_topics(&shard.controller.image()).await?;
    // The consumer protocol (KIP-848) is served.
    let features = vec![("group.version".to_owned(), 1)];
    shard.carry_out(Command::SetFeatures(features)).await?;
    shard.publish(shard.controller.image()).await
}

/// Partitions are bound to their shard: with fewer shards some would have none. Those that were
/// never written have no folder that would tell of them.
fn refuse_orphans(shard: &Shard) -> Result<(), ControllerError> {
    let (image, node) = (shard.controller.image(), &shard.node);
    let ours = |id: i32| image.broker(id).filter(|broker| broker.node_id == node.node_id);
    let partitions = image.topics().flat_map(|topic| &topic.partitions);
    let shards = partitions.filter_map(|partition| Some(ours(partition.leader)?.shard));
    let surplus: Vec<u16> = shards.filter(|of| usize::from(*of) >= node.cores.len()).collect();
    match surplus.iter().max() {
        None => Ok(()),
        Some(last) => Err(ControllerError::Orphans {
            partitions: surplus.len(),
            shards: usize::from(*last) + 1,
        }),
    }
}
