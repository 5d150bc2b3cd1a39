//! One change of one partition: who is in sync, who leads, who stays eligible, which epochs grow.
//!
//! Every command that touches a partition goes through here, so the rules hold for all of them.

use crate::count_nodes;
use crate::image::{Image, Partition, Topic};
use crate::mutants::{Mutant, on};
use crate::records::{LoneReplicasChanged, PartitionRecord, Record, ResourceKind};
use crate::replication::min_insync_replicas;

/// A change in the making, on the image as it is at this point of the batch.
pub(super) struct Change<'a> {
    image: &'a Image,
    topic: &'a Topic,
    partition: i32,
    before: &'a Partition,
    after: Partition,
    /// Replicas that may have lost what they promised: not eligible any more.
    suspects: Vec<i32>,
    /// Replicas with another folder than the one that was known: there is nothing in it.
    strangers: Vec<i32>,
    prefers_first: bool,
    unclean: bool,
    /// The leader was taken whatever it lost: what others promised is void with that.
    elected_uncleanly: bool,
}

impl<'a> Change<'a> {
    /// `None` if there is no such partition.
    pub(super) fn new(image: &'a Image, topic: &'a Topic, partition: i32) -> Option<Self> {
        let before = topic.partition(partition)?;
        Some(Self {
            image,
            topic,
            partition,
            before,
            after: before.clone(),
            suspects: Vec::new(),
            strangers: Vec::new(),
            prefers_first: false,
            unclean: allows_unclean(image, &topic.name),
            elected_uncleanly: false,
        })
    }

    pub(super) fn isr(mut self, isr: Vec<i32>) -> Self {
        self.after.isr = isr;
        self
    }

    /// Takes a broker out of the ISR; a suspect one loses the ELR as well.
    pub(super) fn without(mut self, broker: i32, suspect: bool) -> Self {
        self.after.isr.retain(|member| *member != broker);
        if suspect && !on(Mutant::ElrKeepsUncleanMember) {
            self.suspects.push(broker);
        }
        self
    }

    /// A broker came back with another folder: not even as a last resort does it lead, for all that
    /// others still have would be cut to its nothing.
    pub(super) fn stranger(mut self, broker: i32) -> Self {
        self.strangers.push(broker);
        self
    }

    pub(super) fn recovered(mut self) -> Self {
        self.after.recovering = false;
        self
    }

    /// The first replica leads, if it can.
    pub(super) fn preferred(mut self) -> Self {
        self.prefers_first = true;
        self
    }

    /// Any replica may lead if none is eligible, whatever is lost with that.
    pub(super) fn unclean(mut self) -> Self {
        self.unclean = true;
        self
    }

    pub(super) fn replicas(
        mut self,
        replicas: Vec<i32>,
        adding: Vec<i32>,
        removing: Vec<i32>,
    ) -> Self {
        self.after.replicas = replicas;
        self.after.adding = adding;
        self.after.removing = removing;
        self
    }

    /// The state that comes of it; `None` if nothing changes.
    pub(super) fn finish(mut self) -> Option<Partition> {
        self.complete_reassignment();
        let replicas = &self.after.replicas;
        self.after.isr.retain(|member| replicas.contains(member));
        let mut eligible: Vec<i32> = self.before.elr.clone();
        eligible.retain(|member| replicas.contains(member) && !self.suspects.contains(member));
        self.elect(&eligible);
        self.eligible(eligible);
        self.epochs();
        let changed = self.after != *self.before;
        changed.then(|| {
            self.after.partition_epoch += 1;
            self.after
        })
    }

    pub(super) fn record(self) -> Option<Record> {
        let (topic_id, partition) = (self.topic.id, self.partition);
        let state = self.finish()?;
        Some(Record::PartitionChanged(PartitionRecord { topic_id, partition, state }))
    }

    /// Once all that is wanted is in sync, what is not wanted goes.
    fn complete_reassignment(&mut self) {
        let after = &mut self.after;
        if after.adding.is_empty() && after.removing.is_empty() {
            return;
        }
        let target: Vec<i32> =
            after.replicas.iter().copied().filter(|id| !after.removing.contains(id)).collect();
        if target.iter().all(|id| after.isr.contains(id)) {
            after.isr.retain(|member| target.contains(member));
            after.replicas = target;
            after.adding.clear();
            after.removing.clear();
        }
    }

    fn is_active(&self, broker: i32) -> bool {
        self.image.broker(broker).is_some_and(crate::image::Broker::is_active)
    }

