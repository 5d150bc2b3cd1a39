//! `compression.type` of a topic or of the broker: batches of another codec are compressed anew.
//! With TIDEMILL_TEST_TARGET=kafka the same is put to stock Kafka.

use crate::compression::compressed;
use crate::on_one_and_two_shards;
use crate::support::batch::{Batch, Builder, encode_records};
use crate::support::broker::{Broker, Options};
use crate::support::command::kcat;
use crate::support::fetch::read_all;
use crate::support::tools::{CONSOLE_CONSUMER, tool};
use crate::support::topic::{self, Topic};

on_one_and_two_shards!(
    batches_of_another_codec_become_the_topics,
    a_broker_has_a_codec_for_topics_without_one,
    levels_act,
    clients_write_and_read_in_different_codecs,
    what_grows_too_large_is_refused,
);

const MESSAGE_TOO_LARGE: i16 = 10;
const NAMES: [&str; 5] = ["uncompressed", "gzip", "snappy", "lz4", "zstd"];

fn content() -> Vec<String> {
    (0..300).map(|n| format!("{} tide {}", n % 17, n * n % 101)).collect()
}

/// The content in each codec, as an idempotent producer sends it.
fn batches(producer: (i64, i16)) -> Vec<Vec<u8>> {
    let content = content();
    let records: Vec<(Option<&[u8]>, &[u8])> =
        content.iter().map(|value| (Some(&b"key"[..]), value.as_bytes())).collect();
    let bodies = compressed(&encode_records(&records));
    let batch = |(at, (compression, body)): (usize, (i16, Vec<u8>))| {
        let first = (at * content.len()) as i32;
        let builder = Builder::idempotent(producer.0, producer.1, first);
        Builder { compression, ..builder }.raw(&body, content.len() as i32)
    };
    bodies.into_iter().enumerate().map(batch).collect()
}

fn values(batch: &Batch<'_>) -> Vec<(i64, String)> {
    let records = wire::records::records(batch.bytes).expect("it opens");
    let text = |value: &[u8]| String::from_utf8_lossy(value).into_owned();
    records
        .map(|record| record.expect("it is whole"))
        .map(|record| (record.offset, text(&record.value.expect("a value"))))
        .collect()
}

/// Every batch is in this codec, and holds the content.
fn must_be(broker: &Broker, topic: &Topic, codec: usize, sent: &[Vec<u8>]) {
    let mut connection = topic.connect(broker, 0);
    let mut at = 0;
    read_all(&mut connection, topic, 0, 0, |batch| {
        assert_eq!(usize::from(batch.attributes() as u16 & 7), codec, "{} {at}", topic.name);
        assert!(batch.crc_fits());
        let wanted: Vec<_> = (batch.base_offset()..).zip(content()).collect();
        assert_eq!(values(batch), wanted, "{} {at}", topic.name);
        if at == codec {
            let same = batch.sealed() == Batch { bytes: &sent[at] }.sealed();
            assert!(same, "a batch of the topic's codec passes as it is");
        }
        at += 1;
    });
    assert_eq!(at, sent.len());
}

fn batches_of_another_codec_become_the_topics(test: &str, shards: usize) {
    let mut broker = Broker::start(test, Options::shards(shards));
    let topics: Vec<_> = NAMES
        .iter()
        .map(|name| Topic::create(&broker, name, 1, &[("compression.type", name)]))
        .collect();
    let mut all_sent = Vec::new();
    for topic in &topics {
        let mut connection = topic.connect(&broker, 0);
        let sent = batches(topic::new_producer(&mut connection));
        for (at, batch) in sent.iter().enumerate() {
            let offset = (at * content().len()) as i64;
            // Sent again it is what it was, whatever became of it.
            for _ in 0..2 {
                assert_eq!(topic::produce_ok(&mut connection, topic, 0, batch), offset);
            }
        }
        all_sent.push(sent);
    }
    let check = |broker: &Broker| {
        for (codec, (topic, sent)) in topics.iter().zip(&all_sent).enumerate() {
            must_be(broker, topic, codec, sent);
        }
    };
    check(&broker);
    broker.stop();
    broker.start_again();
    check(&broker);
}

