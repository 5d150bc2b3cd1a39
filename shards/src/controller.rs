//! The controller of the cluster, on the node's first shard.
//!
//! ```text
//!  command ─► brains decide ─► records, one batch ─► metadata log ─► durable
//!                                                                      │
//!        reply ◄── every shard has the image ◄── replay on the brains ◄┘
//! ```
//!
//! One command at a time: the next is decided on what the last one led to. A start replays the log
//! through the same code. With one node the log has one voter; Raft takes the place of
//! [`log::MetadataLog::append`] when there are more.

pub mod internal;
mod log;

use std::cell::RefCell;
use std::rc::Rc;

use async_lock::Mutex;
use cluster::command::{BumpLeaderEpochs, RegisterBrokers};
use cluster::records::BrokerRegistered;
use cluster::{Command, CommandError, Controller, Reply};

use self::log::MetadataLog;
use crate::runtime::random;
use crate::shard::Shard;

/// Why the controller gave no reply.
#[derive(Debug, Clone, thiserror::Error)]
pub enum ControllerError {
    #[error(transparent)]
    Refused(#[from] CommandError),
    #[error("the controller is busy")]
    Busy,
    #[error("the controller did not answer in time")]
    TimedOut,
    #[error("the controller is stopping")]
    Stopping,
    #[error("metadata log: {0}")]
    Log(String),
}

/// What the controller's shard keeps; on others only the producer ids are of use.
#[derive(Default)]
pub struct State {
    /// Producer ids of this shard that nobody was given yet.
    pub producer_ids: RefCell<std::ops::Range<i64>>,
    brains: RefCell<Controller>,
    /// Held by the command that is being carried out; `None` until the log is open.
    log: Mutex<Option<MetadataLog>>,
}

/// Brings the controller up: replays the metadata log, registers the node's brokers, begins a new
/// leader epoch and publishes the first image. On shard 0, after its store is open and before any
/// listener.
///
/// # Errors
/// The log is damaged, or says that this node belongs to another cluster.
pub async fn start(shard: &Rc<Shard>) -> Result<(), ControllerError> {
    let mut brains = Controller::new(shard.node.configs.clone());
    let log = MetadataLog::open(shard)?;
    log.replay(shard, &mut brains).await?;
    *shard.controller.brains.borrow_mut() = brains;
    *shard.controller.log.lock().await = Some(log);
    let cluster_id = shard.node.cluster_id;
    handle(shard, Command::CreateCluster { cluster_id }).await?;
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
        state: cluster::records::BrokerState::Serving,
    });
    let brokers = brokers.collect();
    handle(shard, Command::RegisterBrokers(RegisterBrokers { cluster_id, brokers })).await?;
    // What was acknowledged from memory is lost if the machine lost power: readers who saw it learn
    // by the epoch that the past may be cut (KIP-320).
    handle(shard, Command::BumpLeaderEpochs(BumpLeaderEpochs::LedBy(ids))).await?;
    let image = shard.controller.brains.borrow().image().clone();
    internal::create(shard, &image).await?;
    // The consumer protocol (KIP-848) is served.
    let features = vec![("group.version".to_owned(), 1)];
    handle(shard, Command::SetFeatures(features)).await?;
    let image = shard.controller.brains.borrow().image().clone();
    shard.publish(image).await
}

/// Decides a command, makes what came of it durable, and returns when every shard has it.
pub async fn handle(shard: &Rc<Shard>, command: Command) -> Result<Reply, ControllerError> {
    let log = shard.controller.log.lock().await;
    let log = log.as_ref().ok_or(ControllerError::Stopping)?;
    let now_ms = shard.clock.now().unix_ms;
    let step = shard.controller.brains.borrow().step(now_ms, command);
    let (records, reply) = step?;
    if records.is_empty() {
        return Ok(reply);
    }
    let last_offset = log.append(shard, &records).await?;
    let image = {
        let mut brains = shard.controller.brains.borrow_mut();
        let replayed = brains.replay_batch(&records, last_offset);
        replayed.map_err(|error| ControllerError::Log(error.to_string()))?;
        brains.image().clone()
    };
    shard.publish(image).await?;
    Ok(reply)
}
