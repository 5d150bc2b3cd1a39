//! What the crash-safe arena still held of a log when the process died: the batches that continue
//! what the segments have.

use std::collections::BTreeMap;
use std::ops::Range;

use wire::records::{BatchHeader, check_crc};

use crate::arena::{CHUNK_BYTES, Survivor};
use crate::buffer::Chunk;
use crate::disk::Disk;
use crate::log::segment::{BatchNote, Phase, Segment};
use crate::log::tail::{Recent, TailChunk};
use crate::log::{Log, Snapshot};
use crate::store::Store;
use crate::types::{LogId, Now};
use crate::write_unit::WriteUnit;

/// Whole batches, in order, from the log's end on.
#[derive(Debug)]
pub(crate) struct Adopted {
    pub bytes: Vec<u8>,
    pub end_offset: i64,
    /// Where they come from: a segment's base offset and a range of its positions.
    from: Vec<(i64, Range<u64>)>,
}

impl Adopted {
    /// Picks the batches that continue the log. The notes of the arena say which bytes of which
    /// segment they are; bytes that the segment file has already are passed over. Batches are
    /// judged by their offsets, so a start that dies in the middle of this can be repeated.
    pub fn collect(log: &Log, survivors: &[Survivor]) -> Adopted {
        let mut by_segment: BTreeMap<i64, Vec<&Survivor>> = BTreeMap::new();
        for survivor in survivors {
            by_segment.entry(survivor.key.segment_base_offset).or_default().push(survivor);
        }
        let end_offset = log.next_offset;
        let mut adopted = Adopted { bytes: Vec::new(), end_offset, from: Vec::new() };
        for (base_offset, mut held) in by_segment {
            let start =
                log.segment_by_base(base_offset).map_or(0, |at| log.segments[at].size_bytes);
            held.sort_unstable_by_key(|s| s.sequence);
            let image = run_from(start, &held);
            // A segment begins where the one before it ended: one that begins further on is behind
            // bytes that are lost.
            let may_gap = base_offset <= adopted.end_offset && log.allows_gaps(base_offset);
            let taken = adopted.walk(&image, may_gap);
            let range = start + taken.start as u64..start + taken.end as u64;
            adopted.from.push((base_offset, range));
        }
        adopted
    }

    /// Where the batch begins that holds the log start, if the arena has it. Without a segment left
    /// nothing else says where the log goes on when its start is moved into a batch.
    pub fn batch_at_start(log_start_offset: i64, survivors: &[Survivor]) -> Option<i64> {
        let holder = survivors
            .iter()
            .filter(|s| s.key.segment_base_offset < log_start_offset)
            .map(|s| s.key.segment_base_offset)
            .max()?;
        let mut held: Vec<&Survivor> =
            survivors.iter().filter(|s| s.key.segment_base_offset == holder).collect();
        held.sort_unstable_by_key(|s| s.sequence);
        let image = run_from(0, &held);
        let mut at = 0;
        while let Ok(header) = BatchHeader::parse(&image[at..]) {
            if header.last_offset() >= log_start_offset {
                return (header.base_offset < log_start_offset).then_some(header.base_offset);
            }
            at = (at + header.total_size_bytes()).min(image.len());
        }
        None
    }

    /// Whether a note of the arena holds some of it.
    pub fn is_of(&self, survivor: &Survivor) -> bool {
        let (start, len) = (survivor.key.position, survivor.bytes.len() as u64);
        let mut ranges = self.from.iter();
        ranges.any(|(base_offset, range)| {
            *base_offset == survivor.key.segment_base_offset
                && start < range.end
                && start + len > range.start
        })
    }

    /// Takes the batches of a run of a segment's bytes; returns where in it they are.
    fn walk(&mut self, image: &[u8], may_gap: bool) -> Range<usize> {
        let (mut at, mut from) = (0, None);
        while let Ok(header) = BatchHeader::parse(&image[at..]) {
            let batch = image.get(at..at + header.total_size_bytes());
            let is_whole = |batch: &&[u8]| check_crc(batch) && header.last_offset_delta >= 0;
            let Some(batch) = batch.filter(is_whole) else { break };
            let (base, due) = (header.base_offset, self.end_offset);
            if base == due || may_gap && base > due {
                self.bytes.extend_from_slice(batch);
                self.end_offset = header.last_offset() + 1;
                from = from.or(Some(at));
            } else if header.last_offset() >= due {
                break;
            }
            at += batch.len();
        }
        from.unwrap_or(at)..at
    }
}

