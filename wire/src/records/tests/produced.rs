//! What a broker takes from a producer, and what it does not.

use proptest::prelude::*;

use super::reseal;
use crate::records::header::*;
use crate::records::walk::{summarize_slice, walk_slice};
use crate::records::*;

fn validate(batch: &[u8]) -> Result<Produced, BatchError> {
    validate_produced(batch, &mut Decompressor::new())
}

fn batch(codec: Compression, count: usize) -> Vec<u8> {
    let mut builder = BatchBuilder::new().compression(codec).producer(9, 0, 100);
    for i in 0..count {
        let value = vec![b'v'; i % 150];
        builder.append(1_000 + i as i64, Some(b"key"), Some(&value), &[]);
    }
    builder.build().unwrap()
}

/// The verdict on a batch of three records after an edit that its checksum knows of.
fn edited(edit: impl FnOnce(&mut Vec<u8>)) -> Result<Produced, BatchError> {
    let mut batch = batch(Compression::None, 3);
    edit(&mut batch);
    reseal(&mut batch);
    validate(&batch)
}

fn put<const N: usize>(batch: &mut [u8], at: usize, bytes: [u8; N]) {
    batch[at..at + N].copy_from_slice(&bytes);
}

#[test]
fn every_bit_counts_but_those_a_broker_assigns() {
    for codec in Compression::ALL {
        let good = batch(codec, 5);
        validate(&good).unwrap();
        assert!(check_crc(&good));
        for bit in 0..good.len() * 8 {
            let mut bad = good.clone();
            bad[bit / 8] ^= 1 << (bit % 8);
            let assigned = bit / 8 < LENGTH_AT || (EPOCH_AT..MAGIC_AT).contains(&(bit / 8));
            assert_eq!(validate(&bad).is_ok(), assigned, "{codec:?} bit {bit}");
            assert_eq!(check_crc(&bad), assigned, "{codec:?} bit {bit}");
        }
    }
}

#[test]
fn a_batch_cut_short_or_followed_by_bytes_is_refused() {
    let good = batch(Compression::None, 3);
    for end in 0..good.len() {
        let error = validate(&good[..end]).unwrap_err();
        assert!(matches!(error, BatchError::Truncated { .. }), "{end}: {error}");
    }
    let two = [good.clone(), good.clone()].concat();
    assert_eq!(validate(&two), Err(BatchError::TrailingBytes(good.len())));
}

#[test]
fn lz4_in_linked_blocks_is_refused() {
    let mut batch = batch(Compression::Lz4, 3);
    // Behind the magic number; bit 5 says that the blocks stand alone.
    batch[HEADER_BYTES + 4] &= !0x20;
    reseal(&mut batch);
    assert_eq!(validate(&batch), Err(BatchError::LinkedBlocks));
}

#[test]
fn fields_a_client_may_not_write() {
    let with = |attributes: i16| edited(|b| put(b, ATTRIBUTES_AT, attributes.to_be_bytes()));
    assert_eq!(with(0x20), Err(BatchError::ControlFromClient));
    // Bits of no meaning are left alone, as Kafka does; two are taken off.
    for (bits, correct) in [(0x40, false), (0x08, false), (0x80, true), (i16::MIN, true)] {
        assert_eq!(with(bits).unwrap().is_correct(), correct, "{bits:#x}");
    }
    for codec in 5..8 {
        assert_eq!(with(codec), Err(BatchError::UnknownCompression(codec as u8)));
    }
    assert!(with(0x10).unwrap().header.is_transactional());
    assert_eq!(edited(|b| b[MAGIC_AT] = 1), Err(BatchError::BadMagic(1)));
    let length = |value: i32| edited(|b| put(b, LENGTH_AT, value.to_be_bytes()));
    for value in [0, 48, -1, i32::MIN] {
        assert_eq!(length(value), Err(BatchError::BadLength(value)));
    }
    assert!(matches!(length(i32::MAX), Err(BatchError::Truncated { .. })));
}

#[test]
fn counts_must_agree() {
    let with = |count: i32, delta: i32| {
        edited(|b| {
            put(b, RECORDS_COUNT_AT, count.to_be_bytes());
            put(b, LAST_OFFSET_DELTA_AT, delta.to_be_bytes());
        })
    };
    for (records_count, last_offset_delta) in
        [(3, 1), (3, 3), (2, 2), (0, -1), (-1, -2), (i32::MIN, i32::MAX), (0, 2)]
    {
        let expected = BatchError::CountMismatch { records_count, last_offset_delta };
        assert_eq!(with(records_count, last_offset_delta), Err(expected));
    }
    // The header agrees with itself, but not with the records.
    for count in [2, 4, i32::MAX] {
        let error = with(count, count - 1).unwrap_err();
        assert!(matches!(error, BatchError::BadRecord { .. }), "{error}");
    }
}

