//! DescribeLogDirsResponse (key 35), versions 1-5.
// Written by wire/gen/generate.py; do not edit.
use crate::codec;
use crate::codec::{Decode, DecodeError, Encode, EncodeError, Reader};
use std::borrow::Cow;
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DescribeLogDirsResponse<'a> {
    pub throttle_time_ms: i32,
    pub error_code: i16,
    pub results: Vec<DescribeLogDirsResult<'a>>,
}
impl DescribeLogDirsResponse<'_> {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = version >= 2;
        let mut size = usize::from(flexible) + 4 + codec::min_array(flexible);
        if version >= 3 {
            size += 2;
        }
        size
    }
}
impl<'a> Decode<'a> for DescribeLogDirsResponse<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 2;
        let mut this = Self::default();
        this.throttle_time_ms = r.i32()?;
        if version >= 3 {
            this.error_code = r.i16()?;
        }
        this.results = r.array(flexible, DescribeLogDirsResult::min_size_bytes(version), |r| {
            DescribeLogDirsResult::decode(r, version)
        })?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for DescribeLogDirsResponse<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 2;
        codec::put_i32(out, self.throttle_time_ms);
        if version >= 3 {
            codec::put_i16(out, self.error_code);
        }
        codec::put_array_len(out, flexible, self.results.len())?;
        for item in &self.results {
            item.encode(out, version)?;
        }
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for DescribeLogDirsResponse<'_> {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        this.throttle_time_ms = g.i32();
        if version >= 3 {
            this.error_code = g.i16();
        }
        this.results = g.vec(|g| codec::TestValue::test_value(g, version));
        this
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct DescribeLogDirsResult<'a> {
    pub error_code: i16,
    pub log_dir: Cow<'a, str>,
    pub topics: Vec<DescribeLogDirsTopic<'a>>,
    pub total_bytes: i64,
    pub usable_bytes: i64,
    pub is_cordoned: bool,
}
impl Default for DescribeLogDirsResult<'_> {
    fn default() -> Self {
        Self {
            error_code: Default::default(),
            log_dir: Default::default(),
            topics: Default::default(),
            total_bytes: -1,
            usable_bytes: -1,
            is_cordoned: Default::default(),
        }
    }
}
impl DescribeLogDirsResult<'_> {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = version >= 2;
        let mut size =
            usize::from(flexible) + 2 + codec::min_string(flexible) + codec::min_array(flexible);
        if version >= 4 {
            size += 8;
        }
        if version >= 4 {
            size += 8;
        }
        if version >= 5 {
            size += 1;
        }
        size
    }
}
impl<'a> Decode<'a> for DescribeLogDirsResult<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 2;
        let mut this = Self::default();
        this.error_code = r.i16()?;
        this.log_dir = r.string(flexible)?;
        this.topics = r.array(flexible, DescribeLogDirsTopic::min_size_bytes(version), |r| {
            DescribeLogDirsTopic::decode(r, version)
        })?;
        if version >= 4 {
            this.total_bytes = r.i64()?;
        }
        if version >= 4 {
            this.usable_bytes = r.i64()?;
        }
        if version >= 5 {
            this.is_cordoned = r.bool()?;
        }
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for DescribeLogDirsResult<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 2;
        codec::put_i16(out, self.error_code);
        codec::put_string(out, flexible, &self.log_dir)?;
        codec::put_array_len(out, flexible, self.topics.len())?;
        for item in &self.topics {
            item.encode(out, version)?;
        }
        if version >= 4 {
            codec::put_i64(out, self.total_bytes);
        }
        if version >= 4 {
            codec::put_i64(out, self.usable_bytes);
        }
        if version >= 5 {
            codec::put_bool(out, self.is_cordoned);
        }
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for DescribeLogDirsResult<'_> {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        this.error_code = g.i16();
        this.log_dir = g.string();
        this.topics = g.vec(|g| codec::TestValue::test_value(g, version));
        if version >= 4 {
            this.total_bytes = g.i64();
        }
        if version >= 4 {
            this.usable_bytes = g.i64();
        }
        if version >= 5 {
            this.is_cordoned = g.bool();
        }
        this
    }
}
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DescribeLogDirsTopic<'a> {
    pub name: Cow<'a, str>,
    pub partitions: Vec<DescribeLogDirsPartition>,
}
impl DescribeLogDirsTopic<'_> {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = version >= 2;
        usize::from(flexible) + codec::min_string(flexible) + codec::min_array(flexible)
    }
}
impl<'a> Decode<'a> for DescribeLogDirsTopic<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 2;
        let mut this = Self::default();
        this.name = r.string(flexible)?;
        this.partitions =
            r.array(flexible, DescribeLogDirsPartition::min_size_bytes(version), |r| {
                DescribeLogDirsPartition::decode(r, version)
            })?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for DescribeLogDirsTopic<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 2;
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
impl codec::TestValue for DescribeLogDirsTopic<'_> {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        this.name = g.string();
        this.partitions = g.vec(|g| codec::TestValue::test_value(g, version));
        this
    }
}
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DescribeLogDirsPartition {
    pub partition_index: i32,
    pub partition_size: i64,
    pub offset_lag: i64,
    pub is_future_key: bool,
}
impl DescribeLogDirsPartition {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = version >= 2;
        usize::from(flexible) + 4 + 8 + 8 + 1
    }
}
impl<'a> Decode<'a> for DescribeLogDirsPartition {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 2;
        let mut this = Self::default();
        this.partition_index = r.i32()?;
        this.partition_size = r.i64()?;
        this.offset_lag = r.i64()?;
        this.is_future_key = r.bool()?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for DescribeLogDirsPartition {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 2;
        codec::put_i32(out, self.partition_index);
        codec::put_i64(out, self.partition_size);
        codec::put_i64(out, self.offset_lag);
        codec::put_bool(out, self.is_future_key);
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for DescribeLogDirsPartition {
    fn test_value(g: &mut codec::Values, _version: i16) -> Self {
        let mut this = Self::default();
        this.partition_index = g.i32();
        this.partition_size = g.i64();
        this.offset_lag = g.i64();
        this.is_future_key = g.bool();
        this
    }
}
