//! A group: what it is a group of, and its committed offsets.

use std::sync::Arc;

use super::classic::Classic;
use super::offsets::Offsets;
use super::records::Record;
use super::timers::Timers;
use super::{Context, Step};

/// By which protocol the members meet.
#[derive(Debug)]
pub(crate) enum Kind {
    /// JoinGroup and SyncGroup; also a group without members that only commits offsets.
    Classic(Classic),
}

#[derive(Debug)]
pub(crate) struct Group {
    pub kind: Kind,
    pub offsets: Offsets,
}

impl Default for Group {
    fn default() -> Self {
        Self { kind: Kind::Classic(Classic::default()), offsets: Offsets::default() }
    }
}

impl Group {
    /// Whether the log has nothing of it.
    pub fn is_unrecorded(&self) -> bool {
        let Kind::Classic(classic) = &self.kind;
        self.offsets.is_empty() && classic.recorded().is_none()
    }
}

/// What an operation on one group works with.
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
