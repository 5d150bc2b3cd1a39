//! Which leader epoch began at which offset (KIP-101, KIP-320).

use crate::types::EpochEnd;

/// Ascending in both: epoch and start offset.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Epochs {
    entries: Vec<(i32, i64)>,
}

impl Epochs {
    pub fn entries(&self) -> &[(i32, i64)] {
        &self.entries
    }

    pub fn latest(&self) -> i32 {
        self.entries.last().map_or(-1, |e| e.0)
    }

    /// Notes that `epoch` begins at `start`, unless it is known or older. Returns whether it is
    /// new.
    #[inline]
    pub fn assign(&mut self, epoch: i32, start: i64) -> bool {
        if epoch < 0 || self.entries.last().is_some_and(|&(last, _)| epoch <= last) {
            return false;
        }
        // An epoch that began at or behind this place has no records.
        while self.entries.last().is_some_and(|&(_, begun)| begun >= start) {
            self.entries.pop();
        }
        self.entries.push((epoch, start));
        true
    }

    /// `known` up to `end_offset` are right; of what was found only newer ones count.
    pub fn rebase(&mut self, known: &[(i32, i64)], end_offset: i64) {
        let found = std::mem::take(&mut self.entries);
        let known = known.iter().filter(|(_, start)| *start <= end_offset);
        for &(epoch, start) in known.chain(&found) {
            self.assign(epoch, start);
        }
    }

    pub fn truncate_to(&mut self, end_offset: i64) {
        self.entries.retain(|&(_, start)| start < end_offset);
    }

    /// Epochs that ended below the log start go; the one that holds it begins there.
    pub fn start_at(&mut self, log_start_offset: i64) {
        let holds = self.entries.partition_point(|&(_, start)| start <= log_start_offset);
        if holds > 1 {
            self.entries.drain(..holds - 1);
        }
        if let Some(first) = self.entries.first_mut() {
            first.1 = first.1.max(log_start_offset);
        }
    }

    /// The epoch of the record at an offset, or -1.
    pub fn epoch_at(&self, offset: i64) -> i32 {
        let after = self.entries.partition_point(|&(_, start)| start <= offset);
        after.checked_sub(1).map_or(-1, |at| self.entries[at].0)
    }

    /// As Kafka answers OffsetForLeaderEpoch; `None` for an epoch it cannot know.
    pub fn end_of(&self, epoch: i32, log_end_offset: i64) -> Option<EpochEnd> {
        let latest = self.entries.last()?.0;
        if epoch < 0 || epoch > latest {
            return None;
        }
        if epoch == latest {
            return Some(EpochEnd { leader_epoch: epoch, end_offset: log_end_offset });
        }
        let above = self.entries.partition_point(|&(e, _)| e <= epoch);
        let end_offset = self.entries[above].1;
        let leader_epoch = above.checked_sub(1).map_or(epoch, |at| self.entries[at].0);
        Some(EpochEnd { leader_epoch, end_offset })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_are_as_in_kafka() {
        let epochs = Epochs { entries: vec![(2, 0), (5, 10), (7, 30)] };
        let end = |epoch| epochs.end_of(epoch, 50).map(|e| (e.leader_epoch, e.end_offset));
        assert_eq!(end(7), Some((7, 50)));
        assert_eq!(end(5), Some((5, 30)));
        assert_eq!(end(6), Some((5, 30)));
        assert_eq!(end(3), Some((2, 10)));
        assert_eq!(end(1), Some((1, 0)));
        assert_eq!(end(8), None);
        assert_eq!(end(-1), None);
        assert_eq!(epochs.epoch_at(9), 2);
        assert_eq!(epochs.epoch_at(10), 5);
    }

    #[test]
    fn an_epoch_without_records_gives_way() {
        let mut epochs = Epochs { entries: vec![(1, 0)] };
        assert!(epochs.assign(2, 10));
        assert!(epochs.assign(3, 10));
        assert!(!epochs.assign(3, 12));
        assert!(!epochs.assign(1, 12));
        assert_eq!(epochs.entries(), &[(1, 0), (3, 10)]);
        epochs.start_at(5);
        assert_eq!(epochs.entries(), &[(1, 5), (3, 10)]);
        epochs.start_at(12);
        assert_eq!(epochs.entries(), &[(3, 12)]);
        epochs.truncate_to(12);
        assert!(epochs.entries().is_empty());
    }
}
