//! A node: its folder, which outlives processes, and the process that runs now.

use std::collections::{BTreeMap, BTreeSet};

use cluster::command::RegisterNode;
use cluster::controller::sessions::{Answer, Heartbeat, Wants};
use cluster::records::{BrokerRegistered, BrokerState, LogId};
use cluster::replication::trust::Trust;
use cluster::replication::{Follower, Leader};
use cluster::{Image, broker_id};
use wire::Uuid;

use crate::controller::CLUSTER_ID;
use crate::limits::{HEARTBEAT, MS, TICK};
use crate::log::{Batch, Found, ModelLog, ReplicaLog};
use crate::message::{Address, Event, Message};
use crate::world::World;

pub struct Node {
    pub id: i32,
    pub shards: u16,
    pub logs: BTreeMap<(i32, LogId), ModelLog>,
    pub folder: Folder,
    pub process: Option<Process>,
    pub frozen: bool,
    pub deferred: Vec<Event>,
    pub clock_ahead_ms: i64,
    /// Syncs take so many times longer until then.
    pub slow_until: u64,
    /// Grows with every crash, so that a start that was due for an earlier life is none.
    pub life: u64,
    /// Logs that lost what they promised, and whose node has not registered since.
    pub lossy: BTreeSet<(i32, LogId)>,
    /// The folder was emptied, and nobody has registered with it since.
    pub emptied: bool,
    processes: u64,
}

/// What lies beside the logs.
#[derive(Debug, Clone, Default)]
pub struct Folder {
    /// Incarnations that began on this folder, from the last one that served on.
    pub predecessors: Vec<Uuid>,
    pub served_epoch: i64,
    pub clean_stop_epoch: Option<i64>,
    /// Offset of the newest image that logs were created or removed on.
    pub acted_offset: i64,
    /// The registration that the arena was last used under; -1 for a new one.
    pub arena_epoch: i64,
}

impl Folder {
    #[must_use]
    pub fn new() -> Self {
        Self { served_epoch: -1, acted_offset: -1, arena_epoch: -1, ..Self::default() }
    }
}

/// One run of the program.
pub struct Process {
    pub number: u64,
    pub incarnation: Uuid,
    pub image: Image,
    /// How many entries of the metadata log the image holds.
    pub entries: usize,
    pub replicas: BTreeMap<(i32, LogId), Replica>,
    /// Peers that a connection stands to, as far as this end knows.
    pub links: BTreeSet<i32>,
    pub wants: Wants,
    pub suspects: Vec<(i32, LogId)>,
    heartbeat_at: u64,
}

/// What a broker knows of a replica that it holds.
pub struct Replica {
    pub role: Role,
    pub leader_epoch: i32,
    /// A sync is under way; what was appended since goes with the next one.
    pub syncing: bool,
    /// The log is being cut: a new term waits until it is done.
    pub cutting: bool,
    /// Cold reads under way, by follower.
    pub reading: BTreeSet<i32>,
    pub waiters: Vec<Waiter>,
    /// When the last append that waits for memory is due: they keep their order.
    pub late_until: u64,
}

pub enum Role {
    Lead(Box<Leader>),
    Follow(Box<Follower>, i32),
    Wait,
}

/// A producer that waits until its batch is committed.
#[derive(Debug, Clone, Copy)]
pub struct Waiter {
    pub end: i64,
    pub base: i64,
    pub client: usize,
    pub batch: Batch,
}

impl Node {
    #[must_use]
    pub fn new(id: i32, shards: u16) -> Self {
        Self {
            id,
            shards,
            logs: BTreeMap::new(),
            folder: Folder::new(),
            process: None,
            frozen: false,
            deferred: Vec::new(),
            clock_ahead_ms: 0,
            slow_until: 0,
            life: 0,
            lossy: BTreeSet::new(),
            emptied: false,
            processes: 0,
        }
    }

    pub fn brokers(&self) -> impl Iterator<Item = i32> + use<> {
        let id = self.id;
        (0..self.shards).map(move |shard| broker_id(id, shard))
    }
}

impl Process {
    /// The epoch of this process's registration, once its image has it.
    #[must_use]
    pub fn broker_epoch(&self, broker: i32) -> Option<i64> {
        let held = self.image.broker(broker)?;
        (held.incarnation == self.incarnation).then_some(held.epoch)
    }
}

impl World {
    /// A process begins: it recovers its logs, and notes itself in the folder before anyone hears
    /// of it.
    pub fn start_node(&mut self, id: i32, life: u64) {
        let snapshots: Vec<usize> = self.metadata.snapshots.keys().copied().collect();
        let entries = self.rng.metadata.pick(&snapshots).copied().unwrap_or(0);
        let image = self.metadata.snapshots[&entries].clone();
        let Some(node) = self.nodes.get_mut(&id) else {
            return;
        };
        if node.process.is_some() || node.life != life {
            return;
        }
        node.processes += 1;
        let number = (id as u64) << 32 | node.processes;
        let mut incarnation = [0; 16];
        incarnation[..8].copy_from_slice(&number.to_be_bytes());
        let incarnation = Uuid(incarnation);
        let mut suspects = Vec::new();
        for ((broker, log), held) in &mut node.logs {
            let found = Found {
                served_epoch: node.folder.served_epoch,
                clean_stop_epoch: node.folder.clean_stop_epoch,
                durable_end: held.durable_end,
                arena_epoch: node.folder.arena_epoch,
            };
            if Trust::of(&held.evidence(&found)).is_suspect() {
                suspects.push((*broker, *log));
            }
        }
        node.folder.clean_stop_epoch = None;
        node.folder.predecessors.push(incarnation);
        self.counts.suspects += suspects.len() as u64;
        node.process = Some(Process {
            number,
            incarnation,
            image,
            entries,
            replicas: BTreeMap::new(),
            links: BTreeSet::new(),
            wants: Wants::ToServe,
            suspects: suspects.clone(),
            heartbeat_at: 0,
        });
        self.note(|| format!("node {id}: starts with {entries} entries, suspects {suspects:?}"));
        self.at(TICK, Event::Tick { node: id, process: number });
        self.send_image(id);
        self.register(id);
    }

