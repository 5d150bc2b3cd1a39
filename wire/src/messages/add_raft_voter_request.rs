//! AddRaftVoterRequest (key 80), versions 0-1.
// Written by wire/gen/generate.py; do not edit.
use crate::Uuid;
use crate::codec;
use crate::codec::{Decode, DecodeError, Encode, EncodeError, Reader};
use std::borrow::Cow;
#[derive(Debug, Clone, PartialEq)]
pub struct AddRaftVoterRequest<'a> {
    pub cluster_id: Option<Cow<'a, str>>,
    pub timeout_ms: i32,
    pub voter_id: i32,
    pub voter_directory_id: Uuid,
    pub listeners: Vec<Listener<'a>>,
    pub ack_when_committed: bool,
}
impl Default for AddRaftVoterRequest<'_> {
    fn default() -> Self {
        Self {
            cluster_id: Some(Default::default()),
            timeout_ms: Default::default(),
            voter_id: Default::default(),
            voter_directory_id: Default::default(),
            listeners: Default::default(),
            ack_when_committed: true,
        }
    }
}
impl AddRaftVoterRequest<'_> {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = true;
        let mut size = usize::from(flexible)
            + codec::min_string(flexible)
            + 4
            + 4
            + 16
            + codec::min_array(flexible);
        if version >= 1 {
            size += 1;
        }
        size
    }
}
impl<'a> Decode<'a> for AddRaftVoterRequest<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = true;
        let mut this = Self::default();
        this.cluster_id = r.nullable_string(flexible)?;
        this.timeout_ms = r.i32()?;
        this.voter_id = r.i32()?;
        this.voter_directory_id = r.uuid()?;
        this.listeners =
            r.array(flexible, Listener::min_size_bytes(version), |r| Listener::decode(r, version))?;
        if version >= 1 {
            this.ack_when_committed = r.bool()?;
        }
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for AddRaftVoterRequest<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = true;
        match &self.cluster_id {
            Some(value) => {
                codec::put_string(out, flexible, value)?;
            }
            None => {
                codec::put_null_string(out, flexible);
            }
        }
        codec::put_i32(out, self.timeout_ms);
        codec::put_i32(out, self.voter_id);
        codec::put_uuid(out, self.voter_directory_id);
        codec::put_array_len(out, flexible, self.listeners.len())?;
        for item in &self.listeners {
            item.encode(out, version)?;
        }
        if version >= 1 {
            codec::put_bool(out, self.ack_when_committed);
        } else if !(self.ack_when_committed) {
            return Err(EncodeError::unsupported("AckWhenCommitted", version));
        }
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for AddRaftVoterRequest<'_> {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        this.cluster_id = if true && g.null() { None } else { Some(g.string()) };
        this.timeout_ms = g.i32();
        this.voter_id = g.i32();
        this.voter_directory_id = g.uuid();
        this.listeners = g.vec(|g| codec::TestValue::test_value(g, version));
        if version >= 1 {
            this.ack_when_committed = g.bool();
        }
        this
    }
}
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Listener<'a> {
    pub name: Cow<'a, str>,
    pub host: Cow<'a, str>,
    pub port: u16,
}
impl Listener<'_> {
    pub(crate) fn min_size_bytes(_version: i16) -> usize {
        let flexible = true;
        usize::from(flexible) + codec::min_string(flexible) + codec::min_string(flexible) + 2
    }
}
impl<'a> Decode<'a> for Listener<'a> {
    fn decode(r: &mut Reader<'a>, _version: i16) -> Result<Self, DecodeError> {
        let flexible = true;
        let mut this = Self::default();
        this.name = r.string(flexible)?;
        this.host = r.string(flexible)?;
        this.port = r.u16()?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for Listener<'_> {
    fn encode(&self, out: &mut Vec<u8>, _version: i16) -> Result<(), EncodeError> {
        let flexible = true;
        codec::put_string(out, flexible, &self.name)?;
        codec::put_string(out, flexible, &self.host)?;
        codec::put_u16(out, self.port);
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for Listener<'_> {
    fn test_value(g: &mut codec::Values, _version: i16) -> Self {
        let mut this = Self::default();
        this.name = g.string();
        this.host = g.string();
        this.port = g.u16();
        this
    }
}
