//! ConsumerGroupHeartbeatRequest (key 68), versions 0-1.
// Written by wire/gen/generate.py; do not edit.
use crate::Uuid;
use crate::codec;
use crate::codec::{Decode, DecodeError, Encode, EncodeError, Reader};
use std::borrow::Cow;
#[derive(Debug, Clone, PartialEq)]
pub struct ConsumerGroupHeartbeatRequest<'a> {
    pub group_id: Cow<'a, str>,
    pub member_id: Cow<'a, str>,
    pub member_epoch: i32,
    pub instance_id: Option<Cow<'a, str>>,
    pub rack_id: Option<Cow<'a, str>>,
    pub rebalance_timeout_ms: i32,
    pub subscribed_topic_names: Option<Vec<Cow<'a, str>>>,
    pub subscribed_topic_regex: Option<Cow<'a, str>>,
    pub server_assignor: Option<Cow<'a, str>>,
    pub topic_partitions: Option<Vec<TopicPartitions>>,
}
impl Default for ConsumerGroupHeartbeatRequest<'_> {
    fn default() -> Self {
        Self {
            group_id: Default::default(),
            member_id: Default::default(),
            member_epoch: Default::default(),
            instance_id: Default::default(),
            rack_id: Default::default(),
            rebalance_timeout_ms: -1,
            subscribed_topic_names: Default::default(),
            subscribed_topic_regex: Default::default(),
            server_assignor: Default::default(),
            topic_partitions: Default::default(),
        }
    }
}
impl ConsumerGroupHeartbeatRequest<'_> {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = true;
        let mut size = usize::from(flexible)
            + codec::min_string(flexible)
            + codec::min_string(flexible)
            + 4
            + codec::min_string(flexible)
            + codec::min_string(flexible)
            + 4
            + codec::min_array(flexible)
            + codec::min_string(flexible)
            + codec::min_array(flexible);
        if version >= 1 {
            size += codec::min_string(flexible);
        }
        size
    }
}
impl<'a> Decode<'a> for ConsumerGroupHeartbeatRequest<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = true;
        let mut this = Self::default();
        this.group_id = r.string(flexible)?;
        this.member_id = r.string(flexible)?;
        this.member_epoch = r.i32()?;
        this.instance_id = r.nullable_string(flexible)?;
        this.rack_id = r.nullable_string(flexible)?;
        this.rebalance_timeout_ms = r.i32()?;
        this.subscribed_topic_names =
            r.nullable_array(flexible, codec::min_string(flexible), |r| r.string(flexible))?;
        if version >= 1 {
            this.subscribed_topic_regex = r.nullable_string(flexible)?;
        }
        this.server_assignor = r.nullable_string(flexible)?;
        this.topic_partitions =
            r.nullable_array(flexible, TopicPartitions::min_size_bytes(version), |r| {
                TopicPartitions::decode(r, version)
            })?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for ConsumerGroupHeartbeatRequest<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = true;
        codec::put_string(out, flexible, &self.group_id)?;
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
        codec::put_i32(out, self.rebalance_timeout_ms);
        match &self.subscribed_topic_names {
            Some(value) => {
                codec::put_array_len(out, flexible, value.len())?;
                for item in value {
                    codec::put_string(out, flexible, item)?;
                }
            }
            None => {
                codec::put_null_array(out, flexible);
            }
        }
        if version >= 1 {
            match &self.subscribed_topic_regex {
                Some(value) => {
                    codec::put_string(out, flexible, value)?;
                }
                None => {
                    codec::put_null_string(out, flexible);
                }
            }
        } else if !(self.subscribed_topic_regex.is_none()) {
            return Err(EncodeError::unsupported("SubscribedTopicRegex", version));
        }
        match &self.server_assignor {
            Some(value) => {
                codec::put_string(out, flexible, value)?;
            }
            None => {
                codec::put_null_string(out, flexible);
            }
        }
        match &self.topic_partitions {
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
impl codec::TestValue for ConsumerGroupHeartbeatRequest<'_> {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        this.group_id = g.string();
        this.member_id = g.string();
        this.member_epoch = g.i32();
        this.instance_id = if true && g.null() { None } else { Some(g.string()) };
        this.rack_id = if true && g.null() { None } else { Some(g.string()) };
        this.rebalance_timeout_ms = g.i32();
        this.subscribed_topic_names =
            if true && g.null() { None } else { Some(g.vec(|g| g.string())) };
        if version >= 1 {
            this.subscribed_topic_regex = if true && g.null() { None } else { Some(g.string()) };
        }
        this.server_assignor = if true && g.null() { None } else { Some(g.string()) };
        this.topic_partitions = if true && g.null() {
            None
        } else {
            Some(g.vec(|g| codec::TestValue::test_value(g, version)))
        };
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
