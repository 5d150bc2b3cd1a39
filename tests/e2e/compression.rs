//! A batch comes back as it was sent: every byte from the CRC on, whatever its compression.

use crate::on_one_and_two_shards;
use crate::support::batch::{Batch, Builder, encode_records, now_ms};
use crate::support::broker::{Broker, Options};
use crate::support::fetch::read_all;
use crate::support::random::Random;
use crate::support::topic::{self, Topic};
use std::io::Write;

on_one_and_two_shards!(batches_come_back_byte_for_byte, log_append_time_is_stamped_and_sealed);

/// Kafka's number of each compression, and what it makes of the records.
pub fn compressed(records: &[u8]) -> Vec<(i16, Vec<u8>)> {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gzip.write_all(records).expect("gzip");
    let mut lz4 = lz4_flex::frame::FrameEncoder::new(Vec::new());
    lz4.write_all(records).expect("lz4");
    vec![
        (0, records.to_vec()),
        (1, gzip.finish().expect("gzip")),
        (2, snap::raw::Encoder::new().compress_vec(records).expect("snappy")),
        (3, lz4.finish().expect("lz4")),
        (4, zstd::encode_all(records, 3).expect("zstd")),
    ]
}

fn batches_come_back_byte_for_byte(test: &str, shards: usize) {
    let mut random = Random::from_environment(test);
    let mut broker = Broker::start(test, Options::shards(shards));
    let topic = Topic::create(&broker, "bytes", 2, &[]);
    let mut sent: Vec<Vec<Vec<u8>>> = vec![Vec::new(), Vec::new()];
    for (partition, sent) in sent.iter_mut().enumerate() {
        let mut connection = topic.connect(&broker, partition as i32);
        for records_count in [1usize, 3, 100] {
            let values: Vec<Vec<u8>> = (0..records_count)
                .map(|_| {
                    let length = random.below(700) as usize;
                    random.bytes(length)
                })
                .collect();
            let key = random.bytes(12);
            let records: Vec<(Option<&[u8]>, &[u8])> =
                values.iter().map(|value| (Some(&key[..]), &value[..])).collect();
            for (compression, body) in compressed(&encode_records(&records)) {
                let builder = Builder { compression, ..Builder::default() };
                let batch = builder.raw(&body, records_count as i32);
                topic::produce_ok(&mut connection, &topic, partition as i32, &batch);
                sent.push(batch);
            }
        }
    }
    must_read(&broker, &topic, &sent);
    // From the files as from memory.
    broker.stop();
    broker.start_again();
    must_read(&broker, &topic, &sent);
}

fn must_read(broker: &Broker, topic: &Topic, sent: &[Vec<Vec<u8>>]) {
    for (partition, sent) in sent.iter().enumerate() {
        let mut connection = topic.connect(broker, partition as i32);
        let mut read: Vec<Vec<u8>> = Vec::new();
        read_all(&mut connection, topic, partition as i32, 0, |batch| {
            read.push(batch.sealed().to_vec());
        });
        assert_eq!(read.len(), sent.len());
        for (index, (read, sent)) in read.iter().zip(sent).enumerate() {
            assert_eq!(read, Batch { bytes: sent }.sealed(), "batch {index} of {partition}");
        }
    }
}

fn log_append_time_is_stamped_and_sealed(test: &str, shards: usize) {
    let broker = Broker::start(test, Options::shards(shards));
    let configs = [("message.timestamp.type", "LogAppendTime")];
    let topic = Topic::create(&broker, "stamped", 1, &configs);
    let mut connection = topic.connect(&broker, 0);
    let before = now_ms();
    let builder = Builder { timestamp_ms: 1_000_000, ..Builder::default() };
    topic::produce_ok(&mut connection, &topic, 0, &builder.values(&["a", "b"]));
    read_all(&mut connection, &topic, 0, 0, |batch| {
        // read_all has checked the CRC.
        assert_eq!(batch.attributes() & 8, 8, "the timestamp type");
        assert!((before..=now_ms()).contains(&batch.max_timestamp_ms()));
        assert_eq!(batch.values(), [(0, &b"a"[..]), (1, &b"b"[..])]);
    });
}
