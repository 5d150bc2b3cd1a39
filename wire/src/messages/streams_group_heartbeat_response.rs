//! StreamsGroupHeartbeatResponse (key 88), versions 0-1.
// Written by wire/gen/generate.py; do not edit.
use crate::codec;
use crate::codec::{Decode, DecodeError, Encode, EncodeError, Reader};
use std::borrow::Cow;
#[derive(Debug, Clone, PartialEq)]
pub struct StreamsGroupHeartbeatResponse<'a> {
    pub throttle_time_ms: i32,
    pub error_code: i16,
    pub error_message: Option<Cow<'a, str>>,
    pub member_id: Cow<'a, str>,
    pub member_epoch: i32,
    pub heartbeat_interval_ms: i32,
    pub acceptable_recovery_lag_legacy: i32,
    pub task_offset_interval_ms: i32,
    pub acceptable_recovery_lag: i64,
    pub status: Option<Vec<Status<'a>>>,
    pub active_tasks: Option<Vec<TaskIds<'a>>>,
    pub standby_tasks: Option<Vec<TaskIds<'a>>>,
    pub warmup_tasks: Option<Vec<TaskIds<'a>>>,
    pub topology_description_required: bool,
    pub endpoint_information_epoch: i32,
    pub partitions_by_user_endpoint: Option<Vec<EndpointToPartitions<'a>>>,
}
impl Default for StreamsGroupHeartbeatResponse<'_> {
    fn default() -> Self {
        Self {
            throttle_time_ms: Default::default(),
            error_code: Default::default(),
            error_message: Default::default(),
            member_id: Default::default(),
            member_epoch: Default::default(),
            heartbeat_interval_ms: Default::default(),
            acceptable_recovery_lag_legacy: Default::default(),
            task_offset_interval_ms: Default::default(),
            acceptable_recovery_lag: -1,
            status: Some(Default::default()),
            active_tasks: Default::default(),
            standby_tasks: Default::default(),
            warmup_tasks: Default::default(),
            topology_description_required: Default::default(),
            endpoint_information_epoch: Default::default(),
            partitions_by_user_endpoint: Default::default(),
        }
    }
}
impl StreamsGroupHeartbeatResponse<'_> {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = true;
        let mut size = usize::from(flexible)
            + 4
            + 2
            + codec::min_string(flexible)
            + codec::min_string(flexible)
            + 4
            + 4
            + 4
            + codec::min_array(flexible)
            + codec::min_array(flexible)
            + codec::min_array(flexible)
            + codec::min_array(flexible)
            + 4
            + codec::min_array(flexible);
        if version <= 0 {
            size += 4;
        }
        if version >= 1 {
            size += 8;
        }
        if version >= 1 {
            size += 1;
        }
        size
    }
}
impl<'a> Decode<'a> for StreamsGroupHeartbeatResponse<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = true;
        let mut this = Self::default();
        this.throttle_time_ms = r.i32()?;
        this.error_code = r.i16()?;
        this.error_message = r.nullable_string(flexible)?;
        this.member_id = r.string(flexible)?;
        this.member_epoch = r.i32()?;
        this.heartbeat_interval_ms = r.i32()?;
        if version <= 0 {
            this.acceptable_recovery_lag_legacy = r.i32()?;
        }
        this.task_offset_interval_ms = r.i32()?;
        if version >= 1 {
            this.acceptable_recovery_lag = r.i64()?;
        }
        this.status = r.nullable_array(flexible, Status::min_size_bytes(version), |r| {
            Status::decode(r, version)
        })?;
        this.active_tasks = r.nullable_array(flexible, TaskIds::min_size_bytes(version), |r| {
            TaskIds::decode(r, version)
        })?;
        this.standby_tasks = r.nullable_array(flexible, TaskIds::min_size_bytes(version), |r| {
            TaskIds::decode(r, version)
        })?;
        this.warmup_tasks = r.nullable_array(flexible, TaskIds::min_size_bytes(version), |r| {
            TaskIds::decode(r, version)
        })?;
        if version >= 1 {
            this.topology_description_required = r.bool()?;
        }
        this.endpoint_information_epoch = r.i32()?;
        this.partitions_by_user_endpoint =
            r.nullable_array(flexible, EndpointToPartitions::min_size_bytes(version), |r| {
                EndpointToPartitions::decode(r, version)
            })?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for StreamsGroupHeartbeatResponse<'_> {
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
        codec::put_string(out, flexible, &self.member_id)?;
        codec::put_i32(out, self.member_epoch);
        codec::put_i32(out, self.heartbeat_interval_ms);
        if version <= 0 {
            codec::put_i32(out, self.acceptable_recovery_lag_legacy);
        } else if !(self.acceptable_recovery_lag_legacy == 0) {
            return Err(EncodeError::unsupported("AcceptableRecoveryLagLegacy", version));
        }
        codec::put_i32(out, self.task_offset_interval_ms);
        if version >= 1 {
            codec::put_i64(out, self.acceptable_recovery_lag);
        }
        match &self.status {
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
        if version >= 1 {
            codec::put_bool(out, self.topology_description_required);
        } else if !(!self.topology_description_required) {
            return Err(EncodeError::unsupported("TopologyDescriptionRequired", version));
        }
        codec::put_i32(out, self.endpoint_information_epoch);
        match &self.partitions_by_user_endpoint {
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
impl codec::TestValue for StreamsGroupHeartbeatResponse<'_> {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        this.throttle_time_ms = g.i32();
        this.error_code = g.i16();
        this.error_message = if true && g.null() { None } else { Some(g.string()) };
        this.member_id = g.string();
        this.member_epoch = g.i32();
        this.heartbeat_interval_ms = g.i32();
        if version <= 0 {
            this.acceptable_recovery_lag_legacy = g.i32();
        }
        this.task_offset_interval_ms = g.i32();
        if version >= 1 {
            this.acceptable_recovery_lag = g.i64();
        }
        this.status = if true && g.null() {
            None
        } else {
            Some(g.vec(|g| codec::TestValue::test_value(g, version)))
        };
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
        if version >= 1 {
            this.topology_description_required = g.bool();
        }
        this.endpoint_information_epoch = g.i32();
        this.partitions_by_user_endpoint = if true && g.null() {
            None
        } else {
            Some(g.vec(|g| codec::TestValue::test_value(g, version)))
        };
        this
    }
}
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Status<'a> {
    pub status_code: i8,
    pub status_detail: Cow<'a, str>,
}
impl Status<'_> {
    pub(crate) fn min_size_bytes(_version: i16) -> usize {
        let flexible = true;
        usize::from(flexible) + 1 + codec::min_string(flexible)
    }
}
impl<'a> Decode<'a> for Status<'a> {
    fn decode(r: &mut Reader<'a>, _version: i16) -> Result<Self, DecodeError> {
        let flexible = true;
        let mut this = Self::default();
        this.status_code = r.i8()?;
        this.status_detail = r.string(flexible)?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for Status<'_> {
    fn encode(&self, out: &mut Vec<u8>, _version: i16) -> Result<(), EncodeError> {
        let flexible = true;
        codec::put_i8(out, self.status_code);
        codec::put_string(out, flexible, &self.status_detail)?;
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for Status<'_> {
    fn test_value(g: &mut codec::Values, _version: i16) -> Self {
        let mut this = Self::default();
        this.status_code = g.i8();
        this.status_detail = g.string();
        this
    }
}
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TopicPartition<'a> {
    pub topic: Cow<'a, str>,
    pub partitions: Vec<i32>,
}
impl TopicPartition<'_> {
    pub(crate) fn min_size_bytes(_version: i16) -> usize {
        let flexible = true;
        usize::from(flexible) + codec::min_string(flexible) + codec::min_array(flexible)
    }
}
impl<'a> Decode<'a> for TopicPartition<'a> {
    fn decode(r: &mut Reader<'a>, _version: i16) -> Result<Self, DecodeError> {
        let flexible = true;
        let mut this = Self::default();
        this.topic = r.string(flexible)?;
        this.partitions = r.array(flexible, 4, |r| r.i32())?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for TopicPartition<'_> {
    fn encode(&self, out: &mut Vec<u8>, _version: i16) -> Result<(), EncodeError> {
        let flexible = true;
        codec::put_string(out, flexible, &self.topic)?;
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
impl codec::TestValue for TopicPartition<'_> {
    fn test_value(g: &mut codec::Values, _version: i16) -> Self {
        let mut this = Self::default();
        this.topic = g.string();
        this.partitions = g.vec(|g| g.i32());
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
pub struct EndpointToPartitions<'a> {
    pub user_endpoint: Endpoint<'a>,
    pub active_partitions: Vec<TopicPartition<'a>>,
    pub standby_partitions: Vec<TopicPartition<'a>>,
}
impl EndpointToPartitions<'_> {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = true;
        usize::from(flexible)
            + Endpoint::min_size_bytes(version)
            + codec::min_array(flexible)
            + codec::min_array(flexible)
    }
}
impl<'a> Decode<'a> for EndpointToPartitions<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = true;
        let mut this = Self::default();
        this.user_endpoint = Endpoint::decode(r, version)?;
        this.active_partitions =
            r.array(flexible, TopicPartition::min_size_bytes(version), |r| {
                TopicPartition::decode(r, version)
            })?;
        this.standby_partitions =
            r.array(flexible, TopicPartition::min_size_bytes(version), |r| {
                TopicPartition::decode(r, version)
            })?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for EndpointToPartitions<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = true;
        self.user_endpoint.encode(out, version)?;
        codec::put_array_len(out, flexible, self.active_partitions.len())?;
        for item in &self.active_partitions {
            item.encode(out, version)?;
        }
        codec::put_array_len(out, flexible, self.standby_partitions.len())?;
        for item in &self.standby_partitions {
            item.encode(out, version)?;
        }
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for EndpointToPartitions<'_> {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        this.user_endpoint = codec::TestValue::test_value(g, version);
        this.active_partitions = g.vec(|g| codec::TestValue::test_value(g, version));
        this.standby_partitions = g.vec(|g| codec::TestValue::test_value(g, version));
        this
    }
}
