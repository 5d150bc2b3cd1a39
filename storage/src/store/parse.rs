//! What a cold read gives: whole, checked batches of a segment file, or the damage in it.

use wire::records::{BatchHeader, HEADER_BYTES, check_crc};

use crate::buffer::IoBuf;
use crate::disk::{Disk, FileId, Op, OpenMode, round_down_to_block};
use crate::errors::Corruption;
use crate::limits::BLOCK_BYTES;
use crate::log::Log;
use crate::log::segment::{FileState, INDEX_SUFFIX, IndexState, LOG_SUFFIX};
use crate::store::io::{Io, Purpose};
use crate::store::read::choose;
use crate::types::{ReadRequest, Slices};

/// A stretch of a segment file to read.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Span {
    pub segment_base: i64,
    /// Of a batch at or before the wanted one.
    pub position: u64,
    /// Whole blocks, from the one that holds the position on.
    pub len: usize,
    /// So many of these bytes were final when they were asked for. The others may have been read
    /// before they were written.
    pub readable: usize,
    pub sequential: bool,
}

impl Span {
    /// Whether a position of this segment is within.
    pub(crate) fn covers(&self, segment_base: i64, position: u64) -> bool {
        let end = round_down_to_block(self.position) + self.readable as u64;
        self.segment_base == segment_base && (self.position..end).contains(&position)
    }
}

/// A batch in a read buffer.
#[derive(Debug, Clone, Copy)]
pub(crate) struct BatchAt {
    pub base_offset: i64,
    /// One past its last offset; the next batch may begin further on, behind a gap.
    pub next_offset: i64,
    pub place: u32,
}

/// Whole, checked batches read from a segment file.
#[derive(Debug)]
pub(crate) struct ReadBuffer {
    pub serial: u64,
    pub bytes: IoBuf,
    pub segment_base: i64,
    /// Nothing lies between here and the first batch.
    pub from_offset: i64,
    pub batches: Vec<BatchAt>,
    pub next_offset: i64,
    pub end_at: u32,
    /// Position in the file of the end.
    pub end_position: u64,
    pub len: usize,
    /// So many bytes from the start are final, the beginning of the next batch included.
    pub readable: usize,
    pub largest_batch: usize,
    pub sequential: bool,
    /// It was read ahead, and nobody has asked for it.
    pub unread: bool,
}

impl ReadBuffer {
    pub(crate) fn holds(&self, offset: i64) -> bool {
        (self.from_offset..self.next_offset).contains(&offset)
    }

    pub(crate) fn serve(&self, request: &ReadRequest, until: i64) -> Slices {
        let first = self.batches.partition_point(|b| b.next_offset <= request.offset);
        let start = self.batches[first].place;
        let end_of = |at: usize| {
            let end = self.batches.get(at + 1).map_or(self.end_at, |next| next.place);
            (self.batches[at].next_offset, u64::from(end - start))
        };
        let chosen = choose(first, self.batches.len(), request, until, end_of);
        if chosen == 0 {
            return Slices { next_offset: request.offset, ..Slices::default() };
        }
        let (next_offset, bytes) = end_of(first + chosen - 1);
        let (start, total_bytes) = (start as usize, bytes as usize);
        let slices = vec![self.bytes.slice(start..start + total_bytes)];
        Slices { slices, total_bytes, next_offset }
    }
}

impl ReadBuffer {
    pub(crate) fn is_below(&self, offset: i64) -> bool {
        self.next_offset <= offset
    }

    /// Bytes of the batches from an offset on.
    pub(crate) fn bytes_behind(&self, offset: i64) -> usize {
        let first = self.batches.partition_point(|b| b.next_offset <= offset);
        self.batches.get(first).map_or(0, |b| (self.end_at - b.place) as usize)
    }

    /// Whether a read goes on where this one's last batch ended.
    pub(crate) fn is_followed_by(&self, span: &Span) -> bool {
        self.segment_base == span.segment_base && self.end_position == span.position
    }

    /// The blocks of the next batch that were read too: no need to read them again. Fewer than so
    /// many bytes.
    pub(crate) fn carried_bytes(&self, below: usize) -> &[u8] {
        let from = round_down_to_block(u64::from(self.end_at)) as usize;
        let to = round_down_to_block(self.readable as u64) as usize;
        let to = to.min(from + below.saturating_sub(BLOCK_BYTES));
        self.bytes.get(from..to).unwrap_or_default()
    }
}

/// What came of a read.
#[derive(Default)]
pub(crate) struct Parsed {
    pub buffer: Option<ReadBuffer>,
    pub corrupt: Option<Corruption>,
    /// Bytes to read from the same place to get further.
    pub needed_bytes: usize,
}

impl Log {
    /// Whether a segment's index is in memory; if not, it is asked for.
    pub(crate) fn load_index<D: Disk>(&mut self, at: usize, io: &mut Io<D>) -> bool {
        match self.segments[at].index {
            IndexState::Here(_) => return true,
            IndexState::Loading => return false,
            IndexState::Stored => {}
        }
        let base_offset = self.segments[at].base_offset;
        self.segments[at].index = IndexState::Loading;
        self.jobs += 1;
        let path = self.segment_path(base_offset, INDEX_SUFFIX);
        io.submit(Purpose::LoadIndex { log: self.id, base_offset }, Op::ReadFile { path });
        false
    }

