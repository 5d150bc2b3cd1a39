//! The data directory: it can be written, nobody else writes it, and it belongs to this node.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use storage::Ballast;

use super::host;
use super::identity::{self, Identity};
use crate::limits::LOCK_WAIT;
use crate::problem::{Problem, Result};

const LOCK: &str = "lock";

/// Held as long as the node runs.
#[derive(Debug)]
pub struct DataDir {
    pub path: PathBuf,
    pub identity: Identity,
    /// The process that last used it did not stop cleanly.
    pub after_crash: bool,
    /// Space kept back, so that there is a start on a full disk too.
    pub ballast: Ballast,
    /// The lock goes with the file.
    lock: File,
}

impl DataDir {
    /// Makes the directory if needed, locks it, and reads or makes the identity.
    pub fn open(path: &Path, node_id: i32, shards: usize) -> Result<DataDir> {
        fs::create_dir_all(path).map_err(|error| unusable(path, "make", &error))?;
        let path = path.canonicalize().map_err(|error| unusable(path, "find", &error))?;
        if !path.is_dir() {
            let error = io::Error::from(io::ErrorKind::NotADirectory);
            return Err(unusable(&path, "use", &error));
        }
        let mut lock = lock(&path)?;
        // A clean stop empties the file.
        let after_crash = lock.metadata().is_ok_and(|metadata| metadata.len() > 0);
        let ballast = Ballast::open(&path).map_err(|error| unusable(&path, "use", &error))?;
        let noted = ballast.with_reserve(|| note_holder(&mut lock));
        noted.map_err(|error| unusable(&path, "write to", &error))?;
        let checked = ballast.with_reserve(|| check_writable(&path));
        checked.map_err(|error| unusable(&path, "write to", &error))?;
        let identity = identity::open(&path, node_id, shards)?;
        Ok(DataDir { path, identity, after_crash, ballast, lock })
    }
}

impl DataDir {
    /// Notes that everything was closed.
    pub fn close(&self) {
        // If that fails, the next start expects a crash and finds none.
        let _ = self.lock.set_len(0);
    }
}

fn unusable(path: &Path, what: &str, error: &io::Error) -> Problem {
    let problem =
        Problem::failed(format!("cannot {what} the data directory {}: {error}", path.display()));
    problem.remedy(match error.kind() {
        io::ErrorKind::PermissionDenied => {
            "give this user write access to it, or choose another directory with --data DIR"
        }
        io::ErrorKind::ReadOnlyFilesystem => {
            "mount its file system writable, or choose another directory with --data DIR"
        }
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            "make space on its file system, or choose another directory with --data DIR"
        }
        _ => "choose another directory with --data DIR",
    })
}

/// Takes the lock, or says who has it. A killed process that is still going away is waited for.
fn lock(data: &Path) -> Result<File> {
    let path = data.join(LOCK);
    let mut options = OpenOptions::new();
    let mut file = options
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(&path)
        .map_err(|error| unusable(data, "write to", &error))?;
    let from = Instant::now();
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::Error(error)) => return Err(unusable(data, "lock", &error)),
            Err(TryLockError::WouldBlock) => {}
        }
        let holder = holder(&mut file);
        if holder.is_none_or(host::is_alive) || from.elapsed() > LOCK_WAIT {
            let who = holder.map_or("another process".into(), |pid| format!("process {pid}"));
            let what = format!("the data directory {} is in use by {who}", data.display());
            return Err(Problem::failed(what).remedy(
                "stop that process first, or give this one a directory of its own with --data DIR",
            ));
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Says in the lock's file who has it.
fn note_holder(file: &mut File) -> io::Result<()> {
    file.set_len(0)?;
    file.rewind()?;
    writeln!(file, "{}", std::process::id())
}

fn holder(file: &mut File) -> Option<u32> {
    let mut text = String::new();
    file.rewind().ok()?;
    file.take(32).read_to_string(&mut text).ok()?;
    text.trim().parse().ok()
}

/// More than a start writes before it serves: a node that starts can note what it decides.
const CHECK_BYTES: usize = 256 << 10;

/// A directory can be there and its disk not take a byte. Every start is a new leader epoch, which
/// has to be on stable storage before a client sees it: with a full disk, and nothing kept back, or
/// all of that used up, there is no start.
fn check_writable(data: &Path) -> io::Result<()> {
    let path = data.join(".write-check");
    let check = || -> io::Result<()> {
        let mut file = File::create(&path)?;
        file.write_all(&[0; CHECK_BYTES])?;
        file.sync_all()?;
        fs::remove_file(&path)
    };
    check().inspect_err(|_| {
        let _ = fs::remove_file(&path);
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_is_made_and_held() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a/b");
        let held = DataDir::open(&path, 1, 1).unwrap();
        let error = DataDir::open(&path, 1, 1).unwrap_err().to_string();
        let own = format!("in use by process {}", std::process::id());
        assert!(error.contains(&own) && error.contains("--data DIR"), "{error}");
        let made = held.identity.clone();
        assert!(!held.after_crash);
        drop(held);
        let held = DataDir::open(&path, 1, 1).unwrap();
        assert!(held.after_crash);
        held.close();
        let found = held.identity.clone();
        drop(held);
        assert!(!DataDir::open(&path, 1, 1).unwrap().after_crash);
        assert_eq!((made.is_new, found.is_new), (true, false));
        assert_eq!(found.cluster_id, made.cluster_id);
        assert!(!path.join(".write-check").exists());
    }

    #[test]
    fn a_lock_file_of_a_dead_process_is_no_obstacle() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(LOCK), "4294967295\nlong ago, of a longer number").unwrap();
        DataDir::open(folder.path(), 1, 1).unwrap();
        let noted = fs::read_to_string(folder.path().join(LOCK)).unwrap();
        assert_eq!(noted, format!("{}\n", std::process::id()));
    }

    #[test]
    fn a_file_is_no_directory() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        fs::write(&path, "").unwrap();
        let error = DataDir::open(&path, 1, 1).unwrap_err().to_string();
        assert!(error.contains("data directory") && error.contains("--data DIR"), "{error}");
    }
}
