//! The checked settings of `tidemill serve`: what exists of this type can be started.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;

use cluster::configs::{broker, check_together};
use cluster::limits::{NODE_ID_MAX, SHARD_MAX};
use tracing_subscriber::EnvFilter;

use super::cores;
use super::keys::{self, KEYS};
use super::layer::{Given, Layer};
use crate::address::HostPort;
use crate::limits::{ARENA_MIB_MAX, ARENA_MIB_MIN};
use crate::problem::{Problem, Result};

/// The address a node listens on, and the one its clients are told. Shard n adds n to both ports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listener {
    pub listen: SocketAddr,
    pub advertise: HostPort,
}

/// Where the crash-safe memory lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ArenaChoice {
    /// In /dev/shm if it has room, else nowhere.
    Auto,
    /// Nowhere: every acknowledgement waits for the disk.
    None,
    /// Here, or there is no start.
    Directory(PathBuf),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    Human,
    Json,
}

/// What a node is started with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServeConfig {
    pub data_dir: PathBuf,
    pub listener: Listener,
    /// The core of each shard.
    pub cores: Vec<usize>,
    pub node_id: i32,
    pub control: Option<SocketAddr>,
    pub arena: ArenaChoice,
    /// Of one shard; `None` is as much as is usual, or there is room for.
    pub arena_bytes: Option<usize>,
    pub log_format: LogFormat,
    pub log_level: String,
    /// Kafka's broker settings that were given, checked against their table.
    pub settings: BTreeMap<String, String>,
}

impl ServeConfig {
    /// Checks what was given, for a process that may use the cores `allowed`.
    pub fn resolve(layer: &Layer, allowed: &[usize]) -> Result<ServeConfig> {
        let cores = resolve_cores(layer, allowed)?;
        let listener = resolve_listener(layer, cores.len())?;
        let config = ServeConfig {
            data_dir: resolve_data(layer)?,
            control: resolve_control(layer)?,
            cores,
            listener,
            node_id: whole(layer, keys::NODE_ID, 0, i64::from(NODE_ID_MAX))? as i32,
            arena: resolve_arena(layer)?,
            arena_bytes: resolve_arena_bytes(layer)?,
            log_format: resolve_log_format(layer)?,
            log_level: resolve_log_level(layer)?,
            settings: resolve_settings(layer)?,
        };
        refuse_shared_ports(&config, layer)?;
        Ok(config)
    }

    pub fn shards(&self) -> usize {
        self.cores.len()
    }
}

/// A complaint about a value, which names where it was given and how the key may be set.
fn wrong(given: &Given, name: &str, why: impl std::fmt::Display) -> Problem {
    Problem::usage(format!("{}: {name} = {:?}: {why}", given.origin, given.text))
}

fn help(name: &str) -> String {
    let doc = KEYS.iter().find(|key| key.name == name).map_or("", |key| key.doc);
    format!("{name}: {doc}")
}

fn whole(layer: &Layer, name: &'static str, min: i64, max: i64) -> Result<i64> {
    let given = layer.get_or_default(name);
    match given.text.trim().parse::<i64>() {
        Ok(number) if (min..=max).contains(&number) => Ok(number),
        _ => Err(wrong(&given, name, format!("it must be a whole number from {min} to {max}"))
            .remedy(help(name))),
    }
}

fn resolve_data(layer: &Layer) -> Result<PathBuf> {
    let given = layer.get_or_default(keys::DATA);
    if given.text.is_empty() || given.text.contains('\0') {
        return Err(wrong(&given, keys::DATA, "that is no directory").remedy(help(keys::DATA)));
    }
    Ok(PathBuf::from(given.text))
}

fn resolve_cores(layer: &Layer, allowed: &[usize]) -> Result<Vec<usize>> {
    let Some(given) = layer.get(keys::CORES) else {
        let most = usize::from(SHARD_MAX) + 1;
        return Ok(allowed.iter().copied().take(most).collect());
    };
    let cores = cores::parse(&given.text)
        .map_err(|why| wrong(given, keys::CORES, why).remedy(help(keys::CORES)))?;
    if let Some(core) = cores.iter().find(|core| !allowed.contains(core)) {
        let why = format!("this process may not run on core {core}");
        return Err(wrong(given, keys::CORES, why).remedy(format!(
            "choose from {} (by the machine, its cgroup or taskset)",
            cores::write(allowed)
        )));
    }
    if cores.len() > usize::from(SHARD_MAX) + 1 {
        let why = format!("a node has at most {} shards", usize::from(SHARD_MAX) + 1);
        return Err(wrong(given, keys::CORES, why).remedy("name fewer cores"));
    }
    Ok(cores)
}

fn address(given: &Given, name: &str) -> Result<HostPort> {
    HostPort::parse(&given.text, None).map_err(|why| wrong(given, name, why).remedy(help(name)))
}

/// The first address of a name that the machine knows.
fn resolve_address(address: &HostPort, given: &Given, name: &str) -> Result<SocketAddr> {
    let unknown = |why: String| {
        wrong(given, name, why).remedy("give an IP address, or a name that this machine knows")
    };
    let found = address.resolve().map_err(|error| {
        unknown(format!("the host {:?} cannot be found: {error}", address.host))
    })?;
    found.first().copied().ok_or_else(|| unknown(format!("{:?} has no address", address.host)))
}

