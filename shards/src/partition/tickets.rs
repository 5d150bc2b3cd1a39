//! Reads that wait for the disk, and the tasks that wait for them.

use std::cell::RefCell;
use std::collections::HashMap;

use storage::{Ticket, TicketResult};

use crate::runtime::oneshot;
use crate::shard::Shard;

/// The tickets that are waited for. Bounded by the store, which gives them out.
#[derive(Default)]
pub struct Tickets {
    waiting: RefCell<HashMap<Ticket, oneshot::Sender<TicketResult>>>,
}

impl Tickets {
    /// The answer to a ticket that the store has just given. It is listed by this call, not by the
    /// first poll: while one of several tickets is waited for, the others may be answered.
    pub fn wait(
        &self,
        shard: &Shard,
        ticket: Ticket,
    ) -> impl Future<Output = TicketResult> + use<> {
        let (answer, answered) = oneshot::channel();
        self.waiting.borrow_mut().insert(ticket, answer);
        shard.disk_wake.notify();
        // The sender is held by the table until the store answers; only a stop drops it.
        let gone = TicketResult::Read(storage::ReadOutcome::NoSuchLog);
        async move { answered.receive().await.unwrap_or(gone) }
    }

    pub(super) fn answer(&self, ticket: Ticket, result: TicketResult) {
        let waiting = self.waiting.borrow_mut().remove(&ticket);
        if let Some(waiting) = waiting {
            waiting.send(result);
        }
    }
}
