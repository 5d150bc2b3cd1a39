//! SyncGroupResponse (key 14), versions 0-5.
// Written by wire/gen/generate.py; do not edit.
use crate::codec;
use crate::codec::{Decode, DecodeError, Encode, EncodeError, Reader};
use std::borrow::Cow;
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SyncGroupResponse<'a> {
    pub throttle_time_ms: i32,
    pub error_code: i16,
    pub protocol_type: Option<Cow<'a, str>>,
    pub protocol_name: Option<Cow<'a, str>>,
    pub assignment: Cow<'a, [u8]>,
}
impl SyncGroupResponse<'_> {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = version >= 4;
        let mut size = usize::from(flexible) + 2 + codec::min_bytes(flexible);
        if version >= 1 {
            size += 4;
        }
        if version >= 5 {
            size += codec::min_string(flexible);
        }
        if version >= 5 {
            size += codec::min_string(flexible);
        }
        size
    }
}
impl<'a> Decode<'a> for SyncGroupResponse<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 4;
        let mut this = Self::default();
        if version >= 1 {
            this.throttle_time_ms = r.i32()?;
        }
        this.error_code = r.i16()?;
        if version >= 5 {
            this.protocol_type = r.nullable_string(flexible)?;
        }
        if version >= 5 {
            this.protocol_name = r.nullable_string(flexible)?;
        }
        this.assignment = r.bytes(flexible)?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for SyncGroupResponse<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 4;
        if version >= 1 {
            codec::put_i32(out, self.throttle_time_ms);
        }
        codec::put_i16(out, self.error_code);
        if version >= 5 {
            match &self.protocol_type {
                Some(value) => {
                    codec::put_string(out, flexible, value)?;
                }
                None => {
                    codec::put_null_string(out, flexible);
                }
            }
        }
        if version >= 5 {
            match &self.protocol_name {
                Some(value) => {
                    codec::put_string(out, flexible, value)?;
                }
                None => {
                    codec::put_null_string(out, flexible);
                }
            }
        }
        codec::put_bytes(out, flexible, &self.assignment)?;
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for SyncGroupResponse<'_> {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        if version >= 1 {
            this.throttle_time_ms = g.i32();
        }
        this.error_code = g.i16();
        if version >= 5 {
            this.protocol_type = if true && g.null() { None } else { Some(g.string()) };
        }
        if version >= 5 {
            this.protocol_name = if true && g.null() { None } else { Some(g.string()) };
        }
        this.assignment = g.bytes();
        this
    }
}
