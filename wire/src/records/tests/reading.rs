//! Batches in a row, records in a batch, numbers in a record.

use std::borrow::Cow;

use proptest::prelude::*;

use super::reseal;
use crate::records::header::RECORDS_COUNT_AT;
use crate::records::varint::{Cursor, put_varint, put_varlong, varlong_len_bytes};
use crate::records::*;

fn one(base_offset: i64, value: &[u8]) -> Vec<u8> {
    let mut builder = BatchBuilder::new().base_offset(base_offset);
    builder.append(0, None, Some(value), &[]);
    builder.build().unwrap()
}

#[test]
fn batches_stop_at_a_partial_one() {
    let (first, second) = (one(10, b"first"), one(11, b"the second"));
    let log = [first.clone(), second.clone()].concat();
    for end in 0..=log.len() {
        let mut batches = Batches::new(&log[..end]);
        let whole: Vec<_> = batches.by_ref().map(|b| b.unwrap().0.base_offset).collect();
        let expected: &[i64] = match end {
            _ if end == log.len() => &[10, 11],
            _ if end >= first.len() => &[10],
            _ => &[],
        };
        assert_eq!(whole, expected, "{end}");
        let consumed = [0, first.len(), log.len()][expected.len()];
        assert_eq!(batches.consumed_bytes(), consumed, "{end}");
    }
    let slices: Vec<_> = Batches::new(&log).map(|b| b.unwrap().1).collect();
    assert_eq!(slices, [&first[..], &second[..]]);
}

#[test]
fn batches_report_what_cannot_be_one_and_end() {
    let good = one(10, b"first");
    // The zeros of a preallocated file.
    let log = [good.clone(), vec![0; 4096]].concat();
    let mut batches = Batches::new(&log);
    assert!(batches.next().unwrap().is_ok());
    assert_eq!(batches.next(), Some(Err(BatchError::BadMagic(0))));
    assert_eq!(batches.next(), None);
    assert_eq!(batches.consumed_bytes(), good.len());

    let mut short = good.clone();
    short[8..12].copy_from_slice(&10i32.to_be_bytes());
    assert_eq!(Batches::new(&short).next(), Some(Err(BatchError::BadLength(10))));
}

#[test]
fn records_of_a_compacted_batch_keep_their_offsets() {
    let mut builder = BatchBuilder::new().base_offset(1000).leader_epoch(4);
    builder.append_at(3, 50, Some(b"a"), Some(b"1"), &[]);
    builder.append_at(9, 40, Some(b"b"), None, &[]);
    let batch = builder.build().unwrap();
    let header = BatchHeader::parse(&batch).unwrap();
    assert_eq!((header.last_offset(), header.records_count), (1009, 2));
    assert_eq!((header.base_timestamp, header.max_timestamp), (50, 50));
    let read: Vec<_> =
        records(&batch).unwrap().map(|r| r.map(|r| (r.offset, r.timestamp)).unwrap()).collect();
    assert_eq!(read, [(1003, 50), (1009, 40)]);
}

#[test]
fn iteration_ends_with_the_first_error() {
    for (count, wrong_index) in [(1i32, 1), (3, 2)] {
        let mut builder = BatchBuilder::new();
        builder.append(0, None, Some(b"a"), &[]).append(0, None, Some(b"b"), &[]);
        let mut batch = builder.build().unwrap();
        batch[RECORDS_COUNT_AT..RECORDS_COUNT_AT + 4].copy_from_slice(&count.to_be_bytes());
        reseal(&mut batch);
        let read: Vec<_> = records(&batch).unwrap().collect();
        assert_eq!(read.len(), wrong_index + 1);
        assert!(matches!(read[wrong_index], Err(BatchError::BadRecord { index, .. })
                if index as usize == wrong_index));
    }
}

#[test]
fn a_payload_lends_its_records() {
    let mut builder = BatchBuilder::new().compression(Compression::Gzip);
    builder.append(7, Some(b"k"), Some(b"v"), &[]);
    let batch = builder.build().unwrap();
    let payload = Payload::open(&batch, 100).unwrap();
    let record = payload.iter().next().unwrap().unwrap();
    assert!(matches!(record.value, Some(Cow::Borrowed(b"v"))));
    assert_eq!(payload.header().records_count, 1);
}

#[test]
fn header_names_that_are_not_utf8_are_replaced() {
    let mut builder = BatchBuilder::new();
    builder.append(0, None, None, &[("?", None)]);
    let mut batch = builder.build().unwrap();
    let name_at = batch.len() - 2;
    batch[name_at] = 0xff;
    let record = records(&batch).unwrap().next().unwrap().unwrap();
    assert_eq!(record.headers[0].key, "\u{fffd}");
}

