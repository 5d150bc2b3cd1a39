//! Building batches: for tools, tests, the load generator and the broker's own logs.

use super::compress::compress;
use super::crc::crc32c;
use super::header::{ATTRIBUTES_AT, CRC_AT};
use super::varint::{put_varint, put_varlong, varlong_len_bytes};
use super::{
    BatchError, BatchHeader, Compression, HEADER_BYTES, LENGTH_OVERHEAD_BYTES, MAGIC,
    NO_PRODUCER_ID, TimestampType,
};

/// Collects records into one batch. It may be used again: `build` leaves it empty but keeps
/// settings and memory.
///
/// ```
/// use wire::records::{BatchBuilder, Compression, Decompressor, validate_produced};
/// let mut builder = BatchBuilder::new().compression(Compression::Lz4);
/// builder.append(1_700_000_000_000, Some(b"key"), Some(b"value"), &[]);
/// let batch = builder.build().unwrap();
/// let produced = validate_produced(&batch, &mut Decompressor::new()).unwrap();
/// assert_eq!(produced.header.records_count, 1);
/// ```
#[derive(Debug, Clone)]
pub struct BatchBuilder {
    base_offset: i64,
    leader_epoch: i32,
    compression: Compression,
    timestamp_type: TimestampType,
    producer_id: i64,
    producer_epoch: i16,
    base_sequence: i32,
    transactional: bool,
    control: bool,
    records: Vec<u8>,
    records_count: i32,
    last_offset_delta: i32,
    base_timestamp: i64,
    max_timestamp: i64,
}

impl Default for BatchBuilder {
    fn default() -> Self {
        Self::new()
    }
}

impl BatchBuilder {
    /// An empty batch as a plain producer sends it: offset 0, no leader epoch, CreateTime, not
    /// compressed, no producer id.
    pub fn new() -> Self {
        Self {
            base_offset: 0,
            leader_epoch: -1,
            compression: Compression::None,
            timestamp_type: TimestampType::CreateTime,
            producer_id: NO_PRODUCER_ID,
            producer_epoch: -1,
            base_sequence: -1,
            transactional: false,
            control: false,
            records: Vec::new(),
            records_count: 0,
            last_offset_delta: -1,
            base_timestamp: -1,
            max_timestamp: -1,
        }
    }

    #[must_use]
    pub fn base_offset(mut self, base_offset: i64) -> Self {
        self.base_offset = base_offset;
        self
    }

    #[must_use]
    pub fn leader_epoch(mut self, leader_epoch: i32) -> Self {
        self.leader_epoch = leader_epoch;
        self
    }

    #[must_use]
    pub fn compression(mut self, codec: Compression) -> Self {
        self.compression = codec;
        self
    }

    /// With `LogAppendTime`, the largest timestamp appended holds for all records.
    #[must_use]
    pub fn timestamp_type(mut self, kind: TimestampType) -> Self {
        self.timestamp_type = kind;
        self
    }

    /// The idempotent producer's fields (KIP-98).
    #[must_use]
    pub fn producer(mut self, id: i64, epoch: i16, base_sequence: i32) -> Self {
        self.producer_id = id;
        self.producer_epoch = epoch;
        self.base_sequence = base_sequence;
        self
    }

    #[must_use]
    pub fn transactional(mut self, transactional: bool) -> Self {
        self.transactional = transactional;
        self
    }

    #[must_use]
    pub fn control(mut self, control: bool) -> Self {
        self.control = control;
        self
    }

    /// Sets the sequence of the next batch, for a builder that is used again.
    pub fn set_base_sequence(&mut self, base_sequence: i32) {
        self.base_sequence = base_sequence;
    }

    /// Adds a record behind the last one.
    pub fn append(
        &mut self,
        timestamp_ms: i64,
        key: Option<&[u8]>,
        value: Option<&[u8]>,
        headers: &[(&str, Option<&[u8]>)],
    ) -> &mut Self {
        let offset_delta = self.last_offset_delta.wrapping_add(1);
        self.append_at(offset_delta, timestamp_ms, key, value, headers)
    }

