//! DescribeClientQuotasRequest (key 48), versions 0-1.
// Written by wire/gen/generate.py; do not edit.
use crate::codec;
use crate::codec::{Decode, DecodeError, Encode, EncodeError, Reader};
use std::borrow::Cow;
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DescribeClientQuotasRequest<'a> {
    pub components: Vec<ComponentData<'a>>,
    pub strict: bool,
}
impl DescribeClientQuotasRequest<'_> {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = version >= 1;
        usize::from(flexible) + codec::min_array(flexible) + 1
    }
}
impl<'a> Decode<'a> for DescribeClientQuotasRequest<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 1;
        let mut this = Self::default();
        this.components = r.array(flexible, ComponentData::min_size_bytes(version), |r| {
            ComponentData::decode(r, version)
        })?;
        this.strict = r.bool()?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for DescribeClientQuotasRequest<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 1;
        codec::put_array_len(out, flexible, self.components.len())?;
        for item in &self.components {
            item.encode(out, version)?;
        }
        codec::put_bool(out, self.strict);
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for DescribeClientQuotasRequest<'_> {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        this.components = g.vec(|g| codec::TestValue::test_value(g, version));
        this.strict = g.bool();
        this
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct ComponentData<'a> {
    pub entity_type: Cow<'a, str>,
    pub match_type: i8,
    pub match_: Option<Cow<'a, str>>,
}
impl Default for ComponentData<'_> {
    fn default() -> Self {
        Self {
            entity_type: Default::default(),
            match_type: Default::default(),
            match_: Some(Default::default()),
        }
    }
}
impl ComponentData<'_> {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = version >= 1;
        usize::from(flexible) + codec::min_string(flexible) + 1 + codec::min_string(flexible)
    }
}
impl<'a> Decode<'a> for ComponentData<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 1;
        let mut this = Self::default();
        this.entity_type = r.string(flexible)?;
        this.match_type = r.i8()?;
        this.match_ = r.nullable_string(flexible)?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for ComponentData<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 1;
        codec::put_string(out, flexible, &self.entity_type)?;
        codec::put_i8(out, self.match_type);
        match &self.match_ {
            Some(value) => {
                codec::put_string(out, flexible, value)?;
            }
            None => {
                codec::put_null_string(out, flexible);
            }
        }
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for ComponentData<'_> {
    fn test_value(g: &mut codec::Values, _version: i16) -> Self {
        let mut this = Self::default();
        this.entity_type = g.string();
        this.match_type = g.i8();
        this.match_ = if true && g.null() { None } else { Some(g.string()) };
        this
    }
}
