//! Zstandard frames, one after the other.

use zstd::zstd_safe::{DCtx, InBuffer, OutBuffer, ResetDirective, get_error_name};

use super::{Filled, KEPT_BYTES, PIECE_BYTES, failed};
use crate::records::{BatchError, Compression};

/// Kept between batches, unless one took much: zstd holds as many bytes as a frame may look back
/// to, up to 128 MiB, and those of the highest levels say that much.
#[derive(Default)]
pub(super) struct State(Option<DCtx<'static>>);

impl State {
    pub(super) fn kept_bytes(&self) -> usize {
        self.0.as_ref().map_or(0, DCtx::sizeof)
    }

    pub(super) fn open<'a>(&'a mut self, input: &'a [u8]) -> Result<Frames<'a>, BatchError> {
        match &mut self.0 {
            Some(context) => {
                let reset = context.reset(ResetDirective::SessionOnly);
                reset.map_err(|code| failed(Compression::Zstd, &get_error_name(code)))?;
            }
            none => *none = Some(DCtx::create()),
        }
        Ok(Frames { state: self, input, whole: true })
    }
}

pub(super) struct Frames<'a> {
    state: &'a mut State,
    input: &'a [u8],
    /// The last frame that was begun has ended.
    whole: bool,
}

impl Drop for Frames<'_> {
    fn drop(&mut self) {
        if self.state.kept_bytes() > KEPT_BYTES {
            self.state.0 = None;
        }
    }
}

impl Frames<'_> {
    pub(super) fn more(&mut self, out: &mut Filled<'_>) -> Result<bool, BatchError> {
        loop {
            if self.whole && self.input.is_empty() {
                return Ok(false);
            }
            let mut from = InBuffer::around(self.input);
            let mut to = OutBuffer::around(out.room(PIECE_BYTES));
            let context = self.state.0.get_or_insert_with(DCtx::create);
            let hint = context
                .decompress_stream(&mut to, &mut from)
                .map_err(|code| failed(Compression::Zstd, &get_error_name(code)))?;
            let (taken, given) = (from.pos(), to.pos());
            self.input = &self.input[taken..];
            self.whole = hint == 0;
            out.end += given;
            if given > 0 {
                return Ok(true);
            }
            if taken == 0 && !self.whole {
                return Err(failed(Compression::Zstd, &"it is cut off"));
            }
        }
    }
}
