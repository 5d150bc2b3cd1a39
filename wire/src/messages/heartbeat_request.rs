//! HeartbeatRequest (key 12), versions 0-4.
// Written by wire/gen/generate.py; do not edit.
use crate::codec;
use crate::codec::{Decode, DecodeError, Encode, EncodeError, Reader};
use std::borrow::Cow;
#[derive(Debug, Clone, PartialEq, Default)]
pub struct HeartbeatRequest<'a> {
    pub group_id: Cow<'a, str>,
    pub generation_id: i32,
    pub member_id: Cow<'a, str>,
    pub group_instance_id: Option<Cow<'a, str>>,
}
impl HeartbeatRequest<'_> {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = version >= 4;
        let mut size =
            usize::from(flexible) + codec::min_string(flexible) + 4 + codec::min_string(flexible);
        if version >= 3 {
            size += codec::min_string(flexible);
        }
        size
    }
}
impl<'a> Decode<'a> for HeartbeatRequest<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 4;
        let mut this = Self::default();
        this.group_id = r.string(flexible)?;
        this.generation_id = r.i32()?;
        this.member_id = r.string(flexible)?;
        if version >= 3 {
            this.group_instance_id = r.nullable_string(flexible)?;
        }
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for HeartbeatRequest<'_> {
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
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for HeartbeatRequest<'_> {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        this.group_id = g.string();
        this.generation_id = g.i32();
        this.member_id = g.string();
        if version >= 3 {
            this.group_instance_id = if true && g.null() { None } else { Some(g.string()) };
        }
        this
    }
}
