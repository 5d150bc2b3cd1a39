//! What a broker does with an image: logs come and go, terms end and begin.

use cluster::records::LogId;
use cluster::replication::held::may_act;
use cluster::replication::leader::{self, Identity};
use cluster::replication::{Follower, Leader, Term, View, follower};

use crate::log::{ModelLog, ReplicaLog};
use crate::message::{Address, Message, Produced};
use crate::node::{Replica, Role};
use crate::world::World;

impl World {
    /// The image of a node moves on, entry by entry.
    pub fn move_image(&mut self, id: i32, process: u64, entries: usize) {
        if !self.lives(id, process) {
            return;
        }
        loop {
            let held = self.nodes.get_mut(&id).and_then(|node| node.process.as_mut());
            let Some(held) = held.filter(|held| held.entries < entries) else {
                return;
            };
            let entry = &self.metadata.log[held.entries];
            held.image.apply_batch(&entry.records, entry.last_offset).expect("it was committed");
            held.entries += 1;
            self.act_on_image(id);
            if self.oracle.violation.is_some() {
                return;
            }
        }
    }

    fn act_on_image(&mut self, id: i32) {
        let node = self.nodes.get_mut(&id).expect("a node");
        let process = node.process.as_ref().expect("it lives");
        let image = process.image.clone();
        let incarnation = process.incarnation;
        for broker in node.brokers().collect::<Vec<_>>() {
            self.note_registration(id, broker);
            let node = self.nodes.get_mut(&id).expect("a node");
            if may_act(&image, broker, incarnation, node.folder.acted_offset) {
                self.create_and_remove(id, broker, &image);
            }
            let node = &self.nodes[&id];
            if node.process.as_ref().and_then(|held| held.broker_epoch(broker)).is_none() {
                continue;
            }
            let held: Vec<LogId> =
                node.logs.keys().filter(|key| key.0 == broker).map(|key| key.1).collect();
            for log in held {
                self.apply_view(id, broker, log);
            }
        }
        let node = self.nodes.get_mut(&id).expect("a node");
        node.folder.acted_offset = node.folder.acted_offset.max(image.offset());
    }

    /// The process sees itself registered: from here on it may promise, so it notes the epoch.
    fn note_registration(&mut self, id: i32, broker: i32) {
        let node = self.nodes.get_mut(&id).expect("a node");
        let process = node.process.as_ref().expect("it lives");
        let Some(epoch) = process.broker_epoch(broker) else {
            return;
        };
        let first = node.brokers().next() == Some(broker);
        if !first || node.folder.served_epoch == epoch {
            return;
        }
        node.folder.served_epoch = epoch;
        node.folder.arena_epoch = epoch;
        node.folder.predecessors = vec![process.incarnation];
        for log in node.logs.values_mut() {
            log.settle();
        }
    }

    fn create_and_remove(&mut self, id: i32, broker: i32, image: &cluster::Image) {
        let node = self.nodes.get_mut(&id).expect("a node");
        let assigned = |log: &LogId| {
            let topic = image.topic_by_id(log.topic_id);
            let held = topic.and_then(|topic| topic.partition(log.partition));
            held.is_some_and(|held| held.replicas.contains(&broker))
        };
        let held = node.logs.keys().filter(|key| key.0 == broker).map(|key| key.1);
        let gone: Vec<LogId> = held.filter(|log| !assigned(log)).collect();
        for topic in image.topics() {
            for partition in 0..topic.partitions.len() as i32 {
                let log = LogId { topic_id: topic.id, partition };
                if assigned(&log) {
                    let from_memory = topic.name.starts_with('m');
                    let new = || ModelLog::new(from_memory);
                    node.logs.entry((broker, log)).or_insert_with(new);
                }
            }
        }
        for log in gone {
            self.end_term(id, broker, log);
            let node = self.nodes.get_mut(&id).expect("a node");
            node.logs.remove(&(broker, log));
            node.process.as_mut().expect("it lives").replicas.remove(&(broker, log));
            self.oracle_log_removed(id, broker, log);
            let name = self.name_of(log);
            self.note(|| format!("broker {broker}: {name} is no longer its own, removed"));
        }
    }

