//! An entry of the metadata log, and the bytes of its value.
//!
//! ```text
//!   nothing at all                                   a new leader's first entry
//!   1 │ count u32 │ (length u32 │ record)…           a command: all its records, or none of them
//!   2 │ step u8 │ raft id u64 │ directory id 16      a change of the members
//! ```
//!
//! Numbers are little-endian. On disk an entry is a record batch with one record, whose value this
//! is; its index is the batch's offset and its term the batch's leader epoch.

use bytes::Bytes;
use wire::Uuid;

use super::members::{MemberChange, MemberStep};
use crate::error::RecordError;
use crate::limits::QUORUM_ENTRY_BYTES_MAX;
use crate::records::Record;

const COMMAND: u8 = 1;
const MEMBERS: u8 = 2;
const MEMBERS_BYTES: usize = 26;

/// One entry of the log.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Entry {
    /// Counts up by one; the offset in the metadata log.
    pub index: u64,
    /// Of the leader that made it; the leader epoch in the metadata log.
    pub term: u64,
    /// What [`Value::decode`] reads.
    pub value: Bytes,
}

impl Entry {
    /// Told by the first byte: a change of members is handled by the quorum itself.
    pub(super) fn is_member_change(&self) -> bool {
        self.value.first() == Some(&MEMBERS)
    }
}

/// What an entry says.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    Empty,
    Command(Vec<Record>),
    Members(MemberChange),
}

/// Bytes that are not the value of an entry.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ValueError {
    #[error("an entry of {len} bytes is larger than {max}")]
    TooLarge { len: usize, max: usize },
    #[error("an entry of unknown kind {0}: written by a newer version?")]
    UnknownKind(u8),
    #[error("an entry ends at byte {at_bytes}, within what it tells of")]
    Short { at_bytes: usize },
    #[error("an entry has {0} bytes more than it tells of")]
    TrailingBytes(usize),
    #[error("unknown change of members {0}: written by a newer version?")]
    UnknownStep(u8),
    #[error("record {number} of an entry: {source}")]
    Record { number: usize, source: RecordError },
}

/// The value of an entry that is one command: its records, together or not at all.
pub fn encode_command(records: &[Record]) -> Result<Bytes, ValueError> {
    let mut out = vec![COMMAND];
    out.extend_from_slice(&(records.len() as u32).to_le_bytes());
    for record in records {
        let record = record.to_bytes();
        out.extend_from_slice(&(record.len() as u32).to_le_bytes());
        out.extend_from_slice(&record);
        if out.len() > QUORUM_ENTRY_BYTES_MAX {
            let (len, max) = (out.len(), QUORUM_ENTRY_BYTES_MAX);
            return Err(ValueError::TooLarge { len, max });
        }
    }
    Ok(Bytes::from(out))
}

pub(super) fn encode_members(change: &MemberChange) -> Bytes {
    let mut out = Vec::with_capacity(MEMBERS_BYTES);
    out.extend_from_slice(&[MEMBERS, change.step as u8]);
    out.extend_from_slice(&change.raft_id.to_le_bytes());
    out.extend_from_slice(&change.directory_id.0);
    Bytes::from(out)
}

impl Value {
    /// Reads a value. Any other bytes are a typed error, never a panic.
    pub fn decode(bytes: &[u8]) -> Result<Self, ValueError> {
        if bytes.len() > QUORUM_ENTRY_BYTES_MAX {
            let max = QUORUM_ENTRY_BYTES_MAX;
            return Err(ValueError::TooLarge { len: bytes.len(), max });
        }
        let mut reader = Reader { bytes, at: 1 };
        let value = match bytes.first() {
            None => return Ok(Self::Empty),
            Some(&COMMAND) => Self::Command(reader.records()?),
            Some(&MEMBERS) => Self::Members(reader.members()?),
            Some(&kind) => return Err(ValueError::UnknownKind(kind)),
        };
        match bytes.len() - reader.at {
            0 => Ok(value),
            more => Err(ValueError::TrailingBytes(more)),
        }
    }
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    fn take(&mut self, len: usize) -> Result<&'a [u8], ValueError> {
        let end = self.at.checked_add(len);
        let taken = end.and_then(|end| self.bytes.get(self.at..end));
        let taken = taken.ok_or(ValueError::Short { at_bytes: self.bytes.len() })?;
        self.at += len;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], ValueError> {
        Ok(self.take(N)?.try_into().expect("as many bytes as were asked for"))
    }

    fn records(&mut self) -> Result<Vec<Record>, ValueError> {
        let count = u32::from_le_bytes(self.array()?) as usize;
        // Memory grows with the bytes that are there, not with the count that they claim.
        let mut records = Vec::new();
        for number in 0..count {
            let len = u32::from_le_bytes(self.array()?) as usize;
            let record = Record::from_bytes(self.take(len)?);
            records.push(record.map_err(|source| ValueError::Record { number, source })?);
        }
        Ok(records)
    }

    fn members(&mut self) -> Result<MemberChange, ValueError> {
        let step = self.array::<1>()?[0];
        let step = MemberStep::from_u8(step).ok_or(ValueError::UnknownStep(step))?;
        let raft_id = u64::from_le_bytes(self.array()?);
        Ok(MemberChange { step, raft_id, directory_id: Uuid(self.array()?) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::records::{FeatureLevel, TopicDeleted};
    use proptest::prelude::*;

    fn records() -> Vec<Record> {
        let feature = FeatureLevel { name: "metadata.version".into(), level: 7 };
        let deleted = TopicDeleted { topic_id: Uuid([3; 16]) };
        vec![Record::FeatureLevel(feature), Record::TopicDeleted(deleted)]
    }

    #[test]
    fn values_come_back() {
        assert_eq!(Value::decode(&[]).unwrap(), Value::Empty);
        let bytes = encode_command(&records()).unwrap();
        assert_eq!(Value::decode(&bytes).unwrap(), Value::Command(records()));
        let directory_id = Uuid([9; 16]);
        let change = MemberChange { step: MemberStep::Demote, raft_id: 2_007, directory_id };
        let bytes = encode_members(&change);
        assert_eq!(Value::decode(&bytes).unwrap(), Value::Members(change));
    }

    #[test]
    fn a_command_beyond_the_limit_is_refused_before_it_is_built() {
        let name = "x".repeat(1 << 20);
        let record = Record::FeatureLevel(FeatureLevel { name, level: 1 });
        let error = encode_command(&vec![record; 9]).unwrap_err();
        assert!(matches!(error, ValueError::TooLarge { .. }));
    }

    #[test]
    fn every_cut_is_an_error() {
        let bytes = encode_command(&records()).unwrap();
        for len in 1..bytes.len() {
            assert!(Value::decode(&bytes[..len]).is_err(), "{len} bytes");
        }
        let mut longer = bytes.to_vec();
        longer.push(0);
        assert_eq!(Value::decode(&longer), Err(ValueError::TrailingBytes(1)));
    }

    proptest! {
        #[test]
        fn no_bytes_do_harm(bytes in prop::collection::vec(any::<u8>(), 0..200), kind in 0_u8..4) {
            let mut bytes = bytes;
            if let Some(first) = bytes.first_mut() {
                *first = kind;
            }
            let _ = Value::decode(&bytes);
        }
    }
}
