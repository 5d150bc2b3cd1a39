//! Which log is compacted next, and how far.

use crate::compact::keys::Keys;
use crate::compact::rules::Rules;
use crate::compact::run::Run;
use crate::compact::source::Part;
use crate::disk::Disk;
use crate::limits::{
    CLEAN_KEYS_BYTES_MIN, CLEAN_READ_BYTES_MAX, CLEAN_READ_BYTES_MIN, CLEAN_SEGMENTS_MAX,
};
use crate::log::Log;
use crate::log::segment::{Phase, Segment};
use crate::store::Store;
use crate::types::{LogId, Now};

const MILLION: u64 = 1_000_000;

impl<D: Disk> Store<D> {
    /// Takes on the log with the largest part not yet compacted, if one has enough of it.
    pub(super) fn pick_run(&mut self, now: Now) -> Option<Run> {
        let wants = |log: &Log| log.wants_cleaning(now.unix_ms).map(|share| (share, log.id));
        let (_, id): (u64, LogId) = self.logs.iter().filter_map(wants).max()?;
        let log = self.logs.get_mut(id)?;
        let config = self.cleaner.config;
        let parts: Vec<Part> = log
            .cleanable(now.unix_ms)
            .map(|segment| Part {
                base_offset: segment.base_offset,
                next_offset: segment.next_offset,
                size_bytes: segment.size_bytes,
            })
            .collect();
        let from_offset = log.clean_offset.max(log.log_start_offset);
        let end_offset = parts.last()?.next_offset;
        let records = u64::try_from(end_offset - from_offset).ok()?;
        let keys = Keys::new(config.keys_bytes.max(CLEAN_KEYS_BYTES_MIN), records);
        let rules = Rules::new(keys, now.unix_ms, log.config.delete_retention_ms);
        let read_bytes = config.read_bytes.clamp(CLEAN_READ_BYTES_MIN, CLEAN_READ_BYTES_MAX);
        log.cleaning = true;
        self.cleaner.runs += 1;
        let number = self.cleaner.runs;
        Some(Run::new(number, log, parts, from_offset, rules, read_bytes))
    }
}

impl Log {
    /// The segments that compaction may touch: at rest, committed, not too young, and never the
    /// last one.
    fn cleanable(&self, now_ms: i64) -> impl Iterator<Item = &Segment> {
        let lag_ms = self.config.min_compaction_lag_ms;
        let committed_end = self.committed_end();
        let may = move |segment: &&Segment| {
            let youngest = match segment.max_timestamp_ms {
                -1 => segment.last_append_ms,
                timestamp_ms => timestamp_ms,
            };
            segment.phase == Phase::Closed
                && !segment.leaving
                && segment.next_offset <= committed_end
                && (lag_ms <= 0 || youngest <= now_ms.saturating_sub(lag_ms))
        };
        let most = self.segments.len().saturating_sub(1).min(CLEAN_SEGMENTS_MAX);
        self.segments.iter().take(most).take_while(may)
    }

    /// The share of the log that is not yet compacted, in millionths, if that calls for a run.
    fn wants_cleaning(&self, now_ms: i64) -> Option<u64> {
        let idle = !self.config.cleanup_compact || self.uncleanable;
        if idle || self.fenced.is_some() || self.disk_full || !self.damage.is_empty() {
            return None;
        }
        let from = self.clean_offset.max(self.log_start_offset);
        let (mut clean, mut dirty, mut oldest_ms) = (0_u64, 0_u64, i64::MAX);
        for segment in self.cleanable(now_ms) {
            if segment.next_offset <= from {
                clean += segment.size_bytes;
            } else {
                dirty += segment.size_bytes;
                oldest_ms = oldest_ms.min(segment.first_append_ms);
            }
        }
        if dirty == 0 {
            return None;
        }
        let share = (u128::from(dirty) * u128::from(MILLION) / u128::from(clean + dirty)) as u64;
        let lag_ms = self.config.max_compaction_lag_ms;
        let late = lag_ms < i64::MAX && now_ms.saturating_sub(oldest_ms) > lag_ms;
        let enough = share > u64::from(self.config.min_cleanable_dirty_millionths)
            // With a ratio of 0, any dirt is enough.
            || self.config.min_cleanable_dirty_millionths == 0;
        (enough || late).then_some(if late { MILLION + 1 } else { share })
    }
}
