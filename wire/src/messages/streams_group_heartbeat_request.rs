//! StreamsGroupHeartbeatRequest (key 88), versions 0-1.
// Written by wire/gen/generate.py; do not edit.
use crate::codec;
use crate::codec::{Decode, DecodeError, Encode, EncodeError, Reader};
use std::borrow::Cow;
#[derive(Debug, Clone, PartialEq)]
pub struct StreamsGroupHeartbeatRequest<'a> {
    pub group_id: Cow<'a, str>,
    pub member_id: Cow<'a, str>,
    pub member_epoch: i32,
    pub endpoint_information_epoch: i32,
    pub instance_id: Option<Cow<'a, str>>,
    pub rack_id: Option<Cow<'a, str>>,
    pub rebalance_timeout_ms: i32,
    pub topology: Option<Topology<'a>>,
    pub active_tasks: Option<Vec<TaskIds<'a>>>,
    pub standby_tasks: Option<Vec<TaskIds<'a>>>,
    pub warmup_tasks: Option<Vec<TaskIds<'a>>>,
    pub process_id: Option<Cow<'a, str>>,
    pub user_endpoint: Option<Endpoint<'a>>,
    pub client_tags: Option<Vec<KeyValue<'a>>>,
    pub task_offsets: Option<Vec<TaskOffset<'a>>>,
    pub task_end_offsets: Option<Vec<TaskOffset<'a>>>,
    pub shutdown_application: bool,
}
impl Default for StreamsGroupHeartbeatRequest<'_> {
    fn default() -> Self {
        Self {
            group_id: Default::default(),
            member_id: Default::default(),
            member_epoch: Default::default(),
            endpoint_information_epoch: Default::default(),
            instance_id: Default::default(),
            rack_id: Default::default(),
            rebalance_timeout_ms: -1,
            topology: Default::default(),
            active_tasks: Default::default(),
            standby_tasks: Default::default(),
            warmup_tasks: Default::default(),
            process_id: Default::default(),
            user_endpoint: Default::default(),
            client_tags: Default::default(),
            task_offsets: Default::default(),
            task_end_offsets: Default::default(),
            shutdown_application: Default::default(),
        }
    }
}
impl StreamsGroupHeartbeatRequest<'_> {
    pub(crate) fn min_size_bytes(_version: i16) -> usize {
        let flexible = true;
        usize::from(flexible)
            + codec::min_string(flexible)
            + codec::min_string(flexible)
            + 4
            + 4
            + codec::min_string(flexible)
            + codec::min_string(flexible)
            + 4
            + 1
            + codec::min_array(flexible)
            + codec::min_array(flexible)
            + codec::min_array(flexible)
            + codec::min_string(flexible)
            + 1
            + codec::min_array(flexible)
            + codec::min_array(flexible)
            + codec::min_array(flexible)
            + 1
    }
}
impl<'a> Decode<'a> for StreamsGroupHeartbeatRequest<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = true;
        let mut this = Self::default();
        this.group_id = r.string(flexible)?;
        this.member_id = r.string(flexible)?;
        this.member_epoch = r.i32()?;
        this.endpoint_information_epoch = r.i32()?;
        this.instance_id = r.nullable_string(flexible)?;
        this.rack_id = r.nullable_string(flexible)?;
        this.rebalance_timeout_ms = r.i32()?;
        this.topology = r.nullable_struct(|r| Topology::decode(r, version))?;
        this.active_tasks = r.nullable_array(flexible, TaskIds::min_size_bytes(version), |r| {
            TaskIds::decode(r, version)
        })?;
        this.standby_tasks = r.nullable_array(flexible, TaskIds::min_size_bytes(version), |r| {
            TaskIds::decode(r, version)
        })?;
        this.warmup_tasks = r.nullable_array(flexible, TaskIds::min_size_bytes(version), |r| {
            TaskIds::decode(r, version)
        })?;
        this.process_id = r.nullable_string(flexible)?;
        this.user_endpoint = r.nullable_struct(|r| Endpoint::decode(r, version))?;
        this.client_tags = r.nullable_array(flexible, KeyValue::min_size_bytes(version), |r| {
            KeyValue::decode(r, version)
        })?;
        this.task_offsets =
            r.nullable_array(flexible, TaskOffset::min_size_bytes(version), |r| {
                TaskOffset::decode(r, version)
            })?;
        this.task_end_offsets =
            r.nullable_array(flexible, TaskOffset::min_size_bytes(version), |r| {
                TaskOffset::decode(r, version)
            })?;
        this.shutdown_application = r.bool()?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for StreamsGroupHeartbeatRequest<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = true;
        codec::put_string(out, flexible, &self.group_id)?;
        codec::put_string(out, flexible, &self.member_id)?;
        codec::put_i32(out, self.member_epoch);
        codec::put_i32(out, self.endpoint_information_epoch);
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
        codec::put_i32(out, self.rebalance_timeout_ms);
        match &self.topology {
            Some(value) => {
                codec::put_i8(out, 1);
                value.encode(out, version)?;
            }
            None => {
                codec::put_i8(out, -1);
            }
        }
        match &self.active_tasks {
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
        match &self.standby_tasks {
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
        match &self.warmup_tasks {
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
        match &self.process_id {
            Some(value) => {
                codec::put_string(out, flexible, value)?;
            }
            None => {
                codec::put_null_string(out, flexible);
            }
        }
        match &self.user_endpoint {
            Some(value) => {
                codec::put_i8(out, 1);
                value.encode(out, version)?;
            }
            None => {
                codec::put_i8(out, -1);
            }
        }
        match &self.client_tags {
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
        match &self.task_offsets {
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
        match &self.task_end_offsets {
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
        codec::put_bool(out, self.shutdown_application);
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for StreamsGroupHeartbeatRequest<'_> {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        this.group_id = g.string();
        this.member_id = g.string();
        this.member_epoch = g.i32();
        this.endpoint_information_epoch = g.i32();
        this.instance_id = if true && g.null() { None } else { Some(g.string()) };
        this.rack_id = if true && g.null() { None } else { Some(g.string()) };
        this.rebalance_timeout_ms = g.i32();
        this.topology =
            if true && g.null() { None } else { Some(codec::TestValue::test_value(g, version)) };
        this.active_tasks = if true && g.null() {
            None
        } else {
            Some(g.vec(|g| codec::TestValue::test_value(g, version)))
        };
        this.standby_tasks = if true && g.null() {
            None
        } else {
            Some(g.vec(|g| codec::TestValue::test_value(g, version)))
        };
        this.warmup_tasks = if true && g.null() {
            None
        } else {
            Some(g.vec(|g| codec::TestValue::test_value(g, version)))
        };
        this.process_id = if true && g.null() { None } else { Some(g.string()) };
        this.user_endpoint =
            if true && g.null() { None } else { Some(codec::TestValue::test_value(g, version)) };
        this.client_tags = if true && g.null() {
            None
        } else {
            Some(g.vec(|g| codec::TestValue::test_value(g, version)))
        };
        this.task_offsets = if true && g.null() {
            None
        } else {
            Some(g.vec(|g| codec::TestValue::test_value(g, version)))
        };
        this.task_end_offsets = if true && g.null() {
            None
        } else {
            Some(g.vec(|g| codec::TestValue::test_value(g, version)))
        };
        this.shutdown_application = g.bool();
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
pub struct Topology<'a> {
    pub epoch: i32,
    pub subtopologies: Vec<Subtopology<'a>>,
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
        this.subtopologies = r.array(flexible, Subtopology::min_size_bytes(version), |r| {
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
        codec::put_array_len(out, flexible, self.subtopologies.len())?;
        for item in &self.subtopologies {
            item.encode(out, version)?;
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
        this.subtopologies = g.vec(|g| codec::TestValue::test_value(g, version));
        this
    }
}
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Subtopology<'a> {
    pub subtopology_id: Cow<'a, str>,
    pub source_topics: Vec<Cow<'a, str>>,
    pub source_topic_regex: Vec<Cow<'a, str>>,
    pub state_changelog_topics: Vec<TopicInfo<'a>>,
    pub repartition_sink_topics: Vec<Cow<'a, str>>,
    pub repartition_source_topics: Vec<TopicInfo<'a>>,
    pub copartition_groups: Vec<CopartitionGroup>,
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
        this.source_topic_regex =
            r.array(flexible, codec::min_string(flexible), |r| r.string(flexible))?;
        this.state_changelog_topics =
            r.array(flexible, TopicInfo::min_size_bytes(version), |r| {
                TopicInfo::decode(r, version)
            })?;
        this.repartition_sink_topics =
            r.array(flexible, codec::min_string(flexible), |r| r.string(flexible))?;
        this.repartition_source_topics =
            r.array(flexible, TopicInfo::min_size_bytes(version), |r| {
                TopicInfo::decode(r, version)
            })?;
        this.copartition_groups =
            r.array(flexible, CopartitionGroup::min_size_bytes(version), |r| {
                CopartitionGroup::decode(r, version)
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
        codec::put_array_len(out, flexible, self.source_topic_regex.len())?;
        for item in &self.source_topic_regex {
            codec::put_string(out, flexible, item)?;
        }
        codec::put_array_len(out, flexible, self.state_changelog_topics.len())?;
        for item in &self.state_changelog_topics {
            item.encode(out, version)?;
        }
        codec::put_array_len(out, flexible, self.repartition_sink_topics.len())?;
        for item in &self.repartition_sink_topics {
            codec::put_string(out, flexible, item)?;
        }
        codec::put_array_len(out, flexible, self.repartition_source_topics.len())?;
        for item in &self.repartition_source_topics {
            item.encode(out, version)?;
        }
        codec::put_array_len(out, flexible, self.copartition_groups.len())?;
        for item in &self.copartition_groups {
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
        this.source_topic_regex = g.vec(|g| g.string());
        this.state_changelog_topics = g.vec(|g| codec::TestValue::test_value(g, version));
        this.repartition_sink_topics = g.vec(|g| g.string());
        this.repartition_source_topics = g.vec(|g| codec::TestValue::test_value(g, version));
        this.copartition_groups = g.vec(|g| codec::TestValue::test_value(g, version));
        this
    }
}
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CopartitionGroup {
    pub source_topics: Vec<i16>,
    pub source_topic_regex: Vec<i16>,
    pub repartition_source_topics: Vec<i16>,
}
impl CopartitionGroup {
    pub(crate) fn min_size_bytes(_version: i16) -> usize {
        let flexible = true;
        usize::from(flexible)
            + codec::min_array(flexible)
            + codec::min_array(flexible)
            + codec::min_array(flexible)
    }
}
impl<'a> Decode<'a> for CopartitionGroup {
    fn decode(r: &mut Reader<'a>, _version: i16) -> Result<Self, DecodeError> {
        let flexible = true;
        let mut this = Self::default();
        this.source_topics = r.array(flexible, 2, |r| r.i16())?;
        this.source_topic_regex = r.array(flexible, 2, |r| r.i16())?;
        this.repartition_source_topics = r.array(flexible, 2, |r| r.i16())?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for CopartitionGroup {
    fn encode(&self, out: &mut Vec<u8>, _version: i16) -> Result<(), EncodeError> {
        let flexible = true;
        codec::put_array_len(out, flexible, self.source_topics.len())?;
        for item in &self.source_topics {
            codec::put_i16(out, *item);
        }
        codec::put_array_len(out, flexible, self.source_topic_regex.len())?;
        for item in &self.source_topic_regex {
            codec::put_i16(out, *item);
        }
        codec::put_array_len(out, flexible, self.repartition_source_topics.len())?;
        for item in &self.repartition_source_topics {
            codec::put_i16(out, *item);
        }
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for CopartitionGroup {
    fn test_value(g: &mut codec::Values, _version: i16) -> Self {
        let mut this = Self::default();
        this.source_topics = g.vec(|g| g.i16());
        this.source_topic_regex = g.vec(|g| g.i16());
        this.repartition_source_topics = g.vec(|g| g.i16());
        this
    }
}
