//! JoinGroup and what a rebalance waits for.

use wire::ErrorCode;
use wire::messages::JoinGroupRequest;

use super::world::{DELAY_MS, REBALANCE_MS, SESSION_MS, World, join};

#[test]
fn a_join_that_breaks_a_rule_makes_no_group() {
    let mut world = World::new();
    let cases = [
        (
            JoinGroupRequest { group_id: "".into(), ..join("", &["range"]) },
            ErrorCode::InvalidGroupId,
        ),
        (
            JoinGroupRequest { session_timeout_ms: 5_999, ..join("", &["range"]) },
            ErrorCode::InvalidSessionTimeout,
        ),
        (
            JoinGroupRequest { session_timeout_ms: 1_800_001, ..join("", &["range"]) },
            ErrorCode::InvalidSessionTimeout,
        ),
        (join("unknown", &["range"]), ErrorCode::UnknownMemberId),
        (join("", &[]), ErrorCode::InconsistentGroupProtocol),
        (
            JoinGroupRequest { protocol_type: "".into(), ..join("", &["range"]) },
            ErrorCode::InconsistentGroupProtocol,
        ),
    ];
    for (request, error) in cases {
        assert_eq!(world.joined_now(9, &request).error(), error, "{request:?}");
        assert_eq!(world.coordinator.groups_count(), 0);
    }
    assert!(world.log.is_empty());
}

#[test]
fn a_dynamic_member_gets_its_id_first() {
    let mut world = World::new();
    let id = world.member_id();
    assert!(id.starts_with("c-00000000-0000-0000-0000-"), "{id}");
    assert_eq!(id.len(), "c-".len() + 36);
    // Before v4 it joins without one.
    let ticket = world.join(3, &join("", &["range"]));
    let known = world.join(4, &join(&id, &["range"]));
    world.pass(2 * DELAY_MS);
    assert_eq!(world.joined(ticket).error(), ErrorCode::None);
    let joined = world.joined(known);
    assert_eq!((joined.error(), joined.0.member_id), (ErrorCode::None, id.into()));
}

#[test]
fn an_id_that_never_joins_is_forgotten() {
    let mut world = World::new();
    let other = world.member_id();
    let id = world.member_id();
    let ticket = world.join(4, &join(&id, &["range"]));
    // The group waits for the other one, whose session ends at last.
    world.pass(SESSION_MS - 1);
    assert!(!world.waits(ticket), "the initial delay ends without it");
    assert_eq!(world.joined(ticket).error(), ErrorCode::None);
    world.pass(1);
    let late = world.joined_now(4, &join(&other, &["range"]));
    assert_eq!(late.error(), ErrorCode::UnknownMemberId);
}

#[test]
fn the_first_rebalance_waits_for_more_members() {
    let mut world = World::new();
    let first = world.join(3, &join("", &["range"]));
    world.pass(DELAY_MS - 1);
    let second = world.join(3, &join("", &["range"]));
    world.pass(1);
    // Somebody came: the wait starts again.
    assert!(world.waits(first));
    world.pass(DELAY_MS - 1);
    assert!(world.waits(first));
    world.pass(1);
    let (first, second) = (world.joined(first), world.joined(second));
    assert_eq!((first.0.generation_id, second.0.generation_id), (1, 1));
    assert_eq!((first.0.members.len(), second.0.members.len()), (2, 0));
    assert_eq!(first.0.leader, first.0.member_id);
    assert_eq!(first.0.protocol_name.as_deref(), Some("range"));
    assert_eq!(world.state(), "CompletingRebalance");
}

#[test]
fn the_wait_ends_with_the_rebalance_timeout() {
    let mut world = World::new();
    let request = JoinGroupRequest { rebalance_timeout_ms: 7_000, ..join("", &["range"]) };
    let first = world.join(3, &request);
    for _ in 0..6 {
        world.pass(1_000);
        world.join(3, &request);
    }
    assert!(world.waits(first));
    world.pass(1_000);
    assert!(!world.waits(first));
}

#[test]
fn version_0_takes_the_session_timeout_for_the_rebalance() {
    let mut world = World::new();
    let ids = world.stable(1);
    // v0 decodes to -1.
    let request = JoinGroupRequest { rebalance_timeout_ms: -1, ..join(&ids[0], &["range"]) };
    world.join(0, &request);
    world.replies.clear();
    world.sync_all(&ids, 2);
    let second =
        world.join(0, &JoinGroupRequest { rebalance_timeout_ms: -1, ..join("", &["range"]) });
    assert_eq!(world.heartbeat(&ids[0], 2), ErrorCode::RebalanceInProgress);
    world.pass(SESSION_MS - 1);
    assert!(world.waits(second));
    world.pass(1);
    assert_eq!(world.joined(second).0.members.len(), 1);
}