    /// Takes the node's image of one partition: within the term, or as a new term.
    pub fn apply_view(&mut self, id: i32, broker: i32, log: LogId) {
        let now_ms = self.clock_ms(id);
        let lag_max_ms = self.swarm.lag_max_ms;
        let node = self.nodes.get_mut(&id).expect("a node");
        let process = node.process.as_mut().expect("it lives");
        let topic = process.image.topic_by_id(log.topic_id);
        let Some(view) = topic.and_then(|topic| View::of(&process.image, topic, log.partition))
        else {
            return;
        };
        let Some(broker_epoch) = process.broker_epoch(broker) else {
            return;
        };
        let term = view.term_of(broker);
        if term == Term::Gone {
            return self.end_term(id, broker, log);
        }
        let replica = process.replicas.entry((broker, log)).or_insert_with(|| Replica {
            role: Role::Wait,
            leader_epoch: -1,
            syncing: false,
            cutting: false,
            reading: std::collections::BTreeSet::new(),
            waiters: Vec::new(),
            late_until: 0,
        });
        if replica.leader_epoch >= view.state.leader_epoch {
            let mut out = Vec::new();
            if let Role::Lead(leader) = &mut replica.role {
                leader.step(now_ms, leader::Input::View(&view), &mut out);
            }
            self.leader_outputs(id, broker, log, out);
            return self.pump(id, broker, log);
        }
        if replica.cutting {
            // A term begins on a log at rest.
            return;
        }
        self.end_term(id, broker, log);
        let node = self.nodes.get_mut(&id).expect("a node");
        let process = node.process.as_mut().expect("it lives");
        let held = node.logs.get_mut(&(broker, log)).expect("the log of a replica");
        let replica = process.replicas.get_mut(&(broker, log)).expect("just made");
        let epoch = view.state.leader_epoch;
        replica.leader_epoch = epoch;
        held.begin_term(epoch, term == Term::Lead);
        let ends = held.ends();
        self.oracle_term(id, broker, log);
        let node = self.nodes.get_mut(&id).expect("a node");
        let process = node.process.as_mut().expect("it lives");
        let replica = process.replicas.get_mut(&(broker, log)).expect("just made");
        match term {
            Term::Lead => {
                let me = Identity { broker, broker_epoch, lag_max_ms };
                let (leader, out) = Leader::new(now_ms, me, &view, ends);
                replica.role = Role::Lead(Box::new(leader));
                let name = self.name_of(log);
                self.note(|| format!("broker {broker}: leads {name} in epoch {epoch}, {ends:?}"));
                self.oracle_leads(id, broker, log);
                self.leader_outputs(id, broker, log, out);
            }
            Term::Follow { leader } => {
                let mut machine = Follower::new(broker, broker_epoch, epoch, ends);
                let mut out = Vec::new();
                if process.links.contains(&cluster::node_of(leader)) || self_node(leader, id) {
                    machine.step(now_ms, follower::Input::LinkUp, &mut out);
                }
                replica.role = Role::Follow(Box::new(machine), leader);
                let name = self.name_of(log);
                self.note(|| format!("broker {broker}: follows {leader} in {name}, epoch {epoch}"));
                self.follower_outputs(id, broker, log, out, &[]);
            }
            Term::Wait | Term::Gone => replica.role = Role::Wait,
        }
        self.sync(id, broker, log);
    }

    /// Who waits on this term learns that it is over.
    pub fn end_term(&mut self, id: i32, broker: i32, log: LogId) {
        let process = self.nodes.get_mut(&id).and_then(|node| node.process.as_mut());
        let replica = process.and_then(|held| held.replicas.get_mut(&(broker, log)));
        let Some(replica) = replica else {
            return;
        };
        replica.role = Role::Wait;
        replica.reading.clear();
        for waiter in std::mem::take(&mut replica.waiters) {
            self.answer_producer(id, waiter.client, &waiter.batch, Produced::NotLeader);
        }
    }

    pub fn answer_producer(
        &mut self,
        id: i32,
        client: usize,
        batch: &crate::log::Batch,
        outcome: Produced,
    ) {
        let (sequence, producer) = (batch.sequence, batch.producer);
        let message = Message::Produced { sequence, producer, outcome };
        self.send(Address::Node(id), Address::Producer(client), message);
    }

    pub fn tick_replicas(&mut self, id: i32) {
        let now_ms = self.clock_ms(id);
        let process = self.nodes.get_mut(&id).and_then(|node| node.process.as_mut());
        let keys: Vec<_> = process.expect("it lives").replicas.keys().copied().collect();
        for (broker, log) in keys {
            let node = self.nodes.get_mut(&id).expect("a node");
            let process = node.process.as_mut().expect("it lives");
            let replica = process.replicas.get_mut(&(broker, log)).expect("listed");
            match &mut replica.role {
                Role::Lead(leader) => {
                    let mut out = Vec::new();
                    leader.step(now_ms, leader::Input::Tick, &mut out);
                    self.leader_outputs(id, broker, log, out);
                }
                Role::Follow(machine, _) => {
                    let mut out = Vec::new();
                    machine.step(now_ms, follower::Input::Tick, &mut out);
                    self.follower_outputs(id, broker, log, out, &[]);
                }
                Role::Wait => {}
            }
        }
    }
}

fn self_node(leader: i32, id: i32) -> bool {
    cluster::node_of(leader) == id
}
