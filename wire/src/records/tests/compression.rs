//! Each codec against bytes made by another writer, and against bytes that lie about their size.

use std::io::Write;

use crate::records::compress::compress;
use crate::records::decompress::decompress;
use crate::records::{BatchBuilder, BatchError, Compression, records, records_with_limit};

const CODECS: [Compression; 4] =
    [Compression::Gzip, Compression::Snappy, Compression::Lz4, Compression::Zstd];

/// Text that repeats, but not at once: longer than a snappy or lz4 block.
fn sample() -> Vec<u8> {
    (0..20_000u32)
        .flat_map(|i| format!("{} tide ", i.wrapping_mul(2_654_435_761)).into_bytes())
        .collect()
}

fn xerial(blocks: &[&[u8]]) -> Vec<u8> {
    let mut out = b"\x82SNAPPY\0\0\0\0\x01\0\0\0\x01".to_vec();
    for block in blocks {
        let block = snap::raw::Encoder::new().compress_vec(block).unwrap();
        out.extend_from_slice(&(block.len() as u32).to_be_bytes());
        out.extend_from_slice(&block);
    }
    out
}

#[test]
fn what_we_compress_we_decompress_within_the_exact_limit() {
    let input = sample();
    for codec in CODECS {
        let mut packed = b"before".to_vec();
        compress(codec, &input, &mut packed).unwrap();
        let packed = &packed[6..];
        assert!(packed.len() < input.len(), "{codec:?}");
        assert_eq!(decompress(codec, packed, input.len()).unwrap(), input, "{codec:?}");
        assert_eq!(
            decompress(codec, packed, input.len() - 1),
            Err(BatchError::TooLargeDecompressed { limit_bytes: input.len() - 1 }),
            "{codec:?}"
        );
    }
}

#[test]
fn nothing_compresses_to_nothing() {
    for codec in CODECS {
        let mut packed = Vec::new();
        compress(codec, b"", &mut packed).unwrap();
        assert_eq!(decompress(codec, &packed, 0).unwrap(), b"", "{codec:?}");
    }
}

#[test]
fn gzip_of_several_members() {
    let mut packed = Vec::new();
    for (part, level) in [("one ", 1), ("two", 9)] {
        let mut encoder =
            flate2::write::GzEncoder::new(&mut packed, flate2::Compression::new(level));
        encoder.write_all(part.as_bytes()).unwrap();
        encoder.finish().unwrap();
    }
    assert_eq!(decompress(Compression::Gzip, &packed, 100).unwrap(), b"one two");
}

#[test]
fn gzip_headers_of_other_writers() {
    let mut encoder = flate2::GzBuilder::new()
        .extra(&b"extra"[..])
        .filename("name")
        .comment("comment")
        .mtime(1)
        .write(Vec::new(), flate2::Compression::default());
    encoder.write_all(b"low tide").unwrap();
    let good = encoder.finish().unwrap();
    assert_eq!(decompress(Compression::Gzip, &good, 100).unwrap(), b"low tide");
    for end in 0..good.len() {
        assert!(decompress(Compression::Gzip, &good[..end], 100).is_err(), "cut at {end}");
    }
    let checksum_and_length = good.len() - 8..good.len();
    for at in (0..4).chain(checksum_and_length) {
        let mut bad = good.clone();
        bad[at] ^= 0x80;
        assert!(decompress(Compression::Gzip, &bad, 100).is_err(), "byte {at}");
    }
    let followed = [&good[..], b"anything"].concat();
    assert!(decompress(Compression::Gzip, &followed, 100).is_err());
    // A header with a checksum of its own, which flate2 does not write.
    let mut checked = vec![0x1f, 0x8b, 8, 2, 0, 0, 0, 0, 0, 3];
    let mut crc = flate2::Crc::new();
    crc.update(&checked);
    checked.extend_from_slice(&(crc.sum() as u16).to_le_bytes());
    let mut plain = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    plain.write_all(b"high").unwrap();
    checked.extend_from_slice(&plain.finish().unwrap()[10..]);
    assert_eq!(decompress(Compression::Gzip, &checked, 100).unwrap(), b"high");
    checked[10] ^= 1;
    assert!(decompress(Compression::Gzip, &checked, 100).is_err());
}

#[test]
fn snappy_raw_and_framed() {
    let input = sample();
    let raw = snap::raw::Encoder::new().compress_vec(&input).unwrap();
    assert_eq!(decompress(Compression::Snappy, &raw, input.len()).unwrap(), input);

    let blocks: Vec<&[u8]> = input.chunks(1000).collect();
    let framed = xerial(&blocks);
    assert_eq!(decompress(Compression::Snappy, &framed, input.len()).unwrap(), input);

    // Streams one after the other, each with its own header.
    let mut twice = xerial(&[b"low ", b""]);
    twice.extend_from_slice(&xerial(&[b"tide"]));
    assert_eq!(decompress(Compression::Snappy, &twice, 100).unwrap(), b"low tide");
}

