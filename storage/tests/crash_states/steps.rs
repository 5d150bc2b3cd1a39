//! What happens to a store beside appends and turns.

use storage::disk::Disk;
use storage::disk::memory::{Fault, FaultOn};
use storage::types::LogId;

use crate::check::DATA_DIR;
use crate::compacted;
use crate::drive::read_all;
use crate::truth::{Fact, is_compacted};
use crate::workload::{PRODUCERS, Workload};

/// Faults of a disk that a store has to bear.
const ERRORS: [(FaultOn, i32); 8] = [
    (FaultOn::Write, EIO),
    (FaultOn::Write, ENOSPC),
    (FaultOn::Sync, EIO),
    (FaultOn::Length, ENOSPC),
    (FaultOn::Length, EIO),
    (FaultOn::Open, ENOSPC),
    (FaultOn::Names, EIO),
    (FaultOn::Any, EIO),
];
const EIO: i32 = 5;
const ENOSPC: i32 = 28;

impl Workload {
    pub fn cut(&mut self) -> Result<(), String> {
        let Some(at) = self.pick() else { return Ok(()) };
        let (id, truth) = (self.live[at].id, self.live[at].truth);
        let status = self.store().log(id).ok_or("no status")?;
        let length = status.log_end_offset - status.log_start_offset;
        if length == 0 {
            return Ok(());
        }
        // Mostly near the end, as followers do.
        let back = match self.random.one_in(4) {
            true => self.random.below(length as u64 + 1) as i64,
            false => (self.random.below(6) as i64).min(length),
        };
        let mut offset = status.log_end_offset - back;
        if is_compacted(&self.truths[truth].topic) {
            // A record may be gone because a later, acknowledged one replaced it: those are not
            // cut, as no replica cuts below the high watermark.
            offset = offset.max(status.stable_end);
        }
        let before = self.position();
        self.truths[truth].note(before, Fact::CutBegin(offset));
        self.count_facts();
        let end = match self.store().truncate(id, offset) {
            Ok(end) => end,
            Err(_) if self.faulty => return self.half_done(at),
            Err(error) => return Err(format!("cut: {error}")),
        };
        if end > offset {
            return Err(format!("a cut at {offset} ends at {end}"));
        }
        let position = self.position();
        self.truths[truth].note(position, Fact::CutEnd(end));
        let sequences = self.sequences(id);
        let live = &mut self.live[at];
        live.acked = live.acked.min(end);
        live.durable = live.durable.min(end);
        live.start = live.start.min(end);
        live.epoch += 1;
        live.sequences = sequences;
        let epoch = live.epoch;
        self.store().begin_term(id, epoch);
        self.observe(before)
    }

    /// A cut failed in the middle: the log is fenced, and promises nothing more.
    pub fn half_done(&mut self, at: usize) -> Result<(), String> {
        let live = &mut self.live[at];
        (live.acked, live.durable) = (i64::MAX, i64::MAX);
        let position = self.position();
        self.observe(position)
    }

    fn sequences(&mut self, id: LogId) -> [i32; PRODUCERS as usize] {
        let mut sequences = [0; PRODUCERS as usize];
        for info in self.store().producers(id) {
            sequences[info.producer_id as usize] = info.last_sequence + 1;
        }
        sequences
    }

    pub fn delete_records(&mut self) -> Result<(), String> {
        let Some(at) = self.pick() else { return Ok(()) };
        let live = &self.live[at];
        let (id, span) = (live.id, live.acked - live.start);
        if span <= 0 || live.acked == i64::MAX {
            return Ok(());
        }
        let offset = live.start + self.random.below(span as u64 + 1) as i64;
        let before = self.position();
        let truth = self.live[at].truth;
        self.truths[truth].note(before, Fact::Start(offset));
        self.count_facts();
        match self.store().delete_records(id, offset) {
            Err(error) if !self.faulty => Err(format!("deleting below {offset}: {error}")),
            _ => self.observe(before),
        }
    }

    pub fn delete(&mut self) -> Result<(), String> {
        let Some(at) = self.pick() else { return Ok(()) };
        let live = self.live.remove(at);
        let before = self.position();
        self.truths[live.truth].note(before, Fact::DeleteBegin);
        self.count_facts();
        match self.store().delete_log(live.id) {
            Ok(()) => {}
            Err(_) if self.faulty => return self.observe(before),
            Err(error) => return Err(format!("deleting: {error}")),
        }
        let position = self.position();
        self.truths[live.truth].note(position, Fact::DeleteEnd);
        self.observe(before)
    }

