//! Every message of the protocol behind plain functions, so that a test can loop over them.

// Shared by several test programs, each of which uses a part.
#![allow(dead_code)]

use wire::ApiKey;
use wire::codec::{Decode, DecodeError, Encode, Reader, TestValue, Values};
use wire::messages;

/// A request or a response, in all its versions.
pub struct Message {
    pub api: ApiKey,
    pub name: &'static str,
    /// Bytes of pseudo-random values; checked on the way to decode to the same values.
    pub random: fn(seed: u64, version: i16) -> Vec<u8>,
    /// The same values, but all strings are `text`.
    pub of_text: fn(seed: u64, version: i16, text: &'static str) -> Vec<u8>,
    /// Bytes of Kafka's default values, where the version can carry them.
    pub default: fn(version: i16) -> Option<Vec<u8>>,
    /// Decodes exactly these bytes and encodes the values again.
    pub again: fn(bytes: &[u8], version: i16) -> Result<Vec<u8>, DecodeError>,
    /// Decodes and forgets.
    pub decode: fn(bytes: &[u8], version: i16) -> Result<(), DecodeError>,
}

impl Message {
    pub fn versions(&self) -> impl Iterator<Item = i16> + use<> {
        self.api.valid_versions()
    }
}

macro_rules! message {
    ($api:ident, $name:ident) => {
        Message {
            api: ApiKey::$api,
            name: stringify!($name),
            random: |seed, version| {
                let value = messages::$name::test_value(&mut Values::new(seed), version);
                let mut bytes = Vec::new();
                let encoded = value.encode(&mut bytes, version);
                assert_eq!(encoded, Ok(()), "{value:?}");
                let mut reader = Reader::new(&bytes);
                let decoded = messages::$name::decode(&mut reader, version);
                let at = format!("{} v{version} seed {seed}", stringify!($name));
                assert_eq!(decoded.as_ref(), Ok(&value), "{at}");
                assert_eq!(reader.finish(), Ok(()), "{at}");
                bytes
            },
            of_text: |seed, version, text| {
                let mut values = Values::new(seed).with_text(text);
                let value = messages::$name::test_value(&mut values, version);
                let mut bytes = Vec::new();
                assert_eq!(value.encode(&mut bytes, version), Ok(()), "{value:?}");
                bytes
            },
            default: |version| {
                let mut bytes = Vec::new();
                messages::$name::default().encode(&mut bytes, version).ok()?;
                Some(bytes)
            },
            again: |bytes, version| {
                let mut reader = Reader::new(bytes);
                let value = messages::$name::decode(&mut reader, version)?;
                reader.finish()?;
                let mut out = Vec::new();
                value.encode(&mut out, version).expect("what was read can be written");
                Ok(out)
            },
            decode: |bytes, version| {
                messages::$name::decode(&mut Reader::new(bytes), version).map(drop)
            },
        }
    };
}

macro_rules! table {
    ($($api:ident: $request:ident, $response:ident;)*) => {
        vec![$(message!($api, $request), message!($api, $response),)*]
    };
}

/// Requests and responses of all APIs on a broker's listener.
pub fn all() -> Vec<Message> {
    wire::for_each_api!(table)
}
