//! Stock Kafka's administrative tools: topics, configs, offsets, log dirs, API versions.

use crate::on_one_and_two_shards;
use crate::support::batch::Builder;
use crate::support::broker::{Broker, Options, against_kafka};
use crate::support::eventually;
use crate::support::tools::*;
use crate::support::topic::{self, Topic};
use std::time::Duration;

on_one_and_two_shards!(
    topics_are_created_listed_altered_and_deleted,
    topics_that_cannot_be_are_refused,
    topic_configs_are_described_and_altered,
    broker_configs_are_described_and_altered,
    offsets_are_told_by_kind_and_by_time,
    records_are_deleted,
    log_dirs_are_described,
    api_versions_are_told,
);

/// The lines of `topics --describe` for the partitions: partition, leader, replicas.
fn described_partitions(output: &str) -> Vec<(i32, i32, String)> {
    let field = |line: &str, name: &str| -> String {
        line.split('\t')
            .find_map(|part| part.trim().strip_prefix(&format!("{name}: ")))
            .unwrap_or_else(|| panic!("no {name} in {line:?}"))
            .trim()
            .to_owned()
    };
    output
        .lines()
        .filter(|line| line.contains("Partition: "))
        .map(|line| {
            let number = |name| field(line, name).parse().expect("a number");
            (number("Partition"), number("Leader"), field(line, "Replicas"))
        })
        .collect()
}

fn topics_are_created_listed_altered_and_deleted(test: &str, shards: usize) {
    let broker = Broker::start(test, Options::shards(shards));
    let bootstrap = broker.bootstrap();
    let topics = |arguments: &[&str]| {
        tool(TOPICS, &[&["--bootstrap-server", &bootstrap], arguments].concat())
    };
    topics(&[
        "--create",
        "--topic",
        "orders",
        "--partitions",
        "4",
        "--config",
        "retention.ms=3600000",
    ])
    .ok()
    .must_have("Created topic orders.");
    topics(&["--list"]).ok().must_have("orders");

    let described = topics(&["--describe", "--topic", "orders"]).ok();
    described
        .must_have("PartitionCount: 4")
        .must_have("ReplicationFactor: 1")
        .must_have("retention.ms=3600000");
    let partitions = described_partitions(&described.out);
    assert_eq!(partitions.len(), 4, "{described}");
    for (_, leader, replicas) in &partitions {
        assert_eq!(leader.to_string(), *replicas, "{described}");
    }
    // Placement is balanced: as many partitions on each shard.
    for shard in 0..shards {
        let led = partitions.iter().filter(|(_, leader, _)| topic::shard_of(*leader) == shard);
        assert_eq!(led.count(), 4 / shards, "{described}");
    }

    topics(&["--alter", "--topic", "orders", "--partitions", "6"]).ok();
    let described = topics(&["--describe", "--topic", "orders"]).ok();
    assert_eq!(described_partitions(&described.out).len(), 6, "{described}");

    let assignment = if shards == 1 { "1,1,1" } else { "1001,1,1001" };
    topics(&["--create", "--topic", "placed", "--replica-assignment", assignment]).ok();
    let described = topics(&["--describe", "--topic", "placed"]).ok();
    let leaders: Vec<String> =
        described_partitions(&described.out).iter().map(|part| part.1.to_string()).collect();
    assert_eq!(leaders.join(","), assignment, "{described}");

    topics(&["--delete", "--topic", "orders"]).ok();
    eventually("the topic is gone", Duration::from_secs(5), || {
        !topics(&["--list"]).ok().out.contains("orders")
    });
    topics(&["--list"]).ok().must_have("placed");
}

