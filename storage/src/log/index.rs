//! The sparse index of a segment: every so many bytes, an offset, its position, and the largest
//! timestamp before it.

use rkyv::{Archive, Deserialize, Serialize};

use crate::limits::INDEX_ENTRIES_MAX;

/// "The batch that starts at `position` has this offset, and nothing before it is younger than
/// `max_timestamp_before_ms`."
#[derive(Debug, Clone, Copy, PartialEq, Eq, Archive, Serialize, Deserialize)]
pub struct IndexEntry {
    /// Offset of the batch, less the segment's base offset.
    pub relative_offset: u32,
    pub position: u32,
    pub max_timestamp_before_ms: i64,
}

/// Bounded: when it is full, every second entry goes and the spacing doubles.
#[derive(Debug, Clone, PartialEq, Eq, Archive, Serialize, Deserialize)]
pub struct SparseIndex {
    interval_bytes: u64,
    /// Bytes since the last entry.
    since_bytes: u64,
    entries: Vec<IndexEntry>,
}

impl SparseIndex {
    pub fn new(interval_bytes: u32) -> SparseIndex {
        SparseIndex {
            interval_bytes: u64::from(interval_bytes.max(1)),
            since_bytes: 0,
            entries: Vec::new(),
        }
    }

    /// Notes the next batch of the segment, in order. The first one has no entry: every lookup
    /// starts at the segment's start if nothing better is known.
    pub fn note(
        &mut self,
        relative_offset: i64,
        position: u64,
        size_bytes: u64,
        max_timestamp_before_ms: i64,
    ) {
        if self.since_bytes >= self.interval_bytes
            && let (Ok(relative_offset), Ok(position)) =
                (u32::try_from(relative_offset), u32::try_from(position))
        {
            if self.entries.len() >= INDEX_ENTRIES_MAX {
                self.thin();
            }
            self.entries.push(IndexEntry { relative_offset, position, max_timestamp_before_ms });
            self.since_bytes = 0;
        }
        self.since_bytes += size_bytes;
    }

    /// The next batch gets an entry wherever it is.
    pub fn mark_next(&mut self) {
        self.since_bytes = self.since_bytes.max(self.interval_bytes);
    }

    fn thin(&mut self) {
        let mut keep = false;
        self.entries.retain(|_| {
            keep = !keep;
            keep
        });
        self.interval_bytes *= 2;
    }

    /// The position to start looking for an offset: that of a batch at or before it.
    pub fn position_for_offset(&self, relative_offset: i64) -> u64 {
        let after =
            self.entries.partition_point(|e| i64::from(e.relative_offset) <= relative_offset);
        self.entry_before(after).map_or(0, |e| u64::from(e.position))
    }

    /// The relative offset of a batch before which nothing is as young as the timestamp.
    pub fn offset_for_time(&self, timestamp_ms: i64) -> i64 {
        let after = self.entries.partition_point(|e| e.max_timestamp_before_ms < timestamp_ms);
        self.entry_before(after).map_or(0, |e| i64::from(e.relative_offset))
    }

    /// The first entry whose position is at least this: where reading can go on behind damage.
    pub fn entry_from_position(&self, position: u64) -> Option<IndexEntry> {
        let at = self.entries.partition_point(|e| u64::from(e.position) < position);
        self.entries.get(at).copied()
    }

    fn entry_before(&self, at: usize) -> Option<&IndexEntry> {
        at.checked_sub(1).and_then(|at| self.entries.get(at))
    }

    pub fn entries(&self) -> &[IndexEntry] {
        &self.entries
    }

    /// What it costs to hold, in bytes.
    pub fn memory_bytes(&self) -> usize {
        size_of::<Self>() + self.entries.capacity() * size_of::<IndexEntry>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lookups_find_the_entry_at_or_before() {
        let mut index = SparseIndex::new(100);
        for n in 0..10 {
            index.note(n * 10, n as u64 * 60, 60, n * 1000 - 1);
        }
        // Entries at every second batch: 120, 240, ...
        assert_eq!(index.entries()[0].position, 120);
        assert_eq!(index.position_for_offset(0), 0);
        assert_eq!(index.position_for_offset(19), 0);
        assert_eq!(index.position_for_offset(20), 120);
        assert_eq!(index.position_for_offset(59), 240);
        assert_eq!(index.offset_for_time(1), 0);
        assert_eq!(index.offset_for_time(2000), 20);
        assert_eq!(index.entry_from_position(121).unwrap().position, 240);
    }

    #[test]
    fn it_stays_bounded_and_keeps_its_order() {
        let mut index = SparseIndex::new(1);
        for n in 0..(INDEX_ENTRIES_MAX as i64 * 5) {
            index.note(n, n as u64 * 10, 10, n);
        }
        assert!(index.entries().len() <= INDEX_ENTRIES_MAX);
        assert!(index.entries().windows(2).all(|w| w[0].position < w[1].position));
        assert!(index.position_for_offset(70_000) <= 700_000);
        assert!(index.position_for_offset(70_000) >= 700_000 - 200);
    }
}
