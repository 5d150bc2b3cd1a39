//! From checked settings to a running node: the only file that knows how shards are started.

use cluster::configs::StaticConfigs;
use shards::{ArenaPlace, Node, NodeConfig, StartError};
use storage::disk::probe::{Direct, DiskReport};

use crate::config::ServeConfig;
use crate::disk_tuning::Found;
use crate::problem::{Problem, Result};
use crate::serve::{ArenaPlan, DataDir};

/// Starts all shards; returns when every one of them serves.
pub fn start(config: NodeConfig) -> Result<Node> {
    Node::start(config).map_err(|error| refused(&error))
}

pub fn node_config(
    config: &ServeConfig,
    data: &DataDir,
    disk: &DiskReport,
    arena: &ArenaPlan,
    tuning: &Found,
) -> Result<NodeConfig> {
    let mut configs = StaticConfigs::default();
    for (name, value) in &config.settings {
        configs.set(name, value).map_err(|error| Problem::usage(error.to_string()))?;
    }
    let listener = &config.listener;
    let cluster_id = data.identity.cluster_id;
    Ok(NodeConfig {
        cores: config.cores.clone(),
        pin: true,
        listen_host: listener.listen.ip().to_string(),
        listen_port: listener.listen.port(),
        advertised_host: listener.advertise.host.clone(),
        advertised_port: Some(listener.advertise.port),
        rack: config.settings.get("broker.rack").filter(|rack| !rack.is_empty()).cloned(),
        configs,
        arena: match arena {
            ArenaPlan::In { directory, bytes_per_shard } => {
                Some(ArenaPlace { dir: directory.clone(), bytes_per_shard: *bytes_per_shard })
            }
            ArenaPlan::Without(_) => None,
        },
        store_limits: tuning.limits(),
        ballast: data.ballast.clone(),
        buffered_disk: disk.direct == Direct::Refused,
        ..NodeConfig::new(config.node_id, cluster_id, data.path.clone())
    })
}

/// Where the complaint has no remedy of its own, one is added.
fn refused(error: &StartError) -> Problem {
    let problem = Problem::failed(format!("the node cannot start: {error}"));
    match error {
        StartError::Listen { .. } => problem
            .remedy("stop what listens there, or choose another address with --listen HOST:PORT"),
        StartError::Ring { why, .. } | StartError::Thread { why, .. }
            if why.raw_os_error() == Some(libc::EMFILE) =>
        {
            problem.remedy("allow more open files (ulimit -n, LimitNOFILE=)")
        }
        StartError::Ring { .. } => problem.remedy(
            "allow more locked memory (ulimit -l, LimitMEMLOCK=) or give fewer cores (--cores)",
        ),
        StartError::Died { .. } => problem.remedy("the log above says why"),
        _ => problem,
    }
}
