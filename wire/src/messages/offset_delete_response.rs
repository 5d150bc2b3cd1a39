//! OffsetDeleteResponse (key 47), versions 0-0.
// Written by wire/gen/generate.py; do not edit.
use crate::codec;
use crate::codec::{Decode, DecodeError, Encode, EncodeError, Reader};
use std::borrow::Cow;
#[derive(Debug, Clone, PartialEq, Default)]
pub struct OffsetDeleteResponse<'a> {
    pub error_code: i16,
    pub throttle_time_ms: i32,
    pub topics: Vec<OffsetDeleteResponseTopic<'a>>,
}
impl OffsetDeleteResponse<'_> {
    pub(crate) fn min_size_bytes(_version: i16) -> usize {
        let flexible = false;
        2 + 4 + codec::min_array(flexible)
    }
}
impl<'a> Decode<'a> for OffsetDeleteResponse<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = false;
        let mut this = Self::default();
        this.error_code = r.i16()?;
        this.throttle_time_ms = r.i32()?;
        this.topics =
            r.array(flexible, OffsetDeleteResponseTopic::min_size_bytes(version), |r| {
                OffsetDeleteResponseTopic::decode(r, version)
            })?;
        Ok(this)
    }
}
impl Encode for OffsetDeleteResponse<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = false;
        codec::put_i16(out, self.error_code);
        codec::put_i32(out, self.throttle_time_ms);
        codec::put_array_len(out, flexible, self.topics.len())?;
        for item in &self.topics {
            item.encode(out, version)?;
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for OffsetDeleteResponse<'_> {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        this.error_code = g.i16();
        this.throttle_time_ms = g.i32();
        this.topics = g.vec(|g| codec::TestValue::test_value(g, version));
        this
    }
}
#[derive(Debug, Clone, PartialEq, Default)]
pub struct OffsetDeleteResponseTopic<'a> {
    pub name: Cow<'a, str>,
    pub partitions: Vec<OffsetDeleteResponsePartition>,
}
impl OffsetDeleteResponseTopic<'_> {
    pub(crate) fn min_size_bytes(_version: i16) -> usize {
        let flexible = false;
        codec::min_string(flexible) + codec::min_array(flexible)
    }
}
impl<'a> Decode<'a> for OffsetDeleteResponseTopic<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = false;
        let mut this = Self::default();
        this.name = r.string(flexible)?;
        this.partitions =
            r.array(flexible, OffsetDeleteResponsePartition::min_size_bytes(version), |r| {
                OffsetDeleteResponsePartition::decode(r, version)
            })?;
        Ok(this)
    }
}
impl Encode for OffsetDeleteResponseTopic<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = false;
        codec::put_string(out, flexible, &self.name)?;
        codec::put_array_len(out, flexible, self.partitions.len())?;
        for item in &self.partitions {
            item.encode(out, version)?;
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for OffsetDeleteResponseTopic<'_> {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        this.name = g.string();
        this.partitions = g.vec(|g| codec::TestValue::test_value(g, version));
        this
    }
}
#[derive(Debug, Clone, PartialEq, Default)]
pub struct OffsetDeleteResponsePartition {
    pub partition_index: i32,
    pub error_code: i16,
}
impl OffsetDeleteResponsePartition {
    pub(crate) fn min_size_bytes(_version: i16) -> usize {
        4 + 2
    }
}
impl<'a> Decode<'a> for OffsetDeleteResponsePartition {
    fn decode(r: &mut Reader<'a>, _version: i16) -> Result<Self, DecodeError> {
        let mut this = Self::default();
        this.partition_index = r.i32()?;
        this.error_code = r.i16()?;
        Ok(this)
    }
}
impl Encode for OffsetDeleteResponsePartition {
    fn encode(&self, out: &mut Vec<u8>, _version: i16) -> Result<(), EncodeError> {
        codec::put_i32(out, self.partition_index);
        codec::put_i16(out, self.error_code);
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for OffsetDeleteResponsePartition {
    fn test_value(g: &mut codec::Values, _version: i16) -> Self {
        let mut this = Self::default();
        this.partition_index = g.i32();
        this.error_code = g.i16();
        this
    }
}
