//! CreateDelegationTokenRequest (key 38), versions 1-3.
// Written by wire/gen/generate.py; do not edit.
use crate::codec;
use crate::codec::{Decode, DecodeError, Encode, EncodeError, Reader};
use std::borrow::Cow;
#[derive(Debug, Clone, PartialEq)]
pub struct CreateDelegationTokenRequest<'a> {
    pub owner_principal_type: Option<Cow<'a, str>>,
    pub owner_principal_name: Option<Cow<'a, str>>,
    pub renewers: Vec<CreatableRenewers<'a>>,
    pub max_lifetime_ms: i64,
}
impl Default for CreateDelegationTokenRequest<'_> {
    fn default() -> Self {
        Self {
            owner_principal_type: Some(Default::default()),
            owner_principal_name: Some(Default::default()),
            renewers: Default::default(),
            max_lifetime_ms: Default::default(),
        }
    }
}
impl CreateDelegationTokenRequest<'_> {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = version >= 2;
        let mut size = usize::from(flexible) + codec::min_array(flexible) + 8;
        if version >= 3 {
            size += codec::min_string(flexible);
        }
        if version >= 3 {
            size += codec::min_string(flexible);
        }
        size
    }
}
impl<'a> Decode<'a> for CreateDelegationTokenRequest<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 2;
        let mut this = Self::default();
        if version >= 3 {
            this.owner_principal_type = r.nullable_string(flexible)?;
        }
        if version >= 3 {
            this.owner_principal_name = r.nullable_string(flexible)?;
        }
        this.renewers = r.array(flexible, CreatableRenewers::min_size_bytes(version), |r| {
            CreatableRenewers::decode(r, version)
        })?;
        this.max_lifetime_ms = r.i64()?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for CreateDelegationTokenRequest<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 2;
        if version >= 3 {
            match &self.owner_principal_type {
                Some(value) => {
                    codec::put_string(out, flexible, value)?;
                }
                None => {
                    codec::put_null_string(out, flexible);
                }
            }
        } else if !(self.owner_principal_type.as_ref().is_some_and(|value| value.is_empty())) {
            return Err(EncodeError::unsupported("OwnerPrincipalType", version));
        }
        if version >= 3 {
            match &self.owner_principal_name {
                Some(value) => {
                    codec::put_string(out, flexible, value)?;
                }
                None => {
                    codec::put_null_string(out, flexible);
                }
            }
        } else if !(self.owner_principal_name.as_ref().is_some_and(|value| value.is_empty())) {
            return Err(EncodeError::unsupported("OwnerPrincipalName", version));
        }
        codec::put_array_len(out, flexible, self.renewers.len())?;
        for item in &self.renewers {
            item.encode(out, version)?;
        }
        codec::put_i64(out, self.max_lifetime_ms);
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for CreateDelegationTokenRequest<'_> {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        if version >= 3 {
            this.owner_principal_type = if true && g.null() { None } else { Some(g.string()) };
        }
        if version >= 3 {
            this.owner_principal_name = if true && g.null() { None } else { Some(g.string()) };
        }
        this.renewers = g.vec(|g| codec::TestValue::test_value(g, version));
        this.max_lifetime_ms = g.i64();
        this
    }
}
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CreatableRenewers<'a> {
    pub principal_type: Cow<'a, str>,
    pub principal_name: Cow<'a, str>,
}
impl CreatableRenewers<'_> {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = version >= 2;
        usize::from(flexible) + codec::min_string(flexible) + codec::min_string(flexible)
    }
}
impl<'a> Decode<'a> for CreatableRenewers<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 2;
        let mut this = Self::default();
        this.principal_type = r.string(flexible)?;
        this.principal_name = r.string(flexible)?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for CreatableRenewers<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 2;
        codec::put_string(out, flexible, &self.principal_type)?;
        codec::put_string(out, flexible, &self.principal_name)?;
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for CreatableRenewers<'_> {
    fn test_value(g: &mut codec::Values, _version: i16) -> Self {
        let mut this = Self::default();
        this.principal_type = g.string();
        this.principal_name = g.string();
        this
    }
}
