//! Compaction (`cleanup.policy=compact`): of each key the last record stays, at its offset.
//!
//! One run at a time, over one log. It reads the segments since the last run and notes the last
//! offset of each key (as many as the table holds), then rewrites all segments from the log's first
//! one to there without what is out of date, small neighbours into one. The active segment is never
//! touched. It is driven by turns like all else: an operation at a time, work in slices.
//!
//! What a crash may leave, and what a start makes of it:
//! - `<base>.cleaned`: being written. Removed.
//! - `<base>-<next>.compacted`: whole, on stable storage. It counts: the rename to this name is the
//!   moment at which it replaces all segments that begin in `base..next`. A start removes those,
//!   the stale index first, and gives it its own name.
//! - `<base>.log` without its index: read through, as any other. Batches may be missing in it,
//!   which the `partition` file allows for segments below `compacted_until`; that is written before
//!   the first rename. The last batch of a segment always stays, if need be without records, so
//!   that segments still follow one another without a gap.

mod keys;
mod output;
mod pick;
pub(crate) mod recover;
mod rules;
mod run;
mod source;
mod swap;
mod transactions;

use std::io;

use crate::compact::run::{Run, Stage, Step};
use crate::config::CleanerConfig;
use crate::disk::{Disk, Done, Op};
use crate::limits::{CLEAN_BACKOFF_MS_MIN, CLEAN_SLICE_BYTES, CLEAN_SLICE_MS};
use crate::store::Store;
use crate::store::io::Purpose;
use crate::types::{LogId, Now};

/// How fast compaction may read and write.
#[derive(Debug, Default)]
pub(crate) struct Pace {
    /// 0: as fast as it can.
    bytes_per_second: u64,
    /// The next operation may begin then, on the clock of `Now::mono_ms`.
    ready_us: u64,
}

impl Pace {
    /// Takes so many bytes from the ration; `Some`: not before then.
    pub fn ration(&mut self, now: Now, bytes: u64) -> Option<u64> {
        if self.bytes_per_second == 0 {
            return None;
        }
        let now_us = now.mono_ms.saturating_mul(1000);
        if self.ready_us > now_us {
            return Some(self.ready_us.div_ceil(1000));
        }
        let takes_us = u128::from(bytes) * 1_000_000 / u128::from(self.bytes_per_second);
        self.ready_us = now_us.saturating_add(u64::try_from(takes_us).unwrap_or(u64::MAX));
        None
    }
}

/// The compaction of a shard.
pub(crate) struct Cleaner {
    config: CleanerConfig,
    run: Option<Box<Run>>,
    runs: u64,
    /// When to look for something to do, or to go on.
    due_ms: u64,
    last_slice_ms: u64,
}

impl Cleaner {
    pub fn new(now: Now) -> Cleaner {
        let config = CleanerConfig::default();
        let due_ms = now.mono_ms + config.backoff_ms;
        Cleaner { config, run: None, runs: 0, due_ms, last_slice_ms: 0 }
    }

    pub fn configure(&mut self, mut config: CleanerConfig, now: Now) {
        config.backoff_ms = config.backoff_ms.max(CLEAN_BACKOFF_MS_MIN);
        if config != self.config && self.run.is_none() {
            self.due_ms = self.due_ms.min(now.mono_ms.saturating_add(config.backoff_ms));
        }
        self.config = config;
    }

    /// When a turn is wanted although nothing happens; `None` while an operation is in flight.
    pub fn deadline_ms(&self) -> Option<u64> {
        match &self.run {
            None => self.config.enabled.then_some(self.due_ms),
            Some(run) => (!run.is_waiting()).then_some(self.due_ms),
        }
    }
}

impl<D: Disk> Store<D> {
    /// Goes on with the run, or looks for one.
    pub(crate) fn clean(&mut self, now: Now) {
        if self.cleaner.run.is_none() {
            let idle = !self.cleaner.config.enabled || self.io.closing;
            if idle || now.mono_ms < self.cleaner.due_ms {
                return;
            }
            self.cleaner.due_ms = now.mono_ms.saturating_add(self.cleaner.config.backoff_ms);
            let rate = self.cleaner.config.io_bytes_per_second;
            self.io.clean_pace.bytes_per_second = if rate == u64::MAX { 0 } else { rate };
            self.cleaner.run = self.pick_run(now).map(Box::new);
        }
        self.go_on(now);
    }

