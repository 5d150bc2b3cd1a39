//! Groups of the classic protocol: members join, the leader assigns, all get their part.
//!
//! ```text
//!           first join                all have joined, or time is up
//!   Empty ────────────► Preparing ──────────────────────────────────► Completing
//!     ▲                  Rebalance ◄────────────────────────────────┐  Rebalance
//!     │ nobody is left     │  ▲      a member joins, leaves or dies │     │ the leader
//!     └────────────────────┘  └────────────────── Stable ◄──────────┴─────┘ syncs
//! ```

mod answers;
mod converted;
mod heartbeat;
mod join;
mod leave;
mod member;
mod protocols;
mod rebalance;
mod recorded;
mod static_members;
mod sync;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use wire::ErrorCode;

pub(crate) use answers::{refused_join, refused_sync};
pub(crate) use join::check as check_join;
pub(crate) use leave::{
    answer as answer_leave, identities as leaving_members, refused_all as refused_leave,
};
pub(crate) use member::{Member, Protocol};

use super::ops::Ops;
use super::records::GroupMetadata;

/// The protocol type whose subscriptions name topics.
pub(crate) const CONSUMER_PROTOCOL_TYPE: &str = "consumer";

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum State {
    #[default]
    Empty,
    PreparingRebalance,
    CompletingRebalance,
    Stable,
}

impl State {
    /// As Kafka shows it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Empty => "Empty",
            Self::PreparingRebalance => "PreparingRebalance",
            Self::CompletingRebalance => "CompletingRebalance",
            Self::Stable => "Stable",
        }
    }
}

/// A rebalance of a group that was empty waits for more members to come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct InitialDelay {
    delay_ms: u64,
    /// How far the wait may still be extended.
    remaining_ms: u64,
    /// Somebody came while it waited.
    new_member: bool,
}

#[derive(Debug, Default)]
pub(crate) struct Classic {
    /// What the log says; the rest is ahead of it while a rebalance is under way.
    recorded: Option<Arc<GroupMetadata>>,
    state: State,
    /// When it came into its state, by the wall clock; -1 for unknown.
    state_since_ms: i64,
    generation: i32,
    protocol_type: Option<Arc<str>>,
    protocol: Option<Arc<str>>,
    leader: Option<Arc<str>>,
    members: BTreeMap<Arc<str>, Member>,
    /// Member ids by group.instance.id.
    static_members: BTreeMap<Arc<str>, Arc<str>>,
    /// Ids that were given out and did not join yet.
    pending: BTreeSet<Arc<str>>,
    /// Members of this generation that did not ask for their assignment yet.
    pending_sync: BTreeSet<Arc<str>>,
    /// Members whose join waits.
    joining: usize,
    /// Bytes that the members take together.
    members_bytes: usize,
    initial_delay: Option<InitialDelay>,
    /// Topics the members read; `None`: not known, or not a group of consumers.
    subscribed: Option<BTreeSet<String>>,
}

impl Classic {
    /// What the log says of it.
    pub fn recorded(&self) -> Option<&Arc<GroupMetadata>> {
        self.recorded.as_ref()
    }

    pub fn state(&self) -> State {
        self.state
    }

    pub fn protocol_type(&self) -> Option<&str> {
        self.protocol_type.as_deref()
    }

    pub fn protocol(&self) -> Option<&str> {
        self.protocol.as_deref()
    }

    pub fn generation(&self) -> i32 {
        self.generation
    }

    pub fn members(&self) -> impl Iterator<Item = &Member> {
        self.members.values()
    }

    /// When it came into its state; `None` if the log did not say.
    pub fn state_since_ms(&self) -> Option<i64> {
        (self.state_since_ms != -1).then_some(self.state_since_ms)
    }

    /// Whether anybody is in it, or about to come.
    pub fn is_in_use(&self) -> bool {
        self.state != State::Empty || !self.pending.is_empty()
    }

    fn is_leader(&self, member_id: &str) -> bool {
        self.leader.as_deref() == Some(member_id)
    }