    pub fn bump_epoch(&mut self) {
        let Some(at) = self.pick() else { return };
        self.live[at].epoch += 1;
        let (id, epoch) = (self.live[at].id, self.live[at].epoch);
        let store = self.store.as_mut().expect("open");
        store.begin_term(id, epoch);
    }

    /// Long enough for sweeps, side files and buried files.
    pub fn wait_long(&mut self) {
        let step = self.random.below(40_000);
        self.now.unix_ms += step as i64;
        self.now.mono_ms += step;
    }

    /// Turns until everything is done.
    pub fn settle(&mut self) -> Result<(), String> {
        for _ in 0..5_000 {
            self.now.mono_ms += 5;
            self.turn()?;
            let store = self.store();
            if store.in_flight() == 0 && !store.wants_turn() {
                return Ok(());
            }
        }
        match self.faulty {
            // What the disk refused is tried again for as long as it takes.
            true => Ok(()),
            false => Err("the store does not come to rest".into()),
        }
    }

    /// A clean stop and a start. If the disk has failed, the stop cannot save more than was
    /// promised.
    pub fn restart(&mut self) -> Result<(), String> {
        let Some(store) = self.store.take() else { return Ok(()) };
        let before = self.position();
        let mut ends = Vec::new();
        for live in &self.live {
            let status = store.log(live.id).ok_or("no status")?;
            self.truths[live.truth].note(before, Fact::Start(status.log_start_offset));
            ends.push((live.truth, status.log_end_offset));
        }
        self.count_facts();
        store.close(self.now);
        self.recording.disk().end_process();
        if self.faulty {
            self.recording.disk().heal();
            self.recording.disk().set_capacity(1 << 40);
        } else {
            let position = self.position();
            for (truth, end) in ends {
                self.truths[truth].note(position, Fact::Acked(end));
                self.truths[truth].note(position, Fact::Durable(end));
            }
        }
        self.count_facts();
        let bounds = self.bounds_now();
        self.open(&bounds)
    }

    /// Reads a log as a consumer does, while it is written.
    pub fn read_back(&mut self) -> Result<(), String> {
        let Some(at) = self.pick() else { return Ok(()) };
        let (id, truth, before) = (self.live[at].id, self.live[at].truth, self.position());
        let status = self.store().log(id).ok_or("no status")?;
        let span = status.log_end_offset - status.log_start_offset;
        let from = status.log_start_offset + self.random.below(span as u64 + 1) as i64;
        let now = self.now;
        let batches = match read_all(self.store(), id, from, now) {
            Ok(batches) => batches,
            Err(_) if self.faulty => return self.observe(before),
            Err(why) => {
                // Retention may have gone past the reader.
                let start = self.store().log(id).map_or(0, |status| status.log_start_offset);
                return if start > from { self.observe(before) } else { Err(why) };
            }
        };
        let bounds = self.truths[truth].bounds(usize::MAX, usize::MAX, false);
        if is_compacted(&bounds.topic) {
            // What is not there now, at a moment when all of it can be read, never is again.
            let status = self.store().log(id).ok_or("no status")?;
            let range = (from.max(status.log_start_offset), status.stable_end);
            let gone: Vec<i64> = compacted::gone(&batches, &bounds, range)?.into_iter().collect();
            self.compacted |= !gone.is_empty();
            let position = self.position();
            self.truths[truth].note(position, Fact::Gone(gone));
            self.count_facts();
            return self.observe(before);
        }
        for (header, bytes) in batches {
            let known = bounds.allowed.iter().find(|b| b.base_offset == header.base_offset);
            if known.is_none_or(|batch| batch.bytes != bytes) {
                return Err(format!("read a batch at {} that is not there", header.base_offset));
            }
        }
        self.observe(before)
    }

    /// The disk will fail, or be full, or be well again.
    pub fn fail_soon(&mut self) {
        let disk = self.recording.disk();
        disk.heal();
        disk.set_capacity(1 << 40);
        match self.random.below(8) {
            0 | 1 => {}
            2 => {
                let free = disk.clone().free_bytes(DATA_DIR.as_ref()).unwrap_or(0);
                let left = self.random.below(100_000);
                disk.set_capacity((1 << 40) - free + left);
            }
            _ => {
                let (on, errno) = ERRORS[self.random.below(ERRORS.len() as u64) as usize];
                let (skip, times) = (self.random.below(6), 1 + self.random.below(2));
                disk.inject(Fault { on, path_part: String::new(), skip, times, errno });
            }
        }
    }
}
