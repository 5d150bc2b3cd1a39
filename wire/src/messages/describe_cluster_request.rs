//! DescribeClusterRequest (key 60), versions 0-2.
// Written by wire/gen/generate.py; do not edit.
use crate::codec;
use crate::codec::{Decode, DecodeError, Encode, EncodeError, Reader};
#[derive(Debug, Clone, PartialEq)]
pub struct DescribeClusterRequest {
    pub include_cluster_authorized_operations: bool,
    pub endpoint_type: i8,
    pub include_fenced_brokers: bool,
}
impl Default for DescribeClusterRequest {
    fn default() -> Self {
        Self {
            include_cluster_authorized_operations: Default::default(),
            endpoint_type: 1,
            include_fenced_brokers: Default::default(),
        }
    }
}
impl DescribeClusterRequest {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = true;
        let mut size = usize::from(flexible) + 1;
        if version >= 1 {
            size += 1;
        }
        if version >= 2 {
            size += 1;
        }
        size
    }
}
impl<'a> Decode<'a> for DescribeClusterRequest {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = true;
        let mut this = Self::default();
        this.include_cluster_authorized_operations = r.bool()?;
        if version >= 1 {
            this.endpoint_type = r.i8()?;
        }
        if version >= 2 {
            this.include_fenced_brokers = r.bool()?;
        }
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for DescribeClusterRequest {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = true;
        codec::put_bool(out, self.include_cluster_authorized_operations);
        if version >= 1 {
            codec::put_i8(out, self.endpoint_type);
        } else if !(self.endpoint_type == 1) {
            return Err(EncodeError::unsupported("EndpointType", version));
        }
        if version >= 2 {
            codec::put_bool(out, self.include_fenced_brokers);
        } else if !(!self.include_fenced_brokers) {
            return Err(EncodeError::unsupported("IncludeFencedBrokers", version));
        }
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for DescribeClusterRequest {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        this.include_cluster_authorized_operations = g.bool();
        if version >= 1 {
            this.endpoint_type = g.i8();
        }
        if version >= 2 {
            this.include_fenced_brokers = g.bool();
        }
        this
    }
}
