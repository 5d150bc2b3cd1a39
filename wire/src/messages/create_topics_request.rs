//! CreateTopicsRequest (key 19), versions 2-7.
// Written by wire/gen/generate.py; do not edit.
use crate::codec;
use crate::codec::{Decode, DecodeError, Encode, EncodeError, Reader};
use std::borrow::Cow;
#[derive(Debug, Clone, PartialEq)]
pub struct CreateTopicsRequest<'a> {
    pub topics: Vec<CreatableTopic<'a>>,
    pub timeout_ms: i32,
    pub validate_only: bool,
}
impl Default for CreateTopicsRequest<'_> {
    fn default() -> Self {
        Self { topics: Default::default(), timeout_ms: 60000, validate_only: Default::default() }
    }
}
impl CreateTopicsRequest<'_> {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = version >= 5;
        usize::from(flexible) + codec::min_array(flexible) + 4 + 1
    }
}
impl<'a> Decode<'a> for CreateTopicsRequest<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 5;
        let mut this = Self::default();
        this.topics = r.array(flexible, CreatableTopic::min_size_bytes(version), |r| {
            CreatableTopic::decode(r, version)
        })?;
        this.timeout_ms = r.i32()?;
        this.validate_only = r.bool()?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for CreateTopicsRequest<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 5;
        codec::put_array_len(out, flexible, self.topics.len())?;
        for item in &self.topics {
            item.encode(out, version)?;
        }
        codec::put_i32(out, self.timeout_ms);
        codec::put_bool(out, self.validate_only);
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for CreateTopicsRequest<'_> {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        this.topics = g.vec(|g| codec::TestValue::test_value(g, version));
        this.timeout_ms = g.i32();
        this.validate_only = g.bool();
        this
    }
}
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CreatableTopic<'a> {
    pub name: Cow<'a, str>,
    pub num_partitions: i32,
    pub replication_factor: i16,
    pub assignments: Vec<CreatableReplicaAssignment>,
    pub configs: Vec<CreatableTopicConfig<'a>>,
}
impl CreatableTopic<'_> {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = version >= 5;
        usize::from(flexible)
            + codec::min_string(flexible)
            + 4
            + 2
            + codec::min_array(flexible)
            + codec::min_array(flexible)
    }
}
impl<'a> Decode<'a> for CreatableTopic<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 5;
        let mut this = Self::default();
        this.name = r.string(flexible)?;
        this.num_partitions = r.i32()?;
        this.replication_factor = r.i16()?;
        this.assignments =
            r.array(flexible, CreatableReplicaAssignment::min_size_bytes(version), |r| {
                CreatableReplicaAssignment::decode(r, version)
            })?;
        this.configs = r.array(flexible, CreatableTopicConfig::min_size_bytes(version), |r| {
            CreatableTopicConfig::decode(r, version)
        })?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for CreatableTopic<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 5;
        codec::put_string(out, flexible, &self.name)?;
        codec::put_i32(out, self.num_partitions);
        codec::put_i16(out, self.replication_factor);
        codec::put_array_len(out, flexible, self.assignments.len())?;
        for item in &self.assignments {
            item.encode(out, version)?;
        }
        codec::put_array_len(out, flexible, self.configs.len())?;
        for item in &self.configs {
            item.encode(out, version)?;
        }
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for CreatableTopic<'_> {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        this.name = g.string();
        this.num_partitions = g.i32();
        this.replication_factor = g.i16();
        this.assignments = g.vec(|g| codec::TestValue::test_value(g, version));
        this.configs = g.vec(|g| codec::TestValue::test_value(g, version));
        this
    }
}
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CreatableReplicaAssignment {
    pub partition_index: i32,
    pub broker_ids: Vec<i32>,
}
impl CreatableReplicaAssignment {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = version >= 5;
        usize::from(flexible) + 4 + codec::min_array(flexible)
    }
}
impl<'a> Decode<'a> for CreatableReplicaAssignment {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 5;
        let mut this = Self::default();
        this.partition_index = r.i32()?;
        this.broker_ids = r.array(flexible, 4, |r| r.i32())?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for CreatableReplicaAssignment {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 5;
        codec::put_i32(out, self.partition_index);
        codec::put_array_len(out, flexible, self.broker_ids.len())?;
        for item in &self.broker_ids {
            codec::put_i32(out, *item);
        }
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for CreatableReplicaAssignment {
    fn test_value(g: &mut codec::Values, _version: i16) -> Self {
        let mut this = Self::default();
        this.partition_index = g.i32();
        this.broker_ids = g.vec(|g| g.i32());
        this
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct CreatableTopicConfig<'a> {
    pub name: Cow<'a, str>,
    pub value: Option<Cow<'a, str>>,
}
impl Default for CreatableTopicConfig<'_> {
    fn default() -> Self {
        Self { name: Default::default(), value: Some(Default::default()) }
    }
}
impl CreatableTopicConfig<'_> {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = version >= 5;
        usize::from(flexible) + codec::min_string(flexible) + codec::min_string(flexible)
    }
}
impl<'a> Decode<'a> for CreatableTopicConfig<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 5;
        let mut this = Self::default();
        this.name = r.string(flexible)?;
        this.value = r.nullable_string(flexible)?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for CreatableTopicConfig<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 5;
        codec::put_string(out, flexible, &self.name)?;
        match &self.value {
            Some(value) => {
                codec::put_string(out, flexible, value)?;
            }
            None => {
                codec::put_null_string(out, flexible);
            }
        }
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for CreatableTopicConfig<'_> {
    fn test_value(g: &mut codec::Values, _version: i16) -> Self {
        let mut this = Self::default();
        this.name = g.string();
        this.value = if true && g.null() { None } else { Some(g.string()) };
        this
    }
}
