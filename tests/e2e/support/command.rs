//! Runs another program with a time limit, and keeps all that it prints.

use super::files::repository;
use std::io::{Read, Write};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// What a program, or a tool of stock Kafka, has printed.
#[derive(Clone, Debug)]
pub struct Output {
    pub what: String,
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Output {
    pub fn new(what: String, code: i32, out: &[u8], err: &[u8]) -> Output {
        Output {
            what,
            code,
            out: String::from_utf8_lossy(out).into_owned(),
            err: String::from_utf8_lossy(err).into_owned(),
        }
    }

    /// The output of a program that must have succeeded.
    #[track_caller]
    pub fn ok(self) -> Output {
        assert_eq!(self.code, 0, "{self}");
        self
    }

    /// What was printed on either stream by a program that must have failed.
    #[track_caller]
    pub fn failed(self) -> String {
        assert_ne!(self.code, 0, "{self}");
        format!("{}{}", self.out, self.err)
    }

    #[track_caller]
    pub fn must_have(&self, text: &str) -> &Output {
        assert!(self.out.contains(text), "no {text:?} in the output of {self}");
        self
    }

    #[track_caller]
    pub fn must_lack(&self, text: &str) -> &Output {
        assert!(!self.out.contains(text), "{text:?} in the output of {self}");
        self
    }
}

impl std::fmt::Display for Output {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{}\nexit code {}\n--- stdout\n{}\n--- stderr\n{}",
            self.what, self.code, self.out, self.err
        )
    }
}

/// Runs `command` with `input`, for at most `limit`.
pub fn run(mut command: Command, input: &[u8], limit: Duration) -> Output {
    let what = format!("{command:?}");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap_or_else(|error| panic!("{what}: {error}"));
    let mut stdin = child.stdin.take().expect("a piped stream");
    let input = input.to_vec();
    // A program that reads nothing and leaves early is judged by its exit code.
    let feeder = std::thread::spawn(move || drop(stdin.write_all(&input)));
    let out = reader(child.stdout.take().expect("a piped stream"));
    let err = reader(child.stderr.take().expect("a piped stream"));
    let code = wait(&mut child, limit).unwrap_or_else(|| {
        let _ = child.kill();
        let _ = child.wait();
        124
    });
    let _ = feeder.join();
    let (out, err) = (out.join().expect("a reader"), err.join().expect("a reader"));
    Output::new(what, code, &out, &err)
}

fn reader(mut stream: impl Read + Send + 'static) -> std::thread::JoinHandle<Vec<u8>> {
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        let _ = stream.read_to_end(&mut bytes);
        bytes
    })
}

/// The exit code, -1 after a signal; nothing past the limit.
pub fn wait(child: &mut Child, limit: Duration) -> Option<i32> {
    let from = Instant::now();
    loop {
        if let Some(status) = child.try_wait().expect("a child of ours") {
            return Some(status.code().unwrap_or(-1));
        }
        if from.elapsed() > limit {
            return None;
        }
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// kcat, the command-line client of librdkafka.
pub fn kcat(arguments: &[&str], input: &[u8]) -> Output {
    let mut command = Command::new("kcat");
    command.args(arguments);
    run(command, input, Duration::from_secs(30))
}

/// A script of tests/clients, in the Python environment that tests/setup makes.
pub fn python(script: &str, arguments: &[&str]) -> Output {
    let tests = repository().join("tests");
    let mut command = Command::new(tests.join(".cache/venv/bin/python"));
    command.arg(tests.join("clients").join(script)).args(arguments);
    run(command, b"", Duration::from_secs(150))
}
