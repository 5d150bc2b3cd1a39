//! Data folders of versions before this one: they are taken over at the first start.
//!
//! `kept/metadata-in-shard-0.tgz` is one of the version whose metadata was a log of shard 0: two
//! shards, the topic "tides" with ten records, a deleted topic, and the group "ferries", which has
//! read all ten.

use crate::support::broker::{Broker, Options, against_kafka, binary};
use crate::support::command::{kcat, run};
use crate::support::files::repository;
use crate::support::skip;
use crate::support::tools::{GROUPS, TOPICS, tool};
use std::process::Command;
use std::time::Duration;

/// A broker that is not started, over the kept folder.
fn over_kept_folder(test: &str) -> Broker {
    let broker = Broker::prepare(test, Options::shards(2));
    let folder = broker.data_dir();
    std::fs::create_dir_all(&folder).expect("a data folder");
    let mut unpack = Command::new("tar");
    let kept = repository().join("tests/e2e/kept/metadata-in-shard-0.tgz");
    unpack.arg("-xzf").arg(kept).arg("--strip-components=1").arg("-C").arg(&folder);
    run(unpack, b"", Duration::from_secs(20)).ok();
    broker
}

/// Everything that was in it is served.
fn must_have_all(broker: &Broker) {
    let bootstrap = broker.bootstrap();
    let read =
        kcat(&["-C", "-e", "-q", "-b", &bootstrap, "-t", "tides", "-f", "%k %s\n"], b"").ok();
    let mut lines: Vec<&str> = read.out.lines().collect();
    lines.sort_unstable();
    let mut wanted: Vec<String> = (1..=10).map(|n| format!("k{n} wave {n}")).collect();
    wanted.sort_unstable();
    assert_eq!(lines, wanted);
    let topics = tool(TOPICS, &["--bootstrap-server", &bootstrap, "--describe"]).ok();
    topics.must_have("PhAnAmfZT5igzkXax3GQmQ");
    topics.must_have("retention.ms=86400000000");
    assert!(!topics.out.contains("gone"), "{}", topics.out);
    let arguments = ["--bootstrap-server", &bootstrap, "--describe", "--group", "ferries"];
    let group = tool(GROUPS, &arguments).ok();
    let rows = group.out.lines().filter(|line| line.starts_with("ferries"));
    let lags = rows.map(|row| row.split_whitespace().nth(5).expect("a lag").to_owned());
    assert_eq!(lags.collect::<Vec<_>>(), ["0", "0", "0"]);
}

#[test]
fn metadata_in_a_log_of_shard_0_is_taken_over() {
    let test = "metadata_in_a_log_of_shard_0_is_taken_over";
    if against_kafka() {
        return skip(test, "the folder is Tidemill's");
    }
    let mut broker = over_kept_folder(test);
    broker.start_again();
    must_have_all(&broker);
    assert!(!broker.shard_dir(0).join("__cluster_metadata-0").exists());
    assert!(broker.data_dir().join("quorum/state").is_file());
    // What is new goes to the new place, and stays there.
    let mut create = Command::new(binary());
    create.args(["topic", "create", "later", "-b", &broker.bootstrap()]);
    run(create, b"", Duration::from_secs(20)).ok();
    broker.kill();
    broker.start_again();
    must_have_all(&broker);
    let listed = tool(TOPICS, &["--bootstrap-server", &broker.bootstrap(), "--list"]).ok();
    listed.must_have("later");
}

/// Each step of taking over may be the last one of its process.
#[test]
fn a_kill_while_it_is_taken_over_loses_nothing() {
    let test = "a_kill_while_it_is_taken_over_loses_nothing";
    if against_kafka() {
        return skip(test, "the folder is Tidemill's");
    }
    let mut broker = over_kept_folder(test);
    for pause_ms in (0..60).step_by(3) {
        broker.spawn();
        std::thread::sleep(Duration::from_millis(pause_ms));
        broker.kill();
    }
    broker.start_again();
    must_have_all(&broker);
}
