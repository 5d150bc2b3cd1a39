//! The threads that carry out jobs: whatever would block the shard's thread.
//!
//! Jobs of one folder are of one lane, and a lane is one thread with a queue: so they keep their
//! order, and those of other folders go side by side.
#![allow(unsafe_code)]

use std::fs::File;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, TryRecvError, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use super::blocking;
use super::reclaim::{Kept, Reclaimer};
use super::wake::Wake;
use crate::disk::{OpenMode, Token};
use crate::limits::JOB_THREADS;

/// What the thread is told. Files come as handles; numbering them is the shard's.
#[derive(Debug)]
pub(super) enum Job {
    Create {
        path: PathBuf,
        allocate_bytes: u64,
        leave_bytes: u64,
    },
    CreateFolder {
        path: PathBuf,
        allocate_bytes: u64,
        leave_bytes: u64,
        beside: (PathBuf, Vec<u8>),
    },
    Open {
        path: PathBuf,
        mode: OpenMode,
    },
    Allocate {
        file: Arc<File>,
        len: u64,
        leave_bytes: u64,
    },
    Truncate {
        file: Arc<File>,
        len: u64,
    },
    Close {
        file: Arc<File>,
        truncate_to: Option<u64>,
    },
    WriteFile {
        path: PathBuf,
        bytes: Vec<u8>,
    },
    ReadFile {
        path: PathBuf,
    },
    Rename {
        from: PathBuf,
        to: PathBuf,
    },
    RemoveFiles {
        paths: Vec<PathBuf>,
    },
    RemoveDirAll {
        path: PathBuf,
    },
}

/// What came of it.
#[derive(Debug)]
pub(super) enum JobDone {
    Opened(File),
    Bytes(Vec<u8>),
    Unit,
}

/// Which of the threads a job is for.
pub(super) type Lane = usize;

/// The lane of a folder's jobs.
pub(super) fn lane_of(folder: &Path) -> Lane {
    let mut hasher = DefaultHasher::new();
    folder.hash(&mut hasher);
    (hasher.finish() % JOB_THREADS as u64) as Lane
}

pub(super) struct JobEnd {
    pub(super) token: Token,
    pub(super) lane: Lane,
    pub(super) result: io::Result<JobDone>,
}

/// The shard's end of the threads. Dropping it waits for the jobs that were sent.
pub(super) struct Jobs {
    /// Each is started when it is first needed.
    threads: [Option<Running>; JOB_THREADS],
    from: Receiver<JobEnd>,
    in_flight: usize,
    shared: Shared,
}

struct Running {
    to: Sender<(Token, Job)>,
    thread: JoinHandle<()>,
}

/// What each thread has of what they share.
#[derive(Clone)]
struct Shared {
    ends: Sender<JobEnd>,
    reclaimer: Arc<Mutex<Reclaimer>>,
    direct: bool,
    wake: Option<Arc<Wake>>,
}

impl Jobs {
    pub(super) fn new(direct: bool, wake: Option<Arc<Wake>>) -> Jobs {
        let (ends, from) = channel();
        let shared = Shared { ends, reclaimer: Arc::default(), direct, wake };
        Jobs { threads: Default::default(), from, in_flight: 0, shared }
    }

    /// Starts the thread of a lane if it is not there.
    pub(super) fn start(&mut self, lane: Lane) -> io::Result<()> {
        if self.threads[lane].is_none() {
            self.threads[lane] = Some(Running::start(lane, self.shared.clone())?);
        }
        Ok(())
    }

    pub(super) fn send(&mut self, lane: Lane, token: Token, job: Job) {
        self.in_flight += 1;
        let running = self.threads[lane].as_ref().expect("a lane that was started");
        running.to.send((token, job)).expect("a thread of the jobs does not panic");
    }

    pub(super) fn try_end(&mut self) -> Option<JobEnd> {
        if self.in_flight == 0 {
            return None;
        }
        match self.from.try_recv() {
            Ok(end) => {
                self.in_flight -= 1;
                Some(end)
            }
            Err(TryRecvError::Empty) => None,
            Err(TryRecvError::Disconnected) => unreachable!("an end of it is ours"),
        }
    }

