//! DeleteRecordsRequest (key 21), versions 0-2.
// Written by wire/gen/generate.py; do not edit.
use crate::codec;
use crate::codec::{Decode, DecodeError, Encode, EncodeError, Reader};
use std::borrow::Cow;
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DeleteRecordsRequest<'a> {
    pub topics: Vec<DeleteRecordsTopic<'a>>,
    pub timeout_ms: i32,
}
impl DeleteRecordsRequest<'_> {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = version >= 2;
        usize::from(flexible) + codec::min_array(flexible) + 4
    }
}
impl<'a> Decode<'a> for DeleteRecordsRequest<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 2;
        let mut this = Self::default();
        this.topics = r.array(flexible, DeleteRecordsTopic::min_size_bytes(version), |r| {
            DeleteRecordsTopic::decode(r, version)
        })?;
        this.timeout_ms = r.i32()?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for DeleteRecordsRequest<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 2;
        codec::put_array_len(out, flexible, self.topics.len())?;
        for item in &self.topics {
            item.encode(out, version)?;
        }
        codec::put_i32(out, self.timeout_ms);
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for DeleteRecordsRequest<'_> {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        this.topics = g.vec(|g| codec::TestValue::test_value(g, version));
        this.timeout_ms = g.i32();
        this
    }
}
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DeleteRecordsTopic<'a> {
    pub name: Cow<'a, str>,
    pub partitions: Vec<DeleteRecordsPartition>,
}
impl DeleteRecordsTopic<'_> {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = version >= 2;
        usize::from(flexible) + codec::min_string(flexible) + codec::min_array(flexible)
    }
}
impl<'a> Decode<'a> for DeleteRecordsTopic<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 2;
        let mut this = Self::default();
        this.name = r.string(flexible)?;
        this.partitions =
            r.array(flexible, DeleteRecordsPartition::min_size_bytes(version), |r| {
                DeleteRecordsPartition::decode(r, version)
            })?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for DeleteRecordsTopic<'_> {
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
impl codec::TestValue for DeleteRecordsTopic<'_> {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        this.name = g.string();
        this.partitions = g.vec(|g| codec::TestValue::test_value(g, version));
        this
    }
}
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DeleteRecordsPartition {
    pub partition_index: i32,
    pub offset: i64,
}
impl DeleteRecordsPartition {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = version >= 2;
        usize::from(flexible) + 4 + 8
    }
}
impl<'a> Decode<'a> for DeleteRecordsPartition {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 2;
        let mut this = Self::default();
        this.partition_index = r.i32()?;
        this.offset = r.i64()?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for DeleteRecordsPartition {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 2;
        codec::put_i32(out, self.partition_index);
        codec::put_i64(out, self.offset);
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for DeleteRecordsPartition {
    fn test_value(g: &mut codec::Values, _version: i16) -> Self {
        let mut this = Self::default();
        this.partition_index = g.i32();
        this.offset = g.i64();
        this
    }
}
