//! Waking a task from another thread.

use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Waker};

use super::Reactor;

/// Where other threads put the wakers of a thread's tasks.
pub(super) struct Far {
    wakers: Mutex<Vec<Waker>>,
    /// There may be wakers.
    has_some: AtomicBool,
    /// Wakes the thread.
    raise: OwnedFd,
}

impl Far {
    /// Also returns the eventfd that is raised, for the thread to wait for.
    pub(super) fn new() -> io::Result<(Self, OwnedFd)> {
        let raise = rustix::event::eventfd(0, rustix::event::EventfdFlags::CLOEXEC)?;
        let raised = raise.as_fd().try_clone_to_owned()?;
        let (wakers, has_some) = (Mutex::default(), AtomicBool::new(false));
        Ok((Self { wakers, has_some, raise }, raised))
    }

    fn put(&self, waker: Waker) {
        let mut wakers = self.wakers.lock().unwrap_or_else(PoisonError::into_inner);
        wakers.push(waker);
        let is_first = wakers.len() == 1;
        drop(wakers);
        self.has_some.store(true, Ordering::Release);
        if is_first {
            // It can only fail if the counter is full, and the thread is awake then.
            let _ = rustix::io::write(&self.raise, &1u64.to_ne_bytes());
        }
    }

    /// Wakes all; on the tasks' own thread.
    pub(super) fn wake_all(&self) {
        if !self.has_some.swap(false, Ordering::Acquire) {
            return;
        }
        let mut wakers = self.wakers.lock().unwrap_or_else(PoisonError::into_inner);
        let all = std::mem::take(&mut *wakers);
        drop(wakers);
        all.into_iter().for_each(Waker::wake);
    }
}

/// A waker for any thread.
#[derive(Clone)]
pub struct FarWaker {
    waker: Waker,
    /// Of the task's thread; `None` if that has no reactor.
    home: Option<Arc<Far>>,
}

impl FarWaker {
    /// Of the task that is being polled.
    pub fn new(cx: &Context<'_>) -> Self {
        let home = Reactor::find().map(|reactor| Arc::clone(&reactor.far));
        Self { waker: cx.waker().clone(), home }
    }

    pub fn wake(self) {
        let here = Reactor::find();
        match self.home {
            Some(home) if !here.is_some_and(|here| Arc::ptr_eq(&here.far, &home)) => {
                home.put(self.waker);
            }
            _ => self.waker.wake(),
        }
    }
}
