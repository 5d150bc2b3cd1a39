//! WriteTxnMarkersRequest (key 27), versions 1-2.
// Written by wire/gen/generate.py; do not edit.
use crate::codec;
use crate::codec::{Decode, DecodeError, Encode, EncodeError, Reader};
use std::borrow::Cow;
#[derive(Debug, Clone, PartialEq, Default)]
pub struct WriteTxnMarkersRequest<'a> {
    pub markers: Vec<WritableTxnMarker<'a>>,
}
impl WriteTxnMarkersRequest<'_> {
    pub(crate) fn min_size_bytes(_version: i16) -> usize {
        let flexible = true;
        usize::from(flexible) + codec::min_array(flexible)
    }
}
impl<'a> Decode<'a> for WriteTxnMarkersRequest<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = true;
        let mut this = Self::default();
        this.markers = r.array(flexible, WritableTxnMarker::min_size_bytes(version), |r| {
            WritableTxnMarker::decode(r, version)
        })?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for WriteTxnMarkersRequest<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = true;
        codec::put_array_len(out, flexible, self.markers.len())?;
        for item in &self.markers {
            item.encode(out, version)?;
        }
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for WriteTxnMarkersRequest<'_> {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        this.markers = g.vec(|g| codec::TestValue::test_value(g, version));
        this
    }
}
#[derive(Debug, Clone, PartialEq, Default)]
pub struct WritableTxnMarker<'a> {
    pub producer_id: i64,
    pub producer_epoch: i16,
    pub transaction_result: bool,
    pub topics: Vec<WritableTxnMarkerTopic<'a>>,
    pub coordinator_epoch: i32,
    pub transaction_version: i8,
}
impl WritableTxnMarker<'_> {
    pub(crate) fn min_size_bytes(version: i16) -> usize {
        let flexible = true;
        let mut size = usize::from(flexible) + 8 + 2 + 1 + codec::min_array(flexible) + 4;
        if version >= 2 {
            size += 1;
        }
        size
    }
}
impl<'a> Decode<'a> for WritableTxnMarker<'a> {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = true;
        let mut this = Self::default();
        this.producer_id = r.i64()?;
        this.producer_epoch = r.i16()?;
        this.transaction_result = r.bool()?;
        this.topics = r.array(flexible, WritableTxnMarkerTopic::min_size_bytes(version), |r| {
            WritableTxnMarkerTopic::decode(r, version)
        })?;
        this.coordinator_epoch = r.i32()?;
        if version >= 2 {
            this.transaction_version = r.i8()?;
        }
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for WritableTxnMarker<'_> {
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
        let flexible = true;
        codec::put_i64(out, self.producer_id);
        codec::put_i16(out, self.producer_epoch);
        codec::put_bool(out, self.transaction_result);
        codec::put_array_len(out, flexible, self.topics.len())?;
        for item in &self.topics {
            item.encode(out, version)?;
        }
        codec::put_i32(out, self.coordinator_epoch);
        if version >= 2 {
            codec::put_i8(out, self.transaction_version);
        }
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for WritableTxnMarker<'_> {
    fn test_value(g: &mut codec::Values, version: i16) -> Self {
        let mut this = Self::default();
        this.producer_id = g.i64();
        this.producer_epoch = g.i16();
        this.transaction_result = g.bool();
        this.topics = g.vec(|g| codec::TestValue::test_value(g, version));
        this.coordinator_epoch = g.i32();
        if version >= 2 {
            this.transaction_version = g.i8();
        }
        this
    }
}
#[derive(Debug, Clone, PartialEq, Default)]
pub struct WritableTxnMarkerTopic<'a> {
    pub name: Cow<'a, str>,
    pub partition_indexes: Vec<i32>,
}
impl WritableTxnMarkerTopic<'_> {
    pub(crate) fn min_size_bytes(_version: i16) -> usize {
        let flexible = true;
        usize::from(flexible) + codec::min_string(flexible) + codec::min_array(flexible)
    }
}
impl<'a> Decode<'a> for WritableTxnMarkerTopic<'a> {
    fn decode(r: &mut Reader<'a>, _version: i16) -> Result<Self, DecodeError> {
        let flexible = true;
        let mut this = Self::default();
        this.name = r.string(flexible)?;
        this.partition_indexes = r.array(flexible, 4, |r| r.i32())?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for WritableTxnMarkerTopic<'_> {
    fn encode(&self, out: &mut Vec<u8>, _version: i16) -> Result<(), EncodeError> {
        let flexible = true;
        codec::put_string(out, flexible, &self.name)?;
        codec::put_array_len(out, flexible, self.partition_indexes.len())?;
        for item in &self.partition_indexes {
            codec::put_i32(out, *item);
        }
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for WritableTxnMarkerTopic<'_> {
    fn test_value(g: &mut codec::Values, _version: i16) -> Self {
        let mut this = Self::default();
        this.name = g.string();
        this.partition_indexes = g.vec(|g| g.i32());
        this
    }
}
