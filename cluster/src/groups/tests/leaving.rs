//! LeaveGroup.

use wire::ErrorCode;
use wire::messages::LeaveGroupRequest;
use wire::messages::LeaveGroupResponse;
use wire::messages::leave_group_request::MemberIdentity;

use super::world::{DELAY_MS, World, code, join, static_join};
use crate::groups::{Reply, Request};

fn leave(world: &mut World, members: &[(&str, Option<&str>)]) -> Vec<ErrorCode> {
    let identity = |(id, instance): &(&str, Option<&str>)| MemberIdentity {
        member_id: (*id).to_owned().into(),
        group_instance_id: instance.map(|id| id.to_owned().into()),
        reason: None,
    };
    let request = LeaveGroupRequest {
        group_id: "g".into(),
        member_id: "".into(),
        members: members.iter().map(identity).collect(),
    };
    let response = left(world, 5, &request);
    assert_eq!(response.error_code, 0);
    response.members.iter().map(|member| code(member.error_code)).collect()
}

fn left(
    world: &mut World,
    version: i16,
    request: &LeaveGroupRequest<'_>,
) -> LeaveGroupResponse<'static> {
    let ticket = world.ask(version, Request::LeaveGroup(request));
    match world.replies.remove(&ticket) {
        Some(Reply::LeaveGroup(response)) => response,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_last_one_leaves_an_empty_group() {
    let mut world = World::new();
    let ids = world.stable(1);
    assert_eq!(leave(&mut world, &[(&ids[0], None)]), [ErrorCode::None]);
    assert_eq!(world.state(), "Empty");
    assert_eq!(leave(&mut world, &[(&ids[0], None)]), [ErrorCode::UnknownMemberId]);
    // The next generation is a later one.
    let ids = [world.member_id()];
    let ticket = world.join(9, &join(&ids[0], &["range"]));
    world.pass(DELAY_MS);
    assert_eq!(world.joined(ticket).0.generation_id, 3);
}

#[test]
fn many_leave_at_once() {
    let mut world = World::new();
    let ids = world.stable(3);
    let pending = world.member_id();
    let errors = leave(&mut world, &[(&ids[0], None), ("x", None), (&pending, None), ("", None)]);
    use ErrorCode::{None as Fine, UnknownMemberId};
    assert_eq!(errors, [Fine, UnknownMemberId, Fine, UnknownMemberId]);
    assert_eq!(world.state(), "PreparingRebalance");
    assert_eq!(world.members(), ids[1..]);
    assert_eq!(world.coordinator.groups.len(), 1);
}

#[test]
fn an_admin_names_the_instance_only() {
    let mut world = World::new();
    let ticket = world.join(9, &static_join("i", &["range"]));
    world.pass(DELAY_MS);
    let id = world.joined(ticket).0.member_id.into_owned();
    let fenced = leave(&mut world, &[("other", Some("i")), (&id, Some("j"))]);
    assert_eq!(fenced, [ErrorCode::FencedInstanceId, ErrorCode::UnknownMemberId]);
    assert_eq!(leave(&mut world, &[("", Some("i"))]), [ErrorCode::None]);
    assert_eq!(world.state(), "Empty");
}

#[test]
fn before_version_3_one_leaves() {
    let mut world = World::new();
    let request = |id: &str| LeaveGroupRequest {
        group_id: "g".into(),
        member_id: id.to_owned().into(),
        members: Vec::new(),
    };
    let unknown = ErrorCode::UnknownMemberId as i16;
    assert_eq!(left(&mut world, 2, &request("x")).error_code, unknown);
    assert_eq!(leave(&mut world, &[("x", None)]), [ErrorCode::UnknownMemberId]);
    let ids = world.stable(1);
    assert_eq!(left(&mut world, 0, &request("x")).error_code, unknown);
    assert_eq!(left(&mut world, 0, &request(&ids[0])).error_code, 0);
    assert_eq!(world.state(), "Empty");
}

#[test]
fn who_leaves_is_answered_what_it_waits_for() {
    let mut world = World::new();
    let id = world.member_id();
    let ticket = world.join(9, &join(&id, &["range"]));
    assert_eq!(leave(&mut world, &[(&id, None)]), [ErrorCode::None]);
    assert_eq!(world.joined(ticket).error(), ErrorCode::UnknownMemberId);
    world.pass(DELAY_MS);
    assert_eq!(world.state(), "Empty");
}
