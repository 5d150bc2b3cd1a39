//! FetchRequest (key 1), versions 4-18.
// Written by wire/gen/generate.py; do not edit.
use crate::Uuid;
use crate::codec;
use crate::codec::{Decode, DecodeError, Encode, EncodeError, Reader};
use std::borrow::Cow;
#[derive(Debug, Clone, PartialEq)]
pub struct FetchRequest<'a> {
    pub cluster_id: Option<Cow<'a, str>>,
    pub replica_id: i32,
    pub replica_state: ReplicaState,
    pub max_wait_ms: i32,
    pub min_bytes: i32,
    pub max_bytes: i32,
    pub isolation_level: i8,
    pub session_id: i32,
    pub session_epoch: i32,
    pub topics: Vec<FetchTopic<'a>>,
    pub forgotten_topics_data: Vec<ForgottenTopic<'a>>,
    pub rack_id: Cow<'a, str>,
}
impl Default for FetchRequest<'_> {
    fn default() -> Self {
        Self {
            cluster_id: Default::default(),
            replica_id: -1,
            replica_state: Default::default(),
            max_wait_ms: Default::default(),
            min_bytes: Default::default(),
            max_bytes: i32::MAX,
            isolation_level: Default::default(),
            session_id: Default::default(),
            session_epoch: -1,
            topics: Default::default(),
            forgotten_topics_data: Default::default(),
            rack_id: Default::default(),
        }
    }
}
impl FetchRequest<'_> {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = version >= 12;
        let mut size = usize::from(flexible) + 4 + 4 + 4 + 1 + codec::min_array(flexible);
        if version <= 14 {
            size += 4;
        }
        if version >= 7 {
            size += 4;
        }
        if version >= 7 {
            size += 4;
        }
        if version >= 7 {
            size += codec::min_array(flexible);
        }
        if version >= 11 {
            size += codec::min_string(flexible);
        }
        size
    }
}
impl<'a> Decode<'a> for FetchRequest<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 12;
        let mut this = Self::default();
        if version <= 14 {
            this.replica_id = r.i32()?;
        }
        this.max_wait_ms = r.i32()?;
        this.min_bytes = r.i32()?;
        this.max_bytes = r.i32()?;
        this.isolation_level = r.i8()?;
        if version >= 7 {
            this.session_id = r.i32()?;
        }
        if version >= 7 {
            this.session_epoch = r.i32()?;
        }
        this.topics = r.array(flexible, FetchTopic::min_size_bytes(version), |r| {
            FetchTopic::decode(r, version)
        })?;
        if version >= 7 {
            this.forgotten_topics_data =
                r.array(flexible, ForgottenTopic::min_size_bytes(version), |r| {
                    ForgottenTopic::decode(r, version)
                })?;
        }
        if version >= 11 {
            this.rack_id = r.string(flexible)?;
        }
        if flexible {
            r.tags(|tag, r| {
                match tag {
                    0 if version >= 12 => this.cluster_id = r.nullable_string(flexible)?,
                    1 if version >= 15 => this.replica_state = ReplicaState::decode(r, version)?,
                    _ => return Ok(false),
                }
                Ok(true)
            })?;
        }
        Ok(this)
    }
}
impl Encode for FetchRequest<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 12;
        if version <= 14 {
            codec::put_i32(out, self.replica_id);
        } else if !(self.replica_id == -1) {
            return Err(EncodeError::unsupported("ReplicaId", version));
        }
        if !(version >= 15) && !(self.replica_state == ReplicaState::default()) {
            return Err(EncodeError::unsupported("ReplicaState", version));
        }
        codec::put_i32(out, self.max_wait_ms);
        codec::put_i32(out, self.min_bytes);
        codec::put_i32(out, self.max_bytes);
        codec::put_i8(out, self.isolation_level);
        if version >= 7 {
            codec::put_i32(out, self.session_id);
        }
        if version >= 7 {
            codec::put_i32(out, self.session_epoch);
        }
        codec::put_array_len(out, flexible, self.topics.len())?;
        for item in &self.topics {
            item.encode(out, version)?;
        }
        if version >= 7 {
            codec::put_array_len(out, flexible, self.forgotten_topics_data.len())?;
            for item in &self.forgotten_topics_data {
                item.encode(out, version)?;
            }
        } else if !(self.forgotten_topics_data.is_empty()) {
            return Err(EncodeError::unsupported("ForgottenTopicsData", version));
        }
        if version >= 11 {
            codec::put_string(out, flexible, &self.rack_id)?;
        }
        if flexible {
            let mut tags = codec::Tags::default();
            if version >= 12 && !(self.cluster_id.is_none()) {
                tags.push(0, |out| {
                    match &self.cluster_id {
                        Some(value) => {
                            codec::put_string(out, flexible, value)?;
                        }
                        None => {
                            codec::put_null_string(out, flexible);
                        }
                    }
                    Ok(())
                })?;
            }
            if version >= 15 && !(self.replica_state == ReplicaState::default()) {
                tags.push(1, |out| {
                    self.replica_state.encode(out, version)?;
                    Ok(())
                })?;
            }
            tags.finish(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for FetchRequest<'_> {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        if version >= 12 {
            this.cluster_id = if true && g.null() { None } else { Some(g.string()) };
        }
        if version <= 14 {
            this.replica_id = g.i32();
        }
        if version >= 15 {
            this.replica_state = codec::TestValue::test_value(g, version);
        }
        this.max_wait_ms = g.i32();
        this.min_bytes = g.i32();
        this.max_bytes = g.i32();
        this.isolation_level = g.i8();
        if version >= 7 {
            this.session_id = g.i32();
        }
        if version >= 7 {
            this.session_epoch = g.i32();
        }
        this.topics = g.vec(|g| codec::TestValue::test_value(g, version));
        if version >= 7 {
            this.forgotten_topics_data = g.vec(|g| codec::TestValue::test_value(g, version));
        }
        if version >= 11 {
            this.rack_id = g.string();
        }
        this
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct ReplicaState {
    pub replica_id: i32,
    pub replica_epoch: i64,
}
impl Default for ReplicaState {
    fn default() -> Self {
        Self { replica_id: -1, replica_epoch: -1 }
    }
}
impl ReplicaState {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = version >= 12;
        usize::from(flexible) + 4 + 8
    }
}
impl<'a> Decode<'a> for ReplicaState {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 12;
        let mut this = Self::default();
        this.replica_id = r.i32()?;
        this.replica_epoch = r.i64()?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for ReplicaState {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 12;
        codec::put_i32(out, self.replica_id);
        codec::put_i64(out, self.replica_epoch);
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for ReplicaState {
    fn test_value(g: &mut codec::Values, _version: i16) -> Self {
        let mut this = Self::default();
        this.replica_id = g.i32();
        this.replica_epoch = g.i64();
        this
    }
}
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FetchTopic<'a> {
    pub topic: Cow<'a, str>,
    pub topic_id: Uuid,
    pub partitions: Vec<FetchPartition>,
}
impl FetchTopic<'_> {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = version >= 12;
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
impl<'a> Decode<'a> for FetchTopic<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 12;
        let mut this = Self::default();
        if version <= 12 {
            this.topic = r.string(flexible)?;
        }
        if version >= 13 {
            this.topic_id = r.uuid()?;
        }
        this.partitions = r.array(flexible, FetchPartition::min_size_bytes(version), |r| {
            FetchPartition::decode(r, version)
        })?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for FetchTopic<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 12;
        if version <= 12 {
            codec::put_string(out, flexible, &self.topic)?;
        }
        if version >= 13 {
            codec::put_uuid(out, self.topic_id);
        }
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
impl codec::TestValue for FetchTopic<'_> {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        if version <= 12 {
            this.topic = g.string();
        }
        if version >= 13 {
            this.topic_id = g.uuid();
        }
        this.partitions = g.vec(|g| codec::TestValue::test_value(g, version));
        this
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct FetchPartition {
    pub partition: i32,
    pub current_leader_epoch: i32,
    pub fetch_offset: i64,
    pub last_fetched_epoch: i32,
    pub log_start_offset: i64,
    pub partition_max_bytes: i32,
    pub replica_directory_id: Uuid,
    pub high_watermark: i64,
}
impl Default for FetchPartition {
    fn default() -> Self {
        Self {
            partition: Default::default(),
            current_leader_epoch: -1,
            fetch_offset: Default::default(),
            last_fetched_epoch: -1,
            log_start_offset: -1,
            partition_max_bytes: Default::default(),
            replica_directory_id: Default::default(),
            high_watermark: i64::MAX,
        }
    }
}
impl FetchPartition {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = version >= 12;
        let mut size = usize::from(flexible) + 4 + 8 + 4;
        if version >= 9 {
            size += 4;
        }
        if version >= 12 {
            size += 4;
        }
        if version >= 5 {
            size += 8;
        }
        size
    }
}
impl<'a> Decode<'a> for FetchPartition {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 12;
        let mut this = Self::default();
        this.partition = r.i32()?;
        if version >= 9 {
            this.current_leader_epoch = r.i32()?;
        }
        this.fetch_offset = r.i64()?;
        if version >= 12 {
            this.last_fetched_epoch = r.i32()?;
        }
        if version >= 5 {
            this.log_start_offset = r.i64()?;
        }
        this.partition_max_bytes = r.i32()?;
        if flexible {
            r.tags(|tag, r| {
                match tag {
                    0 if version >= 17 => this.replica_directory_id = r.uuid()?,
                    1 if version >= 18 => this.high_watermark = r.i64()?,
                    _ => return Ok(false),
                }
                Ok(true)
            })?;
        }
        Ok(this)
    }
}
impl Encode for FetchPartition {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 12;
        codec::put_i32(out, self.partition);
        if version >= 9 {
            codec::put_i32(out, self.current_leader_epoch);
        }
        codec::put_i64(out, self.fetch_offset);
        if version >= 12 {
            codec::put_i32(out, self.last_fetched_epoch);
        } else if !(self.last_fetched_epoch == -1) {
            return Err(EncodeError::unsupported("LastFetchedEpoch", version));
        }
        if version >= 5 {
            codec::put_i64(out, self.log_start_offset);
        }
        codec::put_i32(out, self.partition_max_bytes);
        if flexible {
            let mut tags = codec::Tags::default();
            if version >= 17 && !(self.replica_directory_id == Uuid::ZERO) {
                tags.push(0, |out| {
                    codec::put_uuid(out, self.replica_directory_id);
                    Ok(())
                })?;
            }
            if version >= 18 && !(self.high_watermark == i64::MAX) {
                tags.push(1, |out| {
                    codec::put_i64(out, self.high_watermark);
                    Ok(())
                })?;
            }
            tags.finish(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for FetchPartition {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        this.partition = g.i32();
        if version >= 9 {
            this.current_leader_epoch = g.i32();
        }
        this.fetch_offset = g.i64();
        if version >= 12 {
            this.last_fetched_epoch = g.i32();
        }
        if version >= 5 {
            this.log_start_offset = g.i64();
        }
        this.partition_max_bytes = g.i32();
        if version >= 17 {
            this.replica_directory_id = g.uuid();
        }
        if version >= 18 {
            this.high_watermark = g.i64();
        }
        this
    }
}
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ForgottenTopic<'a> {
    pub topic: Cow<'a, str>,
    pub topic_id: Uuid,
    pub partitions: Vec<i32>,
}
impl ForgottenTopic<'_> {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = version >= 12;
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
impl<'a> Decode<'a> for ForgottenTopic<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 12;
        let mut this = Self::default();
        if version <= 12 {
            this.topic = r.string(flexible)?;
        }
        if version >= 13 {
            this.topic_id = r.uuid()?;
        }
        this.partitions = r.array(flexible, 4, |r| r.i32())?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for ForgottenTopic<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 12;
        if version <= 12 {
            codec::put_string(out, flexible, &self.topic)?;
        }
        if version >= 13 {
            codec::put_uuid(out, self.topic_id);
        }
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
impl codec::TestValue for ForgottenTopic<'_> {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        if version <= 12 {
            this.topic = g.string();
        }
        if version >= 13 {
            this.topic_id = g.uuid();
        }
        this.partitions = g.vec(|g| g.i32());
        this
    }
}
