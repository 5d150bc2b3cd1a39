//! IncrementalAlterConfigsRequest (key 44), versions 0-1.
// Written by wire/gen/generate.py; do not edit.
use crate::codec;
use crate::codec::{Decode, DecodeError, Encode, EncodeError, Reader};
use std::borrow::Cow;
#[derive(Debug, Clone, PartialEq, Default)]
pub struct IncrementalAlterConfigsRequest<'a> {
    pub resources: Vec<AlterConfigsResource<'a>>,
    pub validate_only: bool,
}
impl IncrementalAlterConfigsRequest<'_> {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = version >= 1;
        usize::from(flexible) + codec::min_array(flexible) + 1
    }
}
impl<'a> Decode<'a> for IncrementalAlterConfigsRequest<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 1;
        let mut this = Self::default();
        this.resources = r.array(flexible, AlterConfigsResource::min_size_bytes(version), |r| {
            AlterConfigsResource::decode(r, version)
        })?;
        this.validate_only = r.bool()?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for IncrementalAlterConfigsRequest<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 1;
        codec::put_array_len(out, flexible, self.resources.len())?;
        for item in &self.resources {
            item.encode(out, version)?;
        }
        codec::put_bool(out, self.validate_only);
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for IncrementalAlterConfigsRequest<'_> {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        this.resources = g.vec(|g| codec::TestValue::test_value(g, version));
        this.validate_only = g.bool();
        this
    }
}
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AlterConfigsResource<'a> {
    pub resource_type: i8,
    pub resource_name: Cow<'a, str>,
    pub configs: Vec<AlterableConfig<'a>>,
}
impl AlterConfigsResource<'_> {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = version >= 1;
        usize::from(flexible) + 1 + codec::min_string(flexible) + codec::min_array(flexible)
    }
}
impl<'a> Decode<'a> for AlterConfigsResource<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 1;
        let mut this = Self::default();
        this.resource_type = r.i8()?;
        this.resource_name = r.string(flexible)?;
        this.configs = r.array(flexible, AlterableConfig::min_size_bytes(version), |r| {
            AlterableConfig::decode(r, version)
        })?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for AlterConfigsResource<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 1;
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
impl codec::TestValue for AlterConfigsResource<'_> {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        this.resource_type = g.i8();
        this.resource_name = g.string();
        this.configs = g.vec(|g| codec::TestValue::test_value(g, version));
        this
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct AlterableConfig<'a> {
    pub name: Cow<'a, str>,
    pub config_operation: i8,
    pub value: Option<Cow<'a, str>>,
}
impl Default for AlterableConfig<'_> {
    fn default() -> Self {
        Self {
            name: Default::default(),
            config_operation: Default::default(),
            value: Some(Default::default()),
        }
    }
}
impl AlterableConfig<'_> {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = version >= 1;
        usize::from(flexible) + codec::min_string(flexible) + 1 + codec::min_string(flexible)
    }
}
impl<'a> Decode<'a> for AlterableConfig<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 1;
        let mut this = Self::default();
        this.name = r.string(flexible)?;
        this.config_operation = r.i8()?;
        this.value = r.nullable_string(flexible)?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for AlterableConfig<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 1;
        codec::put_string(out, flexible, &self.name)?;
        codec::put_i8(out, self.config_operation);
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
impl codec::TestValue for AlterableConfig<'_> {
    fn test_value(g: &mut codec::Values, _version: i16) -> Self {
        let mut this = Self::default();
        this.name = g.string();
        this.config_operation = g.i8();
        this.value = if true && g.null() { None } else { Some(g.string()) };
        this
    }
}
