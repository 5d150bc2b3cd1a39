//! Spring Boot: KafkaTemplate, @KafkaListener, KafkaAdmin, error handling, as one application.

use super::{LIMIT, becomes, described};
use crate::support::broker::Broker;
use crate::support::command::kcat;
use crate::support::eventually;
use crate::support::group;
use crate::support::http;
use crate::support::java::{Program, jar};
use crate::support::results::Results;
use crate::support::topic::{LATEST, Topic, offset_for};
use serde_json::Value;
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use wire::messages::consumer_group_describe_request::ConsumerGroupDescribeRequest;

/// The groups that read the topic, and the consumers that each application has in them.
const GROUPS: [(&str, usize); 4] = [("mail", 3), ("audit", 1), ("billing", 1), ("fragile", 1)];
const PARTITIONS: usize = 6;

pub fn run(test: &str, shards: usize) {
    let mut results = Results::start("spring-boot", shards);
    let mut broker = group::start(test, shards);
    // What KafkaAdmin finds here is less than the application wants.
    Topic::create(&broker, "messages", 2, &[("retention.ms", "60000")]);
    let mut app = App::start(&broker, "first", &[]);
    let versions = app.get("/versions");
    let version = |name: &str| versions[name].as_str().expect("a version").to_owned();
    let boot = format!("{} (Spring Boot {})", version("springKafka"), version("springBoot"));
    results.client("spring-kafka", &boot);

    topics_are_as_the_application_wants(&broker);
    results.ok("create-topic");
    results.ok("alter-topic");
    let topic = Topic::find(&mut broker.connect(0), "messages").expect("the topic");
    settled(&broker, 1);
    json_reaches_every_group(&app);
    results.ok("JSON");
    results.ok("several-groups");
    results.ok("concurrency");
    failures_are_delivered_again(&app);
    results.ok("retry");
    results.ok("dead-letter-topic");
    GROUPS.iter().for_each(|(group, _)| all_is_committed(&broker, &topic, group));
    results.ok("automatic-acknowledgement");
    a_crash_of_the_broker_is_lived_through(&mut broker, &app);
    results.ok("broker-kill");
    a_second_instance_shares(&broker, &app);
    results.ok("rebalance");
    let held = what_is_not_acknowledged_stays(&broker, &topic, &app);
    app.program.stop();
    app = App::start(&broker, "again", &[]);
    nothing_else_comes_again(&broker, &app, &held);
    results.ok("manual-acknowledgement");
    results.ok("restart");
    app.program.stop();
}

/// The same application, with one line more in its settings: the broker assigns (KIP-848).
pub fn run_with_the_consumer_protocol(test: &str, shards: usize) {
    let mut broker = group::start(test, shards);
    let settings = ["--spring.kafka.consumer.properties.group.protocol=consumer"];
    let mut app = App::start(&broker, "first", &settings);
    let topic = Topic::find(&mut broker.connect(0), "messages").expect("the topic");
    settled(&broker, 1);
    for (group, _) in GROUPS {
        assert!(state(&broker, group, Protocol::Classic).is_none(), "{group} is of the old kind");
    }
    json_reaches_every_group(&app);
    failures_are_delivered_again(&app);
    GROUPS.iter().for_each(|(group, _)| all_is_committed(&broker, &topic, group));
    a_crash_of_the_broker_is_lived_through(&mut broker, &app);
    app.program.stop();
}

struct App {
    program: Program,
    address: String,
}

/// One record as a listener was given it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Delivery {
    text: String,
    partition: i64,
    offset: i64,
    attempt: i64,
    thread: String,
    cause: Option<String>,
}

/// Where a message was written to.
type Place = (i64, i64);

impl App {
    fn start(broker: &Broker, name: &str, settings: &[&str]) -> App {
        let log = broker.dir.join(&format!("spring-boot-{name}.log"));
        let servers = format!("--spring.kafka.bootstrap-servers={}", broker.bootstrap());
        let arguments = ["--server.address=127.0.0.1", "--server.port=0", &servers];
        let arguments = [&arguments[..], settings].concat();
        let mut program = Program::start(&jar("spring-boot"), log, &arguments);
        let line = program.wait_for("Tomcat started on port ");
        program.wait_for("Started MessagesApplication");
        let (_, port) = line.split_once("on port ").expect("a port");
        let port = port.split(' ').next().expect("a port");
        App { program, address: format!("127.0.0.1:{port}") }
    }

    fn get(&self, path: &str) -> Value {
        let (status, body) = http::get(&self.address, path);
        assert_eq!(status, 200, "{path}: {body}");
        serde_json::from_str(&body).expect("JSON")
    }

    fn publish(&self, key: &str, text: &str) -> Place {
        let text = text.replace(' ', "%20");
        let published = self.get(&format!("/publish?message={text}&key={key}"));
        let number = |name: &str| published[name].as_i64().expect("a number");
        (number("partition"), number("offset"))
    }

