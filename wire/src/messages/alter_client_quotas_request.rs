//! AlterClientQuotasRequest (key 49), versions 0-1.
// Written by wire/gen/generate.py; do not edit.
use crate::codec;
use crate::codec::{Decode, DecodeError, Encode, EncodeError, Reader};
use std::borrow::Cow;
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AlterClientQuotasRequest<'a> {
    pub entries: Vec<EntryData<'a>>,
    pub validate_only: bool,
}
impl AlterClientQuotasRequest<'_> {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = version >= 1;
        usize::from(flexible) + codec::min_array(flexible) + 1
    }
}
impl<'a> Decode<'a> for AlterClientQuotasRequest<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 1;
        let mut this = Self::default();
        this.entries = r.array(flexible, EntryData::min_size_bytes(version), |r| {
            EntryData::decode(r, version)
        })?;
        this.validate_only = r.bool()?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for AlterClientQuotasRequest<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 1;
        codec::put_array_len(out, flexible, self.entries.len())?;
        for item in &self.entries {
            item.encode(out, version)?;
        }
        codec::put_bool(out, self.validate_only);
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for AlterClientQuotasRequest<'_> {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        this.entries = g.vec(|g| codec::TestValue::test_value(g, version));
        this.validate_only = g.bool();
        this
    }
}
#[derive(Debug, Clone, PartialEq, Default)]
pub struct EntryData<'a> {
    pub entity: Vec<EntityData<'a>>,
    pub ops: Vec<OpData<'a>>,
}
impl EntryData<'_> {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = version >= 1;
        usize::from(flexible) + codec::min_array(flexible) + codec::min_array(flexible)
    }
}
impl<'a> Decode<'a> for EntryData<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 1;
        let mut this = Self::default();
        this.entity = r.array(flexible, EntityData::min_size_bytes(version), |r| {
            EntityData::decode(r, version)
        })?;
        this.ops =
            r.array(flexible, OpData::min_size_bytes(version), |r| OpData::decode(r, version))?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for EntryData<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 1;
        codec::put_array_len(out, flexible, self.entity.len())?;
        for item in &self.entity {
            item.encode(out, version)?;
        }
        codec::put_array_len(out, flexible, self.ops.len())?;
        for item in &self.ops {
            item.encode(out, version)?;
        }
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for EntryData<'_> {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        this.entity = g.vec(|g| codec::TestValue::test_value(g, version));
        this.ops = g.vec(|g| codec::TestValue::test_value(g, version));
        this
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct EntityData<'a> {
    pub entity_type: Cow<'a, str>,
    pub entity_name: Option<Cow<'a, str>>,
}
impl Default for EntityData<'_> {
    fn default() -> Self {
        Self { entity_type: Default::default(), entity_name: Some(Default::default()) }
    }
}
impl EntityData<'_> {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = version >= 1;
        usize::from(flexible) + codec::min_string(flexible) + codec::min_string(flexible)
    }
}
impl<'a> Decode<'a> for EntityData<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 1;
        let mut this = Self::default();
        this.entity_type = r.string(flexible)?;
        this.entity_name = r.nullable_string(flexible)?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for EntityData<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 1;
        codec::put_string(out, flexible, &self.entity_type)?;
        match &self.entity_name {
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
impl codec::TestValue for EntityData<'_> {
    fn test_value(g: &mut codec::Values, _version: i16) -> Self {
        let mut this = Self::default();
        this.entity_type = g.string();
        this.entity_name = if true && g.null() { None } else { Some(g.string()) };
        this
    }
}
#[derive(Debug, Clone, PartialEq, Default)]
pub struct OpData<'a> {
    pub key: Cow<'a, str>,
    pub value: f64,
    pub remove: bool,
}
impl OpData<'_> {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = version >= 1;
        usize::from(flexible) + codec::min_string(flexible) + 8 + 1
    }
}
impl<'a> Decode<'a> for OpData<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 1;
        let mut this = Self::default();
        this.key = r.string(flexible)?;
        this.value = r.f64()?;
        this.remove = r.bool()?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for OpData<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 1;
        codec::put_string(out, flexible, &self.key)?;
        codec::put_f64(out, self.value);
        codec::put_bool(out, self.remove);
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for OpData<'_> {
    fn test_value(g: &mut codec::Values, _version: i16) -> Self {
        let mut this = Self::default();
        this.key = g.string();
        this.value = g.f64();
        this.remove = g.bool();
        this
    }
}
