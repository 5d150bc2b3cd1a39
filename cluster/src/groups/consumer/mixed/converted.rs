//! A group that comes from the classic protocol, or goes there.

use std::collections::BTreeMap;

use crate::groups::consumer::Refusal;
use crate::groups::consumer::group::ConsumerGroup;
use crate::groups::consumer::member::{ClassicMetadata, Member, OwnedPartitions, Partitions};
use crate::groups::consumer::records::{GroupEpoch, Record, TargetEpoch};
use crate::groups::consumer::step::Draft;
use crate::groups::{Context, GroupRecord};

impl ConsumerGroup {
    /// A group of members of the classic protocol: the generation is everybody's epoch, and what
    /// they hold is their target.
    pub(crate) fn converted(
        ctx: &Context<'_>,
        id: &str,
        generation: i32,
        members: BTreeMap<String, Member>,
    ) -> Result<(Self, Vec<GroupRecord>), Refusal> {
        let mut group = Self::new(id);
        let mut draft = Draft::default();
        for (id, member) in &members {
            group.emit(&mut draft, Record::Member(id.clone(), Some(member.metadata.clone())));
        }
        let metadata_hash = group.saved.metadata_hash(ctx.image);
        let epoch = GroupEpoch { epoch: generation, metadata_hash };
        group.emit(&mut draft, Record::Group(Some(epoch)));
        for (id, member) in &members {
            let target = target(&member.current.assigned);
            group.emit(&mut draft, Record::TargetMember(id.clone(), Some(target)));
        }
        // No time: partitions may be assigned at once.
        let target = TargetEpoch { epoch: generation, assigned_at_ms: 0 };
        group.emit(&mut draft, Record::Target(Some(target)));
        for (id, member) in members {
            let classic = member.metadata.classic.as_ref();
            let session_ms = classic.map_or(0, ClassicMetadata::session_ms);
            group.timers.arm_session(&id, ctx.now.mono_ms.saturating_add(session_ms));
            group.emit(&mut draft, Record::Current(id, Some(member.current)));
        }
        let records = group.finish(draft)?;
        Ok((group, records))
    }

    pub(crate) fn members(&self) -> impl Iterator<Item = (&String, &Member)> {
        self.saved.members.iter()
    }

    /// What a member is to have.
    pub(crate) fn target(&self, member_id: &str) -> Option<&Partitions> {
        self.saved.targets.get(member_id)
    }

    /// Whether all members but one have what they are to have.
    pub(crate) fn is_settled_but_for(&self, member_id: &str) -> bool {
        let target = self.saved.target.epoch;
        self.epoch() == target
            && self
                .members()
                .all(|(id, member)| id == member_id || member.current.is_reconciled_to(target))
    }
}

fn target(assigned: &OwnedPartitions) -> Partitions {
    let topics = assigned.iter();
    topics.map(|(topic, partitions)| (*topic, partitions.keys().copied().collect())).collect()
}
