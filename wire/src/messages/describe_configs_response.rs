//! DescribeConfigsResponse (key 32), versions 1-4.
// Written by wire/gen/generate.py; do not edit.
use crate::codec;
use crate::codec::{Decode, DecodeError, Encode, EncodeError, Reader};
use std::borrow::Cow;
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DescribeConfigsResponse<'a> {
    pub throttle_time_ms: i32,
    pub results: Vec<DescribeConfigsResult<'a>>,
}
impl DescribeConfigsResponse<'_> {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = version >= 4;
        usize::from(flexible) + 4 + codec::min_array(flexible)
    }
}
impl<'a> Decode<'a> for DescribeConfigsResponse<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 4;
        let mut this = Self::default();
        this.throttle_time_ms = r.i32()?;
        this.results = r.array(flexible, DescribeConfigsResult::min_size_bytes(version), |r| {
            DescribeConfigsResult::decode(r, version)
        })?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for DescribeConfigsResponse<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 4;
        codec::put_i32(out, self.throttle_time_ms);
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
impl codec::TestValue for DescribeConfigsResponse<'_> {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        this.throttle_time_ms = g.i32();
        this.results = g.vec(|g| codec::TestValue::test_value(g, version));
        this
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct DescribeConfigsResult<'a> {
    pub error_code: i16,
    pub error_message: Option<Cow<'a, str>>,
    pub resource_type: i8,
    pub resource_name: Cow<'a, str>,
    pub configs: Vec<DescribeConfigsResourceResult<'a>>,
}
impl Default for DescribeConfigsResult<'_> {
    fn default() -> Self {
        Self {
            error_code: Default::default(),
            error_message: Some(Default::default()),
            resource_type: Default::default(),
            resource_name: Default::default(),
            configs: Default::default(),
        }
    }
}
impl DescribeConfigsResult<'_> {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = version >= 4;
        usize::from(flexible)
            + 2
            + codec::min_string(flexible)
            + 1
            + codec::min_string(flexible)
            + codec::min_array(flexible)
    }
}
impl<'a> Decode<'a> for DescribeConfigsResult<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 4;
        let mut this = Self::default();
        this.error_code = r.i16()?;
        this.error_message = r.nullable_string(flexible)?;
        this.resource_type = r.i8()?;
        this.resource_name = r.string(flexible)?;
        this.configs =
            r.array(flexible, DescribeConfigsResourceResult::min_size_bytes(version), |r| {
                DescribeConfigsResourceResult::decode(r, version)
            })?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for DescribeConfigsResult<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 4;
        codec::put_i16(out, self.error_code);
        match &self.error_message {
            Some(value) => {
                codec::put_string(out, flexible, value)?;
            }
            None => {
                codec::put_null_string(out, flexible);
            }
        }
        codec::put_i8(out, self.resource_type);
        codec::put_string(out, flexible, &self.resource_name)?;
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
impl codec::TestValue for DescribeConfigsResult<'_> {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        this.error_code = g.i16();
        this.error_message = if true && g.null() { None } else { Some(g.string()) };
        this.resource_type = g.i8();
        this.resource_name = g.string();
        this.configs = g.vec(|g| codec::TestValue::test_value(g, version));
        this
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct DescribeConfigsResourceResult<'a> {
    pub name: Cow<'a, str>,
    pub value: Option<Cow<'a, str>>,
    pub read_only: bool,
    pub config_source: i8,
    pub is_sensitive: bool,
    pub synonyms: Vec<DescribeConfigsSynonym<'a>>,
    pub config_type: i8,
    pub documentation: Option<Cow<'a, str>>,
}
impl Default for DescribeConfigsResourceResult<'_> {
    fn default() -> Self {
        Self {
            name: Default::default(),
            value: Some(Default::default()),
            read_only: Default::default(),
            config_source: -1,
            is_sensitive: Default::default(),
            synonyms: Default::default(),
            config_type: Default::default(),
            documentation: Some(Default::default()),
        }
    }
}
impl DescribeConfigsResourceResult<'_> {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = version >= 4;
        let mut size = usize::from(flexible)
            + codec::min_string(flexible)
            + codec::min_string(flexible)
            + 1
            + 1
            + 1
            + codec::min_array(flexible);
        if version >= 3 {
            size += 1;
        }
        if version >= 3 {
            size += codec::min_string(flexible);
        }
        size
    }
}
impl<'a> Decode<'a> for DescribeConfigsResourceResult<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 4;
        let mut this = Self::default();
        this.name = r.string(flexible)?;
        this.value = r.nullable_string(flexible)?;
        this.read_only = r.bool()?;
        this.config_source = r.i8()?;
        this.is_sensitive = r.bool()?;
        this.synonyms =
            r.array(flexible, DescribeConfigsSynonym::min_size_bytes(version), |r| {
                DescribeConfigsSynonym::decode(r, version)
            })?;
        if version >= 3 {
            this.config_type = r.i8()?;
        }
        if version >= 3 {
            this.documentation = r.nullable_string(flexible)?;
        }
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for DescribeConfigsResourceResult<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 4;
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
        codec::put_array_len(out, flexible, self.synonyms.len())?;
        for item in &self.synonyms {
            item.encode(out, version)?;
        }
        if version >= 3 {
            codec::put_i8(out, self.config_type);
        }
        if version >= 3 {
            match &self.documentation {
                Some(value) => {
                    codec::put_string(out, flexible, value)?;
                }
                None => {
                    codec::put_null_string(out, flexible);
                }
            }
        }
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for DescribeConfigsResourceResult<'_> {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        this.name = g.string();
        this.value = if true && g.null() { None } else { Some(g.string()) };
        this.read_only = g.bool();
        this.config_source = g.i8();
        this.is_sensitive = g.bool();
        this.synonyms = g.vec(|g| codec::TestValue::test_value(g, version));
        if version >= 3 {
            this.config_type = g.i8();
        }
        if version >= 3 {
            this.documentation = if true && g.null() { None } else { Some(g.string()) };
        }
        this
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct DescribeConfigsSynonym<'a> {
    pub name: Cow<'a, str>,
    pub value: Option<Cow<'a, str>>,
    pub source: i8,
}
impl Default for DescribeConfigsSynonym<'_> {
    fn default() -> Self {
        Self {
            name: Default::default(),
            value: Some(Default::default()),
            source: Default::default(),
        }
    }
}
impl DescribeConfigsSynonym<'_> {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = version >= 4;
        usize::from(flexible) + codec::min_string(flexible) + codec::min_string(flexible) + 1
    }
}
impl<'a> Decode<'a> for DescribeConfigsSynonym<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 4;
        let mut this = Self::default();
        this.name = r.string(flexible)?;
        this.value = r.nullable_string(flexible)?;
        this.source = r.i8()?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for DescribeConfigsSynonym<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 4;
        codec::put_string(out, flexible, &self.name)?;
        match &self.value {
            Some(value) => {
                codec::put_string(out, flexible, value)?;
            }
            None => {
                codec::put_null_string(out, flexible);
            }
        }
        codec::put_i8(out, self.source);
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for DescribeConfigsSynonym<'_> {
    fn test_value(g: &mut codec::Values, _version: i16) -> Self {
        let mut this = Self::default();
        this.name = g.string();
        this.value = if true && g.null() { None } else { Some(g.string()) };
        this.source = g.i8();
        this
    }
}
