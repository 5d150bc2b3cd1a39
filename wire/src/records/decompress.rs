//! Reading compressed records piece by piece, within memory that is bounded and kept from batch to
//! batch. What is believed here is believed of the bytes alone, never of what they claim.

mod gzip;
mod lz4;
mod snappy;
mod zstd;

use std::fmt::Display;

use super::{BatchError, Compression};
use crate::limits::MAX_DECOMPRESSED_BATCH_BYTES;

pub(super) use snappy::{XERIAL_BLOCK_BYTES, XERIAL_HEADER};

/// What gzip and zstd are asked for at a time; the others give whole blocks.
const PIECE_BYTES: usize = 64 << 10;
/// Memory that outlives a batch, of a codec or of what it made; what takes more is given back. LZ4
/// has blocks of up to 4 MiB, and zstd looks back as far at its usual levels.
const KEPT_BYTES: usize = 5 << 20;

fn failed(codec: Compression, why: &dyn Display) -> BatchError {
    BatchError::Decompression { codec: codec.name(), why: why.to_string() }
}

/// What decompressors keep between batches. A shard has one.
pub struct Decompressor {
    gzip: gzip::State,
    zstd: zstd::State,
    buffer: Vec<u8>,
    limit_bytes: usize,
}

impl Default for Decompressor {
    fn default() -> Self {
        Self::new()
    }
}

impl std::fmt::Debug for Decompressor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Decompressor").field("buffer_bytes", &self.buffer.len()).finish()
    }
}

impl Decompressor {
    /// A batch may decompress to [`MAX_DECOMPRESSED_BATCH_BYTES`].
    pub fn new() -> Self {
        Self::with_limit(MAX_DECOMPRESSED_BATCH_BYTES)
    }

    pub fn with_limit(limit_bytes: usize) -> Self {
        let (gzip, zstd) = (gzip::State::default(), zstd::State::default());
        Self { gzip, zstd, buffer: Vec::new(), limit_bytes }
    }

    /// Memory it holds on to.
    pub fn kept_bytes(&self) -> usize {
        self.buffer.capacity() + self.zstd.kept_bytes()
    }

    /// Begins with the records of one batch.
    pub(super) fn open<'a>(
        &'a mut self,
        codec: Compression,
        input: &'a [u8],
    ) -> Result<Window<'a>, BatchError> {
        let feed = match codec {
            Compression::None => Feed::Plain(input),
            Compression::Gzip => Feed::Gzip(self.gzip.open(input)),
            Compression::Snappy => Feed::Snappy(snappy::Blocks::new(input)),
            Compression::Lz4 => Feed::Lz4(lz4::Frame::open(input)?),
            Compression::Zstd => Feed::Zstd(self.zstd.open(input)?),
        };
        let limit_bytes = self.limit_bytes;
        let bytes = Filled { buffer: &mut self.buffer, at: 0, end: 0 };
        Ok(Window { feed, bytes, left_bytes: limit_bytes, limit_bytes })
    }
}

enum Feed<'a> {
    Plain(&'a [u8]),
    Gzip(gzip::Members<'a>),
    Snappy(snappy::Blocks<'a>),
    Lz4(lz4::Frame<'a>),
    Zstd(zstd::Frames<'a>),
}

/// Bytes `at..end` of the buffer are decompressed and not yet looked at.
struct Filled<'a> {
    buffer: &'a mut Vec<u8>,
    at: usize,
    end: usize,
}

impl Filled<'_> {
    /// Room for so many bytes behind what there is.
    fn room(&mut self, wanted_bytes: usize) -> &mut [u8] {
        let needed = self.end + wanted_bytes;
        if self.buffer.len() < needed {
            self.buffer.resize(needed, 0);
        }
        &mut self.buffer[self.end..needed]
    }
}

/// The decompressed bytes that are to be looked at next.
pub(super) struct Window<'a> {
    feed: Feed<'a>,
    bytes: Filled<'a>,
    left_bytes: usize,
    limit_bytes: usize,
}

impl Window<'_> {
    #[inline]
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes.buffer[self.bytes.at..self.bytes.end]
    }

    /// So many of the bytes have been looked at.
    #[inline]
    pub(super) fn consume(&mut self, count: usize) {
        self.bytes.at = (self.bytes.at + count).min(self.bytes.end);
    }

    /// Decompresses on; those consumed are dropped. `false`: that was all, and it ended well.
    pub(super) fn more(&mut self) -> Result<bool, BatchError> {
        let Filled { buffer, at, end } = &mut self.bytes;
        buffer.copy_within(*at..*end, 0);
        (*at, *end) = (0, *end - *at);
        let start = self.bytes.end;
        let limit_bytes = self.limit_bytes;
        let too_large = BatchError::TooLargeDecompressed { limit_bytes };
        let goes_on = match &mut self.feed {
            Feed::Plain(input) => {
                let count = input.len().min(PIECE_BYTES);
                self.bytes.room(count).copy_from_slice(&input[..count]);
                self.bytes.end += count;
                *input = &input[count..];
                count > 0
            }
            Feed::Gzip(members) => members.more(&mut self.bytes)?,
            // A block says how large it is: what is too large is not begun.
            Feed::Snappy(blocks) => match blocks.next_bytes()? {
                Some(bytes) if bytes > self.left_bytes => return Err(too_large),
                Some(_) => blocks.more(&mut self.bytes)?,
                None => false,
            },
            Feed::Lz4(frame) => frame.more(&mut self.bytes)?,
            Feed::Zstd(frames) => frames.more(&mut self.bytes)?,
        };
        match self.left_bytes.checked_sub(self.bytes.end - start) {
            Some(left_bytes) => self.left_bytes = left_bytes,
            None => return Err(too_large),
        }
        Ok(goes_on)
    }
}

impl Drop for Window<'_> {
    fn drop(&mut self) {
        if self.bytes.buffer.len() > KEPT_BYTES {
            *self.bytes.buffer = Vec::new();
        }
    }
}

/// Decompresses the record section of a batch as a whole.
///
/// # Errors
/// `Decompression`, or `TooLargeDecompressed` beyond `limit_bytes`.
pub(super) fn decompress(
    codec: Compression,
    input: &[u8],
    limit_bytes: usize,
) -> Result<Vec<u8>, BatchError> {
    let mut decompressor = Decompressor::with_limit(limit_bytes);
    let mut window = decompressor.open(codec, input)?;
    let mut out = Vec::new();
    while window.more()? {
        out.extend_from_slice(window.bytes());
        window.consume(usize::MAX);
    }
    Ok(out)
}
