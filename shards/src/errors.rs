//! The only map from our errors to Kafka's error codes.

use cluster::{CommandError, ErrorKind};
use storage::{AdmitError, AppendError, Lookup, ProducerError, ReadOutcome, StorageError};
use wire::ErrorCode;
use wire::records::BatchError;

/// Why the controller gave no reply.
#[derive(Debug, Clone, thiserror::Error)]
pub enum ControllerError {
    #[error(transparent)]
    Refused(#[from] CommandError),
    #[error("the controller is busy")]
    Busy,
    #[error("the controller did not answer in time")]
    TimedOut,
    #[error("the controller is stopping")]
    Stopping,
    #[error("another node is the controller now, or none is yet")]
    Moved,
    /// There is no room for so many new partitions.
    #[error(
        "no space left on the disk for {0} new partitions: delete topics or records, lower \
         retention, or make space on the file system"
    )]
    DiskFull(u64),
    /// There is no room for the command's own record.
    #[error("no space left on the disk, not even what is kept back for such requests")]
    ReserveUsed,
    #[error("metadata log: {0}")]
    Log(String),
}

/// Why a produced batch is refused before it comes near a log.
pub fn batch(error: &BatchError) -> ErrorCode {
    match error {
        BatchError::Truncated { .. } | BatchError::BadLength(_) | BatchError::BadCrc { .. } => {
            ErrorCode::CorruptMessage
        }
        BatchError::TrailingBytes(_)
        | BatchError::BadMagic(_)
        | BatchError::ControlFromClient
        | BatchError::CountMismatch { .. }
        | BatchError::BadProducer { .. }
        | BatchError::BadRecord { .. }
        | BatchError::Decompression { .. }
        | BatchError::LinkedBlocks => ErrorCode::InvalidRecord,
        BatchError::UnknownCompression(_) => ErrorCode::UnsupportedCompressionType,
        BatchError::TooLargeDecompressed { .. } | BatchError::PackedTooLarge { .. } => {
            ErrorCode::MessageTooLarge
        }
        BatchError::Build(_) => ErrorCode::UnknownServerError,
    }
}

/// Why a client's batch does not come into a log.
pub fn admit(error: &AdmitError) -> ErrorCode {
    match error {
        AdmitError::Append(error) => append(error),
        AdmitError::Batch(error) => batch(error),
        AdmitError::Records(faults) if faults.of_time => ErrorCode::InvalidTimestamp,
        AdmitError::Records(_) => ErrorCode::InvalidRecord,
    }
}

/// Why a log refused a batch.
pub fn append(error: &AppendError) -> ErrorCode {
    match error {
        AppendError::Producer(ProducerError::OutOfOrder { .. }) => {
            ErrorCode::OutOfOrderSequenceNumber
        }
        AppendError::Producer(ProducerError::Fenced { .. }) => ErrorCode::InvalidProducerEpoch,
        AppendError::MessageTooLarge { .. } => ErrorCode::MessageTooLarge,
        AppendError::DiskFull | AppendError::Fenced(_) => ErrorCode::KafkaStorageError,
        AppendError::TermOver { .. } => ErrorCode::NotLeaderOrFollower,
        AppendError::Busy => ErrorCode::RequestTimedOut,
        AppendError::NoSuchLog => ErrorCode::NotLeaderOrFollower,
    }
}

/// Why a read gave nothing; `None` for one that is not (yet) a failure.
pub fn read(outcome: &ReadOutcome) -> ErrorCode {
    match outcome {
        ReadOutcome::Ready(_) | ReadOutcome::Pending(_) => ErrorCode::None,
        ReadOutcome::OffsetOutOfRange { .. } => ErrorCode::OffsetOutOfRange,
        ReadOutcome::Corrupt(_) => ErrorCode::CorruptMessage,
        ReadOutcome::Fenced(_) | ReadOutcome::Busy => ErrorCode::KafkaStorageError,
        ReadOutcome::NoSuchLog => ErrorCode::NotLeaderOrFollower,
    }
}

