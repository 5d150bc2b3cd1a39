//! Operators: topics come and go, replicas move, settings change, leaders are put right.

use cluster::command::{
    AlterConfigs, AlterResource, Command, ConfigChange, ConfigOp, CreatePartitions, DeleteTopics,
    ElectLeaders, Election, MorePartitions, Operation, Reassign, TopicRef,
};
use cluster::records::LogId;
use cluster::replication::leader;
use cluster::{ResourceKind, broker_id};

use crate::limits::{MS, SECOND};
use crate::log::ReplicaLog;
use crate::message::Event;
use crate::node::{Node, Role};
use crate::world::World;

const TOPICS_MAX: u8 = 4;
const NODES_MAX: i32 = 6;

impl World {
    pub fn operation(&mut self) {
        if self.healing {
            return;
        }
        let count = self.metadata.image().topic_count();
        if count < 2 {
            // One that is always synced and one that acknowledges from memory.
            let made = self.oracle.topics_made();
            let name = if made.is_multiple_of(2) { "synced" } else { "memory" };
            self.create_topic(&format!("{name}-{made}"), made + 1, 1);
            self.at(300 * MS, Event::Operation);
            return;
        }
        let pause = 100 * MS + self.rng.operations.spread(self.swarm.operation_pause);
        self.at(pause, Event::Operation);
        let logs = self.logs();
        let Some(log) = self.rng.operations.pick(&logs).copied() else {
            return;
        };
        match self.rng.operations.below(16) {
            0..=3 => self.reassign(log),
            4 => self.operate(Command::Reassign(Reassign { partitions: vec![(log, None)] })),
            5..=7 => self.change_min_isr(log),
            8 => self.elect(log),
            9..=11 => self.swap(log, 9),
            12 => self.more_partitions(log),
            13 if self.oracle.topics_made() < TOPICS_MAX => {
                let made = self.oracle.topics_made();
                self.create_topic(&format!("memory-{made}"), made + 1, 1);
            }
            14 if count > 2 => self.delete_topic(log),
            15 => self.add_node(),
            _ => {}
        }
    }

    /// Other nodes, another number of replicas, or another core of the same node.
    fn reassign(&mut self, log: LogId) {
        let mut ids: Vec<i32> = self.nodes.keys().copied().collect();
        let shards = self.swarm.shards;
        let Some(held) = self.partition(log) else {
            return;
        };
        let before = held.replicas.clone();
        let mut target = Vec::new();
        if shards > 1 && self.rng.operations.chance(400_000) {
            target = before;
            let index = self.rng.operations.below(target.len() as u64) as usize;
            let shard = self.rng.operations.below(u64::from(shards)) as u16;
            target[index] = broker_id(cluster::node_of(target[index]), shard);
        } else {
            let wanted = self.rng.operations.between(2, 3) as usize;
            while target.len() < wanted && !ids.is_empty() {
                let at = self.rng.operations.below(ids.len() as u64) as usize;
                let shard = self.rng.operations.below(u64::from(shards)) as u16;
                target.push(broker_id(ids.remove(at), shard));
            }
        }
        let name = self.name_of(log);
        self.note(|| format!("operator: moves {name} to {target:?}"));
        self.counts.reassigned += 1;
        self.operate(Command::Reassign(Reassign { partitions: vec![(log, Some(target))] }));
    }

    /// An operator who changes the minimum while a change of the ISR is on its way.
    pub fn spite(&mut self, log: LogId) {
        if !self.healing && self.rng.operations.chance(self.swarm.spite) {
            self.change_min_isr(log);
        }
    }

    fn change_min_isr(&mut self, log: LogId) {
        let Some(topic) = self.metadata.image().topic_by_id(log.topic_id) else {
            return;
        };
        let name = topic.name.to_string();
        let value = self.rng.operations.between(1, 3).to_string();
        self.note(|| format!("operator: min.insync.replicas of {name} is {value}"));
        let op = ConfigOp {
            name: "min.insync.replicas".into(),
            operation: Operation::Set,
            value: Some(value),
        };
        let change = ConfigChange::Incremental(vec![op]);
        let resources = vec![AlterResource { kind: ResourceKind::Topic, name, change }];
        self.operate(Command::AlterConfigs(AlterConfigs { resources, validate_only: false }));
    }

