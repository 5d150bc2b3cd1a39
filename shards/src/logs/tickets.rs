//! Reads that wait for the disk, and the tasks that wait for them.

use std::cell::RefCell;
use std::collections::HashMap;

use storage::{Ticket, TicketResult};

use crate::runtime::oneshot;

/// The tickets that are waited for. Bounded by the store, which gives them out.
#[derive(Default)]
pub struct Tickets {
    waiting: RefCell<HashMap<Ticket, oneshot::Sender<TicketResult>>>,
}

impl Tickets {
    /// The answer to a ticket that the store has just given. It is waited for from this call on,
    /// not from the first poll: of several tickets the last may be answered first.
    pub fn wait(&self, ticket: Ticket) -> impl Future<Output = TicketResult> + use<> {
        let (answer, answered) = oneshot::channel();
        self.waiting.borrow_mut().insert(ticket, answer);
        // The sender is held by the table until the store answers; only a stop drops it.
        let gone = TicketResult::Read(storage::ReadOutcome::NoSuchLog);
        async move { answered.receive().await.unwrap_or(gone) }
    }

    pub fn answer(&self, ticket: Ticket, result: TicketResult) {
        let waiting = self.waiting.borrow_mut().remove(&ticket);
        if let Some(waiting) = waiting {
            waiting.send(result);
        }
    }
}
