//! What callers ask of the leader, and what they are told.
//!
//! A caller waits for a place in the log, an index and a term. Another term at that index means
//! that its entry is gone for good; that the lead was lost means nothing yet.

use std::collections::BTreeMap;

use raft::ProgressState;

use super::entry::{Entry, Value, ValueError, encode_members};
use super::fault::Refused;
use super::io::{Done, MemberRequest, Output, Request};
use super::machine::Quorum;
use super::members::{MemberChange, MemberStep, RaftId};
use super::settle::library_change;
use crate::limits::{
    NODE_ID_MAX, QUORUM_LOG_BYTES_MAX, QUORUM_PROMOTE_LAG_MAX, QUORUM_REPLY_TIMEOUT_MS,
};

#[derive(Debug)]
struct Waiting {
    term: u64,
    ticket: u64,
    since_ms: u64,
}

/// Callers that wait for an entry to be applied, by its index.
#[derive(Debug, Default)]
pub(super) struct Tickets {
    by_index: BTreeMap<u64, Vec<Waiting>>,
}

impl Tickets {
    fn take_upto(&mut self, index: u64) -> Vec<(u64, Waiting)> {
        let later = self.by_index.split_off(&(index + 1));
        let taken = std::mem::replace(&mut self.by_index, later);
        let each = |(index, waiting): (u64, Vec<Waiting>)| {
            waiting.into_iter().map(move |waiting| (index, waiting))
        };
        taken.into_iter().flat_map(each).collect()
    }

    pub(super) fn take_all(&mut self) -> Vec<u64> {
        self.take_upto(u64::MAX - 1).into_iter().map(|(_, waiting)| waiting.ticket).collect()
    }
}

impl Quorum {
    pub(super) fn refuse(&mut self, ticket: u64, refused: Refused) {
        self.out.push(Output::Reply { ticket, outcome: Err(refused) });
    }

    pub(super) fn ask(&mut self, ticket: u64, request: Request) {
        let proposed = match request {
            Request::Command(value) => self.propose_command(value.into()),
            Request::Members(request) => self.propose_members(request),
        };
        match proposed {
            Ok((index, term)) => {
                let waiting = Waiting { term, ticket, since_ms: self.now_ms };
                self.tickets.by_index.entry(index).or_default().push(waiting);
                self.out.push(Output::Proposed { ticket, index, term });
            }
            Err(refused) => self.refuse(ticket, refused),
        }
    }

    /// Whether this node may put something into the log at all.
    fn may_propose(&self) -> Result<(), Refused> {
        let Some(node) = self.node.as_ref().filter(|_| self.leads()) else {
            return Err(Refused::NotLeader { leader: self.role.1 });
        };
        let raft = &node.raft;
        if !raft.apply_to_current_term() {
            return Err(Refused::Busy("it has not applied all that was before it yet"));
        }
        if raft.lead_transferee.is_some() || self.disk.silent {
            return Err(Refused::Busy("the lead is being handed over"));
        }
        if !self.members.is_voter(self.settings.raft_id) {
            return Err(Refused::NotLeader { leader: None });
        }
        if node.store().bytes() >= QUORUM_LOG_BYTES_MAX {
            return Err(Refused::Busy("a snapshot must be written first"));
        }
        Ok(())
    }

    fn propose_command(&mut self, value: Vec<u8>) -> Result<(u64, u64), Refused> {
        self.may_propose()?;
        // What is committed and cannot be read stops every member: so it is read before.
        match Value::decode(&value)? {
            Value::Command(_) => {}
            Value::Empty | Value::Members(_) => {
                let kind = value.first().copied().unwrap_or_default();
                return Err(ValueError::UnknownKind(kind).into());
            }
        }
        self.propose(|node| node.propose(Vec::new(), value))
    }

    fn propose(
        &mut self,
        propose: impl FnOnce(&mut raft::RawNode<super::log::MemoryLog>) -> raft::Result<()>,
    ) -> Result<(u64, u64), Refused> {
        let node = self.node.as_mut().ok_or(Refused::NotLeader { leader: None })?;
        propose(node).map_err(|_| Refused::Busy("too much is not committed yet"))?;
        Ok((node.raft.raft_log.last_index(), node.raft.term))
    }

