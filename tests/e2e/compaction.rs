//! Topics with cleanup.policy=compact: each key's last value stays, at its offset, through kills.

use crate::support::batch::now_ms;
use crate::support::broker::{Broker, Options, against_kafka};
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

fn start(test: &str) -> Broker {
    let options = Options::shards(1).set("log.cleaner.backoff.ms", "100");
    Broker::start(test, options.set("log.segment.delete.delay.ms", "100"))
}

/// The value that stands for the `number`th write.
fn value(number: u32) -> Vec<u8> {
    format!("{number:09} {}", "tide ".repeat(16)).into_bytes()
}

/// What each key must have last: nothing for a tombstone.
type Last = BTreeMap<u32, Option<Vec<u8>>>;

/// Writes to the keys in turn, in batches of every codec.
fn write(
    connection: &mut Connection,
    topic: &Topic,
    numbers: std::ops::Range<u32>,
    last: &mut Last,
) {
    let mut number = numbers.start;
    while number < numbers.end {
        let codec = Compression::ALL[(number / BATCH) as usize % 5];
        let mut builder = BatchBuilder::new().compression(codec);
        for n in number..(number + BATCH).min(numbers.end) {
            // Not evenly: some keys are written often, all are at times.
            let key = if n % 3 == 0 { n % KEYS } else { n % 97 };
            let value = value(n);
            builder.append(now_ms(), Some(&key.to_be_bytes()), Some(&value), &[]);
            last.insert(key, Some(value));
        }
        let batch = builder.build().expect("a batch");
        topic::produce_ok(connection, topic, 0, &batch);
        number += BATCH;
    }
}

/// A record as it is read.
struct Read {
    offset: i64,
    key: u32,
    value: Option<Vec<u8>>,
}

