//! A compacted segment takes the place of those it was made from, in memory at one stroke; the
//! names on the disk follow.

use std::path::PathBuf;

use crate::compact::run::Run;
use crate::disk::{Disk, Op};
use crate::log::Log;
use crate::log::segment::{
    DELETED_SUFFIX, FileState, INDEX_SUFFIX, IndexState, LOG_SUFFIX, Phase, Segment, compacted_path,
};
use crate::store::Store;
use crate::store::io::{Grave, Io, Purpose};
use crate::types::LogId;

impl<D: Disk> Store<D> {
    /// Puts the run's segment in place. `false`: readers are still in the old ones; no new ones
    /// begin.
    pub(super) fn swap(&mut self, run: &mut Run) -> bool {
        let id = run.log;
        let Some(log) = self.logs.get_mut(id) else { return true };
        let (Some(first), Some(last)) = (run.group.first(), run.group.last()) else { return true };
        let (base_offset, next_offset) = (first.base_offset, last.next_offset);
        let in_use = |segment: &Segment| {
            segment.reads > 0
                || segment.file == FileState::Opening
                || matches!(segment.index, IndexState::Loading)
        };
        let range = base_offset..next_offset;
        if log.segments.iter().any(|s| range.contains(&s.base_offset) && in_use(s)) {
            return false;
        }
        let Some((mut segment, snapshot)) = run.take_output() else { return true };
        let Some(at) = log.segment_by_base(base_offset) else { return true };
        let old: Vec<Segment> = log.segments.drain(at..at + run.group.len()).collect();
        log.snapshots.retain(|(base, _)| !range.contains(base));
        log.keep_snapshot(base_offset, snapshot);
        segment.phase = Phase::Sealing;
        let old_bytes: u64 = old.iter().map(|segment| segment.size_bytes).sum();
        self.io.stats.cleaned_bytes += old_bytes.saturating_sub(segment.size_bytes);
        log.segments.insert(at, segment);
        log.forget_old_tail(next_offset);
        let (stale, kept) = std::mem::take(&mut log.read_buffers)
            .into_iter()
            .partition(|buffer| range.contains(&buffer.segment_base));
        log.read_buffers = kept;
        release(&old, &mut self.io);
        rename(log, &old, (base_offset, next_offset), &mut self.io);
        log.store_index(at, &mut self.io);
        let stale: Vec<_> = stale;
        for buffer in stale {
            self.put_away(buffer);
        }
        run.swapped();
        self.wake(id);
        true
    }

    fn wake(&mut self, id: LogId) {
        self.wake_waiting(id);
    }
}

/// Closes files and counts indexes down.
fn release<D: Disk>(old: &[Segment], io: &mut Io<D>) {
    for segment in old {
        if let FileState::Open(file) = segment.file {
            io.open_for_read = io.open_for_read.saturating_sub(1);
            io.submit(Purpose::Close, Op::Close { file, truncate_to: None });
        }
        if let IndexState::Here(index) = &segment.index {
            io.index_bytes = io.index_bytes.saturating_sub(index.memory_bytes());
        }
    }
}

/// Puts the old files away, the indexes first, and gives the new one its name. Jobs are done in
/// order, so whoever opens a file from now on finds the new one.
fn rename<D: Disk>(log: &mut Log, old: &[Segment], range: (i64, i64), io: &mut Io<D>) {
    let (base_offset, next_offset) = range;
    let paths = |suffix: &str| -> Vec<PathBuf> {
        old.iter().map(|segment| log.segment_path(segment.base_offset, suffix)).collect()
    };
    let mut ops = vec![Op::RemoveFiles { paths: paths(INDEX_SUFFIX) }];
    let logs = paths(LOG_SUFFIX);
    let delay_ms = u64::try_from(log.config.file_delete_delay_ms).unwrap_or(0);
    if delay_ms == 0 {
        ops.push(Op::RemoveFiles { paths: logs });
    } else {
        let mut graves = Vec::new();
        for from in logs {
            let mut name = from.clone().into_os_string();
            name.push(DELETED_SUFFIX);
            let to = PathBuf::from(name);
            graves.push(to.clone());
            ops.push(Op::Rename { from, to });
        }
        io.graves.push_back((io.now.mono_ms + delay_ms, Grave::Files(graves)));
    }
    let from = compacted_path(&log.dir, base_offset, next_offset);
    let to = log.segment_path(base_offset, LOG_SUFFIX);
    ops.push(Op::Rename { from, to });
    for op in ops {
        log.jobs += 1;
        io.submit(Purpose::Swap { log: log.id }, op);
    }
}

impl Log {
    /// What was compacted is not served from the tail any more.
    fn forget_old_tail(&mut self, below_offset: i64) {
        let mut gone = false;
        while let Some(front) = self.tail.chunks.front()
            && front.segment_base_offset < below_offset
        {
            let (written, end) = (self.writer.written_lpos, self.end_lpos());
            if self.tail.evict_front(written, end).is_none() {
                break;
            }
            gone = true;
        }
        if gone && self.tail.chunks.is_empty() {
            self.tail.start_segment();
        }
    }
}
