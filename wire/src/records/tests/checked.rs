//! What is looked for in the records of produced batches, compressed or not: that they are there
//! and whole, and what a topic asks of them. In memory that does not grow with them.

use std::io::Write;

use super::reseal;
use crate::records::compress::compress;
use crate::records::header::{
    ATTRIBUTES_AT, BASE_TIMESTAMP_AT, LAST_OFFSET_DELTA_AT, MAX_TIMESTAMP_AT, RECORDS_COUNT_AT,
};
use crate::records::varint::{put_varint, put_varlong};
use crate::records::*;

const PACKED: [Compression; 4] =
    [Compression::Gzip, Compression::Snappy, Compression::Lz4, Compression::Zstd];

/// One record as it lies in a batch, with as many null headers as said.
fn record(index: i32, timestamp_delta: i64, key: Option<&[u8]>, value: &[u8]) -> Vec<u8> {
    let mut body = vec![0];
    put_varlong(&mut body, timestamp_delta);
    put_varint(&mut body, index);
    put_varint(&mut body, key.map_or(-1, |key| key.len() as i32));
    body.extend_from_slice(key.unwrap_or_default());
    put_varint(&mut body, value.len() as i32);
    body.extend_from_slice(value);
    put_varint(&mut body, 0);
    with_length(&body)
}

fn with_length(body: &[u8]) -> Vec<u8> {
    let mut record = Vec::new();
    put_varint(&mut record, body.len() as i32);
    record.extend_from_slice(body);
    record
}

fn records_of(count: i32) -> Vec<u8> {
    (0..count).flat_map(|index| record(index, 0, Some(b"k"), b"value")).collect()
}

/// A batch with `stored` behind its header, whatever that is.
fn batch(codec: Compression, count: i32, stored: &[u8]) -> Vec<u8> {
    let mut builder = BatchBuilder::new();
    builder.append(1_000, None, None, &[]);
    let mut batch = builder.build().unwrap();
    batch.truncate(HEADER_BYTES);
    batch.extend_from_slice(stored);
    let length = (batch.len() - LENGTH_OVERHEAD_BYTES) as i32;
    batch[8..12].copy_from_slice(&length.to_be_bytes());
    put(&mut batch, ATTRIBUTES_AT, codec.bits().to_be_bytes());
    put(&mut batch, LAST_OFFSET_DELTA_AT, (count - 1).to_be_bytes());
    put(&mut batch, RECORDS_COUNT_AT, count.to_be_bytes());
    reseal(&mut batch);
    batch
}

fn put<const N: usize>(batch: &mut [u8], at: usize, bytes: [u8; N]) {
    batch[at..at + N].copy_from_slice(&bytes);
}

fn packed(codec: Compression, count: i32, records: &[u8]) -> Vec<u8> {
    let mut stored = Vec::new();
    compress(codec, records, &mut stored).unwrap();
    batch(codec, count, &stored)
}

fn validate(batch: &[u8]) -> Result<Produced, BatchError> {
    validate_produced(batch, &mut Decompressor::new())
}

/// Bytes that nothing makes shorter.
fn noise(len_bytes: usize) -> Vec<u8> {
    let mut state = 1u32;
    let next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    };
    std::iter::repeat_with(next).take(len_bytes).collect()
}