    /// Leadership goes to and fro between two that live.
    pub fn swap(&mut self, log: LogId, more: u8) {
        let Some(held) = self.partition(log).filter(|held| held.adding.is_empty()) else {
            return;
        };
        let mut target = held.replicas.clone();
        if target.len() < 2 || !held.removing.is_empty() || self.healing {
            return;
        }
        target.swap(0, 1);
        // What a replica told the leader of before is still on its way.
        if let Some(late) = self.rng.operations.pick(&target[2..]).copied() {
            let (from, to) = (cluster::node_of(late), cluster::node_of(target[1]));
            self.net.clog(from, to, self.now + 600 * MS);
            // Nor does it hear soon who leads, if this is a run with a node like that.
            self.swarm.late_node = self.swarm.late_node.map(|_| from);
        }
        let partitions = vec![(log, Some(target.clone()))];
        self.operate(Command::Reassign(Reassign { partitions }));
        self.elect(log);
        if more > 0 {
            let pause = 20 * MS + self.rng.operations.spread(200 * MS);
            if self.rng.operations.chance(750_000) {
                // The next to lead hears little of this term: it leads without its tail.
                let (from, to) = (cluster::node_of(target[0]), cluster::node_of(target[1]));
                self.net.clog(from, to, self.now + pause + 30 * MS);
            }
            self.at(pause, Event::Swap { log, more: more - 1 });
        }
    }

    fn elect(&mut self, log: LogId) {
        let partitions = vec![log];
        let election = Election::Preferred;
        self.operate(Command::ElectLeaders(ElectLeaders { partitions, election }));
    }

    fn more_partitions(&mut self, log: LogId) {
        let Some(topic) = self.metadata.image().topic_by_id(log.topic_id) else {
            return;
        };
        if topic.partitions.len() > 1 {
            return;
        }
        let more = MorePartitions { name: topic.name.to_string(), count: 2, assignments: None };
        let seed = self.rng.operations.draw();
        let request = CreatePartitions { topics: vec![more], validate_only: false, seed };
        self.operate(Command::CreatePartitions(request));
    }

    fn delete_topic(&mut self, log: LogId) {
        let name = self.name_of(log);
        self.note(|| format!("operator: deletes the topic of {name}"));
        let topics = vec![TopicRef::Id(log.topic_id)];
        self.operate(Command::DeleteTopics(DeleteTopics { topics }));
    }

    fn add_node(&mut self) {
        let id = self.nodes.len() as i32 + 1;
        if id > NODES_MAX || id > self.swarm.nodes + 1 {
            return;
        }
        self.nodes.insert(id, Node::new(id, self.swarm.shards));
        self.at(MS, Event::Start { node: id, life: 0 });
    }

    /// Leaders remove what is old, now and then: all but the newest.
    pub fn retention(&mut self) {
        const KEPT: usize = 70;
        self.at(SECOND, Event::Retention);
        for id in self.nodes.keys().copied().collect::<Vec<_>>() {
            let node = &self.nodes[&id];
            let Some(process) = node.process.as_ref().filter(|_| !node.frozen) else {
                continue;
            };
            let leads = |(key, replica): (&(i32, LogId), &crate::node::Replica)| {
                matches!(replica.role, Role::Lead(_)).then_some(*key)
            };
            for (broker, log) in process.replicas.iter().filter_map(leads).collect::<Vec<_>>() {
                // Nearly everything, so that only the watermark stands in the way.
                let eager = self.rng.operations.chance(60_000);
                let held = &self.nodes[&id].logs[&(broker, log)];
                let keep = if eager { 2 } else { KEPT };
                let Some(index) = held.batches.len().checked_sub(keep) else {
                    continue;
                };
                let to = held.batches.get(index).map_or(held.end(), |batch| batch.base);
                self.retain(id, broker, log, to);
            }
        }
    }

    fn retain(&mut self, id: i32, broker: i32, log: LogId, to: i64) {
        // As in Kafka, a replica that begins anew knows no sequences of what was removed: a batch
        // that is removed while its producer may still send it again can be there twice.
        let held = &self.nodes[&id].logs[&(broker, log)];
        let (to_committed, batches) = (to.min(held.ends().high_watermark), &held.batches);
        let mut removed = batches.iter().take_while(|batch| batch.end() <= to_committed);
        if removed.any(|batch| self.waits_for(batch)) {
            return;
        }
        let now_ms = self.clock_ms(id);
        let mut out = Vec::new();
        if let Some(Role::Lead(machine)) = self.replica(id, broker, log).map(|held| &mut held.role)
        {
            machine.step(now_ms, leader::Input::Retain { to }, &mut out);
        }
        self.leader_outputs(id, broker, log, out);
    }
}
