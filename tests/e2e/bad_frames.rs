//! Frames that are cut short, lie about their length, or are no frames at all.

use crate::on_one_and_two_shards;
use crate::support::batch::Builder;
use crate::support::broker::{Broker, Options, against_kafka};
use crate::support::connection::{Connection, correlation_of, frame};
use crate::support::fetch::{self, Bounds};
use crate::support::process::resident_bytes;
use crate::support::random::Random;
use crate::support::topic::{PRODUCE_BY_NAME, Topic, produce_request};
use crate::support::witness::Witness;
use std::io::Write;
use std::net::Shutdown;
use std::time::Duration;
use wire::messages::api_versions_request::ApiVersionsRequest;
use wire::messages::metadata_request::MetadataRequest;

on_one_and_two_shards!(
    frames_cut_short_harm_nobody,
    impossible_lengths_close_the_connection,
    unknown_apis_and_versions_close_the_connection,
    garbage_harms_nobody,
    mutated_requests_harm_nobody,
    huge_counts_take_no_memory,
);

/// What bad input may cost: buffers of connections, not what the input asks for.
const GROWTH_MAX_BYTES: u64 = 128 << 20;

const CLOSING: Duration = Duration::from_secs(5);

fn write_frame(body: &[u8]) -> Vec<u8> {
    let mut frame = (body.len() as i32).to_be_bytes().to_vec();
    frame.extend_from_slice(body);
    frame
}

fn frames_cut_short_harm_nobody(test: &str, shards: usize) {
    let mut broker = Broker::start(test, Options::shards(shards));
    let mut witness = Witness::new(&broker);
    let whole = frame(9, 1, &MetadataRequest::default());
    for shard in 0..shards {
        for length in 0..whole.len() {
            let mut connection = broker.connect(shard);
            connection.stream.write_all(&whole[..length]).expect("a part of a frame");
            connection.stream.shutdown(Shutdown::Write).expect("an end");
            assert!(connection.is_closed_within(CLOSING), "{length} of {} bytes", whole.len());
        }
    }
    broker.must_run();
    witness.is_unharmed();
}

fn impossible_lengths_close_the_connection(test: &str, shards: usize) {
    let mut broker = Broker::start(test, Options::shards(shards));
    let mut witness = Witness::new(&broker);
    let before = resident_bytes(broker.pid());
    for shard in 0..shards {
        for length in [i32::MAX, i32::MIN, -1, 0, 1, 7, 200 << 20] {
            let mut connection = broker.connect(shard);
            let mut bytes = length.to_be_bytes().to_vec();
            bytes.extend_from_slice(&[0; 16]);
            // A broker may close before it has taken all of it.
            let _ = connection.stream.write_all(&bytes);
            assert!(connection.is_closed_within(CLOSING), "a frame of {length} bytes");
        }
    }
    broker.must_run();
    witness.is_unharmed();
    let growth = resident_bytes(broker.pid()).saturating_sub(before);
    assert!(growth < GROWTH_MAX_BYTES, "{growth} bytes more");
    if !against_kafka() {
        let log = broker.log();
        assert!(log.contains("socket.request.max.bytes"), "no remedy in the log:\n{log}");
    }
}

fn unknown_apis_and_versions_close_the_connection(test: &str, shards: usize) {
    let mut broker = Broker::start(test, Options::shards(shards));
    let mut witness = Witness::new(&broker);
    let request = |api: i16, version: i16| {
        let mut body = Vec::new();
        body.extend_from_slice(&api.to_be_bytes());
        body.extend_from_slice(&version.to_be_bytes());
        body.extend_from_slice(&7i32.to_be_bytes());
        body.extend_from_slice(&(-1i16).to_be_bytes());
        body.extend_from_slice(&[0; 8]);
        write_frame(&body)
    };
    for shard in 0..shards {
        let unknown = [(999, 0), (-1, 0), (i16::MAX, 1), (3, 99), (3, -1), (0, 99), (1, 99)];
        for (api, version) in unknown {
            let mut connection = broker.connect(shard);
            connection.stream.write_all(&request(api, version)).expect("a request");
            assert!(connection.is_closed_within(CLOSING), "API {api} version {version}");
        }
        // What a newer client sends first is answered in version 0, and the connection lives.
        for version in [5, 6, 99, i16::MAX] {
            if against_kafka() || version > latest_api_versions() {
                let mut connection = broker.connect(shard);
                connection.stream.write_all(&request(18, version)).expect("a request");
                must_be_fallback(&mut connection);
                connection.call(0, &ApiVersionsRequest::default());
            }
        }
    }
    broker.must_run();
    witness.is_unharmed();
}

fn latest_api_versions() -> i16 {
    *wire::ApiKey::ApiVersions.served_versions().end()
}

/// Error 35 in the body of version 0, with the range of ApiVersions itself at least.
fn must_be_fallback(connection: &mut Connection) {
    let answer = connection.receive().expect("an answer to an unknown version of ApiVersions");
    assert_eq!(correlation_of(&answer), 7);
    assert_eq!(answer[4..6], 35i16.to_be_bytes());
    let count = i32::from_be_bytes(answer[6..10].try_into().expect("four bytes"));
    assert_eq!(answer.len(), 10 + count as usize * 6, "a body of version 0");
    let keys: Vec<&[u8]> = answer[10..].chunks(6).map(|entry| &entry[..2]).collect();
    assert!(keys.contains(&&18i16.to_be_bytes()[..]), "ApiVersions is told");
}

