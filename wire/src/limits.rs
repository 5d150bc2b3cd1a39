//! Every limit of the codec.

/// What decoding a frame of `n` bytes may allocate: `n * BUDGET_PER_BYTE + BUDGET_BASE_BYTES`.
pub const BUDGET_PER_BYTE: usize = 8;
/// See [`BUDGET_PER_BYTE`].
pub const BUDGET_BASE_BYTES: usize = 64 * 1024;
/// Bytes of a string, also of a compact one, whose length field could say more.
pub const STRING_BYTES_MAX: usize = i16::MAX as usize;
/// Bytes of a varint of 32 bits.
pub const VARINT_BYTES_MAX: usize = 5;
/// Bytes that the records of one batch may decompress to; more is a bomb.
pub const MAX_DECOMPRESSED_BATCH_BYTES: usize = 256 * 1024 * 1024;

const _: () = assert!(BUDGET_BASE_BYTES >= 16 * 1024, "a small request always decodes");
