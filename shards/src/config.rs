//! How a node is started, and where its brokers are found.

use std::path::PathBuf;

use cluster::configs::StaticConfigs;
use storage::limits::StoreLimits;
use storage::{ArenaConfig, Ballast};
use wire::Uuid;

/// How a node is started.
#[derive(Debug, Clone)]
pub struct NodeConfig {
    /// 1 to 999; also the broker id of the first shard.
    pub node_id: i32,
    /// The cluster this node belongs to; never [`Uuid::ZERO`].
    pub cluster_id: Uuid,
    /// `<data>`; each shard has its folder in it.
    pub data_dir: PathBuf,
    /// One shard per entry, pinned to that core.
    pub cores: Vec<usize>,
    /// Whether shards are pinned to their cores at all.
    pub pin: bool,
    /// Address to listen on; a name stands for all its addresses' first.
    pub listen_host: String,
    /// Port of the first shard; shard n has this plus n. 0 takes any free port for each shard.
    pub listen_port: u16,
    /// What clients are told to connect to.
    pub advertised_host: String,
    /// As `listen_port`; `None`: the port listened on.
    pub advertised_port: Option<u16>,
    pub rack: Option<String>,
    /// `server.properties`: broker configs that the node is started with.
    pub configs: StaticConfigs,
    /// Where the crash-safe arenas lie; without, every ack waits for the disk.
    pub arena: Option<ArenaPlace>,
    /// For file systems that refuse direct I/O.
    pub buffered_disk: bool,
    pub store_limits: StoreLimits,
    /// Space kept back for a full disk.
    pub ballast: Ballast,
    /// Ports listened on, by shard; filled in by [`crate::Node::start`].
    pub ports: Vec<u16>,
}

/// Memory that outlives the process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArenaPlace {
    /// A folder on tmpfs or hugetlbfs, with one file per shard of this node.
    pub dir: PathBuf,
    /// Bytes of each shard's file.
    pub bytes_per_shard: usize,
}

impl ArenaPlace {
    /// The arena of one shard.
    pub(crate) fn of_shard(&self, shard: u16) -> ArenaConfig {
        ArenaConfig { path: self.dir.join(format!("shard-{shard}")), bytes: self.bytes_per_shard }
    }
}

/// Where one shard's broker is found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    pub shard: u16,
    pub broker_id: i32,
    pub host: String,
    pub port: u16,
}

impl NodeConfig {
    /// A node with one unpinned shard on a free port of the loopback, with everything by default.
    pub fn new(node_id: i32, cluster_id: Uuid, data_dir: impl Into<PathBuf>) -> Self {
        Self {
            node_id,
            cluster_id,
            data_dir: data_dir.into(),
            cores: vec![0],
            pin: false,
            listen_host: "127.0.0.1".to_owned(),
            listen_port: 0,
            advertised_host: "127.0.0.1".to_owned(),
            advertised_port: None,
            rack: None,
            configs: StaticConfigs::default(),
            arena: None,
            buffered_disk: false,
            store_limits: StoreLimits::default(),
            ballast: Ballast::default(),
            ports: Vec::new(),
        }
    }

    /// The node's brokers as clients are told of them.
    pub fn brokers(&self) -> impl Iterator<Item = Endpoint> {
        self.ports.iter().zip(0u16..).map(|(port, shard)| Endpoint {
            shard,
            broker_id: cluster::broker_id(self.node_id, shard),
            host: self.advertised_host.clone(),
            port: self.advertised_port.map_or(*port, |first| first + shard),
        })
    }
}
