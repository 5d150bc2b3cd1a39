//! A follower's life in between: batches of a leader, with gaps, and new beginnings.

use storage::{AppendError, ReplicaError};
use wire::records::{BatchHeader, rewrite_assigned};

use crate::truth::{Batch, Fact, is_compacted};
use crate::workload::Workload;

impl Workload {
    /// The log follows for a while, and then leads again.
    pub fn copy(&mut self) -> Result<(), String> {
        let Some(at) = self.pick() else { return Ok(()) };
        let id = self.live[at].id;
        if is_compacted(&self.truths[self.live[at].truth].topic) {
            return Ok(());
        }
        // Another leads in the next epoch, and this one again in the one after.
        self.store().end_term(id);
        self.live[at].epoch += 1;
        for _ in 0..=self.random.below(4) {
            self.copy_one(at)?;
        }
        self.live[at].epoch += 1;
        let epoch = self.live[at].epoch;
        self.store().begin_term(id, epoch);
        Ok(())
    }

    fn copy_one(&mut self, at: usize) -> Result<(), String> {
        let (mut bytes, producer) = self.batch(at);
        let header = BatchHeader::parse(&bytes).map_err(|error| error.to_string())?;
        let live = &self.live[at];
        let (id, epoch, truth) = (live.id, live.epoch, live.truth);
        let end = self.store().log(id).ok_or("no status")?.log_end_offset;
        let gap = if self.random.one_in(3) { 1 + self.random.below(500) as i64 } else { 0 };
        let base_offset = end + gap;
        rewrite_assigned(&mut bytes, base_offset, epoch);
        let last_offset = base_offset + i64::from(header.last_offset_delta);
        let position = self.position();
        let log = &mut self.truths[truth];
        log.note(position, Fact::Appended(log.batches.len()));
        log.batches.push(Batch { base_offset, last_offset, bytes: bytes.clone() });
        self.count_facts();
        let now = self.now;
        match self.store().append_replica(id, &bytes, epoch, now) {
            Ok(taken) if taken.end == last_offset + 1 && taken.last_epoch == epoch => {
                if let Some((producer_id, last)) = producer {
                    self.live[at].sequences[producer_id as usize] = last + 1;
                }
                self.observe(position)
            }
            Ok(taken) => Err(format!("{} was due, got {taken:?}", last_offset + 1)),
            Err(error) => {
                // Nothing of it was kept.
                let log = &mut self.truths[truth];
                log.batches.pop();
                log.facts.pop();
                self.count_facts();
                match error {
                    ReplicaError::Append(AppendError::Busy) => self.turn(),
                    _ if self.faulty => Ok(()),
                    error => Err(format!("a copy: {error}")),
                }
            }
        }
    }

    /// The log begins anew, at its end or beyond.
    pub fn begin_anew(&mut self) -> Result<(), String> {
        let Some(at) = self.pick() else { return Ok(()) };
        let (id, truth) = (self.live[at].id, self.live[at].truth);
        let status = self.store().log(id).ok_or("no status")?;
        // One that was never written is nowhere on disk, and its beginning neither.
        if is_compacted(&self.truths[truth].topic) || status.durable_end_offset == 0 {
            return Ok(());
        }
        let start = status.log_end_offset + self.random.below(100) as i64;
        let before = self.position();
        let log = &mut self.truths[truth];
        log.note(before, Fact::CutBegin(0));
        log.note(before, Fact::Start(start));
        self.count_facts();
        match self.store().restart_at(id, start) {
            Ok(()) => {}
            Err(_) if self.faulty => return self.half_done(at),
            Err(error) => return Err(format!("a new beginning: {error}")),
        }
        let position = self.position();
        let log = &mut self.truths[truth];
        log.note(position, Fact::CutEnd(0));
        log.note(position, Fact::Start(start));
        log.note(position, Fact::Durable(start));
        let live = &mut self.live[at];
        (live.acked, live.durable, live.start) = (start, start, start);
        live.sequences = Default::default();
        self.observe(before)
    }
}
