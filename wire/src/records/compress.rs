//! The four codecs. Decompression never yields more than its limit, whatever the input claims.

use std::fmt::Display;
use std::io::{Read, Write};

use flate2::Compression as GzipLevel;
use flate2::read::MultiGzDecoder;
use flate2::write::GzEncoder;
use lz4_flex::frame::{BlockMode, BlockSize, FrameDecoder, FrameEncoder, FrameInfo};

use super::{BatchError, Compression};

/// Every LZ4 frame of today begins so; Kafka's reader takes no other.
pub(super) const LZ4_MAGIC: [u8; 4] = 0x184d_2204u32.to_le_bytes();
/// Start of the block framing that the snappy-java library (xerial) writes, then two i32 versions.
const XERIAL_MAGIC: [u8; 8] = [0x82, b'S', b'N', b'A', b'P', b'P', b'Y', 0];
const XERIAL_HEADER_BYTES: usize = 16;
/// Block size snappy-java uses; Kafka's producer keeps it.
const XERIAL_BLOCK_BYTES: usize = 32 * 1024;
/// No snappy element yields more than 64 bytes, and none that does is shorter than 3.
const SNAPPY_MAX_RATIO: usize = 64;

fn failed(codec: Compression, why: &dyn Display) -> BatchError {
    BatchError::Decompression { codec: codec.name(), why: why.to_string() }
}

/// Decompresses the record section of a batch.
///
/// # Errors
/// `Decompression`, or `TooLargeDecompressed` beyond `limit_bytes`.
pub(super) fn decompress(
    codec: Compression,
    input: &[u8],
    limit_bytes: usize,
) -> Result<Vec<u8>, BatchError> {
    match codec {
        Compression::None if input.len() > limit_bytes => {
            Err(BatchError::TooLargeDecompressed { limit_bytes })
        }
        Compression::None => Ok(input.to_vec()),
        Compression::Gzip => read_all(codec, MultiGzDecoder::new(input), limit_bytes),
        Compression::Snappy => snappy(input, limit_bytes),
        Compression::Lz4 => lz4(input, limit_bytes),
        Compression::Zstd => {
            let decoder = zstd::stream::read::Decoder::with_buffer(input)
                .map_err(|error| failed(codec, &error))?;
            read_all(codec, decoder, limit_bytes)
        }
    }
}

fn read_all(
    codec: Compression,
    decoder: impl Read,
    limit_bytes: usize,
) -> Result<Vec<u8>, BatchError> {
    let mut out = Vec::new();
    // One byte more than allowed tells "exactly at the limit" from "beyond it".
    let up_to = (limit_bytes as u64).saturating_add(1);
    decoder.take(up_to).read_to_end(&mut out).map_err(|error| failed(codec, &error))?;
    if out.len() > limit_bytes {
        return Err(BatchError::TooLargeDecompressed { limit_bytes });
    }
    Ok(out)
}

/// The first frame of the input, as Kafka's reader has it. Frames of the format before 2012 are
/// refused: a few bytes of one take 16 MiB to read.
fn lz4(input: &[u8], limit_bytes: usize) -> Result<Vec<u8>, BatchError> {
    let codec = Compression::Lz4;
    if !input.is_empty() && !input.starts_with(&LZ4_MAGIC) {
        return Err(failed(codec, &"it does not begin with the magic number of an LZ4 frame"));
    }
    read_all(codec, FrameDecoder::new(input), limit_bytes)
}

/// Snappy comes raw (librdkafka, Go clients) or in xerial blocks (Java).
fn snappy(input: &[u8], limit_bytes: usize) -> Result<Vec<u8>, BatchError> {
    let mut out = Vec::new();
    if !input.starts_with(&XERIAL_MAGIC) {
        snappy_block(input, &mut out, limit_bytes)?;
        return Ok(out);
    }
    let cut_off = || failed(Compression::Snappy, &"a block is cut off");
    let mut rest = input;
    while !rest.is_empty() {
        // Streams may be concatenated: a header can stand wherever a block can.
        if rest.starts_with(&XERIAL_MAGIC) {
            rest = rest.get(XERIAL_HEADER_BYTES..).ok_or_else(cut_off)?;
            continue;
        }
        let (len_bytes, after) = rest.split_first_chunk::<4>().ok_or_else(cut_off)?;
        let len_bytes = u32::from_be_bytes(*len_bytes) as usize;
        let (block, after) = after.split_at_checked(len_bytes).ok_or_else(cut_off)?;
        snappy_block(block, &mut out, limit_bytes)?;
        rest = after;
    }
    Ok(out)
}

fn snappy_block(block: &[u8], out: &mut Vec<u8>, limit_bytes: usize) -> Result<(), BatchError> {
    let codec = Compression::Snappy;
    let len_bytes = snap::raw::decompress_len(block).map_err(|error| failed(codec, &error))?;
    if len_bytes > limit_bytes - out.len() {
        return Err(BatchError::TooLargeDecompressed { limit_bytes });
    }
    if len_bytes / SNAPPY_MAX_RATIO > block.len() {
        return Err(failed(codec, &"a block claims more than it can hold"));
    }
    let start = out.len();
    out.resize(start + len_bytes, 0);
    let written = snap::raw::Decoder::new()
        .decompress(block, &mut out[start..])
        .map_err(|error| failed(codec, &error))?;
    out.truncate(start + written);
    Ok(())
}

/// Appends `input`, compressed as Kafka's Java producer does by default, to `out`.
///
/// # Errors
/// `Build`, should a codec fail; none does in memory.
pub(super) fn compress(
    codec: Compression,
    input: &[u8],
    out: &mut Vec<u8>,
) -> Result<(), BatchError> {
    let failed = |_| BatchError::Build("a codec failed to compress");
    match codec {
        Compression::None => out.extend_from_slice(input),
        Compression::Gzip => {
            let mut encoder = GzEncoder::new(out, GzipLevel::default());
            encoder.write_all(input).and_then(|()| encoder.finish().map(drop)).map_err(failed)?;
        }
        Compression::Snappy => {
            out.extend_from_slice(&XERIAL_MAGIC);
            out.extend_from_slice(&1i32.to_be_bytes());
            out.extend_from_slice(&1i32.to_be_bytes());
            let mut encoder = snap::raw::Encoder::new();
            for block in input.chunks(XERIAL_BLOCK_BYTES) {
                let block = encoder
                    .compress_vec(block)
                    .map_err(|_| BatchError::Build("a codec failed to compress"))?;
                out.extend_from_slice(&(block.len() as u32).to_be_bytes());
                out.extend_from_slice(&block);
            }
        }
        Compression::Lz4 => {
            // Java's reader refuses dependent blocks.
            let info =
                FrameInfo::new().block_size(BlockSize::Max64KB).block_mode(BlockMode::Independent);
            let mut encoder = FrameEncoder::with_frame_info(info, out);
            encoder.write_all(input).map_err(failed)?;
            encoder.finish().map_err(|_| BatchError::Build("a codec failed to compress"))?;
        }
        Compression::Zstd => {
            zstd::stream::copy_encode(input, out, zstd::DEFAULT_COMPRESSION_LEVEL)
                .map_err(failed)?;
        }
    }
    Ok(())
}
