//! CreateDelegationTokenResponse (key 38), versions 1-3.
// Written by wire/gen/generate.py; do not edit.
use crate::codec;
use crate::codec::{Decode, DecodeError, Encode, EncodeError, Reader};
use std::borrow::Cow;
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CreateDelegationTokenResponse<'a> {
    pub error_code: i16,
    pub principal_type: Cow<'a, str>,
    pub principal_name: Cow<'a, str>,
    pub token_requester_principal_type: Cow<'a, str>,
    pub token_requester_principal_name: Cow<'a, str>,
    pub issue_timestamp_ms: i64,
    pub expiry_timestamp_ms: i64,
    pub max_timestamp_ms: i64,
    pub token_id: Cow<'a, str>,
    pub hmac: Cow<'a, [u8]>,
    pub throttle_time_ms: i32,
}
impl CreateDelegationTokenResponse<'_> {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = version >= 2;
        let mut size = usize::from(flexible)
            + 2
            + codec::min_string(flexible)
            + codec::min_string(flexible)
            + 8
            + 8
            + 8
            + codec::min_string(flexible)
            + codec::min_bytes(flexible)
            + 4;
        if version >= 3 {
            size += codec::min_string(flexible);
        }
        if version >= 3 {
            size += codec::min_string(flexible);
        }
        size
    }
}
impl<'a> Decode<'a> for CreateDelegationTokenResponse<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 2;
        let mut this = Self::default();
        this.error_code = r.i16()?;
        this.principal_type = r.string(flexible)?;
        this.principal_name = r.string(flexible)?;
        if version >= 3 {
            this.token_requester_principal_type = r.string(flexible)?;
        }
        if version >= 3 {
            this.token_requester_principal_name = r.string(flexible)?;
        }
        this.issue_timestamp_ms = r.i64()?;
        this.expiry_timestamp_ms = r.i64()?;
        this.max_timestamp_ms = r.i64()?;
        this.token_id = r.string(flexible)?;
        this.hmac = r.bytes(flexible)?;
        this.throttle_time_ms = r.i32()?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for CreateDelegationTokenResponse<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 2;
        codec::put_i16(out, self.error_code);
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
        codec::put_i64(out, self.issue_timestamp_ms);
        codec::put_i64(out, self.expiry_timestamp_ms);
        codec::put_i64(out, self.max_timestamp_ms);
        codec::put_string(out, flexible, &self.token_id)?;
        codec::put_bytes(out, flexible, &self.hmac)?;
        codec::put_i32(out, self.throttle_time_ms);
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for CreateDelegationTokenResponse<'_> {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        this.error_code = g.i16();
        this.principal_type = g.string();
        this.principal_name = g.string();
        if version >= 3 {
            this.token_requester_principal_type = g.string();
        }
        if version >= 3 {
            this.token_requester_principal_name = g.string();
        }
        this.issue_timestamp_ms = g.i64();
        this.expiry_timestamp_ms = g.i64();
        this.max_timestamp_ms = g.i64();
        this.token_id = g.string();
        this.hmac = g.bytes();
        this.throttle_time_ms = g.i32();
        this
    }
}
