//! One run over one log, as a chain of steps: each submits an operation and is gone on with when
//! that is done, or does a slice of work.
//!
//! ```text
//!  Keys ──► Note ──► for each group of segments: Snapshot ─► Create ─► Copy ─► Sync ─► Close
//!  (dirty    (the       ▲                                                            │
//!   range)   end is     └──────────── Swap ◄─── Commit (rename) ◄────────────────────┘
//!            on disk)
//! ```

use std::collections::VecDeque;
use std::path::PathBuf;

use crate::buffer::{Chunk, IoBuf};
use crate::compact::output::{Need, Output};
use crate::compact::rules::{Noted, Rules};
use crate::compact::source::{Next, Part, Source};
use crate::disk::{Disk, Done, FileId, Op};
use crate::limits::{CLEAN_ALLOCATE_BYTES, DISK_FULL_RETRY_MS};
use crate::log::segment::{CLEANED_SUFFIX, INDEX_SUFFIX, Phase, Segment, compacted_path};
use crate::log::side::IndexFile;
use crate::log::{Log, Snapshot};
use crate::store::io::{Io, Purpose};
use crate::types::LogId;
use crate::write_unit::WriteUnit;

/// What comes of a step.
pub(crate) enum Step {
    Again,
    /// An operation is on its way, or something else has to move first.
    Wait,
    /// Nothing before this time (`Now::mono_ms`).
    Rest(u64),
    /// The new segment is committed: it may take its place.
    Swap,
    Done,
    /// The run ends here; what it has put in place stays.
    Failed(String),
    /// The log's bytes are not what they must be.
    Broken(String),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    Keys,
    Note,
    NextGroup,
    Snapshot,
    Create,
    Copy,
    Sync,
    Close,
    Commit,
    Swap,
}

/// What the operation in flight is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Awaited {
    OpenSource,
    ReadSource,
    CloseSource,
    Snapshot,
    /// With what the file is written in.
    Create(WriteUnit),
    Allocate(u64),
    Write,
    Sync,
    Close,
    Commit,
}

pub(crate) struct Run {
    pub number: u64,
    pub log: LogId,
    pub stage: Stage,
    awaited: Option<Awaited>,
    source: Source,
    rules: Rules,
    parts: Vec<Part>,
    /// Offsets below have been looked at by earlier runs.
    from_offset: i64,
    groups: VecDeque<Vec<Part>>,
    pub group: Vec<Part>,
    snapshot: Option<Snapshot>,
    output: Option<Output>,
    /// The output's file is closed, or about to be.
    is_closed: bool,
    /// Something of the group is not copied as it was.
    is_changed: bool,
    scratch: Vec<u8>,
    group_bytes_max: u64,
    read_bytes: usize,
    /// Bytes of work left in this slice; how it is rationed is the cleaner's.
    pub slice_left: i64,
}

impl Run {
    /// `parts` are the segments from the log's first on up to where compaction may go.
    pub fn new(
        number: u64,
        log: &Log,
        parts: Vec<Part>,
        from_offset: i64,
        rules: Rules,
        read_bytes: usize,
    ) -> Run {
        let dirty = parts.iter().filter(|part| part.next_offset > from_offset);
        let source = Source::new(dirty.copied().collect());
        Run {
            number,
            log: log.id,
            stage: Stage::Keys,
            awaited: None,
            source,
            rules,
            parts,
            from_offset,
            groups: VecDeque::new(),
            group: Vec::new(),
            snapshot: None,
            output: None,
            is_closed: false,
            is_changed: false,
            scratch: Vec::new(),
            group_bytes_max: u64::from(log.config.segment_bytes),
            read_bytes,
            slice_left: 0,
        }
    }

    pub fn is_waiting(&self) -> bool {
        self.awaited.is_some()
    }

    /// Everything below has been looked at once the run is done.
    pub fn end_offset(&self) -> i64 {
        self.rules.end_offset
    }

    /// The new segment and the state at its end, to be put in place.
    pub fn take_output(&mut self) -> Option<(Segment, Snapshot)> {
        let output = self.output.take()?;
        Some((output.segment, self.snapshot.take()?))
    }

    /// The next group may follow.
    pub fn swapped(&mut self) {
        self.group.clear();
        self.stage = Stage::NextGroup;
    }

