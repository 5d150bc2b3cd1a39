//! Idempotent producers: a batch that is sent again is there once, also after a restart.

use crate::on_one_and_two_shards;
use crate::support::batch::Builder;
use crate::support::broker::{Broker, Options};
use crate::support::connection::Connection;
use crate::support::fetch::read_all;
use crate::support::topic::{self, Topic};

on_one_and_two_shards!(
    a_batch_sent_again_has_its_first_offset,
    gaps_and_old_epochs_are_refused,
    the_window_survives_a_restart,
    producer_ids_are_never_given_twice,
);

const OUT_OF_ORDER_SEQUENCE_NUMBER: i16 = 45;
const INVALID_PRODUCER_EPOCH: i16 = 47;

struct Producer {
    id: i64,
    epoch: i16,
}

impl Producer {
    fn new(connection: &mut Connection) -> Producer {
        let (id, epoch) = topic::new_producer(connection);
        Producer { id, epoch }
    }

    /// Ten records from sequence number `sequence` on.
    fn send(&self, connection: &mut Connection, topic: &Topic, sequence: i32) -> (i16, i64) {
        let values: Vec<String> = (sequence..sequence + 10).map(|n| n.to_string()).collect();
        let batch = Builder::idempotent(self.id, self.epoch, sequence).values(&values);
        topic::produce(connection, topic, 0, &batch)
    }
}

fn a_batch_sent_again_has_its_first_offset(test: &str, shards: usize) {
    let broker = Broker::start(test, Options::shards(shards));
    let topic = Topic::create(&broker, "once", 1, &[]);
    let mut connection = topic.connect(&broker, 0);
    let producer = Producer::new(&mut connection);
    for batch in 0..8 {
        let offset = i64::from(batch * 10);
        assert_eq!(producer.send(&mut connection, &topic, batch * 10), (0, offset));
        assert_eq!(producer.send(&mut connection, &topic, batch * 10), (0, offset), "again");
    }
    // All five batches of the window, in any order.
    for batch in [3, 7, 5, 4, 6, 3] {
        let again = producer.send(&mut connection, &topic, batch * 10);
        assert_eq!(again, (0, i64::from(batch * 10)));
    }
    // Of older ones nobody knows any more whether they are there.
    let (error, _) = producer.send(&mut connection, &topic, 0);
    assert_eq!(error, OUT_OF_ORDER_SEQUENCE_NUMBER);
    must_hold(&mut connection, &topic, 80);
}

/// Each number below `count` is there once, in order.
fn must_hold(connection: &mut Connection, topic: &Topic, count: usize) {
    let mut read = Vec::new();
    read_all(connection, topic, 0, 0, |batch| {
        for (_, value) in batch.values() {
            read.push(String::from_utf8_lossy(value).into_owned());
        }
    });
    let wanted: Vec<String> = (0..count).map(|n| n.to_string()).collect();
    assert_eq!(read, wanted);
}

fn gaps_and_old_epochs_are_refused(test: &str, shards: usize) {
    let broker = Broker::start(test, Options::shards(shards));
    let topic = Topic::create(&broker, "gaps", 1, &[]);
    let mut connection = topic.connect(&broker, 0);
    let producer = Producer::new(&mut connection);
    assert_eq!(producer.send(&mut connection, &topic, 0), (0, 0));
    assert_eq!(producer.send(&mut connection, &topic, 20).0, OUT_OF_ORDER_SEQUENCE_NUMBER);
    assert_eq!(producer.send(&mut connection, &topic, 11).0, OUT_OF_ORDER_SEQUENCE_NUMBER);
    // What is refused does not move the sequence.
    assert_eq!(producer.send(&mut connection, &topic, 10), (0, 10));

    let next = Producer { id: producer.id, epoch: producer.epoch + 1 };
    assert_eq!(
        next.send(&mut connection, &topic, 20).0,
        OUT_OF_ORDER_SEQUENCE_NUMBER,
        "a new epoch begins at sequence 0"
    );
    assert_eq!(next.send(&mut connection, &topic, 0).0, 0);
    assert_eq!(producer.send(&mut connection, &topic, 20).0, INVALID_PRODUCER_EPOCH);
    assert_eq!(topic::offset_for(&mut connection, &topic, 0, topic::LATEST), 30);

    // Sequence numbers go round after the largest.
    let round = Producer::new(&mut connection);
    let first = Builder::idempotent(round.id, round.epoch, i32::MAX - 4).values(&["a"; 10]);
    assert_eq!(topic::produce(&mut connection, &topic, 0, &first), (0, 30));
    let second = Builder::idempotent(round.id, round.epoch, 5).values(&["b"; 10]);
    assert_eq!(topic::produce(&mut connection, &topic, 0, &second), (0, 40));
    assert_eq!(topic::produce(&mut connection, &topic, 0, &first), (0, 30), "again");
}

fn the_window_survives_a_restart(test: &str, shards: usize) {
    let mut broker = Broker::start(test, Options::shards(shards));
    let configs = [("segment.bytes", "1048576")];
    let topic = Topic::create(&broker, "durable", 1, &configs);
    let mut connection = topic.connect(&broker, 0);
    let producer = Producer::new(&mut connection);
    for batch in 0..6 {
        assert_eq!(producer.send(&mut connection, &topic, batch * 10).0, 0);
    }
    for clean in [false, true, false] {
        if clean {
            broker.stop();
        } else {
            broker.kill();
        }
        broker.start_again();
        let mut connection = topic.connect(&broker, 0);
        for batch in [5, 2, 4, 1, 3] {
            let again = producer.send(&mut connection, &topic, batch * 10);
            assert_eq!(again, (0, i64::from(batch * 10)), "clean: {clean}");
        }
        let gap = producer.send(&mut connection, &topic, 70);
        assert_eq!(gap.0, OUT_OF_ORDER_SEQUENCE_NUMBER, "clean: {clean}");
        must_hold(&mut connection, &topic, 60);
    }
    let mut connection = topic.connect(&broker, 0);
    assert_eq!(producer.send(&mut connection, &topic, 60), (0, 60), "it goes on");
}

fn producer_ids_are_never_given_twice(test: &str, shards: usize) {
    let mut broker = Broker::start(test, Options::shards(shards));
    let mut given = Vec::new();
    for _ in 0..3 {
        for n in 0..20 {
            given.push(topic::new_producer(&mut broker.connect(n % shards)).0);
        }
        broker.kill();
        broker.start_again();
    }
    let count = given.len();
    given.sort_unstable();
    given.dedup();
    assert_eq!(given.len(), count, "{given:?}");
}
