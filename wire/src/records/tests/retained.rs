//! Batches with fewer records.

use super::super::*;

fn batch(codec: Compression) -> Vec<u8> {
    let mut builder =
        BatchBuilder::new().base_offset(100).leader_epoch(3).compression(codec).producer(7, 1, 40);
    builder.append(1_000, Some(b"a"), Some(b"one"), &[("h", Some(b"x"))]);
    builder.append(3_000, Some(b"b"), None, &[]);
    builder.append(2_000, Some(b"c"), Some(b"three"), &[]);
    builder.build().unwrap()
}

fn read(bytes: &[u8]) -> Vec<(i64, i64, Option<Vec<u8>>)> {
    let one = |r: Result<Record<'_>, BatchError>| {
        let r = r.unwrap();
        (r.offset, r.timestamp, r.value.map(|v| v.to_vec()))
    };
    records(bytes).unwrap().map(one).collect()
}

#[test]
fn what_is_kept_is_as_it_was() {
    for codec in Compression::ALL {
        let full = batch(codec);
        let payload = Payload::open(&full, 10_000).unwrap();
        for horizon in [None, Some(5_000_000)] {
            let mut out = vec![1, 2, 3];
            let kept = retain(&payload, horizon, |c| c.offset != 101, &mut out).unwrap();
            assert_eq!(kept, 2);
            let out = &out[3..];
            assert!(check_crc(out));
            let (old, new) = (BatchHeader::parse(&full).unwrap(), BatchHeader::parse(out).unwrap());
            assert_eq!((new.base_offset, new.last_offset()), (100, 102));
            assert_eq!(new.last_sequence(), old.last_sequence());
            assert_eq!(new.compression(), old.compression());
            assert_eq!((new.max_timestamp, new.partition_leader_epoch), (2_000, 3));
            assert_eq!(new.has_delete_horizon(), horizon.is_some());
            assert_eq!(new.base_timestamp, horizon.unwrap_or(1_000));
            let all = read(&full);
            assert_eq!(read(out), vec![all[0].clone(), all[2].clone()]);
        }
        let mut none = Vec::new();
        assert_eq!(retain(&payload, None, |_| false, &mut none), Ok(0));
        assert!(none.is_empty());
    }
}

#[test]
fn an_empty_batch_keeps_its_place() {
    let full = batch(Compression::Lz4);
    let header = BatchHeader::parse(&full).unwrap();
    let mut out = Vec::new();
    without_records(&header, &mut out).unwrap();
    assert!(check_crc(&out) && out.len() == HEADER_BYTES);
    let empty = BatchHeader::parse(&out).unwrap();
    assert_eq!((empty.base_offset, empty.last_offset(), empty.records_count), (100, 102, 0));
    assert_eq!((empty.producer_id, empty.last_sequence()), (7, 42));
    assert_eq!(records(&out).unwrap().count(), 0);
}

#[test]
fn candidates_are_the_records() {
    let full = batch(Compression::Zstd);
    let payload = Payload::open(&full, 10_000).unwrap();
    let mut seen = Vec::new();
    candidates(&payload, |c| seen.push((c.offset, c.key.unwrap().to_vec(), c.is_tombstone)))
        .unwrap();
    let expected =
        [(100, b"a".to_vec(), false), (101, b"b".to_vec(), true), (102, b"c".to_vec(), false)];
    assert_eq!(seen, expected);
}
