//! DescribeClusterResponse (key 60), versions 0-2.
// Written by wire/gen/generate.py; do not edit.
use crate::codec;
use crate::codec::{Decode, DecodeError, Encode, EncodeError, Reader};
use std::borrow::Cow;
#[derive(Debug, Clone, PartialEq)]
pub struct DescribeClusterResponse<'a> {
    pub throttle_time_ms: i32,
    pub error_code: i16,
    pub error_message: Option<Cow<'a, str>>,
    pub endpoint_type: i8,
    pub cluster_id: Cow<'a, str>,
    pub controller_id: i32,
    pub brokers: Vec<DescribeClusterBroker<'a>>,
    pub cluster_authorized_operations: i32,
}
impl Default for DescribeClusterResponse<'_> {
    fn default() -> Self {
        Self {
            throttle_time_ms: Default::default(),
            error_code: Default::default(),
            error_message: Default::default(),
            endpoint_type: 1,
            cluster_id: Default::default(),
            controller_id: -1,
            brokers: Default::default(),
            cluster_authorized_operations: i32::MIN,
        }
    }
}
impl DescribeClusterResponse<'_> {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = true;
        let mut size = usize::from(flexible)
            + 4
            + 2
            + codec::min_string(flexible)
            + codec::min_string(flexible)
            + 4
            + codec::min_array(flexible)
            + 4;
        if version >= 1 {
            size += 1;
        }
        size
    }
}
impl<'a> Decode<'a> for DescribeClusterResponse<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = true;
        let mut this = Self::default();
        this.throttle_time_ms = r.i32()?;
        this.error_code = r.i16()?;
        this.error_message = r.nullable_string(flexible)?;
        if version >= 1 {
            this.endpoint_type = r.i8()?;
        }
        this.cluster_id = r.string(flexible)?;
        this.controller_id = r.i32()?;
        this.brokers = r.array(flexible, DescribeClusterBroker::min_size_bytes(version), |r| {
            DescribeClusterBroker::decode(r, version)
        })?;
        this.cluster_authorized_operations = r.i32()?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for DescribeClusterResponse<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = true;
        codec::put_i32(out, self.throttle_time_ms);
        codec::put_i16(out, self.error_code);
        match &self.error_message {
            Some(value) => {
                codec::put_string(out, flexible, value)?;
            }
            None => {
                codec::put_null_string(out, flexible);
            }
        }
        if version >= 1 {
            codec::put_i8(out, self.endpoint_type);
        } else if !(self.endpoint_type == 1) {
            return Err(EncodeError::unsupported("EndpointType", version));
        }
        codec::put_string(out, flexible, &self.cluster_id)?;
        codec::put_i32(out, self.controller_id);
        codec::put_array_len(out, flexible, self.brokers.len())?;
        for item in &self.brokers {
            item.encode(out, version)?;
        }
        codec::put_i32(out, self.cluster_authorized_operations);
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for DescribeClusterResponse<'_> {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        this.throttle_time_ms = g.i32();
        this.error_code = g.i16();
        this.error_message = if true && g.null() { None } else { Some(g.string()) };
        if version >= 1 {
            this.endpoint_type = g.i8();
        }
        this.cluster_id = g.string();
        this.controller_id = g.i32();
        this.brokers = g.vec(|g| codec::TestValue::test_value(g, version));
        this.cluster_authorized_operations = g.i32();
        this
    }
}
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DescribeClusterBroker<'a> {
    pub broker_id: i32,
    pub host: Cow<'a, str>,
    pub port: i32,
    pub rack: Option<Cow<'a, str>>,
    pub is_fenced: bool,
}
impl DescribeClusterBroker<'_> {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = true;
        let mut size = usize::from(flexible)
            + 4
            + codec::min_string(flexible)
            + 4
            + codec::min_string(flexible);
        if version >= 2 {
            size += 1;
        }
        size
    }
}
impl<'a> Decode<'a> for DescribeClusterBroker<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = true;
        let mut this = Self::default();
        this.broker_id = r.i32()?;
        this.host = r.string(flexible)?;
        this.port = r.i32()?;
        this.rack = r.nullable_string(flexible)?;
        if version >= 2 {
            this.is_fenced = r.bool()?;
        }
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for DescribeClusterBroker<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = true;
        codec::put_i32(out, self.broker_id);
        codec::put_string(out, flexible, &self.host)?;
        codec::put_i32(out, self.port);
        match &self.rack {
            Some(value) => {
                codec::put_string(out, flexible, value)?;
            }
            None => {
                codec::put_null_string(out, flexible);
            }
        }
        if version >= 2 {
            codec::put_bool(out, self.is_fenced);
        } else if !(!self.is_fenced) {
            return Err(EncodeError::unsupported("IsFenced", version));
        }
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for DescribeClusterBroker<'_> {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        this.broker_id = g.i32();
        this.host = g.string();
        this.port = g.i32();
        this.rack = if true && g.null() { None } else { Some(g.string()) };
        if version >= 2 {
            this.is_fenced = g.bool();
        }
        this
    }
}
