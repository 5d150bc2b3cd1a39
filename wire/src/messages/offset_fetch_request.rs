//! OffsetFetchRequest (key 9), versions 1-10.
// Written by wire/gen/generate.py; do not edit.
use crate::Uuid;
use crate::codec;
use crate::codec::{Decode, DecodeError, Encode, EncodeError, Reader};
use std::borrow::Cow;
#[derive(Debug, Clone, PartialEq)]
pub struct OffsetFetchRequest<'a> {
    pub group_id: Cow<'a, str>,
    pub topics: Option<Vec<OffsetFetchRequestTopic<'a>>>,
    pub groups: Vec<OffsetFetchRequestGroup<'a>>,
    pub require_stable: bool,
}
impl Default for OffsetFetchRequest<'_> {
    fn default() -> Self {
        Self {
            group_id: Default::default(),
            topics: Some(Default::default()),
            groups: Default::default(),
            require_stable: Default::default(),
        }
    }
}
impl OffsetFetchRequest<'_> {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = version >= 6;
        let mut size = usize::from(flexible);
        if version <= 7 {
            size += codec::min_string(flexible);
        }
        if version <= 7 {
            size += codec::min_array(flexible);
        }
        if version >= 8 {
            size += codec::min_array(flexible);
        }
        if version >= 7 {
            size += 1;
        }
        size
    }
}
impl<'a> Decode<'a> for OffsetFetchRequest<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 6;
        let mut this = Self::default();
        if version <= 7 {
            this.group_id = r.string(flexible)?;
        }
        if version <= 7 {
            this.topics = if version >= 2 {
                r.nullable_array(flexible, OffsetFetchRequestTopic::min_size_bytes(version), |r| {
                    OffsetFetchRequestTopic::decode(r, version)
                })?
            } else {
                Some(r.array(flexible, OffsetFetchRequestTopic::min_size_bytes(version), |r| {
                    OffsetFetchRequestTopic::decode(r, version)
                })?)
            };
        }
        if version >= 8 {
            this.groups =
                r.array(flexible, OffsetFetchRequestGroup::min_size_bytes(version), |r| {
                    OffsetFetchRequestGroup::decode(r, version)
                })?;
        }
        if version >= 7 {
            this.require_stable = r.bool()?;
        }
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for OffsetFetchRequest<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 6;
        if version <= 7 {
            codec::put_string(out, flexible, &self.group_id)?;
        } else if !(self.group_id.is_empty()) {
            return Err(EncodeError::unsupported("GroupId", version));
        }
        if version <= 7 {
            match &self.topics {
                Some(value) => {
                    codec::put_array_len(out, flexible, value.len())?;
                    for item in value {
                        item.encode(out, version)?;
                    }
                }
                None => {
                    if version >= 2 {
                        codec::put_null_array(out, flexible);
                    } else {
                        return Err(EncodeError::null("Topics", version));
                    }
                }
            }
        } else if !(self.topics.as_ref().is_some_and(|value| value.is_empty())) {
            return Err(EncodeError::unsupported("Topics", version));
        }
        if version >= 8 {
            codec::put_array_len(out, flexible, self.groups.len())?;
            for item in &self.groups {
                item.encode(out, version)?;
            }
        } else if !(self.groups.is_empty()) {
            return Err(EncodeError::unsupported("Groups", version));
        }
        if version >= 7 {
            codec::put_bool(out, self.require_stable);
        } else if !(!self.require_stable) {
            return Err(EncodeError::unsupported("RequireStable", version));
        }
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for OffsetFetchRequest<'_> {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        if version <= 7 {
            this.group_id = g.string();
        }
        if version <= 7 {
            this.topics = if version >= 2 && g.null() {
                None
            } else {
                Some(g.vec(|g| codec::TestValue::test_value(g, version)))
            };
        }
        if version >= 8 {
            this.groups = g.vec(|g| codec::TestValue::test_value(g, version));
        }
        if version >= 7 {
            this.require_stable = g.bool();
        }
        this
    }
}
#[derive(Debug, Clone, PartialEq, Default)]
pub struct OffsetFetchRequestTopic<'a> {
    pub name: Cow<'a, str>,
    pub partition_indexes: Vec<i32>,
}
impl OffsetFetchRequestTopic<'_> {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = version >= 6;
        usize::from(flexible) + codec::min_string(flexible) + codec::min_array(flexible)
    }
}
impl<'a> Decode<'a> for OffsetFetchRequestTopic<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 6;
        let mut this = Self::default();
        this.name = r.string(flexible)?;
        this.partition_indexes = r.array(flexible, 4, |r| r.i32())?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for OffsetFetchRequestTopic<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 6;
        codec::put_string(out, flexible, &self.name)?;
        codec::put_array_len(out, flexible, self.partition_indexes.len())?;
        for item in &self.partition_indexes {
            codec::put_i32(out, *item);
        }
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for OffsetFetchRequestTopic<'_> {
    fn test_value(g: &mut codec::Values, _version: i16) -> Self {
        let mut this = Self::default();
        this.name = g.string();
        this.partition_indexes = g.vec(|g| g.i32());
        this
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct OffsetFetchRequestGroup<'a> {
    pub group_id: Cow<'a, str>,
    pub member_id: Option<Cow<'a, str>>,
    pub member_epoch: i32,
    pub topics: Option<Vec<OffsetFetchRequestTopics<'a>>>,
}
impl Default for OffsetFetchRequestGroup<'_> {
    fn default() -> Self {
        Self {
            group_id: Default::default(),
            member_id: Default::default(),
            member_epoch: -1,
            topics: Some(Default::default()),
        }
    }
}
impl OffsetFetchRequestGroup<'_> {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = version >= 6;
        let mut size =
            usize::from(flexible) + codec::min_string(flexible) + codec::min_array(flexible);
        if version >= 9 {
            size += codec::min_string(flexible);
        }
        if version >= 9 {
            size += 4;
        }
        size
    }
}
impl<'a> Decode<'a> for OffsetFetchRequestGroup<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 6;
        let mut this = Self::default();
        this.group_id = r.string(flexible)?;
        if version >= 9 {
            this.member_id = r.nullable_string(flexible)?;
        }
        if version >= 9 {
            this.member_epoch = r.i32()?;
        }
        this.topics =
            r.nullable_array(flexible, OffsetFetchRequestTopics::min_size_bytes(version), |r| {
                OffsetFetchRequestTopics::decode(r, version)
            })?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for OffsetFetchRequestGroup<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 6;
        codec::put_string(out, flexible, &self.group_id)?;
        if version >= 9 {
            match &self.member_id {
                Some(value) => {
                    codec::put_string(out, flexible, value)?;
                }
                None => {
                    codec::put_null_string(out, flexible);
                }
            }
        }
        if version >= 9 {
            codec::put_i32(out, self.member_epoch);
        }
        match &self.topics {
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
impl codec::TestValue for OffsetFetchRequestGroup<'_> {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        this.group_id = g.string();
        if version >= 9 {
            this.member_id = if true && g.null() { None } else { Some(g.string()) };
        }
        if version >= 9 {
            this.member_epoch = g.i32();
        }
        this.topics = if true && g.null() {
            None
        } else {
            Some(g.vec(|g| codec::TestValue::test_value(g, version)))
        };
        this
    }
}
#[derive(Debug, Clone, PartialEq, Default)]
pub struct OffsetFetchRequestTopics<'a> {
    pub name: Cow<'a, str>,
    pub topic_id: Uuid,
    pub partition_indexes: Vec<i32>,
}
impl OffsetFetchRequestTopics<'_> {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = version >= 6;
        let mut size = usize::from(flexible) + codec::min_array(flexible);
        if version <= 9 {
            size += codec::min_string(flexible);
        }
        if version >= 10 {
            size += 16;
        }
        size
    }
}
impl<'a> Decode<'a> for OffsetFetchRequestTopics<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 6;
        let mut this = Self::default();
        if version <= 9 {
            this.name = r.string(flexible)?;
        }
        if version >= 10 {
            this.topic_id = r.uuid()?;
        }
        this.partition_indexes = r.array(flexible, 4, |r| r.i32())?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for OffsetFetchRequestTopics<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 6;
        if version <= 9 {
            codec::put_string(out, flexible, &self.name)?;
        }
        if version >= 10 {
            codec::put_uuid(out, self.topic_id);
        }
        codec::put_array_len(out, flexible, self.partition_indexes.len())?;
        for item in &self.partition_indexes {
            codec::put_i32(out, *item);
        }
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for OffsetFetchRequestTopics<'_> {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        if version <= 9 {
            this.name = g.string();
        }
        if version >= 10 {
            this.topic_id = g.uuid();
        }
        this.partition_indexes = g.vec(|g| g.i32());
        this
    }
}
