//! Produce: what is taken, what is refused, and with which words.

use std::time::{Duration, Instant};

use wire::codec::{Decode, Reader};
use wire::messages::{ProduceRequest, ProduceResponse};
use wire::records::{BatchBuilder, Compression};
use wire::{ApiKey, ErrorCode, Uuid};

use crate::support::{Server, batch, fetch, produce};

#[test]
fn every_version_appends_and_is_read_back() {
    let server = Server::start();
    let mut client = server.connect();
    client.create_topic("tides", 1, &[]);
    let (topic_id, _) = client.describe("tides");
    let sent = batch(10, 100);
    for version in 3..=12 {
        let answer = client.produce(version, "tides", &sent);
        assert_eq!(answer.error_code, 0, "v{version}");
        assert_eq!(answer.base_offset, i64::from(version - 3) * 10);
    }
    let mut request = produce(1, "", 0, &sent);
    request.topic_data[0].topic_id = topic_id;
    let id = client.send(13, &request);
    assert_eq!(client.produced(13, id).base_offset, 100);
    let fetched = client.fetch(12, &fetch("tides", &[(0, 0)]));
    let partition = &fetched.partitions[0];
    assert_eq!((partition.error_code, partition.high_watermark), (0, 110));
    let offsets: Vec<_> = (0..11).map(|batch| (batch * 10, batch * 10 + 9)).collect();
    assert_eq!(partition.offsets(), offsets);
    assert_eq!(partition.records.len(), 11 * sent.len());
    // Base offset and leader epoch apart, the bytes are those that were sent.
    assert_eq!(partition.records[16..sent.len()], sent[16..]);
}

#[test]
fn refusals_say_why() {
    let server = Server::with(2, &[]);
    let mut client = server.connect();
    client.create_topic("tides", 2, &[("max.message.bytes", "2000")]);
    let (_, leaders) = client.describe("tides");
    assert_ne!(leaders[0], leaders[1], "two shards, a partition each");
    let mine = leaders.iter().position(|leader| *leader == 1).expect("shard 0 leads one") as i32;
    let good = batch(1, 10);
    let mut damaged = good.clone();
    *damaged.last_mut().expect("bytes") ^= 1;
    let mut old = good.clone();
    old[16] = 1;
    let two = [good.clone(), good.clone()].concat();
    let mut zstd = BatchBuilder::new().compression(Compression::Zstd);
    zstd.append(1_700_000_000_000, None, Some(b"value"), &[]);
    let zstd = zstd.build().expect("a batch");
    let mut transactional = BatchBuilder::new().producer(1, 0, 0).transactional(true);
    transactional.append(1_700_000_000_000, None, Some(b"value"), &[]);
    let transactional = transactional.build().expect("a batch");
    let before = server.metric("mesh_command_messages");
    let cases: [(&str, i32, &[u8], ErrorCode); 10] = [
        ("tides", mine, &good, ErrorCode::None),
        ("tides", mine, &damaged, ErrorCode::CorruptMessage),
        ("tides", mine, &good[..40], ErrorCode::CorruptMessage),
        ("tides", mine, &old, ErrorCode::InvalidRecord),
        ("tides", mine, &two, ErrorCode::InvalidRecord),
        ("tides", mine, &[], ErrorCode::InvalidRecord),
        ("tides", mine, &batch(1, 3000), ErrorCode::MessageTooLarge),
        ("tides", mine, &zstd, ErrorCode::UnsupportedCompressionType),
        ("tides", mine, &transactional, ErrorCode::InvalidTxnState),
        ("no-such-topic", 0, &good, ErrorCode::UnknownTopicOrPartition),
    ];
    for (topic, partition, batch, code) in cases {
        let id = client.send_batch(6, -1, topic, partition, batch);
        let answer = client.produced(6, id);
        assert_eq!(ErrorCode::from_i16(answer.error_code), Some(code));
    }
    let id = client.send_batch(6, 2, "tides", mine, &good);
    let answer = client.produced(6, id);
    assert_eq!(answer.error_code, ErrorCode::InvalidRequiredAcks as i16);
    let id = client.send_batch(10, -1, "tides", 7, &good);
    let answer = client.produced(10, id);
    assert_eq!(answer.error_code, ErrorCode::UnknownTopicOrPartition as i16);
    // The partition of the other shard: not here, and where instead (KIP-951).
    let id = client.send_batch(10, -1, "tides", 1 - mine, &good);
    let body = client.body(ApiKey::Produce, 10, id);
    let response = ProduceResponse::decode(&mut Reader::new(&body), 10).expect("a response");
    let answer = &response.responses[0].partition_responses[0];
    assert_eq!(answer.error_code, ErrorCode::NotLeaderOrFollower as i16);
    assert_eq!(answer.current_leader.leader_id, 1001);
    let there = server.node().endpoints()[1].port;
    assert_eq!(response.node_endpoints[0].port, i32::from(there));
    // By an id nobody has.
    let mut request: ProduceRequest<'_> = produce(-1, "", 0, &good);
    request.topic_data[0].topic_id = Uuid([3; 16]);
    let id = client.send(13, &request);
    assert_eq!(client.produced(13, id).error_code, ErrorCode::UnknownTopicId as i16);
    assert_eq!(server.metric("mesh_command_messages"), before, "produce does not use the mesh");
}

