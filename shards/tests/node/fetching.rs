//! Fetch: limits, long polls, sessions, epochs.

use std::time::{Duration, Instant};

use wire::messages::fetch_request::ForgottenTopic;
use wire::{ErrorCode, Uuid};

use crate::support::{Server, batch, fetch};

#[test]
fn limits_are_kafkas() {
    let server = Server::start();
    let mut client = server.connect();
    client.create_topic("tides", 2, &[]);
    let sent = batch(10, 100);
    for _ in 0..5 {
        for partition in 0..2 {
            let id = client.send_batch(9, 1, "tides", partition, &sent);
            assert_eq!(client.produced(9, id).error_code, 0);
        }
    }
    let one = sent.len() as i32;
    let mut request = fetch("tides", &[(0, 0), (1, 0)]);
    request.topics[0].partitions[0].partition_max_bytes = one * 2 + 1;
    let fetched = client.fetch(12, &request);
    assert_eq!(fetched.partitions[0].offsets(), [(0, 9), (10, 19)], "whole batches only");
    assert_eq!(fetched.partitions[1].offsets().len(), 5);
    request.topics[0].partitions[0].partition_max_bytes = 1;
    let fetched = client.fetch(12, &request);
    assert_eq!(fetched.partitions[0].offsets(), [(0, 9)], "the first batch whatever its size");
    request.max_bytes = 1;
    let fetched = client.fetch(12, &request);
    assert_eq!(fetched.partitions[0].offsets(), [(0, 9)]);
    assert_eq!(fetched.partitions[1].offsets(), [], "only the first partition's first batch");
    // From within a batch: the batch that holds the offset.
    let fetched = client.fetch(12, &fetch("tides", &[(0, 15)]));
    assert_eq!(fetched.partitions[0].offsets()[0], (10, 19));
    let fetched = client.fetch(12, &fetch("tides", &[(0, 50), (1, 51)]));
    let code = |index: usize| fetched.partitions[index].error_code;
    assert_eq!((code(0), code(1)), (0, ErrorCode::OffsetOutOfRange as i16));
}

#[test]
fn a_long_poll_wakes_when_there_is_something_and_not_before() {
    let server = Server::start();
    let (mut reader, mut writer) = (server.connect(), server.connect());
    writer.create_topic("tides", 1, &[]);
    let mut request = fetch("tides", &[(0, 0)]);
    request.max_wait_ms = 15_000;
    let id = reader.send(12, &request);
    assert!(reader.is_silent_for(Duration::from_millis(300)));
    let start = Instant::now();
    assert_eq!(writer.produce(9, "tides", &batch(1, 10)).error_code, 0);
    let fetched = reader.fetched(12, id);
    assert_eq!(fetched.partitions[0].offsets(), [(0, 0)]);
    assert!(start.elapsed() < Duration::from_secs(5));
    // More than there will be: the time runs out, and what there is comes.
    request.max_wait_ms = 400;
    request.min_bytes = 1 << 20;
    let start = Instant::now();
    let fetched = reader.fetch(12, &request);
    assert!(start.elapsed() >= Duration::from_millis(390), "{:?}", start.elapsed());
    assert_eq!(fetched.partitions[0].offsets(), [(0, 0)]);
    assert!(server.metric("fetch_parked") >= 2);
}

#[test]
fn a_parked_fetch_goes_with_its_connection() {
    let server = Server::start();
    let (mut reader, mut writer) = (server.connect(), server.connect());
    writer.create_topic("tides", 1, &[]);
    let mut request = fetch("tides", &[(0, 0)]);
    request.max_wait_ms = i32::MAX;
    reader.send(12, &request);
    assert!(reader.is_silent_for(Duration::from_millis(100)));
    drop(reader);
    // The node stops in time although the fetch asked for 24 days.
    drop(writer);
    let start = Instant::now();
    drop(server);
    assert!(start.elapsed() < Duration::from_secs(4), "{:?}", start.elapsed());
}

