//! `uniform` where members are subscribed to different topics.
//!
//! Members keep what they are subscribed to, free partitions go to the least loaded subscriber,
//! and then partitions of each topic move from its most to its least loaded subscriber while
//! that makes them more even.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use wire::Uuid;

use super::{Assignment, GroupSpec};
use crate::groups::consumer::Partitions;

/// Each pass over the topics makes loads more even; few are needed.
const PASSES_MAX: usize = 16;

pub fn assign(spec: &GroupSpec) -> Assignment {
    let mut builder = Builder::new(spec);
    builder.assign_free();
    for _ in 0..PASSES_MAX {
        if !builder.balance() {
            break;
        }
    }
    builder.assignment
}

struct Builder<'a> {
    spec: &'a GroupSpec,
    /// Members by index, of every topic.
    subscribers: BTreeMap<Uuid, Vec<usize>>,
    /// The topics whose subscribers have the most to carry first.
    order: Vec<Uuid>,
    assignment: Vec<Partitions>,
    loads: Vec<usize>,
}

impl<'a> Builder<'a> {
    fn new(spec: &'a GroupSpec) -> Self {
        let mut subscribers: BTreeMap<Uuid, Vec<usize>> = BTreeMap::new();
        for (index, member) in spec.members.iter().enumerate() {
            for topic in &member.topics {
                subscribers.entry(*topic).or_default().push(index);
            }
        }
        let mut order: Vec<Uuid> = subscribers.keys().copied().collect();
        order.sort_by(|a, b| by_weight(spec, &subscribers, *a, *b));
        let mut assignment = Vec::with_capacity(spec.members.len());
        let mut given: BTreeSet<(Uuid, i32)> = BTreeSet::new();
        for member in &spec.members {
            let mut kept = Partitions::new();
            for (topic, partitions) in &member.assigned {
                if !member.topics.contains(topic) {
                    continue;
                }
                let count = spec.partition_count(*topic);
                for partition in partitions.iter().filter(|number| (0..count).contains(*number)) {
                    if given.insert((*topic, *partition)) {
                        kept.entry(*topic).or_default().insert(*partition);
                    }
                }
            }
            assignment.push(kept);
        }
        let loads = assignment.iter().map(load).collect();
        Self { spec, subscribers, order, assignment, loads }
    }

    fn assign_free(&mut self) {
        let mut given: BTreeSet<(Uuid, i32)> = BTreeSet::new();
        for (topic, partitions) in self.assignment.iter().flatten() {
            given.extend(partitions.iter().map(|partition| (*topic, *partition)));
        }
        for topic in self.order.clone() {
            let mut ranks = self.ranks(topic);
            for partition in 0..self.spec.partition_count(topic) {
                if given.contains(&(topic, partition)) {
                    continue;
                }
                let Some((load, rank, member)) = ranks.pop_first() else {
                    break;
                };
                ranks.insert((load + 1, rank, member));
                self.loads[member] = load + 1;
                self.assignment[member].entry(topic).or_default().insert(partition);
            }
        }
    }

    /// The subscribers of a topic by load; equal ones in the order they had before.
    fn ranks(&self, topic: Uuid) -> BTreeSet<(usize, usize, usize)> {
        let mut members = self.subscribers.get(&topic).cloned().unwrap_or_default();
        members.sort_by_key(|member| (self.loads[*member], *member));
        let ranked = members.into_iter().enumerate();
        ranked.map(|(rank, member)| (self.loads[member], rank, member)).collect()
    }

    /// One pass over the topics; whether anything moved.
    fn balance(&mut self) -> bool {
        let mut moved = false;
        for topic in self.order.clone() {
            moved |= self.balance_topic(topic);
        }
        moved
    }

    fn balance_topic(&mut self, topic: Uuid) -> bool {
        let mut ranks = self.ranks(topic);
        // Those that hold partitions of this topic, and so can give one away.
        let mut givers = ranks.clone();
        givers.retain(|(_, _, member)| self.assignment[*member].contains_key(&topic));
        let mut moved = false;
        while let (Some(most), Some(least)) = (givers.last().copied(), ranks.first().copied()) {
            if most.0 <= least.0 + 1 {
                break;
            }
            givers.remove(&most);
            let Some(partition) = self.take_last(topic, most.2) else {
                continue;
            };
            self.assignment[least.2].entry(topic).or_default().insert(partition);
            ranks.remove(&most);
            ranks.remove(&least);
            let gave = (most.0 - 1, most.1, most.2);
            let took = (least.0 + 1, least.1, least.2);
            ranks.insert(gave);
            ranks.insert(took);
            if self.assignment[gave.2].contains_key(&topic) {
                givers.insert(gave);
            }
            givers.remove(&least);
            givers.insert(took);
            self.loads[gave.2] = gave.0;
            self.loads[took.2] = took.0;
            moved = true;
        }
        moved
    }

    fn take_last(&mut self, topic: Uuid, member: usize) -> Option<i32> {
        let partitions = self.assignment[member].get_mut(&topic)?;
        let last = partitions.pop_last();
        if partitions.is_empty() {
            self.assignment[member].remove(&topic);
        }
        last
    }
}

fn load(partitions: &Partitions) -> usize {
    partitions.values().map(BTreeSet::len).sum()
}

/// More partitions for each subscriber first, then fewer subscribers, then the id.
fn by_weight(
    spec: &GroupSpec,
    subscribers: &BTreeMap<Uuid, Vec<usize>>,
    a: Uuid,
    b: Uuid,
) -> Ordering {
    let members = |topic: Uuid| subscribers.get(&topic).map_or(1, Vec::len) as u64;
    let count = |topic: Uuid| spec.partition_count(topic) as u64;
    // count(a) / members(a) against count(b) / members(b), without fractions.
    let (weight_a, weight_b) = (count(a) * members(b), count(b) * members(a));
    weight_b.cmp(&weight_a).then(members(a).cmp(&members(b))).then(a.cmp(&b))
}
