//! Reads and lookups that wait for the disk, and for read memory, where they must.

use std::time::Duration;

use storage::{LogId, Lookup, ReadOutcome, ReadRequest, Ticket, TicketResult};

use super::{Logs, ShardStore};
use crate::limits::{BACK_PRESSURE_MS_MAX, READ_MEMORY_PAUSE_MS};
use crate::runtime;

impl Logs {
    /// The answer to a ticket that the store has just given, from this call on.
    pub fn answer(&self, ticket: Ticket) -> impl Future<Output = TicketResult> + use<> {
        let answer = self.tickets.wait(ticket);
        self.wake.notify();
        answer
    }

    /// Reads a log, waiting for the disk and for read memory where it must. Its outcome is neither
    /// `Pending` nor, unless the shard is overwhelmed for long, `Busy`.
    pub async fn read(&self, log: LogId, request: ReadRequest) -> ReadOutcome {
        let give_up_ms = self.clock.mono_ms() + BACK_PRESSURE_MS_MAX;
        loop {
            let outcome = self.store.borrow_mut().read(log, request);
            match outcome {
                ReadOutcome::Pending(ticket) => match self.answer(ticket).await {
                    TicketResult::Read(outcome) => return outcome,
                    TicketResult::Lookup(_) => return ReadOutcome::Busy,
                },
                ReadOutcome::Busy if self.clock.mono_ms() < give_up_ms => self.pause_read().await,
                outcome => return outcome,
            }
        }
    }

    /// Looks something up in a log as [`Logs::read`] reads.
    pub async fn look_up(&self, look: impl Fn(&mut ShardStore) -> Lookup) -> Lookup {
        let give_up_ms = self.clock.mono_ms() + BACK_PRESSURE_MS_MAX;
        loop {
            let outcome = look(&mut self.store.borrow_mut());
            match outcome {
                Lookup::Pending(ticket) => match self.answer(ticket).await {
                    TicketResult::Lookup(outcome) => return outcome,
                    TicketResult::Read(_) => return Lookup::Busy,
                },
                Lookup::Busy if self.clock.mono_ms() < give_up_ms => self.pause_read().await,
                outcome => return outcome,
            }
        }
    }

    async fn pause_read(&self) {
        runtime::sleep(Duration::from_millis(READ_MEMORY_PAUSE_MS)).await;
        self.clock.refresh();
    }
}
