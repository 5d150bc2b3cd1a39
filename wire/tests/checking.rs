//! Checking a compressed batch allocates nothing once a shard's decompressor is warm, however many
//! records there are, and little whatever they decompress to; counted by the allocator.

#[path = "support/counting.rs"]
mod counting;

use wire::records::{BatchBuilder, Compression, Decompressor, validate_produced};

fn batch(codec: Compression, records: usize, value: &[u8]) -> Vec<u8> {
    let mut builder = BatchBuilder::new().compression(codec);
    for n in 0..records {
        builder.append(1_000 + n as i64, Some(b"key"), Some(value), &[("name", Some(b"value"))]);
    }
    builder.build().unwrap()
}

#[test]
fn a_warm_decompressor_needs_no_memory() {
    for codec in Compression::ALL {
        let mut decompressor = Decompressor::new();
        let batches = [batch(codec, 10_000, &[b'v'; 100]), batch(codec, 1, b"one")];
        for batch in &batches {
            validate_produced(batch, &mut decompressor).unwrap();
        }
        for batch in &batches {
            let (checked, peak) =
                counting::peak_bytes(|| validate_produced(batch, &mut decompressor));
            assert!(checked.is_ok());
            assert_eq!(peak, 0, "{codec:?}");
        }
    }
}

#[test]
fn large_records_and_bombs_take_little() {
    for codec in [Compression::Gzip, Compression::Snappy, Compression::Lz4, Compression::Zstd] {
        let batch = batch(codec, 1, &vec![0; 64 << 20]);
        let (checked, peak) =
            counting::peak_bytes(|| validate_produced(&batch, &mut Decompressor::new()).is_ok());
        assert!(checked && peak < 1 << 20, "{codec:?}: {peak}");
        let limited = || {
            let mut decompressor = Decompressor::with_limit(1 << 20);
            validate_produced(&batch, &mut decompressor).is_err()
        };
        let (refused, peak) = counting::peak_bytes(limited);
        assert!(refused && peak < 2 << 20, "{codec:?}: {peak}");
    }
}
