//! The executor of a shard. With `net`, the only place that knows glommio.
//!
//! A shard is one thread with one executor. Everything here but [`Executor`] and [`random`] belongs
//! to the thread it was made on.

pub mod clock;
pub mod disk;
pub mod oneshot;
pub mod random;
pub mod seldom;
pub mod wake;

use std::future::Future;
use std::io;
use std::time::Duration;

use glommio::{ExecutorJoinHandle, LocalExecutorBuilder, Placement};

use crate::limits::{GLOMMIO_IO_MEMORY_BYTES, GLOMMIO_RING_DEPTH};

/// A shard's thread.
pub struct Executor<T: Send + 'static> {
    handle: ExecutorJoinHandle<T>,
}

impl<T: Send + 'static> Executor<T> {
    /// Starts a thread, pinned to `core` if one is given, and runs on it what `main` makes.
    ///
    /// glommio registers memory with three rings, which counts as locked: it gets the least it
    /// takes, so that a limit of 8 MiB does for many shards.
    pub fn start<F>(
        name: &str,
        core: Option<usize>,
        main: impl FnOnce() -> F + Send + 'static,
    ) -> io::Result<Self>
    where
        F: Future<Output = T> + 'static,
    {
        let placement = core.map_or(Placement::Unbound, Placement::Fixed);
        let handle = LocalExecutorBuilder::new(placement)
            .name(name)
            .io_memory(GLOMMIO_IO_MEMORY_BYTES)
            .ring_depth(GLOMMIO_RING_DEPTH)
            .spawn(main)
            .map_err(|error| io::Error::other(error.to_string()))?;
        Ok(Self { handle })
    }

    /// Waits for the thread's end.
    pub fn join(self) -> io::Result<T> {
        let ended = self.handle.join();
        ended.map_err(|error| io::Error::other(error.to_string()))
    }
}

/// Starts a task on this thread; it runs to its end whoever waits for it.
pub fn spawn(task: impl Future<Output = ()> + 'static) {
    glommio::spawn_local(task).detach();
}

/// Ends after `time`.
pub async fn sleep(time: Duration) {
    glommio::timer::Timer::new(time).await;
}

/// What `work` gives, or `None` if it takes longer than `time`.
pub async fn timeout<T>(time: Duration, work: impl Future<Output = T>) -> Option<T> {
    let work = async { Some(work.await) };
    let alarm = async {
        sleep(time).await;
        None
    };
    futures_lite::future::or(work, alarm).await
}
