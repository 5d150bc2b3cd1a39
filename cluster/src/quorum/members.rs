//! Who belongs to the quorum: voters, learners, and which raft ids were ever given.
//!
//! A raft id is `generation × 1000 + node id + 1`. A node that comes back with an emptied disk has
//! a new directory id and so becomes a new member of the next generation: it can never speak for
//! the voter it was, which may have promised a vote or acknowledged an entry that is gone with the
//! disk. No generation is given twice.

use std::collections::BTreeMap;

use wire::Uuid;

use crate::limits::BROKER_ID_STRIDE;

/// Names a member for Raft. Never zero.
pub type RaftId = u64;

const STRIDE: u64 = BROKER_ID_STRIDE as u64;

/// The raft id of a node's data folder of this generation.
#[must_use]
pub fn raft_id(node_id: i32, generation: u64) -> RaftId {
    generation * STRIDE + u64::from(node_id.unsigned_abs()) + 1
}

/// The node that a raft id stands for.
#[must_use]
pub fn node_id(raft_id: RaftId) -> i32 {
    i32::try_from(raft_id.saturating_sub(1) % STRIDE).unwrap_or_default()
}

#[must_use]
pub fn generation(raft_id: RaftId) -> u64 {
    raft_id.saturating_sub(1) / STRIDE
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Member {
    /// Of the data folder that holds its log and its votes.
    pub directory_id: Uuid,
    /// Else a learner: it follows and has no say.
    pub voter: bool,
    /// It was made a learner by hand, so nothing but a hand makes it a voter again (KAFKA-19850).
    pub held: bool,
}

/// One change of the members, as the log keeps it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MemberChange {
    pub step: MemberStep,
    pub raft_id: RaftId,
    pub directory_id: Uuid,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MemberStep {
    /// A new member that follows.
    Add = 1,
    /// A learner gets a say.
    Promote = 2,
    /// A voter follows only, from now on.
    Demote = 3,
    /// A learner goes. Voters are demoted first, so that a quorum never hangs on a node that left.
    Remove = 4,
}

impl MemberStep {
    #[must_use]
    pub const fn from_u8(number: u8) -> Option<Self> {
        match number {
            1 => Some(Self::Add),
            2 => Some(Self::Promote),
            3 => Some(Self::Demote),
            4 => Some(Self::Remove),
            _ => None,
        }
    }
}

/// A committed change of members does not fit the members there are: a bug or a damaged log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{change:?} does not fit the members there are")]
pub struct MisfitChange {
    pub change: MemberChange,
}

/// The members at one index of the log. What changes them is [`Members::apply`] alone.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Members {
    members: BTreeMap<RaftId, Member>,
    /// By node id, the highest generation given to it.
    generations: BTreeMap<i32, u64>,
}

impl Members {
    /// The members of a new cluster: all voters, each in generation 0.
    #[must_use]
    pub fn founding(founders: &[(i32, Uuid)]) -> Self {
        let mut members = Self::default();
        for &(node, directory_id) in founders {
            let member = Member { directory_id, voter: true, held: false };
            members.insert(raft_id(node, 0), member);
        }
        members
    }

    pub(super) fn insert(&mut self, id: RaftId, member: Member) {
        self.members.insert(id, member);
        self.note_generation(node_id(id), generation(id));
    }

