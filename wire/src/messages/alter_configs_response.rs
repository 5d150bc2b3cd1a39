//! AlterConfigsResponse (key 33), versions 0-2.
// Written by wire/gen/generate.py; do not edit.
use crate::codec;
use crate::codec::{Decode, DecodeError, Encode, EncodeError, Reader};
use std::borrow::Cow;
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AlterConfigsResponse<'a> {
    pub throttle_time_ms: i32,
    pub responses: Vec<AlterConfigsResourceResponse<'a>>,
}
impl AlterConfigsResponse<'_> {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = version >= 2;
        usize::from(flexible) + 4 + codec::min_array(flexible)
    }
}
impl<'a> Decode<'a> for AlterConfigsResponse<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 2;
        let mut this = Self::default();
        this.throttle_time_ms = r.i32()?;
        this.responses =
            r.array(flexible, AlterConfigsResourceResponse::min_size_bytes(version), |r| {
                AlterConfigsResourceResponse::decode(r, version)
            })?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for AlterConfigsResponse<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 2;
        codec::put_i32(out, self.throttle_time_ms);
        codec::put_array_len(out, flexible, self.responses.len())?;
        for item in &self.responses {
            item.encode(out, version)?;
        }
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for AlterConfigsResponse<'_> {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        this.throttle_time_ms = g.i32();
        this.responses = g.vec(|g| codec::TestValue::test_value(g, version));
        this
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct AlterConfigsResourceResponse<'a> {
    pub error_code: i16,
    pub error_message: Option<Cow<'a, str>>,
    pub resource_type: i8,
    pub resource_name: Cow<'a, str>,
}
impl Default for AlterConfigsResourceResponse<'_> {
    fn default() -> Self {
        Self {
            error_code: Default::default(),
            error_message: Some(Default::default()),
            resource_type: Default::default(),
            resource_name: Default::default(),
        }
    }
}
impl AlterConfigsResourceResponse<'_> {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = version >= 2;
        usize::from(flexible) + 2 + codec::min_string(flexible) + 1 + codec::min_string(flexible)
    }
}
impl<'a> Decode<'a> for AlterConfigsResourceResponse<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 2;
        let mut this = Self::default();
        this.error_code = r.i16()?;
        this.error_message = r.nullable_string(flexible)?;
        this.resource_type = r.i8()?;
        this.resource_name = r.string(flexible)?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for AlterConfigsResourceResponse<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 2;
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
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for AlterConfigsResourceResponse<'_> {
    fn test_value(g: &mut codec::Values, _version: i16) -> Self {
        let mut this = Self::default();
        this.error_code = g.i16();
        this.error_message = if true && g.null() { None } else { Some(g.string()) };
        this.resource_type = g.i8();
        this.resource_name = g.string();
        this
    }
}
