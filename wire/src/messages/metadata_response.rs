//! MetadataResponse (key 3), versions 0-13.
// Written by wire/gen/generate.py; do not edit.
use crate::Uuid;
use crate::codec;
use crate::codec::{Decode, DecodeError, Encode, EncodeError, Reader};
use std::borrow::Cow;
#[derive(Debug, Clone, PartialEq)]
pub struct MetadataResponse<'a> {
    pub throttle_time_ms: i32,
    pub brokers: Vec<MetadataResponseBroker<'a>>,
    pub cluster_id: Option<Cow<'a, str>>,
    pub controller_id: i32,
    pub topics: Vec<MetadataResponseTopic<'a>>,
    pub cluster_authorized_operations: i32,
    pub error_code: i16,
}
impl Default for MetadataResponse<'_> {
    fn default() -> Self {
        Self {
            throttle_time_ms: Default::default(),
            brokers: Default::default(),
            cluster_id: Default::default(),
            controller_id: -1,
            topics: Default::default(),
            cluster_authorized_operations: i32::MIN,
            error_code: Default::default(),
        }
    }
}
impl MetadataResponse<'_> {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = version >= 9;
        let mut size =
            usize::from(flexible) + codec::min_array(flexible) + codec::min_array(flexible);
        if version >= 3 {
            size += 4;
        }
        if version >= 2 {
            size += codec::min_string(flexible);
        }
        if version >= 1 {
            size += 4;
        }
        if (8..=10).contains(&version) {
            size += 4;
        }
        if version >= 13 {
            size += 2;
        }
        size
    }
}
impl<'a> Decode<'a> for MetadataResponse<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 9;
        let mut this = Self::default();
        if version >= 3 {
            this.throttle_time_ms = r.i32()?;
        }
        this.brokers = r.array(flexible, MetadataResponseBroker::min_size_bytes(version), |r| {
            MetadataResponseBroker::decode(r, version)
        })?;
        if version >= 2 {
            this.cluster_id = r.nullable_string(flexible)?;
        }
        if version >= 1 {
            this.controller_id = r.i32()?;
        }
        this.topics = r.array(flexible, MetadataResponseTopic::min_size_bytes(version), |r| {
            MetadataResponseTopic::decode(r, version)
        })?;
        if (8..=10).contains(&version) {
            this.cluster_authorized_operations = r.i32()?;
        }
        if version >= 13 {
            this.error_code = r.i16()?;
        }
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for MetadataResponse<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 9;
        if version >= 3 {
            codec::put_i32(out, self.throttle_time_ms);
        }
        codec::put_array_len(out, flexible, self.brokers.len())?;
        for item in &self.brokers {
            item.encode(out, version)?;
        }
        if version >= 2 {
            match &self.cluster_id {
                Some(value) => {
                    codec::put_string(out, flexible, value)?;
                }
                None => {
                    codec::put_null_string(out, flexible);
                }
            }
        }
        if version >= 1 {
            codec::put_i32(out, self.controller_id);
        }
        codec::put_array_len(out, flexible, self.topics.len())?;
        for item in &self.topics {
            item.encode(out, version)?;
        }
        if (8..=10).contains(&version) {
            codec::put_i32(out, self.cluster_authorized_operations);
        } else if !(self.cluster_authorized_operations == i32::MIN) {
            return Err(EncodeError::unsupported("ClusterAuthorizedOperations", version));
        }
        if version >= 13 {
            codec::put_i16(out, self.error_code);
        }
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for MetadataResponse<'_> {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        if version >= 3 {
            this.throttle_time_ms = g.i32();
        }
        this.brokers = g.vec(|g| codec::TestValue::test_value(g, version));
        if version >= 2 {
            this.cluster_id = if true && g.null() { None } else { Some(g.string()) };
        }
        if version >= 1 {
            this.controller_id = g.i32();
        }
        this.topics = g.vec(|g| codec::TestValue::test_value(g, version));
        if (8..=10).contains(&version) {
            this.cluster_authorized_operations = g.i32();
        }
        if version >= 13 {
            this.error_code = g.i16();
        }
        this
    }
}
#[derive(Debug, Clone, PartialEq, Default)]
pub struct MetadataResponseBroker<'a> {
    pub node_id: i32,
    pub host: Cow<'a, str>,
    pub port: i32,
    pub rack: Option<Cow<'a, str>>,
}
impl MetadataResponseBroker<'_> {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = version >= 9;
        let mut size = usize::from(flexible) + 4 + codec::min_string(flexible) + 4;
        if version >= 1 {
            size += codec::min_string(flexible);
        }
        size
    }
}
impl<'a> Decode<'a> for MetadataResponseBroker<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 9;
        let mut this = Self::default();
        this.node_id = r.i32()?;
        this.host = r.string(flexible)?;
        this.port = r.i32()?;
        if version >= 1 {
            this.rack = r.nullable_string(flexible)?;
        }
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for MetadataResponseBroker<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 9;
        codec::put_i32(out, self.node_id);
        codec::put_string(out, flexible, &self.host)?;
        codec::put_i32(out, self.port);
        if version >= 1 {
            match &self.rack {
                Some(value) => {
                    codec::put_string(out, flexible, value)?;
                }
                None => {
                    codec::put_null_string(out, flexible);
                }
            }
        }
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for MetadataResponseBroker<'_> {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        this.node_id = g.i32();
        this.host = g.string();
        this.port = g.i32();
        if version >= 1 {
            this.rack = if true && g.null() { None } else { Some(g.string()) };
        }
        this
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct MetadataResponseTopic<'a> {
    pub error_code: i16,
    pub name: Option<Cow<'a, str>>,
    pub topic_id: Uuid,
    pub is_internal: bool,
    pub partitions: Vec<MetadataResponsePartition>,
    pub topic_authorized_operations: i32,
}
impl Default for MetadataResponseTopic<'_> {
    fn default() -> Self {
        Self {
            error_code: Default::default(),
            name: Some(Default::default()),
            topic_id: Default::default(),
            is_internal: Default::default(),
            partitions: Default::default(),
            topic_authorized_operations: i32::MIN,
        }
    }
}
impl MetadataResponseTopic<'_> {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = version >= 9;
        let mut size =
            usize::from(flexible) + 2 + codec::min_string(flexible) + codec::min_array(flexible);
        if version >= 10 {
            size += 16;
        }
        if version >= 1 {
            size += 1;
        }
        if version >= 8 {
            size += 4;
        }
        size
    }
}
impl<'a> Decode<'a> for MetadataResponseTopic<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 9;
        let mut this = Self::default();
        this.error_code = r.i16()?;
        this.name =
            if version >= 12 { r.nullable_string(flexible)? } else { Some(r.string(flexible)?) };
        if version >= 10 {
            this.topic_id = r.uuid()?;
        }
        if version >= 1 {
            this.is_internal = r.bool()?;
        }
        this.partitions =
            r.array(flexible, MetadataResponsePartition::min_size_bytes(version), |r| {
                MetadataResponsePartition::decode(r, version)
            })?;
        if version >= 8 {
            this.topic_authorized_operations = r.i32()?;
        }
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for MetadataResponseTopic<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 9;
        codec::put_i16(out, self.error_code);
        match &self.name {
            Some(value) => {
                codec::put_string(out, flexible, value)?;
            }
            None => {
                if version >= 12 {
                    codec::put_null_string(out, flexible);
                } else {
                    return Err(EncodeError::null("Name", version));
                }
            }
        }
        if version >= 10 {
            codec::put_uuid(out, self.topic_id);
        }
        if version >= 1 {
            codec::put_bool(out, self.is_internal);
        }
        codec::put_array_len(out, flexible, self.partitions.len())?;
        for item in &self.partitions {
            item.encode(out, version)?;
        }
        if version >= 8 {
            codec::put_i32(out, self.topic_authorized_operations);
        } else if !(self.topic_authorized_operations == i32::MIN) {
            return Err(EncodeError::unsupported("TopicAuthorizedOperations", version));
        }
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for MetadataResponseTopic<'_> {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        this.error_code = g.i16();
        this.name = if version >= 12 && g.null() { None } else { Some(g.string()) };
        if version >= 10 {
            this.topic_id = g.uuid();
        }
        if version >= 1 {
            this.is_internal = g.bool();
        }
        this.partitions = g.vec(|g| codec::TestValue::test_value(g, version));
        if version >= 8 {
            this.topic_authorized_operations = g.i32();
        }
        this
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct MetadataResponsePartition {
    pub error_code: i16,
    pub partition_index: i32,
    pub leader_id: i32,
    pub leader_epoch: i32,
    pub replica_nodes: Vec<i32>,
    pub isr_nodes: Vec<i32>,
    pub offline_replicas: Vec<i32>,
}
impl Default for MetadataResponsePartition {
    fn default() -> Self {
        Self {
            error_code: Default::default(),
            partition_index: Default::default(),
            leader_id: Default::default(),
            leader_epoch: -1,
            replica_nodes: Default::default(),
            isr_nodes: Default::default(),
            offline_replicas: Default::default(),
        }
    }
}
impl MetadataResponsePartition {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = version >= 9;
        let mut size = usize::from(flexible)
            + 2
            + 4
            + 4
            + codec::min_array(flexible)
            + codec::min_array(flexible);
        if version >= 7 {
            size += 4;
        }
        if version >= 5 {
            size += codec::min_array(flexible);
        }
        size
    }
}
impl<'a> Decode<'a> for MetadataResponsePartition {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 9;
        let mut this = Self::default();
        this.error_code = r.i16()?;
        this.partition_index = r.i32()?;
        this.leader_id = r.i32()?;
        if version >= 7 {
            this.leader_epoch = r.i32()?;
        }
        this.replica_nodes = r.array(flexible, 4, |r| r.i32())?;
        this.isr_nodes = r.array(flexible, 4, |r| r.i32())?;
        if version >= 5 {
            this.offline_replicas = r.array(flexible, 4, |r| r.i32())?;
        }
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for MetadataResponsePartition {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 9;
        codec::put_i16(out, self.error_code);
        codec::put_i32(out, self.partition_index);
        codec::put_i32(out, self.leader_id);
        if version >= 7 {
            codec::put_i32(out, self.leader_epoch);
        }
        codec::put_array_len(out, flexible, self.replica_nodes.len())?;
        for item in &self.replica_nodes {
            codec::put_i32(out, *item);
        }
        codec::put_array_len(out, flexible, self.isr_nodes.len())?;
        for item in &self.isr_nodes {
            codec::put_i32(out, *item);
        }
        if version >= 5 {
            codec::put_array_len(out, flexible, self.offline_replicas.len())?;
            for item in &self.offline_replicas {
                codec::put_i32(out, *item);
            }
        }
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for MetadataResponsePartition {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        this.error_code = g.i16();
        this.partition_index = g.i32();
        this.leader_id = g.i32();
        if version >= 7 {
            this.leader_epoch = g.i32();
        }
        this.replica_nodes = g.vec(|g| g.i32());
        this.isr_nodes = g.vec(|g| g.i32());
        if version >= 5 {
            this.offline_replicas = g.vec(|g| g.i32());
        }
        this
    }
}