    pub(super) fn note_generation(&mut self, node: i32, generation: u64) {
        let held = self.generations.entry(node).or_default();
        *held = generation.max(*held);
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    #[must_use]
    pub fn get(&self, id: RaftId) -> Option<&Member> {
        self.members.get(&id)
    }

    pub fn iter(&self) -> impl Iterator<Item = (RaftId, &Member)> {
        self.members.iter().map(|(id, member)| (*id, member))
    }

    /// By node id, the highest generation that was given to it.
    pub fn generations(&self) -> impl Iterator<Item = (i32, u64)> {
        self.generations.iter().map(|(node, generation)| (*node, *generation))
    }

    /// Ids of the voters, in order.
    pub fn voters(&self) -> impl Iterator<Item = RaftId> {
        self.members.iter().filter(|(_, member)| member.voter).map(|(id, _)| *id)
    }

    /// Ids of the learners, in order.
    pub fn learners(&self) -> impl Iterator<Item = RaftId> {
        self.members.iter().filter(|(_, member)| !member.voter).map(|(id, _)| *id)
    }

    #[must_use]
    pub fn is_voter(&self, id: RaftId) -> bool {
        self.get(id).is_some_and(|member| member.voter)
    }

    /// The current member that a node is, if its newest one still is one.
    #[must_use]
    pub fn of_node(&self, node: i32) -> Option<(RaftId, &Member)> {
        let id = raft_id(node, *self.generations.get(&node)?);
        self.get(id).map(|member| (id, member))
    }

    /// The raft id that a node with a new data folder would get.
    #[must_use]
    pub fn next_id(&self, node: i32) -> RaftId {
        raft_id(node, self.generations.get(&node).map_or(0, |last| last + 1))
    }

    /// Whether a peer that names itself so may be listened to.
    ///
    /// Not if its data folder is not the member's, and not if it was a member and is none any
    /// more. One we never heard of may: it can be a member that we are too far behind to know.
    #[must_use]
    pub fn admits(&self, id: RaftId, directory_id: Uuid) -> bool {
        match self.get(id) {
            Some(member) => member.directory_id == directory_id,
            None => self.generations.get(&node_id(id)).is_none_or(|last| generation(id) > *last),
        }
    }

    /// Applies a committed change.
    pub(super) fn apply(&mut self, change: &MemberChange) -> Result<(), MisfitChange> {
        let misfit = MisfitChange { change: *change };
        let id = change.raft_id;
        if change.step == MemberStep::Add {
            if id == 0 || id != self.next_id(node_id(id)) {
                return Err(misfit);
            }
            let directory_id = change.directory_id;
            self.insert(id, Member { directory_id, voter: false, held: false });
            return Ok(());
        }
        let voters = self.voters().count();
        let Some(member) = self.members.get_mut(&id) else {
            return Err(misfit);
        };
        match change.step {
            MemberStep::Promote if !member.voter => (member.voter, member.held) = (true, false),
            MemberStep::Demote if member.voter && voters > 1 => {
                (member.voter, member.held) = (false, true);
            }
            MemberStep::Remove if !member.voter => {
                self.members.remove(&id);
            }
            _ => return Err(misfit),
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: Uuid = Uuid([1; 16]);
    const B: Uuid = Uuid([2; 16]);

    fn change(step: MemberStep, raft_id: RaftId, directory_id: Uuid) -> MemberChange {
        MemberChange { step, raft_id, directory_id }
    }

    #[test]
    fn an_emptied_disk_is_a_new_member() {
        let mut members = Members::founding(&[(0, A), (999, A)]);
        assert_eq!(members.voters().collect::<Vec<_>>(), [1, 1000]);
        assert_eq!((node_id(1000), generation(1000)), (999, 0));
        assert!(members.admits(1000, A) && !members.admits(1000, B));
        assert_eq!(members.next_id(999), 2000);
        assert!(members.admits(2000, B), "a member we are too far behind to know");
        members.apply(&change(MemberStep::Add, 2000, B)).unwrap();
        assert_eq!(members.of_node(999).map(|(id, _)| id), Some(2000));
        members.apply(&change(MemberStep::Demote, 1000, A)).unwrap();
        members.apply(&change(MemberStep::Remove, 1000, A)).unwrap();
        assert!(!members.admits(1000, A), "what was removed is not listened to");
        members.apply(&change(MemberStep::Remove, 2000, B)).unwrap();
        assert_eq!(members.next_id(999), 3000, "no id is given twice");
    }

    #[test]
    fn changes_that_do_not_fit_change_nothing() {
        let mut members = Members::founding(&[(1, A)]);
        let before = members.clone();
        for misfit in [
            change(MemberStep::Add, 2, B),
            change(MemberStep::Add, 0, B),
            change(MemberStep::Promote, 2, A),
            change(MemberStep::Demote, 2, A),
            change(MemberStep::Remove, 2, A),
            change(MemberStep::Remove, 77, A),
        ] {
            assert!(members.apply(&misfit).is_err(), "{misfit:?}");
        }
        assert_eq!(members, before);
    }
}
