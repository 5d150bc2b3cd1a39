//! ConsumerGroupDescribe.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use wire::Uuid;
use wire::messages::consumer_group_describe_response::{
    Assignment, DescribedGroup, Member as WireMember, TopicPartitions,
};

use super::group::ConsumerGroup;
use super::member::Member;
use crate::groups::{Context, GroupSettings};
use crate::image::Image;
use crate::records::ResourceKind;

/// Kinds of members on the wire.
const MEMBER_CLASSIC: i8 = 0;
const MEMBER_CONSUMER: i8 = 1;

impl ConsumerGroup {
    /// The group as clients are shown it.
    #[must_use]
    pub fn describe(&self, image: &Image, settings: &GroupSettings) -> DescribedGroup<'static> {
        let members = self.saved.members.iter();
        DescribedGroup {
            group_id: self.id.clone().into(),
            group_state: self.state().name().into(),
            group_epoch: self.epoch(),
            assignment_epoch: self.saved.target.epoch,
            assignor_name: self.assignor_name(settings).unwrap_or_default().to_owned().into(),
            members: members.map(|(id, member)| self.describe_member(id, member, image)).collect(),
            ..DescribedGroup::default()
        }
    }

    fn describe_member(&self, id: &str, member: &Member, image: &Image) -> WireMember<'static> {
        let metadata = &member.metadata;
        let owned = member.current.assigned.iter();
        let owned = owned.map(|(topic, partitions)| (*topic, partitions.keys().copied().collect()));
        let target = self.saved.targets.get(id).into_iter().flatten();
        let target = target.map(|(topic, partitions)| (*topic, list(partitions)));
        let names = metadata.topic_names.iter();
        WireMember {
            member_id: id.to_owned().into(),
            instance_id: metadata.instance_id.clone().map(Into::into),
            rack_id: metadata.rack_id.clone().map(Into::into),
            member_epoch: member.current.epoch,
            client_id: metadata.client_id.clone().into(),
            client_host: metadata.client_host.clone().into(),
            subscribed_topic_names: names.map(|name| name.clone().into()).collect(),
            subscribed_topic_regex: metadata.topic_regex.clone().map(Into::into),
            assignment: named(owned, image),
            target_assignment: named(target, image),
            member_type: metadata.classic.as_ref().map_or(MEMBER_CONSUMER, |_| MEMBER_CLASSIC),
        }
    }

    /// `consumer.session.timeout.ms` of the group, else the broker's default.
    pub(super) fn session_timeout_ms(&self, ctx: &Context<'_>) -> u64 {
        let default_ms = ctx.settings.consumer_session_timeout_ms;
        let bounds_ms = &ctx.settings.consumer_bounds.session_timeout_ms;
        self.config_ms(ctx, "consumer.session.timeout.ms", default_ms, bounds_ms).max(0) as u64
    }

    pub(super) fn heartbeat_interval_ms(&self, ctx: &Context<'_>) -> i32 {
        let name = "consumer.heartbeat.interval.ms";
        let default_ms = ctx.settings.consumer_heartbeat_interval_ms;
        let bounds_ms = &ctx.settings.consumer_bounds.heartbeat_interval_ms;
        let interval_ms = self.config_ms(ctx, name, default_ms, bounds_ms);
        interval_ms.clamp(0, i64::from(i32::MAX)) as i32
    }

    pub(super) fn assignment_interval_ms(&self, ctx: &Context<'_>) -> i64 {
        let default_ms = ctx.settings.consumer_assignment_interval_ms;
        let bounds_ms = &ctx.settings.consumer_bounds.assignment_interval_ms;
        self.config_ms(ctx, "consumer.assignment.interval.ms", default_ms, bounds_ms)
    }

    /// What is set on the group goes first, within bounds that the broker may have got since.
    fn config_ms(
        &self,
        ctx: &Context<'_>,
        name: &str,
        default_ms: i64,
        bounds_ms: &RangeInclusive<i64>,
    ) -> i64 {
        let own = ctx.image.overrides(ResourceKind::Group, &self.id).get(name);
        match own.and_then(|value| value.parse::<i64>().ok()) {
            Some(own_ms) => own_ms.min(*bounds_ms.end()).max(*bounds_ms.start()),
            None => default_ms,
        }
    }
}

fn list(partitions: &BTreeSet<i32>) -> Vec<i32> {
    partitions.iter().copied().collect()
}

/// With the names of topics; those that are gone are left out.
fn named(topics: impl Iterator<Item = (Uuid, Vec<i32>)>, image: &Image) -> Assignment<'static> {
    let topics = topics.filter_map(|(topic_id, partitions)| {
        let topic_name = image.topic_by_id(topic_id)?.name.to_string().into();
        Some(TopicPartitions { topic_id, topic_name, partitions })
    });
    Assignment { topic_partitions: topics.collect() }
}
