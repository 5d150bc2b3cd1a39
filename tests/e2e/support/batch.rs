//! Record batches (magic 2), built and read by hand: the tests must not take the broker's word
//! for its own format.

use std::ops::Range;

pub const HEADER_BYTES: usize = 61;
/// The CRC covers what follows it.
const CRC_FROM: usize = 21;

pub const NO_PRODUCER: i64 = -1;

#[derive(Clone, Debug)]
pub struct Builder {
    pub producer_id: i64,
    pub producer_epoch: i16,
    pub base_sequence: i32,
    pub timestamp_ms: i64,
    /// Kafka's number of the compression, which the caller has applied to `records`.
    pub compression: i16,
}

impl Default for Builder {
    fn default() -> Builder {
        Builder {
            producer_id: NO_PRODUCER,
            producer_epoch: -1,
            base_sequence: -1,
            timestamp_ms: now_ms(),
            compression: 0,
        }
    }
}

pub fn now_ms() -> i64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    now.expect("a clock after 1970").as_millis() as i64
}

impl Builder {
    pub fn idempotent(producer_id: i64, producer_epoch: i16, base_sequence: i32) -> Builder {
        Builder { producer_id, producer_epoch, base_sequence, ..Builder::default() }
    }

    /// A batch of records without keys.
    pub fn values<V: AsRef<[u8]>>(&self, values: &[V]) -> Vec<u8> {
        self.records(&values.iter().map(|value| (None, value.as_ref())).collect::<Vec<_>>())
    }

    pub fn records(&self, records: &[(Option<&[u8]>, &[u8])]) -> Vec<u8> {
        let mut body = Vec::new();
        for (delta, (key, value)) in records.iter().enumerate() {
            put_record(&mut body, delta as i64, *key, value);
        }
        self.raw(&body, records.len() as i32)
    }

    /// A batch around records that are encoded, and perhaps compressed, already.
    pub fn raw(&self, body: &[u8], count: i32) -> Vec<u8> {
        let mut batch = Vec::with_capacity(HEADER_BYTES + body.len());
        batch.extend_from_slice(&0i64.to_be_bytes());
        batch.extend_from_slice(&((HEADER_BYTES - 12 + body.len()) as i32).to_be_bytes());
        batch.extend_from_slice(&(-1i32).to_be_bytes());
        batch.push(2);
        batch.extend_from_slice(&[0; 4]);
        batch.extend_from_slice(&self.compression.to_be_bytes());
        batch.extend_from_slice(&(count - 1).to_be_bytes());
        batch.extend_from_slice(&self.timestamp_ms.to_be_bytes());
        batch.extend_from_slice(&self.timestamp_ms.to_be_bytes());
        batch.extend_from_slice(&self.producer_id.to_be_bytes());
        batch.extend_from_slice(&self.producer_epoch.to_be_bytes());
        batch.extend_from_slice(&self.base_sequence.to_be_bytes());
        batch.extend_from_slice(&count.to_be_bytes());
        batch.extend_from_slice(body);
        seal(&mut batch);
        batch
    }
}

/// Writes the CRC that fits the bytes.
pub fn seal(batch: &mut [u8]) {
    let crc = crc32c::crc32c(&batch[CRC_FROM..]);
    batch[17..21].copy_from_slice(&crc.to_be_bytes());
}

/// The records of a batch without its header, as a compressor gets them.
pub fn encode_records(records: &[(Option<&[u8]>, &[u8])]) -> Vec<u8> {
    let mut body = Vec::new();
    for (delta, (key, value)) in records.iter().enumerate() {
        put_record(&mut body, delta as i64, *key, value);
    }
    body
}

