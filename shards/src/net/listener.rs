//! Listening, and taking connections.

use std::future::poll_fn;
use std::io;
use std::net::{SocketAddr, TcpListener, ToSocketAddrs};
use std::task::{Context, Poll, ready};

use socket2::{Domain, Protocol, SockAddr, SockRef, Socket, Type};

use crate::runtime::reactor::{Kind, Source, Way};

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

/// Where connections come in, on its shard's thread.
pub struct Incoming(Source);

impl Incoming {
    /// # Errors
    /// The system does not let it be asked without waiting.
    pub fn new(listener: TcpListener) -> io::Result<Self> {
        // Without this a connection that is gone before it is taken would stop the shard.
        listener.set_nonblocking(true)?;
        Ok(Self(Source::new(listener.into(), Kind::Readable)))
    }

    /// The next connection.
    pub async fn next(&self) -> io::Result<(Socket, SockAddr)> {
        poll_fn(|cx| self.poll_accept(cx)).await
    }

    fn poll_accept(&self, cx: &mut Context<'_>) -> Poll<io::Result<(Socket, SockAddr)>> {
        loop {
            ready!(self.0.poll_ready(Way::Read, cx));
            match SockRef::from(&self.0).accept() {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    self.0.would_block(Way::Read);
                }
                accepted => return Poll::Ready(accepted),
            }
        }
    }
}
