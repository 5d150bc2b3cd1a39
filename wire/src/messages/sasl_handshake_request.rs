//! SaslHandshakeRequest (key 17), versions 0-1.
// Written by wire/gen/generate.py; do not edit.
use crate::codec;
use crate::codec::{Decode, DecodeError, Encode, EncodeError, Reader};
use std::borrow::Cow;
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SaslHandshakeRequest<'a> {
    pub mechanism: Cow<'a, str>,
}
impl SaslHandshakeRequest<'_> {
    pub(crate) fn min_size_bytes(_version: i16) -> usize {
        let flexible = false;
        codec::min_string(flexible)
    }
}
impl<'a> Decode<'a> for SaslHandshakeRequest<'a> {
    fn decode(r: &mut Reader<'a>, _version: i16) -> Result<Self, DecodeError> {
        let flexible = false;
        let mut this = Self::default();
        this.mechanism = r.string(flexible)?;
        Ok(this)
    }
}
impl Encode for SaslHandshakeRequest<'_> {
    fn encode(&self, out: &mut Vec<u8>, _version: i16) -> Result<(), EncodeError> {
        let flexible = false;
        codec::put_string(out, flexible, &self.mechanism)?;
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for SaslHandshakeRequest<'_> {
    fn test_value(g: &mut codec::Values, _version: i16) -> Self {
        let mut this = Self::default();
        this.mechanism = g.string();
        this
    }
}
