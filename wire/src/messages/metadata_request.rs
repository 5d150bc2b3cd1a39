//! MetadataRequest (key 3), versions 0-13.
// Written by wire/gen/generate.py; do not edit.
use crate::Uuid;
use crate::codec;
use crate::codec::{Decode, DecodeError, Encode, EncodeError, Reader};
use std::borrow::Cow;
#[derive(Debug, Clone, PartialEq)]
pub struct MetadataRequest<'a> {
    pub topics: Option<Vec<MetadataRequestTopic<'a>>>,
    pub allow_auto_topic_creation: bool,
    pub include_cluster_authorized_operations: bool,
    pub include_topic_authorized_operations: bool,
}
impl Default for MetadataRequest<'_> {
    fn default() -> Self {
        Self {
            topics: Some(Default::default()),
            allow_auto_topic_creation: true,
            include_cluster_authorized_operations: Default::default(),
            include_topic_authorized_operations: Default::default(),
        }
    }
}
impl MetadataRequest<'_> {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = version >= 9;
        let mut size = usize::from(flexible) + codec::min_array(flexible);
        if version >= 4 {
            size += 1;
        }
        if (8..=10).contains(&version) {
            size += 1;
        }
        if version >= 8 {
            size += 1;
        }
        size
    }
}
impl<'a> Decode<'a> for MetadataRequest<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 9;
        let mut this = Self::default();
        this.topics = if version >= 1 {
            r.nullable_array(flexible, MetadataRequestTopic::min_size_bytes(version), |r| {
                MetadataRequestTopic::decode(r, version)
            })?
        } else {
            Some(r.array(flexible, MetadataRequestTopic::min_size_bytes(version), |r| {
                MetadataRequestTopic::decode(r, version)
            })?)
        };
        if version >= 4 {
            this.allow_auto_topic_creation = r.bool()?;
        }
        if (8..=10).contains(&version) {
            this.include_cluster_authorized_operations = r.bool()?;
        }
        if version >= 8 {
            this.include_topic_authorized_operations = r.bool()?;
        }
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for MetadataRequest<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 9;
        match &self.topics {
            Some(value) => {
                codec::put_array_len(out, flexible, value.len())?;
                for item in value {
                    item.encode(out, version)?;
                }
            }
            None => {
                if version >= 1 {
                    codec::put_null_array(out, flexible);
                } else {
                    return Err(EncodeError::null("Topics", version));
                }
            }
        }
        if version >= 4 {
            codec::put_bool(out, self.allow_auto_topic_creation);
        } else if !(self.allow_auto_topic_creation) {
            return Err(EncodeError::unsupported("AllowAutoTopicCreation", version));
        }
        if (8..=10).contains(&version) {
            codec::put_bool(out, self.include_cluster_authorized_operations);
        } else if !(!self.include_cluster_authorized_operations) {
            return Err(EncodeError::unsupported("IncludeClusterAuthorizedOperations", version));
        }
        if version >= 8 {
            codec::put_bool(out, self.include_topic_authorized_operations);
        } else if !(!self.include_topic_authorized_operations) {
            return Err(EncodeError::unsupported("IncludeTopicAuthorizedOperations", version));
        }
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for MetadataRequest<'_> {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        this.topics = if version >= 1 && g.null() {
            None
        } else {
            Some(g.vec(|g| codec::TestValue::test_value(g, version)))
        };
        if version >= 4 {
            this.allow_auto_topic_creation = g.bool();
        }
        if (8..=10).contains(&version) {
            this.include_cluster_authorized_operations = g.bool();
        }
        if version >= 8 {
            this.include_topic_authorized_operations = g.bool();
        }
        this
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct MetadataRequestTopic<'a> {
    pub topic_id: Uuid,
    pub name: Option<Cow<'a, str>>,
}
impl Default for MetadataRequestTopic<'_> {
    fn default() -> Self {
        Self { topic_id: Default::default(), name: Some(Default::default()) }
    }
}
impl MetadataRequestTopic<'_> {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = version >= 9;
        let mut size = usize::from(flexible) + codec::min_string(flexible);
        if version >= 10 {
            size += 16;
        }
        size
    }
}
impl<'a> Decode<'a> for MetadataRequestTopic<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 9;
        let mut this = Self::default();
        if version >= 10 {
            this.topic_id = r.uuid()?;
        }
        this.name =
            if version >= 10 { r.nullable_string(flexible)? } else { Some(r.string(flexible)?) };
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for MetadataRequestTopic<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 9;
        if version >= 10 {
            codec::put_uuid(out, self.topic_id);
        }
        match &self.name {
            Some(value) => {
                codec::put_string(out, flexible, value)?;
            }
            None => {
                if version >= 10 {
                    codec::put_null_string(out, flexible);
                } else {
                    return Err(EncodeError::null("Name", version));
                }
            }
        }
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for MetadataRequestTopic<'_> {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        if version >= 10 {
            this.topic_id = g.uuid();
        }
        this.name = if version >= 10 && g.null() { None } else { Some(g.string()) };
        this
    }
}