fn put_record(out: &mut Vec<u8>, offset_delta: i64, key: Option<&[u8]>, value: &[u8]) {
    let mut record = vec![0];
    put_varint(&mut record, 0);
    put_varint(&mut record, offset_delta);
    put_varint(&mut record, key.map_or(-1, |key| key.len() as i64));
    record.extend_from_slice(key.unwrap_or_default());
    put_varint(&mut record, value.len() as i64);
    record.extend_from_slice(value);
    put_varint(&mut record, 0);
    put_varint(out, record.len() as i64);
    out.extend_from_slice(&record);
}

fn put_varint(out: &mut Vec<u8>, value: i64) {
    let mut rest = ((value << 1) ^ (value >> 63)) as u64;
    while rest >= 0x80 {
        out.push(rest as u8 | 0x80);
        rest >>= 7;
    }
    out.push(rest as u8);
}

/// A batch as a fetch returned it.
#[derive(Clone, Copy)]
pub struct Batch<'a> {
    pub bytes: &'a [u8],
}

impl<'a> Batch<'a> {
    fn int<const N: usize>(&self, at: usize) -> [u8; N] {
        self.bytes[at..at + N].try_into().expect("a header")
    }

    pub fn base_offset(&self) -> i64 {
        i64::from_be_bytes(self.int(0))
    }

    pub fn crc(&self) -> u32 {
        u32::from_be_bytes(self.int(17))
    }

    pub fn crc_fits(&self) -> bool {
        crc32c::crc32c(&self.bytes[CRC_FROM..]) == self.crc()
    }

    pub fn attributes(&self) -> i16 {
        i16::from_be_bytes(self.int(21))
    }

    pub fn last_offset(&self) -> i64 {
        self.base_offset() + i64::from(i32::from_be_bytes(self.int(23)))
    }

    pub fn max_timestamp_ms(&self) -> i64 {
        i64::from_be_bytes(self.int(35))
    }

    /// What the broker may not change: everything from the CRC on.
    pub fn sealed(&self) -> &'a [u8] {
        &self.bytes[17..]
    }

    /// Offset and value of each record of a batch that is not compressed.
    pub fn values(&self) -> Vec<(i64, &'a [u8])> {
        assert_eq!(self.attributes() & 7, 0, "only uncompressed batches are read here");
        let count = i32::from_be_bytes(self.int(57));
        let mut rest = &self.bytes[HEADER_BYTES..];
        let mut values = Vec::with_capacity(count as usize);
        for _ in 0..count {
            let length = take_varint(&mut rest) as usize;
            let (mut record, after) = rest.split_at(length);
            rest = after;
            record = &record[1..];
            take_varint(&mut record);
            let offset = self.base_offset() + take_varint(&mut record);
            let key = take_varint(&mut record).max(0) as usize;
            record = &record[key..];
            let value = take_varint(&mut record).max(0) as usize;
            values.push((offset, &record[..value]));
        }
        values
    }
}

fn take_varint(rest: &mut &[u8]) -> i64 {
    let mut value = 0u64;
    let mut shift = 0;
    loop {
        let byte = rest[0];
        *rest = &rest[1..];
        value |= u64::from(byte & 0x7F) << shift;
        if byte & 0x80 == 0 {
            return (value >> 1) as i64 ^ -((value & 1) as i64);
        }
        shift += 7;
    }
}

/// The whole batches in `bytes`; a last one that is cut off is left out, as Kafka's clients do.
pub fn batches(bytes: &[u8]) -> Vec<Batch<'_>> {
    positions(bytes).into_iter().map(|range| Batch { bytes: &bytes[range] }).collect()
}

/// Where the whole batches in `bytes` are.
pub fn positions(bytes: &[u8]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut at = 0;
    while at + HEADER_BYTES <= bytes.len() {
        let length = i32::from_be_bytes(bytes[at + 8..at + 12].try_into().expect("four bytes"));
        let end = at + 12 + length.max(0) as usize;
        if length < (HEADER_BYTES - 12) as i32 || end > bytes.len() {
            break;
        }
        found.push(at..end);
        at = end;
    }
    found
}
