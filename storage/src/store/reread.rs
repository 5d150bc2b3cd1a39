//! A start reads a segment without a usable index through, and goes on behind damage.
//!
//! Damage costs the batch it is in, not all that follows: where a damaged batch's own header still
//! says how long it is, and a valid batch with the next offset begins there, reading goes on at
//! that one. Otherwise a valid batch is searched for, and believed only if an unbroken run of
//! batches leads from it to where the data is known to end: a record may hold bytes that look like
//! a batch.

use std::path::{Path, PathBuf};

use crate::disk::{Disk, OpenMode};
use crate::errors::Corruption;
use crate::log::scan::{Expect, FileReader, Scanned, resume_behind, scan_from};
use crate::log::segment::{BatchNote, LOG_SUFFIX, Phase, Segment};
use crate::log::{Log, Snapshot};
use crate::store::recover::{Failure, Found, Recovery, why};

/// The last segment that had to be read, and how far it goes.
pub(super) struct Last {
    pub path: PathBuf,
    pub base_offset: i64,
    pub len: u64,
    pub scanned: Scanned,
}

impl<D: Disk> Recovery<'_, D> {
    /// Reads a segment without a usable index through, up to where the next one begins.
    pub(super) fn read_segment(
        &mut self,
        log: &mut Log,
        found: &Found,
        next_base: Option<i64>,
    ) -> Result<Last, Failure> {
        let (base_offset, len) = (found.base_offset, found.len);
        let path = log.segment_path(base_offset, LOG_SUFFIX);
        let segment = log.found_segment(base_offset);
        let until = next_base.unwrap_or(i64::MAX);
        let scanned = self.walk(log, segment, &path, len, (0, base_offset), until)?;
        let mut last = Last { path, base_offset, len, scanned };
        let Some(next_base) = next_base else { return Ok(last) };
        while let Some(stopped) = last.scanned.stopped.clone() {
            if let Some(passed) = self.go_on_behind(log, &mut last, next_base, next_base)? {
                self.note_damage(log, passed);
                continue;
            }
            let corruption = Corruption {
                file: last.path.clone(),
                start_position: last.scanned.valid_bytes,
                end_position: len,
                start_offset: log.next_offset,
                end_offset: next_base,
                what: format!("a later segment was written, but here is: {stopped}").into(),
            };
            self.note_damage(log, corruption);
            log.next_offset = next_base;
            break;
        }
        Ok(last)
    }

    /// Goes on behind the break in a segment that ends before `due_offset`, where it should not.
    /// Returns the damage between; `None`: there is nothing behind it that can be believed.
    pub(super) fn go_on_behind(
        &mut self,
        log: &mut Log,
        last: &mut Last,
        until_offset: i64,
        due_offset: i64,
    ) -> Result<Option<Corruption>, Failure> {
        let Some(stopped) = &last.scanned.stopped else { return Ok(None) };
        let (path, start_position) = (last.path.clone(), last.scanned.valid_bytes);
        let expect = expect(log, last.base_offset, log.next_offset, until_offset);
        let file = self.disk.open(&path, OpenMode::Write).map_err(why("opening", &path))?;
        let mut reader = FileReader::new(self.disk, file, last.len);
        let behind = resume_behind(&mut reader, start_position, &expect, due_offset);
        self.report.scanned_bytes += reader.read_bytes;
        self.disk.close(file);
        let Some((end_position, end_offset)) = behind.map_err(why("reading", &path))? else {
            return Ok(None);
        };
        let damage = Corruption {
            file: path.clone(),
            start_position,
            end_position,
            start_offset: log.next_offset,
            end_offset,
            what: format!("what follows is whole, but here is: {stopped}").into(),
        };
        let read_before = log.segments.back().is_some_and(|s| s.base_offset == last.base_offset);
        let held = if read_before { log.segments.pop_back() } else { None };
        let mut segment = held.unwrap_or_else(|| log.found_segment(last.base_offset));
        segment.skip_to(end_position);
        let from = (end_position, end_offset);
        last.scanned = self.walk(log, segment, &path, last.len, from, until_offset)?;
        Ok(Some(damage))
    }

    /// Takes the whole batches of a segment from a (position, offset) on into the log.
    fn walk(
        &mut self,
        log: &mut Log,
        mut segment: Segment,
        path: &Path,
        len: u64,
        from: (u64, i64),
        until_offset: i64,
    ) -> Result<Scanned, Failure> {
        let expect = expect(log, segment.base_offset, from.1, until_offset);
        let (now_ms, limit) = (self.now.unix_ms, self.producers_limit);
        let (producers, epochs) = (&mut log.producers, &mut log.epochs);
        let file = self.disk.open(path, OpenMode::Write).map_err(why("opening", path))?;
        let mut reader = FileReader::new(self.disk, file, len);
        let scanned = scan_from(&mut reader, from.0, expect, |header, _| {
            let note = BatchNote::of(header, header.max_timestamp.clamp(0, now_ms));
            segment.note_batch(&note);
            epochs.assign(header.partition_leader_epoch, header.base_offset);
            if header.has_producer() {
                producers.note(header, header.base_offset, now_ms, limit);
            }
        });
        self.report.scanned_bytes += reader.read_bytes;
        self.disk.close(file);
        let scanned = scanned.map_err(why("reading", path))?;
        log.next_offset = scanned.next_offset;
        segment.phase = Phase::Closed;
        if scanned.valid_bytes > 0 {
            let producers = log.producers.snapshot();
            let epochs = log.epochs.entries().to_vec();
            log.keep_snapshot(segment.base_offset, Snapshot { producers, epochs });
            log.segments.push_back(segment);
        }
        Ok(scanned)
    }
}

fn expect(log: &Log, segment_base: i64, base_offset: i64, until_offset: i64) -> Expect {
    let gaps = log.allows_gaps(segment_base);
    Expect { base_offset, until_offset, gaps, leader_epoch: i32::MIN }
}
