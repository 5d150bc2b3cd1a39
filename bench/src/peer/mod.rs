//! The brokers that are compared: started fresh, pinned to their cores, stopped after their turn.
//!
//! Another broker is a file of its own that implements [`Broker`], and a line in `compare.rs`.

mod kafka;
mod tidemill;

pub use kafka::{Kafka, class_path, fetch};
pub use tidemill::Tidemill;

use std::fs;
use std::net::TcpStream;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::BenchError;
use crate::limits::ADMIN_TIMEOUT_MS;
use crate::rows::{Durability, Row};

/// Where a broker runs during its turn.
#[derive(Clone, Debug)]
pub struct Place {
    /// For its data and its configuration; empty at first.
    pub directory: PathBuf,
    /// Its clients' port; the 1,000 ports above it are its own too.
    pub port: u16,
    /// As many as it asked for.
    pub cores: Vec<usize>,
}

/// A broker that can take part: how it is started, and what its figures stand for.
pub trait Broker {
    /// Its name in tables and file names.
    fn name(&self) -> &'static str;

    /// Whether the others are compared with it.
    fn is_base(&self) -> bool {
        false
    }

    /// The cores it wants.
    fn cores(&self) -> usize {
        1
    }

    /// What an acknowledgement promises, in the report's words.
    fn ack(&self, durability: Durability) -> &'static str;

    /// Its colour in plots, as in CSS.
    fn color(&self, durability: Durability) -> &'static str;

    /// As it tells it itself.
    fn version(&self) -> Option<String>;

    /// Whether it takes part in a row.
    fn runs(&self, _row: &Row) -> bool {
        true
    }

    /// Its configuration file, for the report, if it has one.
    fn configuration(&self, _place: &Place) -> Option<String> {
        None
    }

    /// What comes before the start: files, the formatting of its data.
    fn prepare(&self, _place: &Place) -> Result<(), BenchError> {
        Ok(())
    }

    /// The command that runs it in the foreground, until SIGTERM.
    fn command(&self, place: &Place) -> Vec<String>;
}

/// A running broker with a directory of its own, removed with it.
pub struct Peer {
    child: Child,
    pub directory: PathBuf,
    /// From the start of the process until it accepted a connection.
    pub start_up: Duration,
    pub address: String,
}

/// What the kernel counted for a process.
#[derive(Clone, Copy, Debug)]
pub struct Usage {
    pub cpu: Duration,
    pub resident_bytes: u64,
}

impl Usage {
    pub fn resident_mib(&self) -> f64 {
        self.resident_bytes as f64 / f64::from(1 << 20)
    }
}

/// The unit of the CPU times in /proc, the same on every Linux.
const TICKS_PER_SECOND: u64 = 100;

/// The whole command, pinned.
pub fn command_line(broker: &dyn Broker, place: &Place) -> Vec<String> {
    let cores: Vec<String> = place.cores.iter().map(ToString::to_string).collect();
    let cores = cores.join(",");
    // A broker does not outlive the run that started it.
    let pinned = ["setpriv", "--pdeathsig", "TERM", "taskset", "-c", &cores];
    let mut line: Vec<String> = pinned.map(str::to_owned).into();
    line.extend(broker.command(place));
    line
}

/// Ports from one broker to the next, where several run at once.
const PORTS_EACH: u16 = 10;

/// The first port of one of several brokers.
pub fn port(first: u16, index: usize) -> u16 {
    first + PORTS_EACH * u16::try_from(index).expect("few brokers")
}

/// Where a broker runs that has its directory below `parent`.
pub fn place(parent: &Path, port: u16, cores: Vec<usize>) -> Place {
    Place { directory: parent.join(format!("peer-{port}")), port, cores }
}

impl Peer {
    /// Starts a broker in an empty directory and waits until it accepts connections.
    pub fn start(broker: &dyn Broker, place: &Place) -> Result<Self, BenchError> {
        let directory = place.directory.clone();
        let _ = fs::remove_dir_all(&directory);
        fs::create_dir_all(&directory)?;
        broker.prepare(place)?;
        let line = command_line(broker, place);
        let log = fs::File::create(directory.join("broker.log"))?;
        let mut command = Command::new(&line[0]);
        command.args(&line[1..]);
        command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
        // Ctrl-C is for us: the row that runs is finished.
        command.process_group(0);
        let started = Instant::now();
        let mut child = command.spawn()?;
        let address = format!("127.0.0.1:{}", place.port);
        while TcpStream::connect(&address).is_err() {
            let exited = child.try_wait()?;
            if exited.is_some() || started.elapsed() > Duration::from_millis(ADMIN_TIMEOUT_MS) {
                let _ = child.kill();
                let _ = child.wait();
                let log = fs::read_to_string(directory.join("broker.log")).unwrap_or_default();
                return Err(BenchError::NotReady(broker.name().into(), log));
            }
            sleep(Duration::from_millis(2));
        }
        Ok(Self { child, directory, start_up: started.elapsed(), address })
    }

    pub fn usage(&self) -> Result<Usage, BenchError> {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.child.id()))?;
        // Fields after the name, which may hold spaces: utime and stime are the 12th and 13th.
        let fields: Vec<&str> =
            stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
        let ticks = |index: usize| fields.get(index).and_then(|f| f.parse::<u64>().ok());
        let ticks = ticks(11).unwrap_or(0) + ticks(12).unwrap_or(0);
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let resident_kib = status
            .lines()
            .find_map(|line| line.strip_prefix("VmRSS:"))
            .and_then(|rest| rest.trim().trim_end_matches(" kB").parse::<u64>().ok());
        Ok(Usage {
            cpu: Duration::from_millis(ticks * 1000 / TICKS_PER_SECOND),
            resident_bytes: resident_kib.unwrap_or(0) * 1024,
        })
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        let pid = self.child.id().to_string();
        let _ = Command::new("kill").arg(&pid).status();
        let deadline = Instant::now() + Duration::from_secs(20);
        while matches!(self.child.try_wait(), Ok(None)) && Instant::now() < deadline {
            sleep(Duration::from_millis(20));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = fs::remove_dir_all(&self.directory);
    }
}
