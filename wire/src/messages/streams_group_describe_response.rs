//! StreamsGroupDescribeResponse (key 89), versions 0-1.
// Written by wire/gen/generate.py; do not edit.
use crate::codec;
use crate::codec::{Decode, DecodeError, Encode, EncodeError, Reader};
use std::borrow::Cow;
#[derive(Debug, Clone, PartialEq, Default)]
pub struct StreamsGroupDescribeResponse<'a> {
    pub throttle_time_ms: i32,
    pub groups: Vec<DescribedGroup<'a>>,
}
impl StreamsGroupDescribeResponse<'_> {
    pub(crate) fn min_size_bytes(_version: i16) -> usize {
        let flexible = true;
        usize::from(flexible) + 4 + codec::min_array(flexible)
    }
}
impl<'a> Decode<'a> for StreamsGroupDescribeResponse<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = true;
        let mut this = Self::default();
        this.throttle_time_ms = r.i32()?;
        this.groups = r.array(flexible, DescribedGroup::min_size_bytes(version), |r| {
            DescribedGroup::decode(r, version)
        })?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for StreamsGroupDescribeResponse<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = true;
        codec::put_i32(out, self.throttle_time_ms);
        codec::put_array_len(out, flexible, self.groups.len())?;
        for item in &self.groups {
            item.encode(out, version)?;
        }
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for StreamsGroupDescribeResponse<'_> {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        this.throttle_time_ms = g.i32();
        this.groups = g.vec(|g| codec::TestValue::test_value(g, version));
        this
    }
}
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Endpoint<'a> {
    pub host: Cow<'a, str>,
    pub port: u16,
}
impl Endpoint<'_> {
    pub(crate) fn min_size_bytes(_version: i16) -> usize {
        let flexible = true;
        usize::from(flexible) + codec::min_string(flexible) + 2
    }
}
impl<'a> Decode<'a> for Endpoint<'a> {
    fn decode(r: &mut Reader<'a>, _version: i16) -> Result<Self, DecodeError> {
        let flexible = true;
        let mut this = Self::default();
        this.host = r.string(flexible)?;
        this.port = r.u16()?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for Endpoint<'_> {
    fn encode(&self, out: &mut Vec<u8>, _version: i16) -> Result<(), EncodeError> {
        let flexible = true;
        codec::put_string(out, flexible, &self.host)?;
        codec::put_u16(out, self.port);
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for Endpoint<'_> {
    fn test_value(g: &mut codec::Values, _version: i16) -> Self {
        let mut this = Self::default();
        this.host = g.string();
        this.port = g.u16();
        this
    }
}
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TaskOffset<'a> {
    pub subtopology_id: Cow<'a, str>,
    pub partition: i32,
    pub offset: i64,
}
impl TaskOffset<'_> {
    pub(crate) fn min_size_bytes(_version: i16) -> usize {
        let flexible = true;
        usize::from(flexible) + codec::min_string(flexible) + 4 + 8
    }
}
impl<'a> Decode<'a> for TaskOffset<'a> {
    fn decode(r: &mut Reader<'a>, _version: i16) -> Result<Self, DecodeError> {
        let flexible = true;
        let mut this = Self::default();
        this.subtopology_id = r.string(flexible)?;
        this.partition = r.i32()?;
        this.offset = r.i64()?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for TaskOffset<'_> {
    fn encode(&self, out: &mut Vec<u8>, _version: i16) -> Result<(), EncodeError> {
        let flexible = true;
        codec::put_string(out, flexible, &self.subtopology_id)?;
        codec::put_i32(out, self.partition);
        codec::put_i64(out, self.offset);
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for TaskOffset<'_> {
    fn test_value(g: &mut codec::Values, _version: i16) -> Self {
        let mut this = Self::default();
        this.subtopology_id = g.string();
        this.partition = g.i32();
        this.offset = g.i64();
        this
    }
}
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Assignment<'a> {
    pub active_tasks: Vec<TaskIds<'a>>,
    pub standby_tasks: Vec<TaskIds<'a>>,
    pub warmup_tasks: Vec<TaskIds<'a>>,
}
impl Assignment<'_> {
    pub(crate) fn min_size_bytes(_version: i16) -> usize {
        let flexible = true;
        usize::from(flexible)
            + codec::min_array(flexible)
            + codec::min_array(flexible)
            + codec::min_array(flexible)
    }
}
impl<'a> Decode<'a> for Assignment<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = true;
        let mut this = Self::default();
        this.active_tasks =
            r.array(flexible, TaskIds::min_size_bytes(version), |r| TaskIds::decode(r, version))?;
        this.standby_tasks =
            r.array(flexible, TaskIds::min_size_bytes(version), |r| TaskIds::decode(r, version))?;
        this.warmup_tasks =
            r.array(flexible, TaskIds::min_size_bytes(version), |r| TaskIds::decode(r, version))?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for Assignment<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = true;
        codec::put_array_len(out, flexible, self.active_tasks.len())?;
        for item in &self.active_tasks {
            item.encode(out, version)?;
        }
        codec::put_array_len(out, flexible, self.standby_tasks.len())?;
        for item in &self.standby_tasks {
            item.encode(out, version)?;
        }
        codec::put_array_len(out, flexible, self.warmup_tasks.len())?;
        for item in &self.warmup_tasks {
            item.encode(out, version)?;
        }
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for Assignment<'_> {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        this.active_tasks = g.vec(|g| codec::TestValue::test_value(g, version));
        this.standby_tasks = g.vec(|g| codec::TestValue::test_value(g, version));
        this.warmup_tasks = g.vec(|g| codec::TestValue::test_value(g, version));
        this
    }
}
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TaskIds<'a> {
    pub subtopology_id: Cow<'a, str>,
    pub partitions: Vec<i32>,
}
impl TaskIds<'_> {
    pub(crate) fn min_size_bytes(_version: i16) -> usize {
        let flexible = true;
        usize::from(flexible) + codec::min_string(flexible) + codec::min_array(flexible)
    }
}
impl<'a> Decode<'a> for TaskIds<'a> {
    fn decode(r: &mut Reader<'a>, _version: i16) -> Result<Self, DecodeError> {
        let flexible = true;
        let mut this = Self::default();
        this.subtopology_id = r.string(flexible)?;
        this.partitions = r.array(flexible, 4, |r| r.i32())?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for TaskIds<'_> {
    fn encode(&self, out: &mut Vec<u8>, _version: i16) -> Result<(), EncodeError> {
        let flexible = true;
        codec::put_string(out, flexible, &self.subtopology_id)?;
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
impl codec::TestValue for TaskIds<'_> {
    fn test_value(g: &mut codec::Values, _version: i16) -> Self {
        let mut this = Self::default();
        this.subtopology_id = g.string();
        this.partitions = g.vec(|g| g.i32());
        this
    }
}
#[derive(Debug, Clone, PartialEq, Default)]
pub struct KeyValue<'a> {
    pub key: Cow<'a, str>,
    pub value: Cow<'a, str>,
}
impl KeyValue<'_> {
    pub(crate) fn min_size_bytes(_version: i16) -> usize {
        let flexible = true;
        usize::from(flexible) + codec::min_string(flexible) + codec::min_string(flexible)
    }
}
impl<'a> Decode<'a> for KeyValue<'a> {
    fn decode(r: &mut Reader<'a>, _version: i16) -> Result<Self, DecodeError> {
        let flexible = true;
        let mut this = Self::default();
        this.key = r.string(flexible)?;
        this.value = r.string(flexible)?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for KeyValue<'_> {
    fn encode(&self, out: &mut Vec<u8>, _version: i16) -> Result<(), EncodeError> {
        let flexible = true;
        codec::put_string(out, flexible, &self.key)?;
        codec::put_string(out, flexible, &self.value)?;
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for KeyValue<'_> {
    fn test_value(g: &mut codec::Values, _version: i16) -> Self {
        let mut this = Self::default();
        this.key = g.string();
        this.value = g.string();
        this
    }
}
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TopicInfo<'a> {
    pub name: Cow<'a, str>,
    pub partitions: i32,
    pub replication_factor: i16,
    pub topic_configs: Vec<KeyValue<'a>>,
}
impl TopicInfo<'_> {
    pub(crate) fn min_size_bytes(_version: i16) -> usize {
        let flexible = true;
        usize::from(flexible) + codec::min_string(flexible) + 4 + 2 + codec::min_array(flexible)
    }
}
impl<'a> Decode<'a> for TopicInfo<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = true;
        let mut this = Self::default();
        this.name = r.string(flexible)?;
        this.partitions = r.i32()?;
        this.replication_factor = r.i16()?;
        this.topic_configs =
            r.array(flexible, KeyValue::min_size_bytes(version), |r| KeyValue::decode(r, version))?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for TopicInfo<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = true;
        codec::put_string(out, flexible, &self.name)?;
        codec::put_i32(out, self.partitions);
        codec::put_i16(out, self.replication_factor);
        codec::put_array_len(out, flexible, self.topic_configs.len())?;
        for item in &self.topic_configs {
            item.encode(out, version)?;
        }
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for TopicInfo<'_> {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        this.name = g.string();
        this.partitions = g.i32();
        this.replication_factor = g.i16();
        this.topic_configs = g.vec(|g| codec::TestValue::test_value(g, version));
        this
    }
}
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TopologyDescription<'a> {
    pub subtopologies: Vec<TopologyDescriptionSubtopology<'a>>,
    pub global_stores: Vec<TopologyDescriptionGlobalStore<'a>>,
}
impl TopologyDescription<'_> {
    pub(crate) fn min_size_bytes(_version: i16) -> usize {
        let flexible = true;
        usize::from(flexible) + codec::min_array(flexible) + codec::min_array(flexible)
    }
}
impl<'a> Decode<'a> for TopologyDescription<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = true;
        let mut this = Self::default();
        this.subtopologies =
            r.array(flexible, TopologyDescriptionSubtopology::min_size_bytes(version), |r| {
                TopologyDescriptionSubtopology::decode(r, version)
            })?;
        this.global_stores =
            r.array(flexible, TopologyDescriptionGlobalStore::min_size_bytes(version), |r| {
                TopologyDescriptionGlobalStore::decode(r, version)
            })?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for TopologyDescription<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = true;
        codec::put_array_len(out, flexible, self.subtopologies.len())?;
        for item in &self.subtopologies {
            item.encode(out, version)?;
        }
        codec::put_array_len(out, flexible, self.global_stores.len())?;
        for item in &self.global_stores {
            item.encode(out, version)?;
        }
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for TopologyDescription<'_> {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        this.subtopologies = g.vec(|g| codec::TestValue::test_value(g, version));
        this.global_stores = g.vec(|g| codec::TestValue::test_value(g, version));
        this
    }
}
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TopologyDescriptionSubtopology<'a> {
    pub subtopology_id: Cow<'a, str>,
    pub nodes: Vec<TopologyDescriptionNode<'a>>,
}
impl TopologyDescriptionSubtopology<'_> {
    pub(crate) fn min_size_bytes(_version: i16) -> usize {
        let flexible = true;
        usize::from(flexible) + codec::min_string(flexible) + codec::min_array(flexible)
    }
}
impl<'a> Decode<'a> for TopologyDescriptionSubtopology<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = true;
        let mut this = Self::default();
        this.subtopology_id = r.string(flexible)?;
        this.nodes = r.array(flexible, TopologyDescriptionNode::min_size_bytes(version), |r| {
            TopologyDescriptionNode::decode(r, version)
        })?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for TopologyDescriptionSubtopology<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = true;
        codec::put_string(out, flexible, &self.subtopology_id)?;
        codec::put_array_len(out, flexible, self.nodes.len())?;
        for item in &self.nodes {
            item.encode(out, version)?;
        }
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for TopologyDescriptionSubtopology<'_> {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        this.subtopology_id = g.string();
        this.nodes = g.vec(|g| codec::TestValue::test_value(g, version));
        this
    }
}
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TopologyDescriptionNode<'a> {
    pub name: Cow<'a, str>,
    pub node_type: i8,
    pub source_topics: Vec<Cow<'a, str>>,
    pub sink_topic: Option<Cow<'a, str>>,
    pub stores: Vec<Cow<'a, str>>,
    pub successors: Vec<Cow<'a, str>>,
}
impl TopologyDescriptionNode<'_> {
    pub(crate) fn min_size_bytes(_version: i16) -> usize {
        let flexible = true;
        usize::from(flexible)
            + codec::min_string(flexible)
            + 1
            + codec::min_array(flexible)
            + codec::min_string(flexible)
            + codec::min_array(flexible)
            + codec::min_array(flexible)
    }
}
impl<'a> Decode<'a> for TopologyDescriptionNode<'a> {
    fn decode(r: &mut Reader<'a>, _version: i16) -> Result<Self, DecodeError> {
        let flexible = true;
        let mut this = Self::default();
        this.name = r.string(flexible)?;
        this.node_type = r.i8()?;
        this.source_topics =
            r.array(flexible, codec::min_string(flexible), |r| r.string(flexible))?;
        this.sink_topic = r.nullable_string(flexible)?;
        this.stores = r.array(flexible, codec::min_string(flexible), |r| r.string(flexible))?;
        this.successors = r.array(flexible, codec::min_string(flexible), |r| r.string(flexible))?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for TopologyDescriptionNode<'_> {
    fn encode(&self, out: &mut Vec<u8>, _version: i16) -> Result<(), EncodeError> {
        let flexible = true;
        codec::put_string(out, flexible, &self.name)?;
        codec::put_i8(out, self.node_type);
        codec::put_array_len(out, flexible, self.source_topics.len())?;
        for item in &self.source_topics {
            codec::put_string(out, flexible, item)?;
        }
        match &self.sink_topic {
            Some(value) => {
                codec::put_string(out, flexible, value)?;
            }
            None => {
                codec::put_null_string(out, flexible);
            }
        }
        codec::put_array_len(out, flexible, self.stores.len())?;
        for item in &self.stores {
            codec::put_string(out, flexible, item)?;
        }
        codec::put_array_len(out, flexible, self.successors.len())?;
        for item in &self.successors {
            codec::put_string(out, flexible, item)?;
        }
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for TopologyDescriptionNode<'_> {
    fn test_value(g: &mut codec::Values, _version: i16) -> Self {
        let mut this = Self::default();
        this.name = g.string();
        this.node_type = g.i8();
        this.source_topics = g.vec(|g| g.string());
        this.sink_topic = if true && g.null() { None } else { Some(g.string()) };
        this.stores = g.vec(|g| g.string());
        this.successors = g.vec(|g| g.string());
        this
    }
}
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TopologyDescriptionGlobalStore<'a> {
    pub source: TopologyDescriptionNode<'a>,
    pub processor: TopologyDescriptionNode<'a>,
}
impl TopologyDescriptionGlobalStore<'_> {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = true;
        usize::from(flexible)
            + TopologyDescriptionNode::min_size_bytes(version)
            + TopologyDescriptionNode::min_size_bytes(version)
    }
}
impl<'a> Decode<'a> for TopologyDescriptionGlobalStore<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = true;
        let mut this = Self::default();
        this.source = TopologyDescriptionNode::decode(r, version)?;
        this.processor = TopologyDescriptionNode::decode(r, version)?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for TopologyDescriptionGlobalStore<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = true;
        self.source.encode(out, version)?;
        self.processor.encode(out, version)?;
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for TopologyDescriptionGlobalStore<'_> {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        this.source = codec::TestValue::test_value(g, version);
        this.processor = codec::TestValue::test_value(g, version);
        this
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct DescribedGroup<'a> {
    pub error_code: i16,
    pub error_message: Option<Cow<'a, str>>,
    pub group_id: Cow<'a, str>,
    pub group_state: Cow<'a, str>,
    pub group_epoch: i32,
    pub assignment_epoch: i32,
    pub topology: Option<Topology<'a>>,
    pub members: Vec<Member<'a>>,
    pub authorized_operations: i32,
    pub topology_description: Option<TopologyDescription<'a>>,
    pub topology_description_status: i8,
    pub assignor_name: Option<Cow<'a, str>>,
}
impl Default for DescribedGroup<'_> {
    fn default() -> Self {
        Self {
            error_code: Default::default(),
            error_message: Default::default(),
            group_id: Default::default(),
            group_state: Default::default(),
            group_epoch: Default::default(),
            assignment_epoch: Default::default(),
            topology: Default::default(),
            members: Default::default(),
            authorized_operations: i32::MIN,
            topology_description: Default::default(),
            topology_description_status: Default::default(),
            assignor_name: Default::default(),
        }
    }
}
impl DescribedGroup<'_> {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = true;
        let mut size = usize::from(flexible)
            + 2
            + codec::min_string(flexible)
            + codec::min_string(flexible)
            + codec::min_string(flexible)
            + 4
            + 4
            + 1
            + codec::min_array(flexible)
            + 4;
        if version >= 1 {
            size += 1;
        }
        if version >= 1 {
            size += 1;
        }
        if version >= 1 {
            size += codec::min_string(flexible);
        }
        size
    }
}
impl<'a> Decode<'a> for DescribedGroup<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = true;
        let mut this = Self::default();
        this.error_code = r.i16()?;
        this.error_message = r.nullable_string(flexible)?;
        this.group_id = r.string(flexible)?;
        this.group_state = r.string(flexible)?;
        this.group_epoch = r.i32()?;
        this.assignment_epoch = r.i32()?;
        this.topology = r.nullable_struct(|r| Topology::decode(r, version))?;
        this.members =
            r.array(flexible, Member::min_size_bytes(version), |r| Member::decode(r, version))?;
        this.authorized_operations = r.i32()?;
        if version >= 1 {
            this.topology_description =
                r.nullable_struct(|r| TopologyDescription::decode(r, version))?;
        }
        if version >= 1 {
            this.topology_description_status = r.i8()?;
        }
        if version >= 1 {
            this.assignor_name = r.nullable_string(flexible)?;
        }
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for DescribedGroup<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = true;
        codec::put_i16(out, self.error_code);
        match &self.error_message {
            Some(value) => {
                codec::put_string(out, flexible, value)?;
            }
            None => {
                codec::put_null_string(out, flexible);
            }
        }
        codec::put_string(out, flexible, &self.group_id)?;
        codec::put_string(out, flexible, &self.group_state)?;
        codec::put_i32(out, self.group_epoch);
        codec::put_i32(out, self.assignment_epoch);
        match &self.topology {
            Some(value) => {
                codec::put_i8(out, 1);
                value.encode(out, version)?;
            }
            None => {
                codec::put_i8(out, -1);
            }
        }
        codec::put_array_len(out, flexible, self.members.len())?;
        for item in &self.members {
            item.encode(out, version)?;
        }
        codec::put_i32(out, self.authorized_operations);
        if version >= 1 {
            match &self.topology_description {
                Some(value) => {
                    codec::put_i8(out, 1);
                    value.encode(out, version)?;
                }
                None => {
                    codec::put_i8(out, -1);
                }
            }
        } else if !(self.topology_description.is_none()) {
            return Err(EncodeError::unsupported("TopologyDescription", version));
        }
        if version >= 1 {
            codec::put_i8(out, self.topology_description_status);
        } else if !(self.topology_description_status == 0) {
            return Err(EncodeError::unsupported("TopologyDescriptionStatus", version));
        }
        if version >= 1 {
            match &self.assignor_name {
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
impl codec::TestValue for DescribedGroup<'_> {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        this.error_code = g.i16();
        this.error_message = if true && g.null() { None } else { Some(g.string()) };
        this.group_id = g.string();
        this.group_state = g.string();
        this.group_epoch = g.i32();
        this.assignment_epoch = g.i32();
        this.topology =
            if true && g.null() { None } else { Some(codec::TestValue::test_value(g, version)) };
        this.members = g.vec(|g| codec::TestValue::test_value(g, version));
        this.authorized_operations = g.i32();
        if version >= 1 {
            this.topology_description = if true && g.null() {
                None
            } else {
                Some(codec::TestValue::test_value(g, version))
            };
        }
        if version >= 1 {
            this.topology_description_status = g.i8();
        }
        if version >= 1 {
            this.assignor_name = if true && g.null() { None } else { Some(g.string()) };
        }
        this
    }
}
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Topology<'a> {
    pub epoch: i32,
    pub subtopologies: Option<Vec<Subtopology<'a>>>,
}
impl Topology<'_> {
    pub(crate) fn min_size_bytes(_version: i16) -> usize {
        let flexible = true;
        usize::from(flexible) + 4 + codec::min_array(flexible)
    }
}
impl<'a> Decode<'a> for Topology<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = true;
        let mut this = Self::default();
        this.epoch = r.i32()?;
        this.subtopologies =
            r.nullable_array(flexible, Subtopology::min_size_bytes(version), |r| {
                Subtopology::decode(r, version)
            })?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for Topology<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = true;
        codec::put_i32(out, self.epoch);
        match &self.subtopologies {
            Some(value) => {
                codec::put_array_len(out, flexible, value.len())?;
                for item in value {
                    item.encode(out, version)?;
                }
            }
            None => {
                codec::put_null_array(out, flexible);
            }
        }
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for Topology<'_> {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        this.epoch = g.i32();
        this.subtopologies = if true && g.null() {
            None
        } else {
            Some(g.vec(|g| codec::TestValue::test_value(g, version)))
        };
        this
    }
}
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Subtopology<'a> {
    pub subtopology_id: Cow<'a, str>,
    pub source_topics: Vec<Cow<'a, str>>,
    pub repartition_sink_topics: Vec<Cow<'a, str>>,
    pub state_changelog_topics: Vec<TopicInfo<'a>>,
    pub repartition_source_topics: Vec<TopicInfo<'a>>,
}
impl Subtopology<'_> {
    pub(crate) fn min_size_bytes(_version: i16) -> usize {
        let flexible = true;
        usize::from(flexible)
            + codec::min_string(flexible)
            + codec::min_array(flexible)
            + codec::min_array(flexible)
            + codec::min_array(flexible)
            + codec::min_array(flexible)
    }
}
impl<'a> Decode<'a> for Subtopology<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = true;
        let mut this = Self::default();
        this.subtopology_id = r.string(flexible)?;
        this.source_topics =
            r.array(flexible, codec::min_string(flexible), |r| r.string(flexible))?;
        this.repartition_sink_topics =
            r.array(flexible, codec::min_string(flexible), |r| r.string(flexible))?;
        this.state_changelog_topics =
            r.array(flexible, TopicInfo::min_size_bytes(version), |r| {
                TopicInfo::decode(r, version)
            })?;
        this.repartition_source_topics =
            r.array(flexible, TopicInfo::min_size_bytes(version), |r| {
                TopicInfo::decode(r, version)
            })?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for Subtopology<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = true;
        codec::put_string(out, flexible, &self.subtopology_id)?;
        codec::put_array_len(out, flexible, self.source_topics.len())?;
        for item in &self.source_topics {
            codec::put_string(out, flexible, item)?;
        }
        codec::put_array_len(out, flexible, self.repartition_sink_topics.len())?;
        for item in &self.repartition_sink_topics {
            codec::put_string(out, flexible, item)?;
        }
        codec::put_array_len(out, flexible, self.state_changelog_topics.len())?;
        for item in &self.state_changelog_topics {
            item.encode(out, version)?;
        }
        codec::put_array_len(out, flexible, self.repartition_source_topics.len())?;
        for item in &self.repartition_source_topics {
            item.encode(out, version)?;
        }
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for Subtopology<'_> {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        this.subtopology_id = g.string();
        this.source_topics = g.vec(|g| g.string());
        this.repartition_sink_topics = g.vec(|g| g.string());
        this.state_changelog_topics = g.vec(|g| codec::TestValue::test_value(g, version));
        this.repartition_source_topics = g.vec(|g| codec::TestValue::test_value(g, version));
        this
    }
}
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Member<'a> {
    pub member_id: Cow<'a, str>,
    pub member_epoch: i32,
    pub instance_id: Option<Cow<'a, str>>,
    pub rack_id: Option<Cow<'a, str>>,
    pub client_id: Cow<'a, str>,
    pub client_host: Cow<'a, str>,
    pub topology_epoch: i32,
    pub process_id: Cow<'a, str>,
    pub user_endpoint: Option<Endpoint<'a>>,
    pub client_tags: Vec<KeyValue<'a>>,
    pub task_offsets: Vec<TaskOffset<'a>>,
    pub task_end_offsets: Vec<TaskOffset<'a>>,
    pub assignment: Assignment<'a>,
    pub target_assignment: Assignment<'a>,
    pub is_classic: bool,
}
impl Member<'_> {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = true;
        usize::from(flexible)
            + codec::min_string(flexible)
            + 4
            + codec::min_string(flexible)
            + codec::min_string(flexible)
            + codec::min_string(flexible)
            + codec::min_string(flexible)
            + 4
            + codec::min_string(flexible)
            + 1
            + codec::min_array(flexible)
            + codec::min_array(flexible)
            + codec::min_array(flexible)
            + Assignment::min_size_bytes(version)
            + Assignment::min_size_bytes(version)
            + 1
    }
}
impl<'a> Decode<'a> for Member<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = true;
        let mut this = Self::default();
        this.member_id = r.string(flexible)?;
        this.member_epoch = r.i32()?;
        this.instance_id = r.nullable_string(flexible)?;
        this.rack_id = r.nullable_string(flexible)?;
        this.client_id = r.string(flexible)?;
        this.client_host = r.string(flexible)?;
        this.topology_epoch = r.i32()?;
        this.process_id = r.string(flexible)?;
        this.user_endpoint = r.nullable_struct(|r| Endpoint::decode(r, version))?;
        this.client_tags =
            r.array(flexible, KeyValue::min_size_bytes(version), |r| KeyValue::decode(r, version))?;
        this.task_offsets = r.array(flexible, TaskOffset::min_size_bytes(version), |r| {
            TaskOffset::decode(r, version)
        })?;
        this.task_end_offsets = r.array(flexible, TaskOffset::min_size_bytes(version), |r| {
            TaskOffset::decode(r, version)
        })?;
        this.assignment = Assignment::decode(r, version)?;
        this.target_assignment = Assignment::decode(r, version)?;
        this.is_classic = r.bool()?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for Member<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = true;
        codec::put_string(out, flexible, &self.member_id)?;
        codec::put_i32(out, self.member_epoch);
        match &self.instance_id {
            Some(value) => {
                codec::put_string(out, flexible, value)?;
            }
            None => {
                codec::put_null_string(out, flexible);
            }
        }
        match &self.rack_id {
            Some(value) => {
                codec::put_string(out, flexible, value)?;
            }
            None => {
                codec::put_null_string(out, flexible);
            }
        }
        codec::put_string(out, flexible, &self.client_id)?;
        codec::put_string(out, flexible, &self.client_host)?;
        codec::put_i32(out, self.topology_epoch);
        codec::put_string(out, flexible, &self.process_id)?;
        match &self.user_endpoint {
            Some(value) => {
                codec::put_i8(out, 1);
                value.encode(out, version)?;
            }
            None => {
                codec::put_i8(out, -1);
            }
        }
        codec::put_array_len(out, flexible, self.client_tags.len())?;
        for item in &self.client_tags {
            item.encode(out, version)?;
        }
        codec::put_array_len(out, flexible, self.task_offsets.len())?;
        for item in &self.task_offsets {
            item.encode(out, version)?;
        }
        codec::put_array_len(out, flexible, self.task_end_offsets.len())?;
        for item in &self.task_end_offsets {
            item.encode(out, version)?;
        }
        self.assignment.encode(out, version)?;
        self.target_assignment.encode(out, version)?;
        codec::put_bool(out, self.is_classic);
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for Member<'_> {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        this.member_id = g.string();
        this.member_epoch = g.i32();
        this.instance_id = if true && g.null() { None } else { Some(g.string()) };
        this.rack_id = if true && g.null() { None } else { Some(g.string()) };
        this.client_id = g.string();
        this.client_host = g.string();
        this.topology_epoch = g.i32();
        this.process_id = g.string();
        this.user_endpoint =
            if true && g.null() { None } else { Some(codec::TestValue::test_value(g, version)) };
        this.client_tags = g.vec(|g| codec::TestValue::test_value(g, version));
        this.task_offsets = g.vec(|g| codec::TestValue::test_value(g, version));
        this.task_end_offsets = g.vec(|g| codec::TestValue::test_value(g, version));
        this.assignment = codec::TestValue::test_value(g, version);
        this.target_assignment = codec::TestValue::test_value(g, version);
        this.is_classic = g.bool();
        this
    }
}
