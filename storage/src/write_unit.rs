//! The unit of a log's writes, chosen for a device when a store is opened.

use crate::limits::{BLOCK_BYTES, WRITE_UNIT_BYTES_MAX};

/// What segment files are written in: every write begins on a multiple of it and is padded to one.
///
/// A power of two from [`BLOCK_BYTES`], the unit of memory and of reads, to
/// [`WRITE_UNIT_BYTES_MAX`]. A device whose own unit is larger than a block answers a write of one
/// block by reading its unit, changing it and writing it back; writes of its unit spare it that.
/// Files do not depend on it: a log may be written with one unit today and another tomorrow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WriteUnit {
    /// One less than its bytes.
    mask: u64,
}

impl WriteUnit {
    /// One block, which every device takes that a store runs on.
    pub const LEAST: WriteUnit = WriteUnit { mask: BLOCK_BYTES as u64 - 1 };

    /// `None` unless it is a power of two within the bounds.
    pub const fn new(bytes: u64) -> Option<WriteUnit> {
        let fits = bytes >= BLOCK_BYTES as u64 && bytes <= WRITE_UNIT_BYTES_MAX as u64;
        if fits && bytes.is_power_of_two() { Some(WriteUnit { mask: bytes - 1 }) } else { None }
    }

    pub const fn bytes(self) -> u64 {
        self.mask + 1
    }

    /// The length that a write of `len` bytes from the start of a unit has on disk.
    #[inline]
    pub const fn round_up(self, len: u64) -> u64 {
        (len + self.mask) & !self.mask
    }

    /// The start of the unit that holds `position`.
    #[inline]
    pub const fn round_down(self, position: u64) -> u64 {
        position & !self.mask
    }

    /// Whether a unit begins at `position`.
    #[inline]
    pub const fn is_start(self, position: u64) -> bool {
        position & self.mask == 0
    }
}

impl Default for WriteUnit {
    fn default() -> Self {
        WriteUnit::LEAST
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_powers_of_two_within_the_bounds_are_units() {
        let most = WRITE_UNIT_BYTES_MAX as u64;
        for bytes in [0, 1, 512, 4095, 5000, 12 << 10, most + 1, 2 * most, u64::MAX] {
            assert_eq!(WriteUnit::new(bytes), None, "{bytes}");
        }
        assert_eq!(WriteUnit::new(4096), Some(WriteUnit::LEAST));
        assert_eq!(WriteUnit::new(most).map(WriteUnit::bytes), Some(most));
    }

    #[test]
    fn positions_are_rounded_to_units() {
        let unit = WriteUnit::new(16384).unwrap();
        let ends = [(0, 0), (1, 16384), (16384, 16384), (16385, 32768)];
        assert!(ends.iter().all(|(len, end)| unit.round_up(*len) == *end));
        let starts = [(0, 0), (16383, 0), (16384, 16384), (40000, 32768)];
        assert!(starts.iter().all(|(at, start)| unit.round_down(*at) == *start));
        assert!(unit.is_start(0) && unit.is_start(16384) && !unit.is_start(4096));
    }
}
