//! What all cold reads of a store share: the memory, the buffers in it, and what is on its way.
//!
//! Reads keep out of the way of synced writes, for a device serves what it was given first, first:
//! few bytes are on their way at a time, and fewer while synced writes are about. The others wait
//! in a queue; whoever waits for a read goes before what is read ahead.

use std::collections::VecDeque;

use crate::disk::Disk;
use crate::limits::{
    READ_AHEAD_MAX_BYTES, READ_BESIDE_SYNCS_MAX_BYTES, READS_BESIDE_SYNCS_BYTES,
    READS_IN_FLIGHT_BYTES,
};
use crate::pool::Pool;
use crate::store::Store;
use crate::store::cold::Goal;
use crate::store::parse::ReadBuffer;
use crate::types::{LogId, Ticket};

/// See the module.
pub(crate) struct Reading {
    pub pool: Pool,
    /// Read buffers in the order they were filled.
    pub fifo: VecDeque<(LogId, u64)>,
    /// The pending reads whose bytes are on their way.
    pub flying: Vec<usize>,
    pub flying_bytes: usize,
    /// Where it is read ahead: the pending read, the log and the offset.
    pub ahead: Vec<(Ticket, LogId, i64)>,
    /// Memory of buffers that were read ahead, and not asked for yet.
    pub unread_bytes: usize,
    /// The tick of the last sweep.
    swept: u64,
    asked_queue: VecDeque<Ticket>,
    ahead_queue: VecDeque<Ticket>,
    /// The queue is being started: what comes from there need not queue again.
    starting: bool,
}

impl Reading {
    pub fn new(limit_bytes: usize) -> Reading {
        Reading {
            pool: Pool::new(limit_bytes),
            fifo: VecDeque::new(),
            flying: Vec::new(),
            flying_bytes: 0,
            ahead: Vec::new(),
            unread_bytes: 0,
            swept: 0,
            asked_queue: VecDeque::new(),
            ahead_queue: VecDeque::new(),
            starting: false,
        }
    }

    /// Whether reads wait for their turn.
    pub fn has_queued(&self) -> bool {
        !self.asked_queue.is_empty() || !self.ahead_queue.is_empty()
    }

    fn next_queue(&mut self) -> Option<&mut VecDeque<Ticket>> {
        let queues = [&mut self.asked_queue, &mut self.ahead_queue];
        queues.into_iter().find(|queue| !queue.is_empty())
    }
}

impl<D: Disk> Store<D> {
    /// The largest single read now, unless a batch is larger.
    pub(crate) fn read_bytes_max(&self) -> usize {
        if self.io.is_beside_syncs() { READ_BESIDE_SYNCS_MAX_BYTES } else { READ_AHEAD_MAX_BYTES }
    }

    /// Whether a read of so many bytes may go to the disk now. One always may.
    pub(crate) fn may_fly(&self, len: usize) -> bool {
        let most = if self.io.is_beside_syncs() {
            READS_BESIDE_SYNCS_BYTES
        } else {
            READS_IN_FLIGHT_BYTES
        };
        let reading = &self.reading;
        let in_turn = reading.starting || !reading.has_queued();
        reading.flying.is_empty() || (in_turn && reading.flying_bytes + len <= most)
    }

    /// Has a pending read wait for its turn.
    pub(crate) fn enqueue(&mut self, key: usize) {
        let pending = &self.pending[key];
        match pending.goal {
            Goal::Ahead { .. } => self.reading.ahead_queue.push_back(pending.ticket),
            _ => self.reading.asked_queue.push_back(pending.ticket),
        }
    }

    /// Starts reads that waited for their turn, as far as they may go.
    pub(crate) fn start_queued(&mut self) {
        self.reading.starting = true;
        while let Some(ticket) = self.reading.next_queue().and_then(VecDeque::pop_front) {
            let Some(key) = self.key_of(ticket) else { continue };
            self.drive_or_finish(key);
            // It may have found no room, and be the last of its queue instead of the first.
            let again = |queue: &&mut VecDeque<Ticket>| queue.back() == Some(&ticket);
            let reading = &mut self.reading;
            let queues = [&mut reading.asked_queue, &mut reading.ahead_queue];
            if let Some(queue) = queues.into_iter().find(again) {
                queue.rotate_right(1);
                break;
            }
        }
        self.reading.starting = false;
    }

    /// Makes room in the memory for reads. `must`: a batch larger than a usual read has no other
    /// way.
    pub(crate) fn reserve_read(&mut self, len: usize, must: bool) -> bool {
        let (size, limit) = (Pool::size_of(len), self.io.limits.read_bytes);
        while self.reading.pool.used_bytes() + size > limit {
            let Some((id, serial)) = self.reading.fifo.pop_front() else { break };
            self.drop_buffer(id, serial);
        }
        let used_bytes = self.reading.pool.used_bytes();
        must || used_bytes + size <= limit || used_bytes == 0
    }

    fn drop_buffer(&mut self, id: LogId, serial: u64) {
        let Some(log) = self.logs.get_mut(id) else { return };
        if let Some(at) = log.read_buffers.iter().position(|b| b.serial == serial) {
            let buffer = log.read_buffers.swap_remove(at);
            self.put_away(buffer);
        }
    }

    /// Forgets a buffer. Its memory counts until the last response lets go of it.
    pub(crate) fn put_away(&mut self, mut buffer: ReadBuffer) {
        self.reading.note_asked(&mut buffer);
    }

    /// Notes a buffer that has been filled.
    pub(crate) fn keep_buffer(&mut self, id: LogId, mut buffer: ReadBuffer, is_ahead: bool) {
        buffer.serial = self.io.tick();
        if is_ahead {
            buffer.unread = true;
            self.reading.unread_bytes += buffer.bytes.chunk().capacity();
        }
        self.reading.fifo.push_back((id, buffer.serial));
        if let Some(log) = self.logs.get_mut(id) {
            log.read_buffers.push(buffer);
        }
    }

    /// Throws away what was read ahead before the last sweep and nobody came for, the places of
    /// buffers that went with their log or segment, and memory that was not needed since.
    pub(crate) fn sweep_reading(&mut self) {
        let last = std::mem::replace(&mut self.reading.swept, self.io.tick());
        for (id, serial) in std::mem::take(&mut self.reading.fifo) {
            let buffers = self.logs.get(id).map(|log| &log.read_buffers);
            let buffer = buffers.and_then(|all| all.iter().find(|b| b.serial == serial));
            match buffer.map(|b| b.unread && serial < last) {
                Some(false) => self.reading.fifo.push_back((id, serial)),
                Some(true) => self.drop_buffer(id, serial),
                None => {}
            }
        }
        self.reading.pool.trim();
    }
}

impl Reading {
    /// Somebody has asked for what the buffer holds, or nobody will.
    pub fn note_asked(&mut self, buffer: &mut ReadBuffer) {
        if std::mem::take(&mut buffer.unread) {
            self.unread_bytes -= buffer.bytes.chunk().capacity();
        }
    }
}
