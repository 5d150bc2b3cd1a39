//! The executor of a shard: glommio's, around a [`reactor`] of our own. The only place that knows
//! glommio.
//!
//! A shard is one thread with one executor. Everything here but [`Executor`] and [`random`] belongs
//! to the thread it was made on.

pub mod clock;
pub mod oneshot;
pub mod random;
pub mod reactor;
pub mod seldom;
pub mod stop;
pub mod wake;

use std::future::Future;
use std::io;
use std::rc::Rc;
use std::sync::mpsc;
use std::time::Duration;

use glommio::{ExecutorJoinHandle, LocalExecutorBuilder, Placement};
use reactor::Reactor;

use crate::limits::{GLOMMIO_IO_MEMORY_BYTES, GLOMMIO_RING_DEPTH};

/// A shard's thread.
pub struct Executor<T: Send + 'static> {
    handle: ExecutorJoinHandle<Option<T>>,
}

impl<T: Send + 'static> Executor<T> {
    /// Starts a thread, pinned to `core` if one is given, and runs on it what `main` makes.
    ///
    /// glommio registers memory with three rings, which counts as locked: it gets the least it
    /// takes, so that a limit of 8 MiB does for many shards.
    ///
    /// # Errors
    /// The kernel gives no thread, no ring or no eventfd.
    pub fn start<F>(
        name: &str,
        core: Option<usize>,
        main: impl FnOnce() -> F + Send + 'static,
    ) -> io::Result<Self>
    where
        F: Future<Output = T> + 'static,
    {
        let placement = core.map_or(Placement::Unbound, Placement::Fixed);
        let (started, starts) = mpsc::channel();
        let handle = LocalExecutorBuilder::new(placement)
            .name(name)
            .io_memory(GLOMMIO_IO_MEMORY_BYTES)
            .ring_depth(GLOMMIO_RING_DEPTH)
            .spawn(move || async move {
                let reactor = match Reactor::start() {
                    Ok(reactor) => reactor,
                    Err(error) => {
                        let _ = started.send(error);
                        return None;
                    }
                };
                drop(started);
                glommio::spawn_local(reactor::drive(Rc::clone(&reactor))).detach();
                Some(reactor::run(reactor, main()).await)
            })
            .map_err(|error| io::Error::other(error.to_string()))?;
        match starts.recv() {
            Ok(error) => Err(error),
            Err(mpsc::RecvError) => Ok(Self { handle }),
        }
    }

    /// Waits for the thread's end.
    pub fn join(self) -> io::Result<T> {
        let ended = self.handle.join().map_err(|error| io::Error::other(error.to_string()))?;
        ended.ok_or_else(|| io::Error::other("it had no reactor"))
    }
}

/// Starts a task on this thread; it runs to its end whoever waits for it.
pub fn spawn(task: impl Future<Output = ()> + 'static) {
    let reactor = Reactor::current();
    glommio::spawn_local(async move { reactor::counted(&reactor, task).await }).detach();
}

/// Ends after `time`.
pub async fn sleep(time: Duration) {
    reactor::Sleep::new(time).await;
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