    fn become_state(&mut self, ops: &Ops<'_, '_>, state: State) {
        self.state = state;
        self.state_since_ms = ops.ctx.now.unix_ms;
    }

    /// That the member is who it says.
    fn check_member(&self, member_id: &str, instance_id: Option<&str>) -> Result<(), ErrorCode> {
        if let Some(instance_id) = instance_id {
            match self.static_members.get(instance_id) {
                None => return Err(ErrorCode::UnknownMemberId),
                Some(known) if &**known != member_id => return Err(ErrorCode::FencedInstanceId),
                Some(_) => {}
            }
        }
        if self.members.contains_key(member_id) { Ok(()) } else { Err(ErrorCode::UnknownMemberId) }
    }

    /// Whether offsets may be committed; a member that does is alive.
    pub fn check_commit(
        &mut self,
        ops: &mut Ops<'_, '_>,
        generation: i32,
        member_id: &str,
        instance_id: Option<&str>,
    ) -> Result<(), ErrorCode> {
        // An admin, or a consumer without group management.
        if generation < 0 && self.state == State::Empty {
            return Ok(());
        }
        if generation < 0 && member_id.is_empty() && instance_id.is_none() {
            return match self.state {
                State::Empty => Ok(()),
                _ => Err(ErrorCode::UnknownMemberId),
            };
        }
        self.check_member(member_id, instance_id)?;
        if generation != self.generation {
            return Err(ErrorCode::IllegalGeneration);
        }
        match self.state {
            State::CompletingRebalance => Err(ErrorCode::RebalanceInProgress),
            State::Stable | State::PreparingRebalance => {
                self.heard_of(ops, member_id);
                Ok(())
            }
            State::Empty => Ok(()),
        }
    }

    /// Whether offsets may be deleted one by one.
    pub fn check_offset_delete(&self) -> Result<(), ErrorCode> {
        let is_consumer = self.protocol_type.as_deref() == Some(CONSUMER_PROTOCOL_TYPE);
        if self.state == State::Empty || is_consumer {
            Ok(())
        } else {
            Err(ErrorCode::NonEmptyGroup)
        }
    }

    /// Where that is not known, consumers count as subscribed to everything.
    pub fn is_subscribed_to(&self, topic: &str) -> bool {
        match &self.subscribed {
            Some(topics) => topics.contains(topic),
            None => self.protocol_type.as_deref() == Some(CONSUMER_PROTOCOL_TYPE),
        }
    }
}

#[cfg(test)]
impl Classic {
    /// Generation and state, after a look at what has to hold at all times.
    pub fn check_state(&self) -> (i32, State) {
        let members = self.members.values();
        let joining = members.clone().filter(|member| member.join.is_some()).count();
        assert_eq!(joining, self.joining);
        assert_eq!(members.clone().map(Member::size_bytes).sum::<usize>(), self.members_bytes);
        let leads = self.leader.as_ref().is_some_and(|leader| self.members.contains_key(leader));
        assert_eq!(leads, !self.members.is_empty(), "one leader, which is a member");
        let statics: BTreeMap<_, _> = members
            .filter_map(|member| Some((member.instance_id.clone()?, member.id.clone())))
            .collect();
        assert_eq!(statics, self.static_members);
        assert!(self.pending_sync.iter().all(|id| self.members.contains_key(id)));
        assert!(self.pending.iter().all(|id| !self.members.contains_key(id)));
        if self.state == State::Empty {
            assert!(self.members.is_empty());
        }
        if matches!(self.state, State::CompletingRebalance | State::Stable) {
            assert!(self.protocol.is_some() && !self.members.is_empty());
        }
        assert!(self.initial_delay.is_none() || self.state == State::PreparingRebalance);
        // A group that is not about to change is in the log as it is.
        if let (State::Empty | State::Stable, Some(recorded)) = (self.state, &self.recorded) {
            assert_eq!(self.metadata(), **recorded);
        }
        (self.generation, self.state)
    }
}
