//! `tidemill serve`: checks the machine and the data, starts a node, waits, and stops it.

mod arena;
pub mod args;
mod data_dir;
pub mod host;
mod identity;
mod logging;
mod notify;
mod pulse;
mod screen;
mod signals;

use std::io::{ErrorKind, Write};
use std::net::{SocketAddr, TcpListener};
use std::os::raw::c_int;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use storage::disk::probe::{DiskReport, probe};

pub use arena::ArenaPlan;
pub use data_dir::DataDir;

use shards::{Metrics, NodeConfig, Stopper};

use crate::boot;
use crate::config::{LogFormat, ServeConfig};
use crate::control::{self, Phase, Status};
use crate::disk_tuning::DiskTuning;
use crate::limits::{
    LOCKABLE_MEMORY_MIN_BYTES, OPEN_FILES_PER_SHARD_MIN, PORT_WAIT, STOP_PATIENCE,
};
use crate::problem::{Problem, Result};
use args::ServeArgs;
use notify::Notifier;
use pulse::Pulse;
use screen::Facts;

/// How often the main thread looks up without being told anything.
const TICK: Duration = Duration::from_secs(1);

/// What the main thread waits for.
pub enum Happening {
    Signal(c_int),
    /// Every shard serves.
    Ready(Stopper, Arc<Metrics>),
    /// The node did not start.
    Refused(Problem),
    /// The node's threads have ended: they were asked to, or have failed.
    Ended,
}

pub fn run(args: &ServeArgs) -> Result<ExitCode> {
    let from = Instant::now();
    let told = args.gather(std::env::vars_os().filter_map(|(name, value)| {
        // What is not text is nobody's setting.
        Some((name.into_string().ok()?, value.into_string().ok()?))
    }))?;
    let config = ServeConfig::resolve(&told.layer, &host::allowed_cores())?;
    logging::start(&config);
    for variable in &told.unknown_variables {
        tracing::warn!("variable {variable} sets nothing here");
    }
    let (tell, happenings) = channel();
    signals::watch(tell.clone())?;
    host::ignore_file_size_signal();
    let open_files = host::raise_open_files();
    let lockable_memory = host::raise_lockable_memory();
    check_open_files(open_files, config.shards())?;
    check_lockable_memory(lockable_memory)?;
    let data = DataDir::open(&config.data_dir, config.node_id, config.shards())?;
    let disk = probe_disk(&data)?;
    let arena = arena::plan(&config, &data.path)?;
    check_ports(&config, data.after_crash)?;

    let cluster_id = data.identity.cluster_id.to_string();
    let status = Arc::new(Status::new(config.node_id, config.shards(), cluster_id));
    if let Some(address) = config.control {
        control::start(address, Arc::clone(&status))?;
    }
    let tuning = DiskTuning::read(&data.path);
    let node_config = boot::node_config(&config, &data, &disk, &arena, &tuning)?;
    start(node_config, tell)?;
    let facts = Facts {
        config: &config,
        data: &data,
        disk: &disk,
        arena: &arena,
        tuning: &tuning,
        open_files,
        lockable_memory,
        from,
    };
    Life { facts: &facts, status: &status, notifier: Notifier::from_environment() }
        .live(&happenings)
}

/// The node has a thread of its own, so that a signal is heard while data is being recovered.
fn start(config: NodeConfig, tell: Sender<Happening>) -> Result<()> {
    let run = move || {
        let last = match boot::start(config) {
            Ok(node) => {
                let _ = tell.send(Happening::Ready(node.stopper(), node.metrics()));
                node.wait();
                Happening::Ended
            }
            Err(problem) => Happening::Refused(problem),
        };
        let _ = tell.send(last);
    };
    let thread = std::thread::Builder::new().name("node".into()).spawn(run);
    thread.map_err(|error| Problem::failed(format!("cannot start a thread: {error}")))?;
    Ok(())
}

fn probe_disk(data: &DataDir) -> Result<DiskReport> {
    // The remedy is part of the complaint.
    probe(&data.path).map_err(|error| Problem::failed(error.to_string()))
}

