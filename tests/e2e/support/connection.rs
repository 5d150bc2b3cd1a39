//! A blocking connection that sends and reads exact frames.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::time::Duration;
use wire::codec::{Decode, Reader, Request};
use wire::header::{RequestHeader, encode_request};
use wire::messages::api_versions_request::ApiVersionsRequest;

const CLIENT_ID: &str = "tidemill-tests";
/// Longer than any answer here may take; a test that waits for it has failed.
const PATIENCE: Duration = Duration::from_secs(20);

pub struct Connection {
    pub stream: TcpStream,
    next_correlation: i32,
}

impl Connection {
    #[track_caller]
    pub fn open(address: &str) -> Connection {
        Connection::try_open(address).unwrap_or_else(|error| panic!("{address}: {error}"))
    }

    pub fn try_open(address: &str) -> io::Result<Connection> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        Ok(Connection { stream, next_correlation: 1 })
    }

    /// Sends a request and returns its correlation id.
    pub fn send<'a, R: Request<'a>>(&mut self, version: i16, request: &R) -> io::Result<i32> {
        let correlation = self.next_correlation;
        self.next_correlation += 1;
        self.stream.write_all(&frame(version, correlation, request))?;
        Ok(correlation)
    }

    /// One answer, without the length before it.
    pub fn receive(&mut self) -> io::Result<Vec<u8>> {
        let mut length = [0; 4];
        self.stream.read_exact(&mut length)?;
        let length = i32::from_be_bytes(length);
        assert!((4..200 << 20).contains(&length), "an answer of {length} bytes");
        let mut answer = vec![0; length as usize];
        self.stream.read_exact(&mut answer)?;
        Ok(answer)
    }

    /// Sends a request and reads its answer, whose bytes are never freed: for the few small answers
    /// of a test, not for load.
    #[track_caller]
    pub fn call<'a, R: Request<'a>>(&mut self, version: i16, request: &R) -> R::Response<'static> {
        let sent = self.send(version, request).expect("a request");
        let answer = self.receive().expect("an answer");
        assert_eq!(correlation_of(&answer), sent, "the answer to another request");
        decode::<R>(version, answer.leak())
    }

    pub fn try_api_versions(&mut self) -> io::Result<Vec<u8>> {
        self.send(0, &ApiVersionsRequest::default())?;
        self.receive()
    }

    /// True when the broker closes the connection; false when it answers or stays silent.
    pub fn is_closed_within(&mut self, limit: Duration) -> bool {
        self.stream.set_read_timeout(Some(limit)).expect("a time limit");
        let mut byte = [0];
        match self.stream.read(&mut byte) {
            Ok(0) => true,
            Ok(_) => false,
            Err(error) => {
                matches!(
                    error.kind(),
                    io::ErrorKind::ConnectionReset
                        | io::ErrorKind::BrokenPipe
                        | io::ErrorKind::ConnectionAborted
                )
            }
        }
    }
}

/// A whole request frame.
pub fn frame<'a, R: Request<'a>>(version: i16, correlation: i32, request: &R) -> Vec<u8> {
    let header = RequestHeader {
        api_key: R::API as i16,
        api_version: version,
        correlation_id: correlation,
        client_id: Some(CLIENT_ID.into()),
    };
    let mut bytes = Vec::new();
    encode_request(&mut bytes, &header, request).expect("a request that can be encoded");
    bytes
}

pub fn correlation_of(answer: &[u8]) -> i32 {
    i32::from_be_bytes(answer[..4].try_into().expect("four bytes"))
}

/// The body of an answer to an `R`.
#[track_caller]
pub fn decode<'a, 'b, R: Request<'a>>(version: i16, answer: &'b [u8]) -> R::Response<'b> {
    let header = if R::API.response_header_version(version) == 0 { 4 } else { 5 };
    if header == 5 {
        assert_eq!(answer[4], 0, "the answer's header has tagged fields");
    }
    let mut reader = Reader::new(&answer[header..]);
    let body = R::Response::decode(&mut reader, version)
        .unwrap_or_else(|error| panic!("{:?} v{version}: {error}", R::API));
    assert_eq!(reader.remaining(), 0, "bytes after the answer to {:?} v{version}", R::API);
    body
}
