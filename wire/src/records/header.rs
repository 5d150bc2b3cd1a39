//! The fixed part of a record batch (format 2) and the edits a broker may make to it.
//!
//! ```text
//!  0 base offset i64 | 8 length i32 | 12 leader epoch i32 | 16 magic i8 | 17 CRC32C u32 |
//! 21 attributes i16 | 23 last offset delta i32 | 27 base timestamp i64 | 35 max timestamp i64 |
//! 43 producer id i64 | 51 producer epoch i16 | 53 base sequence i32 | 57 record count i32 | 61 …
//! ```
//!
//! The CRC covers everything from the attributes on, so base offset and leader epoch can be
//! assigned without touching it.

use super::BatchError;
use super::crc::crc32c;

/// Bytes of a batch before its first record.
pub const HEADER_BYTES: usize = 61;
/// Bytes of a batch that `batch_length` does not count: base offset and the length itself.
pub const LENGTH_OVERHEAD_BYTES: usize = 12;
/// The only batch format left since Kafka 4.
pub const MAGIC: i8 = 2;
/// `producer_id` of a batch whose producer is not idempotent.
pub const NO_PRODUCER_ID: i64 = -1;

pub(super) const LENGTH_AT: usize = 8;
pub(super) const EPOCH_AT: usize = 12;
pub(super) const MAGIC_AT: usize = 16;
pub(super) const CRC_AT: usize = 17;
/// The CRC covers the bytes from here to the end of the batch.
pub(super) const ATTRIBUTES_AT: usize = 21;
pub(super) const LAST_OFFSET_DELTA_AT: usize = 23;
pub(super) const BASE_TIMESTAMP_AT: usize = 27;
pub(super) const MAX_TIMESTAMP_AT: usize = 35;
pub(super) const PRODUCER_ID_AT: usize = 43;
pub(super) const PRODUCER_EPOCH_AT: usize = 51;
pub(super) const BASE_SEQUENCE_AT: usize = 53;
pub(super) const RECORDS_COUNT_AT: usize = 57;

pub(super) const COMPRESSION_MASK: i16 = 0x07;
const TIMESTAMP_TYPE_BIT: i16 = 0x08;
const TRANSACTIONAL_BIT: i16 = 0x10;
const CONTROL_BIT: i16 = 0x20;
pub(super) const DELETE_HORIZON_BIT: i16 = 0x40;
/// How the records of a batch are compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Compression {
    #[default]
    None,
    Gzip,
    Snappy,
    Lz4,
    /// KIP-110: only from Produce v7 and Fetch v10 on.
    Zstd,
}

impl Compression {
    /// All codecs, in the order of their numbers.
    pub const ALL: [Compression; 5] = [Self::None, Self::Gzip, Self::Snappy, Self::Lz4, Self::Zstd];

    /// The codec's name as in the `compression.type` config.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Gzip => "gzip",
            Self::Snappy => "snappy",
            Self::Lz4 => "lz4",
            Self::Zstd => "zstd",
        }
    }

    /// The codec with this name in the `compression.type` config (`uncompressed` is `None` too).
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "uncompressed" => Some(Self::None),
            _ => Self::ALL.into_iter().find(|codec| codec.name() == name),
        }
    }

    fn from_bits(attributes: i16) -> Result<Self, BatchError> {
        match attributes & COMPRESSION_MASK {
            0 => Ok(Self::None),
            1 => Ok(Self::Gzip),
            2 => Ok(Self::Snappy),
            3 => Ok(Self::Lz4),
            4 => Ok(Self::Zstd),
            other => Err(BatchError::UnknownCompression(other as u8)),
        }
    }

    pub(super) fn bits(self) -> i16 {
        self as i16
    }
}

/// What the timestamps of a batch mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum TimestampType {
    /// Each record carries the time its producer gave it.
    #[default]
    CreateTime,
    /// All records carry the time the broker appended them, which is the batch's `max_timestamp`.
    LogAppendTime,
}

