//! Record batches.

use wire::records::{
    BatchBuilder, BatchHeader, Batches, Compression, Decompressor, HEADER_BYTES,
    LENGTH_OVERHEAD_BYTES, Payload, Produced, RecordRules, check_crc, record_faults,
    records_with_limit, rewrite_assigned, rewrite_log_append_time, validate_produced,
};

use crate::memory;

/// What a batch may decompress to here; small, so that a fuzzer soon meets the limit.
const LIMIT_BYTES: usize = 64 * 1024;
/// What decompressors need beside their output, and how far a growing output overshoots. The most
/// is an LZ4 frame of dependent blocks of 4 MiB: one block of input, two of output, and a window.
const DECOMPRESSOR_BYTES: usize = 13 * 1024 * 1024;

const LENGTH_AT: usize = 8;
const MAGIC_AT: usize = 16;
const CRC_AT: usize = 17;
const ATTRIBUTES_AT: usize = 21;

/// The first byte says how the rest becomes batches:
/// as it is; as one batch whose frame is right, so that what lies behind the checks is reached; or
/// as records that are compressed and then damaged.
pub fn records(input: &[u8]) {
    let [how, rest @ ..] = input else { return };
    match how % 4 {
        0 => check_all(rest),
        1 => {
            let mut batch = rest.to_vec();
            repair(&mut batch);
            check_all(&batch);
        }
        2 => {
            let mut batch = build(*how, rest);
            validate(&batch).expect("a batch that was built is valid");
            check_all(&batch);
            check_honest(&mut batch);
        }
        _ => {
            let (edits, rest) = rest.split_at(rest.len().min(9));
            let mut batch = build(*how, rest);
            damage(&mut batch, edits);
            repair(&mut batch);
            check_all(&batch);
        }
    }
}

/// Gives the bytes the frame of one batch: length, magic and checksum.
fn repair(batch: &mut Vec<u8>) {
    if batch.len() < HEADER_BYTES {
        batch.resize(HEADER_BYTES, 0);
    }
    let length = (batch.len() - LENGTH_OVERHEAD_BYTES) as i32;
    batch[LENGTH_AT..LENGTH_AT + 4].copy_from_slice(&length.to_be_bytes());
    batch[MAGIC_AT] = 2;
    let crc = crc32c::crc32c(&batch[ATTRIBUTES_AT..]);
    batch[CRC_AT..ATTRIBUTES_AT].copy_from_slice(&crc.to_be_bytes());
    assert!(check_crc(batch));
}

/// A batch of records whose keys and values are pieces of `content`.
fn build(how: u8, content: &[u8]) -> Vec<u8> {
    let codec = Compression::ALL[usize::from(how >> 2) % Compression::ALL.len()];
    let mut builder = BatchBuilder::new().compression(codec);
    if how & 0x80 != 0 {
        builder = builder.producer(7, 1, i32::MAX - 1).transactional(true);
    }
    let mut pieces = content.splitn(16, |byte| *byte == b'\n');
    loop {
        let (key, value) = (pieces.next(), pieces.next());
        builder.append(1_000, key, value, &[("name", key), ("", None)]);
        if value.is_none() {
            break;
        }
    }
    builder.build().expect("a batch of at least one record")
}

/// Three bytes to an edit: where (of two bytes), and what is put there.
fn damage(batch: &mut [u8], edits: &[u8]) {
    for edit in edits.chunks_exact(3) {
        let at = usize::from(u16::from_be_bytes([edit[0], edit[1]])) % batch.len();
        batch[at] = edit[2];
    }
}

fn check_all(bytes: &[u8]) {
    let (_, peak_bytes) = memory::peak_bytes(|| validate(bytes));
    let compressed = BatchHeader::parse(bytes)
        .is_ok_and(|header| header.compression() != Ok(Compression::None));
    let most = if compressed { LIMIT_BYTES + DECOMPRESSOR_BYTES + 64 * bytes.len() } else { 0 };
    assert!(peak_bytes <= most, "{peak_bytes} bytes to check a batch of {}", bytes.len());
    let mut batches = Batches::new(bytes);
    let mut consumed_bytes = 0;
    for item in batches.by_ref() {
        let Ok((header, batch)) = item else { continue };
        assert_eq!(batch.len(), header.total_size_bytes());
        assert_eq!(batch, &bytes[consumed_bytes..consumed_bytes + batch.len()]);
        consumed_bytes += batch.len();
        check_batch(&header, batch);
    }
    assert_eq!(batches.consumed_bytes(), consumed_bytes);
}

fn check_batch(header: &BatchHeader, batch: &[u8]) {
    let (read, peak_bytes) = memory::peak_bytes(|| read(batch));
    let most = LIMIT_BYTES + DECOMPRESSOR_BYTES + 8 * batch.len();
    assert!(peak_bytes <= most, "{peak_bytes} bytes for a batch of {}", batch.len());
    if let Ok((opened, count)) = read {
        assert!(opened <= LIMIT_BYTES.max(batch.len()), "{opened} bytes came out");
        assert_eq!(count, header.records_count.max(0));
    }
    let Ok(produced) = validate(batch) else { return };
    // What the broker takes from a producer, a consumer can read.
    assert!(read_in_order(batch), "{header:?}");
    let rules = RecordRules { keys: true, ..RecordRules::NONE };
    let mut keyless = false;
    let visit = |_, _| keyless = true;
    record_faults(batch, &rules, &mut Decompressor::with_limit(LIMIT_BYTES), visit)
        .expect("it was walked before");
    assert_eq!(keyless, produced.records.has_keyless);
}

fn validate(batch: &[u8]) -> Result<Produced, wire::records::BatchError> {
    validate_produced(batch, &mut Decompressor::with_limit(LIMIT_BYTES))
}

/// Reads all records; says how many bytes and records they were.
fn read(batch: &[u8]) -> Result<(usize, i32), wire::records::BatchError> {
    let payload = Payload::open(batch, LIMIT_BYTES)?;
    let mut count = 0;
    for record in &payload {
        record?;
        count += 1;
    }
    Ok((payload.bytes().len(), count))
}

/// Whether all records can be read and have the offsets that a producer gives them.
fn read_in_order(batch: &[u8]) -> bool {
    let Ok(records) = records_with_limit(batch, LIMIT_BYTES) else { return false };
    let base = BatchHeader::parse(batch).expect("it was opened").base_offset;
    records.enumerate().all(|(index, record)| {
        record.is_ok_and(|record| record.offset.wrapping_sub(base) == index as i64)
    })
}

/// What the broker writes into a batch keeps it whole.
fn check_honest(batch: &mut [u8]) {
    rewrite_assigned(batch, i64::MAX - 100, i32::MAX);
    assert!(check_crc(batch));
    rewrite_log_append_time(batch, -5);
    assert!(check_crc(batch));
    let crc = crc32c::crc32c(&batch[ATTRIBUTES_AT..]);
    let header = BatchHeader::parse(batch).expect("it was whole");
    assert_eq!((header.crc, header.base_offset), (crc, i64::MAX - 100));
    check_all(batch);
}
