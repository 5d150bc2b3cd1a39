//! SyncGroup, Heartbeat and sessions.

use wire::ErrorCode;
use wire::messages::SyncGroupRequest;

use super::world::{DELAY_MS, REBALANCE_MS, SESSION_MS, World, code, join, sync};
use crate::groups::Request;

/// Two members with a generation, none with an assignment.
fn completing(world: &mut World) -> Vec<String> {
    let ids = vec![world.member_id(), world.member_id()];
    for id in &ids {
        world.join(9, &join(id, &["range"]));
    }
    world.pass(2 * DELAY_MS);
    world.replies.clear();
    assert_eq!(world.state(), "CompletingRebalance");
    ids
}

#[test]
fn followers_wait_for_the_leader() {
    let mut world = World::new();
    let ids = completing(&mut world);
    let follower = world.sync(&ids[1], 1, &[]);
    assert!(world.waits(follower));
    let written = world.log.len();
    let leader = world.sync(&ids[0], 1, &[(&ids[1], "two"), ("stranger", "x")]);
    assert_eq!(world.log.len(), written + 1, "the assignments are in the log");
    assert_eq!(&*world.synced(follower).assignment, b"two");
    let leader = world.synced(leader);
    assert_eq!((leader.error_code, &*leader.assignment), (0, &b""[..]));
    assert_eq!(leader.protocol_type.as_deref(), Some("consumer"));
    assert_eq!(leader.protocol_name.as_deref(), Some("range"));
    assert_eq!(world.state(), "Stable");
    // Asked again: the same answer.
    let again = world.sync(&ids[1], 1, &[]);
    assert_eq!(&*world.synced(again).assignment, b"two");
}

#[test]
fn a_sync_is_checked() {
    let mut world = World::new();
    let ids = completing(&mut world);
    let error = |world: &mut World, version, request: &SyncGroupRequest<'_>| {
        let ticket = world.ask(version, Request::SyncGroup(request));
        code(world.synced(ticket).error_code)
    };
    let id = ids[1].as_str();
    let good = || sync(id, 1, &[]);
    let cases = [
        (SyncGroupRequest { group_id: "".into(), ..good() }, ErrorCode::InvalidGroupId),
        (SyncGroupRequest { group_id: "other".into(), ..good() }, ErrorCode::UnknownMemberId),
        (SyncGroupRequest { member_id: "x".into(), ..good() }, ErrorCode::UnknownMemberId),
        (SyncGroupRequest { generation_id: 2, ..good() }, ErrorCode::IllegalGeneration),
        (
            SyncGroupRequest { protocol_type: Some("connect".into()), ..good() },
            ErrorCode::InconsistentGroupProtocol,
        ),
        (
            SyncGroupRequest { protocol_name: Some("sticky".into()), ..good() },
            ErrorCode::InconsistentGroupProtocol,
        ),
        (SyncGroupRequest { protocol_name: None, ..good() }, ErrorCode::InconsistentGroupProtocol),
        (
            SyncGroupRequest { group_instance_id: Some("i".into()), ..good() },
            ErrorCode::UnknownMemberId,
        ),
    ];
    for (request, expected) in cases {
        assert_eq!(error(&mut world, 5, &request), expected, "{request:?}");
    }
    // Before v5 the protocol is not named.
    let old = SyncGroupRequest { protocol_name: None, protocol_type: None, ..good() };
    let ticket = world.ask(4, Request::SyncGroup(&old));
    assert!(world.waits(ticket));
    world.join(9, &join(&ids[0], &["range", "sticky"]));
    assert_eq!(code(world.synced(ticket).error_code), ErrorCode::RebalanceInProgress);
    assert_eq!(error(&mut world, 5, &good()), ErrorCode::RebalanceInProgress);
}

#[test]
fn who_never_syncs_is_out() {
    let mut world = World::new();
    let ids = completing(&mut world);
    let leader = world.sync(&ids[0], 1, &[]);
    assert_eq!(world.synced(leader).error_code, 0);
    let mut passed = 0;
    while passed < REBALANCE_MS {
        assert_eq!(world.members().len(), 2);
        for id in &ids {
            assert_eq!(world.heartbeat(id, 1), ErrorCode::None);
        }
        world.pass(5_000);
        passed += 5_000;
    }
    assert_eq!(world.members(), [ids[0].clone()]);
    assert_eq!(world.state(), "PreparingRebalance");
}

#[test]
fn assignments_that_fit_no_batch_are_refused() {
    let mut world = World::new();
    let ids = completing(&mut world);
    let follower = world.sync(&ids[1], 1, &[]);
    let big = "x".repeat(1 << 20);
    let written = world.log.len();
    let leader = world.sync(&ids[0], 1, &[(&ids[0], &big)]);
    for ticket in [follower, leader] {
        assert_eq!(code(world.synced(ticket).error_code), ErrorCode::UnknownServerError);
    }
    assert_eq!(world.log.len(), written);
    assert_eq!(world.state(), "PreparingRebalance");
}

#[test]
fn heartbeats_are_checked() {
    let mut world = World::new();
    assert_eq!(world.heartbeat("x", 1), ErrorCode::UnknownMemberId);
    let ids = completing(&mut world);
    // Some begin before they have their assignment.
    assert_eq!(world.heartbeat(&ids[0], 1), ErrorCode::None);
    assert_eq!(world.heartbeat(&ids[0], 0), ErrorCode::IllegalGeneration);
    assert_eq!(world.heartbeat("x", 1), ErrorCode::UnknownMemberId);
    let pending = world.member_id();
    assert_eq!(world.heartbeat(&pending, 1), ErrorCode::UnknownMemberId);
}

#[test]
fn a_session_lasts_as_long_as_it_is_heard_of() {
    let mut world = World::new();
    let ids = world.stable(2);
    for _ in 0..4 {
        world.pass(SESSION_MS - 1);
        assert_eq!(world.heartbeat(&ids[0], 1), ErrorCode::None);
        assert_eq!(world.commit(&ids[1], 1, 5), ErrorCode::None);
    }
    world.pass(SESSION_MS - 1);
    assert_eq!(world.heartbeat(&ids[1], 1), ErrorCode::None);
    world.pass(1);
    // The leader is dead; the other one leads as soon as it joins.
    assert_eq!(world.members(), [ids[1].clone()]);
    assert_eq!(world.heartbeat(&ids[1], 1), ErrorCode::RebalanceInProgress);
    let joined = world.joined_now(9, &join(&ids[1], &["range"]));
    assert_eq!((joined.0.leader.as_ref(), joined.0.generation_id), (ids[1].as_str(), 2));
}

#[test]
fn a_group_whose_last_member_dies_is_empty() {
    let mut world = World::new();
    world.stable(1);
    world.pass(SESSION_MS);
    assert_eq!(world.state(), "Empty");
    world.restart();
    assert_eq!(world.state(), "Empty");
    let described = world.coordinator.describe("g");
    assert_eq!((&*described.protocol_type, described.error_code), ("consumer", 0));
}

#[test]
fn after_a_restart_members_go_on() {
    let mut world = World::new();
    let ids = world.stable(2);
    let before = world.coordinator.describe("g");
    world.pass(SESSION_MS - 1);
    world.restart();
    assert_eq!(world.coordinator.describe("g"), before);
    world.pass(SESSION_MS - 1);
    assert_eq!(world.heartbeat(&ids[0], 1), ErrorCode::None);
    world.pass(1);
    assert_eq!(world.members(), [ids[0].clone()]);
}
