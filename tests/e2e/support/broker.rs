//! A broker for a test: the release binary, or stock Kafka to check that the test itself is right.
//!
//! TIDEMILL_TEST_TARGET=kafka runs the same tests against stock Kafka, two brokers for two shards.
//! What only Tidemill has (its folders, its metrics) is then not tested.

use super::connection::Connection;
use super::eventually;
use super::files::{TestDir, repository};
use super::process::{self, Restrictions};
use std::fs::{File, OpenOptions};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::{Duration, Instant};

/// Ports below the range that the kernel gives to clients.
const FIRST_PORT: u16 = 20_000;
const PORTS: u16 = 10_000;
/// The most shards of a broker here, and one port more for HTTP.
const PORTS_EACH: u16 = 8;

static NEXT_PORTS: AtomicU16 = AtomicU16::new(0);

pub fn against_kafka() -> bool {
    std::env::var("TIDEMILL_TEST_TARGET").is_ok_and(|target| target == "kafka")
}

/// The release binary.
pub fn binary() -> PathBuf {
    match std::env::var("TIDEMILL_BIN") {
        Ok(path) => PathBuf::from(path),
        Err(_) => repository().join("target/release/tidemill"),
    }
}

#[derive(Clone, Debug)]
pub struct Options {
    pub shards: usize,
    /// Broker settings by Kafka's names.
    pub settings: Vec<(String, String)>,
    pub restrictions: Restrictions,
    /// As in a URL.
    pub host: &'static str,
    /// The host that clients are told; unset: the one that is listened on.
    pub advertised_host: Option<&'static str>,
    /// Of each shard; unset: the default.
    pub arena_mib: Option<usize>,
    /// Instead of a folder in the test's own.
    pub data: Option<PathBuf>,
    /// Stock Kafka, whatever the other tests run against.
    pub is_stock_kafka: bool,
}

impl Options {
    pub fn shards(shards: usize) -> Options {
        let (settings, restrictions) = (Vec::new(), Restrictions::default());
        let (host, advertised_host) = ("127.0.0.1", None);
        let (arena_mib, data) = (None, None);
        let is_stock_kafka = against_kafka();
        Options {
            shards,
            settings,
            restrictions,
            host,
            advertised_host,
            arena_mib,
            data,
            is_stock_kafka,
        }
    }

    pub fn set(mut self, key: &str, value: &str) -> Options {
        self.settings.push((key.to_owned(), value.to_owned()));
        self
    }

    pub fn data(mut self, data: &Path) -> Options {
        self.data = Some(data.to_owned());
        self
    }

    pub fn stock_kafka(mut self) -> Options {
        self.is_stock_kafka = true;
        self
    }

    pub fn host(mut self, host: &'static str) -> Options {
        self.host = host;
        self
    }

    pub fn advertised_host(mut self, host: &'static str) -> Options {
        self.advertised_host = Some(host);
        self
    }

    pub fn arena_mib(mut self, arena_mib: usize) -> Options {
        self.arena_mib = Some(arena_mib);
        self
    }

    pub fn restrictions(mut self, restrictions: Restrictions) -> Options {
        self.restrictions = restrictions;
        self
    }
}

enum Running {
    No,
    Binary(Child),
    Kafka(Vec<u32>),
}

pub struct Broker {
    pub options: Options,
    pub dir: TestDir,
    /// In memory that outlives the process, as the default is, but removed after the test.
    arena: PathBuf,
    port: u16,
    running: Running,
}

impl Broker {
    /// Starts a broker with an empty data folder, and waits until every shard answers.
    pub fn start(test: &str, options: Options) -> Broker {
        let mut broker = Broker::prepare(test, options);
        broker.start_again();
        broker
    }

    /// A broker that is not started yet.
    pub fn prepare(test: &str, options: Options) -> Broker {
        let dir = TestDir::new(test);
        let port = free_ports();
        let memory = Path::new("/dev/shm");
        let parent = if memory.is_dir() { memory } else { dir.path() };
        let arena = parent.join(format!("tidemill-test-{}-{port}", std::process::id()));
        std::fs::create_dir_all(&arena).expect("a folder for the arena");
        Broker { options, dir, arena, port, running: Running::No }
    }

    pub fn start_again(&mut self) {
        self.spawn();
        self.wait_ready(Duration::from_secs(60));
    }

