//! What must hold of records and replicas: I1, I2, I5 to I8, I10, I14 to I16.

use cluster::node_of;
use cluster::records::LogId;

use super::missing;
use crate::log::{Batch, ReplicaLog};
use crate::node::{Role, Waiter};
use crate::world::World;

impl World {
    /// A leader appended: it alone does so in this epoch, and epochs never fall.
    pub fn oracle_appended(&mut self, id: i32, broker: i32, log: LogId, batch: Batch) {
        let process = self.process_of(id).unwrap_or(0);
        let held = &self.nodes[&id].logs[&(broker, log)];
        let before = held.batches.len().checked_sub(2).map(|index| held.batches[index]);
        let name = self.name_of(log);
        let truth = self.oracle.truths.entry(log).or_default();
        let appender = *truth.appenders.entry(batch.epoch).or_insert((broker, process));
        let first = *truth.appended.entry((batch.epoch, batch.base)).or_insert(batch);
        if appender != (broker, process) {
            let what = format!(
                "{name}: broker {broker} appends in epoch {}, as broker {} did",
                batch.epoch, appender.0
            );
            self.oracle.fail("I1 one appender per epoch", what);
        }
        if first != batch {
            let what = format!("{name}: two batches at offset {} of one epoch", batch.base);
            self.oracle.fail("I5 log matching", what);
        }
        if before.is_some_and(|before| before.epoch > batch.epoch) {
            let what = format!("{name}: epoch {} after a later one", batch.epoch);
            self.oracle.fail("I10 epochs never fall", what);
        }
    }

    /// A follower is about to append a run.
    pub fn oracle_replicated(&mut self, broker: i32, log: LogId, batches: &[Batch]) {
        let held = &self.nodes[&node_of(broker)].logs[&(broker, log)];
        let mut last_epoch = held.ends().last_epoch;
        // Into an empty log a batch may begin below the start that lies inside it.
        let mut end = if held.batches.is_empty() { i64::MIN } else { held.end() };
        let name = self.name_of(log);
        let truth = self.oracle.truths.entry(log).or_default();
        for batch in batches {
            let known = truth.appended.get(&(batch.epoch, batch.base));
            if known != Some(batch) {
                let what = format!("{name}: broker {broker} holds what nobody wrote: {batch:?}");
                return self.oracle.fail("I5 log matching", what);
            }
            if batch.epoch < last_epoch || batch.base < end {
                let what = format!("{name}: broker {broker} goes back at {batch:?}");
                return self.oracle.fail("I10 epochs never fall", what);
            }
            (last_epoch, end) = (batch.epoch, batch.end());
        }
    }

    /// A replica's stable end moved: it has these batches on the promised medium now.
    pub fn oracle_stable(&mut self, id: i32, broker: i32, log: LogId) {
        let held = &self.nodes[&id].logs[&(broker, log)];
        let stable = held.stable();
        let seen = self.oracle.seen.entry((broker, log)).or_insert(0);
        let from = (*seen).max(held.start);
        *seen = stable;
        let truth = self.oracle.truths.entry(log).or_default();
        for batch in &held.batches[held.index_of(from)..] {
            if batch.end() > stable {
                break;
            }
            *truth.stable_on.entry((batch.epoch, batch.base)).or_default() |= 1 << id;
        }
    }

    /// A term begins: what a start found on the device is stable from then on.
    pub fn oracle_term(&mut self, id: i32, broker: i32, log: LogId) {
        self.oracle.seen.remove(&(broker, log));
        self.oracle_stable(id, broker, log);
    }

    pub fn oracle_cut(&mut self, id: i32, broker: i32, log: LogId) {
        let end = self.nodes[&id].logs[&(broker, log)].stable();
        let seen = self.oracle.seen.entry((broker, log)).or_insert(0);
        *seen = end.min(*seen);
        self.check_candidates(log, 0);
    }

