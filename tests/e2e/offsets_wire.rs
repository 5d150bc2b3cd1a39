//! Committed offsets by raw requests: every version, bad input, deletion, crashes.

use crate::on_one_and_two_shards;
use crate::support::broker::{Broker, against_kafka};
use crate::support::connection::Connection;
use crate::support::group::{self, Commit, Committed, Member, NOT_COORDINATOR};
use crate::support::metrics::{scrape, sum};
use crate::support::mounts::Mount;
use crate::support::topic::{Topic, shard_of};
use crate::support::{eventually, skip};
use std::io::Write;
use std::time::Duration;
use wire::Uuid;
use wire::messages::offset_delete_request::{
    OffsetDeleteRequestPartition, OffsetDeleteRequestTopic,
};
use wire::messages::offset_fetch_request::OffsetFetchRequestGroup;
use wire::messages::*;

on_one_and_two_shards!(
    coordinators_are_found,
    offsets_go_in_and_out_in_every_version,
    all_offsets_of_a_group_are_fetched,
    many_groups_are_fetched_at_once,
    commits_that_cannot_be_are_refused,
    offsets_of_a_deleted_topic_go,
    offsets_and_groups_are_deleted,
    offsets_outlive_a_clean_stop,
);

const UNKNOWN_TOPIC_OR_PARTITION: i16 = 3;
const OFFSET_METADATA_TOO_LARGE: i16 = 12;
const ILLEGAL_GENERATION: i16 = 22;
const UNKNOWN_MEMBER_ID: i16 = 25;
const INVALID_REQUEST: i16 = 42;
const NON_EMPTY_GROUP: i16 = 68;
const GROUP_ID_NOT_FOUND: i16 = 69;
const GROUP_SUBSCRIBED_TO_TOPIC: i16 = 86;
const UNKNOWN_TOPIC_ID: i16 = 100;

fn coordinators_are_found(test: &str, shards: usize) {
    let broker = group::start(test, shards);
    let names: Vec<String> = (0..40).map(|n| format!("group-{n}")).collect();
    let found: Vec<usize> = names.iter().map(|name| group::shard(&broker, name)).collect();
    for shard in 0..shards {
        assert!(found.contains(&shard), "shard {shard} coordinates nothing: {found:?}");
    }
    for asked in 0..shards {
        let mut connection = broker.connect(asked);
        for version in 0..4 {
            let request =
                FindCoordinatorRequest { key: names[0].as_str().into(), ..Default::default() };
            let response = connection.call(version, &request);
            assert_eq!((response.error_code, shard_of(response.node_id)), (0, found[0]));
            assert_eq!(format!("{}:{}", response.host, response.port), broker.address(found[0]));
        }
        for version in 4..=6 {
            let request = FindCoordinatorRequest {
                coordinator_keys: names.iter().map(|name| name.as_str().into()).collect(),
                ..Default::default()
            };
            let response = connection.call(version, &request);
            let told = response.coordinators.iter().zip(&names).map(|(coordinator, name)| {
                assert_eq!((coordinator.error_code, &*coordinator.key), (0, name.as_str()));
                shard_of(coordinator.node_id)
            });
            assert_eq!(told.collect::<Vec<_>>(), found);
        }
        let request = FindCoordinatorRequest {
            key_type: 7,
            coordinator_keys: vec!["x".into()],
            ..Default::default()
        };
        let refused = connection.call(4, &request);
        assert_eq!(refused.coordinators[0].error_code, INVALID_REQUEST);
        assert_eq!(refused.coordinators[0].node_id, -1);
    }
}

fn offsets_go_in_and_out_in_every_version(test: &str, shards: usize) {
    let broker = group::start(test, shards);
    let topic = Topic::create(&broker, "read", 3, &[]);
    let mut connection = group::connect(&broker, "versions");
    for version in 1..=10 {
        let none = group::committed(&mut connection, version, "versions", &topic, 2);
        assert_eq!(none, Committed::at(-1), "v{version}");
    }
    let reader = Member::new("versions");
    for version in 2..=10 {
        let offset = 100 + i64::from(version);
        let metadata = format!("by v{version}");
        let commit = Commit { epoch: 3, metadata: &metadata, ..Commit::new(&topic, 2, offset) };
        let codes = reader.commit(&mut connection, version, -1, &[commit]);
        assert_eq!(codes, [0], "OffsetCommit v{version}");
        for fetch in 1..=10 {
            let told = group::committed(&mut connection, fetch, "versions", &topic, 2);
            let epoch = if version >= 6 && fetch >= 5 { 3 } else { -1 };
            let wanted = Committed { offset, epoch, metadata: metadata.clone(), error_code: 0 };
            assert_eq!(told, wanted, "commit v{version}, fetch v{fetch}");
        }
    }
    let untouched = group::committed(&mut connection, 8, "versions", &topic, 1);
    assert_eq!(untouched, Committed::at(-1));
}