    /// Texts `PREFIX 0`, `PREFIX 1`, … by turns with a number of keys.
    fn publish_many(&self, prefix: &str, count: usize) -> Vec<String> {
        let text = |n| format!("{prefix} {n}");
        let publish = |n| {
            self.publish(&format!("key-{}", n % 24), &text(n));
            text(n)
        };
        (0..count).map(publish).collect()
    }

    /// All deliveries to a group whose text begins with `prefix`.
    fn received(&self, group: &str, prefix: &str) -> Vec<Delivery> {
        let all = self.get(&format!("/received?group={group}"));
        let of = |one: &Value| Delivery {
            text: one["text"].as_str().expect("a text").to_owned(),
            partition: one["partition"].as_i64().expect("a number"),
            offset: one["offset"].as_i64().expect("a number"),
            attempt: one["attempt"].as_i64().expect("a number"),
            thread: one["thread"].as_str().expect("a name").to_owned(),
            cause: one["cause"].as_str().map(str::to_owned),
        };
        let all = all.as_array().expect("a list").iter().map(of);
        all.filter(|one| one.text.starts_with(prefix)).collect()
    }

    fn texts(&self, group: &str, prefix: &str) -> Vec<String> {
        self.received(group, prefix).into_iter().map(|one| one.text).collect()
    }
}

fn sorted(mut texts: Vec<String>) -> Vec<String> {
    texts.sort();
    texts
}

#[derive(Clone, Copy)]
enum Protocol {
    Classic,
    Consumer,
}

/// The state of a group and how many members it has, if it is of this protocol.
fn state(broker: &Broker, name: &str, protocol: Protocol) -> Option<(String, usize)> {
    const NONE: i16 = 0;
    let mut connection = group::connect(broker, name);
    match protocol {
        Protocol::Classic => {
            let group = group::describe(&mut connection, name);
            let is_one = group.error_code == NONE && group.group_state != "Dead";
            is_one.then(|| (group.group_state.to_string(), group.members.len()))
        }
        Protocol::Consumer => {
            let group_ids = vec![name.into()];
            let request = ConsumerGroupDescribeRequest { group_ids, ..Default::default() };
            let group = connection.call(1, &request).groups.remove(0);
            let is_one = group.error_code == NONE;
            is_one.then(|| (group.group_state.to_string(), group.members.len()))
        }
    }
}

/// Waits until every group has the consumers of so many instances, and each knows its partitions.
fn settled(broker: &Broker, instances: usize) {
    for (name, consumers) in GROUPS {
        let wanted = Some(("Stable".to_owned(), consumers * instances));
        becomes(&format!("the group {name}"), &wanted, || {
            let consumer = state(broker, name, Protocol::Consumer);
            consumer.or_else(|| state(broker, name, Protocol::Classic))
        });
    }
}

fn topics_are_as_the_application_wants(broker: &Broker) {
    for (topic, retention_ms) in [("messages", "604800000"), ("messages-dlt", "-1")] {
        let (partitions, configs) = described(broker, topic);
        assert_eq!(partitions, PARTITIONS, "{topic}");
        assert!(configs.contains(&format!("retention.ms={retention_ms}")), "{topic}: {configs:?}");
    }
}

fn json_reaches_every_group(app: &App) {
    let sent = sorted(app.publish_many("plain", 60));
    for (group, consumers) in GROUPS {
        becomes(group, &sent, || sorted(app.texts(group, "plain")));
        let received = app.received(group, "plain");
        let threads: BTreeSet<&str> = received.iter().map(|one| &*one.thread).collect();
        assert_eq!(threads.len(), consumers, "{group} is read by {threads:?}");
        for partition in 0..PARTITIONS as i64 {
            let of_it = received.iter().filter(|one| one.partition == partition);
            let offsets: Vec<i64> = of_it.map(|one| one.offset).collect();
            assert!(offsets.is_sorted(), "{group}, partition {partition}: {offsets:?}");
        }
    }
}

/// The JSON in the topic, as another client sees it.
fn json_in_the_topic(broker: &Broker) -> Vec<String> {
    let bootstrap = broker.bootstrap();
    let arguments =
        ["-b", &bootstrap, "-C", "-t", "messages", "-o", "beginning", "-e", "-q", "-f", "%h %s\n"];
    let text_of = |line: &str| {
        let (headers, json) = line.split_once(' ').expect("headers and a value");
        assert_eq!(headers, "__TypeId__=com.example.messages.Message");
        let json: Value = serde_json::from_str(json).expect("JSON");
        assert!(json["writtenAt"].is_number(), "{json}");
        json["text"].as_str().expect("a text").to_owned()
    };
    kcat(&arguments, b"").ok().out.lines().map(text_of).collect()
}

