//! What a replica's machine must know of the image: one partition, and who may be in sync.

use crate::image::{Image, Topic};
use crate::names::MIN_INSYNC_REPLICAS;
use crate::records::{Partition, ResourceKind};

/// One partition at one image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct View {
    /// Of the image this is taken from.
    pub offset: i64,
    pub state: Partition,
    /// `min.insync.replicas` in nodes.
    pub min_isr: usize,
    /// One entry per replica, in the order of `state.replicas`.
    pub peers: Vec<Peer>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Peer {
    pub broker: i32,
    /// -1 if it is not registered.
    pub broker_epoch: i64,
    /// Registered, not fenced, not about to stop.
    pub active: bool,
}

/// What a broker is to a partition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Term {
    Lead,
    Follow {
        leader: i32,
    },
    /// A replica of a partition without a leader: it keeps what it has and serves nothing new.
    Wait,
    /// Not a replica (any more).
    Gone,
}

impl View {
    /// `None` if there is no such partition.
    #[must_use]
    pub fn of(image: &Image, topic: &Topic, partition: i32) -> Option<Self> {
        let state = topic.partition(partition)?;
        let peer = |&broker: &i32| match image.broker(broker) {
            Some(held) => Peer { broker, broker_epoch: held.epoch, active: held.is_active() },
            None => Peer { broker, broker_epoch: -1, active: false },
        };
        Some(Self {
            offset: image.offset(),
            peers: state.replicas.iter().map(peer).collect(),
            min_isr: min_insync_replicas(image, &topic.name),
            state: state.clone(),
        })
    }

    #[must_use]
    pub fn term_of(&self, broker: i32) -> Term {
        let state = &self.state;
        match state.leader {
            _ if !state.replicas.contains(&broker) => Term::Gone,
            -1 => Term::Wait,
            leader if leader == broker => Term::Lead,
            leader => Term::Follow { leader },
        }
    }

    #[must_use]
    pub fn peer(&self, broker: i32) -> Option<&Peer> {
        self.peers.iter().find(|peer| peer.broker == broker)
    }
}

/// `min.insync.replicas` of a topic, from the image alone: what a node was started with would be
/// seen by that node only, and leader and controller must never differ on it.
#[must_use]
pub fn min_insync_replicas(image: &Image, topic: &str) -> usize {
    let own = image.overrides(ResourceKind::Topic, topic).get(MIN_INSYNC_REPLICAS);
    let all = || image.overrides(ResourceKind::Broker, "").get(MIN_INSYNC_REPLICAS);
    let value = own.or_else(all).and_then(|value| value.parse().ok());
    value.unwrap_or(1_usize).max(1)
}
