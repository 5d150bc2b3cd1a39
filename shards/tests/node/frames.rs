//! What is no request ends its connection, and nothing else.

use std::time::Duration;

use crate::support::{Server, batch};

#[test]
fn garbage_ends_its_own_connection_only() {
    let server = Server::start();
    let mut good = server.connect();
    good.create_topic("tides", 1, &[]);
    let whole = |body: &[u8]| [&(body.len() as i32).to_be_bytes(), body].concat();
    let cases: [Vec<u8>; 9] = [
        b"GET / HTTP/1.1\r\nhost: x\r\n\r\n".to_vec(),
        vec![0x16, 3, 1, 2, 0, 1, 0, 1],
        vec![0xff; 8],
        vec![0x7f, 0xff, 0xff, 0xff, 0, 0],
        whole(&[]),
        whole(&[0, 0, 0]),
        // An API that nobody knows; a request for controllers; a produce that is cut.
        whole(&[0x70, 0, 0, 0, 0, 0, 0, 1, 0xff, 0xff]),
        whole(&[0, 52, 0, 0, 0, 0, 0, 1, 0xff, 0xff, 0]),
        whole(&[0, 0, 0, 9, 0, 0, 0, 1, 0xff, 0xff, 0, 0, 0]),
    ];
    for case in cases {
        let mut bad = server.connect();
        bad.write(&case);
        assert!(bad.is_closed(), "{case:x?}");
        assert_eq!(good.produce(9, "tides", &batch(1, 1)).error_code, 0);
    }
    assert!(server.metric("connections_failed") >= 9);
}

#[test]
fn a_request_may_come_byte_by_byte() {
    let server = Server::start();
    let mut client = server.connect();
    // ApiVersions v0, id 5.
    for byte in [0, 0, 0, 10, 0, 18, 0, 0, 0, 0, 0, 5, 0xff, 0xff] {
        client.write(&[byte]);
        std::thread::sleep(Duration::from_millis(2));
    }
    assert_eq!(client.read_frame()[..4], [0, 0, 0, 5]);
}

#[test]
fn limits_on_connections_and_frames_are_kept() {
    let limits = [
        ("max.connections.per.ip", "3"),
        ("socket.request.max.bytes", "100000"),
        ("connections.max.idle.ms", "1500"),
    ];
    let server = Server::with(1, &limits);
    let mut clients: Vec<_> = (0..3).map(|_| server.connect()).collect();
    clients[0].create_topic("tides", 1, &[]);
    let mut refused = server.connect();
    assert!(refused.is_closed());
    clients[1].send_batch(9, -1, "tides", 0, &batch(1, 100_001));
    assert!(clients[1].is_closed(), "over socket.request.max.bytes");
    assert!(clients[2].is_closed(), "idle");
    let mut again = server.connect();
    assert_eq!(again.produce(9, "tides", &batch(1, 1)).error_code, 0);
    assert!(server.metric("connections_idle_closed") >= 1);
    assert!(server.metric("connections_refused") >= 1);
}
