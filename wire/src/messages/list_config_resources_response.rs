//! ListConfigResourcesResponse (key 74), versions 0-1.
// Written by wire/gen/generate.py; do not edit.
use crate::codec;
use crate::codec::{Decode, DecodeError, Encode, EncodeError, Reader};
use std::borrow::Cow;
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ListConfigResourcesResponse<'a> {
    pub throttle_time_ms: i32,
    pub error_code: i16,
    pub config_resources: Vec<ConfigResource<'a>>,
}
impl ListConfigResourcesResponse<'_> {
    pub(crate) fn min_size_bytes(_version: i16) -> usize {
        let flexible = true;
        usize::from(flexible) + 4 + 2 + codec::min_array(flexible)
    }
}
impl<'a> Decode<'a> for ListConfigResourcesResponse<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = true;
        let mut this = Self::default();
        this.throttle_time_ms = r.i32()?;
        this.error_code = r.i16()?;
        this.config_resources =
            r.array(flexible, ConfigResource::min_size_bytes(version), |r| {
                ConfigResource::decode(r, version)
            })?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for ListConfigResourcesResponse<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = true;
        codec::put_i32(out, self.throttle_time_ms);
        codec::put_i16(out, self.error_code);
        codec::put_array_len(out, flexible, self.config_resources.len())?;
        for item in &self.config_resources {
            item.encode(out, version)?;
        }
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for ListConfigResourcesResponse<'_> {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        this.throttle_time_ms = g.i32();
        this.error_code = g.i16();
        this.config_resources = g.vec(|g| codec::TestValue::test_value(g, version));
        this
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct ConfigResource<'a> {
    pub resource_name: Cow<'a, str>,
    pub resource_type: i8,
}
impl Default for ConfigResource<'_> {
    fn default() -> Self {
        Self { resource_name: Default::default(), resource_type: 16 }
    }
}
impl ConfigResource<'_> {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = true;
        let mut size = usize::from(flexible) + codec::min_string(flexible);
        if version >= 1 {
            size += 1;
        }
        size
    }
}
impl<'a> Decode<'a> for ConfigResource<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = true;
        let mut this = Self::default();
        this.resource_name = r.string(flexible)?;
        if version >= 1 {
            this.resource_type = r.i8()?;
        }
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for ConfigResource<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = true;
        codec::put_string(out, flexible, &self.resource_name)?;
        if version >= 1 {
            codec::put_i8(out, self.resource_type);
        }
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for ConfigResource<'_> {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        this.resource_name = g.string();
        if version >= 1 {
            this.resource_type = g.i8();
        }
        this
    }
}
