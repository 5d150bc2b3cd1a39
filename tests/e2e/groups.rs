//! Groups: old versions and bad input by raw requests, real clients that share and take over, and
//! committed offsets that outlive SIGKILL.

use crate::on_one_and_two_shards;
use crate::support::broker::against_kafka;
use crate::support::command::python;
use crate::support::connection::{Connection, correlation_of, decode};
use crate::support::group::{self, Commit, Committed, Member};
use crate::support::random::Random;
use crate::support::topic::{Topic, shard_of};
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::{Duration, Instant};
use wire::messages::leave_group_request::MemberIdentity;
use wire::messages::*;

on_one_and_two_shards!(
    the_oldest_versions_work,
    members_that_cannot_be_are_refused,
    a_fenced_instance_is_told,
    groups_are_described_in_every_version,
    a_second_member_waits_for_the_first_and_nobody_else_waits,
    a_silent_member_is_put_out,
    a_join_that_waits_does_not_hold_up_a_stop,
    aiokafka_members_share_and_take_over,
    kafka_python_members_share_and_take_over,
    confluent_kafka_members_share_and_take_over,
    kills_lose_no_committed_offset,
);

const UNKNOWN_MEMBER_ID: i16 = 25;
const INVALID_SESSION_TIMEOUT: i16 = 26;
const REBALANCE_IN_PROGRESS: i16 = 27;
const ILLEGAL_GENERATION: i16 = 22;
const INCONSISTENT_GROUP_PROTOCOL: i16 = 23;
const INVALID_GROUP_ID: i16 = 24;
const FENCED_INSTANCE_ID: i16 = 82;

fn the_oldest_versions_work(test: &str, shards: usize) {
    let broker = group::start(test, shards);
    let topic = Topic::create(&broker, "old", 1, &[]);
    let request = FindCoordinatorRequest { key: "veterans".into(), ..Default::default() };
    drop(group::connect(&broker, "veterans"));
    let found = broker.connect(0).call(0, &request);
    assert_eq!(found.error_code, 0);
    let mut connection = broker.connect(shard_of(found.node_id));
    let mut generation = 0;
    for version in 0..=2 {
        let mut member = Member::new("veterans");
        let joined = member.join(&mut connection, version);
        assert_eq!(joined.error_code, 0, "JoinGroup v{version}");
        assert!(joined.generation_id > generation, "{joined:?}");
        generation = joined.generation_id;
        assert_eq!(joined.leader, joined.member_id);
        assert_eq!(joined.protocol_name.as_deref(), Some("range"));
        assert_eq!(joined.members.len(), 1);
        assert_eq!(&*joined.members[0].metadata, member.protocols[0].1);
        let own = member.id.clone();
        let synced = member.sync(&mut connection, 0, generation, &[(&own, b"everything")]);
        assert_eq!((synced.error_code, &*synced.assignment), (0, &b"everything"[..]));
        assert_eq!(member.heartbeat(&mut connection, 0, generation), 0);
        let commit = Commit::new(&topic, 0, 10 + i64::from(version));
        assert_eq!(member.commit(&mut connection, 2, generation, &[commit]), [0]);
        let told = group::committed(&mut connection, 1, "veterans", &topic, 0);
        assert_eq!(told, Committed::at(commit.offset));
        let leave = LeaveGroupRequest {
            group_id: "veterans".into(),
            member_id: own.as_str().into(),
            ..Default::default()
        };
        assert_eq!(connection.call(0, &leave).error_code, 0);
        assert_eq!(connection.call(0, &leave).error_code, UNKNOWN_MEMBER_ID);
        assert_eq!(member.heartbeat(&mut connection, 0, generation), UNKNOWN_MEMBER_ID);
        assert_eq!(member.commit(&mut connection, 2, generation, &[commit]), [UNKNOWN_MEMBER_ID]);
    }
    let described = group::describe(&mut connection, "veterans");
    assert_eq!((&*described.group_state, described.members.len()), ("Empty", 0));
}

