//! Topics with cleanup.policy=compact: each key's last value stays, at its offset, through kills.

use crate::on_one_and_two_shards;
use crate::support::batch::now_ms;
use crate::support::broker::{Broker, Options, against_kafka};
use crate::support::command::kcat;
use crate::support::connection::Connection;
use crate::support::eventually;
use crate::support::fetch::{Bounds, fetch};
use crate::support::files::files_below;
use crate::support::random::Random;
use crate::support::tools::*;
use crate::support::topic::{self, PRODUCE_BY_NAME, Topic, produce_request};
use std::collections::BTreeMap;
use std::time::Duration;
use wire::records::{BatchBuilder, BatchHeader, Compression, records};

on_one_and_two_shards!(
    the_last_value_of_each_key_stays,
    kills_in_the_middle_of_compaction_lose_no_last_value,
    tombstones_go_after_their_time,
    records_without_a_key_are_refused,
    a_real_client_reads_the_last_values,
);

const KEYS: u32 = 1_000;
const RECORDS: u32 = 200_000;
const BATCH: u32 = 500;
/// INVALID_RECORD.
const INVALID_RECORD: i16 = 87;

const COMPACTED: [(&str, &str); 5] = [
    ("cleanup.policy", "compact"),
    ("segment.bytes", "1048576"),
    ("min.cleanable.dirty.ratio", "0.01"),
    ("delete.retention.ms", "500"),
    ("file.delete.delay.ms", "100"),
];

fn options(shards: usize) -> Options {
    let options = Options::shards(shards).set("log.cleaner.backoff.ms", "100");
    options.set("log.segment.delete.delay.ms", "100")
}

fn start(test: &str, shards: usize) -> Broker {
    Broker::start(test, options(shards))
}

/// The value that stands for the `number`th write.
fn value(number: u32) -> Vec<u8> {
    format!("{number:09} {}", "tide ".repeat(16)).into_bytes()
}

/// What each key must have last, and at which offset: nothing for a tombstone.
type Last = BTreeMap<u32, (i64, Option<Vec<u8>>)>;

/// Writes to the keys in turn, in batches of every codec.
fn write(
    connection: &mut Connection,
    topic: &Topic,
    partition: i32,
    numbers: std::ops::Range<u32>,
    last: &mut Last,
) {
    let mut number = numbers.start;
    while number < numbers.end {
        let codec = Compression::ALL[(number / BATCH) as usize % 5];
        let mut records = Vec::new();
        for n in number..(number + BATCH).min(numbers.end) {
            // Not evenly: some keys are written often, all are at times.
            let key = if n % 3 == 0 { n % KEYS } else { n % 97 };
            records.push((key, Some(value(n))));
        }
        write_batch(connection, topic, partition, codec, records, last);
        number += BATCH;
    }
}

fn write_batch(
    connection: &mut Connection,
    topic: &Topic,
    partition: i32,
    codec: Compression,
    records: Vec<(u32, Option<Vec<u8>>)>,
    last: &mut Last,
) {
    let mut builder = BatchBuilder::new().compression(codec);
    for (key, value) in &records {
        builder.append(now_ms(), Some(&key.to_be_bytes()), value.as_deref(), &[]);
    }
    let batch = builder.build().expect("a batch");
    let base_offset = topic::produce_ok(connection, topic, partition, &batch);
    for (offset, (key, value)) in (base_offset..).zip(records) {
        last.insert(key, (offset, value));
    }
}

/// A record as it is read.
struct Read {
    offset: i64,
    key: u32,
    value: Option<Vec<u8>>,
}

/// All records from the start; offsets must ascend.
fn read(connection: &mut Connection, topic: &Topic, partition: i32) -> Vec<Read> {
    let mut all: Vec<Read> = Vec::new();
    let mut next = 0;
    loop {
        let bounds = Bounds { max_wait_ms: 0, ..Bounds::default() };
        let fetched = fetch(connection, topic, partition, next, bounds);
        assert_eq!(fetched.error_code, 0, "fetch at {next}");
        if next >= fetched.high_watermark {
            return all;
        }
        let batches = fetched.batches();
        assert!(!batches.is_empty(), "nothing at {next}, below {}", fetched.high_watermark);
        let from = next;
        for batch in batches.iter().filter(|batch| batch.last_offset() >= from) {
            assert!(batch.crc_fits(), "the checksum at {}", batch.base_offset());
            for record in records(batch.bytes).expect("a batch") {
                let record = record.expect("a record");
                assert!(all.last().is_none_or(|last| last.offset < record.offset));
                let key = record.key.expect("a key");
                all.push(Read {
                    offset: record.offset,
                    key: u32::from_be_bytes(key[..].try_into().expect("four bytes")),
                    value: record.value.map(|value| value.to_vec()),
                });
            }
            next = batch.last_offset() + 1;
        }
    }
}

