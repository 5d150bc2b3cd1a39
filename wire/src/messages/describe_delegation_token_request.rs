//! DescribeDelegationTokenRequest (key 41), versions 1-3.
// Written by wire/gen/generate.py; do not edit.
use crate::codec;
use crate::codec::{Decode, DecodeError, Encode, EncodeError, Reader};
use std::borrow::Cow;
#[derive(Debug, Clone, PartialEq)]
pub struct DescribeDelegationTokenRequest<'a> {
    pub owners: Option<Vec<DescribeDelegationTokenOwner<'a>>>,
}
impl Default for DescribeDelegationTokenRequest<'_> {
    fn default() -> Self {
        Self { owners: Some(Default::default()) }
    }
}
impl DescribeDelegationTokenRequest<'_> {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = version >= 2;
        usize::from(flexible) + codec::min_array(flexible)
    }
}
impl<'a> Decode<'a> for DescribeDelegationTokenRequest<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 2;
        let mut this = Self::default();
        this.owners = r.nullable_array(
            flexible,
            DescribeDelegationTokenOwner::min_size_bytes(version),
            |r| DescribeDelegationTokenOwner::decode(r, version),
        )?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for DescribeDelegationTokenRequest<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 2;
        match &self.owners {
            Some(value) => {
                codec::put_array_len(out, flexible, value.len())?;
                for item in value {
                    item.encode(out, version)?;
                }
            }
            None => {
                codec::put_null_array(out, flexible);
            }
        }
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for DescribeDelegationTokenRequest<'_> {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        this.owners = if true && g.null() {
            None
        } else {
            Some(g.vec(|g| codec::TestValue::test_value(g, version)))
        };
        this
    }
}
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DescribeDelegationTokenOwner<'a> {
    pub principal_type: Cow<'a, str>,
    pub principal_name: Cow<'a, str>,
}
impl DescribeDelegationTokenOwner<'_> {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = version >= 2;
        usize::from(flexible) + codec::min_string(flexible) + codec::min_string(flexible)
    }
}
impl<'a> Decode<'a> for DescribeDelegationTokenOwner<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 2;
        let mut this = Self::default();
        this.principal_type = r.string(flexible)?;
        this.principal_name = r.string(flexible)?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for DescribeDelegationTokenOwner<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 2;
        codec::put_string(out, flexible, &self.principal_type)?;
        codec::put_string(out, flexible, &self.principal_name)?;
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for DescribeDelegationTokenOwner<'_> {
    fn test_value(g: &mut codec::Values, _version: i16) -> Self {
        let mut this = Self::default();
        this.principal_type = g.string();
        this.principal_name = g.string();
        this
    }
}