fn members_that_cannot_be_are_refused(test: &str, shards: usize) {
    let broker = group::start(test, shards);
    let mut connection = group::connect(&broker, "club");
    let connection = &mut connection;
    let mut member = Member::new("club");
    let generation = member.settle(connection, b"all");
    let before = group::describe(connection, "club");
    assert_eq!((&*before.group_state, &*before.protocol_data), ("Stable", "range"));
    assert_eq!(before.members[0].client_host, "/127.0.0.1");
    assert_eq!(before.members[0].client_id, "tidemill-tests");

    let join = |connection: &mut _, change: &dyn Fn(&mut Member)| {
        let mut stranger = Member::new("club");
        change(&mut stranger);
        stranger.join(connection, 3).error_code
    };
    let codes = [
        join(connection, &|who| who.session_ms = 5_999),
        join(connection, &|who| who.session_ms = 1_800_001),
        join(connection, &|who| who.id = "made up".to_owned()),
        join(connection, &|who| who.protocols[0].0 = "unheard".to_owned()),
        join(connection, &|who| who.protocols.clear()),
    ];
    let wanted = [
        INVALID_SESSION_TIMEOUT,
        INVALID_SESSION_TIMEOUT,
        UNKNOWN_MEMBER_ID,
        INCONSISTENT_GROUP_PROTOCOL,
        INCONSISTENT_GROUP_PROTOCOL,
    ];
    assert_eq!(codes, wanted);
    let mut other_kind = Member::new("club");
    let mut request = other_kind.request();
    request.protocol_type = "connect".into();
    assert_eq!(connection.call(3, &request).error_code, INCONSISTENT_GROUP_PROTOCOL);
    other_kind.id = member.id.clone();
    assert_eq!(other_kind.heartbeat(connection, 3, generation + 1), ILLEGAL_GENERATION);
    assert_eq!(member.heartbeat(connection, 3, generation - 1), ILLEGAL_GENERATION);
    assert_eq!(member.sync(connection, 3, generation + 1, &[]).error_code, ILLEGAL_GENERATION);
    let stranger = Member { id: "who?".to_owned(), ..member.clone() };
    assert_eq!(stranger.sync(connection, 3, generation, &[]).error_code, UNKNOWN_MEMBER_ID);
    assert_eq!(stranger.heartbeat(connection, 3, generation), UNKNOWN_MEMBER_ID);

    let after = group::describe(connection, "club");
    assert_eq!(after, before, "nothing of it has changed the group");
    assert_eq!(member.heartbeat(connection, 3, generation), 0);

    let mut nameless = group::connect(&broker, "");
    let mut nobody = Member::new("");
    assert_eq!(nobody.join(&mut nameless, 5).error_code, INVALID_GROUP_ID);
    assert_eq!(nobody.heartbeat(&mut nameless, 3, 1), INVALID_GROUP_ID);
    assert_eq!(nobody.sync(&mut nameless, 3, 1, &[]).error_code, INVALID_GROUP_ID);
}

