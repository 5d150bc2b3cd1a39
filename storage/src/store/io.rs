//! What all logs of a store share: the disk, the tail memory, the operations on their way, and the
//! lists of what has to be done.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};
use std::path::PathBuf;
use std::rc::Rc;

use slab::Slab;

use crate::arena::{Arena, CHUNK_BYTES};
use crate::ballast::Ballast;
use crate::buffer::Chunk;
use crate::compact::Pace;
use crate::config::Reserve;
use crate::disk::{Disk, FileId, Op, Token};
use crate::limits::{BESIDE_SYNCS_MS, StoreLimits};
use crate::log::side::PartitionFile;
use crate::types::{Event, LogId, Now, StoreStats};

/// What an operation in flight is for.
#[derive(Debug)]
pub(crate) enum Purpose {
    /// A tail write, by its number in the log's writer.
    Write {
        log: LogId,
        number: u64,
    },
    Sync {
        log: LogId,
    },
    /// A segment's file is made.
    Create {
        log: LogId,
        base_offset: i64,
        allocate_bytes: u64,
    },
    /// A recovered log's last segment is cut and made durable.
    Cut {
        log: LogId,
    },
    /// A log's folder is made, with the file of its first segment.
    Make {
        log: LogId,
        base_offset: i64,
        allocate_bytes: u64,
        positions: SidePositions,
    },
    /// A segment's new file takes the place of an empty one.
    Replace {
        log: LogId,
        base_offset: i64,
        allocate_bytes: u64,
        file: FileId,
    },
    Allocate {
        log: LogId,
        base_offset: i64,
        len: u64,
    },
    /// Zeros are written ahead of the tail, up to this position.
    Zero {
        log: LogId,
        base_offset: i64,
        from: u64,
        to: u64,
    },
    /// A full segment's file gets its exact length.
    Finish {
        log: LogId,
    },
    /// A full segment's index is stored, the last step to rest.
    Seal {
        log: LogId,
        base_offset: i64,
    },
    /// The `partition` file is replaced.
    Side {
        log: LogId,
        positions: SidePositions,
    },
    /// A read of the pending read with this key.
    Read {
        key: usize,
        log: LogId,
        base_offset: i64,
    },
    /// A closed segment's file is opened for reading.
    OpenForRead {
        log: LogId,
        base_offset: i64,
    },
    LoadIndex {
        log: LogId,
        base_offset: i64,
    },
    /// Files are renamed or removed.
    Remove {
        log: Option<LogId>,
    },
    /// A file that nobody needs open any more.
    Close,
    /// The step that the compaction run with this number waits for.
    Clean {
        run: u64,
    },
    /// A step of a compacted segment taking the place of others.
    Swap {
        log: LogId,
    },
}

impl Purpose {
    /// The log, if this is a job that touches the log's folder.
    pub fn job_of(&self) -> Option<LogId> {
        match *self {
            Purpose::Create { log, .. }
            | Purpose::Make { log, .. }
            | Purpose::Cut { log }
            | Purpose::Replace { log, .. }
            | Purpose::Allocate { log, .. }
            | Purpose::Zero { log, .. }
            | Purpose::Finish { log }
            | Purpose::Seal { log, .. }
            | Purpose::Side { log, .. }
            | Purpose::OpenForRead { log, .. }
            | Purpose::LoadIndex { log, .. }
            | Purpose::Swap { log } => Some(log),
            Purpose::Remove { log } => log,
            Purpose::Write { .. }
            | Purpose::Sync { .. }
            | Purpose::Read { .. }
            | Purpose::Clean { .. }
            | Purpose::Close => None,
        }
    }
}

/// What a `partition` file says that is on its way to the disk.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SidePositions {
    pub durable_offset: i64,
    pub log_start_offset: i64,
    pub compacted_until: i64,
}

impl SidePositions {
    pub fn of(side: &PartitionFile) -> SidePositions {
        SidePositions {
            durable_offset: side.durable_end_offset,
            log_start_offset: side.log_start_offset,
            compacted_until: side.compacted_until,
        }
    }
}

/// Something to remove later.
#[derive(Debug)]
pub(crate) enum Grave {
    Files(Vec<PathBuf>),
    Folder(PathBuf),
}

