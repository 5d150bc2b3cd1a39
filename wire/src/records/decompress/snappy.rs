//! Snappy comes raw (librdkafka, Go clients) or in the blocks of the snappy-java library (Java).

use super::{Filled, failed};
use crate::records::{BatchError, Compression};

/// Start of snappy-java's framing (it is called xerial), and its two versions, both 1.
pub(in crate::records) const XERIAL_HEADER: [u8; 16] =
    [0x82, b'S', b'N', b'A', b'P', b'P', b'Y', 0, 0, 0, 0, 1, 0, 0, 0, 1];
const MAGIC_BYTES: usize = 8;
/// Block size snappy-java uses; Kafka's producer keeps it.
pub(in crate::records) const XERIAL_BLOCK_BYTES: usize = 32 * 1024;
/// No snappy element yields more than 64 bytes, and none that does is shorter than 3.
const MAX_RATIO: usize = 64;

fn bad(why: &'static str) -> BatchError {
    failed(Compression::Snappy, &why)
}

pub(super) struct Blocks<'a> {
    input: &'a [u8],
    framed: bool,
    /// The block that comes next, where it was looked for.
    block: Option<&'a [u8]>,
    any: bool,
}

impl<'a> Blocks<'a> {
    pub(super) fn new(input: &'a [u8]) -> Self {
        let framed = input.starts_with(&XERIAL_HEADER[..MAGIC_BYTES]);
        Self { input, framed, block: None, any: false }
    }

    /// Bytes that the next block decompresses to; `None` behind the last.
    pub(super) fn next_bytes(&mut self) -> Result<Option<usize>, BatchError> {
        let Some(block) = self.next_block()? else { return Ok(None) };
        self.block = Some(block);
        let len_bytes = snap::raw::decompress_len(block)
            .map_err(|error| failed(Compression::Snappy, &error))?;
        if len_bytes / MAX_RATIO > block.len() {
            return Err(bad("a block claims more than it can hold"));
        }
        Ok(Some(len_bytes))
    }

    fn next_block(&mut self) -> Result<Option<&'a [u8]>, BatchError> {
        if !self.framed {
            let first = !std::mem::replace(&mut self.any, true);
            return Ok(first.then(|| std::mem::take(&mut self.input)));
        }
        let cut_off = || bad("a block is cut off");
        // Streams may be concatenated: a header can stand wherever a block can.
        while self.input.starts_with(&XERIAL_HEADER[..MAGIC_BYTES]) {
            self.input = self.input.get(XERIAL_HEADER.len()..).ok_or_else(cut_off)?;
        }
        if self.input.is_empty() {
            return Ok(None);
        }
        let (len_bytes, after) = self.input.split_first_chunk::<4>().ok_or_else(cut_off)?;
        let len_bytes = u32::from_be_bytes(*len_bytes) as usize;
        let (block, after) = after.split_at_checked(len_bytes).ok_or_else(cut_off)?;
        self.input = after;
        Ok(Some(block))
    }

    /// Decompresses the block that [`Blocks::next_bytes`] found.
    pub(super) fn more(&mut self, out: &mut Filled<'_>) -> Result<bool, BatchError> {
        let Some(block) = self.block.take() else { return Ok(false) };
        let len_bytes = snap::raw::decompress_len(block).unwrap_or(0);
        let written = snap::raw::Decoder::new()
            .decompress(block, out.room(len_bytes))
            .map_err(|error| failed(Compression::Snappy, &error))?;
        out.end += written;
        Ok(true)
    }
}
