//! Groups with members that change their protocol.

use wire::ErrorCode;
use wire::messages::{ConsumerGroupHeartbeatRequest, JoinGroupRequest, SyncGroupRequest};

use super::rolling::{assigned, beats, joins, owned, partitions};
use super::world::{DELAY_MS, REBALANCE_MS, SESSION_MS, World, code, join, static_join, sync};
use crate::configs::MigrationPolicy;
use crate::groups::Request;
use crate::groups::records::GroupRecord;

const CONSUMER_SESSION_MS: u64 = 45_000;

/// The kinds of records, negative for tombstones.
fn kinds(records: &[GroupRecord]) -> Vec<i16> {
    let kind = |record: &GroupRecord| {
        let kind = i16::from_be_bytes([record.key[0], record.key[1]]);
        if record.value.is_some() { kind } else { -kind }
    };
    records.iter().map(kind).collect()
}

#[test]
fn a_first_consumer_takes_the_group_over() {
    let mut world = World::new();
    let ids = world.classic(&[&[0, 1], &[2]]);
    let written = world.log.len();
    let told = world.beat_ok(&joins("new"));
    assert_eq!(told.member_epoch, 2, "one more than the generation");
    assert_eq!(owned(&told), Some(vec![]), "all partitions are with the others");
    // As Kafka writes them: the classic group goes, the consumer group as it was, the new member.
    assert_eq!(kinds(&world.log[written..])[..9], [-2, 5, 5, 3, 7, 7, 6, 8, 8]);
    assert_eq!(kinds(&world.log[written + 9..])[..2], [5, 3]);
    assert_eq!(world.shape(), ("Reconciling".to_owned(), 2, 1));
    assert_eq!(world.group_type(), "consumer");
    let described = world.described();
    let one = described.members.iter().find(|one| one.member_id == ids[0]).unwrap();
    assert_eq!((one.member_epoch, one.member_type), (1, 0));
    assert_eq!((&*one.client_id, &*one.client_host), ("c", "/127.0.0.1"));
    assert_eq!(one.subscribed_topic_names, ["a"]);
    assert_eq!(one.assignment.topic_partitions[0].partitions, [0, 1]);
    let classic = world.coordinator.describe("g");
    assert_eq!(classic.error_code, ErrorCode::GroupIdNotFound as i16);
    assert_eq!(classic.error_message.as_deref(), Some("Group g is not a classic group."));
}

#[test]
fn members_are_rolled_to_consumers_and_back() {
    let mut world = World::new();
    let ids = world.classic(&[&[0, 1], &[2]]);
    let told = world.beat_ok(&joins("new"));
    // The others are told, give up what they have to, and take what is theirs.
    assert_eq!(world.heartbeat(&ids[0], 1), ErrorCode::RebalanceInProgress);
    let (generation, share) = world.rejoin(&join(&ids[0], &["range"]));
    assert_eq!((generation, share.len()), (2, 1));
    assert_eq!(world.heartbeat(&ids[0], 2), ErrorCode::None);
    let (_, second) = world.rejoin(&join(&ids[1], &["range"]));
    assert_eq!(second, [2]);
    let told = world.beat_ok(&beats("new", told.member_epoch, &[]));
    assert_eq!(owned(&told).unwrap().len(), 1, "what was given up is its own");
    assert_eq!(world.shape(), ("Stable".to_owned(), 2, 1));

    for id in &ids {
        let left = world.leave(4, &[(id, None)]);
        assert_eq!((left.error_code, left.members[0].error_code), (0, 0));
    }
    world.pass(1_000);
    let told = world.beat_ok(&beats("new", told.member_epoch, &owned(&told).unwrap()));
    assert_eq!(owned(&told), Some(vec![0, 1, 2]));
    assert_eq!(world.shape(), ("Stable".to_owned(), 0, 1));
    let epoch = told.member_epoch;

    // Back: a classic member joins, and is alone when the last consumer has left.
    let request = join(&world.member_id_in_mixed(), &["range"]);
    world.pass(1_000);
    let (generation, share) = world.rejoin(&request);
    assert_eq!(share, [0i32; 0], "all are still with the other");
    let written = world.log.len();
    world.beat_ok(&beats("new", -1, &[]));
    assert_eq!(world.group_type(), "classic");
    assert_eq!(kinds(&world.log[written..]), [-8, -8, -7, -7, -6, -5, -5, -3, 2]);
    assert_eq!(world.state(), "PreparingRebalance");
    assert!(generation > epoch);
    assert_eq!(world.heartbeat(&request.member_id, generation), ErrorCode::RebalanceInProgress);
    let joined = world.joined_now(9, &request).0;
    assert_eq!(joined.generation_id, generation + 1, "{joined:?}");
    assert_eq!(joined.leader, request.member_id);
    world.check_replay();
}

