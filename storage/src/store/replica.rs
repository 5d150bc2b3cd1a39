//! A follower's way in: whole batches as the leader has them, byte for byte.
//!
//! What a follower holds is its leader's log from the same offset on: offsets and epochs are kept,
//! also where compaction left gaps. Sequences and times were judged by the leader; what arrives is
//! judged here: checksums, order, epochs.

use std::rc::Rc;

use wire::records::{Batches, check_crc};

use crate::arena::CHUNK_BYTES;
use crate::disk::Disk;
use crate::errors::{AppendError, ReplicaError};
use crate::limits::{BATCH_BYTES_MAX, GAPS_AHEAD};
use crate::log::Log;
use crate::store::Store;
use crate::store::append::reserve;
use crate::store::io::Io;
use crate::types::{LogId, Now, Replicated};

/// What is seen of a run before any of it is taken.
struct Run {
    first_offset: i64,
    last_offset: i64,
    /// Offsets are missing in front of a batch.
    has_gap: bool,
}

impl<D: Disk> Store<D> {
    /// Appends a run of whole batches of the leader's, all or none. `leader_epoch` is that of the
    /// subscription that the run came by. It is stable once `stable_end` reaches the returned end.
    ///
    /// # Errors
    /// The run does not go on where the log ends, is damaged, or is of a later epoch; or this
    /// replica leads; or there is no memory or space yet. [`AppendError::Busy`] is to be tried
    /// again after a turn: the first gap of a segment waits for a note of it on disk.
    pub fn append_replica(
        &mut self,
        id: LogId,
        run: &[u8],
        leader_epoch: i32,
        now: Now,
    ) -> Result<Replicated, ReplicaError> {
        let Store { io, logs, .. } = self;
        io.now = now;
        let log = logs.get_mut(id).ok_or(AppendError::NoSuchLog)?;
        log.check_open(io)?;
        if log.term >= 0 {
            return Err(AppendError::TermOver { term: log.term }.into());
        }
        let found = log.check_run(run, leader_epoch)?;
        log.roll_if_full(run.len() as u64, now, io);
        log.roll_if_wide(found.last_offset, io);
        if log.is_blank() {
            // The log start lies inside the first batch: the segment begins with the batch.
            log.next_offset = log.next_offset.min(found.first_offset);
        }
        if found.has_gap {
            log.allow_gap(found.last_offset + 1, io)?;
        }
        loop {
            let log = logs.get_mut(id).ok_or(AppendError::NoSuchLog)?;
            let base = log.active().map_or(log.next_offset, |s| s.base_offset);
            let needed = log.tail.chunks_needed(run.len(), base, CHUNK_BYTES);
            if io.take_spare(needed, 0) {
                break;
            }
            reserve(logs, io, id, needed, 0)?;
        }
        let log = logs.get_mut(id).ok_or(AppendError::NoSuchLog)?;
        if log.active().is_none() {
            log.start_segment();
        }
        for batch in Batches::new(run) {
            let (header, batch) = batch.expect("the run was checked");
            log.copy_in(&[batch], io);
            let epoch = header.partition_leader_epoch;
            log.note_appended(&header, header.base_offset, batch.len() as u64, epoch, now, io);
        }
        Ok(Replicated {
            end: log.next_offset,
            last_epoch: log.epochs.epoch_at(log.next_offset - 1),
        })
    }
}

impl Log {
    /// Whether it never had a segment in its present place: it was made, or restarted, and waits
    /// for its first batch.
    fn is_blank(&self) -> bool {
        self.segments.is_empty() && self.next_offset == self.log_start_offset
    }

    fn check_run(&self, run: &[u8], leader_epoch: i32) -> Result<Run, ReplicaError> {
        let is_blank = self.is_blank();
        let (mut due, mut epoch) = (self.next_offset, self.last_record_epoch());
        let mut found: Option<Run> = None;
        for batch in Batches::new(run) {
            let (header, batch) = batch.map_err(|error| out_of_line(due, &error))?;
            let (first, last) = (header.base_offset, header.last_offset());
            if header.last_offset_delta < 0 || batch.len() > BATCH_BYTES_MAX as usize {
                return Err(out_of_line(due, &"a batch that no log takes"));
            }
            if !check_crc(batch) {
                return Err(out_of_line(due, &"it does not match its checksum"));
            }
            let begins_inside = found.is_none() && is_blank && last >= due;
            if first < due && !begins_inside {
                return Err(out_of_line(due, &format!("it begins at {first}")));
            }
            let given = header.partition_leader_epoch;
            if given < epoch || given > leader_epoch {
                let why = format!("epoch {given}, after {epoch} and in {leader_epoch}");
                return Err(out_of_line(due, &why));
            }
            let has_gap = first > due || found.as_ref().is_some_and(|run| run.has_gap);
            let first_offset = found.map_or(first, |run| run.first_offset);
            found = Some(Run { first_offset, last_offset: last, has_gap });
            (due, epoch) = (last + 1, given);
        }
        found.ok_or_else(|| out_of_line(due, &"it is empty"))
    }

    /// Epoch of the last record; -1 if there is none. An epoch that began behind it has no records.
    pub(crate) fn last_record_epoch(&self) -> i32 {
        if self.next_offset == self.log_start_offset && self.segments.is_empty() {
            return -1;
        }
        self.epochs.epoch_at(self.next_offset - 1)
    }

    /// Offsets in a segment are counted from its base in 31 bits.
    fn roll_if_wide<D: Disk>(&mut self, last_offset: i64, io: &mut Io<D>) {
        let base = self.active().map(|active| active.base_offset);
        if base.is_some_and(|base| last_offset - base > i64::from(i32::MAX)) {
            self.roll(io);
        }
    }

    /// A start takes missing offsets for damage, unless the side file says that they may be: below
    /// `until`, whatever segment they come to be in. Until it says so on disk, no batch behind a
    /// gap is taken.
    fn allow_gap<D: Disk>(&mut self, until: i64, io: &mut Io<D>) -> Result<(), ReplicaError> {
        let segment_base = self.active().map_or(self.next_offset, |active| active.base_offset);
        if until - segment_base > i64::from(i32::MAX) {
            return Err(out_of_line(self.next_offset, &"a gap that no segment holds"));
        }
        if self.durable_compacted_until >= until {
            return Ok(());
        }
        if self.compacted_until < until {
            self.compacted_until = until + GAPS_AHEAD;
        }
        // The file that comes with the folder says it; one that is under way may not.
        if !self.made && !self.side_writing {
            return Ok(());
        }
        if !self.side_writing {
            self.write_side_file(io.now, io);
        } else {
            self.side_dirty = true;
        }
        Err(AppendError::Busy.into())
    }
}

fn out_of_line(due: i64, why: &dyn std::fmt::Display) -> ReplicaError {
    ReplicaError::OutOfLine { due, why: Rc::from(why.to_string()) }
}
