//! The four codecs, writing: as Kafka's Java producer does, piece by piece.

use std::io::{self, Write};

use flate2::Compression as GzipLevel;
use flate2::write::GzEncoder;
use lz4_flex::frame::{BlockMode, BlockSize, FrameEncoder, FrameInfo};

use super::decompress::{XERIAL_BLOCK_BYTES, XERIAL_HEADER};
use super::{BatchError, Compression};

/// A codec, and how hard it tries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Packing {
    pub codec: Compression,
    /// Kafka's `compression.gzip.level`, `compression.lz4.level` or `compression.zstd.level`.
    pub level: i32,
}

impl Packing {
    /// zlib's own default.
    pub const GZIP_LEVEL: i32 = -1;
    /// In Kafka this level is the fast compressor, and any other the one that tries harder.
    pub const LZ4_LEVEL: i32 = 9;
    pub const ZSTD_LEVEL: i32 = 3;

    /// With Kafka's default level.
    pub fn of(codec: Compression) -> Self {
        let level = match codec {
            Compression::Gzip => Self::GZIP_LEVEL,
            Compression::Lz4 => Self::LZ4_LEVEL,
            Compression::Zstd => Self::ZSTD_LEVEL,
            Compression::None | Compression::Snappy => 0,
        };
        Self { codec, level }
    }
}

/// Appends `input`, compressed with the default level, to `out`.
///
/// # Errors
/// `Build`, should a codec fail; none does in memory.
pub(super) fn compress(
    codec: Compression,
    input: &[u8],
    out: &mut Vec<u8>,
) -> Result<(), BatchError> {
    pack(Packing::of(codec), out, |packer| packer.write_all(input).map_err(failed))
}

/// Appends what `write` writes, compressed, to `out`.
///
/// # Errors
/// That of `write`, and `Build`, should a codec fail.
pub(super) fn pack(
    packing: Packing,
    out: &mut Vec<u8>,
    write: impl FnOnce(&mut Packer<'_>) -> Result<(), BatchError>,
) -> Result<(), BatchError> {
    let mut packer = Packer::new(packing, out).map_err(failed)?;
    write(&mut packer)?;
    packer.finish().map_err(failed)
}

pub(super) fn failed(_: io::Error) -> BatchError {
    BatchError::Build("a codec failed to compress")
}

pub(super) enum Packer<'o> {
    Plain(&'o mut Vec<u8>),
    Gzip(GzEncoder<&'o mut Vec<u8>>),
    Snappy(Xerial<'o>),
    Lz4(Box<FrameEncoder<&'o mut Vec<u8>>>),
    Lz4High(lz4::Encoder<&'o mut Vec<u8>>),
    Zstd(zstd::stream::write::Encoder<'static, &'o mut Vec<u8>>),
}

impl<'o> Packer<'o> {
    fn new(packing: Packing, out: &'o mut Vec<u8>) -> io::Result<Self> {
        let level = packing.level;
        Ok(match packing.codec {
            Compression::None => Self::Plain(out),
            Compression::Gzip => {
                let level = u32::try_from(level).map_or(GzipLevel::default(), GzipLevel::new);
                Self::Gzip(GzEncoder::new(out, level))
            }
            Compression::Snappy => {
                out.extend_from_slice(&XERIAL_HEADER);
                Self::Snappy(Xerial { out, block: Vec::new() })
            }
            // Java's reader refuses dependent blocks.
            Compression::Lz4 if level == Packing::LZ4_LEVEL => {
                let info = FrameInfo::new()
                    .block_size(BlockSize::Max64KB)
                    .block_mode(BlockMode::Independent);
                Self::Lz4(Box::new(FrameEncoder::with_frame_info(info, out)))
            }
            Compression::Lz4 => Self::Lz4High(
                lz4::EncoderBuilder::new()
                    .level(u32::try_from(level).unwrap_or(0))
                    .block_size(lz4::BlockSize::Max64KB)
                    .block_mode(lz4::BlockMode::Independent)
                    .checksum(lz4::ContentChecksum::NoChecksum)
                    .build(out)?,
            ),
            Compression::Zstd => Self::Zstd(zstd::stream::write::Encoder::new(out, level)?),
        })
    }

    fn finish(self) -> io::Result<()> {
        match self {
            Self::Plain(_) => Ok(()),
            Self::Gzip(encoder) => encoder.finish().map(drop),
            Self::Snappy(mut blocks) => blocks.put_block(),
            Self::Lz4(encoder) => encoder.finish().map(drop).map_err(io::Error::other),
            Self::Lz4High(encoder) => encoder.finish().1,
            Self::Zstd(encoder) => encoder.finish().map(drop),
        }
    }

    /// Bytes of the output so far, what was there before included.
    pub(super) fn written_bytes(&self) -> usize {
        match self {
            Self::Plain(out) => out.len(),
            Self::Gzip(encoder) => encoder.get_ref().len(),
            Self::Snappy(blocks) => blocks.out.len(),
            Self::Lz4(encoder) => encoder.get_ref().len(),
            Self::Lz4High(encoder) => encoder.writer().len(),
            Self::Zstd(encoder) => encoder.get_ref().len(),
        }
    }
}

impl Write for Packer<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(out) => out.write(bytes),
            Self::Gzip(encoder) => encoder.write(bytes),
            Self::Snappy(blocks) => blocks.write(bytes),
            Self::Lz4(encoder) => encoder.write(bytes),
            Self::Lz4High(encoder) => encoder.write(bytes),
            Self::Zstd(encoder) => encoder.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The blocks of snappy-java.
pub(super) struct Xerial<'o> {
    out: &'o mut Vec<u8>,
    block: Vec<u8>,
}

impl Xerial<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = bytes.len().min(XERIAL_BLOCK_BYTES - self.block.len());
        self.block.extend_from_slice(&bytes[..count]);
        if self.block.len() == XERIAL_BLOCK_BYTES {
            self.put_block()?;
        }
        Ok(count)
    }

    fn put_block(&mut self) -> io::Result<()> {
        if self.block.is_empty() {
            return Ok(());
        }
        let block = snap::raw::Encoder::new().compress_vec(&self.block);
        let block = block.map_err(io::Error::other)?;
        self.out.extend_from_slice(&(block.len() as u32).to_be_bytes());
        self.out.extend_from_slice(&block);
        self.block.clear();
        Ok(())
    }
}
