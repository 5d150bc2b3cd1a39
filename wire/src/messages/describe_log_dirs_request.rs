//! DescribeLogDirsRequest (key 35), versions 1-5.
// Written by wire/gen/generate.py; do not edit.
use crate::codec;
use crate::codec::{Decode, DecodeError, Encode, EncodeError, Reader};
use std::borrow::Cow;
#[derive(Debug, Clone, PartialEq)]
pub struct DescribeLogDirsRequest<'a> {
    pub topics: Option<Vec<DescribableLogDirTopic<'a>>>,
}
impl Default for DescribeLogDirsRequest<'_> {
    fn default() -> Self {
        Self { topics: Some(Default::default()) }
    }
}
impl DescribeLogDirsRequest<'_> {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = version >= 2;
        usize::from(flexible) + codec::min_array(flexible)
    }
}
impl<'a> Decode<'a> for DescribeLogDirsRequest<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 2;
        let mut this = Self::default();
        this.topics =
            r.nullable_array(flexible, DescribableLogDirTopic::min_size_bytes(version), |r| {
                DescribableLogDirTopic::decode(r, version)
            })?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for DescribeLogDirsRequest<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 2;
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
impl codec::TestValue for DescribeLogDirsRequest<'_> {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        this.topics = if true && g.null() {
            None
        } else {
            Some(g.vec(|g| codec::TestValue::test_value(g, version)))
        };
        this
    }
}
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DescribableLogDirTopic<'a> {
    pub topic: Cow<'a, str>,
    pub partitions: Vec<i32>,
}
impl DescribableLogDirTopic<'_> {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = version >= 2;
        usize::from(flexible) + codec::min_string(flexible) + codec::min_array(flexible)
    }
}
impl<'a> Decode<'a> for DescribableLogDirTopic<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 2;
        let mut this = Self::default();
        this.topic = r.string(flexible)?;
        this.partitions = r.array(flexible, 4, |r| r.i32())?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for DescribableLogDirTopic<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 2;
        codec::put_string(out, flexible, &self.topic)?;
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
impl codec::TestValue for DescribableLogDirTopic<'_> {
    fn test_value(g: &mut codec::Values, _version: i16) -> Self {
        let mut this = Self::default();
        this.topic = g.string();
        this.partitions = g.vec(|g| g.i32());
        this
    }
}
