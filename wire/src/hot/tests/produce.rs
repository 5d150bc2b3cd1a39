use proptest::prelude::*;

use super::*;
use crate::ApiKey;
use crate::header::encode_response;
use crate::hot::NodeEndpoint;
use crate::hot::produce::{self, PartitionResult, RecordError};
use crate::messages::produce_request::{PartitionProduceData, ProduceRequest, TopicProduceData};
use crate::messages::produce_response::{
    BatchIndexAndErrorMessage, LeaderIdAndEpoch, NodeEndpoint as Endpoint,
    PartitionProduceResponse, ProduceResponse, TopicProduceResponse,
};

fn request(version: i16) -> impl Strategy<Value = ProduceRequest<'static>> {
    let partition = (any::<i32>(), prop::option::of(bytes()))
        .prop_map(|(index, records)| PartitionProduceData { index, records });
    let topic = (topic(version >= 13), prop::collection::vec(partition, 0..4)).prop_map(
        |((name, topic_id), partition_data)| TopicProduceData { name, topic_id, partition_data },
    );
    (prop::option::of(text()), any::<i16>(), any::<i32>(), prop::collection::vec(topic, 0..4))
        .prop_map(|(transactional_id, acks, timeout_ms, topic_data)| ProduceRequest {
            transactional_id,
            acks,
            timeout_ms,
            topic_data,
        })
}

/// The request as the generated message, read by way of both iterators.
fn collect<'a>(hot: &produce::ProduceRequest<'a>, frame: &'a [u8]) -> ProduceRequest<'a> {
    let mut partitions = hot.partitions();
    let topic_data: Vec<_> = hot
        .topics()
        .map(|topic| {
            let (name, topic_id) = match readable(topic.topic) {
                TopicRef::NotUtf8(_) => unreachable!("made readable"),
                TopicRef::Name(name) => (Cow::Borrowed(name), Uuid::ZERO),
                TopicRef::Id(id) => (Cow::Borrowed(""), id),
            };
            let of_topic = partitions.by_ref().take(topic.partitions_count).map(|partition| {
                assert_eq!(partition.topic, topic.topic);
                let at = partition.records_range;
                assert_eq!(partition.records.unwrap_or_default(), &frame[at]);
                let records = partition.records.map(Cow::Borrowed);
                PartitionProduceData { index: partition.index, records }
            });
            TopicProduceData { name, topic_id, partition_data: of_topic.collect() }
        })
        .collect();
    assert_eq!(partitions.next(), None);
    assert_eq!(topic_data.len(), hot.topics_count());
    ProduceRequest {
        transactional_id: hot.transactional_id.clone(),
        acks: hot.acks,
        timeout_ms: hot.timeout_ms,
        topic_data,
    }
}

fn versioned_request() -> impl Strategy<Value = (i16, ProduceRequest<'static>)> {
    produce::VERSIONS.prop_flat_map(|version| (Just(version), request(version)))
}

fn result(version: i16) -> impl Strategy<Value = PartitionProduceResponse<'static>> {
    let error = (any::<i32>(), prop::option::of(text())).prop_map(|(batch_index, message)| {
        BatchIndexAndErrorMessage { batch_index, batch_index_error_message: message }
    });
    let errors = prop::collection::vec(error, 0..3);
    (any::<i32>(), any::<i16>(), any::<[i64; 3]>(), errors, prop::option::of(text()), leader())
        .prop_map(move |(index, error_code, offsets, record_errors, error_message, leader)| {
            let (leader_id, leader_epoch) = if version >= 10 { leader } else { (-1, -1) };
            PartitionProduceResponse {
                index,
                error_code,
                base_offset: offsets[0],
                log_append_time_ms: offsets[1],
                log_start_offset: offsets[2],
                record_errors,
                error_message,
                current_leader: LeaderIdAndEpoch { leader_id, leader_epoch },
            }
        })
}