    /// Starts the process and waits for nothing.
    pub fn spawn(&mut self) {
        assert!(matches!(self.running, Running::No), "the broker runs already");
        self.running = if self.options.is_stock_kafka {
            Running::Kafka(self.spawn_kafka())
        } else {
            Running::Binary(self.command().spawn().expect("the release binary; tests/run build"))
        };
    }

    /// The command line of `tidemill serve`, with its output in the log.
    pub fn command(&self) -> Command {
        let cores: Vec<String> = (0..self.options.shards).map(|core| core.to_string()).collect();
        let mut command = Command::new(binary());
        command
            .arg("serve")
            .arg("--data")
            .arg(self.data_dir())
            .args(["--listen", &self.bootstrap()])
            .args(["--cores", &cores.join(",")])
            .args(["--control", &self.http_address()])
            .arg("--arena")
            .arg(&self.arena);
        if let Some(host) = self.options.advertised_host {
            command.args(["--advertise", &format!("{host}:{}", self.port)]);
        }
        if let Some(arena_mib) = self.options.arena_mib {
            command.args(["--arena-mib", &arena_mib.to_string()]);
        }
        for (key, value) in &self.options.settings {
            command.arg("--set").arg(format!("{key}={value}"));
        }
        // The broker takes settings from such variables; those of the tests are not for it.
        for (name, _) in std::env::vars_os() {
            if name.to_str().is_some_and(|name| name.starts_with("TIDEMILL_")) {
                command.env_remove(name);
            }
        }
        let log = self.log_file();
        command
            .stdin(Stdio::null())
            .stdout(log.try_clone().expect("a second handle of the log"))
            .stderr(log)
            .current_dir(self.dir.path());
        process::restrict(&mut command, self.options.restrictions);
        command
    }

    fn spawn_kafka(&self) -> Vec<u32> {
        let mut pids = Vec::new();
        for shard in 0..self.options.shards {
            let port = self.port + shard as u16;
            let dir = self.data_dir().join(format!("shard-{shard}"));
            let mut settings = self.options.settings.clone();
            if shard > 0 {
                let controller = self.port + 1000;
                settings.extend([
                    ("process.roles".to_owned(), "broker".to_owned()),
                    ("node.id".to_owned(), (1 + 1000 * shard).to_string()),
                    ("listeners".to_owned(), format!("PLAINTEXT://127.0.0.1:{port}")),
                    ("controller.quorum.voters".to_owned(), format!("1@127.0.0.1:{controller}")),
                ]);
            }
            let mut command = Command::new(repository().join("tests/kafka/kafka"));
            command.arg("start").arg(&dir).arg(port.to_string());
            command.args(settings.iter().map(|(key, value)| format!("{key}={value}")));
            let output = super::command::run(command, b"", Duration::from_secs(90)).ok();
            pids.push(output.out.trim().parse().expect("the pid of stock Kafka"));
        }
        pids
    }

    fn log_file(&self) -> File {
        OpenOptions::new()
            .create(true)
            .append(true)
            .open(self.dir.join("broker.log"))
            .expect("the log of the broker")
    }

