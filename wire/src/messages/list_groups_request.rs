//! ListGroupsRequest (key 16), versions 0-5.
// Written by wire/gen/generate.py; do not edit.
use crate::codec;
use crate::codec::{Decode, DecodeError, Encode, EncodeError, Reader};
use std::borrow::Cow;
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ListGroupsRequest<'a> {
    pub states_filter: Vec<Cow<'a, str>>,
    pub types_filter: Vec<Cow<'a, str>>,
}
impl ListGroupsRequest<'_> {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = version >= 3;
        let mut size = usize::from(flexible);
        if version >= 4 {
            size += codec::min_array(flexible);
        }
        if version >= 5 {
            size += codec::min_array(flexible);
        }
        size
    }
}
impl<'a> Decode<'a> for ListGroupsRequest<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 3;
        let mut this = Self::default();
        if version >= 4 {
            this.states_filter =
                r.array(flexible, codec::min_string(flexible), |r| r.string(flexible))?;
        }
        if version >= 5 {
            this.types_filter =
                r.array(flexible, codec::min_string(flexible), |r| r.string(flexible))?;
        }
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for ListGroupsRequest<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 3;
        if version >= 4 {
            codec::put_array_len(out, flexible, self.states_filter.len())?;
            for item in &self.states_filter {
                codec::put_string(out, flexible, item)?;
            }
        } else if !(self.states_filter.is_empty()) {
            return Err(EncodeError::unsupported("StatesFilter", version));
        }
        if version >= 5 {
            codec::put_array_len(out, flexible, self.types_filter.len())?;
            for item in &self.types_filter {
                codec::put_string(out, flexible, item)?;
            }
        } else if !(self.types_filter.is_empty()) {
            return Err(EncodeError::unsupported("TypesFilter", version));
        }
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for ListGroupsRequest<'_> {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        if version >= 4 {
            this.states_filter = g.vec(|g| g.string());
        }
        if version >= 5 {
            this.types_filter = g.vec(|g| g.string());
        }
        this
    }
}
