//! ShareFetchResponse (key 78), versions 1-2.
// Written by wire/gen/generate.py; do not edit.
use crate::Uuid;
use crate::codec;
use crate::codec::{Decode, DecodeError, Encode, EncodeError, Reader};
use std::borrow::Cow;
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ShareFetchResponse<'a> {
    pub throttle_time_ms: i32,
    pub error_code: i16,
    pub error_message: Option<Cow<'a, str>>,
    pub acquisition_lock_timeout_ms: i32,
    pub responses: Vec<ShareFetchableTopicResponse<'a>>,
    pub node_endpoints: Vec<NodeEndpoint<'a>>,
}
impl ShareFetchResponse<'_> {
    pub(crate) fn min_size_bytes(_version: i16) -> usize {
        let flexible = true;
        usize::from(flexible)
            + 4
            + 2
            + codec::min_string(flexible)
            + 4
            + codec::min_array(flexible)
            + codec::min_array(flexible)
    }
}
impl<'a> Decode<'a> for ShareFetchResponse<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = true;
        let mut this = Self::default();
        this.throttle_time_ms = r.i32()?;
        this.error_code = r.i16()?;
        this.error_message = r.nullable_string(flexible)?;
        this.acquisition_lock_timeout_ms = r.i32()?;
        this.responses =
            r.array(flexible, ShareFetchableTopicResponse::min_size_bytes(version), |r| {
                ShareFetchableTopicResponse::decode(r, version)
            })?;
        this.node_endpoints = r.array(flexible, NodeEndpoint::min_size_bytes(version), |r| {
            NodeEndpoint::decode(r, version)
        })?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for ShareFetchResponse<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = true;
        codec::put_i32(out, self.throttle_time_ms);
        codec::put_i16(out, self.error_code);
        match &self.error_message {
            Some(value) => {
                codec::put_string(out, flexible, value)?;
            }
            None => {
                codec::put_null_string(out, flexible);
            }
        }
        codec::put_i32(out, self.acquisition_lock_timeout_ms);
        codec::put_array_len(out, flexible, self.responses.len())?;
        for item in &self.responses {
            item.encode(out, version)?;
        }
        codec::put_array_len(out, flexible, self.node_endpoints.len())?;
        for item in &self.node_endpoints {
            item.encode(out, version)?;
        }
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for ShareFetchResponse<'_> {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        this.throttle_time_ms = g.i32();
        this.error_code = g.i16();
        this.error_message = if true && g.null() { None } else { Some(g.string()) };
        this.acquisition_lock_timeout_ms = g.i32();
        this.responses = g.vec(|g| codec::TestValue::test_value(g, version));
        this.node_endpoints = g.vec(|g| codec::TestValue::test_value(g, version));
        this
    }
}
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ShareFetchableTopicResponse<'a> {
    pub topic_id: Uuid,
    pub partitions: Vec<PartitionData<'a>>,
}
impl ShareFetchableTopicResponse<'_> {
    pub(crate) fn min_size_bytes(_version: i16) -> usize {
        let flexible = true;
        usize::from(flexible) + 16 + codec::min_array(flexible)
    }
}
impl<'a> Decode<'a> for ShareFetchableTopicResponse<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = true;
        let mut this = Self::default();
        this.topic_id = r.uuid()?;
        this.partitions = r.array(flexible, PartitionData::min_size_bytes(version), |r| {
            PartitionData::decode(r, version)
        })?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for ShareFetchableTopicResponse<'_> {
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
impl codec::TestValue for ShareFetchableTopicResponse<'_> {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        this.topic_id = g.uuid();
        this.partitions = g.vec(|g| codec::TestValue::test_value(g, version));
        this
    }
}
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PartitionData<'a> {
    pub partition_index: i32,
    pub error_code: i16,
    pub error_message: Option<Cow<'a, str>>,
    pub acknowledge_error_code: i16,
    pub acknowledge_error_message: Option<Cow<'a, str>>,
    pub current_leader: LeaderIdAndEpoch,
    pub records: Cow<'a, [u8]>,
    pub acquired_records: Vec<AcquiredRecords>,
}
impl PartitionData<'_> {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = true;
        usize::from(flexible)
            + 4
            + 2
            + codec::min_string(flexible)
            + 2
            + codec::min_string(flexible)
            + LeaderIdAndEpoch::min_size_bytes(version)
            + codec::min_bytes(flexible)
            + codec::min_array(flexible)
    }
}
impl<'a> Decode<'a> for PartitionData<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = true;
        let mut this = Self::default();
        this.partition_index = r.i32()?;
        this.error_code = r.i16()?;
        this.error_message = r.nullable_string(flexible)?;
        this.acknowledge_error_code = r.i16()?;
        this.acknowledge_error_message = r.nullable_string(flexible)?;
        this.current_leader = LeaderIdAndEpoch::decode(r, version)?;
        this.records = r.bytes(flexible)?;
        this.acquired_records =
            r.array(flexible, AcquiredRecords::min_size_bytes(version), |r| {
                AcquiredRecords::decode(r, version)
            })?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for PartitionData<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = true;
        codec::put_i32(out, self.partition_index);
        codec::put_i16(out, self.error_code);
        match &self.error_message {
            Some(value) => {
                codec::put_string(out, flexible, value)?;
            }
            None => {
                codec::put_null_string(out, flexible);
            }
        }
        codec::put_i16(out, self.acknowledge_error_code);
        match &self.acknowledge_error_message {
            Some(value) => {
                codec::put_string(out, flexible, value)?;
            }
            None => {
                codec::put_null_string(out, flexible);
            }
        }
        self.current_leader.encode(out, version)?;
        codec::put_bytes(out, flexible, &self.records)?;
        codec::put_array_len(out, flexible, self.acquired_records.len())?;
        for item in &self.acquired_records {
            item.encode(out, version)?;
        }
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for PartitionData<'_> {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        this.partition_index = g.i32();
        this.error_code = g.i16();
        this.error_message = if true && g.null() { None } else { Some(g.string()) };
        this.acknowledge_error_code = g.i16();
        this.acknowledge_error_message = if true && g.null() { None } else { Some(g.string()) };
        this.current_leader = codec::TestValue::test_value(g, version);
        this.records = g.bytes();
        this.acquired_records = g.vec(|g| codec::TestValue::test_value(g, version));
        this
    }
}
#[derive(Debug, Clone, PartialEq, Default)]
pub struct LeaderIdAndEpoch {
    pub leader_id: i32,
    pub leader_epoch: i32,
}
impl LeaderIdAndEpoch {
    pub(crate) fn min_size_bytes(_version: i16) -> usize {
        let flexible = true;
        usize::from(flexible) + 4 + 4
    }
}
impl<'a> Decode<'a> for LeaderIdAndEpoch {
    fn decode(r: &mut Reader<'a>, _version: i16) -> Result<Self, DecodeError> {
        let flexible = true;
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
    fn encode(&self, out: &mut Vec<u8>, _version: i16) -> Result<(), EncodeError> {
        let flexible = true;
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
pub struct AcquiredRecords {
    pub first_offset: i64,
    pub last_offset: i64,
    pub delivery_count: i16,
}
impl AcquiredRecords {
    pub(crate) fn min_size_bytes(_version: i16) -> usize {
        let flexible = true;
        usize::from(flexible) + 8 + 8 + 2
    }
}
impl<'a> Decode<'a> for AcquiredRecords {
    fn decode(r: &mut Reader<'a>, _version: i16) -> Result<Self, DecodeError> {
        let flexible = true;
        let mut this = Self::default();
        this.first_offset = r.i64()?;
        this.last_offset = r.i64()?;
        this.delivery_count = r.i16()?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for AcquiredRecords {
    fn encode(&self, out: &mut Vec<u8>, _version: i16) -> Result<(), EncodeError> {
        let flexible = true;
        codec::put_i64(out, self.first_offset);
        codec::put_i64(out, self.last_offset);
        codec::put_i16(out, self.delivery_count);
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for AcquiredRecords {
    fn test_value(g: &mut codec::Values, _version: i16) -> Self {
        let mut this = Self::default();
        this.first_offset = g.i64();
        this.last_offset = g.i64();
        this.delivery_count = g.i16();
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
    pub(crate) fn min_size_bytes(_version: i16) -> usize {
        let flexible = true;
        usize::from(flexible) + 4 + codec::min_string(flexible) + 4 + codec::min_string(flexible)
    }
}
impl<'a> Decode<'a> for NodeEndpoint<'a> {
    fn decode(r: &mut Reader<'a>, _version: i16) -> Result<Self, DecodeError> {
        let flexible = true;
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
    fn encode(&self, out: &mut Vec<u8>, _version: i16) -> Result<(), EncodeError> {
        let flexible = true;
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
