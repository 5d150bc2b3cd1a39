//! Members of the classic protocol in a consumer group.

use wire::ErrorCode;
use wire::messages::join_group_request::JoinGroupRequestProtocol;
use wire::messages::{HeartbeatRequest, JoinGroupRequest, SyncGroupRequest};

use super::rolling::{beats, joins, owned};
use super::world::{REBALANCE_MS, SESSION_MS, World, code, join, static_join, sync};
use crate::configs::MigrationPolicy;
use crate::groups::{Reply, Request};

impl World {
    /// A member id as a consumer group gives it out.
    pub fn member_id_in_mixed(&mut self) -> String {
        let joined = self.joined_now(4, &join("", &["range"]));
        assert_eq!(joined.error(), ErrorCode::MemberIdRequired);
        joined.0.member_id.into_owned()
    }
}

/// A classic member with all partitions, and a consumer that waits for its share.
fn mixed() -> (World, String) {
    let mut world = World::new();
    let ids = world.classic(&[&[0, 1, 2]]);
    world.beat_ok(&joins("new"));
    (world, ids.into_iter().next().unwrap())
}

/// As a cooperative consumer says it: version 1, with what it owns.
fn cooperative(member_id: &str, owned: &[i32]) -> JoinGroupRequest<'static> {
    let mut metadata = b"\0\x01\0\0\0\x01\0\x01a\xff\xff\xff\xff\0\0\0\x01\0\x01a".to_vec();
    metadata.extend((owned.len() as i32).to_be_bytes());
    owned.iter().for_each(|partition| metadata.extend(partition.to_be_bytes()));
    let mut request = join(member_id, &["range"]);
    request.protocols[0].metadata = metadata.into();
    request
}

#[test]
fn a_cooperative_member_gives_up_before_another_takes() {
    let (mut world, id) = mixed();
    assert_eq!(world.heartbeat(&id, 1), ErrorCode::RebalanceInProgress);
    // It owns all: it is told to keep its share, in the epoch it has, and to join again.
    let (generation, kept) = world.rejoin(&cooperative(&id, &[0, 1, 2]));
    assert_eq!((generation, kept.len()), (1, 2));
    let told = world.beat_ok(&beats("new", 2, &[]));
    assert_eq!(owned(&told), None, "not before it is given up");
    assert_eq!(world.heartbeat(&id, 1), ErrorCode::RebalanceInProgress);
    let (generation, still) = world.rejoin(&cooperative(&id, &kept));
    assert_eq!((generation, &still), (2, &kept));
    assert_eq!(world.heartbeat(&id, 2), ErrorCode::None);
    let told = world.beat_ok(&beats("new", 2, &[]));
    assert_eq!(owned(&told).unwrap().len(), 1);
    assert_eq!(world.shape(), ("Stable".to_owned(), 1, 1));
}

#[test]
fn a_member_that_waits_is_told_when_partitions_are_free() {
    let mut world = World::new();
    world.beat_ok(&joins("old"));
    let id = world.member_id_in_mixed();
    world.pass(1_000);
    let request = join(&id, &["range"]);
    let (generation, share) = world.rejoin(&request);
    assert_eq!(share.len(), 0);
    assert_eq!(world.heartbeat(&id, generation), ErrorCode::None, "the other holds them");
    let told = world.beat_ok(&beats("old", 1, &[0, 1, 2]));
    assert_eq!(world.heartbeat(&id, generation), ErrorCode::None, "it was only told");
    world.beat_ok(&beats("old", told.member_epoch, &owned(&told).unwrap()));
    assert_eq!(world.heartbeat(&id, generation), ErrorCode::RebalanceInProgress);
    let (again, share) = world.rejoin(&request);
    assert_eq!((again, share.len()), (generation, 1));
    assert_eq!(world.shape(), ("Stable".to_owned(), 1, 1));
}

#[test]
fn joins_that_cannot_be_are_refused() {
    let (mut world, id) = mixed();
    let before = world.log.len();
    let refused = |world: &mut World, request: &JoinGroupRequest<'_>| {
        let joined = world.joined_now(9, request);
        assert_eq!(joined.0.member_id, request.member_id);
        assert_eq!(joined.0.generation_id, -1);
        joined.error()
    };
    let wrong = ErrorCode::InconsistentGroupProtocol;
    assert_eq!(refused(&mut world, &join("", &["sticky"])), wrong, "the other has range alone");
    assert_eq!(refused(&mut world, &join("", &[])), wrong);
    let connect = JoinGroupRequest { protocol_type: "connect".into(), ..join("", &["range"]) };
    assert_eq!(refused(&mut world, &connect), wrong);
    let malformed = JoinGroupRequest {
        protocols: vec![JoinGroupRequestProtocol {
            name: "range".into(),
            metadata: b"\0\0\0".as_slice().into(),
        }],
        ..join("made-up", &["range"])
    };
    assert_eq!(refused(&mut world, &malformed), ErrorCode::UnknownServerError);
    let nobody = JoinGroupRequest { member_id: "who".into(), ..static_join("i", &["range"]) };
    assert_eq!(refused(&mut world, &nobody), ErrorCode::UnknownMemberId);
    world.settings.consumer_max_size = 2;
    assert_eq!(refused(&mut world, &join("x", &["range"])), ErrorCode::GroupMaxSizeReached);
    world.settings.consumer_migration = MigrationPolicy::Disabled;
    assert_eq!(refused(&mut world, &join(&id, &["range"])), wrong);
    assert_eq!(world.log.len(), before, "nothing has changed");
}

