//! Request and response headers, and whole frames.

use std::borrow::Cow;

use crate::ApiKey;
use crate::codec::{
    DecodeError, Encode, EncodeError, Reader, put_i16, put_i32, put_no_tags, put_null_string,
    put_string,
};

/// The header before every request. `client_id` is an old-style nullable string in every version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestHeader<'a> {
    pub api_key: i16,
    pub api_version: i16,
    pub correlation_id: i32,
    pub client_id: Option<Cow<'a, str>>,
}

impl<'a> RequestHeader<'a> {
    /// Reads a header; its version follows from the API and the version in it. Of an unknown API,
    /// or an unknown version of one, only what every header begins with is read, and no client id.
    pub fn decode(r: &mut Reader<'a>) -> Result<Self, DecodeError> {
        let api_key = r.i16()?;
        let api_version = r.i16()?;
        let correlation_id = r.i32()?;
        let known = ApiKey::from_i16(api_key)
            .filter(|api| api.advertised_versions().contains(&api_version));
        let Some(api) = known else {
            return Ok(Self { api_key, api_version, correlation_id, client_id: None });
        };
        let client_id = match r.i16()? {
            -1 => None,
            length => {
                let length = usize::try_from(length)
                    .map_err(|_| DecodeError::NegativeLength(length.into()))?;
                Some(r.text(length)?)
            }
        };
        if api.request_header_version(api_version) >= 2 {
            r.skip_tags()?;
        }
        Ok(Self { api_key, api_version, correlation_id, client_id })
    }

    /// Appends the header.
    pub fn encode(&self, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        put_i16(out, self.api_key);
        put_i16(out, self.api_version);
        put_i32(out, self.correlation_id);
        match &self.client_id {
            Some(client_id) => put_string(out, false, client_id)?,
            None => put_null_string(out, false),
        }
        let api = ApiKey::from_i16(self.api_key);
        if api.is_some_and(|api| api.request_header_version(self.api_version) >= 2) {
            put_no_tags(out);
        }
        Ok(())
    }
}

/// Appends a whole request frame, its length first.
pub fn encode_request(
    out: &mut Vec<u8>,
    header: &RequestHeader<'_>,
    body: &dyn Encode,
) -> Result<(), EncodeError> {
    frame(out, |out| {
        header.encode(out)?;
        body.encode(out, header.api_version)
    })
}

/// Appends a response's header.
pub fn put_response_header(out: &mut Vec<u8>, api: ApiKey, version: i16, correlation_id: i32) {
    put_i32(out, correlation_id);
    if api.response_header_version(version) >= 1 {
        put_no_tags(out);
    }
}

/// Reads a response's header and returns its correlation id.
pub fn decode_response_header(
    r: &mut Reader<'_>,
    api: ApiKey,
    version: i16,
) -> Result<i32, DecodeError> {
    let correlation_id = r.i32()?;
    if api.response_header_version(version) >= 1 {
        r.skip_tags()?;
    }
    Ok(correlation_id)
}

/// Appends a whole response frame, its length first.
pub fn encode_response(
    out: &mut Vec<u8>,
    api: ApiKey,
    version: i16,
    correlation_id: i32,
    body: &dyn Encode,
) -> Result<(), EncodeError> {
    frame(out, |out| {
        put_response_header(out, api, version, correlation_id);
        body.encode(out, version)
    })
}

/// Appends a frame: 4 bytes of length, then what `content` writes.
fn frame(
    out: &mut Vec<u8>,
    content: impl FnOnce(&mut Vec<u8>) -> Result<(), EncodeError>,
) -> Result<(), EncodeError> {
    let start = out.len();
    put_i32(out, 0);
    content(out)?;
    let length = out.len() - start - 4;
    let length = i32::try_from(length).map_err(|_| EncodeError::TooLong { length })?;
    out[start..start + 4].copy_from_slice(&length.to_be_bytes());
    Ok(())
}
