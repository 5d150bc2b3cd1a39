//! ListConfigResourcesRequest (key 74), versions 0-1.
// Written by wire/gen/generate.py; do not edit.
use crate::codec;
use crate::codec::{Decode, DecodeError, Encode, EncodeError, Reader};
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ListConfigResourcesRequest {
    pub resource_types: Vec<i8>,
}
impl ListConfigResourcesRequest {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = true;
        let mut size = usize::from(flexible);
        if version >= 1 {
            size += codec::min_array(flexible);
        }
        size
    }
}
impl<'a> Decode<'a> for ListConfigResourcesRequest {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = true;
        let mut this = Self::default();
        if version >= 1 {
            this.resource_types = r.array(flexible, 1, |r| r.i8())?;
        }
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for ListConfigResourcesRequest {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = true;
        if version >= 1 {
            codec::put_array_len(out, flexible, self.resource_types.len())?;
            for item in &self.resource_types {
                codec::put_i8(out, *item);
            }
        } else if !(self.resource_types.is_empty()) {
            return Err(EncodeError::unsupported("ResourceTypes", version));
        }
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for ListConfigResourcesRequest {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        if version >= 1 {
            this.resource_types = g.vec(|g| g.i8());
        }
        this
    }
}
