//! A log comes to be on disk: with its first batch, not before. Folder, side file and first segment
//! are made together, and their entries are durable before anything in them is acknowledged.

use std::io;

use crate::disk::{Disk, FileId, Op};
use crate::limits::PREALLOCATE_STEP_MIN_BYTES;
use crate::log::Log;
use crate::log::segment::{FileState, LOG_SUFFIX, Phase, Segment};
use crate::log::side::PARTITION_FILE;
use crate::store::io::{Io, Purpose, SidePositions};

impl Log {
    /// What a segment's file reserves at first.
    pub fn first_step<D: Disk>(&self, segment: &Segment, io: &Io<D>) -> u64 {
        let whole = u64::from(self.config.segment_bytes);
        let wanted = match segment.phase {
            // It only keeps the place of the next offset.
            _ if segment.is_empty() => 0,
            // It is full, and needs what it holds.
            Phase::Draining => segment.size_bytes,
            _ if self.config.preallocate => whole,
            _ => {
                let step = self.allocate_step(io).min(whole.max(segment.size_bytes));
                step.max(PREALLOCATE_STEP_MIN_BYTES)
            }
        };
        io.limits.write_unit.round_up(wanted)
    }

    /// Makes the folder, with the file of its first segment.
    pub fn make_folder<D: Disk>(&mut self, at: usize, io: &mut Io<D>) {
        if self.side_writing {
            return;
        }
        let side = self.partition_file();
        let positions = SidePositions::of(&side);
        let bytes = match side.encode() {
            Ok(bytes) => bytes,
            Err(error) => return self.fence(&format!("encoding the side file: {error}"), io),
        };
        let allocate_bytes = self.first_step(&self.segments[at], io);
        let segment = &mut self.segments[at];
        segment.file = FileState::Opening;
        let base_offset = segment.base_offset;
        self.make_tried = true;
        self.note_side_writing(io.now);
        self.jobs += 1;
        let path = self.segment_path(base_offset, LOG_SUFFIX);
        let leave_bytes = io.leave_bytes(self.config.reserve);
        let beside = (self.dir.join(PARTITION_FILE), bytes);
        let purpose = Purpose::Make { log: self.id, base_offset, allocate_bytes, positions };
        io.submit(purpose, Op::CreateFolder { path, allocate_bytes, leave_bytes, beside });
    }

    /// The folder is there, or could not be made.
    pub fn on_made<D: Disk>(
        &mut self,
        base_offset: i64,
        allocate_bytes: u64,
        positions: SidePositions,
        result: io::Result<FileId>,
        io: &mut Io<D>,
    ) {
        match result {
            Ok(file) => {
                self.made = true;
                self.on_side_written(positions, Ok(()), io);
                if self.acks_from_memory(io.crash_safe) {
                    // What was appended meanwhile need not be written at once any more.
                    self.note_lazy(io.now, io);
                }
                self.on_created(base_offset, allocate_bytes, Ok(file), io);
            }
            Err(error) => {
                self.side_writing = false;
                if let Some(at) = self.segment_by_base(base_offset) {
                    self.segments[at].file = FileState::None;
                }
                self.failed("making the log's folder", &error, io);
            }
        }
    }
}
