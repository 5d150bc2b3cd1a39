//! Gzip (RFC 1952): members one after the other, each with a header and a checksum around what
//! deflate made. The header is read here because the library's readers cannot be used again.

use flate2::{Crc, Decompress, FlushDecompress, Status};

use super::{Filled, PIECE_BYTES, failed};
use crate::records::{BatchError, Compression};

const MAGIC: [u8; 2] = [0x1f, 0x8b];
const DEFLATE: u8 = 8;
const FIXED_BYTES: usize = 10;
const TRAILER_BYTES: usize = 8;
const HAS_CRC: u8 = 0x02;
const HAS_EXTRA: u8 = 0x04;
const HAS_NAME: u8 = 0x08;
const HAS_COMMENT: u8 = 0x10;
const RESERVED: u8 = 0xe0;

fn bad(why: &'static str) -> BatchError {
    failed(Compression::Gzip, &why)
}

/// Kept between batches: it has a window of 32 KiB.
#[derive(Default)]
pub(super) struct State(Option<Decompress>);

impl State {
    pub(super) fn open<'a>(&'a mut self, input: &'a [u8]) -> Members<'a> {
        let inflate = self.0.get_or_insert_with(|| Decompress::new(false));
        Members { inflate, input, crc: Crc::new(), within: false, any: false }
    }
}

pub(super) struct Members<'a> {
    inflate: &'a mut Decompress,
    input: &'a [u8],
    /// Of the member so far, and its length.
    crc: Crc,
    within: bool,
    any: bool,
}

impl Members<'_> {
    pub(super) fn more(&mut self, out: &mut Filled<'_>) -> Result<bool, BatchError> {
        loop {
            if !self.within && !self.begin()? {
                return Ok(false);
            }
            let room = out.room(PIECE_BYTES);
            let (in_before, out_before) = (self.inflate.total_in(), self.inflate.total_out());
            let status = self
                .inflate
                .decompress(self.input, room, FlushDecompress::None)
                .map_err(|error| failed(Compression::Gzip, &error))?;
            let taken = (self.inflate.total_in() - in_before) as usize;
            let given = (self.inflate.total_out() - out_before) as usize;
            self.input = &self.input[taken..];
            self.crc.update(&room[..given]);
            out.end += given;
            match status {
                Status::StreamEnd => self.end()?,
                Status::Ok | Status::BufError if taken == 0 && given == 0 => {
                    return Err(bad("it is cut off"));
                }
                Status::Ok | Status::BufError => {}
            }
            if given > 0 {
                return Ok(true);
            }
        }
    }

    /// Reads the header of the next member; `false` at the end.
    fn begin(&mut self) -> Result<bool, BatchError> {
        if self.input.is_empty() {
            return if self.any { Ok(false) } else { Err(bad("there is nothing")) };
        }
        self.input = behind_header(self.input)?;
        self.inflate.reset(false);
        self.crc.reset();
        (self.within, self.any) = (true, true);
        Ok(true)
    }

    fn end(&mut self) -> Result<(), BatchError> {
        let (trailer, rest) = self
            .input
            .split_first_chunk::<TRAILER_BYTES>()
            .ok_or_else(|| bad("its checksum is cut off"))?;
        let [crc, len_bytes] = [0, 4].map(|at| {
            u32::from_le_bytes([trailer[at], trailer[at + 1], trailer[at + 2], trailer[at + 3]])
        });
        if (crc, len_bytes) != (self.crc.sum(), self.crc.amount()) {
            return Err(bad("its checksum is another"));
        }
        self.input = rest;
        self.within = false;
        Ok(())
    }
}

fn behind_header(input: &[u8]) -> Result<&[u8], BatchError> {
    let cut_off = || bad("its header is cut off");
    let (fixed, mut rest) = input.split_first_chunk::<FIXED_BYTES>().ok_or_else(cut_off)?;
    if fixed[..2] != MAGIC {
        return Err(bad("it does not begin with gzip's magic number"));
    }
    let flags = fixed[3];
    if fixed[2] != DEFLATE || flags & RESERVED != 0 {
        return Err(bad("an unknown method or flag"));
    }
    if flags & HAS_EXTRA != 0 {
        let (len_bytes, after) = rest.split_first_chunk::<2>().ok_or_else(cut_off)?;
        let len_bytes = usize::from(u16::from_le_bytes(*len_bytes));
        rest = after.get(len_bytes..).ok_or_else(cut_off)?;
    }
    for text in [HAS_NAME, HAS_COMMENT] {
        if flags & text != 0 {
            let end = rest.iter().position(|byte| *byte == 0).ok_or_else(cut_off)?;
            rest = &rest[end + 1..];
        }
    }
    if flags & HAS_CRC != 0 {
        let (stored, after) = rest.split_first_chunk::<2>().ok_or_else(cut_off)?;
        let mut crc = Crc::new();
        crc.update(&input[..input.len() - rest.len()]);
        if u16::from_le_bytes(*stored) != crc.sum() as u16 {
            return Err(bad("its header's checksum is another"));
        }
        rest = after;
    }
    Ok(rest)
}
