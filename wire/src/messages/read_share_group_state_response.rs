//! ReadShareGroupStateResponse (key 84), versions 0-0.
// Written by wire/gen/generate.py; do not edit.
use crate::Uuid;
use crate::codec;
use crate::codec::{Decode, DecodeError, Encode, EncodeError, Reader};
use std::borrow::Cow;
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ReadShareGroupStateResponse<'a> {
    pub results: Vec<ReadStateResult<'a>>,
}
impl ReadShareGroupStateResponse<'_> {
    pub(crate) fn min_size_bytes(_version: i16) -> usize {
        let flexible = true;
        usize::from(flexible) + codec::min_array(flexible)
    }
}
impl<'a> Decode<'a> for ReadShareGroupStateResponse<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = true;
        let mut this = Self::default();
        this.results = r.array(flexible, ReadStateResult::min_size_bytes(version), |r| {
            ReadStateResult::decode(r, version)
        })?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for ReadShareGroupStateResponse<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = true;
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
impl codec::TestValue for ReadShareGroupStateResponse<'_> {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        this.results = g.vec(|g| codec::TestValue::test_value(g, version));
        this
    }
}
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ReadStateResult<'a> {
    pub topic_id: Uuid,
    pub partitions: Vec<PartitionResult<'a>>,
}
impl ReadStateResult<'_> {
    pub(crate) fn min_size_bytes(_version: i16) -> usize {
        let flexible = true;
        usize::from(flexible) + 16 + codec::min_array(flexible)
    }
}
impl<'a> Decode<'a> for ReadStateResult<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = true;
        let mut this = Self::default();
        this.topic_id = r.uuid()?;
        this.partitions = r.array(flexible, PartitionResult::min_size_bytes(version), |r| {
            PartitionResult::decode(r, version)
        })?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for ReadStateResult<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = true;
        codec::put_uuid(out, self.topic_id);
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
impl codec::TestValue for ReadStateResult<'_> {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        this.topic_id = g.uuid();
        this.partitions = g.vec(|g| codec::TestValue::test_value(g, version));
        this
    }
}
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PartitionResult<'a> {
    pub partition: i32,
    pub error_code: i16,
    pub error_message: Option<Cow<'a, str>>,
    pub state_epoch: i32,
    pub start_offset: i64,
    pub state_batches: Vec<StateBatch>,
}
impl PartitionResult<'_> {
    pub(crate) fn min_size_bytes(_version: i16) -> usize {
        let flexible = true;
        usize::from(flexible)
            + 4
            + 2
            + codec::min_string(flexible)
            + 4
            + 8
            + codec::min_array(flexible)
    }
}
impl<'a> Decode<'a> for PartitionResult<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = true;
        let mut this = Self::default();
        this.partition = r.i32()?;
        this.error_code = r.i16()?;
        this.error_message = r.nullable_string(flexible)?;
        this.state_epoch = r.i32()?;
        this.start_offset = r.i64()?;
        this.state_batches = r.array(flexible, StateBatch::min_size_bytes(version), |r| {
            StateBatch::decode(r, version)
        })?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for PartitionResult<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = true;
        codec::put_i32(out, self.partition);
        codec::put_i16(out, self.error_code);
        match &self.error_message {
            Some(value) => {
                codec::put_string(out, flexible, value)?;
            }
            None => {
                codec::put_null_string(out, flexible);
            }
        }
        codec::put_i32(out, self.state_epoch);
        codec::put_i64(out, self.start_offset);
        codec::put_array_len(out, flexible, self.state_batches.len())?;
        for item in &self.state_batches {
            item.encode(out, version)?;
        }
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for PartitionResult<'_> {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        this.partition = g.i32();
        this.error_code = g.i16();
        this.error_message = if true && g.null() { None } else { Some(g.string()) };
        this.state_epoch = g.i32();
        this.start_offset = g.i64();
        this.state_batches = g.vec(|g| codec::TestValue::test_value(g, version));
        this
    }
}
#[derive(Debug, Clone, PartialEq, Default)]
pub struct StateBatch {
    pub first_offset: i64,
    pub last_offset: i64,
    pub delivery_state: i8,
    pub delivery_count: i16,
}
impl StateBatch {
    pub(crate) fn min_size_bytes(_version: i16) -> usize {
        let flexible = true;
        usize::from(flexible) + 8 + 8 + 1 + 2
    }
}
impl<'a> Decode<'a> for StateBatch {
    fn decode(r: &mut Reader<'a>, _version: i16) -> Result<Self, DecodeError> {
        let flexible = true;
        let mut this = Self::default();
        this.first_offset = r.i64()?;
        this.last_offset = r.i64()?;
        this.delivery_state = r.i8()?;
        this.delivery_count = r.i16()?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for StateBatch {
    fn encode(&self, out: &mut Vec<u8>, _version: i16) -> Result<(), EncodeError> {
        let flexible = true;
        codec::put_i64(out, self.first_offset);
        codec::put_i64(out, self.last_offset);
        codec::put_i8(out, self.delivery_state);
        codec::put_i16(out, self.delivery_count);
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for StateBatch {
    fn test_value(g: &mut codec::Values, _version: i16) -> Self {
        let mut this = Self::default();
        this.first_offset = g.i64();
        this.last_offset = g.i64();
        this.delivery_state = g.i8();
        this.delivery_count = g.i16();
        this
    }
}
