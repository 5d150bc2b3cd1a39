//! Commands, and what becomes of them.

use std::collections::{HashMap, VecDeque};

use cluster::quorum::{Done, Refused};
use cluster::{Controller, Record, Reply};

use super::inbox::{Asker, Outcome};
use super::own::Asked;
use crate::errors::ControllerError;

/// A command whose records are in the log, not yet committed.
struct Proposal {
    reply: Reply,
    asker: Asker,
}

/// An answer that waits for an image to be with every shard.
struct Waiting {
    offset: i64,
    reply: Reply,
    asker: Asker,
}

/// See the module.
#[derive(Default)]
pub struct Decisions {
    /// What the log will have led to; there while this node leads.
    brains: Option<Controller>,
    next_ticket: u64,
    proposals: HashMap<u64, Proposal>,
    /// Of the proposal that is being put into the log.
    proposing: Vec<Record>,
    waiting: VecDeque<Waiting>,
}

pub type Told = (Asked, Outcome);

impl Decisions {
    /// This node leads from here on: `brains` go on from the last committed entry.
    pub fn lead(&mut self, brains: Controller) {
        self.brains = Some(brains);
    }

    /// It leads no more. Answers that rest on what is not committed are not given.
    pub fn follow(&mut self, committed: i64) -> Vec<Told> {
        if self.brains.take().is_none() {
            return Vec::new();
        }
        let waiting = std::mem::take(&mut self.waiting);
        let (lost, kept) = waiting.into_iter().partition(|held: &Waiting| held.offset > committed);
        self.waiting = kept;
        let lost: VecDeque<Waiting> = lost;
        lost.into_iter().filter_map(|held| held.asker.tell(Err(ControllerError::Moved))).collect()
    }

    pub fn brains(&self) -> Option<&Controller> {
        self.brains.as_ref()
    }

    /// Keeps a decision until the quorum has answered; the ticket to ask it with.
    pub fn propose(&mut self, records: Vec<Record>, reply: Reply, asker: Asker) -> u64 {
        self.next_ticket += 1;
        self.proposing = records;
        self.proposals.insert(self.next_ticket, Proposal { reply, asker });
        self.next_ticket
    }

    /// The records are in the log: later commands are decided on them.
    pub fn proposed(&mut self, index: u64) {
        let records = std::mem::take(&mut self.proposing);
        if let Some(brains) = &mut self.brains {
            let applied = brains.replay_entry(&records, index as i64);
            assert!(applied.is_ok(), "what was decided applies: {applied:?}");
        }
    }

    /// Answers with what is decided already, once that is committed.
    pub fn answer_later(&mut self, reply: Reply, asker: Asker) {
        let offset = self.brains.as_ref().map_or(-1, |brains| brains.image().offset());
        self.waiting.push_back(Waiting { offset, reply, asker });
    }

    /// The quorum's answer to a proposal.
    pub fn replied(&mut self, ticket: u64, outcome: Result<Done, Refused>) -> Option<Told> {
        let Proposal { reply, asker } = self.proposals.remove(&ticket)?;
        match outcome {
            Ok(done) => {
                self.waiting.push_back(Waiting { offset: done.index as i64, reply, asker });
                None
            }
            Err(refused) => asker.tell(Err(refusal(refused))),
        }
    }

    /// Gives the answers whose image is with every shard.
    pub fn applied(&mut self, offset: i64) -> Vec<Told> {
        let mut told = Vec::new();
        // Answers come in the order of their entries.
        while self.waiting.front().is_some_and(|first| first.offset <= offset) {
            let Some(Waiting { reply, asker, .. }) = self.waiting.pop_front() else { break };
            told.extend(asker.tell(Ok(reply)));
        }
        told
    }

    /// Nobody will be told anything any more but this.
    pub fn fail_all(&mut self, error: &ControllerError) -> Vec<Told> {
        let proposals = std::mem::take(&mut self.proposals).into_values();
        let waiting = std::mem::take(&mut self.waiting).into_iter();
        let askers = proposals.map(|held| held.asker).chain(waiting.map(|held| held.asker));
        askers.filter_map(|asker| asker.tell(Err(error.clone()))).collect()
    }
}

fn refusal(refused: Refused) -> ControllerError {
    match refused {
        Refused::NotLeader { .. } | Refused::Superseded => ControllerError::Moved,
        Refused::Busy(_) => ControllerError::Busy,
        Refused::Unknown { .. } => ControllerError::TimedOut,
        other => ControllerError::Log(other.to_string()),
    }
}
