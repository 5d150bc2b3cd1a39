//! InitProducerIdResponse (key 22), versions 0-6.
// Written by wire/gen/generate.py; do not edit.
use crate::codec;
use crate::codec::{Decode, DecodeError, Encode, EncodeError, Reader};
#[derive(Debug, Clone, PartialEq)]
pub struct InitProducerIdResponse {
    pub throttle_time_ms: i32,
    pub error_code: i16,
    pub producer_id: i64,
    pub producer_epoch: i16,
    pub ongoing_txn_producer_id: i64,
    pub ongoing_txn_producer_epoch: i16,
}
impl Default for InitProducerIdResponse {
    fn default() -> Self {
        Self {
            throttle_time_ms: Default::default(),
            error_code: Default::default(),
            producer_id: -1,
            producer_epoch: Default::default(),
            ongoing_txn_producer_id: -1,
            ongoing_txn_producer_epoch: -1,
        }
    }
}
impl InitProducerIdResponse {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = version >= 2;
        let mut size = usize::from(flexible) + 4 + 2 + 8 + 2;
        if version >= 6 {
            size += 8;
        }
        if version >= 6 {
            size += 2;
        }
        size
    }
}
impl<'a> Decode<'a> for InitProducerIdResponse {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 2;
        let mut this = Self::default();
        this.throttle_time_ms = r.i32()?;
        this.error_code = r.i16()?;
        this.producer_id = r.i64()?;
        this.producer_epoch = r.i16()?;
        if version >= 6 {
            this.ongoing_txn_producer_id = r.i64()?;
        }
        if version >= 6 {
            this.ongoing_txn_producer_epoch = r.i16()?;
        }
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for InitProducerIdResponse {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 2;
        codec::put_i32(out, self.throttle_time_ms);
        codec::put_i16(out, self.error_code);
        codec::put_i64(out, self.producer_id);
        codec::put_i16(out, self.producer_epoch);
        if version >= 6 {
            codec::put_i64(out, self.ongoing_txn_producer_id);
        } else if !(self.ongoing_txn_producer_id == -1) {
            return Err(EncodeError::unsupported("OngoingTxnProducerId", version));
        }
        if version >= 6 {
            codec::put_i16(out, self.ongoing_txn_producer_epoch);
        } else if !(self.ongoing_txn_producer_epoch == -1) {
            return Err(EncodeError::unsupported("OngoingTxnProducerEpoch", version));
        }
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for InitProducerIdResponse {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        this.throttle_time_ms = g.i32();
        this.error_code = g.i16();
        this.producer_id = g.i64();
        this.producer_epoch = g.i16();
        if version >= 6 {
            this.ongoing_txn_producer_id = g.i64();
        }
        if version >= 6 {
            this.ongoing_txn_producer_epoch = g.i16();
        }
        this
    }
}
