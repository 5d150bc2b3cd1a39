//! This node's part in the metadata quorum: one thread with a ring and a store of its own, so that
//! neither many new folders nor a long compaction of a shard stops it.
//!
//! ```text
//!  shards ──Command──► mailbox ──► decide ──► Quorum::turn ──► committed ──► image ──► shards
//!                                   ▲  on the image that       │    ▲     (published, not
//!                                   │  is proposed so far      │    │      waited for)
//!                                   └──── answers ◄────────────┘    │
//!                                                       Persist ──► │ Durable
//!                                                    <data>/quorum: state, entries, snapshots
//! ```
//!
//! What decides is the machine in `cluster::quorum`; this room carries out what it says. Commands
//! follow each other without waiting for the disk: each is decided on what the ones before it will
//! have led to. One voter takes the same path: it leads in its first turn.

mod adopt;
mod decide;
mod disk;
mod folder;
mod found;
mod inbox;
mod journal;
mod own;
mod publish;
mod serve;
mod status;

use std::path::PathBuf;
use std::rc::Rc;
use std::sync::{Arc, mpsc};

use storage::disk::ring::{RingConfig, RingDisk};
use storage::{ArenaConfig, Store, StoreConfig};

use self::serve::Driver;
pub use self::status::{Glance, Status, Voter};
use crate::config::NodeConfig;
use crate::limits::QUORUM_TAIL_BYTES;
use crate::logs::{DiskEnded, Logs};
use crate::mesh::{Mesh, Message};
use crate::metrics::Metrics;
use crate::runtime::clock::Clock;

/// The quorum's part of the data folder.
const FOLDER: &str = "quorum";

/// Why this node has no part in the quorum.
#[derive(Debug, Clone, thiserror::Error)]
pub enum QuorumError {
    #[error("cannot {what} {}: {why}", path.display())]
    Io { what: &'static str, path: PathBuf, why: String },
    #[error("{}: {why}", path.display())]
    Unusable { path: PathBuf, why: String },
    #[error("metadata log: {0}")]
    Log(String),
    #[error("{0}")]
    Refused(String),
    #[error("the node is stopping")]
    Stopping,
}

/// What the thread is started with.
pub struct Start {
    pub config: Arc<NodeConfig>,
    pub mesh: Mesh,
    pub metrics: Arc<Metrics>,
    pub status: Arc<Status>,
    /// Told once that there is metadata to go by, and later why the node cannot serve, if so.
    pub ready: mpsc::Sender<Result<(), QuorumError>>,
}

/// Shards do not outlive the quorum's thread, however it ends.
struct StopShards(Mesh);

impl Drop for StopShards {
    fn drop(&mut self) {
        stop_shards(&self.0);
    }
}

fn stop_shards(mesh: &Mesh) {
    for shard in 0..mesh.shards() {
        // A full mailbox does not matter: stopping is a flag.
        let _ = mesh.send(shard, Message::Stop);
    }
}

/// The main task of the quorum's thread.
pub async fn run(start: Start) {
    let _stop_shards = StopShards(start.mesh.clone());
    let ready = start.ready.clone();
    match Driver::open(start).await {
        Ok(driver) => {
            let _ = ready.send(Ok(()));
            drop(ready);
            driver.serve().await;
        }
        // Nobody listens if the start was given up.
        Err(error) => drop(ready.send(Err(error))),
    }
}

/// The quorum's own store has no arena: an entry is promised when it is on stable storage.
fn open_logs(
    config: &NodeConfig,
    path: PathBuf,
    arena: Option<ArenaConfig>,
) -> Result<(Rc<Logs>, DiskEnded), QuorumError> {
    let failed = |why: &dyn std::fmt::Display| QuorumError::Log(why.to_string());
    let clock = Rc::new(Clock::start());
    let ring =
        RingConfig { wake_fd: true, buffered: config.buffered_disk, ..RingConfig::default() };
    let ring = RingDisk::new(&ring).map_err(|why| failed(&why))?;
    let mut limits = config.store_limits.clone();
    limits.tail_bytes = QUORUM_TAIL_BYTES;
    let config = StoreConfig { data_dir: path, arena, limits, ballast: config.ballast.clone() };
    let store = Store::open(ring, config, clock.refresh()).map_err(|why| failed(&why))?;
    let logs = Rc::new(Logs::new(store, clock));
    let ended = DiskEnded::of(&logs).map_err(|why| failed(&why))?;
    Ok((logs, ended))
}