fn groups_are_described_in_every_version(test: &str, shards: usize) {
    const GROUP_ID_NOT_FOUND: i16 = 69;
    // READ, DELETE, DESCRIBE, DESCRIBE_CONFIGS, ALTER_CONFIGS
    const ALL_OPERATIONS: i32 = 1 << 3 | 1 << 6 | 1 << 8 | 1 << 10 | 1 << 11;
    let broker = group::start(test, shards);
    let mut connection = group::connect(&broker, "told");
    let mut member = Member::new("told").instance("one");
    member.settle(&mut connection, b"a part");
    let describe = |connection: &mut Connection, version, name: &'static str, operations| {
        let request = DescribeGroupsRequest {
            groups: vec![name.into()],
            include_authorized_operations: operations && version >= 3,
        };
        connection.call(version, &request).groups.remove(0)
    };
    for version in 0..=6 {
        for asked in [false, true] {
            let told = describe(&mut connection, version, "told", asked);
            assert_eq!((told.error_code, &*told.group_state), (0, "Stable"), "v{version}");
            assert_eq!((&*told.protocol_type, &*told.protocol_data), ("consumer", "range"));
            let operations = if asked && version >= 3 { ALL_OPERATIONS } else { i32::MIN };
            assert_eq!(told.authorized_operations, operations, "v{version}");
            assert_eq!(&*told.members[0].member_metadata, member.protocols[0].1);
            assert_eq!(&*told.members[0].member_assignment, b"a part");
            assert_eq!(told.members[0].group_instance_id.is_some(), version >= 4);
        }
        // On one shard every name is coordinated here.
        if shards == 1 {
            let told = describe(&mut connection, version, "nobody", false);
            let code = if version >= 6 { GROUP_ID_NOT_FOUND } else { 0 };
            assert_eq!((told.error_code, &*told.group_state), (code, "Dead"), "v{version}");
            assert_eq!(told.error_message.is_some(), version >= 6);
            assert_eq!((told.members.len(), told.authorized_operations), (0, i32::MIN));
        }
    }
}

fn a_fenced_instance_is_told(test: &str, shards: usize) {
    let broker = group::start(test, shards);
    let topic = Topic::create(&broker, "fenced", 1, &[]);
    let mut connection = group::connect(&broker, "static");
    let connection = &mut connection;
    let mut first = Member::new("static").instance("rack-1");
    let generation = first.settle(connection, b"a share");
    // The same instance comes back without its id, and gets a new one.
    let mut second = Member::new("static").instance("rack-1");
    let joined = second.join(connection, 9);
    assert_eq!(joined.error_code, 0, "{joined:?}");
    assert_ne!(second.id, first.id);
    assert_eq!(joined.generation_id, generation, "nothing changed for the group");
    let commit = Commit::new(&topic, 0, 4);
    assert_eq!(first.heartbeat(connection, 4, generation), FENCED_INSTANCE_ID);
    assert_eq!(first.commit(connection, 8, generation, &[commit]), [FENCED_INSTANCE_ID]);
    assert_eq!(first.sync(connection, 5, generation, &[]).error_code, FENCED_INSTANCE_ID);
    assert_eq!(first.join(connection, 9).error_code, FENCED_INSTANCE_ID);
    let synced = second.sync(connection, 5, generation, &[]);
    assert_eq!((synced.error_code, &*synced.assignment), (0, &b"a share"[..]));
    assert_eq!(second.heartbeat(connection, 4, generation), 0);
    assert_eq!(second.commit(connection, 8, generation, &[commit]), [0]);
    assert_eq!(group::committed(connection, 8, "static", &topic, 0), Committed::at(4));
    let leave = |instance: &'static str| LeaveGroupRequest {
        group_id: "static".into(),
        members: vec![MemberIdentity {
            member_id: "".into(),
            group_instance_id: Some(instance.into()),
            ..Default::default()
        }],
        ..Default::default()
    };
    let left = connection.call(5, &leave("rack-2"));
    assert_eq!((left.error_code, left.members[0].error_code), (0, UNKNOWN_MEMBER_ID));
    let left = connection.call(5, &leave("rack-1"));
    assert_eq!((left.error_code, left.members[0].error_code), (0, 0));
    assert_eq!(group::describe(connection, "static").group_state, "Empty");
}