/// Three attempts each; what comes after them in the partition waits for them.
fn failures_are_delivered_again(app: &App) {
    let key = "fails";
    let bad = app.publish(key, "bad 1");
    let flaky = app.publish(key, "flaky 1");
    let after = app.publish(key, "after 1");
    becomes("deliveries after a failure", &vec!["after 1".to_owned()], || {
        app.texts("fragile", "after")
    });
    let of = |text: &str, place: Place| {
        let attempts = app.received("fragile", text).into_iter();
        let attempts: Vec<(Place, i64)> =
            attempts.map(|one| ((one.partition, one.offset), one.attempt)).collect();
        assert!(attempts.iter().all(|(seen, _)| *seen == place), "{text}: {attempts:?}");
        attempts.into_iter().map(|(_, attempt)| attempt).collect::<Vec<i64>>()
    };
    assert_eq!(of("bad 1", bad), [1, 2, 3]);
    assert_eq!(of("flaky 1", flaky), [1, 2, 3]);
    assert_eq!(of("after 1", after), [1]);
    becomes("dead letters", &vec!["bad 1".to_owned()], || app.texts("dead-letters", ""));
    let dead = &app.received("dead-letters", "")[0];
    assert_eq!(dead.partition, bad.0, "{dead:?}");
    let cause = dead.cause.as_deref().unwrap_or_default();
    assert!(cause.contains("cannot take bad 1"), "{dead:?}");
}

fn all_is_committed(broker: &Broker, topic: &Topic, group: &str) {
    for partition in 0..PARTITIONS as i32 {
        let end = offset_for(&mut topic.connect(broker, partition), topic, partition, LATEST);
        if end > 0 {
            becomes(&format!("the offset of {group} in {partition}"), &end, || {
                committed(broker, topic, group, partition)
            });
        }
    }
}

fn committed(broker: &Broker, topic: &Topic, group: &str, partition: i32) -> i64 {
    group::committed(&mut group::connect(broker, group), 7, group, topic, partition).offset
}

/// The broker is killed while messages are published: each that the application was told is
/// written reaches each group.
fn a_crash_of_the_broker_is_lived_through(broker: &mut Broker, app: &App) {
    const COUNT: usize = 300;
    let published = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        let publisher = scope.spawn(|| {
            for n in 0..COUNT {
                app.publish(&format!("key-{n}"), &format!("crash {n}"));
                published.fetch_add(1, Ordering::Relaxed);
            }
        });
        eventually("a third is published", LIMIT, || {
            published.load(Ordering::Relaxed) > COUNT / 3 || publisher.is_finished()
        });
        broker.kill();
        broker.start_again();
    });
    assert_eq!(published.load(Ordering::Relaxed), COUNT);
    let sent: BTreeSet<String> = (0..COUNT).map(|n| format!("crash {n}")).collect();
    for (group, _) in GROUPS {
        // A listener may be given again what it had not committed yet.
        becomes(group, &sent, || app.texts(group, "crash").into_iter().collect());
    }
    let in_topic = json_in_the_topic(broker).into_iter().filter(|text| text.starts_with("crash"));
    let in_topic = sorted(in_topic.collect());
    assert_eq!(in_topic, sorted(sent.into_iter().collect()), "each is in the topic once");
}

/// Two instances of the application are one group: each message comes to one of them.
fn a_second_instance_shares(broker: &Broker, app: &App) {
    let mut second = App::start(broker, "second", &[]);
    settled(broker, 2);
    let sent = sorted(second.publish_many("shared", 60));
    becomes("the two instances", &sent, || {
        let both = [app.texts("mail", "shared"), second.texts("mail", "shared")];
        sorted(both.concat())
    });
    for (name, instance) in [("first", app), ("second", &second)] {
        assert_ne!(instance.texts("mail", "shared").len(), 0, "the {name} instance has its share");
    }
    second.program.stop();
    settled(broker, 1);
    let sent = sorted(app.publish_many("alone", 60));
    becomes("the instance that is left", &sent, || sorted(app.texts("mail", "alone")));
}

/// Where the message is that billing has been given and does not acknowledge.
fn what_is_not_acknowledged_stays(broker: &Broker, topic: &Topic, app: &App) -> Place {
    app.publish("bill", "later 1");
    let twice = vec!["later 1".to_owned(); 2];
    becomes("what billing wants to have later", &twice, || app.texts("billing", "later"));
    let held = app.publish("bill", "hold 1");
    let once = vec!["hold 1".to_owned()];
    becomes("what billing holds", &once, || app.texts("billing", "hold"));
    for group in ["mail", "audit", "fragile"] {
        all_is_committed(broker, topic, group);
    }
    let place = held.0 as i32;
    becomes("what billing has done", &held.1, || committed(broker, topic, "billing", place));
    held
}

/// After the application has started again its listeners go on where they were.
fn nothing_else_comes_again(broker: &Broker, app: &App, held: &Place) {
    settled(broker, 1);
    assert_eq!(app.publish("bill", "new 1"), (held.0, held.1 + 1));
    for (group, _) in GROUPS {
        let wanted: &[&str] = if group == "billing" { &["hold 1", "new 1"] } else { &["new 1"] };
        let wanted: Vec<String> = wanted.iter().map(|&text| text.to_owned()).collect();
        becomes(group, &wanted, || app.texts(group, ""));
    }
}
