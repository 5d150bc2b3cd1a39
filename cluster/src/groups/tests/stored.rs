//! Records in Kafka's format.

use std::sync::Arc;

use crate::groups::records::{CommittedOffset, GroupMetadata, MemberMetadata, Record};
use crate::groups::{Coordinator, ReplayError};

fn offset(expire_timestamp_ms: Option<i64>) -> CommittedOffset {
    CommittedOffset {
        offset: 5,
        leader_epoch: if expire_timestamp_ms.is_some() { -1 } else { 7 },
        metadata: "m".into(),
        commit_timestamp_ms: 9,
        expire_timestamp_ms,
    }
}

fn group() -> GroupMetadata {
    GroupMetadata {
        protocol_type: "consumer".into(),
        generation: 3,
        protocol: Some("range".into()),
        leader: Some("m1".into()),
        state_timestamp_ms: 11,
        members: vec![MemberMetadata {
            member_id: "m1".into(),
            group_instance_id: None,
            client_id: "c".into(),
            client_host: "/h".into(),
            rebalance_timeout_ms: 60,
            session_timeout_ms: 10,
            subscription: [1, 2].into(),
            assignment: [3].into(),
        }],
    }
}

#[test]
fn an_offset_is_written_as_kafka_does() {
    let value = Some(offset(None));
    let record = Record::Offset { group: "g", topic: "t", partition: 2, value }.encode();
    assert_eq!(record.key, b"\0\x01\0\x01g\0\x01t\0\0\0\x02");
    let expected = b"\0\x03\0\0\0\0\0\0\0\x05\0\0\0\x07\0\x01m\0\0\0\0\0\0\0\x09";
    assert_eq!(record.value.unwrap(), expected);
    // With a time of expiry it is version 1, which has no leader epoch.
    let value = Some(offset(Some(8)));
    let record = Record::Offset { group: "g", topic: "t", partition: 2, value }.encode();
    let expected = b"\0\x01\0\0\0\0\0\0\0\x05\0\x01m\0\0\0\0\0\0\0\x09\0\0\0\0\0\0\0\x08";
    assert_eq!(record.value.unwrap(), expected);
}

#[test]
fn a_group_is_written_as_kafka_does() {
    let record = Record::Group { group: "g", value: Some(Arc::new(group())) }.encode();
    assert_eq!(record.key, b"\0\x02\0\x01g");
    let mut expected = b"\0\x03\0\x08consumer\0\0\0\x03\0\x05range\0\x02m1".to_vec();
    expected.extend(b"\0\0\0\0\0\0\0\x0b\0\0\0\x01\0\x02m1\xff\xff\0\x01c\0\x02/h");
    expected.extend(b"\0\0\0\x3c\0\0\0\x0a\0\0\0\x02\x01\x02\0\0\0\x01\x03");
    assert_eq!(record.value.unwrap(), expected);
}

#[test]
fn what_is_written_is_read() {
    let records = [
        Record::Offset { group: "g", topic: "t", partition: 2, value: Some(offset(None)) },
        Record::Offset { group: "g", topic: "t", partition: 2, value: Some(offset(Some(8))) },
        Record::Offset { group: "", topic: "t", partition: 0, value: None },
        Record::Group { group: "g", value: Some(Arc::new(group())) },
        Record::Group { group: "g", value: None },
    ];
    for record in records {
        let bytes = record.encode();
        assert_eq!(Record::decode(&bytes.key, bytes.value.as_deref()).unwrap(), record);
    }
}

#[test]
fn flexible_versions_are_read() {
    let key = b"\0\x01\0\x01g\0\x01t\0\0\0\x02";
    let value =
        b"\0\x04\0\0\0\0\0\0\0\x05\0\0\0\x07\x02m\0\0\0\0\0\0\0\x09\x01\0\x10aaaaaaaaaaaaaaaa";
    let expected =
        Record::Offset { group: "g", topic: "t", partition: 2, value: Some(offset(None)) };
    assert_eq!(Record::decode(key, Some(value)).unwrap(), expected);
    let mut value = b"\0\x04\x09consumer\0\0\0\x03\x06range\x03m1".to_vec();
    value.extend(b"\0\0\0\0\0\0\0\x0b\x02\x03m1\0\x02c\x03/h");
    value.extend(b"\0\0\0\x3c\0\0\0\x0a\x03\x01\x02\x02\x03\0\0");
    let expected = Record::Group { group: "g", value: Some(Arc::new(group())) };
    assert_eq!(Record::decode(b"\0\x02\0\x01g", Some(&value)).unwrap(), expected);
}

#[test]
fn old_versions_are_read() {
    // Version 0 of a group: no instance ids, no rebalance timeout, no time of its state.
    let mut value = b"\0\0\0\x08consumer\0\0\0\x03\0\x05range\0\x02m1\0\0\0\x01".to_vec();
    value.extend(b"\0\x02m1\0\x01c\0\x02/h\0\0\0\x0a\0\0\0\x02\x01\x02\0\0\0\x01\x03");
    let mut expected = GroupMetadata { state_timestamp_ms: -1, ..group() };
    expected.members[0].rebalance_timeout_ms = 10;
    let expected = Record::Group { group: "g", value: Some(Arc::new(expected)) };
    assert_eq!(Record::decode(b"\0\x02\0\x01g", Some(&value)).unwrap(), expected);
}

#[test]
fn what_is_unknown_or_broken_is_skipped() {
    let mut coordinator = Coordinator::new();
    let error = coordinator.replay(b"\0\x63\0\x01g", None, 0).unwrap_err();
    assert_eq!(error, ReplayError::UnknownKind { kind: 99 });
    let error = coordinator.replay(b"\0\x02\0\x01g", Some(b"\0\x09"), 0).unwrap_err();
    assert_eq!(error, ReplayError::UnknownVersion { kind: 2, version: 9 });
    for record in [b"\0\x01".as_slice(), b"", b"\0\x01\0\x05g"] {
        assert!(matches!(coordinator.replay(record, None, 0), Err(ReplayError::Corrupt(_))));
    }
    coordinator.replay(b"\0\x02\0\x01g", None, 0).unwrap();
    assert_eq!(coordinator.groups_count(), 0);
}
