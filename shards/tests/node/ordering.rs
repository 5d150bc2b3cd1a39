//! Answers leave in the order of requests, whatever happens to each.

use std::time::Duration;

use wire::codec::{Decode, Reader};
use wire::messages::{ApiVersionsRequest, MetadataRequest, MetadataResponse};
use wire::{ApiKey, ErrorCode};

use crate::support::{Server, batch, fetch};

#[test]
fn what_comes_behind_a_long_poll_waits_for_its_turn_but_starts_at_once() {
    let server = Server::start();
    let mut client = server.connect();
    client.create_topic("tides", 1, &[]);
    client.create_topic("ebbs", 1, &[]);
    let mut poll = fetch("tides", &[(0, 0)]);
    poll.max_wait_ms = 15_000;
    let polled = client.send(12, &poll);
    let elsewhere = client.send_batch(9, -1, "ebbs", 0, &batch(1, 10));
    assert!(client.is_silent_for(Duration::from_millis(300)), "the poll is first in line");
    let mut other = server.connect();
    let mut read = fetch("ebbs", &[(0, 0)]);
    read.max_wait_ms = 10_000;
    assert_eq!(other.fetch(12, &read).partitions[0].offsets(), [(0, 0)], "appended already");
    // This one answers the poll that is in front of it.
    let here = client.send_batch(9, -1, "tides", 0, &batch(1, 10));
    assert_eq!(client.fetched(12, polled).partitions[0].offsets(), [(0, 0)]);
    assert_eq!(client.produced(9, elsewhere).base_offset, 0);
    assert_eq!(client.produced(9, here).base_offset, 0);
}

#[test]
fn hundreds_in_flight_are_answered_one_by_one() {
    let server = Server::start();
    let mut client = server.connect();
    client.create_topic("tides", 4, &[]);
    let sent = batch(5, 50);
    let mut ids = Vec::new();
    // More than the queue of a connection holds: the rest waits in the socket.
    for round in 0..3000 {
        ids.push(client.send_batch(9, -1, "tides", round % 4, &sent));
        if ids.len() == 1500 {
            for (round, id) in ids.drain(..).enumerate() {
                let answer = client.produced(9, id);
                assert_eq!(answer.error_code, 0);
                assert_eq!(answer.base_offset % 5, 0, "{round}");
            }
        }
    }
    let fetched = client.fetch(12, &fetch("tides", &[(0, 0)]));
    let offsets = fetched.partitions[0].offsets();
    assert_eq!(fetched.partitions[0].high_watermark, 750 * 5);
    assert!(offsets.windows(2).all(|pair| pair[0].1 + 1 == pair[1].0), "no gaps");
}

#[test]
fn a_serial_request_sees_what_came_before_it() {
    let server = Server::start();
    let mut client = server.connect();
    client.create_topic("tides", 1, &[]);
    let first = client.send_batch(9, -1, "tides", 0, &batch(1, 10));
    let second = client.send(9, &MetadataRequest::default());
    let third = client.send_batch(9, -1, "tides", 0, &batch(1, 10));
    assert_eq!(client.produced(9, first).base_offset, 0);
    let body = client.body(ApiKey::Metadata, 9, second);
    MetadataResponse::decode(&mut Reader::new(&body), 9).expect("a response");
    assert_eq!(client.produced(9, third).base_offset, 1);
}

#[test]
fn api_versions_is_the_dispatch_table() {
    use wire::messages::ApiVersionsResponse;
    let server = Server::start();
    let mut client = server.connect();
    let request = ApiVersionsRequest {
        client_software_name: "test".into(),
        client_software_version: "1.0".into(),
        ..Default::default()
    };
    for version in 0..=5 {
        let id = client.send(version, &request);
        let body = client.body(ApiKey::ApiVersions, version, id);
        let response = ApiVersionsResponse::decode(&mut Reader::new(&body), version);
        let response = response.expect("a response");
        assert_eq!(response.error_code, 0, "v{version}");
        let of = |api: ApiKey| {
            let row = response.api_keys.iter().find(|row| row.api_key == api as i16);
            row.map(|row| (row.min_version, row.max_version))
        };
        assert_eq!(of(ApiKey::Produce), Some((0, 13)));
        assert_eq!(of(ApiKey::Fetch), Some((4, 18)));
        assert_eq!(of(ApiKey::Vote), None);
    }
    // A version from the future is answered in v0 with the table, and the connection goes on.
    let mut frame = vec![0, 0, 0, 10, 0, 18, 0, 99, 0, 0, 0, 42, 0xff, 0xff];
    client.write(&frame);
    let body = client.body(ApiKey::ApiVersions, 0, 42);
    let response = ApiVersionsResponse::decode(&mut Reader::new(&body), 0).expect("a response");
    assert_eq!(response.error_code, ErrorCode::UnsupportedVersion as i16);
    assert!(response.api_keys.len() > 2);
    // Of another API it ends the connection.
    frame[5] = 3;
    client.write(&frame);
    assert!(client.is_closed());
}
