//! ApiVersionsResponse (key 18), versions 0-5.
// Written by wire/gen/generate.py; do not edit.
use crate::codec;
use crate::codec::{Decode, DecodeError, Encode, EncodeError, Reader};
use std::borrow::Cow;
#[derive(Debug, Clone, PartialEq)]
pub struct ApiVersionsResponse<'a> {
    pub error_code: i16,
    pub api_keys: Vec<ApiVersion>,
    pub throttle_time_ms: i32,
    pub supported_features: Vec<SupportedFeatureKey<'a>>,
    pub finalized_features_epoch: i64,
    pub finalized_features: Vec<FinalizedFeatureKey<'a>>,
    pub zk_migration_ready: bool,
}
impl Default for ApiVersionsResponse<'_> {
    fn default() -> Self {
        Self {
            error_code: Default::default(),
            api_keys: Default::default(),
            throttle_time_ms: Default::default(),
            supported_features: Default::default(),
            finalized_features_epoch: -1,
            finalized_features: Default::default(),
            zk_migration_ready: Default::default(),
        }
    }
}
impl ApiVersionsResponse<'_> {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = version >= 3;
        let mut size = usize::from(flexible) + 2 + codec::min_array(flexible);
        if version >= 1 {
            size += 4;
        }
        size
    }
}
impl<'a> Decode<'a> for ApiVersionsResponse<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 3;
        let mut this = Self::default();
        this.error_code = r.i16()?;
        this.api_keys = r.array(flexible, ApiVersion::min_size_bytes(version), |r| {
            ApiVersion::decode(r, version)
        })?;
        if version >= 1 {
            this.throttle_time_ms = r.i32()?;
        }
        if flexible {
            r.tags(|tag, r| {
                match tag {
                    0 if version >= 3 => {
                        this.supported_features =
                            r.array(flexible, SupportedFeatureKey::min_size_bytes(version), |r| {
                                SupportedFeatureKey::decode(r, version)
                            })?
                    }
                    1 if version >= 3 => this.finalized_features_epoch = r.i64()?,
                    2 if version >= 3 => {
                        this.finalized_features =
                            r.array(flexible, FinalizedFeatureKey::min_size_bytes(version), |r| {
                                FinalizedFeatureKey::decode(r, version)
                            })?
                    }
                    3 if version >= 3 => this.zk_migration_ready = r.bool()?,
                    _ => return Ok(false),
                }
                Ok(true)
            })?;
        }
        Ok(this)
    }
}
impl Encode for ApiVersionsResponse<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 3;
        codec::put_i16(out, self.error_code);
        codec::put_array_len(out, flexible, self.api_keys.len())?;
        for item in &self.api_keys {
            item.encode(out, version)?;
        }
        if version >= 1 {
            codec::put_i32(out, self.throttle_time_ms);
        }
        if flexible {
            let mut tags = codec::Tags::default();
            if version >= 3 && !(self.supported_features.is_empty()) {
                tags.push(0, |out| {
                    codec::put_array_len(out, flexible, self.supported_features.len())?;
                    for item in &self.supported_features {
                        item.encode(out, version)?;
                    }
                    Ok(())
                })?;
            }
            if version >= 3 && !(self.finalized_features_epoch == -1) {
                tags.push(1, |out| {
                    codec::put_i64(out, self.finalized_features_epoch);
                    Ok(())
                })?;
            }
            if version >= 3 && !(self.finalized_features.is_empty()) {
                tags.push(2, |out| {
                    codec::put_array_len(out, flexible, self.finalized_features.len())?;
                    for item in &self.finalized_features {
                        item.encode(out, version)?;
                    }
                    Ok(())
                })?;
            }
            if version >= 3 && !(!self.zk_migration_ready) {
                tags.push(3, |out| {
                    codec::put_bool(out, self.zk_migration_ready);
                    Ok(())
                })?;
            }
            tags.finish(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for ApiVersionsResponse<'_> {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        this.error_code = g.i16();
        this.api_keys = g.vec(|g| codec::TestValue::test_value(g, version));
        if version >= 1 {
            this.throttle_time_ms = g.i32();
        }
        if version >= 3 {
            this.supported_features = g.vec(|g| codec::TestValue::test_value(g, version));
        }
        if version >= 3 {
            this.finalized_features_epoch = g.i64();
        }
        if version >= 3 {
            this.finalized_features = g.vec(|g| codec::TestValue::test_value(g, version));
        }
        if version >= 3 {
            this.zk_migration_ready = g.bool();
        }
        this
    }
}
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ApiVersion {
    pub api_key: i16,
    pub min_version: i16,
    pub max_version: i16,
}
impl ApiVersion {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = version >= 3;
        usize::from(flexible) + 2 + 2 + 2
    }
}
impl<'a> Decode<'a> for ApiVersion {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 3;
        let mut this = Self::default();
        this.api_key = r.i16()?;
        this.min_version = r.i16()?;
        this.max_version = r.i16()?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for ApiVersion {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 3;
        codec::put_i16(out, self.api_key);
        codec::put_i16(out, self.min_version);
        codec::put_i16(out, self.max_version);
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for ApiVersion {
    fn test_value(g: &mut codec::Values, _version: i16) -> Self {
        let mut this = Self::default();
        this.api_key = g.i16();
        this.min_version = g.i16();
        this.max_version = g.i16();
        this
    }
}
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SupportedFeatureKey<'a> {
    pub name: Cow<'a, str>,
    pub min_version: i16,
    pub max_version: i16,
}
impl SupportedFeatureKey<'_> {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = version >= 3;
        usize::from(flexible) + codec::min_string(flexible) + 2 + 2
    }
}
impl<'a> Decode<'a> for SupportedFeatureKey<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 3;
        let mut this = Self::default();
        this.name = r.string(flexible)?;
        this.min_version = r.i16()?;
        this.max_version = r.i16()?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for SupportedFeatureKey<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 3;
        codec::put_string(out, flexible, &self.name)?;
        codec::put_i16(out, self.min_version);
        codec::put_i16(out, self.max_version);
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for SupportedFeatureKey<'_> {
    fn test_value(g: &mut codec::Values, _version: i16) -> Self {
        let mut this = Self::default();
        this.name = g.string();
        this.min_version = g.i16();
        this.max_version = g.i16();
        this
    }
}
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FinalizedFeatureKey<'a> {
    pub name: Cow<'a, str>,
    pub max_version_level: i16,
    pub min_version_level: i16,
}
impl FinalizedFeatureKey<'_> {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = version >= 3;
        usize::from(flexible) + codec::min_string(flexible) + 2 + 2
    }
}
impl<'a> Decode<'a> for FinalizedFeatureKey<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 3;
        let mut this = Self::default();
        this.name = r.string(flexible)?;
        this.max_version_level = r.i16()?;
        this.min_version_level = r.i16()?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for FinalizedFeatureKey<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 3;
        codec::put_string(out, flexible, &self.name)?;
        codec::put_i16(out, self.max_version_level);
        codec::put_i16(out, self.min_version_level);
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for FinalizedFeatureKey<'_> {
    fn test_value(g: &mut codec::Values, _version: i16) -> Self {
        let mut this = Self::default();
        this.name = g.string();
        this.max_version_level = g.i16();
        this.min_version_level = g.i16();
        this
    }
}
