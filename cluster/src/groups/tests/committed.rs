//! OffsetCommit, OffsetFetch and OffsetDelete.

use wire::messages::offset_commit_request::OffsetCommitRequestPartition;
use wire::messages::offset_delete_request::{
    OffsetDeleteRequestPartition, OffsetDeleteRequestTopic,
};
use wire::messages::offset_fetch_request::{OffsetFetchRequestGroup, OffsetFetchRequestTopics};
use wire::messages::{JoinGroupRequest, OffsetCommitRequest, OffsetDeleteRequest};
use wire::{ErrorCode, Uuid};

use super::world::{DELAY_MS, World, code, commit, join};
use crate::groups::{Reply, Request};

/// (topic, partition, offset, epoch, metadata, error)
type Fetched = (String, i32, i64, i32, String, ErrorCode);

fn fetch(world: &mut World, version: i16, topics: Option<&[(&str, u8, i32)]>) -> Vec<Fetched> {
    let topic = |(name, id, partition): &(&str, u8, i32)| OffsetFetchRequestTopics {
        name: (*name).to_owned().into(),
        topic_id: Uuid([*id; 16]),
        partition_indexes: vec![*partition],
    };
    let request = OffsetFetchRequestGroup {
        group_id: "g".into(),
        member_id: None,
        member_epoch: -1,
        topics: topics.map(|topics| topics.iter().map(topic).collect()),
    };
    let mut rows = Vec::new();
    world.run(|coordinator, ctx| {
        let response = coordinator.fetch_offsets(ctx, &request, version);
        assert_eq!((response.error_code, &*response.group_id), (0, "g"));
        for topic in response.topics {
            rows.extend(topic.partitions.into_iter().map(|one| {
                let name = if version < 10 {
                    topic.name.clone().into_owned()
                } else {
                    format!("{}", topic.topic_id.0[0])
                };
                let metadata = one.metadata.unwrap().into_owned();
                let error = code(one.error_code);
                let epoch = one.committed_leader_epoch;
                (name, one.partition_index, one.committed_offset, epoch, metadata, error)
            }));
        }
        crate::groups::Step::default()
    });
    rows
}

fn row(topic: &str, partition: i32, offset: i64, epoch: i32, metadata: &str) -> Fetched {
    (topic.into(), partition, offset, epoch, metadata.into(), ErrorCode::None)
}

#[test]
fn a_group_without_members_commits_and_fetches() {
    let mut world = World::new();
    assert_eq!(fetch(&mut world, 8, None), []);
    assert_eq!(fetch(&mut world, 8, Some(&[("a", 0, 0)])), [row("a", 0, -1, -1, "")]);
    assert_eq!(world.commit("", -1, 5), ErrorCode::None);
    assert_eq!(world.log.len(), 1);
    for _ in 0..2 {
        assert_eq!(fetch(&mut world, 8, None), [row("a", 0, 5, 7, "m")]);
        let asked = [("a", 0, 0), ("a", 0, 1), ("zzz", 0, 0)];
        let expected = [row("a", 0, 5, 7, "m"), row("a", 1, -1, -1, ""), row("zzz", 0, -1, -1, "")];
        assert_eq!(fetch(&mut world, 1, Some(&asked)), expected);
        assert_eq!((world.state().as_str(), world.coordinator.offsets_count()), ("Empty", 1));
        world.restart();
    }
}

#[test]
fn a_commit_of_no_group_says_so() {
    let mut world = World::new();
    let request = commit("x", 1, 5);
    assert_eq!(world.commit_request(8, &request), [ErrorCode::IllegalGeneration]);
    assert_eq!(world.commit_request(9, &request), [ErrorCode::GroupIdNotFound]);
    assert_eq!(world.coordinator.groups_count(), 0);
}

#[test]
fn only_members_of_the_generation_commit() {
    let mut world = World::new();
    let ids = world.stable(2);
    assert_eq!(world.commit(&ids[0], 1, 5), ErrorCode::None);
    assert_eq!(world.commit(&ids[0], 0, 5), ErrorCode::IllegalGeneration);
    assert_eq!(world.commit(&ids[0], 2, 5), ErrorCode::IllegalGeneration);
    assert_eq!(world.commit("x", 1, 5), ErrorCode::UnknownMemberId);
    assert_eq!(world.commit("", -1, 5), ErrorCode::UnknownMemberId);
    let fenced = OffsetCommitRequest { group_instance_id: Some("i".into()), ..commit("", -1, 5) };
    assert_eq!(world.commit_request(9, &fenced), [ErrorCode::UnknownMemberId]);
    // While others still join, what was read before may be committed; after that no more.
    world.join(9, &join(&ids[0], &["range"]));
    assert_eq!(world.commit(&ids[1], 1, 6), ErrorCode::None);
    world.join(9, &join(&ids[1], &["range"]));
    assert_eq!(world.state(), "CompletingRebalance");
    assert_eq!(world.commit(&ids[1], 2, 7), ErrorCode::RebalanceInProgress);
    assert_eq!(fetch(&mut world, 8, None), [row("a", 0, 6, 7, "m")]);
}

