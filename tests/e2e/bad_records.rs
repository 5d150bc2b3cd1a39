//! Batches that the broker may not take, and acks that there are not.

use crate::on_one_and_two_shards;
use crate::support::batch::{Builder, encode_records, seal};
use crate::support::broker::{Broker, Options, against_kafka};
use crate::support::eventually;
use crate::support::topic::{self, LATEST, PRODUCE_BY_NAME, Topic, produce_request};
use crate::support::witness::Witness;
use lz4_flex::frame::{BlockMode, BlockSize, FrameEncoder, FrameInfo};
use std::io::Write;
use std::time::Duration;
use wire::messages::api_versions_request::ApiVersionsRequest;

on_one_and_two_shards!(
    bad_batches_are_refused_and_leave_nothing,
    unknown_partitions_are_named,
    acks_zero_gets_no_answer,
    acks_are_all_one_or_none,
    one_bad_partition_fails_alone,
);

const CORRUPT_MESSAGE: i16 = 2;
const UNKNOWN_TOPIC_OR_PARTITION: i16 = 3;
const MESSAGE_TOO_LARGE: i16 = 10;
const INVALID_REQUIRED_ACKS: i16 = 21;
const UNSUPPORTED_FOR_MESSAGE_FORMAT: i16 = 43;
const INVALID_RECORD: i16 = 87;
const UNKNOWN_TOPIC_ID: i16 = 100;

/// Changes one field of a batch, and makes the CRC fit again.
fn changed(batch: &[u8], at: usize, bytes: &[u8]) -> Vec<u8> {
    let mut batch = batch.to_vec();
    batch[at..at + bytes.len()].copy_from_slice(bytes);
    seal(&mut batch);
    batch
}

fn bad_batches_are_refused_and_leave_nothing(test: &str, shards: usize) {
    let mut broker = Broker::start(test, Options::shards(shards));
    let topic = Topic::create(&broker, "strict", 1, &[("max.message.bytes", "10000")]);
    let mut witness = Witness::new(&broker);
    let good = Builder::default().values(&["a", "b", "c"]);
    let mut wrong_crc = good.clone();
    *wrong_crc.last_mut().expect("a byte") ^= 1;
    let mut cut = good.clone();
    cut.truncate(good.len() - 3);
    let mut old_magic = good.clone();
    old_magic[16] = 1;
    let mut future_magic = good.clone();
    future_magic[16] = 3;
    let large = Builder::default().values(&[vec![b'x'; 20_000]]);
    let invalid = [INVALID_RECORD, CORRUPT_MESSAGE];
    let cases: Vec<(&str, Vec<u8>, &[i16])> = vec![
        ("wrong CRC", wrong_crc, &[CORRUPT_MESSAGE]),
        ("cut short", cut, &invalid),
        ("magic 1", old_magic, &[CORRUPT_MESSAGE, INVALID_RECORD, UNSUPPORTED_FOR_MESSAGE_FORMAT]),
        ("magic 3", future_magic, &[CORRUPT_MESSAGE, INVALID_RECORD]),
        ("two batches", [good.clone(), good.clone()].concat(), &[INVALID_RECORD]),
        ("no bytes", Vec::new(), &invalid),
        ("half a header", good[..30].to_vec(), &invalid),
        ("too large", large, &[MESSAGE_TOO_LARGE]),
        ("count 2 of 3", changed(&good, 57, &2i32.to_be_bytes()), &invalid),
        ("count -1", changed(&good, 57, &(-1i32).to_be_bytes()), &invalid),
        ("last offset delta 9", changed(&good, 23, &9i32.to_be_bytes()), &invalid),
        ("a control batch", changed(&good, 21, &0x20i16.to_be_bytes()), &[INVALID_RECORD]),
        ("length too small", changed(&good, 8, &20i32.to_be_bytes()), &invalid),
        ("length 2 GiB", changed(&good, 8, &i32::MAX.to_be_bytes()), &invalid),
        ("length negative", changed(&good, 8, &(-5i32).to_be_bytes()), &invalid),
        // Java's consumers cannot read these.
        ("linked LZ4 blocks", lz4(BlockMode::Linked), &[INVALID_RECORD]),
    ];
    for (what, batch, errors) in cases {
        let mut connection = topic.connect(&broker, 0);
        let (error, offset) = topic::produce(&mut connection, &topic, 0, &batch);
        // Stock Kafka has no better word for some of these than UNKNOWN_SERVER_ERROR.
        assert!(
            errors.contains(&error) || (against_kafka() && error == -1),
            "{what}: error {error}, not one of {errors:?}"
        );
        assert_eq!(offset, -1, "{what}");
        assert_eq!(topic::offset_for(&mut connection, &topic, 0, LATEST), 0, "{what}");
        broker.must_run();
        witness.is_unharmed();
    }
    let mut connection = topic.connect(&broker, 0);
    assert_eq!(topic::produce_ok(&mut connection, &topic, 0, &good), 0, "a good one is taken");
    let independent = lz4(BlockMode::Independent);
    assert_eq!(topic::produce_ok(&mut connection, &topic, 0, &independent), 3, "and this");
}