    pub fn step<D: Disk>(&mut self, log: &mut Log, io: &mut Io<D>, rest_ms: u64) -> Step {
        if self.awaited.is_some() {
            return Step::Wait;
        }
        match self.stage {
            Stage::Keys => self.collect(log, io, rest_ms),
            Stage::Note => self.note(log, io),
            Stage::NextGroup => self.next_group(log),
            Stage::Snapshot => self.find_snapshot(log, io),
            Stage::Create => {
                let path = self.cleaned_path(log);
                let op = io.create_op(path, CLEAN_ALLOCATE_BYTES, log.config.reserve);
                self.submit(io, Awaited::Create(io.limits.write_unit), op)
            }
            Stage::Copy => self.copy(log, io, rest_ms),
            Stage::Sync => match self.output.as_ref().map(|output| output.file) {
                Some(file) => self.submit(io, Awaited::Sync, Op::Sync { file }),
                None => Step::Failed("there is no output".into()),
            },
            Stage::Close => match &self.output {
                Some(output) => {
                    let truncate_to = Some(output.segment.size_bytes);
                    self.is_closed = true;
                    let op = Op::Close { file: output.file, truncate_to };
                    self.submit(io, Awaited::Close, op)
                }
                None => Step::Failed("there is no output".into()),
            },
            Stage::Commit => self.commit(log, io),
            Stage::Swap => Step::Swap,
        }
    }

    fn submit<D: Disk>(&mut self, io: &mut Io<D>, awaited: Awaited, op: Op) -> Step {
        self.awaited = Some(awaited);
        io.submit(Purpose::Clean { run: self.number }, op);
        Step::Wait
    }

    /// The range of keys is read, or a group: does what the source needs. `None`: a batch is there.
    fn advance<D: Disk>(
        &mut self,
        log: &Log,
        io: &mut Io<D>,
        rest_ms: u64,
    ) -> Result<(wire::records::BatchHeader, IoBuf), Option<Step>> {
        if self.slice_left <= 0 {
            return Err(Some(Step::Rest(rest_ms)));
        }
        let step = match self.source.next(self.read_bytes) {
            Next::Batch(header, batch) => return Ok((header, batch)),
            Next::Open(base_offset) => {
                let path = log.segment_path(base_offset, crate::log::segment::LOG_SUFFIX);
                let op = Op::Open { path, mode: crate::disk::OpenMode::Read };
                self.submit(io, Awaited::OpenSource, op)
            }
            Next::Read { file, position, len } => {
                if let Some(ready_ms) = io.clean_pace.ration(io.now, len as u64) {
                    self.source.not_asked();
                    return Err(Some(Step::Rest(ready_ms)));
                }
                io.stats.cleaner_read_bytes += len as u64;
                let op = Op::Read { file, position, len, into: Chunk::heap(len) };
                self.submit(io, Awaited::ReadSource, op)
            }
            Next::Close(file) => {
                self.submit(io, Awaited::CloseSource, Op::Close { file, truncate_to: None })
            }
            Next::End => return Err(None),
            Next::Broken(why) => Step::Broken(why),
        };
        Err(Some(step))
    }

    /// Collects the keys of the dirty range.
    fn collect<D: Disk>(&mut self, log: &mut Log, io: &mut Io<D>, rest_ms: u64) -> Step {
        match self.advance(log, io, rest_ms) {
            Ok((header, batch)) => {
                if header.last_offset() < self.from_offset {
                    self.slice_left -= BATCH_COST;
                    return Step::Again;
                }
                let (noted, cost) = self.rules.note(&header, &batch);
                self.slice_left -= cost as i64 + BATCH_COST;
                match noted {
                    Noted::Yes => Step::Again,
                    Noted::Full => self.range_is(header.base_offset, log, io),
                }
            }
            Err(Some(step)) => step,
            Err(None) => {
                let end = self.parts.last().map_or(self.from_offset, |part| part.next_offset);
                self.range_is(end, log, io)
            }
        }
    }

    /// The keys below `end` are known.
    fn range_is<D: Disk>(&mut self, end: i64, log: &mut Log, io: &mut Io<D>) -> Step {
        if let Some(file) = self.source.take_file() {
            io.submit(Purpose::Close, Op::Close { file, truncate_to: None });
        }
        let end = self.rules.transactions.first_open().map_or(end, |first| first.min(end));
        self.rules.end_offset = end;
        if end <= self.from_offset {
            return Step::Failed("nothing can be compacted yet".into());
        }
        self.rules.producers = log.producers.last_offsets();
        self.group_parts();
        let last = self.groups.back().and_then(|group| group.last());
        let until = last.map_or(end, |part| part.next_offset);
        log.compacted_until = log.compacted_until.max(until);
        self.stage = Stage::Note;
        Step::Again
    }

