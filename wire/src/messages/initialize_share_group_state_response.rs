//! InitializeShareGroupStateResponse (key 83), versions 0-0.
// Written by wire/gen/generate.py; do not edit.
use crate::Uuid;
use crate::codec;
use crate::codec::{Decode, DecodeError, Encode, EncodeError, Reader};
use std::borrow::Cow;
#[derive(Debug, Clone, PartialEq, Default)]
pub struct InitializeShareGroupStateResponse<'a> {
    pub results: Vec<InitializeStateResult<'a>>,
}
impl InitializeShareGroupStateResponse<'_> {
    pub(crate) fn min_size_bytes(_version: i16) -> usize {
        let flexible = true;
        usize::from(flexible) + codec::min_array(flexible)
    }
}
impl<'a> Decode<'a> for InitializeShareGroupStateResponse<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = true;
        let mut this = Self::default();
        this.results = r.array(flexible, InitializeStateResult::min_size_bytes(version), |r| {
            InitializeStateResult::decode(r, version)
        })?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for InitializeShareGroupStateResponse<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = true;
        codec::put_array_len(out, flexible, self.results.len())?;
        for item in &self.results {
            item.encode(out, version)?;
        }
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for InitializeShareGroupStateResponse<'_> {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        this.results = g.vec(|g| codec::TestValue::test_value(g, version));
        this
    }
}
#[derive(Debug, Clone, PartialEq, Default)]
pub struct InitializeStateResult<'a> {
    pub topic_id: Uuid,
    pub partitions: Vec<PartitionResult<'a>>,
}
impl InitializeStateResult<'_> {
    pub(crate) fn min_size_bytes(_version: i16) -> usize {
        let flexible = true;
        usize::from(flexible) + 16 + codec::min_array(flexible)
    }
}
impl<'a> Decode<'a> for InitializeStateResult<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = true;
        let mut this = Self::default();
        this.topic_id = r.uuid()?;
        this.partitions = r.array(flexible, PartitionResult::min_size_bytes(version), |r| {
            PartitionResult::decode(r, version)
        })?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for InitializeStateResult<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = true;
        codec::put_uuid(out, self.topic_id);
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
impl codec::TestValue for InitializeStateResult<'_> {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        this.topic_id = g.uuid();
        this.partitions = g.vec(|g| codec::TestValue::test_value(g, version));
        this
    }
}
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PartitionResult<'a> {
    pub partition: i32,
    pub error_code: i16,
    pub error_message: Option<Cow<'a, str>>,
}
impl PartitionResult<'_> {
    pub(crate) fn min_size_bytes(_version: i16) -> usize {
        let flexible = true;
        usize::from(flexible) + 4 + 2 + codec::min_string(flexible)
    }
}
impl<'a> Decode<'a> for PartitionResult<'a> {
    fn decode(r: &mut Reader<'a>, _version: i16) -> Result<Self, DecodeError> {
        let flexible = true;
        let mut this = Self::default();
        this.partition = r.i32()?;
        this.error_code = r.i16()?;
        this.error_message = r.nullable_string(flexible)?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for PartitionResult<'_> {
    fn encode(&self, out: &mut Vec<u8>, _version: i16) -> Result<(), EncodeError> {
        let flexible = true;
        codec::put_i32(out, self.partition);
        codec::put_i16(out, self.error_code);
        match &self.error_message {
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
impl codec::TestValue for PartitionResult<'_> {
    fn test_value(g: &mut codec::Values, _version: i16) -> Self {
        let mut this = Self::default();
        this.partition = g.i32();
        this.error_code = g.i16();
        this.error_message = if true && g.null() { None } else { Some(g.string()) };
        this
    }
}