    fn elect(&mut self, eligible: &[i32]) {
        let leads = |id: i32| self.after.isr.contains(&id) && self.is_active(id);
        let replicas = &self.after.replicas;
        let first_of = |may: &dyn Fn(i32) -> bool| replicas.iter().copied().find(|id| may(*id));
        let preferred = replicas.first().copied().filter(|id| self.prefers_first && leads(*id));
        let current = Some(self.before.leader).filter(|id| leads(*id));
        if let Some(leader) = preferred.or(current).or_else(|| first_of(&leads)) {
            self.after.leader = leader;
            return;
        }
        if !self.after.isr.is_empty() {
            self.after.leader = -1;
            return;
        }
        // Nobody is in sync. Who left the ISR below the minimum has all that is committed.
        if let Some(leader) = first_of(&|id| eligible.contains(&id) && self.is_active(id)) {
            self.after.leader = leader;
            self.after.isr = vec![leader];
            return;
        }
        let last_known = self.before.last_known_elr.first().copied();
        let last_known = last_known.filter(|id| replicas.contains(id) && self.is_active(*id));
        let last_resort = if eligible.is_empty() { last_known } else { None };
        let any = || first_of(&|id| self.unclean && self.is_active(id));
        match last_resort.or_else(any) {
            Some(leader) => {
                self.after.leader = leader;
                self.after.isr = vec![leader];
                self.after.recovering = true;
                self.elected_uncleanly = true;
            }
            None => self.after.leader = -1,
        }
    }

    /// With enough in sync the high watermark moves without the others; below that it stands
    /// still, so who leaves the ISR then still has everything committed (KIP-966).
    fn eligible(&mut self, held: Vec<i32>) {
        let after = &mut self.after;
        let min_isr = min_insync_replicas(self.image, &self.topic.name);
        let min_isr = min_isr.min(count_nodes(&after.replicas));
        let enough = count_nodes(&after.isr) >= min_isr;
        let mut elr = held;
        if !enough {
            elr.extend(self.before.isr.iter().filter(|id| !self.before.elr.contains(id)));
        }
        if enough && !on(Mutant::ElrNotClearedAtMinIsr) || self.elected_uncleanly {
            elr.clear();
        }
        let stays = |id: &i32| {
            after.replicas.contains(id) && !after.isr.contains(id) && !self.suspects.contains(id)
        };
        elr.retain(stays);
        after.elr = elr;
        if enough || after.leader >= 0 {
            after.last_known_elr.clear();
        } else if self.before.leader >= 0 {
            after.last_known_elr = vec![self.before.leader];
        }
        after.last_known_elr.retain(|id| !self.strangers.contains(id));
    }

    fn epochs(&mut self) {
        let (before, after) = (self.before, &mut self.after);
        let removed = before.replicas.iter().any(|id| !after.replicas.contains(id));
        let moved = before.leader != after.leader && !on(Mutant::ElectWithoutEpochBump);
        if moved || removed {
            after.leader_epoch += 1;
        }
    }
}

/// `unclean.leader.election.enable` of a topic, from the image alone.
fn allows_unclean(image: &Image, topic: &str) -> bool {
    const NAME: &str = "unclean.leader.election.enable";
    let own = image.overrides(ResourceKind::Topic, topic).get(NAME);
    let value = own.or_else(|| image.overrides(ResourceKind::Broker, "").get(NAME));
    value.is_some_and(|value| value == "true")
}

/// Changes of every partition that names a broker, one after the other on what came before. Those
/// of partitions that no other broker has are one record, if they are all alike.
pub(super) fn of_broker(
    image: &Image,
    broker: i32,
    change: impl for<'a> Fn(Change<'a>, &Partition, &Topic, i32) -> Option<Change<'a>>,
) -> Vec<Record> {
    let (mut records, mut alike) = (Vec::new(), Alike::default());
    for topic in image.topics() {
        for (number, state) in (0..).zip(&topic.partitions) {
            if !state.replicas.contains(&broker) {
                continue;
            }
            let made = Change::new(image, topic, number);
            let changed = made.and_then(|made| change(made, state, topic, number));
            let record = changed.and_then(Change::record);
            alike.add(broker, state, record.as_ref(), records.len());
            records.extend(record);
        }
    }
    alike.fold(broker, records)
}

/// Partitions that only one broker has, and whether they all change in the same way.
#[derive(Default)]
struct Alike {
    /// Of the records that one may stand for: those that leave their leader, and that get one.
    places: [Vec<usize>; 2],
    differ: bool,
}

impl Alike {
    fn add(&mut self, broker: i32, before: &Partition, record: Option<&Record>, place: usize) {
        for (leads, places) in [false, true].into_iter().zip(&mut self.places) {
            let Some(after) = before.as_lone_replica(broker, leads) else { continue };
            match record {
                Some(Record::PartitionChanged(body)) if body.state == after => places.push(place),
                // The one record would change this one too.
                _ => self.differ = true,
            }
        }
    }

    fn fold(self, broker_id: i32, mut records: Vec<Record>) -> Vec<Record> {
        let [left, led] = self.places;
        if self.differ || left.is_empty() == led.is_empty() {
            return records;
        }
        let leads = left.is_empty();
        let (mut place, mut folded) = (0, left.into_iter().chain(led).peekable());
        records.retain(|_| {
            let is_kept = folded.next_if_eq(&place).is_none();
            place += 1;
            is_kept
        });
        records.push(Record::LoneReplicasChanged(LoneReplicasChanged { broker_id, leads }));
        records
    }
}
