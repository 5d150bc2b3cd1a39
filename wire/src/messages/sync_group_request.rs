//! SyncGroupRequest (key 14), versions 0-5.
// Written by wire/gen/generate.py; do not edit.
use crate::codec;
use crate::codec::{Decode, DecodeError, Encode, EncodeError, Reader};
use std::borrow::Cow;
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SyncGroupRequest<'a> {
    pub group_id: Cow<'a, str>,
    pub generation_id: i32,
    pub member_id: Cow<'a, str>,
    pub group_instance_id: Option<Cow<'a, str>>,
    pub protocol_type: Option<Cow<'a, str>>,
    pub protocol_name: Option<Cow<'a, str>>,
    pub assignments: Vec<SyncGroupRequestAssignment<'a>>,
}
impl SyncGroupRequest<'_> {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = version >= 4;
        let mut size = usize::from(flexible)
            + codec::min_string(flexible)
            + 4
            + codec::min_string(flexible)
            + codec::min_array(flexible);
        if version >= 3 {
            size += codec::min_string(flexible);
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
impl<'a> Decode<'a> for SyncGroupRequest<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 4;
        let mut this = Self::default();
        this.group_id = r.string(flexible)?;
        this.generation_id = r.i32()?;
        this.member_id = r.string(flexible)?;
        if version >= 3 {
            this.group_instance_id = r.nullable_string(flexible)?;
        }
        if version >= 5 {
            this.protocol_type = r.nullable_string(flexible)?;
        }
        if version >= 5 {
            this.protocol_name = r.nullable_string(flexible)?;
        }
        this.assignments =
            r.array(flexible, SyncGroupRequestAssignment::min_size_bytes(version), |r| {
                SyncGroupRequestAssignment::decode(r, version)
            })?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for SyncGroupRequest<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 4;
        codec::put_string(out, flexible, &self.group_id)?;
        codec::put_i32(out, self.generation_id);
        codec::put_string(out, flexible, &self.member_id)?;
        if version >= 3 {
            match &self.group_instance_id {
                Some(value) => {
                    codec::put_string(out, flexible, value)?;
                }
                None => {
                    codec::put_null_string(out, flexible);
                }
            }
        } else if !(self.group_instance_id.is_none()) {
            return Err(EncodeError::unsupported("GroupInstanceId", version));
        }
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
        codec::put_array_len(out, flexible, self.assignments.len())?;
        for item in &self.assignments {
            item.encode(out, version)?;
        }
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for SyncGroupRequest<'_> {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        this.group_id = g.string();
        this.generation_id = g.i32();
        this.member_id = g.string();
        if version >= 3 {
            this.group_instance_id = if true && g.null() { None } else { Some(g.string()) };
        }
        if version >= 5 {
            this.protocol_type = if true && g.null() { None } else { Some(g.string()) };
        }
        if version >= 5 {
            this.protocol_name = if true && g.null() { None } else { Some(g.string()) };
        }
        this.assignments = g.vec(|g| codec::TestValue::test_value(g, version));
        this
    }
}
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SyncGroupRequestAssignment<'a> {
    pub member_id: Cow<'a, str>,
    pub assignment: Cow<'a, [u8]>,
}
impl SyncGroupRequestAssignment<'_> {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = version >= 4;
        usize::from(flexible) + codec::min_string(flexible) + codec::min_bytes(flexible)
    }
}
impl<'a> Decode<'a> for SyncGroupRequestAssignment<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 4;
        let mut this = Self::default();
        this.member_id = r.string(flexible)?;
        this.assignment = r.bytes(flexible)?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for SyncGroupRequestAssignment<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 4;
        codec::put_string(out, flexible, &self.member_id)?;
        codec::put_bytes(out, flexible, &self.assignment)?;
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for SyncGroupRequestAssignment<'_> {
    fn test_value(g: &mut codec::Values, _version: i16) -> Self {
        let mut this = Self::default();
        this.member_id = g.string();
        this.assignment = g.bytes();
        this
    }
}
