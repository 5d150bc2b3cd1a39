//! The one screen that a start prints.

use std::fmt::Write;
use std::time::Instant;

use storage::disk::probe::{Direct, DiskReport};
use storage::disk::ring::RingFlags;

use super::arena::ArenaPlan;
use super::data_dir::DataDir;
use super::host::{Limit, human_bytes};
use crate::address::HostPort;
use crate::config::{ArenaChoice, ServeConfig, cores};
use crate::disk_tuning::{DiskTuning, Found};
use crate::version;

/// What is known of the machine and the node.
pub struct Facts<'a> {
    pub config: &'a ServeConfig,
    pub data: &'a DataDir,
    pub disk: &'a DiskReport,
    pub arena: &'a ArenaPlan,
    pub tuning: &'a Found,
    pub open_files: Limit,
    pub lockable_memory: Limit,
    /// When the process began.
    pub from: Instant,
}

impl Facts<'_> {
    /// Names and texts, in the order they are shown.
    pub fn lines(&self) -> Vec<(&'static str, String)> {
        let config = self.config;
        let shards = config.shards();
        let noun = if shards == 1 { "shard" } else { "shards" };
        let control =
            config.control.map_or("none".into(), |address| format!("http://{address}/metrics"));
        vec![
            ("version", version::LONG.to_owned()),
            ("cluster", format!("{}, node {}", self.data.identity.cluster_id, config.node_id)),
            ("cores", format!("{} ({shards} {noun})", cores::write(&config.cores))),
            ("brokers", self.brokers()),
            ("control", control),
            ("data", self.data_line()),
            ("kernel", self.kernel()),
            ("disk", self.tuning()),
            ("reserve", self.reserve()),
            ("limits", self.limits()),
            ("durability", self.durability()),
        ]
    }

    fn brokers(&self) -> String {
        let config = self.config;
        let last = (config.shards() - 1) as u16;
        let range = |port: u16| match last {
            0 => port.to_string(),
            _ => format!("{port}-{}", port + last),
        };
        let own = config.listener.listen;
        let told = &config.listener.advertise;
        let host = HostPort { host: own.ip().to_string(), port: own.port() }.bracketed();
        let listening = format!("{host}:{}", range(own.port()));
        if told.ip() == Some(own.ip()) && told.port == own.port() {
            return listening;
        }
        format!("{listening}, advertised as {}:{}", told.bracketed(), range(told.port))
    }

    fn data_line(&self) -> String {
        let path = self.data.path.display();
        let free = human_bytes(self.disk.free_bytes);
        let state = if self.data.identity.is_new { "new" } else { "found" };
        format!("{path} ({state}, {free} free)")
    }

    fn kernel(&self) -> String {
        let disk = self.disk;
        let ring = disk.flags.first().map_or("", |flags| match flags {
            RingFlags::DeferTaskrun => " (deferred task work)",
            RingFlags::CoopTaskrun => " (cooperative task work)",
            RingFlags::Plain => " (plain ring)",
        });
        let direct = match disk.direct {
            Direct::Works { .. } => "direct I/O",
            Direct::Refused => "no direct I/O on this file system (page cache, synced)",
        };
        format!("Linux {}, io_uring{ring}, {direct}", disk.kernel)
    }

    fn tuning(&self) -> String {
        let limits = self.tuning.limits();
        let by = match self.tuning {
            Found::Tuned(_) => "measured by `tidemill tune disk`",
            Found::Untuned | Found::Unusable(_) => "safe values, see `tidemill tune disk`",
        };
        let zeros = match limits.zero_ahead_bytes {
            0 => "no zeros ahead".to_owned(),
            bytes => format!("{} of zeros ahead", human_bytes(bytes)),
        };
        let block = human_bytes(limits.write_unit.bytes());
        let depth = human_bytes(limits.in_flight_bytes);
        let step = human_bytes(limits.preallocate_step_bytes);
        format!(
            "blocks of {block}, {zeros}, {depth} of a log in flight, {step} reserved at a time \
             ({by})"
        )
    }

    fn reserve(&self) -> String {
        let ballast = &self.data.ballast;
        let Some(path) = ballast.path() else {
            return "nothing is kept back for a full disk: the file system is too small".into();
        };
        let (bytes, path) = (human_bytes(ballast.bytes()), path.display());
        match ballast.is_missing() {
            false => format!("{bytes} kept back for a full disk, in {path}"),
            true => format!("{bytes} for a full disk, in use: {path} is made again with more room"),
        }
    }

    fn limits(&self) -> String {
        let files = self.open_files.map_or("any number of".into(), |limit| limit.to_string());
        let memory = self.lockable_memory.map_or("any".into(), human_bytes);
        format!("{files} open files, {memory} lockable memory")
    }

    fn durability(&self) -> String {
        let memory = match self.arena {
            ArenaPlan::In { directory, bytes_per_shard } => format!(
                "with flush.messages above 1: that it is in crash-safe memory, {} a shard in {}",
                human_bytes(*bytes_per_shard as u64),
                directory.display(),
            ),
            ArenaPlan::Without(why) => {
                format!("also with flush.messages above 1: no crash-safe memory ({why})")
            }
        };
        format!("an ack means the record is on stable storage; {memory}")
    }
}

/// The screen: one fact a line, and how long the start took.
pub fn human(facts: &Facts<'_>, took_ms: u64) -> String {
    let mut text = String::from("tidemill\n");
    for (name, fact) in facts.lines() {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "  {name:<10}  {fact}");
    }
    let _ = writeln!(text, "ready in {took_ms} ms");
    text
}

/// What a start should know but is not refused for.
pub fn warnings(facts: &Facts<'_>) -> Vec<String> {
    use crate::limits::{FREE_DISK_WANTED_BYTES, OPEN_FILES_WANTED};
    let mut warnings = Vec::new();
    if let Some(limit) = facts.open_files.filter(|limit| *limit < OPEN_FILES_WANTED) {
        warnings.push(format!(
            "only {limit} files may be open, and each connection and log file needs one: raise the \
             limit (ulimit -n, LimitNOFILE=)"
        ));
    }
    if facts.disk.free_bytes < FREE_DISK_WANTED_BYTES {
        warnings.push(format!(
            "only {} are free in {}: when the disk is full, produce is refused",
            human_bytes(facts.disk.free_bytes),
            facts.data.path.display()
        ));
    }
    if facts.data.ballast.is_missing() {
        warnings.push(
            "the disk is full, or nearly: produce may be refused; delete topics or records, lower \
             retention, or make space on the file system"
                .into(),
        );
    }
    if facts.disk.direct == Direct::Refused {
        warnings.push(
            "the data's file system refuses direct I/O: records go through the page cache and are \
             synced as ever, which is slower; ext4 and XFS take direct I/O"
                .into(),
        );
    }
    if let Found::Unusable(why) = facts.tuning {
        warnings.push(format!(
            "{} is not used: {why}; write it anew with `tidemill tune disk`",
            DiskTuning::path(&facts.data.path).display()
        ));
    }
    // Turned off on purpose it is no surprise.
    if let (ArenaPlan::Without(why), ArenaChoice::Auto) = (facts.arena, &facts.config.arena) {
        warnings.push(format!("no crash-safe memory ({why}): every ack waits for the disk"));
    }
    warnings
}