#[test]
fn a_body_that_is_not_what_the_header_says_is_refused_in_every_codec() {
    let three = records_of(3);
    let long: Vec<u8> = (0..100).flat_map(|index| record(index, 0, None, &noise(700))).collect();
    for codec in PACKED {
        let pack = |records: &[u8]| {
            let mut stored = Vec::new();
            compress(codec, records, &mut stored).unwrap();
            stored
        };
        let stored = pack(&three);
        assert_eq!(validate(&batch(codec, 3, &stored)).map(|p| p.header.records_count), Ok(3));
        let packed_long = pack(&long);
        let bodies = [
            ("not compressed", 3, three.clone()),
            ("random", 3, noise(100)),
            ("empty", 3, Vec::new()),
            ("half", 100, packed_long[..packed_long.len() / 2].to_vec()),
            ("the last byte missing", 3, stored[..stored.len() - 1].to_vec()),
            ("one record of three", 3, pack(&records_of(1))),
            ("four records of three", 3, pack(&records_of(4))),
            ("a byte behind the last record", 3, pack(&[&three[..], &[0]].concat())),
            ("a record cut off", 3, pack(&three[..three.len() - 1])),
            ("another codec", 3, {
                let other = if codec == Compression::Zstd { Compression::Gzip } else { PACKED[3] };
                let mut stored = Vec::new();
                compress(other, &three, &mut stored).unwrap();
                stored
            }),
        ];
        for (what, count, stored) in bodies {
            let verdict = validate(&batch(codec, count, &stored));
            assert!(verdict.is_err(), "{codec:?}: {what}: {verdict:?}");
        }
    }
}

/// The records that are refused, each the second of two: what is wrong, and its bytes.
fn bad_records() -> Vec<(&'static str, Vec<u8>)> {
    // Length, attributes, timestamp 0, offset 1, key length, value length, headers.
    let body = |bytes: &[i32]| {
        let mut body = vec![0];
        bytes.iter().for_each(|number| put_varint(&mut body, *number));
        body
    };
    let big = vec![b'x'; 300_000];
    let long_with = |headers: &[i32]| {
        let mut body = body(&[0, 1, -1, big.len() as i32]);
        body.extend_from_slice(&big);
        headers.iter().for_each(|number| put_varint(&mut body, *number));
        with_length(&body)
    };
    let mut too_long_value = body(&[0, 1, -1, 400_000]);
    too_long_value.extend_from_slice(&big);
    vec![
        ("negative length", vec![1]),
        ("empty", with_length(&[])),
        ("offset delta 5", record(5, 0, None, b"v")),
        ("key length -5", with_length(&body(&[0, 1, -5, -1, 0]))),
        ("value longer than the record", with_length(&body(&[0, 1, -1, 9, 0]))),
        ("header count -1", with_length(&body(&[0, 1, -1, -1, -1]))),
        ("header count 1, none there", with_length(&body(&[0, 1, -1, -1, 1]))),
        ("header key null", with_length(&body(&[0, 1, -1, -1, 1, -1, -1]))),
        ("a number behind the headers", with_length(&body(&[0, 1, -1, -1, 0, 0]))),
        ("long, offset delta 5", record(5, 0, None, &big)),
        ("long, header count -1", long_with(&[-1])),
        ("long, header count 1, none there", long_with(&[1])),
        ("long, header key null", long_with(&[1, -1, -1])),
        ("long, a number behind the headers", long_with(&[0, 0])),
        ("long, without header count", long_with(&[])),
        ("long, value longer than the record", with_length(&too_long_value)),
        ("long, cut off", record(1, 0, None, &big)[..200_000].to_vec()),
    ]
}

#[test]
fn a_record_that_is_not_well_formed_is_named_in_every_codec() {
    for (what, bad) in bad_records() {
        let records = [record(0, 0, Some(b"k"), b"v"), bad].concat();
        let plain = validate(&batch(Compression::None, 2, &records)).unwrap_err();
        assert!(matches!(plain, BatchError::BadRecord { index: 1, .. }), "{what}: {plain}");
        for codec in PACKED {
            let error = validate(&packed(codec, 2, &records)).unwrap_err();
            assert!(
                matches!(error, BatchError::BadRecord { index: 1, .. }),
                "{codec:?}: {what}: {error}"
            );
        }
    }
}

