//! ShareFetchRequest (key 78), versions 1-2.
// Written by wire/gen/generate.py; do not edit.
use crate::Uuid;
use crate::codec;
use crate::codec::{Decode, DecodeError, Encode, EncodeError, Reader};
use std::borrow::Cow;
#[derive(Debug, Clone, PartialEq)]
pub struct ShareFetchRequest<'a> {
    pub group_id: Option<Cow<'a, str>>,
    pub member_id: Option<Cow<'a, str>>,
    pub share_session_epoch: i32,
    pub max_wait_ms: i32,
    pub min_bytes: i32,
    pub max_bytes: i32,
    pub max_records: i32,
    pub batch_size: i32,
    pub share_acquire_mode: i8,
    pub is_renew_ack: bool,
    pub topics: Vec<FetchTopic>,
    pub forgotten_topics_data: Vec<ForgottenTopic>,
}
impl Default for ShareFetchRequest<'_> {
    fn default() -> Self {
        Self {
            group_id: Default::default(),
            member_id: Some(Default::default()),
            share_session_epoch: Default::default(),
            max_wait_ms: Default::default(),
            min_bytes: Default::default(),
            max_bytes: i32::MAX,
            max_records: Default::default(),
            batch_size: Default::default(),
            share_acquire_mode: Default::default(),
            is_renew_ack: Default::default(),
            topics: Default::default(),
            forgotten_topics_data: Default::default(),
        }
    }
}
impl ShareFetchRequest<'_> {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = true;
        let mut size = usize::from(flexible)
            + codec::min_string(flexible)
            + codec::min_string(flexible)
            + 4
            + 4
            + 4
            + 4
            + 4
            + 4
            + codec::min_array(flexible)
            + codec::min_array(flexible);
        if version >= 2 {
            size += 1;
        }
        if version >= 2 {
            size += 1;
        }
        size
    }
}
impl<'a> Decode<'a> for ShareFetchRequest<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = true;
        let mut this = Self::default();
        this.group_id = r.nullable_string(flexible)?;
        this.member_id = r.nullable_string(flexible)?;
        this.share_session_epoch = r.i32()?;
        this.max_wait_ms = r.i32()?;
        this.min_bytes = r.i32()?;
        this.max_bytes = r.i32()?;
        this.max_records = r.i32()?;
        this.batch_size = r.i32()?;
        if version >= 2 {
            this.share_acquire_mode = r.i8()?;
        }
        if version >= 2 {
            this.is_renew_ack = r.bool()?;
        }
        this.topics = r.array(flexible, FetchTopic::min_size_bytes(version), |r| {
            FetchTopic::decode(r, version)
        })?;
        this.forgotten_topics_data =
            r.array(flexible, ForgottenTopic::min_size_bytes(version), |r| {
                ForgottenTopic::decode(r, version)
            })?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for ShareFetchRequest<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = true;
        match &self.group_id {
            Some(value) => {
                codec::put_string(out, flexible, value)?;
            }
            None => {
                codec::put_null_string(out, flexible);
            }
        }
        match &self.member_id {
            Some(value) => {
                codec::put_string(out, flexible, value)?;
            }
            None => {
                codec::put_null_string(out, flexible);
            }
        }
        codec::put_i32(out, self.share_session_epoch);
        codec::put_i32(out, self.max_wait_ms);
        codec::put_i32(out, self.min_bytes);
        codec::put_i32(out, self.max_bytes);
        codec::put_i32(out, self.max_records);
        codec::put_i32(out, self.batch_size);
        if version >= 2 {
            codec::put_i8(out, self.share_acquire_mode);
        }
        if version >= 2 {
            codec::put_bool(out, self.is_renew_ack);
        } else if !(!self.is_renew_ack) {
            return Err(EncodeError::unsupported("IsRenewAck", version));
        }
        codec::put_array_len(out, flexible, self.topics.len())?;
        for item in &self.topics {
            item.encode(out, version)?;
        }
        codec::put_array_len(out, flexible, self.forgotten_topics_data.len())?;
        for item in &self.forgotten_topics_data {
            item.encode(out, version)?;
        }
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for ShareFetchRequest<'_> {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        this.group_id = if true && g.null() { None } else { Some(g.string()) };
        this.member_id = if true && g.null() { None } else { Some(g.string()) };
        this.share_session_epoch = g.i32();
        this.max_wait_ms = g.i32();
        this.min_bytes = g.i32();
        this.max_bytes = g.i32();
        this.max_records = g.i32();
        this.batch_size = g.i32();
        if version >= 2 {
            this.share_acquire_mode = g.i8();
        }
        if version >= 2 {
            this.is_renew_ack = g.bool();
        }
        this.topics = g.vec(|g| codec::TestValue::test_value(g, version));
        this.forgotten_topics_data = g.vec(|g| codec::TestValue::test_value(g, version));
        this
    }
}
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FetchTopic {
    pub topic_id: Uuid,
    pub partitions: Vec<FetchPartition>,
}
impl FetchTopic {
    pub(crate) fn min_size_bytes(_version: i16) -> usize {
        let flexible = true;
        usize::from(flexible) + 16 + codec::min_array(flexible)
    }
}
impl<'a> Decode<'a> for FetchTopic {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = true;
        let mut this = Self::default();
        this.topic_id = r.uuid()?;
        this.partitions = r.array(flexible, FetchPartition::min_size_bytes(version), |r| {
            FetchPartition::decode(r, version)
        })?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for FetchTopic {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = true;
        codec::put_uuid(out, self.topic_id);
        codec::put_array_len(out, flexible, self.partitions.len())?;
        for item in &self.partitions {
            item.encode(out, version)?;
        }
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for FetchTopic {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        this.topic_id = g.uuid();
        this.partitions = g.vec(|g| codec::TestValue::test_value(g, version));
        this
    }
}
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FetchPartition {
    pub partition_index: i32,
    pub acknowledgement_batches: Vec<AcknowledgementBatch>,
}
impl FetchPartition {
    pub(crate) fn min_size_bytes(_version: i16) -> usize {
        let flexible = true;
        usize::from(flexible) + 4 + codec::min_array(flexible)
    }
}
impl<'a> Decode<'a> for FetchPartition {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = true;
        let mut this = Self::default();
        this.partition_index = r.i32()?;
        this.acknowledgement_batches =
            r.array(flexible, AcknowledgementBatch::min_size_bytes(version), |r| {
                AcknowledgementBatch::decode(r, version)
            })?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for FetchPartition {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = true;
        codec::put_i32(out, self.partition_index);
        codec::put_array_len(out, flexible, self.acknowledgement_batches.len())?;
        for item in &self.acknowledgement_batches {
            item.encode(out, version)?;
        }
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for FetchPartition {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        this.partition_index = g.i32();
        this.acknowledgement_batches = g.vec(|g| codec::TestValue::test_value(g, version));
        this
    }
}
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AcknowledgementBatch {
    pub first_offset: i64,
    pub last_offset: i64,
    pub acknowledge_types: Vec<i8>,
}
impl AcknowledgementBatch {
    pub(crate) fn min_size_bytes(_version: i16) -> usize {
        let flexible = true;
        usize::from(flexible) + 8 + 8 + codec::min_array(flexible)
    }
}
impl<'a> Decode<'a> for AcknowledgementBatch {
    fn decode(r: &mut Reader<'a>, _version: i16) -> Result<Self, DecodeError> {
        let flexible = true;
        let mut this = Self::default();
        this.first_offset = r.i64()?;
        this.last_offset = r.i64()?;
        this.acknowledge_types = r.array(flexible, 1, |r| r.i8())?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for AcknowledgementBatch {
    fn encode(&self, out: &mut Vec<u8>, _version: i16) -> Result<(), EncodeError> {
        let flexible = true;
        codec::put_i64(out, self.first_offset);
        codec::put_i64(out, self.last_offset);
        codec::put_array_len(out, flexible, self.acknowledge_types.len())?;
        for item in &self.acknowledge_types {
            codec::put_i8(out, *item);
        }
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for AcknowledgementBatch {
    fn test_value(g: &mut codec::Values, _version: i16) -> Self {
        let mut this = Self::default();
        this.first_offset = g.i64();
        this.last_offset = g.i64();
        this.acknowledge_types = g.vec(|g| g.i8());
        this
    }
}
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ForgottenTopic {
    pub topic_id: Uuid,
    pub partitions: Vec<i32>,
}
impl ForgottenTopic {
    pub(crate) fn min_size_bytes(_version: i16) -> usize {
        let flexible = true;
        usize::from(flexible) + 16 + codec::min_array(flexible)
    }
}
impl<'a> Decode<'a> for ForgottenTopic {
    fn decode(r: &mut Reader<'a>, _version: i16) -> Result<Self, DecodeError> {
        let flexible = true;
        let mut this = Self::default();
        this.topic_id = r.uuid()?;
        this.partitions = r.array(flexible, 4, |r| r.i32())?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for ForgottenTopic {
    fn encode(&self, out: &mut Vec<u8>, _version: i16) -> Result<(), EncodeError> {
        let flexible = true;
        codec::put_uuid(out, self.topic_id);
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
impl codec::TestValue for ForgottenTopic {
    fn test_value(g: &mut codec::Values, _version: i16) -> Self {
        let mut this = Self::default();
        this.topic_id = g.uuid();
        this.partitions = g.vec(|g| g.i32());
        this
    }
}
