//! JoinGroupResponse (key 11), versions 0-9.
// Written by wire/gen/generate.py; do not edit.
use crate::codec;
use crate::codec::{Decode, DecodeError, Encode, EncodeError, Reader};
use std::borrow::Cow;
#[derive(Debug, Clone, PartialEq)]
pub struct JoinGroupResponse<'a> {
    pub throttle_time_ms: i32,
    pub error_code: i16,
    pub generation_id: i32,
    pub protocol_type: Option<Cow<'a, str>>,
    pub protocol_name: Option<Cow<'a, str>>,
    pub leader: Cow<'a, str>,
    pub skip_assignment: bool,
    pub member_id: Cow<'a, str>,
    pub members: Vec<JoinGroupResponseMember<'a>>,
}
impl Default for JoinGroupResponse<'_> {
    fn default() -> Self {
        Self {
            throttle_time_ms: Default::default(),
            error_code: Default::default(),
            generation_id: -1,
            protocol_type: Default::default(),
            protocol_name: Some(Default::default()),
            leader: Default::default(),
            skip_assignment: Default::default(),
            member_id: Default::default(),
            members: Default::default(),
        }
    }
}
impl JoinGroupResponse<'_> {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = version >= 6;
        let mut size = usize::from(flexible)
            + 2
            + 4
            + codec::min_string(flexible)
            + codec::min_string(flexible)
            + codec::min_string(flexible)
            + codec::min_array(flexible);
        if version >= 2 {
            size += 4;
        }
        if version >= 7 {
            size += codec::min_string(flexible);
        }
        if version >= 9 {
            size += 1;
        }
        size
    }
}
impl<'a> Decode<'a> for JoinGroupResponse<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 6;
        let mut this = Self::default();
        if version >= 2 {
            this.throttle_time_ms = r.i32()?;
        }
        this.error_code = r.i16()?;
        this.generation_id = r.i32()?;
        if version >= 7 {
            this.protocol_type = r.nullable_string(flexible)?;
        }
        this.protocol_name =
            if version >= 7 { r.nullable_string(flexible)? } else { Some(r.string(flexible)?) };
        this.leader = r.string(flexible)?;
        if version >= 9 {
            this.skip_assignment = r.bool()?;
        }
        this.member_id = r.string(flexible)?;
        this.members =
            r.array(flexible, JoinGroupResponseMember::min_size_bytes(version), |r| {
                JoinGroupResponseMember::decode(r, version)
            })?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for JoinGroupResponse<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 6;
        if version >= 2 {
            codec::put_i32(out, self.throttle_time_ms);
        }
        codec::put_i16(out, self.error_code);
        codec::put_i32(out, self.generation_id);
        if version >= 7 {
            match &self.protocol_type {
                Some(value) => {
                    codec::put_string(out, flexible, value)?;
                }
                None => {
                    codec::put_null_string(out, flexible);
                }
            }
        }
        match &self.protocol_name {
            Some(value) => {
                codec::put_string(out, flexible, value)?;
            }
            None => {
                if version >= 7 {
                    codec::put_null_string(out, flexible);
                } else {
                    return Err(EncodeError::null("ProtocolName", version));
                }
            }
        }
        codec::put_string(out, flexible, &self.leader)?;
        if version >= 9 {
            codec::put_bool(out, self.skip_assignment);
        } else if !(!self.skip_assignment) {
            return Err(EncodeError::unsupported("SkipAssignment", version));
        }
        codec::put_string(out, flexible, &self.member_id)?;
        codec::put_array_len(out, flexible, self.members.len())?;
        for item in &self.members {
            item.encode(out, version)?;
        }
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for JoinGroupResponse<'_> {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        if version >= 2 {
            this.throttle_time_ms = g.i32();
        }
        this.error_code = g.i16();
        this.generation_id = g.i32();
        if version >= 7 {
            this.protocol_type = if true && g.null() { None } else { Some(g.string()) };
        }
        this.protocol_name = if version >= 7 && g.null() { None } else { Some(g.string()) };
        this.leader = g.string();
        if version >= 9 {
            this.skip_assignment = g.bool();
        }
        this.member_id = g.string();
        this.members = g.vec(|g| codec::TestValue::test_value(g, version));
        this
    }
}
#[derive(Debug, Clone, PartialEq, Default)]
pub struct JoinGroupResponseMember<'a> {
    pub member_id: Cow<'a, str>,
    pub group_instance_id: Option<Cow<'a, str>>,
    pub metadata: Cow<'a, [u8]>,
}
impl JoinGroupResponseMember<'_> {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = version >= 6;
        let mut size =
            usize::from(flexible) + codec::min_string(flexible) + codec::min_bytes(flexible);
        if version >= 5 {
            size += codec::min_string(flexible);
        }
        size
    }
}
impl<'a> Decode<'a> for JoinGroupResponseMember<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 6;
        let mut this = Self::default();
        this.member_id = r.string(flexible)?;
        if version >= 5 {
            this.group_instance_id = r.nullable_string(flexible)?;
        }
        this.metadata = r.bytes(flexible)?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for JoinGroupResponseMember<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 6;
        codec::put_string(out, flexible, &self.member_id)?;
        if version >= 5 {
            match &self.group_instance_id {
                Some(value) => {
                    codec::put_string(out, flexible, value)?;
                }
                None => {
                    codec::put_null_string(out, flexible);
                }
            }
        }
        codec::put_bytes(out, flexible, &self.metadata)?;
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for JoinGroupResponseMember<'_> {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        this.member_id = g.string();
        if version >= 5 {
            this.group_instance_id = if true && g.null() { None } else { Some(g.string()) };
        }
        this.metadata = g.bytes();
        this
    }
}
