//! DeleteTopicsRequest (key 20), versions 1-6.
// Written by wire/gen/generate.py; do not edit.
use crate::Uuid;
use crate::codec;
use crate::codec::{Decode, DecodeError, Encode, EncodeError, Reader};
use std::borrow::Cow;
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DeleteTopicsRequest<'a> {
    pub topics: Vec<DeleteTopicState<'a>>,
    pub topic_names: Vec<Cow<'a, str>>,
    pub timeout_ms: i32,
}
impl DeleteTopicsRequest<'_> {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = version >= 4;
        let mut size = usize::from(flexible) + 4;
        if version >= 6 {
            size += codec::min_array(flexible);
        }
        if version <= 5 {
            size += codec::min_array(flexible);
        }
        size
    }
}
impl<'a> Decode<'a> for DeleteTopicsRequest<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 4;
        let mut this = Self::default();
        if version >= 6 {
            this.topics = r.array(flexible, DeleteTopicState::min_size_bytes(version), |r| {
                DeleteTopicState::decode(r, version)
            })?;
        }
        if version <= 5 {
            this.topic_names =
                r.array(flexible, codec::min_string(flexible), |r| r.string(flexible))?;
        }
        this.timeout_ms = r.i32()?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for DeleteTopicsRequest<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 4;
        if version >= 6 {
            codec::put_array_len(out, flexible, self.topics.len())?;
            for item in &self.topics {
                item.encode(out, version)?;
            }
        } else if !(self.topics.is_empty()) {
            return Err(EncodeError::unsupported("Topics", version));
        }
        if version <= 5 {
            codec::put_array_len(out, flexible, self.topic_names.len())?;
            for item in &self.topic_names {
                codec::put_string(out, flexible, item)?;
            }
        }
        codec::put_i32(out, self.timeout_ms);
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for DeleteTopicsRequest<'_> {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        if version >= 6 {
            this.topics = g.vec(|g| codec::TestValue::test_value(g, version));
        }
        if version <= 5 {
            this.topic_names = g.vec(|g| g.string());
        }
        this.timeout_ms = g.i32();
        this
    }
}
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DeleteTopicState<'a> {
    pub name: Option<Cow<'a, str>>,
    pub topic_id: Uuid,
}
impl DeleteTopicState<'_> {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = version >= 4;
        usize::from(flexible) + codec::min_string(flexible) + 16
    }
}
impl<'a> Decode<'a> for DeleteTopicState<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 4;
        let mut this = Self::default();
        this.name = r.nullable_string(flexible)?;
        this.topic_id = r.uuid()?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for DeleteTopicState<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 4;
        match &self.name {
            Some(value) => {
                codec::put_string(out, flexible, value)?;
            }
            None => {
                codec::put_null_string(out, flexible);
            }
        }
        codec::put_uuid(out, self.topic_id);
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for DeleteTopicState<'_> {
    fn test_value(g: &mut codec::Values, _version: i16) -> Self {
        let mut this = Self::default();
        this.name = if true && g.null() { None } else { Some(g.string()) };
        this.topic_id = g.uuid();
        this
    }
}