#[test]
fn what_cannot_be_a_consumer_group_stays_classic() {
    let refused = |world: &mut World, why: &str| {
        let (before, described) = (world.log.len(), world.coordinator.describe("g"));
        let told = world.beat(&joins("new"));
        assert_eq!(code(told.error_code), ErrorCode::GroupIdNotFound);
        let message = told.error_message.unwrap().into_owned();
        assert!(message.contains("Cannot upgrade classic group g") && message.contains(why));
        assert_eq!(world.log.len(), before, "nothing is written");
        assert_eq!(world.coordinator.describe("g"), described);
    };
    let mut world = World::new();
    let ids = world.classic(&[&[0], &[1]]);
    for policy in [MigrationPolicy::Disabled, MigrationPolicy::Downgrade] {
        world.settings.consumer_migration = policy;
        refused(&mut world, "online upgrade is disabled.");
    }
    world.settings.consumer_migration = MigrationPolicy::Upgrade;
    world.settings.consumer_max_size = 1;
    refused(&mut world, "the group size exceeds");
    world.settings.consumer_max_size = 2;
    assert_eq!(code(world.beat(&joins("new")).error_code), ErrorCode::GroupMaxSizeReached);
    assert_eq!(world.group_type(), "classic");
    assert_eq!(world.heartbeat(&ids[0], 1), ErrorCode::None, "the members go on");

    let mut world = World::new();
    world.stable(1);
    refused(&mut world, "the embedded consumer protocol is malformed.");
    let mut world = World::new();
    world.classic(&[&[0, 1], &[1, 2]]);
    refused(&mut world, "custom assignor");
    let mut world = World::new();
    let request = JoinGroupRequest { protocol_type: "connect".into(), ..join("", &["range"]) };
    world.join(3, &request);
    refused(&mut world, "does not use the consumer embedded protocol.");
    let told = world.beat(&beats("new", 3, &[]));
    assert_eq!(told.error_message.as_deref(), Some("Group g is not a consumer group."));
}

#[test]
fn what_fits_no_batch_is_not_changed() {
    // Two protocols of each member: the classic group's record has only the one that is chosen.
    let mut world = World::new();
    let big = || {
        let mut subscription = super::world::subscription("a");
        subscription.truncate(subscription.len() - 4);
        subscription.extend(300_000_i32.to_be_bytes());
        subscription.resize(subscription.len() + 300_000, 7);
        subscription
    };
    let ids = [world.member_id(), world.member_id()];
    let tickets = [&ids[0], &ids[1]].map(|id| {
        let mut request = join(id, &["range", "sticky"]);
        request.protocols.iter_mut().for_each(|one| one.metadata = big().into());
        world.join(9, &request)
    });
    world.pass(2 * DELAY_MS);
    let joined = tickets.map(|ticket| world.joined(ticket).0);
    let leader = joined.iter().find(|one| one.leader == one.member_id).unwrap();
    world.sync(&leader.member_id, 1, &[]);
    assert_eq!(world.state(), "Stable");
    let written = world.log.len();
    assert_eq!(code(world.beat(&joins("new")).error_code), ErrorCode::UnknownServerError);
    assert_eq!((world.group_type(), world.log.len()), ("classic".to_owned(), written));
    assert_eq!(world.heartbeat(&ids[0], 1), ErrorCode::None);
    world.check_replay();
}

