//! FetchRequest v4–18 in place, and FetchResponse with its records left to be spliced in.

mod request;
mod response;

use std::ops::RangeInclusive;

pub use request::{
    FetchPartition, FetchRequest, Forgotten, ForgottenPartition, NO_HIGH_WATERMARK, Partitions,
};
pub use response::{
    AbortedTransaction, EpochEndOffset, PartitionResponse, ResponseEncoder, ResponseHead,
    SnapshotId, Splice, assemble,
};

/// The versions this module speaks.
pub const VERSIONS: RangeInclusive<i16> = 4..=18;
const FIRST_LOG_START: i16 = 5;
const FIRST_SESSION: i16 = 7;
const FIRST_LEADER_EPOCH: i16 = 9;
const FIRST_RACK: i16 = 11;
const FIRST_FLEXIBLE: i16 = 12;
const FIRST_TOPIC_ID: i16 = 13;
const FIRST_REPLICA_STATE: i16 = 15;
const FIRST_ENDPOINTS: i16 = 16;
const FIRST_DIRECTORY_ID: i16 = 17;
const FIRST_HIGH_WATERMARK: i16 = 18;
