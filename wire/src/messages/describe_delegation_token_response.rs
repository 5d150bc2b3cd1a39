//! DescribeDelegationTokenResponse (key 41), versions 1-3.
// Written by wire/gen/generate.py; do not edit.
use crate::codec;
use crate::codec::{Decode, DecodeError, Encode, EncodeError, Reader};
use std::borrow::Cow;
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DescribeDelegationTokenResponse<'a> {
    pub error_code: i16,
    pub tokens: Vec<DescribedDelegationToken<'a>>,
    pub throttle_time_ms: i32,
}
impl DescribeDelegationTokenResponse<'_> {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = version >= 2;
        usize::from(flexible) + 2 + codec::min_array(flexible) + 4
    }
}
impl<'a> Decode<'a> for DescribeDelegationTokenResponse<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 2;
        let mut this = Self::default();
        this.error_code = r.i16()?;
        this.tokens =
            r.array(flexible, DescribedDelegationToken::min_size_bytes(version), |r| {
                DescribedDelegationToken::decode(r, version)
            })?;
        this.throttle_time_ms = r.i32()?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for DescribeDelegationTokenResponse<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 2;
        codec::put_i16(out, self.error_code);
        codec::put_array_len(out, flexible, self.tokens.len())?;
        for item in &self.tokens {
            item.encode(out, version)?;
        }
        codec::put_i32(out, self.throttle_time_ms);
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for DescribeDelegationTokenResponse<'_> {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        this.error_code = g.i16();
        this.tokens = g.vec(|g| codec::TestValue::test_value(g, version));
        this.throttle_time_ms = g.i32();
        this
    }
}
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DescribedDelegationToken<'a> {
    pub principal_type: Cow<'a, str>,
    pub principal_name: Cow<'a, str>,
    pub token_requester_principal_type: Cow<'a, str>,
    pub token_requester_principal_name: Cow<'a, str>,
    pub issue_timestamp: i64,
    pub expiry_timestamp: i64,
    pub max_timestamp: i64,
    pub token_id: Cow<'a, str>,
    pub hmac: Cow<'a, [u8]>,
    pub renewers: Vec<DescribedDelegationTokenRenewer<'a>>,
}
impl DescribedDelegationToken<'_> {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = version >= 2;
        let mut size = usize::from(flexible)
            + codec::min_string(flexible)
            + codec::min_string(flexible)
            + 8
            + 8
            + 8
            + codec::min_string(flexible)
            + codec::min_bytes(flexible)
            + codec::min_array(flexible);
        if version >= 3 {
            size += codec::min_string(flexible);
        }
        if version >= 3 {
            size += codec::min_string(flexible);
        }
        size
    }
}
impl<'a> Decode<'a> for DescribedDelegationToken<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 2;
        let mut this = Self::default();
        this.principal_type = r.string(flexible)?;
        this.principal_name = r.string(flexible)?;
        if version >= 3 {
            this.token_requester_principal_type = r.string(flexible)?;
        }
        if version >= 3 {
            this.token_requester_principal_name = r.string(flexible)?;
        }
        this.issue_timestamp = r.i64()?;
        this.expiry_timestamp = r.i64()?;
        this.max_timestamp = r.i64()?;
        this.token_id = r.string(flexible)?;
        this.hmac = r.bytes(flexible)?;
        this.renewers =
            r.array(flexible, DescribedDelegationTokenRenewer::min_size_bytes(version), |r| {
                DescribedDelegationTokenRenewer::decode(r, version)
            })?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for DescribedDelegationToken<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 2;
        codec::put_string(out, flexible, &self.principal_type)?;
        codec::put_string(out, flexible, &self.principal_name)?;
        if version >= 3 {
            codec::put_string(out, flexible, &self.token_requester_principal_type)?;
        } else if !(self.token_requester_principal_type.is_empty()) {
            return Err(EncodeError::unsupported("TokenRequesterPrincipalType", version));
        }
        if version >= 3 {
            codec::put_string(out, flexible, &self.token_requester_principal_name)?;
        } else if !(self.token_requester_principal_name.is_empty()) {
            return Err(EncodeError::unsupported("TokenRequesterPrincipalName", version));
        }
        codec::put_i64(out, self.issue_timestamp);
        codec::put_i64(out, self.expiry_timestamp);
        codec::put_i64(out, self.max_timestamp);
        codec::put_string(out, flexible, &self.token_id)?;
        codec::put_bytes(out, flexible, &self.hmac)?;
        codec::put_array_len(out, flexible, self.renewers.len())?;
        for item in &self.renewers {
            item.encode(out, version)?;
        }
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for DescribedDelegationToken<'_> {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        this.principal_type = g.string();
        this.principal_name = g.string();
        if version >= 3 {
            this.token_requester_principal_type = g.string();
        }
        if version >= 3 {
            this.token_requester_principal_name = g.string();
        }
        this.issue_timestamp = g.i64();
        this.expiry_timestamp = g.i64();
        this.max_timestamp = g.i64();
        this.token_id = g.string();
        this.hmac = g.bytes();
        this.renewers = g.vec(|g| codec::TestValue::test_value(g, version));
        this
    }
}
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DescribedDelegationTokenRenewer<'a> {
    pub principal_type: Cow<'a, str>,
    pub principal_name: Cow<'a, str>,
}
impl DescribedDelegationTokenRenewer<'_> {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = version >= 2;
        usize::from(flexible) + codec::min_string(flexible) + codec::min_string(flexible)
    }
}
impl<'a> Decode<'a> for DescribedDelegationTokenRenewer<'a> {
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
impl Encode for DescribedDelegationTokenRenewer<'_> {
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
impl codec::TestValue for DescribedDelegationTokenRenewer<'_> {
    fn test_value(g: &mut codec::Values, _version: i16) -> Self {
        let mut this = Self::default();
        this.principal_type = g.string();
        this.principal_name = g.string();
        this
    }
}
