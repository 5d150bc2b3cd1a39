//! RegisterBrokers: a node with all its shards.

use std::collections::BTreeSet;

use wire::Uuid;

use super::{Step, refuse};
use crate::broker_id;
use crate::command::{RegisterBrokers, Reply};
use crate::error::{CommandError, ErrorKind};
use crate::image::{Broker, Image};
use crate::limits::{BROKERS_MAX, NODE_ID_MAX, SHARD_MAX};
use crate::records::{BrokerRegistered, BrokerUnregistered, Record};

pub(super) fn step(image: &Image, request: RegisterBrokers) -> Step {
    check_cluster(image, request.cluster_id)?;
    let node_id = check_shards(&request.brokers)?;
    let named: BTreeSet<i32> = request.brokers.iter().map(|broker| broker.broker_id).collect();
    let gone = image.brokers().filter(|broker| broker.node_id == node_id);
    let gone: Vec<&Broker> = gone.filter(|broker| !named.contains(&broker.id)).collect();
    check_gone(image, &gone)?;

    let leave = |broker: &Broker| BrokerUnregistered { broker_id: broker.id };
    let mut records: Vec<Record> =
        gone.into_iter().map(|broker| Record::BrokerUnregistered(leave(broker))).collect();
    check_room(image, &named, records.len())?;
    for broker in request.brokers {
        if !image.broker(broker.broker_id).is_some_and(|held| is_same(held, &broker)) {
            records.push(Record::BrokerRegistered(broker));
        }
    }
    Ok((records, Reply::BrokersRegistered))
}

pub(super) fn check_room(
    image: &Image,
    named: &BTreeSet<i32>,
    gone: usize,
) -> Result<(), CommandError> {
    let unknown = named.iter().filter(|id| image.broker(**id).is_none()).count();
    if image.broker_count() - gone + unknown > BROKERS_MAX {
        let message = format!("a cluster has {BROKERS_MAX} brokers at most");
        return refuse(ErrorKind::PolicyViolation, message);
    }
    Ok(())
}

pub(super) fn check_cluster(image: &Image, named: Uuid) -> Result<(), CommandError> {
    match image.cluster_id() {
        None => refuse(ErrorKind::Internal, "the cluster has no id yet: it must be created first"),
        Some(held) if named != Uuid::ZERO && named != held => refuse(
            ErrorKind::InconsistentCluster,
            format!("the node belongs to cluster {named}, this is cluster {held}"),
        ),
        Some(_) => Ok(()),
    }
}

/// All shards of one node, each with the broker id that follows from its number.
pub(super) fn check_shards(brokers: &[BrokerRegistered]) -> Result<i32, CommandError> {
    let Some(first) = brokers.first() else {
        return refuse(ErrorKind::InvalidRequest, "a node registers with one shard at least");
    };
    let node_id = first.node_id;
    if !(0..=NODE_ID_MAX).contains(&node_id) {
        let message = format!("node id {node_id} is not possible: it must be 0 to {NODE_ID_MAX}");
        return refuse(ErrorKind::InvalidRequest, message);
    }
    let mut shards = BTreeSet::new();
    for broker in brokers {
        let (id, shard) = (broker.broker_id, broker.shard);
        let why = if broker.node_id != node_id {
            format!("node {} registers with node {node_id}", broker.node_id)
        } else if shard > SHARD_MAX || id != broker_id(node_id, shard) {
            format!("broker {id} is not what shard {shard} of node {node_id} can be")
        } else if broker.host.is_empty() || broker.port == 0 {
            format!("broker {id} has no address: host {:?}, port {}", broker.host, broker.port)
        } else if !shards.insert(shard) {
            format!("shard {shard} of node {node_id} is named twice")
        } else {
            continue;
        };
        return refuse(ErrorKind::InvalidRequest, why);
    }
    Ok(node_id)
}

/// A shard may go only when it holds nothing: its files would be left behind with it.
pub(super) fn check_gone(image: &Image, gone: &[&Broker]) -> Result<(), CommandError> {
    if gone.is_empty() {
        return Ok(());
    }
    let partitions = || image.topics().flat_map(|topic| &topic.partitions);
    for broker in gone {
        let held = partitions().filter(|partition| partition.replicas.contains(&broker.id)).count();
        if held > 0 {
            let (shard, node_id) = (broker.shard, broker.node_id);
            let message = format!(
                "shard {shard} of node {node_id} holds {held} replicas: start the node with {} \
                 cores or more (--cores), or move them away first",
                shard + 1
            );
            return refuse(ErrorKind::InvalidRequest, message);
        }
    }
    Ok(())
}

fn is_same(held: &Broker, new: &BrokerRegistered) -> bool {
    held.node_id == new.node_id
        && held.shard == new.shard
        && held.host == new.host
        && held.port == new.port
        && held.rack == new.rack
        && held.incarnation == new.incarnation
}
