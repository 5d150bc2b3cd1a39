//! Record batches (format 2): what producers send, logs hold and consumers get, byte for byte.
//!
//! The broker looks at a batch's header and checks it ([`validate_produced`]), assigns offsets in
//! place ([`rewrite_assigned`]) and otherwise passes the bytes through. Reading records
//! ([`records()`]) and building batches ([`BatchBuilder`]) is for the few places that need it: the
//! metadata log, coordinators, compaction, tools and tests.

mod batches;
mod builder;
mod compress;
mod crc;
mod decompress;
mod error;
mod header;
mod recompress;
mod record;
mod retain;
mod validate;
mod varint;
mod walk;

#[cfg(test)]
mod tests;

pub use batches::Batches;
pub use builder::BatchBuilder;
pub use compress::Packing;
pub use decompress::Decompressor;
pub use error::BatchError;
pub use header::{
    BatchHeader, Compression, HEADER_BYTES, LENGTH_OVERHEAD_BYTES, MAGIC, NO_PRODUCER_ID,
    TimestampType, check_crc, rewrite_assigned, rewrite_log_append_time, rewrite_timestamps,
    set_last_offset_delta,
};
pub use recompress::recompress;
pub use record::{Header, Payload, Record, Records, records, records_with_limit};
pub use retain::{Candidate, candidates, retain, without_records};
pub use validate::{Fault, Produced, RecordRules, record_faults, validate_produced};
pub use walk::Summary;
