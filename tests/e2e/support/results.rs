//! What a test has seen a client do, kept for the README's table (tests/clients/table).

use super::broker::against_kafka;
use super::files::repository;
use std::fmt::Write;
use std::path::PathBuf;

/// The results of one client on a number of shards; written when the test ends, however it ends.
pub struct Results {
    file: PathBuf,
    text: String,
}

impl Results {
    /// Forgets what an earlier run has shown: it is no result of this one.
    pub fn start(name: &str, shards: usize) -> Results {
        let file = repository().join("tests/.cache/clients").join(format!("{name}.{shards}"));
        if !against_kafka() {
            let _ = std::fs::remove_file(&file);
        }
        Results { file, text: String::new() }
    }

    /// The client's name, one word, and its version.
    pub fn client(&mut self, name: &str, version: &str) {
        writeln!(self.text, "client {name} {version}").expect("memory");
    }

    /// One check has passed; its words are joined by hyphens.
    pub fn ok(&mut self, check: &str) {
        println!("ok {check}");
        writeln!(self.text, "ok {check}").expect("memory");
    }

    /// Lines that a client's own program has printed.
    pub fn add(&mut self, lines: &str) {
        self.text.push_str(lines);
    }
}

impl Drop for Results {
    fn drop(&mut self) {
        if against_kafka() || self.text.is_empty() {
            return;
        }
        if std::thread::panicking() {
            self.text.push_str("failed\n");
        }
        let folder = self.file.parent().expect("a folder");
        let kept =
            std::fs::create_dir_all(folder).and_then(|()| std::fs::write(&self.file, &self.text));
        if let Err(error) = kept {
            eprintln!("{}: {error}", self.file.display());
        }
    }
}
