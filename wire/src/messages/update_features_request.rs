//! UpdateFeaturesRequest (key 57), versions 0-2.
// Written by wire/gen/generate.py; do not edit.
use crate::codec;
use crate::codec::{Decode, DecodeError, Encode, EncodeError, Reader};
use std::borrow::Cow;
#[derive(Debug, Clone, PartialEq)]
pub struct UpdateFeaturesRequest<'a> {
    pub timeout_ms: i32,
    pub feature_updates: Vec<FeatureUpdateKey<'a>>,
    pub validate_only: bool,
}
impl Default for UpdateFeaturesRequest<'_> {
    fn default() -> Self {
        Self {
            timeout_ms: 60000,
            feature_updates: Default::default(),
            validate_only: Default::default(),
        }
    }
}
impl UpdateFeaturesRequest<'_> {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = true;
        let mut size = usize::from(flexible) + 4 + codec::min_array(flexible);
        if version >= 1 {
            size += 1;
        }
        size
    }
}
impl<'a> Decode<'a> for UpdateFeaturesRequest<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = true;
        let mut this = Self::default();
        this.timeout_ms = r.i32()?;
        this.feature_updates =
            r.array(flexible, FeatureUpdateKey::min_size_bytes(version), |r| {
                FeatureUpdateKey::decode(r, version)
            })?;
        if version >= 1 {
            this.validate_only = r.bool()?;
        }
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for UpdateFeaturesRequest<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = true;
        codec::put_i32(out, self.timeout_ms);
        codec::put_array_len(out, flexible, self.feature_updates.len())?;
        for item in &self.feature_updates {
            item.encode(out, version)?;
        }
        if version >= 1 {
            codec::put_bool(out, self.validate_only);
        } else if !(!self.validate_only) {
            return Err(EncodeError::unsupported("ValidateOnly", version));
        }
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for UpdateFeaturesRequest<'_> {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        this.timeout_ms = g.i32();
        this.feature_updates = g.vec(|g| codec::TestValue::test_value(g, version));
        if version >= 1 {
            this.validate_only = g.bool();
        }
        this
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct FeatureUpdateKey<'a> {
    pub feature: Cow<'a, str>,
    pub max_version_level: i16,
    pub allow_downgrade: bool,
    pub upgrade_type: i8,
}
impl Default for FeatureUpdateKey<'_> {
    fn default() -> Self {
        Self {
            feature: Default::default(),
            max_version_level: Default::default(),
            allow_downgrade: Default::default(),
            upgrade_type: 1,
        }
    }
}
impl FeatureUpdateKey<'_> {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = true;
        let mut size = usize::from(flexible) + codec::min_string(flexible) + 2;
        if version <= 0 {
            size += 1;
        }
        if version >= 1 {
            size += 1;
        }
        size
    }
}
impl<'a> Decode<'a> for FeatureUpdateKey<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = true;
        let mut this = Self::default();
        this.feature = r.string(flexible)?;
        this.max_version_level = r.i16()?;
        if version <= 0 {
            this.allow_downgrade = r.bool()?;
        }
        if version >= 1 {
            this.upgrade_type = r.i8()?;
        }
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for FeatureUpdateKey<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = true;
        codec::put_string(out, flexible, &self.feature)?;
        codec::put_i16(out, self.max_version_level);
        if version <= 0 {
            codec::put_bool(out, self.allow_downgrade);
        } else if !(!self.allow_downgrade) {
            return Err(EncodeError::unsupported("AllowDowngrade", version));
        }
        if version >= 1 {
            codec::put_i8(out, self.upgrade_type);
        } else if !(self.upgrade_type == 1) {
            return Err(EncodeError::unsupported("UpgradeType", version));
        }
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for FeatureUpdateKey<'_> {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        this.feature = g.string();
        this.max_version_level = g.i16();
        if version <= 0 {
            this.allow_downgrade = g.bool();
        }
        if version >= 1 {
            this.upgrade_type = g.i8();
        }
        this
    }
}
