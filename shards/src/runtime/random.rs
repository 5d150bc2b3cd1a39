//! Randomness from the system, for ids and seeds; nothing on a record's way needs any.

use wire::Uuid;

fn fill(bytes: &mut [u8]) {
    // Without it no id is safe from meeting another: there is no way on.
    getrandom::fill(bytes).expect("the system gives random bytes");
}

pub fn u64() -> u64 {
    let mut bytes = [0; 8];
    fill(&mut bytes);
    u64::from_ne_bytes(bytes)
}

/// A positive number, for ids that are not 0.
pub fn positive_i32() -> i32 {
    ((u64() >> 34) as i32).max(1)
}

/// A version 4 UUID whose text does not begin with a dash, as Kafka's ids.
pub fn uuid() -> Uuid {
    loop {
        let mut bytes = [0; 16];
        fill(&mut bytes);
        bytes[6] = bytes[6] & 0x0f | 0x40;
        bytes[8] = bytes[8] & 0x3f | 0x80;
        // The first six bits make the first character; 62 is the dash of url-safe base64.
        if bytes[0] >> 2 != 62 {
            return Uuid(bytes);
        }
    }
}