    /// All that the broker has logged, over all its starts.
    pub fn log(&self) -> String {
        let bytes = std::fs::read(self.dir.join("broker.log")).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// Waits until the log has this in it: a shard may answer before the first screen is out.
    pub fn must_log(&self, part: &str) {
        let from = Instant::now();
        while !self.log().contains(part) {
            let late = from.elapsed() > Duration::from_secs(10);
            assert!(!late, "no {part:?} in the log:\n{}", self.log());
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Waits until each shard answers a request.
    pub fn wait_ready(&mut self, limit: Duration) {
        let from = Instant::now();
        for shard in 0..self.options.shards {
            while !self.answers(shard) {
                if let Running::Binary(child) = &mut self.running
                    && let Some(status) = child.try_wait().expect("a child of ours")
                {
                    self.running = Running::No;
                    panic!("the broker ended ({status}) while it started:\n{}", self.log());
                }
                assert!(from.elapsed() < limit, "no answer in {limit:?}:\n{}", self.log());
                std::thread::sleep(Duration::from_millis(5));
            }
        }
        if self.options.is_stock_kafka && self.options.shards > 1 {
            let all = self.options.shards;
            eventually("every broker of stock Kafka has registered", limit, || {
                super::topic::brokers(&mut self.connect(0)).len() == all
            });
        }
    }

    fn answers(&self, shard: usize) -> bool {
        Connection::try_open(&self.address(shard))
            .is_ok_and(|mut connection| connection.try_api_versions().is_ok())
    }

    pub fn address(&self, shard: usize) -> String {
        format!("{}:{}", self.options.host, usize::from(self.port) + shard)
    }

    pub fn bootstrap(&self) -> String {
        self.address(0)
    }

    pub fn http_address(&self) -> String {
        format!("127.0.0.1:{}", self.port + PORTS_EACH - 1)
    }

    pub fn connect(&self, shard: usize) -> Connection {
        Connection::open(&self.address(shard))
    }

    pub fn data_dir(&self) -> PathBuf {
        self.options.data.clone().unwrap_or_else(|| self.dir.join("data"))
    }

    /// Where the partitions of a shard live.
    pub fn shard_dir(&self, shard: usize) -> PathBuf {
        let dir = self.data_dir().join(format!("shard-{shard}"));
        if self.options.is_stock_kafka { dir.join("data") } else { dir }
    }

    pub fn pid(&self) -> u32 {
        match &self.running {
            Running::No => panic!("the broker does not run"),
            Running::Binary(child) => child.id(),
            Running::Kafka(pids) => pids[0],
        }
    }

    /// Fails the test if the broker has ended by itself.
    pub fn must_run(&mut self) {
        if let Running::Binary(child) = &mut self.running {
            let status = child.try_wait().expect("a child of ours");
            assert!(status.is_none(), "the broker ended ({status:?}):\n{}", self.log());
        }
    }

    /// SIGKILL, and waits until the process is gone.
    pub fn kill(&mut self) {
        self.end(libc::SIGKILL, Duration::from_secs(20));
    }

    /// SIGTERM, and waits for the clean end. The exit code, for the binary.
    pub fn stop(&mut self) -> Option<i32> {
        self.end(libc::SIGTERM, Duration::from_secs(30))
    }

    fn end(&mut self, signal: libc::c_int, limit: Duration) -> Option<i32> {
        match std::mem::replace(&mut self.running, Running::No) {
            Running::No => None,
            Running::Binary(mut child) => {
                process::signal(child.id(), signal);
                let code = super::command::wait(&mut child, limit);
                if code.is_none() {
                    let _ = child.kill();
                    let _ = child.wait();
                    panic!("signal {signal} did not end the broker in {limit:?}:\n{}", self.log());
                }
                code
            }
            Running::Kafka(pids) => {
                for pid in &pids {
                    process::signal(*pid, signal);
                }
                eventually("stock Kafka ends", limit, || {
                    !pids.iter().any(|pid| Path::new(&format!("/proc/{pid}")).exists())
                });
                None
            }
        }
    }

    /// Waits for a broker that refuses to start: its exit code and all that it printed.
    pub fn wait_refused(&mut self, limit: Duration) -> (i32, String) {
        let Running::Binary(mut child) = std::mem::replace(&mut self.running, Running::No) else {
            panic!("only the binary is waited for");
        };
        let code = super::command::wait(&mut child, limit);
        let _ = child.kill();
        let _ = child.wait();
        let log = self.log();
        (code.unwrap_or_else(|| panic!("still running after {limit:?}:\n{log}")), log)
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let log = self.log();
            let tail: Vec<&str> = log.lines().rev().take(20).collect();
            eprintln!("--- the end of the broker's log");
            for line in tail.into_iter().rev() {
                eprintln!("{line}");
            }
        }
        match &mut self.running {
            Running::No => {}
            Running::Binary(child) => {
                let _ = child.kill();
                let _ = child.wait();
            }
            Running::Kafka(pids) => {
                for pid in pids {
                    process::signal(*pid, libc::SIGKILL);
                }
            }
        }
        let _ = std::fs::remove_dir_all(&self.arena);
    }
}

/// The first of a block of ports that nobody listens on now.
fn free_ports() -> u16 {
    // Test processes that run side by side start at different places.
    let start = (std::process::id() % u32::from(PORTS / PORTS_EACH)) as u16;
    for _ in 0..PORTS / PORTS_EACH {
        let block = start.wrapping_add(NEXT_PORTS.fetch_add(1, Ordering::Relaxed));
        let first = FIRST_PORT + block % (PORTS / PORTS_EACH) * PORTS_EACH;
        let all_free = (first..first + PORTS_EACH)
            .all(|port| std::net::TcpListener::bind(("127.0.0.1", port)).is_ok());
        if all_free {
            return first;
        }
    }
    panic!("no {PORTS_EACH} free ports from {FIRST_PORT} on");
}
