//! DescribeGroupsRequest (key 15), versions 0-6.
// Written by wire/gen/generate.py; do not edit.
use crate::codec;
use crate::codec::{Decode, DecodeError, Encode, EncodeError, Reader};
use std::borrow::Cow;
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DescribeGroupsRequest<'a> {
    pub groups: Vec<Cow<'a, str>>,
    pub include_authorized_operations: bool,
}
impl DescribeGroupsRequest<'_> {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = version >= 5;
        let mut size = usize::from(flexible) + codec::min_array(flexible);
        if version >= 3 {
            size += 1;
        }
        size
    }
}
impl<'a> Decode<'a> for DescribeGroupsRequest<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 5;
        let mut this = Self::default();
        this.groups = r.array(flexible, codec::min_string(flexible), |r| r.string(flexible))?;
        if version >= 3 {
            this.include_authorized_operations = r.bool()?;
        }
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for DescribeGroupsRequest<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 5;
        codec::put_array_len(out, flexible, self.groups.len())?;
        for item in &self.groups {
            codec::put_string(out, flexible, item)?;
        }
        if version >= 3 {
            codec::put_bool(out, self.include_authorized_operations);
        } else if !(!self.include_authorized_operations) {
            return Err(EncodeError::unsupported("IncludeAuthorizedOperations", version));
        }
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for DescribeGroupsRequest<'_> {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        this.groups = g.vec(|g| g.string());
        if version >= 3 {
            this.include_authorized_operations = g.bool();
        }
        this
    }
}