    fn register(&mut self, id: i32) {
        let node = &self.nodes[&id];
        let Some(process) = &node.process else {
            return;
        };
        let broker = |broker_id: i32| BrokerRegistered {
            broker_id,
            node_id: id,
            shard: (broker_id / 1000) as u16,
            host: format!("node-{id}"),
            port: 9092,
            rack: Some(id.to_string()),
            incarnation: process.incarnation,
            link_port: 9093,
            previous_epoch: -1,
            suspect_logs: Vec::new(),
            state: BrokerState::Fenced,
        };
        let request = RegisterNode {
            cluster_id: CLUSTER_ID,
            brokers: node.brokers().map(broker).collect(),
            predecessors: node.folder.predecessors.clone(),
            suspects: process.suspects.clone(),
            session_lives: false,
        };
        self.send(Address::Node(id), Address::Controller, Message::Register(request));
    }

    /// Heartbeats, machines' clocks, and the image if it lags behind.
    pub fn tick_node(&mut self, id: i32, process: u64) {
        if !self.lives(id, process) {
            return;
        }
        self.at(TICK, Event::Tick { node: id, process });
        let (now, committed) = (self.now, self.metadata.committed);
        let held = self.nodes.get_mut(&id).and_then(|node| node.process.as_mut());
        let held = held.expect("it lives");
        let lags = held.entries < committed;
        if now >= held.heartbeat_at {
            held.heartbeat_at = now + HEARTBEAT;
            let heartbeat = Heartbeat {
                node_id: id,
                incarnation: held.incarnation,
                image_offset: held.image.offset(),
                wants: held.wants,
            };
            self.send(Address::Node(id), Address::Controller, Message::Heartbeat(heartbeat));
        }
        if lags {
            self.send_image(id);
        }
        self.tick_replicas(id);
        for log in self.nodes.get_mut(&id).expect("a node").logs.values_mut() {
            if (now / MS).is_multiple_of(1_000 / 50) {
                log.store_high_watermark();
            }
        }
    }

    pub fn heartbeat_answered(&mut self, id: i32, answer: &Answer) {
        match answer {
            Answer::NotRegistered => self.register(id),
            Answer::MayStop => self.stop_cleanly(id),
            Answer::Fenced | Answer::Serving | Answer::Stopping => {}
        }
    }

    /// Nothing hangs on the node: it syncs, leaves the marker, and comes back.
    fn stop_cleanly(&mut self, id: i32) {
        let node = self.nodes.get_mut(&id).expect("a node");
        let first = node.brokers().next().unwrap_or(id);
        let held = node.process.as_ref();
        let Some(epoch) = held.and_then(|process| process.broker_epoch(first)) else {
            return;
        };
        for log in node.logs.values_mut() {
            log.synced(i64::MAX);
            log.store_high_watermark();
        }
        node.folder.clean_stop_epoch = (node.folder.served_epoch == epoch).then_some(epoch);
        self.note(|| format!("node {id}: stopped cleanly"));
        self.kill(id, false);
        let life = self.nodes[&id].life;
        let pause = self.rng.faults.between(50 * MS, 1_000 * MS);
        self.at(pause, Event::Start { node: id, life });
    }

    /// The process is gone, and with the power all that no device had.
    pub fn kill(&mut self, id: i32, power: bool) {
        let node = self.nodes.get_mut(&id).expect("a node");
        if node.process.take().is_none() {
            return;
        }
        node.frozen = false;
        node.deferred.clear();
        node.life += 1;
        if power {
            node.folder.arena_epoch = -1;
        }
        let mut lost = Vec::new();
        for (key, log) in &mut node.logs {
            if log.crash(power, &mut self.rng.disk) {
                lost.push(*key);
            }
            // Nobody can know then whether it did lose something.
            if power && log.acks_from_memory {
                self.oracle.lost(key.1);
            }
        }
        self.counts.losses += lost.len() as u64;
        for (broker, log) in lost {
            self.oracle.lost(log);
            self.nodes.get_mut(&id).expect("a node").lossy.insert((broker, log));
        }
        // The kernel closes its connections, if there is still one.
        let peers: Vec<i32> = self.nodes.keys().copied().filter(|peer| *peer != id).collect();
        for peer in peers {
            self.break_link(id, peer);
        }
    }

    pub fn thaw(&mut self, id: i32, process: u64) {
        if !self.lives(id, process) {
            return;
        }
        let node = self.nodes.get_mut(&id).expect("a node");
        node.frozen = false;
        let deferred = std::mem::take(&mut node.deferred);
        self.note(|| format!("node {id}: goes on"));
        for event in deferred {
            self.at(0, event);
        }
    }
}
