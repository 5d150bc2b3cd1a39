//! AddPartitionsToTxnResponse (key 24), versions 0-5.
// Written by wire/gen/generate.py; do not edit.
use crate::codec;
use crate::codec::{Decode, DecodeError, Encode, EncodeError, Reader};
use std::borrow::Cow;
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AddPartitionsToTxnResponse<'a> {
    pub throttle_time_ms: i32,
    pub error_code: i16,
    pub results_by_transaction: Vec<AddPartitionsToTxnResult<'a>>,
    pub results_by_topic_v3_and_below: Vec<AddPartitionsToTxnTopicResult<'a>>,
}
impl AddPartitionsToTxnResponse<'_> {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = version >= 3;
        let mut size = usize::from(flexible) + 4;
        if version >= 4 {
            size += 2;
        }
        if version >= 4 {
            size += codec::min_array(flexible);
        }
        if version <= 3 {
            size += codec::min_array(flexible);
        }
        size
    }
}
impl<'a> Decode<'a> for AddPartitionsToTxnResponse<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 3;
        let mut this = Self::default();
        this.throttle_time_ms = r.i32()?;
        if version >= 4 {
            this.error_code = r.i16()?;
        }
        if version >= 4 {
            this.results_by_transaction =
                r.array(flexible, AddPartitionsToTxnResult::min_size_bytes(version), |r| {
                    AddPartitionsToTxnResult::decode(r, version)
                })?;
        }
        if version <= 3 {
            this.results_by_topic_v3_and_below =
                r.array(flexible, AddPartitionsToTxnTopicResult::min_size_bytes(version), |r| {
                    AddPartitionsToTxnTopicResult::decode(r, version)
                })?;
        }
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for AddPartitionsToTxnResponse<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 3;
        codec::put_i32(out, self.throttle_time_ms);
        if version >= 4 {
            codec::put_i16(out, self.error_code);
        }
        if version >= 4 {
            codec::put_array_len(out, flexible, self.results_by_transaction.len())?;
            for item in &self.results_by_transaction {
                item.encode(out, version)?;
            }
        } else if !(self.results_by_transaction.is_empty()) {
            return Err(EncodeError::unsupported("ResultsByTransaction", version));
        }
        if version <= 3 {
            codec::put_array_len(out, flexible, self.results_by_topic_v3_and_below.len())?;
            for item in &self.results_by_topic_v3_and_below {
                item.encode(out, version)?;
            }
        } else if !(self.results_by_topic_v3_and_below.is_empty()) {
            return Err(EncodeError::unsupported("ResultsByTopicV3AndBelow", version));
        }
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for AddPartitionsToTxnResponse<'_> {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        this.throttle_time_ms = g.i32();
        if version >= 4 {
            this.error_code = g.i16();
        }
        if version >= 4 {
            this.results_by_transaction = g.vec(|g| codec::TestValue::test_value(g, version));
        }
        if version <= 3 {
            this.results_by_topic_v3_and_below =
                g.vec(|g| codec::TestValue::test_value(g, version));
        }
        this
    }
}
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AddPartitionsToTxnTopicResult<'a> {
    pub name: Cow<'a, str>,
    pub results_by_partition: Vec<AddPartitionsToTxnPartitionResult>,
}
impl AddPartitionsToTxnTopicResult<'_> {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = version >= 3;
        usize::from(flexible) + codec::min_string(flexible) + codec::min_array(flexible)
    }
}
impl<'a> Decode<'a> for AddPartitionsToTxnTopicResult<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 3;
        let mut this = Self::default();
        this.name = r.string(flexible)?;
        this.results_by_partition =
            r.array(flexible, AddPartitionsToTxnPartitionResult::min_size_bytes(version), |r| {
                AddPartitionsToTxnPartitionResult::decode(r, version)
            })?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for AddPartitionsToTxnTopicResult<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 3;
        codec::put_string(out, flexible, &self.name)?;
        codec::put_array_len(out, flexible, self.results_by_partition.len())?;
        for item in &self.results_by_partition {
            item.encode(out, version)?;
        }
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for AddPartitionsToTxnTopicResult<'_> {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        this.name = g.string();
        this.results_by_partition = g.vec(|g| codec::TestValue::test_value(g, version));
        this
    }
}
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AddPartitionsToTxnPartitionResult {
    pub partition_index: i32,
    pub partition_error_code: i16,
}
impl AddPartitionsToTxnPartitionResult {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = version >= 3;
        usize::from(flexible) + 4 + 2
    }
}
impl<'a> Decode<'a> for AddPartitionsToTxnPartitionResult {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 3;
        let mut this = Self::default();
        this.partition_index = r.i32()?;
        this.partition_error_code = r.i16()?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for AddPartitionsToTxnPartitionResult {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 3;
        codec::put_i32(out, self.partition_index);
        codec::put_i16(out, self.partition_error_code);
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for AddPartitionsToTxnPartitionResult {
    fn test_value(g: &mut codec::Values, _version: i16) -> Self {
        let mut this = Self::default();
        this.partition_index = g.i32();
        this.partition_error_code = g.i16();
        this
    }
}
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AddPartitionsToTxnResult<'a> {
    pub transactional_id: Cow<'a, str>,
    pub topic_results: Vec<AddPartitionsToTxnTopicResult<'a>>,
}
impl AddPartitionsToTxnResult<'_> {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = version >= 3;
        usize::from(flexible) + codec::min_string(flexible) + codec::min_array(flexible)
    }
}
impl<'a> Decode<'a> for AddPartitionsToTxnResult<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 3;
        let mut this = Self::default();
        this.transactional_id = r.string(flexible)?;
        this.topic_results =
            r.array(flexible, AddPartitionsToTxnTopicResult::min_size_bytes(version), |r| {
                AddPartitionsToTxnTopicResult::decode(r, version)
            })?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for AddPartitionsToTxnResult<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 3;
        codec::put_string(out, flexible, &self.transactional_id)?;
        codec::put_array_len(out, flexible, self.topic_results.len())?;
        for item in &self.topic_results {
            item.encode(out, version)?;
        }
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for AddPartitionsToTxnResult<'_> {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        this.transactional_id = g.string();
        this.topic_results = g.vec(|g| codec::TestValue::test_value(g, version));
        this
    }
}
