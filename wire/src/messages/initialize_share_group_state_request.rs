//! InitializeShareGroupStateRequest (key 83), versions 0-0.
// Written by wire/gen/generate.py; do not edit.
use crate::Uuid;
use crate::codec;
use crate::codec::{Decode, DecodeError, Encode, EncodeError, Reader};
use std::borrow::Cow;
#[derive(Debug, Clone, PartialEq, Default)]
pub struct InitializeShareGroupStateRequest<'a> {
    pub group_id: Cow<'a, str>,
    pub topics: Vec<InitializeStateData>,
}
impl InitializeShareGroupStateRequest<'_> {
    pub(crate) fn min_size_bytes(_version: i16) -> usize {
        let flexible = true;
        usize::from(flexible) + codec::min_string(flexible) + codec::min_array(flexible)
    }
}
impl<'a> Decode<'a> for InitializeShareGroupStateRequest<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = true;
        let mut this = Self::default();
        this.group_id = r.string(flexible)?;
        this.topics = r.array(flexible, InitializeStateData::min_size_bytes(version), |r| {
            InitializeStateData::decode(r, version)
        })?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for InitializeShareGroupStateRequest<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = true;
        codec::put_string(out, flexible, &self.group_id)?;
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
impl codec::TestValue for InitializeShareGroupStateRequest<'_> {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        this.group_id = g.string();
        this.topics = g.vec(|g| codec::TestValue::test_value(g, version));
        this
    }
}
#[derive(Debug, Clone, PartialEq, Default)]
pub struct InitializeStateData {
    pub topic_id: Uuid,
    pub partitions: Vec<PartitionData>,
}
impl InitializeStateData {
    pub(crate) fn min_size_bytes(_version: i16) -> usize {
        let flexible = true;
        usize::from(flexible) + 16 + codec::min_array(flexible)
    }
}
impl<'a> Decode<'a> for InitializeStateData {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = true;
        let mut this = Self::default();
        this.topic_id = r.uuid()?;
        this.partitions = r.array(flexible, PartitionData::min_size_bytes(version), |r| {
            PartitionData::decode(r, version)
        })?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for InitializeStateData {
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
impl codec::TestValue for InitializeStateData {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        this.topic_id = g.uuid();
        this.partitions = g.vec(|g| codec::TestValue::test_value(g, version));
        this
    }
}
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PartitionData {
    pub partition: i32,
    pub state_epoch: i32,
    pub start_offset: i64,
}
impl PartitionData {
    pub(crate) fn min_size_bytes(_version: i16) -> usize {
        let flexible = true;
        usize::from(flexible) + 4 + 4 + 8
    }
}
impl<'a> Decode<'a> for PartitionData {
    fn decode(r: &mut Reader<'a>, _version: i16) -> Result<Self, DecodeError> {
        let flexible = true;
        let mut this = Self::default();
        this.partition = r.i32()?;
        this.state_epoch = r.i32()?;
        this.start_offset = r.i64()?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for PartitionData {
    fn encode(&self, out: &mut Vec<u8>, _version: i16) -> Result<(), EncodeError> {
        let flexible = true;
        codec::put_i32(out, self.partition);
        codec::put_i32(out, self.state_epoch);
        codec::put_i64(out, self.start_offset);
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for PartitionData {
    fn test_value(g: &mut codec::Values, _version: i16) -> Self {
        let mut this = Self::default();
        this.partition = g.i32();
        this.state_epoch = g.i32();
        this.start_offset = g.i64();
        this
    }
}
