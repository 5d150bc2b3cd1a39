//! One turn: take what the disk has finished, see what has come due, give it what has gathered.

use std::cmp::Reverse;
use std::io;

use crate::disk::{Completion, Disk, Done, FileId};
use crate::limits::DISK_FULL_RETRY_MS;
use crate::store::Store;
use crate::store::io::{Io, Purpose};
use crate::types::{LogId, Now};

impl<D: Disk> Store<D> {
    /// Reaps, does what is due, submits. Costs next to nothing if there is nothing to do.
    pub fn turn(&mut self, now: Now) {
        self.io.now = now;
        if self.io.disk.in_flight() > 0 {
            self.reap();
        }
        if self.next_deadline_ms().is_some_and(|due| due <= now.mono_ms) {
            self.on_deadlines(now);
        }
        self.clean(now);
        if !self.io.dirty.is_empty() {
            self.pump_dirty();
        }
        // Behind the writes of this turn.
        if self.reading.has_queued() {
            self.start_queued();
        }
        self.flush();
    }

    fn flush(&mut self) {
        if let Err(error) = self.io.disk.flush() {
            tracing::error!(%error, "the disk ring takes no submissions");
        }
    }

    /// Pumps every log that has something to do.
    pub(crate) fn pump_dirty(&mut self) {
        let mut dirty = std::mem::take(&mut self.io.dirty);
        for id in dirty.drain(..) {
            if let Some(log) = self.logs.get_mut(id) {
                log.dirty = false;
                log.pump(&mut self.io);
            }
        }
        // Pumping may have marked logs again; they keep the longer-lived allocation.
        dirty.append(&mut self.io.dirty);
        self.io.dirty = dirty;
    }

    fn on_deadlines(&mut self, now: Now) {
        while let Some(&(due, id)) = self.io.lazy.front()
            && due <= now.mono_ms
        {
            self.io.lazy.pop_front();
            if let Some(log) = self.logs.get_mut(id) {
                log.writer.lazy_timer = false;
                if log.writer.submitted_lpos < log.end_lpos() {
                    log.writer.due = true;
                    log.mark_dirty(&mut self.io);
                }
            }
        }
        while let Some(&Reverse((due, id))) = self.io.flushes.peek()
            && due <= now.mono_ms
        {
            self.io.flushes.pop();
            if let Some(log) = self.logs.get_mut(id) {
                log.writer.flush_timer = false;
                log.writer.due = true;
                log.writer.sync_target_lpos = log.end_lpos();
                log.writer.sync_target_offset = log.next_offset;
                log.mark_dirty(&mut self.io);
            }
        }
        if self.io.waits_for_space() && self.next_full_retry_ms <= now.mono_ms {
            self.next_full_retry_ms = now.mono_ms + DISK_FULL_RETRY_MS;
            self.io.ballast.take_again();
            for id in std::mem::take(&mut self.io.full) {
                if let Some(log) = self.logs.get_mut(id) {
                    log.retry_space(&mut self.io);
                }
            }
        }
        if self.next_sweep_ms <= now.mono_ms {
            self.sweep(now);
        }
    }

    /// Takes what the disk has finished.
    pub(crate) fn reap(&mut self) {
        let mut completions = std::mem::take(&mut self.completions);
        if let Err(error) = self.io.disk.reap(&mut completions) {
            tracing::error!(%error, "the disk ring gives no completions");
        }
        for completion in completions.drain(..) {
            self.on_completion(completion);
        }
        self.completions = completions;
        if !self.io.sealed.is_empty() {
            self.index_order.extend(self.io.sealed.drain(..));
            self.limit_indexes();
        }
    }

    fn on_completion(&mut self, completion: Completion) {
        let Completion { token, result } = completion;
        let purpose = self.io.ops.remove(token as usize);
        if let Some(log) = purpose.job_of().and_then(|id| self.logs.get_mut(id)) {
            log.jobs -= 1;
        }
        match purpose {
            Purpose::Read { key, log, base_offset } => {
                self.on_read(key, log, base_offset, result);
            }
            Purpose::OpenForRead { log, base_offset } => {
                self.on_opened(log, base_offset, opened(result));
            }
            Purpose::LoadIndex { log, base_offset } => {
                self.on_index(log, base_offset, bytes(result));
            }
            Purpose::Clean { run } => self.on_clean(run, result),
            Purpose::Remove { .. } | Purpose::Close | Purpose::Finish { .. } => {
                if let Err(error) = result {
                    tracing::warn!(%error, ?purpose, "a file could not be put away");
                }
            }
            other => self.on_log_completion(&other, result),
        }
    }