/// Every key's last value is there at its offset, and a deleted key has none.
fn must_hold(found: &[Read], last: &Last) {
    let found: Last =
        found.iter().map(|read| (read.key, (read.offset, read.value.clone()))).collect();
    for (key, wanted) in last {
        match found.get(key) {
            Some(there) => assert_eq!(there, wanted, "key {key}"),
            None => assert_eq!(wanted.1, None, "key {key} is gone"),
        }
    }
}

/// Reads until no more than `most` records are left, and no fewer a while later.
fn wait_compacted(broker: &Broker, topic: &Topic, partition: i32, most: usize) -> Vec<Read> {
    let mut found = Vec::new();
    eventually("the topic is compacted", Duration::from_secs(120), || {
        let before = found.len();
        found = read(&mut topic.connect(broker, partition), topic, partition);
        let at_rest = found.len() == before;
        if !at_rest {
            std::thread::sleep(Duration::from_millis(1_000));
        }
        at_rest && found.len() <= most
    });
    found
}

fn log_bytes(broker: &Broker, topic: &Topic, partition: i32) -> (u64, Vec<String>) {
    let home = broker.shard_dir(topic.shards[partition as usize]);
    let folder = home.join(format!("{}-{partition}", topic.name));
    let logs: Vec<_> = files_below(&folder)
        .into_iter()
        .filter(|path| path.extension().is_some_and(|extension| extension == "log"))
        .collect();
    let bytes = logs.iter().map(|path| path.metadata().map_or(0, |meta| meta.len())).sum();
    (bytes, logs.iter().map(|path| path.display().to_string()).collect())
}

fn the_last_value_of_each_key_stays(test: &str, shards: usize) {
    let mut broker = start(test, shards);
    let topic = Topic::create(&broker, "state", shards as i32, &COMPACTED);
    let mut lasts = vec![Last::new(); shards];
    for (partition, last) in (0..).zip(&mut lasts) {
        write(&mut topic.connect(&broker, partition), &topic, partition, 0..RECORDS, last);
    }
    for (partition, last) in (0..).zip(&lasts) {
        // The active segment is not touched; all others hold a key once.
        let found = wait_compacted(&broker, &topic, partition, 60_000);
        must_hold(&found, last);
        must_be_as_many_for_a_stock_consumer(&broker, partition, found.len());
    }
    broker.stop();
    for partition in (0..shards as i32).filter(|_| !against_kafka()) {
        let (bytes, logs) = log_bytes(&broker, &topic, partition);
        assert!(bytes < 8_000_000, "{bytes} bytes are left of {RECORDS} records: {logs:?}");
        let dumped = tool(DUMP_LOG, &["--deep-iteration", "--files", &logs.join(",")]).ok();
        dumped.must_lack("isvalid: false");
        assert!(!dumped.out.contains("bytes of invalid"), "{dumped}");
    }
    broker.start_again();
    topic.wait_until_led(&broker);
    for (partition, last) in (0..).zip(&lasts) {
        must_hold(&read(&mut topic.connect(&broker, partition), &topic, partition), last);
    }
}

fn must_be_as_many_for_a_stock_consumer(broker: &Broker, partition: i32, count: usize) {
    let consumed = tool(
        CONSOLE_CONSUMER,
        &[
            "--bootstrap-server",
            &broker.bootstrap(),
            "--topic",
            "state",
            "--partition",
            &partition.to_string(),
            "--offset",
            "earliest",
            "--max-messages",
            &count.to_string(),
            "--timeout-ms",
            "30000",
        ],
    );
    assert_eq!(consumed.ok().out.lines().count(), count);
}

fn kills_in_the_middle_of_compaction_lose_no_last_value(test: &str, shards: usize) {
    let rounds = if against_kafka() { 2 } else { 8 };
    let mut random = Random::from_environment(test);
    let mut broker = start(test, shards);
    let topic = Topic::create(&broker, "killed", shards as i32, &COMPACTED);
    let mut lasts = vec![Last::new(); shards];
    let each = 40_000 / shards as u32;
    for round in 0..rounds {
        for (partition, last) in (0..).zip(&mut lasts) {
            let mut connection = topic.connect(&broker, partition);
            let numbers = round * each..(round + 1) * each;
            write(&mut connection, &topic, partition, numbers, last);
        }
        std::thread::sleep(Duration::from_millis(random.below(400)));
        broker.kill();
        broker.start_again();
        topic.wait_until_led(&broker);
        for (partition, last) in (0..).zip(&lasts) {
            must_hold(&read(&mut topic.connect(&broker, partition), &topic, partition), last);
        }
    }
    for (partition, last) in (0..).zip(&lasts) {
        must_hold(&wait_compacted(&broker, &topic, partition, 60_000), last);
    }
    let log = broker.log();
    assert!(!log.contains("damage") && !log.contains("corrupt"), "{log}");
}

