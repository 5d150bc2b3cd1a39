//! RemoveRaftVoterRequest (key 81), versions 0-0.
// Written by wire/gen/generate.py; do not edit.
use crate::Uuid;
use crate::codec;
use crate::codec::{Decode, DecodeError, Encode, EncodeError, Reader};
use std::borrow::Cow;
#[derive(Debug, Clone, PartialEq)]
pub struct RemoveRaftVoterRequest<'a> {
    pub cluster_id: Option<Cow<'a, str>>,
    pub voter_id: i32,
    pub voter_directory_id: Uuid,
}
impl Default for RemoveRaftVoterRequest<'_> {
    fn default() -> Self {
        Self {
            cluster_id: Some(Default::default()),
            voter_id: Default::default(),
            voter_directory_id: Default::default(),
        }
    }
}
impl RemoveRaftVoterRequest<'_> {
    pub(crate) fn min_size_bytes(_version: i16) -> usize {
        let flexible = true;
        usize::from(flexible) + codec::min_string(flexible) + 4 + 16
    }
}
impl<'a> Decode<'a> for RemoveRaftVoterRequest<'a> {
    fn decode(r: &mut Reader<'a>, _version: i16) -> Result<Self, DecodeError> {
        let flexible = true;
        let mut this = Self::default();
        this.cluster_id = r.nullable_string(flexible)?;
        this.voter_id = r.i32()?;
        this.voter_directory_id = r.uuid()?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for RemoveRaftVoterRequest<'_> {
    fn encode(&self, out: &mut Vec<u8>, _version: i16) -> Result<(), EncodeError> {
        let flexible = true;
        match &self.cluster_id {
            Some(value) => {
                codec::put_string(out, flexible, value)?;
            }
            None => {
                codec::put_null_string(out, flexible);
            }
        }
        codec::put_i32(out, self.voter_id);
        codec::put_uuid(out, self.voter_directory_id);
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for RemoveRaftVoterRequest<'_> {
    fn test_value(g: &mut codec::Values, _version: i16) -> Self {
        let mut this = Self::default();
        this.cluster_id = if true && g.null() { None } else { Some(g.string()) };
        this.voter_id = g.i32();
        this.voter_directory_id = g.uuid();
        this
    }
}
