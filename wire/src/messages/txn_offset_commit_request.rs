//! TxnOffsetCommitRequest (key 28), versions 0-6.
// Written by wire/gen/generate.py; do not edit.
use crate::Uuid;
use crate::codec;
use crate::codec::{Decode, DecodeError, Encode, EncodeError, Reader};
use std::borrow::Cow;
#[derive(Debug, Clone, PartialEq)]
pub struct TxnOffsetCommitRequest<'a> {
    pub transactional_id: Cow<'a, str>,
    pub group_id: Cow<'a, str>,
    pub producer_id: i64,
    pub producer_epoch: i16,
    pub generation_id_or_member_epoch: i32,
    pub member_id: Cow<'a, str>,
    pub group_instance_id: Option<Cow<'a, str>>,
    pub topics: Vec<TxnOffsetCommitRequestTopic<'a>>,
}
impl Default for TxnOffsetCommitRequest<'_> {
    fn default() -> Self {
        Self {
            transactional_id: Default::default(),
            group_id: Default::default(),
            producer_id: Default::default(),
            producer_epoch: Default::default(),
            generation_id_or_member_epoch: -1,
            member_id: Default::default(),
            group_instance_id: Default::default(),
            topics: Default::default(),
        }
    }
}
impl TxnOffsetCommitRequest<'_> {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = version >= 3;
        let mut size = usize::from(flexible)
            + codec::min_string(flexible)
            + codec::min_string(flexible)
            + 8
            + 2
            + codec::min_array(flexible);
        if version >= 3 {
            size += 4;
        }
        if version >= 3 {
            size += codec::min_string(flexible);
        }
        if version >= 3 {
            size += codec::min_string(flexible);
        }
        size
    }
}
impl<'a> Decode<'a> for TxnOffsetCommitRequest<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 3;
        let mut this = Self::default();
        this.transactional_id = r.string(flexible)?;
        this.group_id = r.string(flexible)?;
        this.producer_id = r.i64()?;
        this.producer_epoch = r.i16()?;
        if version >= 3 {
            this.generation_id_or_member_epoch = r.i32()?;
        }
        if version >= 3 {
            this.member_id = r.string(flexible)?;
        }
        if version >= 3 {
            this.group_instance_id = r.nullable_string(flexible)?;
        }
        this.topics =
            r.array(flexible, TxnOffsetCommitRequestTopic::min_size_bytes(version), |r| {
                TxnOffsetCommitRequestTopic::decode(r, version)
            })?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for TxnOffsetCommitRequest<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 3;
        codec::put_string(out, flexible, &self.transactional_id)?;
        codec::put_string(out, flexible, &self.group_id)?;
        codec::put_i64(out, self.producer_id);
        codec::put_i16(out, self.producer_epoch);
        if version >= 3 {
            codec::put_i32(out, self.generation_id_or_member_epoch);
        } else if !(self.generation_id_or_member_epoch == -1) {
            return Err(EncodeError::unsupported("GenerationIdOrMemberEpoch", version));
        }
        if version >= 3 {
            codec::put_string(out, flexible, &self.member_id)?;
        } else if !(self.member_id.is_empty()) {
            return Err(EncodeError::unsupported("MemberId", version));
        }
        if version >= 3 {
            match &self.group_instance_id {
                Some(value) => {
                    codec::put_string(out, flexible, value)?;
                }
                None => {
                    codec::put_null_string(out, flexible);
                }
            }
        } else if !(self.group_instance_id.is_none()) {
            return Err(EncodeError::unsupported("GroupInstanceId", version));
        }
        codec::put_array_len(out, flexible, self.topics.len())?;
        for item in &self.topics {
            item.encode(out, version)?;
        }
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for TxnOffsetCommitRequest<'_> {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        this.transactional_id = g.string();
        this.group_id = g.string();
        this.producer_id = g.i64();
        this.producer_epoch = g.i16();
        if version >= 3 {
            this.generation_id_or_member_epoch = g.i32();
        }
        if version >= 3 {
            this.member_id = g.string();
        }
        if version >= 3 {
            this.group_instance_id = if true && g.null() { None } else { Some(g.string()) };
        }
        this.topics = g.vec(|g| codec::TestValue::test_value(g, version));
        this
    }
}
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TxnOffsetCommitRequestTopic<'a> {
    pub name: Cow<'a, str>,
    pub topic_id: Uuid,
    pub partitions: Vec<TxnOffsetCommitRequestPartition<'a>>,
}
impl TxnOffsetCommitRequestTopic<'_> {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = version >= 3;
        let mut size = usize::from(flexible) + codec::min_array(flexible);
        if version <= 5 {
            size += codec::min_string(flexible);
        }
        if version >= 6 {
            size += 16;
        }
        size
    }
}
impl<'a> Decode<'a> for TxnOffsetCommitRequestTopic<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 3;
        let mut this = Self::default();
        if version <= 5 {
            this.name = r.string(flexible)?;
        }
        if version >= 6 {
            this.topic_id = r.uuid()?;
        }
        this.partitions =
            r.array(flexible, TxnOffsetCommitRequestPartition::min_size_bytes(version), |r| {
                TxnOffsetCommitRequestPartition::decode(r, version)
            })?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for TxnOffsetCommitRequestTopic<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 3;
        if version <= 5 {
            codec::put_string(out, flexible, &self.name)?;
        }
        if version >= 6 {
            codec::put_uuid(out, self.topic_id);
        }
        codec::put_array_len(out, flexible, self.partitions.len())?;
        for item in &self.partitions {
            item.encode(out, version)?;
        }
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for TxnOffsetCommitRequestTopic<'_> {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        if version <= 5 {
            this.name = g.string();
        }
        if version >= 6 {
            this.topic_id = g.uuid();
        }
        this.partitions = g.vec(|g| codec::TestValue::test_value(g, version));
        this
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct TxnOffsetCommitRequestPartition<'a> {
    pub partition_index: i32,
    pub committed_offset: i64,
    pub committed_leader_epoch: i32,
    pub committed_metadata: Option<Cow<'a, str>>,
}
impl Default for TxnOffsetCommitRequestPartition<'_> {
    fn default() -> Self {
        Self {
            partition_index: Default::default(),
            committed_offset: Default::default(),
            committed_leader_epoch: -1,
            committed_metadata: Some(Default::default()),
        }
    }
}
impl TxnOffsetCommitRequestPartition<'_> {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = version >= 3;
        let mut size = usize::from(flexible) + 4 + 8 + codec::min_string(flexible);
        if version >= 2 {
            size += 4;
        }
        size
    }
}
impl<'a> Decode<'a> for TxnOffsetCommitRequestPartition<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 3;
        let mut this = Self::default();
        this.partition_index = r.i32()?;
        this.committed_offset = r.i64()?;
        if version >= 2 {
            this.committed_leader_epoch = r.i32()?;
        }
        this.committed_metadata = r.nullable_string(flexible)?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for TxnOffsetCommitRequestPartition<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 3;
        codec::put_i32(out, self.partition_index);
        codec::put_i64(out, self.committed_offset);
        if version >= 2 {
            codec::put_i32(out, self.committed_leader_epoch);
        }
        match &self.committed_metadata {
            Some(value) => {
                codec::put_string(out, flexible, value)?;
            }
            None => {
                codec::put_null_string(out, flexible);
            }
        }
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for TxnOffsetCommitRequestPartition<'_> {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        this.partition_index = g.i32();
        this.committed_offset = g.i64();
        if version >= 2 {
            this.committed_leader_epoch = g.i32();
        }
        this.committed_metadata = if true && g.null() { None } else { Some(g.string()) };
        this
    }
}
