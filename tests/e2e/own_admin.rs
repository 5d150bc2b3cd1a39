//! `tidemill config` and `tidemill cluster` against any Kafka, and stock Kafka's own tools as the
//! witness of what they did.

use crate::on_one_and_two_shards;
use crate::support::broker::{Broker, Options, against_kafka, binary};
use crate::support::command::{Output, run};
use crate::support::eventually;
use crate::support::tools::{CLUSTER, CONFIGS, tool};
use crate::support::topic::Topic;
use serde_json::{Value, json};
use std::process::Command;
use std::time::Duration;

on_one_and_two_shards!(
    topic_configs_are_set_and_taken_back,
    broker_configs_are_set_for_one_and_for_all,
    group_configs_are_set_and_taken_back,
    configs_that_cannot_be_are_refused,
    a_cluster_is_described,
);

const LIMIT: Duration = Duration::from_secs(10);

fn own(broker: &Broker, arguments: &[&str]) -> Output {
    let mut command = Command::new(binary());
    command.args(arguments).args(["--bootstrap-server", &broker.bootstrap()]);
    run(command, b"", Duration::from_secs(60))
}

fn own_json(broker: &Broker, arguments: &[&str]) -> Value {
    let output = own(broker, &[arguments, &["--json"]].concat()).ok();
    serde_json::from_str(&output.out).expect("JSON")
}

#[track_caller]
fn refused(output: Output, why: &str) {
    let told = output.failed();
    assert!(told.contains(why), "no {why:?} in {told}");
}

/// The value and the source of one config, as our own tool tells them.
fn told(broker: &Broker, entity: &[&str], key: &str) -> (Value, Value) {
    let told = own_json(broker, &[&["config", "get", key], entity].concat());
    let config = &told["configs"][0];
    assert_eq!(config["name"], key, "{told}");
    (config["value"].clone(), config["source"].clone())
}

fn is(value: &str, source: &str) -> (Value, Value) {
    (value.into(), source.into())
}

fn stock(broker: &Broker, arguments: &[&str]) -> Output {
    tool(CONFIGS, &[&["--bootstrap-server", &broker.bootstrap()], arguments].concat()).ok()
}

fn topic_configs_are_set_and_taken_back(test: &str, shards: usize) {
    let broker = Broker::start(test, Options::shards(shards));
    Topic::create(&broker, "settings", 2, &[]);
    let entity = ["--topic", "settings"];
    let stock_entity = ["--entity-type", "topics", "--entity-name", "settings"];
    let described = || stock(&broker, &[&["--describe"], &stock_entity[..]].concat());
    let set = |arguments: &[&str]| own(&broker, &[&["config", "set"], &entity, arguments].concat());
    let get = |key: &str| told(&broker, &entity, key);
    let soon = |what: &str, done: &dyn Fn() -> bool| eventually(what, LIMIT, done);

    assert_eq!(get("retention.ms"), is("604800000", "default"));
    set(&["retention.ms=3600000", "--dry-run"]).ok().must_have("would have set retention.ms");
    set(&["retention.ms=7200000", "cleanup.policy=compact"]).ok().must_have("set retention.ms");
    soon("stock Kafka's tool sees what was set", &|| {
        let seen = described().out;
        assert!(!seen.contains("retention.ms=3600000"), "a dry run changes nothing: {seen}");
        seen.contains("retention.ms=7200000") && seen.contains("cleanup.policy=compact")
    });
    assert_eq!(get("retention.ms"), is("7200000", "topic"));

    set(&["--append", "cleanup.policy=delete"]).ok().must_have("appended to cleanup.policy");
    soon("the list has both", &|| described().out.contains("cleanup.policy=compact,delete"));
    set(&["--subtract", "cleanup.policy=compact", "--delete", "retention.ms"]).ok();
    soon("one is taken out, one taken back", &|| {
        let seen = described().out;
        seen.contains("cleanup.policy=delete") && !seen.contains("retention.ms=")
    });

    let alter = ["--alter", "--add-config", "segment.bytes=2097152"];
    stock(&broker, &[&alter[..], &stock_entity[..]].concat());
    soon("what stock Kafka's tool set is seen", &|| get("segment.bytes") == is("2097152", "topic"));
    let changed = own(&broker, &["config", "get", "--topic", "settings"]).ok();
    changed.must_have("segment.bytes").must_have("2097152").must_lack("retention.ms");
    let all = own(&broker, &["config", "get", "--topic", "settings", "--all"]).ok();
    all.must_have("retention.ms").must_have("default");
}