    pub fn oracle_log_removed(&mut self, id: i32, broker: i32, log: LogId) {
        self.oracle.seen.remove(&(broker, log));
        if self.is_replica_node(log, id) {
            self.check_candidates(log, 0);
        }
    }

    /// A leader says that everything below `high_watermark` is committed.
    pub fn oracle_leader_watermark(&mut self, id: i32, broker: i32, log: LogId, watermark: i64) {
        let name = self.name_of(log);
        let held = &self.nodes[&id].logs[&(broker, log)];
        if watermark > held.stable() {
            let what = format!(
                "{name}: leader {broker} commits {watermark} and has {} itself",
                held.stable()
            );
            return self.oracle.fail("I6 high watermark", what);
        }
        let epoch = self.epoch_of(id, broker, log);
        let held = &self.nodes[&id].logs[&(broker, log)];
        let truth = self.oracle.truths.entry(log).or_default();
        if truth.unclean > 0 && epoch < truth.unclean_epoch {
            return;
        }
        let before = truth.end();
        let index = held.index_of(before.max(held.start));
        let new: Vec<Batch> =
            held.batches[index..].iter().take_while(|b| b.end() <= watermark).copied().collect();
        for batch in &new {
            if batch.base < truth.end() {
                continue;
            }
            let next = truth.sequences.get(&batch.producer).copied();
            if next.is_some_and(|next| batch.sequence < next) && truth.unclean == 0 {
                let what = format!("{name}: producer {} is there twice", batch.producer);
                return self.oracle.fail("I16 sequences once", what);
            }
            truth.sequences.insert(batch.producer, batch.sequence + batch.records);
            truth.committed.push(*batch);
        }
        // What it commits anew is its own; what was committed before, it has as well.
        let known = self.oracle.truths[&log].end().min(watermark);
        let from = held.ends().high_watermark.min(before) - 1;
        if let Some(offset) = missing(held, &self.oracle.truths[&log], from, known) {
            let what = format!("{name}: leader {broker} lacks committed offset {offset}");
            return self.oracle.fail("I2 leader completeness", what);
        }
        // A deposed leader that learns late of what others committed since says nothing new.
        let current = self.partition(log).is_some_and(|held| held.leader_epoch == epoch);
        if current || watermark > before {
            self.check_members(id, broker, log, before, watermark);
        }
        self.check_candidates(log, before);
        self.check_superset(log);
    }

    /// Every member that the leader waits for has what is committed now, on its own disk.
    fn check_members(&mut self, id: i32, broker: i32, log: LogId, from: i64, to: i64) {
        let node = &self.nodes[&id];
        let replica = node.process.as_ref().and_then(|held| held.replicas.get(&(broker, log)));
        let Some(Role::Lead(machine)) = replica.map(|held| &held.role) else {
            return;
        };
        let truth = &self.oracle.truths[&log];
        let image_offset = node.process.as_ref().map_or(-1, |held| held.image.offset());
        // Of a process that has taken the place of one that promised the leader will hear.
        let is_news = |member: i32| {
            let held = self.metadata.image().broker(member);
            held.is_some_and(|held| held.epoch > image_offset)
        };
        let mut wrong = None;
        for other in self.nodes.values() {
            for member in other.brokers().filter(|member| machine.is_maximal(*member)) {
                let Some(held) = other.logs.get(&(member, log)) else {
                    continue;
                };
                if other.lossy.contains(&(member, log)) || member == broker || is_news(member) {
                    continue;
                }
                if held.stable() < to || missing(held, truth, from, to).is_some() {
                    wrong = Some((member, held.stable()));
                }
            }
        }
        if let Some((member, stable)) = wrong {
            let name = self.name_of(log);
            let what = format!(
                "{name}: leader {broker} commits {to}, and member {member} has {stable} (or other \
                 records)"
            );
            self.oracle.fail("I6 high watermark", what);
        }
    }

