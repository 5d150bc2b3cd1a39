//! One partition's log: its segments, the tail in memory, and how far it has come on disk.
//!
//! A segment file is written by one life of the process only. A start never appends to a file it
//! found; the first append opens a segment of its own. So a write that a killed process had in
//! flight can land late without touching anything written since: recovery has counted the valid
//! batches of the old file, made them durable, and everything after them belongs to the next file.

pub(crate) mod epochs;
pub mod index;
pub(crate) mod make;
pub(crate) mod pump;
pub(crate) mod scan;
pub(crate) mod seal;
pub(crate) mod segment;
pub(crate) mod side;
pub(crate) mod tail;
pub(crate) mod writer;
pub(crate) mod zero;

use std::collections::VecDeque;
use std::path::PathBuf;
use std::rc::Rc;

use wire::Uuid;

use crate::arena::SliceKey;
use crate::config::LogConfig;
use crate::errors::Corruption;
use crate::limits::{DAMAGE_NOTES_MAX, PREALLOCATE_STEP_MIN_BYTES};
use crate::log::epochs::Epochs;
use crate::log::segment::{Phase, Segment, segment_path};
use crate::log::side::PartitionFile;
use crate::log::tail::Tail;
use crate::log::writer::Writer;
use crate::log::zero::WriteSizes;
use crate::producers::{Producer, Producers};
use crate::store::parse::ReadBuffer;
use crate::types::{LogId, LogKey, LogStatus};

/// State as it stood at the end of a segment, to be stored with it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Snapshot {
    pub producers: Vec<Producer>,
    pub epochs: Vec<(i32, i64)>,
}

pub(crate) struct Log {
    pub id: LogId,
    pub key: LogKey,
    pub topic_id: Uuid,
    pub dir: PathBuf,
    pub config: LogConfig,
    /// Oldest first; only the last can be active, and only the last few are not at rest.
    pub segments: VecDeque<Segment>,
    /// Snapshots of segments that are full but not stored yet, by base offset.
    pub snapshots: Vec<(i64, Snapshot)>,
    pub log_start_offset: i64,
    /// The log start that the next start of the process would find.
    pub durable_log_start: i64,
    pub next_offset: i64,
    /// Never goes back.
    pub stable_end: i64,
    pub high_watermark: i64,
    /// Everything below is on all replicas that matter; not told, what is stable here is.
    pub committed: Option<i64>,
    /// The leader epoch that this replica leads in; -1 while another may.
    pub term: i32,
    pub epochs: Epochs,
    pub producers: Producers,
    pub tail: Tail,
    pub writer: Writer,
    pub write_sizes: WriteSizes,
    pub fenced: Option<Rc<str>>,
    pub disk_full: bool,
    /// Space may be back: try again although the disk was full.
    pub retrying: bool,
    pub damage: Vec<Corruption>,
    pub read_buffers: Vec<ReadBuffer>,
    /// Reads (by key) that wait for an index or a file of this log.
    pub waiting: Vec<usize>,
    /// On the store's list of logs to pump.
    pub dirty: bool,
    /// On the store's list of logs whose acks moved.
    pub stable_noted: bool,
    /// The `partition` file is behind.
    pub side_dirty: bool,
    pub side_writing: bool,
    /// The disk had no room for it.
    pub side_starved: bool,
    /// Jobs on the way, for those who must wait until the folder is at rest.
    pub jobs: u32,
    /// What the next segment reserves at first.
    pub allocate_step_bytes: u64,
    pub always_synced: bool,
    /// An empty segment file that an earlier life left to keep the place of this offset. It is
    /// replaced, not written: see the module.
    pub marker: Option<i64>,
    /// Found without our `partition` file: written by Kafka, so offsets may be missing
    /// (compaction).
    pub adopted: bool,
    /// What the `partition` file on disk says, and when it was written.
    pub side_durable_offset: i64,
    pub side_written_ms: u64,
    /// The side file on disk says that not all writes are synced; and the one being written does.
    pub lazy_on_disk: bool,
    /// The log's folder is there. A new log has none before its first append: until then the
    /// metadata of the cluster knows all there is to know of it.
    pub made: bool,
    /// It was tried to make it: what a failure leaves of it goes with the log.
    pub make_tried: bool,
    /// There is a side file on disk: a start knows whose bytes are in the folder. Before that, no
    /// segment is made.
    pub side_on_disk: bool,
    pub lazy_in_writing: bool,
    /// Compaction has looked at everything below.
    pub clean_offset: i64,
    /// In segments that begin below, compaction may have left gaps; and what is on disk of that.
    pub compacted_until: i64,
    pub durable_compacted_until: i64,
    /// Where batches end that a start took from the arena and that are not on stable storage yet:
    /// so long the store keeps what the arena has of them.
    pub adopted_end: Option<i64>,
    /// A run of compaction is on this log.
    pub cleaning: bool,
    /// Compaction gave up on this log in this life of the process.
    pub uncleanable: bool,
}

