//! `tidemill serve`: checks the machine and the data, starts a node, waits, and stops it.

mod arena;
pub mod args;
mod data_dir;
mod host;
mod identity;
mod logging;
mod notify;
mod screen;
mod signals;

use std::io::{ErrorKind, Write};
use std::net::TcpListener;
use std::os::raw::c_int;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use storage::disk::probe::{DiskReport, probe};

pub use arena::ArenaPlan;
pub use data_dir::DataDir;

use shards::Node;

use crate::boot;
use crate::config::{LogFormat, ServeConfig};
use crate::control::{self, Phase, Status};
use crate::limits::STOP_PATIENCE;
use crate::problem::{Problem, Result};
use args::ServeArgs;
use notify::Notifier;
use screen::Facts;

/// What the main thread waits for.
pub enum Happening {
    Signal(c_int),
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
    let data = DataDir::open(&config.data_dir, config.node_id, config.shards())?;
    let disk = probe_disk(&data)?;
    let arena = arena::plan(&config, &data.path)?;
    check_ports(&config)?;

    let cluster_id = data.identity.cluster_id.to_string();
    let status = Arc::new(Status::new(config.node_id, config.shards(), cluster_id));
    if let Some(address) = config.control {
        control::start(address, Arc::clone(&status))?;
    }
    let node = boot::start(&config, &data, &disk, &arena)?;
    let metrics = node.metrics();
    status.set_render(Box::new(move |out| out.push_str(&metrics.render_prometheus())));
    status.set_phase(Phase::Ready);

    let took = from.elapsed();
    let facts = Facts {
        config: &config,
        data: &data,
        disk: &disk,
        arena: &arena,
        open_files,
        lockable_memory,
        took,
    };
    show(&facts)?;
    let notifier = Notifier::from_environment();
    notifier.ready(&format!("{} shards", config.shards()));
    serve(node, &status, &notifier, &happenings, tell)
}

fn probe_disk(data: &DataDir) -> Result<DiskReport> {
    // The remedy is part of the complaint.
    probe(&data.path).map_err(|error| Problem::failed(error.to_string()))
}

/// Ports in use are told before data is recovered, which may take a while.
fn check_ports(config: &ServeConfig) -> Result<()> {
    for shard in 0..config.shards() {
        let mut address = config.listener.listen;
        // Checked with the settings: the sum is a port.
        address.set_port(address.port() + shard as u16);
        TcpListener::bind(address).map_err(|error| {
            Problem::failed(format!("cannot listen on {address} (shard {shard}): {error}")).remedy(
                match error.kind() {
                    ErrorKind::AddrInUse => {
                        "stop what listens there, or choose another --listen HOST:PORT"
                    }
                    ErrorKind::PermissionDenied => {
                        "ports below 1024 need privileges; choose another --listen HOST:PORT"
                    }
                    _ => "choose an address of this machine with --listen HOST:PORT",
                },
            )
        })?;
    }
    Ok(())
}

/// People get a screen, programs a log event with the same facts.
fn show(facts: &Facts<'_>) -> Result<()> {
    match facts.config.log_format {
        LogFormat::Human => {
            let mut out = std::io::stdout();
            // Nobody may be reading; the node serves all the same.
            let shown = out.write_all(screen::human(facts).as_bytes()).and_then(|()| out.flush());
            if let Err(error) = shown {
                tracing::debug!(%error, "the start screen was not shown");
            }
        }
        LogFormat::Json => {
            let lines: Vec<String> =
                facts.lines().iter().map(|(name, fact)| format!("{name}: {fact}")).collect();
            let took_ms = facts.took.as_millis() as u64;
            tracing::info!(took_ms, facts = lines.join("; "), "ready");
        }
    }
    for warning in screen::warnings(facts) {
        tracing::warn!("{warning}");
    }
    Ok(())
}

/// Waits for a signal or for the node's end, and keeps systemd content meanwhile.
fn serve(
    node: Node,
    status: &Status,
    notifier: &Notifier,
    happenings: &Receiver<Happening>,
    tell: Sender<Happening>,
) -> Result<ExitCode> {
    let stopper = node.stopper();
    let waits = move || {
        node.wait();
        let _ = tell.send(Happening::Ended);
    };
    let waiter = std::thread::Builder::new().name("node".into()).spawn(waits);
    waiter.map_err(|error| Problem::failed(format!("cannot start a thread: {error}")))?;
    let mut stopping_since: Option<Instant> = None;
    let mut patience_told = false;
    loop {
        let interval = notifier.watchdog_interval().unwrap_or(Duration::from_secs(1));
        match happenings.recv_timeout(interval.min(Duration::from_secs(1))) {
            Ok(Happening::Signal(signal)) if stopping_since.is_some() => {
                let signal = signals::name(signal);
                tracing::warn!(signal, "stopping at once; the next start recovers");
                return Ok(ExitCode::from(1));
            }
            Ok(Happening::Signal(signal)) => {
                let signal = signals::name(signal);
                tracing::info!(signal, "closing; the same again stops at once");
                stopping_since = Some(Instant::now());
                status.set_phase(Phase::Stopping);
                notifier.stopping();
                stopper.shutdown();
            }
            Ok(Happening::Ended) => return end(stopping_since, status),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => {
                return Err(Problem::failed("the threads of the node are gone"));
            }
        }
        notifier.is_well();
        let is_late = stopping_since.is_some_and(|since| since.elapsed() > STOP_PATIENCE);
        if is_late && !patience_told {
            patience_told = true;
            tracing::warn!("still waiting for connections and files to close");
        }
    }
}

fn end(stopping_since: Option<Instant>, status: &Status) -> Result<ExitCode> {
    let Some(since) = stopping_since else {
        status.set_phase(Phase::Failed);
        return Err(Problem::failed("the node has failed: its threads have ended")
            .remedy("the log says why; the next start recovers the data"));
    };
    tracing::info!(took_ms = since.elapsed().as_millis() as u64, "closed");
    Ok(ExitCode::SUCCESS)
}