    fn go_on(&mut self, now: Now) {
        let Some(mut run) = self.cleaner.run.take() else { return };
        if now.mono_ms >= self.cleaner.last_slice_ms + CLEAN_SLICE_MS {
            self.cleaner.last_slice_ms = now.mono_ms;
            run.slice_left = CLEAN_SLICE_BYTES as i64;
        }
        let rest_ms = self.cleaner.last_slice_ms + CLEAN_SLICE_MS;
        loop {
            let Some(log) = self.logs.get_mut(run.log) else { return self.give_up(run, "gone") };
            match run.step(log, &mut self.io, rest_ms) {
                Step::Again => continue,
                Step::Wait => self.cleaner.due_ms = now.mono_ms + CLEAN_SLICE_MS,
                Step::Rest(until_ms) => self.cleaner.due_ms = until_ms,
                Step::Swap => {
                    if self.swap(&mut run) {
                        continue;
                    }
                    self.cleaner.due_ms = now.mono_ms + CLEAN_SLICE_MS;
                }
                Step::Done => return self.finish_run(&run, now),
                Step::Failed(why) => return self.give_up(run, &why),
                Step::Broken(why) => {
                    // Reads will find the damage and name it; here it is only left alone.
                    log.uncleanable = true;
                    return self.give_up(run, &why);
                }
            }
            self.cleaner.run = Some(run);
            return;
        }
    }

    fn finish_run(&mut self, run: &Run, now: Now) {
        self.io.stats.cleaner_runs += 1;
        // Perhaps there is more.
        self.cleaner.due_ms = now.mono_ms + CLEAN_SLICE_MS;
        if let Some(log) = self.logs.get_mut(run.log) {
            log.cleaning = false;
            log.clean_offset = log.clean_offset.max(run.end_offset());
            log.side_dirty = true;
            tracing::debug!(log = %log.key, clean_offset = log.clean_offset, "compacted");
        }
    }

    /// Ends a run that waits for nothing. What it has put in place stays.
    fn give_up(&mut self, mut run: Box<Run>, why: &str) {
        self.io.stats.cleaner_failures += 1;
        let rest_ms = self.cleaner.config.backoff_ms;
        self.cleaner.due_ms = self.io.now.mono_ms.saturating_add(rest_ms);
        for file in run.take_files() {
            self.io.submit(Purpose::Close, Op::Close { file, truncate_to: None });
        }
        let Some(log) = self.logs.get_mut(run.log) else { return };
        tracing::info!(log = %log.key, why, "compaction gave up");
        log.cleaning = false;
        if run.stage == Stage::Swap {
            log.fence("a compacted segment counts, but is not in place", &mut self.io);
        }
        for part in &run.group {
            if let Some(at) = log.segment_by_base(part.base_offset) {
                log.segments[at].leaving = false;
            }
        }
        if !run.group.is_empty() {
            log.jobs += 1;
            let op = Op::RemoveFiles { paths: vec![run.cleaned_path(log)] };
            self.io.submit(Purpose::Remove { log: Some(run.log) }, op);
        }
        self.wake_waiting(run.log);
    }

    /// The operation that a run waits for is done.
    pub(crate) fn on_clean(&mut self, number: u64, result: io::Result<Done>) {
        let known = self.cleaner.run.as_ref().is_some_and(|run| run.number == number);
        let Some(mut run) = self.cleaner.run.take_if(|_| known) else { return };
        let Some(log) = self.logs.get_mut(run.log) else { return self.give_up(run, "gone") };
        match run.on_done(result, log) {
            Ok(()) => self.cleaner.run = Some(run),
            Err(why) => {
                let commits = run.stage == Stage::Commit;
                if commits {
                    // The new segment may count, or not: a start will know.
                    log.fence(&format!("compaction: {why}"), &mut self.io);
                }
                self.give_up(run, &why);
            }
        }
    }

    /// Ends the run on a log (`None`: on any), after what cannot be broken off. Blocks.
    pub(crate) fn stop_cleaning(&mut self, id: Option<LogId>) {
        loop {
            let Some(run) = &self.cleaner.run else { return };
            if id.is_some_and(|id| id != run.log) {
                return;
            }
            let committed = matches!(run.stage, Stage::Swap);
            if !run.is_waiting() && !committed {
                break;
            }
            if committed {
                self.go_on(self.io.now);
            }
            let moves = self
                .cleaner
                .run
                .as_ref()
                .is_some_and(|run| run.is_waiting() || matches!(run.stage, Stage::Swap));
            if !moves {
                continue;
            }
            if self.io.disk.in_flight() == 0 || self.io.disk.wait().is_err() {
                break;
            }
            self.reap();
        }
        if let Some(run) = self.cleaner.run.take() {
            self.give_up(run, "the log is changed");
        }
    }
}
