//! The records of `__consumer_offsets` in Kafka's own format: a key that starts with the kind, and
//! a value that starts with its version.

mod classic;
mod fields;
mod offset;

use std::sync::Arc;

pub use classic::{GroupMetadata, MemberMetadata};
pub use offset::CommittedOffset;
use wire::codec::{DecodeError, Reader};

use super::consumer;
use fields::Fields;

/// What a record of an offset takes at most beside its strings: fields, framing in the batch.
pub(crate) const RECORD_OVERHEAD_BYTES: usize = 96;

/// A record as it is in the log. `value` `None` is a tombstone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupRecord {
    pub key: Vec<u8>,
    pub value: Option<Vec<u8>>,
}

impl GroupRecord {
    /// Bytes it takes in a batch, framing included, at most.
    pub(crate) fn size_bytes(&self) -> usize {
        self.key.len() + self.value.as_ref().map_or(0, Vec::len) + RECORD_OVERHEAD_BYTES
    }
}

/// Why a record of the log was not taken over. The rest of the log is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReplayError {
    #[error("a group record of kind {kind}, which this build does not know")]
    UnknownKind { kind: i16 },
    #[error("a group record of kind {kind} with a value of unknown version {version}")]
    UnknownVersion { kind: i16, version: i16 },
    #[error("a group record is corrupt: {0}")]
    Corrupt(#[from] DecodeError),
}

/// A record, read.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Record<'a> {
    Offset { group: &'a str, topic: &'a str, partition: i32, value: Option<CommittedOffset> },
    Group { group: &'a str, value: Option<Arc<GroupMetadata>> },
    Consumer { group: String, record: consumer::Record },
}

impl<'a> Record<'a> {
    pub fn decode(key: &'a [u8], value: Option<&'a [u8]>) -> Result<Self, ReplayError> {
        let mut reader = Reader::new(key);
        let mut key = Fields::new(reader.clone(), false);
        let kind = key.i16()?;
        match kind {
            0 | 1 => {
                let (group, topic) = (key.str()?, key.str()?);
                let partition = key.i32()?;
                let value = value.map(CommittedOffset::decode).transpose()?;
                Ok(Self::Offset { group, topic, partition, value })
            }
            2 => {
                let group = key.str()?;
                let value = value.map(GroupMetadata::decode).transpose()?.map(Arc::new);
                Ok(Self::Group { group, value })
            }
            _ if consumer::Record::is_kind(kind) => {
                reader.i16()?;
                let (group, record) = consumer::Record::decode(kind, &mut reader, value)?;
                Ok(Self::Consumer { group, record })
            }
            _ => Err(ReplayError::UnknownKind { kind }),
        }
    }

    #[must_use]
    pub fn encode(&self) -> GroupRecord {
        match self {
            Self::Offset { group, topic, partition, value } => GroupRecord {
                key: offset::key(group, topic, *partition),
                value: value.as_ref().map(CommittedOffset::encode),
            },
            Self::Group { group, value } => GroupRecord {
                key: classic::key(group),
                value: value.as_ref().map(|value| value.encode()),
            },
            Self::Consumer { group, record } => record.encode(group),
        }
    }
}
