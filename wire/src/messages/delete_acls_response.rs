//! DeleteAclsResponse (key 31), versions 1-3.
// Written by wire/gen/generate.py; do not edit.
use crate::codec;
use crate::codec::{Decode, DecodeError, Encode, EncodeError, Reader};
use std::borrow::Cow;
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DeleteAclsResponse<'a> {
    pub throttle_time_ms: i32,
    pub filter_results: Vec<DeleteAclsFilterResult<'a>>,
}
impl DeleteAclsResponse<'_> {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = version >= 2;
        usize::from(flexible) + 4 + codec::min_array(flexible)
    }
}
impl<'a> Decode<'a> for DeleteAclsResponse<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 2;
        let mut this = Self::default();
        this.throttle_time_ms = r.i32()?;
        this.filter_results =
            r.array(flexible, DeleteAclsFilterResult::min_size_bytes(version), |r| {
                DeleteAclsFilterResult::decode(r, version)
            })?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for DeleteAclsResponse<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 2;
        codec::put_i32(out, self.throttle_time_ms);
        codec::put_array_len(out, flexible, self.filter_results.len())?;
        for item in &self.filter_results {
            item.encode(out, version)?;
        }
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for DeleteAclsResponse<'_> {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        this.throttle_time_ms = g.i32();
        this.filter_results = g.vec(|g| codec::TestValue::test_value(g, version));
        this
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct DeleteAclsFilterResult<'a> {
    pub error_code: i16,
    pub error_message: Option<Cow<'a, str>>,
    pub matching_acls: Vec<DeleteAclsMatchingAcl<'a>>,
}
impl Default for DeleteAclsFilterResult<'_> {
    fn default() -> Self {
        Self {
            error_code: Default::default(),
            error_message: Some(Default::default()),
            matching_acls: Default::default(),
        }
    }
}
impl DeleteAclsFilterResult<'_> {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = version >= 2;
        usize::from(flexible) + 2 + codec::min_string(flexible) + codec::min_array(flexible)
    }
}
impl<'a> Decode<'a> for DeleteAclsFilterResult<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 2;
        let mut this = Self::default();
        this.error_code = r.i16()?;
        this.error_message = r.nullable_string(flexible)?;
        this.matching_acls =
            r.array(flexible, DeleteAclsMatchingAcl::min_size_bytes(version), |r| {
                DeleteAclsMatchingAcl::decode(r, version)
            })?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for DeleteAclsFilterResult<'_> {
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
        codec::put_array_len(out, flexible, self.matching_acls.len())?;
        for item in &self.matching_acls {
            item.encode(out, version)?;
        }
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for DeleteAclsFilterResult<'_> {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        this.error_code = g.i16();
        this.error_message = if true && g.null() { None } else { Some(g.string()) };
        this.matching_acls = g.vec(|g| codec::TestValue::test_value(g, version));
        this
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct DeleteAclsMatchingAcl<'a> {
    pub error_code: i16,
    pub error_message: Option<Cow<'a, str>>,
    pub resource_type: i8,
    pub resource_name: Cow<'a, str>,
    pub pattern_type: i8,
    pub principal: Cow<'a, str>,
    pub host: Cow<'a, str>,
    pub operation: i8,
    pub permission_type: i8,
}
impl Default for DeleteAclsMatchingAcl<'_> {
    fn default() -> Self {
        Self {
            error_code: Default::default(),
            error_message: Some(Default::default()),
            resource_type: Default::default(),
            resource_name: Default::default(),
            pattern_type: 3,
            principal: Default::default(),
            host: Default::default(),
            operation: Default::default(),
            permission_type: Default::default(),
        }
    }
}
impl DeleteAclsMatchingAcl<'_> {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = version >= 2;
        usize::from(flexible)
            + 2
            + codec::min_string(flexible)
            + 1
            + codec::min_string(flexible)
            + 1
            + codec::min_string(flexible)
            + codec::min_string(flexible)
            + 1
            + 1
    }
}
impl<'a> Decode<'a> for DeleteAclsMatchingAcl<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 2;
        let mut this = Self::default();
        this.error_code = r.i16()?;
        this.error_message = r.nullable_string(flexible)?;
        this.resource_type = r.i8()?;
        this.resource_name = r.string(flexible)?;
        this.pattern_type = r.i8()?;
        this.principal = r.string(flexible)?;
        this.host = r.string(flexible)?;
        this.operation = r.i8()?;
        this.permission_type = r.i8()?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for DeleteAclsMatchingAcl<'_> {
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
        codec::put_i8(out, self.pattern_type);
        codec::put_string(out, flexible, &self.principal)?;
        codec::put_string(out, flexible, &self.host)?;
        codec::put_i8(out, self.operation);
        codec::put_i8(out, self.permission_type);
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for DeleteAclsMatchingAcl<'_> {
    fn test_value(g: &mut codec::Values, _version: i16) -> Self {
        let mut this = Self::default();
        this.error_code = g.i16();
        this.error_message = if true && g.null() { None } else { Some(g.string()) };
        this.resource_type = g.i8();
        this.resource_name = g.string();
        this.pattern_type = g.i8();
        this.principal = g.string();
        this.host = g.string();
        this.operation = g.i8();
        this.permission_type = g.i8();
        this
    }
}