impl Log {
    /// A log without segments whose next record gets `next_offset`.
    pub fn new(id: LogId, key: LogKey, topic_id: Uuid, dir: PathBuf, next_offset: i64) -> Log {
        Log {
            id,
            key,
            topic_id,
            dir,
            config: LogConfig::default(),
            segments: VecDeque::new(),
            snapshots: Vec::new(),
            log_start_offset: next_offset,
            durable_log_start: next_offset,
            next_offset,
            stable_end: next_offset,
            high_watermark: next_offset,
            committed: None,
            term: -1,
            epochs: Epochs::default(),
            producers: Producers::default(),
            tail: Tail::default(),
            writer: Writer::new(next_offset),
            write_sizes: WriteSizes::default(),
            fenced: None,
            disk_full: false,
            retrying: false,
            damage: Vec::new(),
            read_buffers: Vec::new(),
            waiting: Vec::new(),
            dirty: false,
            stable_noted: false,
            side_dirty: false,
            side_writing: false,
            side_starved: false,
            jobs: 0,
            allocate_step_bytes: PREALLOCATE_STEP_MIN_BYTES,
            always_synced: true,
            marker: None,
            adopted: false,
            side_durable_offset: next_offset,
            side_written_ms: 0,
            lazy_on_disk: false,
            made: false,
            make_tried: false,
            side_on_disk: false,
            lazy_in_writing: false,
            clean_offset: 0,
            compacted_until: 0,
            durable_compacted_until: 0,
            adopted_end: None,
            cleaning: false,
            uncleanable: false,
        }
    }

    /// Takes new settings.
    pub fn set_config(&mut self, config: LogConfig, crash_safe: bool) {
        self.config = config;
        if self.always_synced && crash_safe && self.config.flush_messages > 1 {
            self.always_synced = false;
            self.side_dirty = true;
        }
    }

    /// Keeps the state at a segment's end until it is stored with it. A segment that was cut away
    /// may have had the same name.
    pub fn keep_snapshot(&mut self, base_offset: i64, snapshot: Snapshot) {
        self.snapshots.retain(|(base, _)| *base != base_offset);
        self.snapshots.push((base_offset, snapshot));
    }

    pub fn active(&self) -> Option<&Segment> {
        self.segments.back().filter(|s| s.phase == Phase::Active)
    }

    pub fn active_mut(&mut self) -> Option<&mut Segment> {
        self.segments.back_mut().filter(|s| s.phase == Phase::Active)
    }

    /// The log-wide position behind the last byte.
    pub fn end_lpos(&self) -> u64 {
        self.segments.back().map_or(self.writer.submitted_lpos, Segment::end_lpos)
    }

    /// Whether nothing of this log is on its way to the disk.
    pub fn is_at_rest(&self) -> bool {
        self.jobs == 0 && self.writer.is_idle()
    }

    /// How far compaction, retention and DeleteRecords may go: what is not committed may be cut,
    /// and with it the only newer value of a key whose older one was compacted away.
    pub fn committed_end(&self) -> i64 {
        self.committed.map_or(self.stable_end, |committed| committed.min(self.stable_end))
    }

