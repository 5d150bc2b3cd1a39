//! HTTP as far as the tests need it: GET of one path.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

/// What a Kafka producer behind the server may take (delivery.timeout.ms) before it gives up.
const LIMIT: Duration = Duration::from_secs(120);

/// GET `path` of the server at `address`: the status and the body.
pub fn get(address: &str, path: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(address).expect("the HTTP port");
    stream.set_read_timeout(Some(LIMIT)).expect("a time limit");
    // With HTTP/1.0 the body comes in one piece and ends with the connection.
    write!(stream, "GET {path} HTTP/1.0\r\nHost: {address}\r\n\r\n").expect("a request");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    let (head, body) = answer.split_once("\r\n\r\n").expect("a head and a body");
    let status = head.split(' ').nth(1).and_then(|code| code.parse().ok()).expect("a status");
    (status, body.to_owned())
}
