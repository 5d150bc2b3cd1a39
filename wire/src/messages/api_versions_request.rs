//! ApiVersionsRequest (key 18), versions 0-5.
// Written by wire/gen/generate.py; do not edit.
use crate::codec;
use crate::codec::{Decode, DecodeError, Encode, EncodeError, Reader};
use std::borrow::Cow;
#[derive(Debug, Clone, PartialEq)]
pub struct ApiVersionsRequest<'a> {
    pub client_software_name: Cow<'a, str>,
    pub client_software_version: Cow<'a, str>,
    pub cluster_id: Option<Cow<'a, str>>,
    pub node_id: i32,
}
impl Default for ApiVersionsRequest<'_> {
    fn default() -> Self {
        Self {
            client_software_name: Default::default(),
            client_software_version: Default::default(),
            cluster_id: Default::default(),
            node_id: -1,
        }
    }
}
impl ApiVersionsRequest<'_> {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = version >= 3;
        let mut size = usize::from(flexible);
        if version >= 3 {
            size += codec::min_string(flexible);
        }
        if version >= 3 {
            size += codec::min_string(flexible);
        }
        if version >= 5 {
            size += codec::min_string(flexible);
        }
        if version >= 5 {
            size += 4;
        }
        size
    }
}
impl<'a> Decode<'a> for ApiVersionsRequest<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 3;
        let mut this = Self::default();
        if version >= 3 {
            this.client_software_name = r.string(flexible)?;
        }
        if version >= 3 {
            this.client_software_version = r.string(flexible)?;
        }
        if version >= 5 {
            this.cluster_id = r.nullable_string(flexible)?;
        }
        if version >= 5 {
            this.node_id = r.i32()?;
        }
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for ApiVersionsRequest<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 3;
        if version >= 3 {
            codec::put_string(out, flexible, &self.client_software_name)?;
        }
        if version >= 3 {
            codec::put_string(out, flexible, &self.client_software_version)?;
        }
        if version >= 5 {
            match &self.cluster_id {
                Some(value) => {
                    codec::put_string(out, flexible, value)?;
                }
                None => {
                    codec::put_null_string(out, flexible);
                }
            }
        }
        if version >= 5 {
            codec::put_i32(out, self.node_id);
        }
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for ApiVersionsRequest<'_> {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        if version >= 3 {
            this.client_software_name = g.string();
        }
        if version >= 3 {
            this.client_software_version = g.string();
        }
        if version >= 5 {
            this.cluster_id = if true && g.null() { None } else { Some(g.string()) };
        }
        if version >= 5 {
            this.node_id = g.i32();
        }
        this
    }
}