#[test]
fn producer_fields_must_make_sense() {
    let with = |id: i64, epoch: i16, sequence: i32, attributes: i16| {
        edited(|b| {
            put(b, PRODUCER_ID_AT, id.to_be_bytes());
            put(b, PRODUCER_EPOCH_AT, epoch.to_be_bytes());
            put(b, BASE_SEQUENCE_AT, sequence.to_be_bytes());
            put(b, ATTRIBUTES_AT, attributes.to_be_bytes());
        })
    };
    assert!(with(0, 0, 0, 0).is_ok());
    assert!(with(-1, -1, -1, 0).is_ok());
    // Sarama leaves a zero sequence in batches that are not idempotent.
    assert!(with(-1, -1, 0, 0).is_ok());
    for bad in [(5, -1, 0, 0), (5, 0, -1, 0), (-1, -1, -1, 0x10)] {
        let error = with(bad.0, bad.1, bad.2, bad.3).unwrap_err();
        assert!(matches!(error, BatchError::BadProducer { .. }), "{error}");
    }
}

#[test]
fn offset_deltas_must_be_consecutive() {
    let mut builder = BatchBuilder::new();
    builder.append_at(0, 0, None, Some(b"a"), &[]);
    builder.append_at(2, 0, None, Some(b"b"), &[]);
    let mut batch = builder.build().unwrap();
    put(&mut batch, LAST_OFFSET_DELTA_AT, 1i32.to_be_bytes());
    reseal(&mut batch);
    let error = validate(&batch).unwrap_err();
    assert!(matches!(error, BatchError::BadRecord { index: 1, .. }), "{error}");
}

#[test]
fn a_place_in_the_log_is_assigned_outside_the_checksum() {
    let mut batch = batch(Compression::Lz4, 3);
    rewrite_assigned(&mut batch, 1 << 40, 17);
    let header = validate(&batch).unwrap().header;
    assert_eq!((header.base_offset, header.partition_leader_epoch), (1 << 40, 17));
    assert_eq!(header.last_offset(), (1 << 40) + 2);
}

#[test]
fn log_append_time_holds_for_every_record() {
    for codec in Compression::ALL {
        let mut batch = batch(codec, 3);
        rewrite_log_append_time(&mut batch, 77_000);
        assert!(check_crc(&batch));
        let header = BatchHeader::parse(&batch).unwrap();
        assert_eq!(header.timestamp_type(), TimestampType::LogAppendTime);
        assert_eq!((header.base_timestamp, header.max_timestamp), (1_000, 77_000));
        assert_eq!(header.compression(), Ok(codec));
        assert!(records(&batch).unwrap().all(|record| record.unwrap().timestamp == 77_000));
    }
}

#[test]
fn timestamps_move_together() {
    for codec in Compression::ALL {
        let mut batch = batch(codec, 3);
        rewrite_timestamps(&mut batch, 50_000);
        let header = validate(&batch).unwrap().header;
        assert_eq!((header.base_timestamp, header.max_timestamp), (50_000, 50_002));
        let times: Vec<i64> =
            records(&batch).unwrap().map(|record| record.unwrap().timestamp).collect();
        assert_eq!(times, [50_000, 50_001, 50_002]);
    }
}

#[test]
fn the_short_cut_agrees_with_the_full_walk_on_every_byte_of_small_records() {
    let mut builder = BatchBuilder::new();
    for (key, value) in
        [(None, Some("v")), (Some("key"), Some("value")), (Some(""), Some("")), (Some("k"), None)]
    {
        builder.append(0, key.map(str::as_bytes), value.map(str::as_bytes), &[]);
    }
    // The short cut looks at 16 bytes, so each record above needs some behind it.
    builder.append(300, None, Some(&[b'v'; 80]), &[]);
    let good = builder.build().unwrap().split_off(HEADER_BYTES);
    assert!(short_cut(&good, 5, 0).is_ok());
    for at in 0..good.len() {
        for byte in 0..=u8::MAX {
            let mut bytes = good.clone();
            bytes[at] = byte;
            let (short, full) = (short_cut(&bytes, 5, 0), full(&bytes, 5, 0));
            assert_eq!(short, full, "{byte:#x} at {at} of {good:x?}");
        }
    }
}

