//! The kernel's files, below a root that a test can put elsewhere.

use std::fs;
use std::path::{Path, PathBuf};

use super::finding::Change;
use crate::serve::host::may_write;

#[derive(Debug, Clone)]
pub struct Host {
    root: PathBuf,
}

impl Host {
    pub fn this() -> Host {
        Host { root: PathBuf::from("/") }
    }

    #[cfg(test)]
    pub fn below(root: &Path) -> Host {
        Host { root: root.to_path_buf() }
    }

    /// `path` begins with a slash, as the kernel's files are known.
    pub fn path(&self, path: impl AsRef<Path>) -> PathBuf {
        let path = path.as_ref();
        self.root.join(path.strip_prefix("/").unwrap_or(path))
    }

    /// A file's text without the spaces around it; `None` if it is not there or not for us.
    pub fn read(&self, path: impl AsRef<Path>) -> Option<String> {
        let text = fs::read_to_string(self.path(path)).ok()?;
        Some(text.trim().to_owned())
    }

    pub fn is_there(&self, path: impl AsRef<Path>) -> bool {
        self.path(path).exists()
    }

    /// Whether this process may write a file: it may belong to root, or to the host of a container.
    pub fn may_write(&self, path: impl AsRef<Path>) -> bool {
        may_write(&self.path(path))
    }

    pub fn number(&self, path: impl AsRef<Path>) -> Option<i64> {
        self.read(path)?.parse().ok()
    }

    /// The names in a folder, in order.
    pub fn names(&self, folder: impl AsRef<Path>) -> Vec<String> {
        let Ok(entries) = fs::read_dir(self.path(folder)) else { return Vec::new() };
        let names = entries.flatten().filter_map(|entry| entry.file_name().into_string().ok());
        let mut names: Vec<String> = names.collect();
        names.sort();
        names
    }

    /// Where a link leads, as the kernel knows it.
    pub fn link(&self, path: impl AsRef<Path>) -> Option<PathBuf> {
        let real = fs::canonicalize(self.path(path)).ok()?;
        let root = fs::canonicalize(&self.root).ok()?;
        Some(Path::new("/").join(real.strip_prefix(root).ok()?))
    }

    /// The change that makes `path` hold `value`; `None` if it does, or is not there.
    pub fn change(&self, path: impl AsRef<Path>, value: &str) -> Option<Change> {
        let (before, value) = (chosen(&self.read(&path)?), value.to_owned());
        let path = path.as_ref().to_path_buf();
        (before != value).then_some(Change { path, before, value, resets: Vec::new() })
    }
}

/// The kernel shows a choice as `one [two] three`, and is given the word alone.
pub fn chosen(text: &str) -> String {
    let word = text.split_once('[').and_then(|(_, rest)| rest.split_once(']'));
    word.map_or(text, |(word, _)| word).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn choices_are_read_as_the_chosen_word() {
        assert_eq!(chosen("none [mq-deadline] kyber"), "mq-deadline");
        assert_eq!(chosen("performance"), "performance");
    }

    #[test]
    fn a_change_is_only_what_differs() {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir_all(root.path().join("proc/sys/vm")).unwrap();
        fs::write(root.path().join("proc/sys/vm/swappiness"), "60\n").unwrap();
        let host = Host::below(root.path());
        assert_eq!(host.number("/proc/sys/vm/swappiness"), Some(60));
        assert_eq!(host.change("/proc/sys/vm/swappiness", "60"), None);
        assert_eq!(host.change("/proc/sys/vm/absent", "60"), None);
        let change = host.change("/proc/sys/vm/swappiness", "1").unwrap();
        assert_eq!((change.before.as_str(), change.value.as_str()), ("60", "1"));
        assert_eq!(change.path, Path::new("/proc/sys/vm/swappiness"));
    }
}
