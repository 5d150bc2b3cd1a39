//! The checks a batch passes before a broker takes it from a client.

use super::crc::crc32c;
use super::decompress::Decompressor;
use super::header::{ATTRIBUTES_AT, DELETE_HORIZON_BIT, correct};
use super::walk::{Facts, Summary, summarize_slice, walk_slice, walk_window};
use super::{BatchError, BatchHeader, Compression, HEADER_BYTES, TimestampType};

/// A batch that passed [`validate_produced`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Produced {
    /// As the client sent it.
    pub header: BatchHeader,
    pub records: Summary,
}

/// What a topic asks of each record that is produced to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecordRules {
    /// Compaction needs keys.
    pub keys: bool,
    /// The least timestamp; −1, which is none, is always taken.
    pub earliest_ms: i64,
    pub latest_ms: i64,
    /// The broker's time replaces all others: the bounds do not count.
    pub log_append_time: bool,
}

/// Why a record is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    NoKey,
    /// It is out of bounds.
    Timestamp(i64),
    /// Its batch says LogAppendTime, which only a broker may say, and gives no other time.
    LogAppendTime,
}

impl RecordRules {
    /// No record is refused.
    pub const NONE: Self =
        Self { keys: false, earliest_ms: i64::MIN, latest_ms: i64::MAX, log_append_time: false };

    /// Whether a record may be refused. `false` is sure.
    pub fn may_refuse(&self, produced: &Produced) -> bool {
        let Produced { header, records } = produced;
        let marked = header.timestamp_type() == TimestampType::LogAppendTime;
        let out_of_bounds = records.min_timestamp_ms < self.earliest_ms
            || records.max_timestamp_ms > self.latest_ms;
        self.keys && records.has_keyless
            || marked && (self.log_append_time || header.max_timestamp == NO_TIMESTAMP)
            || !self.log_append_time && out_of_bounds
    }

    fn fault(&self, header: &BatchHeader, facts: Facts) -> Option<Fault> {
        if self.keys && !facts.has_key {
            return Some(Fault::NoKey);
        }
        let marked = header.timestamp_type() == TimestampType::LogAppendTime;
        if marked && (self.log_append_time || header.max_timestamp == NO_TIMESTAMP) {
            return Some(Fault::LogAppendTime);
        }
        let timestamp = header.base_timestamp.wrapping_add(facts.timestamp_delta);
        let bounds = self.earliest_ms..=self.latest_ms;
        let free = self.log_append_time || timestamp == NO_TIMESTAMP;
        (!free && !bounds.contains(&timestamp)).then_some(Fault::Timestamp(timestamp))
    }
}

const NO_TIMESTAMP: i64 = -1;

impl Produced {
    /// Whether the header says of the records what is so, and nothing that only a broker may say.
    /// Else [`Produced::correct`] is to be called.
    #[inline]
    pub fn is_correct(&self) -> bool {
        self.header.max_timestamp == self.records.max_timestamp_ms
            && self.header.timestamp_type() == TimestampType::CreateTime
            && self.header.attributes & DELETE_HORIZON_BIT == 0
    }

    /// Makes `batch`, a copy of what was validated, say CreateTime and its records' largest
    /// timestamp, as Kafka does; takes off the delete horizon, which a cleaner sets and a mirror
    /// may bring along.
    ///
    /// # Panics
    /// If `batch` is shorter than a batch header.
    pub fn correct(&mut self, batch: &mut [u8]) {
        correct(batch, self.records.max_timestamp_ms);
        self.header = BatchHeader::parse(batch).expect("it was parsed before");
    }
}

/// Checks what a producer sent for one partition: exactly one batch of format 2, whose length and
/// CRC32C are right, whose attributes a client may set, and whose counts agree with the records in
/// it, decompressed where they are compressed.
///
/// The caller still checks what depends on the topic or request: size, what is asked of each record
/// ([`RecordRules`]), sequence numbers, zstd only from Produce v7 on.
///
/// # Errors
/// The first thing found wrong, the checksum before anything it covers.
#[inline]
pub fn validate_produced(
    bytes: &[u8],
    decompressor: &mut Decompressor,
) -> Result<Produced, BatchError> {
    let header = BatchHeader::parse(bytes)?;
    let total_bytes = header.total_size_bytes();
    if bytes.len() < total_bytes {
        return Err(BatchError::Truncated { needed_bytes: total_bytes, have_bytes: bytes.len() });
    }
    if bytes.len() > total_bytes {
        return Err(BatchError::TrailingBytes(bytes.len() - total_bytes));
    }
    let computed = crc32c(&bytes[ATTRIBUTES_AT..]);
    if computed != header.crc {
        return Err(BatchError::BadCrc { declared: header.crc, computed });
    }
    let codec = check_client_header(&header)?;
    let stored = &bytes[HEADER_BYTES..];
    let records = match codec {
        Compression::None => summarize_slice(&header, stored)?,
        _ => {
            let mut records = Summary::NONE;
            let note = |_, facts| records.note(header.base_timestamp, facts);
            walk_window(&header, decompressor.open(codec, stored)?, note)?;
            records
        }
    };
    Ok(Produced { header, records })
}

/// Tells of each record of a batch that passed [`validate_produced`] and that `rules` refuse: its
/// index in the batch, and why.
///
/// # Errors
/// None with a batch that passed.
pub fn record_faults(
    batch: &[u8],
    rules: &RecordRules,
    decompressor: &mut Decompressor,
    mut visit: impl FnMut(i32, Fault),
) -> Result<(), BatchError> {
    let header = BatchHeader::parse(batch)?;
    let stored = &batch[HEADER_BYTES..];
    let note = |index, facts| {
        if let Some(fault) = rules.fault(&header, facts) {
            visit(index, fault);
        }
    };
    match header.compression()? {
        Compression::None => walk_slice(&header, stored, note),
        codec => walk_window(&header, decompressor.open(codec, stored)?, note),
    }
}

fn check_client_header(header: &BatchHeader) -> Result<Compression, BatchError> {
    let codec = header.compression()?;
    if header.is_control() {
        return Err(BatchError::ControlFromClient);
    }
    if header.records_count < 1 || header.last_offset_delta != header.records_count - 1 {
        return Err(BatchError::CountMismatch {
            records_count: header.records_count,
            last_offset_delta: header.last_offset_delta,
        });
    }
    // Without a producer id, epoch and sequence mean nothing, and some clients leave zeros there.
    let bad_producer = if header.has_producer() {
        header.producer_epoch < 0 || header.base_sequence < 0
    } else {
        header.is_transactional()
    };
    if bad_producer {
        return Err(BatchError::BadProducer {
            producer_id: header.producer_id,
            producer_epoch: header.producer_epoch,
            base_sequence: header.base_sequence,
        });
    }
    Ok(codec)
}