#[test]
fn an_assignor_of_the_clients_own_is_in_the_way() {
    let mut world = World::new();
    let id = world.member_id();
    let ticket = world.join(9, &join(&id, &["range"]));
    world.pass(2 * DELAY_MS);
    let generation = world.joined(ticket).0.generation_id;
    let mut bytes = assigned(&[0]);
    bytes.truncate(bytes.len() - 4);
    bytes.extend([0, 0, 0, 1, 7]);
    let mut request = sync(&id, generation, &[(&id, "")]);
    request.assignments[0].assignment = bytes.into();
    world.ask(5, Request::SyncGroup(&request));
    let told = world.beat(&joins("new"));
    assert!(told.error_message.unwrap().contains("an unsupported custom assignor is in use"));
}

#[test]
fn who_waits_for_the_classic_group_is_told_to_come_again() {
    // With a join before the first generation.
    let mut world = World::new();
    let id = world.member_id();
    let waiting = world.join(9, &join(&id, &["range"]));
    let told = world.beat_ok(&joins("new"));
    assert_eq!(owned(&told).unwrap().len(), 2, "the other one has its share");
    assert_eq!(world.joined(waiting).error(), ErrorCode::RebalanceInProgress);
    assert_eq!(world.rejoin(&join(&id, &["range"])).1.len(), 1);
    // With a sync that waits for the leader.
    let mut world = World::new();
    let ids = [world.member_id(), world.member_id()];
    let tickets = [&ids[0], &ids[1]].map(|id| world.join(9, &join(id, &["range"])));
    world.pass(2 * DELAY_MS);
    let joined = tickets.map(|ticket| world.joined(ticket).0);
    let follower = joined.iter().find(|one| one.leader != one.member_id).unwrap();
    let waiting = world.sync(&follower.member_id, 1, &[]);
    world.beat_ok(&joins("new"));
    assert_eq!(code(world.synced(waiting).error_code), ErrorCode::RebalanceInProgress);
    assert_eq!(world.coordinator.timers.len(), 1, "the members' timers are the group's one now");
}

#[test]
fn the_last_consumer_goes_in_any_way() {
    let settings = |world: &mut World| {
        let ids = world.classic(&[&[0, 1, 2]]);
        let told = world.beat_ok(&joins("new"));
        (ids[0].clone(), told)
    };
    // Its session ends.
    let mut world = World::new();
    let (id, _) = settings(&mut world);
    for _ in 0..CONSUMER_SESSION_MS / (SESSION_MS / 2) {
        world.pass(SESSION_MS / 2);
        if world.group_type() == "consumer" {
            let (generation, _) = world.rejoin(&join(&id, &["range"]));
            assert_eq!(generation, 2);
        }
    }
    assert_eq!(
        (world.group_type(), world.state()),
        ("classic".into(), "PreparingRebalance".into())
    );
    world.check_replay();
    // An admin takes it out.
    let mut world = World::new();
    settings(&mut world);
    assert_eq!(world.leave(4, &[("new", None)]).members[0].error_code, 0);
    assert_eq!(world.group_type(), "classic");
    world.check_replay();
    // It may not be: the group stays as it is, and goes on.
    for (policy, size) in [(MigrationPolicy::Upgrade, 9), (MigrationPolicy::Bidirectional, 0)] {
        let mut world = World::new();
        let (id, _) = settings(&mut world);
        world.settings.consumer_migration = policy;
        world.settings.max_size = size;
        world.beat_ok(&beats("new", -1, &[]));
        assert_eq!(world.shape(), ("Assigning".to_owned(), 1, 0));
        world.pass(1_000);
        assert_eq!(world.heartbeat(&id, 1), ErrorCode::RebalanceInProgress);
        assert_eq!(world.rejoin(&join(&id, &["range"])).1, [0, 1, 2]);
        assert_eq!(world.shape(), ("Stable".to_owned(), 1, 0));
    }
}

