//! The brokers that are compared: started fresh, pinned to one core, stopped after their turn.

use std::fs;
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::BenchError;
use crate::limits::ADMIN_TIMEOUT_MS;

/// Which broker, and where its program lies.
#[derive(Clone, Debug)]
pub enum Kind {
    /// A folder with stock Kafka's jars.
    Kafka { jars: PathBuf },
    /// The `tidemill` program.
    Tidemill { program: PathBuf },
}

/// A running broker with a data directory of its own, removed with it.
pub struct Peer {
    child: Child,
    directory: PathBuf,
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

/// The unit of the CPU times in /proc, the same on every Linux.
const TICKS_PER_SECOND: u64 = 100;

impl Peer {
    /// Starts a broker on `port`, pinned to `core`, with its data below `parent`.
    pub fn start(kind: &Kind, parent: &Path, port: u16, core: usize) -> Result<Self, BenchError> {
        let directory = parent.join(format!("peer-{port}"));
        let _ = fs::remove_dir_all(&directory);
        fs::create_dir_all(&directory)?;
        let mut command = match kind {
            Kind::Kafka { jars } => kafka(jars, &directory, port, core)?,
            Kind::Tidemill { program } => tidemill(program, &directory, port, core),
        };
        let log = fs::File::create(directory.join("broker.log"))?;
        command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
        let started = Instant::now();
        let mut child = command.spawn()?;
        let address = format!("127.0.0.1:{port}");
        while TcpStream::connect(&address).is_err() {
            let exited = child.try_wait()?;
            if exited.is_some() || started.elapsed() > Duration::from_millis(ADMIN_TIMEOUT_MS) {
                let _ = child.kill();
                let log = fs::read_to_string(directory.join("broker.log")).unwrap_or_default();
                return Err(BenchError::NotReady(format!("{kind:?}"), log));
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

fn pinned(core: usize, program: &str) -> Command {
    let mut command = Command::new("taskset");
    command.arg("-c").arg(core.to_string()).arg(program);
    command
}

fn tidemill(program: &Path, directory: &Path, port: u16, core: usize) -> Command {
    let mut command = pinned(core, &program.display().to_string());
    command.arg("serve").arg("--data").arg(directory.join("data"));
    command.args(["--cores", &core.to_string(), "--listen", &format!("127.0.0.1:{port}")]);
    command.args(["--control", &format!("127.0.0.1:{}", port + 500)]);
    command
}

fn kafka(jars: &Path, directory: &Path, port: u16, core: usize) -> Result<Command, BenchError> {
    let controller = port + 1;
    let properties = directory.join("server.properties");
    let text = format!(
        "process.roles=broker,controller\nnode.id=1\n\
         controller.quorum.voters=1@127.0.0.1:{controller}\n\
         listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}\n\
         advertised.listeners=PLAINTEXT://127.0.0.1:{port}\n\
         controller.listener.names=CONTROLLER\nlog.dirs={}\n\
         offsets.topic.replication.factor=1\n",
        directory.join("data").display()
    );
    fs::write(&properties, text)?;
    let class_path = format!("{}/*", jars.display());
    let formatted = Command::new("java")
        .args(["-cp", &class_path, "kafka.tools.StorageTool", "format"])
        .args(["-t", "MkU3OEVBNTcwNTJENDM2Qk", "-c"])
        .arg(&properties)
        .output()?;
    if !formatted.status.success() {
        let text = String::from_utf8_lossy(&formatted.stderr).into_owned();
        return Err(BenchError::NotReady("stock Kafka".into(), text));
    }
    let mut command = pinned(core, "java");
    // The flags of Kafka's own start script.
    command.args(["-Xms1G", "-Xmx1G", "-server", "-XX:+UseG1GC", "-XX:MaxGCPauseMillis=20"]);
    command.args(["-XX:InitiatingHeapOccupancyPercent=35", "-XX:+ExplicitGCInvokesConcurrent"]);
    command.args(["-cp", &class_path, "kafka.Kafka"]).arg(&properties);
    Ok(command)
}
