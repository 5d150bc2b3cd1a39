//! ProduceResponse (key 0), versions 3-13.
// Written by wire/gen/generate.py; do not edit.
use crate::Uuid;
use crate::codec;
use crate::codec::{Decode, DecodeError, Encode, EncodeError, Reader};
use std::borrow::Cow;
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ProduceResponse<'a> {
    pub responses: Vec<TopicProduceResponse<'a>>,
    pub throttle_time_ms: i32,
    pub node_endpoints: Vec<NodeEndpoint<'a>>,
}
impl ProduceResponse<'_> {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = version >= 9;
        usize::from(flexible) + codec::min_array(flexible) + 4
    }
}
impl<'a> Decode<'a> for ProduceResponse<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 9;
        let mut this = Self::default();
        this.responses = r.array(flexible, TopicProduceResponse::min_size_bytes(version), |r| {
            TopicProduceResponse::decode(r, version)
        })?;
        this.throttle_time_ms = r.i32()?;
        if flexible {
            r.tags(|tag, r| {
                match tag {
                    0 if version >= 10 => {
                        this.node_endpoints =
                            r.array(flexible, NodeEndpoint::min_size_bytes(version), |r| {
                                NodeEndpoint::decode(r, version)
                            })?
                    }
                    _ => return Ok(false),
                }
                Ok(true)
            })?;
        }
        Ok(this)
    }
}
impl Encode for ProduceResponse<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 9;
        codec::put_array_len(out, flexible, self.responses.len())?;
        for item in &self.responses {
            item.encode(out, version)?;
        }
        codec::put_i32(out, self.throttle_time_ms);
        if !(version >= 10) && !(self.node_endpoints.is_empty()) {
            return Err(EncodeError::unsupported("NodeEndpoints", version));
        }
        if flexible {
            let mut tags = codec::Tags::default();
            if version >= 10 && !(self.node_endpoints.is_empty()) {
                tags.push(0, |out| {
                    codec::put_array_len(out, flexible, self.node_endpoints.len())?;
                    for item in &self.node_endpoints {
                        item.encode(out, version)?;
                    }
                    Ok(())
                })?;
            }
            tags.finish(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for ProduceResponse<'_> {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        this.responses = g.vec(|g| codec::TestValue::test_value(g, version));
        this.throttle_time_ms = g.i32();
        if version >= 10 {
            this.node_endpoints = g.vec(|g| codec::TestValue::test_value(g, version));
        }
        this
    }
}
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TopicProduceResponse<'a> {
    pub name: Cow<'a, str>,
    pub topic_id: Uuid,
    pub partition_responses: Vec<PartitionProduceResponse<'a>>,
}
impl TopicProduceResponse<'_> {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = version >= 9;
        let mut size = usize::from(flexible) + codec::min_array(flexible);
        if version <= 12 {
            size += codec::min_string(flexible);
        }
        if version >= 13 {
            size += 16;
        }
        size
    }
}
impl<'a> Decode<'a> for TopicProduceResponse<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 9;
        let mut this = Self::default();
        if version <= 12 {
            this.name = r.string(flexible)?;
        }
        if version >= 13 {
            this.topic_id = r.uuid()?;
        }
        this.partition_responses =
            r.array(flexible, PartitionProduceResponse::min_size_bytes(version), |r| {
                PartitionProduceResponse::decode(r, version)
            })?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for TopicProduceResponse<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 9;
        if version <= 12 {
            codec::put_string(out, flexible, &self.name)?;
        }
        if version >= 13 {
            codec::put_uuid(out, self.topic_id);
        }
        codec::put_array_len(out, flexible, self.partition_responses.len())?;
        for item in &self.partition_responses {
            item.encode(out, version)?;
        }
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for TopicProduceResponse<'_> {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        if version <= 12 {
            this.name = g.string();
        }
        if version >= 13 {
            this.topic_id = g.uuid();
        }
        this.partition_responses = g.vec(|g| codec::TestValue::test_value(g, version));
        this
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct PartitionProduceResponse<'a> {
    pub index: i32,
    pub error_code: i16,
    pub base_offset: i64,
    pub log_append_time_ms: i64,
    pub log_start_offset: i64,
    pub record_errors: Vec<BatchIndexAndErrorMessage<'a>>,
    pub error_message: Option<Cow<'a, str>>,
    pub current_leader: LeaderIdAndEpoch,
}
impl Default for PartitionProduceResponse<'_> {
    fn default() -> Self {
        Self {
            index: Default::default(),
            error_code: Default::default(),
            base_offset: Default::default(),
            log_append_time_ms: -1,
            log_start_offset: -1,
            record_errors: Default::default(),
            error_message: Default::default(),
            current_leader: Default::default(),
        }
    }
}
impl PartitionProduceResponse<'_> {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = version >= 9;
        let mut size = usize::from(flexible) + 4 + 2 + 8 + 8;
        if version >= 5 {
            size += 8;
        }
        if version >= 8 {
            size += codec::min_array(flexible);
        }
        if version >= 8 {
            size += codec::min_string(flexible);
        }
        size
    }
}
impl<'a> Decode<'a> for PartitionProduceResponse<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 9;
        let mut this = Self::default();
        this.index = r.i32()?;
        this.error_code = r.i16()?;
        this.base_offset = r.i64()?;
        this.log_append_time_ms = r.i64()?;
        if version >= 5 {
            this.log_start_offset = r.i64()?;
        }
        if version >= 8 {
            this.record_errors =
                r.array(flexible, BatchIndexAndErrorMessage::min_size_bytes(version), |r| {
                    BatchIndexAndErrorMessage::decode(r, version)
                })?;
        }
        if version >= 8 {
            this.error_message = r.nullable_string(flexible)?;
        }
        if flexible {
            r.tags(|tag, r| {
                match tag {
                    0 if version >= 10 => {
                        this.current_leader = LeaderIdAndEpoch::decode(r, version)?
                    }
                    _ => return Ok(false),
                }
                Ok(true)
            })?;
        }
        Ok(this)
    }
}
impl Encode for PartitionProduceResponse<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 9;
        codec::put_i32(out, self.index);
        codec::put_i16(out, self.error_code);
        codec::put_i64(out, self.base_offset);
        codec::put_i64(out, self.log_append_time_ms);
        if version >= 5 {
            codec::put_i64(out, self.log_start_offset);
        }
        if version >= 8 {
            codec::put_array_len(out, flexible, self.record_errors.len())?;
            for item in &self.record_errors {
                item.encode(out, version)?;
            }
        }
        if version >= 8 {
            match &self.error_message {
                Some(value) => {
                    codec::put_string(out, flexible, value)?;
                }
                None => {
                    codec::put_null_string(out, flexible);
                }
            }
        }
        if !(version >= 10) && !(self.current_leader == LeaderIdAndEpoch::default()) {
            return Err(EncodeError::unsupported("CurrentLeader", version));
        }
        if flexible {
            let mut tags = codec::Tags::default();
            if version >= 10 && !(self.current_leader == LeaderIdAndEpoch::default()) {
                tags.push(0, |out| {
                    self.current_leader.encode(out, version)?;
                    Ok(())
                })?;
            }
            tags.finish(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for PartitionProduceResponse<'_> {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        this.index = g.i32();
        this.error_code = g.i16();
        this.base_offset = g.i64();
        this.log_append_time_ms = g.i64();
        if version >= 5 {
            this.log_start_offset = g.i64();
        }
        if version >= 8 {
            this.record_errors = g.vec(|g| codec::TestValue::test_value(g, version));
        }
        if version >= 8 {
            this.error_message = if true && g.null() { None } else { Some(g.string()) };
        }
        if version >= 10 {
            this.current_leader = codec::TestValue::test_value(g, version);
        }
        this
    }
}
#[derive(Debug, Clone, PartialEq, Default)]
pub struct BatchIndexAndErrorMessage<'a> {
    pub batch_index: i32,
    pub batch_index_error_message: Option<Cow<'a, str>>,
}
impl BatchIndexAndErrorMessage<'_> {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = version >= 9;
        usize::from(flexible) + 4 + codec::min_string(flexible)
    }
}
impl<'a> Decode<'a> for BatchIndexAndErrorMessage<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 9;
        let mut this = Self::default();
        this.batch_index = r.i32()?;
        this.batch_index_error_message = r.nullable_string(flexible)?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for BatchIndexAndErrorMessage<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 9;
        codec::put_i32(out, self.batch_index);
        match &self.batch_index_error_message {
            Some(value) => {
                codec::put_string(out, flexible, value)?;
            }
            None => {
                codec::put_null_string(out, flexible);
            }
        }
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for BatchIndexAndErrorMessage<'_> {
    fn test_value(g: &mut codec::Values, _version: i16) -> Self {
        let mut this = Self::default();
        this.batch_index = g.i32();
        this.batch_index_error_message = if true && g.null() { None } else { Some(g.string()) };
        this
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct LeaderIdAndEpoch {
    pub leader_id: i32,
    pub leader_epoch: i32,
}
impl Default for LeaderIdAndEpoch {
    fn default() -> Self {
        Self { leader_id: -1, leader_epoch: -1 }
    }
}
impl LeaderIdAndEpoch {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = version >= 9;
        usize::from(flexible) + 4 + 4
    }
}
impl<'a> Decode<'a> for LeaderIdAndEpoch {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 9;
        let mut this = Self::default();
        this.leader_id = r.i32()?;
        this.leader_epoch = r.i32()?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for LeaderIdAndEpoch {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 9;
        codec::put_i32(out, self.leader_id);
        codec::put_i32(out, self.leader_epoch);
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for LeaderIdAndEpoch {
    fn test_value(g: &mut codec::Values, _version: i16) -> Self {
        let mut this = Self::default();
        this.leader_id = g.i32();
        this.leader_epoch = g.i32();
        this
    }
}
#[derive(Debug, Clone, PartialEq, Default)]
pub struct NodeEndpoint<'a> {
    pub node_id: i32,
    pub host: Cow<'a, str>,
    pub port: i32,
    pub rack: Option<Cow<'a, str>>,
}
impl NodeEndpoint<'_> {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = version >= 9;
        usize::from(flexible) + 4 + codec::min_string(flexible) + 4 + codec::min_string(flexible)
    }
}
impl<'a> Decode<'a> for NodeEndpoint<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 9;
        let mut this = Self::default();
        this.node_id = r.i32()?;
        this.host = r.string(flexible)?;
        this.port = r.i32()?;
        this.rack = r.nullable_string(flexible)?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for NodeEndpoint<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 9;
        codec::put_i32(out, self.node_id);
        codec::put_string(out, flexible, &self.host)?;
        codec::put_i32(out, self.port);
        match &self.rack {
            Some(value) => {
                codec::put_string(out, flexible, value)?;
            }
            None => {
                codec::put_null_string(out, flexible);
            }
        }
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for NodeEndpoint<'_> {
    fn test_value(g: &mut codec::Values, _version: i16) -> Self {
        let mut this = Self::default();
        this.node_id = g.i32();
        this.host = g.string();
        this.port = g.i32();
        this.rack = if true && g.null() { None } else { Some(g.string()) };
        this
    }
}