#[test]
fn snappy_frames_cut_anywhere_are_errors_or_fewer_whole_blocks() {
    let framed = xerial(&[b"low ", b"tide"]);
    for end in 8..framed.len() {
        match decompress(Compression::Snappy, &framed[..end], 100) {
            Ok(out) => assert!(out.is_empty() || out == b"low ", "{end}: {out:?}"),
            Err(error) => assert!(matches!(error, BatchError::Decompression { .. }), "{error}"),
        }
    }
}

#[test]
fn lz4_frames_of_other_writers() {
    use lz4_flex::frame::{BlockMode, BlockSize, FrameEncoder, FrameInfo};
    let input = sample();
    let packed = |info: FrameInfo| {
        let mut encoder = FrameEncoder::with_frame_info(info, Vec::new());
        encoder.write_all(&input).unwrap();
        encoder.finish().unwrap()
    };
    for size in [BlockSize::Max64KB, BlockSize::Max256KB, BlockSize::Max1MB, BlockSize::Max4MB] {
        for checksums in [false, true] {
            let info = FrameInfo::new()
                .block_size(size)
                .block_mode(BlockMode::Independent)
                .content_checksum(checksums)
                .block_checksums(checksums)
                .content_size(checksums.then_some(input.len() as u64));
            let good = packed(info);
            assert_eq!(decompress(Compression::Lz4, &good, input.len()).unwrap(), input);
            // Every byte of the header counts, and what lies behind the frame is not looked at.
            for at in 0..good.len().min(if checksums { 15 } else { 7 }) {
                let mut bad = good.clone();
                bad[at] ^= 1;
                assert!(decompress(Compression::Lz4, &bad, input.len()).is_err(), "byte {at}");
            }
            if checksums {
                let mut bad = good.clone();
                *bad.last_mut().unwrap() ^= 1;
                assert!(decompress(Compression::Lz4, &bad, input.len()).is_err());
            }
            let followed = [&good[..], b"anything"].concat();
            assert_eq!(decompress(Compression::Lz4, &followed, input.len()).unwrap(), input);
        }
    }
    // Java's readers take no others.
    let linked = packed(FrameInfo::new().block_mode(BlockMode::Linked));
    let error = decompress(Compression::Lz4, &linked, input.len()).unwrap_err();
    assert_eq!(error, BatchError::LinkedBlocks);
}

#[test]
fn lz4_of_the_legacy_format_is_refused() {
    // A block of its own size, and of up to 8 MiB by the format: "a" alone, as a literal.
    let legacy = b"\x02\x21\x4c\x18\x02\0\0\0\x10a";
    let error = decompress(Compression::Lz4, legacy, 64 << 20).unwrap_err();
    assert!(error.to_string().contains("magic number"), "{error}");
}

#[test]
fn zstd_of_other_levels_and_with_checksums() {
    let input = sample();
    for level in [1, 9, 19] {
        let mut encoder = zstd::stream::write::Encoder::new(Vec::new(), level).unwrap();
        encoder.include_checksum(true).unwrap();
        encoder.write_all(&input).unwrap();
        let packed = encoder.finish().unwrap();
        assert_eq!(decompress(Compression::Zstd, &packed, input.len()).unwrap(), input);
    }
}

#[test]
fn bombs_stop_at_the_limit() {
    let zeros = vec![0; 32 << 20];
    for codec in CODECS {
        let mut batch = BatchBuilder::new().compression(codec);
        batch.append(0, None, Some(&zeros), &[]);
        let batch = batch.build().unwrap();
        assert!(batch.len() < 2 << 20, "{codec:?} takes {} bytes", batch.len());
        let limit_bytes = 1 << 20;
        let error = records_with_limit(&batch, limit_bytes).unwrap_err();
        assert_eq!(error, BatchError::TooLargeDecompressed { limit_bytes }, "{codec:?}");
        assert_eq!(records(&batch).unwrap().count(), 1, "{codec:?}");
    }
}

#[test]
fn snappy_may_not_claim_more_than_it_can_hold() {
    // 4 GiB - 1, then 60 MiB, claimed by a block of a few bytes: refused before any memory is
    // taken.
    for claim in [&b"\xff\xff\xff\xff\x0f"[..], b"\x80\x80\x80\x1e"] {
        let mut block = claim.to_vec();
        block.extend_from_slice(b"\x00a");
        let error = decompress(Compression::Snappy, &block, 64 << 20).unwrap_err();
        assert!(
            matches!(
                error,
                BatchError::Decompression { .. } | BatchError::TooLargeDecompressed { .. }
            ),
            "{error}"
        );
    }
}

#[test]
fn bytes_that_are_not_compressed_are_errors() {
    for codec in CODECS {
        for junk in [&b""[..], b"\x82", b"not compressed at all", &[0xff; 100]] {
            match decompress(codec, junk, 1000) {
                // No frame at all is a whole zstd stream to its readers.
                Ok(out) => assert!(junk.is_empty() && out.is_empty(), "{codec:?} {junk:?}"),
                Err(error) => {
                    assert!(matches!(error, BatchError::Decompression { .. }), "{error}");
                }
            }
        }
    }
}