fn topics_that_cannot_be_are_refused(test: &str, shards: usize) {
    let broker = Broker::start(test, Options::shards(shards));
    let bootstrap = broker.bootstrap();
    let topics = |arguments: &[&str]| {
        tool(TOPICS, &[&["--bootstrap-server", &bootstrap], arguments].concat()).failed()
    };
    tool(TOPICS, &["--bootstrap-server", &bootstrap, "--create", "--topic", "here"]).ok();
    let must_say = |said: String, what: &str| assert!(said.contains(what), "no {what:?}: {said}");
    must_say(topics(&["--create", "--topic", "here"]), "TopicExistsException");
    must_say(topics(&["--create", "--topic", "bad name"]), "InvalidTopicException");
    must_say(
        topics(&["--create", "--topic", "x", "--config", "retention.ms=-5"]),
        "ConfigException",
    );
    must_say(
        topics(&["--create", "--topic", "x", "--replication-factor", "3"]),
        "InvalidReplicationFactorException",
    );
    must_say(
        topics(&["--create", "--topic", "x", "--replica-assignment", "77"]),
        "InvalidReplicaAssignmentException",
    );
    must_say(
        topics(&["--alter", "--topic", "here", "--partitions", "1"]),
        "InvalidPartitionsException",
    );
    must_say(topics(&["--delete", "--topic", "nowhere"]), "does not exist");
    must_say(topics(&["--describe", "--topic", "nowhere"]), "does not exist");
    let arguments = ["--bootstrap-server", &bootstrap, "--list", "--exclude-internal"];
    let listed = tool(TOPICS, &arguments).ok();
    assert_eq!(listed.out.trim(), "here", "a refused topic is no topic");
}

fn topic_configs_are_described_and_altered(test: &str, shards: usize) {
    let broker = Broker::start(test, Options::shards(shards));
    let bootstrap = broker.bootstrap();
    let name = "settings";
    Topic::create(&broker, name, 2, &[("retention.ms", "3600000")]);
    let configs = |arguments: &[&str]| {
        let entity =
            ["--bootstrap-server", &bootstrap, "--entity-type", "topics", "--entity-name", name];
        tool(CONFIGS, &[&entity[..], arguments].concat())
    };
    configs(&["--describe"]).ok().must_have("retention.ms=3600000");
    let all = configs(&["--describe", "--all"]).ok();
    for config in [
        "cleanup.policy=delete",
        "compression.type=producer",
        "index.interval.bytes=4096",
        "max.message.bytes=1048588",
        "message.timestamp.type=CreateTime",
        "min.insync.replicas=1",
        "retention.ms=3600000",
        "DYNAMIC_TOPIC_CONFIG:retention.ms=3600000",
        "segment.bytes=1073741824",
        "DEFAULT_CONFIG:log.segment.bytes=1073741824",
        "flush.messages=",
    ] {
        all.must_have(config);
    }
    configs(&["--alter", "--add-config", "max.message.bytes=2000,segment.bytes=2097152"]).ok();
    configs(&["--alter", "--delete-config", "segment.bytes"]).ok();
    configs(&["--describe"])
        .ok()
        .must_have("max.message.bytes=2000")
        .must_have("retention.ms=3600000")
        .must_lack("segment.bytes=");

    let unknown = configs(&["--alter", "--add-config", "nonsense=1"]).failed();
    assert!(unknown.contains("InvalidConfigurationException"), "{unknown}");
    let impossible = configs(&["--alter", "--add-config", "segment.bytes=7"]).failed();
    assert!(impossible.contains("segment.bytes"), "{impossible}");

    // The altered limit acts: MESSAGE_TOO_LARGE.
    let topic = Topic::find(&mut broker.connect(0), name).expect("the topic");
    let mut connection = topic.connect(&broker, 1);
    let large = Builder::default().values(&[vec![b'x'; 4000]]);
    assert_eq!(topic::produce(&mut connection, &topic, 1, &large).0, 10);
    let small = Builder::default().values(&[vec![b'x'; 100]]);
    topic::produce_ok(&mut connection, &topic, 1, &small);
}

