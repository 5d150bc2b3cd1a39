//! OffsetCommitRequest (key 8), versions 2-10.
// Written by wire/gen/generate.py; do not edit.
use crate::Uuid;
use crate::codec;
use crate::codec::{Decode, DecodeError, Encode, EncodeError, Reader};
use std::borrow::Cow;
#[derive(Debug, Clone, PartialEq)]
pub struct OffsetCommitRequest<'a> {
    pub group_id: Cow<'a, str>,
    pub generation_id_or_member_epoch: i32,
    pub member_id: Cow<'a, str>,
    pub group_instance_id: Option<Cow<'a, str>>,
    pub retention_time_ms: i64,
    pub topics: Vec<OffsetCommitRequestTopic<'a>>,
}
impl Default for OffsetCommitRequest<'_> {
    fn default() -> Self {
        Self {
            group_id: Default::default(),
            generation_id_or_member_epoch: -1,
            member_id: Default::default(),
            group_instance_id: Default::default(),
            retention_time_ms: -1,
            topics: Default::default(),
        }
    }
}
impl OffsetCommitRequest<'_> {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = version >= 8;
        let mut size = usize::from(flexible)
            + codec::min_string(flexible)
            + 4
            + codec::min_string(flexible)
            + codec::min_array(flexible);
        if version >= 7 {
            size += codec::min_string(flexible);
        }
        if version <= 4 {
            size += 8;
        }
        size
    }
}
impl<'a> Decode<'a> for OffsetCommitRequest<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 8;
        let mut this = Self::default();
        this.group_id = r.string(flexible)?;
        this.generation_id_or_member_epoch = r.i32()?;
        this.member_id = r.string(flexible)?;
        if version >= 7 {
            this.group_instance_id = r.nullable_string(flexible)?;
        }
        if version <= 4 {
            this.retention_time_ms = r.i64()?;
        }
        this.topics =
            r.array(flexible, OffsetCommitRequestTopic::min_size_bytes(version), |r| {
                OffsetCommitRequestTopic::decode(r, version)
            })?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for OffsetCommitRequest<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 8;
        codec::put_string(out, flexible, &self.group_id)?;
        codec::put_i32(out, self.generation_id_or_member_epoch);
        codec::put_string(out, flexible, &self.member_id)?;
        if version >= 7 {
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
        if version <= 4 {
            codec::put_i64(out, self.retention_time_ms);
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
impl codec::TestValue for OffsetCommitRequest<'_> {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        this.group_id = g.string();
        this.generation_id_or_member_epoch = g.i32();
        this.member_id = g.string();
        if version >= 7 {
            this.group_instance_id = if true && g.null() { None } else { Some(g.string()) };
        }
        if version <= 4 {
            this.retention_time_ms = g.i64();
        }
        this.topics = g.vec(|g| codec::TestValue::test_value(g, version));
        this
    }
}
#[derive(Debug, Clone, PartialEq, Default)]
pub struct OffsetCommitRequestTopic<'a> {
    pub name: Cow<'a, str>,
    pub topic_id: Uuid,
    pub partitions: Vec<OffsetCommitRequestPartition<'a>>,
}
impl OffsetCommitRequestTopic<'_> {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = version >= 8;
        let mut size = usize::from(flexible) + codec::min_array(flexible);
        if version <= 9 {
            size += codec::min_string(flexible);
        }
        if version >= 10 {
            size += 16;
        }
        size
    }
}
impl<'a> Decode<'a> for OffsetCommitRequestTopic<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 8;
        let mut this = Self::default();
        if version <= 9 {
            this.name = r.string(flexible)?;
        }
        if version >= 10 {
            this.topic_id = r.uuid()?;
        }
        this.partitions =
            r.array(flexible, OffsetCommitRequestPartition::min_size_bytes(version), |r| {
                OffsetCommitRequestPartition::decode(r, version)
            })?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for OffsetCommitRequestTopic<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 8;
        if version <= 9 {
            codec::put_string(out, flexible, &self.name)?;
        }
        if version >= 10 {
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
impl codec::TestValue for OffsetCommitRequestTopic<'_> {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        if version <= 9 {
            this.name = g.string();
        }
        if version >= 10 {
            this.topic_id = g.uuid();
        }
        this.partitions = g.vec(|g| codec::TestValue::test_value(g, version));
        this
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct OffsetCommitRequestPartition<'a> {
    pub partition_index: i32,
    pub committed_offset: i64,
    pub committed_leader_epoch: i32,
    pub committed_metadata: Option<Cow<'a, str>>,
}
impl Default for OffsetCommitRequestPartition<'_> {
    fn default() -> Self {
        Self {
            partition_index: Default::default(),
            committed_offset: Default::default(),
            committed_leader_epoch: -1,
            committed_metadata: Some(Default::default()),
        }
    }
}
impl OffsetCommitRequestPartition<'_> {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = version >= 8;
        let mut size = usize::from(flexible) + 4 + 8 + codec::min_string(flexible);
        if version >= 6 {
            size += 4;
        }
        size
    }
}
impl<'a> Decode<'a> for OffsetCommitRequestPartition<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 8;
        let mut this = Self::default();
        this.partition_index = r.i32()?;
        this.committed_offset = r.i64()?;
        if version >= 6 {
            this.committed_leader_epoch = r.i32()?;
        }
        this.committed_metadata = r.nullable_string(flexible)?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for OffsetCommitRequestPartition<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 8;
        codec::put_i32(out, self.partition_index);
        codec::put_i64(out, self.committed_offset);
        if version >= 6 {
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
impl codec::TestValue for OffsetCommitRequestPartition<'_> {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        this.partition_index = g.i32();
        this.committed_offset = g.i64();
        if version >= 6 {
            this.committed_leader_epoch = g.i32();
        }
        this.committed_metadata = if true && g.null() { None } else { Some(g.string()) };
        this
    }
}
