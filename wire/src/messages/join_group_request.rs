//! JoinGroupRequest (key 11), versions 0-9.
// Written by wire/gen/generate.py; do not edit.
use crate::codec;
use crate::codec::{Decode, DecodeError, Encode, EncodeError, Reader};
use std::borrow::Cow;
#[derive(Debug, Clone, PartialEq)]
pub struct JoinGroupRequest<'a> {
    pub group_id: Cow<'a, str>,
    pub session_timeout_ms: i32,
    pub rebalance_timeout_ms: i32,
    pub member_id: Cow<'a, str>,
    pub group_instance_id: Option<Cow<'a, str>>,
    pub protocol_type: Cow<'a, str>,
    pub protocols: Vec<JoinGroupRequestProtocol<'a>>,
    pub reason: Option<Cow<'a, str>>,
}
impl Default for JoinGroupRequest<'_> {
    fn default() -> Self {
        Self {
            group_id: Default::default(),
            session_timeout_ms: Default::default(),
            rebalance_timeout_ms: -1,
            member_id: Default::default(),
            group_instance_id: Default::default(),
            protocol_type: Default::default(),
            protocols: Default::default(),
            reason: Default::default(),
        }
    }
}
impl JoinGroupRequest<'_> {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = version >= 6;
        let mut size = usize::from(flexible)
            + codec::min_string(flexible)
            + 4
            + codec::min_string(flexible)
            + codec::min_string(flexible)
            + codec::min_array(flexible);
        if version >= 1 {
            size += 4;
        }
        if version >= 5 {
            size += codec::min_string(flexible);
        }
        if version >= 8 {
            size += codec::min_string(flexible);
        }
        size
    }
}
impl<'a> Decode<'a> for JoinGroupRequest<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 6;
        let mut this = Self::default();
        this.group_id = r.string(flexible)?;
        this.session_timeout_ms = r.i32()?;
        if version >= 1 {
            this.rebalance_timeout_ms = r.i32()?;
        }
        this.member_id = r.string(flexible)?;
        if version >= 5 {
            this.group_instance_id = r.nullable_string(flexible)?;
        }
        this.protocol_type = r.string(flexible)?;
        this.protocols =
            r.array(flexible, JoinGroupRequestProtocol::min_size_bytes(version), |r| {
                JoinGroupRequestProtocol::decode(r, version)
            })?;
        if version >= 8 {
            this.reason = r.nullable_string(flexible)?;
        }
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for JoinGroupRequest<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 6;
        codec::put_string(out, flexible, &self.group_id)?;
        codec::put_i32(out, self.session_timeout_ms);
        if version >= 1 {
            codec::put_i32(out, self.rebalance_timeout_ms);
        }
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
        } else if !(self.group_instance_id.is_none()) {
            return Err(EncodeError::unsupported("GroupInstanceId", version));
        }
        codec::put_string(out, flexible, &self.protocol_type)?;
        codec::put_array_len(out, flexible, self.protocols.len())?;
        for item in &self.protocols {
            item.encode(out, version)?;
        }
        if version >= 8 {
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
impl codec::TestValue for JoinGroupRequest<'_> {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        this.group_id = g.string();
        this.session_timeout_ms = g.i32();
        if version >= 1 {
            this.rebalance_timeout_ms = g.i32();
        }
        this.member_id = g.string();
        if version >= 5 {
            this.group_instance_id = if true && g.null() { None } else { Some(g.string()) };
        }
        this.protocol_type = g.string();
        this.protocols = g.vec(|g| codec::TestValue::test_value(g, version));
        if version >= 8 {
            this.reason = if true && g.null() { None } else { Some(g.string()) };
        }
        this
    }
}
#[derive(Debug, Clone, PartialEq, Default)]
pub struct JoinGroupRequestProtocol<'a> {
    pub name: Cow<'a, str>,
    pub metadata: Cow<'a, [u8]>,
}
impl JoinGroupRequestProtocol<'_> {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = version >= 6;
        usize::from(flexible) + codec::min_string(flexible) + codec::min_bytes(flexible)
    }
}
impl<'a> Decode<'a> for JoinGroupRequestProtocol<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 6;
        let mut this = Self::default();
        this.name = r.string(flexible)?;
        this.metadata = r.bytes(flexible)?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for JoinGroupRequestProtocol<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 6;
        codec::put_string(out, flexible, &self.name)?;
        codec::put_bytes(out, flexible, &self.metadata)?;
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for JoinGroupRequestProtocol<'_> {
    fn test_value(g: &mut codec::Values, _version: i16) -> Self {
        let mut this = Self::default();
        this.name = g.string();
        this.metadata = g.bytes();
        this
    }
}