    /// Neighbours that together are no larger than a segment become one.
    fn group_parts(&mut self) {
        let end = self.rules.end_offset;
        let mut bytes = 0;
        for part in self.parts.iter().filter(|part| part.base_offset < end) {
            let fits = self.groups.back().and_then(|group| group.first()).is_some_and(|first| {
                bytes + part.size_bytes <= self.group_bytes_max
                    && part.next_offset - first.base_offset <= i64::from(i32::MAX)
            });
            match self.groups.back_mut().filter(|_| fits) {
                Some(group) => {
                    group.push(*part);
                    bytes += part.size_bytes;
                }
                None => {
                    self.groups.push_back(vec![*part]);
                    bytes = part.size_bytes;
                }
            }
        }
    }

    /// Before the first gap can be on disk, the side file says how far gaps may reach.
    fn note<D: Disk>(&mut self, log: &mut Log, io: &mut Io<D>) -> Step {
        if log.durable_compacted_until >= log.compacted_until {
            self.stage = Stage::NextGroup;
            return Step::Again;
        }
        if !log.side_writing {
            // After a failure, not at once again.
            let again_ms = log.side_written_ms + DISK_FULL_RETRY_MS;
            if log.side_dirty && log.side_written_ms > 0 && io.now.mono_ms < again_ms {
                return Step::Rest(again_ms);
            }
            log.write_side_file(io.now, io);
        }
        Step::Wait
    }

    fn next_group(&mut self, log: &Log) -> Step {
        let Some(group) = self.groups.pop_front() else { return Step::Done };
        if log.fenced.is_some() || !log.damage.is_empty() {
            return Step::Failed("the log is damaged or fenced".into());
        }
        let there = group.iter().filter(|part| is_at_rest(log, part)).count();
        if there == 0 && group.iter().all(|part| part.next_offset <= log.log_start_offset) {
            // Retention was faster.
            return Step::Again;
        }
        if there < group.len() {
            return Step::Failed("segments have changed meanwhile".into());
        }
        self.source = Source::new(group.clone());
        self.group = group;
        self.stage = Stage::Snapshot;
        Step::Again
    }

    /// The state at the end of the last segment, to be stored with the new one.
    fn find_snapshot<D: Disk>(&mut self, log: &Log, io: &mut Io<D>) -> Step {
        let Some(base_offset) = self.group.last().map(|part| part.base_offset) else {
            return Step::Failed("an empty group".into());
        };
        if let Some((_, snapshot)) = log.snapshots.iter().find(|(base, _)| *base == base_offset) {
            self.snapshot = Some(snapshot.clone());
            self.stage = Stage::Create;
            return Step::Again;
        }
        let path = log.segment_path(base_offset, INDEX_SUFFIX);
        self.submit(io, Awaited::Snapshot, Op::ReadFile { path })
    }

    pub fn cleaned_path(&self, log: &Log) -> PathBuf {
        let base_offset = self.group.first().map_or(0, |part| part.base_offset);
        log.segment_path(base_offset, CLEANED_SUFFIX)
    }

    /// Copies what stays of the group's batches.
    fn copy<D: Disk>(&mut self, log: &mut Log, io: &mut Io<D>, rest_ms: u64) -> Step {
        let no_output = || Step::Failed("there is no output".into());
        let Some(output) = &mut self.output else { return no_output() };
        match output.need() {
            Need::Nothing => {}
            Need::TooLarge => return Step::Failed("a segment would grow too large".into()),
            Need::Allocate { file, len } => {
                let op = io.allocate_op(file, len, log.config.reserve);
                return self.submit(io, Awaited::Allocate(len), op);
            }
            Need::Write { file, position, buffer } => {
                let len = buffer.len() as u64;
                if let Some(ready_ms) = io.clean_pace.ration(io.now, len) {
                    return Step::Rest(ready_ms);
                }
                io.stats.cleaner_written_bytes += len;
                let op = Op::Write { file, position, bufs: vec![buffer], sync: false };
                return self.submit(io, Awaited::Write, op);
            }
        }
        if output.is_finished() {
            self.stage = Stage::Sync;
            return Step::Again;
        }
        match self.advance(log, io, rest_ms) {
            Ok((header, batch)) => self.copy_batch(&header, &batch, log),
            Err(Some(step)) => step,
            Err(None) => {
                if let Some(output) = &mut self.output {
                    output.finish();
                }
                Step::Again
            }
        }
    }

    fn copy_batch(
        &mut self,
        header: &wire::records::BatchHeader,
        batch: &IoBuf,
        log: &Log,
    ) -> Step {
        let group_end = self.group.last().map_or(0, |part| part.next_offset);
        let is_last = header.last_offset() + 1 >= group_end;
        self.scratch.clear();
        match self.rules.clean(header, batch, is_last, &mut self.scratch) {
            Ok(cost) => self.slice_left -= cost as i64 + BATCH_COST,
            Err(error) => return Step::Failed(error.to_string()),
        }
        self.is_changed |= self.scratch[..] != batch[..];
        let at = log.segment_of(header.base_offset);
        let append_ms = at.map_or(-1, |at| log.segments[at].last_append_ms);
        if let Some(output) = &mut self.output
            && !self.scratch.is_empty()
        {
            output.append(&self.scratch, append_ms);
        }
        Step::Again
    }

