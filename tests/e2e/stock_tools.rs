//! Stock Kafka's tools that carry records: console clients, performance test, verifiable producer,
//! and the dump of our segment files.

use crate::on_one_and_two_shards;
use crate::support::broker::{Broker, Options};
use crate::support::files::files_below;
use crate::support::tools::*;
use crate::support::topic::{self, LATEST, Topic};

on_one_and_two_shards!(
    console_clients_write_and_read,
    producer_perf_sends_all,
    verifiable_producer_has_all_acknowledged,
    dump_log_reads_our_segments,
    auto_created_topic_takes_records,
);

fn console_consume(broker: &Broker, topic: &str, partition: i32, rest: &[&str]) -> Vec<String> {
    let partition = partition.to_string();
    let bootstrap = broker.bootstrap();
    let common = ["--bootstrap-server", &bootstrap, "--topic", topic, "--partition", &partition];
    let read = tool(CONSOLE_CONSUMER, &[&common[..], rest].concat()).ok();
    read.out.lines().map(str::to_owned).collect()
}

fn console_clients_write_and_read(test: &str, shards: usize) {
    let broker = Broker::start(test, Options::shards(shards));
    Topic::create(&broker, "talk", 2, &[]);
    let lines: String = (0..40).map(|n| format!("key{n}:value {n}\n")).collect();
    tool_with_input(
        CONSOLE_PRODUCER,
        &[
            "--bootstrap-server",
            &broker.bootstrap(),
            "--topic",
            "talk",
            "--reader-property",
            "parse.key=true",
            "--reader-property",
            "key.separator=:",
        ],
        lines.as_bytes(),
    )
    .ok();

    let properties = ["print.key=true", "print.offset=true", "print.partition=true"]
        .map(|property| ["--formatter-property", property])
        .concat();
    let names: Vec<String> = (0..40).map(|n| format!("key{n}")).collect();
    let mut arguments = vec!["2"];
    arguments.extend(names.iter().map(String::as_str));
    let expected = tool(KEY_PARTITIONS, &arguments).ok();
    for partition in 0..2 {
        let keys: Vec<&str> = expected
            .out
            .lines()
            .filter_map(|line| line.strip_suffix(&format!(" {partition}")))
            .collect();
        let count = keys.len().to_string();
        let read = console_consume(
            &broker,
            "talk",
            partition,
            &[&["--offset", "0", "--max-messages", &count], &properties[..]].concat(),
        );
        let wanted: Vec<String> = keys
            .iter()
            .enumerate()
            .map(|(offset, key)| {
                let value = key.replace("key", "value ");
                format!("Partition:{partition}\tOffset:{offset}\t{key}\t{value}")
            })
            .collect();
        assert_eq!(read, wanted);
        // From the middle, and from the end's last record.
        let middle = ["--offset", "3", "--max-messages", "2"];
        assert_eq!(
            console_consume(&broker, "talk", partition, &[&middle, &properties[..]].concat()),
            wanted[3..5]
        );
        let earliest = ["--offset", "earliest", "--max-messages", "1"];
        assert_eq!(
            console_consume(&broker, "talk", partition, &[&earliest, &properties[..]].concat()),
            wanted[..1]
        );
    }
}

fn producer_perf_sends_all(test: &str, shards: usize) {
    let broker = Broker::start(test, Options::shards(shards));
    let topic = Topic::create(&broker, "fast", 4, &[]);
    for (acks, codec) in [("all", "none"), ("1", "lz4"), ("0", "none")] {
        let bootstrap = format!("bootstrap.servers={}", broker.bootstrap());
        let arguments = [
            "--topic",
            "fast",
            "--num-records",
            "20000",
            "--record-size",
            "100",
            "--throughput",
            "-1",
            "--command-property",
            &bootstrap,
            &format!("acks={acks}"),
            &format!("compression.type={codec}"),
            &format!("enable.idempotence={}", acks == "all"),
        ];
        tool(PRODUCER_PERF, &arguments).ok().must_have("20000 records sent");
    }
    // A record without acks may still be on its way when the tool ends.
    crate::support::eventually("all records are in", std::time::Duration::from_secs(10), || {
        let ends = (0..4).map(|partition| {
            let mut connection = topic.connect(&broker, partition);
            topic::offset_for(&mut connection, &topic, partition, LATEST)
        });
        ends.sum::<i64>() == 60_000
    });
}

fn verifiable_producer_has_all_acknowledged(test: &str, shards: usize) {
    let broker = Broker::start(test, Options::shards(shards));
    Topic::create(&broker, "verified", 4, &[]);
    let bootstrap = broker.bootstrap();
    let arguments =
        ["--bootstrap-server", &bootstrap, "--topic", "verified", "--max-messages", "1000"];
    tool_in_own_jvm(VERIFIABLE_PRODUCER, &arguments)
        .ok()
        .must_have("\"sent\":1000,\"acked\":1000")
        .must_lack("producer_send_error");
}

fn dump_log_reads_our_segments(test: &str, shards: usize) {
    let mut broker = Broker::start(test, Options::shards(shards));
    let topic = Topic::create(&broker, "dumped", 2, &[("segment.bytes", "1048576")]);
    let mut sealed = Vec::new();
    for partition in 0..2 {
        let mut connection = topic.connect(&broker, partition);
        let (producer, epoch) = topic::new_producer(&mut connection);
        for round in 0..40 {
            let builder = crate::support::batch::Builder::idempotent(producer, epoch, round * 100);
            let value = vec![b'a' + partition as u8; 1000];
            let batch = builder.values(&vec![value; 100]);
            topic::produce_ok(&mut connection, &topic, partition, &batch);
            let crc = u32::from_be_bytes(batch[17..21].try_into().expect("four bytes"));
            sealed.push((partition, crc));
        }
    }
    broker.stop();
    for partition in 0..2 {
        let shard = topic.shards[partition as usize];
        let folder = broker.shard_dir(shard).join(format!("dumped-{partition}"));
        let logs: Vec<String> = files_below(&folder)
            .iter()
            .filter(|path| path.extension().is_some_and(|extension| extension == "log"))
            .map(|path| path.to_str().expect("a UTF-8 path").to_owned())
            .collect();
        assert!(logs.len() >= 4, "4 MB in segments of 1 MiB: {logs:?}");
        let dumped = tool(DUMP_LOG, &["--deep-iteration", "--files", &logs.join(",")]).ok();
        dumped.must_lack("isvalid: false");
        assert!(!dumped.out.contains("bytes of invalid"), "{dumped}");
        let batches = dumped.out.matches("isvalid: true").count();
        assert_eq!(batches, 40, "{dumped}");
        for (_, crc) in sealed.iter().filter(|(of, _)| *of == partition) {
            dumped.must_have(&format!(" crc: {crc} isvalid: true"));
        }
        dumped.must_have("baseOffset: 3900 lastOffset: 3999 count: 100");
    }
}

fn auto_created_topic_takes_records(test: &str, shards: usize) {
    let broker = Broker::start(test, Options::shards(shards).set("num.partitions", "2"));
    tool_with_input(
        CONSOLE_PRODUCER,
        &["--bootstrap-server", &broker.bootstrap(), "--topic", "by-itself"],
        b"hello\n",
    )
    .ok();
    let topic = Topic::find(&mut broker.connect(0), "by-itself").expect("an auto-created topic");
    assert_eq!(topic.shards.len(), 2);
    let ends = (0..2).map(|partition| {
        topic::offset_for(&mut topic.connect(&broker, partition), &topic, partition, LATEST)
    });
    assert_eq!(ends.sum::<i64>(), 1);
}
