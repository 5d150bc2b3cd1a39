//! OffsetFetchResponse (key 9), versions 1-10.
// Written by wire/gen/generate.py; do not edit.
use crate::Uuid;
use crate::codec;
use crate::codec::{Decode, DecodeError, Encode, EncodeError, Reader};
use std::borrow::Cow;
#[derive(Debug, Clone, PartialEq, Default)]
pub struct OffsetFetchResponse<'a> {
    pub throttle_time_ms: i32,
    pub topics: Vec<OffsetFetchResponseTopic<'a>>,
    pub error_code: i16,
    pub groups: Vec<OffsetFetchResponseGroup<'a>>,
}
impl OffsetFetchResponse<'_> {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = version >= 6;
        let mut size = usize::from(flexible);
        if version >= 3 {
            size += 4;
        }
        if version <= 7 {
            size += codec::min_array(flexible);
        }
        if (2..=7).contains(&version) {
            size += 2;
        }
        if version >= 8 {
            size += codec::min_array(flexible);
        }
        size
    }
}
impl<'a> Decode<'a> for OffsetFetchResponse<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 6;
        let mut this = Self::default();
        if version >= 3 {
            this.throttle_time_ms = r.i32()?;
        }
        if version <= 7 {
            this.topics =
                r.array(flexible, OffsetFetchResponseTopic::min_size_bytes(version), |r| {
                    OffsetFetchResponseTopic::decode(r, version)
                })?;
        }
        if (2..=7).contains(&version) {
            this.error_code = r.i16()?;
        }
        if version >= 8 {
            this.groups =
                r.array(flexible, OffsetFetchResponseGroup::min_size_bytes(version), |r| {
                    OffsetFetchResponseGroup::decode(r, version)
                })?;
        }
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for OffsetFetchResponse<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 6;
        if version >= 3 {
            codec::put_i32(out, self.throttle_time_ms);
        }
        if version <= 7 {
            codec::put_array_len(out, flexible, self.topics.len())?;
            for item in &self.topics {
                item.encode(out, version)?;
            }
        } else if !(self.topics.is_empty()) {
            return Err(EncodeError::unsupported("Topics", version));
        }
        if (2..=7).contains(&version) {
            codec::put_i16(out, self.error_code);
        }
        if version >= 8 {
            codec::put_array_len(out, flexible, self.groups.len())?;
            for item in &self.groups {
                item.encode(out, version)?;
            }
        } else if !(self.groups.is_empty()) {
            return Err(EncodeError::unsupported("Groups", version));
        }
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for OffsetFetchResponse<'_> {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        if version >= 3 {
            this.throttle_time_ms = g.i32();
        }
        if version <= 7 {
            this.topics = g.vec(|g| codec::TestValue::test_value(g, version));
        }
        if (2..=7).contains(&version) {
            this.error_code = g.i16();
        }
        if version >= 8 {
            this.groups = g.vec(|g| codec::TestValue::test_value(g, version));
        }
        this
    }
}
#[derive(Debug, Clone, PartialEq, Default)]
pub struct OffsetFetchResponseTopic<'a> {
    pub name: Cow<'a, str>,
    pub partitions: Vec<OffsetFetchResponsePartition<'a>>,
}
impl OffsetFetchResponseTopic<'_> {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = version >= 6;
        usize::from(flexible) + codec::min_string(flexible) + codec::min_array(flexible)
    }
}
impl<'a> Decode<'a> for OffsetFetchResponseTopic<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 6;
        let mut this = Self::default();
        this.name = r.string(flexible)?;
        this.partitions =
            r.array(flexible, OffsetFetchResponsePartition::min_size_bytes(version), |r| {
                OffsetFetchResponsePartition::decode(r, version)
            })?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for OffsetFetchResponseTopic<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 6;
        codec::put_string(out, flexible, &self.name)?;
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
impl codec::TestValue for OffsetFetchResponseTopic<'_> {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        this.name = g.string();
        this.partitions = g.vec(|g| codec::TestValue::test_value(g, version));
        this
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct OffsetFetchResponsePartition<'a> {
    pub partition_index: i32,
    pub committed_offset: i64,
    pub committed_leader_epoch: i32,
    pub metadata: Option<Cow<'a, str>>,
    pub error_code: i16,
}
impl Default for OffsetFetchResponsePartition<'_> {
    fn default() -> Self {
        Self {
            partition_index: Default::default(),
            committed_offset: Default::default(),
            committed_leader_epoch: -1,
            metadata: Some(Default::default()),
            error_code: Default::default(),
        }
    }
}
impl OffsetFetchResponsePartition<'_> {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = version >= 6;
        let mut size = usize::from(flexible) + 4 + 8 + codec::min_string(flexible) + 2;
        if version >= 5 {
            size += 4;
        }
        size
    }
}
impl<'a> Decode<'a> for OffsetFetchResponsePartition<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 6;
        let mut this = Self::default();
        this.partition_index = r.i32()?;
        this.committed_offset = r.i64()?;
        if version >= 5 {
            this.committed_leader_epoch = r.i32()?;
        }
        this.metadata = r.nullable_string(flexible)?;
        this.error_code = r.i16()?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for OffsetFetchResponsePartition<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 6;
        codec::put_i32(out, self.partition_index);
        codec::put_i64(out, self.committed_offset);
        if version >= 5 {
            codec::put_i32(out, self.committed_leader_epoch);
        }
        match &self.metadata {
            Some(value) => {
                codec::put_string(out, flexible, value)?;
            }
            None => {
                codec::put_null_string(out, flexible);
            }
        }
        codec::put_i16(out, self.error_code);
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for OffsetFetchResponsePartition<'_> {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        this.partition_index = g.i32();
        this.committed_offset = g.i64();
        if version >= 5 {
            this.committed_leader_epoch = g.i32();
        }
        this.metadata = if true && g.null() { None } else { Some(g.string()) };
        this.error_code = g.i16();
        this
    }
}
#[derive(Debug, Clone, PartialEq, Default)]
pub struct OffsetFetchResponseGroup<'a> {
    pub group_id: Cow<'a, str>,
    pub topics: Vec<OffsetFetchResponseTopics<'a>>,
    pub error_code: i16,
}
impl OffsetFetchResponseGroup<'_> {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = version >= 6;
        usize::from(flexible) + codec::min_string(flexible) + codec::min_array(flexible) + 2
    }
}
impl<'a> Decode<'a> for OffsetFetchResponseGroup<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 6;
        let mut this = Self::default();
        this.group_id = r.string(flexible)?;
        this.topics =
            r.array(flexible, OffsetFetchResponseTopics::min_size_bytes(version), |r| {
                OffsetFetchResponseTopics::decode(r, version)
            })?;
        this.error_code = r.i16()?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for OffsetFetchResponseGroup<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 6;
        codec::put_string(out, flexible, &self.group_id)?;
        codec::put_array_len(out, flexible, self.topics.len())?;
        for item in &self.topics {
            item.encode(out, version)?;
        }
        codec::put_i16(out, self.error_code);
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for OffsetFetchResponseGroup<'_> {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        this.group_id = g.string();
        this.topics = g.vec(|g| codec::TestValue::test_value(g, version));
        this.error_code = g.i16();
        this
    }
}
#[derive(Debug, Clone, PartialEq, Default)]
pub struct OffsetFetchResponseTopics<'a> {
    pub name: Cow<'a, str>,
    pub topic_id: Uuid,
    pub partitions: Vec<OffsetFetchResponsePartitions<'a>>,
}
impl OffsetFetchResponseTopics<'_> {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = version >= 6;
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
impl<'a> Decode<'a> for OffsetFetchResponseTopics<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 6;
        let mut this = Self::default();
        if version <= 9 {
            this.name = r.string(flexible)?;
        }
        if version >= 10 {
            this.topic_id = r.uuid()?;
        }
        this.partitions =
            r.array(flexible, OffsetFetchResponsePartitions::min_size_bytes(version), |r| {
                OffsetFetchResponsePartitions::decode(r, version)
            })?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for OffsetFetchResponseTopics<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 6;
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
impl codec::TestValue for OffsetFetchResponseTopics<'_> {
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
pub struct OffsetFetchResponsePartitions<'a> {
    pub partition_index: i32,
    pub committed_offset: i64,
    pub committed_leader_epoch: i32,
    pub metadata: Option<Cow<'a, str>>,
    pub error_code: i16,
}
impl Default for OffsetFetchResponsePartitions<'_> {
    fn default() -> Self {
        Self {
            partition_index: Default::default(),
            committed_offset: Default::default(),
            committed_leader_epoch: -1,
            metadata: Some(Default::default()),
            error_code: Default::default(),
        }
    }
}
impl OffsetFetchResponsePartitions<'_> {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = version >= 6;
        usize::from(flexible) + 4 + 8 + 4 + codec::min_string(flexible) + 2
    }
}
impl<'a> Decode<'a> for OffsetFetchResponsePartitions<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 6;
        let mut this = Self::default();
        this.partition_index = r.i32()?;
        this.committed_offset = r.i64()?;
        this.committed_leader_epoch = r.i32()?;
        this.metadata = r.nullable_string(flexible)?;
        this.error_code = r.i16()?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for OffsetFetchResponsePartitions<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 6;
        codec::put_i32(out, self.partition_index);
        codec::put_i64(out, self.committed_offset);
        codec::put_i32(out, self.committed_leader_epoch);
        match &self.metadata {
            Some(value) => {
                codec::put_string(out, flexible, value)?;
            }
            None => {
                codec::put_null_string(out, flexible);
            }
        }
        codec::put_i16(out, self.error_code);
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for OffsetFetchResponsePartitions<'_> {
    fn test_value(g: &mut codec::Values, _version: i16) -> Self {
        let mut this = Self::default();
        this.partition_index = g.i32();
        this.committed_offset = g.i64();
        this.committed_leader_epoch = g.i32();
        this.metadata = if true && g.null() { None } else { Some(g.string()) };
        this.error_code = g.i16();
        this
    }
}
