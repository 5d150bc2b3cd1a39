//! The decoders that are written by hand must judge and read as the generated ones do.

use wire::ApiKey;
use wire::codec::DecodeError;
use wire::hot::{TopicRef, fetch, produce};
use wire::messages::{FetchRequest, ProduceRequest};

use crate::frames::generated;
use crate::messages::Message;

pub fn agrees(message: &Message, version: i16, body: &[u8], result: &Result<usize, DecodeError>) {
    // The hot decoders allocate nothing, so they have no budget.
    if !message.is_request() || *result == Err(DecodeError::Budget) {
        return;
    }
    let hot = match message.api {
        ApiKey::Produce => produce::ProduceRequest::decode(body, 0, version).map(Hot::Produce),
        ApiKey::Fetch => fetch::FetchRequest::decode(body, 0, version).map(Hot::Fetch),
        _ => return,
    };
    match (hot, result) {
        (Ok(Hot::Produce(hot)), Ok(_)) => same_produce(&hot, body, version),
        (Ok(Hot::Fetch(hot)), Ok(_)) => same_fetch(&hot, body, version),
        (Err(_), Err(_)) => (),
        (hot, _) => panic!("v{version}: hot {:?}, generated {result:?}", hot.err()),
    }
}

enum Hot<'a> {
    Produce(produce::ProduceRequest<'a>),
    Fetch(fetch::FetchRequest<'a>),
}

fn same_produce(hot: &produce::ProduceRequest<'_>, body: &[u8], version: i16) {
    let full: ProduceRequest<'_> = generated(body, version).expect("decoded before");
    assert_eq!(hot.transactional_id, full.transactional_id);
    assert_eq!((hot.acks, hot.timeout_ms), (full.acks, full.timeout_ms));
    assert_eq!(hot.topics().count(), full.topic_data.len());
    let mut partitions = hot.partitions();
    for topic in &full.topic_data {
        for partition in &topic.partition_data {
            let found = partitions.next().expect("as many partitions");
            let by_id = version >= 13;
            must_name(found.topic, by_id, &topic.name, topic.topic_id);
            assert_eq!(found.index, partition.index);
            assert_eq!(found.records, partition.records.as_deref());
        }
    }
    assert_eq!(partitions.next(), None);
}

fn same_fetch(hot: &fetch::FetchRequest<'_>, body: &[u8], version: i16) {
    let full: FetchRequest<'_> = generated(body, version).expect("decoded before");
    assert_eq!(
        (hot.max_wait_ms, hot.min_bytes, hot.max_bytes, hot.isolation_level),
        (full.max_wait_ms, full.min_bytes, full.max_bytes, full.isolation_level)
    );
    assert_eq!((hot.session_id, hot.session_epoch), (full.session_id, full.session_epoch));
    assert_eq!((&hot.cluster_id, &hot.rack_id), (&full.cluster_id, &full.rack_id));
    assert_eq!(hot.topics_count(), full.topics.len());
    let by_id = version >= 13;
    let mut partitions = hot.partitions();
    for topic in &full.topics {
        for partition in &topic.partitions {
            let found = partitions.next().expect("as many partitions");
            must_name(found.topic, by_id, &topic.topic, topic.topic_id);
            assert_eq!(found.index, partition.partition);
            assert_eq!(found.fetch_offset, partition.fetch_offset);
            assert_eq!(found.max_bytes, partition.partition_max_bytes);
            assert_eq!(found.current_leader_epoch, partition.current_leader_epoch);
            assert_eq!(found.high_watermark, partition.high_watermark);
        }
    }
    assert_eq!(partitions.next(), None);
    let mut forgotten = hot.forgotten();
    for topic in &full.forgotten_topics_data {
        for index in &topic.partitions {
            let found = forgotten.next().expect("as many forgotten partitions");
            must_name(found.topic, by_id, &topic.topic, topic.topic_id);
            assert_eq!(found.index, *index);
        }
    }
    assert_eq!(forgotten.next(), None);
}

fn must_name(found: TopicRef<'_>, by_id: bool, name: &str, id: wire::Uuid) {
    match found {
        TopicRef::Id(found) => assert!(by_id && found == id),
        TopicRef::Name(found) => assert!(!by_id && found == name),
        TopicRef::NotUtf8(bytes) => assert!(!by_id && TopicRef::replaced(bytes) == name),
    }
}
