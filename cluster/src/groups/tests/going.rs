//! What is deleted, and what expires.

use wire::ErrorCode;
use wire::messages::offset_commit_request::OffsetCommitRequestPartition;
use wire::messages::{LeaveGroupRequest, OffsetCommitRequest};

use super::world::{World, commit};
use crate::groups::records::RECORD_OVERHEAD_BYTES;
use crate::groups::{GroupRecord, Request};
use crate::image::Partition;
use crate::limits::GROUP_STEP_BYTES_MAX;
use crate::records::{PartitionRecord, Record, TopicDeleted};

const MINUTE_MS: u64 = 60_000;
const WEEK_MS: u64 = 7 * 24 * 60 * MINUTE_MS;
const CHECK_MS: u64 = 10 * MINUTE_MS;

fn leave(world: &mut World, id: &str) {
    let request =
        LeaveGroupRequest { group_id: "g".into(), member_id: id.into(), members: Vec::new() };
    world.ask(0, Request::LeaveGroup(&request));
}

#[test]
fn an_empty_group_is_deleted_with_its_offsets() {
    let mut world = World::new();
    assert_eq!(world.delete_group(), ErrorCode::GroupIdNotFound);
    let ids = world.stable(1);
    world.commit(&ids[0], 1, 5);
    assert_eq!(world.delete_group(), ErrorCode::NonEmptyGroup);
    leave(&mut world, &ids[0]);
    assert_eq!(world.delete_group(), ErrorCode::None);
    assert_eq!(world.coordinator.groups_count(), 0);
    world.restart();
    assert_eq!((world.coordinator.groups_count(), world.coordinator.offsets_count()), (0, 0));
    assert_eq!(world.state(), "Dead");
}

/// Commits more offsets than one batch takes tombstones of.
fn commit_many(world: &mut World) -> usize {
    let topic_id = wire::Uuid([1; 16]);
    for partition in 3..12_000 {
        let record = PartitionRecord { topic_id, partition, state: Partition::new(vec![1]) };
        world.image.apply(&Record::PartitionCreated(record)).unwrap();
    }
    let mut request = commit("", -1, 1);
    let one = request.topics[0].partitions[0].clone();
    for from in (0..12_000).step_by(4_000) {
        let partition =
            |index| OffsetCommitRequestPartition { partition_index: index, ..one.clone() };
        request.topics[0].partitions = (from..from + 4_000).map(partition).collect();
        assert!(world.commit_request(9, &request).iter().all(|error| *error == ErrorCode::None));
    }
    world.coordinator.offsets_count()
}

#[test]
fn what_is_too_much_for_a_batch_is_deleted_in_slices() {
    for topics in [false, true] {
        let mut world = World::new();
        assert_eq!(commit_many(&mut world), 12_000);
        let written = world.log.len();
        let ticket = if topics {
            world.run(|coordinator, ctx| coordinator.topics_deleted(ctx, &["a"]));
            None
        } else {
            Some(world.ask(2, Request::DeleteGroup("g")))
        };
        let size = |record: &GroupRecord| record.key.len() + RECORD_OVERHEAD_BYTES / 2;
        let slice: usize = world.log[written..].iter().map(size).sum();
        assert!(slice <= GROUP_STEP_BYTES_MAX);
        assert!(world.coordinator.offsets_count() > 0);
        assert!(ticket.is_none_or(|ticket| world.waits(ticket)));
        assert_eq!(world.coordinator.next_deadline_ms(), Some(0));
        world.pass(0);
        assert!(ticket.is_none_or(|ticket| !world.waits(ticket)));
        assert_eq!(world.coordinator.groups_count(), 0);
        assert!(world.replayed().groups.is_empty());
    }
}

#[test]
fn deleted_topics_take_their_offsets_along() {
    let mut world = World::new();
    let mut request = commit("", -1, 1);
    world.commit_request(9, &request);
    request.topics[0].name = "b".into();
    world.commit_request(9, &request);
    world.run(|coordinator, ctx| coordinator.topics_deleted(ctx, &["b", "c"]));
    assert_eq!(world.coordinator.offsets_count(), 1);
    world.run(|coordinator, ctx| coordinator.topics_deleted(ctx, &["a"]));
    assert_eq!((world.coordinator.offsets_count(), world.coordinator.groups_count()), (0, 0));
}

#[test]
fn topics_that_went_while_nobody_looked_take_their_offsets_along_too() {
    let mut world = World::new();
    let mut request = commit("", -1, 1);
    world.commit_request(9, &request);
    request.topics[0].name = "b".into();
    world.commit_request(9, &request);
    let topic_id = wire::Uuid([1; 16]);
    world.image.apply(&Record::TopicDeleted(TopicDeleted { topic_id })).unwrap();
    world.restart();
    assert_eq!(world.coordinator.offsets_count(), 1);
    assert_eq!(world.replayed().offsets_count(), 1, "they are gone from the log, too");
}

#[test]
fn offsets_of_a_group_without_members_expire_after_their_commit() {
    let mut world = World::new();
    world.commit("", -1, 5);
    world.pass(WEEK_MS - 1);
    assert_eq!(world.coordinator.offsets_count(), 1);
    world.pass(CHECK_MS);
    assert_eq!((world.coordinator.offsets_count(), world.coordinator.groups_count()), (0, 0));
}

#[test]
fn offsets_of_a_group_expire_after_it_became_empty() {
    let mut world = World::new();
    let ids = world.stable(1);
    world.commit(&ids[0], 1, 5);
    for _ in 0..2 * WEEK_MS / 10_000 {
        world.pass(9_999);
        assert_eq!(world.heartbeat(&ids[0], 1), ErrorCode::None);
    }
    assert_eq!(world.coordinator.offsets_count(), 1, "it is read");
    leave(&mut world, &ids[0]);
    world.pass(WEEK_MS - 1);
    assert_eq!(world.coordinator.offsets_count(), 1);
    world.pass(CHECK_MS);
    assert_eq!((world.coordinator.offsets_count(), world.coordinator.groups_count()), (0, 0));
    assert!(world.replayed().groups.is_empty());
}

#[test]
fn a_group_without_offsets_goes_once_it_is_empty() {
    let mut world = World::new();
    let ids = world.stable(1);
    world.pass(5_000);
    leave(&mut world, &ids[0]);
    assert_eq!(world.state(), "Empty");
    world.pass(CHECK_MS);
    assert_eq!(world.state(), "Dead");
}

#[test]
fn topics_that_members_stopped_to_read_expire() {
    let mut world = World::new();
    let ids = world.stable(1);
    let mut request = commit(&ids[0], 1, 1);
    world.commit_request(9, &request);
    request.topics[0].name = "b".into();
    world.commit_request(9, &request);
    world.settings.offsets_retention_ms = 1_000;
    for _ in 0..CHECK_MS / 9_000 + 1 {
        world.pass(9_000);
        world.heartbeat(&ids[0], 1);
    }
    // The members read "a" only.
    assert_eq!(world.coordinator.offsets_count(), 1);
}

#[test]
fn a_commit_may_name_its_own_retention() {
    let mut world = World::new();
    let request = OffsetCommitRequest { retention_time_ms: 60_000, ..commit("", -1, 5) };
    world.commit_request(4, &request);
    world.restart();
    world.pass(CHECK_MS);
    assert_eq!(world.coordinator.offsets_count(), 0);
}
