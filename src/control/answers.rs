//! What is answered to which path.

use std::fmt::Write;

use hyper::{Method, StatusCode};
use serde_json::json;

use super::{Phase, Status};
use crate::version;

const PATHS: &str = "/metrics, /health, /version\n";

/// An HTTP answer before it is one.
pub struct Answer {
    pub code: StatusCode,
    pub content_type: &'static str,
    pub body: String,
}

pub fn answer(status: &Status, method: &Method, path: &str) -> Answer {
    let text = |code, body: &str| Answer {
        code,
        content_type: "text/plain; charset=utf-8",
        body: body.to_owned(),
    };
    if method != Method::GET && method != Method::HEAD {
        return text(StatusCode::METHOD_NOT_ALLOWED, "there is only GET here\n");
    }
    match path {
        "/metrics" => Answer {
            code: StatusCode::OK,
            content_type: "text/plain; version=0.0.4; charset=utf-8",
            body: metrics(status),
        },
        "/health" => health(status),
        "/version" => {
            let body = json!({ "version": version::VERSION, "commit": version::COMMIT });
            as_json(StatusCode::OK, &body)
        }
        "/" => text(StatusCode::OK, PATHS),
        _ => text(StatusCode::NOT_FOUND, &format!("there is nothing here; there are {PATHS}")),
    }
}

fn as_json(code: StatusCode, body: &serde_json::Value) -> Answer {
    Answer { code, content_type: "application/json", body: format!("{body}\n") }
}

fn health(status: &Status) -> Answer {
    let phase = status.phase();
    let code = match phase {
        Phase::Ready => StatusCode::OK,
        Phase::Starting | Phase::Stopping | Phase::Failed => StatusCode::SERVICE_UNAVAILABLE,
    };
    let body = json!({
        "status": phase.name(),
        "node": status.node_id,
        "cluster": status.cluster_id,
        "shards": status.shards,
        "uptime_ms": status.since.elapsed().as_millis() as u64,
        "version": version::VERSION,
    });
    as_json(code, &body)
}

fn metrics(status: &Status) -> String {
    let mut out = String::with_capacity(16 << 10);
    let up = u8::from(status.phase() == Phase::Ready);
    let seconds = status.since.elapsed().as_secs_f64();
    // Writing to a String cannot fail.
    let _ = write!(
        out,
        "# HELP tidemill_up Whether the node serves.\n\
         # TYPE tidemill_up gauge\n\
         tidemill_up {up}\n\
         # HELP tidemill_uptime_seconds Time since the start of the process.\n\
         # TYPE tidemill_uptime_seconds gauge\n\
         tidemill_uptime_seconds {seconds:.3}\n\
         # HELP tidemill_build_info The version that runs.\n\
         # TYPE tidemill_build_info gauge\n\
         tidemill_build_info{{version=\"{}\",commit=\"{}\",node=\"{}\"}} 1\n",
        version::VERSION,
        version::COMMIT,
        status.node_id,
    );
    if let Some(render) = status.render.get() {
        render(&mut out);
    }
    out
}
