//! Walking batches that lie back to back, as in a log or a fetch response.

use super::{BatchError, BatchHeader};

/// Iterates over the whole batches of a buffer: header and bytes of each.
///
/// It ends silently at a batch that the buffer holds only part of (a fetch may cut one off), and
/// with one `Err` at bytes that cannot be a batch; [`Batches::consumed_bytes`] then says where that
/// is. It looks at headers only: checksums are the caller's to check ([`super::check_crc`]).
#[derive(Debug, Clone)]
pub struct Batches<'a> {
    bytes: &'a [u8],
    consumed_bytes: usize,
    failed: bool,
}

impl<'a> Batches<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, consumed_bytes: 0, failed: false }
    }

    /// Bytes of the batches returned so far: where the next batch, the partial one or the bad one
    /// begins.
    pub fn consumed_bytes(&self) -> usize {
        self.consumed_bytes
    }
}

impl<'a> Iterator for Batches<'a> {
    type Item = Result<(BatchHeader, &'a [u8]), BatchError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.failed {
            return None;
        }
        let rest = &self.bytes[self.consumed_bytes..];
        match BatchHeader::parse(rest) {
            Ok(header) => {
                let batch = rest.get(..header.total_size_bytes())?;
                self.consumed_bytes += batch.len();
                Some(Ok((header, batch)))
            }
            Err(BatchError::Truncated { .. }) => None,
            Err(bad) => {
                self.failed = true;
                Some(Err(bad))
            }
        }
    }
}

impl std::iter::FusedIterator for Batches<'_> {}
