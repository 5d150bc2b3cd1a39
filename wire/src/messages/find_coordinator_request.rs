//! FindCoordinatorRequest (key 10), versions 0-6.
// Written by wire/gen/generate.py; do not edit.
use crate::codec;
use crate::codec::{Decode, DecodeError, Encode, EncodeError, Reader};
use std::borrow::Cow;
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FindCoordinatorRequest<'a> {
    pub key: Cow<'a, str>,
    pub key_type: i8,
    pub coordinator_keys: Vec<Cow<'a, str>>,
}
impl FindCoordinatorRequest<'_> {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = version >= 3;
        let mut size = usize::from(flexible);
        if version <= 3 {
            size += codec::min_string(flexible);
        }
        if version >= 1 {
            size += 1;
        }
        if version >= 4 {
            size += codec::min_array(flexible);
        }
        size
    }
}
impl<'a> Decode<'a> for FindCoordinatorRequest<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 3;
        let mut this = Self::default();
        if version <= 3 {
            this.key = r.string(flexible)?;
        }
        if version >= 1 {
            this.key_type = r.i8()?;
        }
        if version >= 4 {
            this.coordinator_keys =
                r.array(flexible, codec::min_string(flexible), |r| r.string(flexible))?;
        }
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for FindCoordinatorRequest<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 3;
        if version <= 3 {
            codec::put_string(out, flexible, &self.key)?;
        } else if !(self.key.is_empty()) {
            return Err(EncodeError::unsupported("Key", version));
        }
        if version >= 1 {
            codec::put_i8(out, self.key_type);
        } else if !(self.key_type == 0) {
            return Err(EncodeError::unsupported("KeyType", version));
        }
        if version >= 4 {
            codec::put_array_len(out, flexible, self.coordinator_keys.len())?;
            for item in &self.coordinator_keys {
                codec::put_string(out, flexible, item)?;
            }
        } else if !(self.coordinator_keys.is_empty()) {
            return Err(EncodeError::unsupported("CoordinatorKeys", version));
        }
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for FindCoordinatorRequest<'_> {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        if version <= 3 {
            this.key = g.string();
        }
        if version >= 1 {
            this.key_type = g.i8();
        }
        if version >= 4 {
            this.coordinator_keys = g.vec(|g| g.string());
        }
        this
    }
}