fn tombstones_go_after_their_time(test: &str, shards: usize) {
    let broker = start(test, shards);
    // On the last shard.
    let partition = shards as i32 - 1;
    let topic = Topic::create(&broker, "deleted", shards as i32, &COMPACTED);
    let mut connection = topic.connect(&broker, partition);
    let mut last = Last::new();
    write(&mut connection, &topic, partition, 0..40_000, &mut last);
    let codec = Compression::None;
    let tombstones = (500..KEYS).map(|key| (key, None)).collect();
    write_batch(&mut connection, &topic, partition, codec, tombstones, &mut last);
    let mut round = 0;
    // What is written meanwhile, of keys that live on, closes segments and calls for compaction.
    eventually("all traces of deleted keys are gone", Duration::from_secs(120), || {
        for start in (0..12_000_u32).step_by(4_000) {
            let live = (start..start + 4_000).map(|n| (n % 97, Some(value(n + round)))).collect();
            write_batch(&mut connection, &topic, partition, codec, live, &mut last);
        }
        round += 1;
        std::thread::sleep(Duration::from_millis(300));
        let found = read(&mut connection, &topic, partition);
        must_hold(&found, &last);
        !found.iter().any(|read| (500..KEYS).contains(&read.key))
    });
}

fn records_without_a_key_are_refused(test: &str, shards: usize) {
    let broker = start(test, shards);
    let topic = Topic::create(&broker, "keyed", 1, &COMPACTED);
    let mut connection = topic.connect(&broker, 0);
    for codec in [Compression::None, Compression::Lz4] {
        let mut builder = BatchBuilder::new().compression(codec);
        builder.append(now_ms(), Some(b"key1"), Some(b"value"), &[]);
        builder.append(now_ms(), None, Some(b"value"), &[]);
        let batch = builder.build().expect("a batch");
        let request = produce_request(&topic, 0, -1, &batch);
        let response = connection.call(PRODUCE_BY_NAME, &request);
        let answer = &response.responses[0].partition_responses[0];
        assert_eq!((answer.error_code, answer.base_offset), (INVALID_RECORD, -1));
        let at: Vec<i32> = answer.record_errors.iter().map(|error| error.batch_index).collect();
        assert_eq!(at, [1]);
        let why = answer.record_errors[0].batch_index_error_message.as_deref().unwrap_or("");
        let expected = "Compacted topic cannot accept message without key";
        assert!(why.contains(expected), "{why}");
        assert!(BatchHeader::parse(&batch).is_ok());
    }
}

/// Random keys, a quarter of the records tombstones, in three topics, written and read by kcat
/// (librdkafka): what is read has the last value of each key, and no other key.
fn a_real_client_reads_the_last_values(test: &str, shards: usize) {
    const RECORDS_EACH: u64 = 80_000;
    let mut random = Random::from_environment(test);
    let broker = start(test, shards);
    let server = broker.bootstrap();
    for name in ["tested-0", "tested-1", "tested-2"] {
        Topic::create(&broker, name, shards as i32, &COMPACTED);
        let (mut lines, mut last) = (String::new(), BTreeMap::new());
        for number in 0..RECORDS_EACH {
            let key = format!("key-{}", random.below(RECORDS_EACH / 100));
            let value = if random.below(4) == 0 { String::new() } else { format!("{number:060}") };
            lines += &format!("{key}\t{value}\n");
            last.insert(key, value);
        }
        // An empty value is sent as a tombstone.
        kcat(&["-b", &server, "-P", "-t", name, "-K", "\t", "-Z"], lines.as_bytes()).ok();
        last.retain(|_, value| !value.is_empty());
        eventually("the topic is compacted", Duration::from_secs(60), || {
            let reader = ["-b", &server, "-C", "-t", name, "-o", "beginning", "-e", "-q"];
            let read = kcat(&[&reader[..], &["-f", "%k\t%s\n"]].concat(), b"").ok();
            let (mut found, mut count) = (BTreeMap::new(), 0);
            for (key, value) in read.out.lines().filter_map(|line| line.split_once('\t')) {
                found.insert(key.to_owned(), value.to_owned());
                count += 1;
            }
            found.retain(|_, value| !value.is_empty());
            assert!(found == last, "{name}: {} keys of {}", found.len(), last.len());
            count < RECORDS_EACH / 2
        });
    }
}
