//! What a start takes over of a log: its segments at rest, and where it begins and ends.

use crate::errors::Corruption;
use crate::log::segment::{IndexState, LOG_SUFFIX, Phase, Segment};
use crate::log::side::{IndexFile, PartitionFile};
use crate::log::{Log, Snapshot};
use crate::producers::Producers;
use crate::store::recover::Failure;

impl Log {
    pub(super) fn found_segment(&self, base_offset: i64) -> Segment {
        let interval = self.config.index_interval_bytes;
        Segment::new(base_offset, self.end_lpos(), interval)
    }

    /// A segment has to begin where the last one ended.
    pub(super) fn check_gap(&mut self, base_offset: i64) -> Result<(), Failure> {
        let due = self.next_offset;
        if base_offset < due {
            return Err(format!("segment {base_offset} begins before {due}, where one ends").into());
        }
        if base_offset > due && !self.adopted && base_offset > self.log_start_offset {
            let last = self.segments.back();
            let position = last.map_or(0, |s| s.size_bytes);
            self.note_damage(&Corruption {
                file: self.segment_path(due, LOG_SUFFIX),
                start_position: position,
                end_position: position,
                start_offset: due,
                end_offset: base_offset,
                what: "the segment with these offsets is missing".into(),
            });
        }
        self.next_offset = base_offset;
        Ok(())
    }

    /// Takes over a segment at rest.
    pub(super) fn take_stored(&mut self, stored: &IndexFile, len: u64) {
        let mut segment = self.found_segment(stored.base_offset);
        segment.next_offset = stored.next_offset;
        segment.size_bytes = stored.size_bytes;
        segment.max_timestamp_ms = stored.max_timestamp_ms;
        segment.max_timestamp_offset = stored.max_timestamp_offset;
        segment.first_append_ms = stored.first_append_ms;
        segment.last_append_ms = stored.last_append_ms;
        segment.phase = Phase::Closed;
        segment.index = IndexState::Stored;
        segment.stored = true;
        if len < stored.size_bytes {
            let entries = stored.index.entries();
            let whole = entries.partition_point(|e| u64::from(e.position) <= len);
            let known = whole.checked_sub(1).map_or(0, |at| entries[at].relative_offset);
            self.note_damage(&Corruption {
                file: self.segment_path(stored.base_offset, LOG_SUFFIX),
                start_position: len,
                end_position: stored.size_bytes,
                start_offset: stored.base_offset + i64::from(known),
                end_offset: stored.next_offset,
                what: "the file is shorter than it was when it was closed".into(),
            });
        }
        self.next_offset = stored.next_offset;
        self.segments.push_back(segment);
    }

    pub(super) fn take_snapshot(&mut self, snapshot: Option<Snapshot>) {
        if let Some(snapshot) = snapshot {
            self.producers = Producers::new(snapshot.producers);
            self.take_epochs(&snapshot.epochs);
        }
    }

    pub(super) fn take_epochs(&mut self, epochs: &[(i32, i64)]) {
        for &(epoch, start) in epochs {
            if start <= self.next_offset {
                self.epochs.assign(epoch, start);
            }
        }
    }

    /// All segments are known: where the log begins and ends.
    pub(super) fn settle_positions(&mut self, side: Option<&PartitionFile>) {
        let recorded = side.map_or(0, |s| s.log_start_offset);
        let end = self.next_offset;
        let first = self.segments.front().map_or(end, |s| s.base_offset);
        self.log_start_offset = recorded.max(first).min(end);
        self.high_watermark = side.map_or(end, |s| s.high_watermark).clamp(first.min(end), end);
        self.durable_log_start = self.log_start_offset;
        // What was adopted is still to be written.
        let adopted = self.segments.back().filter(|segment| segment.is_written());
        let (lpos, stored_end) =
            adopted.map_or((self.end_lpos(), end), |s| (s.start_lpos, s.base_offset));
        self.writer.reset(lpos, stored_end);
        // Where acks wait for the disk, it was not acknowledged.
        self.stable_end = if self.always_synced { stored_end } else { end };
        // Compaction may have taken an epoch's first record, or all; the side file knows them.
        if let Some(side) = side.filter(|side| side.compacted_until > 0) {
            self.epochs.rebase(&side.epochs, end);
        }
        self.clean_offset = self.clean_offset.min(end);
        self.epochs.start_at(self.log_start_offset);
        self.side_durable_offset = side.map_or(-1, |s| s.durable_end_offset);
        self.side_dirty = side.is_none();
    }
}
