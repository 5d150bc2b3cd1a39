//! Clients other than Java's: kcat (librdkafka), kafka-python, confluent-kafka.

use crate::on_one_and_two_shards;
use crate::support::broker::{Broker, Options};
use crate::support::command::{kcat, python};
use crate::support::eventually;
use crate::support::tools::{CONSOLE_CONSUMER, KEY_PARTITIONS, tool};
use crate::support::topic::Topic;
use std::time::Duration;

on_one_and_two_shards!(
    kcat_lists_brokers_and_partitions,
    kcat_writes_and_reads_with_every_compression,
    kafka_python_json_with_keys,
    confluent_kafka_json_with_keys,
    kcat_sees_records_as_they_come,
);

const RECORDS: usize = 200;

fn kcat_lists_brokers_and_partitions(test: &str, shards: usize) {
    let broker = Broker::start(test, Options::shards(shards));
    let topic = Topic::create(&broker, "listed", 4, &[]);
    let listed = kcat(&["-b", &broker.bootstrap(), "-L"], b"").ok();
    listed.must_have(&format!(" {shards} brokers:"));
    for shard in 0..shards {
        listed.must_have(&format!("broker {} at {}", 1 + 1000 * shard, broker.address(shard)));
    }
    listed.must_have("topic \"listed\" with 4 partitions:");
    for (partition, shard) in topic.shards.iter().enumerate() {
        let leader = 1 + 1000 * shard;
        listed.must_have(&format!(
            "partition {partition}, leader {leader}, replicas: {leader}, isrs: {leader}"
        ));
    }
}

fn kcat_writes_and_reads_with_every_compression(test: &str, shards: usize) {
    let broker = Broker::start(test, Options::shards(shards));
    let bootstrap = broker.bootstrap();
    for codec in ["none", "gzip", "snappy", "lz4", "zstd"] {
        Topic::create(&broker, codec, 2, &[]);
        let lines: Vec<String> = (0..500).map(|n| format!("{n} {}", "abc".repeat(30))).collect();
        let input = lines.join("\n");
        for partition in ["0", "1"] {
            kcat(
                &["-b", &bootstrap, "-P", "-t", codec, "-p", partition, "-z", codec],
                input.as_bytes(),
            )
            .ok();
            let read = kcat(
                &[
                    "-b",
                    &bootstrap,
                    "-C",
                    "-t",
                    codec,
                    "-p",
                    partition,
                    "-o",
                    "beginning",
                    "-e",
                    "-q",
                ],
                b"",
            )
            .ok();
            assert_eq!(read.out.lines().collect::<Vec<_>>(), lines, "{codec} {partition}");
        }
        // Java reads what librdkafka has compressed.
        let arguments = [
            "--bootstrap-server",
            &bootstrap,
            "--topic",
            codec,
            "--partition",
            "1",
            "--offset",
            "498",
            "--max-messages",
            "2",
        ];
        let read = tool(CONSOLE_CONSUMER, &arguments).ok();
        assert_eq!(read.out.lines().collect::<Vec<_>>(), lines[498..]);
    }
}

/// "key partition" as Java's producer chooses, in the order of the keys.
fn chosen_by_java(partitions: usize) -> Vec<String> {
    let mut arguments = vec![partitions.to_string()];
    arguments.extend((0..RECORDS).map(|n| format!("key-{n}")));
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let mut lines: Vec<String> =
        tool(KEY_PARTITIONS, &arguments).ok().out.lines().map(str::to_owned).collect();
    lines.sort();
    lines
}

fn json_with_keys(test: &str, shards: usize, script: &str) {
    let broker = Broker::start(test, Options::shards(shards));
    Topic::create(&broker, "json", 6, &[]);
    let said = python(script, &[&broker.bootstrap(), "json", &RECORDS.to_string()]).ok();
    let mut chosen: Vec<String> = said.out.lines().map(str::to_owned).collect();
    chosen.sort();
    assert_eq!(chosen, chosen_by_java(6), "the partition of each key");
}

fn kafka_python_json_with_keys(test: &str, shards: usize) {
    json_with_keys(test, shards, "kafka-python/json_roundtrip.py");
}

fn confluent_kafka_json_with_keys(test: &str, shards: usize) {
    json_with_keys(test, shards, "confluent-kafka/json_roundtrip.py");
}

/// A consumer at the end of a partition gets a record when it comes, not at its next poll.
fn kcat_sees_records_as_they_come(test: &str, shards: usize) {
    let broker = Broker::start(test, Options::shards(shards));
    let topic = Topic::create(&broker, "live", 2, &[]);
    let bootstrap = broker.bootstrap();
    let reader = std::thread::spawn(move || {
        kcat(&["-b", &bootstrap, "-C", "-t", "live", "-p", "1", "-o", "beginning", "-c", "5"], b"")
    });
    let mut connection = topic.connect(&broker, 1);
    for n in 0..5 {
        std::thread::sleep(Duration::from_millis(100));
        let batch = crate::support::batch::Builder::default().values(&[format!("live {n}")]);
        crate::support::topic::produce_ok(&mut connection, &topic, 1, &batch);
    }
    eventually("kcat has its five records", Duration::from_secs(10), || reader.is_finished());
    let read = reader.join().expect("a reader").ok();
    assert_eq!(read.out, "live 0\nlive 1\nlive 2\nlive 3\nlive 4\n");
}
