//! FindCoordinatorResponse (key 10), versions 0-6.
// Written by wire/gen/generate.py; do not edit.
use crate::codec;
use crate::codec::{Decode, DecodeError, Encode, EncodeError, Reader};
use std::borrow::Cow;
#[derive(Debug, Clone, PartialEq)]
pub struct FindCoordinatorResponse<'a> {
    pub throttle_time_ms: i32,
    pub error_code: i16,
    pub error_message: Option<Cow<'a, str>>,
    pub node_id: i32,
    pub host: Cow<'a, str>,
    pub port: i32,
    pub coordinators: Vec<Coordinator<'a>>,
}
impl Default for FindCoordinatorResponse<'_> {
    fn default() -> Self {
        Self {
            throttle_time_ms: Default::default(),
            error_code: Default::default(),
            error_message: Some(Default::default()),
            node_id: Default::default(),
            host: Default::default(),
            port: Default::default(),
            coordinators: Default::default(),
        }
    }
}
impl FindCoordinatorResponse<'_> {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = version >= 3;
        let mut size = usize::from(flexible);
        if version >= 1 {
            size += 4;
        }
        if version <= 3 {
            size += 2;
        }
        if (1..=3).contains(&version) {
            size += codec::min_string(flexible);
        }
        if version <= 3 {
            size += 4;
        }
        if version <= 3 {
            size += codec::min_string(flexible);
        }
        if version <= 3 {
            size += 4;
        }
        if version >= 4 {
            size += codec::min_array(flexible);
        }
        size
    }
}
impl<'a> Decode<'a> for FindCoordinatorResponse<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 3;
        let mut this = Self::default();
        if version >= 1 {
            this.throttle_time_ms = r.i32()?;
        }
        if version <= 3 {
            this.error_code = r.i16()?;
        }
        if (1..=3).contains(&version) {
            this.error_message = r.nullable_string(flexible)?;
        }
        if version <= 3 {
            this.node_id = r.i32()?;
        }
        if version <= 3 {
            this.host = r.string(flexible)?;
        }
        if version <= 3 {
            this.port = r.i32()?;
        }
        if version >= 4 {
            this.coordinators = r.array(flexible, Coordinator::min_size_bytes(version), |r| {
                Coordinator::decode(r, version)
            })?;
        }
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for FindCoordinatorResponse<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 3;
        if version >= 1 {
            codec::put_i32(out, self.throttle_time_ms);
        }
        if version <= 3 {
            codec::put_i16(out, self.error_code);
        } else if !(self.error_code == 0) {
            return Err(EncodeError::unsupported("ErrorCode", version));
        }
        if (1..=3).contains(&version) {
            match &self.error_message {
                Some(value) => {
                    codec::put_string(out, flexible, value)?;
                }
                None => {
                    codec::put_null_string(out, flexible);
                }
            }
        }
        if version <= 3 {
            codec::put_i32(out, self.node_id);
        } else if !(self.node_id == 0) {
            return Err(EncodeError::unsupported("NodeId", version));
        }
        if version <= 3 {
            codec::put_string(out, flexible, &self.host)?;
        } else if !(self.host.is_empty()) {
            return Err(EncodeError::unsupported("Host", version));
        }
        if version <= 3 {
            codec::put_i32(out, self.port);
        } else if !(self.port == 0) {
            return Err(EncodeError::unsupported("Port", version));
        }
        if version >= 4 {
            codec::put_array_len(out, flexible, self.coordinators.len())?;
            for item in &self.coordinators {
                item.encode(out, version)?;
            }
        } else if !(self.coordinators.is_empty()) {
            return Err(EncodeError::unsupported("Coordinators", version));
        }
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for FindCoordinatorResponse<'_> {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        if version >= 1 {
            this.throttle_time_ms = g.i32();
        }
        if version <= 3 {
            this.error_code = g.i16();
        }
        if (1..=3).contains(&version) {
            this.error_message = if true && g.null() { None } else { Some(g.string()) };
        }
        if version <= 3 {
            this.node_id = g.i32();
        }
        if version <= 3 {
            this.host = g.string();
        }
        if version <= 3 {
            this.port = g.i32();
        }
        if version >= 4 {
            this.coordinators = g.vec(|g| codec::TestValue::test_value(g, version));
        }
        this
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct Coordinator<'a> {
    pub key: Cow<'a, str>,
    pub node_id: i32,
    pub host: Cow<'a, str>,
    pub port: i32,
    pub error_code: i16,
    pub error_message: Option<Cow<'a, str>>,
}
impl Default for Coordinator<'_> {
    fn default() -> Self {
        Self {
            key: Default::default(),
            node_id: Default::default(),
            host: Default::default(),
            port: Default::default(),
            error_code: Default::default(),
            error_message: Some(Default::default()),
        }
    }
}
impl Coordinator<'_> {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = version >= 3;
        usize::from(flexible)
            + codec::min_string(flexible)
            + 4
            + codec::min_string(flexible)
            + 4
            + 2
            + codec::min_string(flexible)
    }
}
impl<'a> Decode<'a> for Coordinator<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 3;
        let mut this = Self::default();
        this.key = r.string(flexible)?;
        this.node_id = r.i32()?;
        this.host = r.string(flexible)?;
        this.port = r.i32()?;
        this.error_code = r.i16()?;
        this.error_message = r.nullable_string(flexible)?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for Coordinator<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 3;
        codec::put_string(out, flexible, &self.key)?;
        codec::put_i32(out, self.node_id);
        codec::put_string(out, flexible, &self.host)?;
        codec::put_i32(out, self.port);
        codec::put_i16(out, self.error_code);
        match &self.error_message {
            Some(value) => {
                codec::put_string(out, flexible, value)?;
            }
            None => {
                codec::put_null_string(out, flexible);
            }
        }
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for Coordinator<'_> {
    fn test_value(g: &mut codec::Values, _version: i16) -> Self {
        let mut this = Self::default();
        this.key = g.string();
        this.node_id = g.i32();
        this.host = g.string();
        this.port = g.i32();
        this.error_code = g.i16();
        this.error_message = if true && g.null() { None } else { Some(g.string()) };
        this
    }
}
