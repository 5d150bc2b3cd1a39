//! Commits and fetches by epoch, and groups that change their protocol.

use super::*;
use wire::messages::JoinGroupRequest;
use wire::messages::offset_commit_request::{
    OffsetCommitRequest, OffsetCommitRequestPartition, OffsetCommitRequestTopic,
};
use wire::messages::offset_fetch_request::OffsetFetchRequestGroup;

fn commit(broker: &mut Broker, member: &str, epoch: i32, partition: i32) -> ErrorCode {
    let partition = OffsetCommitRequestPartition {
        partition_index: partition,
        committed_offset: 5,
        ..OffsetCommitRequestPartition::default()
    };
    let topic = OffsetCommitRequestTopic {
        name: text("a"),
        partitions: vec![partition],
        ..OffsetCommitRequestTopic::default()
    };
    let request = OffsetCommitRequest {
        group_id: text("g"),
        member_id: text(member),
        generation_id_or_member_epoch: epoch,
        topics: vec![topic],
        ..OffsetCommitRequest::default()
    };
    match broker.ask(Request::OffsetCommit(&request), 9) {
        Reply::OffsetCommit(response) => {
            ErrorCode::from_i16(response.topics[0].partitions[0].error_code).unwrap()
        }
        other => panic!("{other:?}"),
    }
}

fn fetch(broker: &mut Broker, member: Option<&str>, epoch: i32) -> ErrorCode {
    let request = OffsetFetchRequestGroup {
        group_id: text("g"),
        member_id: member.map(text),
        member_epoch: epoch,
        ..OffsetFetchRequestGroup::default()
    };
    let fetched = broker.with(|coordinator, ctx| coordinator.fetch_offsets(ctx, &request, 9));
    ErrorCode::from_i16(fetched.error_code).unwrap()
}

#[test]
fn members_commit_in_their_epoch() {
    let mut broker = Broker::new(&[("a", 2)]);
    broker.ok(&join("m1", &["a"]));
    assert_eq!(commit(&mut broker, "m1", 1, 0), ErrorCode::None);
    assert_eq!(commit(&mut broker, "m1", 2, 0), ErrorCode::StaleMemberEpoch);
    assert_eq!(commit(&mut broker, "", -1, 0), ErrorCode::UnknownMemberId);
    broker.ok(&join("m2", &["a"]));
    broker.ok(&owning("m1", 1, &[("a", &[0, 1])]));
    broker.ok(&owning("m1", 1, &[("a", &[0])]));
    broker.ok(&beat("m2", 2));
    // Behind: what it has had since that epoch may be committed, what it gave up may not.
    assert_eq!(commit(&mut broker, "m1", 1, 0), ErrorCode::None);
    assert_eq!(commit(&mut broker, "m1", 1, 1), ErrorCode::StaleMemberEpoch);
    assert_eq!(commit(&mut broker, "m2", 1, 1), ErrorCode::StaleMemberEpoch);
    assert_eq!(fetch(&mut broker, None, -1), ErrorCode::None);
    assert_eq!(fetch(&mut broker, Some("m1"), 2), ErrorCode::None);
    assert_eq!(fetch(&mut broker, Some("m1"), 1), ErrorCode::StaleMemberEpoch);
    assert_eq!(fetch(&mut broker, Some("m9"), 1), ErrorCode::UnknownMemberId);
}

#[test]
fn an_admin_commits_to_an_empty_group_which_stays() {
    let mut broker = Broker::new(&[("a", 2)]);
    broker.ok(&join("m1", &["a"]));
    assert_eq!(delete(&mut broker), ErrorCode::NonEmptyGroup);
    broker.ok(&beat("m1", -1));
    assert_eq!(commit(&mut broker, "", -1, 0), ErrorCode::None);
    assert_eq!((broker.state().as_str(), broker.coordinator.offsets_count()), ("Empty", 1));
    assert_eq!(delete(&mut broker), ErrorCode::None);
    assert_eq!(broker.coordinator.groups_count(), 0);
}

fn delete(broker: &mut Broker) -> ErrorCode {
    match broker.ask(Request::DeleteGroup("g"), 2) {
        Reply::DeleteGroup(error) => error,
        other => panic!("{other:?}"),
    }
}

#[test]
fn empty_groups_change_their_protocol() {
    let mut broker = Broker::new(&[("a", 2)]);
    assert_eq!(commit(&mut broker, "", -1, 1), ErrorCode::None);
    assert_eq!(broker.state(), "", "a classic group");
    broker.ok(&join("m1", &["a"]));
    assert_eq!(broker.state(), "Stable");
    let classic = JoinGroupRequest {
        group_id: text("g"),
        protocol_type: text("consumer"),
        session_timeout_ms: 10_000,
        ..JoinGroupRequest::default()
    };
    let refused = broker.ask(Request::JoinGroup(&classic), 9);
    let Reply::JoinGroup(refused) = refused else { panic!("{refused:?}") };
    assert_eq!(refused.error_code, ErrorCode::InconsistentGroupProtocol as i16);
    broker.ok(&beat("m1", -1));
    let types = |broker: &Broker| broker.coordinator.list(&[], &[])[0].group_type.to_string();
    assert_eq!(types(&broker), "consumer");
    broker.ask(Request::JoinGroup(&classic), 9);
    assert_eq!(types(&broker), "classic");
    assert_eq!(broker.coordinator.offsets_count(), 1, "offsets stay");
}