/// All records from the start; offsets must ascend.
fn read(connection: &mut Connection, topic: &Topic) -> Vec<Read> {
    let mut all: Vec<Read> = Vec::new();
    let mut next = 0;
    loop {
        let bounds = Bounds { max_wait_ms: 0, ..Bounds::default() };
        let fetched = fetch(connection, topic, 0, next, bounds);
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

/// Every key's last value is there, and a deleted key has none.
fn must_hold(found: &[Read], last: &Last) {
    let found: Last = found.iter().map(|read| (read.key, read.value.clone())).collect();
    for (key, value) in last {
        let there = found.get(key).cloned().flatten();
        assert_eq!(&there, value, "key {key}");
    }
}

/// Reads until no more than `most` records are left, and no fewer a while later.
fn wait_compacted(broker: &Broker, topic: &Topic, most: usize) -> Vec<Read> {
    let mut found = Vec::new();
    eventually("the topic is compacted", Duration::from_secs(120), || {
        let before = found.len();
        found = read(&mut topic.connect(broker, 0), topic);
        let at_rest = found.len() == before;
        if !at_rest {
            std::thread::sleep(Duration::from_millis(1_000));
        }
        at_rest && found.len() <= most
    });
    found
}

fn log_bytes(broker: &Broker, topic: &Topic) -> (u64, Vec<String>) {
    let folder = broker.shard_dir(topic.shards[0]).join(format!("{}-0", topic.name));
    let logs: Vec<_> = files_below(&folder)
        .into_iter()
        .filter(|path| path.extension().is_some_and(|extension| extension == "log"))
        .collect();
    let bytes = logs.iter().map(|path| path.metadata().map_or(0, |meta| meta.len())).sum();
    (bytes, logs.iter().map(|path| path.display().to_string()).collect())
}

#[test]
fn the_last_value_of_each_key_stays() {
    let mut broker = start("the_last_value_of_each_key_stays");
    let topic = Topic::create(&broker, "state", 1, &COMPACTED);
    let mut connection = topic.connect(&broker, 0);
    let mut last = Last::new();
    write(&mut connection, &topic, 0..RECORDS, &mut last);
    // The active segment is not touched; all others hold a key once.
    let found = wait_compacted(&broker, &topic, 60_000);
    must_hold(&found, &last);
    // A stock consumer reads the same number of records.
    let count = found.len().to_string();
    let bootstrap = broker.bootstrap();
    let consumed = tool(
        CONSOLE_CONSUMER,
        &[
            "--bootstrap-server",
            &bootstrap,
            "--topic",
            "state",
            "--partition",
            "0",
            "--offset",
            "earliest",
            "--max-messages",
            &count,
            "--timeout-ms",
            "30000",
        ],
    );
    assert_eq!(consumed.ok().out.lines().count(), found.len());
    broker.stop();
    if !against_kafka() {
        let (bytes, logs) = log_bytes(&broker, &topic);
        assert!(bytes < 8_000_000, "{bytes} bytes are left of {RECORDS} records: {logs:?}");
        let dumped = tool(DUMP_LOG, &["--deep-iteration", "--files", &logs.join(",")]).ok();
        dumped.must_lack("isvalid: false");
        assert!(!dumped.out.contains("bytes of invalid"), "{dumped}");
    }
    broker.start_again();
    topic.wait_until_led(&broker);
    must_hold(&read(&mut topic.connect(&broker, 0), &topic), &last);
}

#[test]
fn kills_in_the_middle_of_compaction_lose_no_last_value() {
    let test = "kills_in_the_middle_of_compaction_lose_no_last_value";
    let mut random = Random::from_environment(test);
    let mut broker = start(test);
    let topic = Topic::create(&broker, "killed", 1, &COMPACTED);
    let mut last = Last::new();
    for round in 0..8 {
        let mut connection = topic.connect(&broker, 0);
        write(&mut connection, &topic, round * 40_000..(round + 1) * 40_000, &mut last);
        std::thread::sleep(Duration::from_millis(random.below(400)));
        broker.kill();
        broker.start_again();
        topic.wait_until_led(&broker);
        must_hold(&read(&mut topic.connect(&broker, 0), &topic), &last);
    }
    must_hold(&wait_compacted(&broker, &topic, 60_000), &last);
    let log = broker.log();
    assert!(!log.contains("damage") && !log.contains("corrupt"), "{log}");
}

#[test]
fn tombstones_go_after_their_time() {
    let broker = start("tombstones_go_after_their_time");
    let topic = Topic::create(&broker, "deleted", 1, &COMPACTED);
    let mut connection = topic.connect(&broker, 0);
    let mut last = Last::new();
    write(&mut connection, &topic, 0..40_000, &mut last);
    let mut builder = BatchBuilder::new();
    for key in 500..KEYS {
        builder.append(now_ms(), Some(&key.to_be_bytes()), None, &[]);
        last.insert(key, None);
    }
    topic::produce_ok(&mut connection, &topic, 0, &builder.build().expect("a batch"));
    let mut round = 0;
    // What is written meanwhile, of keys that live on, closes segments and calls for compaction.
    eventually("all traces of deleted keys are gone", Duration::from_secs(120), || {
        let mut builder = BatchBuilder::new();
        for n in 0..12_000_u32 {
            let value = value(n + round);
            builder.append(now_ms(), Some(&(n % 97).to_be_bytes()), Some(&value), &[]);
            last.insert(n % 97, Some(value));
            if builder.records_count() == 5_000 {
                let batch = builder.build().expect("a batch");
                topic::produce_ok(&mut connection, &topic, 0, &batch);
            }
        }
        topic::produce_ok(&mut connection, &topic, 0, &builder.build().expect("a batch"));
        round += 1;
        std::thread::sleep(Duration::from_millis(300));
        let found = read(&mut connection, &topic);
        must_hold(&found, &last);
        !found.iter().any(|read| (500..KEYS).contains(&read.key))
    });
}

#[test]
fn records_without_a_key_are_refused() {
    let broker = start("records_without_a_key_are_refused");
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
