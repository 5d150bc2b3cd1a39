//! A full segment comes to rest: its file gets its exact length, and its index is stored beside it.

use std::io;

use crate::disk::{Disk, Op};
use crate::limits::SMALL_SEGMENT_BYTES;
use crate::log::Log;
use crate::log::segment::{FileState, INDEX_SUFFIX, IndexState, Phase};
use crate::log::side::IndexFile;
use crate::store::io::{Io, Purpose};

impl Log {
    /// The segment's bytes are on stable storage: cut the file to its length and store the index.
    pub fn seal<D: Disk>(&mut self, at: usize, io: &mut Io<D>) {
        let segment = &mut self.segments[at];
        segment.phase = Phase::Sealing;
        let file = std::mem::replace(&mut segment.file, FileState::None);
        let len = segment.size_bytes;
        if let FileState::Open(file) = file {
            self.jobs += 1;
            io.submit(Purpose::Finish { log: self.id }, Op::Close { file, truncate_to: Some(len) });
        }
        // Neither a stop nor a start waits for indexes of files that are read in no time.
        if (io.closing || io.starting) && len < SMALL_SEGMENT_BYTES {
            self.segments[at].phase = Phase::Closed;
            return;
        }
        self.store_index(at, io);
    }

    /// Writes a resting segment's `.index`.
    pub fn store_index<D: Disk>(&mut self, at: usize, io: &mut Io<D>) {
        let segment = &self.segments[at];
        let IndexState::Here(index) = &segment.index else { return };
        let base_offset = segment.base_offset;
        // Kept until the file is there: a failed write is tried again with the same.
        let Some((_, snapshot)) = self.snapshots.iter().find(|(base, _)| *base == base_offset)
        else {
            self.segments[at].phase = Phase::Closed;
            return;
        };
        let snapshot = snapshot.clone();
        let stored = IndexFile {
            base_offset,
            next_offset: segment.next_offset,
            size_bytes: segment.size_bytes,
            max_timestamp_ms: segment.max_timestamp_ms,
            max_timestamp_offset: segment.max_timestamp_offset,
            first_append_ms: segment.first_append_ms,
            last_append_ms: segment.last_append_ms,
            index: index.as_ref().clone(),
            producers: snapshot.producers,
            epochs: snapshot.epochs,
        };
        io.index_bytes += stored.index.memory_bytes();
        match stored.encode() {
            Ok(bytes) => {
                let path = self.segment_path(base_offset, INDEX_SUFFIX);
                self.jobs += 1;
                let purpose = Purpose::Seal { log: self.id, base_offset };
                io.submit(purpose, Op::WriteFile { path, bytes });
            }
            Err(error) => {
                tracing::error!(log = %self.key, base_offset, %error, "index not stored");
                self.segments[at].phase = Phase::Closed;
            }
        }
    }

    pub fn on_sealed<D: Disk>(&mut self, base_offset: i64, result: io::Result<()>, io: &mut Io<D>) {
        let stored = result.is_ok();
        if let Err(error) = result {
            // The index is rebuilt by the next start; the log itself is whole.
            tracing::warn!(log = %self.key, base_offset, %error, "index not stored");
        }
        if stored {
            self.snapshots.retain(|(base, _)| *base != base_offset);
        }
        if let Some(at) = self.segment_by_base(base_offset) {
            self.segments[at].phase = Phase::Closed;
            self.segments[at].stored = stored;
            io.sealed.push((self.id, base_offset));
        }
        self.mark_dirty(io);
    }
}
