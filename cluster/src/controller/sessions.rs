//! Sessions: which nodes were heard of lately, and what they ask for. Soft state of the active
//! controller: a new one gives every node a whole session before it misses it.

use std::collections::BTreeMap;

use wire::Uuid;

use crate::command::Command;
use crate::image::Image;
use crate::records::BrokerState;

/// A node says that it lives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heartbeat {
    pub node_id: i32,
    pub incarnation: Uuid,
    /// The oldest image that any of its shards goes by.
    pub image_offset: i64,
    pub wants: Wants,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wants {
    /// To serve, as soon as it knows what it is to serve.
    ToServe,
    /// To stop, once nothing hangs on it any more.
    ToStop,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// Another process is registered, or none: register (again).
    NotRegistered,
    Fenced,
    Serving,
    /// Still needed: stop later.
    Stopping,
    /// Nothing hangs on the node: it may go.
    MayStop,
}

#[derive(Debug, Clone)]
struct Session {
    heard_ms: i64,
    incarnation: Uuid,
    image_offset: i64,
    /// The node leads nothing from this offset on; all others must know before it goes.
    left_offset: Option<i64>,
}

#[derive(Debug, Clone)]
pub struct Sessions {
    length_ms: i64,
    of_node: BTreeMap<i32, Session>,
}

impl Sessions {
    /// Sessions of a controller that begins now: every registered node is given one.
    #[must_use]
    pub fn new(now_ms: i64, length_ms: i64, image: &Image) -> Self {
        let session = |broker: &crate::Broker| Session {
            heard_ms: now_ms,
            incarnation: broker.incarnation,
            image_offset: -1,
            left_offset: None,
        };
        let fenced = |broker: &&crate::Broker| broker.state != BrokerState::Fenced;
        let of_node =
            image.brokers().filter(fenced).map(|broker| (broker.node_id, session(broker)));
        Self { length_ms, of_node: of_node.collect() }
    }

    /// Whether the node was heard of within its session.
    #[must_use]
    pub fn lives(&self, now_ms: i64, node_id: i32) -> bool {
        let held = self.of_node.get(&node_id);
        held.is_some_and(|held| now_ms - held.heard_ms <= self.length_ms)
    }

    /// Notes a heartbeat; what is to be decided because of it comes as commands.
    pub fn heartbeat(
        &mut self,
        now_ms: i64,
        image: &Image,
        heartbeat: &Heartbeat,
    ) -> (Answer, Vec<Command>) {
        let node_id = heartbeat.node_id;
        let of_node = || image.brokers().filter(|broker| broker.node_id == node_id);
        let is_sender = |broker: &crate::Broker| broker.incarnation == heartbeat.incarnation;
        if of_node().next().is_none() || !of_node().all(is_sender) {
            return (Answer::NotRegistered, Vec::new());
        }
        let before =
            self.of_node.remove(&node_id).filter(|held| held.incarnation == heartbeat.incarnation);
        let mut session = Session {
            heard_ms: now_ms,
            incarnation: heartbeat.incarnation,
            image_offset: heartbeat.image_offset,
            left_offset: before.and_then(|held| held.left_offset),
        };
        let wanted = match heartbeat.wants {
            Wants::ToServe => BrokerState::Serving,
            Wants::ToStop => BrokerState::ShuttingDown,
        };
        // It must know of its own registration, and so of every term that ended before it.
        let knows = |broker: &crate::Broker| heartbeat.image_offset >= broker.epoch;
        let may = |broker: &crate::Broker| match (broker.state, wanted) {
            (BrokerState::Fenced, BrokerState::Serving) => knows(broker),
            (BrokerState::Serving, BrokerState::ShuttingDown) => true,
            _ => false,
        };
        let to_change = of_node().filter(|broker| may(broker));
        let commands: Vec<Command> = to_change
            .map(|broker| Command::ChangeBroker {
                broker_id: broker.id,
                broker_epoch: broker.epoch,
                state: wanted,
            })
            .collect();
        if wanted == BrokerState::ShuttingDown && session.left_offset.is_none() {
            session.left_offset = (!leads(image, node_id)).then_some(image.offset());
        }
        let left_offset = session.left_offset;
        self.of_node.insert(node_id, session);
        let answer = match wanted {
            BrokerState::ShuttingDown if self.all_know(now_ms, node_id, left_offset) => {
                Answer::MayStop
            }
            BrokerState::ShuttingDown => Answer::Stopping,
            _ if of_node().all(crate::Broker::is_active) => Answer::Serving,
            _ => Answer::Fenced,
        };
        (answer, commands)
    }

    /// Fences every broker whose node was not heard of for a session, one command per broker so
    /// that each sees what the last one led to.
    #[must_use]
    pub fn expired(&self, now_ms: i64, image: &Image) -> Vec<Command> {
        let is_over = |broker: &&crate::Broker| {
            broker.state != BrokerState::Fenced && !self.lives(now_ms, broker.node_id)
        };
        let fence = |broker: &crate::Broker| Command::ChangeBroker {
            broker_id: broker.id,
            broker_epoch: broker.epoch,
            state: BrokerState::Fenced,
        };
        image.brokers().filter(is_over).map(fence).collect()
    }

    /// Whether every other node that lives knows that this one leads nothing.
    fn all_know(&self, now_ms: i64, node_id: i32, left_offset: Option<i64>) -> bool {
        let Some(left_offset) = left_offset else {
            return false;
        };
        let others = self.of_node.iter().filter(|(other, _)| **other != node_id);
        let mut live = others.filter(|(other, _)| self.lives(now_ms, **other));
        live.all(|(_, session)| session.image_offset >= left_offset)
    }
}

fn leads(image: &Image, node_id: i32) -> bool {
    let mut partitions = image.topics().flat_map(|topic| &topic.partitions);
    partitions.any(|partition| partition.leader >= 0 && crate::node_of(partition.leader) == node_id)
}
