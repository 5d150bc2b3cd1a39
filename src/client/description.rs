//! A cluster as its brokers describe it.

use wire::messages::{ApiVersionsRequest, DescribeClusterRequest};

use super::cluster::Cluster;
use super::configs::{self, Entity};
use super::error::{Result, check};
use crate::version::VERSION;

/// DescribeCluster's number of brokers, in contrast to controllers.
const BROKERS: i8 = 1;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broker {
    pub id: i32,
    pub host: String,
    pub port: i32,
    pub rack: Option<String>,
    /// The shard that it is, by the name of its log dir; none of other brokers than Tidemill's.
    pub shard: Option<u32>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Description {
    pub cluster_id: String,
    /// The broker that takes changes; -1: none is known.
    pub controller: i32,
    /// By their id.
    pub brokers: Vec<Broker>,
    /// Finalized features and their levels (KIP-584), by name.
    pub features: Vec<(String, i16)>,
}

/// Asks one broker for all of them, and each for its shard.
pub fn describe(cluster: &mut Cluster) -> Result<Description> {
    cluster.metadata(&[], false)?;
    let request = DescribeClusterRequest { endpoint_type: BROKERS, ..Default::default() };
    let mut found = {
        let response = cluster.any()?.call(&request)?;
        check("the cluster", response.error_code, response.error_message.as_deref())?;
        let broker = |broker: &wire::messages::describe_cluster_response::DescribeClusterBroker<
            '_,
        >| Broker {
            id: broker.broker_id,
            host: broker.host.to_string(),
            port: broker.port,
            rack: broker.rack.as_deref().map(str::to_owned),
            shard: None,
        };
        Description {
            cluster_id: response.cluster_id.to_string(),
            controller: response.controller_id,
            brokers: response.brokers.iter().map(broker).collect(),
            features: Vec::new(),
        }
    };
    found.brokers.sort_by_key(|broker| broker.id);
    for broker in &mut found.brokers {
        broker.shard = shard(cluster, broker.id);
    }
    found.features = features(cluster)?;
    Ok(found)
}

/// A broker that is down, or forbids to look at its configs, leaves this open.
fn shard(cluster: &mut Cluster, broker: i32) -> Option<u32> {
    let configs = configs::describe(cluster, &Entity::Broker(broker)).ok()?;
    let dirs = configs.into_iter().find(|config| config.name == "log.dirs")?.value?;
    dirs.rsplit('/').next()?.strip_prefix("shard-")?.parse().ok()
}

fn features(cluster: &mut Cluster) -> Result<Vec<(String, i16)>> {
    let request = ApiVersionsRequest {
        client_software_name: "tidemill".into(),
        client_software_version: VERSION.into(),
        ..ApiVersionsRequest::default()
    };
    let response = cluster.any()?.call(&request)?;
    check("features of the cluster", response.error_code, None)?;
    let features = response.finalized_features.iter();
    let mut features: Vec<(String, i16)> =
        features.map(|feature| (feature.name.to_string(), feature.max_version_level)).collect();
    features.sort();
    Ok(features)
}
