//! A file's bytes as shared blocks, so that an image with many files is cheap to copy.

use std::sync::Arc;

use crate::limits::BLOCK_BYTES;

/// The smallest piece a device writes whole.
pub const SECTOR_BYTES: usize = 512;

type Block = [u8; BLOCK_BYTES];

/// The bytes of one file. Blocks that were never written are holes and read as zeros.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Content {
    len: u64,
    blocks: Vec<Option<Arc<Block>>>,
}

impl Content {
    /// The file's length in bytes.
    pub fn len(&self) -> u64 {
        self.len
    }

    /// Whether the file has no bytes.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Cuts or grows the file; what is gained reads as zeros.
    pub fn set_len(&mut self, len: u64) {
        let blocks = len.div_ceil(BLOCK_BYTES as u64) as usize;
        if len < self.len {
            self.blocks.truncate(blocks);
            let kept = len as usize % BLOCK_BYTES;
            if kept != 0
                && let Some(Some(block)) = self.blocks.last_mut()
            {
                Arc::make_mut(block)[kept..].fill(0);
            }
        }
        self.blocks.resize(blocks, None);
        self.len = len;
    }

    /// Copies bytes out; returns how many there were before the end of the file.
    pub fn read(&self, position: u64, out: &mut [u8]) -> usize {
        let count = out.len().min(self.len.saturating_sub(position) as usize);
        let mut done = 0;
        while done < count {
            let at = position as usize + done;
            let (block, within) = (at / BLOCK_BYTES, at % BLOCK_BYTES);
            let take = (BLOCK_BYTES - within).min(count - done);
            let target = &mut out[done..done + take];
            match &self.blocks[block] {
                Some(bytes) => target.copy_from_slice(&bytes[within..within + take]),
                None => target.fill(0),
            }
            done += take;
        }
        count
    }

    /// Writes within the file; what lies behind its end is left out, as a device would that does
    /// not know of those blocks.
    pub fn write(&mut self, position: u64, bytes: &[u8]) {
        let count = bytes.len().min(self.len.saturating_sub(position) as usize);
        let mut done = 0;
        while done < count {
            let at = position as usize + done;
            let (block, within) = (at / BLOCK_BYTES, at % BLOCK_BYTES);
            let take = (BLOCK_BYTES - within).min(count - done);
            let slot = self.blocks[block].get_or_insert_with(|| Arc::new([0; BLOCK_BYTES]));
            Arc::make_mut(slot)[within..within + take].copy_from_slice(&bytes[done..done + take]);
            done += take;
        }
    }

    /// Whether the sector at this position holds zeros only, or lies behind the end.
    pub fn is_zero_sector(&self, position: u64) -> bool {
        let mut sector = [0; SECTOR_BYTES];
        self.read(position, &mut sector);
        sector.iter().all(|byte| *byte == 0)
    }

    /// All bytes.
    pub fn to_vec(&self) -> Vec<u8> {
        let mut out = vec![0; self.len as usize];
        self.read(0, &mut out);
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cut_file_grows_back_with_zeros() {
        let mut content = Content::default();
        content.set_len(10_000);
        content.write(4000, &[7; 3000]);
        content.set_len(4100);
        content.set_len(10_000);
        let bytes = content.to_vec();
        assert_eq!(&bytes[3999..4101], [&[0][..], &[7; 100], &[0]].concat());
        assert!(bytes[4100..].iter().all(|byte| *byte == 0));
    }

    #[test]
    fn writes_stop_at_the_end_and_reads_are_short() {
        let mut content = Content::default();
        content.set_len(5000);
        content.write(4990, &[1; 100]);
        let mut out = [9; 20];
        assert_eq!(content.read(4985, &mut out), 15);
        assert_eq!(out[..5], [0; 5]);
        assert_eq!(out[5..15], [1; 10]);
        assert_eq!(content.read(6000, &mut out), 0);
    }
}
