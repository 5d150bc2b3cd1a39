//! What a produce request costs the broker before it reaches a partition, and what a fetch costs to
//! answer. Prints nanoseconds, best of nine rounds: `cargo bench -p wire`.

use std::hint::black_box;
use std::time::Instant;

use wire::codec::Encode;
use wire::hot::{TopicRef, fetch, produce};
use wire::messages::fetch_request::{FetchPartition, FetchRequest, FetchTopic};
use wire::messages::produce_request::{PartitionProduceData, ProduceRequest, TopicProduceData};
use wire::records::{BatchBuilder, Decompressor, check_crc, validate_produced};

const ROUNDS: usize = 9;
const ROUND_BYTES: usize = 20_000_000;

/// Nanoseconds of one call, which handles about `bytes`.
fn best_ns(bytes: usize, mut call: impl FnMut()) -> f64 {
    let calls = ROUND_BYTES / bytes.max(200);
    let round = |call: &mut dyn FnMut()| {
        let start = Instant::now();
        for _ in 0..calls {
            call();
        }
        start.elapsed().as_nanos() as f64 / calls as f64
    };
    (0..ROUNDS).map(|_| round(&mut call)).fold(f64::MAX, f64::min)
}

fn batch(records: i64, value_bytes: usize) -> Vec<u8> {
    let mut builder = BatchBuilder::new().producer(1, 0, 0);
    let value = vec![b'v'; value_bytes];
    for i in 0..records {
        builder.append(1_700_000_000_000 + i, None, Some(&value), &[]);
    }
    builder.build().expect("it has records")
}

fn produce_frame(batch: &[u8], version: i16) -> Vec<u8> {
    let partition = PartitionProduceData { index: 3, records: Some(batch.into()) };
    let topic = TopicProduceData {
        name: "tides".into(),
        partition_data: vec![partition],
        ..Default::default()
    };
    let request = ProduceRequest { acks: -1, topic_data: vec![topic], ..Default::default() };
    let mut frame = Vec::new();
    request.encode(&mut frame, version).expect("every field fits");
    frame
}

fn main() {
    for (records, value_bytes) in [(1, 100), (100, 90), (1000, 100), (10, 1024)] {
        let batch = batch(records, value_bytes);
        let frame = produce_frame(&batch, 12);
        let crc = best_ns(batch.len(), || {
            black_box(check_crc(black_box(&batch)));
        });
        let mut decompressor = Decompressor::new();
        let validate = best_ns(batch.len(), || {
            black_box(validate_produced(black_box(&batch), &mut decompressor)).expect("good");
        });
        let decode = best_ns(200, || {
            let request = produce::ProduceRequest::decode(black_box(&frame), 0, 12);
            let request = request.expect("a good request");
            black_box(request.partitions().map(|partition| partition.index).sum::<i32>());
        });
        println!(
            "produce {records} × {value_bytes} B: decode {decode:.0}, header and CRC {crc:.0}, \
             whole validation {validate:.0}"
        );
    }
    let mut out = Vec::new();
    let frame = produce_frame(b"", 12);
    let request = produce::ProduceRequest::decode(&frame, 0, 12).expect("a good request");
    let answer = best_ns(200, || {
        out.clear();
        let results = [produce::PartitionResult::ok(3, 1 << 40, -1, 0)];
        produce::encode_response(&mut out, 12, 1, &request, &results, 0, &[]).expect("it fits");
    });
    println!("produce response: {answer:.0}");
    fetch_of_partitions();
}

fn fetch_of_partitions() {
    for count in [1, 100] {
        let partitions: Vec<_> = (0..count)
            .map(|partition| FetchPartition { partition, ..Default::default() })
            .collect();
        let topic = FetchTopic { topic: "tides".into(), partitions, ..Default::default() };
        let mut frame = Vec::new();
        let request = FetchRequest { topics: vec![topic], ..Default::default() };
        request.encode(&mut frame, 12).expect("every field fits");
        let decode = best_ns(frame.len(), || {
            let request = fetch::FetchRequest::decode(black_box(&frame), 0, 12);
            let request = request.expect("a good request");
            black_box(request.partitions().map(|partition| partition.fetch_offset).sum::<i64>());
        });
        let (mut out, mut splices) = (Vec::new(), Vec::new());
        let answer = best_ns(count as usize * 50, || {
            out.clear();
            splices.clear();
            let head = fetch::ResponseHead::default();
            let mut encoder = fetch::ResponseEncoder::begin(&mut out, &mut splices, 12, 1, head, 1)
                .expect("a version of Fetch");
            encoder.topic(TopicRef::Name("tides"), count as usize).expect("the first topic");
            for index in 0..count {
                let partition = fetch::PartitionResponse {
                    records_bytes: 1 << 20,
                    ..fetch::PartitionResponse::error(index, 0)
                };
                encoder.partition(&partition).expect("as many as announced");
            }
            black_box(encoder.finish(&[])).expect("below 2 GiB");
        });
        println!("fetch of {count} partitions: decode {decode:.0}, response {answer:.0}");
    }
}
