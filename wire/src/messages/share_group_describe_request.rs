//! ShareGroupDescribeRequest (key 77), versions 1-1.
// Written by wire/gen/generate.py; do not edit.
use crate::codec;
use crate::codec::{Decode, DecodeError, Encode, EncodeError, Reader};
use std::borrow::Cow;
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ShareGroupDescribeRequest<'a> {
    pub group_ids: Vec<Cow<'a, str>>,
    pub include_authorized_operations: bool,
}
impl ShareGroupDescribeRequest<'_> {
    pub(crate) fn min_size_bytes(_version: i16) -> usize {
        let flexible = true;
        usize::from(flexible) + codec::min_array(flexible) + 1
    }
}
impl<'a> Decode<'a> for ShareGroupDescribeRequest<'a> {
    fn decode(r: &mut Reader<'a>, _version: i16) -> Result<Self, DecodeError> {
        let flexible = true;
        let mut this = Self::default();
        this.group_ids = r.array(flexible, codec::min_string(flexible), |r| r.string(flexible))?;
        this.include_authorized_operations = r.bool()?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for ShareGroupDescribeRequest<'_> {
    fn encode(&self, out: &mut Vec<u8>, _version: i16) -> Result<(), EncodeError> {
        let flexible = true;
        codec::put_array_len(out, flexible, self.group_ids.len())?;
        for item in &self.group_ids {
            codec::put_string(out, flexible, item)?;
        }
        codec::put_bool(out, self.include_authorized_operations);
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for ShareGroupDescribeRequest<'_> {
    fn test_value(g: &mut codec::Values, _version: i16) -> Self {
        let mut this = Self::default();
        this.group_ids = g.vec(|g| g.string());
        this.include_authorized_operations = g.bool();
        this
    }
}
