//! Walks the batches of a log file of Tidemill or Kafka, past damage, without trusting a byte.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;

use wire::records::{BatchHeader, HEADER_BYTES, check_crc};

use crate::limits::{LOG_BATCH_BYTES_MAX, LOG_READ_BYTES};

/// What lies at some place of a log file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Item {
    /// A whole batch with the right checksum.
    Batch { position: u64, header: BatchHeader, bytes: Vec<u8> },
    /// Bytes that are no batch.
    Damage { start: u64, end: u64, why: String },
    /// Zeros up to the end of the file: space that is reserved.
    Reserved { start: u64, end: u64 },
}

pub struct Walker {
    file: File,
    size_bytes: u64,
    position: u64,
    last_offset: Option<i64>,
}

impl Walker {
    pub fn open(path: &Path) -> io::Result<Walker> {
        let file = File::open(path)?;
        let metadata = file.metadata()?;
        if metadata.is_dir() {
            return Err(io::ErrorKind::IsADirectory.into());
        }
        Ok(Walker { file, size_bytes: metadata.len(), position: 0, last_offset: None })
    }

    pub fn size_bytes(&self) -> u64 {
        self.size_bytes
    }

    /// Where the next item begins.
    pub fn position(&self) -> u64 {
        self.position
    }

    /// The next item; `None` at the end of the file.
    pub fn next(&mut self) -> io::Result<Option<Item>> {
        if self.position >= self.size_bytes {
            return Ok(None);
        }
        let start = self.position;
        let why = match self.batch_at(start)? {
            Ok((header, bytes)) => {
                self.position = start + bytes.len() as u64;
                self.last_offset = Some(header.last_offset());
                return Ok(Some(Item::Batch { position: start, header, bytes }));
            }
            Err(why) => why,
        };
        if self.is_zero_from(start)? {
            self.position = self.size_bytes;
            return Ok(Some(Item::Reserved { start, end: self.size_bytes }));
        }
        let end = self.next_batch_after(start)?.unwrap_or(self.size_bytes);
        self.position = end;
        Ok(Some(Item::Damage { start, end, why }))
    }

    /// The batch at a place, or why there is none.
    fn batch_at(&self, start: u64) -> io::Result<Result<(BatchHeader, Vec<u8>), String>> {
        let left = self.size_bytes - start;
        if left < HEADER_BYTES as u64 {
            return Ok(Err(format!("{left} bytes are left, less than the header of a batch")));
        }
        let head = self.read(start, HEADER_BYTES)?;
        let header = match BatchHeader::parse(&head) {
            Ok(header) => header,
            Err(error) => return Ok(Err(error.to_string())),
        };
        if let Err(why) = self.plausible(&header, left) {
            return Ok(Err(why));
        }
        let bytes = self.read(start, header.total_size_bytes())?;
        if !check_crc(&bytes) {
            return Ok(Err(format!(
                "the checksum of the batch at offset {} is not the declared {:#010x}",
                header.base_offset, header.crc
            )));
        }
        Ok(Ok((header, bytes)))
    }

    fn plausible(&self, header: &BatchHeader, left: u64) -> Result<(), String> {
        let size_bytes = header.total_size_bytes();
        if size_bytes as u64 > left {
            return Err(format!(
                "the batch at offset {} has {size_bytes} bytes, and {left} are left: it was not \
                 written to its end",
                header.base_offset
            ));
        }
        if size_bytes > LOG_BATCH_BYTES_MAX {
            return Err(format!("{size_bytes} bytes are too many for a batch"));
        }
        match self.last_offset {
            Some(last) if header.base_offset <= last => {
                Err(format!("offset {} follows offset {last}", header.base_offset))
            }
            _ if header.base_offset < 0 => Err(format!("offset {}", header.base_offset)),
            _ => Ok(()),
        }
    }

    fn read(&self, start: u64, length: usize) -> io::Result<Vec<u8>> {
        let mut bytes = vec![0; length];
        self.file.read_exact_at(&mut bytes, start)?;
        Ok(bytes)
    }

    fn is_zero_from(&self, mut start: u64) -> io::Result<bool> {
        while start < self.size_bytes {
            let length = (self.size_bytes - start).min(LOG_READ_BYTES as u64) as usize;
            if self.read(start, length)?.iter().any(|byte| *byte != 0) {
                return Ok(false);
            }
            start += length as u64;
        }
        Ok(true)
    }

