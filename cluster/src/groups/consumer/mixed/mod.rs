//! Members of the classic protocol in a consumer group, while it is rolled from one protocol to
//! the other.
//!
//! ```text
//!   Heartbeat  ──► REBALANCE_IN_PROGRESS when the member is behind its target
//!   JoinGroup  ──► a step towards the target; the generation is the member's epoch
//!   SyncGroup  ──► what the member holds after that step, as a leader would have assigned it
//! ```

mod converted;
mod join;
mod requests;

use std::collections::BTreeMap;

use wire::ErrorCode;

use super::Refusal;
use super::group::{ConsumerGroup, decrement};
use super::heartbeat::{check_instance, unknown_instance};
use super::member::{ClassicMetadata, Member};
pub(crate) use join::Joining;

/// What the members of the classic protocol have in common.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct ClassicMembers {
    pub count: usize,
    /// What their protocols take in memory.
    pub bytes: usize,
    /// How many of them know a protocol.
    protocols: BTreeMap<String, usize>,
}

impl ClassicMembers {
    pub fn add(&mut self, member: &ClassicMetadata) {
        self.count += 1;
        self.bytes += member.size_bytes();
        for name in member.protocol_names() {
            *self.protocols.entry(name.to_owned()).or_default() += 1;
        }
    }

    pub fn remove(&mut self, member: &ClassicMetadata) {
        self.count -= 1;
        self.bytes -= member.size_bytes();
        for name in member.protocol_names() {
            decrement(&mut self.protocols, name);
        }
    }

    /// Whether all of them know one of these.
    fn know_any<'a>(&self, mut names: impl Iterator<Item = &'a str>) -> bool {
        names.any(|name| self.protocols.get(name).copied().unwrap_or(0) == self.count)
    }
}

impl ConsumerGroup {
    /// How many members speak the classic protocol.
    #[must_use]
    pub fn classic_member_count(&self) -> usize {
        self.saved.classic.count
    }

    /// The member of a request of the classic protocol, if it is who it says.
    fn classic_member(
        &self,
        member_id: &str,
        instance_id: Option<&str>,
    ) -> Result<(&Member, &ClassicMetadata), Refusal> {
        if let Some(instance) = instance_id {
            let holder = self.saved.static_members.get(instance);
            let holder = holder.ok_or_else(|| unknown_instance(instance))?;
            check_instance(holder, member_id, instance)?;
        }
        let member = self.member(member_id).ok_or_else(|| self.unknown_member(member_id))?;
        let classic = member.metadata.classic.as_ref().ok_or_else(|| {
            let message = format!("Member {member_id} does not use the classic protocol.");
            Refusal::new(ErrorCode::UnknownMemberId, message)
        })?;
        Ok((member, classic))
    }
}
