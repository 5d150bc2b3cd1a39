//! Joining, moving partitions from member to member, leaving, being fenced.

use super::*;

#[test]
fn the_first_member_gets_everything() {
    let mut broker = Broker::new(&[("a", 3)]);
    let joined = broker.ok(&join("m1", &["a"]));
    assert_eq!(joined.member_epoch, 1);
    assert_eq!(joined.heartbeat_interval_ms, 5_000);
    assert_eq!(assigned(&joined), Some(vec![(id_of("a"), vec![0, 1, 2])]));
    assert_eq!(broker.state(), "Stable");
    // Nothing new: no assignment, no records.
    let written = broker.log.len();
    assert_eq!(assigned(&broker.ok(&owning("m1", 1, &[("a", &[0, 1, 2])]))), None);
    assert_eq!(broker.log.len(), written);
    // A full request is told its assignment again.
    let full = Request848 { member_epoch: 1, ..join("m1", &["a"]) };
    assert_eq!(count(&broker.ok(&full)), 3);
}

#[test]
fn a_partition_is_revoked_before_another_gets_it() {
    let mut broker = Broker::new(&[("a", 4)]);
    broker.ok(&join("m1", &["a"]));
    let second = broker.ok(&join("m2", &["a"]));
    assert_eq!((second.member_epoch, count(&second)), (2, 0), "all are held by the first");
    assert_eq!(broker.state(), "Reconciling");
    let asked = broker.ok(&owning("m1", 1, &[("a", &[0, 1, 2, 3])]));
    assert_eq!((asked.member_epoch, count(&asked)), (1, 2), "gives up two, in its old epoch");
    assert_eq!(count(&broker.ok(&beat("m2", 2))), 0, "not revoked yet");
    assert_eq!(broker.ok(&beat("m1", 1)).member_epoch, 1, "says nothing of what it holds");
    let revoked = broker.ok(&owning("m1", 1, &[("a", &[0, 1])]));
    assert_eq!(revoked.member_epoch, 2);
    let got = broker.ok(&beat("m2", 2));
    assert_eq!(count(&got), 2);
    assert_eq!(broker.state(), "Stable");
}

#[test]
fn a_member_that_does_not_revoke_in_time_is_fenced() {
    let mut broker = Broker::new(&[("a", 2)]);
    broker.ok(&join("m1", &["a"]));
    broker.ok(&join("m2", &["a"]));
    broker.ok(&owning("m1", 1, &[("a", &[0, 1])]));
    for _ in 0..5 {
        broker.wait(10_000);
        assert_eq!(count(&broker.ok(&beat("m2", 2))), 0);
        broker.ok(&beat("m1", 1));
    }
    broker.wait(10_000);
    assert_eq!(broker.member_ids(), BTreeSet::from(["m2".to_owned()]));
    is_error(&broker.send(&beat("m1", 1)), ErrorCode::UnknownMemberId);
    assert_eq!(count(&broker.ok(&beat("m2", 2))), 2);
}

#[test]
fn a_member_that_is_silent_is_given_up() {
    let mut broker = Broker::new(&[("a", 2)]);
    broker.ok(&join("m1", &["a"]));
    broker.wait(SESSION_MS - 1);
    broker.ok(&beat("m1", 1));
    broker.wait(SESSION_MS - 1);
    assert_eq!(broker.member_ids().len(), 1);
    broker.wait(1);
    assert_eq!(broker.member_ids().len(), 0);
    assert_eq!((broker.state().as_str(), broker.epoch()), ("Empty", 2));
}

#[test]
fn a_group_may_have_a_session_and_a_heartbeat_of_its_own() {
    let mut broker = Broker::new(&[("a", 2)]);
    assert_eq!(broker.ok(&join("m1", &["a"])).heartbeat_interval_ms, 5_000);
    broker.set("consumer.session.timeout.ms", Some("50000"));
    broker.set("consumer.heartbeat.interval.ms", Some("6000"));
    assert_eq!(broker.ok(&beat("m1", 1)).heartbeat_interval_ms, 6_000);
    broker.wait(49_999);
    assert_eq!(broker.member_ids().len(), 1);
    broker.wait(1);
    assert_eq!(broker.member_ids().len(), 0);
    // A broker that was given other bounds since keeps to them.
    broker.settings.consumer_bounds.session_timeout_ms = 1_000..=2_000;
    broker.settings.consumer_bounds.heartbeat_interval_ms = 7_000..=8_000;
    assert_eq!(broker.ok(&join("m2", &["a"])).heartbeat_interval_ms, 7_000);
    broker.wait(2_000);
    assert_eq!(broker.member_ids().len(), 0);
    broker.set("consumer.session.timeout.ms", None);
    broker.set("consumer.heartbeat.interval.ms", None);
    assert_eq!(broker.ok(&join("m3", &["a"])).heartbeat_interval_ms, 5_000);
    broker.wait(SESSION_MS - 1);
    assert_eq!(broker.member_ids().len(), 1);
}

#[test]
fn a_restart_gives_members_a_session() {
    let mut broker = Broker::new(&[("a", 2)]);
    broker.ok(&join("m1", &["a"]));
    broker.now_ms += SESSION_MS * 2;
    broker.restart();
    broker.wait(SESSION_MS - 1);
    assert_eq!(assigned(&broker.ok(&owning("m1", 1, &[("a", &[0, 1])]))), None);
    broker.wait(SESSION_MS);
    assert_eq!(broker.state(), "Empty");
}

