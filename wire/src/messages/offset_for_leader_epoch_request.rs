//! OffsetForLeaderEpochRequest (key 23), versions 2-4.
// Written by wire/gen/generate.py; do not edit.
use crate::codec;
use crate::codec::{Decode, DecodeError, Encode, EncodeError, Reader};
use std::borrow::Cow;
#[derive(Debug, Clone, PartialEq)]
pub struct OffsetForLeaderEpochRequest<'a> {
    pub replica_id: i32,
    pub topics: Vec<OffsetForLeaderTopic<'a>>,
}
impl Default for OffsetForLeaderEpochRequest<'_> {
    fn default() -> Self {
        Self { replica_id: -2, topics: Default::default() }
    }
}
impl OffsetForLeaderEpochRequest<'_> {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = version >= 4;
        let mut size = usize::from(flexible) + codec::min_array(flexible);
        if version >= 3 {
            size += 4;
        }
        size
    }
}
impl<'a> Decode<'a> for OffsetForLeaderEpochRequest<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 4;
        let mut this = Self::default();
        if version >= 3 {
            this.replica_id = r.i32()?;
        }
        this.topics = r.array(flexible, OffsetForLeaderTopic::min_size_bytes(version), |r| {
            OffsetForLeaderTopic::decode(r, version)
        })?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for OffsetForLeaderEpochRequest<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 4;
        if version >= 3 {
            codec::put_i32(out, self.replica_id);
        }
        codec::put_array_len(out, flexible, self.topics.len())?;
        for item in &self.topics {
            item.encode(out, version)?;
        }
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for OffsetForLeaderEpochRequest<'_> {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        if version >= 3 {
            this.replica_id = g.i32();
        }
        this.topics = g.vec(|g| codec::TestValue::test_value(g, version));
        this
    }
}
#[derive(Debug, Clone, PartialEq, Default)]
pub struct OffsetForLeaderTopic<'a> {
    pub topic: Cow<'a, str>,
    pub partitions: Vec<OffsetForLeaderPartition>,
}
impl OffsetForLeaderTopic<'_> {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = version >= 4;
        usize::from(flexible) + codec::min_string(flexible) + codec::min_array(flexible)
    }
}
impl<'a> Decode<'a> for OffsetForLeaderTopic<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 4;
        let mut this = Self::default();
        this.topic = r.string(flexible)?;
        this.partitions =
            r.array(flexible, OffsetForLeaderPartition::min_size_bytes(version), |r| {
                OffsetForLeaderPartition::decode(r, version)
            })?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for OffsetForLeaderTopic<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 4;
        codec::put_string(out, flexible, &self.topic)?;
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
impl codec::TestValue for OffsetForLeaderTopic<'_> {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        this.topic = g.string();
        this.partitions = g.vec(|g| codec::TestValue::test_value(g, version));
        this
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct OffsetForLeaderPartition {
    pub partition: i32,
    pub current_leader_epoch: i32,
    pub leader_epoch: i32,
}
impl Default for OffsetForLeaderPartition {
    fn default() -> Self {
        Self {
            partition: Default::default(),
            current_leader_epoch: -1,
            leader_epoch: Default::default(),
        }
    }
}
impl OffsetForLeaderPartition {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = version >= 4;
        usize::from(flexible) + 4 + 4 + 4
    }
}
impl<'a> Decode<'a> for OffsetForLeaderPartition {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 4;
        let mut this = Self::default();
        this.partition = r.i32()?;
        this.current_leader_epoch = r.i32()?;
        this.leader_epoch = r.i32()?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for OffsetForLeaderPartition {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 4;
        codec::put_i32(out, self.partition);
        codec::put_i32(out, self.current_leader_epoch);
        codec::put_i32(out, self.leader_epoch);
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for OffsetForLeaderPartition {
    fn test_value(g: &mut codec::Values, _version: i16) -> Self {
        let mut this = Self::default();
        this.partition = g.i32();
        this.current_leader_epoch = g.i32();
        this.leader_epoch = g.i32();
        this
    }
}