    /// Adds a record at an offset of its own, as a compacted log has them.
    pub fn append_at(
        &mut self,
        offset_delta: i32,
        timestamp_ms: i64,
        key: Option<&[u8]>,
        value: Option<&[u8]>,
        headers: &[(&str, Option<&[u8]>)],
    ) -> &mut Self {
        if self.records_count == 0 {
            self.base_timestamp = timestamp_ms;
            self.max_timestamp = timestamp_ms;
        }
        self.max_timestamp = self.max_timestamp.max(timestamp_ms);
        let timestamp_delta = timestamp_ms.wrapping_sub(self.base_timestamp);
        let headers_bytes: usize = headers
            .iter()
            .map(|(name, value)| bytes_len(Some(name.as_bytes())) + bytes_len(*value))
            .sum();
        let len_bytes = 1
            + varlong_len_bytes(timestamp_delta)
            + varlong_len_bytes(i64::from(offset_delta))
            + bytes_len(key)
            + bytes_len(value)
            + varlong_len_bytes(headers.len() as i64)
            + headers_bytes;
        let out = &mut self.records;
        put_varlong(out, len_bytes as i64);
        out.push(0);
        put_varlong(out, timestamp_delta);
        put_varint(out, offset_delta);
        put_bytes(out, key);
        put_bytes(out, value);
        put_varlong(out, headers.len() as i64);
        for (name, value) in headers {
            put_bytes(out, Some(name.as_bytes()));
            put_bytes(out, *value);
        }
        self.last_offset_delta = offset_delta;
        self.records_count = self.records_count.saturating_add(1);
        self
    }

    pub fn records_count(&self) -> i32 {
        self.records_count
    }

    /// Bytes of the batch if it were built now without compression.
    pub fn size_bytes(&self) -> usize {
        HEADER_BYTES + self.records.len()
    }

    /// The finished batch; the builder is empty afterwards.
    ///
    /// # Errors
    /// `Build`: no records, or more bytes than a batch can have.
    pub fn build(&mut self) -> Result<Vec<u8>, BatchError> {
        let mut out = Vec::with_capacity(self.size_bytes());
        self.build_into(&mut out)?;
        Ok(out)
    }

    /// Appends the finished batch to `out`; the builder is empty afterwards.
    ///
    /// # Errors
    /// As [`BatchBuilder::build`]; `out` is then as it was.
    pub fn build_into(&mut self, out: &mut Vec<u8>) -> Result<(), BatchError> {
        if self.records_count == 0 {
            return Err(BatchError::Build("it has no records"));
        }
        let start = out.len();
        out.resize(start + HEADER_BYTES, 0);
        let finished = compress(self.compression, &self.records, out)
            .and_then(|()| self.write_header(&mut out[start..]));
        if finished.is_err() {
            out.truncate(start);
        }
        self.clear();
        finished
    }

    /// Drops the records, keeps the settings.
    pub fn clear(&mut self) {
        self.records.clear();
        self.records_count = 0;
        self.last_offset_delta = -1;
    }

    fn write_header(&self, batch: &mut [u8]) -> Result<(), BatchError> {
        let mut header = BatchHeader {
            base_offset: self.base_offset,
            batch_length: i32::try_from(batch.len() - LENGTH_OVERHEAD_BYTES)
                .map_err(|_| BatchError::Build("it is larger than 2 GiB"))?,
            partition_leader_epoch: self.leader_epoch,
            magic: MAGIC,
            crc: 0,
            attributes: BatchHeader::attribute_bits(
                self.compression,
                self.timestamp_type,
                self.transactional,
                self.control,
            ),
            last_offset_delta: self.last_offset_delta,
            base_timestamp: self.base_timestamp,
            max_timestamp: self.max_timestamp,
            producer_id: self.producer_id,
            producer_epoch: self.producer_epoch,
            base_sequence: self.base_sequence,
            records_count: self.records_count,
        };
        write_at_start(batch, &header)?;
        header.crc = crc32c(&batch[ATTRIBUTES_AT..]);
        batch[CRC_AT..ATTRIBUTES_AT].copy_from_slice(&header.crc.to_be_bytes());
        Ok(())
    }
}

fn write_at_start(batch: &mut [u8], header: &BatchHeader) -> Result<(), BatchError> {
    let head = batch.first_chunk_mut().ok_or(BatchError::Build("no room for its header"))?;
    header.write(head);
    Ok(())
}

fn bytes_len(bytes: Option<&[u8]>) -> usize {
    match bytes {
        None => 1,
        Some(bytes) => varlong_len_bytes(bytes.len() as i64) + bytes.len(),
    }
}

fn put_bytes(out: &mut Vec<u8>, bytes: Option<&[u8]>) {
    match bytes {
        None => put_varint(out, -1),
        Some(bytes) => {
            put_varlong(out, bytes.len() as i64);
            out.extend_from_slice(bytes);
        }
    }
}
