//! ShareGroupHeartbeatRequest (key 76), versions 1-1.
// Written by wire/gen/generate.py; do not edit.
use crate::codec;
use crate::codec::{Decode, DecodeError, Encode, EncodeError, Reader};
use std::borrow::Cow;
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ShareGroupHeartbeatRequest<'a> {
    pub group_id: Cow<'a, str>,
    pub member_id: Cow<'a, str>,
    pub member_epoch: i32,
    pub rack_id: Option<Cow<'a, str>>,
    pub subscribed_topic_names: Option<Vec<Cow<'a, str>>>,
}
impl ShareGroupHeartbeatRequest<'_> {
    pub(crate) fn min_size_bytes(_version: i16) -> usize {
        let flexible = true;
        usize::from(flexible)
            + codec::min_string(flexible)
            + codec::min_string(flexible)
            + 4
            + codec::min_string(flexible)
            + codec::min_array(flexible)
    }
}
impl<'a> Decode<'a> for ShareGroupHeartbeatRequest<'a> {
    fn decode(r: &mut Reader<'a>, _version: i16) -> Result<Self, DecodeError> {
        let flexible = true;
        let mut this = Self::default();
        this.group_id = r.string(flexible)?;
        this.member_id = r.string(flexible)?;
        this.member_epoch = r.i32()?;
        this.rack_id = r.nullable_string(flexible)?;
        this.subscribed_topic_names =
            r.nullable_array(flexible, codec::min_string(flexible), |r| r.string(flexible))?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for ShareGroupHeartbeatRequest<'_> {
    fn encode(&self, out: &mut Vec<u8>, _version: i16) -> Result<(), EncodeError> {
        let flexible = true;
        codec::put_string(out, flexible, &self.group_id)?;
        codec::put_string(out, flexible, &self.member_id)?;
        codec::put_i32(out, self.member_epoch);
        match &self.rack_id {
            Some(value) => {
                codec::put_string(out, flexible, value)?;
            }
            None => {
                codec::put_null_string(out, flexible);
            }
        }
        match &self.subscribed_topic_names {
            Some(value) => {
                codec::put_array_len(out, flexible, value.len())?;
                for item in value {
                    codec::put_string(out, flexible, item)?;
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
impl codec::TestValue for ShareGroupHeartbeatRequest<'_> {
    fn test_value(g: &mut codec::Values, _version: i16) -> Self {
        let mut this = Self::default();
        this.group_id = g.string();
        this.member_id = g.string();
        this.member_epoch = g.i32();
        this.rack_id = if true && g.null() { None } else { Some(g.string()) };
        this.subscribed_topic_names =
            if true && g.null() { None } else { Some(g.vec(|g| g.string())) };
        this
    }
}