    pub(super) fn wait_end(&mut self, timeout: Duration) -> Option<JobEnd> {
        match self.from.recv_timeout(timeout) {
            Ok(end) => {
                self.in_flight -= 1;
                Some(end)
            }
            Err(RecvTimeoutError::Timeout) => None,
            Err(RecvTimeoutError::Disconnected) => unreachable!("an end of it is ours"),
        }
    }

    pub(super) fn in_flight(&self) -> usize {
        self.in_flight
    }
}

impl Drop for Jobs {
    fn drop(&mut self) {
        for running in self.threads.iter_mut().filter_map(Option::take) {
            drop(running.to);
            let _ = running.thread.join();
        }
    }
}

impl Running {
    fn start(lane: Lane, shared: Shared) -> io::Result<Running> {
        let (to, jobs) = channel::<(Token, Job)>();
        let builder = std::thread::Builder::new().name(format!("disk-jobs-{lane}"));
        let thread = builder.spawn(move || {
            leave_the_core();
            while let Ok((token, job)) = jobs.recv() {
                let result = run(job, shared.direct, &shared.reclaimer);
                if shared.ends.send(JobEnd { token, lane, result }).is_err() {
                    return;
                }
                if let Some(wake) = &shared.wake {
                    wake.raise();
                }
            }
        })?;
        Ok(Running { to, thread })
    }
}

fn run(job: Job, direct: bool, reclaimer: &Mutex<Reclaimer>) -> io::Result<JobDone> {
    let unit = |()| JobDone::Unit;
    let reclaimer = || reclaimer.lock().unwrap_or_else(PoisonError::into_inner);
    match job {
        Job::Create { path, allocate_bytes, leave_bytes } => {
            blocking::create(&path, allocate_bytes, leave_bytes, direct).map(JobDone::Opened)
        }
        Job::CreateFolder { path, allocate_bytes, leave_bytes, beside } => {
            let room = (allocate_bytes, leave_bytes);
            blocking::create_folder(&path, room, &beside, direct).map(JobDone::Opened)
        }
        Job::Open { path, mode } => blocking::open(&path, mode, direct).map(JobDone::Opened),
        Job::Allocate { file, len, leave_bytes } => blocking::check_left(&file, len, leave_bytes)
            .and_then(|()| blocking::allocate(&file, len))
            .and_then(|()| file.sync_data())
            .map(unit),
        Job::Truncate { file, len } => file.set_len(len).and_then(|()| file.sync_data()).map(unit),
        Job::Close { file, truncate_to } => match truncate_to {
            Some(len) => file.set_len(len).and_then(|()| file.sync_data()).map(unit),
            None => Ok(JobDone::Unit),
        },
        Job::WriteFile { path, bytes } => blocking::write_file(&path, &bytes).map(unit),
        Job::ReadFile { path } => std::fs::read(&path).map(JobDone::Bytes),
        Job::Rename { from, to } => blocking::rename(&from, &to).map(unit),
        Job::RemoveFiles { paths } => {
            let mut kept = Kept::default();
            paths.iter().for_each(|path| kept.hold(path));
            reclaimer().remove(kept, || blocking::remove_files(&paths)).map(unit)
        }
        Job::RemoveDirAll { path } => {
            let mut kept = Kept::default();
            kept.hold_all(&path);
            reclaimer().remove(kept, || blocking::remove_dir_all(&path)).map(unit)
        }
    }
}

/// The thread was started by a pinned one and would share its core. A refusal changes nothing.
fn leave_the_core() {
    // SAFETY: all zeros is a value of this plain struct.
    let mut all: libc::cpu_set_t = unsafe { std::mem::zeroed() };
    for cpu in 0..libc::CPU_SETSIZE as usize {
        // SAFETY: `cpu` is within the set.
        unsafe { libc::CPU_SET(cpu, &mut all) };
    }
    // SAFETY: a system call with a set of the size given.
    unsafe { libc::sched_setaffinity(0, size_of_val(&all), &raw const all) };
}