    /// A segment's open file; if there is none, it is asked for.
    pub(crate) fn open_for_read<D: Disk>(&mut self, at: usize, io: &mut Io<D>) -> Option<FileId> {
        match self.segments[at].file {
            FileState::Open(file) => return Some(file),
            FileState::Opening => return None,
            FileState::None => {}
        }
        let base_offset = self.segments[at].base_offset;
        self.segments[at].file = FileState::Opening;
        self.jobs += 1;
        let path = self.segment_path(base_offset, LOG_SUFFIX);
        let purpose = Purpose::OpenForRead { log: self.id, base_offset };
        io.submit(purpose, Op::Open { path, mode: OpenMode::Read });
        None
    }

    pub(crate) fn position_for(&self, at: usize, offset: i64) -> u64 {
        match &self.segments[at].index {
            IndexState::Here(index) => {
                index.position_for_offset(offset - self.segments[at].base_offset)
            }
            IndexState::Stored | IndexState::Loading => 0,
        }
    }

    /// Bytes of a segment that a read from the disk may rely on.
    pub(crate) fn readable_bytes(&self, at: usize) -> u64 {
        let segment = &self.segments[at];
        if segment.is_written() {
            let written = self.writer.written_lpos.saturating_sub(segment.start_lpos);
            return written.min(segment.size_bytes);
        }
        segment.size_bytes
    }

    /// An offset that lies between two segments.
    pub(crate) fn missing(&self, at: usize, offset: i64) -> Corruption {
        let segment = &self.segments[at];
        let end_offset = self.segments.get(at + 1).map_or(self.next_offset, |s| s.base_offset);
        Corruption {
            file: self.segment_path(segment.base_offset, LOG_SUFFIX),
            start_position: segment.size_bytes,
            end_position: segment.size_bytes,
            start_offset: offset,
            end_offset,
            what: "offsets are missing between two segments".into(),
        }
    }

    /// Walks and checks the batches that were read. Batches before the wanted one are stepped over.
    pub(crate) fn parse_read(&self, at: usize, bytes: &IoBuf, span: &Span, offset: i64) -> Parsed {
        let segment = &self.segments[at];
        let file_position = round_down_to_block(span.position);
        let limit = self.readable_bytes(at).saturating_sub(file_position) as usize;
        let have = bytes.len().min(span.readable);
        let mut place = (span.position - file_position) as usize;
        let mut batches = Vec::new();
        let mut next_offset = -1;
        let mut largest_batch = 0;
        let mut parsed = Parsed::default();
        let broken = |place: usize, header: Option<&BatchHeader>, from: i64, what: &str| {
            self.corruption(at, file_position + place as u64, header, offset.max(from), what)
        };
        while place < limit {
            let rest = bytes.get(place..have).unwrap_or_default();
            if rest.len() < HEADER_BYTES && bytes.len() >= span.len {
                parsed.needed_bytes = place + HEADER_BYTES;
                break;
            }
            let header = match BatchHeader::parse(rest) {
                Ok(header) => header,
                Err(error) => {
                    parsed.corrupt = Some(broken(place, None, next_offset, &error.to_string()));
                    break;
                }
            };
            let size = header.total_size_bytes();
            let in_order = header.base_offset >= next_offset.max(segment.base_offset)
                && header.last_offset() < segment.next_offset;
            if place + size > limit || !in_order {
                let what = "a batch header with impossible fields";
                parsed.corrupt = Some(broken(place, None, next_offset, what));
                break;
            }
            if rest.len() < size {
                if bytes.len() < span.len {
                    let what = "the file ends within a batch";
                    parsed.corrupt = Some(broken(place, None, next_offset, what));
                }
                parsed.needed_bytes = place + size;
                break;
            }
            if header.last_offset() >= offset {
                if !check_crc(&rest[..size]) {
                    let what = "a batch does not match its checksum";
                    parsed.corrupt = Some(broken(place, Some(&header), next_offset, what));
                    break;
                }
                let (base_offset, next_offset) = (header.base_offset, header.last_offset() + 1);
                batches.push(BatchAt { base_offset, next_offset, place: place as u32 });
            }
            largest_batch = largest_batch.max(size);
            next_offset = header.last_offset() + 1;
            place += size;
        }
        if let Some(first) = batches.first() {
            parsed.buffer = Some(ReadBuffer {
                serial: 0,
                bytes: bytes.slice(0..0),
                segment_base: segment.base_offset,
                from_offset: offset.min(first.base_offset).max(segment.base_offset),
                batches,
                next_offset,
                end_at: place as u32,
                end_position: file_position + place as u64,
                len: span.len,
                readable: have,
                largest_batch,
                unread: false,
                sequential: span.sequential,
            });
        }
        parsed
    }

    /// Describes damage at a position: the batch, if its header can be believed, else all up to the
    /// next place that the index knows.
    fn corruption(
        &self,
        at: usize,
        position: u64,
        header: Option<&BatchHeader>,
        offset: i64,
        what: &str,
    ) -> Corruption {
        let segment = &self.segments[at];
        let believed =
            header.map(|h| (position + h.total_size_bytes() as u64, h.last_offset() + 1));
        let indexed = match &segment.index {
            IndexState::Here(index) => index.entry_from_position(position + 1).map(|entry| {
                let offset = segment.base_offset + i64::from(entry.relative_offset);
                (u64::from(entry.position), offset)
            }),
            _ => None,
        };
        let (end_position, end_offset) =
            believed.or(indexed).unwrap_or((segment.size_bytes, segment.next_offset));
        Corruption {
            file: self.segment_path(segment.base_offset, LOG_SUFFIX),
            start_position: position,
            end_position,
            start_offset: header.map_or(offset, |h| h.base_offset),
            end_offset,
            what: what.into(),
        }
    }
}
