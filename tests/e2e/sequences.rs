//! Kafka's rules for the sequence numbers of idempotent producers, a row each, by raw frames. With
//! TIDEMILL_TEST_TARGET=kafka the same rows are put to stock Kafka.

use crate::on_one_and_two_shards;
use crate::support::batch::Builder;
use crate::support::broker::{Broker, Options, against_kafka};
use crate::support::connection::Connection;
use crate::support::fetch::read_all;
use crate::support::topic::{self, LATEST, Topic};
use std::time::{Duration, Instant};

on_one_and_two_shards!(every_row_is_kafkas, after_its_expiry_a_producer_begins_anywhere);

const NONE: i16 = 0;
const OUT_OF_ORDER_SEQUENCE_NUMBER: i16 = 45;
const INVALID_PRODUCER_EPOCH: i16 = 47;
const MAX: i32 = i32::MAX;

/// What a batch is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Answer {
    /// At this offset, counted from the row's first: where it is appended, or was before.
    At(i64),
    Gap,
    Fenced,
}

use Answer::{At, Fenced, Gap};

/// Epoch (counted from the producer's), first sequence and count of a batch.
type Step = ((i16, i32, i32), Answer);

/// As in `storage/src/producers/tests.rs`.
#[rustfmt::skip]
const ROWS: &[(&str, &[Step])] = &[
    ("begins at zero", &[((0, 0, 3), At(0))]),
    ("begins anywhere", &[((0, 17, 3), At(0)), ((0, 20, 1), At(3))]),
    ("begins in any epoch", &[((7, 5, 1), At(0)), ((7, 6, 1), At(1))]),
    ("follows the last", &[((0, 0, 3), At(0)), ((0, 3, 1), At(3))]),
    ("the last again", &[((0, 0, 3), At(0)), ((0, 0, 3), At(0)), ((0, 3, 1), At(3))]),
    ("the last five again", &[
        ((0, 0, 1), At(0)), ((0, 1, 2), At(1)), ((0, 3, 3), At(3)), ((0, 6, 4), At(6)),
        ((0, 10, 5), At(10)), ((0, 15, 6), At(15)),
        ((0, 1, 2), At(1)), ((0, 10, 5), At(10)), ((0, 3, 3), At(3)), ((0, 15, 6), At(15)),
        ((0, 6, 4), At(6)),
    ]),
    ("the sixth last again", &[
        ((0, 0, 1), At(0)), ((0, 1, 1), At(1)), ((0, 2, 1), At(2)), ((0, 3, 1), At(3)),
        ((0, 4, 1), At(4)), ((0, 5, 1), At(5)), ((0, 0, 1), Gap), ((0, 1, 1), At(1)),
    ]),
    ("a gap", &[((0, 0, 3), At(0)), ((0, 4, 1), Gap), ((0, 3, 1), At(3))]),
    ("a gap of nearly a round", &[((0, 0, 3), At(0)), ((0, MAX, 1), Gap)]),
    ("begins within the last", &[
        ((0, 0, 3), At(0)), ((0, 1, 3), Gap), ((0, 2, 8), Gap), ((0, 3, 1), At(3)),
    ]),
    ("the beginning of the last", &[((0, 0, 3), At(0)), ((0, 0, 1), Gap)]),
    ("the end of the last", &[((0, 0, 3), At(0)), ((0, 2, 1), Gap)]),
    ("the last and more", &[((0, 0, 3), At(0)), ((0, 0, 4), Gap)]),
    ("two batches as one", &[((0, 0, 3), At(0)), ((0, 3, 3), At(3)), ((0, 0, 6), Gap)]),
    ("before where it began", &[
        ((0, 11, 1), At(0)), ((0, 10, 4), Gap), ((0, 10, 1), Gap), ((0, 0, 1), Gap),
    ]),
    ("began within another", &[((0, 1, 3), At(0)), ((0, 3, 3), Gap), ((0, 4, 3), At(3))]),
    ("round between batches", &[
        ((0, MAX - 1, 2), At(0)), ((0, 0, 5), At(2)), ((0, MAX - 1, 2), At(0)),
        ((0, 0, 5), At(2)),
    ]),
    ("round within a batch", &[
        ((0, MAX - 1, 4), At(0)), ((0, MAX - 1, 4), At(0)), ((0, 0, 2), Gap), ((0, 2, 1), At(4)),
    ]),
    ("behind the largest", &[
        ((0, MAX, 1), At(0)), ((0, 1, 1), Gap), ((0, MAX, 1), At(0)), ((0, 0, 1), At(1)),
    ]),
    ("from before the turn", &[
        ((0, MAX - 3, 4), At(0)), ((0, 0, 1), At(4)), ((0, MAX - 2, 2), Gap),
    ]),
    ("a new epoch", &[
        ((0, 0, 3), At(0)), ((1, 3, 1), Gap), ((1, 0, 1), At(3)), ((1, 1, 1), At(4)),
    ]),
    ("no duplicates in the old epoch", &[
        ((0, 0, 3), At(0)), ((1, 0, 3), At(3)), ((1, 0, 3), At(3)),
    ]),
    ("epochs left out", &[((0, 0, 3), At(0)), ((5, 0, 1), At(3))]),
    ("an old epoch", &[
        ((3, 0, 1), At(0)), ((2, 1, 1), Fenced), ((2, 0, 1), Fenced), ((3, 1, 1), At(1)),
    ]),
    ("a duplicate in an old epoch", &[
        ((0, 0, 3), At(0)), ((1, 0, 1), At(3)), ((0, 0, 3), Fenced),
    ]),
    ("a refused epoch moves nothing", &[
        ((0, 0, 3), At(0)), ((1, 3, 1), Gap), ((0, 3, 1), At(3)),
    ]),
];

