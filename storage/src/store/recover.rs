//! One log is found again after a stop or a crash.
//!
//! - A segment with an `.index` is at rest: its length is compared, nothing is read.
//! - Any other is read through. The last one's whole batches count up to the first break; what
//!   follows was never acknowledged and is cut off, after the arena has given back what it still
//!   held.
//! - A break in front of data that had been acknowledged is damage, and refused with the bytes
//!   named: in a segment that has a successor with data (nothing of a successor is written before
//!   all of its predecessor is on stable storage), below the recorded durable end, or so far in
//!   front of a valid batch that the bytes cannot have been in flight together.
//! - A file that is read is opened for writing, because that waits until every write that the dead
//!   process had in flight to it has landed: what is found then does not change any more.
//! - The valid part is synced before anything is built on it, and the file is never written again.
//!   A write that the dead process still had in flight carries the bytes the file was to have at
//!   that place: in front of the valid end they are the same bytes, behind it they are cut, or do
//!   not count because the next segment begins at the offset that was valid.

use std::path::Path;
use std::rc::Rc;

use wire::Uuid;

use crate::compact::recover::finish_swaps;
use crate::disk::{Disk, FileId, OpenMode, TEMPORARY_SUFFIX};
use crate::errors::Corruption;
use crate::limits::{LOG_IN_FLIGHT_BYTES, SCAN_BEHIND_BREAK_BYTES};
use crate::log::scan::{Expect, FileReader, RESERVED_SPACE, find_batch_after};
use crate::log::segment::{
    CLEANED_SUFFIX, DELETED_SUFFIX, INDEX_SUFFIX, LOG_SUFFIX, parse_segment_name, segment_path,
};
use crate::log::side::{IndexFile, PARTITION_FILE, PartitionFile};
use crate::log::{Log, Snapshot};
use crate::store::adopt::Adopted;
use crate::store::open::Survivors;
use crate::store::reread::Last;
use crate::types::{LogId, LogKey, Now, RecoveryReport};
use crate::write_unit::WriteUnit;

pub(crate) struct Recovery<'a, D> {
    pub disk: &'a mut D,
    pub report: &'a mut RecoveryReport,
    pub survivors: &'a mut Survivors,
    /// Notes of the arena that a later start may still need.
    pub kept: &'a mut Survivors,
    pub producers_limit: usize,
    pub write_unit: WriteUnit,
    pub now: Now,
    /// The log's last segment, open, and how long it is to be: to be cut there, and made durable.
    pub cut: Option<(FileId, u64)>,
}

/// A segment file as it was found.
pub(super) struct Found {
    pub base_offset: i64,
    pub len: u64,
    pub stored: Option<IndexFile>,
}

pub(crate) type Failure = Rc<str>;

