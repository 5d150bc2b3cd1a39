//! The API keys of the protocol, with what a broker needs to know of each.

mod table;

use std::ops::RangeInclusive;

use table::APIS;
pub use table::ApiKey;

#[derive(Debug, Clone, Copy)]
struct Versions {
    min: i16,
    max: i16,
}

struct Api {
    key: ApiKey,
    name: &'static str,
    valid: Versions,
    first_flexible: Option<i16>,
    latest_unstable: bool,
    broker_listener: bool,
}

impl ApiKey {
    /// All keys, also those that a broker does not serve.
    pub fn all() -> impl Iterator<Item = Self> {
        APIS.iter().map(|api| api.key)
    }

    #[must_use]
    pub fn from_i16(key: i16) -> Option<Self> {
        let index = usize::try_from(key).ok()?;
        APIS.get(index).map(|api| api.key)
    }

    fn api(self) -> &'static Api {
        // Keys are without gaps; the generator asserts it.
        &APIS[self as usize]
    }

    /// Kafka's name of the API, such as `Produce`.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.api().name
    }

    /// The versions that can be read and written; empty if the API was removed.
    #[must_use]
    pub fn valid_versions(self) -> RangeInclusive<i16> {
        let Versions { min, max } = self.api().valid;
        min..=max
    }

    /// The versions to tell clients of: without an unstable newest one, and for Produce from 0,
    /// without which librdkafka before 2.11.1 silently stops compressing (KAFKA-18659).
    #[must_use]
    pub fn advertised_versions(self) -> RangeInclusive<i16> {
        let Versions { min, max } = self.api().valid;
        let min = if self == Self::Produce { 0 } else { min };
        min..=max - i16::from(self.api().latest_unstable)
    }

    /// The versions a broker serves: valid and stable.
    #[must_use]
    pub fn served_versions(self) -> RangeInclusive<i16> {
        let Versions { min, max } = self.api().valid;
        min..=max - i16::from(self.api().latest_unstable)
    }

    /// Whether a version has compact lengths and tagged fields (KIP-482).
    #[must_use]
    pub fn is_flexible(self, version: i16) -> bool {
        self.api().first_flexible.is_some_and(|first| version >= first)
    }

    /// Whether clients or other brokers may send it to a broker; the rest is for controllers.
    #[must_use]
    pub fn is_on_broker_listener(self) -> bool {
        self.api().broker_listener
    }

    /// 2 with tagged fields, else 1.
    #[must_use]
    pub fn request_header_version(self, version: i16) -> i16 {
        if self.is_flexible(version) { 2 } else { 1 }
    }

    /// 1 with tagged fields, else 0. ApiVersions always answers with 0, so that a client which
    /// asked in a version unknown to us can read the refusal (KIP-511).
    #[must_use]
    pub fn response_header_version(self, version: i16) -> i16 {
        if self != Self::ApiVersions && self.is_flexible(version) { 1 } else { 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_have_no_gaps_and_know_themselves() {
        for (index, key) in ApiKey::all().enumerate() {
            assert_eq!(key as usize, index);
            assert_eq!(ApiKey::from_i16(key as i16), Some(key));
        }
        assert_eq!(ApiKey::from_i16(-1), None);
        assert_eq!(ApiKey::from_i16(95), None);
    }

    #[test]
    fn ranges_are_those_of_kafka_4_4() {
        assert_eq!(ApiKey::Produce.valid_versions(), 3..=13);
        assert_eq!(ApiKey::Produce.advertised_versions(), 0..=13);
        assert_eq!(ApiKey::InitProducerId.advertised_versions(), 0..=5);
        assert_eq!(ApiKey::Fetch.valid_versions(), 4..=18);
        assert!(ApiKey::LeaderAndIsr.valid_versions().is_empty());
        assert_eq!(ApiKey::ApiVersions.response_header_version(4), 0);
        assert_eq!(ApiKey::SaslHandshake.request_header_version(1), 1);
    }
}
