//! What the crash-safe arena still held of a log when the process died: the batches that continue
//! what the segments have.

use std::collections::BTreeMap;
use std::io;

use wire::records::{BatchHeader, check_crc};

use crate::arena::Survivor;
use crate::buffer::Chunk;
use crate::disk::{Disk, OpenMode, temporary_path};
use crate::log::scan::{Expect, FileReader, scan};
use crate::log::segment::{BatchNote, LOG_SUFFIX, Phase};
use crate::log::{Log, Snapshot};
use crate::types::Now;
use crate::write_unit::WriteUnit;

/// Whole batches, in order, from the log's end on.
#[derive(Debug)]
pub(crate) struct Adopted {
    pub bytes: Vec<u8>,
    pub end_offset: i64,
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
        let mut adopted = Adopted { bytes: Vec::new(), end_offset: log.next_offset };
        for (base_offset, mut held) in by_segment {
            let start =
                log.segment_by_base(base_offset).map_or(0, |at| log.segments[at].size_bytes);
            held.sort_unstable_by_key(|s| s.sequence);
            let image = run_from(start, &held);
            adopted.walk(&image);
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

    fn walk(&mut self, image: &[u8]) {
        let mut at = 0;
        while let Ok(header) = BatchHeader::parse(&image[at..]) {
            let Some(batch) = image.get(at..at + header.total_size_bytes()) else { return };
            if !check_crc(batch) || header.last_offset_delta < 0 {
                return;
            }
            if header.base_offset == self.end_offset {
                self.bytes.extend_from_slice(batch);
                self.end_offset = header.last_offset() + 1;
            } else if header.last_offset() >= self.end_offset {
                return;
            }
            at += batch.len();
        }
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

/// Writes the batches to a segment of their own, durably, reads them back and checks them.
pub(crate) fn write_adopted<D: Disk>(
    disk: &mut D,
    log: &mut Log,
    adopted: &Adopted,
    unit: WriteUnit,
    now: Now,
) -> io::Result<()> {
    let base_offset = log.next_offset;
    let path = log.segment_path(base_offset, LOG_SUFFIX);
    let len = adopted.bytes.len() as u64;
    let chunk = Chunk::heap_of_units(adopted.bytes.len(), unit);
    chunk.append(&adopted.bytes);
    // An empty file that keeps this place is replaced, not removed: should this fail half-way, the
    // next start still knows where the log goes on.
    let temporary = temporary_path(&path);
    let file = disk.open(&temporary, OpenMode::Create)?;
    let written = disk
        .write_at(file, 0, &[chunk.slice(0..adopted.bytes.len())], true)
        .and_then(|()| disk.truncate(file, len))
        .and_then(|()| disk.sync(file))
        .and_then(|()| disk.rename(&temporary, &path))
        .and_then(|()| disk.sync_dir(&log.dir));
    if let Err(error) = written {
        disk.close(file);
        return Err(error);
    }
    let lpos = log.end_lpos();
    let interval = log.config.index_interval_bytes;
    let mut segment = crate::log::segment::Segment::new(base_offset, lpos, interval);
    let until_offset = adopted.end_offset;
    let expect = Expect { base_offset, until_offset, gaps: false, leader_epoch: i32::MIN };
    let (producers, epochs) = (&mut log.producers, &mut log.epochs);
    let mut reader = FileReader::new(disk, file, len);
    let scanned = scan(&mut reader, expect, |header, _| {
        segment.note_batch(&BatchNote::of(header, now.unix_ms));
        epochs.assign(header.partition_leader_epoch, header.base_offset);
        if header.has_producer() {
            producers.note(header, header.base_offset, now.unix_ms, usize::MAX);
        }
    });
    disk.close(file);
    let scanned = scanned?;
    if scanned.valid_bytes != len || scanned.next_offset != adopted.end_offset {
        return Err(io::Error::other("what was written does not read back"));
    }
    segment.phase = Phase::Closed;
    let snapshot =
        Snapshot { producers: log.producers.snapshot(), epochs: log.epochs.entries().to_vec() };
    log.keep_snapshot(base_offset, snapshot);
    log.segments.push_back(segment);
    log.next_offset = adopted.end_offset;
    Ok(())
}
