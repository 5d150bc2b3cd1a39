//! A consumer group becomes a classic group.

use std::collections::BTreeSet;

use crate::groups::GroupRecord;
use crate::groups::classic::{Classic, Member, Protocol};
use crate::groups::consumer::{ConsumerGroup, Joining, Metadata};
use crate::groups::embedded::{Assignment, Subscription};
use crate::groups::ops::Ops;
use crate::groups::records::Record;
use crate::image::Image;
use crate::limits::GROUP_STEP_BYTES_MAX;

/// The classic group of those who stay when `gone` have left; `None` if it stays as it is.
pub(super) fn without(
    ops: &Ops<'_, '_>,
    consumer: &ConsumerGroup,
    gone: &BTreeSet<String>,
) -> Option<Classic> {
    let stay = || consumer.members().filter(|(id, _)| !gone.contains(*id));
    let left = stay().count();
    let is_classic = stay().all(|(_, member)| member.metadata.classic.is_some());
    if left == 0 || !is_classic || !may_downgrade(ops, left) {
        return None;
    }
    let members = stay().map(|(id, member)| classic_member(id, &member.metadata));
    downgraded(ops, consumer, members.collect::<Option<Vec<_>>>()?)
}

/// The classic group that a group becomes when a static member of the classic protocol takes the
/// place of the last one of the consumer protocol: the group, in which the old member is still
/// the one; who that is; and whether everybody has what it is to have.
pub(super) fn replacing(
    ops: &Ops<'_, '_>,
    consumer: &ConsumerGroup,
    joining: &Joining,
) -> Option<(Classic, String, bool)> {
    let old = joining.replaced.as_ref()?;
    let count = consumer.member_count();
    let replaced = consumer.member(old).filter(|old| old.metadata.classic.is_none())?;
    if consumer.classic_member_count() + 1 != count || !may_downgrade(ops, count) {
        return None;
    }
    let members = consumer.members().map(|(id, member)| {
        let metadata = if id == old { &joining.metadata } else { &member.metadata };
        classic_member(id, metadata)
    });
    let group = downgraded(ops, consumer, members.collect::<Option<Vec<_>>>()?)?;
    let same_topics = replaced.metadata.topic_names == joining.metadata.topic_names
        && replaced.metadata.regex().is_none();
    Some((group, old.clone(), same_topics && consumer.is_settled_but_for(old)))
}

fn may_downgrade(ops: &Ops<'_, '_>, members: usize) -> bool {
    let settings = ops.ctx.settings;
    settings.consumer_migration.downgrades() && members <= settings.max_size
}

fn classic_member(id: &str, metadata: &Metadata) -> Option<Member> {
    let classic = metadata.classic.as_ref()?;
    let protocols = classic.protocols.iter().map(|(name, metadata)| Protocol {
        name: name.as_str().into(),
        metadata: metadata.as_slice().into(),
    });
    Some(Member {
        id: id.into(),
        instance_id: metadata.instance_id.as_deref().map(Into::into),
        client_id: metadata.client_id.as_str().into(),
        client_host: metadata.client_host.as_str().into(),
        rebalance_timeout_ms: metadata.rebalance_timeout_ms,
        session_timeout_ms: classic.session_timeout_ms,
        protocols: protocols.collect(),
        assignment: [].into(),
        is_new: false,
        join: None,
        sync: None,
    })
}

/// With the targets as assignments; `None` if the members have no protocol in common, or no
/// batch takes the change.
fn downgraded(
    ops: &Ops<'_, '_>,
    consumer: &ConsumerGroup,
    members: Vec<Member>,
) -> Option<Classic> {
    let classic = Classic::stable(ops, consumer.epoch(), members, |id, subscription| {
        assignment(ops.ctx.image, consumer, id, subscription)
    })?;
    let tombstones = consumer.tombstones();
    let tombstones = tombstones.iter().map(|record| record.encode(ops.id).size_bytes());
    let value = Some(classic.metadata().into());
    let record = Record::Group { group: ops.id, value }.encode().size_bytes();
    let written = ops.out.records.iter().map(GroupRecord::size_bytes);
    // A static member that joins writes the group once more.
    let all = written.chain(tombstones).sum::<usize>() + 2 * record;
    (all <= GROUP_STEP_BYTES_MAX).then_some(classic)
}

fn assignment(
    image: &Image,
    consumer: &ConsumerGroup,
    id: &str,
    subscription: &[u8],
) -> Option<Vec<u8>> {
    let version = Subscription::decode(subscription).ok()?.version;
    let target = consumer.target(id).into_iter().flatten();
    let topics = target.filter_map(|(topic, partitions)| {
        Some((&*image.topic_by_id(*topic)?.name, partitions.iter().copied().collect()))
    });
    let topics: Vec<(&str, Vec<i32>)> = topics.collect();
    Some(Assignment::encode(version, topics.into_iter()))
}
