//! ExpireDelegationTokenRequest (key 40), versions 1-2.
// Written by wire/gen/generate.py; do not edit.
use crate::codec;
use crate::codec::{Decode, DecodeError, Encode, EncodeError, Reader};
use std::borrow::Cow;
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ExpireDelegationTokenRequest<'a> {
    pub hmac: Cow<'a, [u8]>,
    pub expiry_time_period_ms: i64,
}
impl ExpireDelegationTokenRequest<'_> {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = version >= 2;
        usize::from(flexible) + codec::min_bytes(flexible) + 8
    }
}
impl<'a> Decode<'a> for ExpireDelegationTokenRequest<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 2;
        let mut this = Self::default();
        this.hmac = r.bytes(flexible)?;
        this.expiry_time_period_ms = r.i64()?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for ExpireDelegationTokenRequest<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 2;
        codec::put_bytes(out, flexible, &self.hmac)?;
        codec::put_i64(out, self.expiry_time_period_ms);
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for ExpireDelegationTokenRequest<'_> {
    fn test_value(g: &mut codec::Values, _version: i16) -> Self {
        let mut this = Self::default();
        this.hmac = g.bytes();
        this.expiry_time_period_ms = g.i64();
        this
    }
}
