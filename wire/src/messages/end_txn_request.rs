//! EndTxnRequest (key 26), versions 0-5.
// Written by wire/gen/generate.py; do not edit.
use crate::codec;
use crate::codec::{Decode, DecodeError, Encode, EncodeError, Reader};
use std::borrow::Cow;
#[derive(Debug, Clone, PartialEq, Default)]
pub struct EndTxnRequest<'a> {
    pub transactional_id: Cow<'a, str>,
    pub producer_id: i64,
    pub producer_epoch: i16,
    pub committed: bool,
}
impl EndTxnRequest<'_> {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = version >= 3;
        usize::from(flexible) + codec::min_string(flexible) + 8 + 2 + 1
    }
}
impl<'a> Decode<'a> for EndTxnRequest<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 3;
        let mut this = Self::default();
        this.transactional_id = r.string(flexible)?;
        this.producer_id = r.i64()?;
        this.producer_epoch = r.i16()?;
        this.committed = r.bool()?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for EndTxnRequest<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 3;
        codec::put_string(out, flexible, &self.transactional_id)?;
        codec::put_i64(out, self.producer_id);
        codec::put_i16(out, self.producer_epoch);
        codec::put_bool(out, self.committed);
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for EndTxnRequest<'_> {
    fn test_value(g: &mut codec::Values, _version: i16) -> Self {
        let mut this = Self::default();
        this.transactional_id = g.string();
        this.producer_id = g.i64();
        this.producer_epoch = g.i16();
        this.committed = g.bool();
        this
    }
}
