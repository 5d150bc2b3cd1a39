//! Null where a version has it, and nowhere else; values only where a version can carry them.

use wire::codec::{Decode, DecodeError, Encode, EncodeError, Reader};
use wire::messages::{FetchRequest, JoinGroupRequest, MetadataRequest, OffsetFetchRequest};

fn encoded(message: &dyn Encode, version: i16) -> Result<Vec<u8>, EncodeError> {
    let mut out = Vec::new();
    message.encode(&mut out, version).map(|()| out)
}

#[test]
fn a_null_array_is_read_only_in_the_versions_that_have_it() {
    let null = [0xff; 4];
    let v0 = MetadataRequest::decode(&mut Reader::new(&null), 0);
    assert_eq!(v0, Err(DecodeError::Null));
    let v1 = MetadataRequest::decode(&mut Reader::new(&null), 1).expect("v1 has null: all topics");
    assert_eq!(v1.topics, None);
}

#[test]
fn a_null_array_is_written_only_in_the_versions_that_have_it() {
    let all_topics = MetadataRequest { topics: None, ..Default::default() };
    assert_eq!(encoded(&all_topics, 0), Err(EncodeError::Null { field: "Topics", version: 0 }));
    assert_eq!(encoded(&all_topics, 1), Ok(vec![0xff; 4]));
    // Compact null, three flags of which the first is true, no tags.
    assert_eq!(encoded(&all_topics, 9), Ok(vec![0, 1, 0, 0, 0]));
}

#[test]
fn a_compact_null_is_refused_where_a_value_must_be() {
    let mut bytes = encoded(&FetchRequest::default(), 12).expect("defaults");
    // At its end stand the rack and the tags, both empty.
    assert_eq!(bytes[bytes.len() - 2..], [1, 0]);
    let rack = bytes.len() - 2;
    bytes[rack] = 0;
    let result = FetchRequest::decode(&mut Reader::new(&bytes), 12);
    assert_eq!(result, Err(DecodeError::Null));
}

#[test]
fn a_length_below_minus_one_is_never_null() {
    let minus_two = [0xff, 0xff, 0xff, 0xfe];
    let array = MetadataRequest::decode(&mut Reader::new(&minus_two), 1);
    assert_eq!(array, Err(DecodeError::NegativeLength(-2)));
    let string = JoinGroupRequest::decode(&mut Reader::new(&[0xff, 0xfe]), 0);
    assert_eq!(string, Err(DecodeError::NegativeLength(-2)));
}

#[test]
fn a_null_string_is_refused_where_a_value_must_be() {
    let group = OffsetFetchRequest::decode(&mut Reader::new(&[0xff, 0xff, 0, 0, 0, 0]), 1);
    assert_eq!(group, Err(DecodeError::Null));
}

#[test]
fn a_value_the_version_cannot_carry_is_refused() {
    let existing_only = MetadataRequest { allow_auto_topic_creation: false, ..Default::default() };
    assert_eq!(
        encoded(&existing_only, 3),
        Err(EncodeError::Unsupported { field: "AllowAutoTopicCreation", version: 3 })
    );
    assert!(encoded(&existing_only, 4).is_ok());
}

#[test]
fn a_string_longer_than_kafka_allows_is_refused_both_ways() {
    let group_id = "g".repeat(32_768);
    let join = JoinGroupRequest { group_id: group_id.as_str().into(), ..Default::default() };
    for version in [0, 9] {
        let written = encoded(&join, version);
        assert_eq!(written, Err(EncodeError::TooLong { length: 32_768 }), "v{version}");
    }
    // 32,769 as a varint: the length and one.
    let mut bytes = vec![0x81, 0x80, 0x02];
    bytes.extend_from_slice(group_id.as_bytes());
    bytes.resize(bytes.len() + 64, 0);
    let read = JoinGroupRequest::decode(&mut Reader::new(&bytes), 9);
    assert_eq!(read, Err(DecodeError::StringTooLong(32_768)));
}
