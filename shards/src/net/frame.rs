//! Cutting what a socket gives into frames: 4 bytes of length, then so many bytes.
//!
//! One buffer per connection. It begins small, grows while its client fills it and for a frame that
//! does not fit, and what it grows is reserved from the shard's budget before a byte of it is read.

use std::ops::Range;

use super::pool::{Budget, Reserved};
use crate::limits::{
    FRAME_BYTES_PER_SECOND_MIN, FRAME_GRACE_MS, READ_BUFFER_BUSY_BYTES, READ_BUFFER_MIN_BYTES,
};

const LENGTH_BYTES: usize = 4;
/// Reads that used less than a quarter of the buffer, after which it is halved.
const QUIET_READS: u32 = 64;

/// What a client sent is no frame of Kafka's protocol, or one that is too large.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    #[error("a frame of {size_bytes} bytes; socket.request.max.bytes allows {max_bytes}")]
    TooLarge { size_bytes: i32, max_bytes: usize },
    #[error("a frame of {0} bytes")]
    Negative(i32),
    #[error("an HTTP request: this port speaks Kafka's protocol, metrics are on the control port")]
    Http,
    #[error("a TLS handshake: this listener is plain text, set security.protocol=PLAINTEXT")]
    Tls,
}

/// See the module.
#[derive(Debug)]
pub struct FrameBuffer {
    /// All of it initialized; the bytes in `start..end` are read and not yet taken.
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    reserved: Reserved,
    filled_last: bool,
    quiet_reads: u32,
    /// When the first byte of the frame that is not whole yet was seen.
    frame_began_ms: Option<u64>,
}

impl FrameBuffer {
    pub fn new() -> Self {
        Self {
            buffer: vec![0; READ_BUFFER_MIN_BYTES],
            start: 0,
            end: 0,
            reserved: Reserved::default(),
            filled_last: false,
            quiet_reads: 0,
            frame_began_ms: None,
        }
    }

    /// The next whole frame, without its length; `None` if it has not all come.
    ///
    /// # Errors
    /// The length is none that a request may have.
    pub fn next_frame(&mut self, max_bytes: usize) -> Result<Option<Range<usize>>, FrameError> {
        let Some(size_bytes) = self.pending_size(max_bytes)? else {
            return Ok(None);
        };
        let frame_start = self.start + LENGTH_BYTES;
        if self.end - frame_start < size_bytes {
            return Ok(None);
        }
        self.start = frame_start + size_bytes;
        self.frame_began_ms = None;
        Ok(Some(frame_start..self.start))
    }

    /// The size of the frame at the front, if its length has come.
    fn pending_size(&self, max_bytes: usize) -> Result<Option<usize>, FrameError> {
        let Some(length) = self.buffer[self.start..self.end].first_chunk() else {
            return Ok(None);
        };
        check_length(*length, max_bytes).map(Some)
    }

    pub fn bytes(&self, range: Range<usize>) -> &[u8] {
        &self.buffer[range]
    }

    pub fn is_empty(&self) -> bool {
        self.start == self.end
    }

    pub fn capacity_bytes(&self) -> usize {
        self.buffer.len()
    }

    /// Makes room to read into, for the whole of the frame at the front at least. Returns whether
    /// it had to wait for memory.
    ///
    /// # Errors
    /// As [`FrameBuffer::next_frame`].
    pub async fn make_room(
        &mut self,
        budget: &Budget,
        max_bytes: usize,
    ) -> Result<bool, FrameError> {
        self.compact();
        let size_bytes = self.pending_size(max_bytes)?;
        let needed = size_bytes.map_or(0, |size_bytes| size_bytes + LENGTH_BYTES);
        if needed > self.buffer.len() {
            let waited = !budget.try_resize(&mut self.reserved, needed);
            if waited {
                budget.resize(&mut self.reserved, needed).await;
                // The client is not to blame for the time we made it wait.
                self.frame_began_ms = None;
            }
            self.buffer.resize(needed, 0);
            return Ok(waited);
        }
        let grown = self.buffer.len() * 2;
        if self.filled_last
            && grown <= READ_BUFFER_BUSY_BYTES
            && budget.try_resize(&mut self.reserved, grown)
        {
            self.buffer.resize(grown, 0);
        } else if self.is_empty() {
            if budget.is_wanted() {
                self.shrink(budget, 0);
            } else if self.quiet_reads >= QUIET_READS {
                self.shrink(budget, self.buffer.len() / 2);
            }
        }
        Ok(false)
    }

    /// Moves what is left to the front.
    fn compact(&mut self) {
        if self.start > 0 {
            self.buffer.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.start = 0;
        }
    }

    /// Gives memory back; only what is empty shrinks.
    pub fn shrink(&mut self, budget: &Budget, to_bytes: usize) {
        let to_bytes = to_bytes.max(READ_BUFFER_MIN_BYTES);
        if !self.is_empty() || to_bytes >= self.buffer.len() {
            return;
        }
        self.quiet_reads = 0;
        self.filled_last = false;
        (self.start, self.end) = (0, 0);
        self.buffer = vec![0; to_bytes];
        let reserved = if to_bytes > READ_BUFFER_MIN_BYTES { to_bytes } else { 0 };
        budget.try_resize(&mut self.reserved, reserved);
    }