impl<D: Disk> Recovery<'_, D> {
    /// Recovers the log in a folder; `None` if it is no log.
    pub fn log(&mut self, dir: &Path, name: &str) -> Result<Option<Log>, Failure> {
        let mut names = self.disk.list(dir).map_err(why("reading the folder", dir))?;
        if finish_swaps(self.disk, dir, &names)? {
            names = self.disk.list(dir).map_err(why("reading the folder", dir))?;
        }
        let mut bases = Vec::new();
        for (file, _) in &names {
            let leftovers = [TEMPORARY_SUFFIX, DELETED_SUFFIX, CLEANED_SUFFIX];
            if leftovers.iter().any(|suffix| file.ends_with(suffix)) {
                let path = dir.join(file);
                self.disk.remove_file(&path).map_err(why("removing a leftover", &path))?;
            }
            bases.extend(parse_segment_name(file, LOG_SUFFIX));
        }
        bases.sort_unstable();
        let has_side = names.iter().any(|(file, _)| file == PARTITION_FILE);
        let side = if has_side { self.side_file(dir)? } else { None };
        if side.is_none() && self.is_half_made(dir, &names)? {
            self.disk.remove_dir_all(dir).map_err(why("removing an empty log", dir))?;
            return Ok(None);
        }
        let Some(key) = key_of(side.as_ref(), name) else {
            let foreign: Failure = "its name is not <topic>-<partition>".into();
            return if bases.is_empty() { Ok(None) } else { Err(foreign) };
        };
        if side.is_none() && bases.is_empty() {
            // A crash in the middle of making the log, or of removing it: nothing was in it.
            if names.is_empty() || has_side {
                self.disk.remove_dir_all(dir).map_err(why("removing an empty log", dir))?;
            }
            return Ok(None);
        }
        let topic_id = side.as_ref().map_or(Uuid::ZERO, |s| Uuid(s.topic_id));
        let nowhere = LogId { slot: 0, generation: 0 };
        let mut log = Log::new(nowhere, key, topic_id, dir.to_path_buf(), 0);
        log.adopted = side.as_ref().is_none_or(|s| s.adopted);
        log.always_synced = side.as_ref().is_some_and(|s| s.always_synced);
        log.made = true;
        log.side_on_disk = side.is_some();
        log.clean_offset = side.as_ref().map_or(0, |s| s.clean_offset);
        log.compacted_until = side.as_ref().map_or(0, |s| s.compacted_until);
        log.durable_compacted_until = log.compacted_until;
        log.lazy_on_disk = side.as_ref().is_some_and(|s| !s.always_synced);
        let found = self.found(dir, &bases)?;
        let is_young = side.as_ref().is_some_and(|side| side.durable_end_offset == 0);
        if is_young && found.iter().all(|one| one.stored.is_none()) {
            self.settle_making(dir)?;
        }
        self.segments(&mut log, found, side.as_ref())?;
        Ok(Some(log))
    }

    /// The `partition` file; `None` if it cannot be used, which is no reason to refuse the log.
    fn side_file(&mut self, dir: &Path) -> Result<Option<PartitionFile>, Failure> {
        let path = dir.join(PARTITION_FILE);
        let bytes = self.disk.read_file(&path).map_err(why("reading", &path))?;
        match PartitionFile::decode(&bytes) {
            Ok(side) => Ok(Some(side)),
            Err(frame::FrameError::Version(version)) => {
                Err(format!("{} has version {version}: a newer program's", path.display()).into())
            }
            Err(error) => {
                tracing::warn!(file = %path.display(), %error, "unusable; rebuilt from the log");
                Ok(None)
            }
        }
    }

    /// The process before may have died while it made the log: what is seen of that need not be on
    /// stable storage, and a log that lost its side file would be nobody's.
    fn settle_making(&mut self, dir: &Path) -> Result<(), Failure> {
        let path = dir.join(PARTITION_FILE);
        let file = self.disk.open(&path, OpenMode::Write).map_err(why("opening", &path))?;
        let synced = self.disk.sync(file).map_err(why("syncing", &path));
        self.disk.close(file);
        synced?;
        self.disk.sync_dir(dir).map_err(why("syncing", dir))?;
        match dir.parent() {
            Some(parent) => self.disk.sync_dir(parent).map_err(why("syncing", parent)),
            None => Ok(()),
        }
    }

    fn found(&mut self, dir: &Path, bases: &[i64]) -> Result<Vec<Found>, Failure> {
        let mut all = Vec::with_capacity(bases.len());
        for &base_offset in bases {
            let path = segment_path(dir, base_offset, LOG_SUFFIX);
            let file = self.disk.open(&path, OpenMode::Read).map_err(why("opening", &path))?;
            let len = self.disk.size(file).map_err(why("measuring", &path));
            self.disk.close(file);
            let index = self.disk.read_file(&segment_path(dir, base_offset, INDEX_SUFFIX));
            let stored = index.ok().and_then(|bytes| IndexFile::decode(&bytes).ok());
            let stored = stored.filter(|stored| stored.base_offset == base_offset);
            all.push(Found { base_offset, len: len?, stored });
        }
        Ok(all)
    }

    fn segments(
        &mut self,
        log: &mut Log,
        mut found: Vec<Found>,
        side: Option<&PartitionFile>,
    ) -> Result<(), Failure> {
        let recorded = side.map_or(0, |s| s.log_start_offset.max(s.durable_end_offset));
        let empty = self.drop_trailing_empties(log, &mut found)?;
        log.next_offset = found.first().map_or(empty.unwrap_or(recorded), |f| f.base_offset);
        log.log_start_offset = side.map_or(0, |s| s.log_start_offset).max(log.next_offset);
        let bases: Vec<i64> = found.iter().map(|f| f.base_offset).collect();
        let mut snapshot = None;
        let mut last = None;
        for (at, mut one) in found.into_iter().enumerate() {
            log.check_gap(one.base_offset)?;
            last = None;
            if let Some(stored) = one.stored.take() {
                log.take_stored(&stored, one.len);
                snapshot = Some(Snapshot { producers: stored.producers, epochs: stored.epochs });
            } else {
                log.take_snapshot(snapshot.take());
                last = Some(self.read_segment(log, &one, bases.get(at + 1).copied())?);
            }
        }
        log.take_snapshot(snapshot);
        if let Some(side) = side {
            log.take_epochs(&side.epochs);
        }
        self.finish(log, last, side, empty)
    }

    /// A crash may have come while a log was made: folder, side file and first segment in any
    /// combination, and nothing in them that was acknowledged.
    fn is_half_made(&mut self, dir: &Path, names: &[(String, bool)]) -> Result<bool, Failure> {
        let first = segment_path(dir, 0, LOG_SUFFIX);
        let first_name = first.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let ours = |(name, _): &(String, bool)| name == PARTITION_FILE || name == first_name;
        if !names.iter().all(ours) || !names.iter().any(|(name, _)| name == first_name) {
            return Ok(false);
        }
        let file = self.disk.open(&first, OpenMode::Read).map_err(why("opening", &first))?;
        let len = self.disk.size(file).map_err(why("measuring", &first));
        self.disk.close(file);
        self.is_blank(&first, len?)
    }

    /// Files at the end that nothing was written to: the last one keeps the place of the next
    /// offset, or was made in advance.
    fn drop_trailing_empties(
        &mut self,
        log: &Log,
        found: &mut Vec<Found>,
    ) -> Result<Option<i64>, Failure> {
        let mut empty = None;
        while let Some(last) = found.last() {
            let path = log.segment_path(last.base_offset, LOG_SUFFIX);
            if last.stored.is_some() || !self.is_blank(&path, last.len)? {
                break;
            }
            if let Some(base_offset) = empty.replace(last.base_offset) {
                self.remove(log, base_offset)?;
            }
            found.pop();
        }
        Ok(empty)
    }

    fn is_blank(&mut self, path: &Path, len: u64) -> Result<bool, Failure> {
        let file = self.disk.open(path, OpenMode::Write).map_err(why("opening", path))?;
        let head = FileReader::new(self.disk, file, len)
            .bytes(0, 512)
            .map(|head| head.iter().take(512).all(|byte| *byte == 0));
        self.disk.close(file);
        head.map_err(why("reading", path))
    }

    fn remove(&mut self, log: &Log, base_offset: i64) -> Result<(), Failure> {
        let path = log.segment_path(base_offset, LOG_SUFFIX);
        self.disk.remove_file(&path).map_err(why("removing", &path))?;
        self.disk.sync_dir(&log.dir).map_err(why("syncing", &log.dir))
    }

    pub(super) fn note_damage(&mut self, log: &mut Log, corruption: Corruption) {
        tracing::error!(log = %log.key, %corruption, "damage found at the start");
        log.note_damage(&corruption);
        self.report.damage.push((log.key.clone(), corruption));
    }

    /// Adopts what the arena has beyond the segments, looks whether anything acknowledged is
    /// missing, and makes what was found durable.
    fn finish(
        &mut self,
        log: &mut Log,
        mut last: Option<Last>,
        side: Option<&PartitionFile>,
        mut marker: Option<i64>,
    ) -> Result<(), Failure> {
        // Until all of it is on stable storage, only the arena has it.
        let arena_key = log.arena_key();
        if let Some(survivors) = self.survivors.remove(&arena_key) {
            self.kept.insert(arena_key, survivors);
        }
        let none = Vec::new();
        let survivors = self.kept.get(&arena_key).unwrap_or(&none);
        let mut adopted = Adopted::collect(log, survivors);
        let log_start_offset = side.map_or(0, |s| s.log_start_offset);
        let nothing = log.segments.is_empty() && adopted.bytes.is_empty();
        if adopted.end_offset < log_start_offset || nothing {
            // Records below the log start went with the power once; none of them counts any more.
            let holder = Adopted::batch_at_start(log_start_offset, survivors);
            let next_offset = log.next_offset.max(log_start_offset);
            log.next_offset = holder.unwrap_or(next_offset);
            adopted = Adopted::collect(log, survivors);
            if adopted.bytes.is_empty() {
                log.next_offset = next_offset;
                adopted = Adopted::collect(log, survivors);
            }
        }
        let missing = loop {
            let missing = self.missing(log, last.as_ref(), &adopted, side)?;
            let (Some(corruption), Some(last)) = (&missing, &mut last) else { break missing };
            let due = corruption.end_offset;
            let Some(passed) = self.go_on_behind(log, last, i64::MAX, due)? else { break missing };
            self.note_damage(log, passed);
            adopted = Adopted::collect(log, self.kept.get(&arena_key).unwrap_or(&none));
        };
        let is_missing = missing.is_some();
        if let Some(corruption) = missing {
            log.fenced = Some(corruption.to_string().into());
            // Who asks for what is missing learns that it is, and not that it never was.
            log.next_offset = log.next_offset.max(corruption.end_offset);
            self.note_damage(log, corruption);
        } else if let Some(last) = last {
            self.settle_last(log, &last, &mut marker)?;
        }
        self.keep_place(log, marker)?;
        if !is_missing && adopted.bytes.is_empty() {
            self.kept.remove(&arena_key);
        } else if !is_missing {
            self.report.adopted_bytes += adopted.bytes.len() as u64;
            if let Some(survivors) = self.kept.get_mut(&arena_key) {
                survivors.retain(|survivor| adopted.is_of(survivor));
            }
            log.take_adopted(&adopted, self.write_unit, self.producers_limit, self.now);
        }
        log.settle_positions(side);
        Ok(())
    }

    /// Whether bytes are missing that had been acknowledged.
    fn missing(
        &mut self,
        log: &Log,
        last: Option<&Last>,
        adopted: &Adopted,
        side: Option<&PartitionFile>,
    ) -> Result<Option<Corruption>, Failure> {
        let durable = side.map_or(0, |s| s.durable_end_offset);
        let (path, start_position, end_position) = match last {
            Some(last) => (last.path.clone(), last.scanned.valid_bytes, last.len),
            None => (log.dir.clone(), 0, 0),
        };
        let corruption = |end_offset: i64, what: String| Corruption {
            file: path.clone(),
            start_position,
            end_position,
            start_offset: log.next_offset,
            end_offset,
            what: what.into(),
        };
        if durable > adopted.end_offset {
            let stopped = last.and_then(|l| l.scanned.stopped.clone()).unwrap_or_default();
            let end = adopted.end_offset;
            let what = format!(
                "offsets up to {durable} were on stable storage, {end} is left ({stopped})"
            );
            return Ok(Some(corruption(durable, what)));
        }
        let Some(last) = last.filter(|l| l.scanned.stopped.is_some()) else { return Ok(None) };
        if !log.always_synced || !adopted.bytes.is_empty() {
            return Ok(None);
        }
        let from = last.scanned.valid_bytes + LOG_IN_FLIGHT_BYTES;
        if from >= last.len {
            return Ok(None);
        }
        let expect = Expect {
            base_offset: log.next_offset,
            until_offset: i64::MAX,
            gaps: true,
            leader_epoch: i32::MIN,
        };
        let file = self.disk.open(&path, OpenMode::Read).map_err(why("opening", &path))?;
        let mut reader = FileReader::new(self.disk, file, last.len);
        let behind = find_batch_after(&mut reader, from, &expect, SCAN_BEHIND_BREAK_BYTES);
        self.report.scanned_bytes += reader.read_bytes;
        self.disk.close(file);
        let behind = behind.map_err(why("reading", &path))?;
        Ok(behind.map(|(position, offset)| {
            let what = format!("a valid batch lies far behind the break, at {position}");
            corruption(offset, what)
        }))
    }

    /// Has the last segment cut behind its valid part and made durable, beside those of other logs.
    /// `OpenMode::Write` waits for writes of the dead process to land.
    fn settle_last(
        &mut self,
        log: &Log,
        last: &Last,
        marker: &mut Option<i64>,
    ) -> Result<(), Failure> {
        let (path, valid) = (&last.path, last.scanned.valid_bytes);
        let file = self.disk.open(path, OpenMode::Write).map_err(why("opening", path))?;
        self.cut = Some((file, valid));
        if last.scanned.stopped.as_deref().is_some_and(|why| why != RESERVED_SPACE) {
            self.report.cut_bytes += last.len - valid;
        }
        if valid == 0
            && let Some(other) = marker.replace(last.base_offset)
        {
            self.remove(log, other)?;
        }
        Ok(())
    }

    /// An empty file either keeps the place of the next offset, or is in the way.
    fn keep_place(&mut self, log: &mut Log, marker: Option<i64>) -> Result<(), Failure> {
        match marker {
            Some(base_offset) if base_offset == log.next_offset => log.marker = marker,
            Some(base_offset) if log.fenced.is_none() => self.remove(log, base_offset)?,
            _ => {}
        }
        Ok(())
    }
}

/// A log's name: from its side file, else from its folder.
fn key_of(side: Option<&PartitionFile>, folder: &str) -> Option<LogKey> {
    if let Some(side) = side {
        return Some(LogKey { topic: side.topic.as_str().into(), partition: side.partition });
    }
    let (topic, partition) = folder.rsplit_once('-')?;
    let partition: i32 = partition.parse().ok().filter(|p| *p >= 0)?;
    (!topic.is_empty()).then(|| LogKey { topic: topic.into(), partition })
}

pub(crate) fn why(what: &'static str, path: &Path) -> impl Fn(std::io::Error) -> Failure + use<> {
    let path = path.to_path_buf();
    move |error| format!("{what} {}: {error}", path.display()).into()
}
