//! What a step changes: all of it, or nothing.

use wire::ErrorCode;

use super::Refusal;
use super::group::{ConsumerGroup, Saved};
use super::records::Record;
use super::timers::Timers;
use crate::groups::GroupRecord;
use crate::limits::GROUP_STEP_BYTES_MAX;

/// The records of a step while it is under way.
#[derive(Default)]
pub(super) struct Draft {
    records: Vec<GroupRecord>,
    bytes: usize,
    /// What was before the first of them.
    before: Option<Box<(Saved, Timers)>>,
}

impl ConsumerGroup {
    /// Applies a record of a step, and has it written with the step.
    #[allow(clippy::needless_pass_by_value, reason = "a record is made to be written")]
    pub(super) fn emit(&mut self, draft: &mut Draft, record: Record) {
        draft.before.get_or_insert_with(|| Box::new((self.saved.clone(), self.timers.clone())));
        let encoded = record.encode(&self.id);
        draft.bytes += encoded.size_bytes();
        draft.records.push(encoded);
        self.apply(&record);
    }

    /// The step's records; undone if they are more than one batch can take.
    pub(super) fn finish(&mut self, draft: Draft) -> Result<Vec<GroupRecord>, Refusal> {
        if draft.bytes <= GROUP_STEP_BYTES_MAX {
            return Ok(draft.records);
        }
        self.undo(draft);
        let message = "The group is too large to be changed in one batch of records.";
        Err(Refusal::new(ErrorCode::UnknownServerError, message))
    }

    /// Leaves the group as it was before the step.
    pub(super) fn undo(&mut self, draft: Draft) {
        if let Some(before) = draft.before {
            (self.saved, self.timers) = *before;
        }
    }
}