#[test]
fn a_batch_sent_twice_is_kept_once() {
    let server = Server::start();
    let mut client = server.connect();
    client.create_topic("tides", 1, &[]);
    let of = |sequence: i32, epoch: i16| {
        let mut builder = BatchBuilder::new().producer(7, epoch, sequence);
        builder.append(1_700_000_000_000, None, Some(b"value"), &[]);
        builder.build().expect("a batch")
    };
    assert_eq!(client.produce(9, "tides", &of(0, 1)).base_offset, 0);
    assert_eq!(client.produce(9, "tides", &of(1, 1)).base_offset, 1);
    let again = client.produce(9, "tides", &of(1, 1));
    assert_eq!((again.error_code, again.base_offset), (0, 1));
    let gap = client.produce(9, "tides", &of(5, 1));
    assert_eq!(gap.error_code, ErrorCode::OutOfOrderSequenceNumber as i16);
    let fenced = client.produce(9, "tides", &of(0, 0));
    assert_eq!(fenced.error_code, ErrorCode::InvalidProducerEpoch as i16);
    assert_eq!(client.fetch(12, &fetch("tides", &[(0, 0)])).partitions[0].high_watermark, 2);
}

#[test]
fn without_acks_there_is_no_answer_and_an_error_ends_the_connection() {
    let server = Server::start();
    let mut client = server.connect();
    client.create_topic("tides", 1, &[]);
    client.send_batch(9, 0, "tides", 0, &batch(1, 10));
    let answer = client.produce(9, "tides", &batch(1, 10));
    assert_eq!(answer.base_offset, 1, "the first answer is that of the second request");
    client.send_batch(9, 0, "tides", 0, &batch(1, 10)[..40]);
    assert!(client.is_closed());
}

#[test]
fn one_request_may_hold_many_topics_and_partitions() {
    let server = Server::start();
    let mut client = server.connect();
    let sent = batch(2, 20);
    let mut request = produce(-1, "a", 0, &sent);
    for name in ["a", "b"] {
        client.create_topic(name, 3, &[]);
    }
    let mut second = request.topic_data[0].clone();
    second.name = "b".into();
    for topic in [&mut request.topic_data[0], &mut second] {
        let one = topic.partition_data[0].clone();
        topic.partition_data = (0..4)
            .map(|index| {
                let mut data = one.clone();
                data.index = index;
                data
            })
            .collect();
    }
    request.topic_data.push(second);
    let id = client.send(9, &request);
    let body = client.body(ApiKey::Produce, 9, id);
    let response = ProduceResponse::decode(&mut Reader::new(&body), 9).expect("a response");
    for (topic, name) in response.responses.iter().zip(["a", "b"]) {
        assert_eq!(topic.name, name);
        let codes: Vec<i16> = topic.partition_responses.iter().map(|one| one.error_code).collect();
        assert_eq!(codes, [0, 0, 0, ErrorCode::UnknownTopicOrPartition as i16]);
    }
}

#[test]
fn a_frame_larger_than_any_buffer_is_taken_whole() {
    let server = Server::start();
    let mut client = server.connect();
    client.create_topic("tides", 1, &[("max.message.bytes", "8000000")]);
    let sent = batch(1, 5_000_000);
    for round in 0..4 {
        let answer = client.produce(9, "tides", &sent);
        assert_eq!((answer.error_code, answer.base_offset), (0, round));
    }
    let fetched = client.fetch(12, &fetch("tides", &[(0, 2)]));
    assert_eq!(fetched.partitions[0].offsets(), [(2, 2)], "one batch, though over the limit");
    assert_eq!(fetched.partitions[0].records[16..], sent[16..]);
    let start = Instant::now();
    while server.metric("request_memory_used_bytes") > 0 {
        assert!(start.elapsed() < Duration::from_secs(10), "memory is given back when idle");
        std::thread::sleep(Duration::from_millis(100));
    }
}
