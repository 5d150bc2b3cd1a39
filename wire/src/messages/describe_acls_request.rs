//! DescribeAclsRequest (key 29), versions 1-3.
// Written by wire/gen/generate.py; do not edit.
use crate::codec;
use crate::codec::{Decode, DecodeError, Encode, EncodeError, Reader};
use std::borrow::Cow;
#[derive(Debug, Clone, PartialEq)]
pub struct DescribeAclsRequest<'a> {
    pub resource_type_filter: i8,
    pub resource_name_filter: Option<Cow<'a, str>>,
    pub pattern_type_filter: i8,
    pub principal_filter: Option<Cow<'a, str>>,
    pub host_filter: Option<Cow<'a, str>>,
    pub operation: i8,
    pub permission_type: i8,
}
impl Default for DescribeAclsRequest<'_> {
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
impl DescribeAclsRequest<'_> {
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
impl<'a> Decode<'a> for DescribeAclsRequest<'a> {
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
impl Encode for DescribeAclsRequest<'_> {
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
impl codec::TestValue for DescribeAclsRequest<'_> {
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
