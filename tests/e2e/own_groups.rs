//! `tidemill group` against any Kafka, and stock Kafka's own tool as the witness of what it did.

use crate::on_one_and_two_shards;
use crate::support::batch::{Builder, now_ms};
use crate::support::broker::{Broker, binary};
use crate::support::command::{Output, run};
use crate::support::group::{self, Commit, Member};
use crate::support::tools::{GROUPS, tool};
use crate::support::topic::{self, Topic};
use std::process::Command;
use std::time::Duration;

on_one_and_two_shards!(
    groups_are_listed_described_and_deleted,
    a_group_is_reset_to_where_it_is_told,
    a_group_with_members_is_left_alone,
);

fn own(broker: &Broker, arguments: &[&str]) -> Output {
    let mut command = Command::new(binary());
    command.arg("group").args(arguments).args(["--bootstrap-server", &broker.bootstrap()]);
    run(command, b"", Duration::from_secs(60))
}

#[track_caller]
fn refused(output: Output, why: &str) {
    let told = output.failed();
    assert!(told.contains(why), "no {why:?} in {told}");
}

fn own_json(broker: &Broker, arguments: &[&str]) -> serde_json::Value {
    let output = own(broker, &[arguments, &["--json"]].concat()).ok();
    serde_json::from_str(&output.out).expect("JSON")
}

/// A topic of two partitions with 10 records each, a second apart.
fn filled(broker: &Broker) -> (Topic, i64) {
    let topic = Topic::create(broker, "read-by-groups", 2, &[]);
    let first_ms = now_ms() - 3_600_000;
    for partition in 0..2 {
        let mut connection = topic.connect(broker, partition);
        for n in 0..10 {
            let builder = Builder { timestamp_ms: first_ms + n * 1000, ..Builder::default() };
            topic::produce_ok(&mut connection, &topic, partition, &builder.values(&["x"]));
        }
    }
    (topic, first_ms)
}

fn commit(broker: &Broker, topic: &Topic, name: &str, offsets: [i64; 2]) {
    let commits = [0, 1].map(|n| Commit::new(topic, n, offsets[n as usize]));
    let mut connection = group::connect(broker, name);
    assert_eq!(group::commit_alone(&mut connection, name, &commits), [0, 0]);
}

/// What is committed for each partition, as stock Kafka's tool sees it.
fn seen_by_stock(broker: &Broker, name: &str) -> Vec<String> {
    let bootstrap = broker.bootstrap();
    let arguments = ["--bootstrap-server", &bootstrap, "--describe", "--offsets", "--group", name];
    let output = tool(GROUPS, &arguments).ok();
    let lines = output.out.lines().filter(|line| line.starts_with(&format!("{name} ")));
    let mut rows: Vec<(String, String)> = lines
        .map(|line| line.split_whitespace().collect::<Vec<_>>())
        .map(|fields| (fields[2].to_owned(), fields[3].to_owned()))
        .collect();
    rows.sort();
    rows.into_iter().map(|(_, offset)| offset).collect()
}

fn groups_are_listed_described_and_deleted(test: &str, shards: usize) {
    let broker = group::start(test, shards);
    let (topic, _) = filled(&broker);
    let names = ["first", "second", "third"];
    for name in names {
        commit(&broker, &topic, name, [4, 10]);
    }
    let listed = own_json(&broker, &["list"]);
    let listed: Vec<&str> =
        listed.as_array().unwrap().iter().map(|one| one["group"].as_str().unwrap()).collect();
    assert_eq!(listed, names);
    let described = own_json(&broker, &["describe", "second"]);
    let group = &described[0];
    assert_eq!(group["state"], "Empty");
    let row = |n: usize| &group["partitions"][n];
    assert_eq!(
        (&row(0)["committed"], &row(0)["end"], &row(0)["lag"]),
        (&4.into(), &10.into(), &6.into())
    );
    assert_eq!(row(1)["lag"], 0);
    own(&broker, &["describe", "second"]).ok().must_have("6 records behind");
    own(&broker, &["delete", "first", "third"]).ok().must_have("deleted third");
    assert_eq!(own_json(&broker, &["list"]).as_array().unwrap().len(), 1);
    refused(own(&broker, &["describe", "first"]), "GROUP_ID_NOT_FOUND");
    refused(own(&broker, &["delete", "first"]), "GROUP_ID_NOT_FOUND");
}

fn a_group_is_reset_to_where_it_is_told(test: &str, shards: usize) {
    let broker = group::start(test, shards);
    let (topic, first_ms) = filled(&broker);
    let reset = |arguments: &[&str]| own(&broker, &[&["reset", "again"], arguments].concat());
    let all: &[&str] = &["--topic", "read-by-groups"];
    let to = |target: &[&str], offsets: [&str; 2]| {
        reset(&[all, target].concat()).ok();
        assert_eq!(seen_by_stock(&broker, "again"), offsets, "{target:?}");
    };
    // A group that was never there begins with its first offsets.
    to(&["--to-earliest"], ["0", "0"]);
    to(&["--to-latest"], ["10", "10"]);
    to(&["--to-offset", "3"], ["3", "3"]);
    to(&["--shift-by", "2"], ["5", "5"]);
    to(&["--shift-by", "-4"], ["1", "1"]);
    to(&["--to-offset", "1000"], ["10", "10"]);
    to(&["--to-time", &(first_ms + 6500).to_string()], ["7", "7"]);
    to(&["--to-time", &(first_ms + 60_000).to_string()], ["10", "10"]);
    reset(&["--topic", "read-by-groups:1", "--to-offset", "2"]).ok();
    assert_eq!(seen_by_stock(&broker, "again"), ["10", "2"]);
    reset(&["--all-topics", "--to-earliest", "--dry-run"]).ok().must_have("WOULD BE");
    assert_eq!(seen_by_stock(&broker, "again"), ["10", "2"], "a dry run changes nothing");
    refused(reset(&["--topic", "read-by-groups:7", "--to-latest"]), "no partition 7");
    refused(reset(&["--topic", "absent", "--to-latest"]), "no topic");
    drop(topic);
}

fn a_group_with_members_is_left_alone(test: &str, shards: usize) {
    let broker = group::start(test, shards);
    let (topic, _) = filled(&broker);
    commit(&broker, &topic, "busy", [5, 5]);
    let mut connection = group::connect(&broker, "busy");
    let mut member = Member::new("busy").topics(&["read-by-groups"]);
    member.settle(&mut connection, &group::assignment("read-by-groups", &[0, 1]));
    let described = own_json(&broker, &["describe", "busy"]);
    assert_eq!(described[0]["members"].as_array().unwrap().len(), 1);
    assert!(described[0]["partitions"][1]["member"].is_string(), "{described}");
    let reset = ["reset", "busy", "--all-topics", "--to-earliest"];
    refused(own(&broker, &reset), "stop its consumers");
    refused(own(&broker, &["delete", "busy"]), "NON_EMPTY_GROUP");
    let partitions = &own_json(&broker, &["describe", "busy"])[0]["partitions"];
    assert_eq!((&partitions[0]["committed"], &partitions[1]["committed"]), (&5.into(), &5.into()));
}
