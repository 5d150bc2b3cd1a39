//! DeleteTopicsResponse (key 20), versions 1-6.
// Written by wire/gen/generate.py; do not edit.
use crate::Uuid;
use crate::codec;
use crate::codec::{Decode, DecodeError, Encode, EncodeError, Reader};
use std::borrow::Cow;
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DeleteTopicsResponse<'a> {
    pub throttle_time_ms: i32,
    pub responses: Vec<DeletableTopicResult<'a>>,
}
impl DeleteTopicsResponse<'_> {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = version >= 4;
        usize::from(flexible) + 4 + codec::min_array(flexible)
    }
}
impl<'a> Decode<'a> for DeleteTopicsResponse<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 4;
        let mut this = Self::default();
        this.throttle_time_ms = r.i32()?;
        this.responses = r.array(flexible, DeletableTopicResult::min_size_bytes(version), |r| {
            DeletableTopicResult::decode(r, version)
        })?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for DeleteTopicsResponse<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 4;
        codec::put_i32(out, self.throttle_time_ms);
        codec::put_array_len(out, flexible, self.responses.len())?;
        for item in &self.responses {
            item.encode(out, version)?;
        }
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for DeleteTopicsResponse<'_> {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        this.throttle_time_ms = g.i32();
        this.responses = g.vec(|g| codec::TestValue::test_value(g, version));
        this
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct DeletableTopicResult<'a> {
    pub name: Option<Cow<'a, str>>,
    pub topic_id: Uuid,
    pub error_code: i16,
    pub error_message: Option<Cow<'a, str>>,
}
impl Default for DeletableTopicResult<'_> {
    fn default() -> Self {
        Self {
            name: Some(Default::default()),
            topic_id: Default::default(),
            error_code: Default::default(),
            error_message: Default::default(),
        }
    }
}
impl DeletableTopicResult<'_> {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = version >= 4;
        let mut size = usize::from(flexible) + codec::min_string(flexible) + 2;
        if version >= 6 {
            size += 16;
        }
        if version >= 5 {
            size += codec::min_string(flexible);
        }
        size
    }
}
impl<'a> Decode<'a> for DeletableTopicResult<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 4;
        let mut this = Self::default();
        this.name =
            if version >= 6 { r.nullable_string(flexible)? } else { Some(r.string(flexible)?) };
        if version >= 6 {
            this.topic_id = r.uuid()?;
        }
        this.error_code = r.i16()?;
        if version >= 5 {
            this.error_message = r.nullable_string(flexible)?;
        }
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for DeletableTopicResult<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 4;
        match &self.name {
            Some(value) => {
                codec::put_string(out, flexible, value)?;
            }
            None => {
                if version >= 6 {
                    codec::put_null_string(out, flexible);
                } else {
                    return Err(EncodeError::null("Name", version));
                }
            }
        }
        if version >= 6 {
            codec::put_uuid(out, self.topic_id);
        }
        codec::put_i16(out, self.error_code);
        if version >= 5 {
            match &self.error_message {
                Some(value) => {
                    codec::put_string(out, flexible, value)?;
                }
                None => {
                    codec::put_null_string(out, flexible);
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
impl codec::TestValue for DeletableTopicResult<'_> {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        this.name = if version >= 6 && g.null() { None } else { Some(g.string()) };
        if version >= 6 {
            this.topic_id = g.uuid();
        }
        this.error_code = g.i16();
        if version >= 5 {
            this.error_message = if true && g.null() { None } else { Some(g.string()) };
        }
        this
    }
}