#[test]
fn records_of_any_size_are_walked_in_every_codec() {
    for size in [0, 100, 65_000, 65_536, 131_000, 131_072, 300_000, 3 << 20] {
        let mut builder = BatchBuilder::new();
        for (index, key) in [None, Some(&b"k"[..]), Some(&[7; 200_000])].into_iter().enumerate() {
            let value = noise(size);
            let headers = [("name", Some(&value[..])), ("null", None)];
            builder.append(5_000 + index as i64, key, Some(&value), &headers);
            builder.append(4_000, Some(b""), Some(&value), &[]);
        }
        for codec in Compression::ALL {
            let batch = builder.clone().compression(codec).build().unwrap();
            let produced = validate(&batch).unwrap();
            assert_eq!(produced.records.max_timestamp_ms, 5_002, "{codec:?} {size}");
            assert_eq!(produced.records.min_timestamp_ms, 4_000, "{codec:?} {size}");
            assert!(produced.is_correct() && produced.records.has_keyless);
        }
    }
}

#[test]
fn a_bomb_is_refused_and_takes_no_memory() {
    let mut decompressor = Decompressor::with_limit(8 << 20);
    for codec in PACKED {
        let bomb = packed(codec, 1, &record(0, 0, None, &vec![0; 64 << 20]));
        let error = validate_produced(&bomb, &mut decompressor).unwrap_err();
        assert_eq!(error, BatchError::TooLargeDecompressed { limit_bytes: 8 << 20 }, "{codec:?}");
        assert!(decompressor.kept_bytes() <= 16 << 20, "{codec:?}");
        // It goes on with the next batch.
        let good = packed(codec, 3, &records_of(3));
        assert!(validate_produced(&good, &mut decompressor).is_ok(), "{codec:?}");
    }
}

#[test]
fn a_zstd_frame_may_look_far_back_and_its_memory_is_given_back() {
    let frame = |window_log| {
        let mut encoder = zstd::stream::write::Encoder::new(Vec::new(), 3).unwrap();
        encoder.window_log(window_log).unwrap();
        encoder.long_distance_matching(window_log > 24).unwrap();
        encoder.write_all(&records_of(3)).unwrap();
        encoder.finish().unwrap()
    };
    let mut decompressor = Decompressor::new();
    for window_log in [10, 21, 27] {
        let batch = batch(Compression::Zstd, 3, &frame(window_log));
        assert!(validate_produced(&batch, &mut decompressor).is_ok(), "{window_log}");
        assert!(decompressor.kept_bytes() <= 16 << 20, "{window_log}");
    }
    let batch = batch(Compression::Zstd, 3, &frame(30));
    let error = validate_produced(&batch, &mut decompressor).unwrap_err();
    assert!(matches!(error, BatchError::Decompression { .. }), "{error}");
}

#[test]
fn a_header_that_lies_about_times_is_made_to_tell_the_truth() {
    let records: Vec<u8> =
        (0..3).flat_map(|index| record(index, i64::from(index) * 10, None, b"v")).collect();
    for codec in Compression::ALL {
        for (lie, bits) in [(0, 0), (5_000, 0), (-1, 0), (1_020, 8), (9_000, 8), (1_020, 0x40)] {
            let mut batch = packed(codec, 3, &records);
            put(&mut batch, MAX_TIMESTAMP_AT, i64::to_be_bytes(lie));
            put(&mut batch, ATTRIBUTES_AT, (codec.bits() | bits).to_be_bytes());
            reseal(&mut batch);
            let mut produced = validate(&batch).unwrap();
            assert_eq!(produced.records.max_timestamp_ms, 1_020);
            assert!(!produced.is_correct(), "{codec:?} {lie} {bits:#x}");
            produced.correct(&mut batch);
            assert!(produced.is_correct() && check_crc(&batch));
            assert_eq!(validate(&batch), Ok(produced));
            let times: Vec<_> = crate::records::records(&batch)
                .unwrap()
                .map(|record| record.unwrap().timestamp)
                .collect();
            assert_eq!(times, [1_000, 1_010, 1_020], "{codec:?}");
        }
    }
}

