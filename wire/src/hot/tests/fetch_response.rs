use proptest::prelude::*;

use super::*;
use crate::ApiKey;
use crate::codec::EncodeError;
use crate::header::encode_response;
use crate::hot::NodeEndpoint;
use crate::hot::fetch::{self, PartitionResponse, ResponseEncoder, ResponseHead};
use crate::messages::fetch_response::{
    AbortedTransaction, EpochEndOffset, FetchResponse, FetchableTopicResponse, LeaderIdAndEpoch,
    NodeEndpoint as Endpoint, PartitionData, SnapshotId,
};

fn partition(version: i16) -> impl Strategy<Value = PartitionData<'static>> {
    let aborted = (any::<i64>(), any::<i64>())
        .prop_map(|(producer_id, first_offset)| AbortedTransaction { producer_id, first_offset });
    let aborted = prop::option::of(prop::collection::vec(aborted, 0..3));
    let tagged = (
        prop_oneof![Just((-1, -1)), (0..9i32, any::<i64>())],
        leader(),
        prop_oneof![Just((-1, -1)), (0..9i64, any::<i32>())],
    );
    let numbers = (any::<[i32; 2]>(), any::<i16>(), any::<[i64; 3]>());
    (numbers, aborted, tagged, bytes()).prop_map(
        move |((ints, error_code, longs), aborted_transactions, tagged, records)| {
            let from = |first: i16| version >= first;
            let none = ((-1, -1), (-1, -1), (-1, -1));
            let (diverging, leader, snapshot) = if from(12) { tagged } else { none };
            PartitionData {
                partition_index: ints[0],
                error_code,
                high_watermark: longs[0],
                last_stable_offset: longs[1],
                log_start_offset: longs[2],
                diverging_epoch: EpochEndOffset { epoch: diverging.0, end_offset: diverging.1 },
                current_leader: LeaderIdAndEpoch { leader_id: leader.0, leader_epoch: leader.1 },
                snapshot_id: SnapshotId { end_offset: snapshot.0, epoch: snapshot.1 },
                aborted_transactions,
                preferred_read_replica: if from(11) { ints[1] } else { -1 },
                records: Some(records),
            }
        },
    )
}

fn response(version: i16) -> impl Strategy<Value = FetchResponse<'static>> {
    let topic = (topic(version >= 13), prop::collection::vec(partition(version), 0..4)).prop_map(
        |((topic, topic_id), partitions)| FetchableTopicResponse { topic, topic_id, partitions },
    );
    let numbers = (any::<i32>(), any::<i16>(), any::<i32>());
    (numbers, prop::collection::vec(topic, 0..4), endpoints()).prop_map(
        move |((throttle_time_ms, error_code, session_id), responses, endpoints)| FetchResponse {
            throttle_time_ms,
            error_code,
            session_id: if version >= 7 { session_id } else { 0 },
            responses,
            node_endpoints: endpoints
                .into_iter()
                .filter(|_| version >= 16)
                .map(|(node_id, host, port, rack)| Endpoint { node_id, host, port, rack })
                .collect(),
        },
    )
}

fn write_partition(
    encoder: &mut ResponseEncoder<'_>,
    partition: &PartitionData<'_>,
) -> Result<(), EncodeError> {
    let aborted: Option<Vec<_>> = partition.aborted_transactions.as_ref().map(|aborted| {
        let to_hot = |one: &AbortedTransaction| fetch::AbortedTransaction {
            producer_id: one.producer_id,
            first_offset: one.first_offset,
        };
        aborted.iter().map(to_hot).collect()
    });
    let (diverging, snapshot) = (&partition.diverging_epoch, &partition.snapshot_id);
    let leader = &partition.current_leader;
    encoder.partition(&PartitionResponse {
        index: partition.partition_index,
        error_code: partition.error_code,
        high_watermark: partition.high_watermark,
        last_stable_offset: partition.last_stable_offset,
        log_start_offset: partition.log_start_offset,
        diverging_epoch: (diverging.epoch != -1).then_some(fetch::EpochEndOffset {
            epoch: diverging.epoch,
            end_offset: diverging.end_offset,
        }),
        current_leader: known_leader((leader.leader_id, leader.leader_epoch)),
        snapshot_id: (snapshot.end_offset != -1).then_some(fetch::SnapshotId {
            end_offset: snapshot.end_offset,
            epoch: snapshot.epoch,
        }),
        aborted_transactions: aborted.as_deref(),
        preferred_read_replica: partition.preferred_read_replica,
        records_bytes: partition.records.as_ref().map_or(0, |records| records.len()),
    })
}

