//! Segments at rest, batch by batch. Says which operation it needs next; its owner does it.

use wire::records::{BatchHeader, HEADER_BYTES, check_crc};

use crate::buffer::IoBuf;
use crate::disk::{FileId, round_down_to_block, round_up_to_block};

/// A segment as it was when a run took it on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Part {
    pub base_offset: i64,
    pub next_offset: i64,
    pub size_bytes: u64,
}

/// What is needed, or there.
pub(crate) enum Next {
    Batch(BatchHeader, IoBuf),
    /// The segment's file is to be opened.
    Open(i64),
    Read {
        file: FileId,
        position: u64,
        len: usize,
    },
    /// The segment is read; its file is to be closed.
    Close(FileId),
    End,
    Broken(String),
}

#[derive(Debug, Default)]
pub(crate) struct Source {
    parts: Vec<Part>,
    at: usize,
    file: Option<FileId>,
    position: u64,
    held: Option<(u64, IoBuf)>,
    /// The last read asked for: one that is asked for again gave too little.
    asked: Option<(u64, usize)>,
}

impl Source {
    pub fn new(parts: Vec<Part>) -> Source {
        Source { parts, ..Source::default() }
    }

    /// The next batch, checked, or what has to be done before.
    pub fn next(&mut self, read_bytes: usize) -> Next {
        let Some(part) = self.parts.get(self.at).copied() else { return Next::End };
        let Some(file) = self.file else { return Next::Open(part.base_offset) };
        if self.position >= part.size_bytes {
            self.file = None;
            self.at += 1;
            self.position = 0;
            self.held = None;
            return Next::Close(file);
        }
        let left = part.size_bytes - self.position;
        let broken = |what: &str| {
            Next::Broken(format!("segment {}, byte {}: {what}", part.base_offset, self.position))
        };
        let head = self.bytes(HEADER_BYTES.min(left as usize));
        let Some(head) = head else { return self.read(file, HEADER_BYTES, read_bytes) };
        let header = match BatchHeader::parse(&head) {
            Ok(header) => header,
            Err(error) => return broken(&error.to_string()),
        };
        let size = header.total_size_bytes();
        if size as u64 > left {
            return broken("a batch reaches beyond the end");
        }
        let Some(batch) = self.bytes(size) else { return self.read(file, size, read_bytes) };
        if !check_crc(&batch) {
            return broken("a batch does not match its checksum");
        }
        self.position += size as u64;
        self.asked = None;
        Next::Batch(header, batch)
    }

    /// So many bytes from the position on, if they are held.
    fn bytes(&self, len: usize) -> Option<IoBuf> {
        let (start, held) = self.held.as_ref()?;
        let from = usize::try_from(self.position.checked_sub(*start)?).ok()?;
        (from + len <= held.len()).then(|| held.slice(from..from + len))
    }

    fn read(&mut self, file: FileId, least: usize, read_bytes: usize) -> Next {
        let start = round_down_to_block(self.position);
        let skew = (self.position - start) as usize;
        let rest = round_up_to_block(self.parts[self.at].size_bytes) - start;
        let wanted = round_up_to_block((least + skew).max(read_bytes) as u64);
        let len = wanted.min(rest) as usize;
        if self.asked == Some((start, len)) {
            let base_offset = self.parts[self.at].base_offset;
            return Next::Broken(format!("segment {base_offset} ends before its end"));
        }
        self.asked = Some((start, len));
        self.held = None;
        Next::Read { file, position: start, len }
    }

    pub fn opened(&mut self, file: FileId) {
        self.file = Some(file);
    }

    /// The read asked for cannot be done yet.
    pub fn not_asked(&mut self) {
        self.asked = None;
    }

    pub fn took(&mut self, bytes: IoBuf) {
        if let Some((start, _)) = self.asked {
            self.held = Some((start, bytes));
        }
    }

    /// The open file, given up.
    pub fn take_file(&mut self) -> Option<FileId> {
        self.file.take()
    }
}