/// The unbroken run of a segment's bytes from a position on; where notes overlap, the later counts.
fn run_from(start: u64, held: &[&Survivor]) -> Vec<u8> {
    let extent = |s: &Survivor| (s.key.position, s.key.position + s.bytes.len() as u64);
    let mut extents: Vec<(u64, u64)> = held.iter().map(|s| extent(s)).collect();
    extents.sort_unstable();
    let mut end = start;
    for (from, to) in extents {
        if from <= end {
            end = end.max(to);
        }
    }
    let mut image = vec![0; (end - start) as usize];
    for survivor in held {
        let (from, to) = extent(survivor);
        let (from_clipped, to_clipped) = (from.max(start), to.min(end));
        if from_clipped < to_clipped {
            let source = (from_clipped - from) as usize..(to_clipped - from) as usize;
            let target = (from_clipped - start) as usize..(to_clipped - start) as usize;
            image[target].copy_from_slice(&survivor.bytes[source]);
        }
    }
    image
}

impl Log {
    /// Takes the batches as the tail, in a segment of their own that is full: they are served, and
    /// on their way to the disk like all others. Their memory is plain; the arena keeps them under
    /// their old notes until they are on stable storage.
    pub(crate) fn take_adopted(
        &mut self,
        adopted: &Adopted,
        unit: WriteUnit,
        producers_limit: usize,
        now: Now,
    ) {
        let (base_offset, start_lpos) = (self.next_offset, self.end_lpos());
        let mut segment = Segment::new(base_offset, start_lpos, self.config.index_interval_bytes);
        self.tail.start_segment();
        let (mut at, mut due_offset) = (0, base_offset);
        while let Ok(header) = BatchHeader::parse(&adopted.bytes[at..]) {
            let lpos = start_lpos + at as u64;
            self.tail.recent.push_back(Recent { due_offset, lpos });
            due_offset = header.last_offset() + 1;
            segment.note_batch(&BatchNote::of(&header, now.unix_ms));
            self.epochs.assign(header.partition_leader_epoch, header.base_offset);
            if header.has_producer() {
                let (offset, now_ms) = (header.base_offset, now.unix_ms);
                self.producers.note(&header, offset, now_ms, producers_limit);
            }
            at += header.total_size_bytes();
        }
        let positions = (0_u64..).step_by(CHUNK_BYTES);
        for (piece, position) in adopted.bytes.chunks(CHUNK_BYTES).zip(positions) {
            let chunk = Chunk::heap_of_units(piece.len(), unit);
            chunk.append(piece);
            self.tail.push_chunk(chunk, base_offset, position, start_lpos + position);
        }
        segment.phase = Phase::Draining;
        self.segments.push_back(segment);
        let producers = self.producers.snapshot();
        let epochs = self.epochs.entries().to_vec();
        self.keep_snapshot(base_offset, Snapshot { producers, epochs });
        self.next_offset = adopted.end_offset;
        self.adopted_end = Some(adopted.end_offset);
    }

    /// The adopted batches are on stable storage: memory has them no longer than others.
    fn forget_adopted(&mut self) {
        let is_plain = |held: &TailChunk| held.chunk.home_index().is_none();
        let mut gone = false;
        while self.tail.chunks.front().is_some_and(is_plain) {
            let (written, end) = (self.writer.written_lpos, self.end_lpos());
            if self.tail.evict_front(written, end).is_none() {
                break;
            }
            gone = true;
        }
        if gone && self.tail.chunks.is_empty() {
            self.tail.start_segment();
        }
    }
}

impl<D: Disk> Store<D> {
    /// Writes what only the arena has, of all logs side by side, and waits for that as far as the
    /// disk takes it, and for the segments that are being cut. What has no room stays in the arena,
    /// is served from memory, and follows.
    pub(crate) fn write_adopted(&mut self) {
        let mut waiting: Vec<LogId> = Vec::new();
        for slot in 0..self.logs.slots() {
            let Some(log) = self.logs.at(slot).filter(|log| log.adopted_end.is_some()) else {
                continue;
            };
            log.writer.due = true;
            log.mark_dirty(&mut self.io);
            waiting.push(log.id);
        }
        self.io.starting = true;
        loop {
            self.pump_dirty();
            let (logs, in_flight) = (&self.logs, self.io.disk.in_flight());
            waiting.retain(|id| {
                let log = logs.get(*id).filter(|log| log.adopted_end.is_some());
                log.is_some_and(|log| log.fenced.is_none() && !log.disk_full)
            });
            let is_done = waiting.is_empty() && self.io.cuts == 0;
            if is_done || in_flight == 0 || self.io.disk.wait().is_err() {
                break;
            }
            self.reap();
        }
        self.io.starting = false;
    }

    /// The arena's copy of what a start adopted is given up once it is on stable storage.
    pub(crate) fn release_adopted(&mut self, id: LogId) {
        if let Some(log) = self.logs.get_mut(id)
            && log.adopted_end.is_some_and(|end| log.writer.durable_offset >= end)
        {
            log.adopted_end = None;
            log.forget_adopted();
            self.kept.remove(&log.arena_key());
        }
    }
}