#[test]
fn each_partition_has_its_answer() {
    let mut world = World::new();
    world.settings.offset_metadata_max_bytes = 4;
    let mut request = commit("", -1, 1);
    let partition = |index, metadata: &'static str| OffsetCommitRequestPartition {
        partition_index: index,
        committed_metadata: Some(metadata.into()),
        ..request.topics[0].partitions[0].clone()
    };
    let partitions =
        vec![partition(0, "abcd"), partition(1, "abcde"), partition(3, ""), partition(-1, "")];
    request.topics[0].partitions = partitions;
    let missing = ErrorCode::UnknownTopicOrPartition;
    let expected = [ErrorCode::None, ErrorCode::OffsetMetadataTooLarge, missing, missing];
    assert_eq!(world.commit_request(9, &request), expected);
    request.topics[0].name = "nope".into();
    assert_eq!(world.commit_request(9, &request), [missing; 4]);
    assert_eq!(world.log.len(), 1);
}

#[test]
fn version_10_names_topics_by_id() {
    let mut world = World::new();
    let mut request = commit("", -1, 3);
    request.topics[0].name = "".into();
    assert_eq!(world.commit_request(10, &request), [ErrorCode::UnknownTopicId]);
    request.topics[0].topic_id = Uuid([2; 16]);
    assert_eq!(world.commit_request(10, &request), [ErrorCode::None]);
    assert_eq!(fetch(&mut world, 9, None), [row("b", 0, 3, 7, "m")]);
    assert_eq!(fetch(&mut world, 10, None), [row("2", 0, 3, 7, "m")]);
    let unknown = ("9".into(), 0, -1, -1, String::new(), ErrorCode::UnknownTopicId);
    let asked = [("", 2, 0), ("", 9, 0)];
    assert_eq!(fetch(&mut world, 10, Some(&asked)), [row("2", 0, 3, 7, "m"), unknown]);
}

#[test]
fn what_fits_no_batch_is_refused_whole() {
    let mut world = World::new();
    let mut request = commit("", -1, 1);
    let mut partition = request.topics[0].partitions[0].clone();
    partition.committed_metadata = Some("x".repeat(4096).into());
    request.topics[0].partitions = vec![partition; 300];
    let errors = world.commit_request(9, &request);
    assert_eq!(errors, vec![ErrorCode::InvalidCommitOffsetSize; 300]);
    assert!(world.log.is_empty());
    assert_eq!(world.coordinator.groups_count(), 0);
}

fn delete(world: &mut World, topics: &[&str]) -> (ErrorCode, Vec<ErrorCode>) {
    let topic = |name: &&str| OffsetDeleteRequestTopic {
        name: (*name).to_owned().into(),
        partitions: vec![OffsetDeleteRequestPartition { partition_index: 0 }],
    };
    let topics = topics.iter().map(topic).collect();
    let request = OffsetDeleteRequest { group_id: "g".into(), topics };
    let ticket = world.ask(0, Request::OffsetDelete(&request));
    match world.replies.remove(&ticket) {
        Some(Reply::OffsetDelete(response)) => {
            let partitions = response.topics.iter().flat_map(|topic| &topic.partitions);
            let errors = partitions.map(|partition| code(partition.error_code)).collect();
            (code(response.error_code), errors)
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn offsets_are_deleted_of_topics_nobody_reads() {
    let mut world = World::new();
    assert_eq!(delete(&mut world, &["a"]), (ErrorCode::GroupIdNotFound, vec![]));
    let ids = world.stable(1);
    let mut request = commit(&ids[0], 1, 1);
    assert_eq!(world.commit_request(9, &request), [ErrorCode::None]);
    request.topics[0].name = "b".into();
    assert_eq!(world.commit_request(9, &request), [ErrorCode::None]);
    let expected = vec![ErrorCode::GroupSubscribedToTopic, ErrorCode::None, ErrorCode::None];
    assert_eq!(delete(&mut world, &["a", "b", "zzz"]), (ErrorCode::None, expected));
    assert_eq!(fetch(&mut world, 8, None), [row("a", 0, 1, 7, "m")]);
}

#[test]
fn offsets_of_others_than_consumers_stay_while_there_are_members() {
    let mut world = World::new();
    let request = JoinGroupRequest { protocol_type: "connect".into(), ..join("", &["range"]) };
    world.join(3, &request);
    world.pass(DELAY_MS);
    assert_eq!(delete(&mut world, &["a"]), (ErrorCode::NonEmptyGroup, vec![]));
}
