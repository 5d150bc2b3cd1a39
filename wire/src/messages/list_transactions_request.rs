//! ListTransactionsRequest (key 66), versions 0-2.
// Written by wire/gen/generate.py; do not edit.
use crate::codec;
use crate::codec::{Decode, DecodeError, Encode, EncodeError, Reader};
use std::borrow::Cow;
#[derive(Debug, Clone, PartialEq)]
pub struct ListTransactionsRequest<'a> {
    pub state_filters: Vec<Cow<'a, str>>,
    pub producer_id_filters: Vec<i64>,
    pub duration_filter: i64,
    pub transactional_id_pattern: Option<Cow<'a, str>>,
}
impl Default for ListTransactionsRequest<'_> {
    fn default() -> Self {
        Self {
            state_filters: Default::default(),
            producer_id_filters: Default::default(),
            duration_filter: -1,
            transactional_id_pattern: Default::default(),
        }
    }
}
impl ListTransactionsRequest<'_> {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = true;
        let mut size =
            usize::from(flexible) + codec::min_array(flexible) + codec::min_array(flexible);
        if version >= 1 {
            size += 8;
        }
        if version >= 2 {
            size += codec::min_string(flexible);
        }
        size
    }
}
impl<'a> Decode<'a> for ListTransactionsRequest<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = true;
        let mut this = Self::default();
        this.state_filters =
            r.array(flexible, codec::min_string(flexible), |r| r.string(flexible))?;
        this.producer_id_filters = r.array(flexible, 8, |r| r.i64())?;
        if version >= 1 {
            this.duration_filter = r.i64()?;
        }
        if version >= 2 {
            this.transactional_id_pattern = r.nullable_string(flexible)?;
        }
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for ListTransactionsRequest<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = true;
        codec::put_array_len(out, flexible, self.state_filters.len())?;
        for item in &self.state_filters {
            codec::put_string(out, flexible, item)?;
        }
        codec::put_array_len(out, flexible, self.producer_id_filters.len())?;
        for item in &self.producer_id_filters {
            codec::put_i64(out, *item);
        }
        if version >= 1 {
            codec::put_i64(out, self.duration_filter);
        } else if !(self.duration_filter == -1) {
            return Err(EncodeError::unsupported("DurationFilter", version));
        }
        if version >= 2 {
            match &self.transactional_id_pattern {
                Some(value) => {
                    codec::put_string(out, flexible, value)?;
                }
                None => {
                    codec::put_null_string(out, flexible);
                }
            }
        } else if !(self.transactional_id_pattern.is_none()) {
            return Err(EncodeError::unsupported("TransactionalIdPattern", version));
        }
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for ListTransactionsRequest<'_> {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        this.state_filters = g.vec(|g| g.string());
        this.producer_id_filters = g.vec(|g| g.i64());
        if version >= 1 {
            this.duration_filter = g.i64();
        }
        if version >= 2 {
            this.transactional_id_pattern = if true && g.null() { None } else { Some(g.string()) };
        }
        this
    }
}