fn broker_configs_are_set_for_one_and_for_all(test: &str, shards: usize) {
    let broker = Broker::start(test, Options::shards(shards));
    let last = (1 + 1000 * (shards - 1)).to_string();
    let of_all = ["--entity-type", "brokers", "--entity-default"];
    let set = |arguments: &[&str]| own(&broker, &[&["config", "set"], arguments].concat()).ok();

    set(&["--all-brokers", "log.retention.ms=7300000"]);
    eventually("stock Kafka's tool sees it", LIMIT, || {
        let described = stock(&broker, &[&["--describe"], &of_all[..]].concat());
        described.out.contains("log.retention.ms=7300000")
    });
    let key = "log.retention.ms";
    eventually("each broker has it from there", LIMIT, || {
        told(&broker, &["--broker", &last], key) == is("7300000", "all brokers")
    });
    set(&["--broker", &last, "log.retention.ms=7400000"]);
    eventually("its own goes before it", LIMIT, || {
        told(&broker, &["--broker", &last], key) == is("7400000", "broker")
    });
    assert_eq!(told(&broker, &["--all-brokers"], key), is("7300000", "all brokers"));
    let described =
        stock(&broker, &["--describe", "--entity-type", "brokers", "--entity-name", &last]);
    described.must_have("log.retention.ms=7400000");

    stock(&broker, &[&["--alter", "--delete-config", key], &of_all[..]].concat());
    eventually("what stock Kafka's tool deleted is gone", LIMIT, || {
        let left = own_json(&broker, &["config", "get", "--all-brokers"]);
        // Stock Kafka sets another one by itself.
        left["configs"].as_array().is_some_and(|all| all.iter().all(|one| one["name"] != key))
    });
    refused(own(&broker, &["config", "get", "--all-brokers", key]), "is not set for all brokers");
    // A secret is a value that nobody is told.
    let all = own_json(&broker, &["config", "get", "--broker", &last, "--all"]);
    let mut secrets = all["configs"].as_array().expect("configs").iter();
    assert!(secrets.all(|one| one["sensitive"] == false || one["value"].is_null()), "{all}");
}

fn configs_that_cannot_be_are_refused(test: &str, shards: usize) {
    let broker = Broker::start(test, Options::shards(shards));
    Topic::create(&broker, "settings", 1, &[]);
    let config = |arguments: &[&str]| own(&broker, &[&["config"], arguments].concat());
    refused(config(&["set", "--topic", "absent", "retention.ms=1"]), "tidemill topic list");
    refused(config(&["get", "--topic", "absent"]), "UNKNOWN_TOPIC_OR_PARTITION");
    refused(config(&["get", "--broker", "77"]), "broker 77");
    let near = "did you mean retention.ms?";
    refused(config(&["get", "--topic", "settings", "retention.sm"]), near);
    refused(config(&["set", "--topic", "settings", "retention.sm=1"]), near);
    refused(config(&["set", "--topic", "settings", "segment.bytes=7"]), "INVALID_CONFIG");
    refused(config(&["set", "--topic", "settings", "segment.bytes=7", "--dry-run"]), "INVALID");
    refused(config(&["set", "--topic", "settings", "retention.ms"]), "KEY=VALUE");
    // One bad change of two: neither is made.
    let two = ["set", "--topic", "settings", "retention.ms=60000", "segment.bytes=7"];
    refused(config(&two), "segment.bytes");
    assert_eq!(told(&broker, &["--topic", "settings"], "retention.ms"), is("604800000", "default"));
    let group = |change: &str| config(&["set", "--group", "some", change]);
    refused(group("consumer.session.timeout.ms=1"), "group.consumer.min.session.timeout.ms");
    let near = "did you mean consumer.session.timeout.ms?";
    refused(group("consumer.session.timeout=50000"), near);
    refused(config(&["get", "--group", "some", "consumer.session.timeout"]), near);
    assert_eq!(own_json(&broker, &["config", "get", "--group", "some"])["configs"], json!([]));
}

