//! Taking connections.

use std::future::poll_fn;
use std::io;
use std::net::{SocketAddr, TcpListener, ToSocketAddrs};
use std::rc::Rc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use socket2::{Domain, Protocol, SockAddr, SockRef, Socket, Type};

use super::stream::Stream;
use crate::connection;
use crate::limits::ACCEPT_PAUSE_MS;
use crate::runtime;
use crate::runtime::reactor::{Kind, Source, Way};
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
    // Without this a connection that is gone before it is taken would stop the shard.
    if let Err(error) = listener.set_nonblocking(true) {
        tracing::error!(shard = shard.index, %error, "cannot listen");
        return;
    }
    let listener = Source::new(listener.into(), Kind::Readable);
    let next = || poll_fn(|cx| poll_accept(&listener, cx));
    while let Some(accepted) = shard.unless_stopping(next()).await {
        match accepted {
            Ok((socket, peer)) => {
                // A peer that is gone already has no address; the stream closes as it is dropped.
                if let Some(peer) = peer.as_socket() {
                    admit(&shard, Stream::new(socket), peer);
                }
            }
            Err(error) => {
                tracing::warn!(shard = shard.index, %error, "cannot accept a connection");
                runtime::sleep(Duration::from_millis(ACCEPT_PAUSE_MS)).await;
            }
        }
    }
}

fn poll_accept(listener: &Source, cx: &mut Context<'_>) -> Poll<io::Result<(Socket, SockAddr)>> {
    loop {
        ready!(listener.poll_ready(Way::Read, cx));
        match SockRef::from(listener).accept() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                listener.would_block(Way::Read);
            }
            accepted => return Poll::Ready(accepted),
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
