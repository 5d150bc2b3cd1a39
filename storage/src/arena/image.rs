//! A copy of an arena as a killed process would leave it, for tests that crash at chosen points.

use std::fs::OpenOptions;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;

use super::CHUNK_BYTES;
use super::header::Geometry;
use super::slot::{SLOT_BYTES, Slot, Words, choose};
use crate::limits::BLOCK_BYTES;

/// What an arena file holds: its header and notes, and the bytes they speak of. Plain data.
#[derive(Debug, Clone)]
pub struct ArenaImage {
    len: u64,
    pieces: Vec<(u64, Vec<u8>)>,
}

impl ArenaImage {
    /// Copies the arena file at `path`, which may be in use by this process.
    pub fn take(path: &Path) -> io::Result<ArenaImage> {
        let file = OpenOptions::new().read(true).open(path)?;
        let mut header = vec![0; BLOCK_BYTES];
        file.read_exact_at(&mut header, 0)?;
        let chunks = u32::from_le_bytes(header[24..28].try_into().expect("four bytes"));
        let geometry = Geometry { chunks };
        let mut table = vec![0; geometry.chunk(0)];
        file.read_exact_at(&mut table, 0)?;
        let mut pieces = Vec::new();
        for chunk in 0..chunks {
            let pair = [0, 1].map(|place| {
                let at = Geometry::pair(chunk) + place * SLOT_BYTES;
                words(&table[at..at + SLOT_BYTES])
            });
            let len = noted_len(&pair);
            if len > 0 {
                let at = geometry.chunk(chunk) as u64;
                let mut bytes = vec![0; len];
                file.read_exact_at(&mut bytes, at)?;
                pieces.push((at, bytes));
            }
        }
        pieces.push((0, table));
        Ok(ArenaImage { len: geometry.len() as u64, pieces })
    }

    /// Makes an arena file of it.
    pub fn restore(&self, path: &Path) -> io::Result<()> {
        let file = OpenOptions::new().write(true).create(true).truncate(true).open(path)?;
        file.set_len(self.len)?;
        for (at, bytes) in &self.pieces {
            file.write_all_at(bytes, *at)?;
        }
        Ok(())
    }
}

fn words(bytes: &[u8]) -> Words {
    let mut words = [0; SLOT_BYTES / 8];
    for (word, bytes) in words.iter_mut().zip(bytes.chunks_exact(8)) {
        *word = u64::from_le_bytes(bytes.try_into().expect("eight bytes"));
    }
    words
}

fn noted_len(pair: &[Words; 2]) -> usize {
    match choose([&pair[0], &pair[1]]) {
        Some((_, Slot { len, .. })) => (len as usize).min(CHUNK_BYTES),
        None => 0,
    }
}
