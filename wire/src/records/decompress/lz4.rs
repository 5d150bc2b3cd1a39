//! The LZ4 frame, read as Kafka's own reader does: the first frame of the input, in independent
//! blocks. The blocks are the library's work; its reader of frames takes memory for each anew, and
//! takes what Java's consumers do not.

use std::hash::Hasher;

use lz4_flex::block::decompress_into;
use twox_hash::XxHash32;

use super::{Filled, failed};
use crate::records::{BatchError, Compression};

/// Every LZ4 frame of today begins so; Kafka's reader takes no other. Frames of the format before
/// 2012 take 16 MiB to read a few bytes.
const MAGIC: [u8; 4] = 0x184d_2204u32.to_le_bytes();

const VERSION_MASK: u8 = 0xc0;
const VERSION: u8 = 0x40;
const INDEPENDENT: u8 = 0x20;
const BLOCK_CHECKSUMS: u8 = 0x10;
const CONTENT_SIZE: u8 = 0x08;
const CONTENT_CHECKSUM: u8 = 0x04;
const RESERVED: u8 = 0x03;
const CONTENT_SIZE_BYTES: usize = 8;
const NOT_COMPRESSED: u32 = 1 << 31;

fn bad(why: &'static str) -> BatchError {
    failed(Compression::Lz4, &why)
}

pub(super) struct Frame<'a> {
    input: &'a [u8],
    block_bytes_max: usize,
    block_checksums: bool,
    content: Option<XxHash32>,
    ended: bool,
}

impl<'a> Frame<'a> {
    pub(super) fn open(input: &'a [u8]) -> Result<Self, BatchError> {
        let rest = input
            .strip_prefix(&MAGIC)
            .ok_or_else(|| bad("it does not begin with the magic number of an LZ4 frame"))?;
        let cut_off = || bad("its header is cut off");
        let [flags, sizes, ..] = *rest else { return Err(cut_off()) };
        if flags & VERSION_MASK != VERSION || flags & RESERVED != 0 || sizes & 0x8f != 0 {
            return Err(bad("an unknown version or flag"));
        }
        if flags & INDEPENDENT == 0 {
            return Err(BatchError::LinkedBlocks);
        }
        let block_bytes_max = match sizes >> 4 {
            size @ 4..=7 => 1 << (8 + 2 * size),
            _ => return Err(bad("an unknown block size")),
        };
        let sized = if flags & CONTENT_SIZE != 0 { CONTENT_SIZE_BYTES } else { 0 };
        let (descriptor, rest) = rest.split_at_checked(2 + sized).ok_or_else(cut_off)?;
        let (checksum, input) = rest.split_first().ok_or_else(cut_off)?;
        if (XxHash32::oneshot(0, descriptor) >> 8) as u8 != *checksum {
            return Err(bad("its header's checksum is another"));
        }
        let content = (flags & CONTENT_CHECKSUM != 0).then(|| XxHash32::with_seed(0));
        let block_checksums = flags & BLOCK_CHECKSUMS != 0;
        Ok(Self { input, block_bytes_max, block_checksums, content, ended: false })
    }

    fn number(&mut self) -> Result<u32, BatchError> {
        let (number, rest) =
            self.input.split_first_chunk::<4>().ok_or_else(|| bad("it is cut off"))?;
        self.input = rest;
        Ok(u32::from_le_bytes(*number))
    }

    pub(super) fn more(&mut self, out: &mut Filled<'_>) -> Result<bool, BatchError> {
        if self.ended {
            return Ok(false);
        }
        let size = self.number()?;
        if size == 0 {
            self.ended = true;
            return match self.content.take().map(|hash| hash.finish() as u32) {
                Some(hash) if self.number()? != hash => Err(bad("its checksum is another")),
                _ => Ok(false),
            };
        }
        let len_bytes = (size & !NOT_COMPRESSED) as usize;
        if len_bytes > self.block_bytes_max {
            return Err(bad("a block is larger than the header says"));
        }
        let (block, rest) =
            self.input.split_at_checked(len_bytes).ok_or_else(|| bad("a block is cut off"))?;
        self.input = rest;
        if self.block_checksums && self.number()? != XxHash32::oneshot(0, block) {
            return Err(bad("a block's checksum is another"));
        }
        let start = out.end;
        out.end += if size & NOT_COMPRESSED != 0 {
            out.room(len_bytes).copy_from_slice(block);
            len_bytes
        } else {
            decompress_into(block, out.room(self.block_bytes_max))
                .map_err(|error| failed(Compression::Lz4, &error))?
        };
        if let Some(content) = &mut self.content {
            content.write(&out.buffer[start..out.end]);
        }
        Ok(true)
    }
}
