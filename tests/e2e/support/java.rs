//! Java programs of tests/clients, which tests/setup has built.

use super::command::wait;
use super::files::repository;
use super::process::{self, Restrictions};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Many times what a start takes on two busy cores.
const LIMIT: Duration = Duration::from_secs(60);

/// The program of a client.
pub fn jar(client: &str) -> PathBuf {
    repository().join(format!("tests/clients/{client}/target/{client}.jar"))
}

/// A program that runs until it is told to stop. What it prints is shown when the test fails.
pub struct Program {
    process: Child,
    log: PathBuf,
}

impl Program {
    pub fn start(jar: &Path, log: PathBuf, arguments: &[&str]) -> Program {
        let out = File::create(&log).expect("the program's log");
        let err = out.try_clone().expect("a second handle of the log");
        let mut command = Command::new("java");
        command
            .args(["-Xmx256M", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-jar"])
            .arg(jar)
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(out)
            .stderr(err);
        process::restrict(&mut command, Restrictions::default());
        Program { process: command.spawn().expect("java; tests/setup installs it"), log }
    }

    /// All that it has printed.
    pub fn log(&self) -> String {
        String::from_utf8_lossy(&std::fs::read(&self.log).unwrap_or_default()).into_owned()
    }

    /// Waits until it prints a whole line with `text`, and returns that line.
    pub fn wait_for(&mut self, text: &str) -> String {
        let from = Instant::now();
        loop {
            let log = self.log();
            let mut lines = log.split_inclusive('\n').filter(|line| line.ends_with('\n'));
            if let Some(line) = lines.find(|line| line.contains(text)) {
                return line.trim_end().to_owned();
            }
            self.must_run();
            assert!(from.elapsed() < LIMIT, "not printed within {LIMIT:?}: {text}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    pub fn must_run(&mut self) {
        let status = self.process.try_wait().expect("a child of ours");
        assert!(status.is_none(), "the Java program has ended: {status:?}");
    }

    /// SIGTERM, and waits for the end that the program makes of it.
    pub fn stop(&mut self) {
        // What a JVM says of an end by SIGTERM whose hooks have run.
        const TERMINATED: i32 = 128 + libc::SIGTERM;
        self.must_run();
        process::signal(self.process.id(), libc::SIGTERM);
        let code = wait(&mut self.process, LIMIT);
        assert_eq!(code, Some(TERMINATED), "the end of the Java program");
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        if std::thread::panicking() {
            eprintln!("--- {}\n{}", self.log.display(), self.log());
        }
    }
}
