//! A shard's life: open the store, get an image, serve, drain, close.

use std::cell::{Cell, RefCell};
use std::net::TcpListener;
use std::rc::Rc;
use std::sync::{Arc, mpsc};
use std::time::Duration;

use cluster::Image;
use cluster::configs::{BrokerSettings, View};
use storage::disk::ring::{RingConfig, RingDisk};
use storage::{ArenaConfig, Store, StoreConfig};

use super::{Shard, ShardStore};
use crate::limits::DRAIN_MS;
use crate::mesh::{self, Mesh};
use crate::metrics::ShardMetrics;
use crate::node::{NodeConfig, StartError};
use crate::runtime::{self, clock::Clock, disk};
use crate::{controller, groups, net};

/// What a shard's thread is started with.
pub struct Start {
    pub index: u16,
    pub node: Arc<NodeConfig>,
    pub mesh: Mesh,
    pub metrics: Arc<ShardMetrics>,
    pub listener: TcpListener,
    /// Told once: the shard takes requests, or why it does not.
    pub ready: mpsc::Sender<Result<(), StartError>>,
}

/// The main task of a shard's thread.
pub async fn run(start: Start) {
    let index = usize::from(start.index);
    let Start { listener, ready, .. } = start;
    let clock = Clock::start();
    let opened = open_store(start.index, &start.node, &clock).and_then(|store| {
        // Without it the shard would find out late what the disk has done.
        let ended = disk::ended(&store).map_err(|why| StartError::Ring { shard: index, why })?;
        Ok((store, ended))
    });
    let (store, ended) = match opened {
        Ok(opened) => opened,
        Err(error) => {
            // Nobody listens if another shard failed before.
            let _ = ready.send(Err(error));
            return;
        }
    };
    let shard =
        Rc::new(Shard::new(start.index, start.node, start.mesh, start.metrics, clock, store));
    runtime::spawn(disk::drive(Rc::clone(&shard), ended));
    runtime::spawn(disk::tick(Rc::clone(&shard)));
    runtime::spawn(mesh::serve(Rc::clone(&shard)));
    let up = shard.unless_stopping(first_image(&shard)).await;
    let up = up.unwrap_or(Err(StartError::Died { shard: index }));
    let is_up = up.is_ok();
    if is_up {
        groups::start(&shard);
        runtime::spawn(net::listener::accept(Rc::clone(&shard), listener));
    } else {
        shard.stop();
    }
    let _ = ready.send(up);
    drop(ready);
    while !shard.is_stopping() {
        shard.stopping.wait().await;
    }
    drain(shard, index).await;
}

fn open_store(index: u16, node: &NodeConfig, clock: &Clock) -> Result<ShardStore, StartError> {
    let shard = usize::from(index);
    let ring = RingConfig { wake_fd: true, buffered: node.buffered_disk, ..RingConfig::default() };
    let ring = RingDisk::new(&ring).map_err(|why| StartError::Ring { shard, why })?;
    let arena = node.arena.as_ref().map(|place| ArenaConfig {
        path: place.dir.join(format!("shard-{index}")),
        bytes: place.bytes_per_shard,
    });
    let config = StoreConfig {
        data_dir: node.data_dir.join(format!("shard-{index}")),
        arena,
        limits: node.store_limits.clone(),
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

/// Until the shard knows the cluster: the first one brings the controller up, the others are told.
async fn first_image(shard: &Rc<Shard>) -> Result<(), StartError> {
    if shard.index == 0 {
        let started = controller::start(shard).await;
        return started
            .map_err(|error| StartError::Controller { shard: 0, why: error.to_string() });
    }
    while shard.image().broker(shard.broker_id).is_none() {
        let seen = shard.image().offset();
        shard.newer_image(seen).await;
    }
    Ok(())
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
    shard.is_stopped.set(true);
    shard.disk_wake.notify();
    let mut shard = shard;
    for _ in 0..DRAIN_MS / 10 {
        match Rc::try_unwrap(shard) {
            Ok(whole) => {
                let now = whole.clock.refresh();
                whole.store.into_inner().close(now);
                tracing::info!(shard = index, "stopped");
                return;
            }
            Err(shared) => shard = shared,
        }
        runtime::sleep(pause).await;
    }
    tracing::warn!(shard = index, "stopped with tasks left: the next start recovers the logs");
}

impl Shard {
    fn new(
        index: u16,
        node: Arc<NodeConfig>,
        mesh: Mesh,
        metrics: Arc<ShardMetrics>,
        clock: Clock,
        store: ShardStore,
    ) -> Self {
        let broker_id = cluster::broker_id(node.node_id, index);
        let image = Image::default();
        let settings = BrokerSettings::new(&View::new(&image, &node.configs, broker_id));
        Self {
            index,
            broker_id,
            node,
            metrics,
            mesh,
            clock,
            store: RefCell::new(store),
            partitions: RefCell::default(),
            tickets: Default::default(),
            connections: Default::default(),
            sessions: RefCell::default(),
            controller: Default::default(),
            groups: Default::default(),
            budget: Default::default(),
            buffers: Default::default(),
            disk_wake: Default::default(),
            turned: Default::default(),
            last_turn_ms: Cell::new(0),
            disk_polls: Cell::new(false),
            produce_latency: Default::default(),
            fetch_latency: Default::default(),
            commit_latency: Default::default(),
            stopping: Default::default(),
            image: RefCell::new(image),
            settings: RefCell::new(Rc::new(settings)),
            imaged: Default::default(),
            is_stopping: Cell::new(false),
            is_stopped: Cell::new(false),
            last_publish_ms: Cell::new(0),
            mail_waited: Cell::new(false),
        }
    }
}