/// The fixed fields of a batch, as they are on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BatchHeader {
    /// Offset of the first record (before compaction). Outside the CRC.
    pub base_offset: i64,
    /// Bytes after this field.
    pub batch_length: i32,
    /// Leader epoch in which the batch was appended (KIP-101). Outside the CRC.
    pub partition_leader_epoch: i32,
    pub magic: i8,
    /// CRC32C of everything from `attributes` on.
    pub crc: u32,
    pub attributes: i16,
    /// Offset of the last record, less `base_offset`.
    pub last_offset_delta: i32,
    /// Timestamp the records' deltas count from (or the delete horizon, KIP-534), ms.
    pub base_timestamp: i64,
    /// Largest timestamp of the batch's records, ms.
    pub max_timestamp: i64,
    /// −1 without idempotence (KIP-98).
    pub producer_id: i64,
    pub producer_epoch: i16,
    /// Sequence number of the first record; it wraps to 0 after `i32::MAX`.
    pub base_sequence: i32,
    pub records_count: i32,
}

fn take<const N: usize>(bytes: &[u8; HEADER_BYTES], at: usize) -> [u8; N] {
    let mut out = [0; N];
    out.copy_from_slice(&bytes[at..at + N]);
    out
}

impl BatchHeader {
    /// Reads a header from the start of `bytes`, which may hold less or more than the batch.
    ///
    /// # Errors
    /// `Truncated` below 61 bytes; `BadMagic`; `BadLength` where the batch could not hold its
    /// header.
    #[inline]
    pub fn parse(bytes: &[u8]) -> Result<Self, BatchError> {
        let Some(head) = bytes.first_chunk::<HEADER_BYTES>() else {
            return Err(BatchError::Truncated {
                needed_bytes: HEADER_BYTES,
                have_bytes: bytes.len(),
            });
        };
        let header = Self {
            base_offset: i64::from_be_bytes(take(head, 0)),
            batch_length: i32::from_be_bytes(take(head, LENGTH_AT)),
            partition_leader_epoch: i32::from_be_bytes(take(head, EPOCH_AT)),
            magic: head[MAGIC_AT] as i8,
            crc: u32::from_be_bytes(take(head, CRC_AT)),
            attributes: i16::from_be_bytes(take(head, ATTRIBUTES_AT)),
            last_offset_delta: i32::from_be_bytes(take(head, LAST_OFFSET_DELTA_AT)),
            base_timestamp: i64::from_be_bytes(take(head, BASE_TIMESTAMP_AT)),
            max_timestamp: i64::from_be_bytes(take(head, MAX_TIMESTAMP_AT)),
            producer_id: i64::from_be_bytes(take(head, PRODUCER_ID_AT)),
            producer_epoch: i16::from_be_bytes(take(head, PRODUCER_EPOCH_AT)),
            base_sequence: i32::from_be_bytes(take(head, BASE_SEQUENCE_AT)),
            records_count: i32::from_be_bytes(take(head, RECORDS_COUNT_AT)),
        };
        if header.magic != MAGIC {
            return Err(BatchError::BadMagic(header.magic));
        }
        if header.batch_length < (HEADER_BYTES - LENGTH_OVERHEAD_BYTES) as i32 {
            return Err(BatchError::BadLength(header.batch_length));
        }
        Ok(header)
    }