fn a_second_member_waits_for_the_first_and_nobody_else_waits(test: &str, shards: usize) {
    let broker = group::start(test, shards);
    let mut connection = group::connect(&broker, "pair");
    let mut first = Member::new("pair");
    let generation = first.settle(&mut connection, b"all");
    let mut waits = group::connect(&broker, "pair");
    let mut second = Member::new("pair");
    let mut id = second.request();
    let given = waits.call(9, &id);
    id.member_id = given.member_id.clone();
    let sent = waits.send(9, &id).expect("a request");
    // The one that waits holds up nobody else, not even on another connection of the same group.
    let from = Instant::now();
    while first.heartbeat(&mut connection, 4, generation) != REBALANCE_IN_PROGRESS {
        assert!(from.elapsed() < Duration::from_secs(5), "the first is not told");
    }
    for _ in 0..50 {
        assert_eq!(first.heartbeat(&mut connection, 4, generation), REBALANCE_IN_PROGRESS);
    }
    assert_eq!(group::describe(&mut connection, "pair").group_state, "PreparingRebalance");
    let joined = first.join(&mut connection, 9);
    assert_eq!((joined.error_code, joined.generation_id), (0, generation + 1));
    let answer = waits.receive().expect("an answer");
    assert_eq!(correlation_of(&answer), sent);
    let other = decode::<JoinGroupRequest<'_>>(9, &answer);
    assert_eq!((other.error_code, other.generation_id), (0, generation + 1));
    let members = if joined.leader == joined.member_id { &joined.members } else { &other.members };
    assert_eq!(members.len(), 2);
    second.id = other.member_id.to_string();
    let assignments: [(&str, &[u8]); 2] = [(&first.id, b"left"), (&second.id, b"right")];
    let synced = first.sync(&mut connection, 5, generation + 1, &assignments);
    assert_eq!((synced.error_code, &*synced.assignment), (0, &b"left"[..]));
    let synced = second.sync(&mut waits, 5, generation + 1, &[]);
    assert_eq!((synced.error_code, &*synced.assignment), (0, &b"right"[..]));
}

fn a_silent_member_is_put_out(test: &str, shards: usize) {
    let broker = group::start(test, shards);
    let mut connection = group::connect(&broker, "quiet");
    let mut member = Member { session_ms: 6_000, ..Member::new("quiet") };
    let generation = member.settle(&mut connection, b"all");
    std::thread::sleep(Duration::from_secs(4));
    assert_eq!(member.heartbeat(&mut connection, 4, generation), 0);
    std::thread::sleep(Duration::from_secs(4));
    assert_eq!(member.heartbeat(&mut connection, 4, generation), 0, "a heartbeat counts");
    std::thread::sleep(Duration::from_millis(7_500));
    let described = group::describe(&mut connection, "quiet");
    assert_eq!((&*described.group_state, described.members.len()), ("Empty", 0));
    assert_eq!(member.heartbeat(&mut connection, 4, generation), UNKNOWN_MEMBER_ID);
}

fn a_join_that_waits_does_not_hold_up_a_stop(test: &str, shards: usize) {
    let mut broker = group::start(test, shards);
    let topic = Topic::create(&broker, "stopped", 1, &[]);
    let mut connection = group::connect(&broker, "waiting");
    let mut first = Member::new("waiting");
    let generation = first.settle(&mut connection, b"all");
    let commit = Commit::new(&topic, 0, 3);
    assert_eq!(first.commit(&mut connection, 8, generation, &[commit]), [0]);
    let mut waits = group::connect(&broker, "waiting");
    let second = Member::new("waiting");
    waits.send(3, &second.request()).expect("a request");
    while first.heartbeat(&mut connection, 4, generation) != REBALANCE_IN_PROGRESS {}
    let from = Instant::now();
    let code = broker.stop();
    if !against_kafka() {
        assert_eq!(code, Some(0), "{}", broker.log());
        assert!(from.elapsed() < Duration::from_secs(3), "{:?}", from.elapsed());
        assert!(!broker.log().contains("stopped with tasks left"), "{}", broker.log());
    }
    broker.start_again();
    let mut connection = group::connect(&broker, "waiting");
    assert_eq!(group::committed(&mut connection, 8, "waiting", &topic, 0), Committed::at(3));
}

