//! Every message of the protocol behind plain functions, in the order of the API keys.

use wire::ApiKey;
use wire::codec::{Decode, DecodeError, Encode, Reader};
use wire::messages;

/// A request or a response, in all its versions.
pub struct Message {
    pub api: ApiKey,
    pub name: &'static str,
    /// Decodes and forgets; says how many bytes are left over.
    pub decode: fn(bytes: &[u8], version: i16) -> Result<usize, DecodeError>,
    /// Decodes without a budget and encodes what came out.
    pub again: fn(bytes: &[u8], version: i16) -> Result<Vec<u8>, DecodeError>,
}

impl Message {
    pub fn is_request(&self) -> bool {
        self.name.ends_with("Request")
    }

    /// The version that a byte of input stands for.
    pub fn version(&self, byte: u8) -> i16 {
        let versions = self.api.valid_versions();
        let count = versions.end() - versions.start() + 1;
        versions.start() + i16::from(byte) % count
    }
}

macro_rules! message {
    ($api:ident, $name:ident) => {
        Message {
            api: ApiKey::$api,
            name: stringify!($name),
            decode: |bytes, version| {
                let mut reader = Reader::new(bytes);
                messages::$name::decode(&mut reader, version)?;
                Ok(reader.remaining())
            },
            again: |bytes, version| {
                let mut reader = Reader::with_budget(bytes, usize::MAX);
                let value = messages::$name::decode(&mut reader, version)?;
                let mut out = Vec::new();
                if let Err(error) = value.encode(&mut out, version) {
                    panic!("v{version}: what was read cannot be written: {error}: {value:?}");
                }
                Ok(out)
            },
        }
    };
}

macro_rules! table {
    ($($api:ident: $request:ident, $response:ident;)*) => {
        &[$(message!($api, $request), message!($api, $response),)*]
    };
}

/// A request and a response for each API.
pub static ALL: &[Message] = wire::for_each_api!(table);

// The first byte of an input picks one, or a whole frame.
const _: () = assert!(ALL.len() < 256);

pub fn request(api: ApiKey) -> Option<&'static Message> {
    ALL.iter().find(|message| message.api == api && message.is_request())
}
