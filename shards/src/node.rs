//! A node: one process, one shard per core it is given.

mod boot;
mod build;
mod driver;
mod mail;
mod tick;

use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, mpsc};

use cluster::configs::{BrokerSettings, View};
use wire::Uuid;

use crate::config::{Endpoint, NodeConfig};
use crate::limits::SHARDS_MAX;
use crate::mesh::{Mesh, Message};
use crate::metrics::Metrics;
use crate::net;
use crate::quorum::{self, QuorumError, Status};
use crate::runtime::Executor;

/// Why a node did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("{0}")]
    Config(String),
    #[error("cannot listen on {address}: {why}")]
    Listen { address: String, why: std::io::Error },
    #[error("shard {shard}: cannot start its thread: {why}")]
    Thread { shard: usize, why: std::io::Error },
    #[error("cannot start the quorum's thread: {why}")]
    QuorumThread { why: std::io::Error },
    #[error("shard {shard}: no disk ring: {why}")]
    Ring { shard: usize, why: std::io::Error },
    #[error("shard {shard}: {why}")]
    Open { shard: usize, why: String },
    #[error(transparent)]
    Quorum(#[from] QuorumError),
    #[error("shard {shard}: its thread ended before it was ready")]
    Died { shard: usize },
}

/// A running node. Dropped, it runs on; [`Node::wait`] waits for its end.
pub struct Node {
    config: Arc<NodeConfig>,
    mesh: Mesh,
    metrics: Arc<Metrics>,
    executors: Vec<Executor<()>>,
    quorum: Option<Executor<()>>,
}

impl Node {
    /// Starts all shards; returns when every one of them takes requests.
    ///
    /// # Errors
    /// What stopped the first shard that failed; the others are stopped again.
    pub fn start(mut config: NodeConfig) -> Result<Self, StartError> {
        check(&config)?;
        let listeners = listen(&config)?;
        config.ports = listeners.iter().map(|(_, address)| address.port()).collect();
        let config = Arc::new(config);
        let mesh = Mesh::new(config.cores.len());
        let metrics = Arc::new(Metrics::new(config.cores.len()));
        let mut node = Self { config, mesh, metrics, executors: Vec::new(), quorum: None };
        match node.start_shards(listeners) {
            Ok(()) => Ok(node),
            Err(error) => {
                node.shutdown();
                node.wait();
                Err(error)
            }
        }
    }

    fn start_shards(
        &mut self,
        listeners: Vec<(TcpListener, SocketAddr)>,
    ) -> Result<(), StartError> {
        let status = Arc::default();
        let founded = self.start_quorum(&status)?;
        let (ready, started) = mpsc::channel();
        for (shard, (listener, _)) in listeners.into_iter().enumerate() {
            let task = boot::Start {
                index: shard as u16,
                node: Arc::clone(&self.config),
                mesh: self.mesh.clone(),
                metrics: Arc::clone(&self.metrics.shards[shard]),
                listener,
                quorum: Arc::clone(&status),
                ready: ready.clone(),
            };
            let core = self.config.pin.then(|| self.config.cores[shard]);
            let executor = Executor::start(&format!("shard-{shard}"), core, || boot::run(task));
            let executor = executor.map_err(|why| StartError::Thread { shard, why })?;
            self.executors.push(executor);
        }
        drop(ready);
        for shard in 0..self.executors.len() {
            let up = started.recv().unwrap_or(Err(StartError::Died { shard }));
            // Where the quorum says why, the shards only know that there is none.
            up.map_err(|error| match founded.try_recv() {
                Ok(Err(why)) if matches!(error, StartError::Died { .. }) => why.into(),
                _ => error,
            })?;
        }
        Ok(())
    }