/// One record, in several blocks.
fn lz4(block_mode: BlockMode) -> Vec<u8> {
    let frame = FrameInfo::new().block_mode(block_mode).block_size(BlockSize::Max64KB);
    let mut encoder = FrameEncoder::with_frame_info(frame, Vec::new());
    encoder.write_all(&encode_records(&[(None, &[b'x'; 200_000])])).expect("lz4");
    Builder { compression: 3, ..Builder::default() }.raw(&encoder.finish().expect("lz4"), 1)
}

fn unknown_partitions_are_named(test: &str, shards: usize) {
    let broker = Broker::start(test, Options::shards(shards));
    let topic = Topic::create(&broker, "known", 1, &[]);
    let mut connection = topic.connect(&broker, 0);
    let batch = Builder::default().values(&["x"]);
    for partition in [1, 99, -1, i32::MAX] {
        let (error, _) = topic::produce(&mut connection, &topic, partition, &batch);
        assert_eq!(error, UNKNOWN_TOPIC_OR_PARTITION, "partition {partition}");
    }
    let stranger =
        Topic { name: "unknown".to_owned(), id: wire::Uuid([7; 16]), shards: topic.shards.clone() };
    let (error, _) = topic::produce(&mut connection, &stranger, 0, &batch);
    assert_eq!(error, UNKNOWN_TOPIC_OR_PARTITION);
    let by_id = connection.call(topic::PRODUCE_BY_ID, &produce_request(&stranger, 0, -1, &batch));
    let answer = &by_id.responses[0].partition_responses[0];
    assert_eq!(answer.error_code, UNKNOWN_TOPIC_ID);
    topic::produce_ok(&mut connection, &topic, 0, &batch);
}

fn acks_zero_gets_no_answer(test: &str, shards: usize) {
    let broker = Broker::start(test, Options::shards(shards));
    let topic = Topic::create(&broker, "silent", 1, &[]);
    let mut connection = topic.connect(&broker, 0);
    let batch = Builder::default().values(&["x"]);
    for _ in 0..3 {
        connection.send(PRODUCE_BY_NAME, &produce_request(&topic, 0, 0, &batch)).expect("sent");
    }
    // `call` fails when the first answer is to another request.
    connection.call(0, &ApiVersionsRequest::default());
    // Nothing says when they are on the disk, and only then do they count.
    eventually("all three records are there", Duration::from_secs(5), || {
        topic::offset_for(&mut connection, &topic, 0, LATEST) == 3
    });
    // What fails has no answer either: the connection is closed instead.
    let mut connection = topic.connect(&broker, 0);
    connection.send(PRODUCE_BY_NAME, &produce_request(&topic, 5, 0, &batch)).expect("sent");
    assert!(connection.is_closed_within(Duration::from_secs(5)));
}

fn acks_are_all_one_or_none(test: &str, shards: usize) {
    let broker = Broker::start(test, Options::shards(shards));
    let topic = Topic::create(&broker, "acked", 1, &[]);
    let mut connection = topic.connect(&broker, 0);
    let batch = Builder::default().values(&["x"]);
    for acks in [2, -2, 100] {
        let request = produce_request(&topic, 0, acks, &batch);
        let response = connection.call(PRODUCE_BY_NAME, &request);
        let answer = &response.responses[0].partition_responses[0];
        assert_eq!(answer.error_code, INVALID_REQUIRED_ACKS, "acks={acks}");
    }
    for (acks, offset) in [(1, 0), (-1, 1)] {
        for version in [3, 7, 8, 9, PRODUCE_BY_NAME] {
            let request = produce_request(&topic, 0, acks, &batch);
            let response = connection.call(version, &request);
            let answer = &response.responses[0].partition_responses[0];
            assert_eq!(answer.error_code, 0, "acks={acks} version {version}");
            assert!(answer.base_offset >= offset);
        }
    }
}

fn one_bad_partition_fails_alone(test: &str, shards: usize) {
    let broker = Broker::start(test, Options::shards(shards));
    let topic = Topic::create(&broker, "mixed", 1, &[]);
    let mut connection = topic.connect(&broker, 0);
    let batch = Builder::default().values(&["x"]);
    let mut request = produce_request(&topic, 0, -1, &batch);
    let mut other = request.topic_data[0].partition_data[0].clone();
    other.index = 9;
    request.topic_data[0].partition_data.insert(0, other);
    let response = connection.call(PRODUCE_BY_NAME, &request);
    let errors: Vec<(i32, i16)> = response.responses[0]
        .partition_responses
        .iter()
        .map(|answer| (answer.index, answer.error_code))
        .collect();
    assert!(errors.contains(&(0, 0)), "{errors:?}");
    assert!(errors.contains(&(9, UNKNOWN_TOPIC_OR_PARTITION)), "{errors:?}");
}
