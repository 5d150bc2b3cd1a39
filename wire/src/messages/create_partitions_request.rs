//! CreatePartitionsRequest (key 37), versions 0-3.
// Written by wire/gen/generate.py; do not edit.
use crate::codec;
use crate::codec::{Decode, DecodeError, Encode, EncodeError, Reader};
use std::borrow::Cow;
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CreatePartitionsRequest<'a> {
    pub topics: Vec<CreatePartitionsTopic<'a>>,
    pub timeout_ms: i32,
    pub validate_only: bool,
}
impl CreatePartitionsRequest<'_> {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = version >= 2;
        usize::from(flexible) + codec::min_array(flexible) + 4 + 1
    }
}
impl<'a> Decode<'a> for CreatePartitionsRequest<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 2;
        let mut this = Self::default();
        this.topics = r.array(flexible, CreatePartitionsTopic::min_size_bytes(version), |r| {
            CreatePartitionsTopic::decode(r, version)
        })?;
        this.timeout_ms = r.i32()?;
        this.validate_only = r.bool()?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for CreatePartitionsRequest<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 2;
        codec::put_array_len(out, flexible, self.topics.len())?;
        for item in &self.topics {
            item.encode(out, version)?;
        }
        codec::put_i32(out, self.timeout_ms);
        codec::put_bool(out, self.validate_only);
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for CreatePartitionsRequest<'_> {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        this.topics = g.vec(|g| codec::TestValue::test_value(g, version));
        this.timeout_ms = g.i32();
        this.validate_only = g.bool();
        this
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct CreatePartitionsTopic<'a> {
    pub name: Cow<'a, str>,
    pub count: i32,
    pub assignments: Option<Vec<CreatePartitionsAssignment>>,
}
impl Default for CreatePartitionsTopic<'_> {
    fn default() -> Self {
        Self {
            name: Default::default(),
            count: Default::default(),
            assignments: Some(Default::default()),
        }
    }
}
impl CreatePartitionsTopic<'_> {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = version >= 2;
        usize::from(flexible) + codec::min_string(flexible) + 4 + codec::min_array(flexible)
    }
}
impl<'a> Decode<'a> for CreatePartitionsTopic<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 2;
        let mut this = Self::default();
        this.name = r.string(flexible)?;
        this.count = r.i32()?;
        this.assignments =
            r.nullable_array(flexible, CreatePartitionsAssignment::min_size_bytes(version), |r| {
                CreatePartitionsAssignment::decode(r, version)
            })?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for CreatePartitionsTopic<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 2;
        codec::put_string(out, flexible, &self.name)?;
        codec::put_i32(out, self.count);
        match &self.assignments {
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
impl codec::TestValue for CreatePartitionsTopic<'_> {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        this.name = g.string();
        this.count = g.i32();
        this.assignments = if true && g.null() {
            None
        } else {
            Some(g.vec(|g| codec::TestValue::test_value(g, version)))
        };
        this
    }
}
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CreatePartitionsAssignment {
    pub broker_ids: Vec<i32>,
}
impl CreatePartitionsAssignment {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = version >= 2;
        usize::from(flexible) + codec::min_array(flexible)
    }
}
impl<'a> Decode<'a> for CreatePartitionsAssignment {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 2;
        let mut this = Self::default();
        this.broker_ids = r.array(flexible, 4, |r| r.i32())?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for CreatePartitionsAssignment {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 2;
        codec::put_array_len(out, flexible, self.broker_ids.len())?;
        for item in &self.broker_ids {
            codec::put_i32(out, *item);
        }
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for CreatePartitionsAssignment {
    fn test_value(g: &mut codec::Values, _version: i16) -> Self {
        let mut this = Self::default();
        this.broker_ids = g.vec(|g| g.i32());
        this
    }
}
