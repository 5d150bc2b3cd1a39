//! The end of a run: whether the cluster became whole, and what clients saw.

use cluster::command::{Command, ElectLeaders, Election};
use cluster::records::LogId;

use crate::limits::{LIVENESS_PHASE, MS, SECOND};
use crate::log::ReplicaLog;
use crate::message::Event;
use crate::node::Role;
use crate::world::World;

impl World {
    /// Looks whether everything is whole again.
    pub fn check_whole(&mut self) {
        if self.not_whole().is_none() {
            self.converged = true;
            return;
        }
        self.at(100 * MS, Event::Check);
        if self.now > self.swarm.safety + 10 * SECOND {
            self.recover_uncleanly();
        }
    }

    /// What everyone lost who could be elected, an operator gives up on.
    fn recover_uncleanly(&mut self) {
        let lost = |log: &LogId| {
            self.partition(*log)
                .is_some_and(|held| held.leader < 0 && held.isr.is_empty() && held.elr.is_empty())
        };
        let partitions: Vec<LogId> = self.logs().into_iter().filter(lost).collect();
        if !partitions.is_empty() {
            let election = Election::Unclean;
            self.operate(Command::ElectLeaders(ElectLeaders { partitions, election }));
        }
    }

    /// What is not as it must be in a cluster where nothing fails.
    fn not_whole(&self) -> Option<String> {
        for node in self.nodes.values() {
            let id = node.id;
            let Some(process) = &node.process else {
                return Some(format!("node {id} does not run"));
            };
            let serves = |broker: i32| {
                let held = self.metadata.image().broker(broker);
                held.is_some_and(cluster::Broker::is_active)
            };
            if !node.brokers().all(serves) {
                return Some(format!("node {id} is fenced"));
            }
            if process.entries < self.metadata.committed {
                return Some(format!("node {id} has an old image"));
            }
        }
        let waiting = self.producers.iter().find(|producer| !producer.in_flight.is_empty());
        if let Some(producer) = waiting {
            return Some(format!("a producer waits on {}", self.name_of(producer.log)));
        }
        self.logs().into_iter().find_map(|log| {
            self.log_not_whole(log).map(|why| format!("{}: {why}", self.name_of(log)))
        })
    }

    fn log_not_whole(&self, log: LogId) -> Option<String> {
        let partition = self.partition(log)?;
        let leader = partition.leader;
        if leader < 0 {
            return Some(format!("no leader: {partition:?}"));
        }
        if partition.isr.len() != partition.replicas.len() || !partition.adding.is_empty() {
            return Some(format!("not all in sync: {partition:?}"));
        }
        let node = &self.nodes[&cluster::node_of(leader)];
        let process = node.process.as_ref()?;
        let Some(Role::Lead(machine)) = process.replicas.get(&(leader, log)).map(|held| &held.role)
        else {
            return Some(format!("broker {leader} does not lead"));
        };
        let held = &node.logs[&(leader, log)];
        if machine.high_watermark() < held.end() {
            return Some(format!("committed {} of {}", machine.high_watermark(), held.end()));
        }
        for replica in &partition.replicas {
            let other = self.nodes[&cluster::node_of(*replica)].logs.get(&(*replica, log));
            let Some(other) = other else {
                return Some(format!("broker {replica} has no log"));
            };
            let from = held.start.max(other.start);
            let mine = &held.batches[held.index_of(from)..];
            let its = &other.batches[other.index_of(from)..];
            if mine != its {
                return Some(format!("broker {replica} differs: {:?}", other.ends()));
            }
        }
        None
    }

    /// The verdict.
    pub fn judge(&mut self) {
        if self.oracle.violation.is_some() || self.counts.steps >= self.steps_max {
            return;
        }
        if !self.converged {
            let why = self.not_whole().unwrap_or_else(|| "clients did not end".to_owned());
            let seconds = LIVENESS_PHASE / SECOND;
            let what = format!("not whole {seconds} s after the last fault: {why}");
            return self.oracle.fail("I21 liveness", what);
        }
        self.read_finally();
        for log in self.logs() {
            let truth = self.oracle.truths.get(&log);
            if truth.is_some_and(|truth| truth.unclean > 0) {
                continue;
            }
            let leader = self.partition(log).map_or(-1, |held| held.leader);
            let node = &self.nodes[&cluster::node_of(leader)];
            let start = node.logs.get(&(leader, log)).map_or(0, |held| held.start);
            if let Some(anomaly) = self.history.check(log, start).into_iter().next() {
                let what = format!("{}: {}: {}", self.name_of(log), anomaly.name, anomaly.what);
                return self.oracle.fail("history", what);
            }
        }
    }

    fn read_finally(&mut self) {
        for log in self.logs() {
            let leader = self.partition(log).map_or(-1, |held| held.leader);
            let node = &self.nodes[&cluster::node_of(leader)];
            let Some(held) = node.logs.get(&(leader, log)) else {
                continue;
            };
            let end = held.ends().high_watermark;
            for batch in held.batches.iter().filter(|batch| batch.end() <= end) {
                self.history.read_finally(log, batch.base, batch.value);
            }
        }
    }
}
