//! LeaveGroupResponse (key 13), versions 0-5.
// Written by wire/gen/generate.py; do not edit.
use crate::codec;
use crate::codec::{Decode, DecodeError, Encode, EncodeError, Reader};
use std::borrow::Cow;
#[derive(Debug, Clone, PartialEq, Default)]
pub struct LeaveGroupResponse<'a> {
    pub throttle_time_ms: i32,
    pub error_code: i16,
    pub members: Vec<MemberResponse<'a>>,
}
impl LeaveGroupResponse<'_> {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = version >= 4;
        let mut size = usize::from(flexible) + 2;
        if version >= 1 {
            size += 4;
        }
        if version >= 3 {
            size += codec::min_array(flexible);
        }
        size
    }
}
impl<'a> Decode<'a> for LeaveGroupResponse<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 4;
        let mut this = Self::default();
        if version >= 1 {
            this.throttle_time_ms = r.i32()?;
        }
        this.error_code = r.i16()?;
        if version >= 3 {
            this.members = r.array(flexible, MemberResponse::min_size_bytes(version), |r| {
                MemberResponse::decode(r, version)
            })?;
        }
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for LeaveGroupResponse<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 4;
        if version >= 1 {
            codec::put_i32(out, self.throttle_time_ms);
        }
        codec::put_i16(out, self.error_code);
        if version >= 3 {
            codec::put_array_len(out, flexible, self.members.len())?;
            for item in &self.members {
                item.encode(out, version)?;
            }
        } else if !(self.members.is_empty()) {
            return Err(EncodeError::unsupported("Members", version));
        }
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for LeaveGroupResponse<'_> {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        if version >= 1 {
            this.throttle_time_ms = g.i32();
        }
        this.error_code = g.i16();
        if version >= 3 {
            this.members = g.vec(|g| codec::TestValue::test_value(g, version));
        }
        this
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct MemberResponse<'a> {
    pub member_id: Cow<'a, str>,
    pub group_instance_id: Option<Cow<'a, str>>,
    pub error_code: i16,
}
impl Default for MemberResponse<'_> {
    fn default() -> Self {
        Self {
            member_id: Default::default(),
            group_instance_id: Some(Default::default()),
            error_code: Default::default(),
        }
    }
}
impl MemberResponse<'_> {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = version >= 4;
        usize::from(flexible) + codec::min_string(flexible) + codec::min_string(flexible) + 2
    }
}
impl<'a> Decode<'a> for MemberResponse<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 4;
        let mut this = Self::default();
        this.member_id = r.string(flexible)?;
        this.group_instance_id = r.nullable_string(flexible)?;
        this.error_code = r.i16()?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for MemberResponse<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 4;
        codec::put_string(out, flexible, &self.member_id)?;
        match &self.group_instance_id {
            Some(value) => {
                codec::put_string(out, flexible, value)?;
            }
            None => {
                codec::put_null_string(out, flexible);
            }
        }
        codec::put_i16(out, self.error_code);
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for MemberResponse<'_> {
    fn test_value(g: &mut codec::Values, _version: i16) -> Self {
        let mut this = Self::default();
        this.member_id = g.string();
        this.group_instance_id = if true && g.null() { None } else { Some(g.string()) };
        this.error_code = g.i16();
        this
    }
}
