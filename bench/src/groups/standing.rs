//! How groups stand, as their members know it.

use std::collections::BTreeMap;

use super::member::{Member, State};
use crate::BenchError;

/// The newest that a member knows; -1: none.
pub fn generation(members: &[Member]) -> i32 {
    members.iter().map(|member| member.generation).max().unwrap_or(-1)
}

/// In a newer generation than `old`, or with nobody in it.
pub fn is_settled(members: &[Member], old: i32) -> bool {
    let newest = generation(members);
    let is_new = newest > old || members.iter().all(|member| member.state == State::Out);
    is_new
        && members.iter().all(|member| match member.state {
            State::Stable => member.generation == newest,
            State::Out => true,
            State::Joining | State::Leaving => false,
        })
}

/// What changes whenever a rebalance comes a step further.
pub fn progress(members: &[Member]) -> (i64, [usize; 4]) {
    let mut states = [0; 4];
    members.iter().for_each(|member| states[member.state as usize] += 1);
    (members.iter().map(|member| i64::from(member.generation)).sum(), states)
}

/// A group and its members, for whoever has to find out what it waits for.
pub fn told(members: &[Member]) -> String {
    let states = members.iter().map(|member| {
        let Member { state, generation, .. } = member;
        format!("{state:?} in generation {generation}, {} in flight", member.in_flight())
    });
    let mut counts = BTreeMap::new();
    states.for_each(|state| *counts.entry(state).or_insert(0) += 1);
    let counts = counts.iter().map(|(state, count)| format!("{count} {state}"));
    format!("{}: {}", members[0].group, counts.collect::<Vec<_>>().join("; "))
}

/// Every partition belongs to exactly one member, if there is one.
pub fn check_shares(members: &[Member], partitions: i32) -> Result<(), BenchError> {
    if members.iter().all(|member| member.state == State::Out) {
        return Ok(());
    }
    let ins = members.iter().filter(|member| member.state == State::Stable);
    let mut all: Vec<i32> = ins.flat_map(|member| member.partitions.iter().copied()).collect();
    all.sort_unstable();
    if all.into_iter().eq(0..partitions) {
        return Ok(());
    }
    Err(BenchError::Wire(format!("the members of {} do not share all", members[0].group)))
}
