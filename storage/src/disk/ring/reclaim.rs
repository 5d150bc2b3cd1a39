//! Gives the space of removed files back a piece at a time.
//!
//! A file system that discards freed blocks keeps the device busy with them, and every write waits
//! behind: 256 MiB at once stalled data-synced writes for 40 ms, a few GiB do for a second. So a
//! large file's name goes at once, and its bytes follow from the end, a step after a step, with
//! pauses in which the device serves others. A crash in between leaves no more to do: the kernel
//! frees an unnamed file when the last descriptor of it closes.
#![allow(unsafe_code)]

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::fd::AsRawFd;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::limits::{RECLAIM_FILES_MAX, RECLAIM_REST_FACTOR, RECLAIM_STEP_BYTES};

/// Files whose names are about to be removed, held open so that their space stays until
/// [`Reclaimer::take`].
#[derive(Debug, Default)]
pub(super) struct Kept(Vec<File>);

impl Kept {
    /// Holds what lies at `path`, if it is a file large enough to matter.
    pub(super) fn hold(&mut self, path: &Path) {
        // Neither a pipe nor a link that somebody put there is waited for or followed.
        let flags = libc::O_NONBLOCK | libc::O_NOFOLLOW;
        let opened = OpenOptions::new().write(true).custom_flags(flags).open(path);
        let is_large = |file: &File| {
            file.metadata().is_ok_and(|m| m.is_file() && m.blocks() * 512 > RECLAIM_STEP_BYTES)
        };
        // Whatever is refused is left to the removal itself.
        self.0.extend(opened.ok().filter(is_large));
    }

    /// Holds what lies in a folder.
    pub(super) fn hold_all(&mut self, folder: &Path) {
        let entries = fs::read_dir(folder).into_iter().flatten().flatten();
        for entry in entries.take(RECLAIM_FILES_MAX) {
            self.hold(&entry.path());
        }
    }
}

/// The thread that does it, started when it is first needed. Dropped, it lets go of everything at
/// once.
#[derive(Default)]
pub(super) struct Reclaimer {
    running: Option<Running>,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    files: AtomicUsize,
    is_over: AtomicBool,
}

struct Running {
    to: Sender<File>,
    thread: JoinHandle<()>,
}

impl Reclaimer {
    /// Removes names, and takes the files behind them over.
    pub(super) fn remove(
        &mut self,
        kept: Kept,
        remove: impl Fn() -> io::Result<()>,
    ) -> io::Result<()> {
        match remove() {
            // A network file system gives an open file another name, and keeps its folder.
            Err(_) if !kept.0.is_empty() => {
                drop(kept);
                remove()
            }
            removed => {
                self.take(kept);
                removed
            }
        }
    }

    /// Takes files that have no name any more. Too many of them, and the rest goes at once.
    fn take(&mut self, kept: Kept) {
        for file in kept.0 {
            if self.shared.files.load(Ordering::Relaxed) >= RECLAIM_FILES_MAX {
                return;
            }
            if self.running.is_none() {
                self.running = Running::start(&self.shared);
            }
            let Some(running) = &self.running else { return };
            self.shared.files.fetch_add(1, Ordering::Relaxed);
            // It ends only after us.
            let _ = running.to.send(file);
        }
    }
}

impl Running {
    fn start(shared: &Arc<Shared>) -> Option<Running> {
        let (to, files) = channel();
        let shared = Arc::clone(shared);
        // The kernel tells of an open that a lease stands in the way of, for one through /proc;
        // left alone, that signal ends the process.
        // SAFETY: a system call.
        unsafe { libc::signal(libc::SIGIO, libc::SIG_IGN) };
        let builder = std::thread::Builder::new().name("disk-reclaim".into());
        let thread = builder.spawn(move || run(&files, &shared)).ok()?;
        Some(Running { to, thread })
    }
}

impl Drop for Reclaimer {
    fn drop(&mut self) {
        self.shared.is_over.store(true, Ordering::Relaxed);
        if let Some(Running { to, thread }) = self.running.take() {
            drop(to);
            let _ = thread.join();
        }
    }
}

