//! Taking connections.
#![allow(unsafe_code)]

use std::io;
use std::net::{SocketAddr, TcpListener, ToSocketAddrs};
use std::os::fd::{FromRawFd, IntoRawFd};
use std::rc::Rc;
use std::time::Duration;

use socket2::{Domain, Protocol, Socket, Type};

use super::stream::Stream;
use crate::connection;
use crate::limits::ACCEPT_PAUSE_MS;
use crate::runtime;
use crate::shard::Shard;

/// Kafka's default of `socket.{send,receive}.buffer.bytes`. Kafka sets that size; here it stands
/// for the kernel's own, which grows with the connection and is faster.
const KAFKA_BUFFER_BYTES: i32 = 102_400;

/// Listens on a port, or on any free one if it is 0. A port that a just ended process used can be
/// had at once. Any thread.
pub fn bind(host: &str, port: u16, backlog: u32) -> io::Result<(TcpListener, SocketAddr)> {
    // A listener with no host, or with Kafka's wildcard, is for all addresses.
    let host = match host {
        "" | "*" => "0.0.0.0",
        host => host.trim_start_matches('[').trim_end_matches(']'),
    };
    let address = (host, port).to_socket_addrs()?.next();
    let address = address.ok_or_else(|| io::Error::other("the name has no address"))?;
    let domain = Domain::for_address(address);
    let socket = Socket::new(domain, Type::STREAM, Some(Protocol::TCP))?;
    socket.set_reuse_address(true)?;
    socket.bind(&address.into())?;
    socket.listen(i32::try_from(backlog).unwrap_or(i32::MAX).max(1))?;
    let listener = TcpListener::from(socket);
    let address = listener.local_addr()?;
    Ok((listener, address))
}

/// Takes connections until the shard stops.
pub async fn accept(shard: Rc<Shard>, listener: TcpListener) {
    // SAFETY: the descriptor is a listening socket that nobody else owns from here on.
    let listener = unsafe { glommio::net::TcpListener::from_raw_fd(listener.into_raw_fd()) };
    while let Some(accepted) = shard.unless_stopping(listener.shared_accept()).await {
        let accepted = accepted.map(|accepted| (accepted.peer_addr(), accepted));
        match accepted {
            Ok((peer, accepted)) => {
                let stream = Stream::new(accepted.bind_to_executor());
                // A peer that is gone already has no address; the stream closes as it is dropped.
                if let Ok(peer) = peer {
                    admit(&shard, stream, peer);
                }
            }
            Err(error) => {
                tracing::warn!(shard = shard.index, %error, "cannot accept a connection");
                runtime::sleep(Duration::from_millis(ACCEPT_PAUSE_MS)).await;
            }
        }
    }
}

fn admit(shard: &Rc<Shard>, stream: Stream, peer: SocketAddr) {
    let settings = shard.broker_settings();
    let (total, per_ip) = (settings.max_connections, settings.max_connections_per_ip);
    if let Err(limit) = shard.connections.check(peer.ip(), total, per_ip) {
        shard.metrics.connections_refused.add(1);
        tracing::warn!(shard = shard.index, %peer, limit, "connection refused");
        return;
    }
    let own_size = |bytes: i32| if bytes == KAFKA_BUFFER_BYTES { -1 } else { bytes };
    let send_bytes = own_size(settings.socket_send_buffer_bytes);
    let receive_bytes = own_size(settings.socket_receive_buffer_bytes);
    if let Err(error) = stream.set_options(send_bytes, receive_bytes) {
        tracing::debug!(shard = shard.index, %peer, %error, "connection gone before it began");
        return;
    }
    shard.metrics.connections_accepted.add(1);
    connection::start(shard, stream, peer);
}