#[test]
fn a_classic_group_that_was_a_consumer_group_has_its_members_and_shares() {
    let mut world = World::new();
    let ids = world.classic(&[&[0, 1], &[2]]);
    world.beat_ok(&joins("new"));
    world.beat_ok(&beats("new", -1, &[]));
    let group = world.coordinator.describe("g");
    assert_eq!((&*group.group_state, &*group.protocol_type), ("PreparingRebalance", "consumer"));
    assert_eq!(world.members(), ids);
    // All join again, the leader assigns.
    let tickets: Vec<_> = ids.iter().map(|id| world.join(9, &join(id, &["range"]))).collect();
    for ticket in tickets {
        assert_eq!(world.joined(ticket).0.generation_id, 3);
    }
    // A start in between finds the same group, stable.
    world.restart();
    assert_eq!(world.state(), "Stable");
    let request = SyncGroupRequest { protocol_name: None, ..sync(&ids[1], 2, &[]) };
    let ticket = world.ask(4, Request::SyncGroup(&request));
    assert_eq!(partitions(&world.synced(ticket).assignment), [2]);
}

#[test]
fn static_members_are_replaced_across_protocols() {
    let mut world = World::new();
    let ids = world.classic_statics(&[("i", &[0, 1]), ("j", &[2])]);
    let name = |request: ConsumerGroupHeartbeatRequest<'static>, instance: &'static str| {
        ConsumerGroupHeartbeatRequest { instance_id: Some(instance.into()), ..request }
    };
    // A classic member does not say that it goes: its instance is taken over at once.
    let told = world.beat_ok(&name(joins("new-i"), "i"));
    assert_eq!(owned(&told), Some(vec![0, 1]), "what the old one had");
    assert_eq!(world.shape(), ("Stable".to_owned(), 1, 1));
    assert_eq!(world.heartbeat(&ids[0], 1), ErrorCode::UnknownMemberId);
    let told = world.beat_ok(&name(joins("new-j"), "j"));
    assert_eq!((owned(&told), world.shape().2), (Some(vec![2]), 2));
    // And back, again without a word: the last one makes the group classic, and all keep theirs.
    let (_, share) = world.rejoin(&static_join("i", &["range"]));
    assert_eq!((share, world.shape()), (vec![0, 1], ("Stable".to_owned(), 1, 1)));
    let ticket = world.ask_as("back", &static_join("j", &["range"]));
    let joined = world.joined(ticket).0;
    assert_eq!((joined.error_code, world.group_type()), (0, "classic".to_owned()));
    assert_eq!(world.state(), "Stable", "nobody has to join again");
    let request = sync(&joined.member_id, joined.generation_id, &[]);
    let ticket = world.ask(5, Request::SyncGroup(&request));
    assert_eq!(partitions(&world.synced(ticket).assignment), [2]);
    let described = world.coordinator.describe("g");
    let back = described.members.iter().find(|one| one.client_id == "back").unwrap();
    assert_eq!(back.group_instance_id.as_deref(), Some("j"));
    world.check_replay();
}

#[test]
fn a_static_member_that_reads_something_else_makes_a_rebalance() {
    let mut world = World::new();
    let ids = world.classic_statics(&[("i", &[0, 1]), ("j", &[2])]);
    let request = ConsumerGroupHeartbeatRequest { instance_id: Some("j".into()), ..joins("new-j") };
    world.beat_ok(&request);
    let mut back = static_join("j", &["range"]);
    back.protocols[0].metadata = super::world::subscription("b").into();
    let ticket = world.join(9, &back);
    assert!(world.waits(ticket), "for the other one");
    assert_eq!(
        (world.group_type(), world.state()),
        ("classic".into(), "PreparingRebalance".into())
    );
    let rejoin =
        JoinGroupRequest { member_id: ids[0].clone().into(), ..static_join("i", &["range"]) };
    let other = world.join(9, &rejoin);
    assert_eq!(world.joined(ticket).0.generation_id, world.joined(other).0.generation_id);
    world.check_replay();
}

#[test]
fn a_downgrade_that_nobody_follows_ends_in_an_empty_group() {
    let mut world = World::new();
    world.classic(&[&[0, 1, 2]]);
    world.beat_ok(&joins("new"));
    world.beat_ok(&beats("new", -1, &[]));
    world.pass(REBALANCE_MS);
    assert_eq!((world.group_type(), world.state()), ("classic".into(), "Empty".into()));
    world.check_replay();
}