/// Why a lookup by timestamp gave nothing.
pub fn lookup(outcome: &Lookup) -> ErrorCode {
    match outcome {
        Lookup::Ready(_) | Lookup::Pending(_) => ErrorCode::None,
        Lookup::Corrupt(_) => ErrorCode::CorruptMessage,
        Lookup::Fenced(_) | Lookup::Busy => ErrorCode::KafkaStorageError,
        Lookup::NoSuchLog => ErrorCode::NotLeaderOrFollower,
    }
}

/// Why an administrative operation on a log failed.
pub fn storage(error: &StorageError) -> ErrorCode {
    match error {
        StorageError::NoSuchLog => ErrorCode::NotLeaderOrFollower,
        StorageError::OffsetOutOfRange { .. } => ErrorCode::OffsetOutOfRange,
        StorageError::BadName(_) => ErrorCode::InvalidTopicException,
        StorageError::TooManyLogs(_) => ErrorCode::PolicyViolation,
        StorageError::Exists(_) | StorageError::Fenced(_) | StorageError::Io { .. } => {
            ErrorCode::KafkaStorageError
        }
    }
}

/// Why the controller refused a command or an item of it, with its words for people.
pub fn command(error: &CommandError) -> (ErrorCode, String) {
    let code = match error.kind {
        ErrorKind::TopicExists => ErrorCode::TopicAlreadyExists,
        ErrorKind::InvalidTopic => ErrorCode::InvalidTopicException,
        ErrorKind::InvalidPartitions => ErrorCode::InvalidPartitions,
        ErrorKind::InvalidReplicationFactor => ErrorCode::InvalidReplicationFactor,
        ErrorKind::InvalidReplicaAssignment => ErrorCode::InvalidReplicaAssignment,
        ErrorKind::InvalidConfig => ErrorCode::InvalidConfig,
        ErrorKind::InvalidRequest => ErrorCode::InvalidRequest,
        ErrorKind::UnknownTopic => ErrorCode::UnknownTopicOrPartition,
        ErrorKind::UnknownTopicId => ErrorCode::UnknownTopicId,
        ErrorKind::PolicyViolation => ErrorCode::PolicyViolation,
        ErrorKind::TopicDeletionDisabled => ErrorCode::TopicDeletionDisabled,
        ErrorKind::UnknownBroker => ErrorCode::BrokerIdNotRegistered,
        ErrorKind::DuplicateBroker => ErrorCode::DuplicateBrokerRegistration,
        ErrorKind::InconsistentCluster => ErrorCode::InconsistentClusterId,
        ErrorKind::StaleBrokerEpoch => ErrorCode::StaleBrokerEpoch,
        ErrorKind::NotController => ErrorCode::NotController,
        ErrorKind::FencedLeaderEpoch => ErrorCode::FencedLeaderEpoch,
        ErrorKind::InvalidUpdateVersion => ErrorCode::InvalidUpdateVersion,
        ErrorKind::IneligibleReplica => ErrorCode::IneligibleReplica,
        ErrorKind::NoReassignmentInProgress => ErrorCode::NoReassignmentInProgress,
        ErrorKind::ElectionNotNeeded => ErrorCode::ElectionNotNeeded,
        ErrorKind::PreferredLeaderNotAvailable => ErrorCode::PreferredLeaderNotAvailable,
        ErrorKind::EligibleLeadersNotAvailable => ErrorCode::EligibleLeadersNotAvailable,
        ErrorKind::Internal => ErrorCode::UnknownServerError,
    };
    (code, error.message.clone())
}

/// Why a command got no answer from the controller.
pub fn controller(error: &ControllerError) -> (ErrorCode, String) {
    let code = match error {
        ControllerError::Refused(refused) => return command(refused),
        ControllerError::Busy | ControllerError::TimedOut => ErrorCode::RequestTimedOut,
        ControllerError::Stopping | ControllerError::Moved => ErrorCode::NotController,
        ControllerError::DiskFull(_) | ControllerError::ReserveUsed => ErrorCode::KafkaStorageError,
        ControllerError::Log(_) => ErrorCode::UnknownServerError,
    };
    (code, error.to_string())
}