/// Three members read a topic and a fourth is idle; one is killed, and the others end with every
/// record. What was read and not committed comes again, and a group begins at either end.
fn share_and_take_over(test: &str, shards: usize, script: &str) {
    let broker = group::start(test, shards);
    Topic::create(&broker, "shared", 3, &[]);
    let said = python(script, &[&broker.bootstrap(), "shared", "3000"]).ok();
    said.must_have("shared by 3 members").must_have("taken over without loss");
    said.must_have("resumed where it was committed").must_have("read again what was not committed");
    said.must_have("began at the end and at the beginning");
}

fn aiokafka_members_share_and_take_over(test: &str, shards: usize) {
    share_and_take_over(test, shards, "aiokafka/group.py");
}

fn kafka_python_members_share_and_take_over(test: &str, shards: usize) {
    share_and_take_over(test, shards, "kafka-python/group.py");
}

fn confluent_kafka_members_share_and_take_over(test: &str, shards: usize) {
    share_and_take_over(test, shards, "confluent-kafka/group.py");
}

/// What one group has had acknowledged, and what it may have sent beyond.
struct Progress {
    name: String,
    acknowledged: AtomicI64,
    sent: AtomicI64,
}

fn kills_lose_no_committed_offset(test: &str, shards: usize) {
    let rounds = if against_kafka() { 2 } else { 8 };
    let mut random = Random::from_environment(test);
    let mut broker = group::start(test, shards);
    let topic = Topic::create(&broker, "progress", 1, &[]);
    let groups: Vec<Progress> = (0..8)
        .map(|n| Progress {
            name: format!("committer-{n}"),
            acknowledged: AtomicI64::new(-1),
            sent: AtomicI64::new(-1),
        })
        .collect();
    for _ in 0..rounds {
        let ends = AtomicBool::new(false);
        let pause = Duration::from_millis(200 + random.below(300));
        let connections: Vec<_> =
            groups.iter().map(|group| group::connect(&broker, &group.name)).collect();
        std::thread::scope(|scope| {
            for (progress, connection) in groups.iter().zip(connections) {
                let (topic, ends) = (&topic, &ends);
                scope.spawn(move || commit_on(progress, connection, topic, ends));
            }
            std::thread::sleep(pause);
            broker.kill();
            ends.store(true, Ordering::Relaxed);
        });
        broker.start_again();
        for progress in &groups {
            let mut connection = group::connect(&broker, &progress.name);
            let told = group::committed(&mut connection, 8, &progress.name, &topic, 0).offset;
            let acknowledged = progress.acknowledged.load(Ordering::Relaxed);
            let sent = progress.sent.load(Ordering::Relaxed);
            let name = &progress.name;
            assert!((acknowledged..=sent).contains(&told), "{name}: {acknowledged} {told} {sent}");
        }
    }
    for progress in &groups {
        let acknowledged = progress.acknowledged.load(Ordering::Relaxed);
        assert!(acknowledged > rounds * 10, "{}: {acknowledged} commits", progress.name);
    }
}

/// Commits one offset after the other until the broker is gone.
fn commit_on(progress: &Progress, mut connection: Connection, topic: &Topic, ends: &AtomicBool) {
    let member = Member::new(&progress.name);
    while !ends.load(Ordering::Relaxed) {
        let offset = progress.sent.fetch_add(1, Ordering::Relaxed) + 1;
        let request = member.commit_request(8, -1, &[Commit::new(topic, 0, offset)]);
        if connection.send(8, &request).is_err() {
            return;
        }
        let Ok(answer) = connection.receive() else { return };
        let answer = decode::<OffsetCommitRequest<'_>>(8, &answer);
        assert_eq!(answer.topics[0].partitions[0].error_code, 0, "{}", progress.name);
        progress.acknowledged.store(offset, Ordering::Relaxed);
    }
}
