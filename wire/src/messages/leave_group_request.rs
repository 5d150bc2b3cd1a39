//! LeaveGroupRequest (key 13), versions 0-5.
// Written by wire/gen/generate.py; do not edit.
use crate::codec;
use crate::codec::{Decode, DecodeError, Encode, EncodeError, Reader};
use std::borrow::Cow;
#[derive(Debug, Clone, PartialEq, Default)]
pub struct LeaveGroupRequest<'a> {
    pub group_id: Cow<'a, str>,
    pub member_id: Cow<'a, str>,
    pub members: Vec<MemberIdentity<'a>>,
}
impl LeaveGroupRequest<'_> {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = version >= 4;
        let mut size = usize::from(flexible) + codec::min_string(flexible);
        if version <= 2 {
            size += codec::min_string(flexible);
        }
        if version >= 3 {
            size += codec::min_array(flexible);
        }
        size
    }
}
impl<'a> Decode<'a> for LeaveGroupRequest<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 4;
        let mut this = Self::default();
        this.group_id = r.string(flexible)?;
        if version <= 2 {
            this.member_id = r.string(flexible)?;
        }
        if version >= 3 {
            this.members = r.array(flexible, MemberIdentity::min_size_bytes(version), |r| {
                MemberIdentity::decode(r, version)
            })?;
        }
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for LeaveGroupRequest<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 4;
        codec::put_string(out, flexible, &self.group_id)?;
        if version <= 2 {
            codec::put_string(out, flexible, &self.member_id)?;
        } else if !(self.member_id.is_empty()) {
            return Err(EncodeError::unsupported("MemberId", version));
        }
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
impl codec::TestValue for LeaveGroupRequest<'_> {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        this.group_id = g.string();
        if version <= 2 {
            this.member_id = g.string();
        }
        if version >= 3 {
            this.members = g.vec(|g| codec::TestValue::test_value(g, version));
        }
        this
    }
}
#[derive(Debug, Clone, PartialEq, Default)]
pub struct MemberIdentity<'a> {
    pub member_id: Cow<'a, str>,
    pub group_instance_id: Option<Cow<'a, str>>,
    pub reason: Option<Cow<'a, str>>,
}
impl MemberIdentity<'_> {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = version >= 4;
        let mut size =
            usize::from(flexible) + codec::min_string(flexible) + codec::min_string(flexible);
        if version >= 5 {
            size += codec::min_string(flexible);
        }
        size
    }
}
impl<'a> Decode<'a> for MemberIdentity<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 4;
        let mut this = Self::default();
        this.member_id = r.string(flexible)?;
        this.group_instance_id = r.nullable_string(flexible)?;
        if version >= 5 {
            this.reason = r.nullable_string(flexible)?;
        }
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for MemberIdentity<'_> {
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
        if version >= 5 {
            match &self.reason {
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
impl codec::TestValue for MemberIdentity<'_> {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        this.member_id = g.string();
        this.group_instance_id = if true && g.null() { None } else { Some(g.string()) };
        if version >= 5 {
            this.reason = if true && g.null() { None } else { Some(g.string()) };
        }
        this
    }
}
