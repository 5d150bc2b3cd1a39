//! What tools are told about groups.

use std::borrow::Cow;

use wire::ErrorCode;
use wire::messages::consumer_group_describe_response;
use wire::messages::describe_groups_response::{DescribedGroup, DescribedGroupMember};
use wire::messages::list_groups_response::ListedGroup;

use super::Context;
use super::classic::{Member, State};
use super::group::{Group, Kind};

const CLASSIC_TYPE: &str = "classic";
const CONSUMER_TYPE: &str = "consumer";
const STATE_DEAD: &str = "Dead";

pub(super) fn describe(group_id: &str, group: Option<&Group>) -> DescribedGroup<'static> {
    let described = DescribedGroup { group_id: owned(group_id), ..DescribedGroup::default() };
    let Some(group) = group else {
        return DescribedGroup {
            error_code: ErrorCode::GroupIdNotFound as i16,
            error_message: Some(Cow::Owned(format!("Group {group_id} not found."))),
            group_state: owned(STATE_DEAD),
            ..described
        };
    };
    let Kind::Classic(classic) = &group.kind else {
        let message = format!("Group {group_id} is not a classic group.");
        return DescribedGroup {
            error_code: ErrorCode::GroupIdNotFound as i16,
            error_message: Some(Cow::Owned(message)),
            group_state: owned(STATE_DEAD),
            ..described
        };
    };
    let protocol = classic.protocol().filter(|_| classic.state() == State::Stable);
    DescribedGroup {
        group_state: owned(classic.state().name()),
        protocol_type: owned(classic.protocol_type().unwrap_or_default()),
        protocol_data: owned(protocol.unwrap_or_default()),
        members: classic.members().map(|member| describe_member(member, protocol)).collect(),
        ..described
    }
}

/// What a member says of itself is only told while that is settled; what it was given last, always.
fn describe_member(member: &Member, protocol: Option<&str>) -> DescribedGroupMember<'static> {
    let metadata = protocol.and_then(|protocol| member.metadata(protocol));
    DescribedGroupMember {
        member_id: owned(&member.id),
        group_instance_id: member.instance_id.as_deref().map(owned),
        client_id: owned(&member.client_id),
        client_host: owned(&member.client_host),
        member_metadata: Cow::Owned(metadata.map_or(Vec::new(), |bytes| bytes.to_vec())),
        member_assignment: Cow::Owned(member.assignment.to_vec()),
    }
}

pub(super) fn describe_consumer(
    ctx: &Context<'_>,
    group_id: &str,
    group: Option<&Group>,
) -> consumer_group_describe_response::DescribedGroup<'static> {
    let message = match group {
        Some(Group { kind: Kind::Consumer(consumer), .. }) => {
            return consumer.describe(ctx.image, ctx.settings);
        }
        Some(Group { kind: Kind::Classic(_), .. }) => {
            format!("Group {group_id} is not a consumer group.")
        }
        None => format!("Group {group_id} not found."),
    };
    consumer_group_describe_response::DescribedGroup {
        error_code: ErrorCode::GroupIdNotFound as i16,
        error_message: Some(Cow::Owned(message)),
        group_id: owned(group_id),
        ..consumer_group_describe_response::DescribedGroup::default()
    }
}

/// The group, if its state and type are among those asked for.
pub(super) fn list(
    group_id: &str,
    group: &Group,
    states: &[Cow<'_, str>],
    types: &[Cow<'_, str>],
) -> Option<ListedGroup<'static>> {
    let asked = |names: &[Cow<'_, str>], name: &str| {
        names.is_empty() || names.iter().any(|asked| asked.eq_ignore_ascii_case(name))
    };
    let (kind, state, protocol_type) = match &group.kind {
        Kind::Classic(classic) => {
            (CLASSIC_TYPE, classic.state().name(), classic.protocol_type().unwrap_or_default())
        }
        Kind::Consumer(consumer) => (CONSUMER_TYPE, consumer.state().name(), CONSUMER_TYPE),
    };
    (asked(states, state) && asked(types, kind)).then(|| ListedGroup {
        group_id: owned(group_id),
        protocol_type: owned(protocol_type),
        group_state: owned(state),
        group_type: owned(kind),
    })
}

fn owned(text: &str) -> Cow<'static, str> {
    Cow::Owned(text.to_owned())
}
