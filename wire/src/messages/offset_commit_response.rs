//! OffsetCommitResponse (key 8), versions 2-10.
// Written by wire/gen/generate.py; do not edit.
use crate::Uuid;
use crate::codec;
use crate::codec::{Decode, DecodeError, Encode, EncodeError, Reader};
use std::borrow::Cow;
#[derive(Debug, Clone, PartialEq, Default)]
pub struct OffsetCommitResponse<'a> {
    pub throttle_time_ms: i32,
    pub topics: Vec<OffsetCommitResponseTopic<'a>>,
}
impl OffsetCommitResponse<'_> {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = version >= 8;
        let mut size = usize::from(flexible) + codec::min_array(flexible);
        if version >= 3 {
            size += 4;
        }
        size
    }
}
impl<'a> Decode<'a> for OffsetCommitResponse<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 8;
        let mut this = Self::default();
        if version >= 3 {
            this.throttle_time_ms = r.i32()?;
        }
        this.topics =
            r.array(flexible, OffsetCommitResponseTopic::min_size_bytes(version), |r| {
                OffsetCommitResponseTopic::decode(r, version)
            })?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for OffsetCommitResponse<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 8;
        if version >= 3 {
            codec::put_i32(out, self.throttle_time_ms);
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
impl codec::TestValue for OffsetCommitResponse<'_> {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        if version >= 3 {
            this.throttle_time_ms = g.i32();
        }
        this.topics = g.vec(|g| codec::TestValue::test_value(g, version));
        this
    }
}
#[derive(Debug, Clone, PartialEq, Default)]
pub struct OffsetCommitResponseTopic<'a> {
    pub name: Cow<'a, str>,
    pub topic_id: Uuid,
    pub partitions: Vec<OffsetCommitResponsePartition>,
}
impl OffsetCommitResponseTopic<'_> {
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
impl<'a> Decode<'a> for OffsetCommitResponseTopic<'a> {
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
            r.array(flexible, OffsetCommitResponsePartition::min_size_bytes(version), |r| {
                OffsetCommitResponsePartition::decode(r, version)
            })?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for OffsetCommitResponseTopic<'_> {
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
impl codec::TestValue for OffsetCommitResponseTopic<'_> {
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
#[derive(Debug, Clone, PartialEq, Default)]
pub struct OffsetCommitResponsePartition {
    pub partition_index: i32,
    pub error_code: i16,
}
impl OffsetCommitResponsePartition {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = version >= 8;
        usize::from(flexible) + 4 + 2
    }
}
impl<'a> Decode<'a> for OffsetCommitResponsePartition {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 8;
        let mut this = Self::default();
        this.partition_index = r.i32()?;
        this.error_code = r.i16()?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for OffsetCommitResponsePartition {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 8;
        codec::put_i32(out, self.partition_index);
        codec::put_i16(out, self.error_code);
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for OffsetCommitResponsePartition {
    fn test_value(g: &mut codec::Values, _version: i16) -> Self {
        let mut this = Self::default();
        this.partition_index = g.i32();
        this.error_code = g.i16();
        this
    }
}
