//! What is in a batch is looked at, compressed or not: a body that is not what its header says is
//! refused, records at fault are named, times are those of the records. With
//! TIDEMILL_TEST_TARGET=kafka the same is put to stock Kafka.

use crate::compression::compressed;
use crate::on_one_and_two_shards;
use crate::support::batch::{Batch, Builder, encode_records, now_ms, seal};
use crate::support::broker::{Broker, Options, against_kafka};
use crate::support::command::python;
use crate::support::connection::Connection;
use crate::support::fetch::read_all;
use crate::support::random::Random;
use crate::support::tools::{VERIFIABLE_PRODUCER, tool_in_own_jvm};
use crate::support::topic::{self, LATEST, PRODUCE_BY_NAME, Topic, produce_request};
use wire::records::BatchBuilder;

on_one_and_two_shards!(
    bodies_that_are_not_what_the_header_says_are_refused,
    times_are_those_of_the_records,
    all_records_at_fault_are_named,
    librdkafka_fails_the_records_as_with_kafka,
    java_is_told_what_is_wrong,
);

const INVALID_TIMESTAMP: i16 = 32;
const INVALID_RECORD: i16 = 87;
const MAX_TIMESTAMP: i64 = -3;
const HOUR_MS: i64 = 3_600_000;

fn records(count: usize) -> Vec<u8> {
    encode_records(&vec![(Some(&b"key"[..]), &b"some value"[..]); count])
}

fn bodies_that_are_not_what_the_header_says_are_refused(test: &str, shards: usize) {
    let mut random = Random::from_environment(test);
    let mut broker = Broker::start(test, Options::shards(shards));
    let topic = Topic::create(&broker, "bodies", 1, &[]);
    let mut connection = topic.connect(&broker, 0);
    let noise: Vec<Vec<u8>> = (0..100).map(|_| random.bytes(60)).collect();
    let noise: Vec<(Option<&[u8]>, &[u8])> = noise.iter().map(|v| (None, &v[..])).collect();
    let of = |records: &[u8], at: usize| compressed(records).swap_remove(at).1;
    for at in 1..=4 {
        let compression = at as i16;
        let builder = Builder { compression, ..Builder::default() };
        let good = of(&records(3), at);
        let long = of(&encode_records(&noise), at);
        let mut bytes_behind = records(3);
        bytes_behind.push(0);
        for (what, body, count) in [
            ("not compressed", records(3), 3),
            ("random", random.bytes(80), 3),
            ("cut in half", long[..long.len() / 2].to_vec(), 100),
            ("its last byte missing", good[..good.len() - 1].to_vec(), 3),
            ("empty", Vec::new(), 3),
            ("one record of three", of(&records(1), at), 3),
            ("four records of three", of(&records(4), at), 3),
            ("a byte behind the records", of(&bytes_behind, at), 3),
            ("a record cut off", of(&records(3)[..30], at), 3),
        ] {
            let answer = topic::produce(&mut connection, &topic, 0, &builder.raw(&body, count));
            // Kafka has no better word for what does not decompress than UNKNOWN_SERVER_ERROR.
            let expected = answer.0 == INVALID_RECORD || (against_kafka() && answer.0 == -1);
            assert!(expected, "codec {at}, {what}: {answer:?}");
            assert_eq!(answer.1, -1, "codec {at}, {what}");
        }
        let first = topic::produce_ok(&mut connection, &topic, 0, &builder.raw(&good, 3));
        assert_eq!(first, 3 * (i64::from(compression) - 1), "nothing else was kept");
        broker.must_run();
    }
    assert_eq!(topic::offset_for(&mut connection, &topic, 0, LATEST), 12);
}

/// Three records 10 ms apart in a batch whose header says something else.
fn lying(codec: usize, base_ms: i64, max_ms: i64, bits: i16) -> Vec<u8> {
    let mut builder = BatchBuilder::new();
    for n in 0..3 {
        builder.append(base_ms + 10 * n, Some(b"key"), Some(b"value"), &[]);
    }
    let plain = builder.build().expect("a batch");
    let body = compressed(&plain[61..]).swap_remove(codec).1;
    let builder = Builder { timestamp_ms: base_ms, ..Builder::default() };
    let mut batch = builder.raw(&body, 3);
    batch[21..23].copy_from_slice(&(codec as i16 | bits).to_be_bytes());
    batch[35..43].copy_from_slice(&max_ms.to_be_bytes());
    seal(&mut batch);
    batch
}

fn times_are_those_of_the_records(test: &str, shards: usize) {
    let mut broker = Broker::start(test, Options::shards(shards));
    let topic = Topic::create(&broker, "times", 1, &[]);
    let stamped = [("message.timestamp.type", "LogAppendTime")];
    let stamped = Topic::create(&broker, "stamped", 1, &stamped);
    let now = now_ms() - 60_000;
    let mut connection = topic.connect(&broker, 0);
    for codec in 0..=4 {
        for (max_ms, bits) in [
            (now - 5_000, 0),
            (now + 5_000, 0),
            // Out of bounds, if it were so.
            (now + 10 * HOUR_MS, 0),
            // A broker's mark, as a mirror of raw batches brings it along.
            (now + 20, 8),
        ] {
            let batch = lying(codec, now, max_ms, bits);
            topic::produce_ok(&mut connection, &topic, 0, &batch);
        }
    }
    let late = lying(1, now + 30_000, now, 0);
    assert_eq!(topic::produce_ok(&mut connection, &topic, 0, &late), 60);
    // Where the broker stamps, a producer may not.
    let mut to_stamped = stamped.connect(&broker, 0);
    let marked = lying(0, now, now + 20, 8);
    let (error, _) = topic::produce(&mut to_stamped, &stamped, 0, &marked);
    assert_eq!(error, INVALID_TIMESTAMP);

    times_must_be(&mut connection, &topic, now);
    broker.kill();
    broker.start_again();
    times_must_be(&mut topic.connect(&broker, 0), &topic, now);
    broker.stop();
    broker.start_again();
    times_must_be(&mut topic.connect(&broker, 0), &topic, now);
}