fn all_offsets_of_a_group_are_fetched(test: &str, shards: usize) {
    let broker = group::start(test, shards);
    let one = Topic::create(&broker, "one", 2, &[]);
    let two = Topic::create(&broker, "two", 1, &[]);
    let mut connection = group::connect(&broker, "all");
    let commits = [Commit::new(&one, 0, 5), Commit::new(&one, 1, 6), Commit::new(&two, 0, 7)];
    assert_eq!(group::commit_alone(&mut connection, "all", &commits), [0, 0, 0]);
    let wanted = [("one", 0, 5), ("one", 1, 6), ("two", 0, 7)]
        .map(|(name, partition, offset)| (name.to_owned(), partition, offset));
    for version in 2..8 {
        let request =
            OffsetFetchRequest { group_id: "all".into(), topics: None, ..Default::default() };
        let response = connection.call(version, &request);
        assert_eq!(response.error_code, 0);
        let mut told: Vec<_> = response
            .topics
            .iter()
            .flat_map(|topic| topic.partitions.iter().map(|found| (topic.name.to_string(), found)))
            .map(|(name, found)| (name, found.partition_index, found.committed_offset))
            .collect();
        told.sort();
        assert_eq!(told, wanted, "v{version}");
    }
    let request = OffsetFetchRequest {
        groups: vec![OffsetFetchRequestGroup {
            group_id: "all".into(),
            topics: None,
            ..Default::default()
        }],
        ..Default::default()
    };
    let response = connection.call(10, &request);
    let mut told: Vec<Uuid> =
        response.groups[0].topics.iter().map(|topic| topic.topic_id).collect();
    let mut wanted = vec![one.id, two.id];
    told.sort_by_key(|id| id.0);
    wanted.sort_by_key(|id| id.0);
    assert_eq!(told, wanted, "by id");
}

fn many_groups_are_fetched_at_once(test: &str, shards: usize) {
    let broker = group::start(test, shards);
    let topic = Topic::create(&broker, "shared", 1, &[]);
    let names: Vec<String> = (0..20).map(|n| format!("many-{n}")).collect();
    for (offset, name) in (0..).zip(&names) {
        let mut connection = group::connect(&broker, name);
        let codes = group::commit_alone(&mut connection, name, &[Commit::new(&topic, 0, offset)]);
        assert_eq!(codes, [0]);
    }
    for shard in 0..shards {
        let request = OffsetFetchRequest {
            groups: names
                .iter()
                .map(|name| OffsetFetchRequestGroup {
                    group_id: name.as_str().into(),
                    topics: None,
                    ..Default::default()
                })
                .collect(),
            ..Default::default()
        };
        let response = broker.connect(shard).call(9, &request);
        for (offset, name) in (0..).zip(&names) {
            let told = response.groups.iter().find(|told| told.group_id == name.as_str());
            let told = told.unwrap_or_else(|| panic!("nothing of {name}"));
            if group::shard(&broker, name) == shard {
                assert_eq!(told.error_code, 0);
                assert_eq!(told.topics[0].partitions[0].committed_offset, offset);
            } else {
                assert_eq!(told.error_code, NOT_COORDINATOR);
            }
        }
    }
}