    fn propose_members(&mut self, request: MemberRequest) -> Result<(u64, u64), Refused> {
        self.may_propose()?;
        let Some(node) = &self.node else {
            return Err(Refused::NotLeader { leader: None });
        };
        if node.raft.has_pending_conf() {
            return Err(Refused::Busy("another change of members is under way"));
        }
        // The next change may let a node go whose vote counted before the last one. Unless a start
        // is sure to find the last one applied, this node could need that vote again.
        if self.noted_commit < self.last_change {
            return Err(Refused::Busy("the last change of members is not noted yet"));
        }
        let change = self.resolve(request)?;
        let context = encode_members(&change).into();
        let place =
            self.propose(|node| node.propose_conf_change(context, library_change(&change)))?;
        let pending = self.node.as_ref().map(|node| node.raft.pending_conf_index);
        assert_eq!(pending, Some(place.0), "the library takes the change for one");
        Ok(place)
    }

    /// The change that a request means, held against the members there are.
    fn resolve(&self, request: MemberRequest) -> Result<MemberChange, Refused> {
        let member = |id: RaftId| self.members.get(id).ok_or(Refused::NoMember(id));
        let change = |step, raft_id, directory_id| MemberChange { step, raft_id, directory_id };
        match request {
            MemberRequest::Add { node_id, directory_id } => {
                if !(0..=NODE_ID_MAX).contains(&node_id) {
                    return Err(Refused::NoMember(u64::from(node_id.unsigned_abs())));
                }
                match self.members.of_node(node_id) {
                    Some((raft_id, member)) if member.directory_id == directory_id => {
                        Err(Refused::AlreadyMember { node_id, raft_id })
                    }
                    _ => {
                        let raft_id = self.members.next_id(node_id);
                        Ok(change(MemberStep::Add, raft_id, directory_id))
                    }
                }
            }
            MemberRequest::Promote(id) => {
                let member = member(id)?;
                if member.voter {
                    return Err(Refused::AlreadyVoter(id));
                }
                self.check_caught_up(id)?;
                Ok(change(MemberStep::Promote, id, member.directory_id))
            }
            MemberRequest::Demote(id) => {
                let member = member(id)?;
                if !member.voter {
                    return Err(Refused::NotVoter(id));
                }
                if self.members.voters().count() == 1 {
                    return Err(Refused::LastVoter);
                }
                if id == self.settings.raft_id {
                    return Err(Refused::LeaderItself);
                }
                Ok(change(MemberStep::Demote, id, member.directory_id))
            }
            MemberRequest::Remove(id) => {
                let member = member(id)?;
                if member.voter {
                    return Err(Refused::StillVotes(id));
                }
                Ok(change(MemberStep::Remove, id, member.directory_id))
            }
        }
    }

    /// A voter that is far behind would hold up every commit that needs it.
    fn check_caught_up(&self, raft_id: RaftId) -> Result<(), Refused> {
        let Some(node) = &self.node else {
            return Err(Refused::NotLeader { leader: None });
        };
        let last = node.raft.raft_log.last_index();
        let progress = node.raft.prs().get(raft_id).filter(|progress| progress.recent_active);
        let behind = last - progress.map_or(0, |progress| progress.matched.min(last));
        // Near the end of a short log is also who has nothing at all.
        let follows = progress.is_some_and(|progress| progress.state == ProgressState::Replicate);
        if !follows || behind > QUORUM_PROMOTE_LAG_MAX {
            return Err(Refused::NotCaughtUp { raft_id, behind });
        }
        Ok(())
    }

    /// An entry was applied: whoever waits for this place hears of it.
    pub(super) fn tickets_committed(&mut self, entry: &Entry, raft_id: RaftId) {
        for (index, waiting) in self.tickets.take_upto(entry.index) {
            let here = index == entry.index && waiting.term == entry.term;
            let outcome = if here { Ok(Done { index, raft_id }) } else { Err(Refused::Superseded) };
            self.out.push(Output::Reply { ticket: waiting.ticket, outcome });
        }
    }

    /// A snapshot stands for these entries; which they were, it does not tell.
    pub(super) fn tickets_installed(&mut self, index: u64) {
        for (_, waiting) in self.tickets.take_upto(index) {
            let waited_ms = self.now_ms - waiting.since_ms;
            self.refuse(waiting.ticket, Refused::Unknown { waited_ms });
        }
    }

    pub(super) fn tickets_late(&mut self) {
        let now_ms = self.now_ms;
        let mut late = Vec::new();
        for waiting in self.tickets.by_index.values_mut() {
            let is_late = |one: &mut Waiting| now_ms - one.since_ms >= QUORUM_REPLY_TIMEOUT_MS;
            late.extend(waiting.extract_if(.., is_late));
        }
        self.tickets.by_index.retain(|_, waiting| !waiting.is_empty());
        for waiting in late {
            let waited_ms = now_ms - waiting.since_ms;
            self.refuse(waiting.ticket, Refused::Unknown { waited_ms });
        }
    }
}
