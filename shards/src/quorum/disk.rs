//! What the quorum has to be made durable: one thing after the other, in the order it was asked.
//!
//! Entries need not wait for each other; a state file or a cut waits for all entries before it.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

use cluster::quorum::{Hard, Input, Persist};

use super::QuorumError;
use super::folder::{Folder, State};
use super::inbox::Inbox;
use super::journal::Journal;
use crate::runtime::wake::Signal;

pub enum Job {
    /// The log on disk is of no use: it begins anew.
    RestartLog,
    Persist(Persist),
    /// Entries before this index may go.
    CutStart(u64),
    /// Processes that ran on this folder, as the state file is to have them from now on.
    Incarnations(Vec<wire::Uuid>),
}

/// See the module.
pub struct Disk {
    pub journal: Journal,
    folder: Folder,
    state: RefCell<State>,
    jobs: RefCell<VecDeque<Job>>,
    arrived: Signal,
    /// Numbers of writes, and the log's end that makes each durable, oldest first.
    under_way: RefCell<VecDeque<(u64, i64)>>,
    /// Why nothing more can be made durable.
    failed: RefCell<Option<QuorumError>>,
    inbox: Rc<Inbox>,
}

impl Disk {
    pub fn new(journal: Journal, folder: Folder, state: State, inbox: Rc<Inbox>) -> Self {
        Self {
            journal,
            folder,
            state: RefCell::new(state),
            jobs: RefCell::default(),
            arrived: Signal::default(),
            under_way: RefCell::default(),
            failed: RefCell::default(),
            inbox,
        }
    }

    pub fn add(&self, job: Job) {
        self.jobs.borrow_mut().push_back(job);
        self.arrived.notify();
    }

    /// Why nothing more can be made durable.
    pub fn failure(&self) -> Option<QuorumError> {
        self.failed.borrow().clone()
    }

    /// Carries out jobs; ends at the first failure, or with the thread's other tasks.
    pub async fn work(&self, is_over: impl Fn() -> bool) {
        while !is_over() {
            let Some(job) = self.jobs.borrow_mut().pop_front() else {
                self.arrived.wait().await;
                continue;
            };
            let done = match job {
                Job::Persist(persist) => self.persist(persist).await,
                Job::RestartLog => self.journal.restart(),
                Job::CutStart(index) => {
                    self.journal.cut_start(index as i64);
                    Ok(())
                }
                Job::Incarnations(incarnations) => self.note(|state| {
                    state.incarnations = incarnations;
                }),
            };
            if let Err(error) = done {
                tracing::error!(%error, "the metadata quorum cannot go on on this node");
                *self.failed.borrow_mut() = Some(error);
                self.inbox.nudge();
                return;
            }
        }
    }

    pub fn wake(&self) {
        self.arrived.notify();
    }

    async fn persist(&self, persist: Persist) -> Result<(), QuorumError> {
        let number = persist.number;
        if let Some(hard) = persist.hard {
            self.journal.settled().await?;
            self.note(|state| state.hard = hard)?;
        }
        if let Some(first) = persist.entries.first()
            && (first.index as i64) < self.journal.end()
        {
            self.journal.settled().await?;
        }
        self.journal.append(&persist.entries).await?;
        self.under_way.borrow_mut().push_back((number, self.journal.end()));
        self.on_stable();
        Ok(())
    }

    fn note(&self, change: impl FnOnce(&mut State)) -> Result<(), QuorumError> {
        let mut state = self.state.borrow().clone();
        change(&mut state);
        self.folder.write_state(&state)?;
        *self.state.borrow_mut() = state;
        Ok(())
    }

    /// The stable end may have moved: tells which writes are durable.
    pub fn on_stable(&self) {
        let stable = self.journal.stable_end();
        let mut under_way = self.under_way.borrow_mut();
        let mut done = None;
        while under_way.front().is_some_and(|(_, end)| *end <= stable) {
            done = under_way.pop_front().map(|(number, _)| number);
        }
        if let Some(number) = done {
            self.inbox.put(Input::Durable(number));
        }
    }
}

/// Terms and votes are written by [`Disk`] alone.
pub fn founding_hard(index: u64) -> Hard {
    Hard { term: 1, vote: 0, commit: index }
}