#[test]
fn builders_are_used_again_and_refuse_to_build_nothing() {
    let mut builder = BatchBuilder::new().producer(1, 0, 0).transactional(true);
    assert!(matches!(builder.build(), Err(BatchError::Build(_))));
    builder.append(5, None, Some(b"a"), &[]);
    let mut out = b"kept".to_vec();
    builder.build_into(&mut out).unwrap();
    assert!(out.starts_with(b"kept"));
    assert!(matches!(builder.build_into(&mut out), Err(BatchError::Build(_))));
    builder.set_base_sequence(1);
    builder.append(9, None, Some(b"b"), &[]);
    assert_eq!(builder.size_bytes(), builder.clone().build().unwrap().len());
    let second = builder.build().unwrap();
    let header = validate_produced(&second, &mut Decompressor::new()).unwrap().header;
    assert_eq!((header.base_sequence, header.base_timestamp), (1, 9));
    assert!(header.is_transactional());
}

#[test]
fn sequences_wrap_past_their_largest() {
    let header = |base_sequence, last_offset_delta| {
        let batch = one(0, b"");
        BatchHeader { base_sequence, last_offset_delta, ..BatchHeader::parse(&batch).unwrap() }
    };
    assert_eq!(header(i32::MAX, 0).last_sequence(), i32::MAX);
    assert_eq!(header(i32::MAX, 1).last_sequence(), 0);
    assert_eq!(header(i32::MAX - 1, 4).last_sequence(), 2);
    assert_eq!(header(-1, 4).last_sequence(), -1);
}

#[test]
fn varints_that_do_not_fit_are_refused() {
    let varint = |bytes: &[u8]| Cursor::new(bytes).varint();
    let varlong = |bytes: &[u8]| Cursor::new(bytes).varlong();
    assert_eq!(varint(&[0xff, 0xff, 0xff, 0xff, 0x0f]), Some(i32::MIN));
    assert_eq!(varint(&[0xff, 0xff, 0xff, 0xff, 0x1f]), None);
    assert_eq!(varint(&[0x80, 0x80, 0x80, 0x80, 0x80, 0]), None);
    assert_eq!(varint(&[0x80]), None);
    assert_eq!(varint(&[]), None);
    let long = [0xff; 9];
    assert_eq!(varlong(&[&long[..], &[1]].concat()), Some(i64::MIN));
    assert_eq!(varlong(&[&long[..], &[2]].concat()), None);
    assert_eq!(varlong(&[&long[..], &[0x81, 0]].concat()), None);
    assert_eq!(varlong(&long), None);
}

proptest! {
    #[test]
    fn varints_round_trip(int: i32, shift in 0..64u32, long: i64) {
        let long = long >> shift;
        let mut bytes = Vec::new();
        put_varint(&mut bytes, int);
        prop_assert_eq!(bytes.len(), varlong_len_bytes(i64::from(int)));
        put_varlong(&mut bytes, long);
        let total = varlong_len_bytes(i64::from(int)) + varlong_len_bytes(long);
        prop_assert_eq!(bytes.len(), total);
        let mut from = Cursor::new(&bytes);
        prop_assert_eq!(from.varint(), Some(int));
        prop_assert_eq!(from.varlong(), Some(long));
        prop_assert!(from.rest.is_empty());
    }

    #[test]
    fn batches_round_trip(
        codec in prop::sample::select(&Compression::ALL[..]),
        base_offset in 0..i64::MAX / 2,
        parts in proptest::collection::vec((
            any::<i64>(),
            proptest::option::of(proptest::collection::vec(any::<u8>(), 0..100)),
            proptest::option::of(proptest::collection::vec(any::<u8>(), 0..1000)),
            proptest::collection::vec((".{0,9}", proptest::option::of(any::<[u8; 3]>())), 0..3),
        ), 1..30),
    ) {
        let mut builder = BatchBuilder::new().compression(codec).base_offset(base_offset);
        for (timestamp, key, value, headers) in &parts {
            let headers: Vec<_> =
                headers.iter().map(|(k, v)| (k.as_str(), v.as_ref().map(|v| &v[..]))).collect();
            builder.append(*timestamp, key.as_deref(), value.as_deref(), &headers);
        }
        let batch = builder.build().unwrap();
        let produced = validate_produced(&batch, &mut Decompressor::new()).unwrap();
        let max_timestamp = parts.iter().map(|p| p.0).max().unwrap();
        prop_assert_eq!(produced.header.max_timestamp, max_timestamp);
        prop_assert_eq!(produced.records.max_timestamp_ms, max_timestamp.max(-1));
        let min_timestamp = parts.iter().map(|p| p.0).min().unwrap();
        prop_assert!(produced.records.min_timestamp_ms <= min_timestamp);
        let read: Vec<_> = records(&batch).unwrap().map(Result::unwrap).collect();
        prop_assert_eq!(read.len(), parts.len());
        for (at, (record, part)) in read.iter().zip(&parts).enumerate() {
            let (timestamp, key, value, headers) = part;
            prop_assert_eq!(record.offset, base_offset + at as i64);
            prop_assert_eq!(record.timestamp, *timestamp);
            prop_assert_eq!(record.key.as_deref(), key.as_deref());
            prop_assert_eq!(record.value.as_deref(), value.as_deref());
            let read: Vec<_> =
                record.headers.iter().map(|h| (h.key.to_string(), h.value.as_deref())).collect();
            let written: Vec<_> =
                headers.iter().map(|(k, v)| (k.clone(), v.as_ref().map(|v| &v[..]))).collect();
            prop_assert_eq!(read, written);
        }
    }
}