/// Ports in use are told before data is recovered, which may take a while. A process that was
/// killed holds its ports until the kernel has ended its io_uring work: that is waited for.
fn check_ports(config: &ServeConfig, after_crash: bool) -> Result<()> {
    let from = Instant::now();
    for shard in 0..config.shards() {
        let mut address = config.listener.listen;
        // Checked with the settings: the sum is a port.
        address.set_port(address.port() + shard as u16);
        while let Err(error) = TcpListener::bind(address) {
            let may_pass = after_crash && error.kind() == ErrorKind::AddrInUse;
            if !may_pass || from.elapsed() > PORT_WAIT {
                return Err(port_refused(address, shard, &error));
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    }
    Ok(())
}

fn port_refused(address: SocketAddr, shard: usize, error: &std::io::Error) -> Problem {
    let problem = Problem::failed(format!("cannot listen on {address} (shard {shard}): {error}"));
    problem.remedy(match error.kind() {
        ErrorKind::AddrInUse => "stop what listens there, or choose another --listen HOST:PORT",
        ErrorKind::PermissionDenied => {
            "ports below 1024 need privileges; choose another --listen HOST:PORT"
        }
        _ => "choose an address of this machine with --listen HOST:PORT",
    })
}

/// Later it is somewhere in the middle of the start that a file cannot be opened, or a thread.
fn check_open_files(limit: host::Limit, shards: usize) -> Result<()> {
    let wanted = OPEN_FILES_PER_SHARD_MIN * (1 + shards as u64);
    match limit.filter(|limit| *limit < wanted) {
        None => Ok(()),
        Some(limit) => {
            let noun = if shards == 1 { "shard" } else { "shards" };
            Err(Problem::failed(format!(
                "{limit} files may be open, and {shards} {noun} want a limit of {wanted}"
            ))
            .remedy("raise it: ulimit -n, LimitNOFILE= of a unit, --ulimit nofile of a container"))
        }
    }
}

/// Refused here, the complaint can say what to do.
fn check_lockable_memory(limit: host::Limit) -> Result<()> {
    match limit.filter(|limit| *limit < LOCKABLE_MEMORY_MIN_BYTES) {
        None => Ok(()),
        Some(limit) => Err(Problem::failed(format!(
            "{} of memory may be locked, and a shard's rings want a limit of {}",
            host::human_bytes(limit),
            host::human_bytes(LOCKABLE_MEMORY_MIN_BYTES)
        ))
        .remedy("raise it: ulimit -l, LimitMEMLOCK= of a unit, --ulimit memlock of a container")),
    }
}

/// From the start of the node to its end, as seen by the main thread.
struct Life<'a> {
    facts: &'a Facts<'a>,
    status: &'a Status,
    notifier: Notifier,
}

impl Life<'_> {
    fn live(&self, happenings: &Receiver<Happening>) -> Result<ExitCode> {
        let mut stopper = None;
        let mut pulse: Option<Pulse> = None;
        let mut stopping_since: Option<Instant> = None;
        let mut patience_told = false;
        let interval = self.notifier.watchdog_interval().unwrap_or(TICK).min(TICK);
        loop {
            match happenings.recv_timeout(interval) {
                Ok(Happening::Ready(node, metrics)) => {
                    pulse = Some(Pulse::new(Arc::clone(&metrics), Instant::now()));
                    self.ready(metrics);
                    stopper = Some(node);
                }
                Ok(Happening::Signal(signal)) => {
                    let name = signals::name(signal);
                    match &stopper {
                        None => {
                            tracing::info!(signal = name, "stopped before it was ready");
                            return Ok(ExitCode::SUCCESS);
                        }
                        Some(_) if stopping_since.is_some() => {
                            tracing::warn!(
                                signal = name,
                                "stopped at once; the next start recovers"
                            );
                            return Ok(ExitCode::from(1));
                        }
                        Some(node) => self.stop(node, name),
                    }
                    stopping_since = Some(Instant::now());
                }
                Ok(Happening::Refused(problem)) => return Err(problem),
                Ok(Happening::Ended) => return self.end(stopping_since),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(Problem::failed("the threads of the node are gone"));
                }
            }
            // Before the start and on the way down, only this thread is looked at.
            let watched = pulse.as_mut().filter(|_| stopping_since.is_none());
            if watched.is_none_or(|pulse| pulse.is_well(Instant::now())) {
                self.notifier.is_well();
            }
            let is_late = stopping_since.is_some_and(|since| since.elapsed() > STOP_PATIENCE);
            if is_late && !patience_told {
                patience_told = true;
                tracing::warn!("still waiting for connections and files to close");
            }
        }
    }

    fn ready(&self, metrics: Arc<Metrics>) {
        self.status.set_render(Box::new(move |out| out.push_str(&metrics.render_prometheus())));
        self.status.set_phase(Phase::Ready);
        show(self.facts);
        self.notifier.ready(&format!("{} shards", self.facts.config.shards()));
    }

    fn stop(&self, node: &Stopper, signal: &str) {
        tracing::info!(signal, "closing; the same again stops at once");
        self.status.set_phase(Phase::Stopping);
        self.notifier.stopping();
        node.shutdown();
    }

    fn end(&self, stopping_since: Option<Instant>) -> Result<ExitCode> {
        let Some(since) = stopping_since else {
            self.status.set_phase(Phase::Failed);
            return Err(Problem::failed("the node has failed: its threads have ended")
                .remedy("the log says why; the next start recovers the data"));
        };
        arena::forget(self.facts.arena, &self.facts.data.path);
        self.facts.data.close();
        tracing::info!(took_ms = since.elapsed().as_millis() as u64, "closed");
        Ok(ExitCode::SUCCESS)
    }
}

/// People get a screen, programs a log event with the same facts.
fn show(facts: &Facts<'_>) {
    let took_ms = facts.from.elapsed().as_millis() as u64;
    match facts.config.log_format {
        LogFormat::Human => {
            let mut out = std::io::stdout();
            let text = screen::human(facts, took_ms);
            // Nobody may be reading; the node serves all the same.
            if let Err(error) = out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
                tracing::debug!(%error, "the start screen was not shown");
            }
        }
        LogFormat::Json => {
            let lines: Vec<String> =
                facts.lines().iter().map(|(name, fact)| format!("{name}: {fact}")).collect();
            tracing::info!(took_ms, facts = lines.join("; "), "ready");
        }
    }
    for warning in screen::warnings(facts) {
        tracing::warn!("{warning}");
    }
}
