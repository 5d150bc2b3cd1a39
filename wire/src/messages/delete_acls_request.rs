//! DeleteAclsRequest (key 31), versions 1-3.
// Written by wire/gen/generate.py; do not edit.
use crate::codec;
use crate::codec::{Decode, DecodeError, Encode, EncodeError, Reader};
use std::borrow::Cow;
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DeleteAclsRequest<'a> {
    pub filters: Vec<DeleteAclsFilter<'a>>,
}
impl DeleteAclsRequest<'_> {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = version >= 2;
        usize::from(flexible) + codec::min_array(flexible)
    }
}
impl<'a> Decode<'a> for DeleteAclsRequest<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 2;
        let mut this = Self::default();
        this.filters = r.array(flexible, DeleteAclsFilter::min_size_bytes(version), |r| {
            DeleteAclsFilter::decode(r, version)
        })?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for DeleteAclsRequest<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 2;
        codec::put_array_len(out, flexible, self.filters.len())?;
        for item in &self.filters {
            item.encode(out, version)?;
        }
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for DeleteAclsRequest<'_> {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        this.filters = g.vec(|g| codec::TestValue::test_value(g, version));
        this
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct DeleteAclsFilter<'a> {
    pub resource_type_filter: i8,
    pub resource_name_filter: Option<Cow<'a, str>>,
    pub pattern_type_filter: i8,
    pub principal_filter: Option<Cow<'a, str>>,
    pub host_filter: Option<Cow<'a, str>>,
    pub operation: i8,
    pub permission_type: i8,
}
impl Default for DeleteAclsFilter<'_> {
    fn default() -> Self {
        Self {
            resource_type_filter: Default::default(),
            resource_name_filter: Some(Default::default()),
            pattern_type_filter: 3,
            principal_filter: Some(Default::default()),
            host_filter: Some(Default::default()),
            operation: Default::default(),
            permission_type: Default::default(),
        }
    }
}
impl DeleteAclsFilter<'_> {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = version >= 2;
        usize::from(flexible)
            + 1
            + codec::min_string(flexible)
            + 1
            + codec::min_string(flexible)
            + codec::min_string(flexible)
            + 1
            + 1
    }
}
impl<'a> Decode<'a> for DeleteAclsFilter<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 2;
        let mut this = Self::default();
        this.resource_type_filter = r.i8()?;
        this.resource_name_filter = r.nullable_string(flexible)?;
        this.pattern_type_filter = r.i8()?;
        this.principal_filter = r.nullable_string(flexible)?;
        this.host_filter = r.nullable_string(flexible)?;
        this.operation = r.i8()?;
        this.permission_type = r.i8()?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for DeleteAclsFilter<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 2;
        codec::put_i8(out, self.resource_type_filter);
        match &self.resource_name_filter {
            Some(value) => {
                codec::put_string(out, flexible, value)?;
            }
            None => {
                codec::put_null_string(out, flexible);
            }
        }
        codec::put_i8(out, self.pattern_type_filter);
        match &self.principal_filter {
            Some(value) => {
                codec::put_string(out, flexible, value)?;
            }
            None => {
                codec::put_null_string(out, flexible);
            }
        }
        match &self.host_filter {
            Some(value) => {
                codec::put_string(out, flexible, value)?;
            }
            None => {
                codec::put_null_string(out, flexible);
            }
        }
        codec::put_i8(out, self.operation);
        codec::put_i8(out, self.permission_type);
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for DeleteAclsFilter<'_> {
    fn test_value(g: &mut codec::Values, _version: i16) -> Self {
        let mut this = Self::default();
        this.resource_type_filter = g.i8();
        this.resource_name_filter = if true && g.null() { None } else { Some(g.string()) };
        this.pattern_type_filter = g.i8();
        this.principal_filter = if true && g.null() { None } else { Some(g.string()) };
        this.host_filter = if true && g.null() { None } else { Some(g.string()) };
        this.operation = g.i8();
        this.permission_type = g.i8();
        this
    }
}
