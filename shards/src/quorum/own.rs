//! This node's brokers as the cluster knows them: registered by this process, then serving.
//!
//! ```text
//!   registered, fenced ──► every shard goes by that image ──► serving ──► the node takes requests
//! ```
//!
//! A new process leads nothing on: in the batch of its registration it leaves every leadership, and
//! the shards get no image before that one, so none of them resumes a term of the process before.

use std::sync::mpsc;

use cluster::command::RegisterNode;
use cluster::controller::sessions::{Heartbeat, Wants};
use cluster::records::{BrokerRegistered, BrokerState};
use cluster::{Command, Image};
use wire::Uuid;

use super::QuorumError;
use super::inbox::Outcome;
use crate::config::NodeConfig;
use crate::controller::internal;
use crate::errors::ControllerError;
use crate::limits::INCARNATIONS_MAX;

/// What this room asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    Registration,
    InternalTopics,
    /// What follows from a heartbeat or the lack of one: asked again by the next look.
    State,
}

/// See the module.
pub struct Own {
    pub incarnation: Uuid,
    /// Incarnations that ran on this folder, this one included.
    incarnations: Vec<Uuid>,
    registering: bool,
    creating: bool,
    /// The topics of our own are there, or were refused.
    created: bool,
    pub is_up: bool,
    /// The node cannot come to serve: its start ends.
    pub is_refused: bool,
    ready: Option<mpsc::Sender<Result<(), QuorumError>>>,
}

impl Own {
    pub fn new(
        incarnation: Uuid,
        mut incarnations: Vec<Uuid>,
        ready: mpsc::Sender<Result<(), QuorumError>>,
    ) -> Self {
        let surplus = incarnations.len().saturating_sub(INCARNATIONS_MAX - 1);
        incarnations.drain(..surplus);
        incarnations.push(incarnation);
        Self {
            incarnation,
            incarnations,
            registering: false,
            creating: false,
            created: false,
            is_up: false,
            is_refused: false,
            ready: Some(ready),
        }
    }

    pub fn incarnations(&self) -> Vec<Uuid> {
        self.incarnations.clone()
    }

    /// Whether the image knows this process.
    pub fn is_registered(&self, config: &NodeConfig, image: &Image) -> bool {
        self.all(config, image, |_| true)
    }

    pub fn serves(&self, config: &NodeConfig, image: &Image) -> bool {
        self.all(config, image, |state| state == BrokerState::Serving)
    }

    fn all(&self, config: &NodeConfig, image: &Image, fits: impl Fn(BrokerState) -> bool) -> bool {
        (0..config.cores.len() as u16).all(|shard| {
            let broker = image.broker(cluster::broker_id(config.node_id, shard));
            broker.is_some_and(|held| held.incarnation == self.incarnation && fits(held.state))
        })
    }

    /// The command that registers this process, unless one is under way.
    pub fn register(&mut self, config: &NodeConfig) -> Option<Command> {
        if std::mem::replace(&mut self.registering, true) {
            return None;
        }
        let brokers = config.brokers().map(|endpoint| BrokerRegistered {
            broker_id: endpoint.broker_id,
            node_id: config.node_id,
            shard: endpoint.shard,
            host: endpoint.host,
            port: endpoint.port,
            rack: config.rack.clone(),
            incarnation: self.incarnation,
            link_port: 0,
            previous_epoch: -1,
            suspect_logs: Vec::new(),
            state: BrokerState::Fenced,
        });
        Some(Command::RegisterNode(RegisterNode {
            cluster_id: config.cluster_id,
            brokers: brokers.collect(),
            predecessors: self.incarnations(),
            suspects: Vec::new(),
            session_lives: false,
        }))
    }

    /// What this node has to say to the leader.
    pub fn heartbeat(&self, config: &NodeConfig, image_offset: i64) -> Heartbeat {
        Heartbeat {
            node_id: config.node_id,
            incarnation: self.incarnation,
            image_offset,
            wants: Wants::ToServe,
        }
    }

    /// Whether the topics of our own are still to be asked for.
    pub fn wants_topics(&mut self) -> bool {
        !self.created && !std::mem::replace(&mut self.creating, true)
    }

    pub fn has_topics(&self) -> bool {
        self.created
    }

    pub fn topics_are_there(&mut self) {
        self.created = true;
    }

    /// What became of something that was asked for. A refusal that time does not cure ends the
    /// start.
    pub fn told(&mut self, asked: Asked, outcome: &Outcome) {
        match (asked, outcome) {
            (Asked::Registration, outcome) => {
                self.registering = false;
                use ControllerError::{Busy, Moved, Stopping, TimedOut};
                match outcome {
                    Ok(_) | Err(Busy | Moved | Stopping | TimedOut) => {}
                    Err(error) => self.give_up(QuorumError::Refused(error.to_string())),
                }
            }
            (Asked::InternalTopics, outcome) => {
                self.creating = false;
                if let Ok(reply) = outcome {
                    internal::tell(reply);
                }
                // A topic that is refused is no reason not to serve the rest.
                self.created |= matches!(outcome, Ok(_) | Err(ControllerError::Refused(_)));
            }
            (Asked::State, _) => {}
        }
    }

    /// Every shard serves: only this process needs to be remembered.
    pub fn up(&mut self) -> Vec<Uuid> {
        self.is_up = true;
        self.ready = None;
        self.incarnations = vec![self.incarnation];
        self.incarnations()
    }

    fn give_up(&mut self, error: QuorumError) {
        match self.ready.take() {
            Some(ready) => {
                self.is_refused = true;
                // Before the shards end: the start asks why they did.
                let _ = ready.send(Err(error));
            }
            None => tracing::error!(%error, "this node is not wanted in the cluster any more"),
        }
    }
}
