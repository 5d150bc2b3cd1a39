//! The end of a shard, as its tasks learn of it.

use std::cell::Cell;
use std::future::Future;

use super::wake::Broadcast;

/// Two steps: first connections and listeners end, then, when what was in flight is out, all tasks.
#[derive(Debug, Default)]
pub struct Stop {
    begun: Broadcast,
    is_stopping: Cell<bool>,
    is_stopped: Cell<bool>,
}

impl Stop {
    /// Begins the end.
    pub fn begin(&self) {
        self.is_stopping.set(true);
        self.begun.notify_all();
    }

    /// All tasks are to end.
    pub fn finish(&self) {
        self.is_stopped.set(true);
    }

    /// Whether connections and listeners are to end.
    pub fn is_stopping(&self) -> bool {
        self.is_stopping.get()
    }

    /// Whether all tasks are to end.
    pub fn is_stopped(&self) -> bool {
        self.is_stopped.get()
    }

    /// Ends when the end begins.
    pub async fn begun(&self) {
        while !self.is_stopping() {
            self.begun.wait().await;
        }
    }

    /// What `work` gives, or `None` if the shard is told to stop before.
    pub async fn unless_stopping<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        if self.is_stopping() {
            return None;
        }
        let work = async { Some(work.await) };
        let stop = async {
            self.begun.wait().await;
            None
        };
        futures_lite::future::or(work, stop).await
    }
}
