//! Reading a log through, as a start does that makes its state from it.

use std::ops::Range;

use storage::{Corruption, LogId, ReadOutcome, ReadRequest};

use super::Logs;

/// Why a log could not be read on.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    /// The shard is overwhelmed: it may be read later.
    #[error("all read memory is in use")]
    Busy,
    #[error("{0}; restore the file from a copy")]
    Damaged(Corruption),
    #[error("offset {offset} cannot be read: {outcome:?}")]
    Other { offset: i64, outcome: ReadOutcome },
}

impl Logs {
    /// Gives what the log has between two offsets to `each`: whole batches in order, in pieces of
    /// about `max_bytes`. Returns the offset it came to: the end, or less if nothing is there any
    /// more up to the end.
    ///
    /// # Errors
    /// The log cannot be read on, or the first error of `each`.
    pub async fn read_through<E: From<Unreadable>>(
        &self,
        log: LogId,
        offsets: Range<i64>,
        max_bytes: usize,
        mut each: impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<i64, E> {
        let Range { start: mut offset, end: until_offset } = offsets;
        while offset < until_offset {
            let request = ReadRequest { offset, max_bytes, until_offset, at_least_one: true };
            let slices = match self.read(log, request).await {
                ReadOutcome::Ready(slices) if slices.total_bytes > 0 => slices,
                ReadOutcome::Ready(_) => break,
                ReadOutcome::Busy => return Err(Unreadable::Busy.into()),
                ReadOutcome::Corrupt(damage) => return Err(Unreadable::Damaged(damage).into()),
                outcome => return Err(Unreadable::Other { offset, outcome }.into()),
            };
            offset = slices.next_offset;
            each(&slices.to_vec())?;
            // What is in memory is read without waiting: others get their turn between two reads.
            futures_lite::future::yield_now().await;
        }
        Ok(offset)
    }
}
