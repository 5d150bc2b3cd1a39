//! Applications in Java, unchanged: a Spring Boot one, driven over HTTP, and one of Kafka Streams.
//! Their sources are in tests/clients/spring-boot and tests/clients/streams; tests/setup builds
//! them. What they print is shown when a test fails.

mod spring;
mod streams;

use crate::on_one_and_two_shards;
use crate::support::broker::Broker;
use crate::support::tools::{TOPICS, tool};
use std::collections::BTreeSet;
use std::fmt::Debug;
use std::time::{Duration, Instant};

on_one_and_two_shards!(spring_boot, spring_boot_with_the_consumer_protocol, kafka_streams);

fn spring_boot(test: &str, shards: usize) {
    spring::run(test, shards);
}

fn spring_boot_with_the_consumer_protocol(test: &str, shards: usize) {
    spring::run_with_the_consumer_protocol(test, shards);
}

fn kafka_streams(test: &str, shards: usize) {
    streams::run(test, shards);
}

/// Many times what any of it takes.
const LIMIT: Duration = Duration::from_secs(60);

/// Waits until what is seen is what is wanted, and shows both if it never is.
#[track_caller]
fn becomes<T: PartialEq + Debug>(what: &str, wanted: &T, mut seen: impl FnMut() -> T) {
    let from = Instant::now();
    let mut last = seen();
    while last != *wanted && from.elapsed() < LIMIT {
        std::thread::sleep(Duration::from_millis(50));
        last = seen();
    }
    assert_eq!(last, *wanted, "{what}: seen, and wanted");
}

/// How many partitions a topic has, and the configs it was given.
fn described(broker: &Broker, topic: &str) -> (usize, BTreeSet<String>) {
    let bootstrap = broker.bootstrap();
    let arguments = ["--bootstrap-server", &bootstrap, "--describe", "--topic", topic];
    let told = tool(TOPICS, &arguments).ok().out;
    let head = told.lines().next().unwrap_or_default();
    let (_, configs) = head.split_once("Configs: ").unwrap_or_else(|| panic!("{told}"));
    (told.lines().count() - 1, configs.trim().split(',').map(str::to_owned).collect())
}