    /// Where the next whole batch begins. Every byte is looked at; the checksum decides.
    fn next_batch_after(&self, start: u64) -> io::Result<Option<u64>> {
        let mut from = start + 1;
        while from + HEADER_BYTES as u64 <= self.size_bytes {
            let length = (self.size_bytes - from).min(LOG_READ_BYTES as u64) as usize;
            let window = self.read(from, length)?;
            let places = length - HEADER_BYTES + 1;
            for at in 0..places {
                let candidate = BatchHeader::parse(&window[at..]);
                let position = from + at as u64;
                let left = self.size_bytes - position;
                if candidate.is_ok_and(|header| self.plausible(&header, left).is_ok())
                    && self.batch_at(position)?.is_ok()
                {
                    return Ok(Some(position));
                }
            }
            from += places as u64;
        }
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use wire::records::BatchBuilder;

    use super::*;

    fn batch(offset: i64) -> Vec<u8> {
        let mut builder = BatchBuilder::new().base_offset(offset);
        for number in 0..3 {
            builder.append(1000 + number, Some(b"key"), Some(&[b'v'; 100]), &[]);
        }
        builder.build().unwrap()
    }

    /// Three batches of three records each, and where they begin.
    fn log() -> (Vec<u8>, Vec<u64>) {
        let mut bytes = Vec::new();
        let mut places = Vec::new();
        for offset in [0, 3, 6] {
            places.push(bytes.len() as u64);
            bytes.extend(batch(offset));
        }
        (bytes, places)
    }

    fn walk(bytes: &[u8]) -> Vec<Item> {
        let folder = tempfile::tempdir().unwrap();
        let path: PathBuf = folder.path().join("00000000000000000000.log");
        std::fs::write(&path, bytes).unwrap();
        let mut walker = Walker::open(&path).unwrap();
        let mut items = Vec::new();
        while let Some(item) = walker.next().unwrap() {
            items.push(item);
        }
        items
    }

    /// Places of batches, and ranges of damage.
    fn summary(items: &[Item]) -> (Vec<u64>, Vec<(u64, u64)>) {
        let mut places = Vec::new();
        let mut damage = Vec::new();
        for item in items {
            match item {
                Item::Batch { position, .. } => places.push(*position),
                Item::Damage { start, end, .. } => damage.push((*start, *end)),
                Item::Reserved { .. } => {}
            }
        }
        (places, damage)
    }

    #[test]
    fn a_sound_log_with_reserved_space() {
        let (mut bytes, places) = log();
        let end = bytes.len() as u64;
        assert_eq!(summary(&walk(&bytes)), (places.clone(), vec![]));
        bytes.extend([0; 5000]);
        let items = walk(&bytes);
        assert_eq!(summary(&items), (places, vec![]));
        assert_eq!(items.last(), Some(&Item::Reserved { start: end, end: end + 5000 }));
        assert!(walk(&[]).is_empty());
    }

    #[test]
    fn every_flipped_byte_is_found_and_the_batches_beside_it_are_read() {
        let (bytes, places) = log();
        let (second, third) = (places[1], places[2]);
        for at in second..third {
            let mut damaged = bytes.clone();
            damaged[at as usize] ^= 0x55;
            let (found, damage) = summary(&walk(&damaged));
            // The base offset and the leader epoch lie outside the checksum; an offset that goes
            // back is found by what lies before it.
            let outside =
                (second..second + 8).contains(&at) || (at - second >= 12 && at - second < 16);
            if !outside {
                assert_eq!(found, [places[0], third], "byte {at}");
                assert_eq!(damage, [(second, third)], "byte {at}");
            }
        }
    }

    #[test]
    fn a_torn_end_and_a_hole_are_damage() {
        let (bytes, places) = log();
        let end = bytes.len() as u64;
        let (found, damage) = summary(&walk(&bytes[..bytes.len() - 1]));
        assert_eq!((found, damage), (places[..2].to_vec(), vec![(places[2], end - 1)]));
        let mut torn = bytes.clone();
        torn.truncate(places[2] as usize + 20);
        torn.extend([0; 4096]);
        assert_eq!(summary(&walk(&torn)).1, [(places[2], torn.len() as u64)]);
        let mut hole = bytes.clone();
        hole[places[1] as usize..places[2] as usize].fill(0);
        assert_eq!(summary(&walk(&hole)).1, [(places[1], places[2])]);
    }

    #[test]
    fn an_offset_that_goes_back_is_damage() {
        let mut bytes = batch(10);
        let second = bytes.len() as u64;
        bytes.extend(batch(11));
        assert_eq!(summary(&walk(&bytes)).1, [(second, bytes.len() as u64)]);
    }

    #[test]
    fn damage_larger_than_a_read_is_walked_over() {
        let (good, _) = log();
        let mut bytes = vec![0xa5; 3 * LOG_READ_BYTES / 2];
        let start = bytes.len() as u64;
        bytes.extend(good);
        let (found, damage) = summary(&walk(&bytes));
        assert_eq!((found[0], found.len()), (start, 3));
        assert_eq!(damage, [(0, start)]);
    }
}
