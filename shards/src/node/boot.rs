//! A shard's life: open the store, get an image, serve, drain, close.

use std::net::TcpListener;
use std::rc::Rc;
use std::sync::{Arc, mpsc};
use std::time::Duration;

use storage::disk::ring::{RingConfig, RingDisk};
use storage::{Store, StoreConfig};

use super::{StartError, build, driver, mail};
use crate::config::NodeConfig;
use crate::limits::DRAIN_MS;
use crate::logs::{DiskEnded, ShardStore};
use crate::mesh::Mesh;
use crate::metrics::ShardMetrics;
use crate::quorum::Status;
use crate::runtime::{self, clock::Clock};
use crate::shard::Shard;
use crate::{connection, groups};

/// What a shard's thread is started with.
pub struct Start {
    pub index: u16,
    pub node: Arc<NodeConfig>,
    pub mesh: Mesh,
    pub metrics: Arc<ShardMetrics>,
    pub listener: TcpListener,
    pub quorum: Arc<Status>,
    /// Told once: the shard takes requests, or why it does not.
    pub ready: mpsc::Sender<Result<(), StartError>>,
}

/// The main task of a shard's thread.
pub async fn run(start: Start) {
    let Start { index: number, node, mesh, metrics, listener, quorum, ready } = start;
    let index = usize::from(number);
    let clock = Clock::start();
    let opened = open_store(number, &node, &clock).and_then(|store| {
        let shard =
            Rc::new(build::build(number, node, mesh, metrics, Rc::new(clock), store, quorum));
        // Without it the shard would find out late what the disk has done.
        let ended = DiskEnded::of(&shard.logs);
        Ok((shard, ended.map_err(|why| StartError::Ring { shard: index, why })?))
    });
    let (shard, ended) = match opened {
        Ok(opened) => opened,
        Err(error) => {
            // Nobody listens if another shard failed before.
            let _ = ready.send(Err(error));
            return;
        }
    };
    runtime::spawn(driver::drive(Rc::clone(&shard), ended));
    runtime::spawn(driver::tick(Rc::clone(&shard)));
    runtime::spawn(mail::serve(Rc::clone(&shard)));
    // With the image in which this process's brokers serve.
    let up = shard.stop.unless_stopping(shard.up.wait()).await;
    let up = up.ok_or(StartError::Died { shard: index });
    if up.is_ok() {
        groups::start(&shard.groups);
        runtime::spawn(connection::accept(Rc::clone(&shard), listener));
    } else {
        shard.stop.begin();
    }
    let _ = ready.send(up);
    drop(ready);
    shard.stop.begun().await;
    drain(shard, index).await;
}

fn open_store(index: u16, node: &NodeConfig, clock: &Clock) -> Result<ShardStore, StartError> {
    let shard = usize::from(index);
    let ring = RingConfig { wake_fd: true, buffered: node.buffered_disk, ..RingConfig::default() };
    let ring = RingDisk::new(&ring).map_err(|why| StartError::Ring { shard, why })?;
    let arena = node.arena.as_ref().map(|place| place.of_shard(index));
    let config = StoreConfig {
        data_dir: node.data_dir.join(format!("shard-{index}")),
        arena,
        limits: node.store_limits.clone(),
        ballast: node.ballast.clone(),
    };
    let store = Store::open(ring, config, clock.refresh());
    let store = store.map_err(|why| StartError::Open { shard, why: why.to_string() })?;
    let report = store.recovery_report();
    tracing::info!(
        shard,
        logs = report.logs,
        segments = report.segments,
        adopted_bytes = report.adopted_bytes,
        cut_bytes = report.cut_bytes,
        "store open"
    );
    for (log, damage) in &report.damage {
        tracing::error!(shard, %log, %damage, "damaged range, it will not be served");
    }
    Ok(store)
}

/// Lets connections finish what they have, ends all tasks and closes the store. A task that does
/// not end in time keeps the store from being closed cleanly; the next start then recovers it.
async fn drain(shard: Rc<Shard>, index: usize) {
    shard.connections.finish();
    let pause = Duration::from_millis(10);
    for _ in 0..DRAIN_MS / 10 {
        if shard.connections.len() == 0 {
            break;
        }
        runtime::sleep(pause).await;
    }
    shard.connections.close_all();
    shard.stop.finish();
    shard.logs.wake();
    // Every task has the logs, by its shard or by a room of it.
    let mut logs = Rc::clone(&shard.logs);
    drop(shard);
    for _ in 0..DRAIN_MS / 10 {
        match Rc::try_unwrap(logs) {
            Ok(logs) => {
                let now = logs.clock.refresh();
                logs.into_store().close(now);
                tracing::info!(shard = index, "stopped");
                return;
            }
            Err(shared) => logs = shared,
        }
        runtime::sleep(pause).await;
    }
    tracing::warn!(shard = index, "stopped with tasks left: the next start recovers the logs");
}
