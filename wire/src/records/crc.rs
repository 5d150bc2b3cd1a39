//! CRC32C, the checksum of record batches, in one place so that its implementation can be swapped.

/// CRC32C (Castagnoli) of `bytes`.
#[inline]
pub(super) fn crc32c(bytes: &[u8]) -> u32 {
    crc32c::crc32c(bytes)
}
