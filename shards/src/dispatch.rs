//! How requests are dispatched: what a row of the table of APIs says, what a handler is given, and
//! how it answers. The table itself is `apis`.

use std::future::Future;
use std::net::SocketAddr;
use std::ops::RangeInclusive;
use std::pin::Pin;
use std::rc::Rc;

use wire::ApiKey;
use wire::codec::{Decode, DecodeError, Encode, EncodeError, Reader};
use wire::header;

use crate::groups::Client;
use crate::shard::Shard;

/// How requests of one connection follow each other.
#[derive(Clone, Copy)]
pub enum Mode {
    /// Decoded and started in the order of arrival, without waiting for what came before; the
    /// answer waits for its turn. Their code knows the connection (`apis::produce`, `apis::fetch`).
    Produce,
    Fetch,
    /// Starts when everything that came before is answered, and nothing starts until it is answered
    /// itself: Kafka's one request at a time.
    Serial(Handler),
}

/// Answers one request: the whole response frame, from [`RequestContext::respond`].
pub type Handler = for<'a> fn(&'a Rc<Shard>, &'a RequestContext, &'a [u8]) -> Answer<'a>;
type Answer<'a> = Pin<Box<dyn Future<Output = Result<Vec<u8>, HandlerError>> + 'a>>;

/// One API.
pub struct Row {
    pub api: ApiKey,
    pub mode: Mode,
}

impl Row {
    /// The versions that are served.
    pub fn versions(&self) -> RangeInclusive<i16> {
        self.api.served_versions()
    }

    /// The versions clients are told of: Produce from 0, see [`ApiKey::advertised_versions`].
    pub fn advertised_versions(&self) -> RangeInclusive<i16> {
        self.api.advertised_versions()
    }
}

/// What a handler knows of its request beside the body.
#[derive(Debug, Clone)]
pub struct RequestContext {
    pub api: ApiKey,
    pub api_version: i16,
    pub correlation_id: i32,
    pub client_id: Option<Rc<str>>,
    pub peer: SocketAddr,
    /// When the request had come, on the shard's clock.
    pub received_us: u64,
}

impl RequestContext {
    /// The client, as groups see it.
    pub fn client(&self) -> Client<'_> {
        let id = self.client_id.as_deref().unwrap_or_default();
        Client { id, ip: self.peer.ip(), api_version: self.api_version }
    }

    /// The request's body.
    ///
    /// # Errors
    /// It is not what its version says: the connection is closed.
    pub fn decode<'a, T: Decode<'a>>(&self, body: &'a [u8]) -> Result<T, HandlerError> {
        Ok(T::decode(&mut Reader::new(body), self.api_version)?)
    }

    /// The whole response frame.
    ///
    /// # Errors
    /// The response cannot be written in the request's version: a mistake of ours.
    pub fn respond(&self, response: &dyn Encode) -> Result<Vec<u8>, HandlerError> {
        self.respond_in(self.api_version, response)
    }

    /// As [`RequestContext::respond`], in another version than the request's.
    pub fn respond_in(&self, version: i16, response: &dyn Encode) -> Result<Vec<u8>, HandlerError> {
        let mut frame = Vec::new();
        header::encode_response(&mut frame, self.api, version, self.correlation_id, response)?;
        Ok(frame)
    }
}

/// Why a request has no answer. The connection is closed, with a line in the log.
#[derive(Debug, thiserror::Error)]
pub enum HandlerError {
    #[error("the request does not decode: {0}")]
    Decode(#[from] DecodeError),
    #[error("the response does not encode: {0}")]
    Encode(#[from] EncodeError),
    #[error("{0}")]
    Internal(&'static str),
    /// With acks=0 there is no answer; as Kafka does, the end of the connection tells the producer.
    #[error("a batch sent with acks=0 was refused: {0}")]
    Silent(&'static str),
}
