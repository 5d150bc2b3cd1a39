//! HTTP/1 with bounds: connections, their time, the size of a request.

use std::convert::Infallible;
use std::net::TcpListener as StdListener;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::Status;
use super::answers::answer;
use crate::limits::{
    CONTROL_CONNECTION_TIME, CONTROL_CONNECTIONS_MAX, CONTROL_HEAD_BYTES_MAX, CONTROL_HEAD_TIME,
};

/// Does not return, but for a machine that has no more of something.
pub fn serve(listener: StdListener, status: &Arc<Status>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let served = runtime.and_then(|runtime| runtime.block_on(accept(listener, status)));
    if let Err(error) = served {
        tracing::error!(%error, "/metrics and /health are not served any more");
    }
}

async fn accept(listener: StdListener, status: &Arc<Status>) -> std::io::Result<()> {
    let listener = TcpListener::from_std(listener)?;
    let places = Arc::new(Semaphore::new(CONTROL_CONNECTIONS_MAX));
    loop {
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            Err(error) => {
                // Out of file descriptors, mostly: not a reason to spin.
                tracing::warn!(%error, "an HTTP connection was not accepted");
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        // Without a place the connection is closed at once.
        let Ok(place) = Arc::clone(&places).try_acquire_owned() else {
            continue;
        };
        let status = Arc::clone(status);
        tokio::spawn(async move {
            let _place = place;
            // A connection that takes too long is dropped, whatever it does.
            let _ = timeout(CONTROL_CONNECTION_TIME, connection(stream, status)).await;
        });
    }
}

async fn connection(stream: TcpStream, status: Arc<Status>) {
    let service = service_fn(move |request: Request<hyper::body::Incoming>| {
        let response = respond(&status, &request);
        async move { Ok::<_, Infallible>(response) }
    });
    let served = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(CONTROL_HEAD_TIME)
        .max_buf_size(CONTROL_HEAD_BYTES_MAX)
        .serve_connection(TokioIo::new(stream), service)
        .await;
    if let Err(error) = served {
        tracing::debug!(%error, "an HTTP connection ended early");
    }
}

fn respond<B>(status: &Status, request: &Request<B>) -> Response<Full<Bytes>> {
    let answer = answer(status, request.method(), request.uri().path());
    let mut response = Response::new(Full::new(Bytes::from(answer.body)));
    *response.status_mut() = answer.code;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(answer.content_type));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