fn run(files: &Receiver<File>, shared: &Shared) {
    while let Ok(file) = files.recv() {
        if !shared.is_over.load(Ordering::Relaxed) && is_ours_alone(&file) {
            cut(&file, &shared.is_over);
        }
        drop(file);
        shared.files.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Cuts the file from its end. An error leaves the rest to its closing.
fn cut(file: &File, is_over: &AtomicBool) {
    let mut left = file.metadata().map_or(0, |metadata| metadata.len());
    while left > 0 && !is_over.load(Ordering::Relaxed) {
        left = left.saturating_sub(RECLAIM_STEP_BYTES);
        let start = Instant::now();
        if file.set_len(left).is_err() {
            return;
        }
        let rest = (start.elapsed() * RECLAIM_REST_FACTOR).max(Duration::from_millis(1));
        std::thread::sleep(rest);
    }
}

/// Whether the file has no other name and nobody else has it open: a reader would miss the bytes.
/// The kernel grants a write lease only then; nobody can open it later, since it has no name.
fn is_ours_alone(file: &File) -> bool {
    if !file.metadata().is_ok_and(|metadata| metadata.nlink() == 0) {
        return false;
    }
    // SAFETY: system calls on an open file.
    unsafe {
        let leased = libc::fcntl(file.as_raw_fd(), libc::F_SETLEASE, libc::F_WRLCK) == 0;
        leased && libc::fcntl(file.as_raw_fd(), libc::F_SETLEASE, libc::F_UNLCK) == 0
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;
    use std::path::PathBuf;

    use super::*;

    const LEN: u64 = 3 * RECLAIM_STEP_BYTES;

    /// A kept file of some steps, and where it lies.
    fn kept(dir: &Path) -> (Kept, PathBuf) {
        let path = dir.join("large");
        fs::write(&path, vec![7; LEN as usize]).unwrap();
        let mut kept = Kept::default();
        kept.hold(&path);
        assert_eq!(kept.0.len(), 1);
        (kept, path)
    }

    fn wait_taken(reclaimer: &Reclaimer) {
        let given_up = Instant::now() + Duration::from_secs(20);
        while reclaimer.shared.files.load(Ordering::Relaxed) > 0 {
            assert!(Instant::now() < given_up, "the files are still held");
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    #[test]
    fn a_removed_file_is_cut_to_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let (kept, path) = kept(dir.path());
        let look = kept.0[0].try_clone().unwrap();
        let mut reclaimer = Reclaimer::default();
        reclaimer.remove(kept, || fs::remove_file(&path)).unwrap();
        wait_taken(&reclaimer);
        // A clone is the same open file, so it did not stand in the way.
        assert_eq!(look.metadata().unwrap().len(), 0);
    }

    #[test]
    fn whoever_still_reads_it_misses_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let (kept, path) = kept(dir.path());
        let mut reader = File::open(&path).unwrap();
        let mut reclaimer = Reclaimer::default();
        reclaimer.remove(kept, || fs::remove_file(&path)).unwrap();
        wait_taken(&reclaimer);
        let mut bytes = Vec::new();
        reader.read_to_end(&mut bytes).unwrap();
        assert_eq!(bytes.len() as u64, LEN);
    }

    #[test]
    fn where_open_files_keep_their_names_they_are_closed_first() {
        let dir = tempfile::tempdir().unwrap();
        let (kept, path) = kept(dir.path());
        let is_open = || {
            let descriptors = fs::read_dir("/proc/self/fd").unwrap().flatten();
            descriptors.filter_map(|fd| fs::read_link(fd.path()).ok()).any(|link| link == path)
        };
        let remove = || match is_open() {
            true => Err(io::ErrorKind::DirectoryNotEmpty.into()),
            false => fs::remove_file(&path),
        };
        Reclaimer::default().remove(kept, remove).unwrap();
        assert!(!path.exists());
    }

    #[test]
    fn a_file_that_has_another_name_stays_whole() {
        let dir = tempfile::tempdir().unwrap();
        let (kept, path) = kept(dir.path());
        fs::hard_link(&path, dir.path().join("copy")).unwrap();
        let mut reclaimer = Reclaimer::default();
        reclaimer.remove(kept, || fs::remove_file(&path)).unwrap();
        wait_taken(&reclaimer);
        assert_eq!(fs::metadata(dir.path().join("copy")).unwrap().len(), LEN);
    }

    #[test]
    fn only_large_files_are_kept_and_nothing_else_is_opened() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("small"), b"a few bytes").unwrap();
        fs::write(dir.path().join("large"), vec![1; LEN as usize]).unwrap();
        std::os::unix::fs::symlink(dir.path().join("large"), dir.path().join("link")).unwrap();
        fs::create_dir(dir.path().join("folder")).unwrap();
        let mut kept = Kept::default();
        kept.hold_all(dir.path());
        kept.hold(&dir.path().join("never there"));
        assert_eq!(kept.0.len(), 1);
    }
}
