//! ListTransactionsResponse (key 66), versions 0-2.
// Written by wire/gen/generate.py; do not edit.
use crate::codec;
use crate::codec::{Decode, DecodeError, Encode, EncodeError, Reader};
use std::borrow::Cow;
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ListTransactionsResponse<'a> {
    pub throttle_time_ms: i32,
    pub error_code: i16,
    pub unknown_state_filters: Vec<Cow<'a, str>>,
    pub transaction_states: Vec<TransactionState<'a>>,
}
impl ListTransactionsResponse<'_> {
    pub(crate) fn min_size_bytes(_version: i16) -> usize {
        let flexible = true;
        usize::from(flexible) + 4 + 2 + codec::min_array(flexible) + codec::min_array(flexible)
    }
}
impl<'a> Decode<'a> for ListTransactionsResponse<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = true;
        let mut this = Self::default();
        this.throttle_time_ms = r.i32()?;
        this.error_code = r.i16()?;
        this.unknown_state_filters =
            r.array(flexible, codec::min_string(flexible), |r| r.string(flexible))?;
        this.transaction_states =
            r.array(flexible, TransactionState::min_size_bytes(version), |r| {
                TransactionState::decode(r, version)
            })?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for ListTransactionsResponse<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = true;
        codec::put_i32(out, self.throttle_time_ms);
        codec::put_i16(out, self.error_code);
        codec::put_array_len(out, flexible, self.unknown_state_filters.len())?;
        for item in &self.unknown_state_filters {
            codec::put_string(out, flexible, item)?;
        }
        codec::put_array_len(out, flexible, self.transaction_states.len())?;
        for item in &self.transaction_states {
            item.encode(out, version)?;
        }
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for ListTransactionsResponse<'_> {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        this.throttle_time_ms = g.i32();
        this.error_code = g.i16();
        this.unknown_state_filters = g.vec(|g| g.string());
        this.transaction_states = g.vec(|g| codec::TestValue::test_value(g, version));
        this
    }
}
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TransactionState<'a> {
    pub transactional_id: Cow<'a, str>,
    pub producer_id: i64,
    pub transaction_state: Cow<'a, str>,
}
impl TransactionState<'_> {
    pub(crate) fn min_size_bytes(_version: i16) -> usize {
        let flexible = true;
        usize::from(flexible) + codec::min_string(flexible) + 8 + codec::min_string(flexible)
    }
}
impl<'a> Decode<'a> for TransactionState<'a> {
    fn decode(r: &mut Reader<'a>, _version: i16) -> Result<Self, DecodeError> {
        let flexible = true;
        let mut this = Self::default();
        this.transactional_id = r.string(flexible)?;
        this.producer_id = r.i64()?;
        this.transaction_state = r.string(flexible)?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for TransactionState<'_> {
    fn encode(&self, out: &mut Vec<u8>, _version: i16) -> Result<(), EncodeError> {
        let flexible = true;
        codec::put_string(out, flexible, &self.transactional_id)?;
        codec::put_i64(out, self.producer_id);
        codec::put_string(out, flexible, &self.transaction_state)?;
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for TransactionState<'_> {
    fn test_value(g: &mut codec::Values, _version: i16) -> Self {
        let mut this = Self::default();
        this.transactional_id = g.string();
        this.producer_id = g.i64();
        this.transaction_state = g.string();
        this
    }
}