fn group_configs_are_set_and_taken_back(test: &str, shards: usize) {
    let broker = Broker::start(test, Options::shards(shards));
    let (key, entity) = ("consumer.session.timeout.ms", ["--group", "some"]);
    let set = |arguments: &[&str]| own(&broker, &[&["config", "set"], &entity, arguments].concat());
    set(&["consumer.session.timeout.ms=50000", "--dry-run"]).ok().must_have("would have set");
    assert_eq!(told(&broker, &entity, key), is("45000", "default"));
    set(&["consumer.session.timeout.ms=50000"]).ok().must_have("set consumer.session.timeout.ms");
    eventually("a group's config is set", LIMIT, || {
        told(&broker, &entity, key) == is("50000", "group")
    });
    let shown = own(&broker, &["config", "get", "--group", "some"]).ok();
    shown.must_have(key).must_lack("consumer.heartbeat.interval.ms");
    let of_group = ["--entity-type", "groups", "--entity-name", "some"];
    stock(&broker, &[&["--describe"], &of_group[..]].concat())
        .must_have("session.timeout.ms=50000");
    set(&["--delete", key]).ok().must_have("deleted");
    eventually("a group's config is gone", LIMIT, || {
        told(&broker, &entity, key) == is("45000", "default")
    });
}

fn a_cluster_is_described(test: &str, shards: usize) {
    let broker = Broker::start(test, Options::shards(shards));
    Topic::create(&broker, "four", 4, &[]);
    Topic::create(&broker, "two", 2, &[]);
    let described = own_json(&broker, &["cluster", "describe"]);
    let id = described["cluster"].as_str().expect("an id");
    tool(CLUSTER, &["cluster-id", "--bootstrap-server", &broker.bootstrap()]).ok().must_have(id);
    let brokers = described["brokers"].as_array().expect("brokers");
    assert_eq!(brokers.len(), shards, "{described}");
    for (shard, one) in brokers.iter().enumerate() {
        assert_eq!(one["id"], 1 + 1000 * shard, "{described}");
        let address = format!("{}:{}", one["host"].as_str().expect("a host"), one["port"]);
        assert_eq!(address, broker.address(shard));
        let expected = if against_kafka() { Value::Null } else { shard.into() };
        assert_eq!(one["shard"], expected, "{described}");
    }
    let internal = described["internal_topics"].as_u64().expect("a number");
    assert_eq!(described["topics"].as_u64(), Some(2 + internal), "{described}");
    let led: u64 = brokers.iter().map(|one| one["leaders"].as_u64().expect("a number")).sum();
    assert_eq!(described["partitions"].as_u64(), Some(led), "every partition is led: {described}");
    assert!(led >= 6, "{described}");
    assert_eq!(described["offline"], Value::Array(Vec::new()));
    assert_eq!(described["under_replicated"], Value::Array(Vec::new()));
    assert!(described["features"]["group.version"].is_number(), "{described}");
    let known = brokers.iter().any(|one| one["id"] == described["controller"]);
    assert!(known, "{described}");
    own(&broker, &["cluster", "describe"])
        .ok()
        .must_have(&format!("cluster {id}, controller "))
        .must_have(&broker.address(shards - 1))
        .must_have("0 offline, 0 under-replicated");
}
