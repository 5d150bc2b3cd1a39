//! ListOffsetsRequest (key 2), versions 1-11.
// Written by wire/gen/generate.py; do not edit.
use crate::codec;
use crate::codec::{Decode, DecodeError, Encode, EncodeError, Reader};
use std::borrow::Cow;
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ListOffsetsRequest<'a> {
    pub replica_id: i32,
    pub isolation_level: i8,
    pub topics: Vec<ListOffsetsTopic<'a>>,
    pub timeout_ms: i32,
}
impl ListOffsetsRequest<'_> {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = version >= 6;
        let mut size = usize::from(flexible) + 4 + codec::min_array(flexible);
        if version >= 2 {
            size += 1;
        }
        if version >= 10 {
            size += 4;
        }
        size
    }
}
impl<'a> Decode<'a> for ListOffsetsRequest<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 6;
        let mut this = Self::default();
        this.replica_id = r.i32()?;
        if version >= 2 {
            this.isolation_level = r.i8()?;
        }
        this.topics = r.array(flexible, ListOffsetsTopic::min_size_bytes(version), |r| {
            ListOffsetsTopic::decode(r, version)
        })?;
        if version >= 10 {
            this.timeout_ms = r.i32()?;
        }
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for ListOffsetsRequest<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 6;
        codec::put_i32(out, self.replica_id);
        if version >= 2 {
            codec::put_i8(out, self.isolation_level);
        } else if !(self.isolation_level == 0) {
            return Err(EncodeError::unsupported("IsolationLevel", version));
        }
        codec::put_array_len(out, flexible, self.topics.len())?;
        for item in &self.topics {
            item.encode(out, version)?;
        }
        if version >= 10 {
            codec::put_i32(out, self.timeout_ms);
        }
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for ListOffsetsRequest<'_> {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        this.replica_id = g.i32();
        if version >= 2 {
            this.isolation_level = g.i8();
        }
        this.topics = g.vec(|g| codec::TestValue::test_value(g, version));
        if version >= 10 {
            this.timeout_ms = g.i32();
        }
        this
    }
}
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ListOffsetsTopic<'a> {
    pub name: Cow<'a, str>,
    pub partitions: Vec<ListOffsetsPartition>,
}
impl ListOffsetsTopic<'_> {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = version >= 6;
        usize::from(flexible) + codec::min_string(flexible) + codec::min_array(flexible)
    }
}
impl<'a> Decode<'a> for ListOffsetsTopic<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 6;
        let mut this = Self::default();
        this.name = r.string(flexible)?;
        this.partitions =
            r.array(flexible, ListOffsetsPartition::min_size_bytes(version), |r| {
                ListOffsetsPartition::decode(r, version)
            })?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for ListOffsetsTopic<'_> {
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
impl codec::TestValue for ListOffsetsTopic<'_> {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        this.name = g.string();
        this.partitions = g.vec(|g| codec::TestValue::test_value(g, version));
        this
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct ListOffsetsPartition {
    pub partition_index: i32,
    pub current_leader_epoch: i32,
    pub timestamp: i64,
}
impl Default for ListOffsetsPartition {
    fn default() -> Self {
        Self {
            partition_index: Default::default(),
            current_leader_epoch: -1,
            timestamp: Default::default(),
        }
    }
}
impl ListOffsetsPartition {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = version >= 6;
        let mut size = usize::from(flexible) + 4 + 8;
        if version >= 4 {
            size += 4;
        }
        size
    }
}
impl<'a> Decode<'a> for ListOffsetsPartition {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 6;
        let mut this = Self::default();
        this.partition_index = r.i32()?;
        if version >= 4 {
            this.current_leader_epoch = r.i32()?;
        }
        this.timestamp = r.i64()?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for ListOffsetsPartition {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 6;
        codec::put_i32(out, self.partition_index);
        if version >= 4 {
            codec::put_i32(out, self.current_leader_epoch);
        }
        codec::put_i64(out, self.timestamp);
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for ListOffsetsPartition {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        this.partition_index = g.i32();
        if version >= 4 {
            this.current_leader_epoch = g.i32();
        }
        this.timestamp = g.i64();
        this
    }
}
