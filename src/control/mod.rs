//! The control thread: HTTP beside the shards. It may be slow; it may not slow a shard.

mod answers;
mod server;

use std::net::{SocketAddr, TcpListener};
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::Instant;

use crate::problem::{Problem, Result};

/// Where a node is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Data is being recovered; nothing is served.
    Starting,
    Ready,
    /// Connections are drained and files closed.
    Stopping,
    /// A shard has failed.
    Failed,
}

impl Phase {
    const ALL: [Phase; 4] = [Phase::Starting, Phase::Ready, Phase::Stopping, Phase::Failed];

    pub fn name(self) -> &'static str {
        match self {
            Phase::Starting => "starting",
            Phase::Ready => "ready",
            Phase::Stopping => "stopping",
            Phase::Failed => "failed",
        }
    }
}

/// Appends a node's metrics as Prometheus text.
pub type Render = Box<dyn Fn(&mut String) + Send + Sync>;

/// What the control thread may know of the node. It never waits for a shard.
pub struct Status {
    since: Instant,
    pub node_id: i32,
    pub shards: usize,
    pub cluster_id: String,
    phase: AtomicU8,
    render: OnceLock<Render>,
}

impl Status {
    pub fn new(node_id: i32, shards: usize, cluster_id: String) -> Status {
        Status {
            since: Instant::now(),
            node_id,
            shards,
            cluster_id,
            phase: AtomicU8::new(0),
            render: OnceLock::new(),
        }
    }

    pub fn phase(&self) -> Phase {
        Phase::ALL[usize::from(self.phase.load(Ordering::Acquire))]
    }

    pub fn set_phase(&self, phase: Phase) {
        self.phase.store(phase as u8, Ordering::Release);
    }

    /// Once, when there are shards to ask.
    pub fn set_render(&self, render: Render) {
        let first = self.render.set(render).is_ok();
        debug_assert!(first, "a node has one set of metrics");
    }
}

/// The address is taken at once, so that a port in use refuses the start; it is served until the
/// process ends.
pub fn start(address: SocketAddr, status: Arc<Status>) -> Result<()> {
    let taken = TcpListener::bind(address).and_then(|listener| {
        listener.set_nonblocking(true)?;
        Ok(listener)
    });
    let listener = taken.map_err(|error| {
        Problem::failed(format!("cannot listen on the control address {address}: {error}"))
            .remedy("free the port, choose another with --control HOST:PORT, or --control none")
    })?;
    let run = move || server::serve(listener, &status);
    thread::Builder::new()
        .name("control".into())
        .spawn(run)
        .map_err(|error| Problem::failed(format!("cannot start the control thread: {error}")))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpStream;
    use std::time::Duration;

    use super::*;
    use crate::limits::CONTROL_CONNECTIONS_MAX;

    fn started() -> (SocketAddr, Arc<Status>) {
        // A port that was free a moment ago.
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let status = Arc::new(Status::new(7, 2, "abc".into()));
        start(address, Arc::clone(&status)).unwrap();
        (address, status)
    }

    fn ask(address: SocketAddr, request: &str) -> String {
        let mut stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    fn get(address: SocketAddr, path: &str) -> String {
        ask(address, &format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"))
    }

    #[test]
    fn health_follows_the_phase() {
        let (address, status) = started();
        let answer = get(address, "/health");
        assert!(answer.starts_with("HTTP/1.1 503"), "{answer}");
        assert!(answer.contains("\"status\":\"starting\""), "{answer}");
        status.set_phase(Phase::Ready);
        let answer = get(address, "/health");
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        assert!(answer.contains("\"shards\":2") && answer.contains("\"node\":7"), "{answer}");
        status.set_phase(Phase::Failed);
        assert!(get(address, "/health").starts_with("HTTP/1.1 503"));
    }

    #[test]
    fn metrics_come_from_the_node() {
        let (address, status) = started();
        assert!(get(address, "/metrics").contains("tidemill_up 0"));
        status.set_render(Box::new(|out| out.push_str("tidemill_produced_total 5\n")));
        status.set_phase(Phase::Ready);
        let answer = get(address, "/metrics");
        assert!(answer.contains("text/plain; version=0.0.4"), "{answer}");
        assert!(answer.contains("tidemill_up 1\n"), "{answer}");
        assert!(answer.ends_with("tidemill_produced_total 5\n"), "{answer}");
        assert!(answer.contains("tidemill_build_info{version="), "{answer}");
    }

    #[test]
    fn what_is_not_there_is_told() {
        let (address, _) = started();
        assert!(get(address, "/version").contains(crate::version::VERSION));
        let answer = get(address, "/nothing");
        assert!(answer.starts_with("HTTP/1.1 404") && answer.contains("/metrics"), "{answer}");
        let request = "POST /health HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\
                       content-length: 0\r\n\r\n";
        assert!(ask(address, request).starts_with("HTTP/1.1 405"));
        assert!(ask(address, "rubbish\r\n\r\n").starts_with("HTTP/1.1 400"));
        let long = format!("/{}", "x".repeat(100_000));
        assert!(!get(address, &long).contains(" 200 "));
    }

    #[test]
    fn idle_connections_do_not_add_up() {
        let (address, status) = started();
        status.set_phase(Phase::Ready);
        let idle: Vec<TcpStream> = (0..CONTROL_CONNECTIONS_MAX + 10)
            .map(|_| TcpStream::connect(address).unwrap())
            .collect();
        // The surplus is closed at once, without a byte.
        let mut last = idle.last().unwrap();
        last.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
        assert_eq!(last.read(&mut [0; 1]).unwrap(), 0);
        drop(idle);
        let from = Instant::now();
        loop {
            let answered = TcpStream::connect(address).and_then(|mut stream| {
                stream.write_all(b"GET /health HTTP/1.0\r\n\r\n")?;
                let mut answer = String::new();
                stream.read_to_string(&mut answer)?;
                Ok(answer.contains(" 200 "))
            });
            if answered.unwrap_or(false) {
                break;
            }
            assert!(from.elapsed() < Duration::from_secs(10), "no connection is free again");
            thread::sleep(Duration::from_millis(20));
        }
    }

    #[test]
    fn a_port_in_use_refuses_the_start() {
        let taken = TcpListener::bind("127.0.0.1:0").unwrap();
        let status = Arc::new(Status::new(1, 1, String::new()));
        let error = start(taken.local_addr().unwrap(), status).unwrap_err().to_string();
        assert!(error.contains("in use") && error.contains("--control"), "{error}");
    }
}
