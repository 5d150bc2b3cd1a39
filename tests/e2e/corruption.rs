//! Bytes that have changed on the disk: found before a client sees them, and only there.

use crate::support::batch::{Batch, Builder, batches, positions};
use crate::support::broker::{Broker, Options, against_kafka};
use crate::support::fetch::{Bounds, fetch, read_all};
use crate::support::files::files_below;
use crate::support::skip;
use crate::support::topic::{self, Topic};
use crate::support::witness::Witness;
use std::path::{Path, PathBuf};

const BATCHES: i64 = 60;
const RECORDS_EACH: i64 = 50;
/// CORRUPT_MESSAGE, and KAFKA_STORAGE_ERROR.
const DAMAGE: [i16; 2] = [2, 56];

struct Damaged {
    broker: Broker,
    topic: Topic,
    witness: Witness,
    logs: Vec<PathBuf>,
    sent: Vec<Vec<u8>>,
}

/// A stopped broker with several segments in one partition.
fn prepare(test: &str) -> Damaged {
    let mut broker = Broker::start(test, Options::shards(2));
    let topic = Topic::create(&broker, "damaged", 1, &[("segment.bytes", "1048576")]);
    let witness = Witness::new(&broker);
    let mut connection = topic.connect(&broker, 0);
    let mut sent = Vec::new();
    for number in 0..BATCHES {
        let values: Vec<Vec<u8>> =
            (0..RECORDS_EACH).map(|n| format!("{number} {n} ").repeat(130).into_bytes()).collect();
        let batch = Builder::default().values(&values);
        topic::produce_ok(&mut connection, &topic, 0, &batch);
        sent.push(batch);
    }
    broker.stop();
    let folder = broker.shard_dir(topic.shards[0]).join("damaged-0");
    let logs: Vec<PathBuf> = files_below(&folder)
        .into_iter()
        .filter(|path| path.extension().is_some_and(|extension| extension == "log"))
        .collect();
    assert!(logs.len() >= 3, "several segments: {logs:?}");
    Damaged { broker, topic, witness, logs, sent }
}

/// Changes one byte in the middle of the `number`th batch of a log; returns its offsets.
fn damage(log: &Path, number: usize) -> (i64, i64) {
    let mut bytes = std::fs::read(log).expect("a log");
    let place = positions(&bytes)[number].clone();
    let batch = batches(&bytes)[number];
    let offsets = (batch.base_offset(), batch.last_offset());
    bytes[place.start + place.len() / 2] ^= 0x10;
    std::fs::write(log, bytes).expect("a damaged log");
    offsets
}

impl Damaged {
    /// Everything outside `hidden` is served as it was sent; inside it there is an error.
    fn must_serve_all_but(&mut self, hidden: (i64, i64)) {
        let mut connection = self.topic.connect(&self.broker, 0);
        let mut next = 0;
        let end = BATCHES * RECORDS_EACH;
        let mut errors = 0;
        while next < end {
            let bounds = Bounds { max_wait_ms: 0, max_bytes: 100_000, ..Bounds::default() };
            let fetched = fetch(&mut connection, &self.topic, 0, next, bounds);
            if fetched.error_code != 0 {
                assert!(DAMAGE.contains(&fetched.error_code), "error {}", fetched.error_code);
                assert!(
                    (hidden.0..=hidden.1).contains(&next),
                    "an error at {next}, but {hidden:?} is damaged"
                );
                errors += 1;
                next = hidden.1 + 1;
                continue;
            }
            let found = fetched.batches();
            assert!(!found.is_empty(), "nothing at {next} of {end}");
            for batch in found {
                assert!(batch.crc_fits(), "a damaged batch was served at {}", batch.base_offset());
                if batch.last_offset() < next {
                    continue;
                }
                let sent = &self.sent[(batch.base_offset() / RECORDS_EACH) as usize];
                assert_eq!(batch.sealed(), Batch { bytes: sent }.sealed());
                next = batch.last_offset() + 1;
            }
        }
        assert_eq!(errors, 1, "the damage was not met");
    }

    fn must_have_told(&self) {
        let log = self.broker.log();
        let told = log.lines().any(|line| {
            (line.contains("ERROR") || line.contains("WARN")) && line.contains("damaged-0")
        });
        assert!(told, "the log does not name the partition:\n{log}");
    }
}

#[test]
fn damage_in_a_closed_segment_is_not_served() {
    let test = "damage_in_a_closed_segment_is_not_served";
    if against_kafka() {
        return skip(test, "stock Kafka serves it, and lets the client find out");
    }
    let mut damaged = prepare(test);
    let hidden = damage(&damaged.logs[1], 2);
    damaged.broker.start_again();
    damaged.must_serve_all_but(hidden);
    damaged.must_have_told();
    damaged.witness.connects_and_is_unharmed(&damaged.broker);
    // It is the same after the next start: nothing was cut away.
    damaged.broker.kill();
    damaged.broker.start_again();
    damaged.must_serve_all_but(hidden);
}

#[test]
fn damage_in_the_last_segment_is_not_taken_for_its_end() {
    let test = "damage_in_the_last_segment_is_not_taken_for_its_end";
    if against_kafka() {
        return skip(test, "stock Kafka truncates there");
    }
    let mut damaged = prepare(test);
    let hidden = damage(damaged.logs.last().expect("a log"), 1);
    damaged.broker.start_again();
    damaged.must_serve_all_but(hidden);
    damaged.must_have_told();
    damaged.witness.connects_and_is_unharmed(&damaged.broker);
}

#[test]
fn damage_while_serving_is_found() {
    let test = "damage_while_serving_is_found";
    if against_kafka() {
        return skip(test, "stock Kafka serves it, and lets the client find out");
    }
    let mut damaged = prepare(test);
    damaged.broker.start_again();
    // A running broker reads this segment from the disk: it has not cached it since it started.
    let hidden = damage(&damaged.logs[0], 3);
    damaged.must_serve_all_but(hidden);
    damaged.must_have_told();
    damaged.witness.connects_and_is_unharmed(&damaged.broker);
}

/// Side files are rebuilt from the log, whether they are damaged or gone.
#[test]
fn side_files_can_be_lost() {
    let test = "side_files_can_be_lost";
    if against_kafka() {
        return skip(test, "stock Kafka has other side files");
    }
    for delete in [true, false] {
        let mut damaged = prepare(test);
        for index in files_below(damaged.logs[0].parent().expect("a folder")) {
            if index.extension().is_some_and(|extension| extension == "index") {
                if delete {
                    std::fs::remove_file(&index).expect("an index");
                } else {
                    let mut bytes = std::fs::read(&index).expect("an index");
                    let middle = bytes.len() / 2;
                    bytes[middle] ^= 0xFF;
                    std::fs::write(&index, bytes).expect("a damaged index");
                }
            }
        }
        damaged.broker.start_again();
        let mut connection = damaged.topic.connect(&damaged.broker, 0);
        let mut number = 0;
        let end = read_all(&mut connection, &damaged.topic, 0, 0, |batch| {
            assert_eq!(batch.sealed(), Batch { bytes: &damaged.sent[number] }.sealed());
            number += 1;
        });
        assert_eq!(end, BATCHES * RECORDS_EACH, "deleted: {delete}");
        let offset = topic::offset_for(&mut connection, &damaged.topic, 0, 1);
        assert_eq!(offset, 0, "by time, deleted: {delete}");
    }
}
