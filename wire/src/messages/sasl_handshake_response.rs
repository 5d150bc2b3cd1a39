//! SaslHandshakeResponse (key 17), versions 0-1.
// Written by wire/gen/generate.py; do not edit.
use crate::codec;
use crate::codec::{Decode, DecodeError, Encode, EncodeError, Reader};
use std::borrow::Cow;
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SaslHandshakeResponse<'a> {
    pub error_code: i16,
    pub mechanisms: Vec<Cow<'a, str>>,
}
impl SaslHandshakeResponse<'_> {
    pub(crate) fn min_size_bytes(_version: i16) -> usize {
        let flexible = false;
        2 + codec::min_array(flexible)
    }
}
impl<'a> Decode<'a> for SaslHandshakeResponse<'a> {
    fn decode(r: &mut Reader<'a>, _version: i16) -> Result<Self, DecodeError> {
        let flexible = false;
        let mut this = Self::default();
        this.error_code = r.i16()?;
        this.mechanisms = r.array(flexible, codec::min_string(flexible), |r| r.string(flexible))?;
        Ok(this)
    }
}
impl Encode for SaslHandshakeResponse<'_> {
    fn encode(&self, out: &mut Vec<u8>, _version: i16) -> Result<(), EncodeError> {
        let flexible = false;
        codec::put_i16(out, self.error_code);
        codec::put_array_len(out, flexible, self.mechanisms.len())?;
        for item in &self.mechanisms {
            codec::put_string(out, flexible, item)?;
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for SaslHandshakeResponse<'_> {
    fn test_value(g: &mut codec::Values, _version: i16) -> Self {
        let mut this = Self::default();
        this.error_code = g.i16();
        this.mechanisms = g.vec(|g| g.string());
        this
    }
}
