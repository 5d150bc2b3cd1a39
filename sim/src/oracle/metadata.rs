//! What must hold of the committed metadata: I3, I4, I9, I11, I12, I13, I18.

use cluster::records::{BrokerRegistered, LogId, Record};
use cluster::replication::min_insync_replicas;
use cluster::{Image, Partition, count_nodes, node_of};

use crate::controller::Entry;
use crate::world::World;

impl World {
    /// An entry of the metadata log is committed.
    pub fn committed(&mut self, before: &Image, entry: &Entry) {
        for record in &entry.records {
            self.trace.mix(record.name().len() as u64);
            match record {
                Record::TopicCreated(_) => self.oracle.topics += 1,
                Record::PartitionCreated(body) => {
                    let log = LogId { topic_id: body.topic_id, partition: body.partition };
                    self.oracle.truths.entry(log).or_default();
                    self.add_clients(log);
                }
                Record::BrokerRegistered(body) => {
                    self.registered(body);
                }
                Record::BrokerChanged(body) => {
                    self.counts.fenced += 1;
                    self.note(|| {
                        format!("metadata: broker {} is {:?}", body.broker_id, body.state)
                    });
                }
                _ => {}
            }
        }
        for log in self.logs() {
            let topic = before.topic_by_id(log.topic_id);
            let old = topic.and_then(|topic| topic.partition(log.partition)).cloned();
            let Some(new) = self.partition(log).cloned() else {
                continue;
            };
            if let Some(old) = old
                && old != new
            {
                self.partition_changed(log, &old, &new);
            }
            self.check_partition(log, &new);
        }
    }

    /// The process that lost something has said so: from here on its replicas count as they are.
    fn registered(&mut self, body: &BrokerRegistered) {
        let (broker, incarnation) = (body.broker_id, body.incarnation);
        self.note(|| format!("metadata: broker {broker} is registered"));
        let Some(node) = self.nodes.get_mut(&node_of(broker)) else {
            return;
        };
        let is_current =
            node.process.as_ref().is_some_and(|process| process.incarnation == incarnation);
        if node.emptied {
            // It holds nothing of what its predecessor was assigned, whatever that was.
            for log in &body.suspect_logs {
                self.oracle.lost(*log);
            }
            node.emptied = !is_current || node.brokers().last() != Some(broker);
        }
        if is_current {
            node.lossy.retain(|(held, _)| *held != broker);
        }
    }

    fn partition_changed(&mut self, log: LogId, old: &Partition, new: &Partition) {
        self.counts.isr_changes += 1;
        let name = self.name_of(log);
        self.note(|| {
            let moving = match (new.adding.is_empty(), new.removing.is_empty()) {
                (true, true) => String::new(),
                _ => format!(", adding {:?}, removing {:?}", new.adding, new.removing),
            };
            format!(
                "metadata: {name} leader {} in epoch {}, ISR {:?}, ELR {:?} of {:?}{moving}",
                new.leader, new.leader_epoch, new.isr, new.elr, new.replicas
            )
        });
        if new.leader != old.leader && new.leader >= 0 {
            self.counts.elections += 1;
            let from_elr = old.isr.is_empty() && old.elr.contains(&new.leader);
            self.counts.elections_from_elr += u64::from(from_elr);
            if new.recovering && old.isr.is_empty() {
                self.elected_uncleanly(log, new);
            }
        }
        let fail = |world: &mut Self, what: &str| {
            let what = format!("{name}: {what}: {old:?} became {new:?}");
            world.oracle.fail("I11 records", what);
        };
        if new.partition_epoch <= old.partition_epoch {
            fail(self, "the partition epoch did not grow");
        }
        let moved = new.leader != old.leader;
        if new.leader_epoch < old.leader_epoch || (moved && new.leader_epoch == old.leader_epoch) {
            fail(self, "the leader epoch did not grow with a new leader");
        }
        let min_isr = self.min_isr_of(log, new);
        let moves =
            new.replicas != old.replicas && new.adding.is_empty() && new.removing.is_empty();
        let before = count_nodes(&old.isr).min(min_isr);
        if moves && count_nodes(&new.isr) < before && old.adding.is_empty() == new.adding.is_empty()
        {
            let what = format!("{name}: {old:?} became {new:?}");
            self.oracle.fail("I18 reassignment keeps the minimum", what);
        }
    }

    fn min_isr_of(&self, log: LogId, partition: &Partition) -> usize {
        let image = self.metadata.image();
        let topic = image.topic_by_id(log.topic_id);
        let min_isr = topic.map_or(1, |topic| min_insync_replicas(image, &topic.name));
        min_isr.min(count_nodes(&partition.replicas))
    }

    /// What was committed may be gone; from here on the new leader's log is the truth.
    fn elected_uncleanly(&mut self, log: LogId, new: &Partition) {
        self.counts.unclean_elections += 1;
        let name = self.name_of(log);
        let truth = self.oracle.truths.entry(log).or_default();
        truth.unclean += 1;
        truth.unclean_epoch = new.leader_epoch;
        if !truth.excused {
            let what = format!("{name}: an unclean election, and no replica lost anything");
            return self.oracle.fail("I9 nothing committed is lost", what);
        }
        let held = self.nodes.get(&node_of(new.leader));
        let held = held.and_then(|node| node.logs.get(&(new.leader, log)));
        let keeps = |batch: &crate::log::Batch| {
            held.is_some_and(|held| {
                batch.end() <= held.start
                    || held.batches.get(held.index_of(batch.base)) == Some(batch)
            })
        };
        let kept = truth.committed.iter().take_while(|batch| keeps(batch)).count();
        truth.committed.truncate(kept);
    }

    fn check_partition(&mut self, log: LogId, state: &Partition) {
        let name = self.name_of(log);
        let mut wrong = None;
        let image = self.metadata.image();
        let active = |id: i32| image.broker(id).is_some_and(cluster::Broker::is_active);
        let all_replicas = |ids: &[i32]| ids.iter().all(|id| state.replicas.contains(id));
        if !all_replicas(&state.isr) || !all_replicas(&state.elr) {
            wrong = Some("a member that is no replica");
        }
        if state.isr.iter().any(|id| state.elr.contains(id)) {
            wrong = Some("in ISR and ELR at once");
        }
        let min_isr = self.min_isr_of(log, state);
        if nodes_of(&state.isr) >= min_isr && !state.elr.is_empty() {
            wrong = Some("an ELR with enough in sync");
        }
        if let Some(id) = state.isr.iter().find(|id| !active(**id)) {
            self.oracle.fail("I11 records", format!("{name}: broker {id} is in the ISR, inactive"));
        }
        if state.leader >= 0 && !state.isr.contains(&state.leader) {
            wrong = Some("a leader that is not in sync");
        }
        let stays = |id: &i32| !state.removing.contains(id);
        let stay: Vec<i32> = state.replicas.iter().copied().filter(stays).collect();
        if nodes_of(&stay) != stay.len() {
            let what = format!("{name}: two replicas on one node: {state:?}");
            self.oracle.fail("I12 nodes", what);
        }
        if let Some(wrong) = wrong {
            self.oracle.fail("I11 records", format!("{name}: {wrong}: {state:?}"));
        }
        self.check_candidates(log, 0);
        self.check_superset(log);
    }
}

/// Counted here once more, so that a fault in the machines' own counting is seen.
fn nodes_of(brokers: &[i32]) -> usize {
    let nodes: std::collections::BTreeSet<i32> = brokers.iter().map(|id| node_of(*id)).collect();
    nodes.len()
}