fn commits_that_cannot_be_are_refused(test: &str, shards: usize) {
    let broker = group::start(test, shards);
    let topic = Topic::create(&broker, "kept", 2, &[]);
    let gone = Topic { name: "missing".to_owned(), id: Uuid([7; 16]), ..topic.clone() };
    let mut connection = group::connect(&broker, "strict");
    let mut member = Member::new("strict");
    let generation = member.settle(&mut connection, b"mine");
    let good = Commit::new(&topic, 0, 42);
    assert_eq!(member.commit(&mut connection, 8, generation, &[good]), [0]);

    let worse = Commit::new(&topic, 0, 13);
    let long = "m".repeat(4097);
    let too_long = Commit { metadata: &long, ..worse };
    let stranger = Member { id: "nobody".to_owned(), ..member.clone() };
    let other = Member { id: String::new(), ..member.clone() };
    let refused = |who: &Member, connection: &mut Connection, version, generation, commit, code| {
        let codes = who.commit(connection, version, generation, &[commit]);
        assert_eq!(codes, [code]);
        let left = group::committed(connection, 8, "strict", &topic, 0);
        assert_eq!(left, Committed::at(42), "after {code}");
    };
    let connection = &mut connection;
    refused(&stranger, connection, 8, generation, worse, UNKNOWN_MEMBER_ID);
    refused(&member, connection, 8, generation + 1, worse, ILLEGAL_GENERATION);
    refused(&member, connection, 2, generation - 1, worse, ILLEGAL_GENERATION);
    refused(&other, connection, 8, -1, worse, UNKNOWN_MEMBER_ID);
    refused(&member, connection, 8, generation, too_long, OFFSET_METADATA_TOO_LARGE);
    let nowhere = Commit { topic: &gone, ..worse };
    refused(&member, connection, 8, generation, nowhere, UNKNOWN_TOPIC_OR_PARTITION);
    refused(&member, connection, 10, generation, nowhere, UNKNOWN_TOPIC_ID);
    let beyond = Commit { partition: 2, ..worse };
    refused(&member, connection, 8, generation, beyond, UNKNOWN_TOPIC_OR_PARTITION);
    refused(&member, connection, 10, generation, beyond, UNKNOWN_TOPIC_OR_PARTITION);
    let edge = "m".repeat(4096);
    let fits = Commit { metadata: &edge, ..good };
    assert_eq!(member.commit(connection, 8, generation, &[fits]), [0]);
    // One bad partition does not stop the others.
    let mixed = [nowhere, Commit::new(&topic, 1, 9), beyond];
    let codes = member.commit(connection, 8, generation, &mixed);
    assert_eq!(codes, [UNKNOWN_TOPIC_OR_PARTITION, 0, UNKNOWN_TOPIC_OR_PARTITION]);
    assert_eq!(group::committed(connection, 8, "strict", &topic, 1), Committed::at(9));
    assert_eq!(member.heartbeat(connection, 4, generation), 0, "the member is none the worse");
    // A group that nobody knows has no generation.
    let mut elsewhere = group::connect(&broker, "unheard");
    let unheard = Member::new("unheard");
    assert_eq!(unheard.commit(&mut elsewhere, 8, 3, &[good]), [ILLEGAL_GENERATION]);
    if shards > 1 {
        let mut wrong = broker.connect(1 - group::shard(&broker, "strict"));
        assert_eq!(member.commit(&mut wrong, 8, generation, &[good]), [NOT_COORDINATOR]);
        assert_eq!(member.heartbeat(&mut wrong, 4, generation), NOT_COORDINATOR);
        assert_eq!(group::describe(&mut wrong, "strict").error_code, NOT_COORDINATOR);
    }
}

fn offsets_of_a_deleted_topic_go(test: &str, shards: usize) {
    let mut broker = group::start(test, shards);
    let kept = Topic::create(&broker, "stays", 1, &[]);
    let gone = Topic::create(&broker, "goes", 2, &[]);
    let names: Vec<String> = (0..8).map(|n| format!("readers-{n}")).collect();
    for name in &names {
        let commits = [Commit::new(&gone, 1, 77), Commit::new(&kept, 0, 78)];
        let mut connection = group::connect(&broker, name);
        assert_eq!(group::commit_alone(&mut connection, name, &commits), [0, 0]);
    }
    let request = DeleteTopicsRequest {
        topic_names: vec!["goes".into()],
        timeout_ms: 10_000,
        ..Default::default()
    };
    assert_eq!(broker.connect(0).call(5, &request).responses[0].error_code, 0);
    let again = Topic::create(&broker, "goes", 2, &[]);
    for restart in [false, true] {
        if restart {
            broker.kill();
            broker.start_again();
        }
        for name in &names {
            let mut connection = group::connect(&broker, name);
            eventually("the offsets are gone", Duration::from_secs(5), || {
                group::committed(&mut connection, 8, name, &again, 1) == Committed::at(-1)
            });
            assert_eq!(group::committed(&mut connection, 8, name, &kept, 0), Committed::at(78));
        }
    }
}