fn a_broker_has_a_codec_for_topics_without_one(test: &str, shards: usize) {
    let options = Options::shards(shards).set("compression.type", "gzip");
    let broker = Broker::start(test, options);
    for (name, configs, codec) in
        [("default", &[][..], 1), ("own", &[("compression.type", "lz4")][..], 3)]
    {
        let topic = Topic::create(&broker, name, 1, configs);
        let mut connection = topic.connect(&broker, 0);
        let sent = batches(topic::new_producer(&mut connection));
        for batch in &sent {
            topic::produce_ok(&mut connection, &topic, 0, batch);
        }
        must_be(&broker, &topic, codec, &sent);
    }
}

fn levels_act(test: &str, shards: usize) {
    let broker = Broker::start(test, Options::shards(shards));
    for (codec, level, low, high) in [
        ("gzip", "compression.gzip.level", "1", "9"),
        ("zstd", "compression.zstd.level", "-1000", "19"),
        ("lz4", "compression.lz4.level", "9", "17"),
    ] {
        let [low, high] = [low, high].map(|value| {
            let configs = [("compression.type", codec), (level, value)];
            let topic = Topic::create(&broker, &format!("{codec}-{value}"), 1, &configs);
            let mut connection = topic.connect(&broker, 0);
            let sent = batches(topic::new_producer(&mut connection)).swap_remove(0);
            topic::produce_ok(&mut connection, &topic, 0, &sent);
            let mut stored = 0;
            read_all(&mut connection, &topic, 0, 0, |batch| {
                let wanted: Vec<_> = (0..).zip(content()).collect();
                assert_eq!(values(batch), wanted, "{codec} {value}");
                stored = batch.bytes.len();
            });
            stored
        });
        assert!(high < low, "{codec}: {high} bytes at the high level, {low} at the low one");
    }
}

fn clients_write_and_read_in_different_codecs(test: &str, shards: usize) {
    let broker = Broker::start(test, Options::shards(shards));
    let bootstrap = broker.bootstrap();
    let lines = content().join("\n") + "\n";
    for (written, kept) in [("none", "zstd"), ("lz4", "gzip"), ("gzip", "snappy"), ("zstd", "lz4")]
    {
        Topic::create(&broker, kept, 1, &[("compression.type", kept)]);
        let produce = ["-b", &bootstrap, "-P", "-t", kept, "-z", written];
        kcat(&produce, lines.as_bytes()).ok();
        let consume = ["-b", &bootstrap, "-C", "-t", kept, "-o", "beginning", "-e", "-q"];
        assert_eq!(kcat(&consume, b"").ok().out, lines, "{written} kept as {kept}");
        let count = content().len().to_string();
        let java = [
            "--bootstrap-server",
            &bootstrap,
            "--topic",
            kept,
            "--from-beginning",
            "--max-messages",
            &count,
        ];
        assert_eq!(tool(CONSOLE_CONSUMER, &java).ok().out, lines, "{written} kept as {kept}");
    }
}

fn what_grows_too_large_is_refused(test: &str, shards: usize) {
    let broker = Broker::start(test, Options::shards(shards));
    let configs = [("compression.type", "uncompressed"), ("max.message.bytes", "5000")];
    let topic = Topic::create(&broker, "small", 1, &configs);
    let mut connection = topic.connect(&broker, 0);
    let value = vec![b'x'; 1_000_000];
    let body = compressed(&encode_records(&[(None, &value)])).swap_remove(4).1;
    let batch = Builder { compression: 4, ..Builder::default() }.raw(&body, 1);
    assert!(batch.len() < 5000);
    assert_eq!(topic::produce(&mut connection, &topic, 0, &batch), (MESSAGE_TOO_LARGE, -1));
    let small = Builder::default().values(&["fits"]);
    assert_eq!(topic::produce_ok(&mut connection, &topic, 0, &small), 0);
}