    /// Starts this node's part in the metadata quorum. When it returns there is metadata to go by:
    /// an old data folder is adopted before its shards open it.
    fn start_quorum(
        &mut self,
        status: &Arc<Status>,
    ) -> Result<mpsc::Receiver<Result<(), QuorumError>>, StartError> {
        let (ready, founded) = mpsc::channel();
        let start = quorum::Start {
            config: Arc::clone(&self.config),
            mesh: self.mesh.clone(),
            metrics: Arc::clone(&self.metrics),
            status: Arc::clone(status),
            ready,
        };
        let executor = Executor::start("quorum", None, || quorum::run(start));
        self.quorum = Some(executor.map_err(|why| StartError::QuorumThread { why })?);
        founded.recv().unwrap_or(Err(QuorumError::Stopping))?;
        Ok(founded)
    }

    /// Where the shards listen, as told to clients.
    pub fn endpoints(&self) -> Vec<Endpoint> {
        self.config.brokers().collect()
    }

    /// What the shards count; for any thread.
    pub fn metrics(&self) -> Arc<Metrics> {
        Arc::clone(&self.metrics)
    }

    /// Tells the quorum, and by it all shards, to finish what they have and end. Returns at once.
    pub fn shutdown(&self) {
        // A full mailbox does not matter: stopping is a flag.
        let _ = self.mesh.send(self.mesh.quorum(), Message::Stop);
    }

    /// Something that can shut the node down from any thread, while another waits for it.
    pub fn stopper(&self) -> Stopper {
        Stopper { mesh: self.mesh.clone() }
    }

    /// Waits until all shards have ended.
    pub fn wait(self) {
        for (shard, executor) in self.executors.into_iter().enumerate() {
            if let Err(error) = executor.join() {
                tracing::error!(shard, %error, "the shard's thread failed");
            }
        }
        if let Some(quorum) = self.quorum {
            let _ = self.mesh.send(self.mesh.quorum(), Message::ShardsEnded);
            if let Err(error) = quorum.join() {
                tracing::error!(%error, "the quorum's thread failed");
            }
        }
    }
}

/// See [`Node::stopper`].
#[derive(Clone)]
pub struct Stopper {
    mesh: Mesh,
}

impl Stopper {
    /// As [`Node::shutdown`].
    pub fn shutdown(&self) {
        let _ = self.mesh.send(self.mesh.quorum(), Message::Stop);
    }
}

fn check(config: &NodeConfig) -> Result<(), StartError> {
    let refuse = |what: String| Err(StartError::Config(what));
    if !(0..=cluster::limits::NODE_ID_MAX).contains(&config.node_id) {
        return refuse(format!("node id {} is not in 0..=999", config.node_id));
    }
    if config.cores.is_empty() || config.cores.len() > SHARDS_MAX {
        let count = config.cores.len();
        return refuse(format!("{count} cores given; it must be 1 to {SHARDS_MAX}"));
    }
    let shards = config.cores.len() as u16;
    for first in [Some(config.listen_port), config.advertised_port].into_iter().flatten() {
        if first.checked_add(shards - 1).is_none() {
            return refuse(format!("port {first} leaves no room for {shards} shards"));
        }
    }
    if config.cluster_id == Uuid::ZERO {
        return refuse("the cluster has no id".to_owned());
    }
    Ok(())
}

/// All ports are taken before any shard starts, so that a port in use is found at once.
fn listen(config: &NodeConfig) -> Result<Vec<(TcpListener, SocketAddr)>, StartError> {
    let image = cluster::Image::default();
    let backlog = BrokerSettings::new(&View::new(&image, &config.configs, config.node_id));
    let backlog = backlog.socket_listen_backlog;
    let shards = 0..config.cores.len() as u16;
    let one = |shard: u16| {
        let port = match config.listen_port {
            0 => 0,
            first => first + shard,
        };
        net::listener::bind(&config.listen_host, port, backlog).map_err(|why| StartError::Listen {
            address: format!("{}:{port}", config.listen_host),
            why,
        })
    };
    shards.map(one).collect()
}
