//! Who asks: clients with commands, and an operator who changes the members.

use cluster::Record;
use cluster::ResourceKind;
use cluster::quorum::{
    Done, Input, MemberRequest, RaftId, Refused, Request, Role, encode_command, generation,
};
use cluster::records::ConfigChanged;

use crate::world::{Event, World};

#[derive(Clone, Copy, Debug)]
pub enum Asked {
    Command(u64),
    Add(usize),
    Members,
}

/// A command that can be told from all others.
fn command(number: u64) -> Request {
    let record = Record::ConfigChanged(ConfigChanged {
        kind: ResourceKind::Group,
        resource: format!("group-{}", number % 40),
        name: "number".to_owned(),
        value: Some(number.to_string()),
    });
    Request::Command(encode_command(&[record]).expect("a small command"))
}

impl World {
    pub fn client(&mut self) {
        let pause_ms = self.dice.between(1, 2 * self.plan.client_ms);
        self.after(pause_ms * 1000, Event::Client);
        let anybody = self.dice.below(self.slots.len() as u64) as usize;
        let slot = match self.leader() {
            Some(leader) if self.dice.thousandth(900) => leader,
            _ => anybody,
        };
        if self.slots[slot].process.is_some() {
            // Some come together and share a write.
            for _ in 0..=self.dice.below(3) {
                let number = self.next_ticket;
                self.ask(slot, Asked::Command(number), command(number));
            }
        }
    }

    pub fn replied(&mut self, ticket: u64, outcome: Result<Done, Refused>) {
        let Some(asked) = self.asked.remove(&ticket) else {
            return self.checks.break_if(true, || format!("ticket {ticket} is answered twice"));
        };
        if !matches!(asked, Asked::Command(_)) {
            self.note(|| format!("{asked:?}: {outcome:?}"));
        }
        match (asked, outcome) {
            (Asked::Command(number), Ok(done)) => self.checks.command_acked(number, done.index),
            (_, Err(Refused::Unknown { .. })) => {}
            (Asked::Command(number), Err(_)) => self.checks.command_refused(number),
            (Asked::Add(slot), Ok(done)) => {
                self.members_uncertain = false;
                self.joined(slot, done.raft_id);
            }
            (Asked::Add(slot), Err(Refused::AlreadyMember { raft_id, .. })) => {
                self.joined(slot, raft_id);
            }
            (Asked::Members, Ok(_)) => self.members_uncertain = false,
            (Asked::Add(_) | Asked::Members, Err(_)) => {}
        }
    }

    fn joined(&mut self, slot: usize, raft_id: RaftId) {
        let here = self.slots[slot].directory_id;
        let fits = self.members.get(raft_id).is_some_and(|member| member.directory_id == here);
        if self.slots[slot].raft_id.is_none() && fits {
            self.note(|| format!("slot {slot} joins as {raft_id}"));
            self.slots[slot].raft_id = Some(raft_id);
            let run = self.slots[slot].run;
            self.after(1_000, Event::Start { slot, run });
        }
    }

    /// Members whose disk is gone.
    fn dead(&self) -> Vec<RaftId> {
        let lives = |id: RaftId| {
            self.slot_of(id).is_some_and(|slot| {
                let member = self.members.get(id);
                member.is_some_and(|member| member.directory_id == self.slots[slot].directory_id)
            })
        };
        self.members.iter().map(|(id, _)| id).filter(|id| !lives(*id)).collect()
    }

    pub fn operate(&mut self) {
        if self.plan.operator_ms == 0 {
            return;
        }
        let pause_ms = self.dice.between(100, 2 * self.plan.operator_ms);
        self.after(pause_ms * 1000, Event::Operator);
        self.tidy_up();
        let Some(leader) = self.leader().filter(|_| self.plan.spares > 0 || self.plan.voters > 1)
        else {
            return;
        };
        let own = self.slots[leader].raft_id.unwrap_or_default();
        let voters: Vec<RaftId> = self.members.voters().collect();
        let dead = self.dead();
        if let Some(id) = dead.first().copied() {
            let request = if voters.contains(&id) {
                MemberRequest::Demote(id)
            } else {
                MemberRequest::Remove(id)
            };
            return self.change_members(leader, Asked::Members, request);
        }
        let idle = self.slots.iter().position(|slot| slot.raft_id.is_none());
        if let Some(slot) = idle.filter(|_| !self.calm) {
            let directory_id = self.slots[slot].directory_id;
            let request = MemberRequest::Add { node_id: self.slots[slot].node_id, directory_id };
            return self.change_members(leader, Asked::Add(slot), request);
        }
        let learners: Vec<RaftId> = self.members.learners().collect();
        let request = match self.dice.below(10) {
            0..=3 => self.dice.pick(&learners).copied().map(MemberRequest::Promote),
            4 | 5 => self.dice.pick(&voters).copied().map(MemberRequest::Demote),
            6 => self.dice.pick(&learners).copied().map(MemberRequest::Remove),
            _ => None,
        };
        match request {
            Some(_) if self.calm => {}
            // The leader itself is refused; that must be harmless too.
            Some(request) => self.change_members(leader, Asked::Members, request),
            None => {
                let to = self.dice.pick(&voters).copied().filter(|to| *to != own);
                self.turn(leader, vec![Input::Transfer(to)]);
            }
        }
    }

    fn change_members(&mut self, leader: usize, asked: Asked, request: MemberRequest) {
        self.note(|| format!("asks for {request:?}"));
        let (role, ..) = self.slots[leader]
            .process
            .as_ref()
            .map_or((Role::Follower, None, 0), |process| process.quorum.role());
        self.members_uncertain |= role >= Role::Elected;
        self.ask(leader, asked, Request::Members(request));
    }

    /// A node that was removed and never heard of it is told when it says hello.
    fn tidy_up(&mut self) {
        for slot in 0..self.slots.len() {
            let Some(id) = self.slots[slot].raft_id else {
                continue;
            };
            let last = self.members.generations().find(|last| last.0 == self.slots[slot].node_id);
            let removed =
                self.members.get(id).is_none() && last.is_some_and(|last| generation(id) <= last.1);
            if self.slots[slot].impostor && self.dice.thousandth(200) {
                self.expose(slot);
                continue;
            }
            if removed && !self.slots[slot].impostor && self.dice.thousandth(300) {
                self.note(|| format!("{id} hears that it was removed"));
                self.empty(slot);
            }
        }
    }
}