#[test]
fn epochs_fence() {
    let mut broker = Broker::new(&[("a", 2)]);
    is_error(&broker.send(&beat("m1", 1)), ErrorCode::GroupIdNotFound);
    broker.ok(&join("m1", &["a"]));
    is_error(&broker.send(&beat("m9", 1)), ErrorCode::UnknownMemberId);
    is_error(&broker.send(&beat("m1", 2)), ErrorCode::FencedMemberEpoch);
    broker.ok(&join("m2", &["a"]));
    broker.ok(&owning("m1", 1, &[("a", &[0, 1])]));
    broker.ok(&owning("m1", 1, &[("a", &[0])]));
    // The answer with epoch 2 was lost: the epoch before is good, with what it held then.
    assert_eq!(broker.ok(&owning("m1", 1, &[("a", &[0])])).member_epoch, 2);
    is_error(&broker.send(&owning("m1", 1, &[("a", &[0, 1])])), ErrorCode::FencedMemberEpoch);
    is_error(&broker.send(&beat("m1", 1)), ErrorCode::FencedMemberEpoch);
    // A fenced member joins anew, without partitions.
    assert_eq!(count(&broker.ok(&join("m1", &["a"]))), 1);
}

#[test]
fn leaving_frees_partitions_at_once() {
    let mut broker = Broker::new(&[("a", 2)]);
    broker.ok(&join("m1", &["a"]));
    broker.ok(&join("m2", &["a"]));
    assert_eq!(broker.ok(&beat("m1", -1)).member_epoch, -1);
    assert_eq!(count(&broker.ok(&beat("m2", 2))), 2);
    broker.ok(&beat("m2", -1));
    assert_eq!(broker.state(), "Empty");
    is_error(&broker.send(&beat("m2", -1)), ErrorCode::UnknownMemberId);
}

fn of_instance(request: Request848) -> Request848 {
    Request848 { instance_id: Some(text("i")), ..request }
}

#[test]
fn a_static_member_comes_back_to_its_partitions() {
    let mut broker = Broker::new(&[("a", 2)]);
    broker.ok(&of_instance(join("m1", &["a"])));
    let epoch = broker.epoch();
    is_error(&broker.send(&of_instance(join("m2", &["a"]))), ErrorCode::UnreleasedInstanceId);
    assert_eq!(broker.ok(&of_instance(beat("m1", -2))).member_epoch, -2);
    let back = broker.ok(&of_instance(join("m2", &["a"])));
    assert_eq!((back.member_epoch, count(&back)), (1, 2));
    assert_eq!(broker.epoch(), epoch, "nothing is assigned anew");
    is_error(&broker.send(&of_instance(beat("m1", 1))), ErrorCode::FencedInstanceId);
    is_error(&broker.send(&of_instance(beat("m1", -1))), ErrorCode::FencedInstanceId);
    // It stays away: the session ends it.
    broker.ok(&of_instance(beat("m2", -2)));
    broker.wait(SESSION_MS);
    assert_eq!(broker.state(), "Empty");
    let unknown = of_instance(beat("m2", 1));
    is_error(&broker.send(&unknown), ErrorCode::UnknownMemberId);
}

#[test]
fn requests_are_checked() {
    let mut broker = Broker::new(&[("a", 2)]);
    let bad = [
        Request848 { group_id: text(" "), ..join("m1", &["a"]) },
        Request848 { member_id: text(""), ..join("m1", &["a"]) },
        Request848 { rebalance_timeout_ms: -1, ..join("m1", &["a"]) },
        Request848 { topic_partitions: None, ..join("m1", &["a"]) },
        Request848 { subscribed_topic_names: None, ..join("m1", &["a"]) },
        Request848 { rack_id: Some(text("")), ..join("m1", &["a"]) },
        Request848 { instance_id: Some(text("")), ..join("m1", &["a"]) },
        beat("m1", -2),
        beat("m1", -3),
    ];
    for request in &bad {
        is_error(&broker.send(request), ErrorCode::InvalidRequest);
    }
    let sticky = Request848 { server_assignor: Some(text("sticky")), ..join("m1", &["a"]) };
    is_error(&broker.send(&sticky), ErrorCode::UnsupportedAssignor);
    assert_eq!(broker.coordinator.groups_count(), 0, "nothing is left of them");
}

#[test]
fn a_group_has_a_size() {
    let mut broker = Broker::new(&[("a", 2)]);
    broker.settings.consumer_max_size = 1;
    broker.ok(&join("m1", &["a"]));
    is_error(&broker.send(&join("m2", &["a"])), ErrorCode::GroupMaxSizeReached);
    broker.ok(&join("m1", &["a"]));
}

#[test]
fn assignments_have_an_interval() {
    let mut broker = Broker::new(&[("a", 2)]);
    broker.settings.consumer_assignment_interval_ms = 1_000;
    broker.ok(&join("m1", &["a"]));
    let early = broker.ok(&join("m2", &["a"]));
    assert_eq!((early.member_epoch, broker.state().as_str()), (1, "Assigning"));
    broker.wait(1_000);
    assert_eq!(broker.ok(&beat("m2", 1)).member_epoch, 2);
    assert_eq!(broker.state(), "Reconciling");
}

#[test]
fn most_members_choose_the_assignor() {
    let mut broker = Broker::new(&[("a", 3), ("b", 3)]);
    let range =
        |id: &str| Request848 { server_assignor: Some(text("range")), ..join(id, &["a", "b"]) };
    broker.ok(&range("m1"));
    let name = broker.with(|coordinator, ctx| {
        coordinator.describe_consumer(ctx, "g").assignor_name.into_owned()
    });
    assert_eq!(name, "range");
    broker.ok(&range("m2"));
    broker.ok(&owning("m1", 1, &[]));
    let second = broker.ok(&beat("m2", 2));
    assert_eq!(assigned(&second), Some(vec![(id_of("a"), vec![2]), (id_of("b"), vec![2])]));
}
