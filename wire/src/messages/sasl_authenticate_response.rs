//! SaslAuthenticateResponse (key 36), versions 0-2.
// Written by wire/gen/generate.py; do not edit.
use crate::codec;
use crate::codec::{Decode, DecodeError, Encode, EncodeError, Reader};
use std::borrow::Cow;
#[derive(Debug, Clone, PartialEq)]
pub struct SaslAuthenticateResponse<'a> {
    pub error_code: i16,
    pub error_message: Option<Cow<'a, str>>,
    pub auth_bytes: Cow<'a, [u8]>,
    pub session_lifetime_ms: i64,
}
impl Default for SaslAuthenticateResponse<'_> {
    fn default() -> Self {
        Self {
            error_code: Default::default(),
            error_message: Some(Default::default()),
            auth_bytes: Default::default(),
            session_lifetime_ms: Default::default(),
        }
    }
}
impl SaslAuthenticateResponse<'_> {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = version >= 2;
        let mut size =
            usize::from(flexible) + 2 + codec::min_string(flexible) + codec::min_bytes(flexible);
        if version >= 1 {
            size += 8;
        }
        size
    }
}
impl<'a> Decode<'a> for SaslAuthenticateResponse<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 2;
        let mut this = Self::default();
        this.error_code = r.i16()?;
        this.error_message = r.nullable_string(flexible)?;
        this.auth_bytes = r.bytes(flexible)?;
        if version >= 1 {
            this.session_lifetime_ms = r.i64()?;
        }
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for SaslAuthenticateResponse<'_> {
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
        codec::put_bytes(out, flexible, &self.auth_bytes)?;
        if version >= 1 {
            codec::put_i64(out, self.session_lifetime_ms);
        }
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for SaslAuthenticateResponse<'_> {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        this.error_code = g.i16();
        this.error_message = if true && g.null() { None } else { Some(g.string()) };
        this.auth_bytes = g.bytes();
        if version >= 1 {
            this.session_lifetime_ms = g.i64();
        }
        this
    }
}