fn response(version: i16) -> impl Strategy<Value = ProduceResponse<'static>> {
    let topic = (topic(version >= 13), prop::collection::vec(result(version), 0..4)).prop_map(
        |((name, topic_id), partition_responses)| TopicProduceResponse {
            name,
            topic_id,
            partition_responses,
        },
    );
    (prop::collection::vec(topic, 0..4), any::<i32>(), endpoints()).prop_map(
        move |(responses, throttle_time_ms, endpoints)| ProduceResponse {
            responses,
            throttle_time_ms,
            node_endpoints: endpoints
                .into_iter()
                .filter(|_| version >= 10)
                .map(|(node_id, host, port, rack)| Endpoint { node_id, host, port, rack })
                .collect(),
        },
    )
}

/// The frame as the hot encoder makes it for a request with the same topics, behind other bytes.
fn encode_hot<'a>(response: &'a ProduceResponse<'_>, version: i16) -> (Vec<u8>, usize) {
    let request = ProduceRequest {
        topic_data: response
            .responses
            .iter()
            .map(|topic| TopicProduceData {
                name: topic.name.clone(),
                topic_id: topic.topic_id,
                partition_data: vec![
                    PartitionProduceData::default();
                    topic.partition_responses.len()
                ],
            })
            .collect(),
        ..Default::default()
    };
    let frame = frame_of(&request, version, b"");
    let request = produce::ProduceRequest::decode(&frame, 0, version).unwrap();
    let partitions = || response.responses.iter().flat_map(|topic| &topic.partition_responses);
    let to_hot = |error: &'a BatchIndexAndErrorMessage<'_>| RecordError {
        batch_index: error.batch_index,
        message: error.batch_index_error_message.as_deref(),
    };
    let errors: Vec<Vec<RecordError<'_>>> =
        partitions().map(|part| part.record_errors.iter().map(to_hot).collect()).collect();
    let results: Vec<_> = partitions()
        .zip(&errors)
        .map(|(partition, record_errors)| PartitionResult {
            index: partition.index,
            error_code: partition.error_code,
            base_offset: partition.base_offset,
            log_append_time_ms: partition.log_append_time_ms,
            log_start_offset: partition.log_start_offset,
            record_errors,
            error_message: partition.error_message.as_deref(),
            current_leader: known_leader((
                partition.current_leader.leader_id,
                partition.current_leader.leader_epoch,
            )),
        })
        .collect();
    let endpoints: Vec<_> = response
        .node_endpoints
        .iter()
        .map(|endpoint| NodeEndpoint {
            node_id: endpoint.node_id,
            host: &endpoint.host,
            port: endpoint.port,
            rack: endpoint.rack.as_deref(),
        })
        .collect();
    let mut out = b"earlier".to_vec();
    let throttle = response.throttle_time_ms;
    let frame_bytes =
        produce::encode_response(&mut out, version, 77, &request, &results, throttle, &endpoints)
            .unwrap();
    (out, frame_bytes)
}

proptest! {
    #[test]
    fn requests_read_as_the_generated_decoder_reads_them(
        (version, request) in versioned_request(),
        before in prop::collection::vec(any::<u8>(), 0..20),
    ) {
        let frame = frame_of(&request, version, &before);
        let hot = produce::ProduceRequest::decode(&frame, before.len(), version).unwrap();
        prop_assert_eq!(collect(&hot, &frame), request);
    }

    #[test]
    fn requests_cut_anywhere_are_errors((version, request) in versioned_request()) {
        let frame = frame_of(&request, version, b"head");
        for end in 0..frame.len() {
            let hot = produce::ProduceRequest::decode(&frame[..end], 4, version);
            prop_assert!(hot.is_err(), "cut at {} of {}", end, frame.len());
        }
    }

    #[test]
    fn damaged_requests_are_judged_as_the_generated_decoder_judges_them(
        (version, request) in versioned_request(),
        edits in edits(),
    ) {
        let mut frame = frame_of(&request, version, b"head");
        damage(&mut frame, 4, &edits);
        let hot = produce::ProduceRequest::decode(&frame, 4, version);
        match (hot, generated::<ProduceRequest>(&frame[4..], version)) {
            (Ok(hot), Ok(generated)) => prop_assert_eq!(collect(&hot, &frame), generated),
            (hot, generated) => prop_assert_eq!(hot.is_err(), generated.is_err()),
        }
    }

    #[test]
    fn responses_are_the_generated_bytes(
        (version, response) in produce::VERSIONS.prop_flat_map(|v| (Just(v), response(v))),
    ) {
        let mut expected = b"earlier".to_vec();
        encode_response(&mut expected, ApiKey::Produce, version, 77, &response).unwrap();
        let (out, frame_bytes) = encode_hot(&response, version);
        prop_assert_eq!(frame_bytes, expected.len() - 7);
        prop_assert_eq!(out, expected);
    }
}

