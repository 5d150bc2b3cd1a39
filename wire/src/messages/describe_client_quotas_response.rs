//! DescribeClientQuotasResponse (key 48), versions 0-1.
// Written by wire/gen/generate.py; do not edit.
use crate::codec;
use crate::codec::{Decode, DecodeError, Encode, EncodeError, Reader};
use std::borrow::Cow;
#[derive(Debug, Clone, PartialEq)]
pub struct DescribeClientQuotasResponse<'a> {
    pub throttle_time_ms: i32,
    pub error_code: i16,
    pub error_message: Option<Cow<'a, str>>,
    pub entries: Option<Vec<EntryData<'a>>>,
}
impl Default for DescribeClientQuotasResponse<'_> {
    fn default() -> Self {
        Self {
            throttle_time_ms: Default::default(),
            error_code: Default::default(),
            error_message: Some(Default::default()),
            entries: Some(Default::default()),
        }
    }
}
impl DescribeClientQuotasResponse<'_> {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = version >= 1;
        usize::from(flexible) + 4 + 2 + codec::min_string(flexible) + codec::min_array(flexible)
    }
}
impl<'a> Decode<'a> for DescribeClientQuotasResponse<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 1;
        let mut this = Self::default();
        this.throttle_time_ms = r.i32()?;
        this.error_code = r.i16()?;
        this.error_message = r.nullable_string(flexible)?;
        this.entries = r.nullable_array(flexible, EntryData::min_size_bytes(version), |r| {
            EntryData::decode(r, version)
        })?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for DescribeClientQuotasResponse<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 1;
        codec::put_i32(out, self.throttle_time_ms);
        codec::put_i16(out, self.error_code);
        match &self.error_message {
            Some(value) => {
                codec::put_string(out, flexible, value)?;
            }
            None => {
                codec::put_null_string(out, flexible);
            }
        }
        match &self.entries {
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
impl codec::TestValue for DescribeClientQuotasResponse<'_> {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        this.throttle_time_ms = g.i32();
        this.error_code = g.i16();
        this.error_message = if true && g.null() { None } else { Some(g.string()) };
        this.entries = if true && g.null() {
            None
        } else {
            Some(g.vec(|g| codec::TestValue::test_value(g, version)))
        };
        this
    }
}
#[derive(Debug, Clone, PartialEq, Default)]
pub struct EntryData<'a> {
    pub entity: Vec<EntityData<'a>>,
    pub values: Vec<ValueData<'a>>,
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
        this.values = r.array(flexible, ValueData::min_size_bytes(version), |r| {
            ValueData::decode(r, version)
        })?;
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
        codec::put_array_len(out, flexible, self.values.len())?;
        for item in &self.values {
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
        this.values = g.vec(|g| codec::TestValue::test_value(g, version));
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
pub struct ValueData<'a> {
    pub key: Cow<'a, str>,
    pub value: f64,
}
impl ValueData<'_> {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = version >= 1;
        usize::from(flexible) + codec::min_string(flexible) + 8
    }
}
impl<'a> Decode<'a> for ValueData<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 1;
        let mut this = Self::default();
        this.key = r.string(flexible)?;
        this.value = r.f64()?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for ValueData<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 1;
        codec::put_string(out, flexible, &self.key)?;
        codec::put_f64(out, self.value);
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for ValueData<'_> {
    fn test_value(g: &mut codec::Values, _version: i16) -> Self {
        let mut this = Self::default();
        this.key = g.string();
        this.value = g.f64();
        this
    }
}