fn broker_configs_are_described_and_altered(test: &str, shards: usize) {
    let broker = Broker::start(test, Options::shards(shards));
    let bootstrap = broker.bootstrap();
    let configs = |entity: &[&str], arguments: &[&str]| {
        let common = ["--bootstrap-server", &bootstrap, "--entity-type", "brokers"];
        tool(CONFIGS, &[&common[..], entity, arguments].concat())
    };
    for shard in 0..shards {
        let id = (1 + 1000 * shard).to_string();
        configs(&["--entity-name", &id], &["--describe", "--all"])
            .ok()
            .must_have(&format!("All configs for broker {id} are:"))
            .must_have(&format!("node.id={}", if against_kafka() { &id } else { "1" }))
            .must_have("log.segment.bytes=1073741824")
            .must_have("num.partitions=1")
            .must_have("message.max.bytes=1048588");
    }
    configs(&["--entity-default"], &["--alter", "--add-config", "log.retention.ms=7300000"]).ok();
    eventually("the default for all brokers is there", Duration::from_secs(5), || {
        configs(&["--entity-default"], &["--describe"]).ok().out.contains("7300000")
    });
    // A topic's default follows, and says where it comes from.
    Topic::create(&broker, "follower", 1, &[]);
    let topic = ["--bootstrap-server", &bootstrap, "--entity-type", "topics"];
    let arguments = ["--entity-name", "follower", "--describe", "--all"];
    tool(CONFIGS, &[&topic[..], &arguments[..]].concat())
        .ok()
        .must_have("retention.ms=7300000")
        .must_have("DYNAMIC_DEFAULT_BROKER_CONFIG:log.retention.ms=7300000");
}

fn offsets_are_told_by_kind_and_by_time(test: &str, shards: usize) {
    let broker = Broker::start(test, Options::shards(shards));
    let bootstrap = broker.bootstrap();
    let topic = Topic::create(&broker, "times", 2, &[]);
    let base = 1_700_000_000_000;
    for partition in 0..2 {
        let mut connection = topic.connect(&broker, partition);
        // The largest timestamp is not in the last batch.
        for (index, second) in [1, 2, 9, 4].into_iter().enumerate() {
            let builder = Builder { timestamp_ms: base + second * 1000, ..Builder::default() };
            let batch = builder.values(&["a", "b", "c"]);
            let offset = topic::produce_ok(&mut connection, &topic, partition, &batch);
            assert_eq!(offset, index as i64 * 3);
        }
    }
    let offsets = |time: &str| {
        let arguments = ["--bootstrap-server", &bootstrap, "--topic", "times", "--time", time];
        tool(GET_OFFSETS, &arguments).ok()
    };
    let both = |offset: i64| format!("times:0:{offset}\ntimes:1:{offset}\n");
    assert_eq!(offsets("earliest").out, both(0));
    assert_eq!(offsets("latest").out, both(12));
    assert_eq!(offsets("max-timestamp").out, both(6));
    assert_eq!(offsets(&base.to_string()).out, both(0));
    assert_eq!(offsets(&(base + 1001).to_string()).out, both(3));
    assert_eq!(offsets(&(base + 2001).to_string()).out, both(6));
    let mut connection = topic.connect(&broker, 0);
    assert_eq!(topic::offset_for(&mut connection, &topic, 0, base + 10_000), -1, "after the last");
}

