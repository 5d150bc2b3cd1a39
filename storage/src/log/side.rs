//! The two side files: what they hold and how they are framed. Both can be rebuilt from the log.

use frame::{FrameError, Magic};
use rkyv::{Archive, Deserialize, Serialize};

use crate::log::index::SparseIndex;
use crate::producers::Producer;

const INDEX_MAGIC: Magic = *b"TMIX";
const INDEX_VERSION: u32 = 1;
const PARTITION_MAGIC: Magic = *b"TMPT";
const PARTITION_VERSION: u32 = 2;
/// Before there was compaction.
const PARTITION_VERSION_1: u32 = 1;

/// The name of a log's own side file.
pub(crate) const PARTITION_FILE: &str = "partition";

/// `<base offset>.index`: written once the segment is at rest. Its presence says that the first
/// `size_bytes` of the `.log` file are whole batches on stable storage, which are not read again at
/// a start.
#[derive(Debug, Clone, PartialEq, Eq, Archive, Serialize, Deserialize)]
pub struct IndexFile {
    pub base_offset: i64,
    pub next_offset: i64,
    pub size_bytes: u64,
    pub max_timestamp_ms: i64,
    pub max_timestamp_offset: i64,
    pub first_append_ms: i64,
    pub last_append_ms: i64,
    pub index: SparseIndex,
    /// As they stood at the segment's end.
    pub producers: Vec<Producer>,
    /// (epoch, start offset), as they stood at the segment's end.
    pub epochs: Vec<(i32, i64)>,
}

/// `partition`: what a log is, and positions that a recovery must not fall behind.
#[derive(Debug, Clone, PartialEq, Eq, Archive, Serialize, Deserialize)]
pub struct PartitionFile {
    pub topic_id: [u8; 16],
    pub topic: String,
    pub partition: i32,
    /// (epoch, start offset).
    pub epochs: Vec<(i32, i64)>,
    pub log_start_offset: i64,
    pub high_watermark: i64,
    /// Everything below was on stable storage when this was written: a recovery that ends before it
    /// has found damage.
    pub durable_end_offset: i64,
    /// Writes of this log were all data-synced, so a break far before a valid batch is damage too.
    pub always_synced: bool,
    /// The log was found without this file: offsets may be missing in it.
    pub adopted: bool,
    /// Compaction has looked at everything below: its next run begins here.
    pub clean_offset: i64,
    /// Compaction may have rewritten segments that begin below: offsets may be missing in them.
    pub compacted_until: i64,
}

/// As [`PartitionFile`] was in version 1.
#[derive(Debug, Clone, PartialEq, Eq, Archive, Serialize, Deserialize)]
struct PartitionFile1 {
    topic_id: [u8; 16],
    topic: String,
    partition: i32,
    epochs: Vec<(i32, i64)>,
    log_start_offset: i64,
    high_watermark: i64,
    durable_end_offset: i64,
    always_synced: bool,
    adopted: bool,
}

impl From<PartitionFile1> for PartitionFile {
    fn from(old: PartitionFile1) -> Self {
        PartitionFile {
            topic_id: old.topic_id,
            topic: old.topic,
            partition: old.partition,
            epochs: old.epochs,
            log_start_offset: old.log_start_offset,
            high_watermark: old.high_watermark,
            durable_end_offset: old.durable_end_offset,
            always_synced: old.always_synced,
            adopted: old.adopted,
            clean_offset: 0,
            compacted_until: 0,
        }
    }
}

impl IndexFile {
    pub fn encode(&self) -> Result<Vec<u8>, FrameError> {
        frame::encode(INDEX_MAGIC, INDEX_VERSION, self)
    }

    pub fn decode(bytes: &[u8]) -> Result<IndexFile, FrameError> {
        frame::decode(INDEX_MAGIC, INDEX_VERSION, bytes)
    }
}

impl PartitionFile {
    pub fn encode(&self) -> Result<Vec<u8>, FrameError> {
        frame::encode(PARTITION_MAGIC, PARTITION_VERSION, self)
    }

    pub fn decode(bytes: &[u8]) -> Result<PartitionFile, FrameError> {
        match frame::decode(PARTITION_MAGIC, PARTITION_VERSION, bytes) {
            Err(FrameError::Version(PARTITION_VERSION_1)) => {
                frame::decode::<PartitionFile1>(PARTITION_MAGIC, PARTITION_VERSION_1, bytes)
                    .map(Into::into)
            }
            other => other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_partition_file_of_the_first_version_is_read() {
        let old = PartitionFile1 {
            topic_id: [3; 16],
            topic: "orders".into(),
            partition: 4,
            epochs: vec![(1, 2)],
            log_start_offset: 5,
            high_watermark: 6,
            durable_end_offset: 7,
            always_synced: true,
            adopted: false,
        };
        let bytes = frame::encode(PARTITION_MAGIC, PARTITION_VERSION_1, &old).unwrap();
        let read = PartitionFile::decode(&bytes).unwrap();
        assert_eq!(read, PartitionFile::from(old));
        assert_eq!(PartitionFile::decode(&read.encode().unwrap()).unwrap(), read);
    }
}
