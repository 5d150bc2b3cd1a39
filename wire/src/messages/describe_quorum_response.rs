//! DescribeQuorumResponse (key 55), versions 0-2.
// Written by wire/gen/generate.py; do not edit.
use crate::Uuid;
use crate::codec;
use crate::codec::{Decode, DecodeError, Encode, EncodeError, Reader};
use std::borrow::Cow;
#[derive(Debug, Clone, PartialEq)]
pub struct DescribeQuorumResponse<'a> {
    pub error_code: i16,
    pub error_message: Option<Cow<'a, str>>,
    pub topics: Vec<TopicData<'a>>,
    pub nodes: Vec<Node<'a>>,
}
impl Default for DescribeQuorumResponse<'_> {
    fn default() -> Self {
        Self {
            error_code: Default::default(),
            error_message: Some(Default::default()),
            topics: Default::default(),
            nodes: Default::default(),
        }
    }
}
impl DescribeQuorumResponse<'_> {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = true;
        let mut size = usize::from(flexible) + 2 + codec::min_array(flexible);
        if version >= 2 {
            size += codec::min_string(flexible);
        }
        if version >= 2 {
            size += codec::min_array(flexible);
        }
        size
    }
}
impl<'a> Decode<'a> for DescribeQuorumResponse<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = true;
        let mut this = Self::default();
        this.error_code = r.i16()?;
        if version >= 2 {
            this.error_message = r.nullable_string(flexible)?;
        }
        this.topics = r.array(flexible, TopicData::min_size_bytes(version), |r| {
            TopicData::decode(r, version)
        })?;
        if version >= 2 {
            this.nodes =
                r.array(flexible, Node::min_size_bytes(version), |r| Node::decode(r, version))?;
        }
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for DescribeQuorumResponse<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = true;
        codec::put_i16(out, self.error_code);
        if version >= 2 {
            match &self.error_message {
                Some(value) => {
                    codec::put_string(out, flexible, value)?;
                }
                None => {
                    codec::put_null_string(out, flexible);
                }
            }
        }
        codec::put_array_len(out, flexible, self.topics.len())?;
        for item in &self.topics {
            item.encode(out, version)?;
        }
        if version >= 2 {
            codec::put_array_len(out, flexible, self.nodes.len())?;
            for item in &self.nodes {
                item.encode(out, version)?;
            }
        } else if !(self.nodes.is_empty()) {
            return Err(EncodeError::unsupported("Nodes", version));
        }
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for DescribeQuorumResponse<'_> {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        this.error_code = g.i16();
        if version >= 2 {
            this.error_message = if true && g.null() { None } else { Some(g.string()) };
        }
        this.topics = g.vec(|g| codec::TestValue::test_value(g, version));
        if version >= 2 {
            this.nodes = g.vec(|g| codec::TestValue::test_value(g, version));
        }
        this
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct ReplicaState {
    pub replica_id: i32,
    pub replica_directory_id: Uuid,
    pub log_end_offset: i64,
    pub last_fetch_timestamp: i64,
    pub last_caught_up_timestamp: i64,
}
impl Default for ReplicaState {
    fn default() -> Self {
        Self {
            replica_id: Default::default(),
            replica_directory_id: Default::default(),
            log_end_offset: Default::default(),
            last_fetch_timestamp: -1,
            last_caught_up_timestamp: -1,
        }
    }
}
impl ReplicaState {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = true;
        let mut size = usize::from(flexible) + 4 + 8;
        if version >= 2 {
            size += 16;
        }
        if version >= 1 {
            size += 8;
        }
        if version >= 1 {
            size += 8;
        }
        size
    }
}
impl<'a> Decode<'a> for ReplicaState {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = true;
        let mut this = Self::default();
        this.replica_id = r.i32()?;
        if version >= 2 {
            this.replica_directory_id = r.uuid()?;
        }
        this.log_end_offset = r.i64()?;
        if version >= 1 {
            this.last_fetch_timestamp = r.i64()?;
        }
        if version >= 1 {
            this.last_caught_up_timestamp = r.i64()?;
        }
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for ReplicaState {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = true;
        codec::put_i32(out, self.replica_id);
        if version >= 2 {
            codec::put_uuid(out, self.replica_directory_id);
        } else if !(self.replica_directory_id == Uuid::ZERO) {
            return Err(EncodeError::unsupported("ReplicaDirectoryId", version));
        }
        codec::put_i64(out, self.log_end_offset);
        if version >= 1 {
            codec::put_i64(out, self.last_fetch_timestamp);
        }
        if version >= 1 {
            codec::put_i64(out, self.last_caught_up_timestamp);
        }
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for ReplicaState {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        this.replica_id = g.i32();
        if version >= 2 {
            this.replica_directory_id = g.uuid();
        }
        this.log_end_offset = g.i64();
        if version >= 1 {
            this.last_fetch_timestamp = g.i64();
        }
        if version >= 1 {
            this.last_caught_up_timestamp = g.i64();
        }
        this
    }
}
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TopicData<'a> {
    pub topic_name: Cow<'a, str>,
    pub partitions: Vec<PartitionData<'a>>,
}
impl TopicData<'_> {
    pub(crate) fn min_size_bytes(_version: i16) -> usize {
        let flexible = true;
        usize::from(flexible) + codec::min_string(flexible) + codec::min_array(flexible)
    }
}
impl<'a> Decode<'a> for TopicData<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = true;
        let mut this = Self::default();
        this.topic_name = r.string(flexible)?;
        this.partitions = r.array(flexible, PartitionData::min_size_bytes(version), |r| {
            PartitionData::decode(r, version)
        })?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for TopicData<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = true;
        codec::put_string(out, flexible, &self.topic_name)?;
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
impl codec::TestValue for TopicData<'_> {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        this.topic_name = g.string();
        this.partitions = g.vec(|g| codec::TestValue::test_value(g, version));
        this
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct PartitionData<'a> {
    pub partition_index: i32,
    pub error_code: i16,
    pub error_message: Option<Cow<'a, str>>,
    pub leader_id: i32,
    pub leader_epoch: i32,
    pub high_watermark: i64,
    pub current_voters: Vec<ReplicaState>,
    pub observers: Vec<ReplicaState>,
}
impl Default for PartitionData<'_> {
    fn default() -> Self {
        Self {
            partition_index: Default::default(),
            error_code: Default::default(),
            error_message: Some(Default::default()),
            leader_id: Default::default(),
            leader_epoch: Default::default(),
            high_watermark: Default::default(),
            current_voters: Default::default(),
            observers: Default::default(),
        }
    }
}
impl PartitionData<'_> {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = true;
        let mut size = usize::from(flexible)
            + 4
            + 2
            + 4
            + 4
            + 8
            + codec::min_array(flexible)
            + codec::min_array(flexible);
        if version >= 2 {
            size += codec::min_string(flexible);
        }
        size
    }
}
impl<'a> Decode<'a> for PartitionData<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = true;
        let mut this = Self::default();
        this.partition_index = r.i32()?;
        this.error_code = r.i16()?;
        if version >= 2 {
            this.error_message = r.nullable_string(flexible)?;
        }
        this.leader_id = r.i32()?;
        this.leader_epoch = r.i32()?;
        this.high_watermark = r.i64()?;
        this.current_voters = r.array(flexible, ReplicaState::min_size_bytes(version), |r| {
            ReplicaState::decode(r, version)
        })?;
        this.observers = r.array(flexible, ReplicaState::min_size_bytes(version), |r| {
            ReplicaState::decode(r, version)
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
        if version >= 2 {
            match &self.error_message {
                Some(value) => {
                    codec::put_string(out, flexible, value)?;
                }
                None => {
                    codec::put_null_string(out, flexible);
                }
            }
        }
        codec::put_i32(out, self.leader_id);
        codec::put_i32(out, self.leader_epoch);
        codec::put_i64(out, self.high_watermark);
        codec::put_array_len(out, flexible, self.current_voters.len())?;
        for item in &self.current_voters {
            item.encode(out, version)?;
        }
        codec::put_array_len(out, flexible, self.observers.len())?;
        for item in &self.observers {
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
        if version >= 2 {
            this.error_message = if true && g.null() { None } else { Some(g.string()) };
        }
        this.leader_id = g.i32();
        this.leader_epoch = g.i32();
        this.high_watermark = g.i64();
        this.current_voters = g.vec(|g| codec::TestValue::test_value(g, version));
        this.observers = g.vec(|g| codec::TestValue::test_value(g, version));
        this
    }
}
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Node<'a> {
    pub node_id: i32,
    pub listeners: Vec<Listener<'a>>,
}
impl Node<'_> {
    pub(crate) fn min_size_bytes(_version: i16) -> usize {
        let flexible = true;
        usize::from(flexible) + 4 + codec::min_array(flexible)
    }
}
impl<'a> Decode<'a> for Node<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = true;
        let mut this = Self::default();
        this.node_id = r.i32()?;
        this.listeners =
            r.array(flexible, Listener::min_size_bytes(version), |r| Listener::decode(r, version))?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for Node<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = true;
        codec::put_i32(out, self.node_id);
        codec::put_array_len(out, flexible, self.listeners.len())?;
        for item in &self.listeners {
            item.encode(out, version)?;
        }
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for Node<'_> {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        this.node_id = g.i32();
        this.listeners = g.vec(|g| codec::TestValue::test_value(g, version));
        this
    }
}
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Listener<'a> {
    pub name: Cow<'a, str>,
    pub host: Cow<'a, str>,
    pub port: u16,
}
impl Listener<'_> {
    pub(crate) fn min_size_bytes(_version: i16) -> usize {
        let flexible = true;
        usize::from(flexible) + codec::min_string(flexible) + codec::min_string(flexible) + 2
    }
}
impl<'a> Decode<'a> for Listener<'a> {
    fn decode(r: &mut Reader<'a>, _version: i16) -> Result<Self, DecodeError> {
        let flexible = true;
        let mut this = Self::default();
        this.name = r.string(flexible)?;
        this.host = r.string(flexible)?;
        this.port = r.u16()?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for Listener<'_> {
    fn encode(&self, out: &mut Vec<u8>, _version: i16) -> Result<(), EncodeError> {
        let flexible = true;
        codec::put_string(out, flexible, &self.name)?;
        codec::put_string(out, flexible, &self.host)?;
        codec::put_u16(out, self.port);
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for Listener<'_> {
    fn test_value(g: &mut codec::Values, _version: i16) -> Self {
        let mut this = Self::default();
        this.name = g.string();
        this.host = g.string();
        this.port = g.u16();
        this
    }
}
