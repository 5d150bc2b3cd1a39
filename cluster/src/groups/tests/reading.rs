//! DescribeGroups and ListGroups.

use std::borrow::Cow;

use wire::ErrorCode;

use super::world::{World, code, join, subscription};

#[test]
fn a_group_is_described() {
    let mut world = World::new();
    let unknown = world.coordinator.describe("g");
    assert_eq!(code(unknown.error_code), ErrorCode::GroupIdNotFound);
    assert_eq!((&*unknown.group_state, unknown.members.len()), ("Dead", 0));
    let ids = world.stable(2);
    let described = world.coordinator.describe("g");
    assert_eq!((&*described.group_state, &*described.protocol_data), ("Stable", "range"));
    assert_eq!(described.authorized_operations, i32::MIN);
    let member = &described.members[0];
    assert_eq!((&*member.member_id, &*member.client_id), (ids[0].as_str(), "c"));
    assert_eq!(&*member.client_host, "/127.0.0.1");
    assert_eq!(&*member.member_metadata, subscription("a"));
    assert_eq!(&*member.member_assignment, ids[0].as_bytes());
    // While it rebalances only the last assignments are told: nothing else is settled.
    world.join(9, &join(&ids[0], &["range"]));
    let described = world.coordinator.describe("g");
    assert_eq!((&*described.group_state, &*described.protocol_data), ("PreparingRebalance", ""));
    assert!(described.members[0].member_metadata.is_empty());
    assert_eq!(&*described.members[0].member_assignment, ids[0].as_bytes());
}

#[test]
fn groups_are_listed_by_state_and_type() {
    let mut world = World::new();
    world.stable(1);
    world.run(|coordinator, ctx| {
        let caller = crate::groups::Caller { client_id: "c", client_host: "/", api_version: 9 };
        let mut commit = super::world::commit("", -1, 1);
        commit.group_id = "simple".into();
        coordinator.step(ctx, &caller, 999, crate::groups::Request::OffsetCommit(&commit))
    });
    let list = |states: &[&'static str], types: &[&'static str]| -> Vec<String> {
        let cow = |names: &[&'static str]| -> Vec<Cow<'static, str>> {
            names.iter().map(|name| Cow::Borrowed(*name)).collect()
        };
        let listed = world.coordinator.list(&cow(states), &cow(types));
        let line = |group: &wire::messages::list_groups_response::ListedGroup<'_>| {
            assert_eq!(group.group_type, "classic");
            format!("{} {} {}", group.group_id, group.protocol_type, group.group_state)
        };
        listed.iter().map(line).collect()
    };
    assert_eq!(list(&[], &[]), ["g consumer Stable", "simple  Empty"]);
    assert_eq!(list(&["stable"], &["Classic"]), ["g consumer Stable"]);
    assert_eq!(list(&["Empty", "Dead"], &[]), ["simple  Empty"]);
    assert!(list(&[], &["consumer"]).is_empty());
}
