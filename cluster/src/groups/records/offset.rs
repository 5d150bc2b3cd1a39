//! OffsetCommitKey and OffsetCommitValue.

use std::sync::Arc;

use wire::codec::{self, Reader};

use super::ReplayError;
use super::fields::Fields;

const KIND: i16 = 1;
/// The highest version that is read.
const VERSION_MAX: i16 = 4;

/// An offset that a group has committed for a partition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommittedOffset {
    pub offset: i64,
    /// Of the last consumed record, -1 for unknown (KIP-320).
    pub leader_epoch: i32,
    pub metadata: Arc<str>,
    pub commit_timestamp_ms: i64,
    /// Set by clients that name a retention themselves (OffsetCommit below v5).
    pub expire_timestamp_ms: Option<i64>,
}

impl CommittedOffset {
    pub(super) fn decode(value: &[u8]) -> Result<Self, ReplayError> {
        let mut reader = Reader::new(value);
        let version = reader.i16()?;
        if !(0..=VERSION_MAX).contains(&version) {
            return Err(ReplayError::UnknownVersion { kind: KIND, version });
        }
        let mut fields = Fields::new(reader, version >= 4);
        let offset = fields.i64()?;
        let leader_epoch = if version >= 3 { fields.i32()? } else { -1 };
        let metadata = fields.shared_str()?;
        let commit_timestamp_ms = fields.i64()?;
        let expire = if version == 1 { fields.i64()? } else { -1 };
        let expire_timestamp_ms = (expire != -1).then_some(expire);
        fields.tagged_uuid()?;
        Ok(Self { offset, leader_epoch, metadata, commit_timestamp_ms, expire_timestamp_ms })
    }

    /// Version 3, or version 1 where the time of expiry has to be kept; as Kafka does.
    pub(super) fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(32 + self.metadata.len());
        codec::put_i16(&mut out, if self.expire_timestamp_ms.is_some() { 1 } else { 3 });
        codec::put_i64(&mut out, self.offset);
        if self.expire_timestamp_ms.is_none() {
            codec::put_i32(&mut out, self.leader_epoch);
        }
        put_str(&mut out, &self.metadata);
        codec::put_i64(&mut out, self.commit_timestamp_ms);
        if let Some(expire) = self.expire_timestamp_ms {
            codec::put_i64(&mut out, expire);
        }
        out
    }
}

pub(super) fn key(group: &str, topic: &str, partition: i32) -> Vec<u8> {
    let mut out = Vec::with_capacity(10 + group.len() + topic.len());
    codec::put_i16(&mut out, KIND);
    put_str(&mut out, group);
    put_str(&mut out, topic);
    codec::put_i32(&mut out, partition);
    out
}

/// Every string here came over the wire or is shorter, so it fits its 16 bits of length.
pub(super) fn put_str(out: &mut Vec<u8>, text: &str) {
    codec::put_string(out, false, text).expect("no longer than a string of the wire");
}
