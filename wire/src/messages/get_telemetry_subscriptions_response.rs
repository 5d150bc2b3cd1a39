//! GetTelemetrySubscriptionsResponse (key 71), versions 0-0.
// Written by wire/gen/generate.py; do not edit.
use crate::Uuid;
use crate::codec;
use crate::codec::{Decode, DecodeError, Encode, EncodeError, Reader};
use std::borrow::Cow;
#[derive(Debug, Clone, PartialEq, Default)]
pub struct GetTelemetrySubscriptionsResponse<'a> {
    pub throttle_time_ms: i32,
    pub error_code: i16,
    pub client_instance_id: Uuid,
    pub subscription_id: i32,
    pub accepted_compression_types: Vec<i8>,
    pub push_interval_ms: i32,
    pub telemetry_max_bytes: i32,
    pub delta_temporality: bool,
    pub requested_metrics: Vec<Cow<'a, str>>,
}
impl GetTelemetrySubscriptionsResponse<'_> {
    pub(crate) fn min_size_bytes(_version: i16) -> usize {
        let flexible = true;
        usize::from(flexible)
            + 4
            + 2
            + 16
            + 4
            + codec::min_array(flexible)
            + 4
            + 4
            + 1
            + codec::min_array(flexible)
    }
}
impl<'a> Decode<'a> for GetTelemetrySubscriptionsResponse<'a> {
    fn decode(r: &mut Reader<'a>, _version: i16) -> Result<Self, DecodeError> {
        let flexible = true;
        let mut this = Self::default();
        this.throttle_time_ms = r.i32()?;
        this.error_code = r.i16()?;
        this.client_instance_id = r.uuid()?;
        this.subscription_id = r.i32()?;
        this.accepted_compression_types = r.array(flexible, 1, |r| r.i8())?;
        this.push_interval_ms = r.i32()?;
        this.telemetry_max_bytes = r.i32()?;
        this.delta_temporality = r.bool()?;
        this.requested_metrics =
            r.array(flexible, codec::min_string(flexible), |r| r.string(flexible))?;
        if flexible {
            r.skip_tags()?;
        }
        Ok(this)
    }
}
impl Encode for GetTelemetrySubscriptionsResponse<'_> {
    fn encode(&self, out: &mut Vec<u8>, _version: i16) -> Result<(), EncodeError> {
        let flexible = true;
        codec::put_i32(out, self.throttle_time_ms);
        codec::put_i16(out, self.error_code);
        codec::put_uuid(out, self.client_instance_id);
        codec::put_i32(out, self.subscription_id);
        codec::put_array_len(out, flexible, self.accepted_compression_types.len())?;
        for item in &self.accepted_compression_types {
            codec::put_i8(out, *item);
        }
        codec::put_i32(out, self.push_interval_ms);
        codec::put_i32(out, self.telemetry_max_bytes);
        codec::put_bool(out, self.delta_temporality);
        codec::put_array_len(out, flexible, self.requested_metrics.len())?;
        for item in &self.requested_metrics {
            codec::put_string(out, flexible, item)?;
        }
        if flexible {
            codec::put_no_tags(out);
        }
        Ok(())
    }
}
#[cfg(feature = "test-values")]
impl codec::TestValue for GetTelemetrySubscriptionsResponse<'_> {
    fn test_value(g: &mut codec::Values, _version: i16) -> Self {
        let mut this = Self::default();
        this.throttle_time_ms = g.i32();
        this.error_code = g.i16();
        this.client_instance_id = g.uuid();
        this.subscription_id = g.i32();
        this.accepted_compression_types = g.vec(|g| g.i8());
        this.push_interval_ms = g.i32();
        this.telemetry_max_bytes = g.i32();
        this.delta_temporality = g.bool();
        this.requested_metrics = g.vec(|g| g.string());
        this
    }
}
