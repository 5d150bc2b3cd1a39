//! The door: what is refused, what is kept as it came, and what is made of the rest. Every index
//! and every lookup goes by the records' times, whatever a client's header says of them.

use wire::records::{
    BatchBuilder, BatchHeader, Compression, Decompressor, Fault, Packing, check_crc, records,
    validate_produced,
};

use super::*;
use crate::config::TimestampType;
use crate::errors::AdmitError;
use crate::limits::RECORD_FAULTS_MAX;

/// Three records a second apart, the first at `first_ms`.
fn three(codec: Compression, first_ms: i64) -> Vec<u8> {
    let mut builder = BatchBuilder::new().compression(codec);
    for n in 0..3 {
        builder.append(first_ms + n * 1000, Some(b"key"), Some(&[b'v'; 200]), &[]);
    }
    builder.build().unwrap()
}

/// The batch with other words in its header about the largest timestamp and its type.
fn lying(mut batch: Vec<u8>, max_timestamp_ms: i64, marked: bool) -> Vec<u8> {
    batch[22] |= if marked { 8 } else { 0 };
    batch[35..43].copy_from_slice(&max_timestamp_ms.to_be_bytes());
    let crc = crc32c(&batch[21..]);
    batch[17..21].copy_from_slice(&crc.to_be_bytes());
    assert!(check_crc(&batch));
    batch
}

fn crc32c(bytes: &[u8]) -> u32 {
    let mut crc = u32::MAX;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = crc >> 1 ^ if crc & 1 == 1 { 0x82f6_3b78 } else { 0 };
        }
    }
    !crc
}

impl Harness {
    fn admit(&mut self, batch: &[u8]) -> Result<(BatchHeader, Vec<u8>), AdmitError> {
        let (id, now) = (self.id, self.now);
        let mut rewritten = Vec::new();
        let header = self.store().admit(id, batch, now, &mut rewritten)?;
        let kept = if rewritten.is_empty() { batch.to_vec() } else { rewritten };
        assert_eq!(BatchHeader::parse(&kept), Ok(header));
        assert!(check_crc(&kept));
        Ok((header, kept))
    }

    fn append_admitted(&mut self, batch: &[u8]) {
        let (_, kept) = self.admit(batch).unwrap();
        self.append(&kept);
    }
}

#[test]
fn a_good_batch_is_kept_as_it_came() {
    let mut h = Harness::simple(LogConfig::default());
    for codec in Compression::ALL {
        let batch = three(codec, h.now.unix_ms);
        assert_eq!(h.admit(&batch).unwrap().1, batch, "{codec:?}");
    }
}

#[test]
fn a_batch_that_is_too_large_is_not_looked_into() {
    let mut h = Harness::simple(LogConfig { max_message_bytes: 100, ..LogConfig::default() });
    let mut batch = three(Compression::None, h.now.unix_ms);
    *batch.last_mut().unwrap() ^= 1;
    let error = h.admit(&batch).unwrap_err();
    let too_large = AppendError::MessageTooLarge { size_bytes: batch.len() as u64, max_bytes: 100 };
    assert_eq!(error, AdmitError::Append(too_large));
}

#[test]
fn records_that_the_topic_refuses_are_named() {
    let config = LogConfig {
        cleanup_compact: true,
        message_timestamp_before_max_ms: 1000,
        message_timestamp_after_max_ms: 1000,
        ..LogConfig::default()
    };
    let mut h = Harness::simple(config);
    let now = h.now.unix_ms;
    for codec in Compression::ALL {
        let mut builder = BatchBuilder::new().compression(codec);
        for (key, timestamp) in [(Some(&b"k"[..]), now), (None, now), (None, -1), (None, now)] {
            builder.append(timestamp, key, Some(b"v"), &[]);
        }
        let Err(AdmitError::Records(faults)) = h.admit(&builder.build().unwrap()) else { panic!() };
        let named: Vec<_> = (1..4).map(|index| (index, Fault::NoKey)).collect();
        assert_eq!((faults.listed, faults.total, faults.of_time), (named, 3, false), "{codec:?}");

        for (off, refused) in [(-1001, true), (-1000, false), (1000, false), (1001, true)] {
            builder.append(now, Some(b"k"), Some(b"v"), &[]);
            builder.append(now + off, Some(b"k"), Some(b"v"), &[]);
            builder.append(now, Some(b"k"), Some(b"v"), &[]);
            match h.admit(&builder.build().unwrap()) {
                Ok(_) => assert!(!refused, "{codec:?} {off}"),
                Err(AdmitError::Records(faults)) => {
                    assert_eq!(faults.listed, [(1, Fault::Timestamp(now + off))], "{codec:?}");
                    assert!(refused && faults.of_time);
                }
                Err(other) => panic!("{other}"),
            }
        }
        builder.append(-1, Some(b"k"), Some(b"v"), &[]);
        h.admit(&builder.build().unwrap()).unwrap();
    }
    h.config.message_timestamp_before_max_ms = i64::MAX;
    h.config.timestamp_type = TimestampType::LogAppendTime;
    let (id, config) = (h.id, h.config.clone());
    h.store().configure(id, config);
    h.admit(&three(Compression::None, now + 1_000_000)).unwrap();
}

#[test]
fn very_many_bad_records_are_counted_and_not_listed() {
    let config = LogConfig { cleanup_compact: true, ..LogConfig::default() };
    let mut h = Harness::simple(config);
    let mut builder = BatchBuilder::new().compression(Compression::Zstd);
    for _ in 0..100_000 {
        builder.append(0, None, None, &[]);
    }
    let Err(AdmitError::Records(faults)) = h.admit(&builder.build().unwrap()) else { panic!() };
    assert_eq!((faults.listed.len(), faults.total), (RECORD_FAULTS_MAX, 100_000));
}

