//! PushTelemetryRequest (key 72), versions 0-0.
// Written by wire/gen/generate.py; do not edit.
use crate::Uuid;
use crate::codec;
use crate::codec::{Decode, DecodeError, Encode, EncodeError, Reader};
use std::borrow::Cow;
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PushTelemetryRequest<'a> {
    pub client_instance_id: Uuid,
    pub subscription_id: i32,
    pub terminating: bool,
    pub compression_type: i8,
    pub metrics: Cow<'a, [u8]>,
}
impl PushTelemetryRequest<'_> {
    pub(crate) fn min_size_bytes(_version: i16) -> usize {
        let flexible = true;
        usize::from(flexible) + 16 + 4 + 1 + 1 + codec::min_bytes(flexible)
    }
}
impl<'a> Decode<'a> for PushTelemetryRequest<'a> {
    fn decode(r: &mut Reader<'a>, _version: i16) -> Result<Self, DecodeError> {
        let flexible = true;
        let mut this = Self::default();
        this.client_instance_id = r.uuid()?;
        this.subscription_id = r.i32()?;
        this.terminating = r.bool()?;
        this.compression_type = r.i8()?;
        this.metrics = r.bytes(flexible)?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for PushTelemetryRequest<'_> {
    fn encode(&self, out: &mut Vec<u8>, _version: i16) -> Result<(), EncodeError> {
        let flexible = true;
        codec::put_uuid(out, self.client_instance_id);
        codec::put_i32(out, self.subscription_id);
        codec::put_bool(out, self.terminating);
        codec::put_i8(out, self.compression_type);
        codec::put_bytes(out, flexible, &self.metrics)?;
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for PushTelemetryRequest<'_> {
    fn test_value(g: &mut codec::Values, _version: i16) -> Self {
        let mut this = Self::default();
        this.client_instance_id = g.uuid();
        this.subscription_id = g.i32();
        this.terminating = g.bool();
        this.compression_type = g.i8();
        this.metrics = g.bytes();
        this
    }
}
