//! What goes wrong, and how it gets well again.

use std::collections::BTreeSet;

use crate::limits::{MS, SECOND};
use crate::message::Event;
use crate::node::Folder;
use crate::swarm::Fault;
use crate::world::World;

impl World {
    pub fn fault(&mut self) {
        if self.healing || self.faults_left == 0 {
            return;
        }
        self.faults_left -= 1;
        let pause = MS + self.rng.faults.spread(self.swarm.fault_pause);
        self.at(pause, Event::Fault);
        let Some(fault) = self.swarm.pick(&mut self.rng.faults) else {
            return;
        };
        let ids: Vec<i32> = self.nodes.keys().copied().collect();
        let node = self.rng.faults.pick(&ids).copied().unwrap_or(1);
        let loses = matches!(fault, Fault::PowerCut | Fault::EmptyFolder | Fault::Damage);
        if loses && self.swarm.one_loss_at_a_time && !self.is_whole_but(node) {
            return;
        }
        *self.counts.faults.entry(fault.name()).or_default() += 1;
        match fault {
            Fault::Kill => self.crash(node, false, 3 * SECOND),
            Fault::QuickRestart => self.crash(node, false, 60 * MS),
            Fault::PowerCut => self.crash(node, true, 2 * SECOND),
            Fault::PowerCutOfAll => {
                for node in ids {
                    self.crash(node, true, SECOND);
                }
            }
            Fault::EmptyFolder => self.empty_folder(node),
            Fault::Damage => self.damage(node),
            Fault::Freeze => self.freeze(node),
            Fault::ClockJump => {
                let jump = self.rng.faults.spread(4_000) as i64;
                self.note(|| format!("node {node}: its clock jumps by {jump} ms"));
                self.nodes.get_mut(&node).expect("a node").clock_ahead_ms += jump;
            }
            Fault::Isolate | Fault::OneWay | Fault::Pair => {
                self.partition_network(fault, node, &ids);
            }
            Fault::Clog => {
                let other = self.rng.faults.pick(&ids).copied().unwrap_or(1);
                let until = self.now + self.rng.faults.spread(2 * SECOND);
                self.note(|| format!("network: {node} to {other} is clogged"));
                self.net.clog(node, other, until);
            }
            Fault::Reset => {
                for other in ids {
                    self.break_link(node, other);
                }
            }
            Fault::NewController => {
                let healthy: Vec<i32> =
                    ids.into_iter().filter(|id| self.reaches_majority(*id)).collect();
                if let Some(seat) = self.rng.faults.pick(&healthy).copied() {
                    self.new_controller(seat);
                }
            }
            Fault::CleanStop => self.stop(node),
            Fault::SlowDisk => {
                let until = self.now + self.rng.faults.spread(3 * SECOND);
                self.note(|| format!("node {node}: its disk is slow"));
                self.nodes.get_mut(&node).expect("a node").slow_until = until;
            }
        }
    }

    fn crash(&mut self, node: i32, power: bool, mean: u64) {
        let what = if power { "loses power" } else { "is killed" };
        self.note(|| format!("node {node}: {what}"));
        self.kill(node, power);
        let pause = 10 * MS + self.rng.faults.spread(mean);
        let life = self.nodes[&node].life;
        self.at(pause, Event::Start { node, life });
    }

    fn empty_folder(&mut self, node: i32) {
        self.crash(node, true, 2 * SECOND);
        self.note(|| format!("node {node}: its folder is gone"));
        let held = self.nodes.get_mut(&node).expect("a node");
        held.folder = Folder::new();
        held.emptied = true;
        let lost: Vec<_> = std::mem::take(&mut held.logs).into_keys().collect();
        held.lossy.extend(lost.iter().copied());
        for (broker, log) in lost {
            self.oracle.lost(log);
            self.oracle_log_removed(node, broker, log);
        }
        self.counts.losses += 1;
    }

    fn damage(&mut self, node: i32) {
        self.crash(node, false, SECOND);
        let held = self.nodes.get_mut(&node).expect("a node");
        let keys: Vec<_> = held.logs.keys().copied().collect();
        let Some(key) = self.rng.faults.pick(&keys).copied() else {
            return;
        };
        if held.logs.get_mut(&key).expect("listed").damage(&mut self.rng.disk) {
            held.lossy.insert(key);
            self.oracle.lost(key.1);
            self.counts.losses += 1;
            let name = self.name_of(key.1);
            self.note(|| format!("broker {}: {name} is damaged", key.0));
        }
    }

    fn freeze(&mut self, node: i32) {
        let Some(process) = self.process_of(node) else {
            return;
        };
        self.nodes.get_mut(&node).expect("a node").frozen = true;
        self.note(|| format!("node {node}: stands still"));
        let pause = (100 * MS + self.rng.faults.spread(2 * SECOND)).min(10 * SECOND);
        self.at(pause, Event::Thaw { node, process });
    }

    fn partition_network(&mut self, fault: Fault, node: i32, ids: &[i32]) {
        let others: Vec<i32> = ids.iter().copied().filter(|id| *id != node).collect();
        let mut paths = BTreeSet::new();
        match fault {
            Fault::Isolate => {
                for other in others {
                    paths.insert((node, other));
                    paths.insert((other, node));
                }
            }
            Fault::OneWay => {
                let outwards = self.rng.faults.chance(500_000);
                for other in others {
                    paths.insert(if outwards { (node, other) } else { (other, node) });
                }
            }
            _ => {
                let other = self.rng.faults.pick(&others).copied().unwrap_or(node);
                paths.insert((node, other));
                paths.insert((other, node));
            }
        }
        self.cut_for(&paths, 2 * SECOND);
    }

    pub fn stop(&mut self, node: i32) {
        let held = self.nodes.get_mut(&node).and_then(|node| node.process.as_mut());
        if let Some(process) = held {
            process.wants = cluster::controller::sessions::Wants::ToStop;
            self.note(|| format!("node {node}: is asked to stop"));
        }
    }

    /// Whether every other node has everything: then this one may lose something.
    fn is_whole_but(&self, node: i32) -> bool {
        let others = |id: &&i32| **id != node;
        let safe = self.nodes.keys().filter(others).all(|id| {
            let held = &self.nodes[id];
            held.process.is_some() && held.lossy.is_empty()
        });
        let in_sync = self.logs().into_iter().all(|log| {
            self.partition(log).is_some_and(|held| held.isr.len() == held.replicas.len())
        });
        safe && in_sync
    }

    /// No more faults: everything is mended, and from here on the cluster must become whole.
    pub fn end_of_safety(&mut self) {
        self.healing = true;
        self.note(|| "from here on nothing fails any more".to_owned());
        self.net.heal_all();
        self.swarm.loss = 0;
        self.swarm.duplication = 0;
        for id in self.nodes.keys().copied().collect::<Vec<_>>() {
            let node = self.nodes.get_mut(&id).expect("a node");
            node.slow_until = 0;
            let (life, frozen) = (node.life, node.frozen);
            match self.process_of(id) {
                Some(process) if frozen => self.at(MS, Event::Thaw { node: id, process }),
                Some(_) => {}
                None => self.at(MS, Event::Start { node: id, life }),
            }
        }
        self.at(100 * MS, Event::Check);
    }
}