fn delete_group(connection: &mut Connection, version: i16, group: &str) -> i16 {
    let request = DeleteGroupsRequest { groups_names: vec![group.into()] };
    let response = connection.call(version, &request);
    assert_eq!(response.results[0].group_id, group);
    response.results[0].error_code
}

fn delete_offset(
    connection: &mut Connection,
    group: &str,
    topic: &Topic,
    partition: i32,
) -> (i16, i16) {
    let request = OffsetDeleteRequest {
        group_id: group.into(),
        topics: vec![OffsetDeleteRequestTopic {
            name: topic.name.as_str().into(),
            partitions: vec![OffsetDeleteRequestPartition { partition_index: partition }],
        }],
    };
    let response = connection.call(0, &request);
    let of_partition = response.topics.first().map(|topic| topic.partitions[0].error_code);
    (response.error_code, of_partition.unwrap_or(0))
}

fn offsets_and_groups_are_deleted(test: &str, shards: usize) {
    let broker = group::start(test, shards);
    let subscribed = Topic::create(&broker, "subscribed", 1, &[]);
    let other = Topic::create(&broker, "other", 1, &[]);
    let name = "removable";
    let mut connection = group::connect(&broker, name);
    for version in 0..=2 {
        assert_eq!(delete_group(&mut connection, version, name), GROUP_ID_NOT_FOUND);
    }
    let (code, _) = delete_offset(&mut connection, name, &other, 0);
    assert_eq!(code, GROUP_ID_NOT_FOUND);
    let mut member = Member::new(name).topics(&["subscribed"]);
    let generation = member.settle(&mut connection, b"all of it");
    let commits = [Commit::new(&subscribed, 0, 1), Commit::new(&other, 0, 2)];
    assert_eq!(member.commit(&mut connection, 8, generation, &commits), [0, 0]);

    assert_eq!(delete_group(&mut connection, 2, name), NON_EMPTY_GROUP);
    let refused = delete_offset(&mut connection, name, &subscribed, 0);
    assert_eq!(refused, (0, GROUP_SUBSCRIBED_TO_TOPIC));
    assert_eq!(group::committed(&mut connection, 8, name, &subscribed, 0).offset, 1);
    assert_eq!(delete_offset(&mut connection, name, &other, 0), (0, 0));
    assert_eq!(group::committed(&mut connection, 8, name, &other, 0).offset, -1);
    let missing = Topic { name: "never".to_owned(), ..other.clone() };
    let refused = delete_offset(&mut connection, name, &missing, 0);
    assert_eq!(refused, (0, UNKNOWN_TOPIC_OR_PARTITION));

    let leave = LeaveGroupRequest {
        group_id: name.into(),
        member_id: member.id.as_str().into(),
        ..Default::default()
    };
    assert_eq!(connection.call(2, &leave).error_code, 0);
    assert_eq!(group::describe(&mut connection, name).group_state, "Empty");
    assert_eq!(delete_group(&mut connection, 2, name), 0);
    assert_eq!(group::committed(&mut connection, 8, name, &subscribed, 0).offset, -1);
    assert_eq!(delete_group(&mut connection, 2, name), GROUP_ID_NOT_FOUND);
    let mut nameless = group::connect(&broker, "");
    assert_eq!(delete_group(&mut nameless, 2, ""), GROUP_ID_NOT_FOUND);
}

