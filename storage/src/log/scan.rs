//! Reads a segment file batch by batch, at a start or to rebuild an index: how far is it whole?

use std::io;

use wire::records::{BatchHeader, HEADER_BYTES, check_crc};

use crate::buffer::{Chunk, IoBuf};
use crate::disk::{Disk, FileId, round_down_to_block, round_up_to_block};
use crate::limits::{BATCH_BYTES_MAX, READ_AHEAD_MAX_BYTES, RESUME_TRIES, SCAN_BEHIND_BREAK_BYTES};

/// What a scanned file has to look like.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Expect {
    /// The first batch's base offset.
    pub base_offset: i64,
    /// Batches from this offset on belong to the next segment.
    pub until_offset: i64,
    /// Offsets may be missing between batches: compaction, in a log of Kafka's own.
    pub gaps: bool,
    pub leader_epoch: i32,
}

/// Why most scans stop: zeros where nothing has been written yet.
pub(crate) const RESERVED_SPACE: &str = "reserved space";

/// How far a file is whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Scanned {
    pub valid_bytes: u64,
    pub next_offset: i64,
    /// Why it goes no further; `None` at the end of the file.
    pub stopped: Option<String>,
}

/// Reads a file front to back in large pieces, and gives any stretch of it.
pub(crate) struct FileReader<'a, D> {
    disk: &'a mut D,
    file: FileId,
    len: u64,
    held: Option<(u64, IoBuf)>,
    pub read_bytes: u64,
}

impl<'a, D: Disk> FileReader<'a, D> {
    pub fn new(disk: &'a mut D, file: FileId, len: u64) -> Self {
        FileReader { disk, file, len, held: None, read_bytes: 0 }
    }

    /// The bytes from a position on, `least` of them or up to the end of the file.
    pub fn bytes(&mut self, position: u64, least: usize) -> io::Result<&[u8]> {
        if position >= self.len {
            return Ok(&[]);
        }
        let end = (position + least as u64).min(self.len);
        let held = self
            .held
            .as_ref()
            .is_some_and(|(start, bytes)| *start <= position && end <= start + bytes.len() as u64);
        if !held {
            let start = round_down_to_block(position);
            let wanted = (end - start).max(READ_AHEAD_MAX_BYTES as u64);
            let len = round_up_to_block(wanted.min(self.len - start)) as usize;
            self.held = None;
            let into = Chunk::heap(len);
            let bytes = self.disk.read_at(self.file, start, len, into)?;
            self.read_bytes += bytes.len() as u64;
            self.held = Some((start, bytes));
        }
        let (start, bytes) = self.held.as_ref().expect("just read");
        let from = ((position - start) as usize).min(bytes.len());
        let to = ((self.len - start) as usize).min(bytes.len());
        Ok(&bytes[from..to.max(from)])
    }
}

/// Walks the whole batches of a file; `found` gets each with its position.
pub(crate) fn scan<D: Disk>(
    reader: &mut FileReader<'_, D>,
    expect: Expect,
    found: impl FnMut(&BatchHeader, u64),
) -> io::Result<Scanned> {
    scan_from(reader, 0, expect, found)
}

/// As [`scan`], from a batch in the middle of the file on.
pub(crate) fn scan_from<D: Disk>(
    reader: &mut FileReader<'_, D>,
    mut position: u64,
    mut expect: Expect,
    mut found: impl FnMut(&BatchHeader, u64),
) -> io::Result<Scanned> {
    loop {
        let stopped = match next_batch(reader, position, &expect)? {
            Next::Batch(header) => {
                found(&header, position);
                position += header.total_size_bytes() as u64;
                expect.base_offset = header.last_offset() + 1;
                expect.leader_epoch = header.partition_leader_epoch;
                continue;
            }
            Next::End => None,
            Next::Broken(why) => Some(why),
        };
        return Ok(Scanned { valid_bytes: position, next_offset: expect.base_offset, stopped });
    }
}

enum Next {
    Batch(BatchHeader),
    End,
    Broken(String),
}

