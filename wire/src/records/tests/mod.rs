mod checked;
mod compression;
mod java;
mod produced;
mod reading;
mod retained;

use super::header::{ATTRIBUTES_AT, CRC_AT};

fn unhex(hex: &str) -> Vec<u8> {
    let digits: Vec<u8> = hex.chars().map(|c| c.to_digit(16).unwrap() as u8).collect();
    digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect()
}

/// Makes the checksum right again after an edit, so that what lies behind it is judged.
fn reseal(batch: &mut [u8]) {
    let crc = super::crc::crc32c(&batch[ATTRIBUTES_AT..]);
    batch[CRC_AT..ATTRIBUTES_AT].copy_from_slice(&crc.to_be_bytes());
}
