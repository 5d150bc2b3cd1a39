//! `tidemill cluster`.

use std::collections::BTreeMap;
use std::io::Write;

use clap::{Args, Subcommand};
use serde_json::json;

use super::table::{Align, Table};
use crate::args::Bootstrap;
use crate::client::description::{self, Broker, Description};
use crate::client::{Cluster, Topic};
use crate::problem::Result;

#[derive(Debug, Subcommand)]
pub enum ClusterCommand {
    /// Show the brokers, what they lead, and partitions that lack a leader or replicas.
    Describe(ClusterDescribeArgs),
}

#[derive(Debug, Args)]
pub struct ClusterDescribeArgs {
    #[command(flatten)]
    pub bootstrap: Bootstrap,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

pub fn run(command: &ClusterCommand, out: &mut impl Write) -> Result<()> {
    let ClusterCommand::Describe(args) = command;
    let mut cluster = Cluster::new(&args.bootstrap.bootstrap_server)?;
    let described = description::describe(&mut cluster)?;
    let counts = Counts::of(&cluster.all_topics()?);
    if args.json {
        writeln!(out, "{}", as_json(&described, &counts))?;
        return Ok(());
    }
    write_description(out, &described, &counts)
}

/// What the topics come to.
#[derive(Debug, Default, PartialEq, Eq)]
struct Counts {
    topics: usize,
    internal_topics: usize,
    partitions: usize,
    /// Partitions that a broker leads, and of which it has a replica.
    leaders: BTreeMap<i32, usize>,
    replicas: BTreeMap<i32, usize>,
    /// As TOPIC-PARTITION.
    under_replicated: Vec<String>,
    offline: Vec<String>,
}

impl Counts {
    fn of(topics: &[Topic]) -> Counts {
        let mut counts = Counts { topics: topics.len(), ..Counts::default() };
        for topic in topics {
            counts.internal_topics += usize::from(topic.is_internal);
            counts.partitions += topic.partitions.len();
            for partition in &topic.partitions {
                let name = || format!("{}-{}", topic.name, partition.number);
                if partition.leader < 0 {
                    counts.offline.push(name());
                } else {
                    *counts.leaders.entry(partition.leader).or_default() += 1;
                }
                if partition.isr.len() < partition.replicas.len() {
                    counts.under_replicated.push(name());
                }
                for broker in &partition.replicas {
                    *counts.replicas.entry(*broker).or_default() += 1;
                }
            }
        }
        counts.under_replicated.sort();
        counts.offline.sort();
        counts
    }
}

fn as_json(described: &Description, counts: &Counts) -> serde_json::Value {
    let count = |of: &BTreeMap<i32, usize>, broker: &Broker| of.get(&broker.id).copied();
    let brokers = described.brokers.iter().map(|broker| {
        json!({
            "id": broker.id,
            "host": broker.host,
            "port": broker.port,
            "rack": broker.rack,
            "shard": broker.shard,
            "leaders": count(&counts.leaders, broker).unwrap_or(0),
            "replicas": count(&counts.replicas, broker).unwrap_or(0),
        })
    });
    let features: BTreeMap<&str, i16> =
        described.features.iter().map(|(name, level)| (name.as_str(), *level)).collect();
    json!({
        "cluster": described.cluster_id,
        "controller": described.controller,
        "brokers": brokers.collect::<Vec<_>>(),
        "topics": counts.topics,
        "internal_topics": counts.internal_topics,
        "partitions": counts.partitions,
        "under_replicated": counts.under_replicated,
        "offline": counts.offline,
        "features": features,
    })
}

fn write_description(out: &mut impl Write, described: &Description, counts: &Counts) -> Result<()> {
    writeln!(out, "cluster {}, controller {}", described.cluster_id, described.controller)?;
    writeln!(
        out,
        "{} topics ({} internal), {} partitions: {} offline, {} under-replicated",
        counts.topics,
        counts.internal_topics,
        counts.partitions,
        counts.offline.len(),
        counts.under_replicated.len()
    )?;
    for (what, names) in
        [("offline", &counts.offline), ("under-replicated", &counts.under_replicated)]
    {
        if !names.is_empty() {
            writeln!(out, "{what}: {}", names.join(", "))?;
        }
    }
    let (left, right) = (|title| (title, Align::Left), |title| (title, Align::Right));
    let mut table = Table::new(&[
        right("BROKER"),
        left("ADDRESS"),
        left("RACK"),
        right("SHARD"),
        right("LEADERS"),
        right("REPLICAS"),
    ]);
    for broker in &described.brokers {
        let count = |of: &BTreeMap<i32, usize>| of.get(&broker.id).map_or(0, |n| *n).to_string();
        table.row(vec![
            broker.id.to_string(),
            format!("{}:{}", broker.host, broker.port),
            broker.rack.clone().unwrap_or_else(|| "-".to_owned()),
            broker.shard.map_or_else(|| "-".to_owned(), |n| n.to_string()),
            count(&counts.leaders),
            count(&counts.replicas),
        ]);
    }
    writeln!(out)?;
    table.write(out)?;
    if !described.features.is_empty() {
        writeln!(out)?;
        let mut table = Table::new(&[left("FEATURE"), right("LEVEL")]);
        for (name, level) in &described.features {
            table.row(vec![name.clone(), level.to_string()]);
        }
        table.write(out)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::cluster::Partition;
    use wire::Uuid;

    #[test]
    fn what_lacks_a_leader_or_a_replica_is_counted() {
        let partition = |number, leader, isr: &[i32]| Partition {
            number,
            leader,
            leader_epoch: 0,
            replicas: vec![1, 1001],
            isr: isr.to_vec(),
        };
        let partitions =
            vec![partition(0, 1, &[1, 1001]), partition(1, 1001, &[1001]), partition(2, -1, &[])];
        let topic = Topic { name: "t".into(), id: Uuid::ZERO, is_internal: true, partitions };
        let counts = Counts::of(&[topic]);
        assert_eq!((counts.topics, counts.internal_topics, counts.partitions), (1, 1, 3));
        assert_eq!(counts.leaders, BTreeMap::from([(1, 1), (1001, 1)]));
        assert_eq!(counts.replicas, BTreeMap::from([(1, 3), (1001, 3)]));
        assert_eq!(counts.under_replicated, ["t-1", "t-2"]);
        assert_eq!(counts.offline, ["t-2"]);
    }
}
