//! ConsumerGroupHeartbeatResponse (key 68), versions 0-1.
// Written by wire/gen/generate.py; do not edit.
use crate::Uuid;
use crate::codec;
use crate::codec::{Decode, DecodeError, Encode, EncodeError, Reader};
use std::borrow::Cow;
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ConsumerGroupHeartbeatResponse<'a> {
    pub throttle_time_ms: i32,
    pub error_code: i16,
    pub error_message: Option<Cow<'a, str>>,
    pub member_id: Option<Cow<'a, str>>,
    pub member_epoch: i32,
    pub heartbeat_interval_ms: i32,
    pub assignment: Option<Assignment>,
}
impl ConsumerGroupHeartbeatResponse<'_> {
    pub(crate) fn min_size_bytes(_version: i16) -> usize {
        let flexible = true;
        usize::from(flexible)
            + 4
            + 2
            + codec::min_string(flexible)
            + codec::min_string(flexible)
            + 4
            + 4
            + 1
    }
}
impl<'a> Decode<'a> for ConsumerGroupHeartbeatResponse<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = true;
        let mut this = Self::default();
        this.throttle_time_ms = r.i32()?;
        this.error_code = r.i16()?;
        this.error_message = r.nullable_string(flexible)?;
        this.member_id = r.nullable_string(flexible)?;
        this.member_epoch = r.i32()?;
        this.heartbeat_interval_ms = r.i32()?;
        this.assignment = r.nullable_struct(|r| Assignment::decode(r, version))?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for ConsumerGroupHeartbeatResponse<'_> {
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
        match &self.member_id {
            Some(value) => {
                codec::put_string(out, flexible, value)?;
            }
            None => {
                codec::put_null_string(out, flexible);
            }
        }
        codec::put_i32(out, self.member_epoch);
        codec::put_i32(out, self.heartbeat_interval_ms);
        match &self.assignment {
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
impl codec::TestValue for ConsumerGroupHeartbeatResponse<'_> {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        this.throttle_time_ms = g.i32();
        this.error_code = g.i16();
        this.error_message = if true && g.null() { None } else { Some(g.string()) };
        this.member_id = if true && g.null() { None } else { Some(g.string()) };
        this.member_epoch = g.i32();
        this.heartbeat_interval_ms = g.i32();
        this.assignment =
            if true && g.null() { None } else { Some(codec::TestValue::test_value(g, version)) };
        this
    }
}
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TopicPartitions {
    pub topic_id: Uuid,
    pub partitions: Vec<i32>,
}
impl TopicPartitions {
    pub(crate) fn min_size_bytes(_version: i16) -> usize {
        let flexible = true;
        usize::from(flexible) + 16 + codec::min_array(flexible)
    }
}
impl<'a> Decode<'a> for TopicPartitions {
    fn decode(r: &mut Reader<'a>, _version: i16) -> Result<Self, DecodeError> {
        let flexible = true;
        let mut this = Self::default();
        this.topic_id = r.uuid()?;
        this.partitions = r.array(flexible, 4, |r| r.i32())?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for TopicPartitions {
    fn encode(&self, out: &mut Vec<u8>, _version: i16) -> Result<(), EncodeError> {
        let flexible = true;
        codec::put_uuid(out, self.topic_id);
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
impl codec::TestValue for TopicPartitions {
    fn test_value(g: &mut codec::Values, _version: i16) -> Self {
        let mut this = Self::default();
        this.topic_id = g.uuid();
        this.partitions = g.vec(|g| g.i32());
        this
    }
}
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Assignment {
    pub topic_partitions: Vec<TopicPartitions>,
}
impl Assignment {
    pub(crate) fn min_size_bytes(_version: i16) -> usize {
        let flexible = true;
        usize::from(flexible) + codec::min_array(flexible)
    }
}
impl<'a> Decode<'a> for Assignment {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = true;
        let mut this = Self::default();
        this.topic_partitions =
            r.array(flexible, TopicPartitions::min_size_bytes(version), |r| {
                TopicPartitions::decode(r, version)
            })?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for Assignment {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = true;
        codec::put_array_len(out, flexible, self.topic_partitions.len())?;
        for item in &self.topic_partitions {
            item.encode(out, version)?;
        }
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for Assignment {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        this.topic_partitions = g.vec(|g| codec::TestValue::test_value(g, version));
        this
    }
}