fn next_batch<D: Disk>(
    reader: &mut FileReader<'_, D>,
    position: u64,
    expect: &Expect,
) -> io::Result<Next> {
    if position >= reader.len || expect.base_offset >= expect.until_offset {
        return Ok(Next::End);
    }
    let left = reader.len - position;
    let head = reader.bytes(position, HEADER_BYTES)?;
    if head.iter().take(HEADER_BYTES).all(|b| *b == 0) {
        return Ok(Next::Broken(RESERVED_SPACE.into()));
    }
    let header = match BatchHeader::parse(head) {
        Ok(header) => header,
        Err(error) => return Ok(Next::Broken(error.to_string())),
    };
    let size = header.total_size_bytes();
    if size as u64 > left || size > BATCH_BYTES_MAX as usize {
        return Ok(Next::Broken(format!("a batch of {size} bytes where {left} are left")));
    }
    if let Some(why) = out_of_line(&header, expect) {
        return Ok(Next::Broken(why));
    }
    let bytes = reader.bytes(position, size)?;
    if bytes.len() < size || !check_crc(&bytes[..size]) {
        return Ok(Next::Broken("a batch does not match its checksum".into()));
    }
    Ok(Next::Batch(header))
}

/// Whether a batch does not continue what was before it.
pub(crate) fn out_of_line(header: &BatchHeader, expect: &Expect) -> Option<String> {
    let (base, due) = (header.base_offset, expect.base_offset);
    if base != due && !(expect.gaps && base > due) {
        return Some(format!("base offset {base} where {due} is due"));
    }
    if header.last_offset_delta < 0 || header.last_offset() >= expect.until_offset {
        return Some(format!("offsets {base}..={} reach too far", header.last_offset()));
    }
    let (epoch, last) = (header.partition_leader_epoch, expect.leader_epoch);
    if epoch < last {
        return Some(format!("leader epoch {epoch} after {last}"));
    }
    None
}

/// Looks for a valid batch of this log behind a break, from `position` on: proof that the break is
/// in bytes that were once on stable storage. Reads a bounded stretch. Gives its position and
/// offset.
pub(crate) fn find_batch_after<D: Disk>(
    reader: &mut FileReader<'_, D>,
    position: u64,
    expect: &Expect,
    most_bytes: u64,
) -> io::Result<Option<(u64, i64)>> {
    let end = reader.len.min(position.saturating_add(most_bytes));
    let mut at = position;
    while at + HEADER_BYTES as u64 <= end {
        let window = reader.bytes(at, READ_AHEAD_MAX_BYTES.min((end - at) as usize))?;
        let candidates: Vec<(u64, usize, i64)> = window
            .windows(HEADER_BYTES)
            .enumerate()
            .filter(|(_, head)| head[16] == 2)
            .filter_map(|(place, head)| {
                let header = BatchHeader::parse(head).ok()?;
                let near = header.base_offset > expect.base_offset
                    && header.base_offset < expect.until_offset
                    && header.base_offset - expect.base_offset < i64::from(i32::MAX)
                    && header.total_size_bytes() <= BATCH_BYTES_MAX as usize;
                near.then(|| (at + place as u64, header.total_size_bytes(), header.base_offset))
            })
            .take(1000)
            .collect();
        let step = (window.len().saturating_sub(HEADER_BYTES - 1)).max(1) as u64;
        for (place, size, offset) in candidates {
            if place + size as u64 <= reader.len {
                let bytes = reader.bytes(place, size)?;
                if bytes.len() >= size && check_crc(&bytes[..size]) {
                    return Ok(Some((place, offset)));
                }
            }
        }
        at += step;
    }
    Ok(None)
}

/// Where reading can go on behind a break at `position`, where `expect` is not met: the position
/// and offset of a batch that can be believed (see `reread`). What follows it reaches `due_offset`.
pub(crate) fn resume_behind<D: Disk>(
    reader: &mut FileReader<'_, D>,
    position: u64,
    expect: &Expect,
    due_offset: i64,
) -> io::Result<Option<(u64, i64)>> {
    if let Ok(header) = BatchHeader::parse(reader.bytes(position, HEADER_BYTES)?)
        && out_of_line(&header, expect).is_none()
    {
        let next = position + header.total_size_bytes() as u64;
        let after = Expect { base_offset: header.last_offset() + 1, ..*expect };
        if let Next::Batch(_) = next_batch(reader, next, &after)? {
            return Ok(Some((next, after.base_offset)));
        }
    }
    let mut from = position + 1;
    for _ in 0..RESUME_TRIES {
        let behind = find_batch_after(reader, from, expect, SCAN_BEHIND_BREAK_BYTES)?;
        let Some((place, offset)) = behind else { return Ok(None) };
        let run = scan_from(reader, place, Expect { base_offset: offset, ..*expect }, |_, _| {})?;
        if run.next_offset >= due_offset {
            return Ok(Some((place, offset)));
        }
        from = place + 1;
    }
    Ok(None)
}