#[test]
fn a_member_id_that_was_given_out_is_not_kept() {
    let (mut world, _) = mixed();
    let before = world.log.len();
    world.member_id_in_mixed();
    assert_eq!(world.log.len(), before);
    // Old clients join without one, and whoever names one is a member.
    let joined = world.joined_now(0, &join("", &["range"])).0;
    assert_eq!((joined.error_code, joined.member_id.is_empty()), (0, false));
    world.pass(1_000);
    assert!(world.rejoin(&join("own-id", &["range"])).0 > joined.generation_id);
    assert_eq!(world.shape().1, 3);
}

#[test]
fn requests_of_the_classic_protocol_are_checked() {
    let (mut world, id) = mixed();
    let unknown = ErrorCode::UnknownMemberId;
    assert_eq!(world.heartbeat("who", 1), unknown);
    assert_eq!(world.heartbeat("new", 2), unknown, "it speaks the other protocol");
    assert_eq!(world.heartbeat(&id, 2), ErrorCode::IllegalGeneration);
    let (generation, _) = world.rejoin(&join(&id, &["range"]));
    let request = sync(&id, generation, &[]);
    assert_eq!(world.sync_error(&request), ErrorCode::None);
    assert_eq!(world.sync_error(&sync("new", generation, &[])), unknown);
    assert_eq!(world.sync_error(&sync("who", generation, &[])), unknown);
    assert_eq!(world.sync_error(&sync(&id, 1, &[])), ErrorCode::IllegalGeneration);
    let changes: [&dyn Fn(&mut SyncGroupRequest<'_>); 3] = [
        &|request| request.protocol_name = Some("sticky".into()),
        &|request| request.protocol_type = Some("connect".into()),
        &|request| request.protocol_name = None,
    ];
    for change in changes {
        let mut request = request.clone();
        change(&mut request);
        assert_eq!(world.sync_error(&request), ErrorCode::InconsistentGroupProtocol);
    }
    world.pass(1_000);
    world.beat_ok(&joins("third"));
    assert_eq!(world.sync_error(&request), ErrorCode::RebalanceInProgress);
}

#[test]
fn a_fenced_instance_is_told() {
    let mut world = World::new();
    let ids = world.classic_statics(&[("i", &[0, 1]), ("j", &[2])]);
    world.beat_ok(&joins("new"));
    world.rejoin(&static_join("i", &["range"]));
    let request = HeartbeatRequest {
        group_id: "g".into(),
        generation_id: 1,
        member_id: ids[0].clone().into(),
        group_instance_id: Some("i".into()),
    };
    let ticket = world.ask(4, Request::Heartbeat(&request));
    let Some(Reply::Heartbeat(told)) = world.replies.remove(&ticket) else { panic!() };
    assert_eq!(code(told.error_code), ErrorCode::FencedInstanceId);
    let left = world.leave(4, &[(&ids[0], Some("i")), ("", Some("j")), ("", Some("k"))]);
    let codes: Vec<_> = left.members.iter().map(|one| code(one.error_code)).collect();
    let wanted = [ErrorCode::FencedInstanceId, ErrorCode::None, ErrorCode::UnknownMemberId];
    assert_eq!(codes, wanted);
    assert_eq!(world.shape().1, 1, "an admin has taken out j");
}

#[test]
fn members_leave_in_every_version() {
    for version in [0, 2, 3, 5] {
        let mut world = World::new();
        let ids = world.classic(&[&[0, 1], &[2]]);
        world.beat_ok(&joins("new"));
        let left = world.leave(version, &[(&ids[0], None)]);
        assert_eq!(left.error_code, 0, "v{version}");
        let again = world.leave(version, &[(&ids[0], None)]);
        let error = match version {
            0 | 2 => again.error_code,
            _ => again.members[0].error_code,
        };
        assert_eq!(code(error), ErrorCode::UnknownMemberId);
        assert_eq!((world.shape().1, world.shape().2), (1, 1));
        world.check_replay();
    }
}

#[test]
fn a_member_that_is_told_to_join_has_the_time_of_a_rebalance() {
    let (mut world, id) = mixed();
    let step_ms = SESSION_MS / 2;
    for _ in 0..REBALANCE_MS / step_ms {
        assert_eq!(world.heartbeat(&id, 1), ErrorCode::RebalanceInProgress);
        world.beat_ok(&beats("new", 2, &[]));
        world.pass(step_ms - 1);
    }
    assert_eq!(world.shape().1, 1, "heartbeats keep it so long");
    world.pass(REBALANCE_MS / step_ms);
    assert_eq!(world.shape().1, 0);
    assert_eq!(world.heartbeat(&id, 1), ErrorCode::UnknownMemberId);
    world.check_replay();
}

#[test]
fn a_member_that_does_not_sync_is_out_and_one_that_does_stays() {
    for syncs in [false, true] {
        let (mut world, id) = mixed();
        let joined = world.joined_now(9, &join(&id, &["range"])).0;
        if syncs {
            let ticket = world.sync(&id, joined.generation_id, &[]);
            assert_eq!(world.synced(ticket).error_code, 0);
        }
        for _ in 0..=REBALANCE_MS / (SESSION_MS / 2) {
            world.heartbeat(&id, joined.generation_id);
            world.beat_ok(&beats("new", 2, &[]));
            world.pass(SESSION_MS / 2);
        }
        assert_eq!(world.shape().1, usize::from(syncs));
    }
}

#[test]
fn a_members_own_session_counts() {
    let (mut world, id) = mixed();
    let (generation, _) = world.rejoin(&join(&id, &["range"]));
    world.pass(SESSION_MS - 1);
    assert_eq!(world.heartbeat(&id, generation), ErrorCode::None);
    world.pass(SESSION_MS - 1);
    assert_eq!(world.shape().1, 1);
    // After a start it has its session's time anew.
    world.restart();
    world.pass(SESSION_MS - 1);
    assert_eq!(world.heartbeat(&id, generation), ErrorCode::None);
    world.restart();
    world.pass(SESSION_MS);
    assert_eq!(world.shape().1, 0);
    world.check_replay();
}

#[test]
fn a_member_may_change_its_protocol_and_keep_its_id() {
    let (mut world, id) = mixed();
    assert_eq!(world.heartbeat(&id, 1), ErrorCode::RebalanceInProgress);
    let mut told = world.beat_ok(&joins(&id));
    assert_eq!(world.shape().2, 2);
    assert_eq!(world.heartbeat(&id, told.member_epoch), ErrorCode::UnknownMemberId);
    // What it was asked for as a classic member is not asked of it any more.
    for _ in 0..=REBALANCE_MS / 20_000 {
        world.pass(20_000);
        world.beat_ok(&beats("new", 2, &[]));
        told = world.beat_ok(&beats(&id, told.member_epoch, &owned(&told).unwrap_or_default()));
    }
    assert_eq!(world.shape().2, 2);
}

#[test]
fn offsets_are_committed_by_generation_and_by_epoch() {
    let (mut world, id) = mixed();
    assert_eq!(world.commit(&id, 1, 5), ErrorCode::None);
    assert_eq!(world.commit(&id, 2, 6), ErrorCode::IllegalGeneration);
    assert_eq!(world.commit("new", 2, 7), ErrorCode::None);
    assert_eq!(world.commit("new", 3, 7), ErrorCode::StaleMemberEpoch);
    assert_eq!(world.commit("", -1, 8), ErrorCode::UnknownMemberId, "the group has members");
    let old = super::world::commit("new", 2, 7);
    assert_eq!(world.commit_request(8, &old), [ErrorCode::UnsupportedVersion]);
    let old = super::world::commit(&id, 1, 9);
    assert_eq!(world.commit_request(8, &old), [ErrorCode::None], "an old client, classic");
    let (generation, _) = world.rejoin(&join(&id, &["range"]));
    assert_eq!(generation, 2);
    assert_eq!(world.commit(&id, 2, 10), ErrorCode::None);
    world.beat_ok(&beats("new", -1, &[]));
    assert_eq!(world.commit(&id, 2, 11), ErrorCode::None, "the group is classic again");
    world.check_replay();
}

#[test]
fn new_partitions_reach_a_group_of_classic_members_alone() {
    let (mut world, id) = mixed();
    world.settings.consumer_migration = MigrationPolicy::Upgrade;
    world.beat_ok(&beats("new", -1, &[]));
    world.pass(1_000);
    assert_eq!(world.heartbeat(&id, 1), ErrorCode::RebalanceInProgress);
    let (generation, share) = world.rejoin(&join(&id, &["range"]));
    assert_eq!(share, [0, 1, 2]);
    world.add_partition("a", 3);
    world.pass(1_000);
    assert_eq!(world.heartbeat(&id, generation), ErrorCode::RebalanceInProgress);
    assert_eq!(world.rejoin(&join(&id, &["range"])).1, [0, 1, 2, 3]);
}
