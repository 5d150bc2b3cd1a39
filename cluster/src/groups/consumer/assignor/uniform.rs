//! `uniform` where all members are subscribed to the same topics.

use std::collections::BTreeSet;

use wire::Uuid;

use super::{Assignment, GroupSpec};
use crate::groups::consumer::Partitions;

/// Members keep what they have up to their quota; the rest goes to those who have room.
pub fn assign(spec: &GroupSpec) -> Assignment {
    let Some(first) = spec.members.first() else {
        return Assignment::new();
    };
    let topics = &first.topics;
    let total: usize = topics.iter().map(|topic| spec.partition_count(*topic) as usize).sum();
    let mut free = unassigned(spec, topics);
    let quota = total / spec.members.len();
    // So many members hold one more than the quota.
    let mut extra = total % spec.members.len();
    let mut assignment = Vec::with_capacity(spec.members.len());
    let mut rooms = Vec::with_capacity(spec.members.len());
    for (index, member) in spec.members.iter().enumerate() {
        let mut gets_extra = extra > 0;
        let mut room = quota + usize::from(gets_extra);
        assignment.push(keep(spec, topics, &member.assigned, &mut room, &mut free));
        // Whoever has an extra partition keeps it, as long as enough members are left to take
        // those that remain.
        let members_left = spec.members.len() - index;
        if room > 0 && gets_extra && members_left > extra {
            room -= 1;
            gets_extra = false;
        }
        extra -= usize::from(gets_extra);
        rooms.push(room);
    }
    let mut free = free.into_iter();
    for (partitions, room) in assignment.iter_mut().zip(rooms) {
        for (topic, partition) in free.by_ref().take(room) {
            partitions.entry(topic).or_default().insert(partition);
        }
    }
    assignment
}

fn unassigned(spec: &GroupSpec, topics: &BTreeSet<Uuid>) -> Vec<(Uuid, i32)> {
    let mut taken: BTreeSet<(Uuid, i32)> = BTreeSet::new();
    for (topic, partitions) in spec.members.iter().flat_map(|member| &member.assigned) {
        taken.extend(partitions.iter().map(|partition| (*topic, *partition)));
    }
    let all = topics
        .iter()
        .flat_map(|topic| (0..spec.partition_count(*topic)).map(|partition| (*topic, partition)));
    all.filter(|partition| !taken.contains(partition)).collect()
}

/// What a member keeps; what is beyond its room becomes free.
fn keep(
    spec: &GroupSpec,
    topics: &BTreeSet<Uuid>,
    assigned: &Partitions,
    room: &mut usize,
    free: &mut Vec<(Uuid, i32)>,
) -> Partitions {
    let mut kept = Partitions::new();
    for (topic, partitions) in assigned.iter().filter(|(topic, _)| topics.contains(topic)) {
        let count = spec.partition_count(*topic);
        for partition in partitions.iter().filter(|partition| (0..count).contains(*partition)) {
            if *room > 0 {
                *room -= 1;
                kept.entry(*topic).or_default().insert(*partition);
            } else {
                free.push((*topic, *partition));
            }
        }
    }
    kept
}
