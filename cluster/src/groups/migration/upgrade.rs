//! A classic group becomes a consumer group.

use std::collections::{BTreeMap, BTreeSet};

use wire::ErrorCode;
use wire::codec::DecodeError;

use crate::groups::classic::{CONSUMER_PROTOCOL_TYPE, Classic, Member};
use crate::groups::consumer::{
    ClassicMetadata, ConsumerGroup, Current, MemberState, Metadata, OwnedPartitions,
};
use crate::groups::embedded::{Assignment, Subscription};
use crate::groups::{Context, GroupRecord, consumer};
use crate::image::Image;
use crate::limits::{GROUP_TOPIC_NAMES_BYTES_MAX, MEMBERS_PER_GROUP_MAX};

/// Why a group stays classic.
enum Unfit {
    Malformed,
    CustomAssignor,
}

impl From<DecodeError> for Unfit {
    fn from(_: DecodeError) -> Self {
        Self::Malformed
    }
}

/// The consumer group that a classic one with members becomes, each with what it was assigned
/// last, and the records that say so.
pub(super) fn upgraded(
    ctx: &Context<'_>,
    id: &str,
    classic: &Classic,
) -> Result<(ConsumerGroup, Vec<GroupRecord>), consumer::Refusal> {
    let most = ctx.settings.consumer_max_size.min(MEMBERS_PER_GROUP_MAX);
    let why = if !ctx.settings.consumer_migration.upgrades() {
        "online upgrade is disabled."
    } else if classic.protocol_type() != Some(CONSUMER_PROTOCOL_TYPE) {
        "the group does not use the consumer embedded protocol."
    } else if classic.members().count() > most {
        "the group size exceeds the consumer group maximum size."
    } else {
        match convert(ctx.image, classic) {
            Ok(members) => return ConsumerGroup::converted(ctx, id, classic.generation(), members),
            Err(Unfit::Malformed) => "the embedded consumer protocol is malformed.",
            Err(Unfit::CustomAssignor) => {
                "an unsupported custom assignor is in use. Please refer to the documentation or \
                 switch to a default assignor before re-attempting the upgrade."
            }
        }
    };
    let message = format!("Cannot upgrade classic group {id} to consumer group because {why}");
    Err(consumer::Refusal::new(ErrorCode::GroupIdNotFound, message))
}

fn convert(image: &Image, classic: &Classic) -> Result<BTreeMap<String, consumer::Member>, Unfit> {
    let mut members = BTreeMap::new();
    let mut held = BTreeSet::new();
    for member in classic.members() {
        let converted = convert_member(image, classic, member)?;
        for (topic, partitions) in &converted.current.assigned {
            for partition in partitions.keys() {
                // In a consumer group a partition has one owner.
                if !held.insert((*topic, *partition)) {
                    return Err(Unfit::CustomAssignor);
                }
            }
        }
        members.insert(member.id.to_string(), converted);
    }
    Ok(members)
}

fn convert_member(
    image: &Image,
    classic: &Classic,
    member: &Member,
) -> Result<consumer::Member, Unfit> {
    // Before its first generation a group has no protocol; all of a member's say the same topics.
    let chosen = classic.protocol().and_then(|protocol| member.metadata(protocol));
    let first = member.protocols.first().map(|protocol| &protocol.metadata);
    let told = Subscription::decode(chosen.or(first).ok_or(Unfit::Malformed)?)?;
    if told.topics.iter().map(String::len).sum::<usize>() > GROUP_TOPIC_NAMES_BYTES_MAX {
        return Err(Unfit::Malformed);
    }
    let protocols = member.protocols.iter();
    let protocols =
        protocols.map(|protocol| (protocol.name.to_string(), protocol.metadata.to_vec()));
    let metadata = Metadata {
        instance_id: member.instance_id.as_deref().map(str::to_owned),
        rack_id: told.rack_id,
        client_id: member.client_id.to_string(),
        client_host: member.client_host.to_string(),
        topic_names: told.topics,
        topic_regex: Some(String::new()),
        rebalance_timeout_ms: member.rebalance_timeout_ms,
        server_assignor: None,
        classic: Some(ClassicMetadata {
            session_timeout_ms: member.session_timeout_ms,
            protocols: protocols.collect(),
        }),
    };
    let epoch = classic.generation();
    let current = Current {
        epoch,
        previous_epoch: epoch,
        state: MemberState::Stable,
        assigned: assigned(image, member, epoch)?,
        pending_revocation: OwnedPartitions::new(),
    };
    Ok(consumer::Member { metadata, current })
}

/// What the leader assigned to it, of topics that are there.
fn assigned(image: &Image, member: &Member, epoch: i32) -> Result<OwnedPartitions, Unfit> {
    let mut assigned = OwnedPartitions::new();
    if member.assignment.is_empty() {
        return Ok(assigned);
    }
    let assignment = Assignment::decode(&member.assignment)?;
    if assignment.has_user_data {
        return Err(Unfit::CustomAssignor);
    }
    for (name, partitions) in assignment.partitions {
        if let Some(topic) = image.topic(&name).filter(|_| !partitions.is_empty()) {
            let owned = assigned.entry(topic.id).or_default();
            owned.extend(partitions.into_iter().map(|partition| (partition, epoch)));
        }
    }
    Ok(assigned)
}
