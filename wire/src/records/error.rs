//! What can be wrong with a record batch.

use thiserror::Error;

/// Why a batch was refused. Each variant says which Kafka error a client is told; the mapping
/// itself lives where all of them do, in the broker.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum BatchError {
    /// Fewer bytes than the batch, or its header, needs. `CORRUPT_MESSAGE`.
    #[error("the batch needs {needed_bytes} bytes, {have_bytes} are there")]
    Truncated { needed_bytes: usize, have_bytes: usize },
    /// `batch_length` cannot hold a batch header. `CORRUPT_MESSAGE`.
    #[error("batch length {0} is less than a batch header")]
    BadLength(i32),
    /// Bytes follow the batch; a produce request carries exactly one per partition.
    /// `INVALID_RECORD`.
    #[error("{0} bytes follow the batch: a request carries one batch per partition")]
    TrailingBytes(usize),
    /// Not record batch format 2, the only one since Kafka 4. `INVALID_RECORD` from a client
    /// (`CORRUPT_MESSAGE` where our own log is read).
    #[error("batch format (magic) {0}, only 2 is supported")]
    BadMagic(i8),
    /// The CRC32C does not match the bytes. `CORRUPT_MESSAGE`.
    #[error("batch checksum {computed:#010x} is not the declared {declared:#010x}")]
    BadCrc { declared: u32, computed: u32 },
    /// A compression codec this protocol does not know. `UNSUPPORTED_COMPRESSION_TYPE`.
    #[error("unknown compression codec {0}")]
    UnknownCompression(u8),
    /// A client sent a control batch. `INVALID_RECORD`.
    #[error("clients may not write control batches")]
    ControlFromClient,
    /// Record count and last offset delta contradict each other. `INVALID_RECORD`.
    #[error("{records_count} records, but the last offset delta is {last_offset_delta}")]
    CountMismatch { records_count: i32, last_offset_delta: i32 },
    /// A producer id without a usable epoch or sequence, or a transaction without a producer id.
    /// `INVALID_RECORD`.
    #[error("producer id {producer_id} with epoch {producer_epoch} and sequence {base_sequence}")]
    BadProducer { producer_id: i64, producer_epoch: i16, base_sequence: i32 },
    /// A record does not parse, or not at the place its batch says. `INVALID_RECORD`.
    #[error("record {index}: {what}")]
    BadRecord { index: i32, what: &'static str },
    /// The compressed bytes do not decompress. `INVALID_RECORD` (Kafka has no word for it): with
    /// `CORRUPT_MESSAGE` clients would try again, and it would be no better.
    #[error("{codec} data does not decompress: {why}")]
    Decompression { codec: &'static str, why: String },
    /// LZ4 in linked blocks, which Java's clients cannot read. `INVALID_RECORD`.
    #[error("LZ4 frames need independent blocks: with linked ones Java's consumers cannot read")]
    LinkedBlocks,
    /// Decompressing would take more memory than allowed. `MESSAGE_TOO_LARGE`.
    #[error("the batch decompresses to more than {limit_bytes} bytes")]
    TooLargeDecompressed { limit_bytes: usize },
    /// Packed as the topic asks, the batch is larger than the topic takes. `MESSAGE_TOO_LARGE`.
    #[error("compressed as the topic asks, the batch is larger than {limit_bytes} bytes")]
    PackedTooLarge { limit_bytes: usize },
    /// A batch cannot be built: no records, or a field out of its range. A bug of the caller, never
    /// caused by a client.
    #[error("cannot build the batch: {0}")]
    Build(&'static str),
}
