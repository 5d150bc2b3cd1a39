//! The data path of a memory disk: operations in flight, which land when they are reaped.

use std::collections::HashSet;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::content::SECTOR_BYTES;
use super::{Event, FaultOn, Inode, World};
use crate::buffer::{Chunk, IoBuf};
use crate::disk::{Completion, Done, Op, Token};
use crate::limits::BLOCK_BYTES;

pub(super) struct Queued {
    pub(super) token: Token,
    pub(super) op: Op,
}

/// A read, write or sync that the device has begun.
pub(super) struct Flying {
    token: Token,
    inode: Inode,
    path: PathBuf,
    work: Work,
}

enum Work {
    Write {
        id: u64,
        position: u64,
        bufs: Vec<IoBuf>,
        begun: Arc<[u8]>,
        sync: bool,
    },
    Read {
        position: u64,
        len: usize,
        into: Chunk,
    },
    /// The number of events when it began.
    Sync(u64),
}

impl World {
    /// Begins a data operation, or queues a job.
    pub(super) fn begin(&mut self, queued: Queued) {
        let token = queued.token;
        let (file, work) = match queued.op {
            Op::Write { file, position, bufs, sync } => {
                check_write(position, &bufs);
                let inode = self.file(file).inode;
                let begun = gather(&bufs);
                self.check_overlap(inode, position, begun.len() as u64);
                let end = position + begun.len() as u64;
                if end > self.model.content(inode).len()
                    && let Err(error) = self.set_len(inode, end)
                {
                    self.ended.push(Completion { token, result: Err(error) });
                    return;
                }
                let id = self.take_write_id();
                self.happen(Event::Begin { inode, id, position, data: begun.clone() });
                (file, Work::Write { id, position, bufs, begun, sync })
            }
            Op::Read { file, position, len, into } => {
                check_read(position, len, &into);
                (file, Work::Read { position, len, into })
            }
            Op::Sync { file } => (file, Work::Sync(self.now())),
            job => return self.jobs.push_back(Queued { token, op: job }),
        };
        let (inode, path) = (self.file(file).inode, self.file(file).path.clone());
        self.flying.push(Flying { token, inode, path, work });
    }

    fn check_overlap(&self, inode: Inode, position: u64, len: u64) {
        for flying in self.flying.iter().filter(|flying| flying.inode == inode) {
            if let Work::Write { position: other, begun, .. } = &flying.work {
                let apart = position + len <= *other || other + begun.len() as u64 <= position;
                assert!(apart, "two writes of the same block in flight at {position}");
            }
        }
    }