fn times_must_be(connection: &mut Connection, topic: &Topic, now: i64) {
    let mut offsets = 0;
    read_all(connection, topic, 0, 0, |batch: &Batch<'_>| {
        let base = if batch.base_offset() == 60 { now + 30_000 } else { now };
        assert_eq!(batch.max_timestamp_ms(), base + 20, "at {}", batch.base_offset());
        assert_eq!(batch.attributes() & 8, 0, "CreateTime at {}", batch.base_offset());
        offsets += 3;
    });
    assert_eq!(offsets, 63);
    for (timestamp, offset) in [
        (now, 0),
        (now + 1, 1),
        (now + 20, 2),
        (now + 21, 60),
        (now + 30_011, 62),
        (now + 30_021, -1),
        (MAX_TIMESTAMP, 62),
    ] {
        let found = topic::offset_for(connection, topic, 0, timestamp);
        assert_eq!(found, offset, "the first from {} on", timestamp - now);
    }
}

/// A hundred records, of which each tenth has no key, or each tenth plus 5 a time to come.
fn a_hundred(codec: usize, keyless: bool, late: bool) -> Vec<u8> {
    let now = now_ms();
    let mut builder = BatchBuilder::new();
    for n in 0..100 {
        let key = (!keyless || n % 10 != 0).then_some(&b"key"[..]);
        let ahead = if late && n % 10 == 5 { 2 * HOUR_MS } else { 0 };
        builder.append(now + ahead, key, Some(b"value"), &[]);
    }
    let plain = builder.build().expect("a batch");
    let body = compressed(&plain[61..]).swap_remove(codec).1;
    let compression = codec as i16;
    Builder { compression, timestamp_ms: now, ..Builder::default() }.raw(&body, 100)
}

fn all_records_at_fault_are_named(test: &str, shards: usize) {
    let broker = Broker::start(test, Options::shards(shards));
    let topic = Topic::create(&broker, "keyed", 1, &[("cleanup.policy", "compact")]);
    let mut connection = topic.connect(&broker, 0);
    let no_key = "Compacted topic cannot accept message without key in topic partition keyed-0";
    for codec in 0..=4 {
        for (keyless, late, code) in [
            (true, false, INVALID_RECORD),
            (false, true, INVALID_TIMESTAMP),
            (true, true, INVALID_TIMESTAMP),
        ] {
            let batch = a_hundred(codec, keyless, late);
            // zstd came with version 7.
            let oldest = if codec == 4 { 7 } else { 3 };
            for version in [oldest, 7, 8, 9, PRODUCE_BY_NAME] {
                let request = produce_request(&topic, 0, -1, &batch);
                let response = connection.call(version, &request);
                let answer = &response.responses[0].partition_responses[0];
                assert_eq!((answer.error_code, answer.base_offset), (code, -1));
                let named: Vec<i32> =
                    answer.record_errors.iter().map(|error| error.batch_index).collect();
                let wanted: Vec<i32> = (0..100)
                    .filter(|n| version >= 8 && (keyless && n % 10 == 0 || late && n % 10 == 5))
                    .collect();
                assert_eq!(named, wanted, "codec {codec} version {version}");
                if version < 8 {
                    continue;
                }
                for error in &answer.record_errors {
                    let why = error.batch_index_error_message.as_deref().unwrap_or("");
                    if error.batch_index % 10 == 0 {
                        assert_eq!(why, no_key);
                    } else {
                        let at = format!("of message with offset {} is", error.batch_index);
                        assert!(why.starts_with("Timestamp ") && why.contains(&at), "{why}");
                    }
                }
                let whole = answer.error_message.as_deref().unwrap_or("");
                let expected = if late {
                    "One or more records have been rejected due to invalid timestamp".to_owned()
                } else {
                    let first: Vec<_> = [0, 10, 20]
                        .map(|at| format!("RecordError(batchIndex={at}, message='{no_key}')"))
                        .into();
                    format!(
                        "One or more records have been rejected due to 10 record errors in total, \
                         and only showing the first three errors at most: [{}]",
                        first.join(", ")
                    )
                };
                assert_eq!(whole, expected);
            }
        }
    }
    assert_eq!(topic::offset_for(&mut connection, &topic, 0, LATEST), 0);
}

fn librdkafka_fails_the_records_as_with_kafka(test: &str, shards: usize) {
    let broker = Broker::start(test, Options::shards(shards));
    Topic::create(&broker, "keyed", 1, &[("cleanup.policy", "compact")]);
    let script = "confluent-kafka/keyless.py";
    let said = python(script, &[&broker.bootstrap(), "keyed"]).ok();
    said.must_have("10 without a key: INVALID_RECORD")
        .must_have("90 with a key: _INVALID_DIFFERENT_RECORD");
}

fn java_is_told_what_is_wrong(test: &str, shards: usize) {
    let broker = Broker::start(test, Options::shards(shards));
    Topic::create(&broker, "keyed", 1, &[("cleanup.policy", "compact")]);
    let bootstrap = broker.bootstrap();
    let arguments = ["--bootstrap-server", &bootstrap, "--topic", "keyed", "--max-messages", "3"];
    tool_in_own_jvm(VERIFIABLE_PRODUCER, &arguments)
        .must_have("\"sent\":3,\"acked\":0")
        .must_have("org.apache.kafka.common.InvalidRecordException")
        .must_have("Compacted topic cannot accept message without key in topic partition keyed-0");
}
