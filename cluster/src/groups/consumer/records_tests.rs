//! Against the bytes that Kafka 4.3.1's own classes write.

use super::*;

fn bytes(hex: &str) -> Vec<u8> {
    let digit = |index: usize| u8::from_str_radix(&hex[index..index + 2], 16).unwrap();
    (0..hex.len()).step_by(2).map(digit).collect()
}

fn topic() -> Uuid {
    Uuid(std::array::from_fn(|index| index as u8 + 1))
}

#[track_caller]
fn check(record: &Record, key: &str, value: &str) {
    let encoded = record.encode("g");
    assert_eq!(encoded.key, bytes(key));
    assert_eq!(encoded.value, Some(bytes(value)));
    let mut reader = Reader::new(&encoded.key);
    let kind = reader.i16().unwrap();
    assert!(Record::is_kind(kind));
    let decoded = Record::decode(kind, &mut reader, encoded.value.as_deref()).unwrap();
    assert_eq!(decoded, ("g".to_owned(), record.clone()));
    // Nothing that was cut short is taken for a record, and nothing panics.
    for end in 0..bytes(value).len() {
        let mut reader = Reader::new(&encoded.key[2..]);
        assert!(Record::decode(kind, &mut reader, Some(&bytes(value)[..end])).is_err());
    }
}

#[test]
fn epochs() {
    let group = |metadata_hash| Record::Group(Some(GroupEpoch { epoch: 7, metadata_hash }));
    check(&group(654_547_258_173_026_066), "0003000167", "00000000000701000809156b436c1bef12");
    check(&group(0), "0003000167", "00000000000700");
    let target = TargetEpoch { epoch: 7, assigned_at_ms: 1_234_567_890_123 };
    check(&Record::Target(Some(target)), "0006000167", "0000000000070100080000011f71fb04cb");
}

#[test]
fn members() {
    let consumer = Metadata {
        instance_id: Some("i".to_owned()),
        client_id: "c".to_owned(),
        client_host: "/127.0.0.1".to_owned(),
        topic_names: ["a", "b"].map(str::to_owned).into(),
        topic_regex: Some("x.*".to_owned()),
        rebalance_timeout_ms: 300_000,
        server_assignor: Some("range".to_owned()),
        ..Metadata::default()
    };
    check(
        &Record::Member("m".to_owned(), Some(consumer)),
        "000500016700016d",
        "000002690002630b2f3132372e302e302e31030261026204782e2a000493e00672616e676500",
    );
    let protocols = vec![("range".to_owned(), vec![1, 2, 3])];
    let classic = Metadata {
        rack_id: Some("r".to_owned()),
        client_id: "c".to_owned(),
        client_host: "h".to_owned(),
        rebalance_timeout_ms: 5,
        classic: Some(ClassicMetadata { session_timeout_ms: 45_000, protocols }),
        ..Metadata::default()
    };
    check(
        &Record::Member("m".to_owned(), Some(classic)),
        "000500016700016d",
        "00000002720263026801000000000500010012010000afc8020672616e6765040102030000",
    );
}

#[test]
fn assignments() {
    let target = Partitions::from([(topic(), BTreeSet::from([0, 2]))]);
    check(
        &Record::TargetMember("m".to_owned(), Some(target)),
        "000700016700016d",
        "0000020102030405060708090a0b0c0d0e0f100300000000000000020000",
    );
    // Without epochs of partitions, as before Kafka 4.3: the member's own is meant.
    let old = "0000000000090000000801020102030405060708090a0b0c0d0e0f1003000000000000000201000903\
               0000000300000004020102030405060708090a0b0c0d0e0f1002000000010000";
    let current = Current {
        epoch: 9,
        previous_epoch: 8,
        state: MemberState::UnrevokedPartitions,
        assigned: OwnedPartitions::from([(topic(), BTreeMap::from([(0, 3), (2, 4)]))]),
        pending_revocation: OwnedPartitions::from([(topic(), BTreeMap::from([(1, 9)]))]),
    };
    assert_eq!(read(Some(&bytes(old)), read_current), Ok(Some(current.clone())));
    let record = Record::Current("m".to_owned(), Some(current));
    let encoded = record.encode("g");
    assert_eq!(encoded.key, bytes("000800016700016d"));
    let mut reader = Reader::new(&encoded.key[2..]);
    let decoded = Record::decode(KIND_CURRENT, &mut reader, encoded.value.as_deref()).unwrap();
    assert_eq!(decoded.1, record);
}

#[test]
fn expressions() {
    let resolved = ResolvedRegex {
        topics: ["x1", "x2"].map(str::to_owned).into(),
        version: 5,
        resolved_at_ms: 6,
    };
    check(
        &Record::Regex("x.*".to_owned(), Some(resolved)),
        "00100001670003782e2a",
        "0000030378310378320000000000000005000000000000000600",
    );
}

#[test]
fn tombstones_have_no_value() {
    let record = Record::Current("m".to_owned(), None);
    let encoded = record.encode("g");
    assert_eq!(encoded.value, None);
    let decoded = Record::decode(KIND_CURRENT, &mut Reader::new(&encoded.key[2..]), None);
    assert_eq!(decoded, Ok(("g".to_owned(), record)));
}