fn resolve_listener(layer: &Layer, shards: usize) -> Result<Listener> {
    let listen = layer.get_or_default(keys::LISTEN);
    let listened = address(&listen, keys::LISTEN)?;
    check_ports(&listened, shards, &listen, keys::LISTEN)?;
    let (given, advertise) = match layer.get(keys::ADVERTISE) {
        Some(given) => (given, address(given, keys::ADVERTISE)?),
        None => (&listen, listened.clone()),
    };
    check_ports(&advertise, shards, given, keys::ADVERTISE)?;
    if advertise.ip().is_some_and(|ip| ip.is_unspecified()) {
        let why = "clients cannot connect to an address that stands for all addresses";
        return Err(wrong(given, keys::ADVERTISE, why).remedy(format!(
            "add --advertise HOST:{} with the name or address under which clients reach this \
             machine",
            advertise.port
        )));
    }
    Ok(Listener { listen: resolve_address(&listened, &listen, keys::LISTEN)?, advertise })
}

fn check_ports(address: &HostPort, shards: usize, given: &Given, name: &str) -> Result<()> {
    let last = usize::from(address.port) + shards - 1;
    if last <= usize::from(u16::MAX) {
        return Ok(());
    }
    let why = format!("{shards} shards need the ports {} to {last}", address.port);
    let most = usize::from(u16::MAX) + 1 - shards;
    Err(wrong(given, name, why).remedy(format!("choose a port up to {most}, or fewer cores")))
}

fn resolve_control(layer: &Layer) -> Result<Option<SocketAddr>> {
    let given = layer.get_or_default(keys::CONTROL);
    if given.text == "none" {
        return Ok(None);
    }
    resolve_address(&address(&given, keys::CONTROL)?, &given, keys::CONTROL).map(Some)
}

/// Two sockets of one node on one port: told before one of them fails to open.
fn refuse_shared_ports(config: &ServeConfig, layer: &Layer) -> Result<()> {
    let Some(control) = config.control else {
        return Ok(());
    };
    let listen = config.listener.listen;
    let last = listen.port() + (config.shards() - 1) as u16;
    let is_any = listen.ip().is_unspecified() || control.ip().is_unspecified();
    let meet = listen.ip() == control.ip() || listen.is_ipv4() == control.is_ipv4() && is_any;
    if meet && (listen.port()..=last).contains(&control.port()) {
        let given = layer.get_or_default(keys::CONTROL);
        let why = format!("the shards take the ports {} to {last}", listen.port());
        return Err(wrong(&given, keys::CONTROL, why).remedy("choose a port beside them"));
    }
    Ok(())
}

fn resolve_arena(layer: &Layer) -> Result<ArenaChoice> {
    let given = layer.get_or_default(keys::ARENA);
    match given.text.as_str() {
        "auto" => Ok(ArenaChoice::Auto),
        "none" => Ok(ArenaChoice::None),
        "" => Err(wrong(&given, keys::ARENA, "that is no directory").remedy(help(keys::ARENA))),
        path => Ok(ArenaChoice::Directory(PathBuf::from(path))),
    }
}

fn resolve_arena_bytes(layer: &Layer) -> Result<Option<usize>> {
    if layer.get(keys::ARENA_MIB).is_none() {
        return Ok(None);
    }
    let mib = whole(layer, keys::ARENA_MIB, ARENA_MIB_MIN as i64, ARENA_MIB_MAX as i64)?;
    Ok(Some((mib as usize) << 20))
}

fn resolve_log_format(layer: &Layer) -> Result<LogFormat> {
    let given = layer.get_or_default(keys::LOG_FORMAT);
    match given.text.as_str() {
        "human" => Ok(LogFormat::Human),
        "json" => Ok(LogFormat::Json),
        _ => Err(wrong(&given, keys::LOG_FORMAT, "there is no such format")
            .remedy("choose human or json")),
    }
}

fn resolve_log_level(layer: &Layer) -> Result<String> {
    let given = layer.get_or_default(keys::LOG_LEVEL);
    match EnvFilter::try_new(&given.text) {
        Ok(_) if !given.text.trim().is_empty() => Ok(given.text),
        Ok(_) => Err(wrong(&given, keys::LOG_LEVEL, "it is empty").remedy(help(keys::LOG_LEVEL))),
        Err(error) => Err(wrong(&given, keys::LOG_LEVEL, error).remedy(help(keys::LOG_LEVEL))),
    }
}

fn resolve_settings(layer: &Layer) -> Result<BTreeMap<String, String>> {
    let mut settings = BTreeMap::new();
    for (name, given) in layer.settings() {
        let value = broker::check(name, &given.text)
            .map_err(|error| Problem::usage(format!("{}: {error}", given.origin)))?;
        settings.insert(name.clone(), value);
    }
    check_together(|name| settings.get(name).map(String::as_str))
        .map_err(|error| Problem::usage(error.to_string()))?;
    Ok(settings)
}
