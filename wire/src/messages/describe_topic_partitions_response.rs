//! DescribeTopicPartitionsResponse (key 75), versions 0-0.
// Written by wire/gen/generate.py; do not edit.
use crate::Uuid;
use crate::codec;
use crate::codec::{Decode, DecodeError, Encode, EncodeError, Reader};
use std::borrow::Cow;
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DescribeTopicPartitionsResponse<'a> {
    pub throttle_time_ms: i32,
    pub topics: Vec<DescribeTopicPartitionsResponseTopic<'a>>,
    pub next_cursor: Option<Cursor<'a>>,
}
impl DescribeTopicPartitionsResponse<'_> {
    pub(crate) fn min_size_bytes(_version: i16) -> usize {
        let flexible = true;
        usize::from(flexible) + 4 + codec::min_array(flexible) + 1
    }
}
impl<'a> Decode<'a> for DescribeTopicPartitionsResponse<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = true;
        let mut this = Self::default();
        this.throttle_time_ms = r.i32()?;
        this.topics = r.array(
            flexible,
            DescribeTopicPartitionsResponseTopic::min_size_bytes(version),
            |r| DescribeTopicPartitionsResponseTopic::decode(r, version),
        )?;
        this.next_cursor = r.nullable_struct(|r| Cursor::decode(r, version))?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for DescribeTopicPartitionsResponse<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = true;
        codec::put_i32(out, self.throttle_time_ms);
        codec::put_array_len(out, flexible, self.topics.len())?;
        for item in &self.topics {
            item.encode(out, version)?;
        }
        match &self.next_cursor {
            Some(value) => {
                codec::put_i8(out, 1);
                value.encode(out, version)?;
            }
            None => {
                codec::put_i8(out, -1);
            }
        }
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for DescribeTopicPartitionsResponse<'_> {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        this.throttle_time_ms = g.i32();
        this.topics = g.vec(|g| codec::TestValue::test_value(g, version));
        this.next_cursor =
            if true && g.null() { None } else { Some(codec::TestValue::test_value(g, version)) };
        this
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct DescribeTopicPartitionsResponseTopic<'a> {
    pub error_code: i16,
    pub name: Option<Cow<'a, str>>,
    pub topic_id: Uuid,
    pub is_internal: bool,
    pub partitions: Vec<DescribeTopicPartitionsResponsePartition>,
    pub topic_authorized_operations: i32,
}
impl Default for DescribeTopicPartitionsResponseTopic<'_> {
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
impl DescribeTopicPartitionsResponseTopic<'_> {
    pub(crate) fn min_size_bytes(_version: i16) -> usize {
        let flexible = true;
        usize::from(flexible)
            + 2
            + codec::min_string(flexible)
            + 16
            + 1
            + codec::min_array(flexible)
            + 4
    }
}
impl<'a> Decode<'a> for DescribeTopicPartitionsResponseTopic<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = true;
        let mut this = Self::default();
        this.error_code = r.i16()?;
        this.name = r.nullable_string(flexible)?;
        this.topic_id = r.uuid()?;
        this.is_internal = r.bool()?;
        this.partitions = r.array(
            flexible,
            DescribeTopicPartitionsResponsePartition::min_size_bytes(version),
            |r| DescribeTopicPartitionsResponsePartition::decode(r, version),
        )?;
        this.topic_authorized_operations = r.i32()?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for DescribeTopicPartitionsResponseTopic<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = true;
        codec::put_i16(out, self.error_code);
        match &self.name {
            Some(value) => {
                codec::put_string(out, flexible, value)?;
            }
            None => {
                codec::put_null_string(out, flexible);
            }
        }
        codec::put_uuid(out, self.topic_id);
        codec::put_bool(out, self.is_internal);
        codec::put_array_len(out, flexible, self.partitions.len())?;
        for item in &self.partitions {
            item.encode(out, version)?;
        }
        codec::put_i32(out, self.topic_authorized_operations);
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for DescribeTopicPartitionsResponseTopic<'_> {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        this.error_code = g.i16();
        this.name = if true && g.null() { None } else { Some(g.string()) };
        this.topic_id = g.uuid();
        this.is_internal = g.bool();
        this.partitions = g.vec(|g| codec::TestValue::test_value(g, version));
        this.topic_authorized_operations = g.i32();
        this
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct DescribeTopicPartitionsResponsePartition {
    pub error_code: i16,
    pub partition_index: i32,
    pub leader_id: i32,
    pub leader_epoch: i32,
    pub replica_nodes: Vec<i32>,
    pub isr_nodes: Vec<i32>,
    pub eligible_leader_replicas: Option<Vec<i32>>,
    pub last_known_elr: Option<Vec<i32>>,
    pub offline_replicas: Vec<i32>,
}
impl Default for DescribeTopicPartitionsResponsePartition {
    fn default() -> Self {
        Self {
            error_code: Default::default(),
            partition_index: Default::default(),
            leader_id: Default::default(),
            leader_epoch: -1,
            replica_nodes: Default::default(),
            isr_nodes: Default::default(),
            eligible_leader_replicas: Default::default(),
            last_known_elr: Default::default(),
            offline_replicas: Default::default(),
        }
    }
}
impl DescribeTopicPartitionsResponsePartition {
    pub(crate) fn min_size_bytes(_version: i16) -> usize {
        let flexible = true;
        usize::from(flexible)
            + 2
            + 4
            + 4
            + 4
            + codec::min_array(flexible)
            + codec::min_array(flexible)
            + codec::min_array(flexible)
            + codec::min_array(flexible)
            + codec::min_array(flexible)
    }
}
impl<'a> Decode<'a> for DescribeTopicPartitionsResponsePartition {
    fn decode(r: &mut Reader<'a>, _version: i16) -> Result<Self, DecodeError> {
        let flexible = true;
        let mut this = Self::default();
        this.error_code = r.i16()?;
        this.partition_index = r.i32()?;
        this.leader_id = r.i32()?;
        this.leader_epoch = r.i32()?;
        this.replica_nodes = r.array(flexible, 4, |r| r.i32())?;
        this.isr_nodes = r.array(flexible, 4, |r| r.i32())?;
        this.eligible_leader_replicas = r.nullable_array(flexible, 4, |r| r.i32())?;
        this.last_known_elr = r.nullable_array(flexible, 4, |r| r.i32())?;
        this.offline_replicas = r.array(flexible, 4, |r| r.i32())?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for DescribeTopicPartitionsResponsePartition {
    fn encode(&self, out: &mut Vec<u8>, _version: i16) -> Result<(), EncodeError> {
        let flexible = true;
        codec::put_i16(out, self.error_code);
        codec::put_i32(out, self.partition_index);
        codec::put_i32(out, self.leader_id);
        codec::put_i32(out, self.leader_epoch);
        codec::put_array_len(out, flexible, self.replica_nodes.len())?;
        for item in &self.replica_nodes {
            codec::put_i32(out, *item);
        }
        codec::put_array_len(out, flexible, self.isr_nodes.len())?;
        for item in &self.isr_nodes {
            codec::put_i32(out, *item);
        }
        match &self.eligible_leader_replicas {
            Some(value) => {
                codec::put_array_len(out, flexible, value.len())?;
                for item in value {
                    codec::put_i32(out, *item);
                }
            }
            None => {
                codec::put_null_array(out, flexible);
            }
        }
        match &self.last_known_elr {
            Some(value) => {
                codec::put_array_len(out, flexible, value.len())?;
                for item in value {
                    codec::put_i32(out, *item);
                }
            }
            None => {
                codec::put_null_array(out, flexible);
            }
        }
        codec::put_array_len(out, flexible, self.offline_replicas.len())?;
        for item in &self.offline_replicas {
            codec::put_i32(out, *item);
        }
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for DescribeTopicPartitionsResponsePartition {
    fn test_value(g: &mut codec::Values, _version: i16) -> Self {
        let mut this = Self::default();
        this.error_code = g.i16();
        this.partition_index = g.i32();
        this.leader_id = g.i32();
        this.leader_epoch = g.i32();
        this.replica_nodes = g.vec(|g| g.i32());
        this.isr_nodes = g.vec(|g| g.i32());
        this.eligible_leader_replicas =
            if true && g.null() { None } else { Some(g.vec(|g| g.i32())) };
        this.last_known_elr = if true && g.null() { None } else { Some(g.vec(|g| g.i32())) };
        this.offline_replicas = g.vec(|g| g.i32());
        this
    }
}
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Cursor<'a> {
    pub topic_name: Cow<'a, str>,
    pub partition_index: i32,
}
impl Cursor<'_> {
    pub(crate) fn min_size_bytes(_version: i16) -> usize {
        let flexible = true;
        usize::from(flexible) + codec::min_string(flexible) + 4
    }
}
impl<'a> Decode<'a> for Cursor<'a> {
    fn decode(r: &mut Reader<'a>, _version: i16) -> Result<Self, DecodeError> {
        let flexible = true;
        let mut this = Self::default();
        this.topic_name = r.string(flexible)?;
        this.partition_index = r.i32()?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for Cursor<'_> {
    fn encode(&self, out: &mut Vec<u8>, _version: i16) -> Result<(), EncodeError> {
        let flexible = true;
        codec::put_string(out, flexible, &self.topic_name)?;
        codec::put_i32(out, self.partition_index);
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for Cursor<'_> {
    fn test_value(g: &mut codec::Values, _version: i16) -> Self {
        let mut this = Self::default();
        this.topic_name = g.string();
        this.partition_index = g.i32();
        this
    }
}
