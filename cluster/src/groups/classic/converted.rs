//! A group that comes from the consumer protocol, or goes there.

use std::sync::Arc;

use wire::ErrorCode;

use super::rebalance::refuse_waiting;
use super::{CONSUMER_PROTOCOL_TYPE, Classic, Member, State};
use crate::groups::ops::Ops;
use crate::groups::timers::Timer;

impl Classic {
    /// A stable group of members that are there already. `assign` is given a member's id and what
    /// it says for the protocol they have in common; `None` if they have none.
    pub fn stable(
        ops: &Ops<'_, '_>,
        generation: i32,
        members: Vec<Member>,
        assign: impl Fn(&str, &[u8]) -> Option<Vec<u8>>,
    ) -> Option<Self> {
        let mut group = Self {
            generation,
            protocol_type: Some(CONSUMER_PROTOCOL_TYPE.into()),
            leader: Some(members.first()?.id.clone()),
            ..Self::default()
        };
        members.into_iter().for_each(|member| group.insert(member));
        let protocol = group.select_protocol()?;
        for member in group.members.values_mut() {
            member.assignment = assign(&member.id, member.metadata(&protocol)?)?.into();
        }
        group.protocol = Some(protocol);
        group.subscribed = group.subscribed_topics();
        group.become_state(ops, State::Stable);
        Some(group)
    }

    /// Writes the group it has become, and gives its members the time of a session.
    pub fn settle(&mut self, ops: &mut Ops<'_, '_>) {
        self.record(ops);
        let ids: Vec<Arc<str>> = self.members.keys().cloned().collect();
        ids.iter().for_each(|id| self.heard_of(ops, id));
    }

    /// The group goes on by the other protocol: nobody waits here any more.
    pub fn abandon(&mut self, ops: &mut Ops<'_, '_>) {
        for member in self.members.values_mut() {
            refuse_waiting(ops, member, ErrorCode::RebalanceInProgress);
        }
        self.joining = 0;
        for id in self.members.keys().chain(&self.pending) {
            ops.timers.cancel(ops.id, Timer::Session(id.clone()));
        }
        ops.timers.cancel(ops.id, Timer::Join);
        ops.timers.cancel(ops.id, Timer::Sync);
    }
}