struct Producer<'a> {
    topic: &'a Topic,
    id: i64,
    epoch: i16,
}

impl Producer<'_> {
    fn send(&self, connection: &mut Connection, batch: (i16, i32, i32)) -> (i16, i64) {
        let (epoch, first, count) = batch;
        let values = vec!["x"; count as usize];
        let batch = Builder::idempotent(self.id, self.epoch + epoch, first).values(&values);
        topic::produce(connection, self.topic, 0, &batch)
    }
}

fn every_row_is_kafkas(test: &str, shards: usize) {
    let broker = Broker::start(test, Options::shards(shards));
    let topic = Topic::create(&broker, "sequences", 1, &[]);
    let mut connection = topic.connect(&broker, 0);
    let mut wrong = Vec::new();
    for (row, steps) in ROWS {
        let (id, epoch) = topic::new_producer(&mut connection);
        let producer = Producer { topic: &topic, id, epoch };
        let start = topic::offset_for(&mut connection, &topic, 0, LATEST);
        for (at, (batch, answer)) in steps.iter().enumerate() {
            let wanted = match answer {
                At(offset) => (NONE, start + offset),
                Gap => (OUT_OF_ORDER_SEQUENCE_NUMBER, -1),
                Fenced => (INVALID_PRODUCER_EPOCH, -1),
            };
            let got = producer.send(&mut connection, *batch);
            if got != wanted {
                wrong.push(format!("{row}, step {at}: {got:?}, not {wanted:?}"));
            }
        }
        // Each offset that was acknowledged is there, and nothing else.
        let appended = appended(steps);
        let end = read_all(&mut connection, &topic, 0, start, |_| ());
        if end - start != appended {
            wrong.push(format!("{row}: {} records in the log, not {appended}", end - start));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Records that a row leaves in the log.
fn appended(steps: &[Step]) -> i64 {
    let end = |(batch, answer): &Step| match answer {
        At(offset) => offset + i64::from(batch.2),
        Gap | Fenced => 0,
    };
    steps.iter().map(end).max().unwrap_or(0)
}

fn after_its_expiry_a_producer_begins_anywhere(test: &str, shards: usize) {
    let mut options = Options::shards(shards).set("producer.id.expiration.ms", "1000");
    if against_kafka() {
        // Not among the documented configs.
        options = options.set("producer.id.expiration.check.interval.ms", "500");
    }
    let broker = Broker::start(test, options);
    let topic = Topic::create(&broker, "forgotten", 1, &[]);
    let mut connection = topic.connect(&broker, 0);
    let (id, epoch) = topic::new_producer(&mut connection);
    let producer = Producer { topic: &topic, id, epoch };
    assert_eq!(producer.send(&mut connection, (4, 0, 3)), (NONE, 0));
    assert_eq!(producer.send(&mut connection, (4, 77, 1)).0, OUT_OF_ORDER_SEQUENCE_NUMBER);
    let started = Instant::now();
    let again = loop {
        match producer.send(&mut connection, (3, 77, 1)) {
            (INVALID_PRODUCER_EPOCH, _) if started.elapsed() < Duration::from_secs(30) => {
                std::thread::sleep(Duration::from_millis(200));
            }
            answer => break answer,
        }
    };
    assert_eq!(again, (NONE, 3), "its epoch is forgotten too");
    assert_eq!(producer.send(&mut connection, (3, 79, 1)).0, OUT_OF_ORDER_SEQUENCE_NUMBER);
    assert_eq!(producer.send(&mut connection, (3, 78, 1)), (NONE, 4));
}
