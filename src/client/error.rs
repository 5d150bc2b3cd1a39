//! What can go wrong between a client and a cluster.

use std::io;
use std::time::{Duration, Instant};

use thiserror::Error;
use wire::ErrorCode;

use crate::limits::CLIENT_RETRY_TIME;
use crate::problem::Problem;

pub type Result<T> = std::result::Result<T, ClientError>;

/// A broker has understood, and says no.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// What was asked: `topic "orders"`.
    pub about: String,
    pub code: i16,
    pub message: Option<String>,
}

impl Refusal {
    pub fn new(about: impl Into<String>, code: i16, message: Option<&str>) -> Refusal {
        let message = message.filter(|message| !message.is_empty()).map(str::to_owned);
        Refusal { about: about.into(), code, message }
    }

    pub fn is(&self, code: ErrorCode) -> bool {
        self.code == code as i16
    }

    pub fn is_retriable(&self) -> bool {
        ErrorCode::from_i16(self.code).is_some_and(ErrorCode::is_retriable)
    }
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match ErrorCode::from_i16(self.code) {
            Some(code) => write!(f, "{}: {}", self.about, code.name())?,
            None => write!(f, "{}: error code {}", self.about, self.code)?,
        }
        match &self.message {
            Some(message) => write!(f, ": {message}"),
            None => Ok(()),
        }
    }
}

#[derive(Debug, Error)]
pub enum ClientError {
    /// No broker could be reached; the last one tried, and why.
    #[error("cannot connect to {address}: {source}")]
    Connect { address: String, source: io::Error },
    /// A connection broke, or its broker did not answer in time.
    #[error("lost the connection to {address}: {source}")]
    Io { address: String, source: io::Error },
    #[error("{address} does not answer as a Kafka broker: {why}")]
    Protocol { address: String, why: String },
    #[error("{address} serves no version of {api} that is known here")]
    Unsupported { address: String, api: &'static str },
    #[error("{0}")]
    Refused(Refusal),
    /// A batch that does not have the checksum its producer gave it.
    #[error("corrupt batch in {topic}-{partition} at offset {offset}: {why}")]
    Corrupt { topic: String, partition: i32, offset: i64, why: String },
}

impl ClientError {
    /// Whether the same may succeed in a moment.
    pub fn is_retriable(&self) -> bool {
        match self {
            ClientError::Connect { .. } | ClientError::Io { .. } => true,
            ClientError::Refused(refusal) => refusal.is_retriable(),
            ClientError::Protocol { .. }
            | ClientError::Unsupported { .. }
            | ClientError::Corrupt { .. } => false,
        }
    }
}

/// `Err` if the code is not 0.
pub fn check(about: impl Into<String>, code: i16, message: Option<&str>) -> Result<()> {
    if code == ErrorCode::None as i16 {
        return Ok(());
    }
    Err(ClientError::Refused(Refusal::new(about, code, message)))
}

impl From<ClientError> for Problem {
    fn from(error: ClientError) -> Problem {
        let problem = Problem::failed(error.to_string());
        match &error {
            ClientError::Connect { .. } => problem
                .remedy("is the broker running? Name one with --bootstrap-server HOST:PORT (-b)"),
            ClientError::Protocol { .. } => {
                problem.remedy("is this the port of a broker, and without TLS?")
            }
            ClientError::Refused(refusal) if refusal.is(ErrorCode::UnknownTopicOrPartition) => {
                problem.remedy("`tidemill topic list` shows the topics there are")
            }
            ClientError::Refused(refusal) if refusal.is(ErrorCode::OffsetOutOfRange) => {
                problem.remedy("start with --offset earliest or --offset latest")
            }
            ClientError::Refused(refusal) if refusal.is(ErrorCode::InvalidReplicationFactor) => {
                problem.remedy("the cluster has fewer brokers: choose a smaller factor (-r 1)")
            }
            _ => problem,
        }
    }
}

/// Waits between attempts, longer each time, until it has been long enough.
pub struct Patience {
    from: Instant,
    pause: Duration,
}

impl Patience {
    pub fn new() -> Patience {
        Patience { from: Instant::now(), pause: Duration::from_millis(50) }
    }

    /// Sleeps; or gives `error` back if it cannot pass or has not for too long.
    pub fn wait_after(&mut self, error: ClientError) -> Result<()> {
        if !error.is_retriable() || self.from.elapsed() > CLIENT_RETRY_TIME {
            return Err(error);
        }
        std::thread::sleep(self.pause);
        self.pause = (self.pause * 2).min(Duration::from_secs(1));
        Ok(())
    }
}
