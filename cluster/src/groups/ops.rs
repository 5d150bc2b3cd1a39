//! What an operation on one group works with.

use std::sync::Arc;

use super::records::Record;
use super::timers::Timers;
use super::{Context, Step};

/// See the module.
pub(crate) struct Ops<'a, 'c> {
    pub ctx: &'a Context<'c>,
    pub id: &'a Arc<str>,
    pub timers: &'a mut Timers,
    pub out: &'a mut Step,
}

impl Ops<'_, '_> {
    /// Puts a record into the step. The caller applies it to the state.
    pub fn write(&mut self, record: &Record<'_>) {
        self.out.records.push(record.encode());
    }

    pub fn now_ms(&self) -> u64 {
        self.ctx.now.mono_ms
    }
}
