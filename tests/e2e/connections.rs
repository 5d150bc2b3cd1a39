//! Many connections that do nothing, and many that do it slowly.

use crate::on_one_and_two_shards;
use crate::support::broker::{Broker, Options, against_kafka};
use crate::support::connection::frame;
use crate::support::process::{allow_open_files, resident_bytes};
use crate::support::witness::Witness;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};
use wire::messages::metadata_request::MetadataRequest;

on_one_and_two_shards!(idle_and_slow_connections_harm_nobody, a_flood_of_requests_is_answered);

const IDLE: usize = 2000;
const SLOW: usize = 200;

fn idle_and_slow_connections_harm_nobody(test: &str, shards: usize) {
    allow_open_files(IDLE as u64 + SLOW as u64 + 500).expect("open files for the connections");
    let mut broker = Broker::start(test, Options::shards(shards));
    let mut witness = Witness::new(&broker);
    let before = resident_bytes(broker.pid());
    let open = |count| -> Vec<TcpStream> {
        (0..count)
            .map(|n| TcpStream::connect(broker.address(n % shards)).expect("a connection"))
            .collect()
    };
    let idle = open(IDLE);
    let mut slow = open(SLOW);
    let request = frame(9, 1, &MetadataRequest { topics: Some(Vec::new()), ..Default::default() });
    let from = Instant::now();
    let mut sent = 0;
    while from.elapsed() < Duration::from_secs(6) && sent < request.len() - 1 {
        for stream in &mut slow {
            stream.write_all(&request[sent..=sent]).expect("one byte");
        }
        sent += 1;
        witness.is_unharmed();
        std::thread::sleep(Duration::from_secs(1));
    }
    broker.must_run();
    let growth = resident_bytes(broker.pid()).saturating_sub(before);
    if !against_kafka() {
        assert!(growth < 160 << 20, "{growth} bytes more for {} connections", IDLE + SLOW);
    }
    // The slow ones are served in the end.
    for stream in &mut slow {
        stream.write_all(&request[sent..]).expect("the rest");
    }
    for stream in &mut slow {
        stream.set_read_timeout(Some(Duration::from_secs(10))).expect("a time limit");
        let mut answer = [0; 8];
        stream.read_exact(&mut answer).expect("an answer to a slow request");
    }
    drop(idle);
    drop(slow);
    witness.connects_and_is_unharmed(&broker);
}

/// A client that sends and never reads: its requests may wait, others' may not.
fn a_flood_of_requests_is_answered(test: &str, shards: usize) {
    let mut broker = Broker::start(test, Options::shards(shards));
    let mut witness = Witness::new(&broker);
    let before = resident_bytes(broker.pid());
    let request = frame(9, 1, &MetadataRequest::default());
    let flood = request.repeat(1000);
    let mut deaf = broker.connect(0);
    deaf.stream.set_write_timeout(Some(Duration::from_millis(300))).expect("a time limit");
    let from = Instant::now();
    // Until the broker takes no more: back-pressure.
    while deaf.stream.write_all(&flood).is_ok() && from.elapsed() < Duration::from_secs(5) {}
    witness.is_unharmed();
    broker.must_run();
    let growth = resident_bytes(broker.pid()).saturating_sub(before);
    assert!(growth < 128 << 20, "{growth} bytes for a client that does not read");
}