fn records_are_deleted(test: &str, shards: usize) {
    let mut broker = Broker::start(test, Options::shards(shards));
    let bootstrap = broker.bootstrap();
    let topic = Topic::create(&broker, "shrinking", 2, &[]);
    for partition in 0..2 {
        let mut connection = topic.connect(&broker, partition);
        for _ in 0..4 {
            let batch = Builder::default().values(&["a", "b", "c"]);
            topic::produce_ok(&mut connection, &topic, partition, &batch);
        }
    }
    let file = broker.dir.join("delete.json");
    let wanted = r#"{"version":1,"partitions":[
        {"topic":"shrinking","partition":0,"offset":7},
        {"topic":"shrinking","partition":1,"offset":-1}]}"#;
    std::fs::write(&file, wanted).expect("a file for the tool");
    let file = file.to_str().expect("a UTF-8 path");
    tool(DELETE_RECORDS, &["--bootstrap-server", &bootstrap, "--offset-json-file", file])
        .ok()
        .must_have("shrinking-0\tlow_watermark: 7")
        .must_have("shrinking-1\tlow_watermark: 12");
    let earliest = |broker: &Broker| {
        let arguments = ["--topic", "shrinking", "--time", "earliest"];
        tool(GET_OFFSETS, &[&["--bootstrap-server", &broker.bootstrap()], &arguments[..]].concat())
            .ok()
            .out
    };
    assert_eq!(earliest(&broker), "shrinking:0:7\nshrinking:1:12\n");
    if against_kafka() {
        // It saves where a log starts once a minute.
        return;
    }
    // A start of the log that is forgotten would bring deleted records back.
    broker.kill();
    broker.start_again();
    assert_eq!(earliest(&broker), "shrinking:0:7\nshrinking:1:12\n");
}

fn log_dirs_are_described(test: &str, shards: usize) {
    let broker = Broker::start(test, Options::shards(shards));
    let topic = Topic::create(&broker, "sized", 4, &[]);
    for partition in 0..4 {
        let batch = Builder::default().values(&[vec![b'x'; 1000]]);
        let mut connection = topic.connect(&broker, partition);
        topic::produce_ok(&mut connection, &topic, partition, &batch);
    }
    let arguments = ["--describe", "--topic-list", "sized"];
    let described =
        tool(LOG_DIRS, &[&["--bootstrap-server", &broker.bootstrap()], &arguments[..]].concat())
            .ok();
    let brokers: Vec<String> = (0..shards).map(|shard| (1 + 1000 * shard).to_string()).collect();
    described.must_have(&format!("from brokers {}", brokers.join(",")));
    for shard in 0..shards {
        let dir = broker.shard_dir(shard);
        described.must_have(&format!("\"logDir\":\"{}", dir.to_str().expect("a UTF-8 path")));
    }
    for partition in 0..4 {
        described.must_have(&format!("\"partition\":\"sized-{partition}\",\"size\":10"));
    }
    described.must_lack("\"error\":\"");
}

fn api_versions_are_told(test: &str, shards: usize) {
    let broker = Broker::start(test, Options::shards(shards));
    let told = tool(BROKER_API_VERSIONS, &["--bootstrap-server", &broker.bootstrap()]).ok();
    for shard in 0..shards {
        told.must_have(&format!("{} (id: {} ", broker.address(shard), 1 + 1000 * shard));
    }
    for usable in [
        "Produce(0): 0 to 13 [usable: 13]",
        "Fetch(1): 4 to 18 [usable: 18]",
        "ListOffsets(2): 1 to 11 [usable: 11]",
        "Metadata(3): 0 to 13 [usable: 13]",
        "CreateTopics(19): 2 to 7 [usable: 7]",
        "DeleteTopics(20): 1 to 6 [usable: 6]",
        "DeleteRecords(21): 0 to 2 [usable: 2]",
        "InitProducerId(22): 0 to 5 [usable: 5]",
        "OffsetForLeaderEpoch(23): 2 to 4 [usable: 4]",
        "DescribeConfigs(32): 1 to 4 [usable: 4]",
        "AlterConfigs(33): 0 to 2 [usable: 2]",
        "DescribeLogDirs(35): 1 to 5 [usable: 5]",
        "CreatePartitions(37): 0 to 3 [usable: 3]",
        "IncrementalAlterConfigs(44): 0 to 1 [usable: 1]",
        "DescribeCluster(60): 0 to 2 [usable: 2]",
        "DescribeProducers(61): 0 [usable: 0]",
        "DescribeTopicPartitions(75): 0 [usable: 0]",
    ] {
        told.must_have(usable);
    }
    tool(CLUSTER, &["cluster-id", "--bootstrap-server", &broker.bootstrap()])
        .ok()
        .must_have("Cluster ID: ");
}