/// The frame as the hot encoder and a caller that splices make it, behind other bytes.
fn encode_hot(response: &FetchResponse<'_>, version: i16) -> (Vec<u8>, usize) {
    let (mut buffer, mut splices) = (b"earlier".to_vec(), Vec::new());
    let head = ResponseHead {
        throttle_time_ms: response.throttle_time_ms,
        error_code: response.error_code,
        session_id: response.session_id,
    };
    let topics_count = response.responses.len();
    let mut encoder =
        ResponseEncoder::begin(&mut buffer, &mut splices, version, 77, head, topics_count).unwrap();
    for topic in &response.responses {
        let name = topic_ref(version >= 13, &topic.topic, topic.topic_id);
        encoder.topic(name, topic.partitions.len()).unwrap();
        for partition in &topic.partitions {
            write_partition(&mut encoder, partition).unwrap();
        }
    }
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
    let frame_bytes = encoder.finish(&endpoints).unwrap();
    let records: Vec<&[u8]> = response
        .responses
        .iter()
        .flat_map(|topic| &topic.partitions)
        .filter_map(|partition| partition.records.as_deref())
        .filter(|records| !records.is_empty())
        .collect();
    (fetch::assemble(&buffer, &splices, &records), frame_bytes)
}

proptest! {
    #[test]
    fn responses_are_the_generated_bytes(
        (version, response) in fetch::VERSIONS.prop_flat_map(|v| (Just(v), response(v))),
    ) {
        let mut expected = b"earlier".to_vec();
        encode_response(&mut expected, ApiKey::Fetch, version, 77, &response).unwrap();
        let (out, frame_bytes) = encode_hot(&response, version);
        prop_assert_eq!(frame_bytes, expected.len() - 7);
        prop_assert_eq!(out, expected);
    }
}

fn begin<'o>(
    buffer: &'o mut Vec<u8>,
    splices: &'o mut Vec<fetch::Splice>,
    version: i16,
) -> ResponseEncoder<'o> {
    ResponseEncoder::begin(buffer, splices, version, 1, ResponseHead::default(), 1).unwrap()
}

#[test]
fn topics_and_partitions_must_be_as_many_as_announced() {
    let (mut buffer, mut splices) = (Vec::new(), Vec::new());
    let partition = PartitionResponse::error(0, 3);
    let mut encoder = begin(&mut buffer, &mut splices, 12);
    assert!(encoder.partition(&partition).is_err(), "no topic yet");
    encoder.topic(TopicRef::Name("t"), 1).unwrap();
    assert!(encoder.topic(TopicRef::Name("u"), 1).is_err(), "a partition is missing");
    encoder.partition(&partition).unwrap();
    assert!(encoder.partition(&partition).is_err(), "a partition too many");
    assert!(encoder.topic(TopicRef::Name("u"), 1).is_err(), "a topic too many");
    encoder.finish(&[]).unwrap();
    assert!(begin(&mut buffer, &mut splices, 12).finish(&[]).is_err(), "a topic is missing");
}

#[test]
fn topics_are_named_as_the_version_does() {
    let (mut buffer, mut splices) = (Vec::new(), Vec::new());
    let (name, id) = (TopicRef::Name("t"), TopicRef::Id(Uuid([1; 16])));
    assert!(begin(&mut buffer, &mut splices, 12).topic(name, 0).is_ok());
    assert!(begin(&mut buffer, &mut splices, 12).topic(id, 0).is_err());
    assert!(begin(&mut buffer, &mut splices, 13).topic(name, 0).is_err());
    assert!(begin(&mut buffer, &mut splices, 13).topic(id, 0).is_ok());
}

#[test]
fn a_frame_beyond_two_gibibytes_is_refused() {
    let (mut buffer, mut splices) = (Vec::new(), Vec::new());
    for (records_bytes, fits) in [(1usize << 30, true), (i32::MAX as usize - 10, false)] {
        let mut encoder = begin(&mut buffer, &mut splices, 12);
        encoder.topic(TopicRef::Name("t"), 1).unwrap();
        let partition = PartitionResponse { records_bytes, ..PartitionResponse::error(0, 0) };
        encoder.partition(&partition).unwrap();
        let so_far = encoder.frame_bytes();
        let frame_bytes = encoder.finish(&[]);
        assert_eq!(frame_bytes.is_ok(), fits);
        assert!(frame_bytes.is_err() || frame_bytes == Ok(so_far + 1), "the tags come last");
    }
}
