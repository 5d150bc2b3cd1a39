//! ProduceRequest (key 0), versions 3-13.
// Written by wire/gen/generate.py; do not edit.
use crate::Uuid;
use crate::codec;
use crate::codec::{Decode, DecodeError, Encode, EncodeError, Reader};
use std::borrow::Cow;
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ProduceRequest<'a> {
    pub transactional_id: Option<Cow<'a, str>>,
    pub acks: i16,
    pub timeout_ms: i32,
    pub topic_data: Vec<TopicProduceData<'a>>,
}
impl ProduceRequest<'_> {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = version >= 9;
        usize::from(flexible) + codec::min_string(flexible) + 2 + 4 + codec::min_array(flexible)
    }
}
impl<'a> Decode<'a> for ProduceRequest<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 9;
        let mut this = Self::default();
        this.transactional_id = r.nullable_string(flexible)?;
        this.acks = r.i16()?;
        this.timeout_ms = r.i32()?;
        this.topic_data = r.array(flexible, TopicProduceData::min_size_bytes(version), |r| {
            TopicProduceData::decode(r, version)
        })?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for ProduceRequest<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 9;
        match &self.transactional_id {
            Some(value) => {
                codec::put_string(out, flexible, value)?;
            }
            None => {
                codec::put_null_string(out, flexible);
            }
        }
        codec::put_i16(out, self.acks);
        codec::put_i32(out, self.timeout_ms);
        codec::put_array_len(out, flexible, self.topic_data.len())?;
        for item in &self.topic_data {
            item.encode(out, version)?;
        }
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for ProduceRequest<'_> {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        this.transactional_id = if true && g.null() { None } else { Some(g.string()) };
        this.acks = g.i16();
        this.timeout_ms = g.i32();
        this.topic_data = g.vec(|g| codec::TestValue::test_value(g, version));
        this
    }
}
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TopicProduceData<'a> {
    pub name: Cow<'a, str>,
    pub topic_id: Uuid,
    pub partition_data: Vec<PartitionProduceData<'a>>,
}
impl TopicProduceData<'_> {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = version >= 9;
        let mut size = usize::from(flexible) + codec::min_array(flexible);
        if version <= 12 {
            size += codec::min_string(flexible);
        }
        if version >= 13 {
            size += 16;
        }
        size
    }
}
impl<'a> Decode<'a> for TopicProduceData<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 9;
        let mut this = Self::default();
        if version <= 12 {
            this.name = r.string(flexible)?;
        }
        if version >= 13 {
            this.topic_id = r.uuid()?;
        }
        this.partition_data =
            r.array(flexible, PartitionProduceData::min_size_bytes(version), |r| {
                PartitionProduceData::decode(r, version)
            })?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for TopicProduceData<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 9;
        if version <= 12 {
            codec::put_string(out, flexible, &self.name)?;
        }
        if version >= 13 {
            codec::put_uuid(out, self.topic_id);
        }
        codec::put_array_len(out, flexible, self.partition_data.len())?;
        for item in &self.partition_data {
            item.encode(out, version)?;
        }
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for TopicProduceData<'_> {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        if version <= 12 {
            this.name = g.string();
        }
        if version >= 13 {
            this.topic_id = g.uuid();
        }
        this.partition_data = g.vec(|g| codec::TestValue::test_value(g, version));
        this
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct PartitionProduceData<'a> {
    pub index: i32,
    pub records: Option<Cow<'a, [u8]>>,
}
impl Default for PartitionProduceData<'_> {
    fn default() -> Self {
        Self { index: Default::default(), records: Some(Default::default()) }
    }
}
impl PartitionProduceData<'_> {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = version >= 9;
        usize::from(flexible) + 4 + codec::min_bytes(flexible)
    }
}
impl<'a> Decode<'a> for PartitionProduceData<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 9;
        let mut this = Self::default();
        this.index = r.i32()?;
        this.records = r.nullable_bytes(flexible)?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for PartitionProduceData<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 9;
        codec::put_i32(out, self.index);
        match &self.records {
            Some(value) => {
                codec::put_bytes(out, flexible, value)?;
            }
            None => {
                codec::put_null_bytes(out, flexible);
            }
        }
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for PartitionProduceData<'_> {
    fn test_value(g: &mut codec::Values, _version: i16) -> Self {
        let mut this = Self::default();
        this.index = g.i32();
        this.records = if true && g.null() { None } else { Some(g.bytes()) };
        this
    }
}