pub(crate) struct Io<D> {
    /// First, so that it goes first: chunks dropped after it keep their notes for the next start.
    pub arena: Arena,
    pub disk: D,
    /// Space kept back for those who must go on when the disk is full.
    pub ballast: Ballast,
    /// Chunks taken for the append at hand.
    pub spare: Vec<Chunk>,
    /// What is written ahead of tails.
    pub zeros: Chunk,
    /// Zeros on their way to the disk.
    pub zeroing_bytes: u64,
    /// Recovered segments that are being cut.
    pub cuts: usize,
    /// A start is under way: what the arena kept is written.
    pub starting: bool,
    /// A clean stop is under way.
    pub closing: bool,
    pub crash_safe: bool,
    pub limits: StoreLimits,
    pub now: Now,
    pub ops: Slab<Purpose>,
    pub events: Vec<Event>,
    /// Logs with something to pump.
    pub dirty: Vec<LogId>,
    /// Logs whose stable end has moved.
    pub moved: Vec<LogId>,
    /// Lazily written logs and when their bytes are due; the delay is constant, so a queue will do.
    pub lazy: VecDeque<(u64, LogId)>,
    /// `flush.ms` deadlines.
    pub flushes: BinaryHeap<Reverse<(u64, LogId)>>,
    /// Tail chunks in the order they were filled: the cache's order of eviction.
    pub fifo: VecDeque<(LogId, u64)>,
    /// `fifo` holds more places than there can be chunks.
    pub crowded: bool,
    /// The last search for tail memory found nothing; no need to search again before a write ends.
    pub starved: bool,
    /// Segments that came to rest with their index in memory.
    pub sealed: Vec<(LogId, i64)>,
    /// Logs whose work waits for space on the disk.
    pub full: Vec<LogId>,
    pub graves: VecDeque<(u64, Grave)>,
    pub open_for_read: usize,
    pub index_bytes: usize,
    pub use_clock: u64,
    /// How fast compaction may read and write.
    pub clean_pace: Pace,
    /// When a synced write or a sync was last submitted.
    pub last_sync_ms: Option<u64>,
    pub stats: StoreStats,
}

impl<D: Disk> Io<D> {
    pub fn submit(&mut self, purpose: Purpose, op: Op) {
        if matches!(op, Op::Write { sync: true, .. } | Op::Sync { .. }) {
            self.last_sync_ms = Some(self.now.mono_ms);
        }
        let token = self.ops.insert(purpose) as Token;
        self.disk.submit(token, op);
    }

    /// The operation that makes a file, and leaves free what it may not use.
    pub fn create_op(&self, path: PathBuf, allocate_bytes: u64, reserve: Reserve) -> Op {
        Op::Create { path, allocate_bytes, leave_bytes: self.leave_bytes(reserve) }
    }

    /// The operation that reserves space of a file, as for [`Io::create_op`].
    pub fn allocate_op(&self, file: FileId, len: u64, reserve: Reserve) -> Op {
        Op::Allocate { file, len, leave_bytes: self.leave_bytes(reserve) }
    }

    /// What must stay free on the disk.
    pub fn leave_bytes(&self, reserve: Reserve) -> u64 {
        match reserve {
            Reserve::Nothing => self.ballast.leave_bytes(),
            Reserve::Most => self.ballast.leave_bytes() / 4,
            Reserve::All => 0,
        }
    }

    /// Whether something is to be done again when there is space on the disk.
    pub fn waits_for_space(&self) -> bool {
        !self.full.is_empty() || self.ballast.is_missing()
    }

    /// Has the log asked for space again after a while.
    pub fn retry_later(&mut self, log: LogId) {
        if !self.full.contains(&log) {
            self.full.push(log);
        }
    }

    /// Whether somebody may be waiting for a synced write soon.
    pub fn is_beside_syncs(&self) -> bool {
        self.last_sync_ms.is_some_and(|last| self.now.mono_ms < last + BESIDE_SYNCS_MS)
    }

    pub fn fence_event(&mut self, log: LogId, reason: &Rc<str>) {
        self.stats.fenced_logs += 1;
        self.events.push(Event::Fenced { log, reason: reason.clone() });
    }

    /// Notes a chunk as the youngest of the cache.
    pub fn push_cached(&mut self, log: LogId, sequence: u64) {
        self.fifo.push_back((log, sequence));
        // Chunks of deleted and cut logs leave their places behind.
        let places = 2 * self.arena.limit_bytes() / CHUNK_BYTES;
        if self.fifo.len() > places.max(64) {
            self.crowded = true;
        }
    }

    /// A tick for "used longest ago".
    pub fn tick(&mut self) -> u64 {
        self.use_clock += 1;
        self.use_clock
    }
}