    pub(super) fn end(&mut self, flying: Flying) {
        let Flying { token, inode, path, work } = flying;
        let result = match work {
            Work::Write { id, position, bufs, begun, sync } => {
                self.end_write(inode, &path, id, position, &bufs, begun, sync)
            }
            Work::Read { position, len, into } => self.read(inode, &path, position, len, &into),
            Work::Sync(since) => match self.fault(FaultOn::Sync, &path) {
                Ok(()) => {
                    self.sync(inode, since);
                    Ok(Done::Unit)
                }
                Err(error) => Err(error),
            },
        };
        self.ended.push(Completion { token, result });
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of one write, taken apart once")]
    fn end_write(
        &mut self,
        inode: Inode,
        path: &Path,
        id: u64,
        position: u64,
        bufs: &[IoBuf],
        begun: Arc<[u8]>,
        sync: bool,
    ) -> io::Result<Done> {
        let memory = gather(bufs);
        let mut data = begun;
        if memory != data {
            check_final(bufs, &data);
            self.happen(Event::Begin { inode, id, position, data: memory.clone() });
            data = self.mix(&data, &memory);
        }
        if let Err(error) = self.fault(FaultOn::Write, path) {
            let mut old = vec![0; data.len()];
            self.model.content(inode).read(position, &mut old);
            let data = self.mix(&old, &data);
            self.happen(Event::Fail { inode, id, data });
            return Err(error);
        }
        let sync = sync && !self.options.ignores_sync;
        self.happen(Event::Land { inode, id, data, sync });
        Ok(Done::Written)
    }

    /// Each sector from one or the other.
    fn mix(&mut self, one: &[u8], other: &[u8]) -> Arc<[u8]> {
        let mut mixed = one.to_vec();
        for start in (0..mixed.len()).step_by(SECTOR_BYTES) {
            if self.random.one_in(2) {
                let end = (start + SECTOR_BYTES).min(mixed.len());
                mixed[start..end].copy_from_slice(&other[start..end]);
            }
        }
        mixed.into()
    }

    pub(super) fn read(
        &mut self,
        inode: Inode,
        path: &Path,
        position: u64,
        len: usize,
        into: &Chunk,
    ) -> io::Result<Done> {
        self.fault(FaultOn::Read, path)?;
        if self.random.one_in(4) {
            self.land_late(inode);
        }
        let mut bytes = vec![0; len];
        let count = self.model.content(inode).read(position, &mut bytes);
        into.append(&bytes[..count]);
        Ok(Done::Read(into.slice(0..into.filled())))
    }

    fn run_job(&mut self, op: Op) -> io::Result<Done> {
        match op {
            Op::Create { path, allocate_bytes, leave_bytes } => {
                self.check_left(allocate_bytes, leave_bytes)?;
                self.create_allocated(&path, allocate_bytes).map(Done::Opened)
            }
            Op::CreateFolder { path, allocate_bytes, leave_bytes, beside } => {
                self.check_left(allocate_bytes, leave_bytes)?;
                self.create_folder(&path, allocate_bytes, &beside).map(Done::Opened)
            }
            Op::Open { path, mode } => self.open(&path, mode).map(Done::Opened),
            Op::Allocate { file, len, leave_bytes } => {
                let held = self.model.content(self.file(file).inode).len();
                self.check_left(len.saturating_sub(held), leave_bytes)?;
                self.allocate_synced(file, len).map(|()| Done::Unit)
            }
            Op::Truncate { file, len } => {
                self.truncate(file, len).and_then(|()| self.sync_file(file)).map(|()| Done::Unit)
            }
            Op::Close { file, truncate_to } => {
                let inode = self.file(file).inode;
                let busy = self.flying.iter().any(|flying| flying.inode == inode);
                assert!(!busy, "a file is closed after its operations");
                let result = match truncate_to {
                    Some(len) => self.truncate(file, len).and_then(|()| self.sync_file(file)),
                    None => Ok(()),
                };
                self.close(file);
                result.map(|()| Done::Unit)
            }
            Op::WriteFile { path, bytes } => self.write_file(&path, &bytes).map(|()| Done::Unit),
            Op::ReadFile { path } => self.read_file(&path).map(Done::Bytes),
            Op::Rename { from, to } => self.rename_synced(&from, &to).map(|()| Done::Unit),
            Op::RemoveFiles { paths } => self.remove_files(&paths).map(|()| Done::Unit),
            Op::RemoveDirAll { path } => self.remove_dir_synced(&path).map(|()| Done::Unit),
            Op::Write { .. } | Op::Read { .. } | Op::Sync { .. } => {
                unreachable!("begun, not queued")
            }
        }
    }

    fn rename_synced(&mut self, from: &Path, to: &Path) -> io::Result<()> {
        self.rename(from, to)?;
        self.sync_parent(to)?;
        if from.parent() == to.parent() { Ok(()) } else { self.sync_parent(from) }
    }

    fn remove_files(&mut self, paths: &[PathBuf]) -> io::Result<()> {
        for path in paths {
            absent_is_fine(self.remove_file(path))?;
        }
        for (index, path) in paths.iter().enumerate() {
            if index == 0 || paths[index - 1].parent() != path.parent() {
                absent_is_fine(self.sync_parent(path))?;
            }
        }
        Ok(())
    }

    fn remove_dir_synced(&mut self, path: &Path) -> io::Result<()> {
        absent_is_fine(self.remove_dir_all(path))?;
        absent_is_fine(self.sync_parent(path))
    }

    pub(super) fn flush(&mut self) {
        while let Some(queued) = self.queued.pop_front() {
            self.begin(queued);
        }
    }

    /// Ends some of what is in flight: all of it in order, or by draws.
    pub(super) fn advance(&mut self) {
        let shuffle = self.options.shuffle;
        let mut index = 0;
        while index < self.flying.len() {
            if shuffle && self.random.one_in(3) {
                index += 1;
                continue;
            }
            let at = if shuffle {
                index + self.random.below((self.flying.len() - index) as u64) as usize
            } else {
                index
            };
            let flying = self.flying.remove(at);
            self.end(flying);
        }
        while let Some(at) = self.next_job() {
            if shuffle && self.random.one_in(2) {
                break;
            }
            let Queued { token, op } = self.jobs.remove(at).expect("due");
            let result = self.run_job(op);
            self.ended.push(Completion { token, result });
        }
    }

    /// A job that may be carried out: none of its folder is before it. The first, or one by draw.
    fn next_job(&mut self) -> Option<usize> {
        let mut before = HashSet::new();
        let mut due = Vec::new();
        for (at, job) in self.jobs.iter().enumerate() {
            let is_first = before.insert(self.folder_of(&job.op));
            if is_first && self.job_is_due(&job.op) {
                due.push(at);
            }
        }
        match due.len() as u64 {
            count @ 2.. if self.options.shuffle => Some(due[self.random.below(count) as usize]),
            _ => due.first().copied(),
        }
    }

    fn folder_of(&self, op: &Op) -> Option<PathBuf> {
        match op.file() {
            Some(file) => self.file(file).path.parent().map(Path::to_path_buf),
            None => op.folder().map(Path::to_path_buf),
        }
    }

    fn job_is_due(&self, op: &Op) -> bool {
        let Op::Close { file, .. } = op else { return true };
        let inode = self.file(*file).inode;
        !self.flying.iter().any(|flying| flying.inode == inode)
    }

    pub(super) fn in_flight(&self) -> usize {
        self.queued.len() + self.flying.len() + self.jobs.len() + self.ended.len()
    }
}

pub(super) fn absent_is_fine(result: io::Result<()>) -> io::Result<()> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

fn gather(bufs: &[IoBuf]) -> Arc<[u8]> {
    let mut bytes = Vec::new();
    for buf in bufs {
        buf.copy_padded(&mut bytes);
    }
    bytes.into()
}

/// Bytes that were final when the write was submitted must not have changed: somebody would be
/// using memory that is in flight.
fn check_final(bufs: &[IoBuf], begun: &[u8]) {
    let mut at = 0;
    for buf in bufs {
        assert!(begun[at..at + buf.len()] == **buf, "memory of a write changed in flight");
        at += buf.padded_len();
    }
}

/// The rules for a write that all backends share.
pub(in crate::disk) fn check_write(position: u64, bufs: &[IoBuf]) {
    let (last, whole) = bufs.split_last().expect("a write has bytes");
    let unit = last.chunk().write_unit();
    assert!(unit.is_start(position), "writes begin on a unit");
    assert!(!last.is_empty(), "a write has bytes");
    for buf in bufs {
        assert!(buf.chunk().write_unit() == unit, "a write has one unit");
        assert!(unit.is_start(buf.start() as u64), "buffers begin on a unit");
    }
    for buf in whole {
        assert!(unit.is_start(buf.len() as u64), "only the last buffer ends within a unit");
    }
}

/// The rules for a read that all backends share.
pub(in crate::disk) fn check_read(position: u64, len: usize, into: &Chunk) {
    assert!(position.is_multiple_of(BLOCK_BYTES as u64), "reads begin on a block");
    assert!(len > 0 && len.is_multiple_of(BLOCK_BYTES), "reads are whole blocks");
    assert!(into.filled().is_multiple_of(BLOCK_BYTES), "a read goes behind whole blocks");
    assert!(len <= into.room(), "a read has room in its chunk");
    assert!(into.is_unique(), "nobody else holds the chunk of a read");
}