    /// Writes the header to the first 61 bytes of `out`.
    pub(super) fn write(&self, out: &mut [u8; HEADER_BYTES]) {
        out[0..LENGTH_AT].copy_from_slice(&self.base_offset.to_be_bytes());
        out[LENGTH_AT..EPOCH_AT].copy_from_slice(&self.batch_length.to_be_bytes());
        out[EPOCH_AT..MAGIC_AT].copy_from_slice(&self.partition_leader_epoch.to_be_bytes());
        out[MAGIC_AT] = self.magic as u8;
        out[CRC_AT..ATTRIBUTES_AT].copy_from_slice(&self.crc.to_be_bytes());
        out[ATTRIBUTES_AT..LAST_OFFSET_DELTA_AT].copy_from_slice(&self.attributes.to_be_bytes());
        out[LAST_OFFSET_DELTA_AT..BASE_TIMESTAMP_AT]
            .copy_from_slice(&self.last_offset_delta.to_be_bytes());
        out[BASE_TIMESTAMP_AT..MAX_TIMESTAMP_AT]
            .copy_from_slice(&self.base_timestamp.to_be_bytes());
        out[MAX_TIMESTAMP_AT..PRODUCER_ID_AT].copy_from_slice(&self.max_timestamp.to_be_bytes());
        out[PRODUCER_ID_AT..PRODUCER_EPOCH_AT].copy_from_slice(&self.producer_id.to_be_bytes());
        out[PRODUCER_EPOCH_AT..BASE_SEQUENCE_AT]
            .copy_from_slice(&self.producer_epoch.to_be_bytes());
        out[BASE_SEQUENCE_AT..RECORDS_COUNT_AT].copy_from_slice(&self.base_sequence.to_be_bytes());
        out[RECORDS_COUNT_AT..HEADER_BYTES].copy_from_slice(&self.records_count.to_be_bytes());
    }

    /// Bytes of the whole batch, header included.
    pub fn total_size_bytes(&self) -> usize {
        // `parse` refused negative lengths; a header made by hand with one counts as empty.
        LENGTH_OVERHEAD_BYTES + usize::try_from(self.batch_length).unwrap_or(0)
    }

    /// Offset of the batch's last record. (Compaction keeps it even where it drops that record.)
    pub fn last_offset(&self) -> i64 {
        self.base_offset.saturating_add(i64::from(self.last_offset_delta))
    }

    /// The codec of the records.
    ///
    /// # Errors
    /// `UnknownCompression` for the three unused numbers.
    pub fn compression(&self) -> Result<Compression, BatchError> {
        Compression::from_bits(self.attributes)
    }

    pub fn timestamp_type(&self) -> TimestampType {
        if self.attributes & TIMESTAMP_TYPE_BIT == 0 {
            TimestampType::CreateTime
        } else {
            TimestampType::LogAppendTime
        }
    }

    pub fn is_transactional(&self) -> bool {
        self.attributes & TRANSACTIONAL_BIT != 0
    }

    /// Whether the records are markers for brokers and clients, not a user's data.
    pub fn is_control(&self) -> bool {
        self.attributes & CONTROL_BIT != 0
    }

    /// Whether `base_timestamp` is the time after which a compacted topic's tombstones may go
    /// (KIP-534).
    pub fn has_delete_horizon(&self) -> bool {
        self.attributes & DELETE_HORIZON_BIT != 0
    }

    /// Whether an idempotent (or transactional) producer wrote it.
    pub fn has_producer(&self) -> bool {
        self.producer_id > NO_PRODUCER_ID
    }

    /// Sequence number of the last record. Sequences wrap from `i32::MAX` to 0.
    pub fn last_sequence(&self) -> i32 {
        if self.base_sequence < 0 {
            return self.base_sequence;
        }
        let last = i64::from(self.base_sequence) + i64::from(self.last_offset_delta);
        (last & i64::from(i32::MAX)) as i32
    }

    pub(super) fn attribute_bits(
        codec: Compression,
        kind: TimestampType,
        transactional: bool,
        control: bool,
    ) -> i16 {
        let mut bits = codec.bits();
        if kind == TimestampType::LogAppendTime {
            bits |= TIMESTAMP_TYPE_BIT;
        }
        if transactional {
            bits |= TRANSACTIONAL_BIT;
        }
        if control {
            bits |= CONTROL_BIT;
        }
        bits
    }
}

/// Whether the CRC32C in `batch` is that of its bytes. `batch` is one whole batch and nothing else;
/// anything too short, or of another length than it declares, is not.
pub fn check_crc(batch: &[u8]) -> bool {
    match BatchHeader::parse(batch) {
        Ok(header) if header.total_size_bytes() == batch.len() => {
            crc32c(&batch[ATTRIBUTES_AT..]) == header.crc
        }
        _ => false,
    }
}

