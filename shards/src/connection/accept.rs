//! Taking connections, within the limits of the shard.

use std::net::{SocketAddr, TcpListener};
use std::rc::Rc;
use std::time::Duration;

use crate::limits::ACCEPT_PAUSE_MS;
use crate::net::listener::Incoming;
use crate::net::stream::Stream;
use crate::runtime;
use crate::shard::Shard;

/// Kafka's default of `socket.{send,receive}.buffer.bytes`. Kafka sets that size; here it stands
/// for the kernel's own, which grows with the connection and is faster.
const KAFKA_BUFFER_BYTES: i32 = 102_400;

/// Takes connections until the shard stops.
pub async fn accept(shard: Rc<Shard>, listener: TcpListener) {
    let incoming = match Incoming::new(listener) {
        Ok(incoming) => incoming,
        Err(error) => {
            tracing::error!(shard = shard.index, %error, "cannot listen");
            return;
        }
    };
    while let Some(accepted) = shard.stop.unless_stopping(incoming.next()).await {
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
    super::start(shard, stream, peer);
}
