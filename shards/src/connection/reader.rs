//! Reads requests and starts them.

use std::future::poll_fn;
use std::pin::pin;
use std::rc::Rc;
use std::task::Poll;

use wire::ApiKey;
use wire::codec::{DecodeError, Reader};
use wire::header::RequestHeader;

use crate::apis::{self, api_versions, fetch, produce};
use crate::dispatch::{Handler, HandlerError, Mode, RequestContext};
use crate::net::frame::{FrameBuffer, FrameError};
use crate::session::{Answer, Connection, Kind, Opened};
use crate::shard::Shard;

/// Why a connection is not read any more, other than that the client left.
#[derive(Debug, thiserror::Error)]
enum Ended {
    #[error(transparent)]
    Frame(#[from] FrameError),
    #[error("the request header does not decode: {0}")]
    Header(#[from] DecodeError),
    #[error("{api}: {why}")]
    Handler { api: &'static str, why: HandlerError },
    #[error("{api} (key {key}) version {version} is not served")]
    Unsupported { api: &'static str, key: i16, version: i16 },
    #[error("the client left in the middle of a request")]
    Cut,
    #[error("{0}")]
    Io(std::io::Error),
}

/// The reader task.
pub(super) async fn run(shard: Rc<Shard>, connection: Rc<Connection>) {
    let mut buffer = FrameBuffer::new();
    let ended = read_requests(&shard, &connection, &mut buffer).await;
    buffer.close(&shard.budget);
    connection.frame_deadline_ms.set(u64::MAX);
    let peer = connection.peer;
    match ended {
        Ok(()) => connection.finish(),
        Err(_) if connection.is_closed.get() => {}
        Err(why @ (Ended::Io(_) | Ended::Cut)) => {
            tracing::debug!(shard = shard.index, %peer, %why, "connection lost");
            connection.close();
        }
        Err(why) => {
            shard.metrics.connections_failed.add(1);
            tracing::warn!(shard = shard.index, %peer, %why, "connection closed");
            connection.close();
        }
    }
    super::task_ended(&shard, &connection);
}

async fn read_requests(
    shard: &Rc<Shard>,
    connection: &Rc<Connection>,
    buffer: &mut FrameBuffer,
) -> Result<(), Ended> {
    loop {
        let max_bytes = shard.broker_settings().socket_request_max_bytes as usize;
        let max_bytes = max_bytes.min(shard.budget.limit_bytes() - 4);
        while let Some(frame) = buffer.next_frame(max_bytes)? {
            serve(shard, connection, buffer.bytes(frame)).await?;
            if connection.is_ending() {
                return Ok(());
            }
        }
        if buffer.make_room(&shard.budget, max_bytes).await? {
            shard.metrics.request_memory_waits.add(1);
        }
        connection.buffer_bytes.set(buffer.capacity_bytes());
        let deadline_ms = buffer.deadline_ms(shard.clock.mono_ms());
        connection.frame_deadline_ms.set(deadline_ms.unwrap_or(u64::MAX));
        let Some(read) = read(connection, buffer).await else {
            buffer.shrink(&shard.budget, 0);
            continue;
        };
        let now = shard.clock.refresh();
        connection.last_progress_ms.set(now.mono_ms);
        match read.map_err(Ended::Io)? {
            0 if buffer.is_empty() => return Ok(()),
            0 => return Err(Ended::Cut),
            bytes => {
                shard.metrics.received_bytes.add(bytes as u64);
                buffer.filled(bytes);
            }
        }
    }
}

/// Reads what there is, or waits for it; `None` if the connection is asked to give memory back.
async fn read(connection: &Connection, buffer: &mut FrameBuffer) -> Option<std::io::Result<usize>> {
    let mut shrink = pin!(connection.shrink.wait());
    poll_fn(|cx| {
        if let Poll::Ready(read) = connection.stream.poll_read(cx, buffer.room()) {
            return Poll::Ready(Some(read));
        }
        shrink.as_mut().poll(cx).map(|()| None)
    })
    .await
}

async fn serve(shard: &Rc<Shard>, connection: &Rc<Connection>, frame: &[u8]) -> Result<(), Ended> {
    let mut reader = Reader::new(frame);
    let header = RequestHeader::decode(&mut reader)?;
    let body = reader.rest();
    while !connection.slots.borrow().have_room() && !connection.is_ending() {
        connection.wake_reader.wait().await;
    }
    shard.metrics.requests.add(1);
    let row = apis::find(header.api_key, header.api_version);
    let name = || ApiKey::from_i16(header.api_key).map_or("an unknown API", ApiKey::name);
    let done = match row.map(|row| row.mode) {
        Some(Mode::Produce) => produce::start(shard, connection, &header, body).await,
        Some(Mode::Fetch) => fetch::start(shard, connection, &header, body).await,
        Some(Mode::Serial(handler)) => {
            serial(shard, connection, &header, body, Some(handler)).await
        }
        None if header.api_key == ApiKey::ApiVersions as i16 => {
            serial(shard, connection, &header, body, None).await
        }
        None => {
            return Err(Ended::Unsupported {
                api: name(),
                key: header.api_key,
                version: header.api_version,
            });
        }
    };
    done.map_err(|why| Ended::Handler { api: name(), why })
}

/// Answers a request by itself, when everything before it is answered. Without a handler it is an
/// ApiVersions of a version that is not known.
async fn serial(
    shard: &Rc<Shard>,
    connection: &Rc<Connection>,
    header: &RequestHeader<'_>,
    body: &[u8],
    handler: Option<Handler>,
) -> Result<(), HandlerError> {
    while !connection.slots.borrow().all_ready() && !connection.is_ending() {
        connection.wake_reader.wait().await;
    }
    let api = ApiKey::from_i16(header.api_key);
    let ctx = RequestContext {
        api: api.ok_or(HandlerError::Internal("an API with a row has a key"))?,
        api_version: header.api_version,
        correlation_id: header.correlation_id,
        client_id: header.client_id.as_deref().map(Rc::from),
        peer: connection.peer,
        received_us: shard.clock.mono_us(),
    };
    let slot = connection.open_slot(Opened { kind: Kind::Other, received_us: ctx.received_us });
    let bytes = match handler {
        Some(handler) => handler(shard, &ctx, body).await.inspect_err(|error| {
            let (api, peer, client_id) = (ctx.api.name(), ctx.peer, ctx.client_id.as_deref());
            tracing::warn!(api, %peer, client_id, %error, "a request has no answer");
        })?,
        None => api_versions::unsupported_version(&ctx)?,
    };
    let answer = Answer { bytes, pieces: Vec::new() };
    connection.fill(slot, answer, 0);
    Ok(())
}