    /// Whether offsets may be missing in a segment: compaction may have been there, on this replica
    /// or on the one that it follows.
    pub fn allows_gaps(&self, segment_base_offset: i64) -> bool {
        self.adopted || segment_base_offset < self.compacted_until
    }

    /// The segment that holds an offset.
    pub fn segment_of(&self, offset: i64) -> Option<usize> {
        let after = self.segments.partition_point(|s| s.base_offset <= offset);
        after.checked_sub(1)
    }

    pub fn segment_by_base(&self, base_offset: i64) -> Option<usize> {
        self.segments.binary_search_by_key(&base_offset, |s| s.base_offset).ok()
    }

    pub fn segment_path(&self, base_offset: i64, suffix: &str) -> PathBuf {
        segment_path(&self.dir, base_offset, suffix)
    }

    /// Whether a batch counts as acknowledged once it is in the crash-safe arena. Not before the
    /// side file on disk says so: without it a start would not know whose bytes the arena holds,
    /// and take what a power cut took for damage.
    pub fn acks_from_memory(&self, crash_safe: bool) -> bool {
        crash_safe && self.config.flush_messages > 1 && self.lazy_on_disk
    }

    /// What names the log in the arena.
    pub fn arena_key(&self) -> ([u8; 16], i32) {
        (arena_topic(&self.key, self.topic_id), self.key.partition)
    }

    /// The note that the arena keeps of a chunk.
    pub fn slice_key(&self, segment_base_offset: i64, position: u64) -> SliceKey {
        let (topic_id, partition) = self.arena_key();
        SliceKey { topic_id, partition, segment_base_offset, position }
    }

    pub fn size_bytes(&self) -> u64 {
        self.segments.iter().map(|s| s.size_bytes).sum()
    }

    pub fn status(&self) -> LogStatus {
        LogStatus {
            log_start_offset: self.log_start_offset,
            log_end_offset: self.next_offset,
            durable_end_offset: self.writer.durable_offset,
            stable_end: self.stable_end,
            high_watermark: self.high_watermark,
            size_bytes: self.size_bytes(),
            segments: self.segments.len(),
            leader_epoch: self.epochs.latest(),
            max_timestamp_ms: self.segments.iter().map(|s| s.max_timestamp_ms).max().unwrap_or(-1),
            fenced: self.fenced.clone(),
            disk_full: self.disk_full,
            damage: self.damage.clone(),
        }
    }

    pub fn partition_file(&self) -> PartitionFile {
        PartitionFile {
            topic_id: self.topic_id.0,
            topic: self.key.topic.to_string(),
            partition: self.key.partition,
            epochs: self.epochs.entries().to_vec(),
            log_start_offset: self.log_start_offset,
            high_watermark: self.high_watermark,
            durable_end_offset: self.writer.durable_offset,
            always_synced: self.always_synced,
            adopted: self.adopted,
            clean_offset: self.clean_offset,
            compacted_until: self.compacted_until,
        }
    }

    /// The damage that an offset lies in.
    pub fn damage_at(&self, offset: i64) -> Option<&Corruption> {
        self.damage.iter().find(|d| (d.start_offset..d.end_offset).contains(&offset))
    }

    pub fn note_damage(&mut self, corruption: &Corruption) {
        let known = |d: &Corruption| {
            d.file == corruption.file && d.start_position == corruption.start_position
        };
        if !self.damage.iter().any(known) && self.damage.len() < DAMAGE_NOTES_MAX {
            self.damage.push(corruption.clone());
        }
    }
}

/// What names a log's topic in the arena. Logs adopted from elsewhere may have no topic id; their
/// name stands in for it, hashed.
pub(crate) fn arena_topic(key: &LogKey, topic_id: Uuid) -> [u8; 16] {
    if topic_id != Uuid::ZERO {
        return topic_id.0;
    }
    let mut hash = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d_u128;
    for byte in key.topic.bytes() {
        hash ^= u128::from(byte);
        hash = hash.wrapping_mul(0x0000_0000_0100_0000_0000_0000_0000_013b);
    }
    hash.to_le_bytes()
}
