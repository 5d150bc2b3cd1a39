//! AlterUserScramCredentialsRequest (key 51), versions 0-0.
// Written by wire/gen/generate.py; do not edit.
use crate::codec;
use crate::codec::{Decode, DecodeError, Encode, EncodeError, Reader};
use std::borrow::Cow;
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AlterUserScramCredentialsRequest<'a> {
    pub deletions: Vec<ScramCredentialDeletion<'a>>,
    pub upsertions: Vec<ScramCredentialUpsertion<'a>>,
}
impl AlterUserScramCredentialsRequest<'_> {
    pub(crate) fn min_size_bytes(_version: i16) -> usize {
        let flexible = true;
        usize::from(flexible) + codec::min_array(flexible) + codec::min_array(flexible)
    }
}
impl<'a> Decode<'a> for AlterUserScramCredentialsRequest<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = true;
        let mut this = Self::default();
        this.deletions =
            r.array(flexible, ScramCredentialDeletion::min_size_bytes(version), |r| {
                ScramCredentialDeletion::decode(r, version)
            })?;
        this.upsertions =
            r.array(flexible, ScramCredentialUpsertion::min_size_bytes(version), |r| {
                ScramCredentialUpsertion::decode(r, version)
            })?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for AlterUserScramCredentialsRequest<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = true;
        codec::put_array_len(out, flexible, self.deletions.len())?;
        for item in &self.deletions {
            item.encode(out, version)?;
        }
        codec::put_array_len(out, flexible, self.upsertions.len())?;
        for item in &self.upsertions {
            item.encode(out, version)?;
        }
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for AlterUserScramCredentialsRequest<'_> {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        this.deletions = g.vec(|g| codec::TestValue::test_value(g, version));
        this.upsertions = g.vec(|g| codec::TestValue::test_value(g, version));
        this
    }
}
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ScramCredentialDeletion<'a> {
    pub name: Cow<'a, str>,
    pub mechanism: i8,
}
impl ScramCredentialDeletion<'_> {
    pub(crate) fn min_size_bytes(_version: i16) -> usize {
        let flexible = true;
        usize::from(flexible) + codec::min_string(flexible) + 1
    }
}
impl<'a> Decode<'a> for ScramCredentialDeletion<'a> {
    fn decode(r: &mut Reader<'a>, _version: i16) -> Result<Self, DecodeError> {
        let flexible = true;
        let mut this = Self::default();
        this.name = r.string(flexible)?;
        this.mechanism = r.i8()?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for ScramCredentialDeletion<'_> {
    fn encode(&self, out: &mut Vec<u8>, _version: i16) -> Result<(), EncodeError> {
        let flexible = true;
        codec::put_string(out, flexible, &self.name)?;
        codec::put_i8(out, self.mechanism);
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for ScramCredentialDeletion<'_> {
    fn test_value(g: &mut codec::Values, _version: i16) -> Self {
        let mut this = Self::default();
        this.name = g.string();
        this.mechanism = g.i8();
        this
    }
}
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ScramCredentialUpsertion<'a> {
    pub name: Cow<'a, str>,
    pub mechanism: i8,
    pub iterations: i32,
    pub salt: Cow<'a, [u8]>,
    pub salted_password: Cow<'a, [u8]>,
}
impl ScramCredentialUpsertion<'_> {
    pub(crate) fn min_size_bytes(_version: i16) -> usize {
        let flexible = true;
        usize::from(flexible)
            + codec::min_string(flexible)
            + 1
            + 4
            + codec::min_bytes(flexible)
            + codec::min_bytes(flexible)
    }
}
impl<'a> Decode<'a> for ScramCredentialUpsertion<'a> {
    fn decode(r: &mut Reader<'a>, _version: i16) -> Result<Self, DecodeError> {
        let flexible = true;
        let mut this = Self::default();
        this.name = r.string(flexible)?;
        this.mechanism = r.i8()?;
        this.iterations = r.i32()?;
        this.salt = r.bytes(flexible)?;
        this.salted_password = r.bytes(flexible)?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for ScramCredentialUpsertion<'_> {
    fn encode(&self, out: &mut Vec<u8>, _version: i16) -> Result<(), EncodeError> {
        let flexible = true;
        codec::put_string(out, flexible, &self.name)?;
        codec::put_i8(out, self.mechanism);
        codec::put_i32(out, self.iterations);
        codec::put_bytes(out, flexible, &self.salt)?;
        codec::put_bytes(out, flexible, &self.salted_password)?;
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for ScramCredentialUpsertion<'_> {
    fn test_value(g: &mut codec::Values, _version: i16) -> Self {
        let mut this = Self::default();
        this.name = g.string();
        this.mechanism = g.i8();
        this.iterations = g.i32();
        this.salt = g.bytes();
        this.salted_password = g.bytes();
        this
    }
}