    /// From this rename on the new segment counts, whatever happens.
    fn commit<D: Disk>(&mut self, log: &mut Log, io: &mut Io<D>) -> Step {
        let there = self.group.iter().all(|part| is_at_rest(log, part));
        let (Some(first), Some(last)) = (self.group.first(), self.group.last()) else {
            return Step::Failed("an empty group".into());
        };
        let whole = self.output.as_ref().is_some_and(|o| o.segment.next_offset == last.next_offset);
        if !there || !whole {
            return Step::Failed("segments have changed meanwhile".into());
        }
        let (base_offset, next_offset) = (first.base_offset, last.next_offset);
        if !self.is_changed {
            let op = Op::RemoveFiles { paths: vec![self.cleaned_path(log)] };
            io.submit(Purpose::Remove { log: None }, op);
            self.output = None;
            self.swapped();
            return Step::Again;
        }
        for part in &self.group {
            if let Some(at) = log.segment_by_base(part.base_offset) {
                log.segments[at].leaving = true;
            }
        }
        let from = self.cleaned_path(log);
        let to = compacted_path(&log.dir, base_offset, next_offset);
        self.submit(io, Awaited::Commit, Op::Rename { from, to })
    }

    /// An operation is done.
    pub fn on_done(&mut self, result: std::io::Result<Done>, log: &mut Log) -> Result<(), String> {
        let Some(awaited) = self.awaited.take() else { return Ok(()) };
        let done = result.map_err(|error| format!("{awaited:?}: {error}"));
        match (awaited, done?) {
            (Awaited::OpenSource, Done::Opened(file)) => self.source.opened(file),
            (Awaited::ReadSource, Done::Read(bytes)) => self.source.took(bytes),
            (Awaited::CloseSource, _) => {}
            (Awaited::Snapshot, Done::Bytes(bytes)) => {
                let stored = IndexFile::decode(&bytes).map_err(|error| error.to_string())?;
                let (producers, epochs) = (stored.producers, stored.epochs);
                self.snapshot = Some(Snapshot { producers, epochs });
                self.stage = Stage::Create;
            }
            (Awaited::Create(unit), Done::Opened(file)) => {
                self.output = Some(Output::new(file, self.new_segment(log), unit));
                self.is_closed = false;
                self.is_changed = self.group.len() > 1;
                self.stage = Stage::Copy;
            }
            (Awaited::Allocate(len), _) => self.with_output(|output| output.allocated(len)),
            (Awaited::Write, _) => self.with_output(Output::written),
            (Awaited::Sync, _) => self.stage = Stage::Close,
            (Awaited::Close, _) => self.stage = Stage::Commit,
            (Awaited::Commit, _) => self.stage = Stage::Swap,
            (awaited, other) => return Err(format!("{awaited:?} gave {other:?}")),
        }
        Ok(())
    }

    fn with_output(&mut self, act: impl FnOnce(&mut Output)) {
        if let Some(output) = &mut self.output {
            act(output);
        }
    }

    fn new_segment(&self, log: &Log) -> Segment {
        let base_offset = self.group.first().map_or(0, |part| part.base_offset);
        let old = log.segment_by_base(base_offset).map(|at| &log.segments[at]);
        let start_lpos = old.map_or(0, |old| old.start_lpos);
        let interval = log.config.index_interval_bytes;
        let mut segment = Segment::new(base_offset, start_lpos, interval);
        segment.first_append_ms = old.map_or(-1, |old| old.first_append_ms);
        segment
    }

    /// The files that are open, to be closed by who gives the run up.
    pub fn take_files(&mut self) -> impl Iterator<Item = FileId> + use<> {
        let is_open = !self.is_closed;
        let output = self.output.take().filter(|_| is_open).map(|output| output.file);
        [self.source.take_file(), output].into_iter().flatten()
    }
}

/// What a batch costs beside its bytes.
const BATCH_COST: i64 = 128;

/// Whether a segment is as it was taken on, and nothing of it is on its way.
fn is_at_rest(log: &Log, part: &Part) -> bool {
    log.segment_by_base(part.base_offset).is_some_and(|at| {
        let segment = &log.segments[at];
        segment.phase == Phase::Closed
            && segment.size_bytes == part.size_bytes
            && segment.next_offset == part.next_offset
    })
}