    /// Where to read to.
    pub fn room(&mut self) -> &mut [u8] {
        &mut self.buffer[self.end..]
    }

    /// So many bytes were read into [`FrameBuffer::room`].
    pub fn filled(&mut self, bytes: usize) {
        self.filled_last = bytes == self.buffer.len() - self.end;
        let quiet = bytes < self.buffer.len() / 4;
        self.quiet_reads = if quiet { self.quiet_reads + 1 } else { 0 };
        self.end += bytes;
    }

    /// When the frame at the front must be whole; `None` if none has begun.
    pub fn deadline_ms(&mut self, now_ms: u64) -> Option<u64> {
        if self.is_empty() {
            return None;
        }
        let began_ms = *self.frame_began_ms.get_or_insert(now_ms);
        // What is too large is found by the next look at the frame.
        let size_bytes = self.pending_size(usize::MAX).ok().flatten().unwrap_or(0);
        Some(began_ms + FRAME_GRACE_MS + size_bytes as u64 * 1000 / FRAME_BYTES_PER_SECOND_MIN)
    }

    /// Gives back all that was reserved; nothing is read afterwards.
    pub fn close(&mut self, budget: &Budget) {
        budget.release(&mut self.reserved);
        self.buffer = Vec::new();
        (self.start, self.end) = (0, 0);
    }
}

fn check_length(length: [u8; LENGTH_BYTES], max_bytes: usize) -> Result<usize, FrameError> {
    let size_bytes = i32::from_be_bytes(length);
    match usize::try_from(size_bytes) {
        Ok(size) if size <= max_bytes => Ok(size),
        // What other protocols begin with, read as a length, is far larger than any limit.
        Ok(_) if matches!(&length, b"GET " | b"POST" | b"HEAD" | b"PUT " | b"OPTI" | b"DELE") => {
            Err(FrameError::Http)
        }
        Ok(_) if length[0] == 0x16 && length[1] == 0x03 => Err(FrameError::Tls),
        Ok(_) => Err(FrameError::TooLarge { size_bytes, max_bytes }),
        Err(_) => Err(FrameError::Negative(size_bytes)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAX: usize = 100 << 20;

    fn feed(buffer: &mut FrameBuffer, mut bytes: &[u8], budget: &Budget) -> Vec<Vec<u8>> {
        let mut frames = Vec::new();
        loop {
            while let Some(range) = buffer.next_frame(MAX).expect("frames") {
                frames.push(buffer.bytes(range).to_vec());
            }
            if bytes.is_empty() {
                return frames;
            }
            let room = futures_lite::future::block_on(buffer.make_room(budget, MAX));
            assert_eq!(room, Ok(false), "nobody else uses the budget");
            let take = bytes.len().min(buffer.room().len()).min(100_003);
            buffer.room()[..take].copy_from_slice(&bytes[..take]);
            buffer.filled(take);
            bytes = &bytes[take..];
        }
    }

    #[test]
    fn frames_of_all_sizes_come_out_as_they_went_in() {
        let sizes = [0, 1, 70_000, 5, 3_000_000, 16_380, 16_381, 16_384, 9];
        let mut stream = Vec::new();
        let frames: Vec<Vec<u8>> = sizes.iter().map(|&size| vec![size as u8; size]).collect();
        for frame in &frames {
            stream.extend_from_slice(&(frame.len() as i32).to_be_bytes());
            stream.extend_from_slice(frame);
        }
        let budget = Budget::new(10 << 20);
        let mut buffer = FrameBuffer::new();
        assert_eq!(feed(&mut buffer, &stream, &budget), frames);
        assert!(budget.used_bytes() >= 3_000_000);
        buffer.shrink(&budget, 0);
        assert_eq!((budget.used_bytes(), buffer.capacity_bytes()), (0, READ_BUFFER_MIN_BYTES));
    }

    #[test]
    fn other_protocols_are_told_apart() {
        assert_eq!(check_length(*b"GET ", MAX), Err(FrameError::Http));
        assert_eq!(check_length([0x16, 3, 1, 2], MAX), Err(FrameError::Tls));
        assert_eq!(check_length([0xff; 4], MAX), Err(FrameError::Negative(-1)));
        assert!(matches!(check_length([0x7f, 0, 0, 0], MAX), Err(FrameError::TooLarge { .. })));
        assert_eq!(check_length([0, 0, 1, 0], MAX), Ok(256));
    }

    #[test]
    fn a_frame_that_never_ends_has_a_deadline_that_does_not_move() {
        let mut buffer = FrameBuffer::new();
        assert_eq!(buffer.deadline_ms(5), None);
        buffer.room()[..4].copy_from_slice(&[0, 1, 0, 0]);
        buffer.filled(4);
        let first = buffer.deadline_ms(5);
        assert_eq!(first, Some(5 + FRAME_GRACE_MS + 1000));
        buffer.filled(1);
        assert_eq!(buffer.deadline_ms(5000), first);
    }
}
