use proptest::prelude::*;

use super::*;
use crate::hot::fetch;
use crate::messages::fetch_request::{
    FetchPartition, FetchRequest, FetchTopic, ForgottenTopic, ReplicaState,
};

fn partition(version: i16) -> impl Strategy<Value = FetchPartition> {
    let numbers = (any::<[i32; 4]>(), any::<[i64; 2]>());
    let tagged =
        (prop_oneof![Just([0; 16]), any::<[u8; 16]>()], prop_oneof![Just(i64::MAX), any::<i64>()]);
    (numbers, tagged).prop_map(move |((ints, longs), (directory, high_watermark))| {
        let from = |first: i16| version >= first;
        FetchPartition {
            partition: ints[0],
            current_leader_epoch: if from(9) { ints[1] } else { -1 },
            fetch_offset: longs[0],
            last_fetched_epoch: if from(12) { ints[2] } else { -1 },
            log_start_offset: if from(5) { longs[1] } else { -1 },
            partition_max_bytes: ints[3],
            replica_directory_id: if from(17) { Uuid(directory) } else { Uuid::ZERO },
            high_watermark: if from(18) { high_watermark } else { i64::MAX },
        }
    })
}

fn topics(version: i16) -> impl Strategy<Value = Vec<FetchTopic<'static>>> {
    let topic = (topic(version >= 13), prop::collection::vec(partition(version), 0..4))
        .prop_map(|((topic, topic_id), partitions)| FetchTopic { topic, topic_id, partitions });
    prop::collection::vec(topic, 0..4)
}

fn forgotten(version: i16) -> impl Strategy<Value = Vec<ForgottenTopic<'static>>> {
    let topic = (topic(version >= 13), prop::collection::vec(any::<i32>(), 0..4))
        .prop_map(|((topic, topic_id), partitions)| ForgottenTopic { topic, topic_id, partitions });
    prop::collection::vec(topic, 0..if version >= 7 { 3 } else { 1 })
        .prop_map(move |topics| if version >= 7 { topics } else { Vec::new() })
}

fn request(version: i16) -> impl Strategy<Value = FetchRequest<'static>> {
    let numbers =
        (any::<[i32; 6]>(), any::<i8>(), prop_oneof![Just((-1, -1)), any::<(i32, i64)>()]);
    let texts = (prop::option::of(text()), text());
    (numbers, texts, topics(version), forgotten(version)).prop_map(
        move |((ints, isolation_level, replica), (cluster_id, rack_id), topics, forgotten)| {
            let from = |first: i16| version >= first;
            let (replica_id, replica_epoch) = if from(15) { replica } else { (-1, -1) };
            FetchRequest {
                cluster_id: cluster_id.filter(|_| from(12)),
                replica_id: if from(15) { -1 } else { ints[0] },
                replica_state: ReplicaState { replica_id, replica_epoch },
                max_wait_ms: ints[1],
                min_bytes: ints[2],
                max_bytes: ints[3],
                isolation_level,
                session_id: if from(7) { ints[4] } else { 0 },
                session_epoch: if from(7) { ints[5] } else { -1 },
                topics,
                forgotten_topics_data: forgotten,
                rack_id: if from(11) { rack_id } else { Cow::Borrowed("") },
            }
        },
    )
}

fn versioned_request() -> impl Strategy<Value = (i16, FetchRequest<'static>)> {
    fetch::VERSIONS.prop_flat_map(|version| (Just(version), request(version)))
}

/// What both decoders must agree on: every field, and the partitions in their order.
fn assert_same(hot: &fetch::FetchRequest<'_>, expected: &FetchRequest<'_>, version: i16) {
    let replica_id =
        if version >= 15 { expected.replica_state.replica_id } else { expected.replica_id };
    assert_eq!(hot.cluster_id, expected.cluster_id);
    assert_eq!(hot.replica_id, replica_id);
    assert_eq!(hot.replica_epoch, expected.replica_state.replica_epoch);
    assert_eq!(
        (hot.max_wait_ms, hot.min_bytes, hot.max_bytes, hot.isolation_level),
        (expected.max_wait_ms, expected.min_bytes, expected.max_bytes, expected.isolation_level)
    );
    assert_eq!(
        (hot.session_id, hot.session_epoch, &hot.rack_id),
        (expected.session_id, expected.session_epoch, &expected.rack_id)
    );
    assert_eq!(hot.topics_count(), expected.topics.len());
    let by_id = version >= 13;
    let partitions: Vec<_> = expected
        .topics
        .iter()
        .flat_map(|topic| topic.partitions.iter().map(move |partition| (topic, partition)))
        .map(|(topic, partition)| fetch::FetchPartition {
            topic: topic_ref(by_id, &topic.topic, topic.topic_id),
            index: partition.partition,
            current_leader_epoch: partition.current_leader_epoch,
            fetch_offset: partition.fetch_offset,
            last_fetched_epoch: partition.last_fetched_epoch,
            log_start_offset: partition.log_start_offset,
            max_bytes: partition.partition_max_bytes,
            replica_directory_id: partition.replica_directory_id,
            high_watermark: partition.high_watermark,
        })
        .collect();
    let found = hot.partitions();
    let found = found.map(|one| fetch::FetchPartition { topic: readable(one.topic), ..one });
    assert_eq!(found.collect::<Vec<_>>(), partitions);
    let forgotten: Vec<_> = expected
        .forgotten_topics_data
        .iter()
        .flat_map(|topic| topic.partitions.iter().map(move |index| (topic, *index)))
        .map(|(topic, index)| fetch::ForgottenPartition {
            topic: topic_ref(by_id, &topic.topic, topic.topic_id),
            index,
        })
        .collect();
    let found = hot.forgotten();
    let found = found.map(|one| fetch::ForgottenPartition { topic: readable(one.topic), ..one });
    assert_eq!(found.collect::<Vec<_>>(), forgotten);
}

proptest! {
    #[test]
    fn requests_read_as_the_generated_decoder_reads_them(
        (version, request) in versioned_request(),
        before in prop::collection::vec(any::<u8>(), 0..20),
    ) {
        let frame = frame_of(&request, version, &before);
        let hot = fetch::FetchRequest::decode(&frame, before.len(), version).unwrap();
        assert_same(&hot, &request, version);
    }

    #[test]
    fn requests_cut_anywhere_are_errors((version, request) in versioned_request()) {
        let frame = frame_of(&request, version, b"head");
        for end in 0..frame.len() {
            let hot = fetch::FetchRequest::decode(&frame[..end], 4, version);
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
        let hot = fetch::FetchRequest::decode(&frame, 4, version);
        match (hot, generated::<FetchRequest>(&frame[4..], version)) {
            (Ok(hot), Ok(generated)) => assert_same(&hot, &generated, version),
            (hot, generated) => prop_assert_eq!(hot.is_err(), generated.is_err()),
        }
    }
}

#[test]
fn versions_outside_the_range_are_refused() {
    for version in [i16::MIN, 3, 19, i16::MAX] {
        assert!(matches!(
            fetch::FetchRequest::decode(&[0; 100], 0, version),
            Err(DecodeError::Version { .. })
        ));
    }
}