    pub fn oracle_follower_watermark(&mut self, id: i32, broker: i32, log: LogId, watermark: i64) {
        let held = &self.nodes[&id].logs[&(broker, log)];
        let Some(truth) = self.oracle.truths.get(&log).filter(|truth| truth.unclean == 0) else {
            return;
        };
        let found = if watermark > truth.end() {
            Some(truth.end())
        } else {
            missing(held, truth, held.start, watermark)
        };
        if let Some(offset) = found {
            let name = self.name_of(log);
            let what = format!(
                "{name}: follower {broker} takes {watermark} for committed and differs at {offset}"
            );
            self.oracle.fail("I6 high watermark", what);
        }
    }

    /// A leader begins its term.
    pub fn oracle_leads(&mut self, id: i32, broker: i32, log: LogId) {
        let held = &self.nodes[&id].logs[&(broker, log)];
        let Some(truth) = self.oracle.truths.get(&log) else {
            return;
        };
        let current = self.partition(log).is_some_and(|partition| {
            partition.leader == broker && partition.leader_epoch == self.epoch_of(id, broker, log)
        });
        if !current {
            return;
        }
        let gap = if held.end() < truth.end() {
            Some(held.end())
        } else {
            missing(held, truth, 0, truth.end())
        };
        if let Some(offset) = gap {
            let (name, end) = (self.name_of(log), truth.end());
            let what = format!("{name}: {broker} leads and lacks offset {offset} of {end}");
            self.oracle.fail("I2 leader completeness", what);
        }
    }

    fn epoch_of(&self, id: i32, broker: i32, log: LogId) -> i32 {
        let process = self.nodes[&id].process.as_ref();
        process.and_then(|held| held.replicas.get(&(broker, log))).map_or(-1, |r| r.leader_epoch)
    }

    /// An acknowledgement leaves.
    pub fn oracle_acked(
        &mut self,
        id: i32,
        broker: i32,
        log: LogId,
        waiter: &Waiter,
        min_isr: usize,
    ) {
        let held = &self.nodes[&id].logs[&(broker, log)];
        let Some(batch) = held.batches.get(held.index_of(waiter.base)) else {
            return;
        };
        let truth = self.oracle.truths.entry(log).or_default();
        let mask = truth.stable_on.get(&(batch.epoch, batch.base)).copied().unwrap_or(0);
        let nodes = mask.count_ones() as usize;
        if nodes < min_isr {
            let name = self.name_of(log);
            let what = format!(
                "{name}: offset {} is acknowledged on {nodes} nodes, the minimum is {min_isr}",
                waiter.base
            );
            self.oracle.fail("I8 ack evidence", what);
        }
    }

    pub fn oracle_read(&mut self, log: LogId, batches: &[Batch]) {
        let Some(truth) = self.oracle.truths.get(&log) else {
            return;
        };
        if truth.unclean > 0 {
            return;
        }
        let wrong = batches.iter().find(|batch| {
            let at = truth.committed.partition_point(|held| held.base < batch.base);
            truth.committed.get(at) != Some(batch)
        });
        if let Some(batch) = wrong {
            let name = self.name_of(log);
            let what = format!("{name}: read {batch:?}, which is not what is committed there");
            self.oracle.fail("I7 reads", what);
        }
    }

    pub fn oracle_start(&mut self, broker: i32, log: LogId, start: i64, id: i32) {
        let held = &self.nodes[&id].logs[&(broker, log)];
        let watermark = held.ends().high_watermark;
        if start > watermark {
            let name = self.name_of(log);
            let what = format!("{name}: broker {broker} removes up to {start} of {watermark}");
            self.oracle.fail("I15 log start", what);
        }
    }

    pub fn oracle_cut_below(&mut self, broker: i32, log: LogId, to: i64, watermark: i64) {
        let name = self.name_of(log);
        self.note(|| format!("broker {broker}: {name} is cut to {to}, below {watermark}"));
        let truth = self.oracle.truths.entry(log).or_default();
        if truth.unclean == 0 {
            let what = format!("{name}: broker {broker} cuts to {to}, below {watermark}");
            self.oracle.fail("I14 no truncation below the high watermark", what);
        }
    }
}
