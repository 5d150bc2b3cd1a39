//! CreateTopicsResponse (key 19), versions 2-7.
// Written by wire/gen/generate.py; do not edit.
use crate::Uuid;
use crate::codec;
use crate::codec::{Decode, DecodeError, Encode, EncodeError, Reader};
use std::borrow::Cow;
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CreateTopicsResponse<'a> {
    pub throttle_time_ms: i32,
    pub topics: Vec<CreatableTopicResult<'a>>,
}
impl CreateTopicsResponse<'_> {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = version >= 5;
        usize::from(flexible) + 4 + codec::min_array(flexible)
    }
}
impl<'a> Decode<'a> for CreateTopicsResponse<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 5;
        let mut this = Self::default();
        this.throttle_time_ms = r.i32()?;
        this.topics = r.array(flexible, CreatableTopicResult::min_size_bytes(version), |r| {
            CreatableTopicResult::decode(r, version)
        })?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for CreateTopicsResponse<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 5;
        codec::put_i32(out, self.throttle_time_ms);
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
impl codec::TestValue for CreateTopicsResponse<'_> {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        this.throttle_time_ms = g.i32();
        this.topics = g.vec(|g| codec::TestValue::test_value(g, version));
        this
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct CreatableTopicResult<'a> {
    pub name: Cow<'a, str>,
    pub topic_id: Uuid,
    pub error_code: i16,
    pub error_message: Option<Cow<'a, str>>,
    pub topic_config_error_code: i16,
    pub num_partitions: i32,
    pub replication_factor: i16,
    pub configs: Option<Vec<CreatableTopicConfigs<'a>>>,
}
impl Default for CreatableTopicResult<'_> {
    fn default() -> Self {
        Self {
            name: Default::default(),
            topic_id: Default::default(),
            error_code: Default::default(),
            error_message: Some(Default::default()),
            topic_config_error_code: Default::default(),
            num_partitions: -1,
            replication_factor: -1,
            configs: Some(Default::default()),
        }
    }
}
impl CreatableTopicResult<'_> {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = version >= 5;
        let mut size =
            usize::from(flexible) + codec::min_string(flexible) + 2 + codec::min_string(flexible);
        if version >= 7 {
            size += 16;
        }
        if version >= 5 {
            size += 4;
        }
        if version >= 5 {
            size += 2;
        }
        if version >= 5 {
            size += codec::min_array(flexible);
        }
        size
    }
}
impl<'a> Decode<'a> for CreatableTopicResult<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 5;
        let mut this = Self::default();
        this.name = r.string(flexible)?;
        if version >= 7 {
            this.topic_id = r.uuid()?;
        }
        this.error_code = r.i16()?;
        this.error_message = r.nullable_string(flexible)?;
        if version >= 5 {
            this.num_partitions = r.i32()?;
        }
        if version >= 5 {
            this.replication_factor = r.i16()?;
        }
        if version >= 5 {
            this.configs =
                r.nullable_array(flexible, CreatableTopicConfigs::min_size_bytes(version), |r| {
                    CreatableTopicConfigs::decode(r, version)
                })?;
        }
        if flexible {
            r.tags(|tag, r| {
                match tag {
                    0 if version >= 5 => this.topic_config_error_code = r.i16()?,
                    _ => return Ok(false),
                }
                Ok(true)
            })?;
        }
        Ok(this)
    }
}
impl Encode for CreatableTopicResult<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 5;
        codec::put_string(out, flexible, &self.name)?;
        if version >= 7 {
            codec::put_uuid(out, self.topic_id);
        }
        codec::put_i16(out, self.error_code);
        match &self.error_message {
            Some(value) => {
                codec::put_string(out, flexible, value)?;
            }
            None => {
                codec::put_null_string(out, flexible);
            }
        }
        if version >= 5 {
            codec::put_i32(out, self.num_partitions);
        }
        if version >= 5 {
            codec::put_i16(out, self.replication_factor);
        }
        if version >= 5 {
            match &self.configs {
                Some(value) => {
                    codec::put_array_len(out, flexible, value.len())?;
                    for item in value {
                        item.encode(out, version)?;
                    }
                }
                None => {
                    codec::put_null_array(out, flexible);
                }
            }
        }
        if flexible {
            let mut tags = codec::Tags::default();
            if version >= 5 && !(self.topic_config_error_code == 0) {
                tags.push(0, |out| {
                    codec::put_i16(out, self.topic_config_error_code);
                    Ok(())
                })?;
            }
            tags.finish(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for CreatableTopicResult<'_> {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        this.name = g.string();
        if version >= 7 {
            this.topic_id = g.uuid();
        }
        this.error_code = g.i16();
        this.error_message = if true && g.null() { None } else { Some(g.string()) };
        if version >= 5 {
            this.topic_config_error_code = g.i16();
        }
        if version >= 5 {
            this.num_partitions = g.i32();
        }
        if version >= 5 {
            this.replication_factor = g.i16();
        }
        if version >= 5 {
            this.configs = if true && g.null() {
                None
            } else {
                Some(g.vec(|g| codec::TestValue::test_value(g, version)))
            };
        }
        this
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct CreatableTopicConfigs<'a> {
    pub name: Cow<'a, str>,
    pub value: Option<Cow<'a, str>>,
    pub read_only: bool,
    pub config_source: i8,
    pub is_sensitive: bool,
}
impl Default for CreatableTopicConfigs<'_> {
    fn default() -> Self {
        Self {
            name: Default::default(),
            value: Some(Default::default()),
            read_only: Default::default(),
            config_source: -1,
            is_sensitive: Default::default(),
        }
    }
}
impl CreatableTopicConfigs<'_> {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = version >= 5;
        usize::from(flexible)
            + codec::min_string(flexible)
            + codec::min_string(flexible)
            + 1
            + 1
            + 1
    }
}
impl<'a> Decode<'a> for CreatableTopicConfigs<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 5;
        let mut this = Self::default();
        this.name = r.string(flexible)?;
        this.value = r.nullable_string(flexible)?;
        this.read_only = r.bool()?;
        this.config_source = r.i8()?;
        this.is_sensitive = r.bool()?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for CreatableTopicConfigs<'_> {
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
        codec::put_bool(out, self.read_only);
        codec::put_i8(out, self.config_source);
        codec::put_bool(out, self.is_sensitive);
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for CreatableTopicConfigs<'_> {
    fn test_value(g: &mut codec::Values, _version: i16) -> Self {
        let mut this = Self::default();
        this.name = g.string();
        this.value = if true && g.null() { None } else { Some(g.string()) };
        this.read_only = g.bool();
        this.config_source = g.i8();
        this.is_sensitive = g.bool();
        this
    }
}