fn offsets_outlive_a_clean_stop(test: &str, shards: usize) {
    let mut broker = group::start(test, shards);
    let topic = Topic::create(&broker, "lasting", 1, &[]);
    let names: Vec<String> = (0..12).map(|n| format!("lasting-{n}")).collect();
    for (offset, name) in (10..).zip(&names) {
        let mut connection = group::connect(&broker, name);
        let commit = Commit { metadata: "kept", epoch: 0, ..Commit::new(&topic, 0, offset) };
        assert_eq!(group::commit_alone(&mut connection, name, &[commit]), [0]);
    }
    must_count(&broker, names.len());
    let mut member = Member::new("staying");
    let generation = member.settle(&mut group::connect(&broker, "staying"), b"a part");
    if !against_kafka() {
        assert_eq!(broker.stop(), Some(0));
    } else {
        broker.stop();
    }
    broker.start_again();
    for (offset, name) in (10..).zip(&names) {
        let mut connection = group::connect(&broker, name);
        let told = group::committed(&mut connection, 8, name, &topic, 0);
        let wanted = Committed { offset, epoch: 0, metadata: "kept".to_owned(), error_code: 0 };
        assert_eq!(told, wanted);
    }
    must_count(&broker, names.len());
    // A member goes on where it was.
    let mut connection = group::connect(&broker, "staying");
    assert_eq!(member.heartbeat(&mut connection, 4, generation), 0);
    let synced = member.sync(&mut connection, 5, generation, &[]);
    assert_eq!((synced.error_code, &*synced.assignment), (0, &b"a part"[..]));
}

/// The metrics show so many committed offsets, and as many groups or one more.
fn must_count(broker: &Broker, wanted: usize) {
    if against_kafka() {
        return;
    }
    eventually("the metrics tell of groups", Duration::from_secs(5), || {
        let samples = scrape(broker);
        let (groups, offsets) =
            (sum(&samples, "tidemill_groups", ""), sum(&samples, "tidemill_committed_offsets", ""));
        offsets == wanted as f64 && groups >= offsets && groups <= offsets + 1.0
    });
}

/// What cannot be written is not acknowledged, members do not lose their place for it, and space
/// that comes back is used.
#[test]
fn a_full_disk_refuses_commits_and_recovers() {
    let test = "a_full_disk_refuses_commits_and_recovers";
    if against_kafka() {
        return skip(test, "stock Kafka shuts down instead");
    }
    let mount = match Mount::small(test, 96) {
        Ok(mount) => mount,
        Err(why) => return skip(test, &why),
    };
    let options = group::options(1).arena_mib(8).data(&mount.path().join("data"));
    let mut broker = Broker::start(test, options.set("offsets.commit.timeout.ms", "500"));
    let topic = Topic::create(&broker, "written", 1, &[]);
    let mut connection = group::connect(&broker, "full");
    let mut member = Member { session_ms: 6_000, ..Member::new("full") };
    let generation = member.settle(&mut connection, b"all");
    let filler = mount.path().join("filler");
    fill_disk(&filler);
    // What is kept back holds some hundred of these.
    let note = "x".repeat(4_000);
    let mut commit = |broker: &Broker, offset| {
        let commit = Commit { metadata: &note, ..Commit::new(&topic, 0, offset) };
        let beat = member.heartbeat(&mut connection, 4, generation);
        assert!(beat == 0 || beat == group::COORDINATOR_NOT_AVAILABLE, "{beat}");
        let code = member.commit(&mut connection, 8, generation, &[commit])[0];
        assert!(code == 0 || code == group::COORDINATOR_NOT_AVAILABLE, "{code}:{}", broker.log());
        code == 0
    };
    let mut acknowledged = -1;
    while acknowledged < 5_000 && commit(&broker, acknowledged + 1) {
        acknowledged += 1;
    }
    assert!(acknowledged < 5_000, "the disk was never full");
    // Longer than a session: who is heard of keeps its place although nothing can be written.
    for _ in 0..8 {
        std::thread::sleep(Duration::from_secs(1));
        assert!(!commit(&broker, acknowledged + 2));
    }
    broker.must_run();
    std::fs::remove_file(&filler).expect("the filler");
    let mut offset = acknowledged + 3;
    eventually("commits are taken again", Duration::from_secs(20), || {
        offset += 1;
        commit(&broker, offset)
    });
    assert_eq!(member.heartbeat(&mut connection, 4, generation), 0, "the member is still there");
    broker.kill();
    broker.start_again();
    let mut connection = group::connect(&broker, "full");
    let told = group::committed(&mut connection, 8, "full", &topic, 0);
    assert_eq!(told, Committed { metadata: note, ..Committed::at(offset) });
    assert_eq!(member.heartbeat(&mut connection, 4, generation), 0);
}

/// Takes all the space there is.
fn fill_disk(filler: &std::path::Path) {
    let mut file = std::fs::File::create(filler).expect("the filler");
    for block in [1 << 20, 4096] {
        while file.write_all(&vec![0; block]).and_then(|()| file.sync_data()).is_ok() {}
    }
}