#[test]
fn unknown_tagged_fields_are_skipped_everywhere() {
    let tag = b"\x01\x63\x02ab";
    let mut frame = b"\x00\xff\xff\x00\x00\x00\x09\x02\x02t\x02\x00\x00\x00\x05\x04xyz".to_vec();
    for _ in 0..3 {
        frame.extend_from_slice(tag);
    }
    let hot = produce::ProduceRequest::decode(&frame, 0, 9).unwrap();
    let partition = hot.partitions().next().unwrap();
    assert_eq!((partition.topic, partition.index), (TopicRef::Name("t"), 5));
    assert_eq!((partition.records, partition.records_range), (Some(&b"xyz"[..]), 16..19));
    assert_eq!((hot.acks, hot.timeout_ms), (-1, 9));
    // The same tag twice.
    let at = frame.len() - tag.len();
    frame.splice(at.., *b"\x02\x05\x00\x05\x00");
    let error = produce::ProduceRequest::decode(&frame, 0, 9).unwrap_err();
    assert_eq!(error, DecodeError::TagOrder { tag: 5 });
}

#[test]
fn counts_beyond_the_frame_are_refused_before_the_walk() {
    // Version 3: no transaction, acks 1, timeout 0, then 2^31 - 1 topics.
    let frame = b"\xff\xff\x00\x01\x00\x00\x00\x00\x7f\xff\xff\xff\x00\x00";
    let error = produce::ProduceRequest::decode(frame, 0, 3).unwrap_err();
    assert_eq!(error, DecodeError::ArrayTooLong { count: 0x7fff_ffff, remaining: 2 });
}

#[test]
fn versions_outside_the_range_are_refused() {
    for version in [i16::MIN, -1, 2, 14, i16::MAX] {
        assert!(matches!(
            produce::ProduceRequest::decode(&[0; 100], 0, version),
            Err(DecodeError::Version { .. })
        ));
        let mut out = Vec::new();
        assert!(produce::ResponseEncoder::begin(&mut out, version, 1, 0).is_err());
    }
}

#[test]
fn a_response_that_does_not_fit_its_request_is_not_written() {
    let request = ProduceRequest {
        topic_data: vec![TopicProduceData {
            name: "t".into(),
            partition_data: vec![PartitionProduceData::default(); 2],
            ..Default::default()
        }],
        ..Default::default()
    };
    let frame = frame_of(&request, 9, b"");
    let request = produce::ProduceRequest::decode(&frame, 0, 9).unwrap();
    let results = [0, 1, 2].map(|index| PartitionResult::error(index, 6));
    let mut out = b"earlier".to_vec();
    for (count, fits) in [(1, false), (2, true), (3, false)] {
        let before = out.clone();
        let written = produce::encode_response(&mut out, 9, 1, &request, &results[..count], 0, &[]);
        assert_eq!(written.is_ok(), fits);
        assert_eq!(out == before, !fits);
    }
}

#[test]
fn a_string_ends_where_the_generated_decoder_ends_it() {
    // A transactional id of 32,768 bytes; its compact length says one more.
    let mut frame = vec![0x81, 0x80, 0x02];
    frame.resize(40_000, b'a');
    let error = produce::ProduceRequest::decode(&frame, 0, 9).unwrap_err();
    assert_eq!(error, DecodeError::StringTooLong(32_768));
    let generated = ProduceRequest::decode(&mut Reader::new(&frame), 9);
    assert_eq!(generated, Err(error));
}