#[test]
fn records_that_are_all_a_millisecond_early_are_seen() {
    for key in [None, Some(&b"key"[..])] {
        let mut builder = BatchBuilder::new();
        // The first record makes the base timestamp, and is too long for the short cut.
        builder.append(1_000, Some(b"key"), Some(&[b'v'; 9_000]), &[]);
        for value in [&[b'v'; 20][..], &[b'w'; 80]] {
            builder.append(999, key, Some(value), &[]);
        }
        let bytes = builder.build().unwrap().split_off(HEADER_BYTES);
        for base_timestamp in [0, 1_000, i64::MIN, i64::MAX] {
            let (short, full) =
                (short_cut(&bytes, 3, base_timestamp), full(&bytes, 3, base_timestamp));
            assert_eq!(short, full);
            assert_eq!(full.unwrap().1, key.is_none());
        }
    }
}

/// What the records say together, the least timestamp only as far as it is promised.
type Walked = Result<(i64, bool), BatchError>;

fn short_cut(bytes: &[u8], records_count: i32, base_timestamp: i64) -> Walked {
    let summary = summarize_slice(&header(records_count, base_timestamp), bytes)?;
    let full = in_full(bytes, records_count, base_timestamp)?;
    assert!(summary.min_timestamp_ms <= full.min_timestamp_ms, "{summary:?} {full:?}");
    Ok((summary.max_timestamp_ms, summary.has_keyless))
}

fn in_full(bytes: &[u8], count: i32, base_timestamp: i64) -> Result<Summary, BatchError> {
    let mut summary = Summary::NONE;
    walk_slice(&header(count, base_timestamp), bytes, |_, facts| {
        summary.note(base_timestamp, facts);
    })?;
    Ok(summary)
}

fn full(bytes: &[u8], count: i32, base_timestamp: i64) -> Walked {
    in_full(bytes, count, base_timestamp).map(|full| (full.max_timestamp_ms, full.has_keyless))
}

fn header(records_count: i32, base_timestamp: i64) -> BatchHeader {
    let batch = batch(Compression::None, 1);
    BatchHeader { records_count, base_timestamp, ..BatchHeader::parse(&batch).unwrap() }
}

fn bytes_of_record() -> impl Strategy<Value = Option<Vec<u8>>> {
    proptest::option::weighted(0.8, proptest::collection::vec(any::<u8>(), 0..200))
}

proptest! {
    /// The short cut for common records decides nothing differently, whatever the bytes.
    #[test]
    fn the_short_cut_agrees_with_the_full_walk(
        parts in proptest::collection::vec(
            (any::<i32>(), 0..3i64, bytes_of_record(), bytes_of_record(), 0..3usize), 1..20),
        flips in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..3),
        cut in proptest::option::weighted(0.3, any::<prop::sample::Index>()),
        base in prop_oneof![Just(0), Just(i64::MAX), Just(i64::MIN), any::<i64>()],
    ) {
        let mut builder = BatchBuilder::new();
        let headers = [("name", Some(&b"value"[..])), ("null", None)];
        for (time, scale, key, value, headers_count) in &parts {
            let timestamp = i64::from(*time) >> (16 * (2 - scale));
            builder.append(timestamp, key.as_deref(), value.as_deref(), &headers[..*headers_count]);
        }
        let mut bytes = builder.build().unwrap().split_off(HEADER_BYTES);
        let count = parts.len() as i32;
        prop_assert!(short_cut(&bytes, count, base).is_ok());
        for (at, byte) in flips {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        prop_assert_eq!(short_cut(&bytes, count, base), full(&bytes, count, base));
    }

    /// Bytes that are not batches are refused, never a panic; so are records behind a right
    /// checksum.
    #[test]
    fn no_input_panics(mut bytes in proptest::collection::vec(any::<u8>(), 0..300), sealed: bool) {
        if sealed && bytes.len() >= HEADER_BYTES {
            let length = (bytes.len() - LENGTH_OVERHEAD_BYTES) as i32;
            put(&mut bytes, LENGTH_AT, length.to_be_bytes());
            bytes[MAGIC_AT] = 2;
            bytes[ATTRIBUTES_AT] = 0;
            put(&mut bytes, RECORDS_COUNT_AT, 5i32.to_be_bytes());
            put(&mut bytes, LAST_OFFSET_DELTA_AT, 4i32.to_be_bytes());
            reseal(&mut bytes);
        }
        let _ = validate(&bytes);
        if let Ok(records) = records_with_limit(&bytes, 10_000) {
            let _ = records.count();
        }
        let _ = Batches::new(&bytes).count();
    }
}