#[test]
fn without_timestamps_the_largest_is_none() {
    for base in [-1i64, -5, i64::MIN] {
        let mut batch = packed(Compression::None, 3, &records_of(3));
        put(&mut batch, BASE_TIMESTAMP_AT, base.to_be_bytes());
        reseal(&mut batch);
        assert_eq!(validate(&batch).unwrap().records.max_timestamp_ms, -1);
    }
}

/// Which records of a batch the rules refuse.
fn faults(batch: &[u8], rules: &RecordRules) -> Vec<(i32, Fault)> {
    let mut decompressor = Decompressor::new();
    let produced = validate_produced(batch, &mut decompressor).unwrap();
    let mut faults = Vec::new();
    let visit = |index, fault| faults.push((index, fault));
    record_faults(batch, rules, &mut decompressor, visit).unwrap();
    assert!(faults.is_empty() || rules.may_refuse(&produced), "{rules:?} {produced:?}");
    faults
}

#[test]
fn every_record_that_a_topic_refuses_is_named() {
    let records: Vec<u8> = (0..100)
        .flat_map(|index| {
            let timestamp_delta = if index % 7 == 3 { 5_000 } else { i64::from(index) };
            let key = (index % 10 != 0).then_some(&b"k"[..]);
            record(index, timestamp_delta, key, b"value")
        })
        .collect();
    let keys = RecordRules { keys: true, ..RecordRules::NONE };
    let late = RecordRules { latest_ms: 3_000, ..RecordRules::NONE };
    let early = RecordRules { earliest_ms: 1_002, ..RecordRules::NONE };
    let stamped = RecordRules { log_append_time: true, ..late };
    for codec in Compression::ALL {
        let batch = packed(codec, 100, &records);
        assert_eq!(faults(&batch, &RecordRules::NONE), []);
        assert_eq!(faults(&batch, &stamped), []);
        let keyless: Vec<_> = (0..10).map(|n| (n * 10, Fault::NoKey)).collect();
        assert_eq!(faults(&batch, &keys), keyless, "{codec:?}");
        let wanted: Vec<_> = (0..14).map(|n| (n * 7 + 3, Fault::Timestamp(6_000))).collect();
        assert_eq!(faults(&batch, &late), wanted, "{codec:?}");
        let wanted = [(0, Fault::Timestamp(1_000)), (1, Fault::Timestamp(1_001))];
        assert_eq!(faults(&batch, &early), wanted, "{codec:?}");
        // A key comes before a timestamp, as in Kafka.
        let both = RecordRules { keys: true, ..early };
        assert_eq!(faults(&batch, &both)[..2], [(0, Fault::NoKey), (1, wanted[1].1)]);
    }
}

#[test]
fn no_timestamp_is_in_bounds_and_a_mark_of_the_brokers_is_not() {
    let with = |base: i64, max: i64, bits: i16| {
        let mut batch = packed(Compression::None, 3, &records_of(3));
        put(&mut batch, BASE_TIMESTAMP_AT, base.to_be_bytes());
        put(&mut batch, MAX_TIMESTAMP_AT, max.to_be_bytes());
        put(&mut batch, ATTRIBUTES_AT, bits.to_be_bytes());
        reseal(&mut batch);
        batch
    };
    let narrow = RecordRules { earliest_ms: 500, latest_ms: 600, ..RecordRules::NONE };
    let stamped = RecordRules { log_append_time: true, ..narrow };
    assert_eq!(faults(&with(-1, -1, 0), &narrow), []);
    assert_eq!(faults(&with(-2, -2, 0), &narrow).len(), 3);
    assert_eq!(faults(&with(550, 550, 8), &narrow), []);
    let marked: Vec<_> = (0..3).map(|index| (index, Fault::LogAppendTime)).collect();
    assert_eq!(faults(&with(-1, -1, 8), &narrow), marked);
    assert_eq!(faults(&with(550, 550, 8), &stamped), marked);
    assert_eq!(faults(&with(550, 550, 0), &stamped), []);
}
