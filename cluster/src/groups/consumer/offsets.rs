//! Who may commit and fetch offsets of a group: its members, in their epoch.

use wire::{ErrorCode, Uuid};

use super::Refusal;
use super::group::ConsumerGroup;
use super::member::Member;

/// The first version of OffsetCommit that knows member epochs.
const COMMIT_VERSION_MIN: i16 = 9;

/// What a commit may contain.
#[derive(Debug, Clone, Copy)]
pub enum CommitScope<'a> {
    /// Any partition.
    Any,
    /// The member is behind: only partitions that were its own in that epoch already.
    Since(&'a Member, i32),
}

impl CommitScope<'_> {
    /// Whether a partition may be committed; the topic's name is for the message.
    pub fn check(&self, name: &str, topic: Uuid, partition: i32) -> Result<(), Refusal> {
        let Self::Since(member, epoch) = self else {
            return Ok(());
        };
        let (code, word) = stale(member);
        let message = match member.current.assignment_epoch(topic, partition) {
            Some(since) if since <= *epoch => return Ok(()),
            Some(since) => format!(
                "Received {word} {epoch} is older than assignment epoch {since} for partition \
                 {name}-{partition}."
            ),
            None => format!(
                "Partition {name}-{partition} is not assigned or pending revocation for member."
            ),
        };
        Err(Refusal::new(code, message))
    }
}

/// A member of the classic protocol knows its epoch as a generation.
fn stale(member: &Member) -> (ErrorCode, &'static str) {
    match member.metadata.classic {
        Some(_) => (ErrorCode::IllegalGeneration, "generation id"),
        None => (ErrorCode::StaleMemberEpoch, "member epoch"),
    }
}

impl ConsumerGroup {
    /// What an OffsetCommit of this member may contain.
    pub fn check_commit(
        &self,
        member_id: &str,
        epoch: i32,
        api_version: i16,
    ) -> Result<CommitScope<'_>, Refusal> {
        // An admin client, or a consumer that assigns partitions to itself.
        if epoch < 0 && self.is_empty() {
            return Ok(CommitScope::Any);
        }
        let member = self.member(member_id).ok_or_else(|| self.unknown_member(member_id))?;
        if member.metadata.classic.is_none() && api_version < COMMIT_VERSION_MIN {
            let message = "OffsetCommit version 9 or above must be used by members using the \
                           consumer group protocol";
            return Err(Refusal::new(ErrorCode::UnsupportedVersion, message));
        }
        let known = member.current.epoch;
        if epoch <= known {
            let is_known = epoch == known;
            return Ok(if is_known { CommitScope::Any } else { CommitScope::Since(member, epoch) });
        }
        let (code, word) = stale(member);
        let message =
            format!("Received {word} {epoch} is newer than current member epoch {known}.");
        Err(Refusal::new(code, message))
    }

    /// Whether an OffsetFetch that names this member may be answered.
    pub fn check_fetch(&self, member_id: Option<&str>, epoch: i32) -> Result<(), Refusal> {
        let member_id = match member_id {
            None if epoch < 0 => return Ok(()),
            id => id.unwrap_or_default(),
        };
        let member = self.member(member_id).ok_or_else(|| self.unknown_member(member_id))?;
        if epoch == member.current.epoch {
            return Ok(());
        }
        let (code, word) = stale(member);
        let message = format!(
            "The received {word} {epoch} does not match the expected member epoch {}.",
            member.current.epoch
        );
        Err(Refusal::new(code, message))
    }
}
