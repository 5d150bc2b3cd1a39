//! `range`: consecutive partitions of each topic, in the order of the members.

use std::collections::BTreeMap;

use wire::Uuid;

use super::{Assignment, GroupSpec, MemberSpec};
use crate::groups::consumer::Partitions;

/// What is left of a topic while its ranges are handed out.
struct Ranges {
    quota: i32,
    /// Members that still get one more than the quota.
    extra: i32,
    next: i32,
    end: i32,
}

impl Ranges {
    fn take(&mut self) -> std::ops::Range<i32> {
        let extra = i32::from(self.extra > 0);
        self.extra -= extra;
        let start = self.next;
        self.next = (start + self.quota + extra).min(self.end);
        start..self.next
    }
}

pub fn assign(spec: &GroupSpec) -> Assignment {
    let mut subscribers: BTreeMap<Uuid, i32> = BTreeMap::new();
    for topic in spec.members.iter().flat_map(|member| &member.topics) {
        *subscribers.entry(*topic).or_default() += 1;
    }
    let mut topics: BTreeMap<Uuid, Ranges> = subscribers
        .into_iter()
        .map(|(topic, members)| {
            let end = spec.partition_count(topic);
            (topic, Ranges { quota: end / members, extra: end % members, next: 0, end })
        })
        .collect();
    let mut order: Vec<usize> = (0..spec.members.len()).collect();
    order.sort_by_key(|index| rank(&spec.members[*index]));
    let mut assignment = vec![Partitions::new(); spec.members.len()];
    for index in order {
        for topic in &spec.members[index].topics {
            let range = topics.get_mut(topic).map(Ranges::take).unwrap_or_default();
            if !range.is_empty() {
                assignment[index].insert(*topic, range.collect());
            }
        }
    }
    assignment
}

/// Static members come first, by their instance: their ranges outlive a restart.
fn rank(member: &MemberSpec) -> (bool, &str) {
    match &member.instance_id {
        Some(instance) => (false, instance),
        None => (true, &member.member_id),
    }
}
