//! AddPartitionsToTxnRequest (key 24), versions 0-5.
// Written by wire/gen/generate.py; do not edit.
use crate::codec;
use crate::codec::{Decode, DecodeError, Encode, EncodeError, Reader};
use std::borrow::Cow;
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AddPartitionsToTxnRequest<'a> {
    pub transactions: Vec<AddPartitionsToTxnTransaction<'a>>,
    pub v3_and_below_transactional_id: Cow<'a, str>,
    pub v3_and_below_producer_id: i64,
    pub v3_and_below_producer_epoch: i16,
    pub v3_and_below_topics: Vec<AddPartitionsToTxnTopic<'a>>,
}
impl AddPartitionsToTxnRequest<'_> {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = version >= 3;
        let mut size = usize::from(flexible);
        if version >= 4 {
            size += codec::min_array(flexible);
        }
        if version <= 3 {
            size += codec::min_string(flexible);
        }
        if version <= 3 {
            size += 8;
        }
        if version <= 3 {
            size += 2;
        }
        if version <= 3 {
            size += codec::min_array(flexible);
        }
        size
    }
}
impl<'a> Decode<'a> for AddPartitionsToTxnRequest<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 3;
        let mut this = Self::default();
        if version >= 4 {
            this.transactions =
                r.array(flexible, AddPartitionsToTxnTransaction::min_size_bytes(version), |r| {
                    AddPartitionsToTxnTransaction::decode(r, version)
                })?;
        }
        if version <= 3 {
            this.v3_and_below_transactional_id = r.string(flexible)?;
        }
        if version <= 3 {
            this.v3_and_below_producer_id = r.i64()?;
        }
        if version <= 3 {
            this.v3_and_below_producer_epoch = r.i16()?;
        }
        if version <= 3 {
            this.v3_and_below_topics =
                r.array(flexible, AddPartitionsToTxnTopic::min_size_bytes(version), |r| {
                    AddPartitionsToTxnTopic::decode(r, version)
                })?;
        }
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for AddPartitionsToTxnRequest<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 3;
        if version >= 4 {
            codec::put_array_len(out, flexible, self.transactions.len())?;
            for item in &self.transactions {
                item.encode(out, version)?;
            }
        } else if !(self.transactions.is_empty()) {
            return Err(EncodeError::unsupported("Transactions", version));
        }
        if version <= 3 {
            codec::put_string(out, flexible, &self.v3_and_below_transactional_id)?;
        } else if !(self.v3_and_below_transactional_id.is_empty()) {
            return Err(EncodeError::unsupported("V3AndBelowTransactionalId", version));
        }
        if version <= 3 {
            codec::put_i64(out, self.v3_and_below_producer_id);
        } else if !(self.v3_and_below_producer_id == 0) {
            return Err(EncodeError::unsupported("V3AndBelowProducerId", version));
        }
        if version <= 3 {
            codec::put_i16(out, self.v3_and_below_producer_epoch);
        } else if !(self.v3_and_below_producer_epoch == 0) {
            return Err(EncodeError::unsupported("V3AndBelowProducerEpoch", version));
        }
        if version <= 3 {
            codec::put_array_len(out, flexible, self.v3_and_below_topics.len())?;
            for item in &self.v3_and_below_topics {
                item.encode(out, version)?;
            }
        } else if !(self.v3_and_below_topics.is_empty()) {
            return Err(EncodeError::unsupported("V3AndBelowTopics", version));
        }
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for AddPartitionsToTxnRequest<'_> {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        if version >= 4 {
            this.transactions = g.vec(|g| codec::TestValue::test_value(g, version));
        }
        if version <= 3 {
            this.v3_and_below_transactional_id = g.string();
        }
        if version <= 3 {
            this.v3_and_below_producer_id = g.i64();
        }
        if version <= 3 {
            this.v3_and_below_producer_epoch = g.i16();
        }
        if version <= 3 {
            this.v3_and_below_topics = g.vec(|g| codec::TestValue::test_value(g, version));
        }
        this
    }
}
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AddPartitionsToTxnTopic<'a> {
    pub name: Cow<'a, str>,
    pub partitions: Vec<i32>,
}
impl AddPartitionsToTxnTopic<'_> {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = version >= 3;
        usize::from(flexible) + codec::min_string(flexible) + codec::min_array(flexible)
    }
}
impl<'a> Decode<'a> for AddPartitionsToTxnTopic<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 3;
        let mut this = Self::default();
        this.name = r.string(flexible)?;
        this.partitions = r.array(flexible, 4, |r| r.i32())?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for AddPartitionsToTxnTopic<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 3;
        codec::put_string(out, flexible, &self.name)?;
        codec::put_array_len(out, flexible, self.partitions.len())?;
        for item in &self.partitions {
            codec::put_i32(out, *item);
        }
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for AddPartitionsToTxnTopic<'_> {
    fn test_value(g: &mut codec::Values, _version: i16) -> Self {
        let mut this = Self::default();
        this.name = g.string();
        this.partitions = g.vec(|g| g.i32());
        this
    }
}
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AddPartitionsToTxnTransaction<'a> {
    pub transactional_id: Cow<'a, str>,
    pub producer_id: i64,
    pub producer_epoch: i16,
    pub verify_only: bool,
    pub topics: Vec<AddPartitionsToTxnTopic<'a>>,
}
impl AddPartitionsToTxnTransaction<'_> {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = version >= 3;
        usize::from(flexible) + codec::min_string(flexible) + 8 + 2 + 1 + codec::min_array(flexible)
    }
}
impl<'a> Decode<'a> for AddPartitionsToTxnTransaction<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 3;
        let mut this = Self::default();
        this.transactional_id = r.string(flexible)?;
        this.producer_id = r.i64()?;
        this.producer_epoch = r.i16()?;
        this.verify_only = r.bool()?;
        this.topics = r.array(flexible, AddPartitionsToTxnTopic::min_size_bytes(version), |r| {
            AddPartitionsToTxnTopic::decode(r, version)
        })?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for AddPartitionsToTxnTransaction<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 3;
        codec::put_string(out, flexible, &self.transactional_id)?;
        codec::put_i64(out, self.producer_id);
        codec::put_i16(out, self.producer_epoch);
        codec::put_bool(out, self.verify_only);
        codec::put_array_len(out, flexible, self.topics.len())?;
        for item in &self.topics {
            item.encode(out, version)?;
        }
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for AddPartitionsToTxnTransaction<'_> {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        this.transactional_id = g.string();
        this.producer_id = g.i64();
        this.producer_epoch = g.i16();
        this.verify_only = g.bool();
        this.topics = g.vec(|g| codec::TestValue::test_value(g, version));
        this
    }
}