#[test]
fn all_agree_on_type_and_protocol() {
    let mut world = World::new();
    let one = world.join(3, &join("", &["range", "sticky"]));
    let other_type = JoinGroupRequest { protocol_type: "connect".into(), ..join("", &["range"]) };
    let refused = world.joined_now(3, &other_type);
    assert_eq!(refused.error(), ErrorCode::InconsistentGroupProtocol);
    let refused = world.joined_now(3, &join("", &["roundrobin"]));
    assert_eq!(refused.error(), ErrorCode::InconsistentGroupProtocol);
    world.join(3, &join("", &["sticky"]));
    world.pass(2 * DELAY_MS);
    assert_eq!(world.joined(one).0.protocol_name.as_deref(), Some("sticky"));
}

#[test]
fn the_protocol_most_like_best_is_chosen() {
    let mut world = World::new();
    let one = world.join(3, &join("", &["a", "b"]));
    world.join(3, &join("", &["b", "a"]));
    world.join(3, &join("", &["b", "a"]));
    world.pass(REBALANCE_MS);
    assert_eq!(world.joined(one).0.protocol_name.as_deref(), Some("b"));
}

#[test]
fn the_group_has_a_size() {
    let mut world = World::new();
    world.settings.max_size = 2;
    let ids = world.stable(2);
    let refused = world.joined_now(9, &join("", &["range"]));
    assert_eq!(refused.error(), ErrorCode::GroupMaxSizeReached);
    assert_eq!(refused.0.member_id, "");
    // While it rebalances, whoever joins first stays.
    let leader = world.join(9, &join(&ids[0], &["range"]));
    let new = world.joined_now(9, &join("", &["range"]));
    assert_eq!(new.error(), ErrorCode::MemberIdRequired);
    let new = world.join(9, &join(&new.0.member_id, &["range"]));
    let late = world.joined_now(9, &join(&ids[1], &["range"]));
    assert_eq!(late.error(), ErrorCode::GroupMaxSizeReached);
    assert_eq!(world.joined(leader).error(), ErrorCode::None);
    assert_eq!(world.joined(new).error(), ErrorCode::None);
}

#[test]
fn a_stable_group_rebalances_for_a_leader_or_for_news() {
    let mut world = World::new();
    let ids = world.stable(2);
    // A follower that says what it said before gets what it had.
    let same = world.joined_now(9, &join(&ids[1], &["range"]));
    assert_eq!((same.0.generation_id, same.0.members.len()), (1, 0));
    assert_eq!(world.state(), "Stable");
    // Another protocol is news.
    let changed = world.join(9, &join(&ids[1], &["range", "sticky"]));
    assert_eq!(world.state(), "PreparingRebalance");
    assert_eq!(world.heartbeat(&ids[0], 1), ErrorCode::RebalanceInProgress);
    let leader = world.join(9, &join(&ids[0], &["range"]));
    assert_eq!(world.joined(changed).0.generation_id, 2);
    assert_eq!(world.joined(leader).0.members.len(), 2);
    // An answer that was lost is given again.
    let again = world.joined_now(9, &join(&ids[0], &["range"]));
    assert_eq!((again.0.generation_id, again.0.members.len()), (2, 2));
    world.sync_all(&ids, 2);
    let leader = world.join(9, &join(&ids[0], &["range"]));
    assert!(world.waits(leader));
    assert_eq!(world.state(), "PreparingRebalance");
}

#[test]
fn who_does_not_rejoin_in_time_is_out() {
    let mut world = World::new();
    let ids = world.stable(3);
    let back = world.join(9, &join(&ids[1], &["range", "sticky"]));
    for _ in 0..(REBALANCE_MS / 5_000 - 1) {
        world.pass(5_000);
        for id in [&ids[0], &ids[2]] {
            assert_eq!(world.heartbeat(id, 1), ErrorCode::RebalanceInProgress);
        }
        assert!(world.waits(back));
    }
    world.pass(5_000);
    let back = world.joined(back);
    // The old leader is gone with the rest: another one leads.
    assert_eq!((back.0.leader.as_ref(), back.0.members.len()), (ids[1].as_str(), 1));
    assert_eq!(world.heartbeat(&ids[0], 2), ErrorCode::UnknownMemberId);
}

#[test]
fn a_join_that_is_sent_again_answers_the_first() {
    let mut world = World::new();
    let id = world.member_id();
    let first = world.join(9, &join(&id, &["range"]));
    let second = world.join(9, &join(&id, &["range"]));
    assert_eq!(world.joined(first).error(), ErrorCode::RebalanceInProgress);
    world.pass(2 * DELAY_MS);
    assert_eq!(world.joined(second).0.members.len(), 1);
}
