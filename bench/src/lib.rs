//! Load generator with latency histograms, and the side-by-side run against stock Kafka.
//!
//! One pinned thread drives every connection, with frames encoded before the clock starts, so that
//! the generator is not what is measured. Closed loop keeps a number of requests in flight; open
//! loop sends at a fixed rate and counts latency from the *intended* send time, so that a stalled
//! broker cannot hide its stall (coordinated omission).

pub mod admin;
pub mod compare;
pub mod connection;
pub mod disk;
pub mod facts;
pub mod fair;
pub mod family;
pub mod frames;
pub mod groups;
pub mod limits;
pub mod options;
pub mod pairs;
pub mod peer;
pub mod plan;
pub mod regress;
pub mod report;
pub mod rows;
pub mod steady;
pub mod suite;
pub mod topics;
pub mod verify;
pub mod workload;

use std::io;

/// Why a run could not be made or could not be trusted.
#[derive(Debug, thiserror::Error)]
pub enum BenchError {
    #[error("{0}")]
    Io(#[from] io::Error),
    #[error("the broker answered with bytes that do not parse: {0}")]
    Wire(String),
    #[error("{api} failed: {error}")]
    Kafka { api: &'static str, error: String },
    #[error("{0} did not become ready: {1}")]
    NotReady(String, String),
    /// In an open loop the broker fell so far behind that the rate has no meaning.
    #[error("{rate} requests a second are more than the broker can take")]
    Overrun { rate: u64 },
    /// What was due at the end of a run has not come.
    #[error("no answer within {seconds} s after the last request")]
    Silent { seconds: u64 },
    /// What was read back is not what was written.
    #[error("{0}")]
    Verify(String),
    /// What could be measured is in the report.
    #[error("{failed} rows or turns failed; the report names them")]
    Failed { failed: usize },
    /// What a row needs is not there; the text says how to get it.
    #[error("{0}")]
    Missing(String),
    #[error("{tool} failed:\n{output}")]
    Tool { tool: &'static str, output: String },
    #[error("{0}")]
    Usage(String),
}

impl From<wire::codec::DecodeError> for BenchError {
    fn from(error: wire::codec::DecodeError) -> Self {
        Self::Wire(error.to_string())
    }
}
