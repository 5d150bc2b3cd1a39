//! The thread that carries out jobs: whatever would block the shard's thread.
#![allow(unsafe_code)]

use std::fs::File;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, TryRecvError, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use super::blocking;
use super::reclaim::{Kept, Reclaimer};
use super::wake::Wake;
use crate::disk::{OpenMode, Token};

/// What the thread is told. Files come as handles; numbering them is the shard's.
#[derive(Debug)]
pub(super) enum Job {
    Create { path: PathBuf, allocate_bytes: u64 },
    Open { path: PathBuf, mode: OpenMode },
    Allocate { file: Arc<File>, len: u64 },
    Truncate { file: Arc<File>, len: u64 },
    Close { file: Arc<File>, truncate_to: Option<u64> },
    WriteFile { path: PathBuf, bytes: Vec<u8> },
    ReadFile { path: PathBuf },
    Rename { from: PathBuf, to: PathBuf },
    RemoveFiles { paths: Vec<PathBuf> },
    RemoveDirAll { path: PathBuf },
}

/// What came of it.
#[derive(Debug)]
pub(super) enum JobDone {
    Opened(File),
    Bytes(Vec<u8>),
    Unit,
}

pub(super) type JobEnd = (Token, io::Result<JobDone>);

/// The shard's end of the thread. Dropping it waits for the jobs that were sent.
pub(super) struct Jobs {
    to: Option<Sender<(Token, Job)>>,
    from: Receiver<JobEnd>,
    thread: Option<JoinHandle<()>>,
    in_flight: usize,
}

impl Jobs {
    pub(super) fn start(direct: bool, wake: Option<Arc<Wake>>) -> io::Result<Jobs> {
        let (to, jobs) = channel::<(Token, Job)>();
        let (ends, from) = channel();
        let thread = std::thread::Builder::new().name("disk-jobs".into()).spawn(move || {
            leave_the_core();
            let mut reclaimer = Reclaimer::default();
            while let Ok((token, job)) = jobs.recv() {
                if ends.send((token, run(job, direct, &mut reclaimer))).is_err() {
                    return;
                }
                if let Some(wake) = &wake {
                    wake.raise();
                }
            }
        })?;
        Ok(Jobs { to: Some(to), from, thread: Some(thread), in_flight: 0 })
    }

    pub(super) fn send(&mut self, token: Token, job: Job) {
        self.in_flight += 1;
        let sent = self.to.as_ref().expect("until dropped").send((token, job));
        sent.expect("the thread of the jobs does not panic");
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
            Err(TryRecvError::Disconnected) => panic!("the thread of the jobs is gone"),
        }
    }

    pub(super) fn wait_end(&mut self, timeout: Duration) -> Option<JobEnd> {
        match self.from.recv_timeout(timeout) {
            Ok(end) => {
                self.in_flight -= 1;
                Some(end)
            }
            Err(RecvTimeoutError::Timeout) => None,
            Err(RecvTimeoutError::Disconnected) => panic!("the thread of the jobs is gone"),
        }
    }

    pub(super) fn in_flight(&self) -> usize {
        self.in_flight
    }
}

impl Drop for Jobs {
    fn drop(&mut self) {
        drop(self.to.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn run(job: Job, direct: bool, reclaimer: &mut Reclaimer) -> io::Result<JobDone> {
    let unit = |()| JobDone::Unit;
    match job {
        Job::Create { path, allocate_bytes } => {
            blocking::create(&path, allocate_bytes, direct).map(JobDone::Opened)
        }
        Job::Open { path, mode } => blocking::open(&path, mode, direct).map(JobDone::Opened),
        Job::Allocate { file, len } => {
            blocking::allocate(&file, len).and_then(|()| file.sync_data()).map(unit)
        }
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
            reclaimer.remove(kept, || blocking::remove_files(&paths)).map(unit)
        }
        Job::RemoveDirAll { path } => {
            let mut kept = Kept::default();
            kept.hold_all(&path);
            reclaimer.remove(kept, || blocking::remove_dir_all(&path)).map(unit)
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
