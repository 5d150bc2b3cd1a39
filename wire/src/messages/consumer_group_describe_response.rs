//! ConsumerGroupDescribeResponse (key 69), versions 0-1.
// Written by wire/gen/generate.py; do not edit.
use crate::Uuid;
use crate::codec;
use crate::codec::{Decode, DecodeError, Encode, EncodeError, Reader};
use std::borrow::Cow;
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ConsumerGroupDescribeResponse<'a> {
    pub throttle_time_ms: i32,
    pub groups: Vec<DescribedGroup<'a>>,
}
impl ConsumerGroupDescribeResponse<'_> {
    pub(crate) fn min_size_bytes(_version: i16) -> usize {
        let flexible = true;
        usize::from(flexible) + 4 + codec::min_array(flexible)
    }
}
impl<'a> Decode<'a> for ConsumerGroupDescribeResponse<'a> {
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
impl Encode for ConsumerGroupDescribeResponse<'_> {
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
impl codec::TestValue for ConsumerGroupDescribeResponse<'_> {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        this.throttle_time_ms = g.i32();
        this.groups = g.vec(|g| codec::TestValue::test_value(g, version));
        this
    }
}
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TopicPartitions<'a> {
    pub topic_id: Uuid,
    pub topic_name: Cow<'a, str>,
    pub partitions: Vec<i32>,
}
impl TopicPartitions<'_> {
    pub(crate) fn min_size_bytes(_version: i16) -> usize {
        let flexible = true;
        usize::from(flexible) + 16 + codec::min_string(flexible) + codec::min_array(flexible)
    }
}
impl<'a> Decode<'a> for TopicPartitions<'a> {
    fn decode(r: &mut Reader<'a>, _version: i16) -> Result<Self, DecodeError> {
        let flexible = true;
        let mut this = Self::default();
        this.topic_id = r.uuid()?;
        this.topic_name = r.string(flexible)?;
        this.partitions = r.array(flexible, 4, |r| r.i32())?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for TopicPartitions<'_> {
    fn encode(&self, out: &mut Vec<u8>, _version: i16) -> Result<(), EncodeError> {
        let flexible = true;
        codec::put_uuid(out, self.topic_id);
        codec::put_string(out, flexible, &self.topic_name)?;
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
impl codec::TestValue for TopicPartitions<'_> {
    fn test_value(g: &mut codec::Values, _version: i16) -> Self {
        let mut this = Self::default();
        this.topic_id = g.uuid();
        this.topic_name = g.string();
        this.partitions = g.vec(|g| g.i32());
        this
    }
}
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Assignment<'a> {
    pub topic_partitions: Vec<TopicPartitions<'a>>,
}
impl Assignment<'_> {
    pub(crate) fn min_size_bytes(_version: i16) -> usize {
        let flexible = true;
        usize::from(flexible) + codec::min_array(flexible)
    }
}
impl<'a> Decode<'a> for Assignment<'a> {
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
impl Encode for Assignment<'_> {
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
impl codec::TestValue for Assignment<'_> {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        this.topic_partitions = g.vec(|g| codec::TestValue::test_value(g, version));
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
    pub assignor_name: Cow<'a, str>,
    pub members: Vec<Member<'a>>,
    pub authorized_operations: i32,
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
            assignor_name: Default::default(),
            members: Default::default(),
            authorized_operations: i32::MIN,
        }
    }
}
impl DescribedGroup<'_> {
    pub(crate) fn min_size_bytes(_version: i16) -> usize {
        let flexible = true;
        usize::from(flexible)
            + 2
            + codec::min_string(flexible)
            + codec::min_string(flexible)
            + codec::min_string(flexible)
            + 4
            + 4
            + codec::min_string(flexible)
            + codec::min_array(flexible)
            + 4
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
        this.assignor_name = r.string(flexible)?;
        this.members =
            r.array(flexible, Member::min_size_bytes(version), |r| Member::decode(r, version))?;
        this.authorized_operations = r.i32()?;
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
        codec::put_string(out, flexible, &self.assignor_name)?;
        codec::put_array_len(out, flexible, self.members.len())?;
        for item in &self.members {
            item.encode(out, version)?;
        }
        codec::put_i32(out, self.authorized_operations);
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
        this.assignor_name = g.string();
        this.members = g.vec(|g| codec::TestValue::test_value(g, version));
        this.authorized_operations = g.i32();
        this
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct Member<'a> {
    pub member_id: Cow<'a, str>,
    pub instance_id: Option<Cow<'a, str>>,
    pub rack_id: Option<Cow<'a, str>>,
    pub member_epoch: i32,
    pub client_id: Cow<'a, str>,
    pub client_host: Cow<'a, str>,
    pub subscribed_topic_names: Vec<Cow<'a, str>>,
    pub subscribed_topic_regex: Option<Cow<'a, str>>,
    pub assignment: Assignment<'a>,
    pub target_assignment: Assignment<'a>,
    pub member_type: i8,
}
impl Default for Member<'_> {
    fn default() -> Self {
        Self {
            member_id: Default::default(),
            instance_id: Default::default(),
            rack_id: Default::default(),
            member_epoch: Default::default(),
            client_id: Default::default(),
            client_host: Default::default(),
            subscribed_topic_names: Default::default(),
            subscribed_topic_regex: Default::default(),
            assignment: Default::default(),
            target_assignment: Default::default(),
            member_type: -1,
        }
    }
}
impl Member<'_> {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = true;
        let mut size = usize::from(flexible)
            + codec::min_string(flexible)
            + codec::min_string(flexible)
            + codec::min_string(flexible)
            + 4
            + codec::min_string(flexible)
            + codec::min_string(flexible)
            + codec::min_array(flexible)
            + codec::min_string(flexible)
            + Assignment::min_size_bytes(version)
            + Assignment::min_size_bytes(version);
        if version >= 1 {
            size += 1;
        }
        size
    }
}
impl<'a> Decode<'a> for Member<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = true;
        let mut this = Self::default();
        this.member_id = r.string(flexible)?;
        this.instance_id = r.nullable_string(flexible)?;
        this.rack_id = r.nullable_string(flexible)?;
        this.member_epoch = r.i32()?;
        this.client_id = r.string(flexible)?;
        this.client_host = r.string(flexible)?;
        this.subscribed_topic_names =
            r.array(flexible, codec::min_string(flexible), |r| r.string(flexible))?;
        this.subscribed_topic_regex = r.nullable_string(flexible)?;
        this.assignment = Assignment::decode(r, version)?;
        this.target_assignment = Assignment::decode(r, version)?;
        if version >= 1 {
            this.member_type = r.i8()?;
        }
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
        codec::put_i32(out, self.member_epoch);
        codec::put_string(out, flexible, &self.client_id)?;
        codec::put_string(out, flexible, &self.client_host)?;
        codec::put_array_len(out, flexible, self.subscribed_topic_names.len())?;
        for item in &self.subscribed_topic_names {
            codec::put_string(out, flexible, item)?;
        }
        match &self.subscribed_topic_regex {
            Some(value) => {
                codec::put_string(out, flexible, value)?;
            }
            None => {
                codec::put_null_string(out, flexible);
            }
        }
        self.assignment.encode(out, version)?;
        self.target_assignment.encode(out, version)?;
        if version >= 1 {
            codec::put_i8(out, self.member_type);
        }
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
        this.instance_id = if true && g.null() { None } else { Some(g.string()) };
        this.rack_id = if true && g.null() { None } else { Some(g.string()) };
        this.member_epoch = g.i32();
        this.client_id = g.string();
        this.client_host = g.string();
        this.subscribed_topic_names = g.vec(|g| g.string());
        this.subscribed_topic_regex = if true && g.null() { None } else { Some(g.string()) };
        this.assignment = codec::TestValue::test_value(g, version);
        this.target_assignment = codec::TestValue::test_value(g, version);
        if version >= 1 {
            this.member_type = g.i8();
        }
        this
    }
}
