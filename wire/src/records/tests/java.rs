//! Batches made by `MemoryRecords` of kafka-clients 4.4.0: the same three records in every codec.

use std::borrow::Cow;

use super::unhex;
use crate::records::{
    BatchBuilder, Compression, Decompressor, Header, Record, records, validate_produced,
};

const BATCHES: [(Compression, &str); 5] = [
    (
        Compression::None,
        "00000000000000000000008cffffffff02d152a9aa0000000000020000018bcfe568000000018bcf\
         e56807000000000000126700030000002a0000000332000000046b301476616c7565207a65726f04\
         02680278026e016e000e020162746964652074696465207469646520746964652074696465207469\
         646520746964652074696465207469646520746964650010000604046b320100",
    ),
    (
        Compression::Gzip,
        "000000000000000000000076ffffffff0214ea7cf30001000000020000018bcfe568000000018bcf\
         e56807000000000000126700030000002a000000031f8b08000000000000ff3362606060c9361029\
         4bcc294d55a84a2dca6761ca60aa60ca63cc63e063624c2ac94c49552085601060606361c9366264\
         0000ad3aa5515b000000",
    ),
    (
        Compression::Snappy,
        "00000000000000000000007affffffff02269f895b0002000000020000018bcfe568000000018bcf\
         e56807000000000000126700030000002a0000000382534e41505059000000000100000001000000\
         355b9032000000046b301476616c7565207a65726f0402680278026e016e000e0201627469646520\
         ae0500240010000604046b320100",
    ),
    (
        Compression::Lz4,
        "000000000000000000000075ffffffff022dff95030003000000020000018bcfe568000000018bcf\
         e56807000000000000126700030000002a0000000304224d1860408235000000ff1632000000046b\
         301476616c7565207a65726f0402680278026e016e000e0201627469646520050019a00010000604\
         046b32010000000000",
    ),
    (
        Compression::Zstd,
        "000000000000000000000074ffffffff02b2cdb5ac0004000000020000018bcfe568000000018bcf\
         e56807000000000000126700030000002a0000000328b52ffd0058bc0100f40232000000046b3014\
         76616c7565207a65726f0402680278026e016e000e02016274696465200010000604046b32010001\
         000d667902010000",
    ),
];

fn bytes(bytes: &[u8]) -> Option<Cow<'_, [u8]>> {
    Some(Cow::Borrowed(bytes))
}

fn expected() -> Vec<Record<'static>> {
    let header = |key, value| Header { key: Cow::Borrowed(key), value };
    vec![
        Record {
            offset: 0,
            timestamp: 1_700_000_000_000,
            key: bytes(b"k0"),
            value: bytes(b"value zero"),
            headers: vec![header("h", bytes(b"x")), header("n", None)],
        },
        Record {
            offset: 1,
            timestamp: 1_700_000_000_007,
            key: None,
            value: bytes(b"tide tide tide tide tide tide tide tide tide tide"),
            headers: Vec::new(),
        },
        Record {
            offset: 2,
            timestamp: 1_700_000_000_003,
            key: bytes(b"k2"),
            value: None,
            headers: Vec::new(),
        },
    ]
}

#[test]
fn java_batches_are_accepted_and_read() {
    for (codec, hex) in BATCHES {
        let batch = unhex(hex);
        let produced = validate_produced(&batch, &mut Decompressor::new()).unwrap();
        let header = produced.header;
        assert_eq!(header.compression(), Ok(codec));
        assert_eq!((header.base_offset, header.last_offset()), (0, 2));
        assert_eq!(header.partition_leader_epoch, -1);
        assert_eq!(header.total_size_bytes(), batch.len());
        assert_eq!(header.base_timestamp, 1_700_000_000_000);
        assert_eq!(header.max_timestamp, 1_700_000_000_007);
        assert_eq!((header.producer_id, header.producer_epoch), (4711, 3));
        assert_eq!((header.base_sequence, header.last_sequence()), (42, 44));
        assert!(!header.is_transactional() && !header.is_control());
        let times = (produced.records.min_timestamp_ms, produced.records.max_timestamp_ms);
        assert_eq!(times, (1_700_000_000_000, 1_700_000_000_007));
        assert!(produced.is_correct() && produced.records.has_keyless);
        let read: Vec<_> = records(&batch).unwrap().map(Result::unwrap).collect();
        assert_eq!(read, expected(), "{codec:?}");
    }
}

#[test]
fn our_builder_writes_the_bytes_java_writes() {
    // Compressed bytes depend on the library; the uncompressed ones do not.
    let mut builder = BatchBuilder::new().producer(4711, 3, 42);
    for record in expected() {
        let headers: Vec<_> =
            record.headers.iter().map(|h| (h.key.as_ref(), h.value.as_deref())).collect();
        builder.append(record.timestamp, record.key.as_deref(), record.value.as_deref(), &headers);
    }
    assert_eq!(builder.build().unwrap(), unhex(BATCHES[0].1));
}
