//! One connection to one broker.

use std::collections::HashMap;
use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use wire::codec::{Decode, Reader, Request};
use wire::header::{RequestHeader, decode_response_header, encode_request};
use wire::messages::{ApiVersionsRequest, ApiVersionsResponse};
use wire::{ApiKey, ErrorCode};

use super::error::{ClientError, Result, check};
use crate::address::HostPort;
use crate::limits::{CLIENT_ANSWER_TIME, CLIENT_CONNECT_TIME, CLIENT_FRAME_BYTES_MAX};
use crate::version::VERSION;

const CLIENT_ID: &str = "tidemill";
/// What decoding one answer may allocate.
const DECODE_BYTES_MAX: usize = 1 << 30;

/// The least and the newest version that a broker serves, by API key.
type Versions = HashMap<i16, (i16, i16)>;

pub struct Connection {
    stream: TcpStream,
    address: String,
    versions: Versions,
    correlation_id: i32,
    out: Vec<u8>,
    answer: Vec<u8>,
}

impl Connection {
    /// Connects to the first address of the host that answers, and asks which versions it serves.
    pub fn open(to: &HostPort) -> Result<Connection> {
        let address = to.to_string();
        let stream = connect(to)
            .map_err(|source| ClientError::Connect { address: address.clone(), source })?;
        let mut connection = Connection {
            stream,
            address,
            versions: HashMap::new(),
            correlation_id: 0,
            out: Vec::new(),
            answer: Vec::new(),
        };
        connection.negotiate()?;
        Ok(connection)
    }

    /// The newest version of an API that both sides know.
    pub fn version(&self, api: ApiKey) -> Result<i16> {
        let ours = api.served_versions();
        let common = self.versions.get(&(api as i16)).and_then(|(min, max)| {
            let version = (*max).min(*ours.end());
            (version >= *min && version >= *ours.start()).then_some(version)
        });
        common.ok_or_else(|| ClientError::Unsupported {
            address: self.address.clone(),
            api: api.name(),
        })
    }

    /// Sends a request in the newest common version and reads its answer.
    pub fn call<'r, R: Request<'r>>(&mut self, request: &R) -> Result<R::Response<'_>> {
        let version = self.version(R::API)?;
        self.send(request, version)?;
        self.receive::<R>(version)
    }

    /// Sends a request that has no answer (Produce with acks=0).
    pub fn send_only<'r, R: Request<'r>>(&mut self, request: &R) -> Result<()> {
        let version = self.version(R::API)?;
        self.send(request, version)
    }

    fn send<'r, R: Request<'r>>(&mut self, request: &R, version: i16) -> Result<()> {
        self.correlation_id = self.correlation_id.wrapping_add(1);
        let header = RequestHeader {
            api_key: R::API as i16,
            api_version: version,
            correlation_id: self.correlation_id,
            client_id: Some(CLIENT_ID.into()),
        };
        self.out.clear();
        encode_request(&mut self.out, &header, request)
            .map_err(|error| self.protocol(format!("a request cannot be written: {error}")))?;
        self.stream.write_all(&self.out).map_err(|source| self.lost(source))
    }

    fn receive<'r, R: Request<'r>>(&mut self, version: i16) -> Result<R::Response<'_>> {
        self.read_frame()?;
        let mut reader = Reader::with_budget(&self.answer, DECODE_BYTES_MAX);
        let expected = self.correlation_id;
        let decoded = decode_response_header(&mut reader, R::API, version).and_then(|id| {
            let response = <R::Response<'_> as Decode<'_>>::decode(&mut reader, version)?;
            Ok((id, response))
        });
        match decoded {
            Ok((id, response)) if id == expected => Ok(response),
            Ok((id, _)) => Err(self.protocol(format!("answer {id} where {expected} was due"))),
            Err(error) => Err(self.protocol(format!("{} answer: {error}", R::API.name()))),
        }
    }

    /// Reads into `answer`; the memory grows with what arrives, not with what is announced.
    fn read_frame(&mut self) -> Result<()> {
        let mut length = [0; 4];
        self.stream.read_exact(&mut length).map_err(|source| self.lost(source))?;
        let length = match usize::try_from(i32::from_be_bytes(length)) {
            Ok(length) if length <= CLIENT_FRAME_BYTES_MAX => length,
            _ => return Err(self.protocol(format!("an answer of length {length:?}"))),
        };
        self.answer.clear();
        let mut limited = (&mut self.stream).take(length as u64);
        let read = limited.read_to_end(&mut self.answer);
        match read {
            Ok(read) if read == length => Ok(()),
            Ok(_) => Err(self.lost(io::ErrorKind::UnexpectedEof.into())),
            Err(source) => Err(self.lost(source)),
        }
    }

    /// A broker that does not know our newest ApiVersions answers in version 0 with what it knows.
    fn negotiate(&mut self) -> Result<()> {
        let newest = *ApiKey::ApiVersions.served_versions().end();
        let (code, first) = self.ask_versions(newest)?;
        let (code, versions) = if code == ErrorCode::UnsupportedVersion as i16 {
            let own = first.get(&(ApiKey::ApiVersions as i16));
            self.ask_versions(own.map_or(0, |(_, max)| (*max).min(newest)))?
        } else {
            (code, first)
        };
        check(format!("ApiVersions of {}", self.address), code, None)?;
        self.versions = versions;
        Ok(())
    }

    fn ask_versions(&mut self, version: i16) -> Result<(i16, Versions)> {
        let request = ApiVersionsRequest {
            client_software_name: CLIENT_ID.into(),
            client_software_version: VERSION.into(),
            ..ApiVersionsRequest::default()
        };
        self.send(&request, version)?;
        self.read_frame()?;
        let body = self.answer.get(4..).unwrap_or_default();
        let refused = body.get(..2) == Some(&(ErrorCode::UnsupportedVersion as i16).to_be_bytes());
        let version = if refused { 0 } else { version };
        let mut reader = Reader::new(body);
        let response = ApiVersionsResponse::decode(&mut reader, version)
            .map_err(|error| self.protocol(format!("ApiVersions answer: {error}")))?;
        let versions = response.api_keys.iter();
        Ok((
            response.error_code,
            versions.map(|api| (api.api_key, (api.min_version, api.max_version))).collect(),
        ))
    }

    fn lost(&self, source: io::Error) -> ClientError {
        let source = match source.kind() {
            // What a read timeout of a socket is called.
            io::ErrorKind::WouldBlock => io::Error::new(io::ErrorKind::TimedOut, "no answer"),
            io::ErrorKind::UnexpectedEof => {
                io::Error::new(io::ErrorKind::UnexpectedEof, "the other side has closed it")
            }
            _ => source,
        };
        ClientError::Io { address: self.address.clone(), source }
    }

    fn protocol(&self, why: String) -> ClientError {
        ClientError::Protocol { address: self.address.clone(), why }
    }
}

fn connect(to: &HostPort) -> io::Result<TcpStream> {
    let mut last = io::Error::new(io::ErrorKind::NotFound, "the name has no address");
    for address in to.resolve()? {
        match TcpStream::connect_timeout(&address, CLIENT_CONNECT_TIME) {
            Ok(stream) => {
                stream.set_nodelay(true)?;
                stream.set_read_timeout(Some(CLIENT_ANSWER_TIME))?;
                stream.set_write_timeout(Some(CLIENT_ANSWER_TIME.max(Duration::from_secs(1))))?;
                return Ok(stream);
            }
            Err(error) => last = error,
        }
    }
    Err(last)
}