fn garbage_harms_nobody(test: &str, shards: usize) {
    let mut random = Random::from_environment(test);
    let mut broker = Broker::start(test, Options::shards(shards));
    let mut witness = Witness::new(&broker);
    let before = resident_bytes(broker.pid());
    for round in 0..300 {
        let mut connection = broker.connect(round % shards);
        let length = 1 + random.below(5000) as usize;
        let mut bytes = random.bytes(length);
        match random.below(3) {
            0 => {}
            // A length that holds, before garbage.
            1 => bytes = write_frame(&bytes),
            // A request of a real API with a garbage body.
            _ => {
                bytes.resize(bytes.len().max(4), 0);
                bytes[0..2].copy_from_slice(&(random.below(80) as i16).to_be_bytes());
                bytes[2..4].copy_from_slice(&(random.below(14) as i16).to_be_bytes());
                bytes = write_frame(&bytes);
            }
        }
        let _ = connection.stream.write_all(&bytes);
        if round % 50 == 0 {
            broker.must_run();
            witness.is_unharmed();
        }
    }
    broker.must_run();
    witness.connects_and_is_unharmed(&broker);
    let growth = resident_bytes(broker.pid()).saturating_sub(before);
    assert!(growth < GROWTH_MAX_BYTES, "{growth} bytes more");
}

/// Real requests with a few bytes changed or the end cut off: nearly right is the harder kind.
fn mutated_requests_harm_nobody(test: &str, shards: usize) {
    let mut random = Random::from_environment(test);
    let mut broker = Broker::start(test, Options::shards(shards));
    let topic = Topic::create(&broker, "target", 1, &[]);
    let mut witness = Witness::new(&broker);
    let before = resident_bytes(broker.pid());
    let batch = Builder::default().values(&["a", "b"]);
    let bounds = Bounds { max_wait_ms: 0, ..Bounds::default() };
    let originals = [
        frame(PRODUCE_BY_NAME, 1, &produce_request(&topic, 0, -1, &batch)),
        frame(13, 1, &produce_request(&topic, 0, -1, &batch)),
        frame(7, 1, &produce_request(&topic, 0, 1, &batch)),
        frame(12, 1, &fetch::request(&topic, 0, 0, bounds)),
        frame(17, 1, &fetch::request(&topic, 0, 0, bounds)),
        frame(4, 1, &fetch::request(&topic, 0, 0, bounds)),
        frame(12, 1, &MetadataRequest::default()),
        frame(1, 1, &MetadataRequest::default()),
    ];
    let mut connection = broker.connect(topic.shards[0]);
    for round in 0..2000 {
        let mut bytes = originals[random.below(originals.len() as u64) as usize].clone();
        for _ in 0..=random.below(3) {
            // Not the length, nor API and version: those have their own tests.
            let at = 8 + random.below(bytes.len() as u64 - 8) as usize;
            bytes[at] = match random.below(4) {
                0 => 0,
                1 => 0xFF,
                2 => 0x7F,
                _ => random.next() as u8,
            };
        }
        if random.below(4) == 0 {
            bytes.truncate(8 + random.below(bytes.len() as u64 - 8) as usize);
            let length = bytes.len() as i32 - 4;
            bytes[..4].copy_from_slice(&length.to_be_bytes());
        }
        // Changed acks may mean that no answer comes; a changed wait, that it comes late.
        connection.stream.set_read_timeout(Some(Duration::from_millis(20))).expect("a limit");
        let answered = connection.stream.write_all(&bytes).is_ok() && connection.receive().is_ok();
        if !answered {
            connection = broker.connect(topic.shards[0]);
        }
        if round % 200 == 0 {
            broker.must_run();
            witness.is_unharmed();
        }
    }
    broker.must_run();
    witness.connects_and_is_unharmed(&broker);
    let growth = resident_bytes(broker.pid()).saturating_sub(before);
    assert!(growth < GROWTH_MAX_BYTES, "{growth} bytes more");
}

/// A small frame that announces billions of elements.
fn huge_counts_take_no_memory(test: &str, shards: usize) {
    let mut broker = Broker::start(test, Options::shards(shards));
    let mut witness = Witness::new(&broker);
    let before = resident_bytes(broker.pid());
    // Produce v7, Fetch v11 and Metadata v1: where the count of topics is 32 bits wide.
    let produce: &[u8] = &[0xFF, 0xFF, 0, 1, 0, 0, 0, 1];
    let fetch: &[u8] = &[
        0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 1, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF,
        0xFF, 0xFF,
    ];
    for shard in 0..shards {
        for (api, version, before_count) in [(0i16, 7i16, produce), (1, 11, fetch), (3, 1, &[])] {
            for count in [i32::MAX, 1 << 24, 100_000] {
                let mut body = Vec::new();
                body.extend_from_slice(&api.to_be_bytes());
                body.extend_from_slice(&version.to_be_bytes());
                body.extend_from_slice(&[0, 0, 0, 1, 0xFF, 0xFF]);
                body.extend_from_slice(before_count);
                body.extend_from_slice(&count.to_be_bytes());
                body.extend_from_slice(&[0; 64]);
                let mut connection = broker.connect(shard);
                connection.stream.write_all(&write_frame(&body)).expect("a request");
                let closed = connection.is_closed_within(CLOSING);
                assert!(closed, "API {api} v{version} with {count} topics");
            }
        }
    }
    broker.must_run();
    witness.is_unharmed();
    let growth = resident_bytes(broker.pid()).saturating_sub(before);
    assert!(growth < GROWTH_MAX_BYTES, "{growth} bytes more");
}
