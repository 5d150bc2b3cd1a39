//! Bytes that are not a message are an error, never a panic.

use wire::codec::DecodeError;

use crate::table::{self, Message};

/// A small source of randomness for damage (splitmix64).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }
}

fn each_version(mut visit: impl FnMut(&Message, i16)) {
    for message in table::all() {
        for version in message.versions() {
            visit(&message, version);
        }
    }
}

#[test]
fn a_frame_cut_anywhere_is_an_error() {
    each_version(|message, version| {
        for seed in 0..6 {
            let bytes = (message.random)(seed, version);
            for length in 0..bytes.len() {
                let result = (message.decode)(&bytes[..length], version);
                assert!(
                    matches!(
                        result,
                        Err(DecodeError::Truncated { .. } | DecodeError::ArrayTooLong { .. })
                    ),
                    "{} v{version} seed {seed} cut to {length} of {}: {result:?}",
                    message.name,
                    bytes.len()
                );
            }
        }
    });
}

#[test]
fn a_byte_too_many_is_an_error() {
    each_version(|message, version| {
        let mut bytes = (message.random)(7, version);
        bytes.push(0);
        let result = (message.again)(&bytes, version);
        assert_eq!(result, Err(DecodeError::TrailingBytes(1)), "{} v{version}", message.name);
    });
}

/// What still decodes must be something that can be written and read again.
fn check(message: &Message, version: i16, bytes: &[u8]) {
    let Ok(canonical) = (message.again)(bytes, version) else { return };
    let again = (message.again)(&canonical, version);
    assert_eq!(again, Ok(canonical), "{} v{version} {bytes:02x?}", message.name);
}

#[test]
fn a_flipped_bit_never_panics() {
    each_version(|message, version| {
        let mut bytes = (message.random)(3, version);
        bytes.truncate(400);
        for index in 0..bytes.len() {
            for bit in 0..8 {
                bytes[index] ^= 1 << bit;
                check(message, version, &bytes);
                bytes[index] ^= 1 << bit;
            }
        }
    });
}

#[test]
fn overwritten_bytes_never_panic() {
    // Values that lengths and counts are most surprised by.
    const EDGES: [u8; 8] = [0x00, 0x01, 0x02, 0x7f, 0x80, 0x81, 0xfe, 0xff];
    let mut random = Random(1);
    each_version(|message, version| {
        for seed in 0..40 {
            let mut bytes = (message.random)(seed, version);
            if bytes.is_empty() {
                continue;
            }
            for _ in 0..=random.below(4) {
                let start = random.below(bytes.len());
                let end = (start + 1 + random.below(5)).min(bytes.len());
                let edge = EDGES[random.below(EDGES.len())];
                bytes[start..end].fill(edge);
            }
            check(message, version, &bytes);
        }
    });
}

#[test]
fn garbage_never_panics() {
    let mut random = Random(2);
    each_version(|message, version| {
        for _ in 0..200 {
            let length = random.below(120);
            let mask = [0xff, 0x0f, 0x03][random.below(3)];
            let bytes: Vec<u8> = (0..length).map(|_| random.next() as u8 & mask).collect();
            check(message, version, &bytes);
        }
    });
}