#[test]
fn times_are_those_of_the_records_also_after_a_crash() {
    for arena in [false, true] {
        let mut h = Harness::new(LogConfig::default(), arena, MemoryOptions::default());
        let now = h.now.unix_ms;
        let old = now - 1_000_000;
        for codec in [Compression::None, Compression::Gzip] {
            h.append_admitted(&lying(three(codec, old), now, false));
            h.append_admitted(&lying(three(codec, now), 0, false));
            h.append_admitted(&lying(three(codec, now - 500), now + 50_000, true));
        }
        h.settle();
        for round in 0..2 {
            let id = h.id;
            let found = h.store().offset_of_max_timestamp(id);
            let found = h.lookup(found).unwrap();
            assert_eq!((found.offset, found.timestamp_ms), (5, now + 2000), "{round}");
            // Header and record agree about each of these.
            for (target, offset) in [
                (old + 500, Some(1)),
                (old + 2001, Some(3)),
                (now + 1700, Some(5)),
                (now + 2001, None),
            ] {
                let found = h.store().offset_for_time(id, target);
                let found = h.lookup(found).map(|found| found.offset);
                assert_eq!(found, offset, "round {round}, {}", target - now);
            }
            h.check_all();
            if round == 0 {
                let image = h.crash(Crash::Kill, Keep::Everything);
                h.start(image);
                h.settle();
            }
        }
    }
}

#[test]
fn retention_goes_by_the_records_times() {
    let config = LogConfig {
        segment_bytes: 1024,
        retention_ms: 60_000,
        file_delete_delay_ms: 0,
        ..LogConfig::default()
    };
    let mut h = Harness::simple(config);
    let now = h.now.unix_ms;
    // Old records under a header that says they are new, and the other way round.
    for _ in 0..4 {
        h.append_admitted(&lying(three(Compression::None, now - 100_000), now, false));
    }
    let new_from = h.status().log_end_offset;
    for _ in 0..4 {
        h.append_admitted(&lying(three(Compression::None, now), now - 100_000, false));
    }
    h.settle();
    for _ in 0..4 {
        h.pass(5_000);
        h.settle();
    }
    let start = h.status().log_start_offset;
    assert!((1..=new_from).contains(&start), "{start}");
    h.pass(70_000);
    h.settle();
    h.pass(5_000);
    h.settle();
    assert!(h.status().log_start_offset > new_from);
}

#[test]
fn another_codec_becomes_the_topics() {
    for to in Compression::ALL {
        let mut h =
            Harness::simple(LogConfig { packing: Some(Packing::of(to)), ..LogConfig::default() });
        let now = h.now.unix_ms;
        for from in Compression::ALL {
            let batch = three(from, now);
            let (header, kept) = h.admit(&batch).unwrap();
            assert_eq!(header.compression(), Ok(to), "{from:?} to {to:?}");
            if from == to {
                assert_eq!(kept, batch, "it passes as it is");
            }
            let read = |batch| records(batch).unwrap().map(Result::unwrap).collect::<Vec<_>>();
            assert_eq!(read(&kept), read(&batch), "{from:?} to {to:?}");
            // It would be taken again, and a lie is mended on the way.
            let (_, kept) = h.admit(&lying(batch, now + 9, true)).unwrap();
            let produced = validate_produced(&kept, &mut Decompressor::new()).unwrap();
            assert!(produced.is_correct() && produced.records.max_timestamp_ms == now + 2000);
        }
    }
}

#[test]
fn levels_act() {
    let mut builder = BatchBuilder::new();
    for n in 0..2000u32 {
        let value = format!("{} tide {}", n % 97, n.wrapping_mul(2_654_435_761) % 4099);
        builder.append(1_700_000_000_000, Some(b"key"), Some(value.as_bytes()), &[]);
    }
    let batch = builder.build().unwrap();
    let len_at = |codec, level| {
        let packing = Some(Packing { codec, level });
        let mut h = Harness::simple(LogConfig { packing, ..LogConfig::default() });
        let (_, kept) = h.admit(&batch).unwrap();
        assert_eq!(records(&kept).unwrap().count(), 2000, "{codec:?} {level}");
        kept.len()
    };
    for (codec, levels) in [
        (Compression::Gzip, &[1, 6, 9][..]),
        (Compression::Zstd, &[-131_072, -5, 3, 22][..]),
        (Compression::Lz4, &[9, 12][..]),
    ] {
        let lens: Vec<_> = levels.iter().map(|level| len_at(codec, *level)).collect();
        assert!(lens.is_sorted_by(|a, b| a > b), "{codec:?} {levels:?}: {lens:?}");
    }
    assert_eq!(len_at(Compression::Gzip, -1), len_at(Compression::Gzip, 6));
    for level in [1, 3, 17] {
        len_at(Compression::Lz4, level);
    }
}

#[test]
fn what_grows_too_large_in_the_topics_codec_is_refused() {
    let packing = Some(Packing::of(Compression::None));
    let mut h =
        Harness::simple(LogConfig { packing, max_message_bytes: 1000, ..LogConfig::default() });
    let mut builder = BatchBuilder::new().compression(Compression::Zstd);
    builder.append(0, None, Some(&[0; 10_000_000]), &[]);
    let error = h.admit(&builder.build().unwrap()).unwrap_err();
    let too_large = wire::records::BatchError::PackedTooLarge { limit_bytes: 1000 };
    assert_eq!(error, AdmitError::Batch(too_large));
}
