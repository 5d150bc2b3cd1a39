//! DescribeConfigsRequest (key 32), versions 1-4.
// Written by wire/gen/generate.py; do not edit.
use crate::codec;
use crate::codec::{Decode, DecodeError, Encode, EncodeError, Reader};
use std::borrow::Cow;
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DescribeConfigsRequest<'a> {
    pub resources: Vec<DescribeConfigsResource<'a>>,
    pub include_synonyms: bool,
    pub include_documentation: bool,
}
impl DescribeConfigsRequest<'_> {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = version >= 4;
        let mut size = usize::from(flexible) + codec::min_array(flexible) + 1;
        if version >= 3 {
            size += 1;
        }
        size
    }
}
impl<'a> Decode<'a> for DescribeConfigsRequest<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 4;
        let mut this = Self::default();
        this.resources =
            r.array(flexible, DescribeConfigsResource::min_size_bytes(version), |r| {
                DescribeConfigsResource::decode(r, version)
            })?;
        this.include_synonyms = r.bool()?;
        if version >= 3 {
            this.include_documentation = r.bool()?;
        }
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for DescribeConfigsRequest<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 4;
        codec::put_array_len(out, flexible, self.resources.len())?;
        for item in &self.resources {
            item.encode(out, version)?;
        }
        codec::put_bool(out, self.include_synonyms);
        if version >= 3 {
            codec::put_bool(out, self.include_documentation);
        } else if !(!self.include_documentation) {
            return Err(EncodeError::unsupported("IncludeDocumentation", version));
        }
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for DescribeConfigsRequest<'_> {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        this.resources = g.vec(|g| codec::TestValue::test_value(g, version));
        this.include_synonyms = g.bool();
        if version >= 3 {
            this.include_documentation = g.bool();
        }
        this
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct DescribeConfigsResource<'a> {
    pub resource_type: i8,
    pub resource_name: Cow<'a, str>,
    pub configuration_keys: Option<Vec<Cow<'a, str>>>,
}
impl Default for DescribeConfigsResource<'_> {
    fn default() -> Self {
        Self {
            resource_type: Default::default(),
            resource_name: Default::default(),
            configuration_keys: Some(Default::default()),
        }
    }
}
impl DescribeConfigsResource<'_> {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = version >= 4;
        usize::from(flexible) + 1 + codec::min_string(flexible) + codec::min_array(flexible)
    }
}
impl<'a> Decode<'a> for DescribeConfigsResource<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 4;
        let mut this = Self::default();
        this.resource_type = r.i8()?;
        this.resource_name = r.string(flexible)?;
        this.configuration_keys =
            r.nullable_array(flexible, codec::min_string(flexible), |r| r.string(flexible))?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for DescribeConfigsResource<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 4;
        codec::put_i8(out, self.resource_type);
        codec::put_string(out, flexible, &self.resource_name)?;
        match &self.configuration_keys {
            Some(value) => {
                codec::put_array_len(out, flexible, value.len())?;
                for item in value {
                    codec::put_string(out, flexible, item)?;
                }
            }
            None => {
                codec::put_null_array(out, flexible);
            }
        }
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for DescribeConfigsResource<'_> {
    fn test_value(g: &mut codec::Values, _version: i16) -> Self {
        let mut this = Self::default();
        this.resource_type = g.i8();
        this.resource_name = g.string();
        this.configuration_keys = if true && g.null() { None } else { Some(g.vec(|g| g.string())) };
        this
    }
}
