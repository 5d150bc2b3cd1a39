//! OffsetDeleteRequest (key 47), versions 0-0.
// Written by wire/gen/generate.py; do not edit.
use crate::codec;
use crate::codec::{Decode, DecodeError, Encode, EncodeError, Reader};
use std::borrow::Cow;
#[derive(Debug, Clone, PartialEq, Default)]
pub struct OffsetDeleteRequest<'a> {
    pub group_id: Cow<'a, str>,
    pub topics: Vec<OffsetDeleteRequestTopic<'a>>,
}
impl OffsetDeleteRequest<'_> {
    pub(crate) fn min_size_bytes(_version: i16) -> usize {
        let flexible = false;
        codec::min_string(flexible) + codec::min_array(flexible)
    }
}
impl<'a> Decode<'a> for OffsetDeleteRequest<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = false;
        let mut this = Self::default();
        this.group_id = r.string(flexible)?;
        this.topics =
            r.array(flexible, OffsetDeleteRequestTopic::min_size_bytes(version), |r| {
                OffsetDeleteRequestTopic::decode(r, version)
            })?;
        Ok(this)
    }
}
impl Encode for OffsetDeleteRequest<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = false;
        codec::put_string(out, flexible, &self.group_id)?;
        codec::put_array_len(out, flexible, self.topics.len())?;
        for item in &self.topics {
            item.encode(out, version)?;
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for OffsetDeleteRequest<'_> {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        this.group_id = g.string();
        this.topics = g.vec(|g| codec::TestValue::test_value(g, version));
        this
    }
}
#[derive(Debug, Clone, PartialEq, Default)]
pub struct OffsetDeleteRequestTopic<'a> {
    pub name: Cow<'a, str>,
    pub partitions: Vec<OffsetDeleteRequestPartition>,
}
impl OffsetDeleteRequestTopic<'_> {
    pub(crate) fn min_size_bytes(_version: i16) -> usize {
        let flexible = false;
        codec::min_string(flexible) + codec::min_array(flexible)
    }
}
impl<'a> Decode<'a> for OffsetDeleteRequestTopic<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = false;
        let mut this = Self::default();
        this.name = r.string(flexible)?;
        this.partitions =
            r.array(flexible, OffsetDeleteRequestPartition::min_size_bytes(version), |r| {
                OffsetDeleteRequestPartition::decode(r, version)
            })?;
        Ok(this)
    }
}
impl Encode for OffsetDeleteRequestTopic<'_> {
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
impl codec::TestValue for OffsetDeleteRequestTopic<'_> {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        this.name = g.string();
        this.partitions = g.vec(|g| codec::TestValue::test_value(g, version));
        this
    }
}
#[derive(Debug, Clone, PartialEq, Default)]
pub struct OffsetDeleteRequestPartition {
    pub partition_index: i32,
}
impl OffsetDeleteRequestPartition {
    pub(crate) fn min_size_bytes(_version: i16) -> usize {
        4
    }
}
impl<'a> Decode<'a> for OffsetDeleteRequestPartition {
    fn decode(r: &mut Reader<'a>, _version: i16) -> Result<Self, DecodeError> {
        let mut this = Self::default();
        this.partition_index = r.i32()?;
        Ok(this)
    }
}
impl Encode for OffsetDeleteRequestPartition {
    fn encode(&self, out: &mut Vec<u8>, _version: i16) -> Result<(), EncodeError> {
        codec::put_i32(out, self.partition_index);
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for OffsetDeleteRequestPartition {
    fn test_value(g: &mut codec::Values, _version: i16) -> Self {
        let mut this = Self::default();
        this.partition_index = g.i32();
        this
    }
}
