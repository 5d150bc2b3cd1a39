//! InitProducerIdRequest (key 22), versions 0-6.
// Written by wire/gen/generate.py; do not edit.
use crate::codec;
use crate::codec::{Decode, DecodeError, Encode, EncodeError, Reader};
use std::borrow::Cow;
#[derive(Debug, Clone, PartialEq)]
pub struct InitProducerIdRequest<'a> {
    pub transactional_id: Option<Cow<'a, str>>,
    pub transaction_timeout_ms: i32,
    pub producer_id: i64,
    pub producer_epoch: i16,
    pub enable2_pc: bool,
    pub keep_prepared_txn: bool,
}
impl Default for InitProducerIdRequest<'_> {
    fn default() -> Self {
        Self {
            transactional_id: Some(Default::default()),
            transaction_timeout_ms: Default::default(),
            producer_id: -1,
            producer_epoch: -1,
            enable2_pc: Default::default(),
            keep_prepared_txn: Default::default(),
        }
    }
}
impl InitProducerIdRequest<'_> {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = version >= 2;
        let mut size = usize::from(flexible) + codec::min_string(flexible) + 4;
        if version >= 3 {
            size += 8;
        }
        if version >= 3 {
            size += 2;
        }
        if version >= 6 {
            size += 1;
        }
        if version >= 6 {
            size += 1;
        }
        size
    }
}
impl<'a> Decode<'a> for InitProducerIdRequest<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 2;
        let mut this = Self::default();
        this.transactional_id = r.nullable_string(flexible)?;
        this.transaction_timeout_ms = r.i32()?;
        if version >= 3 {
            this.producer_id = r.i64()?;
        }
        if version >= 3 {
            this.producer_epoch = r.i16()?;
        }
        if version >= 6 {
            this.enable2_pc = r.bool()?;
        }
        if version >= 6 {
            this.keep_prepared_txn = r.bool()?;
        }
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for InitProducerIdRequest<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 2;
        match &self.transactional_id {
            Some(value) => {
                codec::put_string(out, flexible, value)?;
            }
            None => {
                codec::put_null_string(out, flexible);
            }
        }
        codec::put_i32(out, self.transaction_timeout_ms);
        if version >= 3 {
            codec::put_i64(out, self.producer_id);
        } else if !(self.producer_id == -1) {
            return Err(EncodeError::unsupported("ProducerId", version));
        }
        if version >= 3 {
            codec::put_i16(out, self.producer_epoch);
        } else if !(self.producer_epoch == -1) {
            return Err(EncodeError::unsupported("ProducerEpoch", version));
        }
        if version >= 6 {
            codec::put_bool(out, self.enable2_pc);
        } else if !(!self.enable2_pc) {
            return Err(EncodeError::unsupported("Enable2Pc", version));
        }
        if version >= 6 {
            codec::put_bool(out, self.keep_prepared_txn);
        } else if !(!self.keep_prepared_txn) {
            return Err(EncodeError::unsupported("KeepPreparedTxn", version));
        }
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for InitProducerIdRequest<'_> {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        this.transactional_id = if true && g.null() { None } else { Some(g.string()) };
        this.transaction_timeout_ms = g.i32();
        if version >= 3 {
            this.producer_id = g.i64();
        }
        if version >= 3 {
            this.producer_epoch = g.i16();
        }
        if version >= 6 {
            this.enable2_pc = g.bool();
        }
        if version >= 6 {
            this.keep_prepared_txn = g.bool();
        }
        this
    }
}
