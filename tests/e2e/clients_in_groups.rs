//! Clients in many languages, each with a program of its own in tests/clients: topics, every codec,
//! groups that commit, balance and lose members, offsets by time. tests/clients/table makes the
//! README's table of what these tests leave in tests/.cache/clients.

use crate::on_one_and_two_shards;
use crate::support::broker::{Broker, Options};
use crate::support::command::run;
use crate::support::files::repository;
use crate::support::results::Results;
use crate::support::skip;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

on_one_and_two_shards!(
    aiokafka,
    confluent_kafka,
    kafka_python,
    kafkajs,
    platformatic_kafka,
    kafka_crab_js,
    franz_go,
    sarama,
    kafka_go,
    rdkafka,
);

/// Many times what any of them takes; a check that hangs ends itself after 30 s.
const LIMIT: Duration = Duration::from_secs(120);

fn cache() -> PathBuf {
    repository().join("tests/.cache")
}

/// Runs a client's program against a broker, and keeps what it printed for the table.
fn check(test: &str, shards: usize, name: &str, mut command: Command) {
    let mut results = Results::start(name, shards);
    let program = PathBuf::from(command.get_program());
    if !program.exists() {
        return skip(test, &format!("tests/setup has not made {}", program.display()));
    }
    // A group that starts need not wait for members that are not there.
    let options = Options::shards(shards).set("group.initial.rebalance.delay.ms", "0");
    let broker = Broker::start(test, options);
    command.arg(broker.bootstrap());
    let output = run(command, b"", LIMIT);
    results.add(&output.out);
    // The last check that every client has.
    output.ok().must_have("ok seek\n");
}

fn script(interpreter: &str, name: &str, file: &str) -> Command {
    let mut command = Command::new(cache().join(interpreter));
    command.arg(repository().join("tests/clients").join(name).join(file));
    command
}

fn python(test: &str, shards: usize, name: &str) {
    check(test, shards, name, script("venv/bin/python", name, "check.py"));
}

fn node(test: &str, shards: usize, name: &str) {
    check(test, shards, name, script("node/node_modules/.bin/node", name, "check.mjs"));
}

fn go(test: &str, shards: usize, name: &str) {
    check(test, shards, name, Command::new(cache().join("go").join(name)));
}

fn aiokafka(test: &str, shards: usize) {
    python(test, shards, "aiokafka");
}

fn confluent_kafka(test: &str, shards: usize) {
    python(test, shards, "confluent-kafka");
}

fn kafka_python(test: &str, shards: usize) {
    python(test, shards, "kafka-python");
}

fn kafkajs(test: &str, shards: usize) {
    node(test, shards, "kafkajs");
}

fn platformatic_kafka(test: &str, shards: usize) {
    node(test, shards, "platformatic-kafka");
}

fn kafka_crab_js(test: &str, shards: usize) {
    node(test, shards, "kafka-crab-js");
}

fn franz_go(test: &str, shards: usize) {
    go(test, shards, "franz-go");
}

fn sarama(test: &str, shards: usize) {
    go(test, shards, "sarama");
}

fn kafka_go(test: &str, shards: usize) {
    go(test, shards, "kafka-go");
}

fn rdkafka(test: &str, shards: usize) {
    let program = cache().join("rdkafka/debug/check-rdkafka");
    check(test, shards, "rdkafka", Command::new(program));
}
