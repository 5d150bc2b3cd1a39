//! DeleteGroupsRequest (key 42), versions 0-3.
// Written by wire/gen/generate.py; do not edit.
use crate::codec;
use crate::codec::{Decode, DecodeError, Encode, EncodeError, Reader};
use std::borrow::Cow;
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DeleteGroupsRequest<'a> {
    pub groups_names: Vec<Cow<'a, str>>,
}
impl DeleteGroupsRequest<'_> {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = version >= 2;
        usize::from(flexible) + codec::min_array(flexible)
    }
}
impl<'a> Decode<'a> for DeleteGroupsRequest<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 2;
        let mut this = Self::default();
        this.groups_names =
            r.array(flexible, codec::min_string(flexible), |r| r.string(flexible))?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for DeleteGroupsRequest<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 2;
        codec::put_array_len(out, flexible, self.groups_names.len())?;
        for item in &self.groups_names {
            codec::put_string(out, flexible, item)?;
        }
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for DeleteGroupsRequest<'_> {
    fn test_value(g: &mut codec::Values, _version: i16) -> Self {
        let mut this = Self::default();
        this.groups_names = g.vec(|g| g.string());
        this
    }
}