    /// Completions that a log's own writing waits for.
    fn on_log_completion(&mut self, purpose: &Purpose, result: io::Result<Done>) {
        let io = &mut self.io;
        match *purpose {
            Purpose::Write { log, number, .. } => {
                io.starved = false;
                if let Some(written) = self.logs.get_mut(log) {
                    written.on_written(number, result.map(drop), io);
                }
                self.release_adopted(log);
            }
            Purpose::Sync { log } => {
                if let Some(synced) = self.logs.get_mut(log) {
                    synced.on_synced(result.map(drop), io);
                }
                self.release_adopted(log);
            }
            Purpose::Create { log, base_offset, allocate_bytes } => {
                self.on_created(log, base_offset, allocate_bytes, opened(result));
            }
            Purpose::Replace { log, base_offset, allocate_bytes, file } => {
                self.on_created(log, base_offset, allocate_bytes, result.map(|_| file));
            }
            Purpose::Allocate { log, base_offset, len } => {
                if let Some(log) = self.logs.get_mut(log) {
                    log.on_allocated(base_offset, len, result.map(drop), io);
                }
            }
            Purpose::Zero { log, base_offset, from, to } => {
                io.zeroing_bytes -= to - from;
                if let Some(log) = self.logs.get_mut(log) {
                    log.on_zeroed(base_offset, to, result.map(drop), io);
                }
            }
            Purpose::Seal { log, base_offset } => {
                if let Some(log) = self.logs.get_mut(log) {
                    log.on_sealed(base_offset, result.map(drop), io);
                }
            }
            Purpose::Cut { log } => {
                io.cuts -= 1;
                if let (Err(error), Some(log)) = (result, self.logs.get_mut(log)) {
                    log.fence(&format!("cutting its last segment: {error}"), io);
                }
            }
            Purpose::Make { log, base_offset, allocate_bytes, positions } => {
                let result = opened(result);
                match self.logs.get_mut(log) {
                    Some(log) => log.on_made(base_offset, allocate_bytes, positions, result, io),
                    None => put_away(result.ok(), io),
                }
            }
            Purpose::Side { log, positions } => {
                // After a failure it is tried again later, unless what frees space goes first.
                let mut goes_on = result.is_ok();
                if let Some(log) = self.logs.get_mut(log) {
                    log.on_side_written(positions, result.map(drop), io);
                    goes_on |= log.side_starved;
                }
                if goes_on {
                    let now = self.io.now;
                    self.remove_below_start(log, now);
                }
            }
            Purpose::Swap { log } => {
                if let (Err(error), Some(log)) = (result, self.logs.get_mut(log)) {
                    // Half of it is done; a start does the rest.
                    log.fence(&format!("putting a compacted segment in place: {error}"), io);
                }
            }
            Purpose::Read { .. }
            | Purpose::Clean { .. }
            | Purpose::OpenForRead { .. }
            | Purpose::LoadIndex { .. }
            | Purpose::Remove { .. }
            | Purpose::Close
            | Purpose::Finish { .. } => {}
        }
    }

    fn on_created(
        &mut self,
        id: LogId,
        base_offset: i64,
        allocate_bytes: u64,
        result: io::Result<FileId>,
    ) {
        let io = &mut self.io;
        match self.logs.get_mut(id) {
            Some(log) => log.on_created(base_offset, allocate_bytes, result, io),
            None => put_away(result.ok(), io),
        }
    }

    /// Waits until nothing of a log is on its way: before its folder is changed. Blocks.
    pub(crate) fn settle(&mut self, id: LogId) {
        loop {
            let Some(log) = self.logs.get_mut(id) else { return };
            if log.is_at_rest() && log.segments.iter().all(|s| s.reads == 0) {
                return;
            }
            if self.io.disk.in_flight() == 0 {
                return;
            }
            if let Err(error) = self.io.disk.wait() {
                tracing::error!(%error, "waiting for the disk");
                return;
            }
            self.reap();
        }
    }
}

/// The log was deleted meanwhile: nobody will use the file.
fn put_away<D: Disk>(file: Option<FileId>, io: &mut Io<D>) {
    if let Some(file) = file {
        io.disk.close(file);
    }
}

fn opened(result: io::Result<Done>) -> io::Result<FileId> {
    match result? {
        Done::Opened(file) => Ok(file),
        other => Err(io::Error::other(format!("an open gave {other:?}"))),
    }
}

fn bytes(result: io::Result<Done>) -> io::Result<Vec<u8>> {
    match result? {
        Done::Bytes(bytes) => Ok(bytes),
        other => Err(io::Error::other(format!("a file read gave {other:?}"))),
    }
}
