//! ListOffsetsResponse (key 2), versions 1-11.
// Written by wire/gen/generate.py; do not edit.
use crate::codec;
use crate::codec::{Decode, DecodeError, Encode, EncodeError, Reader};
use std::borrow::Cow;
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ListOffsetsResponse<'a> {
    pub throttle_time_ms: i32,
    pub topics: Vec<ListOffsetsTopicResponse<'a>>,
}
impl ListOffsetsResponse<'_> {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = version >= 6;
        let mut size = usize::from(flexible) + codec::min_array(flexible);
        if version >= 2 {
            size += 4;
        }
        size
    }
}
impl<'a> Decode<'a> for ListOffsetsResponse<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 6;
        let mut this = Self::default();
        if version >= 2 {
            this.throttle_time_ms = r.i32()?;
        }
        this.topics =
            r.array(flexible, ListOffsetsTopicResponse::min_size_bytes(version), |r| {
                ListOffsetsTopicResponse::decode(r, version)
            })?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for ListOffsetsResponse<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 6;
        if version >= 2 {
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
impl codec::TestValue for ListOffsetsResponse<'_> {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        if version >= 2 {
            this.throttle_time_ms = g.i32();
        }
        this.topics = g.vec(|g| codec::TestValue::test_value(g, version));
        this
    }
}
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ListOffsetsTopicResponse<'a> {
    pub name: Cow<'a, str>,
    pub partitions: Vec<ListOffsetsPartitionResponse>,
}
impl ListOffsetsTopicResponse<'_> {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = version >= 6;
        usize::from(flexible) + codec::min_string(flexible) + codec::min_array(flexible)
    }
}
impl<'a> Decode<'a> for ListOffsetsTopicResponse<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 6;
        let mut this = Self::default();
        this.name = r.string(flexible)?;
        this.partitions =
            r.array(flexible, ListOffsetsPartitionResponse::min_size_bytes(version), |r| {
                ListOffsetsPartitionResponse::decode(r, version)
            })?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for ListOffsetsTopicResponse<'_> {
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
impl codec::TestValue for ListOffsetsTopicResponse<'_> {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        this.name = g.string();
        this.partitions = g.vec(|g| codec::TestValue::test_value(g, version));
        this
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct ListOffsetsPartitionResponse {
    pub partition_index: i32,
    pub error_code: i16,
    pub timestamp: i64,
    pub offset: i64,
    pub leader_epoch: i32,
}
impl Default for ListOffsetsPartitionResponse {
    fn default() -> Self {
        Self {
            partition_index: Default::default(),
            error_code: Default::default(),
            timestamp: -1,
            offset: -1,
            leader_epoch: -1,
        }
    }
}
impl ListOffsetsPartitionResponse {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = version >= 6;
        let mut size = usize::from(flexible) + 4 + 2 + 8 + 8;
        if version >= 4 {
            size += 4;
        }
        size
    }
}
impl<'a> Decode<'a> for ListOffsetsPartitionResponse {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 6;
        let mut this = Self::default();
        this.partition_index = r.i32()?;
        this.error_code = r.i16()?;
        this.timestamp = r.i64()?;
        this.offset = r.i64()?;
        if version >= 4 {
            this.leader_epoch = r.i32()?;
        }
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for ListOffsetsPartitionResponse {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 6;
        codec::put_i32(out, self.partition_index);
        codec::put_i16(out, self.error_code);
        codec::put_i64(out, self.timestamp);
        codec::put_i64(out, self.offset);
        if version >= 4 {
            codec::put_i32(out, self.leader_epoch);
        } else if !(self.leader_epoch == -1) {
            return Err(EncodeError::unsupported("LeaderEpoch", version));
        }
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for ListOffsetsPartitionResponse {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        this.partition_index = g.i32();
        this.error_code = g.i16();
        this.timestamp = g.i64();
        this.offset = g.i64();
        if version >= 4 {
            this.leader_epoch = g.i32();
        }
        this
    }
}
