//! Static members (KIP-345).

use wire::ErrorCode;
use wire::messages::JoinGroupRequest;

use super::world::{DELAY_MS, SESSION_MS, World, join, static_join};

/// A stable group of a static leader and a static follower; their member ids.
fn stable(world: &mut World) -> Vec<String> {
    let tickets = ["i", "j"].map(|id| world.join(9, &static_join(id, &["range"])));
    world.pass(2 * DELAY_MS);
    let joins = tickets.map(|ticket| world.joined(ticket));
    let ids: Vec<String> = joins.iter().map(|joined| joined.0.member_id.to_string()).collect();
    assert!(ids[0].starts_with("i-"), "{ids:?}");
    world.sync_all(&ids, 1);
    ids
}

#[test]
fn it_comes_back_with_a_new_id_and_keeps_its_assignment() {
    let mut world = World::new();
    let ids = stable(&mut world);
    let written = world.log.len();
    let back = world.joined_now(9, &static_join("j", &["range"]));
    assert_eq!((back.error(), back.0.generation_id), (ErrorCode::None, 1));
    assert_ne!(back.0.member_id, ids[1]);
    assert!(!back.0.skip_assignment);
    assert_eq!(world.state(), "Stable");
    assert_eq!(world.log.len(), written + 1, "the new id is in the log");
    let ticket = world.sync(&back.0.member_id, 1, &[]);
    assert_eq!(&*world.synced(ticket).assignment, ids[1].as_bytes());
    assert_eq!(world.heartbeat(&ids[1], 1), ErrorCode::UnknownMemberId);
    world.restart();
    assert!(world.members().contains(&back.0.member_id.to_string()));
}

#[test]
fn the_old_id_is_fenced() {
    let mut world = World::new();
    let ids = stable(&mut world);
    world.joined_now(9, &static_join("j", &["range"]));
    let old = JoinGroupRequest { group_instance_id: Some("j".into()), ..join(&ids[1], &["range"]) };
    assert_eq!(world.joined_now(9, &old).error(), ErrorCode::FencedInstanceId);
    let unknown = JoinGroupRequest { group_instance_id: Some("k".into()), ..old };
    assert_eq!(world.joined_now(9, &unknown).error(), ErrorCode::UnknownMemberId);
}

#[test]
fn a_leader_that_comes_back_does_not_assign() {
    let mut world = World::new();
    stable(&mut world);
    let back = world.joined_now(9, &static_join("i", &["range"]));
    assert_eq!(back.0.leader, back.0.member_id);
    assert!(back.0.skip_assignment);
    assert_eq!(back.0.members.len(), 2);
    // An older client is kept from it by not knowing itself as the leader.
    let again = world.joined_now(8, &static_join("i", &["range"]));
    assert_eq!(again.0.leader, back.0.member_id);
    assert_ne!(again.0.leader, again.0.member_id);
    assert_eq!((again.0.skip_assignment, again.0.members.len()), (false, 0));
}

#[test]
fn another_protocol_makes_a_rebalance() {
    let mut world = World::new();
    let tickets = ["i", "j"].map(|id| world.join(9, &static_join(id, &["range", "sticky"])));
    world.pass(2 * DELAY_MS);
    let ids: Vec<String> =
        tickets.map(|ticket| world.joined(ticket).0.member_id.into_owned()).to_vec();
    world.sync_all(&ids, 1);
    let back = world.join(9, &static_join("j", &["sticky"]));
    assert!(world.waits(back));
    assert_eq!(world.state(), "PreparingRebalance");
}

#[test]
fn all_that_it_says_is_taken_over() {
    let mut world = World::new();
    stable(&mut world);
    let short = JoinGroupRequest { session_timeout_ms: 6_000, ..static_join("j", &["range"]) };
    let back = world.joined_now(9, &short);
    world.pass(6_000);
    assert!(!world.members().contains(&back.0.member_id.into_owned()));
    assert_eq!(world.members().len(), 1);
}

#[test]
fn two_of_one_instance_take_turns() {
    let mut world = World::new();
    let first = world.join(9, &static_join("i", &["range"]));
    let second = world.join(9, &static_join("i", &["range"]));
    assert_eq!(world.joined(first).error(), ErrorCode::FencedInstanceId);
    world.pass(2 * DELAY_MS);
    assert_eq!(world.joined(second).0.members.len(), 1);
}

#[test]
fn absence_in_a_rebalance_is_forgiven_until_the_session_ends() {
    let mut world = World::new();
    let ids = stable(&mut world);
    // The leader wants a rebalance; the follower is away for a moment.
    let request = JoinGroupRequest {
        group_instance_id: Some("i".into()),
        rebalance_timeout_ms: 5_000,
        ..join(&ids[0], &["range"])
    };
    let leader = world.join(9, &request);
    assert!(world.waits(leader));
    world.pass(SESSION_MS);
    let leader = world.joined(leader);
    assert_eq!((leader.error(), leader.0.members.len()), (ErrorCode::None, 1));
}