#[test]
fn a_session_tells_only_what_changed() {
    let server = Server::start();
    let mut client = server.connect();
    client.create_topic("tides", 3, &[]);
    let mut request = fetch("tides", &[(0, 0), (1, 0), (2, 0)]);
    request.session_epoch = 0;
    let opened = client.fetch(12, &request);
    assert_ne!(opened.session_id, 0);
    assert_eq!(opened.partitions.len(), 3, "a full answer first");
    request.session_id = opened.session_id;
    request.session_epoch = 1;
    request.topics.clear();
    assert!(client.fetch(12, &request).partitions.is_empty(), "nothing changed");
    let id = client.send_batch(9, 1, "tides", 1, &batch(1, 10));
    assert_eq!(client.produced(9, id).error_code, 0);
    request.session_epoch = 2;
    let changed = client.fetch(12, &request);
    assert_eq!(changed.session_id, opened.session_id);
    let indexes: Vec<i32> = changed.partitions.iter().map(|one| one.index).collect();
    assert_eq!(indexes, [1]);
    assert_eq!(changed.partitions[0].offsets(), [(0, 0)]);
    // On from there, and no more of partition 0.
    request.session_epoch = 3;
    request.topics = fetch("tides", &[(1, 1)]).topics;
    request.forgotten_topics_data =
        vec![ForgottenTopic { topic: "tides".into(), partitions: vec![0], ..Default::default() }];
    assert!(client.fetch(12, &request).partitions.is_empty());
    let wrong = |epoch: i32, session: i32| {
        let mut request = fetch("tides", &[]);
        (request.session_id, request.session_epoch) = (session, epoch);
        request.topics.clear();
        request
    };
    let session = opened.session_id;
    let code = client.fetch(12, &wrong(9, session)).error_code;
    assert_eq!(code, ErrorCode::InvalidFetchSessionEpoch as i16);
    let code = client.fetch(12, &wrong(1, session ^ 1)).error_code;
    assert_eq!(code, ErrorCode::FetchSessionIdNotFound as i16);
    let code = client.fetch(13, &wrong(4, session)).error_code;
    assert_eq!(code, ErrorCode::FetchSessionTopicIdError as i16);
    // Closing, then it is gone.
    assert_eq!(client.fetch(12, &wrong(-1, session)).session_id, 0);
    let code = client.fetch(12, &wrong(4, session)).error_code;
    assert_eq!(code, ErrorCode::FetchSessionIdNotFound as i16);
}

#[test]
fn topics_are_named_by_id_from_v13_on() {
    let server = Server::start();
    let mut client = server.connect();
    client.create_topic("tides", 1, &[]);
    client.produce(9, "tides", &batch(3, 10));
    let (topic_id, _) = client.describe("tides");
    for version in 13..=18 {
        let mut request = fetch("", &[(0, 0)]);
        request.topics[0].topic_id = topic_id;
        let fetched = client.fetch(version, &request);
        assert_eq!(fetched.partitions[0].offsets(), [(0, 2)], "v{version}");
        request.topics[0].topic_id = Uuid([1; 16]);
        let code = client.fetch(version, &request).partitions[0].error_code;
        assert_eq!(code, ErrorCode::UnknownTopicId as i16);
    }
    for version in 4..=12 {
        let fetched = client.fetch(version, &fetch("tides", &[(0, 0)]));
        assert_eq!(fetched.partitions[0].offsets(), [(0, 2)], "v{version}");
    }
}

#[test]
fn leader_epochs_are_checked_and_divergence_is_told() {
    let mut server = Server::start();
    let mut client = server.connect();
    client.create_topic("tides", 1, &[]);
    client.produce(9, "tides", &batch(3, 10));
    drop(client);
    // A start begins new leader epochs: the process before leaves, the new one is elected.
    server.restart();
    let mut client = server.connect();
    client.produce(9, "tides", &batch(2, 10));
    let mut request = fetch("tides", &[(0, 0)]);
    let mut code_in = |epoch: i32| {
        request.topics[0].partitions[0].current_leader_epoch = epoch;
        client.fetch(12, &request).partitions[0].error_code
    };
    assert_eq!(code_in(0), ErrorCode::FencedLeaderEpoch as i16);
    assert_eq!(code_in(1), ErrorCode::FencedLeaderEpoch as i16);
    assert_eq!(code_in(2), 0);
    assert_eq!(code_in(3), ErrorCode::UnknownLeaderEpoch as i16);
    // A client that has read offset 4 in epoch 0: there that epoch ended at 3.
    let mut request = fetch("tides", &[(0, 5)]);
    request.topics[0].partitions[0].last_fetched_epoch = 0;
    let fetched = client.fetch(12, &request);
    let partition = &fetched.partitions[0];
    assert_eq!((partition.error_code, partition.diverging_end), (0, Some(3)));
    assert!(partition.records.is_empty());
    request.topics[0].partitions[0].last_fetched_epoch = 2;
    let fetched = client.fetch(12, &request);
    assert_eq!(fetched.partitions[0].diverging_end, None);
}
