//! FetchResponse (key 1), versions 4-18.
// Written by wire/gen/generate.py; do not edit.
use crate::Uuid;
use crate::codec;
use crate::codec::{Decode, DecodeError, Encode, EncodeError, Reader};
use std::borrow::Cow;
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FetchResponse<'a> {
    pub throttle_time_ms: i32,
    pub error_code: i16,
    pub session_id: i32,
    pub responses: Vec<FetchableTopicResponse<'a>>,
    pub node_endpoints: Vec<NodeEndpoint<'a>>,
}
impl FetchResponse<'_> {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = version >= 12;
        let mut size = usize::from(flexible) + 4 + codec::min_array(flexible);
        if version >= 7 {
            size += 2;
        }
        if version >= 7 {
            size += 4;
        }
        size
    }
}
impl<'a> Decode<'a> for FetchResponse<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 12;
        let mut this = Self::default();
        this.throttle_time_ms = r.i32()?;
        if version >= 7 {
            this.error_code = r.i16()?;
        }
        if version >= 7 {
            this.session_id = r.i32()?;
        }
        this.responses =
            r.array(flexible, FetchableTopicResponse::min_size_bytes(version), |r| {
                FetchableTopicResponse::decode(r, version)
            })?;
        if flexible {
            r.tags(|tag, r| {
                match tag {
                    0 if version >= 16 => {
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
impl Encode for FetchResponse<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 12;
        codec::put_i32(out, self.throttle_time_ms);
        if version >= 7 {
            codec::put_i16(out, self.error_code);
        }
        if version >= 7 {
            codec::put_i32(out, self.session_id);
        } else if !(self.session_id == 0) {
            return Err(EncodeError::unsupported("SessionId", version));
        }
        codec::put_array_len(out, flexible, self.responses.len())?;
        for item in &self.responses {
            item.encode(out, version)?;
        }
        if !(version >= 16) && !(self.node_endpoints.is_empty()) {
            return Err(EncodeError::unsupported("NodeEndpoints", version));
        }
        if flexible {
            let mut tags = codec::Tags::default();
            if version >= 16 && !(self.node_endpoints.is_empty()) {
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
impl codec::TestValue for FetchResponse<'_> {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        this.throttle_time_ms = g.i32();
        if version >= 7 {
            this.error_code = g.i16();
        }
        if version >= 7 {
            this.session_id = g.i32();
        }
        this.responses = g.vec(|g| codec::TestValue::test_value(g, version));
        if version >= 16 {
            this.node_endpoints = g.vec(|g| codec::TestValue::test_value(g, version));
        }
        this
    }
}
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FetchableTopicResponse<'a> {
    pub topic: Cow<'a, str>,
    pub topic_id: Uuid,
    pub partitions: Vec<PartitionData<'a>>,
}
impl FetchableTopicResponse<'_> {
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
impl<'a> Decode<'a> for FetchableTopicResponse<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 12;
        let mut this = Self::default();
        if version <= 12 {
            this.topic = r.string(flexible)?;
        }
        if version >= 13 {
            this.topic_id = r.uuid()?;
        }
        this.partitions = r.array(flexible, PartitionData::min_size_bytes(version), |r| {
            PartitionData::decode(r, version)
        })?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for FetchableTopicResponse<'_> {
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
impl codec::TestValue for FetchableTopicResponse<'_> {
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
pub struct PartitionData<'a> {
    pub partition_index: i32,
    pub error_code: i16,
    pub high_watermark: i64,
    pub last_stable_offset: i64,
    pub log_start_offset: i64,
    pub diverging_epoch: EpochEndOffset,
    pub current_leader: LeaderIdAndEpoch,
    pub snapshot_id: SnapshotId,
    pub aborted_transactions: Option<Vec<AbortedTransaction>>,
    pub preferred_read_replica: i32,
    pub records: Option<Cow<'a, [u8]>>,
}
impl Default for PartitionData<'_> {
    fn default() -> Self {
        Self {
            partition_index: Default::default(),
            error_code: Default::default(),
            high_watermark: Default::default(),
            last_stable_offset: -1,
            log_start_offset: -1,
            diverging_epoch: Default::default(),
            current_leader: Default::default(),
            snapshot_id: Default::default(),
            aborted_transactions: Some(Default::default()),
            preferred_read_replica: -1,
            records: Some(Default::default()),
        }
    }
}
impl PartitionData<'_> {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = version >= 12;
        let mut size = usize::from(flexible)
            + 4
            + 2
            + 8
            + 8
            + codec::min_array(flexible)
            + codec::min_bytes(flexible);
        if version >= 5 {
            size += 8;
        }
        if version >= 11 {
            size += 4;
        }
        size
    }
}
impl<'a> Decode<'a> for PartitionData<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 12;
        let mut this = Self::default();
        this.partition_index = r.i32()?;
        this.error_code = r.i16()?;
        this.high_watermark = r.i64()?;
        this.last_stable_offset = r.i64()?;
        if version >= 5 {
            this.log_start_offset = r.i64()?;
        }
        this.aborted_transactions =
            r.nullable_array(flexible, AbortedTransaction::min_size_bytes(version), |r| {
                AbortedTransaction::decode(r, version)
            })?;
        if version >= 11 {
            this.preferred_read_replica = r.i32()?;
        }
        this.records = r.nullable_bytes(flexible)?;
        if flexible {
            r.tags(|tag, r| {
                match tag {
                    0 if version >= 12 => {
                        this.diverging_epoch = EpochEndOffset::decode(r, version)?
                    }
                    1 if version >= 12 => {
                        this.current_leader = LeaderIdAndEpoch::decode(r, version)?
                    }
                    2 if version >= 12 => this.snapshot_id = SnapshotId::decode(r, version)?,
                    _ => return Ok(false),
                }
                Ok(true)
            })?;
        }
        Ok(this)
    }
}
impl Encode for PartitionData<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 12;
        codec::put_i32(out, self.partition_index);
        codec::put_i16(out, self.error_code);
        codec::put_i64(out, self.high_watermark);
        codec::put_i64(out, self.last_stable_offset);
        if version >= 5 {
            codec::put_i64(out, self.log_start_offset);
        }
        if !(version >= 12) && !(self.diverging_epoch == EpochEndOffset::default()) {
            return Err(EncodeError::unsupported("DivergingEpoch", version));
        }
        if !(version >= 12) && !(self.current_leader == LeaderIdAndEpoch::default()) {
            return Err(EncodeError::unsupported("CurrentLeader", version));
        }
        if !(version >= 12) && !(self.snapshot_id == SnapshotId::default()) {
            return Err(EncodeError::unsupported("SnapshotId", version));
        }
        match &self.aborted_transactions {
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
        if version >= 11 {
            codec::put_i32(out, self.preferred_read_replica);
        } else if !(self.preferred_read_replica == -1) {
            return Err(EncodeError::unsupported("PreferredReadReplica", version));
        }
        match &self.records {
            Some(value) => {
                codec::put_bytes(out, flexible, value)?;
            }
            None => {
                codec::put_null_bytes(out, flexible);
            }
        }
        if flexible {
            let mut tags = codec::Tags::default();
            if version >= 12 && !(self.diverging_epoch == EpochEndOffset::default()) {
                tags.push(0, |out| {
                    self.diverging_epoch.encode(out, version)?;
                    Ok(())
                })?;
            }
            if version >= 12 && !(self.current_leader == LeaderIdAndEpoch::default()) {
                tags.push(1, |out| {
                    self.current_leader.encode(out, version)?;
                    Ok(())
                })?;
            }
            if version >= 12 && !(self.snapshot_id == SnapshotId::default()) {
                tags.push(2, |out| {
                    self.snapshot_id.encode(out, version)?;
                    Ok(())
                })?;
            }
            tags.finish(out);
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
        this.high_watermark = g.i64();
        this.last_stable_offset = g.i64();
        if version >= 5 {
            this.log_start_offset = g.i64();
        }
        if version >= 12 {
            this.diverging_epoch = codec::TestValue::test_value(g, version);
        }
        if version >= 12 {
            this.current_leader = codec::TestValue::test_value(g, version);
        }
        if version >= 12 {
            this.snapshot_id = codec::TestValue::test_value(g, version);
        }
        this.aborted_transactions = if true && g.null() {
            None
        } else {
            Some(g.vec(|g| codec::TestValue::test_value(g, version)))
        };
        if version >= 11 {
            this.preferred_read_replica = g.i32();
        }
        this.records = if true && g.null() { None } else { Some(g.bytes()) };
        this
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct EpochEndOffset {
    pub epoch: i32,
    pub end_offset: i64,
}
impl Default for EpochEndOffset {
    fn default() -> Self {
        Self { epoch: -1, end_offset: -1 }
    }
}
impl EpochEndOffset {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = version >= 12;
        usize::from(flexible) + 4 + 8
    }
}
impl<'a> Decode<'a> for EpochEndOffset {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 12;
        let mut this = Self::default();
        this.epoch = r.i32()?;
        this.end_offset = r.i64()?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for EpochEndOffset {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 12;
        codec::put_i32(out, self.epoch);
        codec::put_i64(out, self.end_offset);
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for EpochEndOffset {
    fn test_value(g: &mut codec::Values, _version: i16) -> Self {
        let mut this = Self::default();
        this.epoch = g.i32();
        this.end_offset = g.i64();
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
        let flexible = version >= 12;
        usize::from(flexible) + 4 + 4
    }
}
impl<'a> Decode<'a> for LeaderIdAndEpoch {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 12;
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
        let flexible = version >= 12;
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
#[derive(Debug, Clone, PartialEq)]
pub struct SnapshotId {
    pub end_offset: i64,
    pub epoch: i32,
}
impl Default for SnapshotId {
    fn default() -> Self {
        Self { end_offset: -1, epoch: -1 }
    }
}
impl SnapshotId {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = version >= 12;
        usize::from(flexible) + 8 + 4
    }
}
impl<'a> Decode<'a> for SnapshotId {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 12;
        let mut this = Self::default();
        this.end_offset = r.i64()?;
        this.epoch = r.i32()?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for SnapshotId {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 12;
        codec::put_i64(out, self.end_offset);
        codec::put_i32(out, self.epoch);
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for SnapshotId {
    fn test_value(g: &mut codec::Values, _version: i16) -> Self {
        let mut this = Self::default();
        this.end_offset = g.i64();
        this.epoch = g.i32();
        this
    }
}
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AbortedTransaction {
    pub producer_id: i64,
    pub first_offset: i64,
}
impl AbortedTransaction {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = version >= 12;
        usize::from(flexible) + 8 + 8
    }
}
impl<'a> Decode<'a> for AbortedTransaction {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 12;
        let mut this = Self::default();
        this.producer_id = r.i64()?;
        this.first_offset = r.i64()?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for AbortedTransaction {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 12;
        codec::put_i64(out, self.producer_id);
        codec::put_i64(out, self.first_offset);
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for AbortedTransaction {
    fn test_value(g: &mut codec::Values, _version: i16) -> Self {
        let mut this = Self::default();
        this.producer_id = g.i64();
        this.first_offset = g.i64();
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
        let flexible = version >= 12;
        usize::from(flexible) + 4 + codec::min_string(flexible) + 4 + codec::min_string(flexible)
    }
}
impl<'a> Decode<'a> for NodeEndpoint<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 12;
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
        let flexible = version >= 12;
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