/// Gives a batch its place in the log: base offset and leader epoch, both outside the CRC.
///
/// # Panics
/// If `batch` is shorter than a batch header: it was not validated.
pub fn rewrite_assigned(batch: &mut [u8], base_offset: i64, leader_epoch: i32) {
    batch[0..LENGTH_AT].copy_from_slice(&base_offset.to_be_bytes());
    batch[EPOCH_AT..MAGIC_AT].copy_from_slice(&leader_epoch.to_be_bytes());
}

/// Stamps a batch with the broker's time (`message.timestamp.type=LogAppendTime`): sets the type
/// and `max_timestamp`, which then holds for every record, and recomputes the CRC.
///
/// # Panics
/// If `batch` is shorter than a batch header: it was not validated.
pub fn rewrite_log_append_time(batch: &mut [u8], now_ms: i64) {
    assert!(batch.len() >= HEADER_BYTES, "a batch has at least its header");
    // The type bit is in the low byte of the attributes.
    batch[ATTRIBUTES_AT + 1] |= TIMESTAMP_TYPE_BIT as u8;
    batch[MAX_TIMESTAMP_AT..PRODUCER_ID_AT].copy_from_slice(&now_ms.to_be_bytes());
    let crc = crc32c(&batch[ATTRIBUTES_AT..]);
    batch[CRC_AT..ATTRIBUTES_AT].copy_from_slice(&crc.to_be_bytes());
}

/// Has a batch take more offsets than it has records, as one does that compaction went through;
/// recomputes the CRC.
///
/// # Panics
/// If `batch` is shorter than a batch header: it was not validated.
pub fn set_last_offset_delta(batch: &mut [u8], delta: i32) {
    assert!(batch.len() >= HEADER_BYTES, "a batch has at least its header");
    batch[LAST_OFFSET_DELTA_AT..BASE_TIMESTAMP_AT].copy_from_slice(&delta.to_be_bytes());
    let crc = crc32c(&batch[ATTRIBUTES_AT..]);
    batch[CRC_AT..ATTRIBUTES_AT].copy_from_slice(&crc.to_be_bytes());
}

/// Makes a batch say CreateTime, this largest timestamp and no delete horizon; recomputes the CRC.
pub(super) fn correct(batch: &mut [u8], max_timestamp: i64) {
    assert!(batch.len() >= HEADER_BYTES, "a batch has at least its header");
    // The bits are in the low byte of the attributes.
    batch[ATTRIBUTES_AT + 1] &= !((TIMESTAMP_TYPE_BIT | DELETE_HORIZON_BIT) as u8);
    batch[MAX_TIMESTAMP_AT..PRODUCER_ID_AT].copy_from_slice(&max_timestamp.to_be_bytes());
    let crc = crc32c(&batch[ATTRIBUTES_AT..]);
    batch[CRC_AT..ATTRIBUTES_AT].copy_from_slice(&crc.to_be_bytes());
}

/// Moves every timestamp of a batch so that its first record has `base_ms`, and recomputes the
/// CRC: a batch that was built once can be sent again as another one.
///
/// # Panics
/// If `batch` is shorter than a batch header: it was not validated.
pub fn rewrite_timestamps(batch: &mut [u8], base_ms: i64) {
    let head = batch.first_chunk::<HEADER_BYTES>().expect("a batch has at least its header");
    let was_ms = i64::from_be_bytes(take(head, BASE_TIMESTAMP_AT));
    let max_ms = i64::from_be_bytes(take(head, MAX_TIMESTAMP_AT));
    let max_ms = max_ms.wrapping_sub(was_ms).wrapping_add(base_ms);
    batch[BASE_TIMESTAMP_AT..MAX_TIMESTAMP_AT].copy_from_slice(&base_ms.to_be_bytes());
    batch[MAX_TIMESTAMP_AT..PRODUCER_ID_AT].copy_from_slice(&max_ms.to_be_bytes());
    let crc = crc32c(&batch[ATTRIBUTES_AT..]);
    batch[CRC_AT..ATTRIBUTES_AT].copy_from_slice(&crc.to_be_bytes());
}
